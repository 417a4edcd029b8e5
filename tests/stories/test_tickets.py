"""A question becomes a ticket, a mentor answers, and each sees what is theirs and nothing else."""

import asyncio
from datetime import timedelta

from handlers import texts
from handlers.mentoring import Done, HeldBy, Nothing, NotNow, NotYours, TicketView
from storage.tickets import State
from tests.stories.house import AtDesk, Chat, House, open_ticket

UNKNOWN = "máy cày của nhà tôi kêu to quá phải làm sao"


async def test_a_question_reaches_a_mentor_and_the_answer_comes_back(lan: Chat, minh: AtDesk) -> None:
    await lan.say(UNKNOWN)
    assert await lan.press(texts.send_to("Viettel Lạng Sơn")) == [texts.opened(1, "Viettel Lạng Sơn")]

    assert await minh.queue("new") == [1]
    assert await minh.take(1) == Done()
    assert lan.last.text == texts.taken(1, "Minh", "Viettel Lạng Sơn")
    assert await minh.answer(1, "Bác xem lại dầu máy *trước* nhé.") == Done()

    assert lan.last.speaker == texts.mentor("Minh", "Viettel Lạng Sơn")
    assert lan.last.text == texts.escape("Bác xem lại dầu máy *trước* nhé.")
    assert await minh.reads(1) == [("member", UNKNOWN), ("mentor", "Bác xem lại dầu máy *trước* nhé.")]
    assert await minh.queue("mine") == [1]


async def test_a_mentor_sees_what_was_offered_before_and_earlier_tickets(lan: Chat, minh: AtDesk) -> None:
    first = await open_ticket(lan)
    await lan.say("câu hỏi mới")
    await lan.say("ra cho atm mem rut tien can mang gi")
    await lan.press(texts.HUMAN)
    await lan.press(texts.send_to("Viettel Lạng Sơn"))

    view = await minh.sees(2)

    assert isinstance(view, TicketView)
    assert view.answered_with is not None
    assert view.answered_with[0] == "atm-mem-giay-to"
    assert view.offered[0][0] == "atm-mem-giay-to"
    assert [line.id for line in view.earlier] == [first]


async def test_of_two_mentors_at_once_exactly_one_gets_it(lan: Chat, minh: AtDesk, binh: AtDesk) -> None:
    ticket = await open_ticket(lan)

    outcomes = await asyncio.gather(minh.take(ticket), binh.take(ticket))

    assert Done() in outcomes
    assert [o for o in outcomes if o != Done()] in ([HeldBy("Minh")], [HeldBy("Bình")])
    assert len([reply for reply in lan.replies if "đã nhận" in reply.text]) == 1


async def test_a_mentor_who_is_not_the_holder_cannot_answer(lan: Chat, minh: AtDesk, binh: AtDesk) -> None:
    ticket = await open_ticket(lan)
    await minh.take(ticket)

    assert await binh.answer(ticket, "Để tôi.") == HeldBy("Minh")
    assert await binh.close(ticket) == HeldBy("Minh")
    assert await binh.pass_on(ticket, "vnpt") == HeldBy("Minh")


async def test_a_ticket_of_another_unit_is_not_there(lan: Chat, thu: AtDesk) -> None:
    ticket = await open_ticket(lan)

    assert await thu.sees(ticket) == NotYours()
    assert await thu.take(ticket) == NotYours()
    assert await thu.answer(ticket, "Để tôi.") == NotYours()
    assert await thu.note(ticket, "Để tôi.") == NotYours()
    assert await thu.pass_on(ticket, "buu-dien") == NotYours()
    assert await thu.close(ticket) == NotYours()
    assert await thu.reopen(ticket) == NotYours()
    assert await thu.queue("all") == []
    assert await thu.sees(999) == NotYours()


async def test_a_member_sees_nothing_of_anothers_ticket(lan: Chat, tu: Chat, minh: AtDesk) -> None:
    ticket = await open_ticket(lan)
    await minh.answer(ticket, "Mật ngữ của Lan")
    await tu.open()

    for value in (
        f"ticket:{ticket}", f"say:{ticket}", f"close:{ticket}", f"reopen:{ticket}", f"add:{ticket}:1",
        "human:1", "bad:1", "none:1", "good:1", "open:1:vnpt", f"photo:send:{ticket}", "new:1", "pick:1:atm-mem-phi",
    ):  # fmt: skip
        await tu.press(value)
    await tu.press("mine")

    assert not [reply for reply in tu.replies if "Mật ngữ" in reply.text or UNKNOWN in reply.text]
    assert tu.last.text == texts.NO_TICKETS
    view = await minh.sees(ticket)
    assert isinstance(view, TicketView)
    assert view.line.state is State.ANSWERED


async def test_a_ticket_can_be_passed_on_with_all_that_was_said(lan: Chat, minh: AtDesk, thu: AtDesk) -> None:
    ticket = await open_ticket(lan)
    await minh.note(ticket, "Việc của bưu điện.")

    assert await minh.pass_on(ticket, "buu-dien") == Done()

    assert lan.last.text == texts.passed(ticket, "Bưu điện tỉnh Lạng Sơn")
    assert await minh.sees(ticket) == NotYours()
    assert await thu.reads(ticket) == [("member", UNKNOWN), ("note", "Việc của bưu điện.")]
    assert await thu.queue("new") == [ticket]


async def test_a_note_never_reaches_the_member(lan: Chat, minh: AtDesk) -> None:
    ticket = await open_ticket(lan)
    before = len(lan.replies)

    await minh.note(ticket, "Khách này hay quên.")
    await lan.press(texts.MINE)
    await lan.say("1")

    assert not [reply for reply in lan.replies[before:] if "hay quên" in reply.text]


async def test_a_ticket_is_closed_and_reopened_from_both_sides(lan: Chat, minh: AtDesk) -> None:
    ticket = await open_ticket(lan)
    await minh.answer(ticket, "Xong rồi nhé.")

    await lan.press(texts.CLOSE)
    assert lan.last.text == texts.closed(ticket)
    assert await minh.answer(ticket, "Thêm nữa.") == NotNow(State.CLOSED)
    await lan.press(texts.REOPEN)
    assert await minh.queue("new") == [ticket]
    await minh.close(ticket)
    assert lan.last.text == texts.closed(ticket)
    await minh.reopen(ticket)
    assert lan.last.text == texts.reopened_by_mentor(ticket)

    view = await minh.sees(ticket)
    assert isinstance(view, TicketView)
    assert [step.action for step in view.steps] == [
        "open", "take", "answer", "close", "reopen", "close", "reopen",
    ]  # fmt: skip


async def test_the_same_press_of_a_mentor_counts_once(lan: Chat, minh: AtDesk) -> None:
    ticket = await open_ticket(lan)

    await minh.answer(ticket, "Xem lại dầu máy.", key="một lần")
    await minh.answer(ticket, "Xem lại dầu máy.", key="một lần")

    assert [reply.text for reply in lan.replies].count(texts.escape("Xem lại dầu máy.")) == 1


async def test_an_empty_answer_is_not_sent(lan: Chat, minh: AtDesk) -> None:
    ticket = await open_ticket(lan)

    assert await minh.answer(ticket, " \n ") == Nothing()


async def test_one_question_is_one_ticket_however_often_it_is_pressed(lan: Chat, minh: AtDesk) -> None:
    ticket = await open_ticket(lan)

    await lan.press(texts.send_to("VNPT Lạng Sơn"))

    assert lan.last.text == texts.already_open(ticket)
    assert await minh.queue("all") == [ticket]


async def test_own_tickets_are_listed_with_their_state(lan: Chat, minh: AtDesk) -> None:
    ticket = await open_ticket(lan)
    await minh.answer(ticket, "Xong rồi nhé.")

    assert await lan.press("mine") == [texts.YOUR_TICKETS]
    assert lan.labels[0] == texts.ticket_label(ticket, texts.first_words(UNKNOWN), State.ANSWERED)

    await lan.say("1")
    assert lan.last.text.startswith(f"**Phiếu hỏi số {ticket}**")
    assert "Xong rồi nhé" in lan.last.text


async def test_an_answered_ticket_closes_itself_after_a_silent_week(lan: Chat, minh: AtDesk, house: House) -> None:
    ticket = await open_ticket(lan)
    await minh.answer(ticket, "Xong rồi nhé.")

    await house.tick(timedelta(days=6))
    assert await minh.queue("mine") == [ticket]
    await house.tick(timedelta(days=1, minutes=1))

    assert lan.last.text == texts.closed_by_time(ticket, 7)
    await lan.press(texts.REOPEN)
    assert await minh.queue("new") == [ticket]


async def test_a_mentor_whose_words_hold_a_secret_is_told(lan: Chat, minh: AtDesk) -> None:
    ticket = await open_ticket(lan)

    assert await minh.answer(ticket, "Chị đọc OTP 123456 cho họ") == Done(("otp",))
    assert "123456" not in lan.last.text
