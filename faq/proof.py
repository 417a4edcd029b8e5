"""What a change would do to the FAQ, found out before it is put live."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from faq import catalog, trials
from faq.catalog import Catalog
from faq.faults import CatalogFaults, Fault, UnusableFolder
from faq.lint import lint
from faq.matching import Matcher, MatchSettings
from faq.trials import Trial

_PASSING = re.compile(r"(?<=\.yaml:)\d+|(?<=dòng )\d+| vì các từ: [^;]*")
"""What a fault may say otherwise without being another one."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What is wrong with the files after a change, found without asking the matcher."""

    blocking: tuple[Fault, ...]
    """What is new and would keep the files from being loaded."""
    fresh: tuple[Fault, ...]
    """What else was not wrong before."""
    known: tuple[Fault, ...]
    """What was wrong before."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What becomes of the FAQ's tries with a change."""

    own: tuple[Trial, ...]
    """Those of the entries that are others now."""
    still: frozenset[str]
    """The texts of those among them that did not pass before either, and don't now."""
    lost: tuple[Trial, ...]
    """Those of other entries that passed before and don't now."""
    won: int
    """So many of other entries that did not pass before and do now."""
    total: int


def look(live: Path, drafted: Path, local: Mapping[str, str], *, today: date) -> Findings:
    """At a copy of the live folder with a change in it."""
    try:
        loading = catalog.inspect(drafted, local).faults
        after = lint(drafted, local, today=today, asking=False)
    except UnusableFolder as unusable:
        return Findings(tuple(Fault("", 0, fault.what) for fault in unusable.faults), (), ())
    fresh, known = compared(_quick(live, local, today), after)
    return Findings(
        blocking=tuple(fault for fault in fresh if fault in loading),
        fresh=tuple(fault for fault in fresh if fault not in loading),
        known=known,
    )


def compared(before: Iterable[Fault], after: Iterable[Fault]) -> tuple[tuple[Fault, ...], tuple[Fault, ...]]:
    """Which faults are new and which are not; the same one on another line is the same."""
    counts = Counter(map(_gist, before))
    fresh: list[Fault] = []
    known: list[Fault] = []
    for fault in after:
        gist = _gist(fault)
        (known if counts[gist] > 0 else fresh).append(fault)
        counts[gist] -= 1
    return tuple(fresh), tuple(known)


def ask(
    before: Catalog, drafted: Path, local: Mapping[str, str], settings: MatchSettings, step: Callable[[int, int], None]
) -> Asked:
    """Asks all tries, with and without the change; `step` is told how many of how many are done.

    Both are judged by their words, as lint does: what an embedding adds comes later than a change can be looked at.
    `CatalogFaults` if the change can't be loaded.
    """
    after = catalog.load(drafted, local)
    total = sum(len(question.tries) for known in (before, after) for question in known.questions)
    done = 0
    asked: list[list[Trial]] = []
    for known in (before, after):
        asked.append([])
        for trial in trials.tries(Matcher(known, settings)):
            asked[-1].append(trial)
            done += 1
            step(done, total)
    passed = {(trial.id, trial.text) for trial in asked[0] if trial.passed}
    changed = changed_entries(before, after)
    own = tuple(trial for trial in asked[1] if trial.id in changed)
    failed = {(trial.id, trial.text) for trial in asked[0] if not trial.passed}
    others = [trial for trial in asked[1] if trial.id not in changed]
    return Asked(
        own=own,
        still=frozenset(trial.text for trial in own if not trial.passed and (trial.id, trial.text) in failed),
        lost=tuple(trial for trial in others if not trial.passed and (trial.id, trial.text) in passed),
        won=sum(trial.passed and (trial.id, trial.text) not in passed for trial in others),
        total=len(asked[1]),
    )


def changed_entries(before: Catalog, after: Catalog) -> frozenset[str]:
    """The ids of the entries that are new or say something else."""
    return frozenset(question.id for question in after.questions if before.question(question.id) != question)


def _quick(folder: Path, local: Mapping[str, str], today: date) -> tuple[Fault, ...]:
    try:
        return lint(folder, local, today=today, asking=False)
    except CatalogFaults as unusable:
        return unusable.faults


def _gist(fault: Fault) -> tuple[str, str, str]:
    return fault.file, fault.severity, _PASSING.sub("", fault.what)
