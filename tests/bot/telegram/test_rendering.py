"""Whatever a reply says, its messages are ones that Telegram takes, and nothing of it is lost."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import markup
from bot.telegram import rendering
from faq import answers, catalog
from handlers import texts
from handlers.replies import Choice, Reply
from tests.botapi.entities import formatted, utf16

MOST = 4096
_WORD = st.sampled_from(
    [
        "tiền", "**đậm**", "*nghiêng*", "<3", "&amp;", "&", "`x`", "🌾", "1.", "- ", "\\*", "\n", "\n\n",
        "1. mục\n2. mục\n",
        "[phí](https://vnpt.vn/a_b?c=1&d=2)", "[1900 0001](tel:19000001)", "a" * 700, "🌾" * 900,
        f"**{'đậm ' * 300}**", f"[{'dài ' * 60}](https://vnpt.vn)",
    ]
)  # fmt: skip
_TEXT = st.lists(_WORD, min_size=1, max_size=60).map(" ".join).filter(lambda text: markup.plain(text).strip() != "")


def shown(part: Reply) -> str:
    """What a person reads of a part; raises where Telegram would refuse it."""
    return formatted(rendering.html(part), "HTML").text


def letters(text: str) -> str:
    """What must not get lost: blanks are set anew where a text is cut, and marks may be drawn otherwise."""
    return re.sub(r"\W", "", text)


@given(_TEXT)
@settings(max_examples=150)
def test_every_part_of_any_text_is_one_that_telegram_takes(text: str) -> None:
    parts = rendering.split(Reply(text, speaker="Cán bộ <Minh>"))

    for part in parts:
        assert 0 < utf16(shown(part).strip()) <= MOST


@given(st.text(min_size=1, max_size=9000))
@settings(max_examples=100)
def test_what_people_typed_comes_out_as_it_was(text: str) -> None:
    parts = rendering.split(Reply(f"Thành viên viết:\n\n{texts.escape(text)}"))

    whole = "".join(re.sub(r"\n\n\(\d+/\d+\)$", "", shown(part)) for part in parts)
    assert letters(whole) == letters(f"Thành viên viết:{text}")


def test_answers_of_the_faq_fit_one_message_each() -> None:
    shipped = catalog.load(catalog.SHIPPED)

    counts = {
        entry.id: len(rendering.split(Reply(texts.answer(entry.question, answers.render(entry, shipped)))))
        for entry in shipped.questions
    }

    assert {id_: count for id_, count in counts.items() if count != 1} == {}


@pytest.mark.parametrize(("blank", "end"), [(" ", "\n\n"), (" ", "\n"), ("_", " ")])
def test_a_text_is_cut_where_it_has_a_seam(blank: str, end: str) -> None:
    piece = f"Ra{blank}điểm{blank}giao{blank}dịch".ljust(1000, ".")

    parts = rendering.split(Reply(end.join([piece] * 9)))

    assert [part.text.count("Ra") for part in parts] == [4, 4, 1]
    assert [part.text.rsplit("\n\n", 1)[1] for part in parts] == ["(1/3)", "(2/3)", "(3/3)"]


def test_a_reply_without_words_is_its_files() -> None:
    assert rendering.split(Reply("", attachments=(4, 5), closes=True)) == (
        Reply("", attachments=(4,)),
        Reply("", attachments=(5,), closes=True),
    )


def test_short_labels_stand_side_by_side() -> None:
    choices = [Choice(label, f"x{n}", n) for n, label in enumerate(["Có", "Không", "Một nhãn dài hơn nhiều", "Huỷ"])]

    keyboard = rendering.keyboard(choices, "xulang_bot")

    assert keyboard is not None
    assert [[button.text for button in row] for row in keyboard.inline_keyboard] == [
        ["0. Có", "1. Không"],
        ["2. Một nhãn dài hơn nhiều"],
        ["3. Huỷ"],
    ]


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("private:", "https://t.me/xulang_bot"),
        ("private:q:atm-mem-phi", "https://t.me/xulang_bot?start=q_atm-mem-phi"),
        ("private:code:4821", "https://t.me/xulang_bot?start=m_4821"),
        ("private:topic:atm-mem", "https://t.me/xulang_bot?start=t_atm-mem"),
    ],
)
def test_a_button_to_the_private_chat_is_a_link(value: str, url: str) -> None:
    keyboard = rendering.keyboard([Choice("Xem đủ trong chat riêng", value, 1)], "xulang_bot")

    assert keyboard is not None
    ((button,),) = keyboard.inline_keyboard
    assert (button.text, button.url, button.callback_data) == ("Xem đủ trong chat riêng", url, None)


def test_as_long_as_our_name_is_not_known_there_is_no_link() -> None:
    assert rendering.keyboard([Choice("Xem đủ", "private:q:atm-mem-phi", 1)], "") is None
