"""Asks one engine a list of questions in a process of its own, so that its time and its memory are nobody else's."""

import gc
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from bot.benching.figures import Reply
from faq import catalog, embedding, noise, peers
from faq.catalog import Catalog
from faq.embedding import Embedder
from faq.matching import Matcher, MatchSettings, Sure
from faq.models import Question, Topic

ENGINE, ENGINE_E5 = "helpdesk", "helpdesk + e5"
"""The names of the matcher among its peers, without and with the model of the extra `semantic`."""
_COPIES = ("no diacritics", "typos", "teencode", "filler", "mixed")
"""The kinds of noise that a copy of an entry is made with."""


@dataclass(frozen=True, slots=True)
class Job:
    engine: str
    faq: str
    settings: MatchSettings
    cache: str
    """The folder of what the model has made of the FAQ's texts."""
    texts: tuple[str, ...]
    withheld: tuple[str, ...] = ()
    """Out-of-scope questions that the FAQ must not know, because they are asked."""
    phrasings: int | None = None
    """How many the FAQ is made to have; as it is without."""


@dataclass(frozen=True, slots=True)
class Answered:
    replies: tuple[Reply, ...]
    build_s: float
    resident_mb: float | None
    """What it keeps; None where the system does not tell."""
    peak_mb: float | None
    """What it took at most, until the last question was answered."""


def to_json(job: Job) -> str:
    return json.dumps(asdict(job))


def from_json(text: str) -> Answered:
    read = json.loads(text)
    replies = tuple(Reply(**{**reply, "ids": tuple(reply["ids"])}) for reply in read.pop("replies"))
    return Answered(replies=replies, **read)


def answer(job: Job) -> Answered:
    known = _without(catalog.load(Path(job.faq)), frozenset(job.withheld))
    if job.phrasings is not None:
        known = grown(known, job.phrasings)
    gc.collect()
    resident, _ = _memory()
    begin = time.perf_counter()
    ask = _engine(job, known)
    build_s = time.perf_counter() - begin
    gc.collect()
    kept, _ = _memory()
    replies = tuple(_timed(ask, text) for text in job.texts)
    _, peak = _memory()
    return Answered(
        replies,
        round(build_s, 2),
        None if kept is None or resident is None else round(kept - resident, 1),
        None if peak is None or resident is None else round(peak - resident, 1),
    )


def grown(known: Catalog, phrasings: int) -> Catalog:
    """A FAQ with so many phrasings: the known one, and copies of its entries with their wordings made noisy."""
    entries: list[Question] = []
    left = phrasings
    for question in _copies(known.questions):
        wordings = question.wordings[:left]
        entries.append(question.model_copy(update={"variants": wordings[1:]}))
        left -= len(wordings)
        if left <= 0:
            break
    topic = Topic.model_construct(topic="grown", name="grown", unit="grown", questions=tuple(entries))
    return replace(known, topics=(topic,))


def _copies(questions: tuple[Question, ...]) -> Iterator[Question]:
    yield from questions
    turn = 1
    while questions:
        for question in questions:
            first, *others = (
                noise.noisy(text, _COPIES[(turn + place) % len(_COPIES)], turn)
                for place, text in enumerate(question.wordings)
            )
            yield question.model_copy(
                update={"id": f"{question.id}-{turn}", "question": first, "variants": tuple(others)}
            )
        turn += 1


def _without(known: Catalog, withheld: frozenset[str]) -> Catalog:
    groups = (
        group.model_copy(update={"questions": tuple(text for text in group.questions if text not in withheld)})
        for group in known.outside
    )
    return replace(known, outside=tuple(group for group in groups if group.questions))


def _engine(job: Job, known: Catalog) -> Callable[[str], Reply]:
    if job.engine in (ENGINE, ENGINE_E5):
        matcher = Matcher(known, job.settings, _embedder(Path(job.cache)) if job.engine == ENGINE_E5 else None)

        def ask(text: str) -> Reply:
            verdict = matcher.match(text)
            matches = verdict.matches
            score = matches[0].score if matches else 0.0
            return Reply(tuple(match.id for match in matches), score, isinstance(verdict, Sure), 0.0)

        return ask
    recipe = next(recipe for recipe in peers.RECIPES if recipe.name == job.engine)
    peer = recipe.make(known.questions)

    def ask_peer(text: str) -> Reply:
        best = peer.best(text)
        return Reply(tuple(id_ for id_, _ in best), best[0][1], None, 0.0)

    return ask_peer


def _embedder(cache: Path) -> Embedder:
    encoder = embedding.load()
    if encoder is None:
        raise RuntimeError("the model does not run on this machine")
    return Embedder(encoder, cache)


def _timed(ask: Callable[[str], Reply], text: str) -> Reply:
    begin = time.perf_counter()
    reply = ask(text)
    return replace(reply, milliseconds=round((time.perf_counter() - begin) * 1000, 3))


def _memory() -> tuple[float | None, float | None]:
    """Megabytes that this process has in memory, and had at most; Linux tells."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None, None
    told = {name: value for name, _, value in (line.partition(":") for line in lines)}
    return int(told["VmRSS"].split()[0]) / 1024, int(told["VmHWM"].split()[0]) / 1024


def main() -> None:
    read = json.loads(sys.stdin.read())
    job = Job(**{**read, "settings": MatchSettings(**read["settings"]), "texts": tuple(read["texts"])})
    sys.stdout.write(json.dumps(asdict(answer(job))))


if __name__ == "__main__":
    main()
