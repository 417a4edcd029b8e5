"""Stories of mentors who work in their chats: cards, and replies that reach the member."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.channel import Closed, Later, Refused, Unclear
from faq import answers
from handlers import mentoring, texts
from handlers.events import BotAdded, BotRemoved, Moved, Unreachable
from storage import Address, Identity, outbox, people, tickets
from storage.tables import OutboxRow, OutboxState
from tests.stories.house import UNITS, AtDesk, Chat, House, invited, mentor_in_chat, open_ticket

QUESTION = "máy cày của nhà tôi kêu to quá phải làm sao"
UNIT = "Viettel Lạng Sơn"
GROUP = "-100"


@pytest.fixture
async def son(house: House) -> Chat:
    """Sơn is a mentor of Viettel's who has no desk but a phone."""
    return await mentor_in_chat(house, "son", "Sơn", "viettel")


@pytest.fixture
async def mai(house: House) -> Chat:
    """Mai sits beside Sơn."""
    return await mentor_in_chat(house, "mai", "Mai", "viettel")


@pytest.fixture
async def quy(house: House) -> Chat:
    """Quý is a mentor of the post's."""
    return await mentor_in_chat(house, "quy", "Quý", "buu-dien")


NEW = f"""**Phiếu 1** · {UNIT}
Mới
Trả lời trước 09:30 ngày 24/11

{QUESTION}"""


def card(state: str, until: str = "Trả lời trước 09:30 ngày 24/11", words: str = QUESTION) -> str:
    """Ticket 1 as its card shows it."""
    head = NEW.removesuffix(f"\n\n{QUESTION}").replace("Mới", state)
    head = head.replace("Trả lời trước 09:30 ngày 24/11", until).rstrip()
    return f"{head}\n\n{words}" if words else head


SEEN = "Đang xem, Sơn đang giữ"
ANSWERED = ("Đã trả lời, Sơn đang giữ", "Xong việc trước 09:00 ngày 25/11")
FREE = [texts.TAKE, texts.PASS_ON, texts.READY_ANSWER, texts.END]
HELD = [texts.LAY_DOWN, texts.PASS_ON, texts.READY_ANSWER, texts.END]


def pressable(chat: Chat, line: int = 0) -> list[str]:
    return [choice.label for choice in chat.screen[line].reply.choices]


async def posts(house: House, ticket: int = 1) -> list[tuple[str, str]]:
    async with house.database.read() as session:
        return [(post.kind, post.text) for post in await tickets.posts(session, ticket)]


# --- becoming one ---


async def test_an_invitation_makes_a_mentor_once(house: House, lan: Chat, tu: Chat) -> None:
    await open_ticket(tu)
    link = await invited(house, "Lan", "mentor", "viettel", "mot-bi-mat")

    assert await lan.open(link) == [
        texts.welcome_staff("mentor", "Lan", UNIT),
        texts.at_hand(0, 1),
        NEW,
    ]
    assert await lan.open(link) == [texts.INVITATION_SPENT]
    assert await tu.open(link) == [texts.INVITATION_SPENT]

    async with house.database.read() as session:
        assert await people.private_places(session, "mentor", "viettel") == [lan.address]


async def test_a_second_invitation_adds_a_unit_to_the_same_person(house: House, son: Chat) -> None:
    link = await invited(house, "Sơn Nguyễn", "mentor", "buu-dien", "bi-mat-hai")

    await son.open(link)

    async with house.database.read() as session:
        assert [(one.person.name, one.role.unit) for one in await people.staff(session)] == [
            ("Sơn", "buu-dien"),
            ("Sơn", "viettel"),
        ]


async def test_a_mentor_of_the_desk_comes_to_a_chat_by_an_invitation_too(house: House, lan: Chat, minh: AtDesk) -> None:
    phone = Chat(house, "dien-thoai-minh")
    await phone.open(await invited(house, "Minh", "mentor", "viettel", "bi-mat-minh", minh.mentor.person_id))
    number = await open_ticket(lan)

    assert await phone.press(texts.TAKE) == [card("Đang xem, Minh đang giữ")]
    assert await minh.queue("mine") == [number]


async def test_an_invitation_is_not_spent_in_a_group_or_too_late(house: House, lan: Chat) -> None:
    link = await invited(house, "Lan", "mentor", "viettel", "muon")
    group = Chat(house, "lan", "-5")

    await group.open(link)
    house.clock.move(timedelta(hours=25))

    assert await lan.open(link) == [texts.INVITATION_SPENT]
    async with house.database.read() as session:
        assert await people.staff(session) == []


# --- cards in private ---


async def test_a_card_shows_the_life_of_its_ticket_in_place(house: House, lan: Chat, son: Chat, mai: Chat) -> None:
    await open_ticket(lan)
    assert (son.reads, pressable(son), mai.reads, pressable(mai)) == ([NEW], FREE, [NEW], FREE)

    await son.press(texts.TAKE)
    assert (son.reads, pressable(son), mai.reads, pressable(mai)) == ([card(SEEN)], HELD, [card(SEEN)], [])

    await son.send("Nhà mình xem lại dầu nhé.", to=son.screen[0].id)
    assert (son.reads, mai.reads) == ([card(*ANSWERED)], [card(*ANSWERED)])

    await son.press(texts.END)
    closed = card("Đã đóng, Sơn đang giữ", "")
    assert (son.reads, mai.reads) == ([closed], [closed])
    assert lan.reads[-3:] == [
        texts.taken(1, "Sơn", UNIT),
        "Nhà mình xem lại dầu nhé\\.",
        texts.closed(1),
    ]

    await lan.press(texts.REOPEN)
    again = card("Mới", "Trả lời trước 09:30 ngày 24/11")
    called = "**Phiếu 1:** Phiếu lại đang chờ người nhận."
    assert (son.reads, pressable(son), mai.reads) == ([again, called], FREE, [again, called])
    assert [line.reply_to for line in son.screen] == ["", son.screen[0].id]


async def test_a_card_names_the_topic_where_the_question_is_likely_about_one(lan: Chat, son: Chat) -> None:
    await lan.say("tài khoản định danh vneid của bố tôi")
    await lan.press(texts.NONE)
    await lan.press(texts.send_to(UNIT))

    assert son.reads[0].split("\n")[2] == "Có lẽ về: Công dân số Xứ Lạng"


async def test_two_mentors_take_at_once_and_one_reads_who_was_first(lan: Chat, son: Chat, mai: Chat) -> None:
    await open_ticket(lan)

    await son.press(texts.TAKE)
    assert await mai.press("take:1") == ["Phiếu 1 đang do Sơn giữ."]
    assert await mai.send("Tôi trả lời", to=mai.screen[0].id) == ["Phiếu 1 đang do Sơn giữ."]
    assert await mai.press("lay:1") == ["Phiếu 1 đang do Sơn giữ."]
    assert await mai.press("end:1") == ["Phiếu 1 đang do Sơn giữ."]
    assert await mai.press("give:1:vnpt") == ["Phiếu 1 đang do Sơn giữ."]
    assert await son.press("take:1") == []

    assert lan.reads[-1] == texts.taken(1, "Sơn", UNIT)


async def test_only_replies_reach_the_member(house: House, lan: Chat, son: Chat) -> None:
    await open_ticket(lan)
    await son.press(texts.TAKE)
    before = len(lan.reads)

    assert await son.say("thủ tục làm thẻ căn cước ở đâu") != []
    assert await son.send("/trogiup", to=son.screen[0].id) == [texts.HELP]
    assert len(lan.reads) == before
    await son.send("Chào <3 *bà con*", to=son.screen[0].id)

    assert lan.last.text == "Chào \\<3 \\*bà con\\*"
    assert lan.last.speaker == f"Cán bộ hỗ trợ Sơn ({UNIT})"
    assert await posts(house) == [("member", QUESTION), ("mentor", "Chào <3 *bà con*")]


async def test_the_members_words_are_answered_by_replying_to_them(lan: Chat, son: Chat) -> None:
    await open_ticket(lan)
    await son.press(texts.TAKE)
    await lan.say("máy kubota")

    words = son.screen[-1]
    assert (words.reply.text, words.reply_to) == ("**Phiếu 1**, thành viên:\n\nmáy kubota", son.screen[0].id)
    await son.send("Máy mấy tuổi?", to=words.id)

    assert lan.reads[-1] == "Máy mấy tuổi?"


async def test_what_was_said_before_somebody_took_it_stands_on_the_card(lan: Chat, son: Chat) -> None:
    await open_ticket(lan)

    await lan.say("máy kubota đời cũ")

    assert son.reads == [card("Mới", words=f"{QUESTION}\n\nmáy kubota đời cũ")]


async def test_who_takes_it_over_reads_what_was_said_so_far(lan: Chat, son: Chat, mai: Chat) -> None:
    await open_ticket(lan)
    await son.send("Máy gì?", to=son.screen[0].id)
    await lan.say("kubota")
    await son.press(texts.LAY_DOWN)

    await mai.press(texts.TAKE)

    assert mai.reads == [
        card("Đang xem, Mai đang giữ", "Trả lời trước 09:00 ngày 25/11"),
        "**Phiếu 1:** Phiếu lại đang chờ người nhận.",
        "**Phiếu 1**, những gì đã trao đổi:\n\nCán bộ: Máy gì?\n\nThành viên: kubota",
    ]


async def test_secrets_in_a_mentors_words_are_masked_and_the_mentor_is_told(lan: Chat, son: Chat) -> None:
    await open_ticket(lan)
    await son.press(texts.TAKE)

    told = await son.send("mã OTP của bà là 482913", to=son.screen[0].id)

    assert told[-1] == "**Hệ thống đã che mã OTP** trong tin của anh/chị. Xin đừng ghi hay hỏi những số này."
    assert "482913" not in "".join(lan.reads + son.reads)


async def test_a_ticket_is_laid_back_and_the_others_hear_of_it(lan: Chat, son: Chat, mai: Chat) -> None:
    await open_ticket(lan)
    await son.press(texts.TAKE)

    await son.press(texts.LAY_DOWN)

    assert mai.reads == [NEW, "**Phiếu 1:** Phiếu lại đang chờ người nhận."]
    assert pressable(mai) == FREE


async def test_a_passed_ticket_leaves_its_cards_and_makes_new_ones(lan: Chat, son: Chat, mai: Chat, quy: Chat) -> None:
    await open_ticket(lan)
    assert await son.press(texts.PASS_ON) == ["Chuyển phiếu 1 tới đơn vị nào?"]
    assert son.labels == ["Bưu điện tỉnh Lạng Sơn", "VNPT Lạng Sơn", "Sở Khoa học và Công nghệ"]

    await son.press("Bưu điện tỉnh Lạng Sơn")

    gone = "**Phiếu 1** không còn ở đây, nay do Bưu điện tỉnh Lạng Sơn lo."
    assert (son.reads[0], pressable(son), mai.reads, pressable(mai)) == (gone, [], [gone], [])
    assert quy.reads == [NEW.replace(UNIT, "Bưu điện tỉnh Lạng Sơn")]
    assert await mai.send("Tôi trả lời", to=mai.screen[0].id) == [texts.NOT_YOUR_TICKET]
    assert await mai.press("take:1") == [texts.NOT_YOUR_TICKET]
    assert lan.reads[-1] == texts.passed(1, "Bưu điện tỉnh Lạng Sơn")

    await quy.press("give:1:viettel")
    assert (mai.reads[0], mai.reads[-1]) == (NEW, "**Phiếu 1:** Phiếu lại đang chờ người nhận.")


async def test_an_entry_of_the_faq_is_the_answer(house: House, lan: Chat, son: Chat) -> None:
    await open_ticket(lan)
    await son.press(texts.TAKE)

    assert await son.send("? thẻ căn cước làm ở đâu", to=son.screen[0].id) == [texts.READY_ANSWERS]
    assert len(lan.reads) == 3 or lan.reads[-1] == texts.taken(1, "Sơn", UNIT)
    label, value = son.last.choices[0].label, son.last.choices[0].value
    await son.press(label)
    await son.press(label)

    entry = house.desk.knowledge().catalog.question(value.split(":")[2])
    assert entry is not None
    assert lan.last.text.startswith(texts.answer(entry.question, "").strip())
    assert lan.last.speaker == f"Cán bộ hỗ trợ Sơn ({UNIT})"
    shown = answers.render(entry, house.desk.knowledge().catalog, "").strip()
    said = texts.unmarked(texts.answer(entry.question, shown))
    assert await posts(house) == [("member", QUESTION), ("mentor", said)]
    assert said.startswith(entry.question)
    assert not {"**", "](", "\\"} & {said[n : n + size] for n in range(len(said)) for size in (1, 2)}


async def test_ready_answers_offer_what_was_likely_and_how_to_look_further(lan: Chat, son: Chat) -> None:
    await open_ticket(lan)

    assert await son.press(texts.READY_ANSWER) == [texts.READY_ANSWERS]
    assert await son.send("?", to=son.screen[-1].id) == [texts.NO_READY_ANSWER]
    assert await son.send("?", to=son.screen[-1].id) == [texts.NO_READY_ANSWER]

    assert lan.reads[-1] == texts.opened(1, UNIT)


async def test_buttons_of_staff_are_claims(lan: Chat, tu: Chat, son: Chat) -> None:
    await open_ticket(lan)

    assert await tu.press("take:1") == [texts.NOT_STAFF]
    assert await tu.press("send:1:atm-mem-phi") == [texts.NOT_STAFF]
    assert await son.press("take:999") == [texts.NOT_YOUR_TICKET]
    assert await son.press("send:1:khong-co") == [texts.GONE_ENTRY]
    assert await son.press("give:1:khong-co") == [texts.not_now(1, "OPEN")]
    assert (await son.press("take:x"))[0] == texts.GONE

    assert son.reads[0] == NEW


async def test_a_suspended_mentor_sees_and_does_nothing_more(house: House, lan: Chat, son: Chat, mai: Chat) -> None:
    await open_ticket(lan)
    await son.press(texts.TAKE)
    async with house.database.write() as session:
        person = await people.meet(session, son.identity, house.clock())
        await mentoring.suspend(session, house.desk, person.id, "viettel", house.clock())
    await house.settle()

    assert son.reads == [f"**Phiếu 1** không còn ở đây, nay do {UNIT} lo."]
    assert mai.reads == [NEW, "**Phiếu 1:** Phiếu lại đang chờ người nhận."]
    assert await son.press("take:1") == [texts.NOT_STAFF]
    assert await son.send("Chào", to=son.screen[0].id) == [texts.NOT_YOUR_TICKET]

    async with house.database.write() as session:
        await mentoring.restore(session, house.desk, person.id, "viettel", house.clock())
    await house.settle()
    assert son.reads[0] == NEW


async def test_a_mentor_asks_as_a_member_and_cannot_answer_it(lan: Chat, son: Chat, mai: Chat) -> None:
    await open_ticket(lan)
    number = await open_ticket(son, "máy bơm của nhà tôi không lên nước")

    assert (number, len(mai.reads)) == (2, 2)
    assert "**Phiếu 2**" not in "".join(son.reads)
    assert await son.press("take:2") == [texts.OWN_TICKET]
    await mai.send("Xem lại ống hút.", to=mai.screen[1].id)

    assert son.reads[-1] == "Xem lại ống hút\\."


# --- the list of tickets ---


async def test_a_mentor_lists_the_own_tickets_by_what_happened_last_and_then_those_that_wait(
    house: House, lan: Chat, tu: Chat, son: Chat, mai: Chat
) -> None:
    hai, ba = Chat(house, "hai"), Chat(house, "ba")
    for who, text in (
        (lan, QUESTION),
        (tu, "máy bơm không lên nước"),
        (hai, "máy xay kẹt ngô"),
        (ba, "loa nhà tôi rè"),
    ):
        await open_ticket(who, text)
    await open_ticket(son, "máy tuốt lúa của tôi hỏng")
    for ticket in (1, 2):
        await son.press(f"take:{ticket}")
    await mai.press("take:3")
    await son.send("Hết dầu chưa?", to=son.screen[0].id)

    assert await son.say("/phieu") == [texts.at_hand(2, 1)]
    assert son.labels == [
        texts.staff_label(1, "ANSWERED", UNIT),
        texts.staff_label(2, "TAKEN", UNIT),
        texts.staff_label(4, "OPEN", UNIT),
    ]
    assert await tu.press("card:1") == [texts.NOT_STAFF]


async def test_a_listed_ticket_shows_its_card_anew_at_the_end(lan: Chat, son: Chat) -> None:
    await open_ticket(lan)
    await son.press(texts.TAKE)
    await son.say("/phieu")

    assert await son.press(texts.staff_label(1, "TAKEN", UNIT)) == [card(SEEN)]
    assert [text for text in son.reads if text.startswith("**Phiếu 1**")] == [card(SEEN)]
    assert (son.reads[-1], pressable(son, -1)) == (card(SEEN), HELD)
    await son.send("Chào bà", to=son.screen[-1].id)

    assert lan.reads[-1] == "Chào bà"
    assert son.reads[-1] == card(*ANSWERED)


async def test_many_tickets_are_listed_in_pages(son: Chat, house: House) -> None:
    for number in range(10):
        await open_ticket(Chat(house, f"ba-con-{number}"), f"máy số {number} kêu to quá")

    await son.say("/phieu")
    assert (len(son.labels), son.labels[-1]) == (9, texts.MORE)
    await son.press(texts.MORE)

    assert son.labels == [texts.staff_label(n, "OPEN", UNIT) for n in (9, 10)]

    for ticket in range(1, 4):
        await son.press(f"end:{ticket}")
    await son.press("waiting:1")
    assert son.labels == [texts.staff_label(n, "OPEN", UNIT) for n in range(4, 11)]


async def test_a_group_lists_the_tickets_of_its_own_unit(house: House, lan: Chat, tu: Chat, son: Chat) -> None:
    await house.gather("viettel", GROUP)
    await son.open(await invited(house, "Sơn", "mentor", "buu-dien", "secret-also"))
    here = Chat(house, "son", GROUP)
    await open_ticket(lan)
    await open_ticket(tu, "máy bơm không lên nước", unit="buu-dien")

    await here.send("/phieu")
    assert here.labels == [texts.staff_label(1, "OPEN", UNIT)]
    await son.say("/phieu")

    assert son.labels == [
        texts.staff_label(1, "OPEN", UNIT),
        texts.staff_label(2, "OPEN", UNITS["buu-dien"].name),
    ]


async def test_nothing_at_hand_is_said(son: Chat) -> None:
    assert await son.say("/phieu") == [texts.NOTHING_WAITS]


async def test_in_a_group_that_may_not_see_the_words_the_list_has_none(house: House, lan: Chat, son: Chat) -> None:
    await house.gather("viettel", GROUP)
    here = Chat(house, "son", GROUP)
    await open_ticket(lan)

    await here.send("/phieu")
    assert here.labels == [texts.staff_label(1, "OPEN", UNIT)]
    await here.press(here.labels[0])

    assert [(line.thread, line.reply.text) for line in here.screen][-1] == ("ticket:1", card("Mới", words=""))


# --- what can go wrong ---


async def test_words_that_fail_are_told_to_the_mentor(house: House, lan: Chat, son: Chat) -> None:
    await open_ticket(lan)
    await son.press(texts.TAKE)
    house.channel.troubles["lan"] = Refused("gone")

    await son.send("Chào bà", to=son.screen[0].id)
    await house.settle()

    assert son.reads[1:] == [f"**Phiếu 1:** {texts.NOT_DELIVERED}"]


async def test_words_that_perhaps_arrived_are_told_as_that(house: House, lan: Chat, son: Chat) -> None:
    await open_ticket(lan)
    await son.press(texts.TAKE)
    house.channel.troubles["lan"] = Unclear("no answer")
    house.channel.repeats_safely = False

    await son.send("Chào bà", to=son.screen[0].id)
    await house.settle()

    assert son.reads[1:] == [f"**Phiếu 1:** {texts.PERHAPS_DELIVERED}"]


async def test_a_member_who_blocked_the_helpdesk_is_told_of_once_and_reached_again(
    house: House, lan: Chat, son: Chat
) -> None:
    await open_ticket(lan)
    await son.press(texts.TAKE)
    house.channel.troubles["lan"] = Closed("blocked")

    await son.send("Chào bà", to=son.screen[0].id)
    await house.happens(Unreachable(house.clock(), lan.address))
    await house.happens(Unreachable(house.clock(), lan.address))
    assert son.reads[1:] == [f"**Phiếu 1:** {texts.UNREACHABLE}"]

    house.channel.troubles.clear()
    await lan.say("tôi đây")
    assert "Chào bà" in lan.reads
    assert son.reads[2:] == ["**Phiếu 1**, thành viên:\n\ntôi đây"]


async def test_erased_words_disappear_from_the_chats_of_staff(lan: Chat, son: Chat) -> None:
    await open_ticket(lan)
    await son.press(texts.TAKE)
    await lan.say("máy kubota")

    await lan.say("xoá dữ liệu")
    await lan.press(texts.ERASE_YES)

    assert son.reads == [card("Đã đóng, Sơn đang giữ", "", ""), f"**Phiếu 1:** {texts.MEMBER_ERASED}"]


async def test_erased_words_disappear_though_a_file_behind_them_never_arrived(
    house: House, lan: Chat, son: Chat
) -> None:
    await open_ticket(lan)
    await son.press(texts.TAKE)
    await lan.say("máy kubota")
    async with house.database.write() as session:
        told = (await outbox.staff_lines(session, 1))[-1][0]
        await session.execute(update(OutboxRow).where(OutboxRow.id == told).values(state=OutboxState.FAILED))

    await lan.say("xoá dữ liệu")
    await lan.press(texts.ERASE_YES)

    assert son.reads[1:] == [f"**Phiếu 1:** {texts.MEMBER_ERASED}"]


# --- a unit's group ---


async def test_a_units_group_has_a_card_per_ticket_each_in_its_thread(
    house: House, lan: Chat, tu: Chat, son: Chat
) -> None:
    await house.gather("viettel", GROUP)
    here = Chat(house, "son", GROUP, "ticket:1")

    await open_ticket(lan)
    await open_ticket(tu, "máy bơm của nhà tôi không lên nước")

    assert [(line.thread, line.reply.title, line.reply.closes) for line in here.screen] == [
        ("ticket:1", "#1 · Mới", False),
        ("ticket:2", "#2 · Mới", False),
    ]
    assert here.reads[0] == card("Mới", words="")
    assert son.reads == []


async def test_who_takes_it_in_a_group_reads_the_words_in_private(
    house: House, lan: Chat, son: Chat, mai: Chat
) -> None:
    await house.gather("viettel", GROUP)
    here = Chat(house, "son", GROUP, "ticket:1")
    await open_ticket(lan)

    await here.press(texts.TAKE)
    assert (here.reads, son.reads, mai.reads) == ([card(SEEN, words="")], [card(SEEN)], [])

    await lan.say("máy kubota")
    assert (len(here.reads), son.reads[1:]) == (1, ["**Phiếu 1**, thành viên:\n\nmáy kubota"])

    await here.send("Nhà mình xem lại dầu nhé", to=here.screen[0].id)
    assert lan.reads[-1] == "Nhà mình xem lại dầu nhé"
    await son.send("Hết bao nhiêu dầu?", to=son.screen[1].id)
    assert lan.reads[-1] == "Hết bao nhiêu dầu?"

    await here.press(texts.END)
    assert [(line.reply.title, line.reply.closes) for line in here.screen] == [("#1 · Đã đóng", True)]


async def test_a_group_that_may_see_the_words_sees_all(house: House, lan: Chat, son: Chat) -> None:
    await house.gather("viettel", GROUP, show_words=True)
    here = Chat(house, "son", GROUP, "ticket:1")
    await open_ticket(lan)
    await here.press(texts.TAKE)

    await lan.say("máy kubota")

    assert here.reads == [card(SEEN), "**Phiếu 1**, thành viên:\n\nmáy kubota"]
    assert [line.thread for line in here.screen] == ["ticket:1", "ticket:1"]
    assert son.reads == []


async def test_staff_talk_in_the_group_never_leaks(house: House, lan: Chat, son: Chat, tu: Chat) -> None:
    await house.gather("viettel", GROUP, show_words=True)
    here, tu_here = Chat(house, "son", GROUP), Chat(house, "tu", GROUP)
    await open_ticket(lan)
    before = list(lan.reads)

    assert await here.send("Ông này hỏi gì lạ thế?", addressed=False) == []
    assert await here.send("chào bot") == [texts.REPLY_TO_CARD]
    assert await here.send("/phieu") == [texts.at_hand(0, 1)]
    assert await tu_here.send("Tôi trả lời", to=here.screen[0].id) == [texts.NOT_YOUR_TICKET]
    assert await tu_here.press("take:1") == [texts.NOT_STAFF]

    assert lan.reads == before


async def test_what_is_said_in_a_group_for_one_is_for_that_one(house: House, lan: Chat, son: Chat) -> None:
    await house.gather("viettel", GROUP)
    here = Chat(house, "son", GROUP)
    await open_ticket(lan)

    await here.press(texts.PASS_ON)
    await here.press("Bưu điện tỉnh Lạng Sơn")

    assert here.reads[0] == "**Phiếu 1** không còn ở đây, nay do Bưu điện tỉnh Lạng Sơn lo."
    assert [(line.reply.title, line.reply.closes) for line in here.screen[:1]] == [("#1 · Đã chuyển", True)]


async def test_put_out_of_its_group_a_unit_is_told_in_private(house: House, lan: Chat, son: Chat) -> None:
    await house.gather("viettel", GROUP)
    here = Chat(house, "son", GROUP)
    await open_ticket(lan)
    who, where = Identity("test", "hoa"), Address("test", GROUP)

    await house.happens(BotRemoved(house.clock(), who, where))
    assert (here.reads, son.reads) == ([card("Mới", words="")], [NEW])
    await house.happens(BotAdded(house.clock(), who, where))
    await son.press(texts.TAKE)

    assert (here.reads, son.reads) == ([card(SEEN, words="")], [card(SEEN)])


async def test_a_group_that_became_another_keeps_its_tickets(house: House, lan: Chat, son: Chat) -> None:
    await house.gather("viettel", GROUP, show_words=True)
    await open_ticket(lan)
    await house.happens(Moved(house.clock(), Address("test", GROUP), Address("test", "-100200")))
    there = Chat(house, "son", "-100200")

    await there.press("take:1")

    assert there.reads == [card(SEEN)]


async def test_where_a_groups_pace_would_stall_cards_come_in_private(house: House, lan: Chat, son: Chat) -> None:
    await house.gather("viettel", GROUP)
    house.channel.troubles[GROUP] = Later("pace", timedelta(hours=1))

    for number in range(18):
        await open_ticket(Chat(house, f"ba-con-{number}"))

    assert [text.split("\n")[0] for text in son.reads] == [f"**Phiếu {n}** · {UNIT}" for n in (17, 18)]
