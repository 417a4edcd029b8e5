"""Time comes to the helpdesk once a minute, however many processes bring it."""

import asyncio
from datetime import UTC, datetime, timedelta

from bot.bell import Bell
from bot.intake import Intake
from bot.ticker import Ticker
from handlers import events
from handlers.events import Event, Tick
from storage import Database, inbox
from tests.stories.house import Clock

MINUTE = datetime(2026, 11, 24, 2, 7, tzinfo=UTC)


async def ticks(database: Database) -> list[Event]:
    """What waits to be handled, oldest first; it is taken out."""
    found = []
    async with database.write() as session:
        while waiting := await inbox.waiting(session, at=MINUTE, limit=1, busy=[]):
            found.append(events.from_json(waiting[0].payload))
            await inbox.done(session, waiting[0].id, MINUTE)
    return found


async def test_two_processes_make_one_tick_of_a_minute(database: Database) -> None:
    clock = Clock(MINUTE + timedelta(seconds=12))
    first, second = (Ticker(Intake(database, Bell(), clock), clock) for _ in range(2))

    await asyncio.gather(first.tick(), second.tick())
    await first.tick()

    assert await ticks(database) == [Tick(MINUTE)]


async def test_the_next_minute_has_a_tick_of_its_own(database: Database) -> None:
    clock = Clock(MINUTE)
    ticker = Ticker(Intake(database, Bell(), clock), clock)

    for after in (timedelta(0), timedelta(seconds=59), timedelta(seconds=1), timedelta(minutes=1)):
        clock.move(after)
        await ticker.tick()

    assert await ticks(database) == [Tick(MINUTE + timedelta(minutes=n)) for n in range(3)]


async def test_a_minute_that_was_handled_already_does_not_tick_again(database: Database) -> None:
    clock = Clock(MINUTE)
    ticker = Ticker(Intake(database, Bell(), clock), clock)
    await ticker.tick()
    await ticks(database)

    await ticker.tick()

    assert await ticks(database) == []


async def test_it_ticks_as_soon_as_it_runs(database: Database) -> None:
    clock, bell = Clock(MINUTE), Bell()
    seen = bell.count("inbox")

    running = asyncio.create_task(Ticker(Intake(database, bell, clock), clock).run())
    await bell.wait("inbox", seen, 60)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert await ticks(database) == [Tick(MINUTE)]
