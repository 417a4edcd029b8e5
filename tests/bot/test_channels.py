"""What every channel keeps to: a new one is one more parameter of these tests."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser

import pytest

from bot.bell import Bell
from bot.channel import Channel
from bot.intake import Intake
from bot.sender import LEASE, Sender
from bot.statistics import Statistics
from bot.web.channel import WebChannel
from bot.web.chat import shown
from handlers import replies, texts
from handlers.replies import Choice, Reply
from storage import Address, Database, outbox, weblines
from storage.outbox import Delivery, Outgoing
from storage.tables import OutboxState
from tests.stories.house import Clock

CHOICES = (Choice("Được rồi", "good:1", 1), Choice("<b>Chưa</b> *đúng* & _gì_", "bad:1", 2))
SIGNS = (
    "<b>đậm</b> <3 *sao* **hai sao** _gạch_ `mã` [chữ](https://x.vn) # ! & &lt; ~~bỏ~~ 1. - | \\ https://y.vn/?a=1&b=2"
)


@dataclass(frozen=True, slots=True)
class Seen:
    """One message as the person sees it: the characters on the screen, and what can be pressed under them."""

    text: str
    choices: tuple[str, ...] = ()
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class Platform:
    """A channel, and the eyes of somebody at its other end."""

    channel: Channel
    chat: str
    """A chat that can be written to."""
    sees: Callable[[], Awaitable[Sequence[Seen]]]


# --- the platforms ---


class _Screen(HTMLParser):
    """The characters that a browser shows of a page; a paragraph or a break begins a new line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag in ("p", "br", "li"):
            self.text += "\n"

    def handle_data(self, data: str) -> None:
        self.text += re.sub(r"\s+", " ", data)


def web(database: Database, clock: Clock) -> Platform:
    async def sees() -> list[Seen]:
        async with database.read() as session:
            lines = [shown(line) for line in await weblines.after(session, "lan", 0, 100)]
        found = []
        for line in lines:
            screen = _Screen()
            screen.feed(line["html"])
            screen.close()
            text = "\n".join(part.strip() for part in screen.text.splitlines()).strip()
            found.append(Seen(text, tuple(choice["label"] for choice in line["choices"]), line["speaker"]))
        return found

    return Platform(WebChannel(database, Bell(), clock), "lan", sees)


CHANNELS = [web]


# --- what they keep to ---


@dataclass(slots=True)
class Line:
    """A platform and the sender that writes to it."""

    database: Database
    clock: Clock
    platform: Platform
    sender: Sender

    async def put(self, reply: Reply) -> int:
        where = Address(self.platform.channel.name, self.platform.chat)
        async with self.database.write() as session:
            outgoing = Outgoing(address=where, reply=replies.to_json(reply), kind="answer")
            return await outbox.put(session, outgoing, self.clock())

    async def in_hand(self) -> Delivery:
        """The next row, as the sender has it when it begins."""
        async with self.database.read() as session:
            (delivery,) = await outbox.due(
                session, at=self.clock(), limit=1, busy=[], channels=[self.platform.channel.name]
            )
        return delivery

    async def tells(self, *told: Reply) -> Sequence[Seen]:
        """Everything that is seen once these were sent."""
        rows = [await self.put(reply) for reply in told]
        await self.sender.settle()
        async with self.database.read() as session:
            assert {await outbox.state(session, row) for row in rows} == {OutboxState.SENT}
        return await self.platform.sees()


@pytest.fixture(params=CHANNELS)
def line(request: pytest.FixtureRequest, database: Database) -> Line:
    clock, bell = Clock(), Bell()
    platform: Platform = request.param(database, clock)
    sender = Sender(database, [platform.channel], Intake(database, bell, clock), bell, clock, Statistics())
    return Line(database, clock, platform, sender)


@pytest.mark.parametrize("words", ["<b>", "<3", "*", "_", "&amp;", "**a**", "1. một", "# một", "- một", SIGNS])
async def test_what_somebody_typed_arrives_as_those_characters(line: Line, words: str) -> None:
    seen = await line.tells(Reply(texts.escape(words)))

    assert [message.text for message in seen] == [words]


async def test_lines_and_paragraphs_stay_apart(line: Line) -> None:
    (seen,) = await line.tells(Reply(texts.escape("một\nhai\n\nba")))

    assert [said for said in seen.text.splitlines() if said] == ["một", "hai", "ba"]


async def test_marks_of_the_helpdesks_own_words_are_not_seen_as_characters(line: Line) -> None:
    (seen,) = await line.tells(Reply("**Mang căn cước.**\n\n- Bản gốc\n- [Chỉ đường](https://langson.gov.vn)"))

    assert not {"*", "[", "]("} & set(seen.text)
    assert all(word in seen.text for word in ("Mang căn cước.", "Bản gốc", "Chỉ đường"))


@pytest.mark.parametrize("between", [" ", "\n", "\n\n", ""], ids=["words", "lines", "paragraphs", "one word"])
async def test_a_long_text_arrives_whole_and_in_its_order(line: Line, between: str) -> None:
    words = between.join(f"từ<{n}>" for n in range(10_000 // len(f"từ<9999>{between}")))
    words += "z" * (10_000 - len(words))
    assert len(words) == 10_000

    seen = await line.tells(Reply(texts.escape(words)))

    arrived = "".join("".join(message.text.split()) for message in seen)
    assert arrived == "".join(words.split())


async def test_choices_come_with_the_last_part_and_with_no_other(line: Line) -> None:
    long = " ".join(f"từ{n}" for n in range(2_000))

    seen = await line.tells(Reply(long, CHOICES), Reply("ngắn", CHOICES))

    labels = tuple(choice.label for choice in CHOICES)
    assert [message.choices for message in seen[:-1] if message.choices] == [labels]
    assert seen[-2].choices == labels
    assert seen[-1] == Seen("ngắn", labels)


async def test_who_speaks_is_seen(line: Line) -> None:
    speaker = texts.mentor("Minh <b>", "VNPT Lạng Sơn")

    (seen,) = await line.tells(Reply("Bác xem lại dầu máy.", speaker=speaker))

    assert speaker in f"{seen.speaker}\n{seen.text}"


async def test_replies_are_seen_in_the_order_in_which_they_were_written(line: Line) -> None:
    seen = await line.tells(*(Reply(f"câu {n}") for n in range(5)))

    assert [message.text for message in seen] == [f"câu {n}" for n in range(5)]


async def test_each_part_has_a_platform_id_of_its_own(line: Line) -> None:
    await line.put(Reply("một"))
    first = await line.in_hand()
    one = await line.platform.channel.send(first, 0, Reply("một"))
    other = await line.platform.channel.send(first, 1, Reply("hai"))

    assert one
    assert other
    assert one != other


async def test_the_same_part_sent_twice_is_seen_once_where_the_channel_says_so(line: Line) -> None:
    channel = line.platform.channel
    if not channel.repeats_safely:
        pytest.skip(f"{channel.name} can't tell a repetition from something new")
    row = await line.put(Reply("một", CHOICES))
    delivery = await line.in_hand()
    async with line.database.write() as session:
        await outbox.begin(session, row, line.clock(), LEASE)
    for number, part in enumerate(channel.split(replies.from_json(delivery.reply))):
        await channel.send(delivery, number, part)  # and then the process dies, before it marks the part

    await line.sender.recover(at=None)
    line.clock.move(LEASE)
    await line.sender.settle()

    assert await line.platform.sees() == [Seen("một", tuple(choice.label for choice in CHOICES))]
