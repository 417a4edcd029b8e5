"""Puts back the diacritics that a question was typed without, as the FAQ's own words suggest."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from faq.text import fold

_EDGE = ""
_PAIR, _WORD = 0.7, 0.3
"""How far a word is told by the one before it, and how far by how common it is."""
_UNHEARD_OF = 1e-7
_MOST_FORMS = 8  # the rarest of those of "ma" or "la" are hardly ever meant


class Restorer:
    """Chooses among the forms that the FAQ has of each word by the pairs of neighbours in its texts."""

    def __init__(self, texts: Iterable[Sequence[str]]) -> None:
        """`texts` are written with their diacritics, each as its words."""
        self._pairs: Counter[tuple[str, str]] = Counter()
        self._words: Counter[str] = Counter()
        for words in texts:
            self._words.update((_EDGE, *words))
            self._pairs.update(pairwise((_EDGE, *words, _EDGE)))
        self._total = max(self._words.total(), 1)
        forms: defaultdict[str, list[str]] = defaultdict(list)
        for word in sorted(self._words, key=lambda word: (-self._words[word], word)):
            forms[fold(word)].append(word)
        self._forms = {plain: tuple(found[:_MOST_FORMS]) for plain, found in forms.items()}

    def restore(self, words: Sequence[str]) -> tuple[str, ...]:
        """The same words; one that has diacritics, or that the FAQ does not know, stays as it is."""
        best: dict[str, tuple[float, tuple[str, ...]]] = {_EDGE: (0.0, ())}
        for word in words:
            forms = self._forms.get(word, (word,)) if fold(word) == word else (word,)
            best = {form: self._best(best, form) for form in forms}
        return self._best(best, _EDGE)[1][:-1]

    def _best(self, before: dict[str, tuple[float, tuple[str, ...]]], form: str) -> tuple[float, tuple[str, ...]]:
        score, last = max((score + self._likely(one, form), one) for one, (score, _) in before.items())
        return score, (*before[last][1], form)

    def _likely(self, one: str, other: str) -> float:
        pair = self._pairs[one, other] / self._words[one] if self._words[one] else 0.0
        return math.log(_PAIR * pair + _WORD * self._words[other] / self._total + _UNHEARD_OF)
