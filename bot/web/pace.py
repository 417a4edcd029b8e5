"""How fast one chat may send: a burst at once, then so many a second; others are not slowed by it."""

from collections.abc import Callable
from datetime import datetime

_REMEMBERED = 10_000  # chats; of more than that, those that are at rest are forgotten


class Pace:
    def __init__(self, clock: Callable[[], datetime], *, burst: int, per_second: float) -> None:
        self._clock = clock
        self._burst = burst
        self._per_second = per_second
        self._left: dict[str, tuple[float, datetime]] = {}

    def wait_s(self, chat: str) -> float:
        """0 if the chat may send now, which is counted; otherwise in how many seconds it may."""
        now = self._clock()
        left = self._now(chat, now)
        if left < 1:
            return (1 - left) / self._per_second
        if len(self._left) >= _REMEMBERED:
            self._left = {c: kept for c, kept in self._left.items() if self._now(c, now) < self._burst}
        self._left[chat] = (left - 1, now)
        return 0

    def _now(self, chat: str, now: datetime) -> float:
        left, at = self._left.get(chat, (float(self._burst), now))
        return min(float(self._burst), left + max(0.0, (now - at).total_seconds()) * self._per_second)
