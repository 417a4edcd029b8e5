"""What a Vietnamese syllable is, where its tone mark stands, and what keys typed it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq import syllables
from faq.text import fold


@pytest.mark.parametrize(
    "word",
    [
        "rút",
        "tiền",
        "nghiêng",
        "quýt",
        "quỳnh",
        "quyết",
        "giếng",
        "gì",
        "ở",
        "ý",
        "uỷ",
        "khuya",
        "ngoằn",
        "boong",
        "xoong",
    ],
)
def test_a_syllable_is_one(word: str) -> None:
    assert str(syllables.parse(word)) == word


@pytest.mark.parametrize(
    "word", ["", "ko", "dc", "vnpt", "ngi", "ca1", "rutt", "khoong", "tìến", "cạt̀", "shop", "nghiêngg", "các̀"]
)
def test_what_is_no_syllable_is_none(word: str) -> None:
    assert syllables.parse(unicodedata.normalize("NFC", word)) is None


@pytest.mark.parametrize(
    ("word", "is_one"), [("tien", True), ("duong", True), ("nghieng", True), ("ko", False), ("tìen", False)]
)
def test_diacritics_may_be_left_out_of_a_whole_syllable(word: str, is_one: bool) -> None:
    assert syllables.is_syllable(word, fold(word)) is is_one


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("hòa", "hoà"),
        ("thủy", "thuỷ"),
        ("khỏe", "khoẻ"),
        ("ủy", "uỷ"),
        ("tòan", "toàn"),
        ("qúy", "quý"),
        ("gía", "giá"),
    ],
)
def test_the_tone_mark_stands_where_the_newer_rule_wants_it(old: str, new: str) -> None:
    assert str(syllables.parse(old)) == new
    assert str(syllables.parse(new)) == new


@pytest.mark.parametrize(("with_y", "with_i"), [("kỹ", "kĩ"), ("lý", "lí"), ("mỹ", "mĩ"), ("tỷ", "tỉ"), ("hy", "hi")])
def test_both_spellings_of_i_are_one(with_y: str, with_i: str) -> None:
    assert syllables.parse(with_y) == syllables.parse(with_i)


@pytest.mark.parametrize(
    ("keys", "word"),
    [
        ("ruts", "rút"),
        ("tieenf", "tiền"),
        ("tienef", "tiền"),
        ("ddieemr", "điểm"),
        ("truwowngf", "trường"),
        ("nguwowif", "người"),
        ("khoong", "không"),
        ("thuys", "thuý"),
        ("quoocs", "quốc"),
    ],
)
def test_telex_is_read(keys: str, word: str) -> None:
    assert syllables.from_telex(keys) == word


@pytest.mark.parametrize(
    ("keys", "word"),
    [
        ("ru1t", "rút"),
        ("rut1", "rút"),
        ("tie62n", "tiền"),
        ("tien62", "tiền"),
        ("d9ie63m", "điểm"),
        ("tru7o72ng", "trường"),
        ("ma8t5", "mặt"),
    ],
)
def test_vni_is_read(keys: str, word: str) -> None:
    assert syllables.from_vni(keys) == word


@pytest.mark.parametrize("word", ["shop", "link", "atm", "zalo", "rútt", "xyz", "ww"])
def test_other_words_are_not_taken_for_telex(word: str) -> None:
    assert syllables.from_telex(word) is None


@pytest.mark.parametrize("word", ["2026", "4g", "h37", "lan", "9999", "a10b"])
def test_other_words_are_not_taken_for_vni(word: str) -> None:
    assert syllables.from_vni(word) is None


@given(st.text(max_size=12))
def test_nothing_that_is_typed_raises(word: str) -> None:
    found = syllables.parse(word)
    syllables.is_syllable(word, fold(word))
    syllables.from_telex(word)
    syllables.from_vni(word)

    assert found is None or syllables.parse(str(found)) == found
