import asyncio
from datetime import timedelta

from storage import Address, Database, Session, outbox
from storage.outbox import Delivery, Outgoing
from tests.storage.ground import AT, LANS, LATER, SOON, TUS, put

LEASE = timedelta(minutes=1)
CHANNELS = ("web", "telegram")


async def due(session: Session, *, later: bool = False, busy: tuple[str, ...] = (), limit: int = 10) -> list[int]:
    at = LATER if later else AT
    return [found.id for found in await outbox.due(session, at=at, limit=limit, busy=busy, channels=CHANNELS)]


async def test_a_row_comes_out_as_it_was_put_in(database: Database) -> None:
    outgoing = Outgoing(address=Address("telegram", "7", "3"), reply={"text": "Đáp"}, kind="answer", reply_to="m1")
    async with database.write() as session:
        first = await outbox.put(session, outgoing, AT)
    async with database.write() as session:
        await outbox.begin(session, first, AT, LEASE)
        await outbox.sent(session, first, AT)
        edit = await outbox.put(session, Outgoing(outgoing.address, {"text": "Sửa"}, "answer", edits=first), AT)

    async with database.read() as session:
        assert await outbox.due(session, at=AT, limit=10, busy=(), channels=CHANNELS) == [
            Delivery(edit, outgoing.address, {"text": "Sửa"}, "answer", "", first, None, None, 0, {})
        ]


async def test_one_row_of_each_lane_is_due_at_a_time(database: Database) -> None:
    async with database.write() as session:
        first, second = await put(session), await put(session)
        other = await put(session, TUS)
    async with database.read() as session:
        assert await due(session) == [first, other]
        assert await due(session, busy=(LANS.lane,)) == [other]
        assert await due(session, limit=1) == [first]
        only_web = await outbox.due(session, at=AT, limit=10, busy=(), channels=("web",))
        assert [found.id for found in only_web] == [first]

    async with database.write() as session:
        await outbox.begin(session, first, AT, LEASE)
        assert await due(session) == [other]
        await outbox.sent(session, first, AT)
        assert await due(session) == [second, other]


async def test_lanes_of_higher_priority_come_first_but_no_row_overtakes_its_own_lane(database: Database) -> None:
    async with database.write() as session:
        first = await put(session)
        await put(session, priority=9)
        urgent = await put(session, TUS, priority=5)

    async with database.read() as session:
        assert await due(session) == [urgent, first]


async def test_a_row_is_begun_once_however_many_senders_try(database: Database) -> None:
    async with database.write() as session:
        id_ = await put(session)

    async def begin() -> bool:
        async with database.write() as session:
            return await outbox.begin(session, id_, AT, LEASE)

    assert sorted(await asyncio.gather(*[begin() for _ in range(5)])) == [False] * 4 + [True]


async def test_a_row_tried_again_later_holds_up_those_behind_it(database: Database) -> None:
    async with database.write() as session:
        first = await put(session)
        await put(session)
        other = await put(session, TUS)
        await outbox.begin(session, first, AT, LEASE)
        await outbox.again(session, first, SOON, "Later")

    async with database.read() as session:
        assert await due(session) == [other]
        assert await due(session, later=True) == [first, other]
        (found, _) = await outbox.due(session, at=LATER, limit=10, busy=(), channels=CHANNELS)
        assert found.attempts == 1


async def test_a_row_planned_for_later_holds_up_nothing(database: Database) -> None:
    async with database.write() as session:
        reminder = await put(session, not_before=LATER)
        answer = await put(session)

    async with database.read() as session:
        assert await due(session) == [answer]
        assert await due(session, later=True) == [reminder]


async def test_a_mentors_words_that_wait_for_the_rest_hold_up_what_comes_after_them(database: Database) -> None:
    async with database.write() as session:
        album = await put(session, kind="mentor", not_before=SOON)
        await put(session, kind="mentor", edits=album)
        await put(session)
        other = await put(session, TUS)

    async with database.read() as session:
        assert await due(session) == [other]
        assert await due(session, later=True) == [album, other]


async def test_a_row_that_came_too_late_is_cancelled_and_told(database: Database) -> None:
    async with database.write() as session:
        late = await put(session, expires_at=SOON)
        answer = await put(session)
    async with database.read() as session:
        assert await due(session, later=True) == [answer]

    async with database.write() as session:
        assert await outbox.expire(session, AT) == []
        assert [found.id for found in await outbox.expire(session, LATER)] == [late]
        assert await outbox.expire(session, LATER) == []

    async with database.read() as session:
        assert await outbox.counts(session) == {"CANCELLED": 1, "QUEUED": 1}


async def test_parts_that_arrived_survive_a_crash(database: Database) -> None:
    async with database.write() as session:
        id_ = await put(session)
        await outbox.begin(session, id_, AT, LEASE)
        for number, platform_id in ((0, "m1"), (1, "m2"), (1, "m2")):
            await outbox.part_sent(session, id_, number, platform_id, AT)

    async with database.read() as session:
        before_its_time = await outbox.interrupted(session, at=AT)
        (found,) = await outbox.interrupted(session, at=LATER)
        everything = await outbox.interrupted(session, at=None)

    assert before_its_time == []
    assert found == Delivery(id_, LANS, {"text": "Đáp"}, "answer", "", None, None, None, 0, {0: "m1", 1: "m2"})
    assert everything == [found]


async def test_each_end_is_kept_apart(database: Database) -> None:
    async with database.write() as session:
        ids = [await put(session, Address("web", str(number))) for number in range(4)]
        for id_ in ids:
            await outbox.begin(session, id_, AT, LEASE)
        await outbox.sent(session, ids[0], AT)
        await outbox.failed(session, ids[1], "Refused", AT)
        await outbox.unknown(session, ids[2], "Unclear", AT)

    async with database.read() as session:
        assert [await outbox.state(session, id_) for id_ in ids] == ["SENT", "FAILED", "UNKNOWN", "SENDING"]
        assert await outbox.counts(session) == {"SENT": 1, "FAILED": 1, "UNKNOWN": 1, "SENDING": 1}


async def test_what_is_finished_stays_finished(database: Database) -> None:
    async with database.write() as session:
        id_ = await put(session)
        await outbox.begin(session, id_, AT, LEASE)
        await outbox.sent(session, id_, AT)

        await outbox.again(session, id_, AT, "late")
        await outbox.failed(session, id_, "late", AT)

        assert await outbox.state(session, id_) == "SENT"
        assert not await outbox.cancel(session, id_, AT)
        assert not await outbox.begin(session, id_, AT, LEASE)


async def test_a_held_row_waits_until_its_chat_can_be_written_to_and_holds_up_nothing(database: Database) -> None:
    async with database.write() as session:
        held, behind = await put(session), await put(session)
        others = await put(session, TUS)
        for id_ in (held, others):
            await outbox.begin(session, id_, AT, LEASE)
            await outbox.hold(session, id_)
        assert await due(session) == [behind]

        await outbox.release(session, LANS)

        assert await due(session) == [held]
        assert await outbox.state(session, others) == "HELD"


async def test_a_row_is_cancelled_only_before_it_is_sent(database: Database) -> None:
    async with database.write() as session:
        waiting, sending = await put(session), await put(session, TUS)
        await outbox.begin(session, sending, AT, LEASE)

        cancelled = [await outbox.cancel(session, id_, AT) for id_ in (waiting, sending)]

    assert cancelled == [True, False]


async def test_finished_rows_are_forgotten_with_time(database: Database) -> None:
    async with database.write() as session:
        done, waiting = await put(session), await put(session)
        await outbox.begin(session, done, AT, LEASE)
        await outbox.part_sent(session, done, 0, "m1", AT)
        await outbox.sent(session, done, AT)

        assert await outbox.forget(session, AT, AT) == 0
        assert await outbox.forget(session, LATER, AT) == 1
        assert [await outbox.state(session, id_) for id_ in (done, waiting)] == [None, "QUEUED"]


async def test_what_shows_staff_a_ticket_is_forgotten_later(database: Database) -> None:
    async with database.write() as session:
        shown = await outbox.put(session, Outgoing(Address("test", "son"), {"text": "1"}, "staff", ticket=1), AT)
        await outbox.begin(session, shown, AT, LEASE)
        await outbox.sent(session, shown, AT)

        assert await outbox.forget(session, LATER, AT) == 0
        assert await outbox.forget(session, LATER, LATER) == 1


async def test_a_lease_that_is_renewed_ends_later(database: Database) -> None:
    async with database.write() as session:
        id_ = await outbox.put(session, Outgoing(Address("web", "lan"), {"text": "1"}, "answer"), AT)
        await outbox.begin(session, id_, AT, LEASE)
        await outbox.renew(session, id_, AT + LEASE / 2, LEASE)

    async with database.read() as session:
        over = [await outbox.interrupted(session, at=AT + LEASE * times) for times in (1, 1.5)]
    assert [[delivery.id for delivery in found] for found in over] == [[], [id_]]
