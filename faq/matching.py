"""Finds what a question means: surely, perhaps, not at all, or nothing that the FAQ is needed for."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np

from faq import signals
from faq.catalog import Catalog
from faq.routine import Routines
from faq.spelling import Speller
from faq.text import Normal, Normaliser, fold


@dataclass(frozen=True, slots=True)
class Match:
    id: str
    score: float
    """From 0 to 1."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a verdict is what it is, for those who look after the FAQ."""

    normalised: str = ""
    words: tuple[str, ...] = ()
    """The words that mattered, the weightiest first."""
    signals: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sure:
    matches: tuple[Match, ...]
    also: str | None = None
    """Another entry that a second question in the same message asks for."""
    evidence: Evidence = field(default_factory=Evidence)


@dataclass(frozen=True, slots=True)
class Unsure:
    matches: tuple[Match, ...]
    also: str | None = None
    evidence: Evidence = field(default_factory=Evidence)


@dataclass(frozen=True, slots=True)
class Unknown:
    matches: tuple[Match, ...]
    also: str | None = None
    evidence: Evidence = field(default_factory=Evidence)


@dataclass(frozen=True, slots=True)
class Routine:
    id: str
    kind: Literal["smalltalk", "emergency", "scam", "pointer"]
    matches: tuple[Match, ...] = ()
    also: str | None = None
    evidence: Evidence = field(default_factory=Evidence)


Verdict: TypeAlias = Sure | Unsure | Unknown | Routine


@dataclass(frozen=True, slots=True)
class Routing:
    """The unit that a question would go to, and why."""

    unit: str
    reason: Literal["provider", "entry", "topic", "default"]


@dataclass(frozen=True, slots=True)
class MatchSettings:
    sure: float = 0.6
    unsure: float = 0.35


class Matcher:
    """The FAQ made ready for questions; it never changes, and is built anew when the FAQ does."""

    def __init__(self, catalog: Catalog, settings: MatchSettings | None = None) -> None:
        self.catalog = catalog
        self._settings = settings or MatchSettings()
        self._normaliser = Normaliser(catalog.glossary)
        self._ids = tuple(sorted(question.id for question in catalog.questions))
        self._topics = tuple(topic.topic if (topic := catalog.topic_of(id_)) else "" for id_ in self._ids)
        self._routines = Routines(catalog.routines, self._normaliser, _FILLERS)
        normals, owners = [], []
        for number, id_ in enumerate(self._ids):
            question = catalog.question(id_)
            for wording in question.wordings if question else ():
                normals.append(self._normaliser.normal(wording))
                owners.append(number)
        self._owners = np.array(owners, dtype=np.int64)
        self._words = signals.Index.of([signals.words(normal.folded) for normal in normals], owners)
        self._letters = signals.Index.of([signals.letters(normal.folded) for normal in normals], owners)
        self._speller = Speller(word for normal in normals for word in normal.folded)

    def match(self, text: str, *, within: str | None = None) -> Verdict:
        """What `text` asks for; `within` is the topic that the conversation has been about."""
        normal = self._normaliser.normal(text)
        folded = self._speller.mend(normal.folded)
        evidence = Evidence(normal.text)
        matches: tuple[Match, ...] = ()
        if folded and self._ids:
            scores = self._scores(folded)
            if within is not None:
                scores = scores * np.array([1.05 if topic == within else 1.0 for topic in self._topics])
            order = sorted(range(len(self._ids)), key=lambda n: (-scores[n], self._ids[n]))
            matches = tuple(Match(self._ids[n], round(min(1.0, float(scores[n])), 3)) for n in order[:5])
        if (found := self._routines.find(normal)) is not None:
            return Routine(found.routine.id, found.routine.kind, matches, None, evidence)
        content = [word for word in folded if word not in _FILLERS]
        if not matches or not content or matches[0].score < self._settings.unsure:
            return Unknown(matches, None, evidence)
        if matches[0].score >= self._settings.sure and (len(matches) < 2 or matches[0].score > matches[1].score * 1.1):
            return Sure(matches, None, evidence)
        return Unsure(matches, None, evidence)

    def _scores(self, folded: list[str]) -> signals.Scores:
        alike = 0.6 * self._words.similar(signals.words(folded)) + 0.4 * self._letters.similar(signals.letters(folded))
        best = np.zeros(len(self._ids))
        np.maximum.at(best, self._owners, alike)
        return best

    def unit_for(self, text: str, verdict: Verdict) -> Routing:
        """The unit that a question would go to if a person is to answer it."""
        plain = f" {self._normaliser.normal(text).plain} "
        named = [unit for unit, names in _PROVIDERS.items() if any(f" {name} " in plain for name in names)]
        best = verdict.matches[0] if verdict.matches else None
        near = best is not None and best.score >= self._settings.unsure
        question = self.catalog.question(best.id) if best and near else None
        if question is not None:
            own = self.catalog.unit_of(question.id) or ""
            fitting = [unit for unit in named if unit in (own, *question.also_units)]
            return Routing(fitting[0], "provider") if fitting else Routing(own, "entry")
        if len(named) == 1:
            return Routing(named[0], "provider")
        return Routing("so-tttt", "default")


_PROVIDERS = {
    "buu-dien": ("buu dien", "vnpost", "buu cuc", "postmart"),
    "vnpt": ("vnpt", "vinaphone", "vina", "vien thong"),
    "viettel": ("viettel", "vietel", "viettelpay"),
}
_FILLERS = frozenset(
    "a da vang oi nhe nha voi cho xin hoi em toi chau bac anh chi ban minh co chu ong ba oi ad nay do the thi la ma cua".split()
)
