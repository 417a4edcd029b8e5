"""Tells how well what a question means fits each of several groups of texts, whatever their words."""

from collections.abc import Sequence

import numpy as np

from faq.diacritics import Restorer
from faq.embedding import Embedder
from faq.signals import Floats
from faq.text import Normal

# Measured on wordings left out, with and without diacritics, and on questions that the FAQ does not answer.
_ROUND = 0.7
"""How far groups are taken to spread the same way in all directions: a few texts tell little of how they do."""
_COMMON = 4.0
"""So many texts in the middle of all are added to each group: the mean of a few is a poor one."""
_NARROWEST = 1e-6
_LONGEST = 40
"""Words, of which the model makes sense in less than a tenth of a second; of a longer text the middle is left out."""


class Meaning:
    """Groups as clouds of one shape around their middles, in the space that the model puts texts into."""

    def __init__(self, groups: Sequence[Sequence[Normal]], restorer: Restorer, embedder: Embedder) -> None:
        self._restorer = restorer
        self._embedder = embedder
        group = np.repeat(np.arange(len(groups)), [len(texts) for texts in groups])
        vectors = embedder.vectors([self._form(text) for texts in groups for text in texts]).astype(np.float64)
        self._middle = vectors.mean(axis=0)
        vectors -= self._middle
        sums = np.zeros((len(groups), vectors.shape[1]))
        np.add.at(sums, group, vectors)
        middles = sums / (np.bincount(group, minlength=len(groups)) + _COMMON)[:, None]
        apart = vectors - middles[group]
        spread = apart.T @ apart / len(apart)
        even = max(float(np.trace(spread)) / len(spread), _NARROWEST)
        shape = (1 - _ROUND) * spread + _ROUND * even * np.eye(len(spread))
        self._weights = np.linalg.solve(shape, middles.T)
        self._offsets = -0.5 * np.sum(middles.T * self._weights, axis=0)

    def scores(self, text: Normal) -> Floats:
        """The logarithm of the likelihood, by group, but for what is the same for all."""
        vector = self._embedder.vector(self._form(text)).astype(np.float64) - self._middle
        return np.asarray(vector @ self._weights + self._offsets, dtype=np.float64)

    def _form(self, text: Normal) -> str:
        """As the model knows words: it makes nothing of those that have lost their diacritics."""
        words = text.marked if text.has_marks else self._restorer.restore(text.marked)
        return " ".join(words if len(words) <= _LONGEST else (*words[: _LONGEST // 2], *words[-_LONGEST // 2 :]))
