"""Files go out by the platform's own name of them, or else as bytes; what people send is fetched."""

from pathlib import Path

import pytest

from bot.channel import ChannelError, Later, Refused
from handlers import texts
from handlers.replies import Choice, Reply
from storage import Address, attachments, outbox
from tests.bot.telegram import edge as edges
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


async def sent_by(edge: Edge, lan: User, *kinds: str) -> tuple[int, ...]:
    """Files that Lan sent, as we know them."""
    content = {"photo": JPEG, "voice": OGG, "video": MP4, "document": PDF, "audio": OGG}
    names = [await reference(edge, await lan.sends(kind, content[kind])) for kind in kinds]
    return tuple([await known(edge, name, kind) for name, kind in zip(names, kinds, strict=True)])


async def media(who: User) -> list[tuple[str, str]]:
    """What the bot showed: each message's kind of file and its words; those of one album are joined by its first."""
    albums: list[str] = []
    found = []
    for message in await who.sees():
        if not message.is_bots:
            continue
        if message.album and message.album not in albums:
            albums.append(message.album)
        album = f"{albums.index(message.album) + 1}:" if message.album else ""
        found.append((f"{album}{message.media}", message.text))
    return found


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

    (seen,) = [message for message in await minh.sees() if message.is_bots]
    assert (seen.text, seen.media, seen.file) == ("Thêm:", kind, name)
    assert await edge.state(row) == "SENT"


async def test_what_came_from_elsewhere_goes_there_as_bytes(edge: Edge, minh: User) -> None:
    await edge.say(minh.id, Reply("Hai ảnh:", attachments=(await kept(edge, JPEG), await kept(edge, PNG))))

    seen = [message for message in await minh.sees() if message.is_bots]
    assert await media(minh) == [("1:photo", "Hai ảnh:"), ("1:photo", "")]
    assert [edge.server.world.files[message.file].content for message in seen] == [JPEG, PNG]


async def test_an_image_that_telegram_shows_to_nobody_goes_as_a_document(edge: Edge, minh: User) -> None:
    heic = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\0" * 64

    row = await edge.say(minh.id, Reply("Ảnh:", attachments=(await kept(edge, heic),)))

    assert await edge.state(row) == "SENT"
    assert await media(minh) == [("document", "Ảnh:")]


async def test_what_another_account_was_sent_goes_as_bytes(edge: Edge, minh: User) -> None:
    stored = await edge.files.put_any(JPEG)
    theirs = await known(edge, "of-another-account", "photo")
    async with edge.database.write() as session:
        await attachments.stored(session, theirs, sha256=stored.sha256, type=stored.type, size=stored.size)

    row = await edge.say(minh.id, Reply("Ảnh:", attachments=(theirs,)))

    assert await edge.state(row) == "SENT"
    assert await media(minh) == [("photo", "Ảnh:")]


# --- several files ---


async def test_photos_and_videos_go_as_one_album_with_the_words_under_the_first(
    edge: Edge, lan: User, minh: User
) -> None:
    files = (*await sent_by(edge, lan, "photo", "video", "photo"), await kept(edge, JPEG))
    asked = await minh.writes("có ảnh không")

    row = await edge.say(minh.id, Reply("**Đây:**", attachments=files), reply_to=str(asked))

    assert await media(minh) == [("1:photo", "Đây:"), ("1:video", ""), ("1:photo", ""), ("1:photo", "")]
    first = next(message for message in await minh.sees() if message.is_bots)
    assert (first.html, first.reply_to) == ("<b>Đây:</b>", asked)
    assert await edge.state(row) == "SENT"
    assert edge.server.world.calls["sendmediagroup"] == 1


async def test_words_with_buttons_or_too_long_for_a_caption_stand_above_the_album(
    edge: Edge, lan: User, minh: User
) -> None:
    files = await sent_by(edge, lan, "photo", "photo")
    long = "chữ " * 400

    await edge.say(minh.id, Reply("Chọn:", (Choice("Có", "yes", 1),), attachments=files))
    await edge.say(minh.id, Reply(long, attachments=files))

    two = [("photo", ""), ("photo", "")]
    assert await media(minh) == [
        ("", "Chọn:"), *[(f"1:{kind}", text) for kind, text in two],
        ("", long.strip()), *[(f"2:{kind}", text) for kind, text in two],
    ]  # fmt: skip


async def test_only_what_may_stand_together_is_one_album(edge: Edge, lan: User, minh: User) -> None:
    kinds = ("photo", "document", "document", "audio", "audio", "voice", "voice", "photo")

    await edge.say(minh.id, Reply("", attachments=await sent_by(edge, lan, *kinds)))

    assert [kind for kind, _ in await media(minh)] == [
        "photo", "1:document", "1:document", "2:audio", "2:audio", "voice", "voice", "photo",
    ]  # fmt: skip


async def test_more_than_ten_are_several_albums(edge: Edge, lan: User, minh: User) -> None:
    await edge.say(minh.id, Reply("", attachments=await sent_by(edge, lan, *["photo"] * 12)))

    assert [kind for kind, _ in await media(minh)] == ["1:photo"] * 10 + ["2:photo"] * 2


async def test_what_an_album_does_not_take_goes_alone_and_the_rest_together(edge: Edge, lan: User, minh: User) -> None:
    heic = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\0" * 64
    files = (await kept(edge, heic), *await sent_by(edge, lan, "photo", "photo"))

    row = await edge.say(minh.id, Reply("Ảnh:", attachments=files))

    assert await media(minh) == [("document", "Ảnh:"), ("1:photo", ""), ("1:photo", "")]
    assert await edge.state(row) == "SENT"


async def test_each_message_of_an_album_is_known_as_what_was_sent(edge: Edge, lan: User, minh: User) -> None:
    files = await sent_by(edge, lan, "photo", "photo", "voice")

    row = await edge.say(minh.id, Reply("Ảnh:", attachments=files), ticket=7)

    async with edge.database.read() as session:
        shown = [
            await outbox.shown(session, Address("telegram", str(minh.id)), str(message.id))
            for message in await minh.sees()
            if message.is_bots
        ]
    assert [(each.id, each.ticket) for each in shown if each is not None] == [(row, 7)] * 3


@pytest.mark.parametrize(("kind", "copies"), [("reset_before", 1), ("reset_after", 2)])
async def test_an_album_that_may_have_arrived_is_sent_again_whole(
    edge: Edge, lan: User, minh: User, kind: str, copies: int
) -> None:
    files = await sent_by(edge, lan, "voice", "photo", "video")
    edge.server.world.faults.add(Fault(kind, "sendMediaGroup"))  # type: ignore[arg-type]  # of the table

    row = await edge.say(minh.id, Reply("Ảnh:", attachments=files))
    await edge.later()

    albums = [[(f"{n}:photo", ""), (f"{n}:video", "")] for n in range(1, copies + 1)]
    assert await media(minh) == [("voice", "Ảnh:"), *[each for album in albums for each in album]]
    assert await edge.state(row) == "SENT"


async def test_an_album_counts_as_so_many_messages(server: Server, lan: User, tmp_path: Path) -> None:
    minh = await User(server, 102, "Minh").comes()
    await minh.starts()
    await server.act("flood", on=True)

    async with edges.opened(server, tmp_path / "paced", paces={}) as edge:
        files = await sent_by(edge, lan, *["photo"] * 4)
        await edge.say(minh.id, Reply("Ảnh:", attachments=files))
        await edge.say(minh.id, "Xong.")
        while len(await minh.reads()) < 5:
            await edge.later()

    assert (await server.act("state"))["flood_refused"] == 0


async def test_words_that_change_leave_the_files_below_them(edge: Edge, lan: User, minh: User) -> None:
    done, files = (Choice("Xong", "close:1", 1),), await sent_by(edge, lan, "photo", "photo")
    row = await edge.say(minh.id, Reply("Gọi 1800", done, attachments=files))
    ids = [message.id for message in await minh.sees() if message.is_bots]

    for words in ("Gọi 18008098", "Gọi 18001090"):
        edited = await edge.say(minh.id, Reply(words, done, attachments=files), kind="mentor", edits=row)

    assert [message.id for message in await minh.sees() if message.is_bots] == ids
    assert await media(minh) == [("", "Gọi 18001090"), ("1:photo", ""), ("1:photo", "")]
    assert await edge.state(edited) == "SENT"


# --- what is gone ---


async def test_a_file_that_is_gone_stops_nothing_behind_it(edge: Edge, minh: User) -> None:
    gone = await kept(edge, JPEG)
    async with edge.database.write() as session:
        await attachments.drop(session, [gone])

    row = await edge.say(minh.id, Reply("Ảnh:", attachments=(gone,)))
    await edge.say(minh.id, "Xong.")

    assert await edge.state(row) == "SENT"
    assert await minh.reads() == ["Ảnh:", "Xong."]


async def lost(edge: Edge) -> int:
    """A file that we know of, whose bytes are not there."""
    content = PNG + b"lost"
    id_ = await kept(edge, content)
    stored = await edge.files.put_any(content)
    await edge.files.delete([stored.sha256])
    return id_


@pytest.mark.parametrize("place", [0, 1, 2])
async def test_a_file_that_is_gone_is_left_out_of_an_album(edge: Edge, minh: User, place: int) -> None:
    files = [await kept(edge, JPEG), await kept(edge, PNG)]
    files.insert(place, await lost(edge))

    row = await edge.say(minh.id, Reply("Ảnh:", attachments=tuple(files)))

    assert await media(minh) == [("1:photo", "Ảnh:"), ("1:photo", "")]
    assert await edge.state(row) == "SENT"
    await edge.say(minh.id, "Đã xoá.", kind="staff", edits=row)
    assert await media(minh) == [("", "Đã xoá.")]


async def test_what_telegram_does_not_know_any_more_keeps_nothing_else_back(edge: Edge, lan: User, minh: User) -> None:
    unknown = await known(edge, "of-another-account", "photo")
    files = (unknown, *await sent_by(edge, lan, "photo", "photo"))

    row = await edge.say(minh.id, Reply("Ảnh:", attachments=files))

    assert await media(minh) == [("", "Ảnh:"), ("1:photo", ""), ("1:photo", "")]
    assert await edge.state(row) == "SENT"


async def test_the_only_file_left_of_an_album_goes_alone(edge: Edge, lan: User, minh: User) -> None:
    files = (await lost(edge), *await sent_by(edge, lan, "photo"), await lost(edge), *await sent_by(edge, lan, "voice"))

    row = await edge.say(minh.id, Reply("Ảnh:", attachments=files))

    assert await media(minh) == [("photo", "Ảnh:"), ("voice", "")]
    assert await edge.state(row) == "SENT"


@pytest.mark.parametrize("words", ["Ảnh:", "x" * 2000])
async def test_words_arrive_though_all_their_files_are_gone(edge: Edge, minh: User, words: str) -> None:
    row = await edge.say(minh.id, Reply(words, attachments=(await lost(edge), await lost(edge))))

    assert await minh.reads() == [words]
    assert await edge.state(row) == "SENT"


async def test_where_all_there_was_is_gone_it_is_refused(edge: Edge, minh: User) -> None:
    row = await edge.say(minh.id, Reply("", attachments=tuple([await lost(edge) for _ in range(12)])))
    some = await edge.say(
        minh.id, Reply("", attachments=(*[await lost(edge) for _ in range(11)], await kept(edge, JPEG)))
    )

    assert await edge.state(row) == "FAILED"
    assert await edge.state(some) == "SENT"
    assert await media(minh) == [("photo", "")]


async def test_an_edit_takes_files_away_and_those_too_old_for_that_are_overwritten(
    edge: Edge, lan: User, minh: User
) -> None:
    new = await edge.say(minh.id, Reply("Mới:", attachments=await sent_by(edge, lan, "photo", "video", "voice")))
    await edge.say(minh.id, "Giữa.")
    await edge.say(minh.id, "Đã xoá.", kind="staff", edits=new)
    assert await media(minh) == [("", "Giữa."), ("", "Đã xoá.")]
    kinds = ("photo", "video", "document", "document", "voice")
    old = await edge.say(minh.id, Reply("Cũ:", attachments=await sent_by(edge, lan, *kinds)))
    await edge.server.act("move", seconds=49 * 3600)

    row = await edge.say(minh.id, "Đã xoá cả.", kind="staff", edits=old)

    gone = texts.TAKEN_AWAY
    assert (await media(minh))[2:] == [
        ("1:photo", gone), ("1:photo", gone), ("2:document", gone), ("2:document", gone), ("voice", gone),
        ("", "Đã xoá cả."),
    ]  # fmt: skip
    assert await edge.state(row) == "SENT"


async def test_what_cannot_be_taken_away_for_now_is_later(edge: Edge, lan: User, minh: User) -> None:
    words = Reply("x" * 2000, attachments=await sent_by(edge, lan, "photo"))
    row = await edge.say(minh.id, words)
    edge.server.world.faults.add(Fault("502", "deleteMessage"))

    edited = await edge.say(minh.id, "Đã xoá.", kind="staff", edits=row)
    await edge.later()

    assert await media(minh) == [("", "Đã xoá.")]
    assert await edge.state(edited) == "SENT"


async def test_what_is_erased_goes_first_whatever_becomes_of_the_words_that_follow(
    edge: Edge, lan: User, minh: User
) -> None:
    row = await edge.say(minh.id, Reply("Ảnh:", attachments=await sent_by(edge, lan, "photo", "photo")), kind="staff")
    edge.server.world.faults.add(Fault("502", "sendMessage"))

    edited = await edge.say(minh.id, "Đã xoá.", kind="staff", edits=row)
    before = await media(minh)
    await edge.later()

    assert (before, await media(minh)) == ([], [("", "Đã xoá.")])
    assert await edge.state(edited) == "SENT"


async def test_a_photo_that_words_replace_stays_where_those_do_not_arrive(edge: Edge, lan: User, minh: User) -> None:
    row = await edge.say(minh.id, Reply("Gọi 1800", attachments=await sent_by(edge, lan, "photo")), kind="mentor")
    edge.server.world.faults.add(Fault("reset_before", "sendMessage"))

    edited = await edge.say(minh.id, "Gọi 18008098", kind="mentor", edits=row)

    assert await media(minh) == [("photo", "Gọi 1800")]
    assert await edge.state(edited) == "UNKNOWN"


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
