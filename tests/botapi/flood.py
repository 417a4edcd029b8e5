"""How fast the bot writes: counted always, and refused with 429 where the switch is on."""

import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil

from tests.botapi.errors import TooManyRequests

PER_SECOND = 30
CHAT_BURST, CHAT_PER_SECOND = 3, 1.0
GROUP_PER_MINUTE = 20


@dataclass(frozen=True, slots=True)
class Sent:
    at: float
    chat: int
    refused: bool


@dataclass(slots=True)
class Flood:
    """The limits that the documentation names; the real ones are not published."""

    is_on: bool = False
    clock: Callable[[], float] = time.monotonic
    sent: deque[Sent] = field(default_factory=lambda: deque(maxlen=200_000))
    _recent: deque[float] = field(default_factory=deque)
    _groups: dict[int, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _levels: dict[int, tuple[float, float]] = field(default_factory=dict)

    def count(self, chat: int, messages: int = 1) -> None:
        """Raises `TooManyRequests` if these are too many now; then none of them counts."""
        now = self.clock()
        wait = self._wait(chat, now, messages) if self.is_on else 0.0
        self.sent.extend(Sent(now, chat, wait > 0) for _ in range(messages))
        if wait > 0:
            raise TooManyRequests(max(1, ceil(wait)))
        if self.is_on:
            self._recent.extend([now] * messages)
            if chat < 0:
                self._groups[chat].extend([now] * messages)
            else:
                self._levels[chat] = (self._level(chat, now) - messages, now)

    def _wait(self, chat: int, now: float, messages: int) -> float:
        waits = [_until_room(self._recent, now, 1.0, PER_SECOND, messages)]
        if chat < 0:
            waits.append(_until_room(self._groups[chat], now, 60.0, GROUP_PER_MINUTE, messages))
        else:
            waits.append(max(0.0, (min(messages, CHAT_BURST) - self._level(chat, now)) / CHAT_PER_SECOND))
        return max(waits)

    def _level(self, chat: int, now: float) -> float:
        level, at = self._levels.get(chat, (float(CHAT_BURST), now))
        return min(CHAT_BURST, level + (now - at) * CHAT_PER_SECOND)

    def most(self, within_s: float, chat: int | None = None) -> int:
        """How many were sent at most within so many seconds, to one chat or to all; refused ones are not sent."""
        times = [sent.at for sent in self.sent if not sent.refused and chat in (None, sent.chat)]
        most, first = 0, 0
        for last, at in enumerate(times):
            while at - times[first] >= within_s:
                first += 1
            most = max(most, last - first + 1)
        return most

    @property
    def refused(self) -> int:
        return sum(sent.refused for sent in self.sent)


def _until_room(times: deque[float], now: float, window_s: float, most: int, messages: int) -> float:
    while times and now - times[0] >= window_s:
        times.popleft()
    over = len(times) + messages - most
    return times[over - 1] + window_s - now if 0 < over <= len(times) else 0.0
