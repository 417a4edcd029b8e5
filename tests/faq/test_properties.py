"""What holds of the matcher whatever is asked, and whichever FAQ it has."""

import os
import subprocess
import sys
from dataclasses import replace
from statistics import median
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faq import catalog
from faq.catalog import Catalog
from faq.matching import Matcher, Sure, Verdict
from faq.models import Question, Topic
from faq.text import fold

SHIPPED = catalog.load(catalog.SHIPPED)
MATCHER = Matcher(SHIPPED)
WORDINGS = [(question.id, text) for question in SHIPPED.questions for text in question.wordings]
OWN = st.sampled_from([(question.id, question.question) for question in SHIPPED.questions])
STRANGERS = (
    Question(
        id="la-giay",
        question="Xếp hình khủng long bằng giấy thế nào?",
        variants=("Gấp khủng long giấy", "Bày trò xếp giấy cho trẻ"),
        answer="Gấp đôi tờ giấy.",
    ),
    Question(
        id="la-sao",
        question="Nhìn chòm sao Bắc Đẩu về hướng nào?",
        variants=("Tìm sao Bắc Đẩu trên trời", "Ngắm sao đêm quang mây"),
        answer="Nhìn về phía bắc.",
    ),
)

ANSWERS = """
import sys
from faq import catalog
from faq.matching import Matcher
matcher = Matcher(catalog.load(catalog.SHIPPED))
for line in sys.stdin.read().split("\\n"):
    verdict = matcher.match(line)
    print(repr(verdict))
"""
"""Prints all that is said of each line."""


def first(verdict: Verdict) -> str | None:
    return verdict.matches[0].id if verdict.matches else None


def with_strangers(known: Catalog) -> Catalog:
    head, *rest = known.topics
    return replace(known, topics=(head.model_copy(update={"questions": (*head.questions, *STRANGERS)}), *rest))


WIDER = Matcher(with_strangers(SHIPPED))


@given(st.text(alphabet=st.characters(), max_size=1500) | st.binary(max_size=400).map(lambda b: b.decode("latin-1")))
@settings(max_examples=60)
def test_any_text_is_explained_as_it_is_answered(text: str) -> None:
    explained = MATCHER.explain(text)

    assert explained.verdict == MATCHER.match(text)
    assert all(0 <= candidate.score <= 1 for candidate in explained.candidates)


@pytest.mark.parametrize("text", ["\ud800", "a\ud800b rút tiền", "\U000e0001" * 50, "\u0301" * 3000, "🧑‍🌾" * 400])
def test_letters_that_are_none_get_a_verdict(text: str) -> None:
    assert len(MATCHER.match(text).matches) in (0, 5)


@given(
    OWN, st.sampled_from(["chào em, ", "cho hỏi ", "ad ơi ", ""]), st.sampled_from([" ạ", " nhé", " với ạ", "???", ""])
)
@settings(max_examples=60)
def test_politeness_changes_nothing_of_what_comes_first(own: tuple[str, str], before: str, after: str) -> None:
    id_, question = own

    assert first(MATCHER.match(before + question + after)) == id_


@given(st.sampled_from(WORDINGS))
@settings(max_examples=100)
def test_what_an_unrelated_entry_changes_of_a_sure_answer_is_little(wording: tuple[str, str]) -> None:
    _, text = wording

    before, after = MATCHER.match(text), WIDER.match(text)

    if isinstance(before, Sure):
        assert first(after) == first(before)
        assert after.matches[0].score == pytest.approx(before.matches[0].score, abs=0.05)


def work(text: str) -> int:
    """How many functions of Python are called to match a text that was matched before."""
    calls = 0

    def count(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal calls
        calls += event == "call"

    MATCHER.match(text)
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        MATCHER.match(text)
    finally:
        sys.setprofile(before)
    return calls


STORY = " ".join(question.question for question in SHIPPED.questions)
FORTY = [question.question for question in SHIPPED.questions if 36 <= len(question.question) <= 44]
SEVERAL = "rút tiền ở điểm ATM mềm mang giấy tờ gì, " * 7
"""No longer than what members write, with as many places to part it as are looked at."""


@pytest.mark.parametrize(
    "text",
    [
        *(STORY[start : start + 4000] for start in (0, 3000, 6000)),
        STORY * 10,
        "rút tiền? " * 400,
        "a" * 4000,
        "a b " * 1000,
        "đ́" * 4000,
        "zzxq xqwer, trtrt; dfgdf " * 160,
        SEVERAL * 14,
    ],
)
def test_four_thousand_letters_and_more_are_no_more_work_than_a_few_times_forty(text: str) -> None:
    assert work(text) <= 4 * median(map(work, FORTY))


# --- the same for the same ---


def answers(texts: list[str], seed: str) -> str:
    """What another process makes of them, whose sets and dicts of words are ordered otherwise."""
    ran = subprocess.run(
        [sys.executable, "-c", ANSWERS],
        input="\n".join(texts),
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return ran.stdout


def test_every_process_gives_the_same_verdicts_order_and_scores() -> None:
    tries = [question.tries[0] for question in SHIPPED.questions if question.tries]
    texts = [*tries, *(fold(text) for text in tries[::3]), STORY[:1500], SEVERAL, "xin chào", "máy cày kêu to", "?"]

    one, other = answers(texts, "1"), answers(texts, "4242")

    assert len(one.splitlines()) == len(texts)
    assert one == other


def test_entries_that_are_equally_likely_come_in_the_order_of_their_ids() -> None:
    same = [
        Question(id=id_, question=f"{name} thế nào?", answer="Xem ở trang.")
        for id_, name in (("b", "Múa"), ("a", "Ca"))
    ]
    topic = Topic(topic="hoi", name="Hội", unit="viettel", questions=tuple(same))

    verdict = Matcher(Catalog((topic,))).match("zzz qqq")

    assert [match.id for match in verdict.matches] == ["a", "b"]
