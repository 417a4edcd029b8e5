"""In a group of a village the helpdesk is silent unless spoken to, short, and nothing private is said there."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from faq import answers
from handlers import grouping, texts
from handlers.events import BotAdded, BotRemoved, Edited, Media, Moved, Said
from handlers.guard import OTP
from handlers.replies import Choice, Reply, to_json
from handlers.turn import Desk, HandlerSettings
from storage import Address, Identity, groups, inbox, outbox, people, questions, tickets
from tests.stories.house import UNITS, Chat, House

VILLAGE = "-100"
SURE = "quên mật khẩu vneid thì làm sao?"
"""Answered by `FORGOTTEN`."""
FORGOTTEN = "vneid-quen-mat-khau"
UNSURE = "rút tiền thế nào"
UNKNOWN = "máy cày của nhà tôi kêu to quá phải làm sao"
DANGER = "tôi vừa bị lừa chuyển tiền mất rồi làm sao bây giờ"
PERHAPS_DANGER = "mất điện thoại có ví điện tử"
FIRE = "cháy nhà rồi cứu với"
HOA = Identity("test", "hoa")
IN_PRIVATE = Choice(texts.IN_PRIVATE, "private:", 1)


@pytest.fixture
def lan_there(house: House) -> Chat:
    """Lan in the village's group."""
    return Chat(house, "lan", VILLAGE)


@pytest.fixture
def tu_there(house: House) -> Chat:
    """Tú in the same group."""
    return Chat(house, "tu", VILLAGE)


@pytest.fixture
async def helpful(house: House, lan_there: Chat) -> None:
    """An admin of the group wants answers that nobody asked the helpdesk for."""
    await added(house, reads_all=True)
    await lan_there.send("/huuich", by_admin=True)


async def added(house: House, chat: str = VILLAGE, *, reads_all: bool = False) -> None:
    await house.happens(BotAdded(house.clock(), HOA, Address("test", chat), reads_all))


def rule(house: House, settings: HandlerSettings, units: Desk | None = None) -> None:
    """The house goes on by other settings."""
    house.helpdesk.desk = replace(units or house.desk, settings=settings)


def entry(house: House, id_: str) -> tuple[str, str]:
    """An entry's question, and its whole answer."""
    catalog = house.desk.knowledge().catalog
    found = catalog.question(id_)
    assert found is not None
    return found.question, answers.render(found, catalog).strip()


def short(house: House, id_: str) -> Reply:
    question, whole = entry(house, id_)
    button = Choice(texts.WHOLE_IN_PRIVATE, f"private:q:{id_}", 1)
    return Reply(texts.answer(question, grouping.brief(whole)), (button,))


def above(house: House, id_: str) -> Reply:
    return Reply(texts.answered_above(entry(house, id_)[0]), short(house, id_).choices)


def to_private(question: int) -> Reply:
    button = Choice(texts.IN_PRIVATE, f"private:code:{question}", 1)
    return Reply(texts.ask_in_private(question), (button,))


async def asked(house: House, limit: int = 20) -> list[str]:
    """What is kept of all that was said, oldest first."""
    async with house.database.read() as session:
        found = [await questions.get(session, number) for number in range(1, limit)]
    return [question.text for question in found if question is not None]


# --- when it speaks ---


async def test_what_is_said_among_members_is_neither_answered_nor_kept(lan_there: Chat, house: House) -> None:
    await added(house)
    before = list(lan_there.replies)

    assert await lan_there.send(SURE, addressed=False) == []

    assert lan_there.replies == before
    assert await asked(house) == []
    async with house.database.read() as session:
        assert await inbox.counts(session) == {"DONE": 2}


async def test_a_question_to_it_gets_a_short_answer_to_that_message(lan_there: Chat, house: House) -> None:
    await lan_there.say(SURE)

    assert lan_there.replies == [short(house, FORGOTTEN)]
    assert lan_there.screen[0].reply_to == lan_there.written[0]


async def test_where_it_was_switched_on_it_answers_when_it_is_sure(
    helpful: None, lan_there: Chat, tu_there: Chat, house: House
) -> None:
    await tu_there.send(SURE, addressed=False)

    assert lan_there.replies == [
        Reply(texts.GROUP_WELCOME, (IN_PRIVATE,)),
        Reply(texts.HELPFUL_ON),
        short(house, FORGOTTEN),
    ]


@pytest.mark.parametrize(
    ("text", "reply_to"),
    [
        (UNSURE, ""),
        (UNKNOWN, ""),
        ("quên mật khẩu vneid", ""),  # tells, and asks nothing
        (f"@tuan {SURE}", ""),
        (SURE, "12"),  # answers somebody else
        ("cảm ơn bà con nhé?", ""),
    ],
)
async def test_switched_on_it_is_silent_where_it_is_not_sure_or_was_not_meant(
    helpful: None, tu_there: Chat, house: House, text: str, reply_to: str
) -> None:
    assert await tu_there.send(text, to=reply_to, addressed=False) == []
    assert await asked(house) == []


async def test_it_speaks_uninvited_once_in_a_while_only(helpful: None, tu_there: Chat, house: House) -> None:
    other = "rút tiền mất phí bao nhiêu"
    assert len(await tu_there.send(SURE, addressed=False)) == 1
    assert await tu_there.send(other, addressed=False) == []

    house.clock.move(timedelta(minutes=5))

    assert await tu_there.send(other, addressed=False) == [short(house, "ttdt-phi").text]


async def test_asked_it_answers_at_once_all_the_same(helpful: None, tu_there: Chat, house: House) -> None:
    await tu_there.send(SURE, addressed=False)

    assert await tu_there.say("rút tiền mất phí bao nhiêu") == [short(house, "ttdt-phi").text]


async def test_at_night_it_says_nothing_uninvited(helpful: None, tu_there: Chat, house: House) -> None:
    house.clock.move(timedelta(hours=12, minutes=30))  # 21:30 in Lạng Sơn
    assert await tu_there.send(SURE, addressed=False) == []
    house.clock.move(timedelta(hours=8))
    assert await tu_there.send(SURE, addressed=False) == []
    assert len(await tu_there.say("rút tiền mất phí bao nhiêu")) == 1

    house.clock.move(timedelta(minutes=30))  # 6:00
    assert len(await tu_there.send(SURE, addressed=False)) == 1


async def test_a_night_may_begin_after_midnight(helpful: None, tu_there: Chat, house: House) -> None:
    rule(house, HandlerSettings(night=(time(0, 0), time(5, 0))))

    assert len(await tu_there.send(SURE, addressed=False)) == 1

    house.clock.move(timedelta(hours=15, minutes=30))  # 0:30
    assert await tu_there.send("rút tiền mất phí bao nhiêu", addressed=False) == []


async def test_only_admins_of_the_group_switch_it(lan_there: Chat, tu_there: Chat, house: House) -> None:
    await added(house, reads_all=True)

    assert await tu_there.say("/huuich") == [texts.HELPFUL_ADMINS_ONLY]
    assert await tu_there.send(SURE, addressed=False) == []
    assert await lan_there.send("/huuich", by_admin=True) == [texts.HELPFUL_ON]
    assert await lan_there.send("/huuich", by_admin=True) == [texts.HELPFUL_OFF]
    assert await tu_there.send(SURE, addressed=False) == []


async def test_switched_on_where_it_can_not_read_it_says_so_and_begins_when_it_can(
    lan_there: Chat, tu_there: Chat, house: House
) -> None:
    await added(house)
    assert await lan_there.send("/huuich", by_admin=True) == [texts.HELPFUL_BLIND]
    assert await tu_there.send(SURE, addressed=False) == []

    await added(house, reads_all=True)  # made an admin of the group

    assert await tu_there.send(SURE, addressed=False) == [short(house, FORGOTTEN).text]


async def test_one_person_can_not_make_it_flood_the_group(lan_there: Chat, tu_there: Chat, house: House) -> None:
    shown = [text for _ in range(14) for text in await lan_there.say(UNKNOWN)]

    assert shown == [*(texts.ask_in_private(number) for number in range(1, 11)), texts.TOO_FAST]
    assert await tu_there.say(SURE) == [short(house, FORGOTTEN).text]


# --- what it says ---


async def test_the_same_asked_again_is_shown_where_it_stands(lan_there: Chat, tu_there: Chat, house: House) -> None:
    await lan_there.say(SURE)
    await tu_there.say(SURE)
    await tu_there.say(SURE)

    assert lan_there.replies == [short(house, FORGOTTEN), above(house, FORGOTTEN), above(house, FORGOTTEN)]
    assert [line.reply_to for line in lan_there.screen] == [lan_there.written[0], *2 * [lan_there.screen[0].id]]


async def test_a_day_later_it_is_told_anew(lan_there: Chat, tu_there: Chat, house: House) -> None:
    await lan_there.say(SURE)
    house.clock.move(timedelta(hours=23))
    await tu_there.say(SURE)
    house.clock.move(timedelta(hours=2))

    assert await tu_there.say(SURE) == [short(house, FORGOTTEN).text]


async def test_what_stands_in_another_group_or_thread_is_not_pointed_to(lan_there: Chat, house: House) -> None:
    await lan_there.say(SURE)

    for elsewhere in (Chat(house, "lan", "-200"), Chat(house, "lan", VILLAGE, "7")):
        assert await elsewhere.say(SURE) == [short(house, FORGOTTEN).text]
        assert elsewhere.screen[-1].thread == elsewhere.thread


async def test_a_question_edited_has_its_answer_edited_even_to_the_same(lan_there: Chat, house: House) -> None:
    await lan_there.say("quen mat khau vneid thi lam saoo?")
    await lan_there.edit(SURE)

    assert [line.reply for line in lan_there.screen] == [short(house, FORGOTTEN)]

    await lan_there.edit(UNKNOWN)
    assert [line.reply for line in lan_there.screen] == [to_private(3)]


async def test_an_answer_that_was_edited_away_is_not_pointed_to(lan_there: Chat, tu_there: Chat, house: House) -> None:
    await lan_there.say(SURE)
    await lan_there.edit(UNKNOWN)

    assert await tu_there.say(SURE) == [short(house, FORGOTTEN).text]


async def test_what_helps_in_danger_is_said_in_full_and_every_time(
    lan_there: Chat, tu_there: Chat, house: House
) -> None:
    question, whole = entry(house, "ats-bi-lua")
    told = texts.answer(question, whole)
    assert len(whole) > grouping.SHORT

    assert await lan_there.say(DANGER) == [told]
    assert await tu_there.say(DANGER) == [told]


async def test_an_emergency_is_answered_in_full(lan_there: Chat, house: House) -> None:
    routine = house.desk.knowledge().catalog.routine("khan-cap-chay")
    assert routine is not None

    assert (await lan_there.say(FIRE))[-1] == routine.answer.strip()


async def test_first_steps_come_before_choices_where_somebody_may_be_in_danger(lan_there: Chat, house: House) -> None:
    question, whole = entry(house, "ats-mat-dien-thoai")

    shown = await lan_there.say(PERHAPS_DANGER)

    assert shown == [
        texts.urgent_first(question, whole.split("\n\n")[0]),
        f"{texts.NOT_SURE} {texts.DID_YOU_MEAN}",
    ]
    assert lan_there.replies[0].choices == (Choice(texts.ALL_STEPS, "private:q:ats-mat-dien-thoai", 1),)


async def test_a_code_sent_into_the_group_is_not_repeated_and_should_be_taken_away(lan_there: Chat) -> None:
    shown = await lan_there.say("mã otp 482913 của tôi, gọi số 0912345678 nhé, quên mật khẩu vneid thì làm sao?")

    assert shown[-1] == texts.seen_in_group([OTP])
    assert not any(number in text for text in shown for number in ("482913", "0912345678"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("/trogiup", texts.GROUP_HELP),
        ("/help", texts.GROUP_HELP),
        ("/rieng", texts.ASK_IN_PRIVATE),
        ("/cauhoi", texts.GO_PRIVATE),
        ("/mentor máy cày hỏng", texts.GO_PRIVATE),
        ("2", texts.GROUP_HELP),
    ],
)
async def test_what_is_done_in_private_is_led_there(lan_there: Chat, text: str, told: str) -> None:
    await lan_there.say(text)

    assert lan_there.replies == [Reply(told, (IN_PRIVATE,))]


@pytest.mark.parametrize("text", ["/poll", "/gif mèo", "👍", "?!"])
async def test_commands_of_others_and_bare_signs_are_let_pass(lan_there: Chat, text: str) -> None:
    assert await lan_there.say(text) == []


async def test_a_photo_belongs_in_private(lan_there: Chat) -> None:
    await lan_there.send(media=[Media("photo", "p1")])

    assert lan_there.replies == [Reply(texts.NO_FILES_IN_GROUPS, (IN_PRIVATE,))]


# --- choices ---


async def test_choices_are_for_the_one_who_asked(lan_there: Chat, tu_there: Chat, house: House) -> None:
    await lan_there.say(UNSURE)
    assert lan_there.last.text == f"{texts.NOT_SURE} {texts.DID_YOU_MEAN}"
    likely = house.desk.knowledge().matcher.match(UNSURE).matches[:3]
    assert [choice.value for choice in lan_there.last.choices] == [*(f"pick:1:{m.id}" for m in likely), "none:1"]
    async with house.database.read() as session:
        shown = await outbox.shown(session, lan_there.address, lan_there.screen[0].id)
    assert shown is not None
    assert shown.audience == "lan"

    assert await tu_there.press("pick:1:atm-mem-phi") == [texts.NOT_YOUR_BUTTON]
    assert await lan_there.press("pick:1:atm-mem-phi") == [short(house, "atm-mem-phi").text]
    assert lan_there.screen[-1].reply_to == lan_there.written[0]


async def test_a_choice_pressed_twice_is_answered_once(lan_there: Chat, house: House) -> None:
    await lan_there.say(UNSURE)

    shown = [await lan_there.press("pick:1:atm-mem-phi") for _ in range(2)]

    assert shown == [[short(house, "atm-mem-phi").text], []]


async def test_none_of_them_leads_to_a_person_in_private(lan_there: Chat) -> None:
    await lan_there.say(UNSURE)

    assert [await lan_there.press(texts.NONE) for _ in range(2)] == [[texts.ask_in_private(1)], []]
    assert lan_there.last == to_private(1)


async def test_a_number_typed_in_reply_means_the_own_list(lan_there: Chat, tu_there: Chat, house: House) -> None:
    await lan_there.say(UNSURE)

    assert await tu_there.say("2") == [texts.GROUP_HELP]
    assert await lan_there.say("2") == [short(house, "atm-mem-phi").text]


@pytest.mark.parametrize("value", ["pick:1:gone", "pick:9:atm-mem-phi", "pick:x", "none:9"])
async def test_old_buttons_are_answered_kindly(lan_there: Chat, value: str) -> None:
    await lan_there.say(UNSURE)

    assert await lan_there.press(value) == [texts.GONE_BUTTON]


@pytest.mark.parametrize("value", ["open:1:viettel", "mine", "erase:yes", "human:1", "x"])
async def test_nothing_of_the_private_chat_can_be_pressed_in_a_group(lan_there: Chat, house: House, value: str) -> None:
    await lan_there.say(UNKNOWN)

    assert await lan_there.press(value) == [texts.GO_PRIVATE]
    assert await asked(house) == [UNKNOWN]
    async with house.database.read() as session:
        assert await tickets.get(session, 1) is None


async def test_each_has_a_conversation_of_their_own_in_each_place(
    lan: Chat, lan_there: Chat, tu_there: Chat, house: House
) -> None:
    await lan_there.say(UNSURE)
    await lan.say("chủ đề")
    await tu_there.say("mất điện thoại có ví điện tử")

    assert await lan_there.say("2") == [short(house, "atm-mem-phi").text]
    assert (await lan.say("1"))[0] == texts.pick_question(lan.house.desk.knowledge().catalog.topics[0].name)


# --- codes ---


async def test_what_is_not_known_goes_on_in_private_and_the_mentor_answers_there(
    lan: Chat, lan_there: Chat, house: House
) -> None:
    await lan_there.say(UNKNOWN)
    assert lan_there.replies == [to_private(1)]

    await lan.open("code:1")
    assert [text.splitlines()[0] for text in (r.text for r in lan.replies)] == [
        texts.WELCOME.splitlines()[0],
        texts.asked_elsewhere(UNKNOWN),
    ]
    await lan.press(texts.send_to(UNITS["viettel"].name))

    async with house.database.read() as session:
        ticket = await tickets.get(session, 1)
        assert ticket is not None
        assert (ticket.address, [post.text for post in await tickets.posts(session, 1)]) == (lan.address, [UNKNOWN])
    assert lan_there.replies == [to_private(1)]
    assert await lan.open("code:1") == [texts.already_open(1)]


@pytest.mark.parametrize("typed", ["mã 1", "ma 1", "Mã số 1", "mã: 1.", "mã 1 ạ", "MÃ #1"])
async def test_a_code_can_be_typed(lan: Chat, lan_there: Chat, typed: str) -> None:
    await lan_there.say(UNKNOWN)

    assert [text.splitlines()[0] for text in await lan.say(typed)] == [texts.asked_elsewhere(UNKNOWN)]


async def test_a_bare_number_is_a_code_where_it_is_nothing_else(lan: Chat, lan_there: Chat, tu: Chat) -> None:
    for _ in range(2):
        await lan_there.say(UNKNOWN)

    assert [text.splitlines()[0] for text in await lan.say("2")] == [texts.asked_elsewhere(UNKNOWN)]
    assert (await lan.say("1"))[0].startswith("**Đã gửi phiếu hỏi")  # of the list that is shown now
    assert await tu.say("2") == [texts.NO_LIST]


@pytest.mark.parametrize("code", ["mã 1", "mã 77", "mã số 999999999999"])
async def test_somebody_elses_code_is_refused(lan_there: Chat, tu: Chat, code: str) -> None:
    await lan_there.say(UNKNOWN)

    assert await tu.say(code) == [texts.CODE_NOT_YOURS]
    assert await tu.press("code:1") == [texts.CODE_NOT_YOURS]
    assert not any("máy cày" in reply.text for reply in tu.replies)


async def test_an_edit_in_the_group_after_that_reaches_the_ticket_and_not_the_group(
    lan: Chat, lan_there: Chat, house: House
) -> None:
    await lan_there.say(UNKNOWN)
    await lan.say("mã 1")
    await lan.press(texts.send_to(UNITS["viettel"].name))

    assert await lan_there.edit(f"{UNKNOWN}, máy Bông Sen") == []

    async with house.database.read() as session:
        [post] = await tickets.posts(session, 1)
    assert (post.text, post.revision) == (f"{UNKNOWN}, máy Bông Sen", 2)


async def test_a_message_in_private_of_the_same_number_does_not_edit_the_ticket(
    lan: Chat, lan_there: Chat, house: House
) -> None:
    await lan_there.say(UNKNOWN)
    await lan.say("mã 1")
    await lan.press(texts.send_to(UNITS["viettel"].name))

    await house.happens(Edited(house.clock(), lan.identity, lan.address, lan_there.written[0], "chuyện khác"))

    async with house.database.read() as session:
        assert [post.text for post in await tickets.posts(session, 1)] == [UNKNOWN]


async def test_erasing_oneself_leaves_nothing_of_ones_words(lan: Chat, lan_there: Chat, house: House) -> None:
    await lan_there.say(UNKNOWN)

    await lan.press("erase:yes")

    assert await asked(house) == [""]
    assert await lan.say("mã 1") == [texts.CODE_NOT_YOURS]


async def test_erasing_oneself_takes_nothing_from_the_group_even_if_nobody_else_asked_there(
    lan: Chat, lan_there: Chat, house: House
) -> None:
    await added(house)
    await lan_there.say(SURE)

    await lan.press("erase:yes")

    assert await Chat(house, "tu", VILLAGE).say(SURE) == [above(house, FORGOTTEN).text]
    async with house.database.read() as session:
        kept = [await outbox.reply_of(session, row) for row in (1, 2)]
    assert kept == [to_json(reply) for reply in lan_there.replies[:2]]


async def test_a_failure_is_spoken_of_only_where_somebody_waits_for_an_answer(lan_there: Chat, house: House) -> None:
    overheard = Said(house.clock(), lan_there.identity, lan_there.address, SURE, addressed=False, group=True)

    async with house.database.write() as session:
        for event in (overheard, replace(overheard, addressed=True)):
            await house.helpdesk.apologise(session, event)
    await house.settle()

    assert [reply.text for reply in lan_there.replies] == [texts.FAILED]


# --- coming, going, moving ---


async def test_it_says_who_it_is_once(lan_there: Chat, house: House) -> None:
    await added(house)
    await added(house, reads_all=True)
    assert await lan_there.open() == []  # the link that added it calls it too

    assert lan_there.replies == [Reply(texts.GROUP_WELCOME, (IN_PRIVATE,))]

    house.clock.move(timedelta(hours=1))
    assert await lan_there.open() == [texts.GROUP_HELP]


async def test_back_after_it_was_taken_out_it_greets_again(lan_there: Chat, house: House) -> None:
    await added(house)
    await house.happens(BotRemoved(house.clock(), HOA, lan_there.address))
    house.clock.move(timedelta(days=1))
    await added(house)

    assert [reply.text for reply in lan_there.replies] == 2 * [texts.GROUP_WELCOME]
    assert await lan_there.open() == []


@pytest.mark.parametrize("allowed", ["none", frozenset({"-200"})])
async def test_where_it_is_not_allowed_it_leaves_politely(
    lan_there: Chat, house: House, allowed: frozenset[str]
) -> None:
    rule(house, HandlerSettings(groups=allowed))

    await added(house)
    await house.tick(timedelta(minutes=1))

    assert lan_there.replies == [Reply(texts.GROUP_NOT_ALLOWED, leaves=True)]


async def test_no_longer_allowed_it_leaves_when_it_is_next_spoken_to(lan_there: Chat, house: House) -> None:
    await added(house, reads_all=True)
    await lan_there.send("/huuich", by_admin=True)
    rule(house, HandlerSettings(groups="none"))

    assert await lan_there.send(SURE, addressed=False) == []
    assert await lan_there.say(SURE) == [texts.GROUP_NOT_ALLOWED]
    assert lan_there.last == Reply(texts.GROUP_NOT_ALLOWED, leaves=True)
    assert await asked(house) == []


async def test_taken_out_and_added_again_at_once_it_greets_once(lan_there: Chat, house: House) -> None:
    rule(house, HandlerSettings(groups=frozenset({VILLAGE})))
    await added(house)
    await house.tick(timedelta(seconds=5))
    await house.happens(BotRemoved(house.clock(), HOA, lan_there.address))
    await added(house)
    await added(house, reads_all=True)  # other rights are told of in the same way
    await house.tick(timedelta(minutes=1))

    assert [reply.text for reply in lan_there.replies] == [texts.GROUP_WELCOME]


async def test_taken_out_before_it_said_anything_it_says_nothing(lan_there: Chat, house: House) -> None:
    rule(house, HandlerSettings(groups=frozenset({"-200"})))
    await added(house)
    await house.happens(BotRemoved(house.clock(), HOA, lan_there.address))
    await house.tick(timedelta(minutes=1))

    assert lan_there.replies == []


async def test_no_longer_allowed_before_it_greeted_it_only_says_farewell(lan_there: Chat, house: House) -> None:
    rule(house, HandlerSettings(groups=frozenset({VILLAGE})))
    await added(house)
    rule(house, HandlerSettings(groups="none"), Desk({}, house.desk.knowledge))

    assert await lan_there.say(SURE) == [texts.GROUP_NOT_ALLOWED]
    await house.tick(timedelta(minutes=1))

    assert [reply.text for reply in lan_there.replies] == [texts.GROUP_NOT_ALLOWED]


async def test_where_it_is_not_allowed_it_says_farewell_once_though_it_is_spoken_to(
    lan_there: Chat, house: House
) -> None:
    rule(house, HandlerSettings(groups=frozenset({"-200"})))
    await added(house)

    assert await lan_there.say(SURE) == []
    await house.tick(timedelta(minutes=1))

    assert lan_there.replies == [Reply(texts.GROUP_NOT_ALLOWED, leaves=True)]


async def test_a_group_whose_new_id_is_heard_of_first_is_not_left_when_spoken_to(house: House) -> None:
    rule(house, HandlerSettings(groups=frozenset({VILLAGE})))
    there = Chat(house, "lan", "-300")
    await added(house, "-300", reads_all=True)

    assert await there.say(SURE) == []
    await house.happens(Moved(house.clock(), Address("test", VILLAGE), Address("test", "-300")))
    await house.tick(timedelta(minutes=1))

    assert there.replies == []
    assert await there.say(SURE) == [short(house, FORGOTTEN).text]


async def test_a_group_that_gets_another_id_goes_on_as_it_was(
    helpful: None, lan: Chat, lan_there: Chat, house: House
) -> None:
    rule(house, HandlerSettings(groups=frozenset({VILLAGE})))
    await lan_there.say(UNKNOWN)
    await lan_there.say(UNSURE)
    moved = Moved(house.clock(), Address("test", VILLAGE), Address("test", "-300"))
    await house.happens(moved)
    await added(house, "-300", reads_all=True)
    await house.happens(moved)  # told of in both places

    there = Chat(house, "lan", "-300")
    assert there.replies == []
    assert await there.say("2") == [short(house, "atm-mem-phi").text]
    assert await there.send(SURE, addressed=False) == [short(house, FORGOTTEN).text]
    assert [text.splitlines()[0] for text in await lan.say("mã 1")] == [texts.asked_elsewhere(UNKNOWN)]


async def test_a_group_whose_new_id_is_heard_of_first_goes_on_as_it_was(
    helpful: None, lan: Chat, lan_there: Chat, house: House
) -> None:
    rule(house, HandlerSettings(groups=frozenset({VILLAGE})))
    await lan_there.say(UNSURE)

    await added(house, "-300", reads_all=True)
    await house.happens(Moved(house.clock(), Address("test", VILLAGE), Address("test", "-300")))
    await house.tick(timedelta(minutes=10))

    there = Chat(house, "lan", "-300")
    assert there.replies == []
    assert await there.say("2") == [short(house, "atm-mem-phi").text]
    assert await there.send(SURE, addressed=False) == [short(house, FORGOTTEN).text]


async def test_what_an_admin_switches_after_the_move_stays(helpful: None, house: House) -> None:
    moved = Moved(house.clock(), Address("test", VILLAGE), Address("test", "-300"))
    await house.happens(moved)
    assert await Chat(house, "lan", "-300").send("/huuich", by_admin=True) == [texts.HELPFUL_OFF]

    await house.happens(moved)

    async with house.database.read() as session:
        found = await groups.look(session, Address("test", "-300"))
    assert found is not None
    assert (found.helpful, found.reads_all, found.is_in) == (False, True, True)


# --- the groups of units ---


@pytest.fixture
async def viettels(house: House) -> Chat:
    """Minh, mentor of Viettel's, in the group of the unit."""
    units = {**UNITS, "viettel": replace(UNITS["viettel"], group=Address("test", "-500"))}
    house.helpdesk.desk = replace(house.desk, units=units)
    minh = Chat(house, "minh", "-500")
    async with house.database.write() as session:
        person = await people.meet(session, minh.identity, house.clock())
        await people.grant(session, person.id, "mentor", "viettel", house.clock())
    return minh


async def test_a_units_group_is_always_allowed_and_members_questions_are_not_answered_there(
    viettels: Chat, house: House
) -> None:
    house.helpdesk.desk = replace(house.helpdesk.desk, settings=HandlerSettings(groups="none"))

    await added(house, "-500", reads_all=True)
    assert viettels.replies == []

    assert await viettels.send(SURE, addressed=False) == []
    assert await viettels.say(SURE) == [texts.REPLY_TO_CARD]


async def test_a_units_group_that_moved_gets_the_cards_anew(lan: Chat, viettels: Chat, house: House) -> None:
    await lan.say(UNKNOWN)
    await lan.press(texts.send_to(UNITS["viettel"].name))
    [card] = viettels.replies
    house.helpdesk.desk = replace(house.helpdesk.desk, settings=HandlerSettings(groups="none"))

    await house.happens(Moved(house.clock(), Address("test", "-500"), Address("test", "-600")))
    await added(house, "-600", reads_all=True)
    there = Chat(house, "minh", "-600", "ticket:1")
    assert (viettels.replies, there.replies) == ([card], [card])

    await there.press(texts.TAKE)
    await there.send("Chị tra dầu nhé.", to=there.screen[0].id)
    assert lan.last.text == texts.escape("Chị tra dầu nhé.")
    assert viettels.replies == [card]


async def test_a_units_group_whose_new_id_is_heard_of_first_gets_the_cards_once(
    lan: Chat, viettels: Chat, house: House
) -> None:
    house.helpdesk.desk = replace(house.helpdesk.desk, settings=HandlerSettings(groups="none"))
    await lan.say(UNKNOWN)
    await lan.press(texts.send_to(UNITS["viettel"].name))
    [card] = viettels.replies
    moved = Moved(house.clock(), Address("test", "-500"), Address("test", "-600"))

    await added(house, "-600", reads_all=True)
    await house.happens(moved)
    await house.happens(moved)
    await house.tick(timedelta(minutes=1))

    assert (viettels.replies, Chat(house, "minh", "-600").replies) == ([card], [card])


# --- admins who write in the group's name ---


async def test_who_writes_in_the_groups_name_is_asked_to_go_on_under_their_own(house: House) -> None:
    await added(house)
    nobody = Chat(house, VILLAGE, VILLAGE)

    assert await nobody.say(UNKNOWN) == [texts.ASK_UNDER_OWN_NAME]


async def test_a_mentor_who_writes_in_the_groups_name_is_told_what_to_do(
    lan: Chat, viettels: Chat, house: House
) -> None:
    await lan.say(UNKNOWN)
    await lan.press(texts.send_to(UNITS["viettel"].name))
    nobody = Chat(house, "-500", "-500")
    before = list(lan.reads)

    assert await nobody.send("Chị tra dầu nhé", to=viettels.screen[0].id) == [texts.WRITE_UNDER_OWN_NAME]
    assert await nobody.send("/phieu") == [texts.WRITE_UNDER_OWN_NAME]
    assert lan.reads == before
