"""Handles accepted events: in order within a lane, lanes side by side, each event in one transaction."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from bot.bell import Bell
from bot.statistics import Statistics
from handlers import events
from handlers.events import Event, Moved, Said, Tick
from handlers.helpdesk import Helpdesk
from storage import Database, Session, inbox
from storage.inbox import Waiting

LANES = 16  # in hand at once; what is decided in the same moment is committed together
RETRIES = (timedelta(seconds=1), timedelta(seconds=5))
"""The pauses before the second and the third attempt; after that the event is set aside."""
LOOK_EVERY_S = 1.0  # for events that other processes accepted, and for retries
LONGEST_PAUSE_S = 10.0  # between looks at a database that is away
ELSEWHERE_S = 0.25  # another process has the lane's event; looking again at once would only burn time

log = structlog.get_logger(__name__)


class Worker:
    def __init__(
        self,
        database: Database,
        helpdesk: Helpdesk,
        bell: Bell,
        clock: Callable[[], datetime],
        statistics: Statistics,
    ) -> None:
        self._database = database
        self._helpdesk = helpdesk
        self._bell = bell
        self._clock = clock
        self._statistics = statistics
        self._busy: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Works until cancelled; what is in hand then is finished by `drain`."""
        pause_s = LOOK_EVERY_S
        while True:
            seen = self._bell.count("inbox")
            try:
                started = await self._start_lanes()
            except Exception as error:  # noqa: BLE001, RUF100 - the boundary: a database that is away for a moment
                log.error("inbox not readable", exc_info=error)
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
                continue
            pause_s = LOOK_EVERY_S
            if not started:
                await self._bell.wait("inbox", seen, LOOK_EVERY_S)

    async def drain(self) -> None:
        """Waits until the lanes in hand have finished their event."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def settle(self) -> None:
        """Handles everything that can be handled now, and returns when nothing is left but what waits for a retry."""
        while await self._start_lanes() or self._tasks:
            await self.drain()

    async def _start_lanes(self) -> int:
        free = LANES - len(self._busy)
        if free <= 0:
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
            return 1
        async with self._database.read(brief=True) as session:
            waiting = await inbox.waiting(session, at=self._clock(), limit=free, busy=self._busy)
        for event in waiting:
            self._busy.add(event.lane)
            task = asyncio.create_task(self._work(event))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return len(waiting)

    async def _work(self, waiting: Waiting) -> None:
        try:
            if not await self.handle(waiting):
                await asyncio.sleep(ELSEWHERE_S)
        except Exception as error:  # noqa: BLE001, RUF100 - the boundary of one event: the others go on
            await self._count_failure(waiting, error)
        finally:
            self._busy.discard(waiting.lane)
            self._bell.ring("inbox")

    async def handle(self, waiting: Waiting) -> bool:
        """One attempt: thinks without a lock, then decides and marks it done in one transaction.

        False if another process has it, or has an earlier one of this lane.
        """
        with self._statistics.handling.time():
            event = events.from_json(waiting.payload)
            async with self._database.read(brief=True) as session:
                thought = await self._helpdesk.think(session, event)

            async def decide(session: Session) -> bool:
                if not await inbox.take(session, waiting.id, self._clock()):
                    return False
                await self._helpdesk.handle(session, event, thought)
                return True

            if not await self._decided(event, decide):
                return False
        self._statistics.handled.labels(kind=event.kind).inc()
        if thought.verdict is not None:
            self._statistics.verdicts.labels(verdict=type(thought.verdict).__name__.lower()).inc()
        self._bell.ring("outbox")
        self._bell.ring("desk")
        if isinstance(event, Said) and event.media:
            self._bell.ring("files")
        return True

    async def _decided(self, event: Event, decide: Callable[[Session], Awaitable[bool]]) -> bool:
        match event:
            case Tick() | Moved():  # these go through whole tables
                async with self._database.write() as session:
                    return await decide(session)
            case _:
                return await self._database.apply(decide)

    async def _count_failure(self, waiting: Waiting, error: Exception) -> None:
        """Outside the transaction that failed: what it wrote is gone, that it failed is not."""
        attempt = waiting.attempts + 1
        log.error("event failed", inbox=waiting.id, channel=waiting.channel, attempt=attempt, exc_info=error)
        self._statistics.failed.labels(channel=waiting.channel).inc()
        try:
            if attempt <= len(RETRIES):
                async with self._database.write() as session:
                    retry_at = self._clock() + RETRIES[attempt - 1]
                    await inbox.failed(session, waiting.id, type(error).__name__, retry_at)
                return
            try:
                await self._set_aside(waiting, error, apologise=True)
            except Exception as second:  # noqa: BLE001, RUF100 - not even an apology can be made of it
                log.error("apology failed", inbox=waiting.id, exc_info=second)
                await self._set_aside(waiting, error, apologise=False)
        except Exception as third:  # noqa: BLE001, RUF100 - the database is away; it is counted at the next attempt
            log.error("failure not counted", inbox=waiting.id, exc_info=third)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _set_aside(self, waiting: Waiting, error: Exception, *, apologise: bool) -> None:
        """Its lane goes on without it, and who sent it is told; both or nothing."""
        async with self._database.write() as session:
            if not await inbox.claim(session, waiting.id):  # another process had more luck with it
                return
            await inbox.set_aside(session, waiting.id, type(error).__name__, self._clock())
            if apologise:
                await self._helpdesk.apologise(session, events.from_json(waiting.payload))
        log.error("event set aside", inbox=waiting.id, channel=waiting.channel)
        self._statistics.set_aside.inc()
        self._bell.ring("outbox")
