"""Mentors with Telegram on their phones: cards on the screen, replies that reach the member, and a unit's group."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from faq import catalog
from faq.matching import Matcher
from handlers import texts
from handlers.turn import Desk, Knowledge
from storage import Address, Database, tickets
from tests.botapi.people import JPEG, Seen, User
from tests.faq.folders import TOPIC, write
from tests.stories.house import UNITS, invited
from tests.stories.phones import TelegramHouse, telegram_house

QUESTION = "máy cày của nhà tôi kêu to quá phải làm sao"
UNIT = "Viettel Lạng Sơn"
CARD = f"Phiếu 1 · {UNIT}\n{{state}}\n{{until}}\n\n{QUESTION}"
NEW = CARD.format(state="Mới", until="Trả lời trước 09:30 ngày 24/11")
SEEN = CARD.format(state="Đang xem, Sơn đang giữ", until="Trả lời trước 09:30 ngày 24/11")
ANSWERED = CARD.format(state="Đã trả lời, Sơn đang giữ", until="Xong việc trước 09:00 ngày 25/11")
ALBUM_GOES = timedelta(seconds=2)


@pytest.fixture
def kind() -> str:
    return "sqlite"


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[TelegramHouse]:
    found = catalog.load(write(tmp_path / "faq", {"rut-tien.yaml": TOPIC}))
    knowledge = Knowledge(found, Matcher(found))
    async with telegram_house(database, Desk(UNITS, lambda: knowledge), tmp_path) as made:
        yield made


@pytest.fixture
async def lan(house: TelegramHouse) -> User:
    return await User(house.server, 101, "Lan").comes()


@pytest.fixture
async def son(house: TelegramHouse) -> User:
    """Sơn came by an invitation's link."""
    return await mentor(house, 103, "Sơn", "viettel")


async def mentor(house: TelegramHouse, number: int, name: str, unit: str) -> User:
    came = await User(house.server, number, name).comes()
    await invited(house, name, "mentor", unit, f"bi-mat-{number}")
    await came.starts(f"i_bi-mat-{number}")
    await house.settle()
    return came


async def posts(house: TelegramHouse) -> list[tuple[str, str]]:
    """Kind and text of all that was said in ticket 1."""
    async with house.database.read() as session:
        return [(post.kind, post.text) for post in await tickets.posts(session, 1)]


async def asks(house: TelegramHouse, lan: User) -> None:
    await lan.writes(QUESTION)
    await house.settle()
    button = next(b for m in await lan.sees() for b in m.buttons if texts.send_to(UNIT) in b.text)
    await lan.presses_data(button.data, (await lan.sees())[-1].id)
    await house.settle()


async def says_more(house: TelegramHouse, lan: User) -> None:
    """Words and two photos for the mentor who has the ticket."""
    await lan.writes("máy kubota")
    await lan.sends_album(JPEG, JPEG)
    await house.settle()
    await does(house, lan, texts.PHOTO_SEND)


async def does(house: TelegramHouse, who: User, label: str, chat: int | None = None) -> None:
    """Presses the newest button of this label; a member's has a number before it."""
    message, button = next((m, b) for m in reversed(await who.sees(chat)) for b in m.buttons if b.text.endswith(label))
    await who.presses_data(button.data, message.id, chat)
    await house.settle()


async def bots(who: User, chat: int | None = None) -> list[Seen]:
    return [message for message in await who.sees(chat) if message.is_bots and not message.service]


async def test_a_card_is_edited_on_the_screen_and_a_reply_to_it_reaches_the_member(
    house: TelegramHouse, lan: User, son: User
) -> None:
    await asks(house, lan)
    card = (await bots(son))[-1]
    assert (card.text, card.labels) == (
        NEW,
        [texts.TAKE, texts.PASS_ON, texts.READY_ANSWER, texts.END],
    )

    await does(house, son, texts.TAKE)
    taken = (await bots(son))[-1]
    assert (taken.id, taken.text, len(taken.earlier)) == (card.id, SEEN, 1)
    await son.writes("Xem lại dầu <nhé>", reply_to=card.id)
    await house.settle()

    assert (await bots(son))[-1].text == ANSWERED
    assert (await bots(lan))[-1].html == f"<b>Cán bộ hỗ trợ Sơn ({UNIT})</b>\nXem lại dầu &lt;nhé&gt;"


async def test_words_and_photos_go_both_ways(house: TelegramHouse, lan: User, son: User) -> None:
    await asks(house, lan)
    await does(house, son, texts.TAKE)
    card = (await bots(son))[-1]

    await says_more(house, lan)
    words = [message for message in await bots(son) if message.id > card.id]
    assert [(m.text, m.media) for m in words] == [
        ("Phiếu 1, thành viên:\n\nmáy kubota", ""),
        ("Phiếu 1, thành viên:\n\n(gửi ảnh)", "photo"),
        ("", "photo"),
    ]
    assert words[1].album == words[2].album != ""

    await son.sends_voice(reply_to=words[-1].id)
    await son.sends_album(JPEG, JPEG, reply_to=words[0].id)
    await house.settle()
    await house.tick(ALBUM_GOES)
    shown = await bots(lan)
    assert [m.media for m in shown[-5:]] == ["", "voice", "", "photo", "photo"]
    assert shown[-2].album == shown[-1].album != ""


async def test_edits_are_seen_on_the_other_side(house: TelegramHouse, lan: User, son: User) -> None:
    await asks(house, lan)
    await does(house, son, texts.TAKE)
    card = (await bots(son))[-1]
    said = await lan.writes("máy kubota")
    await house.settle()
    answer = await son.writes("Gọi 1800", reply_to=card.id)
    await house.settle()

    await lan.edits(said, "máy yanmar")
    await son.edits(answer, "Gọi 18008098")
    await house.settle()

    assert (await bots(son))[-1].text == "Phiếu 1, thành viên sửa lại tin:\n\nmáy yanmar"
    corrected = (await bots(lan))[-1]
    assert (corrected.text, len(corrected.earlier)) == (f"Cán bộ hỗ trợ Sơn ({UNIT})\nGọi 18008098", 1)


async def test_corrected_words_keep_their_photos(house: TelegramHouse, lan: User, son: User) -> None:
    await asks(house, lan)
    said = await son.sends_photo(caption="Gọi 1800", reply_to=(await bots(son))[-1].id)
    await house.settle()
    before = [message.id for message in await bots(lan)]

    await son.edits(said, "Gọi 18008098")
    await house.settle()

    shown = await bots(lan)
    assert [message.id for message in shown] == before
    assert [(m.text, m.media) for m in shown[-2:]] == [(f"Cán bộ hỗ trợ Sơn ({UNIT})\nGọi 18008098", ""), ("", "photo")]


async def test_an_edited_question_is_answered_in_place(house: TelegramHouse, lan: User) -> None:
    asked = await lan.writes(QUESTION)
    await house.settle()
    before = (await bots(lan))[-1]

    await lan.edits(asked, "rút tiền thế nào")
    await house.settle()

    after = (await bots(lan))[-1]
    assert (after.id, after.text.split("\n")[0], after.earlier) == (before.id, "Rút tiền thế nào?", (before.html,))


async def test_a_forum_has_a_topic_per_ticket_that_lives_with_it(house: TelegramHouse, lan: User, son: User) -> None:
    hoa = await User(house.server, 104, "Hoa").comes()
    group = await hoa.makes_group("Viettel", son, forum=True)
    await hoa.adds_bot(group)
    await hoa.promotes_bot(group)
    unit = replace(UNITS["viettel"], group=Address("telegram", str(group)))
    house.desk = house.helpdesk.desk = replace(house.desk, units={**UNITS, "viettel": unit})
    await house.settle()

    await asks(house, lan)
    made = await house.server.act("topics", chat=group)
    assert [(topic["name"], topic["is_closed"]) for topic in made] == [("#1 · Mới", False)]
    await does(house, son, texts.TAKE, group)
    card = (await bots(son, group))[-1]
    assert card.text == SEEN.removesuffix(f"\n\n{QUESTION}")
    assert (await bots(son))[-1].text == SEEN

    await son.writes("Chào bác", group, reply_to=card.id, thread=card.thread)
    await house.settle()
    assert (await bots(lan))[-1].text == f"Cán bộ hỗ trợ Sơn ({UNIT})\nChào bác"
    await does(house, son, texts.END, group)
    ended = await house.server.act("topics", chat=group)
    assert [(topic["name"], topic["is_closed"]) for topic in ended] == [("#1 · Đã đóng", True)]


async def test_an_entry_is_searched_for_in_a_reply_and_sent_by_a_button(
    house: TelegramHouse, lan: User, son: User
) -> None:
    await asks(house, lan)
    await does(house, son, texts.TAKE)
    card = (await bots(son))[-1]

    await son.writes("? lấy tiền ra sao", reply_to=card.id)
    await house.settle()
    found = (await bots(son))[-1]
    assert (found.text, found.labels) == (texts.READY_ANSWERS, ["Rút tiền thế nào?"])
    await does(house, son, "Rút tiền thế nào?")

    sent = "Rút tiền thế nào?\n\nRa điểm giao dịch.\n\n1. Mang căn cước."
    assert (await bots(lan))[-1].text == f"Cán bộ hỗ trợ Sơn ({UNIT})\n{sent}"
    assert (await bots(son))[-1].labels == []
    assert (await posts(house))[-1] == ("mentor", sent)


async def test_a_ticket_is_passed_on_and_its_card_with_it(house: TelegramHouse, lan: User, son: User) -> None:
    quy = await mentor(house, 105, "Quý", "buu-dien")
    await asks(house, lan)
    card = (await bots(son))[-1]

    await does(house, son, texts.PASS_ON)
    await does(house, son, "Bưu điện tỉnh Lạng Sơn")

    left = next(message for message in await bots(son) if message.id == card.id)
    assert (left.text, left.labels) == ("Phiếu 1 không còn ở đây, nay do Bưu điện tỉnh Lạng Sơn lo.", [])
    there = (await bots(quy))[-1]
    assert (there.text, there.labels[0]) == (NEW.replace(UNIT, "Bưu điện tỉnh Lạng Sơn"), texts.TAKE)
    await quy.writes("Bác ra bưu điện nhé", reply_to=there.id)
    await house.settle()
    assert (await bots(lan))[-1].text == "Cán bộ hỗ trợ Quý (Bưu điện tỉnh Lạng Sơn)\nBác ra bưu điện nhé"
    await son.writes("Tôi trả lời", reply_to=card.id)
    await house.settle()
    assert (await bots(son))[-1].text == texts.NOT_YOUR_TICKET


@pytest.mark.parametrize("days", [0, 3])
async def test_whoever_is_erased_disappears_from_the_mentors_chat(
    house: TelegramHouse, lan: User, son: User, days: int
) -> None:
    await asks(house, lan)
    await does(house, son, texts.TAKE)
    card = (await bots(son))[-1]
    await says_more(house, lan)
    files = {message.file for message in await bots(son) if message.media}
    await house.server.act("move", seconds=days * 24 * 3600)

    await lan.writes("xoá dữ liệu")
    await house.settle()
    await does(house, lan, texts.ERASE_YES)

    left = [message for message in await bots(son) if message.id >= card.id]
    assert QUESTION not in left[0].text
    erased = f"Phiếu 1: {texts.MEMBER_ERASED}"
    overwritten = [(texts.TAKEN_AWAY, "photo")] * 2 if days else []
    assert [(m.text, m.media) for m in left[1:]] == [(erased, ""), *overwritten, (erased, "")]
    assert len(files) == 2
    assert not files & {message.file for message in left}


async def test_a_reply_to_any_photo_of_an_album_reaches_the_member(house: TelegramHouse, lan: User, son: User) -> None:
    await asks(house, lan)
    await does(house, son, texts.TAKE)
    await lan.writes("máy kubota")
    await lan.sends_album(JPEG, JPEG, JPEG)
    await house.settle()
    await does(house, lan, texts.PHOTO_SEND)
    photos = [message for message in await bots(son) if message.media]

    for number, photo in enumerate(photos):
        await son.writes(f"Ảnh {number}", reply_to=photo.id)
    await house.settle()

    said = [message.text for message in await bots(lan)][-3:]
    assert said == [f"Cán bộ hỗ trợ Sơn ({UNIT})\nẢnh {number}" for number in range(3)]


async def test_a_member_who_replies_to_a_mentors_photo_is_heard_in_that_ticket(
    house: TelegramHouse, lan: User, son: User
) -> None:
    await asks(house, lan)
    await son.sends_album(JPEG, JPEG, reply_to=(await bots(son))[-1].id)
    await house.settle()
    await house.tick(ALBUM_GOES)
    photo = (await bots(lan))[-1]
    await lan.writes("câu hỏi mới")
    await lan.writes("rút tiền thế nào")
    await house.settle()

    await lan.writes("lấy tiền ra sao", reply_to=photo.id)
    await house.settle()

    assert photo.media == "photo"
    assert (await posts(house))[-1] == ("member", "lấy tiền ra sao")


async def test_a_listed_ticket_has_its_card_moved_to_the_end(house: TelegramHouse, lan: User, son: User) -> None:
    await asks(house, lan)
    old = (await bots(son))[-1]
    await son.writes("/phieu")
    await house.settle()

    await does(house, son, texts.staff_label(1, "OPEN", UNIT))
    shown = await bots(son)
    assert [message.text for message in shown if message.text.startswith("Phiếu 1")] == [NEW]
    assert (shown[-1].text, shown[-1].id > old.id) == (NEW, True)
    await does(house, son, texts.TAKE)

    taken = (await bots(son))[-1]
    assert (taken.id, taken.text) == (shown[-1].id, SEEN)
