"""Recognises what needs no question of the FAQ: danger, small talk, and what is out of scope."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz

from faq import fillers
from faq.models import Routine
from faq.signals import Floats
from faq.text import Normal, Normaliser

_DANGER = ("emergency", "scam")

# Leads are differences of the logarithms of likelihoods (see `faq.weighing`). They were measured with wordings left
# out, and so that no trial of the FAQ is taken from its entry unless there is danger in it.
_DANGER_LEAD = 1.0
_DANGER_CERTAIN = 5.0
"""By how much danger must be likelier than the best entry, if nothing is said just as it is known: with two words of
one wording in common, or with one only."""
_POINTER_LEAD = 0.5
_POINTER_MARGIN = 2.0
"""By how much a pointer must be likelier than the next: to point the wrong way is worse than to say nothing."""
_SHARED = 2
_LOOSE = 3
"""Words that may stand between those of a wording."""
_CHATTY = 80
"""How like small talk a message without content must be, from 0 to 100."""


@dataclass(frozen=True, slots=True)
class _Wording:
    routine: Routine
    marked: tuple[str, ...]
    folded: tuple[str, ...]
    content: frozenset[str]
    core: tuple[str, ...]
    """Without politeness, unless little else is there."""

    @classmethod
    def of(cls, routine: Routine, normal: Normal) -> "_Wording":
        content = frozenset(fillers.content(normal, normal.folded))
        core = fillers.stripped(normal.folded)
        whole = len(normal.folded) > 2 and len(core) == 1  # one word of several may say anything
        return cls(
            routine,
            normal.marked,
            normal.folded,
            content,
            normal.folded if whole or not content & set(core) else core,
        )


class Routines:
    def __init__(self, routines: Sequence[Routine], normaliser: Normaliser) -> None:
        self.weighed = tuple(routine for routine in routines if not routine.whole)
        """Those that may be only a part of a message, in the order in which they are weighed."""
        wordings = [
            _Wording.of(routine, normal)
            for routine in routines
            for text in routine.wordings
            if (normal := normaliser.normal(text)).folded
        ]
        self._danger = tuple(one for one in wordings if one.routine.kind in _DANGER and not one.routine.whole)
        self._danger_begun: dict[bool, dict[str, list[int]]] = {True: {}, False: {}}
        """By whether it has diacritics: for each word, which wordings of danger begin with it."""
        for number, one in enumerate(self._danger):
            self._danger_begun[True].setdefault(one.marked[0], []).append(number)
            self._danger_begun[False].setdefault(one.folded[0], []).append(number)
        self._whole = tuple(one for one in wordings if one.routine.whole)
        self._phrases = {one.folded: one.routine for one in reversed(wordings)}
        self._phrases |= {one.core: one.routine for one in reversed(self._whole)}
        self._cores: dict[tuple[str, ...], int] = {}
        for number, one in enumerate(self._whole):
            self._cores.setdefault(one.core, number)
        self._longest = max((len(core) for core in self._cores), default=0)

    def find(
        self, normal: Normal, folded: tuple[str, ...], likely: Floats, best: float, *, certain: bool
    ) -> Routine | None:
        """The routine that a message is; danger comes before all else.

        `folded` are its mended words, `likely` how likely it is to be each of `weighed` and, behind them, something
        else out of scope; `best` is the same for the likeliest entry, and `certain` that it is asked for.
        """
        return (
            self._danger_said(normal, folded)
            or self._danger_meant(frozenset(fillers.content(normal, folded)), likely[: len(self.weighed)], best)
            or self._phrases.get(normal.folded)
            or self._phrases.get(fillers.stripped(normal.folded))
            or (None if certain else self._small_talk(normal, folded))
            or self._pointer(likely, best)
        )

    def _danger_said(self, normal: Normal, folded: Sequence[str]) -> Routine | None:
        marked = normal.has_marks
        said = normal.marked if marked else folded
        words = frozenset(said)
        begun = self._danger_begun[marked]
        for number in sorted({number for word in words for number in begun.get(word, ())}):
            one = self._danger[number]
            known = one.marked if marked else one.folded
            if words.issuperset(known) and _within(known, said):
                return one.routine
        return None

    def _danger_meant(self, content: frozenset[str], likely: Floats, best: float) -> Routine | None:
        lead = float(likely.max(initial=-np.inf)) - best
        if lead < _DANGER_LEAD or (routine := self.weighed[int(np.argmax(likely))]).kind not in _DANGER:
            return None
        shared = 1 if lead >= _DANGER_CERTAIN else _SHARED
        alike = any(len(one.content & content) >= shared for one in self._danger if one.routine is routine)
        return routine if alike else None

    def _small_talk(self, normal: Normal, folded: tuple[str, ...]) -> Routine | None:
        """The whole message, if it is nothing else: one phrase, or several one after another."""
        for said in (normal.folded, folded, fillers.stripped(folded)):
            if (spoken := self._spoken(said)) is not None:
                return spoken.routine
        if fillers.content(normal, folded):
            return None
        plain = " ".join(folded)
        alike = [(-fuzz.token_sort_ratio(plain, " ".join(one.folded)), n) for n, one in enumerate(self._whole)]
        unlike, number = min(alike, default=(0.0, 0))
        return self._whole[number].routine if unlike <= -_CHATTY else None

    def _spoken(self, rest: tuple[str, ...]) -> _Wording | None:
        """The wording that says most of a message which is made of such wordings, and of fillers beside them."""
        found: list[tuple[bool, int, int]] = []
        skipped = False
        while rest:
            length = next((n for n in range(min(self._longest, len(rest)), 0, -1) if rest[:n] in self._cores), 0)
            if length:
                found.append((all(map(fillers.is_filler, rest[:length])), -length, self._cores[rest[:length]]))
            elif not fillers.is_filler(rest[0]):
                return None
            skipped |= not length
            rest = rest[max(length, 1) :]
        empty, _, number = min(found, default=(True, 0, 0))
        return self._whole[number] if found and not (skipped and empty) else None

    def _pointer(self, likely: Floats, best: float) -> Routine | None:
        """Where to turn with a question that is out of scope, if it is clearly that one."""
        order = np.argsort(-likely, kind="stable")[:2]
        if not len(order) or order[0] >= len(self.weighed) or likely[order[0]] < best + _POINTER_LEAD:
            return None
        routine = self.weighed[int(order[0])]
        clear = len(order) == 1 or likely[order[0]] >= likely[order[1]] + _POINTER_MARGIN
        return routine if clear and routine.kind not in _DANGER else None


def _within(known: Sequence[str], said: Sequence[str]) -> bool:
    """True if all words of `known` stand in `said`, in their order and near one another."""
    for start, word in enumerate(said):
        if word != known[0]:
            continue
        at = 0
        for other in said[start : start + len(known) + _LOOSE]:
            at += at < len(known) and other == known[at]
        if at == len(known):
            return True
    return False
