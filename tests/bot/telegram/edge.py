"""The channel alone, without what decides: replies are put into the outbox by the tests themselves."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.bell import Bell
from bot.config import Telegram
from bot.files import FileStore
from bot.intake import Intake
from bot.sender import Sender
from bot.statistics import Statistics
from bot.telegram.setup import Assembled, assemble
from faq.catalog import Catalog
from faq.matching import Matcher
from handlers import events, replies
from handlers.events import Event
from handlers.replies import Reply
from handlers.turn import Desk, Knowledge
from storage import Address, Database, outbox
from storage.outbox import Outgoing
from storage.tables import InboxRow, InboxState
from tests.botapi.server import Server
from tests.stories.house import Clock

LIFTED = {"per_second": 10_000, "chat_per_second": 10_000, "group_per_minute": 1_000_000}
"""No pace: tests of what is said do not wait."""
_NOTHING = Catalog(topics=())


@dataclass(slots=True)
class Edge:
    server: Server
    database: Database
    parts: Assembled
    sender: Sender
    files: FileStore
    public_url: str
    clock: Clock = field(default_factory=Clock)

    async def say(self, chat: int, reply: Reply | str, *, thread: str = "", kind: str = "answer", **more: Any) -> int:  # noqa: ANN401 - fields of `Outgoing`
        """Puts a reply into the outbox and sends what is due; returns the row."""
        row = await self.put(chat, reply, thread=thread, kind=kind, **more)
        await self.sender.settle()
        return row

    async def put(self, chat: int, reply: Reply | str, *, thread: str = "", kind: str = "answer", **more: Any) -> int:  # noqa: ANN401 - fields of `Outgoing`
        """Puts a reply into the outbox; returns the row."""
        said = Reply(reply) if isinstance(reply, str) else reply
        address = Address("telegram", str(chat), thread)
        async with self.database.write() as session:
            return await outbox.put(session, Outgoing(address, replies.to_json(said), kind, **more), self.clock())

    async def later(self, after: timedelta = timedelta(minutes=10)) -> None:
        """Time passes, and what waited for it is sent."""
        self.clock.move(after)
        while waits := self.parts.channel.resting():  # noqa: ASYNC110 - the platform's own pause, which is real time
            await asyncio.sleep(max(waits.values()))
        await self.sender.settle()

    async def state(self, row: int) -> str | None:
        async with self.database.read() as session:
            return await outbox.state(session, row)

    async def accepted(self) -> list[Event]:
        """The events that wait to be handled, oldest first."""
        async with self.database.read() as session:
            found = await session.scalars(
                select(InboxRow.payload).where(InboxRow.state == InboxState.NEW).order_by(InboxRow.id)
            )
            return [events.from_json(payload or {}) for payload in found]


@asynccontextmanager
async def opened(
    server: Server,
    folder: Path,
    *,
    public_url: str = "http://127.0.0.1",
    knowledge: Knowledge | None = None,
    **telegram: Any,  # noqa: ANN401 - settings
) -> AsyncIterator[Edge]:
    database = await Database.open(f"sqlite:///{folder}/data/helpdesk.db")
    clock, bell, statistics = Clock(), Bell(), Statistics()
    intake, files = Intake(database, bell, clock), FileStore(folder / "attachments")
    told: Mapping[str, Any] = {"token": server.token, "base_url": server.url, "paces": LIFTED, **telegram}
    known = knowledge or Knowledge(_NOTHING, Matcher(_NOTHING))
    parts = assemble(
        Telegram.model_validate(told),
        public_url,
        database=database,
        files=files,
        intake=intake,
        desk=Desk({}, lambda: known),
        statistics=statistics,
        clock=clock,
    )
    sender = Sender(database, [parts.channel], intake, bell, clock, statistics)
    try:
        yield Edge(server, database, parts, sender, files, public_url, clock)
    finally:
        await parts.receiver.drain()
        await parts.channel.close()
        await database.close()
