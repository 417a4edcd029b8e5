"""The people of the stories with Telegram on their phones: the real adapter before the helpdesk, and a strict server.

What they are shown is read from their screens. It is turned back into the helpdesk's neutral form by what the adapter
was given to send, and only after it was found that the screen says that and nothing else. Every update is delivered
twice, so that each story also tells that nothing happens more than once.
"""

import asyncio
import re
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bot.bell import Bell
from bot.config import Telegram
from bot.files import FileStore
from bot.intake import Intake
from bot.sender import Sender
from bot.statistics import Statistics
from bot.telegram.channel import TelegramChannel
from bot.telegram.receiver import Receiver
from bot.telegram.setup import assemble
from bot.worker import Worker
from handlers import replies
from handlers.helpdesk import Helpdesk
from handlers.replies import Reply
from handlers.turn import Desk
from storage import Address, Database, Identity
from storage.outbox import Delivery
from storage.tables import AttachmentRow
from tests.botapi.people import JPEG, Seen, all_confirmed
from tests.botapi.server import Server
from tests.stories.house import Chat, Clock, House, Recorder

NUMBERS = {"lan": 101, "tu": 102}
"""The people's ids on Telegram."""
_LIFTED = {"per_second": 100_000, "chat_per_second": 100_000, "group_per_minute": 100_000}


@dataclass(slots=True)
class Witness:
    """The real channel, and what it was given to send in the order in which that was sent."""

    channel: TelegramChannel
    name: str = "telegram"
    repeats_safely: bool = False
    sent: list[tuple[Delivery, int, str]] = field(default_factory=list)
    """Each with the number of the part and the platform's id of it."""

    def resting(self) -> Mapping[str, float]:
        return self.channel.resting()

    def split(self, reply: Reply) -> Sequence[Reply]:
        return self.channel.split(reply)

    async def send(self, delivery: Delivery, number: int, part: Reply) -> str | tuple[str, ...]:
        told = await self.channel.send(delivery, number, part)
        for at, platform_id in enumerate((told,) if isinstance(told, str) else told, start=number):
            self.sent.append((delivery, at, platform_id))
        return told

    async def run(self) -> None:
        await self.channel.run()


@dataclass(slots=True)
class TelegramHouse(House):
    server: Server = field(kw_only=True)
    witness: Witness = field(kw_only=True)
    receiver: Receiver = field(kw_only=True)

    async def settle(self) -> None:
        await all_confirmed(self.server)
        await House.settle(self)
        await self.receiver.drain()


@dataclass(slots=True)
class Phone(Chat):
    """A member with Telegram."""

    house: TelegramHouse

    @property
    def number(self) -> int:
        return NUMBERS[self.name]

    @property
    def identity(self) -> Identity:
        return Identity("telegram", str(self.number))

    @property
    def address(self) -> Address:
        return Address("telegram", str(self.number))

    @property
    def replies(self) -> list[Reply]:
        return [reply for reply, _ in self._shown()]

    async def open(self, start: str = "") -> list[str]:
        verb, _, rest = start.partition(":")
        payload = f"{_PAYLOADS.get(verb, verb)}_{rest}" if start else ""
        return await self._does("start", payload=payload)

    async def say(self, text: str, photos: Sequence[int] = ()) -> list[str]:
        if photos:
            return await self._does("send_file", kind="photo", caption=text, content=_JPEG, mime="image/jpeg")
        return await self._does("write", text=text)

    async def reply(self, to: str, text: str) -> list[str]:
        message = next(message for reply, message in reversed(self._shown()) if reply.text == to)
        return await self._does("write", text=text, reply_to=message)

    async def press(self, label: str) -> list[str]:
        """Presses the newest button of this label, used or not, as it may still be on the screen."""
        under = next(((r, m) for r, m in reversed(self._shown()) if label in [c.label for c in r.choices]), None)
        if under is None:
            return await self._does("press", data=label)
        value = next(choice.value for choice in under[0].choices if choice.label == label)
        return await self._does("press", data=value, message=under[1])

    async def photo(self) -> int:
        """The number that the next file gets which somebody sends."""
        async with self.house.database.read() as session:
            return (await session.scalar(select(func.max(AttachmentRow.id))) or 0) + 1

    async def _does(self, act: str, **arguments: Any) -> list[str]:  # noqa: ANN401 - each act has its own
        before = len(self.replies)
        told = await self.house.server.act(act, user=self.number, **arguments)
        await self.house.settle()
        if told["update"] is not None:
            await self.house.server.act("again", update=told["update"])
            await self.house.settle()
        answer = await self.house.server.act("answer", query=told["query"]) if "query" in told else None
        toast = [answer["text"]] if answer and answer["text"] else []
        return [*toast, *(reply.text for reply in self.replies[before:])]

    def _shown(self) -> list[tuple[Reply, int]]:
        """Every reply, with the message that it stands in, or ends with; each is on the screen as it was meant."""
        screens = [Seen.of(told) for told in self.house.server.acts.shown(self.number)]
        whole: dict[int, list[tuple[int, str]]] = {}
        found: list[tuple[Reply, int]] = []
        for delivery, number, platform_id in self.house.witness.sent:
            if delivery.address.chat != str(self.number):
                continue
            parts = whole.setdefault(delivery.id, [])
            parts.append((number, platform_id))
            reply = replies.from_json(delivery.reply)
            if len(parts) < len(self.house.witness.split(reply)):
                continue
            seen = [next(s for s in reversed(screens) if s.id == int(id_) and s.is_bots) for _, id_ in sorted(parts)]
            _check(reply, [_as_sent(screens, s.id, reply) for s in seen])
            found.append((reply, seen[-1].id))
        return found


_PAYLOADS = {"topic": "t", "q": "q", "place": "x", "code": "m", "invite": "i"}
_JPEG = b64encode(JPEG).decode()


def _as_sent(screens: Sequence[Seen], message: int, reply: Reply) -> Seen:
    """The message as it was when it said this reply: buttons that were used are taken away later."""
    stages = [seen for seen in screens if seen.id == message]
    wanted = [choice.value for choice in reply.choices]
    return next((seen for seen in stages if [b.data for b in seen.buttons if b.data] == wanted), stages[0])


def _check(reply: Reply, seen: Sequence[Seen]) -> None:
    words = "".join(_letters(re.sub(r"\n\n\(\d+/\d+\)$", "", message.text)) for message in seen)
    assert words == _letters(reply.speaker) + _letters(re.sub(r"\]\([^)]*\)", "]", reply.text))
    pressable = [choice for choice in reply.choices if not choice.value.startswith("private:")]
    buttons = [button for message in seen for button in message.buttons if button.data]
    assert [button.data for button in buttons] == [choice.value for choice in pressable]
    for button, choice in zip(buttons, pressable, strict=True):
        assert button.text.startswith(f"{choice.number}. {choice.label[:50]}")


def _letters(text: str) -> str:
    """What is left of a text without blanks and marks, which each channel makes in its own way."""
    return "".join(filter(str.isalnum, text))


@asynccontextmanager
async def telegram_house(database: Database, desk: Desk, folder: Path) -> AsyncIterator[TelegramHouse]:
    clock, bell, statistics = Clock(), Bell(), Statistics()
    helpdesk, intake, files = Helpdesk(desk), Intake(database, bell, clock), FileStore(folder / "attachments")
    async with Server() as server:
        for name, number in NUMBERS.items():
            await server.act("person", user=number, name=name)
        parts = assemble(
            Telegram.model_validate({"token": server.token, "base_url": server.url, "paces": _LIFTED}),
            "http://127.0.0.1",
            database=database,
            files=files,
            intake=intake,
            desk=desk,
            statistics=statistics,
            clock=clock,
        )
        witness = Witness(parts.channel)
        house = TelegramHouse(
            database,
            clock,
            desk,
            helpdesk,
            Recorder(),
            intake,
            Worker(database, helpdesk, bell, clock, statistics),
            Sender(database, [witness], intake, bell, clock, statistics),
            server=server,
            witness=witness,
            receiver=parts.receiver,
        )
        reading = asyncio.create_task(parts.channel.run())
        try:
            yield house
        finally:
            reading.cancel()
            with suppress(asyncio.CancelledError):
                await reading
            await parts.receiver.drain()
            await parts.channel.close()
