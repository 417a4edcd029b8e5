"""Reads updates where Telegram brings them: as requests to our web server, answered only after the commit."""

import asyncio
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from telegram.error import TelegramError

from bot.telegram.contact import Contact
from bot.telegram.polling import HINTS, Take, pause_after
from bot.telegram.reading import KINDS
from bot.telegram.wire import Wire
from bot.web.uploads import limited

PATH = "/hooks/telegram"
CONNECTIONS = 40  # requests at a time; one transaction takes in what came with all of them
LOOK_EVERY_S = 300.0  # whether Telegram still knows where to bring updates
_LARGEST = 1024 * 1024  # bytes of one update; Telegram's are far smaller
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 30.0
_SECRET = "x-telegram-bot-api-secret-token"  # noqa: S105 - a header's name

log = structlog.get_logger(__name__)


class _TooLarge(Exception):
    """No update of Telegram's."""


@dataclass(frozen=True, slots=True)
class _Brought:
    update: Mapping[str, Any]
    stored: asyncio.Future[None]


class Webhook:
    def __init__(self, wire: Wire, take: Take, contact: Contact, *, url: str, secret: str) -> None:
        """`url` is where the whole world finds our pages."""
        self._wire = wire
        self._take = take
        self._contact = contact
        self._url = f"{url}{PATH}"
        self._secret = secret
        self._waiting: list[_Brought] = []
        self._storing: asyncio.Task[None] | None = None
        self._is_set = False

    @property
    def route(self) -> Route:
        return Route(PATH, self.receive, methods=["POST"])

    # --- what Telegram brings ---

    async def receive(self, request: Request) -> Response:
        """200 once the update is stored; anything else makes Telegram bring it again."""
        if not hmac.compare_digest(request.headers.get(_SECRET, "").encode(), self._secret.encode()):
            return PlainTextResponse("not Telegram\n", 403)
        try:
            update = json.loads(await limited(request, _LARGEST, _TooLarge).body())
        except _TooLarge:
            return PlainTextResponse("too large\n", 413)
        except ValueError:
            return PlainTextResponse("no JSON\n", 400)
        if not isinstance(update, dict):
            return PlainTextResponse("no update\n", 400)
        self._contact.made()
        if not self._wire.name:  # nobody could tell what is addressed to us
            return PlainTextResponse("not ready\n", 503)
        try:
            await self._stored(update)
        except Exception as error:  # noqa: BLE001, RUF100 - the boundary: it is brought again when the database is back
            log.error("update not stored", error=type(error).__name__)
            return PlainTextResponse("not stored\n", 503)
        return PlainTextResponse("ok\n")

    async def _stored(self, update: Mapping[str, Any]) -> None:
        """Waits until it is; what is brought while a transaction is under way shares the next one."""
        brought = _Brought(update, asyncio.get_running_loop().create_future())
        self._waiting.append(brought)
        if self._storing is None or self._storing.done():
            self._storing = asyncio.create_task(self._store())
        await brought.stored

    async def _store(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                await self._take([brought.update for brought in batch])
            except Exception as error:  # noqa: BLE001, RUF100 - each request tells Telegram
                for brought in batch:
                    if not brought.stored.done():
                        brought.stored.set_exception(error)
            else:
                for brought in batch:
                    if not brought.stored.done():
                        brought.stored.set_result(None)

    # --- telling Telegram where to bring it ---

    async def run(self) -> None:
        """Keeps Telegram told where we are, until cancelled."""
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                await self.register()
            except Exception as error:  # noqa: BLE001, RUF100 - the boundary: whatever it was, it is tried again
                wait_s = pause_after(error, pause_s)
                is_theirs = isinstance(error, TelegramError)
                self._contact.lost(type(error).__name__)
                log.warning(
                    "webhook not set",
                    error=type(error).__name__,
                    hint=HINTS.get(type(error).__name__, ""),
                    again_in_s=wait_s,
                    exc_info=None if is_theirs else error,
                )
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
            else:
                self._contact.made()
                wait_s, pause_s = LOOK_EVERY_S, _FIRST_PAUSE_S
            await asyncio.sleep(wait_s)

    async def register(self) -> None:
        """Raises `TelegramError`."""
        if not self._wire.name:
            await self._wire.introduce()
        if not self._is_set:
            await self._set()  # once in a life, because nobody can ask Telegram for the secret it was given
            return
        info = await self._wire.bot.get_webhook_info()
        if info.url != self._url or set(info.allowed_updates or ()) != set(KINDS):
            await self._set()
        if info.last_error_message and info.pending_update_count:
            log.warning("Telegram can't bring its updates", pending=info.pending_update_count)

    async def _set(self) -> None:
        await self._wire.bot.set_webhook(
            self._url, secret_token=self._secret, max_connections=CONNECTIONS, allowed_updates=list(KINDS)
        )
        self._is_set = True
        log.info("Telegram brings its updates", path=PATH)
