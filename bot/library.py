"""Keeps the FAQ as it is now: loaded at the start, exchanged as a whole when its files change."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import structlog
from watchfiles import Change, awatch

from bot.intake import Intake
from faq import catalog
from faq.catalog import CatalogFaults, Fault
from faq.matching import Matcher, MatchSettings
from handlers.events import CatalogChanged, CatalogRejected
from handlers.turn import Knowledge

QUIET_MS = 400
"""A whole `git pull` and an editor's temporary files are one change: it is read once nothing moved for so long."""

log = structlog.get_logger(__name__)


class Library:
    def __init__(self, folder: Path, local: Mapping[str, str], settings: MatchSettings) -> None:
        """Raises `CatalogFaults` if the files can't be used as they are."""
        self._folder = folder
        self._local = local
        self._settings = settings
        self._knowledge = self._built()
        self._faults: tuple[Fault, ...] = ()

    @property
    def folder(self) -> Path:
        return self._folder

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What is wrong with the files as saved last, while the last good ones answer; empty if nothing is."""
        return self._faults

    def knowledge(self) -> Knowledge:
        return self._knowledge

    async def watch(self, intake: Intake, clock: Callable[[], datetime]) -> None:
        """Exchanges the FAQ whenever its files change, until cancelled; a broken save keeps the last good one."""
        async for _ in awatch(self._folder, watch_filter=_is_ours, debounce=QUIET_MS, step=QUIET_MS // 4):
            await self.reload(intake, clock)

    async def reload(self, intake: Intake, clock: Callable[[], datetime]) -> None:
        """Reads the files again, beside the FAQ that goes on answering."""
        try:
            built = await asyncio.to_thread(self._built)
        except CatalogFaults as error:
            self._faults = error.faults
            log.warning("FAQ rejected", faults=len(error.faults))
            rejected = CatalogRejected(clock(), tuple(str(fault) for fault in error.faults))
            await intake.accept([(f"rejected:{clock().isoformat()}", rejected)], channel="catalog")
            return
        self._faults = ()
        if built.catalog.version == self._knowledge.catalog.version:
            return
        self._knowledge = built
        version = built.catalog.version
        log.info("FAQ exchanged", version=version[:12], questions=len(built.catalog.questions))
        changed = CatalogChanged(clock(), version)
        await intake.accept([(f"changed:{clock().isoformat()}", changed)], channel="catalog")

    def _built(self) -> Knowledge:
        loaded = catalog.load(self._folder, self._local)
        return Knowledge(loaded, Matcher(loaded, self._settings))


def _is_ours(change: Change, path: str) -> bool:
    """True for the files that are loaded; editors' own (`.#x.yaml`, `x.yaml~`, `4913`) are none of them."""
    del change
    name = Path(path).name
    return name.endswith((".yaml", ".csv")) and not name.startswith(".")
