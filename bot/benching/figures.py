"""Turns what an engine said to a set of questions into the shares that engines are compared by."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["in", "oos", "multi", "smalltalk"]
THREE = 3
"""As many entries are offered when it is unsure."""
OUTSIDE_ALLOWED = 0.05
"""The share of out-of-scope questions that a peer may answer; the threshold that keeps it is chosen on the questions
themselves, which flatters the peers."""


@dataclass(frozen=True, slots=True)
class Asked:
    text: str
    kind: Kind
    id: str | None = None
    also: str | None = None
    """The entry of a second question in the same message."""
    style: str = ""

    @property
    def wanted(self) -> frozenset[str]:
        return frozenset(id_ for id_ in (self.id, self.also) if id_ is not None)


@dataclass(frozen=True, slots=True)
class Reply:
    ids: tuple[str, ...]
    """The best entries, the best first."""
    score: float
    sure: bool | None
    """None for a peer, which gives scores and no verdicts."""
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Inside:
    """Shares of questions that the FAQ answers."""

    count: int
    first: float
    """The right entry came first."""
    three: float
    """It was among three; with two questions in one message, both entries were."""
    right: float
    """Answered at once, and rightly."""
    wrong: float


@dataclass(frozen=True, slots=True)
class Outside:
    """Questions that the FAQ does not answer."""

    count: int
    answered: float


Pair: TypeAlias = tuple[Asked, Reply]


def threshold(outside: Iterable[Reply]) -> float:
    """The lowest score from which at most `OUTSIDE_ALLOWED` of them would be answered."""
    scores = sorted((reply.score if reply.ids else -math.inf for reply in outside), reverse=True)
    if not scores:
        return math.inf
    return math.nextafter(scores[math.floor(OUTSIDE_ALLOWED * len(scores))], math.inf)


def inside(pairs: Sequence[Pair], sure_from: float) -> Inside:
    def share(number: int) -> float:
        return round(number / len(pairs), 4) if pairs else 0.0

    right = [asked.wanted.issuperset(reply.ids[:1]) and bool(reply.ids) for asked, reply in pairs]
    sure = [_answered(reply, sure_from) for _, reply in pairs]
    return Inside(
        len(pairs),
        first=share(sum(right)),
        three=share(sum(asked.wanted.issubset(reply.ids[:THREE]) for asked, reply in pairs)),
        right=share(sum(r and s for r, s in zip(right, sure, strict=True))),
        wrong=share(sum(s and not r for r, s in zip(right, sure, strict=True))),
    )


def outside(replies: Sequence[Reply], sure_from: float) -> Outside:
    answered = sum(_answered(reply, sure_from) for reply in replies)
    return Outside(len(replies), round(answered / len(replies), 4) if replies else 0.0)


def percentile(values: Iterable[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _answered(reply: Reply, sure_from: float) -> bool:
    return reply.sure if reply.sure is not None else bool(reply.ids) and reply.score >= sure_from
