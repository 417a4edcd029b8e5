"""The updates of the bot: kept until they are confirmed, fetched by polling or brought to a webhook."""

import asyncio
import contextlib
import json
import ssl
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.botapi.errors import BadRequest, Conflict

KEPT_S = 24 * 3600
QUERY_KEPT_S = 150  # callback and inline queries
LIMIT = 100
LONGEST_POLL_S = 50
ANSWER_S = 60.0  # how long a webhook may take
LONGEST_PAUSE_S = 90
REMEMBERED = 2_000  # confirmed updates that can be brought again

PLAIN = ssl.create_default_context()  # made once: reading the certificates takes longer than a whole test

NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}
_QUERIES = {"callback_query", "inline_query"}


@dataclass(slots=True)
class Update:
    number: int
    """Its place among all updates, which its id need not tell."""
    body: dict[str, Any]
    lane: str
    """Those of one lane are brought to a webhook one after the other."""
    expires_at: float

    @property
    def id(self) -> int:
        return int(self.body["update_id"])


@dataclass(frozen=True, slots=True)
class Brought:
    """One attempt to bring an update to the webhook."""

    update: int
    status: int
    """0 if there was no answer."""


@dataclass(slots=True)
class Webhook:
    url: str
    secret: str
    max_connections: int
    connections: asyncio.Semaphore
    last_error: str = ""
    lanes: dict[str, deque[Update]] = field(default_factory=dict)
    """What waits in each, and is being brought from it."""
    tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)


class Updates:
    def __init__(self, clock: Callable[[], float], changed: Callable[[], None]) -> None:
        self._clock = clock
        self._changed = changed
        self._numbers = 0
        self._next_id = 700_000_001
        self._pending: dict[int, Update] = {}
        self._confirmed: deque[Update] = deque(maxlen=REMEMBERED)
        self._poller: asyncio.Future[None] | None = None
        self._client: httpx.AsyncClient | None = None
        self.allowed: frozenset[str] | None = None
        self.webhook: Webhook | None = None
        self.pause_s = 1.0
        """What the first pause before a repetition to the webhook is scaled by; a test makes it short."""
        self.brought: list[Brought] = []
        self.dropped = 0
        """How many updates were thrown away because the bot asked for that."""
        self.polls = 0
        self.confirmed_ever = 0

    # --- what happens ---

    def push(self, kind: str, content: dict[str, Any], lane: str) -> int | None:
        """A new update, unless the bot does not want its kind; returns its id."""
        wanted = kind not in NOT_BY_DEFAULT if self.allowed is None else kind in self.allowed
        if not wanted:
            return None
        lives = QUERY_KEPT_S if kind in _QUERIES else KEPT_S
        return self._add({"update_id": self._take_id(), kind: content}, lane, self._clock() + lives)

    def push_raw(self, body: dict[str, Any], lane: str = "raw") -> int:
        """Whatever a test makes up, under the next id unless it has one."""
        return self._add({"update_id": self._take_id()} | body, lane, self._clock() + KEPT_S)

    def again(self, id_: int) -> None:
        """An update that was confirmed already is delivered once more."""
        update = next(u for u in reversed(self._confirmed) if u.id == id_)
        self._add(update.body, update.lane, self._clock() + KEPT_S)

    def restart_ids(self, next_id: int) -> None:
        """After a quiet week ids go on from a random number, possibly a lower one."""
        self._next_id = next_id

    @property
    def pending(self) -> int:
        self._expire()
        return len(self._pending)

    @property
    def confirmed(self) -> list[dict[str, Any]]:
        """The newest of them."""
        return [update.body for update in self._confirmed]

    def _take_id(self) -> int:
        self._next_id += 1
        return self._next_id - 1

    def _add(self, body: dict[str, Any], lane: str, expires_at: float) -> int:
        self._numbers += 1
        update = Update(self._numbers, body, lane, expires_at)
        self._pending[update.number] = update
        if self.webhook is not None:
            self._bring(self.webhook, update)
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(None)
        self._changed()
        return update.id

    def _expire(self) -> None:
        now = self._clock()
        for number in [number for number, update in self._pending.items() if update.expires_at <= now]:
            del self._pending[number]

    def _confirm(self, update: Update) -> None:
        self._pending.pop(update.number, None)
        self._confirmed.append(update)
        self.confirmed_ever += 1

    # --- polling ---

    async def get(self, offset: int, limit: int, timeout_s: float) -> list[dict[str, Any]]:
        if self.webhook is not None:
            raise Conflict(
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            )
        if self._poller is not None and not self._poller.done():
            self._poller.set_exception(
                Conflict("terminated by other getUpdates request; make sure that only one bot instance is running")
            )
        self._poller = here = asyncio.get_running_loop().create_future()
        self.polls += 1
        self._expire()
        if offset > 0:
            for update in [update for update in self._pending.values() if update.id < offset]:
                self._confirm(update)
        self._changed()
        try:
            if not self._pending:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(asyncio.shield(here), min(timeout_s, LONGEST_POLL_S))
                self._expire()
        finally:
            if self._poller is here:
                self._poller = None
            if here.done() and not here.cancelled():
                here.exception()  # it is told by the wait, or came too late to matter
        batch = []
        for update in self._pending.values():
            batch.append(update.body)
            if len(batch) == min(limit, LIMIT):
                break
        return batch

    def allow(self, kinds: list[str] | None) -> None:
        """Stays in force until another list is given; an empty one is the default."""
        if kinds is not None:
            self.allowed = frozenset(kinds) or None

    def drop(self) -> None:
        self.dropped += len(self._pending)
        self._pending.clear()
        self._changed()

    # --- the webhook ---

    def set_webhook(self, url: str, secret: str, max_connections: int) -> None:
        self.remove_webhook()
        if self._poller is not None and not self._poller.done():
            self._poller.set_exception(Conflict("terminated by setWebhook request"))
        if not url:
            return
        self.webhook = Webhook(url, secret, max_connections, asyncio.Semaphore(max_connections))
        for update in self._pending.values():
            self._bring(self.webhook, update)

    def remove_webhook(self) -> None:
        hook, self.webhook = self.webhook, None
        for task in hook.tasks.values() if hook else ():
            task.cancel()

    async def close(self) -> None:
        tasks = list(self.webhook.tasks.values()) if self.webhook else []
        self.remove_webhook()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()
        if self._poller is not None and not self._poller.done():
            self._poller.set_exception(Conflict("the server stops"))

    def _bring(self, hook: Webhook, update: Update) -> None:
        waiting = hook.lanes.get(update.lane)
        if waiting is None:
            hook.lanes[update.lane] = deque([update])
            hook.tasks[update.lane] = asyncio.create_task(self._bring_lane(hook, update.lane))
        else:
            waiting.append(update)

    async def _bring_lane(self, hook: Webhook, lane: str) -> None:
        waiting = hook.lanes[lane]
        while waiting:
            await self._bring_one(hook, waiting[0])
            waiting.popleft()
        del hook.lanes[lane], hook.tasks[lane]

    async def _bring_one(self, hook: Webhook, update: Update) -> None:
        """Returns once it was taken, or is too old."""
        pauses = _pauses()
        while update.number in self._pending and update.expires_at > self._clock():
            async with hook.connections:
                status, after = await self._post(hook, update)
            self.brought.append(Brought(update.id, status))
            is_taken = 200 <= status < 300
            if is_taken:
                self._confirm(update)
            else:
                hook.last_error = f"Wrong response from the webhook: {status}" if status else "Connection failed"
            self._changed()
            if not is_taken:
                await asyncio.sleep((next(pauses) if after is None else after) * self.pause_s)

    async def _post(self, hook: Webhook, update: Update) -> tuple[int, float | None]:
        """The status of the answer, 0 if there is none, and what it says about when to come again."""
        if self._client is None:
            self._client = httpx.AsyncClient(
                verify=PLAIN, timeout=ANSWER_S, limits=httpx.Limits(max_connections=100), trust_env=False
            )
        headers = {"Content-Type": "application/json"}
        if hook.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = hook.secret
        try:
            answer = await self._client.post(hook.url, content=json.dumps(update.body).encode(), headers=headers)
        except httpx.TransportError:
            return 0, None
        after = answer.headers.get("Retry-After", "")
        return answer.status_code, float(after) if after.isdigit() else None

    @property
    def info(self) -> dict[str, Any]:
        hook = self.webhook
        told: dict[str, Any] = {
            "url": hook.url if hook else "",
            "has_custom_certificate": False,
            "pending_update_count": self.pending,
        }
        if hook is not None:
            told["max_connections"] = hook.max_connections
            if hook.last_error:
                told |= {"last_error_message": hook.last_error, "last_error_date": int(self._clock())}
        return told | ({"allowed_updates": sorted(self.allowed)} if self.allowed else {})


def _pauses() -> Iterator[float]:
    """At once, then 2, 4, 8 … seconds."""
    yield 0
    pause = 2
    while True:
        yield min(pause, LONGEST_PAUSE_S)
        pause *= 2


def checked_secret(secret: str) -> str:
    if len(secret) > 256 or not all(c.isascii() and (c.isalnum() or c in "_-") for c in secret):
        raise BadRequest("secret token contains unallowed characters")
    return secret


def checked_url(url: str) -> str:
    """HTTPS on one of four ports; a test's own address on this machine may be plain."""
    if not url:
        return url
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        raise BadRequest("bad webhook: invalid webhook URL specified") from None
    if parsed.host in ("127.0.0.1", "localhost"):
        return url
    if parsed.scheme != "https":
        raise BadRequest("bad webhook: An HTTPS URL must be provided for webhook")
    if (parsed.port or 443) not in (443, 80, 88, 8443):
        raise BadRequest("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    return url
