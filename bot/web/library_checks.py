"""How good the FAQ is, as it is and as a draft would make it: the quick part at once, the slow one behind it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.checks import Checks, Job
from bot.library import Library
from faq import catalog, proof
from faq.catalog import Catalog, UnusableFolder
from faq.editing import Change, Editing
from faq.faults import Fault
from faq.lint import lint
from faq.matching import Matcher, MatchSettings, Routine, Sure
from faq.models import Question
from faq.proof import Asked, Findings
from faq.trials import Trial

_REMEMBERED = 8


@dataclass(frozen=True, slots=True)
class Looked:
    findings: Findings
    catalog: Catalog
    """Of the draft, without what is broken in it."""


@dataclass(frozen=True, slots=True)
class Slow:
    """Where the slow part is; a result is None until it is there."""

    tries: Job
    asked: Asked | None
    whole: Job
    fresh: tuple[Fault, ...] | None
    """What the whole lint finds that it does not find in the live FAQ."""


@dataclass(frozen=True, slots=True)
class Tried:
    text: str
    passed: bool
    outcome: str
    """What became of it instead: `routine`, `sure`, `leaning` or `unknown`."""
    instead: str
    words: tuple[str, ...]


class LibraryChecks:
    def __init__(
        self,
        library: Library,
        editing: Editing,
        checks: Checks,
        local: Mapping[str, str],
        settings: MatchSettings,
    ) -> None:
        self._library = library
        self._editing = editing
        self._local = local
        self._settings = settings
        self._checks = checks
        self._looked: dict[str, Looked] = {}
        self._quick: dict[str, tuple[Fault, ...]] = {}

    # --- the live FAQ ---

    def quick(self, today: date) -> tuple[Fault, ...]:
        """What is wrong with the files as they are, without asking the matcher."""
        key = f"{_digest(self._editing.files())}:{today}"
        if key not in self._quick:
            self._quick = {key: _faults(self._library.folder, self._local, today, None)}
        return self._quick[key]

    def whole(self, today: date) -> Job:
        """The whole lint of the files as they are."""
        files = self._editing.files()
        return self._checks.run(_key(files, today), lambda _: self._whole(self._library.folder, today))

    # --- a draft ---

    def look(self, change: Change, today: date) -> Looked:
        """What can be said of a draft at once."""
        key = f"{change.id}:{_digest(self._editing.files())}:{today}"
        if key not in self._looked:
            with self._editing.copied(change) as folder:
                findings = proof.look(self._library.folder, folder, self._local, today=today)
                self._looked[key] = Looked(findings, _readable(folder, self._local))
            for old in list(self._looked)[:-_REMEMBERED]:
                del self._looked[old]
        return self._looked[key]

    def slow(self, change: Change, today: date) -> Slow:
        """Begins what takes long, unless it has begun; `look` must have found nothing that blocks."""
        swapped = self._editing.files() | {name: swap.after or b"" for name, swap in change.swaps.items()}
        tries = self._checks.run(f"tries:{_digest(swapped)}", lambda job: self._ask(change, job))
        before = self.whole(today)
        whole = self._checks.run(_key(swapped, today), lambda _: self._whole_of(change, today))
        is_done = before.state == whole.state == "done"
        return Slow(
            tries=tries,
            asked=tries.result if tries.state == "done" else None,
            whole=whole if before.state != "failed" else before,
            fresh=proof.compared(before.result, whole.result)[0] if is_done else None,
        )

    def _ask(self, change: Change, job: Job) -> Asked:
        with self._editing.copied(change) as folder:
            live = self._library.knowledge().catalog
            return proof.ask(live, folder, self._local, self._settings, job.step)

    def _whole_of(self, change: Change, today: date) -> tuple[Fault, ...]:
        with self._editing.copied(change) as folder:
            return self._whole(folder, today)

    def _whole(self, folder: Path, today: date) -> tuple[Fault, ...]:
        return _faults(folder, self._local, today, self._settings)


def tries(entry: Question, matcher: Matcher) -> list[Tried]:
    trials = [
        Trial(entry.id, "try", number, text, matcher.match(text), entry.urgent)
        for number, text in enumerate(entry.tries)
    ]
    return [tried(trial) for trial in trials]


def tried(trial: Trial) -> Tried:
    words = trial.verdict.evidence.words[:6]
    match trial.verdict:
        case _ if trial.passed:
            return Tried(trial.text, True, "", "", words)
        case Routine(id=id_):
            return Tried(trial.text, False, "routine", id_, words)
        case Sure() if trial.thief:
            return Tried(trial.text, False, "sure", trial.thief, words)
        case _:
            return Tried(trial.text, False, "leaning" if trial.thief else "unknown", trial.thief or "", words)


def _faults(folder: Path, local: Mapping[str, str], today: date, asking: MatchSettings | None) -> tuple[Fault, ...]:
    shipped = folder.resolve() == catalog.SHIPPED.resolve()
    try:
        return lint(folder, local, today=today, shipped=shipped, asking=asking is not None, settings=asking)
    except UnusableFolder as unusable:
        return unusable.faults


def _readable(folder: Path, local: Mapping[str, str]) -> Catalog:
    try:
        return catalog.inspect(folder, local).catalog
    except UnusableFolder:
        return Catalog(())


def _key(files: Mapping[str, bytes], today: date) -> str:
    return f"whole:{_digest(files)}:{today}"


def _digest(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
