"""Noise is what its name says, and the same on every machine."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq import syllables
from faq.noise import KINDS, noisy
from faq.text import fold

QUESTION = "Làm thế nào để rút tiền mặt ở điểm giao dịch Hoà Bình, phí bao nhiêu?"


def folded(text: str) -> str:
    return " ".join(map(fold, text.split()))


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("no diacritics", "Lam the nao de rut tien mat o diem giao dich Hoa Binh, phi bao nhieu?"),
        ("telex", "Lafm thees naof ddeer ruts tieenf mawtj owr ddieemr giao dichj Hoaf Binhf, phis bao nhieeu?"),
        ("old tones", "Làm thế nào để rút tiền mặt ở điểm giao dịch Hòa Bình, phí bao nhiêu?"),
        ("capitals", "LÀM THẾ NÀO ĐỂ RÚT TIỀN MẶT Ở ĐIỂM GIAO DỊCH HOÀ BÌNH, PHÍ BAO NHIÊU?"),
        ("nfd", unicodedata.normalize("NFD", QUESTION)),
    ],
)
def test_a_question_is_typed_in_another_way(kind: str, typed: str) -> None:
    assert noisy(QUESTION, kind) == typed


def test_the_same_noise_comes_from_either_unicode_form() -> None:
    apart = unicodedata.normalize("NFD", QUESTION)

    assert [noisy(apart, kind) for kind in KINDS] == [noisy(QUESTION, kind) for kind in KINDS]


@pytest.mark.parametrize("word", ["rút", "tiền", "mặt", "điểm", "giao", "dịch", "nhiêu", "người", "được", "hoặc"])
def test_what_an_input_method_left_undone_can_be_finished(word: str) -> None:
    telex = [noisy(word, "telex", turn) for turn in range(10)]
    vni = [noisy(word, "vni", turn) for turn in range(10)]

    assert {syllables.from_telex(keys) or keys for keys in telex} == {word}
    assert {syllables.from_vni(keys) or keys for keys in vni} == {word}


def test_slips_change_letters_and_no_word_is_lost() -> None:
    slips = {noisy(QUESTION, "typos", turn) for turn in range(20)}

    assert QUESTION not in slips
    assert {len(text.split()) for text in slips} == {len(QUESTION.split())}
    assert all(abs(len(text) - len(QUESTION)) <= 8 for text in slips)


def test_lost_spaces_lose_nothing_else() -> None:
    joined = [noisy(QUESTION, "lost spaces", turn) for turn in range(20)]

    assert {text.replace(" ", "") for text in joined} == {QUESTION.replace(" ", "")}
    assert QUESTION not in joined


def test_fillers_stand_around_and_between_the_words() -> None:
    filled = noisy(QUESTION, "filler").split()

    left = iter(filled)
    assert all(word in left for word in QUESTION.rstrip("?").split())
    assert len(filled) > len(QUESTION.split())


def test_teencode_shortens_what_young_people_shorten() -> None:
    short = [noisy("Không biết làm sao được người ơi", "teencode", turn).split()[0] for turn in range(40)]

    assert set(short) == {"k", "ko", "hok", "khum"}


def test_mixed_noise_leaves_most_of_the_question_readable() -> None:
    mixed = [folded(noisy(QUESTION, "mixed", turn)) for turn in range(30)]

    assert len(set(mixed)) == 30
    assert all(sum(word in text for word in folded(QUESTION).split()) >= 4 for text in mixed)


def test_another_turn_is_another_slip() -> None:
    assert noisy(QUESTION, "typos", 0) != noisy(QUESTION, "typos", 1)


@given(st.text(min_size=1).filter(str.strip), st.sampled_from(sorted(KINDS)))
def test_no_question_is_emptied_and_noise_repeats_itself(text: str, kind: str) -> None:
    once = noisy(text, kind)

    assert once.strip()
    assert noisy(text, kind) == once
