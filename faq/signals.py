"""Tells how well words fit each of several bodies of text, by the words, pairs and runs of letters that they share."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Features = Mapping[str, float]

SMOOTHING = 0.2
"""How often a body is taken to have what none of its texts has."""


@dataclass(frozen=True, slots=True)
class Likelihood:
    """How likely each body of text is to bring forth given features: naive Bayes, in which rare features weigh more."""

    numbers: Mapping[str, int]
    weights: Floats
    """By feature: the fewer bodies have it, the more it says."""
    _starts: NDArray[np.int64]
    """By feature: where in the two arrays below its bodies begin."""
    _bodies: NDArray[np.int64]
    _gains: Floats
    """How much more likely a feature makes a body that has it."""
    _floor: Floats
    """By body: what a feature makes of it that it has not."""

    @classmethod
    def of(cls, bodies: Sequence[Features]) -> "Likelihood":
        numbers: dict[str, int] = {}
        for features in bodies:
            for feature in features:
                numbers.setdefault(feature, len(numbers))
        lengths = [len(features) for features in bodies]
        body = np.repeat(np.arange(len(bodies)), lengths)
        number = np.fromiter((numbers[f] for features in bodies for f in features), np.int64, sum(lengths))
        count = np.fromiter((c for features in bodies for c in features.values()), np.float64, sum(lengths))
        totals = np.bincount(body, weights=count, minlength=len(bodies)) + SMOOTHING * len(numbers)
        spread = np.bincount(number, minlength=len(numbers))
        order = np.argsort(number, kind="stable")
        return cls(
            numbers=numbers,
            weights=np.log1p(len(bodies) / np.maximum(spread, 1)),
            _starts=np.concatenate([np.zeros(1, np.int64), np.cumsum(spread)]),
            _bodies=body[order],
            _gains=np.log1p(count[order] / SMOOTHING),
            _floor=np.log(SMOOTHING / np.maximum(totals, SMOOTHING)),
        )

    def scores(self, features: Features) -> Floats:
        """The logarithm of the likelihood, as if every text were of the same length."""
        known = sorted((self.numbers[f], count) for f, count in features.items() if f in self.numbers)
        if not known:
            return np.zeros(len(self._floor))
        columns = np.array([number for number, _ in known])
        weights = np.array([count for _, count in known]) * self.weights[columns]
        weights /= np.sqrt(np.sum(weights**2))
        begins = self._starts[columns]
        lengths = self._starts[columns + 1] - begins
        at = np.arange(lengths.sum()) + np.repeat(begins - np.cumsum(lengths) + lengths, lengths)
        gains = self._gains[at] * np.repeat(weights, lengths)
        sums = np.bincount(self._bodies[at], weights=gains, minlength=len(self._floor))
        return np.asarray(sums + weights.sum() * self._floor, dtype=np.float64)

    def gain(self, feature: str, body: int) -> float:
        """What a feature adds to the score of a body that has it, before texts are brought to one length."""
        number = self.numbers.get(feature)
        if number is None:
            return 0.0
        begin, end = self._starts[number], self._starts[number + 1]
        at = begin + self._bodies[begin:end].searchsorted(body)
        return float(self._gains[at] * self.weights[number]) if at < end and self._bodies[at] == body else 0.0


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


@lru_cache(maxsize=20_000)
def _runs(word: str) -> tuple[str, ...]:
    edged = f" {word} "
    return tuple(edged[i : i + n] for n in range(2, min(5, len(edged)) + 1) for i in range(len(edged) - n + 1))
