"""Tells how well words fit each of several bodies of text, by the words, pairs and runs of letters that they share."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from faq.syllables import KEPT_WORDS

Floats = NDArray[np.float64]
Features = Mapping[str, float]

SMOOTHING = 0.2
"""How often a body is taken to have what none of its texts has."""
_REMEMBERED = 2_000


@dataclass(frozen=True, slots=True)
class Likelihood:
    """How likely each body of text is to bring forth given features: naive Bayes, in which rare features weigh more."""

    numbers: Mapping[str, int]
    weights: Floats
    """By feature: the fewer bodies have it, the more it says."""
    _starts: NDArray[np.int64]
    """By feature: where in the three arrays below its bodies begin."""
    _bodies: NDArray[np.int64]
    _pairs: NDArray[np.int64]
    """For each of these: its feature and its body in one number."""
    _gains: Floats
    """How much more likely a feature makes a body that has it."""
    _floor: Floats
    """By body: what a feature makes of it that it has not."""

    @classmethod
    def of(cls, bodies: Sequence[Features]) -> "Likelihood":
        numbers = {feature: n for n, feature in enumerate(dict.fromkeys(chain.from_iterable(bodies)))}
        lengths = [len(features) for features in bodies]
        body = np.repeat(np.arange(len(bodies)), lengths)
        number = np.fromiter(map(numbers.__getitem__, chain.from_iterable(bodies)), np.int64, sum(lengths))
        count = np.fromiter(chain.from_iterable(f.values() for f in bodies), np.float64, sum(lengths))
        totals = np.bincount(body, weights=count, minlength=len(bodies)) + SMOOTHING * len(numbers)
        spread = np.bincount(number, minlength=len(numbers))
        order = np.argsort(number, kind="stable")
        return cls(
            numbers=numbers,
            weights=np.log1p(len(bodies) / np.maximum(spread, 1)),
            _starts=np.concatenate([np.zeros(1, np.int64), np.cumsum(spread)]),
            _bodies=body[order],
            _pairs=number[order] * len(bodies) + body[order],
            _gains=np.log1p(count[order] / SMOOTHING),
            _floor=np.log(SMOOTHING / np.maximum(totals, SMOOTHING)),
        )

    def scores(self, features: Features) -> Floats:
        """The logarithm of the likelihood, as if every text were of the same length."""
        part = self.part(features)
        return _evened(part.sums, part.weights)

    def part(self, features: Features) -> "Part":
        """What these features say as a part of a text."""
        known = {self.numbers[f]: count for f, count in features.items() if f in self.numbers}
        columns = np.fromiter(known, np.int64, len(known))
        weights = np.fromiter(known.values(), np.float64, len(known)) * self.weights[columns]
        begins = self._starts[columns]
        lengths = self._starts[columns + 1] - begins
        at = np.arange(lengths.sum()) + np.repeat(begins - np.cumsum(lengths) + lengths, lengths)
        gains = self._gains[at] * np.repeat(weights, lengths)
        sums = np.bincount(self._bodies[at], weights=gains, minlength=len(self._floor))
        return Part(columns, weights, sums + weights.sum() * self._floor)

    def gains(self, features: Sequence[str], bodies: Sequence[int]) -> Floats:
        """What each feature adds to the score of each body that has it, before texts are brought to one length.

        A row for each body, a column for each feature.
        """
        found = np.zeros((len(bodies), len(features)))
        known = {place: self.numbers[f] for place, f in enumerate(features) if f in self.numbers}
        if known:
            columns = np.fromiter(known.values(), np.int64, len(known))
            wanted = columns * len(self._floor) + np.asarray(bodies)[:, None]
            at = np.minimum(self._pairs.searchsorted(wanted), len(self._pairs) - 1)
            there = self._pairs[at] == wanted
            found[:, list(known)] = np.where(there, self._gains[at] * self.weights[columns], 0.0)
        return found


@dataclass(frozen=True, slots=True)
class Part:
    """What some of a text's features say of each body, before texts are brought to one length."""

    columns: NDArray[np.int64]
    """The numbers of the features that are known."""
    weights: Floats
    """How much each says, as often as it is there."""
    sums: Floats


class Spelt:
    """How likely each body is by the runs of letters within words; what a word says is remembered, as words return."""

    def __init__(self, bodies: Sequence[Features]) -> None:
        """`bodies` are the runs of each, as `letters` finds them."""
        likelihood = Likelihood.of(bodies)
        self._features = len(likelihood.numbers)
        self._part = lru_cache(maxsize=_REMEMBERED)(lambda word: likelihood.part(letters((word,))))

    def scores(self, tokens: Sequence[str]) -> Floats:
        """The logarithm of the likelihood, as if every text were of the same length."""
        parts = [self._part(word) for word in tokens or ("",)]
        columns = np.concatenate([part.columns for part in parts])
        weights = np.concatenate([part.weights for part in parts])
        sums = np.sum([part.sums for part in parts], axis=0)
        return _evened(sums, np.bincount(columns, weights, self._features))


def _evened(sums: Floats, weights: NDArray[Any]) -> Floats:
    """As if what was said were of the same weight in every text."""
    return np.asarray(sums / (np.sqrt(weights @ weights) or 1.0), dtype=np.float64)


def words(tokens: Sequence[str]) -> dict[str, float]:
    """Words and pairs of neighbours."""
    found = dict.fromkeys(tokens, 1.0)
    found.update((f"{one} {other}", 1.0) for one, other in pairwise(tokens))
    return found


def letters(tokens: Iterable[str]) -> dict[str, float]:
    """Runs of 2 to 5 letters within words, whose borders count as a letter."""
    found: dict[str, float] = {}
    for word in tokens:
        for run in _runs(word):
            found[run] = found.get(run, 0.0) + 1.0
    return found


@lru_cache(maxsize=KEPT_WORDS)
def _runs(word: str) -> tuple[str, ...]:
    edged = f" {word} "
    return tuple(edged[i : i + n] for n in range(2, min(5, len(edged)) + 1) for i in range(len(edged) - n + 1))
