"""How fast Telegram lets us write: overall, to one chat, and to one group over all of its threads.

The exact limits are not published; these are the documented ones. See Telegram's Bots FAQ, "My bot is hitting limits".
"""

from collections import OrderedDict
from dataclasses import dataclass

from bot.config import TelegramPaces

BURST = 3  # messages to one chat at once: a few pass, as the platform says
_REMEMBERED = 10_000  # chats; one that was forgotten was silent for long


@dataclass(slots=True)
class _Bucket:
    """Refills at a steady rate up to its size; may be overdrawn by one who did not ask before taking."""

    size: float
    per_s: float
    level: float
    at: float

    def fill(self, now: float) -> None:
        self.level = min(self.size, self.level + (now - self.at) * self.per_s)
        self.at = now

    def ready_at(self) -> float:
        """When a whole message fits."""
        return self.at + max(0.0, 1 - self.level) / self.per_s


class Paces:
    """Counts what is sent; times are seconds of the caller's steady clock."""

    def __init__(self, paces: TelegramPaces) -> None:
        self._paces = paces
        self._all = _Bucket(paces.per_second, paces.per_second, paces.per_second, 0.0)
        self._chats: OrderedDict[str, _Bucket] = OrderedDict()
        self._until: dict[str, float] = {}

    def took(self, chat: str, now: float) -> None:
        """A message to this chat is being sent."""
        for bucket in (self._all, self._bucket(chat, now)):
            bucket.fill(now)
            bucket.level -= 1

    def rest(self, chat: str, until: float) -> None:
        """The platform said that this chat gets nothing before then."""
        self._until[chat] = max(until, self._until.get(chat, 0.0))

    def ready_at(self, chat: str, now: float) -> float:
        """When the next message to this chat may be sent; not after `now` if at once."""
        self._all.fill(now)
        bucket = self._bucket(chat, now)
        bucket.fill(now)
        return max(self._all.ready_at(), bucket.ready_at(), self._until.get(chat, 0.0))

    def resting(self, now: float) -> dict[str, float]:
        """The chats that must wait, each with the moment when it need not any more."""
        self._until = {chat: until for chat, until in self._until.items() if until > now}
        waiting: dict[str, float] = dict(self._until)
        for chat, bucket in self._chats.items():
            bucket.fill(now)
            if (ready := bucket.ready_at()) > now:
                waiting[chat] = max(ready, waiting.get(chat, 0.0))
        return waiting

    def allowance(self, now: float) -> tuple[int, float]:
        """How many messages may be sent now to whomever, and when the next one may if that is none."""
        self._all.fill(now)
        return max(0, int(self._all.level)), self._all.ready_at()

    def _bucket(self, chat: str, now: float) -> _Bucket:
        if (known := self._chats.get(chat)) is not None:
            self._chats.move_to_end(chat)
            return known
        if chat.startswith("-"):
            made = _Bucket(self._paces.group_per_minute, self._paces.group_per_minute / 60, 1.0, now)
            made.level = made.size
        else:
            made = _Bucket(BURST, self._paces.chat_per_second, BURST, now)
        self._chats[chat] = made
        while len(self._chats) > _REMEMBERED:
            self._chats.popitem(last=False)
        return made
