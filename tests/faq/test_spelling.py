"""Slips of the finger and lost spaces."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq.spelling import Speller

SPELLER = Speller(
    [Counter({"viettel": 9, "money": 9, "postmart": 5, "vneid": 5, "mat": 9, "khau": 9, "lay": 9, "lai": 9, "the": 4})],
    {"ntn": ("nhu", "the", "nao"), "ko": ("khong",), "k": ("khong",)},
)


@pytest.mark.parametrize(
    ("typed", "mended"),
    [
        ("viettell", ("viettel",)),
        ("vietel", ("viettel",)),
        ("postmrat", ("postmart",)),
        ("vneidd", ("vneid",)),
        ("viettelmoney", ("viettel", "money")),
        ("laylai", ("lay", "lai")),
        ("laylaimatkhau", ("lay", "lai", "mat", "khau")),
        ("laintn", ("lai", "nhu", "the", "nao")),
        ("kolay", ("khong", "lay")),
    ],
)
def test_what_is_no_word_is_mended(typed: str, mended: tuple[str, ...]) -> None:
    assert SPELLER.mend([typed]) == mended


@pytest.mark.parametrize("typed", ["mac", "khoa", "nghieng", "zalo", "4g", "xyz", "dtdd", "qwertyuiop"])
def test_what_is_a_word_or_too_far_from_any_is_left_alone(typed: str) -> None:
    assert SPELLER.mend([typed]) == (typed,)


@given(st.lists(st.text(max_size=60), max_size=5))
def test_no_word_raises(words: list[str]) -> None:
    assert len(SPELLER.mend(words)) >= len(words)
