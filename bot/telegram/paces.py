"""How fast Telegram lets us write: overall, to one chat, and to one group over all of its threads.

The exact limits are not published; these are the documented ones. See Telegram's Bots FAQ, "My bot is hitting limits".
"""

from collections import OrderedDict, deque
from dataclasses import dataclass, field

from bot.config import TelegramPaces

BURST = 3  # messages to one chat at once: a few pass, as the platform says
MARGIN_S = 0.05  # two messages may come closer together on the way than they were sent
_REMEMBERED = 10_000  # chats; one that was forgotten was silent for long


@dataclass(slots=True)
class _Window:
    """Never more than so many within so many seconds, wherever one begins to count."""

    most: int
    seconds: float
    arrived_at: deque[float] = field(default_factory=deque)
    under_way: int = 0
    """Messages that may arrive at any moment from now on."""

    def ready_at(self, now: float, messages: int = 1) -> float:
        while self.arrived_at and self.arrived_at[0] <= now - self.seconds:
            self.arrived_at.popleft()
        over = len(self.arrived_at) + self.under_way + min(messages, self.most) - self.most
        if over <= 0:
            return now
        return (self.arrived_at[over - 1] if over <= len(self.arrived_at) else now) + self.seconds

    def take(self, now: float, messages: int) -> None:
        del now
        self.under_way += messages

    def arrive(self, now: float, messages: int) -> None:
        self.under_way -= messages
        self.arrived_at.extend([now] * messages)


@dataclass(slots=True)
class _Bucket:
    """A burst at once, and then a steady rate."""

    size: float
    per_s: float
    level: float
    at: float

    def ready_at(self, now: float, messages: int = 1) -> float:
        return now + max(0.0, min(messages, self.size) - self._level(now)) / self.per_s

    def take(self, now: float, messages: int) -> None:
        self.level, self.at = self._level(now) - messages, now

    def arrive(self, now: float, messages: int) -> None:
        """It fills again from when the message arrived."""
        del messages
        self.at = now

    def _level(self, now: float) -> float:
        return min(self.size, self.level + (now - self.at) * self.per_s)


class Paces:
    """Counts what is sent; times are seconds of the caller's steady clock."""

    def __init__(self, paces: TelegramPaces) -> None:
        self._paces = paces
        self._all = _window(paces.per_second, 1)
        self._chats: OrderedDict[str, _Window | _Bucket] = OrderedDict()
        self._resting: dict[str, float] = {}
        """Chats that must wait, each with the moment when it need not any more."""
        self._until: dict[str, float] = {}
        """Those among them of which the platform said so."""

    def ready_at(self, chat: str, now: float, messages: int = 1) -> float:
        """When the next message to this chat may be sent, or so many at once as an album; `now` if at once."""
        ready = self._all.ready_at(now, messages), self._pace(chat, now).ready_at(now, messages)
        return max(*ready, self._until.get(chat, now))

    def take(self, chat: str, now: float, messages: int = 1) -> None:
        """A message to this chat, or so many, are on their way now."""
        self._all.take(now, messages)
        self._pace(chat, now).take(now, messages)
        self._look(chat, now)

    def arrive(self, chat: str, now: float, messages: int = 1) -> None:
        """They have arrived by now, or never will."""
        self._all.arrive(now, messages)
        self._pace(chat, now).arrive(now, messages)
        self._look(chat, now)

    def _look(self, chat: str, now: float) -> None:
        if (ready := self._pace(chat, now).ready_at(now)) > now:
            self._resting[chat] = max(ready, self._resting.get(chat, 0.0))

    def rest(self, chat: str, until: float) -> None:
        """The platform said that this chat gets nothing before then."""
        self._until[chat] = self._resting[chat] = max(until, self._resting.get(chat, 0.0))

    def resting(self, now: float) -> dict[str, float]:
        """The chats that must wait, each with the moment when it need not any more."""
        for known in (self._resting, self._until):
            for chat in [chat for chat, until in known.items() if until <= now]:
                del known[chat]
        return dict(self._resting)

    def all_ready_at(self, now: float) -> float:
        """When a message may be sent to whomever; `now` if at once."""
        return self._all.ready_at(now)

    def _pace(self, chat: str, now: float) -> _Window | _Bucket:
        if (known := self._chats.get(chat)) is not None:
            self._chats.move_to_end(chat)
            return known
        made: _Window | _Bucket
        if chat.startswith("-"):
            made = _window(self._paces.group_per_minute, 60)
        else:
            made = _Bucket(BURST, self._paces.chat_per_second, BURST, now)
        self._chats[chat] = made
        if len(self._chats) > _REMEMBERED:
            self._forget()
        return made

    def _forget(self) -> None:
        """The chat that was silent for longest; one that a message is on its way to is not."""
        chat, pace = self._chats.popitem(last=False)
        if isinstance(pace, _Window) and pace.under_way:
            self._chats[chat] = pace


def _window(most: float, seconds: float) -> _Window:
    """A pace below one in that time is kept as one in more of it."""
    return _Window(max(1, int(most)), seconds * max(1.0, 1 / most) + MARGIN_S)
