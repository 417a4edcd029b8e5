"""Diacritics come back as the FAQ's own texts have them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq import catalog
from faq.diacritics import Restorer
from faq.text import Normaliser, fold

RESTORER = Restorer(
    text.split()
    for text in (
        "rút tiền mặt ở điểm giao dịch",
        "rút tiền ở quầy",
        "mất căn cước thì làm thế nào",
        "mặt bàn",
        "tôi đi chợ bán hàng",
        "bạn của tôi",
    )
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("rut tien mat o quay", "rút tiền mặt ở quầy"),
        ("mat can cuoc", "mất căn cước"),
        ("cho ban hang", "chợ bán hàng"),
        ("", ""),
    ],
)
def test_each_word_is_told_by_its_neighbour(typed: str, meant: str) -> None:
    assert RESTORER.restore(typed.split()) == tuple(meant.split())


def test_a_word_with_marks_or_unknown_to_the_faq_stays_and_tells_its_neighbours() -> None:
    assert RESTORER.restore(["mất", "can", "zalo", "bán"]) == ("mất", "căn", "zalo", "bán")


def test_a_faq_without_words_changes_nothing() -> None:
    assert Restorer([]).restore(["rut", "tien"]) == ("rut", "tien")


@given(st.lists(st.text(max_size=8), max_size=12))
def test_any_words_come_back_as_themselves_but_for_their_marks(words: list[str]) -> None:
    restored = RESTORER.restore(words)

    assert [fold(word) for word in restored] == [fold(word) for word in words]


def test_most_words_come_back_of_wordings_that_the_restorer_has_not_read() -> None:
    shipped = catalog.load(catalog.SHIPPED)
    normaliser = Normaliser(shipped.glossary)
    wordings = [normaliser.normal(text).marked for question in shipped.questions for text in question.wordings]
    restorer = Restorer(words for number, words in enumerate(wordings) if number % 10)

    asked = wordings[::10]
    restored = [restorer.restore([fold(word) for word in words]) for words in asked]

    pairs = [pair for one, other in zip(asked, restored, strict=True) for pair in zip(one, other, strict=True)]
    assert sum(one == other for one, other in pairs) / len(pairs) > 0.88
