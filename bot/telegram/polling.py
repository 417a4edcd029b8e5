"""Asks Telegram for updates, for as long as it takes; what it confirms is stored."""

import asyncio
import warnings
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import structlog
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError
from telegram.warnings import PTBUserWarning

from bot.telegram.contact import Contact
from bot.telegram.reading import KINDS
from bot.telegram.wire import Wire, retry_after_s

POLL_S = 30  # how long Telegram keeps the question open while there is nothing
AT_MOST = 100
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0
NO_TOKEN_S = 60.0  # between attempts with a token that Telegram does not know
TWO_POLLERS_S = 5.0
DEAD_AFTER_S = 3 * POLL_S  # a question that is neither answered nor refused for so long is asked anew

log = structlog.get_logger(__name__)

HINTS = {
    "InvalidToken": "Telegram knows no such token: mend channels.telegram.token",
    "Conflict": "somebody else asks with this token, or has set a webhook",
}
"""What an operator can do, by the kind of error; with all others one waits."""

Take = Callable[[Sequence[Mapping[str, Any]]], Awaitable[None]]


class Poller:
    def __init__(self, wire: Wire, take: Take, contact: Contact, *, poll_s: float = POLL_S) -> None:
        self._wire = wire
        self._take = take
        self._contact = contact
        self._poll_s = poll_s

    async def run(self) -> None:
        """Polls until cancelled. Telegram may be away, at the start too; nothing ends it."""
        pause_s = FIRST_PAUSE_S
        offset: int | None = None
        ready = False
        while True:
            try:
                if not ready:
                    await self._wire.introduce()
                    await self._wire.bot.delete_webhook(drop_pending_updates=False)
                    ready = True
                async with asyncio.timeout(DEAD_AFTER_S):
                    updates = await self._ask(offset)
                self._contact.made()
                if updates:
                    await self._take(updates)
                # Confirmed by the next question; after that no offset is named, because numbers may begin anew, lower.
                offset = max((_number(update) for update in updates), default=-1) + 1 or None
                pause_s = FIRST_PAUSE_S
            except Exception as error:  # noqa: BLE001, RUF100 - the boundary: whatever it was, it is asked again
                wait_s = pause_after(error, pause_s)
                if isinstance(error, Conflict):
                    ready = False  # a webhook may be set
                self._contact.lost(type(error).__name__)
                is_theirs = isinstance(error, TelegramError | TimeoutError)
                shown = None if is_theirs else error
                kind = type(error).__name__
                log.warning("no updates", error=kind, hint=HINTS.get(kind, ""), again_in_s=wait_s, exc_info=shown)
                await asyncio.sleep(wait_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    async def _ask(self, offset: int | None) -> Sequence[Mapping[str, Any]]:
        """Plain dictionaries: one that can't be parsed must not keep the others away."""
        asked: dict[str, Any] = {"timeout": int(self._poll_s), "limit": AT_MOST, "allowed_updates": list(KINDS)}
        if offset is not None:
            asked["offset"] = offset
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PTBUserWarning)  # it would have us use a method that parses all or nothing
            answer = await self._wire.bot.do_api_request("getUpdates", asked, read_timeout=self._poll_s + 10)
        if not isinstance(answer, list):
            raise TelegramError("getUpdates did not answer with a list")
        return [update for update in answer if isinstance(update, dict)]


def _number(update: Mapping[str, Any]) -> int:
    number = update.get("update_id")
    return number if isinstance(number, int) else -1


def pause_after(error: Exception, pause_s: float) -> float:
    """How many seconds to wait before Telegram is asked again; `pause_s` where the error says nothing of it."""
    match error:
        case InvalidToken():
            return NO_TOKEN_S
        case Conflict():
            return TWO_POLLERS_S
        case RetryAfter():
            return retry_after_s(error)
        case _:
            return pause_s
