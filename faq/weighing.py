"""Weighs a question against every entry of the FAQ, and against what is no question for it."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np

from faq import fillers, signals
from faq.diacritics import Restorer
from faq.embedding import Embedder
from faq.meaning import Meaning
from faq.models import Question
from faq.signals import Floats, Likelihood, Spelt
from faq.spelling import Speller
from faq.text import Normal, Normaliser, fold

_PLACEHOLDER = re.compile(r"\{\{[^{}]*\}\}")
_SENTENCE = re.compile(r"[\n.;:]+")
_SHORTEST_SENTENCE = 4  # words; what is shorter is a heading or a number

# Measured on wordings left out, the FAQ's own trials and real questions: words with and without diacritics are equals;
# letters say again what words say; an answer's words help, but are less like a question's.
_LETTERS = 0.5
_ANSWER = 0.5
_PERHAPS = 0.3
_VERBATIM = 6.0
"""What it adds that a question is a wording word for word."""
_MEANING = 0.12
OVERLAP = 1.2
"""Words and meaning say partly the same: taken for independent, they would make too certain."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """What each signal says of a question, for each entry and for each group of other texts."""

    folded: tuple[str, ...]
    """The words, without diacritics, and mended."""
    verbatim: bool
    """True if it is a wording of the FAQ, word for word."""
    words: tuple[str, ...]
    """Each word once, without courtesies."""
    entries: Floats
    others: Floats
    signals: Mapping[str, Floats]
    """The parts that `entries` is the sum of."""


class Scales:
    def __init__(
        self,
        questions: Sequence[Question],
        others: Sequence[Iterable[str]],
        normaliser: Normaliser,
        embedder: Embedder | None = None,
    ) -> None:
        """`others` are groups of texts that are no questions for the FAQ."""
        self._size = len(questions)
        bodies = [_Body() for _ in (*questions, *others)]
        answers: list[Normal] = []
        self._wordings: dict[tuple[str, ...], list[int]] = {}
        for number, (body, question) in enumerate(zip(bodies, questions, strict=False)):
            for wording in question.wordings:
                normal = normaliser.normal(wording)
                body.add(normal, 1.0)
                body.wordings.append(normal)
                self._wordings.setdefault(normal.folded, []).append(number)
            for sentence in _sentences(question.answer):
                normal = normaliser.normal(sentence)
                body.add(normal, _ANSWER)
                answers.append(normal)
        shorts = normaliser.shorts
        plain = {fold(form): tuple(fold(word) for word in meaning) for form, meaning in shorts.items()}
        self._plain_speller = Speller((body.plain_said for body in bodies), plain)
        self._marked_speller = Speller((body.marked_said for body in bodies), shorts)
        for body, texts in zip(bodies[self._size :], others, strict=True):
            for text in texts:
                normal = normaliser.normal(text)
                body.add(normal, 1.0)
                body.wordings.append(normal)
        self._words = Likelihood.of([body.words for body in bodies])
        self._letters = Spelt([body.letters for body in bodies])
        self._marked = Likelihood.of([body.marked for body in bodies])
        self._meaning: Meaning | None = None
        if embedder is not None and questions:
            groups = [body.wordings for body in bodies]
            read = [normal.marked for normal in (*chain(*groups), *answers) if normal.has_marks]
            self._meaning = Meaning(groups, Restorer([*read, *shorts.values()]), embedder)

    def weigh(self, normal: Normal) -> Weighed:
        asked = fillers.without_courtesies(normal)
        folded = self._plain_speller.mend(asked.folded)
        said = {**dict.fromkeys(asked.perhaps, _PERHAPS), **signals.words(folded)}
        parts = {
            "words": self._words.scores(said),
            "letters": _LETTERS * self._letters.scores(folded),
        }
        if normal.has_marks:
            parts["marked"] = self._marked.scores(signals.words(self._marked_speller.mend(asked.marked)))
        else:
            parts["marked"] = parts["words"]  # so that the same question is as certain when typed without diacritics
        if (verbatim := self._wordings.get(normal.folded)) is not None:
            parts["wording"] = np.zeros_like(parts["words"])
            parts["wording"][verbatim] = _VERBATIM
        total = np.sum(list(parts.values()), axis=0)
        return Weighed(
            folded if asked is normal else self._plain_speller.mend(normal.folded),
            verbatim is not None,
            tuple(dict.fromkeys(folded)),
            total[: self._size],
            total[self._size :],
            {name: part[: self._size] for name, part in parts.items()},
        )

    @property
    def reads_meaning(self) -> bool:
        """Whether there is a model that `deepen` asks."""
        return self._meaning is not None

    def deepen(self, normal: Normal, weighed: Weighed) -> Weighed | None:
        """With what the question means beside its words, which takes ten times as long; None without a model."""
        if self._meaning is None:
            return None
        part = _MEANING * self._meaning.scores(normal)
        parts = {**weighed.signals, "meaning": part[: self._size]}
        return replace(
            weighed,
            entries=(weighed.entries + part[: self._size]) / OVERLAP,
            others=(weighed.others + part[self._size :]) / OVERLAP,
            signals={name: part / OVERLAP for name, part in parts.items()},
        )

    def gains(self, words: Sequence[str], entries: Sequence[int]) -> Floats:
        """How much each word, without its diacritics, speaks for each entry: a row for each entry."""
        return self._words.gains(words, entries)

    def weight(self, words: Iterable[str]) -> float:
        """How much words say at all; one that the FAQ does not know is as rare as can be."""
        numbers, weights = self._words.numbers, self._words.weights
        rarest = float(weights.max(initial=0.0))
        return sum(float(weights[numbers[word]]) if word in numbers else rarest for word in words)


class _Body:
    """The texts of one entry, as counts."""

    def __init__(self) -> None:
        self.wordings: list[Normal] = []
        self.plain_said: Counter[str] = Counter()
        self.marked_said: Counter[str] = Counter()
        self.words: dict[str, float] = {}
        self.marked: dict[str, float] = {}

    def add(self, normal: Normal, weight: float) -> None:
        for counts, tokens in ((self.words, normal.folded), (self.marked, normal.marked)):
            for feature in signals.words(tokens):
                counts[feature] = counts.get(feature, 0.0) + weight
        self.plain_said.update(normal.folded)
        self.marked_said.update(normal.marked)

    @property
    def letters(self) -> dict[str, float]:
        counts: dict[str, float] = {}
        for word, weight in self.words.items():
            if " " not in word:
                for run in signals.letters((word,)):
                    counts[run] = counts.get(run, 0.0) + weight
        return counts


def _sentences(answer: str) -> Iterable[str]:
    for sentence in _SENTENCE.split(_PLACEHOLDER.sub("", answer)):
        if len(sentence.split()) >= _SHORTEST_SENTENCE:
            yield sentence
