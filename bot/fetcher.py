"""Fetches the bytes of what came with messages from the platform that has them, after the message was accepted."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from typing import Protocol

import structlog

from bot.bell import Bell
from bot.channel import ChannelError, Refused
from bot.files import FileError, FileStore
from bot.intake import Intake
from handlers.events import MediaFetched
from storage import Database, Session, attachments
from storage.attachments import Attachment

AT_ONCE = 2
LOOK_EVERY_S = 5.0
TRIES = 8
"""Attempts in one life of the process, the pause before each twice the last; a restart begins anew."""
_FIRST_PAUSE_S = 2.0

log = structlog.get_logger(__name__)


class Source(Protocol):
    """A channel whose platform keeps files."""

    @property
    def name(self) -> str:
        """The `channel` of its addresses."""

    async def fetch(self, reference: str) -> bytes:
        """The bytes of a file; raises `Refused` if they will never come, another `ChannelError` if they may later."""


class Fetcher:
    def __init__(
        self,
        database: Database,
        sources: Iterable[Source],
        files: FileStore,
        intake: Intake,
        bell: Bell,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._sources: Mapping[str, Source] = {source.name: source for source in sources}
        self._files = files
        self._intake = intake
        self._bell = bell
        self._clock = clock
        self._tried: dict[int, tuple[int, float]] = {}
        """By attachment: attempts so far, and when the next one may be, in seconds of the loop's clock."""

    async def run(self) -> None:
        """Fetches until cancelled; what is not here by then is fetched after the next start."""
        while True:
            seen = self._bell.count("files")
            try:
                fetched = await self.fetch()
            except Exception as error:  # noqa: BLE001, RUF100 - the boundary: a database that is away for a moment
                log.error("fetching failed", exc_info=error)
                fetched = 0
            if not fetched:
                await self._bell.wait("files", seen, LOOK_EVERY_S)

    async def fetch(self) -> int:
        """Tries every file that is due once; returns how many there were."""
        now = asyncio.get_running_loop().time()
        due: list[Attachment] = []
        for name in self._sources:
            async with self._database.read(brief=True) as session:
                pending = await attachments.pending(session, name, 20)
            due += [one for one in pending if self._tried.get(one.id, (0, 0.0))[1] <= now]
        for start in range(0, len(due), AT_ONCE):
            await asyncio.gather(*(self._fetch(one) for one in due[start : start + AT_ONCE]))
        return len(due)

    async def _fetch(self, attachment: Attachment) -> None:
        try:
            content = await self._sources[attachment.address.channel].fetch(attachment.reference)
            stored = await self._files.put_any(content)
        except (ChannelError, FileError) as error:
            tries = self._tried.get(attachment.id, (0, 0.0))[0] + 1
            if isinstance(error, ChannelError) and not isinstance(error, Refused) and tries < TRIES:
                pause_s = _FIRST_PAUSE_S * 2**tries
                self._tried[attachment.id] = (tries, asyncio.get_running_loop().time() + pause_s)
                return
            log.warning("file not fetched", attachment=attachment.id, reason=type(error).__name__)

            async def gone(session: Session) -> None:
                await attachments.failed(session, attachment.id)

            await self._tell(attachment, stored=False, also=gone)
            return

        async def here(session: Session) -> None:
            await attachments.stored(session, attachment.id, sha256=stored.sha256, type=stored.type, size=stored.size)

        await self._tell(attachment, stored=True, also=here)

    async def _tell(self, attachment: Attachment, *, stored: bool, also: Callable[[Session], Awaitable[None]]) -> None:
        self._tried.pop(attachment.id, None)
        event = MediaFetched(self._clock(), attachment.address, attachment.id, stored)
        await self._intake.accept([(f"media:{attachment.id}", event)], channel="media", also=also)
        self._bell.ring("desk")
