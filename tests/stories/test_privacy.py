"""What people should not have sent is masked, and what they sent can be erased."""

from datetime import timedelta

from handlers import texts
from handlers.guard import MASKS, OTP
from storage import inbox, people, questions
from tests.stories.house import AtDesk, Chat, House, open_ticket

UNKNOWN = "máy cày của nhà tôi kêu to quá phải làm sao"


async def test_what_may_be_a_code_does_not_reach_the_mentor_who_asked_for_it(lan: Chat, minh: AtDesk) -> None:
    ticket = await open_ticket(lan)
    await minh.answer(ticket, "Chị đọc cho tôi mã vừa gửi về máy.")

    for text in ("482913", "mã 482913", "Mã số: 482913 ạ"):
        assert (await lan.say(text))[0] == texts.masked([OTP])

    words = texts.escape("Chị đọc cho tôi mã vừa gửi về máy.")
    assert (await lan.reply(words, "mã 482913"))[0] == texts.masked([OTP])

    assert (await minh.reads(ticket))[2:] == [("member", MASKS[OTP])] * 4


async def test_a_code_is_masked_before_it_is_kept_and_the_person_is_told_why(lan: Chat, minh: AtDesk) -> None:
    shown = await lan.say("máy cày báo mã otp 482913 là sao")
    await lan.press(texts.HUMAN)
    await lan.press(texts.send_to("Viettel Lạng Sơn"))

    assert shown[0] == texts.masked([OTP])
    assert await minh.reads(1) == [("member", "máy cày báo mã otp [mã OTP đã che] là sao")]


async def test_everything_is_erased_when_asked_twice(lan: Chat, minh: AtDesk, house: House) -> None:
    ticket = await open_ticket(lan)
    await minh.answer(ticket, "Chào chị Lan.")
    await lan.press("erase")
    assert lan.last.text == texts.ERASE_ASK

    await lan.press(texts.ERASE_NO)
    assert await minh.reads(ticket) == [("member", UNKNOWN), ("mentor", "Chào chị Lan.")]

    await lan.press("erase")
    await lan.press(texts.ERASE_YES)
    assert lan.last.text == texts.ERASED
    assert await minh.reads(ticket) == [("member", ""), ("mentor", "")]
    assert await lan.press("mine") == [texts.NO_TICKETS]


async def test_erasing_one_leaves_the_other(lan: Chat, tu: Chat, minh: AtDesk) -> None:
    await open_ticket(lan)
    other = await open_ticket(tu, "ngựa bạch nhà tôi bỏ ăn hai hôm nay")

    await lan.press("erase:yes")

    assert await minh.reads(other) == [("member", "ngựa bạch nhà tôi bỏ ăn hai hôm nay")]


async def test_somebody_who_works_here_is_not_erased_by_a_chat_command(lan: Chat, house: House) -> None:
    await lan.open()
    async with house.database.write() as session:
        person = await people.meet(session, lan.identity, house.clock())
        await people.grant(session, person.id, "mentor", "vnpt", house.clock())

    assert await lan.press("erase:yes") == [texts.ERASE_STAFF]


async def test_what_was_written_is_gone_from_the_inbox_once_it_is_handled(lan: Chat, house: House) -> None:
    await lan.say(UNKNOWN)

    async with house.database.read() as session:
        assert await inbox.counts(session) == {"DONE": 1}
        assert await inbox.waiting(session, at=house.clock(), limit=9, busy=()) == []


async def test_after_a_year_questions_are_forgotten(lan: Chat, house: House) -> None:
    await lan.say(UNKNOWN)

    await house.tick(timedelta(days=366))

    async with house.database.write() as session:
        person = await people.meet(session, lan.identity, house.clock())
        assert [q.text for q in await questions.of_person(session, person.id, limit=9)] == [""]
