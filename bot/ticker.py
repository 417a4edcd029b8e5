"""Lets time pass for the helpdesk: one `Tick` a minute, however many processes there are."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog

from bot.intake import Intake
from handlers.events import Tick

EVERY_S = 60

log = structlog.get_logger(__name__)


class Ticker:
    def __init__(self, intake: Intake, clock: Callable[[], datetime]) -> None:
        self._intake = intake
        self._clock = clock

    async def run(self) -> None:
        """Ticks at once and then every minute, until cancelled."""
        while True:
            try:
                await self.tick()
            except Exception as error:  # noqa: BLE001 - the boundary: the next minute comes anyway
                log.error("tick failed", error=type(error).__name__)
            await asyncio.sleep(EVERY_S - self._clock().second)

    async def tick(self) -> None:
        """The tick of this minute; its key is the minute, so that the second process's is known already."""
        minute = self._clock().replace(second=0, microsecond=0)
        await self._intake.accept([(minute.isoformat(), Tick(at=minute))], channel="clock")
