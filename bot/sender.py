"""Sends what the outbox holds: in order within a lane, lanes side by side, honest about what is not known."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from itertools import chain

import structlog

from bot.bell import Bell
from bot.channel import Channel, ChannelError, Closed, Later, Refused, Unclear
from bot.intake import Intake
from bot.statistics import Statistics
from handlers import replies
from handlers.events import Failed
from storage import Database, Session, outbox
from storage.outbox import Delivery

LANES = 32  # of one channel, sent to at once: a channel that hangs must not keep the others waiting
LEASE = timedelta(seconds=180)  # longer than any part may take: a file that is sent twice, 90 s each time
LOOK_EVERY_S = 1.0  # for rows that other processes wrote, and for those that wait for their time
RECOVER_EVERY_S = 10.0
GIVE_UP_AFTER = 300  # attempts; with the pauses below, a platform that is away for a day
GIVE_UP_ON_FAULTS_AFTER = 10  # attempts of a row that makes our own code fail; about a quarter of an hour
_LONGEST_PAUSE = timedelta(minutes=5)
_LONGEST_PAUSE_S = 10.0  # between looks at a database that is away
_REPEATED = frozenset({"answer", "proactive", "card", "staff", "aside"})
"""Kinds that are better said twice than not at all. A mentor's words are not: their ticket can say so."""

log = structlog.get_logger(__name__)


class Sender:
    def __init__(
        self,
        database: Database,
        channels: Iterable[Channel],
        intake: Intake,
        bell: Bell,
        clock: Callable[[], datetime],
        statistics: Statistics,
    ) -> None:
        self._database = database
        self._channels: Mapping[str, Channel] = {channel.name: channel for channel in channels}
        self._intake = intake
        self._bell = bell
        self._clock = clock
        self._statistics = statistics
        self._busy: dict[str, str] = {}
        """Lanes in hand, each with its channel."""
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Sends until cancelled; what is in hand then is finished by `drain`."""
        now = asyncio.get_running_loop().time
        recovered: float | None = None
        pause_s = LOOK_EVERY_S
        while True:
            seen = self._bell.count("outbox")
            try:
                if recovered is None or now() - recovered > RECOVER_EVERY_S:
                    # At the start nobody else can be sending from an SQLite file; others may share a PostgreSQL.
                    is_alone = recovered is None and self._database.dialect == "sqlite"
                    await self.recover(at=None if is_alone else self._clock())
                    recovered = now()
                started = await self._start_lanes()
            except Exception as error:  # noqa: BLE001, RUF100 - the boundary: a database that is away for a moment
                log.error("outbox not readable", exc_info=error)
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
                continue
            pause_s = LOOK_EVERY_S
            if not started:
                await self._bell.wait("outbox", seen, min(LOOK_EVERY_S, self._rested_in_s()))

    async def drain(self) -> None:
        """Waits until the rows in hand are sent."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def settle(self) -> None:
        """Sends everything that is due, and returns when nothing is."""
        while await self._start_lanes() or self._tasks:
            await self.drain()

    async def recover(self, *, at: datetime | None) -> None:
        """Takes up what a process that died was sending: rows whose lease ended by `at`, or all if that is None."""
        async with self._database.read() as session:
            left = await outbox.interrupted(session, at=at)
        for delivery in left:
            channel = self._channels.get(delivery.address.channel)
            if channel is None or delivery.address.lane in self._busy:
                continue
            log.warning("delivery was interrupted", outgoing=delivery.id, channel=channel.name, kind=delivery.kind)
            if channel.repeats_safely or delivery.kind in _REPEATED:
                await self._again(delivery, timedelta(0), "interrupted")
            else:
                await self._given_up(delivery, "interrupted", unknown=True)

    async def _start_lanes(self) -> int:
        at_work = list(self._busy.values())
        resting = {name: channel.resting() for name, channel in self._channels.items()}
        free = {name: 0 if "" in lanes else LANES - at_work.count(name) for name, lanes in resting.items()}
        if not any(left > 0 for left in free.values()):
            if len(self._tasks) < LANES:
                return 0  # not work in hand keeps them waiting, but a platform's pace
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
            return len(self._tasks)
        async with self._database.read(brief=True) as session:
            due = await outbox.due(
                session,
                at=self._clock(),
                limit=LANES,
                busy=[*self._busy, *chain.from_iterable(resting.values())],
                channels=[name for name, left in free.items() if left > 0],
            )
        started = 0
        for delivery in due:
            name = delivery.address.channel
            if free[name] <= 0:
                continue
            free[name] -= 1
            started += 1
            self._busy[delivery.address.lane] = name
            task = asyncio.create_task(self._work(delivery))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return started

    def _rested_in_s(self) -> float:
        """When the first lane that the pace keeps waiting need not any more."""
        waits = chain.from_iterable(channel.resting().values() for channel in self._channels.values())
        return min(waits, default=LOOK_EVERY_S)

    async def _work(self, delivery: Delivery) -> None:
        try:
            await self.deliver(delivery)
        except Exception as error:  # noqa: BLE001, RUF100 - the boundary of one row; if begun, its lease ends
            log.error("delivery interrupted", outgoing=delivery.id, exc_info=error)
            await asyncio.sleep(LOOK_EVERY_S)
        finally:
            del self._busy[delivery.address.lane]
            self._bell.ring("outbox")

    async def deliver(self, delivery: Delivery) -> None:
        """Sends one row, part by part; parts that arrived before are not sent again."""
        channel = self._channels[delivery.address.channel]
        if not await self._database.apply(lambda session: outbox.begin(session, delivery.id, self._clock(), LEASE)):
            return
        try:
            parts = channel.split(replies.from_json(delivery.reply))
            arrived = set(delivery.parts_sent)
            for number, part in enumerate(parts):
                if number in arrived:
                    continue
                told = await channel.send(delivery, number, part)
                ids = (told,) if isinstance(told, str) else told
                sent = dict(enumerate(ids, start=number))
                arrived |= sent.keys()
                self._statistics.sent.labels(channel=channel.name).inc(len(sent))
                await self._mark_sent(delivery, sent, is_last=len(parts) - 1 in arrived)
        except ChannelError as error:
            await self._not_sent(channel, delivery, error)
            return
        except Exception as error:  # noqa: BLE001, RUF100 - a fault of the channel's code; nobody knows how far it came
            log.error("channel failed", outgoing=delivery.id, channel=channel.name, exc_info=error)
            await self._not_sent(channel, delivery, error)
            return
        if len(delivery.parts_sent) >= len(parts):  # all had arrived before a crash; only the mark is missing
            await self._database.apply(lambda session: outbox.sent(session, delivery.id, self._clock()))
        if delivery.post is not None:
            self._bell.ring("desk")

    async def _mark_sent(self, delivery: Delivery, sent: Mapping[int, str], *, is_last: bool) -> None:
        """What went out together is marked together: after a crash all of it had arrived, or nothing is known of it."""

        async def mark(session: Session) -> None:
            for number, platform_id in sent.items():
                await outbox.part_sent(session, delivery.id, number, platform_id, self._clock())
            if is_last:
                await outbox.sent(session, delivery.id, self._clock())
            else:
                await outbox.renew(session, delivery.id, self._clock(), LEASE)

        await self._database.apply(mark)

    async def _not_sent(self, channel: Channel, delivery: Delivery, error: Exception) -> None:
        """What the error says can be done: later, when the window opens, or never; or it is unclear."""
        reason = type(error).__name__
        attempts = delivery.attempts + 1
        match error:
            case Refused():
                await self._given_up(delivery, reason)
            case Closed():
                async with self._database.write() as session:
                    await outbox.hold(session, delivery.id)
            case Later(after=after) if attempts < GIVE_UP_AFTER:
                await self._again(delivery, max(after, _pause(attempts)), reason)
            case Unclear() if not (channel.repeats_safely or delivery.kind in _REPEATED):
                await self._given_up(delivery, reason, unknown=True)
            case Unclear() if attempts < GIVE_UP_AFTER:
                await self._again(delivery, _pause(attempts), reason)
            case ChannelError():
                await self._given_up(delivery, reason, unknown=isinstance(error, Unclear))
            case _ if attempts < GIVE_UP_ON_FAULTS_AFTER and (channel.repeats_safely or delivery.kind in _REPEATED):
                await self._again(delivery, _pause(attempts), reason)
            case _:
                await self._given_up(delivery, reason, unknown=True)

    async def _again(self, delivery: Delivery, after: timedelta, reason: str) -> None:
        async with self._database.write() as session:
            await outbox.again(session, delivery.id, self._clock() + after, reason)

    async def _given_up(self, delivery: Delivery, reason: str, *, unknown: bool = False) -> None:
        """It is over for this row; an event tells whoever must know, in the same transaction."""
        log.warning("delivery given up", outgoing=delivery.id, channel=delivery.address.channel, reason=reason)
        why = "unknown" if unknown else "failed"
        self._statistics.not_sent.labels(channel=delivery.address.channel, why=why).inc()
        told = Failed(self._clock(), delivery.address, delivery.id, reason, unknown)

        async def mark(session: Session) -> None:
            finish = outbox.unknown if unknown else outbox.failed
            await finish(session, delivery.id, reason, self._clock())

        await self._intake.accept([(f"outgoing:{delivery.id}", told)], channel="outbox", also=mark)


def _pause(attempts: int) -> timedelta:
    """1 s, 2 s, 4 s and so on, up to five minutes."""
    return min(timedelta(seconds=2 ** min(attempts - 1, 10)), _LONGEST_PAUSE)
