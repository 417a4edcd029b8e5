"""Whether words belong to a ticket or are a new question, as decided in `handlers.following`."""

from handlers import texts
from tests.stories.house import AtDesk, Chat, House, open_ticket

KNOWN = "ra cho atm mem rut tien can mang gi"
UNKNOWN = "máy cày của nhà tôi kêu to quá phải làm sao"


async def test_more_words_go_into_the_ticket_and_are_confirmed_once(lan: Chat, minh: AtDesk) -> None:
    ticket = await open_ticket(lan)

    assert await lan.say("máy mua năm ngoái thôi") == [texts.followed(ticket)]
    assert await lan.say("nhà ở bản Nà Lìn") == []

    assert [text for _, text in await minh.reads(ticket)] == [UNKNOWN, "máy mua năm ngoái thôi", "nhà ở bản Nà Lìn"]


async def test_a_question_that_the_faq_knows_is_answered_while_a_ticket_waits(lan: Chat, minh: AtDesk) -> None:
    ticket = await open_ticket(lan)

    await lan.say(KNOWN)

    assert texts.GOOD in lan.labels
    assert texts.add_to(ticket) in lan.labels
    assert await minh.reads(ticket) == [("member", UNKNOWN)]
    await lan.press(texts.add_to(ticket))
    assert await minh.reads(ticket) == [("member", UNKNOWN), ("member", KNOWN)]


async def test_after_a_mentors_words_everything_goes_to_the_mentor(lan: Chat, minh: AtDesk) -> None:
    ticket = await open_ticket(lan)
    await minh.answer(ticket, "Anh tên gì, và máy chạy được mấy năm rồi?")

    for words in ("Huy", "2", KNOWN):
        await lan.say(words)

    assert [text for _, text in await minh.reads(ticket)][2:] == ["Huy", "2", KNOWN]


async def test_a_word_that_went_into_the_ticket_is_taken_out_as_a_new_question(lan: Chat, minh: AtDesk) -> None:
    ticket = await open_ticket(lan)
    await minh.answer(ticket, "Bác xem lại dầu máy nhé.")
    await lan.say(KNOWN)

    await lan.press(texts.THIS_IS_NEW)

    assert texts.GOOD in lan.labels
    assert (await minh.reads(ticket))[-1] == ("system", texts.MEMBER_SAYS_NEW)


async def test_with_several_tickets_it_is_asked_once_which_one(lan: Chat, minh: AtDesk) -> None:
    first = await open_ticket(lan)
    await lan.say("câu hỏi mới")
    second = await open_ticket(lan, "ngựa bạch nhà tôi bỏ ăn hai hôm nay")
    await minh.answer(first, "Bác xem lại dầu máy nhé.")

    assert await lan.say("xem rồi mà vẫn kêu") == [texts.WHICH_TICKET]
    assert lan.labels[-1] == texts.NEW_QUESTION
    await lan.press(next(label for label in lan.labels if label.startswith(f"Phiếu số {first}:")))
    await lan.say("dầu còn đầy")

    assert [text for _, text in await minh.reads(first)][2:] == ["xem rồi mà vẫn kêu", "dầu còn đầy"]
    assert [text for _, text in await minh.reads(second)] == ["ngựa bạch nhà tôi bỏ ăn hai hôm nay"]


async def test_a_bare_number_after_a_mentors_words_goes_to_the_mentor(lan: Chat, minh: AtDesk) -> None:
    first = await open_ticket(lan)
    await lan.say("câu hỏi mới")
    await open_ticket(lan, "ngựa bạch nhà tôi bỏ ăn hai hôm nay")
    await minh.answer(first, "Nhà mình có mấy máy?")

    await lan.say("2")

    assert (await minh.reads(first))[-1] == ("member", "2")


async def test_a_reply_to_a_mentors_words_goes_into_that_ticket_whatever_was_spoken_of_last(
    lan: Chat, minh: AtDesk
) -> None:
    first = await open_ticket(lan)
    await minh.answer(first, "Máy gì vậy bác?")
    words = texts.escape("Máy gì vậy bác?")
    await lan.press("new")
    second = await open_ticket(lan, "máy bơm của nhà tôi không lên nước")

    await lan.reply(words, "2")
    await lan.reply(words, "ra cho atm mem rut tien can mang gi")

    assert [text for _, text in (await minh.reads(first))[2:]] == ["2", "ra cho atm mem rut tien can mang gi"]
    assert len(await minh.reads(second)) == 1
    await minh.close(first)
    told = await lan.reply(words, "ra cho atm mem rut tien can mang gi")
    assert told[0].startswith("**Ra điểm ATM mềm")


async def test_a_message_for_no_ticket_is_asked_as_a_new_question(lan: Chat, minh: AtDesk) -> None:
    first = await open_ticket(lan)
    await lan.say("câu hỏi mới")
    await open_ticket(lan, "ngựa bạch nhà tôi bỏ ăn hai hôm nay")
    await minh.answer(first, "Bác xem lại dầu máy nhé.")
    await lan.say(KNOWN)

    await lan.press(texts.NEW_QUESTION)

    assert texts.GOOD in lan.labels


async def test_huy_with_its_diacritics_leaves_the_ticket_even_after_a_mentors_words(lan: Chat, minh: AtDesk) -> None:
    ticket = await open_ticket(lan)
    await minh.answer(ticket, "Anh tên gì?")

    assert await lan.say("huỷ") == [texts.CANCELLED_WITH_TICKETS]
    await lan.say(KNOWN)

    assert texts.GOOD in lan.labels
    assert len(await minh.reads(ticket)) == 2


async def test_a_photo_reaches_a_mentor_only_after_its_sender_said_it_is_harmless(lan: Chat, minh: AtDesk) -> None:
    ticket = await open_ticket(lan)
    photo = await lan.photo()

    await lan.say("ảnh đây", photos=[photo])
    assert lan.last.text == texts.PHOTO_CHECK
    view = await minh.sees(ticket)
    assert [post.attachments for post in view.posts] == [(), ()]  # type: ignore[union-attr]  # it is Minh's ticket

    await lan.press(texts.PHOTO_SEND)
    view = await minh.sees(ticket)
    assert [post.attachments for post in view.posts] == [(), (), (photo,)]  # type: ignore[union-attr]


async def test_a_photo_with_an_identity_card_is_dropped(lan: Chat, minh: AtDesk, house: House) -> None:
    ticket = await open_ticket(lan)
    await lan.say("", photos=[await lan.photo()])

    await lan.press(texts.PHOTO_DROP)
    await lan.press(texts.PHOTO_SEND)

    assert lan.last.text == texts.GONE
    assert await minh.reads(ticket) == [("member", UNKNOWN)]


async def test_a_photo_without_words_is_kept_for_the_question_that_follows(lan: Chat, minh: AtDesk) -> None:
    photo = await lan.photo()
    assert await lan.say("", photos=[photo]) == [texts.PHOTO_ALONE]

    ticket = await open_ticket(lan)
    assert lan.last.text == texts.PHOTO_CHECK
    await lan.press(texts.PHOTO_SEND)

    view = await minh.sees(ticket)
    assert [post.attachments for post in view.posts] == [(), (photo,)]  # type: ignore[union-attr]
