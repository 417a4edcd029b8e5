"""When Telegram last answered: what the office and the operator see of the connection."""

from collections.abc import Callable
from datetime import datetime

from prometheus_client import Gauge

from bot.statistics import Statistics


class Contact:
    def __init__(
        self, clock: Callable[[], datetime], statistics: Statistics, name: Callable[[], str] = lambda: ""
    ) -> None:
        self._clock = clock
        self._name = name
        self.last: datetime | None = None
        """None as long as it never answered."""
        self.trouble = ""
        """The kind of the newest error, empty since it answered again."""
        gauge = Gauge(
            "helpdesk_telegram_last_contact_timestamp_seconds",
            "When Telegram last answered",
            registry=statistics.registry,
        )
        gauge.set_function(lambda: self.last.timestamp() if self.last else 0.0)

    @property
    def name(self) -> str:
        """The account's user name, empty as long as Telegram never told it."""
        return self._name()

    def made(self) -> None:
        self.last = self._clock()
        self.trouble = ""

    def lost(self, error: str) -> None:
        self.trouble = error
