"""Accepts events: stored durably first; only then may a channel tell its platform that it has them."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from bot.bell import Bell
from handlers import events
from handlers.events import Event
from storage import Database, Session, inbox


class Intake:
    def __init__(self, database: Database, bell: Bell, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._bell = bell
        self._clock = clock

    async def accept(
        self,
        arrived: Sequence[tuple[str, Event]],
        *,
        channel: str,
        bot: str = "",
        also: Callable[[Session], Awaitable[None]] | None = None,
    ) -> int:
        """Stores events with the platform's keys in one transaction; returns how many were new.

        `also` writes what belongs into the same transaction, such as the browser's own line; it may be called again if
        that failed. When this returns, what
        was accepted outlives a crash; when it raises, nothing was accepted and the platform must deliver again.
        """
        rows = [
            inbox.Arrival(channel=channel, bot=bot, key=key, lane=events.lane(event), payload=events.to_json(event))
            for key, event in arrived
        ]

        async def store(session: Session) -> list[int]:
            new = await inbox.accept(session, rows, self._clock())
            if also is not None:
                await also(session)
            return new

        new = await self._database.apply(store)
        self._bell.ring("inbox")
        return len(new)
