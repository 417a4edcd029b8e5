"""The channel of the built-in web chat: we are the platform, and sending is adding a line to the chat's history."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from bot.bell import Bell
from bot.web import visits
from handlers import replies
from handlers.replies import Reply
from storage import Database, weblines
from storage.outbox import Delivery


class WebChannel:
    name = visits.CHANNEL
    repeats_safely = True
    """A line's key is the outbox row and part, so that the same part sent twice is one line."""

    def __init__(self, database: Database, bell: Bell, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._bell = bell
        self._clock = clock

    def resting(self) -> Mapping[str, float]:
        """A page takes any pace."""
        return {}

    def split(self, reply: Reply) -> Sequence[Reply]:
        """A page has room for any reply as a whole."""
        return (reply,)

    async def send(self, delivery: Delivery, number: int, part: Reply) -> str:
        chat = delivery.address.chat
        async with self._database.write() as session:
            line = await weblines.add(
                session, chat, f"out:{delivery.id}:{number}", False, replies.to_json(part), self._clock()
            )
        self._bell.ring(visits.topic(chat))
        return str(line)

    async def run(self) -> None:
        """Nothing to read here: what people send comes in by the pages (see `bot.web.chat`)."""
