"""Lists, their numbers, and what people type instead of pressing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import choices, texts
from handlers.choices import Option, listed, number, recalled, remembered
from handlers.replies import Choice


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2", 2),
        (" 2. ", 2),
        ("(2)", 2),
        ("２", 2),
        ("2️⃣", 2),
        ("số 2", 2),
        ("so 2", 2),
        ("chọn 3", 3),
        ("câu 2 ạ", 2),
        ("cái thứ hai", 2),
        ("hai", 2),
        ("0", 0),
        ("năm", None),
        ("ba", None),
        ("2 người làm hộ chiếu", None),
        ("12", None),
        ("", None),
        ("rút 2", None),
    ],
)
def test_a_typed_number_is_read_only_as_the_whole_message(text: str, meant: int | None) -> None:
    assert number(text) == meant


def test_a_long_list_has_pages_of_eight_with_more_and_a_person() -> None:
    options = [Option(f"Câu {n}", f"q:e{n}") for n in range(1, 12)]

    first, second = listed(options, more="topic:t"), listed(options, page=1, more="topic:t")

    assert [c.number for c in first] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 0]
    assert first[8:] == (Choice(texts.MORE, "topic:t:1", 9), Choice(texts.HUMAN, "human", 0))
    assert [c.label for c in second] == ["Câu 9", "Câu 10", "Câu 11", texts.HUMAN]


def test_a_list_is_recalled_as_it_was_shown() -> None:
    shown = listed([Option("Rút tiền: thế nào?", "q:atm-mem-rut-tien")])

    assert recalled(remembered(shown)) == shown


def test_a_choice_that_no_channel_can_carry_is_refused() -> None:
    with pytest.raises(ValueError, match="not a choice"):
        Choice("Rút", "q:rút", 1)
    with pytest.raises(ValueError, match="not a choice"):
        Choice("Rút", "q:" + "x" * 60, 1)


@given(st.text(max_size=80))
def test_any_pressed_value_is_taken_apart(value: str) -> None:
    verb, arguments = choices.parse(value)

    assert ":".join((verb, *arguments)) == value
    assert all(choices.integer(arguments, n) is None or int(arguments[n]) >= 0 for n in range(4))
