"""The shape of a channel: it reads what comes in, sends what goes out, and says what went wrong."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Protocol

from handlers.replies import Reply
from storage.outbox import Delivery


class ChannelError(Exception):
    """A part was not delivered. The class says what can be done about it; the text is for the log, without content."""


class Refused(ChannelError):
    """It will never arrive: the person blocked us, the chat is gone, the message can't be sent."""


class Later(ChannelError):
    """It did not arrive and can be sent again, not before `after` has passed."""

    def __init__(self, reason: str, after: timedelta = timedelta(seconds=2)) -> None:
        super().__init__(reason)
        self.after = after


class Unclear(ChannelError):
    """The request left and no answer came: it may have arrived."""


class Closed(ChannelError):
    """The platform takes no messages for this chat until the person writes again."""


class Channel(Protocol):
    @property
    def name(self) -> str:
        """The `channel` of its addresses and identities."""

    @property
    def repeats_safely(self) -> bool:
        """True if the same part sent twice shows once."""

    def resting(self) -> Mapping[str, float]:
        """Lanes that the platform's pace keeps waiting, each with the seconds until it need not; "" is all of them."""

    def split(self, reply: Reply) -> Sequence[Reply]:
        """The reply as platform messages, in order; choices come with the last."""

    async def send(self, delivery: Delivery, number: int, part: Reply) -> str | tuple[str, ...]:
        """Sends one part and returns the platform's id of it; raises `ChannelError`.

        Several ids say that the parts behind it went along with it, as the photos of an album do. An empty one says
        that its part had to be left out, such as a file that is gone.
        """

    async def run(self) -> None:
        """Reads what comes in, until cancelled; returns at once where others bring it, as a web server does."""
