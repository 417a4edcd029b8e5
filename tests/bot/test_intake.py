"""What is accepted is stored before anybody is told so, once, and together with what belongs to it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from bot.bell import Bell
from bot.intake import Intake
from handlers import events
from handlers.events import Event, Opened, Said, Tick
from storage import Address, Database, Identity, Session, inbox, marks
from tests.stories.house import Clock


def said(text: str, chat: str = "lan") -> Said:
    return Said(Clock().now, Identity("test", chat), Address("test", chat), text)


@dataclass(slots=True)
class Door:
    """An intake and what it works with."""

    database: Database
    bell: Bell
    clock: Clock
    intake: Intake

    async def waiting(self) -> list[tuple[str, str, str, str, Event]]:
        """All that is accepted, lane by lane: channel, bot, key, lane, and the event."""
        found = []
        async with self.database.write() as session:
            while left := await inbox.waiting(session, at=self.clock(), limit=10, busy=[]):
                for one in left:
                    found.append((one.channel, one.bot, one.key, one.lane, events.from_json(one.payload)))
                    await inbox.done(session, one.id, self.clock())
        return found

    async def mark(self) -> str | None:
        async with self.database.read() as session:
            return await marks.get(session, "also")


@pytest.fixture
def door(database: Database) -> Door:
    bell, clock = Bell(), Clock()
    return Door(database, bell, clock, Intake(database, bell, clock))


def also(*, breaks: bool = False) -> Callable[[Session], Awaitable[None]]:
    """Something to be written with an event."""

    async def write(session: Session) -> None:
        await marks.put(session, "also", "written")
        if breaks:
            raise ZeroDivisionError

    return write


async def test_new_events_are_stored_with_their_keys_and_lanes_and_counted(door: Door) -> None:
    tick = Tick(Clock().now)

    assert await door.intake.accept([("1", said("a")), ("2", said("b", "tu"))], channel="test", bot="vnpt") == 2
    assert await door.intake.accept([("m", tick)], channel="clock") == 1

    assert await door.waiting() == [
        ("test", "vnpt", "1", "test:lan", said("a")),
        ("test", "vnpt", "2", "test:tu", said("b", "tu")),
        ("clock", "", "m", "clock", tick),
    ]


async def test_a_known_key_is_not_stored_again_whatever_comes_under_it(door: Door) -> None:
    await door.intake.accept([("1", said("a"))], channel="test")

    assert await door.intake.accept([("1", said("b")), ("2", said("c"))], channel="test") == 1

    assert [(key, event) for _, _, key, _, event in await door.waiting()] == [("1", said("a")), ("2", said("c"))]


async def test_a_key_is_known_even_after_its_event_was_handled(door: Door) -> None:
    await door.intake.accept([("1", said("a"))], channel="test")
    await door.waiting()

    assert await door.intake.accept([("1", said("a"))], channel="test") == 0

    assert await door.waiting() == []


async def test_the_same_key_of_another_channel_or_bot_is_another_event(door: Door) -> None:
    assert await door.intake.accept([("1", said("a"))], channel="test", bot="vnpt") == 1
    assert await door.intake.accept([("1", said("b"))], channel="test", bot="viettel") == 1
    assert await door.intake.accept([("1", said("c"))], channel="other") == 1

    assert [event for *_, event in await door.waiting()] == [said("a"), said("b"), said("c")]


async def test_a_key_that_comes_twice_in_one_batch_counts_once(door: Door) -> None:
    assert await door.intake.accept([("1", said("a")), ("1", said("a"))], channel="test") == 1

    assert len(await door.waiting()) == 1


async def test_what_belongs_to_an_event_is_written_with_it(door: Door) -> None:
    await door.intake.accept([("1", said("a"))], channel="test", also=also())

    assert await door.mark() == "written"
    assert [event for *_, event in await door.waiting()] == [said("a")]


async def test_nothing_is_accepted_when_what_belongs_to_it_cannot_be_written(door: Door) -> None:
    seen = door.bell.count("inbox")

    with pytest.raises(ZeroDivisionError):
        await door.intake.accept([("1", said("a"))], channel="test", also=also(breaks=True))

    assert await door.mark() is None
    assert await door.waiting() == []
    assert door.bell.count("inbox") == seen
    assert await door.intake.accept([("1", said("a"))], channel="test") == 1


async def test_the_bell_rings_once_it_is_stored(door: Door) -> None:
    seen = door.bell.count("inbox")
    opened = Opened(Clock().now, Identity("test", "lan"), Address("test", "lan"))

    await door.intake.accept([("1", opened)], channel="test")

    assert door.bell.count("inbox") == seen + 1
