"""What people do on Telegram becomes events, each stored before Telegram is told to forget it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from handlers import texts
from handlers.events import (
    BotAdded,
    BotRemoved,
    Edited,
    Event,
    Media,
    Moved,
    Opened,
    Pressed,
    Reached,
    Said,
    Unreachable,
)
from handlers.replies import Choice, Reply
from storage import Address, Identity, inbox
from tests.bot.telegram.edge import Edge
from tests.botapi.people import JPEG, MP4, OGG, User, all_confirmed
from tests.botapi.server import Server

AT = datetime(2026, 11, 24, tzinfo=UTC)
LAN, MINH = Identity("telegram", "101"), Identity("telegram", "102")
PRIVATE = Address("telegram", "101")


@pytest.fixture
async def listening(edge: Edge) -> AsyncIterator[Edge]:
    """The channel reads, and nobody handles what it stores."""
    reading = asyncio.create_task(edge.parts.channel.run())
    yield edge
    reading.cancel()
    with suppress(asyncio.CancelledError):
        await reading


async def heard(edge: Edge) -> list[Event]:
    """Everything stored so far, as if it had happened at the same time; read when nothing is on its way."""
    await all_confirmed(edge.server)
    return [replace(event, at=AT) for event in await edge.accepted()]


def said(text: str, message: int, **more: object) -> Said:
    return Said(AT, LAN, PRIVATE, text, message=str(message), **more)  # type: ignore[arg-type]  # fields of `Said`


# --- in private ---


@pytest.mark.parametrize(
    ("payload", "start"),
    [
        ("", ""),
        ("t_atm-mem", "topic:atm-mem"),
        ("q_atm-mem-phi", "q:atm-mem-phi"),
        ("x_06478", "place:06478"),
        ("m_4821", "code:4821"),
        ("i_sE-cr_et", "invite:sE-cr_et"),
        ("z_4821", ""),
        ("q_<b>", ""),
        ("q", ""),
    ],
)
async def test_a_link_opens_the_chat_for_what_it_carries(listening: Edge, lan: User, payload: str, start: str) -> None:
    await lan.starts(payload)

    assert await heard(listening) == [Opened(AT, LAN, PRIVATE, start)]


async def test_words_are_said_with_secrets_masked(listening: Edge, lan: User) -> None:
    plain = await lan.writes("rút tiền mất phí không")
    secret = await lan.writes("mã OTP của em là 482913")

    assert await heard(listening) == [
        said("rút tiền mất phí không", plain),
        said("mã OTP của em là [mã OTP đã che]", secret, masked=("otp",)),
    ]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("/chude", "/chude"),
        ("/CHUDE@xulang_bot", "/chude"),
        ("/mentor giúp em", "/mentor giúp em"),
        ("/chude@other_bot", None),
        ("/ chude", "/ chude"),
    ],
)
async def test_commands_are_passed_in_their_plain_form(
    listening: Edge, lan: User, written: str, text: str | None
) -> None:
    message = await lan.writes(written)

    assert await heard(listening) == ([] if text is None else [said(text, message)])


async def test_what_came_with_words_is_known_by_the_platforms_reference(listening: Edge, lan: User) -> None:
    photo = await lan.sends_photo(caption="máy báo thế này")
    voice = await lan.sends_voice()
    video = await lan.sends_video()
    document = await lan.sends_document(size=25_000_000)

    found = await heard(listening)

    references = [event.media[0].reference for event in found if isinstance(event, Said)]
    assert len(set(references)) == 4
    assert found == [
        said("máy báo thế này", photo, media=(Media("photo", references[0], len(JPEG)),)),
        said("", voice, media=(Media("voice", references[1], len(OGG)),)),
        said("", video, media=(Media("video", references[2], len(MP4)),)),
        said("", document, media=(Media("document", references[3], 25_000_000, "giay-to.pdf"),)),
    ]


async def test_the_parts_of_an_album_tell_that_they_belong_together(listening: Edge, lan: User) -> None:
    await lan.sends_album(b"\xff\xd8\xff1", b"\xff\xd8\xff2", caption="hai ảnh")

    found = await heard(listening)

    albums = [(event.text, event.album, len(event.media)) for event in found if isinstance(event, Said)]
    assert albums == [("hai ảnh", albums[0][1], 1), ("", albums[0][1], 1)]
    assert albums[0][1] != ""


async def test_what_is_hardly_more_than_words_becomes_words(listening: Edge, lan: User) -> None:
    sent = [
        await lan.sends_location(21.85, 106.76),
        await lan.sends_contact("+84912345678", "Bình"),
        await lan.sends_sticker("🌾"),
    ]

    assert await heard(listening) == [
        said("Vị trí: https://www.google.com/maps?q=21.85000,106.76000", sent[0]),
        said("Danh bạ: Bình, +84912345678", sent[1]),
        said("🌾", sent[2]),
    ]


async def test_an_edit_names_the_message_that_was_edited(listening: Edge, lan: User) -> None:
    message = await lan.writes("rút tiền")
    await lan.edits(message, "nạp tiền")

    assert await heard(listening) == [
        said("rút tiền", message),
        Edited(AT, LAN, PRIVATE, str(message), "nạp tiền"),
    ]


async def test_a_reply_names_the_message_that_it_answers(listening: Edge, lan: User) -> None:
    first = await lan.writes("rút tiền")
    second = await lan.writes("ý này", reply_to=first)

    assert await heard(listening) == [said("rút tiền", first), said("ý này", second, reply_to=str(first))]


async def test_who_blocks_us_is_unreachable_until_they_come_back(listening: Edge, lan: User) -> None:
    await lan.starts()
    await lan.blocks()
    await lan.unblocks()

    assert await heard(listening) == [
        Opened(AT, LAN, PRIVATE), Unreachable(AT, PRIVATE), Reached(AT, PRIVATE),
    ]  # fmt: skip


# --- pressing ---


async def test_a_press_is_stored_and_answered_and_what_is_used_up_goes(listening: Edge, lan: User) -> None:
    await lan.starts()
    choices = (Choice("Được rồi", "good:7", 1), Choice("Chưa đúng", "bad:7", 2), Choice("Chủ đề", "topics", 3))
    await listening.say(lan.id, Reply("Ra điểm giao dịch.", choices))
    (shown,) = [m for m in await lan.sees() if m.is_bots]

    toast = await lan.presses("1. Được rồi")

    assert toast == ""
    assert await heard(listening) == [
        Opened(AT, LAN, PRIVATE), Pressed(AT, LAN, PRIVATE, "good:7", source=str(shown.id)),
    ]  # fmt: skip
    await lan.waits(lambda seen: seen[-1].labels == ["3. Chủ đề"])


async def test_a_button_that_leads_somewhere_stays(listening: Edge, lan: User) -> None:
    await lan.starts()
    await listening.say(lan.id, Reply("Chọn:", (Choice("Được rồi", "good:7", 1), Choice("Chủ đề", "topics", 2))))

    await lan.presses("2. Chủ đề")
    await listening.parts.receiver.drain()

    assert (await lan.sees())[-1].labels == ["1. Được rồi", "2. Chủ đề"]


async def test_a_card_keeps_its_buttons_until_it_is_edited(listening: Edge, lan: User) -> None:
    await lan.starts()
    await listening.say(lan.id, Reply("Phiếu 4821", (Choice("Nhận", "take:4821", 1),)), kind="card")

    await lan.presses("1. Nhận")
    await listening.parts.receiver.drain()

    assert (await lan.sees())[-1].labels == ["1. Nhận"]


async def test_a_button_meant_for_somebody_else_is_refused_kindly(listening: Edge, lan: User, minh: User) -> None:
    group = await lan.makes_group("Thôn Nà Chuông", minh)
    await lan.adds_bot(group)
    await listening.say(group, Reply("Chọn:", (Choice("Có", "pick:7:x", 1),)), audience=str(lan.id))

    toasts = [await minh.presses("1. Có", chat=group), await lan.presses("1. Có", chat=group)]

    assert toasts == [texts.NOT_YOUR_BUTTON, ""]
    pressed = [event for event in await heard(listening) if isinstance(event, Pressed)]
    assert [(event.who, event.group) for event in pressed] == [(LAN, True)]


async def test_a_button_meant_for_who_wrote_in_the_groups_name_is_for_its_admins(
    listening: Edge, lan: User, minh: User
) -> None:
    group = await lan.makes_group("Thôn Nà Chuông", minh)
    await lan.adds_bot(group)
    await listening.say(group, Reply("Chọn:", (Choice("Có", "pick:7:x", 1),)), audience=str(group))

    toasts = [await minh.presses("1. Có", chat=group), await lan.presses("1. Có", chat=group)]

    assert toasts == [texts.NOT_YOUR_BUTTON, ""]
    pressed = [event for event in await heard(listening) if isinstance(event, Pressed)]
    assert [event.who for event in pressed] == [Identity("telegram", str(group))]


# --- in groups ---


@pytest.fixture
async def group(listening: Edge, lan: User, minh: User) -> int:
    """A group that Lan made, Minh is in, and whose every word the helpdesk reads."""
    made = await lan.makes_group("Thôn Nà Chuông", minh)
    await lan.adds_bot(made)
    await lan.promotes_bot(made)
    return made


async def words(edge: Edge) -> list[tuple[str, bool]]:
    """What was said in groups, and whether it was addressed to us."""
    return [(event.text, event.addressed) for event in await heard(edge) if isinstance(event, Said)]


async def test_only_what_is_addressed_counts_as_that(listening: Edge, lan: User, group: int) -> None:
    await listening.say(group, "Chào cả nhóm")
    ours = (await lan.sees(group))[-1].id

    theirs = await lan.writes("rút tiền mất phí không", group)
    await lan.writes("@xulang_bot rút tiền mất phí không", group)
    await lan.writes("thế còn @XuLang_Bot thì sao", group)
    await lan.writes("cảm ơn", group, reply_to=ours)
    await lan.writes("ừ", group, reply_to=theirs)
    await lan.writes("/trogiup@xulang_bot", group)
    await lan.writes("@xulang_botx ơi", group)

    assert await words(listening) == [
        ("rút tiền mất phí không", False),
        ("rút tiền mất phí không", True),
        ("thế còn thì sao", True),
        ("cảm ơn", True),
        ("ừ", False),
        ("/trogiup", True),
        ("@xulang_botx ơi", False),
    ]


async def test_only_admins_of_the_group_are_told_to_be_that(listening: Edge, lan: User, minh: User, group: int) -> None:
    await minh.writes("/huuich", group)
    await lan.writes("/huuich", group)
    await lan.writes("/huuich", group, speaks_as="group")

    found = [(event.who, event.by_admin) for event in await heard(listening) if isinstance(event, Said)]
    assert found == [(MINH, False), (LAN, True), (Identity("telegram", str(group)), True)]


async def test_telegram_is_asked_once_about_each_who_gives_a_groups_commands(
    edge: Edge, server: Server, lan: User, minh: User
) -> None:
    group = await lan.makes_group("Thôn Nà Chuông", minh)
    await lan.adds_bot(group)
    for person in (minh, lan, minh, lan):
        await person.writes("/huuich", group)

    reading = asyncio.create_task(edge.parts.channel.run())

    found = [(event.who, event.by_admin) for event in await heard(edge) if isinstance(event, Said)]
    assert found == [(MINH, False), (LAN, True)] * 2
    assert server.world.calls["getchatmember"] == 2
    reading.cancel()


async def test_channels_and_other_bots_are_not_people(listening: Edge, lan: User, group: int) -> None:
    await listening.server.act("person", user=900, name="Bot khác", is_bot=True)
    await listening.server.act("join", chat=group, user=900, by=lan.id)
    await lan.writes("@xulang_bot mua ngay", group, speaks_as="channel")
    await listening.server.act("write", user=900, text="@xulang_bot chào", chat=group)

    assert await words(listening) == []


async def test_coming_into_a_group_and_its_rights_are_told(listening: Edge, lan: User, group: int) -> None:
    await lan.removes_bot(group)

    where = Address("telegram", str(group))
    assert await heard(listening) == [
        BotAdded(AT, LAN, where, reads_all=False), BotAdded(AT, LAN, where, reads_all=True), BotRemoved(AT, LAN, where),
    ]  # fmt: skip


async def test_a_group_that_becomes_a_supergroup_has_moved(listening: Edge, lan: User) -> None:
    old = await lan.makes_group("Thôn Nà Chuông", kind="group")
    await lan.adds_bot(old)
    new = await listening.server.act("upgrade", chat=old, by=lan.id)

    moved = [event for event in await heard(listening) if isinstance(event, Moved)]
    assert set(moved) == {Moved(AT, Address("telegram", str(old)), Address("telegram", str(new)))}


async def test_a_thread_that_we_made_has_our_name(listening: Edge, lan: User) -> None:
    forum = await lan.makes_group("VNPT", forum=True)
    await lan.adds_bot(forum)
    await lan.promotes_bot(forum)
    await listening.say(forum, Reply("Thẻ phiếu", title="#4821"), thread="ticket:4821", kind="card")
    card = (await lan.sees(forum))[-1]
    theirs = await listening.server.act("topic", chat=forum, by=lan.id, name="Chuyện chung")

    await lan.writes("trả lời", forum, reply_to=card.id)
    await lan.writes("không liên quan", forum, thread=card.thread)
    await lan.writes("chuyện khác", forum, thread=theirs)
    await lan.writes("chung", forum)

    found = [event for event in await heard(listening) if isinstance(event, Said)]
    assert [(event.text, event.where.thread, event.reply_to) for event in found] == [
        ("trả lời", "ticket:4821", str(card.id)),
        ("không liên quan", "ticket:4821", ""),
        ("chuyện khác", str(theirs), ""),
        ("chung", "", ""),
    ]


# --- what can't be read, or comes again ---


async def set_aside(edge: Edge) -> list[str]:
    async with edge.database.read() as session:
        return [aside.error for aside in await inbox.aside(session, 9)]


async def test_an_update_that_cannot_be_read_is_set_aside_and_the_next_one_is_heard(
    listening: Edge, server: Server, lan: User
) -> None:
    await server.act("raw", body={"message": {"message_id": "x", "chat": 5}})
    message = await lan.writes("rút tiền")

    assert await heard(listening) == [said("rút tiền", message)]
    assert len(await set_aside(listening)) == 1


async def test_what_is_delivered_again_is_one_event(listening: Edge, server: Server, lan: User) -> None:
    message = await lan.writes("rút tiền")
    await heard(listening)
    (update,) = server.world.updates.confirmed

    await server.act("again", update=update["update_id"])
    await lan.writes("/x@other_bot")

    assert await heard(listening) == [said("rút tiền", message)]


async def test_numbers_of_updates_may_begin_anew_lower(listening: Edge, server: Server, lan: User) -> None:
    first = await lan.writes("rút tiền")
    await heard(listening)
    await server.act("restart_ids", next_id=7)
    second = await lan.writes("nạp tiền")

    assert await heard(listening) == [said("rút tiền", first), said("nạp tiền", second)]
