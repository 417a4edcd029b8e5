"""What came in: accepted before it is acknowledged, handled in order per lane, known again when delivered twice."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, or_, select, update

from storage.database import Session
from storage.statements import counted, insert_new
from storage.tables import InboxRow, InboxState, rows_of

_inbox = rows_of(InboxRow)


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event as a channel delivered it; channel, bot and key together say which one it is."""

    channel: str
    bot: str
    key: str
    lane: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Waiting:
    id: int
    channel: str
    bot: str
    key: str
    lane: str
    payload: dict[str, Any]
    attempts: int


@dataclass(frozen=True, slots=True)
class Aside:
    """An event that kept failing; what was in it is gone, what kind of error it was is not."""

    id: int
    channel: str
    error: str
    at: datetime


async def accept(session: Session, arrivals: Sequence[Arrival], at: datetime) -> list[int]:
    """Stores what is new and returns its ids; what was delivered before changes nothing."""
    rows = [
        {
            "channel": a.channel,
            "bot": a.bot,
            "key": a.key,
            "lane": a.lane,
            "payload": a.payload,
            "received_at": at,
            "state": InboxState.NEW,
            "attempts": 0,
            "error": "",
        }
        for a in arrivals
    ]
    return await insert_new(session, InboxRow, rows)


async def refuse(session: Session, arrivals: Sequence[Arrival], error: str, at: datetime) -> int:
    """Sets aside what can't be read at all, so that it is not delivered again; returns how much of it was new."""
    new = await accept(session, arrivals, at)
    for row in new:
        await set_aside(session, row, error, at)
    return len(new)


async def first_time(session: Session, key: str, at: datetime) -> bool:
    """True unless a press with this key was handled before; the key is kept as long as those of other events.

    For what staff press on pages, which is done at once and never waits here.
    """
    new = await accept(session, [Arrival(channel="desk", bot="", key=key, lane="desk", payload={})], at)
    for row in new:
        await done(session, row, at)
    return bool(new)


_WAITING = (  # made once: see `identities`
    select(_inbox)
    .where(
        _inbox.c.id.in_(
            select(func.min(_inbox.c.id))
            .where(_inbox.c.state == InboxState.NEW)
            .group_by(_inbox.c.lane)
            .scalar_subquery()
        )
    )
    .where(or_(_inbox.c.retry_at.is_(None), _inbox.c.retry_at <= bindparam("now")))
    .where(_inbox.c.lane.not_in(bindparam("busy", expanding=True)))
    .order_by(_inbox.c.id)
    .limit(bindparam("most"))
)


async def waiting(session: Session, *, at: datetime, limit: int, busy: Collection[str]) -> list[Waiting]:
    """The oldest unhandled event of each lane that is not busy, unless that one waits for its next attempt."""
    found = await session.execute(_WAITING, {"now": at, "busy": list(busy), "most": limit})
    return [Waiting(r.id, r.channel, r.bot, r.key, r.lane, r.payload or {}, r.attempts) for r in found]


_event, _earlier = _inbox.alias(), _inbox.alias()
_CLAIM = (  # made once: see `identities`
    select(_event.c.id)
    .where(_event.c.id == bindparam("claimed"), _event.c.state == InboxState.NEW)
    .where(
        ~select(_earlier.c.id)
        .where(_earlier.c.lane == _event.c.lane, _earlier.c.id < _event.c.id, _earlier.c.state == InboxState.NEW)
        .exists()
    )
    # SQLite's write lock is held already; on PostgreSQL the row's lock keeps other processes away until the commit.
    .with_for_update(skip_locked=True, of=_event)
)
_BECOMES = update(_inbox).values(
    state=bindparam("becomes"), payload=None, error=bindparam("why"), handled_at=bindparam("when"), retry_at=None
)
_TAKE = _BECOMES.where(_inbox.c.id == _CLAIM.scalar_subquery())
_FINISH = _BECOMES.where(_inbox.c.id == bindparam("finished"))


async def claim(session: Session, id_: int) -> bool:
    """True if this transaction may handle the event: it is unhandled, the first of its lane, and nobody else has it."""
    return await session.scalar(_CLAIM, {"claimed": id_}) is not None


async def take(session: Session, id_: int, at: datetime) -> bool:
    """Marks it handled in the transaction that handles it; what the person wrote is gone from here, the key is kept.

    False if this transaction may not handle it, see `claim`.
    """
    return counted(await session.execute(_TAKE, {"claimed": id_, **_finished(InboxState.DONE, "", at)})) == 1


async def done(session: Session, id_: int, at: datetime) -> None:
    """Handled, by whoever has claimed it."""
    await session.execute(_FINISH, {"finished": id_, **_finished(InboxState.DONE, "", at)})


async def failed(session: Session, id_: int, error: str, retry_at: datetime) -> int:
    """Counts a failed attempt and says when the next one may be; returns how many there were."""
    attempts = await session.scalar(
        update(InboxRow)
        .where(InboxRow.id == id_, InboxRow.state == InboxState.NEW)
        .values(attempts=InboxRow.attempts + 1, error=error[:200], retry_at=retry_at)
        .returning(InboxRow.attempts)
    )
    return attempts or 0


async def set_aside(session: Session, id_: int, error: str, at: datetime) -> None:
    await session.execute(_FINISH, {"finished": id_, **_finished(InboxState.ASIDE, error, at)})


def _finished(state: InboxState, error: str, at: datetime) -> dict[str, object]:
    return {"becomes": state, "why": error[:200], "when": at}


async def forget(session: Session, before: datetime) -> int:
    """Deletes handled events received before this moment; their keys are not known any more."""
    return counted(
        await session.execute(delete(InboxRow).where(InboxRow.state == InboxState.DONE, InboxRow.received_at < before))
    )


async def counts(session: Session) -> dict[str, int]:
    found = await session.execute(select(InboxRow.state, func.count()).group_by(InboxRow.state))
    return dict(found.all())


async def aside(session: Session, limit: int) -> list[Aside]:
    """Events that were set aside, newest first."""
    found = await session.scalars(
        select(InboxRow).where(InboxRow.state == InboxState.ASIDE).order_by(InboxRow.id.desc()).limit(limit)
    )
    return [Aside(r.id, r.channel, r.error, r.handled_at or r.received_at) for r in found]
