import asyncio
from datetime import timedelta

from sqlalchemy import select

from storage import Database, Session, inbox
from storage.inbox import Arrival, Aside, Waiting
from storage.tables import InboxRow
from tests.storage.ground import AT, LATER, SOON


def arrival(key: str, lane: str = "web:lan", channel: str = "web", bot: str = "") -> Arrival:
    return Arrival(channel=channel, bot=bot, key=key, lane=lane, payload={"text": key})


async def keys(session: Session, *, busy: tuple[str, ...] = (), limit: int = 10) -> list[str]:
    return [found.key for found in await inbox.waiting(session, at=SOON, limit=limit, busy=busy)]


async def test_an_event_delivered_twice_is_accepted_once(database: Database) -> None:
    async with database.write() as session:
        first = await inbox.accept(session, [arrival("a"), arrival("a"), arrival("b")], AT)
    async with database.write() as session:
        second = await inbox.accept(session, [arrival("b"), arrival("c")], AT)

    async with database.read() as session:
        assert (len(first), len(second)) == (2, 1)
        assert await inbox.counts(session) == {"NEW": 3}


async def test_the_same_key_of_another_bot_is_another_event(database: Database) -> None:
    async with database.write() as session:
        new = await inbox.accept(
            session, [arrival("a"), arrival("a", bot="second"), arrival("a", channel="telegram")], AT
        )

    assert len(new) == 3


async def test_a_handled_event_delivered_again_stays_handled(database: Database) -> None:
    async with database.write() as session:
        (id_,) = await inbox.accept(session, [arrival("a")], AT)
        await inbox.done(session, id_, SOON)

    async with database.write() as session:
        assert await inbox.accept(session, [arrival("a")], LATER) == []
        assert await keys(session) == []


async def test_two_processes_that_accept_the_same_event_keep_it_once(database: Database) -> None:
    async def accept() -> list[int]:
        async with database.write() as session:
            return await inbox.accept(session, [arrival("a")], AT)

    new = await asyncio.gather(accept(), accept(), accept())

    assert sorted(len(ids) for ids in new) == [0, 0, 1]


async def test_the_oldest_of_each_lane_waits_to_be_handled(database: Database) -> None:
    async with database.write() as session:
        ids = await inbox.accept(session, [arrival("a1", "a"), arrival("a2", "a"), arrival("b1", "b")], AT)

    async with database.read() as session:
        assert await inbox.waiting(session, at=SOON, limit=10, busy=()) == [
            Waiting(ids[0], "web", "", "a1", "a", {"text": "a1"}, 0),
            Waiting(ids[2], "web", "", "b1", "b", {"text": "b1"}, 0),
        ]
        assert await keys(session, busy=("a",)) == ["b1"]
        assert await keys(session, limit=1) == ["a1"]


async def test_an_event_is_claimed_only_after_those_before_it(database: Database) -> None:
    async with database.write() as session:
        first, second = await inbox.accept(session, [arrival("a1"), arrival("a2")], AT)
    async with database.write() as session:
        claims = [await inbox.claim(session, second), await inbox.claim(session, first)]
        await inbox.done(session, first, AT)
    async with database.write() as session:
        claims += [await inbox.claim(session, first), await inbox.claim(session, second)]

    assert claims == [False, True, False, True]


async def test_of_several_claims_at_once_one_holds(database: Database) -> None:
    async with database.write() as session:
        (id_,) = await inbox.accept(session, [arrival("a")], AT)

    async def handle() -> bool:
        async with database.write() as session:
            if not await inbox.claim(session, id_):
                return False
            await inbox.done(session, id_, SOON)
            return True

    assert sorted(await asyncio.gather(*[handle() for _ in range(5)])) == [False] * 4 + [True]


async def test_an_event_is_taken_once_and_after_those_before_it(database: Database) -> None:
    async with database.write() as session:
        first, second = await inbox.accept(session, [arrival("a1"), arrival("a2")], AT)

    async def take(id_: int) -> bool:
        async with database.write() as session:
            return await inbox.take(session, id_, SOON)

    early = await take(second)
    takes = sorted(await asyncio.gather(*[take(first) for _ in range(5)]))

    assert (early, takes, await take(second)) == (False, [False] * 4 + [True], True)
    async with database.read() as session:
        assert await inbox.counts(session) == {"DONE": 2}


async def test_a_claim_is_given_back_when_the_handling_fails(database: Database) -> None:
    async with database.write() as session:
        (id_,) = await inbox.accept(session, [arrival("a")], AT)
    try:
        async with database.write() as session:
            await inbox.claim(session, id_)
            await inbox.done(session, id_, SOON)
            raise RuntimeError
    except RuntimeError:
        pass

    async with database.write() as session:
        assert await keys(session) == ["a"]
        assert await inbox.claim(session, id_)


async def test_what_the_person_wrote_is_gone_once_it_is_handled(database: Database) -> None:
    async with database.write() as session:
        done, aside = await inbox.accept(session, [arrival("a"), arrival("b")], AT)
        await inbox.done(session, done, SOON)
        await inbox.set_aside(session, aside, "ValueError", SOON)

    async with database.read() as session:
        assert await inbox.counts(session) == {"DONE": 1, "ASIDE": 1}
        assert await inbox.aside(session, 10) == [Aside(aside, "web", "ValueError", SOON)]
        kept = await session.scalars(select(InboxRow.payload).order_by(InboxRow.id))
        assert kept.all() == [None, None]


async def test_a_failed_event_holds_up_its_lane_until_its_next_attempt(database: Database) -> None:
    async with database.write() as session:
        first, _, _ = await inbox.accept(session, [arrival("a1", "a"), arrival("a2", "a"), arrival("b1", "b")], AT)
        attempts = await inbox.failed(session, first, "OSError", LATER)

    async with database.read() as session:
        assert attempts == 1
        assert await keys(session) == ["b1"]
        later = await inbox.waiting(session, at=LATER, limit=10, busy=())
        assert [(found.key, found.attempts) for found in later] == [("a1", 1), ("b1", 0)]


async def test_those_behind_an_event_that_was_set_aside_go_on(database: Database) -> None:
    async with database.write() as session:
        first, second = await inbox.accept(session, [arrival("a1"), arrival("a2")], AT)
        assert [await inbox.failed(session, first, "KeyError", AT) for _ in range(3)] == [1, 2, 3]
        await inbox.set_aside(session, first, "KeyError", SOON)

    async with database.write() as session:
        assert await keys(session) == ["a2"]
        assert await inbox.claim(session, second)


async def test_keys_are_forgotten_with_time_but_never_what_waits(database: Database) -> None:
    async with database.write() as session:
        old, _ = await inbox.accept(session, [arrival("old", "a"), arrival("waiting", "b")], AT)
        await inbox.done(session, old, AT)
        (new,) = await inbox.accept(session, [arrival("new", "c")], LATER)
        await inbox.done(session, new, LATER)

    async with database.write() as session:
        assert await inbox.forget(session, AT + timedelta(minutes=30)) == 1
        assert await inbox.counts(session) == {"NEW": 1, "DONE": 1}
