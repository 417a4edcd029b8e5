"""Keeps the FAQ as it is now: loaded at the start, exchanged as a whole when its files change."""

import asyncio
import contextlib
import ctypes
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import structlog
from watchfiles import Change, awatch

from bot.intake import Intake
from faq import catalog, embedding
from faq.catalog import Catalog, CatalogFaults, Fault
from faq.embedding import Embedder
from faq.matching import Matcher, MatchSettings
from handlers.events import CatalogChanged, CatalogRejected
from handlers.turn import Knowledge

QUIET_MS = 400
"""A whole `git pull` and an editor's temporary files are one change: it is read once nothing moved for so long."""
LOOK_EVERY_MS = 2000
"""For the folder that takes the place of one that was removed or renamed, as some ways of deploying do."""

log = structlog.get_logger(__name__)


def embedder(cache: Path, settings: MatchSettings) -> Embedder | None:
    """None where the model is not installed, or not wanted."""
    encoder = embedding.load() if settings.semantic else None
    return Embedder(encoder, cache) if encoder is not None else None


class Library:
    def __init__(
        self, folder: Path, local: Mapping[str, str], settings: MatchSettings, embedder: Embedder | None = None
    ) -> None:
        """Raises `CatalogFaults` if the files can't be used as they are."""
        self._folder = folder
        self._gone = (Change.deleted, str(folder))
        self._local = local
        self._settings = settings
        self._embedder = embedder
        self._exchanged = asyncio.Event()
        self._knowledge = self._built(self._loaded())
        self._reloading = asyncio.Lock()
        self._faults: tuple[Fault, ...] = ()

    @property
    def folder(self) -> Path:
        return self._folder

    @property
    def can_deepen(self) -> bool:
        return self._embedder is not None

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What is wrong with the files as saved last, while the last good ones answer; empty if nothing is."""
        return self._faults

    def knowledge(self) -> Knowledge:
        return self._knowledge

    async def watch(self, intake: Intake, clock: Callable[[], datetime]) -> None:
        """Exchanges the FAQ whenever its files change, until cancelled; a broken save keeps the last good one."""
        missed = False
        while True:
            changed = awatch(
                self._folder,
                watch_filter=self._is_ours,
                debounce=QUIET_MS,
                step=QUIET_MS // 4,
                rust_timeout=LOOK_EVERY_MS,
                yield_on_timeout=True,
            )
            with contextlib.suppress(FileNotFoundError):  # the folder is away, and the last good FAQ answers
                async with contextlib.aclosing(changed):
                    async for changes in changed:
                        if changes or missed:
                            await self.reload(intake, clock)
                        missed = self._gone in changes
                        if missed:  # the folder that takes its place is another one, which must be watched anew
                            break
            missed = True
            await asyncio.sleep(LOOK_EVERY_MS / 1000)

    async def deepen(self) -> None:
        """Lets each FAQ be understood by what is meant as well, once that is worked out, until cancelled.

        Until then it answers by its words: to embed a FAQ for the first time takes minutes.
        """
        if self._embedder is None:
            return
        try:
            while True:
                self._exchanged.clear()
                before = self._knowledge
                matcher = await asyncio.to_thread(self._matcher, before.catalog, self._embedder)
                if self._knowledge is before:
                    self._knowledge = replace(before, matcher=matcher)
                    log.info("FAQ embedded", version=before.catalog.version[:12])
                await self._exchanged.wait()
        finally:
            self._embedder.close()

    async def reload(self, intake: Intake, clock: Callable[[], datetime]) -> None:
        """Reads the files again, beside the FAQ that goes on answering."""
        async with self._reloading:
            await self._reload(intake, clock)

    async def _reload(self, intake: Intake, clock: Callable[[], datetime]) -> None:
        try:
            loaded = await asyncio.to_thread(self._loaded)
        except CatalogFaults as error:
            self._faults = error.faults
            log.warning("FAQ rejected", faults=len(error.faults))
            rejected = CatalogRejected(clock(), tuple(str(fault) for fault in error.faults))
            await intake.accept([(f"rejected:{clock().isoformat()}", rejected)], channel="catalog")
            return
        self._faults = ()
        version = loaded.version
        if version == self._knowledge.catalog.version:
            return
        self._knowledge = await asyncio.to_thread(self._built, loaded)
        self._exchanged.set()
        log.info("FAQ exchanged", version=version[:12], questions=len(loaded.questions))
        changed = CatalogChanged(clock(), version)
        await intake.accept([(f"changed:{clock().isoformat()}", changed)], channel="catalog")

    def _loaded(self) -> Catalog:
        return catalog.load(self._folder, self._local)

    def _built(self, loaded: Catalog) -> Knowledge:
        return Knowledge(loaded, self._matcher(loaded))

    def _matcher(self, known: Catalog, embedder: Embedder | None = None) -> Matcher:
        made = Matcher(known, self._settings, embedder)
        _give_back()
        return made

    def _is_ours(self, change: Change, path: str) -> bool:
        """True for the files that are loaded, and for the end of their folder.

        Editors' own files (`.#x.yaml`, `x.yaml~`, `4913`) are none of them.
        """
        name = Path(path).name
        return (change, path) == self._gone or (name.endswith((".yaml", ".csv")) and not name.startswith("."))


def _give_back() -> None:
    """What building a FAQ took for a moment is the system's again; GNU's C library keeps it until it is asked."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
