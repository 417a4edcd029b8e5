"""Stories of people who change what they wrote: the answer changes in place, or the mentor hears of it."""

from datetime import timedelta

import pytest

from bot.channel import Later
from handlers import mentoring, texts
from storage import people, questions, tickets
from tests.stories.house import AtDesk, Chat, House, mentor_in_chat, open_ticket

SURE = "atm mềm là gì thế"
OTHER = "rút, gửi tiền ở điểm ATM mềm mất bao nhiêu phí?"
QUESTION = "máy cày của nhà tôi kêu to quá phải làm sao"
WHAT, COST = "**ATM mềm là gì, đến đó làm được những việc gì?**", "**Rút, gửi tiền ở điểm ATM mềm mất bao nhiêu phí?**"
UNIT = "Viettel Lạng Sơn"


@pytest.fixture
async def son(house: House) -> Chat:
    """Sơn is a mentor of Viettel's with a phone."""
    return await mentor_in_chat(house, "son", "Sơn", "viettel")


def heads(chat: Chat) -> list[str]:
    """The first line of everything that can be read."""
    return [text.split("\n")[0] for text in chat.reads]


async def asked(house: House, chat: Chat) -> list[tuple[str, str]]:
    """Text and outcome of everything asked, oldest first."""
    async with house.database.write() as session:
        person = await people.meet(session, chat.identity, house.clock())
        return [(q.text, q.outcome) for q in reversed(await questions.of_person(session, person.id, limit=20))]


async def posts(house: House, ticket: int = 1) -> list[tuple[str, str, int]]:
    async with house.database.read() as session:
        return [(post.kind, post.text, post.revision) for post in await tickets.posts(session, ticket)]


async def test_an_edited_question_is_answered_anew_in_place(house: House, lan: Chat) -> None:
    await lan.say(SURE)
    assert heads(lan) == [WHAT]

    await lan.edit(OTHER)
    assert heads(lan) == [COST]
    await lan.edit(SURE)
    assert heads(lan) == [WHAT]
    assert await lan.edit(SURE) == []

    assert await asked(house, lan) == [(SURE, "CANCELLED"), (OTHER, "CANCELLED"), (SURE, "ANSWERED")]


async def test_the_buttons_below_an_edited_answer_are_about_the_new_question(house: House, lan: Chat) -> None:
    await lan.say(SURE)
    await lan.edit(OTHER)

    await lan.press(texts.GOOD)

    assert await asked(house, lan) == [(SURE, "CANCELLED"), (OTHER, "SOLVED")]


async def test_an_edit_far_above_changes_the_answer_there(lan: Chat) -> None:
    await lan.say(SURE)
    first = lan.written[-1]
    await lan.say(QUESTION)
    below = lan.reads[1:]

    await lan.edit(OTHER, first)

    assert (heads(lan)[0], lan.reads[1:]) == (COST, below)


async def test_an_answer_that_still_waits_is_not_sent_when_its_question_changed(house: House, lan: Chat) -> None:
    house.channel.troubles["lan"] = Later("pace")
    await lan.say(SURE)
    await lan.edit(OTHER)

    house.channel.troubles.clear()
    await house.tick(timedelta(minutes=1))

    assert heads(lan) == [COST]


async def test_an_edit_that_says_a_secret_is_masked_and_spoken_of(house: House, lan: Chat) -> None:
    await lan.say(SURE)

    told = await lan.edit("thẻ atm mềm là gì, mã OTP là 482913")

    assert told[0] == texts.masked(("otp",))
    assert "482913" not in "".join(text for text, _ in await asked(house, lan))


async def test_edits_of_what_was_no_question_change_nothing(lan: Chat) -> None:
    await lan.say("trợ giúp")

    assert await lan.edit("chủ đề") == []
    assert await lan.edit(SURE, "no such message") == []


async def test_somebody_elses_message_is_not_edited(lan: Chat, tu: Chat) -> None:
    await lan.say(SURE)

    assert await tu.edit(OTHER, lan.written[-1]) == []
    assert heads(lan) == [WHAT]


async def test_an_edited_ticket_is_shown_as_edited(house: House, lan: Chat, son: Chat, minh: AtDesk) -> None:
    await open_ticket(lan)
    card = son.reads[0]

    assert await lan.edit("máy bừa của nhà tôi kêu to quá phải làm sao") == []

    assert son.reads == [card.replace("máy cày", "(đã sửa) máy bừa")]
    view = await minh.sees(1)
    assert isinstance(view, mentoring.TicketView)
    assert [(post.text, post.is_edited) for post in view.posts] == [
        ("máy bừa của nhà tôi kêu to quá phải làm sao", True)
    ]
    assert await posts(house) == [("member", "máy bừa của nhà tôi kêu to quá phải làm sao", 2)]


async def test_the_mentor_who_has_the_ticket_is_told_of_an_edit(house: House, lan: Chat, son: Chat) -> None:
    await open_ticket(lan)
    await son.send("Máy gì?", to=son.screen[0].id)
    await lan.say("kubota")
    await son.send("Đời nào?", to=son.screen[0].id)

    await lan.edit("kubota đời 2010")

    assert son.reads[1:] == [
        "**Phiếu 1**, thành viên:\n\nkubota",
        "**Phiếu 1**, thành viên sửa lại tin:\n\nkubota đời 2010",
    ]
    assert son.reads[0].split("\n")[1] == "Đang xem, Sơn đang giữ"
    assert await posts(house) == [
        ("member", QUESTION, 1),
        ("mentor", "Máy gì?", 1),
        ("member", "kubota đời 2010", 2),
        ("mentor", "Đời nào?", 1),
    ]


async def test_an_edit_of_a_closed_ticket_is_a_new_question(house: House, lan: Chat, son: Chat) -> None:
    await open_ticket(lan)
    asking = lan.written[-1]
    await son.press(texts.END)
    before = lan.reads

    await lan.edit(SURE, asking)

    assert (lan.reads[:-1], heads(lan)[-1]) == (before, WHAT)
    assert await posts(house) == [("member", QUESTION, 1)]


async def test_words_taken_out_of_a_ticket_are_edited_as_a_question(house: House, lan: Chat, son: Chat) -> None:
    await open_ticket(lan)
    await lan.say("cái cối xay của tôi hỏng rồi")
    await lan.press(texts.THIS_IS_NEW)

    await lan.edit(SURE)

    assert WHAT in heads(lan)
    assert (await asked(house, lan))[-1] == (SURE, "ANSWERED")
    assert ("member", "cái cối xay của tôi hỏng rồi", 1) in await posts(house)


async def test_words_that_were_added_to_a_ticket_are_edited_there(house: House, lan: Chat, son: Chat) -> None:
    await open_ticket(lan)
    await lan.say(SURE)
    await lan.press(texts.add_to(1))

    await lan.edit(OTHER)

    assert await posts(house) == [("member", QUESTION, 1), ("member", OTHER, 2)]


async def test_a_mentor_corrects_an_answer_where_the_member_reads_it(house: House, lan: Chat, son: Chat) -> None:
    await open_ticket(lan)
    await son.send("Gọi số 1800", to=son.screen[0].id)
    assert lan.reads[-1] == "Gọi số 1800"
    before = lan.reads[:-1]

    assert await son.edit("Gọi số 18008098") == []
    assert await son.edit("Gọi số 18008098") == []

    assert lan.reads == [*before, "Gọi số 18008098"]
    assert lan.last.speaker == f"Cán bộ hỗ trợ Sơn ({UNIT})"
    assert await posts(house) == [("member", QUESTION, 1), ("mentor", "Gọi số 18008098", 2)]
