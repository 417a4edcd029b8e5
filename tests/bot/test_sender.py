"""Whatever a channel says, each reply arrives once, in its order, or is honestly given up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import takewhile

import pytest

from bot.bell import Bell
from bot.channel import Closed, Later, Refused, Unclear
from bot.intake import Intake
from bot.sender import GIVE_UP_AFTER, GIVE_UP_ON_FAULTS_AFTER, LEASE, Sender
from bot.statistics import Statistics
from handlers import events, replies
from handlers.events import Failed
from handlers.replies import Reply
from storage import Address, Database, inbox, outbox
from storage.outbox import Delivery, Outgoing
from storage.tables import OutboxState
from tests.stories.house import Clock

LAN, TU = Address("test", "lan"), Address("test", "tu")


@dataclass(slots=True)
class Script:
    """A channel that says to Lan's chat what a test has written down, and otherwise takes everything."""

    name: str = "test"
    repeats_safely: bool = False
    says: list[Exception] = field(default_factory=list)
    arrived: list[tuple[str, str]] = field(default_factory=list)

    def resting(self) -> Mapping[str, float]:
        return {}

    def split(self, reply: Reply) -> Sequence[Reply]:
        return [Reply(text) for text in reply.text.split("|")]

    async def send(self, delivery: Delivery, number: int, part: Reply) -> str | tuple[str, ...]:
        """What begins with a + goes along with what stands before it."""
        if self.says and delivery.address == LAN:
            raise self.says.pop(0)
        self.arrived.append((delivery.address.chat, part.text))
        first = f"id{len(self.arrived)}"
        behind = [each.text for each in self.split(replies.from_json(delivery.reply))[number + 1 :]]
        together = list(takewhile(lambda text: text.startswith("+"), behind))
        return (first, *(f"{first}{text}" for text in together)) if together else first

    async def run(self) -> None:
        """Nothing comes in here."""


@dataclass(slots=True)
class Post:
    """A sender and what it works with."""

    database: Database
    clock: Clock
    channel: Script
    sender: Sender

    async def put(self, text: str, where: Address = LAN, kind: str = "answer") -> int:
        async with self.database.write() as session:
            reply = replies.to_json(Reply(text))
            return await outbox.put(session, Outgoing(address=where, reply=reply, kind=kind), self.clock())

    async def arrive(self, row: int, *numbers: int) -> None:
        """These parts arrived before the process died."""
        async with self.database.write() as session:
            for number in numbers:
                await outbox.part_sent(session, row, number, f"id{number}", self.clock())

    async def state(self, row: int) -> str | None:
        async with self.database.read() as session:
            return await outbox.state(session, row)

    async def told(self) -> list[Failed]:
        """What the helpdesk will be told of rows that were given up."""
        async with self.database.read() as session:
            found = await inbox.waiting(session, at=self.clock(), limit=10, busy=[])
        told = [events.from_json(waiting.payload) for waiting in found]
        return [event for event in told if isinstance(event, Failed)]

    async def later(self, by: timedelta) -> None:
        self.clock.move(by)
        await self.sender.settle()


@pytest.fixture
async def post(database: Database) -> Post:
    clock, bell, channel = Clock(), Bell(), Script()
    sender = Sender(database, [channel], Intake(database, bell, clock), bell, clock, Statistics())
    return Post(database, clock, channel, sender)


async def test_replies_arrive_in_their_order_and_part_by_part(post: Post) -> None:
    row = await post.put("1|2")
    await post.put("3")
    await post.put("a", TU)

    await post.sender.settle()

    assert [text for chat, text in post.channel.arrived if chat == "lan"] == ["1", "2", "3"]
    assert [text for chat, text in post.channel.arrived if chat == "tu"] == ["a"]
    assert await post.state(row) == OutboxState.SENT


async def test_a_later_holds_up_its_own_chat_only(post: Post) -> None:
    await post.put("1")
    await post.put("2")
    await post.put("a", TU)
    post.channel.says = [Later("busy", timedelta(seconds=30))]

    await post.sender.settle()
    assert post.channel.arrived == [("tu", "a")]

    await post.later(timedelta(seconds=29))
    assert post.channel.arrived == [("tu", "a")]

    await post.later(timedelta(seconds=2))
    assert post.channel.arrived == [("tu", "a"), ("lan", "1"), ("lan", "2")]


async def test_parts_that_arrived_are_not_sent_again(post: Post) -> None:
    row = await post.put("1|2|3")
    await post.arrive(row, 0, 1)

    await post.sender.settle()

    assert post.channel.arrived == [("lan", "3")]
    assert await post.state(row) == OutboxState.SENT


async def test_what_goes_out_together_is_known_by_all_its_ids_and_not_sent_again(post: Post) -> None:
    row = await post.put("1|2|+3|4")

    await post.sender.settle()

    assert [text for _, text in post.channel.arrived] == ["1", "2", "4"]
    async with post.database.read() as session:
        assert await outbox.standing(session, row, "lan") == ["id1", "id2", "id2+3", "id3"]
    assert await post.state(row) == OutboxState.SENT


async def test_what_fails_behind_an_album_is_taken_up_there(post: Post) -> None:
    row = await post.put("1|+2|3")
    await post.arrive(row, 0, 1)

    await post.sender.settle()

    assert [text for _, text in post.channel.arrived] == ["3"]
    assert await post.state(row) == OutboxState.SENT


async def test_a_row_of_which_only_the_mark_is_missing_is_marked_and_not_sent(post: Post) -> None:
    row = await post.put("1")
    await post.arrive(row, 0)

    await post.sender.settle()

    assert post.channel.arrived == []
    assert await post.state(row) == OutboxState.SENT


async def test_a_refusal_is_final_and_is_told(post: Post) -> None:
    row = await post.put("1")
    await post.put("2")
    post.channel.says = [Refused("blocked")]

    await post.sender.settle()

    assert await post.state(row) == OutboxState.FAILED
    assert [(event.outgoing, event.error, event.unknown) for event in await post.told()] == [(row, "Refused", False)]
    assert post.channel.arrived == [("lan", "2")]


async def test_a_closed_window_holds_the_row_until_the_person_writes(post: Post) -> None:
    row = await post.put("1")
    post.channel.says = [Closed("window")]
    await post.sender.settle()
    assert await post.state(row) == OutboxState.HELD

    async with post.database.write() as session:
        await outbox.release(session, LAN)
    await post.sender.settle()

    assert post.channel.arrived == [("lan", "1")]


async def test_an_answer_that_may_have_arrived_is_sent_again(post: Post) -> None:
    await post.put("1")
    post.channel.says = [Unclear("time-out")]

    await post.sender.settle()
    await post.later(timedelta(minutes=1))

    assert post.channel.arrived == [("lan", "1")]


async def test_a_mentors_words_that_may_have_arrived_are_not_doubled_but_said_to_be_unclear(post: Post) -> None:
    row = await post.put("1", kind="mentor")
    post.channel.says = [Unclear("time-out")]

    await post.sender.settle()
    await post.later(timedelta(minutes=1))

    assert post.channel.arrived == []
    assert await post.state(row) == OutboxState.UNKNOWN
    assert [(event.outgoing, event.unknown) for event in await post.told()] == [(row, True)]


async def test_a_platform_that_stays_away_is_given_up_in_the_end(post: Post) -> None:
    row = await post.put("1")
    post.channel.says = [Later("away") for _ in range(GIVE_UP_AFTER)]

    for _ in range(GIVE_UP_AFTER):
        await post.later(timedelta(minutes=6))

    assert await post.state(row) == OutboxState.FAILED


async def test_a_fault_of_the_channels_own_code_is_tried_again_and_given_up_sooner(post: Post) -> None:
    row = await post.put("1")
    await post.put("2")
    post.channel.says = [ZeroDivisionError() for _ in range(GIVE_UP_ON_FAULTS_AFTER)]

    for _ in range(GIVE_UP_ON_FAULTS_AFTER):
        await post.later(timedelta(minutes=6))

    assert await post.state(row) == OutboxState.UNKNOWN
    assert post.channel.arrived == [("lan", "2")]


async def test_what_a_dead_process_was_sending_is_taken_up_when_its_lease_is_over(post: Post) -> None:
    answer, words = await post.put("1"), await post.put("2", TU, kind="mentor")
    async with post.database.write() as session:
        for row in (answer, words):
            await outbox.begin(session, row, post.clock(), LEASE)

    await post.sender.recover(at=post.clock())
    await post.sender.settle()
    assert post.channel.arrived == []

    post.clock.move(LEASE)
    await post.sender.recover(at=post.clock())
    await post.sender.settle()

    assert post.channel.arrived == [("lan", "1")]
    assert await post.state(words) == OutboxState.UNKNOWN


async def test_a_row_too_old_to_be_worth_sending_is_not_sent(post: Post) -> None:
    async with post.database.write() as session:
        reply = replies.to_json(Reply("1"))
        outgoing = Outgoing(address=LAN, reply=reply, kind="proactive", expires_at=post.clock() + timedelta(hours=1))
        await outbox.put(session, outgoing, post.clock())

    await post.later(timedelta(hours=2))

    assert post.channel.arrived == []
