"""Wakes those who wait in this process when there is something for them; other processes are found by looking."""

import asyncio
from collections import defaultdict


class Bell:
    """A waiter never misses a ring between looking and waiting: it remembers the count it looked at."""

    def __init__(self) -> None:
        self._rung: dict[str, int] = defaultdict(int)
        self._waiters: dict[str, set[asyncio.Event]] = defaultdict(set)

    def count(self, topic: str) -> int:
        """How often it rang for this topic; to be read before looking for work."""
        return self._rung[topic]

    def ring(self, topic: str) -> None:
        self._rung[topic] += 1
        for waiter in self._waiters.get(topic, ()):
            waiter.set()

    async def wait(self, topic: str, seen: int, timeout_s: float) -> None:
        """Returns when it rang since `seen`, or after `timeout_s` seconds."""
        if self._rung[topic] != seen:
            return
        waiter = asyncio.Event()
        self._waiters[topic].add(waiter)
        try:
            async with asyncio.timeout(timeout_s):
                await waiter.wait()
        except TimeoutError:
            pass
        finally:
            self._waiters[topic].discard(waiter)
            if not self._waiters[topic]:
                del self._waiters[topic]
