"""Mends words that are none, towards those that the FAQ knows: slips of the finger and lost spaces."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain

from rapidfuzz import process
from rapidfuzz.distance import OSA

from faq import syllables
from faq.text import fold

_SHORTEST = 4
"""Letters; a shorter word is one slip away from too many others."""
_LONG = 7
"""Letters from which two slips are forgiven."""
_LONGEST_RUN = 40
"""Letters; what is longer was not meant as words."""
_LONGEST_PART = 10
_COMMON = 3
"""How often the FAQ must say a word before it is looked for inside others."""


class Speller:
    """Mends only what is neither a syllable nor known: a slip that makes another word can't be told from that word."""

    def __init__(self, said: Iterable[Counter[str]], shorts: Mapping[str, Sequence[str]]) -> None:
        """`said` are the FAQ's words; `shorts`, short forms and what they stand for, may have lost their space too."""
        self._counts: Counter[str] = Counter()
        for counts in said:
            self._counts.update(counts)
        self._total = max(self._counts.total(), 1)
        self._shorts = {form: tuple(meaning) for form, meaning in shorts.items() if len(form) > 1}
        self._by_length: dict[int, list[str]] = {}
        for word in sorted(self._counts):
            if len(word) >= _SHORTEST - 1 and word.isalpha():
                self._by_length.setdefault(len(word), []).append(word)
        self._mended = lru_cache(maxsize=syllables.KEPT_WORDS)(self._mend)

    def mend(self, words: Sequence[str]) -> tuple[str, ...]:
        return tuple(chain.from_iterable(map(self._mended, words)))

    def _mend(self, word: str) -> tuple[str, ...]:
        if (
            word in self._counts
            or len(word) < _SHORTEST
            or not word.isalpha()
            or syllables.is_syllable(word, fold(word))
        ):
            return (word,)
        return self._apart(word) or (self._nearest(word),)

    def _apart(self, word: str) -> tuple[str, ...] | None:
        """Words whose spaces were lost: "laylai", "mạnhntn", "quadienthoai"; the likeliest way to read them."""
        if len(word) > _LONGEST_RUN:
            return None
        ways: list[tuple[float, tuple[str, ...]] | None] = [(0.0, ())]
        for end in range(1, len(word) + 1):
            found: tuple[float, tuple[str, ...]] | None = None
            for start in range(max(0, end - _LONGEST_PART), end - 1):
                before, part = ways[start], word[start:end]
                if before is None or (part not in self._shorts and self._counts[part] < _COMMON):
                    continue
                cost = before[0] + math.log(self._total) - math.log(max(self._counts[part], _COMMON))
                if found is None or cost < found[0]:
                    found = cost, (*before[1], *self._shorts.get(part, (part,)))
            ways.append(found)
        last = ways[-1]
        return last[1] if last is not None else None

    def _nearest(self, word: str) -> str:
        slips = 1 if len(word) < _LONG else 2
        lengths = range(len(word) - slips, len(word) + slips + 1)
        candidates = [known for length in lengths for known in self._by_length.get(length, ())]
        near = process.extract(word, candidates, scorer=OSA.distance, score_cutoff=slips, limit=None)
        return min(near, key=lambda found: (found[1], -self._counts[found[0]], found[0]), default=(word, 0, 0))[0]
