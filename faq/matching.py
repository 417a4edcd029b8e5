"""Finds what a question means: surely, perhaps, not at all, or nothing that the FAQ is needed for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

import numpy as np

from faq import clauses, fillers, negation, routing
from faq.catalog import Catalog
from faq.embedding import Embedder
from faq.judging import RISK, Bars, Judge, Opinion
from faq.models import Routine as RoutineEntry
from faq.models import Topic
from faq.routine import Routines
from faq.signals import Floats
from faq.text import Layer, Normal, Normaliser, abridge, is_story
from faq.weighing import Scales, Weighed


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


StepName: TypeAlias = Layer | Literal["negation", "courtesies", "spelling"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry that came to mind, and why."""

    id: str
    score: float
    signals: Mapping[str, float]
    """What each signal adds for it, compared with the average of all entries."""
    words: tuple[str, ...]
    """The words that speak for it, the weightiest first."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a verdict came about, for those who look after the FAQ."""

    verdict: Verdict
    steps: tuple[tuple[StepName, str], ...]
    """What each layer made of the question, for those that changed it."""
    candidates: tuple[Candidate, ...]
    in_scope: float
    """How certain it is that the FAQ answers this at all."""
    bars: Bars
    """What was asked for in this case."""
    concerns: tuple[str, ...]
    """Why more than usual was asked for."""


Price: TypeAlias = Literal["high", "middle", "low"]

BARS: Mapping[Price, Bars] = {
    "high": Bars(sure=0.8, in_scope=0.995, risk=0.97),
    "middle": Bars(sure=0.6, in_scope=0.99, risk=0.9),
    "low": Bars(sure=0.4, in_scope=0.99, risk=0.8),
}
"""As `helpdesk faq calibrate` measured them on the shipped FAQ; see `faq.calibration`."""


@dataclass(frozen=True, slots=True)
class MatchSettings:
    wrong_answer: Price = "middle"
    """The price of a wrong answer against that of a question that a person has to answer without need."""
    unsure: float = 0.35
    """How probable it must be that the FAQ answers this at all for entries to be offered."""
    semantic: bool = True
    """Whether the model of the extra `semantic` is asked, where it is installed."""


SHOWN = 5  # entries, whatever the verdict
_WORDS_SHOWN = 8
_DEFAULT_UNIT = "so-tttt"
_FAINT, _LIKELY = 0.05, 0.15  # scores that count for the topic of what is not known, one by one and together

_LIFT = 0.5
"""How much likelier an entry of the topic that was talked about is."""
_LIFT_SHORT = 3.0
_SHORT = 4  # words of content: so short a question leans on what was talked about
_LIFT_FOLLOWING = 8.0
_FOLLOWING = 2  # words of content: "thế còn phí thì sao" only means something together with what was talked about

_STORY = 80  # words; longer than two questions
_PARTINGS = 6  # places where a second question is looked for
_AMONG = 3
"""Two questions are asked only if their entries come to mind for the whole message too."""
_CLEAR = 0.9
"""How certain both must be where only a comma stands between them, or only one of them comes to mind."""

_PLAIN = 0.95
"""So certain by its words, what a question means beside them is not looked for."""


@dataclass(frozen=True, slots=True)
class _Two:
    """Two questions in one message."""

    score: float
    one: Match
    other: Match
    certain: bool
    """Sure enough to answer both at once."""


class Matcher:
    """The FAQ made ready for questions; it never changes, and is built anew when the FAQ does."""

    def __init__(
        self,
        catalog: Catalog,
        settings: MatchSettings | None = None,
        embedder: Embedder | None = None,
        normaliser: Normaliser | None = None,
    ) -> None:
        """With an embedder it understands more; texts of the FAQ that are new to that take time.

        `normaliser` is one of the same glossary, for who makes several matchers of nearly the same texts.
        """
        self.catalog = catalog
        self._settings = settings or MatchSettings()
        self._normaliser = normaliser or Normaliser(catalog.glossary)
        self._questions = tuple(sorted(catalog.questions, key=lambda question: question.id))
        self._topics = tuple(catalog.topic_id_of(question.id) for question in self._questions)
        self._routines = Routines(catalog.routines, self._normaliser)
        routines = self._routines.weighed
        others = [*(routine.wordings for routine in routines), *(group.questions for group in catalog.outside)]
        outside = [n for n in range(len(others)) if n >= len(routines) or routines[n].kind == "pointer"]
        self._scales = Scales(self._questions, others, self._normaliser, embedder)
        self.bars = BARS[self._settings.wrong_answer]
        """What is asked for where nothing speaks against it."""
        self._judge = Judge(self._questions, self._scales, outside, self.bars)

    def match(self, text: str, *, within: str | None = None) -> Verdict:
        """What `text` asks for; `within` is the topic that the conversation has been about."""
        verdict = self._match(text, within, deepens=True)
        assert verdict is not None  # noqa: S101 - it only waits for what takes long
        return verdict

    def at_once(self, text: str, *, within: str | None = None) -> Verdict | None:
        """The same if that takes a few milliseconds; None where the model is asked too, which takes longer by far."""
        return self._match(text, within, deepens=False)

    def _match(self, text: str, within: str | None, *, deepens: bool) -> Verdict | None:
        asked = negation.without(abridge(text))
        normal = self._normaliser.normal(asked)
        if not normal.folded or not self._questions:
            return Unknown((), None, Evidence(normal.text))
        weighed = self._scales.weigh(normal)
        content = fillers.content(normal, weighed.folded)
        lift = self._lift(within, content)
        opinion, routine = self._judged(normal, weighed, lift)
        plain = weighed.verbatim or routine is not None or (opinion.certain and opinion.best >= _PLAIN)
        if not (plain or deepens) and self._scales.reads_meaning:
            return None
        if not plain and (deeper := self._scales.deepen(normal, weighed)) is not None:
            weighed = deeper
            opinion, routine = self._judged(normal, weighed, lift)
        matches = self._matches(opinion)
        evidence = self._evidence(normal.text, weighed, content, opinion)
        if routine is not None:
            return Routine(routine.id, routine.kind, matches, None, evidence)
        story = is_story(text)
        single = weighed.verbatim or story or len(weighed.folded) > _STORY
        if not single and (two := self._two(asked, opinion)) is not None:
            return self._both(two, opinion, matches, evidence)
        if not (content or weighed.verbatim) or opinion.in_scope < self._settings.unsure:
            return Unknown(matches, None, evidence)
        certain = opinion.certain and not story
        return Sure(matches, None, evidence) if certain else Unsure(matches, None, evidence)

    def explain(self, text: str, *, within: str | None = None) -> Explanation:
        """The verdict on `text`, and how it came about; takes twice as long as `match`."""
        verdict = self.match(text, within=within)
        whole = abridge(text)
        asked = negation.without(whole)
        normal = self._normaliser.normal(asked)
        if not normal.folded or not self._questions:
            return Explanation(verdict, self._steps(whole, asked, None), (), 0.0, self.bars, ())
        weighed = self._scales.weigh(normal)
        lift = self._lift(within, fillers.content(normal, weighed.folded))
        opinion, _ = self._judged(normal, weighed, lift)
        if "meaning" in verdict.evidence.signals and (deeper := self._scales.deepen(normal, weighed)) is not None:
            weighed = deeper
            opinion, _ = self._judged(normal, weighed, lift)
        return Explanation(
            verdict,
            self._steps(whole, asked, weighed),
            tuple(self._candidate(weighed, opinion, number, lift) for number in opinion.order[:SHOWN]),
            round(opinion.in_scope, 3),
            replace(self.bars, sure=round(opinion.bar, 3)),
            opinion.concerns,
        )

    def _steps(self, whole: str, asked: str, weighed: Weighed | None) -> tuple[tuple[StepName, str], ...]:
        made: list[tuple[StepName, str]] = []
        if asked != whole:
            made.append(("negation", " ".join(asked.split())))
        made += self._normaliser.steps(asked)
        normal = self._normaliser.normal(asked)
        polite = fillers.without_courtesies(normal)
        if polite.marked != normal.marked:
            made.append(("courtesies", polite.text))
        if weighed is not None and weighed.folded != normal.folded:
            made.append(("spelling", " ".join(weighed.folded)))
        return tuple(made)

    def _candidate(self, weighed: Weighed, opinion: Opinion, number: int, lift: Floats | None) -> Candidate:
        parts = dict(weighed.signals) if lift is None else {**weighed.signals, "topic": lift}
        return Candidate(
            self._questions[number].id,
            round(float(opinion.scores[number]), 3),
            {name: round(float(part[number] - np.mean(part)), 3) for name, part in parts.items()},
            self._speaking(weighed.words, number),
        )

    def _judged(self, normal: Normal, weighed: Weighed, lift: Floats | None) -> tuple[Opinion, RoutineEntry | None]:
        opinion = self._judge.opinion(weighed, lift)
        best = float(weighed.entries.max())
        routine = self._routines.find(normal, weighed.folded, weighed.others, best, certain=opinion.certain)
        return opinion, routine

    def unit_for(self, text: str, verdict: Verdict) -> Routing:
        """The unit that a question would go to if a person is to answer it."""
        named = routing.named(self._normaliser.normal(text).folded)
        near = isinstance(verdict, Sure | Unsure) and verdict.matches
        best = self.catalog.question(verdict.matches[0].id) if near else None
        if best is not None:
            own = self.catalog.unit_of(best.id) or _DEFAULT_UNIT
            fitting = next((unit for unit in named if unit in (own, *best.also_units)), None)
            return Routing(fitting, "provider") if fitting else Routing(own, "entry")
        if len(named) == 1:
            return Routing(named[0], "provider")
        topic = self._likely_topic(verdict.matches)
        return Routing(topic.unit, "topic") if topic is not None else Routing(_DEFAULT_UNIT, "default")

    def topic_for(self, verdict: Verdict) -> str:
        """The id of the topic that a question is likely about; empty where nothing says so."""
        if isinstance(verdict, Sure | Unsure) and verdict.matches:
            return self.catalog.topic_id_of(verdict.matches[0].id)
        topic = self._likely_topic(verdict.matches)
        return topic.topic if topic is not None else ""

    def _likely_topic(self, matches: Sequence[Match]) -> Topic | None:
        """The topic that what comes to mind is about, if it is about one."""
        near = [match for match in matches if match.score >= _FAINT]
        topics = {topic.topic: topic for match in near if (topic := self.catalog.topic_of(match.id)) is not None}
        likely = sum(match.score for match in near) >= _LIKELY
        return next(iter(topics.values())) if likely and len(topics) == 1 else None

    def _lift(self, within: str | None, content: Sequence[str]) -> Floats | None:
        if within is None:
            return None
        height = _LIFT_SHORT if len(content) <= _SHORT else _LIFT
        own = [number for number, topic in enumerate(self._topics) if topic == within]
        if content and len(content) <= _FOLLOWING and own and self._scales.gains(content, own).any(axis=0).all():
            height = _LIFT_FOLLOWING  # each of them stands in a wording or an answer of the topic
        return np.array([height if topic == within else 0.0 for topic in self._topics])

    def _two(self, text: str, whole: Opinion) -> _Two | None:
        """What two questions in one message ask for, in their order."""
        found: list[_Two] = []
        likely = set(whole.order[:_AMONG])
        for parting in clauses.partings(text, _PARTINGS):
            least = min(self.bars.sure, _CLEAR) if parting.firm else _CLEAR
            one = self._judge.opinion(self._scales.weigh(self._normaliser.normal(parting.before)))
            if one.best < least or not (parting.firm or one.order[0] in likely):
                continue
            other = self._judge.opinion(self._scales.weigh(self._normaliser.normal(parting.after)))
            score = min(one.best, other.best)
            numbers = (one.order[0], other.order[0])
            remembered = len(set(numbers) & likely)
            both_certain = parting.firm and one.certain and other.certain
            clear = both_certain or score >= (self.bars.sure if parting.firm and remembered == 2 else _CLEAR)
            if clear and remembered >= (1 if parting.firm else 2) and numbers[0] != numbers[1]:
                pair = (self._matches(one)[0], self._matches(other)[0])
                risk = any(self._questions[number].risk is not None for number in numbers)
                certain = not risk or (both_certain and score >= self.bars.risk)
                found.append(
                    _Two(score, *(pair if parting.firm or numbers[0] == whole.order[0] else pair[::-1]), certain)
                )
        return max(found, key=lambda two: (two.certain, two.score)) if found else None

    @staticmethod
    def _both(two: _Two, whole: Opinion, matches: Sequence[Match], evidence: Evidence) -> Verdict:
        """Both answered if they are certain; or one, if the whole message surely asks for it; or both offered."""
        one, other = two.one, two.other
        answered = two.certain
        if not answered and matches[0].id in (one.id, other.id):
            answered = whole.certain and {RISK}.issuperset(whole.concerns)
            if answered:
                one, other = matches[0], other if one.id == matches[0].id else one
        rest = (match for match in matches if match.id not in (one.id, other.id))
        return (Sure if answered else Unsure)((one, other, *rest)[:SHOWN], other.id, evidence)

    def _matches(self, opinion: Opinion) -> tuple[Match, ...]:
        return tuple(Match(self._questions[n].id, round(float(opinion.scores[n]), 3)) for n in opinion.order[:SHOWN])

    def _evidence(self, text: str, weighed: Weighed, content: Sequence[str], opinion: Opinion) -> Evidence:
        best = opinion.order[0]
        signals = {name: round(float(part[best] - np.mean(part)), 3) for name, part in weighed.signals.items()}
        signals |= {"in scope": round(opinion.in_scope, 3), "asked for": round(opinion.bar, 3)}
        return Evidence(text, self._speaking(content, best), signals | dict.fromkeys(opinion.concerns, 1.0))

    def _speaking(self, words: Sequence[str], entry: int) -> tuple[str, ...]:
        """Those of the words that speak for an entry, the weightiest first."""
        gains = dict(zip(words, self._scales.gains(words, (entry,))[0].tolist(), strict=True))
        return tuple(sorted((w for w in gains if gains[w] > 0), key=lambda word: (-gains[word], word))[:_WORDS_SHOWN])
