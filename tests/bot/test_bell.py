"""A ring wakes whoever waits for its topic, and none is missed between looking and waiting."""

import asyncio

from bot.bell import Bell

LONG_S = 60.0  # never waited for: a test that waits so long fails by taking so long


async def sleepers(bell: Bell, *topics: str) -> list[asyncio.Task[None]]:
    """Tasks that wait already."""
    waiting = [asyncio.create_task(bell.wait(topic, bell.count(topic), LONG_S)) for topic in topics]
    await asyncio.sleep(0)
    return waiting


async def test_a_ring_wakes_everybody_who_waits_for_its_topic() -> None:
    bell = Bell()
    waiting = await sleepers(bell, "inbox", "inbox")

    bell.ring("inbox")

    await asyncio.gather(*waiting)


async def test_a_ring_wakes_nobody_who_waits_for_something_else() -> None:
    bell = Bell()
    desk, inbox = await sleepers(bell, "desk", "inbox")

    bell.ring("inbox")
    await inbox

    assert not desk.done()
    bell.ring("desk")
    await desk


async def test_a_ring_between_looking_and_waiting_is_not_missed() -> None:
    bell = Bell()
    seen = bell.count("inbox")
    bell.ring("inbox")

    await bell.wait("inbox", seen, LONG_S)

    assert bell.count("inbox") == seen + 1


async def test_a_ring_that_was_seen_already_does_not_end_the_next_wait() -> None:
    bell = Bell()
    bell.ring("inbox")
    (waiting,) = await sleepers(bell, "inbox")

    assert not waiting.done()
    bell.ring("inbox")
    await waiting


async def test_a_wait_ends_without_a_ring_when_its_time_is_over() -> None:
    bell = Bell()

    await bell.wait("inbox", bell.count("inbox"), 0)

    assert bell.count("inbox") == 0


async def test_somebody_who_stops_waiting_takes_no_ring_from_the_others() -> None:
    bell = Bell()
    gone, waiting = await sleepers(bell, "inbox", "inbox")
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)

    bell.ring("inbox")

    await waiting
