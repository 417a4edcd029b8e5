"""Decides how certain it is that a question is in the FAQ at all, and which entry it asks for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from faq.models import Question
from faq.signals import Floats
from faq.weighing import OVERLAP, Scales, Weighed

# The numbers below are differences of the logarithms of likelihoods. They were measured with wordings left out, the
# FAQ's own trials, and questions that it does not answer.
_LEAD = 4.0
"""By how much the best entry must be likelier than what is out of scope to be in it as probably as not."""
_EVIDENCE, _EVIDENCE_SPREAD = 14.0, 4.0
"""The same where the FAQ does not say what is out of scope: how well the best entry explains all words, and how far it
stands out."""
_NEAR = 2.5
"""Rivals are this near, or named as such."""
_AGAINST = 6.0
"""What a word of the question weighs that speaks for a rival, and never stood in the best entry."""
_APART = 6.0
"""What a word must weigh that tells the best entry from a sibling which differs in one key only."""
_DOUBT_HALVED = 0.5
_RIVALS = 5
_CERTAINLY = 1.0
"""How certainly a question is in scope that is a wording of the FAQ, word for word."""
RISK = "risk"
"""The concern that an entry is about money or identity."""
_CONCERNS = 2  # more of them say nothing new


@dataclass(frozen=True, slots=True)
class Bars:
    """What must be reached for an answer at once, both from 0 to 1; `faq.calibration` says what each choice costs."""

    sure: float
    """The score of the best entry; more is asked for where siblings are near."""
    in_scope: float
    """How certain it must be that the FAQ answers this at all, where the FAQ says what it does not answer."""
    risk: float
    """The score of an entry on money or identity, where a wrong answer costs people more."""

    def usual(self, *, risk: bool) -> float:
        """The score that is asked for where nothing speaks against an entry."""
        return self.risk if risk else self.sure


@dataclass(frozen=True, slots=True)
class Opinion:
    order: tuple[int, ...]
    """Entries, the likeliest first."""
    scores: Floats
    """By entry, from 0 to 1: in scope, and this one."""
    in_scope: float
    certain: bool
    """Sure enough to answer at once."""
    bar: float
    """The score that was asked for."""
    concerns: tuple[str, ...]
    """Why it was not the usual one."""

    @property
    def best(self) -> float:
        return float(self.scores[self.order[0]])


class Judge:
    """`outside` says which of the other texts tell what is out of scope."""

    def __init__(self, questions: Sequence[Question], scales: Scales, outside: Sequence[int], bars: Bars) -> None:
        self._questions = tuple(questions)
        self._scales = scales
        self._outside = np.array(outside, dtype=np.int64)
        self._bars = bars

    def opinion(self, weighed: Weighed, lift: Floats | None = None) -> Opinion:
        likely = weighed.entries if lift is None else weighed.entries + lift
        order = tuple(np.argsort(-np.round(likely, 9), kind="stable").tolist())
        chances = np.exp(likely - likely[order[0]])
        chances /= chances.sum()
        in_scope = self._in_scope(weighed, likely, order[0])
        concerns = (*self._concerns(weighed.words, likely, order), *_divided(weighed, likely, order[0]))
        against = sum(concern != RISK for concern in concerns)
        bar = 1 - (1 - self._bars.usual(risk=self._questions[order[0]].risk is not None)) * _DOUBT_HALVED**against
        scores = in_scope * chances
        within = not len(self._outside) or in_scope >= self._bars.in_scope
        certain = bool(scores[order[0]] >= bar and within)
        return Opinion(order, scores, in_scope, certain, bar, concerns)

    def _in_scope(self, weighed: Weighed, likely: Floats, best: int) -> float:
        if weighed.verbatim:
            return _CERTAINLY
        if len(self._outside):
            lead = float(likely[best] - weighed.others[self._outside].max())
            return _squash(lead - _LEAD)
        explained = float(self._scales.gains(weighed.words, (best,)).sum())
        evidence = self._stands_out(weighed, best) * explained / max(self._scales.weight(weighed.words), 1e-9)
        return _squash((evidence - _EVIDENCE) / _EVIDENCE_SPREAD)

    @staticmethod
    def _stands_out(weighed: Weighed, best: int) -> float:
        """By how much its words are likelier for the best entry than for any; what they mean is another scale."""
        said = [part for name, part in weighed.signals.items() if name != "meaning"]
        overlap = OVERLAP if "meaning" in weighed.signals else 1.0
        return overlap * sum(float(part[best] - part.mean()) for part in said)

    def _concerns(self, words: Sequence[str], likely: Floats, order: Sequence[int]) -> list[str]:
        best = self._questions[order[0]]
        found = [RISK] if best.risk is not None else []
        gains = self._scales.gains(words, order[:_RIVALS])
        for other, apart in zip(order[1:_RIVALS], gains[1:] - gains[:1], strict=True):
            rival = self._questions[other]
            siblings = rival.id in best.near or best.id in rival.near
            if not siblings and likely[order[0]] - likely[other] > _NEAR:
                continue
            if apart.max(initial=0.0) >= _AGAINST:
                found.append(f"word of {rival.id}")
            differing = any(rival.slots.get(key, value) != value for key, value in best.slots.items())
            if siblings and differing and -apart.min(initial=0.0) < _APART:
                found.append(f"slot of {rival.id}")
        return found[:_CONCERNS]


def _divided(weighed: Weighed, likely: Floats, best: int) -> Iterator[str]:
    """What does not speak for the best entry by itself, of its words and its meaning."""
    if (meaning := weighed.signals.get("meaning")) is not None:
        if int(np.argmax(likely - meaning)) != best:
            yield "words say otherwise"
        if int(np.argmax(meaning)) != best:
            yield "meaning says otherwise"


def _squash(x: float) -> float:
    return float(1 / (1 + np.exp(-np.clip(x, -50, 50))))
