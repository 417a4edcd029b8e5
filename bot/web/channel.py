"""The channel of the built-in web chat: we are the platform, and sending is adding a line to the chat's history."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from bot.bell import Bell
from bot.web import visits
from handlers import replies
from handlers.replies import Reply
from storage import Database, outbox, weblines
from storage.outbox import Delivery

EDITED = "edited"
"""In the body of a line that says something else than at first."""


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
        chat, key, body, at = delivery.address.chat, f"out:{delivery.id}:{number}", replies.to_json(part), self._clock()
        async with self._database.write() as session:
            stands = await outbox.standing(session, delivery.edits, chat) if delivery.edits is not None else []
            line = (
                await weblines.replace(session, chat, int(stands[0]), key, {**body, EDITED: True}, at)
                if stands
                else None
            )
            if line is None:
                line = await weblines.add(session, chat, key, False, body, at)
        self._bell.ring(visits.topic(chat))
        return str(line)

    async def run(self) -> None:
        """Nothing to read here: what people send comes in by the pages (see `bot.web.chat`)."""
