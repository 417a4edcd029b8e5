"""Lets one engine after the other answer the same questions, and takes down what it was worth and what it cost."""

import os
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from bot.benching import asking, figures
from bot.benching.asking import ENGINE, ENGINE_E5, Answered, Job
from bot.benching.figures import Asked, Inside, Kind, Outside, Pair, Reply
from faq import noise, peers
from faq.matching import MatchSettings

SIZES = (1_000, 10_000, 100_000)
"""Phrasings that the FAQ is made to grow to."""
_GROWTH_ASKED = 100  # questions; enough for a p99, and few enough for what takes a second for each


class NotMeasured(Exception):
    """An engine that stopped before it had answered everything, and why."""


@dataclass(frozen=True, slots=True)
class Measured:
    """An engine's figures on one FAQ and one set of questions."""

    engine: str
    first_build_s: float
    """Before the model has seen the FAQ's texts."""
    build_s: float
    """As at any later start."""
    resident_mb: float | None
    peak_mb: float | None
    p50_ms: float
    p99_ms: float
    threshold: float | None
    """The score from which a peer is taken to answer; the helpdesk decides by itself."""
    inside: Inside
    multi: Inside
    outside: Outside
    smalltalk: Outside
    inside_by_style: Mapping[str, Inside]
    outside_by_style: Mapping[str, Outside]
    as_typed: Inside
    """The questions with diacritics, before the noise."""
    by_noise: Mapping[str, Inside]


@dataclass(frozen=True, slots=True)
class Grown:
    """What an engine costs with a FAQ of some size."""

    engine: str
    phrasings: int
    first_build_s: float
    build_s: float
    resident_mb: float | None
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True)
class Run:
    """One engine's turn; what has to be waited for."""

    what: str
    do: Callable[[], Measured | Grown]
    """`NotMeasured` if it stops before it has answered everything."""


class Bench:
    def __init__(self, folder: Path, settings: MatchSettings, asked: Sequence[Asked], cache: Path) -> None:
        """`cache` is an empty folder: what the service has kept would hide how long its first start takes."""
        self._folder = folder
        self._cache = cache
        self._settings = settings
        self._asked = tuple(asked)
        self._withheld = tuple(one.text for one in asked if one.kind == "oos")
        self._clean = tuple(one for one in asked if one.kind == "in" and _has_marks(one.text))
        self._noisy = {
            kind: tuple(noise.noisy(one.text, kind) for one in self._clean) for kind in noise.KINDS if self._clean
        }

    def runs(self, engines: Iterable[str]) -> Iterator[Run]:
        """All questions, as they were typed and with noise, for each engine."""
        texts = [one.text for one in self._asked] + [text for noisy in self._noisy.values() for text in noisy]
        for engine in engines:
            job = self._job(engine, texts)
            yield Run(engine, partial(self._measure, job))

    def growth(self, engines: Iterable[str]) -> Iterator[Run]:
        """Some of the questions, for each engine and each size of the FAQ that it can be built for."""
        inside = [one.text for one in self._asked if one.kind == "in"]
        texts = inside[:: max(1, len(inside) // _GROWTH_ASKED)][:_GROWTH_ASKED]
        largest = {ENGINE_E5: peers.EMBEDDED} | {recipe.name: recipe.largest for recipe in peers.RECIPES}
        for engine in engines if texts else ():
            for size in SIZES:
                if size <= largest.get(engine, size):
                    job = self._job(engine, texts, size)
                    yield Run(f"{engine}, {size} cách hỏi", partial(_grow, job))

    def _job(self, engine: str, texts: Sequence[str], phrasings: int | None = None) -> Job:
        cache = self._cache / str(phrasings)
        return Job(engine, str(self._folder), self._settings, str(cache), tuple(texts), self._withheld, phrasings)

    def _measure(self, job: Job) -> Measured:
        first_build_s, answered = _built_and_asked(job)
        replies = iter(answered.replies)
        pairs: list[Pair] = [(one, next(replies)) for one in self._asked]
        noisy: dict[str, list[Pair]] = {kind: [(one, next(replies)) for one in self._clean] for kind in self._noisy}
        judged = job.engine in (ENGINE, ENGINE_E5)
        outside = _of(pairs, "oos")
        sure_from = figures.threshold(reply for _, reply in outside)
        times = [reply.milliseconds for _, reply in pairs]
        clean = set(self._clean)
        return Measured(
            job.engine,
            first_build_s,
            answered.build_s,
            answered.resident_mb,
            answered.peak_mb,
            p50_ms=figures.percentile(times, 0.5),
            p99_ms=figures.percentile(times, 0.99),
            threshold=None if judged or not outside else round(sure_from, 6),
            inside=figures.inside(_of(pairs, "in"), sure_from),
            multi=figures.inside(_of(pairs, "multi"), sure_from),
            outside=figures.outside(_replies(outside), sure_from),
            smalltalk=figures.outside(_replies(_of(pairs, "smalltalk")), sure_from),
            inside_by_style={
                style: figures.inside(part, sure_from) for style, part in _by_style(_of(pairs, "in")).items()
            },
            outside_by_style={
                style: figures.outside(_replies(part), sure_from) for style, part in _by_style(outside).items()
            },
            as_typed=figures.inside([pair for pair in pairs if pair[0] in clean], sure_from),
            by_noise={kind: figures.inside(part, sure_from) for kind, part in noisy.items()},
        )


def _grow(job: Job) -> Grown:
    first_build_s, answered = _built_and_asked(job)
    times = [reply.milliseconds for reply in answered.replies]
    p50, p99 = (figures.percentile(times, share) for share in (0.5, 0.99))
    return Grown(job.engine, job.phrasings or 0, first_build_s, answered.build_s, answered.resident_mb, p50, p99)


def _built_and_asked(job: Job) -> tuple[float, Answered]:
    """How long the first building took, and what came of the second, or of the first where that is no different."""
    built = _in_own_process(replace(job, texts=())) if job.engine == ENGINE_E5 else None
    answered = _in_own_process(job)
    return (built or answered).build_s, answered


def _in_own_process(job: Job) -> Answered:
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", asking.__name__],
        input=asking.to_json(job),
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, **one_thread, "PYTHONUTF8": "1"},
        check=False,
    )
    if done.returncode < 0:
        raise NotMeasured(f"bị dừng bởi tín hiệu {-done.returncode}; có thể do thiếu bộ nhớ")
    if done.returncode:
        raise NotMeasured((done.stderr.strip().split("\n") or [""])[-1])
    return asking.from_json(done.stdout)


def _has_marks(text: str) -> bool:
    """True if it was typed with diacritics: in a third of its words at least."""
    words = unicodedata.normalize("NFC", text).split()
    return sum(noise.noisy(word, "no diacritics") != word for word in words) * 3 >= len(words)


def _of(pairs: Iterable[Pair], kind: Kind) -> list[Pair]:
    return [pair for pair in pairs if pair[0].kind == kind]


def _replies(pairs: Iterable[Pair]) -> list[Reply]:
    return [reply for _, reply in pairs]


def _by_style(pairs: Iterable[Pair]) -> dict[str, list[Pair]]:
    styles: dict[str, list[Pair]] = {}
    for pair in pairs:
        if pair[0].style:
            styles.setdefault(pair[0].style, []).append(pair)
    return dict(sorted(styles.items(), key=lambda item: (-len(item[1]), item[0])))
