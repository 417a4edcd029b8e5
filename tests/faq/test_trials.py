"""The FAQ's own questions, asked of the matcher."""

import pytest

from faq import trials
from faq.catalog import Catalog
from faq.matching import Match, Matcher, Routine, Sure, Unknown, Unsure, Verdict
from faq.models import Question, Topic
from faq.trials import Trial

OWN, OTHER = Match("rut-tien", 0.8), Match("gui-tien", 0.7)

WITHDRAW = Question.model_validate(
    {
        "id": "rut-tien",
        "question": "Rút tiền mặt thế nào?",
        "variants": ["Lấy tiền mặt ra quầy", "Muốn cầm tiền mặt trong tay", "Rút tiền ra tiêu"],
        "try": ["rut tien mat o quay", "gui tien vao so tiet kiem"],
        "answer": "Ra điểm giao dịch.",
    }
)
DEPOSIT = Question.model_validate(
    {
        "id": "gui-tien",
        "question": "Gửi tiền vào sổ tiết kiệm ra sao?",
        "variants": ["Mở sổ tiết kiệm", "Bỏ tiền vào sổ tiết kiệm", "Gửi tiết kiệm ở đâu"],
        "try": ["gui tiet kiem"],
        "answer": "Ra ngân hàng.",
    }
)
CATALOG = Catalog(topics=(Topic(topic="tien", name="Tiền", unit="viettel", questions=(WITHDRAW, DEPOSIT)),))


def trial(verdict: Verdict, *, urgent: bool = False) -> Trial:
    return Trial("rut-tien", "try", 0, "rút tiền", verdict, urgent)


@pytest.mark.parametrize(
    ("asked", "passed", "thief", "taken_by"),
    [
        pytest.param(trial(Sure((OWN, OTHER))), True, None, None, id="answered by its own"),
        pytest.param(trial(Unsure((OWN, OTHER))), True, None, None, id="its own offered first"),
        pytest.param(trial(Unsure((OTHER, OWN))), False, "gui-tien", None, id="another offered first"),
        pytest.param(trial(Sure((OTHER, OWN))), False, "gui-tien", "gui-tien", id="answered by another"),
        pytest.param(trial(Sure((OTHER, OWN), also="rut-tien")), True, None, None, id="answered as a second question"),
        pytest.param(trial(Unknown((OWN,))), False, None, None, id="not shown"),
        pytest.param(trial(Unknown(())), False, None, None, id="nothing at all"),
        pytest.param(trial(Routine("chao", "smalltalk", (OWN,))), False, None, "chao", id="taken for small talk"),
        pytest.param(trial(Routine("lua", "scam", (OWN,))), False, None, "lua", id="taken for danger without any"),
        pytest.param(trial(Routine("lua", "scam", (OWN,)), urgent=True), True, None, None, id="danger before its own"),
        pytest.param(
            trial(Routine("lua", "scam", (OTHER,)), urgent=True), False, "gui-tien", None, id="danger before another"
        ),
    ],
)
def test_what_became_of_a_question(asked: Trial, passed: bool, thief: str | None, taken_by: str | None) -> None:
    assert (asked.passed, asked.thief, asked.taken_by) == (passed, thief, taken_by)


def test_every_try_is_asked() -> None:
    asked = list(trials.tries(Matcher(CATALOG)))

    assert [(one.id, one.field, one.number, one.text) for one in asked] == [
        ("rut-tien", "try", 0, "rut tien mat o quay"),
        ("rut-tien", "try", 1, "gui tien vao so tiet kiem"),
        ("gui-tien", "try", 0, "gui tiet kiem"),
    ]
    assert [one.passed for one in asked] == [True, False, True]


def test_every_variant_is_asked_once_and_was_not_learnt() -> None:
    asked = trials.variants(CATALOG)

    assert [(one.id, one.number, one.text) for one in asked] == [
        (question.id, number, text) for question in (WITHDRAW, DEPOSIT) for number, text in enumerate(question.variants)
    ]


def test_a_pair_that_is_taken_for_one_another_comes_with_words_that_tell_it_apart() -> None:
    [confusion] = trials.confusions(CATALOG)

    assert (confusion.one, confusion.other) == ("gui-tien", "rut-tien")
    assert [stolen.text for stolen in confusion.stolen] == ["gui tien vao so tiet kiem"]
    assert confusion.only_one == ("kiệm", "tiết", "sổ", "gửi", "vào")
    assert confusion.only_other == ("mặt", "rút", "ra", "tiền")
