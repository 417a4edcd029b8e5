"""The threads of a forum that we make, one for each ticket: made when missing, renamed, closed, made again."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import structlog
from telegram.error import BadRequest

from bot import markup
from bot.telegram.wire import Wire
from storage import Address, Database, groups

OURS = "ticket:"
"""How the threads that we make are called in our addresses."""
NO_FORUM_FOR_S = 3600.0  # a group that is no forum, or gives us no rights, is asked again after this
_NAME = 128  # UTF-16 units
_GONE = ("message thread not found", "topic_deleted", "topic_id_invalid")
_SAME = ("topic_not_modified",)

log = structlog.get_logger(__name__)


class Threads:
    def __init__(
        self, wire: Wire, database: Database, turn: Callable[[str], AbstractAsyncContextManager[None]]
    ) -> None:
        """`turn` waits until the pace lets one more message into a chat: making a thread is one."""
        self._wire = wire
        self._database = database
        self._turn = turn
        self._no_forum: dict[str, float] = {}

    async def place(self, address: Address, title: str, *, opens: bool) -> int | None:
        """The platform's thread for an address; None for the group's main thread.

        What does not open a closed thread is said in it all the same: an administrator may.
        """
        title = _cut(title)
        if not address.thread:
            return None
        if not address.thread.startswith(OURS):
            return int(address.thread) if address.thread.isdecimal() else None
        now = asyncio.get_running_loop().time()
        if self._no_forum.get(address.chat, 0.0) > now:
            return None
        async with self._database.read() as session:
            known = await groups.thread(session, address)
        try:
            if known is None:
                return await self._make(address, title)
            thread = int(known.platform_id)
            if known.closed and opens:
                await self._quietly(self._wire.bot.reopen_forum_topic, address, thread)
                await self._keep(address, thread, known.title, closed=False)
            if title and title != known.title:
                await self._quietly(
                    lambda chat, thread: self._wire.bot.edit_forum_topic(chat, thread, name=title),
                    address,
                    thread,
                )
                await self._keep(address, thread, title, closed=known.closed and not opens)
        except BadRequest as error:
            if any(gone in error.message.lower() for gone in _GONE):
                return await self.again(address, title)
            log.warning("no threads in this group", error=type(error).__name__)
            self._no_forum[address.chat] = now + NO_FORUM_FOR_S
            return None
        return thread

    async def close(self, address: Address) -> None:
        """Closes the thread after the last word in it."""
        async with self._database.read() as session:
            known = await groups.thread(session, address)
        if known is None or known.closed:
            return
        try:
            await self._quietly(self._wire.bot.close_forum_topic, address, int(known.platform_id))
        except BadRequest as error:
            log.warning("thread not closed", error=type(error).__name__)
        await self._keep(address, int(known.platform_id), known.title, closed=True)

    async def again(self, address: Address, title: str) -> int | None:
        """Makes a thread anew that somebody deleted."""
        try:
            return await self._make(address, title)
        except BadRequest as error:
            log.warning("no threads in this group", error=type(error).__name__)
            self._no_forum[address.chat] = asyncio.get_running_loop().time() + NO_FORUM_FOR_S
            return None

    async def _make(self, address: Address, title: str) -> int:
        name = _cut(title) or address.thread.removeprefix(OURS)
        async with self._turn(address.chat):
            made = await self._wire.bot.create_forum_topic(int(address.chat), name)
        await self._keep(address, made.message_thread_id, name, closed=False)
        return made.message_thread_id

    async def _keep(self, address: Address, thread: int, title: str, *, closed: bool) -> None:
        async with self._database.write() as session:
            await groups.keep_thread(session, address, str(thread), title, closed=closed)

    async def _quietly(self, change: Callable[..., object], address: Address, thread: int) -> None:
        """A change that is there already is as good as made."""
        try:
            await change(int(address.chat), thread)  # type: ignore[misc]  # one of the bot's coroutines
        except BadRequest as error:
            if not any(same in error.message.lower() for same in _SAME):
                raise


def _cut(title: str) -> str:
    while markup.utf16(title) > _NAME:
        title = title[:-1]
    return title.strip()
