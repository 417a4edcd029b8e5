"""Files go out by the platform's own name of them, or else as bytes; what people send is fetched."""

import pytest

from bot.channel import ChannelError, Later, Refused
from handlers.replies import Reply
from storage import Address, attachments
from tests.bot.telegram.edge import Edge
from tests.botapi.faults import Fault
from tests.botapi.people import JPEG, MP4, OGG, PDF, User
from tests.botapi.server import Server

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


@pytest.fixture
async def minh(server: Server) -> User:
    minh = await User(server, 102, "Minh").comes()
    await minh.starts()
    return minh


async def kept(edge: Edge, content: bytes) -> int:
    """A file whose bytes we have, such as from the web."""
    stored = await edge.files.put_any(content)
    async with edge.database.write() as session:
        return await attachments.add(
            session,
            address=Address("web", "lan"),
            sha256=stored.sha256,
            type=stored.type,
            size=stored.size,
            at=edge.clock(),
        )


async def known(edge: Edge, reference: str, kind: str) -> int:
    """A file that somebody sent on Telegram."""
    async with edge.database.write() as session:
        return await attachments.expect(
            session, address=Address("telegram", "101"), reference=reference, at=edge.clock(), kind=kind
        )


async def reference(edge: Edge, message: int) -> str:
    """What Telegram calls the file of a message of Lan's."""
    body = edge.server.world.chats[101].messages[message].body
    held = next(iter(body.values()))
    return str((held[-1] if isinstance(held, list) else held)["file_id"])


@pytest.mark.parametrize("kind", ["photo", "voice", "video", "document"])
async def test_what_came_from_telegram_goes_there_by_its_name(edge: Edge, lan: User, minh: User, kind: str) -> None:
    content = {"photo": JPEG, "voice": OGG, "video": MP4, "document": PDF}[kind]
    name = await reference(edge, await lan.sends(kind, content))

    row = await edge.say(minh.id, Reply("Thêm:", attachments=(await known(edge, name, kind),)))

    seen = [message for message in await minh.sees() if message.is_bots]
    assert [(message.text, message.media) for message in seen] == [("Thêm:", ""), ("", kind)]
    assert seen[1].file == name
    assert await edge.state(row) == "SENT"


async def test_what_came_from_elsewhere_goes_there_as_bytes(edge: Edge, minh: User) -> None:
    await edge.say(minh.id, Reply("Hai ảnh:", attachments=(await kept(edge, JPEG), await kept(edge, PNG))))

    seen = [message for message in await minh.sees() if message.is_bots]
    assert [message.media for message in seen] == ["", "photo", "photo"]
    assert [edge.server.world.files[message.file].content for message in seen[1:]] == [JPEG, PNG]


async def test_an_image_that_telegram_shows_to_nobody_goes_as_a_document(edge: Edge, minh: User) -> None:
    heic = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\0" * 64

    row = await edge.say(minh.id, Reply("Ảnh:", attachments=(await kept(edge, heic),)))

    assert await edge.state(row) == "SENT"
    assert [message.media for message in await minh.sees() if message.is_bots] == ["", "document"]


async def test_what_another_account_was_sent_goes_as_bytes(edge: Edge, minh: User) -> None:
    stored = await edge.files.put_any(JPEG)
    theirs = await known(edge, "of-another-account", "photo")
    async with edge.database.write() as session:
        await attachments.stored(session, theirs, sha256=stored.sha256, type=stored.type, size=stored.size)

    row = await edge.say(minh.id, Reply("Ảnh:", attachments=(theirs,)))

    assert await edge.state(row) == "SENT"
    assert [message.media for message in await minh.sees() if message.is_bots] == ["", "photo"]


async def test_a_file_that_is_gone_stops_nothing_behind_it(edge: Edge, minh: User) -> None:
    gone = await kept(edge, JPEG)
    async with edge.database.write() as session:
        await attachments.drop(session, [gone])

    row = await edge.say(minh.id, Reply("Ảnh:", attachments=(gone,)))
    await edge.say(minh.id, "Xong.")

    assert await edge.state(row) == "FAILED"
    assert await minh.reads() == ["Ảnh:", "Xong."]


async def test_what_somebody_sent_is_fetched(edge: Edge, lan: User) -> None:
    name = await reference(edge, await lan.sends_voice())

    assert await edge.parts.channel.fetch(name) == OGG


@pytest.mark.parametrize(
    ("method", "kind", "meaning"),
    [("getFile", "502", ChannelError), ("getFile", "429", Later), ("download", "reset_before", ChannelError)],
)
async def test_what_cannot_be_fetched_now_may_be_later(
    edge: Edge, lan: User, method: str, kind: str, meaning: type[ChannelError]
) -> None:
    name = await reference(edge, await lan.sends_voice())
    edge.server.world.faults.add(Fault(kind, method))  # type: ignore[arg-type]  # of the table

    with pytest.raises(meaning) as caught:
        await edge.parts.channel.fetch(name)

    assert not isinstance(caught.value, Refused)
    assert await edge.parts.channel.fetch(name) == OGG


async def test_what_is_too_large_or_unknown_will_never_be_fetched(edge: Edge, lan: User) -> None:
    large = await reference(edge, await lan.sends_document(size=25_000_000))

    for name in (large, "made-up"):
        with pytest.raises(Refused):
            await edge.parts.channel.fetch(name)
