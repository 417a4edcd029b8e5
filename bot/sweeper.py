"""Deletes stored photos that nothing refers to any more, such as those of somebody who asked to be erased."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bot.files import FileStore
from storage import Database, attachments

EVERY_S = 60
SETTLED = timedelta(minutes=5)
"""A photo is stored before its row is: what is younger may be about to get one."""

log = structlog.get_logger(__name__)


class Sweeper:
    def __init__(self, database: Database, files: FileStore, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._files = files
        self._clock = clock

    async def run(self) -> None:
        """Sweeps at once and then every minute, until cancelled."""
        while True:
            try:
                await self.sweep()
            except Exception as error:  # noqa: BLE001, RUF100 - the boundary: the next minute comes anyway
                log.error("sweep failed", exc_info=error)
            await asyncio.sleep(EVERY_S)

    async def sweep(self) -> int:
        """Returns how many were deleted."""
        settled = await self._files.older(self._clock() - SETTLED)
        if not settled:
            return 0
        async with self._database.read() as session:
            used = await attachments.in_use(session)
        unused = sorted(settled - used)
        await self._files.delete(unused)
        return len(unused)
