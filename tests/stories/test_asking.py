"""Members ask, and the helpdesk answers, offers, or says honestly that it does not know."""

from datetime import timedelta

import pytest

from handlers import texts
from tests.stories.house import Chat, House

UNKNOWN = "máy cày của nhà tôi kêu to quá phải làm sao"


async def test_a_newcomer_reads_how_to_ask_what_is_kept_and_how_to_erase_it(lan: Chat) -> None:
    assert await lan.open() == [texts.WELCOME]
    assert lan.labels == [*_topics(lan), texts.HUMAN]


async def test_a_link_opens_the_chat_at_an_answer(lan: Chat) -> None:
    shown = await lan.open("q:atm-mem-phi")

    assert [text.splitlines()[0] for text in shown][1:] == ["**" + texts.escape(_title(lan, "atm-mem-phi")) + "**"]


async def test_the_papers_for_a_withdrawal_are_found_however_it_is_typed(lan: Chat) -> None:
    await lan.say("ra cho atm mem rut tien can mang gi")

    assert lan.last.text.startswith("**" + texts.escape(_title(lan, "atm-mem-giay-to")) + "**")
    assert "căn cước" in lan.last.text
    assert lan.labels[:2] == [texts.GOOD, texts.BAD]
    assert lan.labels[-1] == texts.HUMAN


async def test_a_good_answer_is_thanked_for(lan: Chat) -> None:
    await lan.say("ra cho atm mem rut tien can mang gi")

    assert await lan.press(texts.GOOD) == [texts.SOLVED]
    assert await lan.press(texts.GOOD) == [texts.SOLVED]


async def test_a_wrong_answer_leads_on_until_a_person_is_offered(lan: Chat) -> None:
    await lan.say("ra cho atm mem rut tien can mang gi")

    await lan.press(texts.BAD)
    assert lan.last.text == f"{texts.REJECTED} {texts.OR_PERHAPS}"
    assert texts.NONE in lan.labels

    await lan.press(texts.NONE)
    assert texts.NOT_KNOWN in lan.last.text
    assert texts.send_to("Viettel Lạng Sơn") in lan.labels


async def test_siblings_are_told_apart_by_one_short_question(lan: Chat) -> None:
    await lan.say("quên mật khẩu ví tiền di động")

    assert lan.last.text == f"{texts.NOT_SURE} Anh/chị dùng dịch vụ của VNPT (VinaPhone) hay Viettel?"
    assert lan.labels[:2] == ["VNPT (VinaPhone)", "Viettel"]

    await lan.press("Viettel")
    assert lan.last.text.startswith("**" + texts.escape(_title(lan, "ttdt-quen-mk-viettel-money")) + "**")


async def test_what_is_not_known_is_said_with_the_unit_it_would_go_to(lan: Chat) -> None:
    await lan.say(UNKNOWN)

    assert lan.last.text.startswith(texts.NOT_KNOWN)
    assert lan.labels[:4] == [
        texts.send_to(name)
        for name in ("Sở Khoa học và Công nghệ", "Bưu điện tỉnh Lạng Sơn", "VNPT Lạng Sơn", "Viettel Lạng Sơn")
    ]


async def test_a_unit_that_is_named_gets_the_question(lan: Chat) -> None:
    await lan.say("nhân viên VNPT mặc áo màu gì hả trợ lý")

    assert lan.labels[0] == texts.send_to("VNPT Lạng Sơn")


async def test_an_answer_is_found_by_topic(lan: Chat) -> None:
    await lan.say("chủ đề")
    await lan.press("Điểm ATM mềm")
    assert lan.last.text == texts.pick_question("Điểm ATM mềm")
    assert lan.last.choices[-2].label == texts.MORE

    await lan.say("9")
    first = lan.labels[0]
    await lan.say("1")
    assert lan.last.text.startswith(f"**{texts.escape(first)}**")


@pytest.mark.parametrize("typed", ["1", "1.", "(1)", "số 1", "１", "1️⃣", "câu 1 ạ"])
async def test_a_typed_number_is_a_press(lan: Chat, typed: str) -> None:
    await lan.open()

    await lan.say(typed)

    assert lan.last.text == texts.pick_question(_topics(lan)[0])


async def test_a_typed_label_is_a_press_with_or_without_diacritics(lan: Chat) -> None:
    await lan.open()

    await lan.say("diem atm mem")

    assert lan.last.text == texts.pick_question("Điểm ATM mềm")


async def test_a_number_means_nothing_a_day_later_but_a_button_still_does(lan: Chat, house: House) -> None:
    await lan.open()
    house.clock.move(timedelta(days=7))

    await lan.say("1")
    assert lan.last.text == texts.NO_LIST

    await lan.press("Điểm ATM mềm")
    assert lan.last.text == texts.pick_question("Điểm ATM mềm")


async def test_a_number_outside_the_list_shows_the_list_again(lan: Chat) -> None:
    await lan.open()

    assert await lan.say("9") == [texts.NOT_IN_LIST]
    assert lan.labels == [*_topics(lan), texts.HUMAN]


async def test_zero_is_a_person_even_without_a_list(lan: Chat) -> None:
    assert await lan.say("0") == [texts.TELL_QUESTION]

    await lan.say("rút tiền ở điểm ATM mềm thế nào")
    assert texts.send_to("Viettel Lạng Sơn") in lan.labels


async def test_asking_for_a_person_can_be_cancelled(lan: Chat) -> None:
    await lan.say("gặp cán bộ")

    assert await lan.say("huỷ") == [texts.CANCELLED]
    await lan.say("ra cho atm mem rut tien can mang gi")
    assert lan.labels[0] == texts.GOOD


async def test_huy_in_a_sentence_is_a_name(lan: Chat) -> None:
    await lan.open()

    await lan.say("anh Huy ở điểm ATM mềm bảo rút tiền cần mang căn cước có đúng không")

    assert lan.last.text != texts.CANCELLED


@pytest.mark.parametrize(
    "value",
    [
        "",
        ":",
        "q:",
        "q:khong-co",
        "pick:1:khong-co",
        "good:99999",
        "bad:x",
        "open:1:vnpt",
        "ticket:1",
        "say:1",
        "💥",
        "new:7",
    ],
)
async def test_a_button_that_never_existed_gets_a_polite_line(lan: Chat, value: str) -> None:
    shown = await lan.press(value)

    assert len(shown) == 1
    assert shown[0] in {
        texts.GONE,
        texts.GONE_ENTRY,
        texts.GONE_BUTTON,
        texts.MENU,
        texts.SOLVED,
        texts.NOTHING_TO_REASK,
    }


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("", texts.EMPTY),
        ("   ", texts.EMPTY),
        ("\x00\x07", texts.EMPTY),
        ("😭😭😭", texts.ONLY_SIGNS),
        ("?!", texts.ONLY_SIGNS),
    ],
)
async def test_a_message_without_words_is_answered_plainly(lan: Chat, text: str, answer: str) -> None:
    assert await lan.say(text) == [answer]


async def test_ten_thousand_characters_are_kept_and_a_person_is_offered(lan: Chat) -> None:
    shown = await lan.say("tôi kể từ đầu cho rõ ngọn ngành " * 320)

    assert shown[0] == texts.TOO_LONG
    assert lan.labels[0].startswith("Gửi cho")


async def test_html_is_only_text(lan: Chat) -> None:
    await lan.say("<script>alert(1)</script> máy cày hỏng")
    await lan.press(texts.send_to("VNPT Lạng Sơn"))
    await lan.press(texts.MINE)
    await lan.say("1")

    assert "<script>" not in lan.last.text
    assert "\\<script\\>" in lan.last.text


async def test_fifty_messages_in_a_second_are_all_kept_and_get_one_polite_line(lan: Chat, tu: Chat) -> None:
    for n in range(50):
        await lan.say(f"máy cày số {n} kêu to quá")

    assert [reply.text for reply in lan.replies].count(texts.TOO_FAST) == 1
    assert len(lan.replies) == 11
    await tu.say("ra cho atm mem rut tien can mang gi")
    assert tu.labels[0] == texts.GOOD


def _topics(chat: Chat) -> list[str]:
    return [topic.name for topic in chat.house.desk.knowledge().catalog.topics]


def _title(chat: Chat, entry: str) -> str:
    found = chat.house.desk.knowledge().catalog.question(entry)
    assert found is not None
    return found.question
