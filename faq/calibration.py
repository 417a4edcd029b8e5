"""Measures on the FAQ itself what each choice of the bars for an answer at once would cost.

Everything is asked of a matcher that has not learnt it: the entries' own questions, also as they look when typed in a
hurry; the variants, which were written to differ from one another and count for the few who put things in words of
their own; and the out-of-scope questions. So the figures are darker than those of real questions.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import astuple, dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from faq.catalog import Catalog
from faq.embedding import Embedder
from faq.judging import Bars
from faq.matching import Matcher, MatchSettings, Price, Routine, Sure, Unknown, Unsure, Verdict
from faq.models import Question
from faq.noise import noisy
from faq.text import Normaliser
from faq.trials import REMEMBERED

FOLDS = 5
OUTSIDE = 0.15
"""The share of messages that are taken to ask for something that the FAQ does not answer."""
WEIGHTS: Mapping[Price, float] = {"high": 6.0, "middle": 3.0, "low": 1.5}
"""How many unnecessary tickets a wrong answer is worth, by its price in words.

They look low because what is asked here is hard: of real questions far fewer are answered wrong with the same bars.
"""
RISKY = 2.0
"""How many times worse a wrong answer is that is about money or identity."""
UNUSUAL = 0.15
"""The share of questions that are put in words as unusual as those of the variants."""
_TYPED = ("no diacritics", "teencode", "filler", "typos")
_SURE = tuple(n / 20 for n in range(8, 20))
_RISK = (0.8, 0.85, 0.9, 0.925, 0.95, 0.97, 0.98, 0.99)
_IN_SCOPE = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question that was asked, with all that the bars decide by."""

    weight: float
    """How much it counts among those that the FAQ answers; 0 if it is none of them."""
    right: bool
    """True if the entry that came first was its own."""
    risk: bool
    """True if the entry that came first is about money or identity."""
    score: float
    in_scope: float
    doubt: float
    """What is left of the distance between the bar and certainty, where something spoke against the entry."""
    settled: bool | None
    """Whether it was answered, where that does not hang on the bars."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What becomes of questions with given bars, each from 0 to 1."""

    answered_right: float
    """Of the questions that the FAQ answers."""
    answered_wrong: float
    out_of_scope_answered: float
    """Of the questions that it does not answer."""
    risk_wrong: float
    """Of the questions that the FAQ answers: answered wrong with an entry on money or identity."""

    @property
    def not_answered(self) -> float:
        """Offered to choose from, or a ticket."""
        return 1 - self.answered_right - self.answered_wrong

    def cost(self, weight: float) -> float:
        """In unnecessary tickets per message, if a wrong answer is worth `weight` of them."""
        inside = weight * (self.answered_wrong + (RISKY - 1) * self.risk_wrong) + self.not_answered
        return (1 - OUTSIDE) * inside + OUTSIDE * weight * self.out_of_scope_answered


class Measured:
    """What the FAQ's own questions say of every choice of bars."""

    def __init__(self, asked: Sequence[_Asked]) -> None:
        self._weight = np.array([one.weight for one in asked])
        self._right = np.array([one.right for one in asked], dtype=bool)
        self._risk = np.array([one.risk for one in asked], dtype=bool)
        self._score = np.array([one.score for one in asked])
        self._in_scope = np.array([one.in_scope for one in asked])
        self._doubt = np.array([one.doubt for one in asked])
        self._open = np.array([one.settled is None for one in asked], dtype=bool)
        self._settled = np.array([one.settled is True for one in asked], dtype=bool)
        self._inside = self._weight > 0

    @property
    def sizes(self) -> tuple[int, int]:
        """How many questions were asked that the FAQ answers, and that it does not."""
        return int(self._inside.sum()), int((~self._inside).sum())

    def at(self, bars: Bars) -> Figures:
        usual = np.where(self._risk, bars.risk, bars.sure)
        passed = (self._score >= 1 - (1 - usual) * self._doubt) & (self._in_scope >= bars.in_scope)
        answered = self._settled | (self._open & passed)
        _, outside = self.sizes
        return Figures(
            answered_right=self._share(answered & self._right),
            answered_wrong=self._share(answered & ~self._right),
            out_of_scope_answered=float((answered & ~self._inside).sum()) / max(outside, 1),
            risk_wrong=self._share(answered & ~self._right & self._risk),
        )

    def _share(self, those: NDArray[np.bool_]) -> float:
        """Of the questions that the FAQ answers."""
        return float(self._weight[those].sum() / (self._weight.sum() or 1.0))

    def best(self, price: Price) -> Bars:
        """The bars that cost least at this price of a wrong answer; of equals the lowest."""
        choices = [Bars(*bars) for bars in product(_SURE, _IN_SCOPE, _RISK)]
        costs = {bars: (round(self.at(bars).cost(WEIGHTS[price]), 9), *astuple(bars)) for bars in choices}
        return min(choices, key=costs.__getitem__)

    def curve(self, bars: Bars) -> Iterator[tuple[Bars, Figures]]:
        """What every other bar for the score brings, the lowest first."""
        for sure in _SURE:
            other = replace(bars, sure=sure, risk=max(sure, bars.risk))
            yield other, self.at(other)


def measure(
    catalog: Catalog,
    settings: MatchSettings | None = None,
    embedder: Embedder | None = None,
    step: Callable[[int, int], None] = lambda done, total: None,
) -> Measured:
    """Asks everything, which takes some ten seconds without an embedder; `step` is told how many folds are done."""
    entries = sorted(catalog.questions, key=lambda question: question.id)
    variants = max(sum(len(question.variants) for question in entries), 1)
    usual = (1 - UNUSUAL) / ((1 + len(_TYPED)) * max(len(entries), 1))
    normaliser = Normaliser(catalog.glossary, remembered=REMEMBERED)
    asked: list[_Asked] = []
    for fold in range(FOLDS):
        step(fold, FOLDS)
        left_out = {question.id for question in entries[fold::FOLDS]}
        matcher = Matcher(_without(catalog, fold, left_out), settings, embedder, normaliser)
        for question in entries:
            unusual = question.variants[fold::FOLDS]
            asked += [_asked(matcher, text, question, UNUSUAL / variants) for text in unusual]
            if question.id in left_out:
                asked += [_asked(matcher, text, question, usual) for text in _typed(question.question)]
        for group in catalog.outside:
            asked += [_asked(matcher, text, None, 0.0) for text in group.questions[fold::FOLDS]]
    step(FOLDS, FOLDS)
    return Measured(asked)


def _typed(question: str) -> list[str]:
    """As it stands in the FAQ, and as people type such a question."""
    return [question, *(noisy(question, kind) for kind in _TYPED)]


def _without(catalog: Catalog, fold: int, left_out: Set[str]) -> Catalog:
    """The FAQ as a matcher sees it that is not to know this fold of its questions."""

    def known(question: Question) -> Question:
        """An entry whose own question is left out is headed by its first variant."""
        variants = _others(question.variants, fold)
        if question.id not in left_out or not variants:
            return question.model_copy(update={"variants": variants})
        return question.model_copy(update={"question": variants[0], "variants": variants[1:]})

    topics = tuple(
        topic.model_copy(update={"questions": tuple(known(question) for question in topic.questions)})
        for topic in catalog.topics
    )
    outside = tuple(group.model_copy(update={"questions": _others(group.questions, fold)}) for group in catalog.outside)
    return replace(catalog, topics=topics, outside=outside)


def _others(texts: Sequence[str], fold: int) -> tuple[str, ...]:
    return tuple(text for number, text in enumerate(texts) if number % FOLDS != fold)


def _asked(matcher: Matcher, text: str, own: Question | None, weight: float) -> _Asked:
    verdict = matcher.match(text)
    best = verdict.matches[0] if verdict.matches else None
    entry = matcher.catalog.question(best.id) if best else None
    signals = verdict.evidence.signals
    risk = entry is not None and entry.risk is not None
    usual = matcher.bars.usual(risk=risk)
    return _Asked(
        weight=weight,
        right=own is not None and best is not None and own.id in (best.id, verdict.also),
        risk=risk,
        score=best.score if best else 0.0,
        in_scope=signals.get("in scope", 0.0),
        doubt=(1 - signals.get("asked for", usual)) / (1 - usual),
        settled=_settled(verdict),
    )


def _settled(verdict: Verdict) -> bool | None:
    match verdict:
        case Routine() | Unknown() | Unsure(also=str()):
            return False
        case Sure(also=str()):
            return True
        case _:
            return None
