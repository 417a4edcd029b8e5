"""Asks the matcher the FAQ's own questions: every `try`, and every variant while it has not learnt it."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from faq.catalog import Catalog
from faq.matching import Matcher, MatchSettings, Routine, Sure, Unknown, Verdict
from faq.models import Question
from faq.text import Normaliser

FOLDS = 5
"""Leaving out one variant at a time would take a matcher for each of thousands; a fifth of each entry's takes five."""
REMEMBERED = 50_000
"""Normal forms of texts that are asked of one matcher after another, or learnt by it."""
_EXACT = 3
_WORDS = 5
_DANGER = ("emergency", "scam")

Number: TypeAlias = tuple[str, int]
"""An entry's id and the number of one of its variants, from 0."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One of an entry's own questions, and what the matcher made of it."""

    id: str
    field: Literal["try", "variants"]
    number: int
    text: str
    verdict: Verdict
    urgent: bool

    @property
    def passed(self) -> bool:
        """True if the entry comes first in what is shown; in danger the first steps may stand before it."""
        match self.verdict:
            case Unknown():
                return False
            case Routine(kind=kind):
                return self.thief is None and self.urgent and kind in _DANGER
            case _:
                return self.thief is None

    @property
    def thief(self) -> str | None:
        """The entry that comes before its own, which is not answered either."""
        best = self.verdict.matches[0].id if self.verdict.matches else None
        return None if self.id in (best, self.verdict.also) else best

    @property
    def taken_by(self) -> str | None:
        """What answers it with certainty although it is not its own: another entry, or a routine."""
        match self.verdict:
            case Sure():
                return self.thief
            case Routine(id=id_, kind=kind):
                return None if self.urgent and kind in _DANGER else id_
            case _:
                return None


@dataclass(frozen=True, slots=True)
class Confusion:
    """Two entries of which one takes the other's questions."""

    one: str
    other: str
    stolen: tuple[Trial, ...]
    """Questions of either that the other comes first for, those it answers with certainty before the rest."""
    only_one: tuple[str, ...]
    """Words that speak for the one: frequent in its wordings and rare in the other's."""
    only_other: tuple[str, ...]


def tries(matcher: Matcher) -> Iterator[Trial]:
    for question in matcher.catalog.questions:
        for number, text in enumerate(question.tries):
            yield Trial(question.id, "try", number, text, matcher.match(text), question.urgent)


def variants(catalog: Catalog, settings: MatchSettings | None = None) -> list[Trial]:
    """Every variant, asked of a matcher that has learnt neither it nor a fifth of the others."""
    return _variants(catalog, settings, Normaliser(catalog.glossary, remembered=REMEMBERED))


def _variants(catalog: Catalog, settings: MatchSettings | None, normaliser: Normaliser) -> list[Trial]:
    numbers = [(question.id, number) for question in catalog.questions for number in range(len(question.variants))]
    asked: dict[Number, Trial] = {}
    for fold in range(FOLDS):
        asked |= _left_out(catalog, settings, normaliser, {one for one in numbers if one[1] % FOLDS == fold})
    return [asked[one] for one in numbers]


def overmatched(catalog: Catalog, settings: MatchSettings | None = None) -> list[Trial]:
    """The variants that something else answers with certainty as long as the matcher has not learnt them."""
    normaliser = Normaliser(catalog.glossary, remembered=REMEMBERED)
    suspects: dict[str, list[Number]] = defaultdict(list)
    for trial in _variants(catalog, settings, normaliser):
        if trial.taken_by is not None:
            suspects[trial.id].append((trial.id, trial.number))
    confirmed: list[Trial] = []
    for turn in range(min(_EXACT, max(map(len, suspects.values()), default=0))):
        out = {one for numbers in suspects.values() for one in numbers[turn::_EXACT]}
        asked = _left_out(catalog, settings, normaliser, out)
        confirmed += [trial for trial in asked.values() if trial.taken_by is not None]
    return confirmed


def confusions(catalog: Catalog, settings: MatchSettings | None = None) -> list[Confusion]:
    """The pairs of entries that are taken for one another, the worst first."""
    stolen: dict[tuple[str, str], list[Trial]] = defaultdict(list)
    for trial in (*variants(catalog, settings), *tries(Matcher(catalog, settings))):
        if (thief := trial.thief) is not None:
            stolen[min(trial.id, thief), max(trial.id, thief)].append(trial)
    weights = _weights(catalog)
    found = [
        Confusion(
            one,
            other,
            tuple(sorted(trials, key=lambda trial: trial.taken_by is None)),
            _speaking_for(weights[one], weights[other]),
            _speaking_for(weights[other], weights[one]),
        )
        for (one, other), trials in stolen.items()
    ]
    return sorted(found, key=lambda confusion: (*_badness(confusion.stolen), confusion.one, confusion.other))


def _left_out(
    catalog: Catalog, settings: MatchSettings | None, normaliser: Normaliser, out: Set[Number]
) -> dict[Number, Trial]:
    """What becomes of some variants if the matcher has not learnt them."""
    topics = tuple(
        topic.model_copy(update={"questions": tuple(_without(question, out) for question in topic.questions)})
        for topic in catalog.topics
    )
    matcher = Matcher(replace(catalog, topics=topics), settings, normaliser=normaliser)
    asked: dict[Number, Trial] = {}
    for id_, number in sorted(out):
        if (question := catalog.question(id_)) is not None:
            text = question.variants[number]
            asked[id_, number] = Trial(id_, "variants", number, text, matcher.match(text), question.urgent)
    return asked


def _without(question: Question, out: Set[Number]) -> Question:
    kept = [text for number, text in enumerate(question.variants) if (question.id, number) not in out]
    return question.model_copy(update={"variants": tuple(kept)})


def _badness(stolen: Iterable[Trial]) -> tuple[int, int]:
    trials = list(stolen)
    return -sum(trial.taken_by is not None for trial in trials), -len(trials)


def _weights(catalog: Catalog) -> dict[str, dict[str, float]]:
    """For each entry: how much each word stands for it, by its share of the wordings and by how few entries have it."""
    normaliser = Normaliser(catalog.glossary)
    counts = {
        question.id: Counter(word for text in question.wordings for word in set(normaliser.normal(text).marked))
        for question in catalog.questions
    }
    entries = Counter(word for own in counts.values() for word in own)
    return {
        question.id: {
            word: count / len(question.wordings) * math.log((1 + len(counts)) / entries[word])
            for word, count in counts[question.id].items()
            if count > 1
        }
        for question in catalog.questions
    }


def _speaking_for(own: dict[str, float], others: dict[str, float]) -> tuple[str, ...]:
    differences = {word: weight - others.get(word, 0.0) for word, weight in own.items()}
    best = sorted(differences, key=lambda word: (-differences[word], word))
    return tuple(word for word in best[:_WORDS] if differences[word] > 0)
