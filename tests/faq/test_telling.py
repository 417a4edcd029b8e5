"""Siblings are told apart by one question."""

import pytest

from faq.models import Question, SlotWording
from faq.telling import Separation, separate, unsaid

WORDINGS = {
    "huong": SlotWording(key="huong", ask="Anh/chị muốn {}?", values={"rut": "rút tiền", "gui": "gửi tiền"}),
}


def entry(id_: str, near: tuple[str, ...] = (), **slots: str) -> Question:
    return Question(id=id_, question="Câu hỏi?", answer="Trả lời.", near=near, slots=slots)


RUT, GUI = entry("rut", ("gui",), huong="rut"), entry("gui", huong="gui")


def test_siblings_are_asked_for_by_the_key_that_separates_them() -> None:
    assert separate([RUT, GUI], WORDINGS) == Separation("Anh/chị muốn rút tiền hay gửi tiền?", ("Rút tiền", "Gửi tiền"))


@pytest.mark.parametrize(
    "entries",
    [
        [RUT],
        [RUT, entry("xa", huong="gui")],
        [RUT, entry("gui", huong="rut")],
        [RUT, entry("gui")],
        [RUT, entry("gui", huong="nap")],
        [RUT, GUI, entry("phi", ("rut", "gui"))],
    ],
    ids=["one alone", "strangers", "the same value", "no key", "a value without words", "one of three without a key"],
)
def test_what_one_question_does_not_separate_is_not_asked_for(entries: list[Question]) -> None:
    assert separate(entries, WORDINGS) is None


def test_a_value_that_nothing_says_is_told() -> None:
    assert unsaid([RUT, entry("nap", huong="nap"), entry("mua", vai="nguoi-mua")], WORDINGS) == {
        "nap": ("huong", "nap"),
        "mua": ("vai", "nguoi-mua"),
    }
