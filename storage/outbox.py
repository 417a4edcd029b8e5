"""What goes out: replies waiting, being sent, and what became of each."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, delete, func, or_, select, true, update

from storage.addresses import Address
from storage.database import Session
from storage.questions import Outcome
from storage.statements import counted, insert_new, insert_row
from storage.tables import OutboxPart, OutboxRow, OutboxState, QuestionRow, rows_of

_outbox, _parts = rows_of(OutboxRow), rows_of(OutboxPart)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A reply that is to be sent."""

    address: Address
    reply: dict[str, Any]
    kind: str
    """`answer`, `mentor`, `proactive`, `card`, `staff` or `aside`: what is done when it is unclear whether it arrived.

    `card` shows staff a ticket and is edited as that changes; `staff` tells them a member's words; `aside` is what the
    helpdesk itself says to them. What they reply to the first two goes to the member.
    """
    priority: int = 0
    not_before: datetime | None = None
    expires_at: datetime | None = None
    reply_to: str = ""
    edits: int | None = None
    attachment: int | None = None
    post: int | None = None
    audience: str = ""
    """The user who may press its buttons where others see them too; empty for anyone."""
    ticket: int | None = None
    """The ticket that it tells staff about."""
    question: int | None = None
    """The question that it answers."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A row in hand of the sender."""

    id: int
    address: Address
    reply: dict[str, Any]
    kind: str
    reply_to: str
    edits: int | None
    attachment: int | None
    post: int | None
    attempts: int
    parts_sent: dict[int, str]
    """Platform ids of the parts that arrived already, by number."""


_WORTH = {
    "answer": timedelta(days=2),
    "proactive": timedelta(days=2),
    "aside": timedelta(days=2),
    "card": timedelta(days=7),
    "staff": timedelta(days=7),
}
"""How long a reply is worth sending that nothing else is said of; a mentor's words always are."""


async def put(session: Session, outgoing: Outgoing, at: datetime) -> int:
    """Lets a reply wait to be sent, for as long as its kind is worth it unless `expires_at` says otherwise."""
    worth = _WORTH.get(outgoing.kind)
    return await insert_row(
        session,
        OutboxRow,
        {
            "lane": outgoing.address.lane,
            "channel": outgoing.address.channel,
            "chat": outgoing.address.chat,
            "thread": outgoing.address.thread,
            "reply": outgoing.reply,
            "kind": outgoing.kind,
            "priority": outgoing.priority,
            "not_before": outgoing.not_before,
            "expires_at": outgoing.expires_at or (at + worth if worth is not None else None),
            "reply_to": outgoing.reply_to,
            "edits_id": outgoing.edits,
            "attachment_id": outgoing.attachment,
            "post_id": outgoing.post,
            "audience": outgoing.audience,
            "ticket_id": outgoing.ticket,
            "question_id": outgoing.question,
            "created_at": at,
        },
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """A row of which something stands in a chat."""

    id: int
    address: Address
    kind: str
    audience: str
    ticket: int | None
    question: int | None
    post: int | None
    platform_id: str
    """The platform's id of its last part."""


async def shown(session: Session, address: Address, platform_id: str) -> Shown | None:
    """What the platform calls `platform_id` in this chat, if we sent it."""
    return await _shown(
        session,
        OutboxRow.channel == address.channel,
        OutboxRow.chat == address.chat,
        OutboxPart.platform_id == platform_id,
    )


async def first_part(session: Session, id_: int, chat: str) -> str | None:
    """The platform's id of the first part of a row, once that arrived: of its newest edit, where there are any."""
    parts = await standing(session, id_, chat)
    return parts[0] if parts else None


async def standing(session: Session, id_: int, chat: str, *, before: int | None = None) -> list[str]:
    """The platform's ids of what stands for a row in this chat: the parts of it or of its newest edit that arrived.

    `before` is an edit that does not count, nor do those behind it.

    A group that moved counts anew: what stood in the old one has no name in the new one.
    """
    newest = (
        select(func.max(OutboxRow.id))
        .join(OutboxPart, OutboxPart.outbox_id == OutboxRow.id)
        .where(or_(OutboxRow.id == id_, OutboxRow.edits_id == id_), OutboxRow.chat == chat, OutboxPart.number == 0)
        .where(OutboxRow.id < before if before is not None else true())
        .scalar_subquery()
    )
    found = await session.scalars(
        select(OutboxPart.platform_id)
        .where(OutboxPart.outbox_id == newest, OutboxPart.platform_id != "")
        .order_by(OutboxPart.number)
    )
    return list(found)


async def reply_of(session: Session, id_: int) -> dict[str, Any] | None:
    """What a row says; None if it is not kept any more."""
    reply = await session.scalar(select(OutboxRow.reply).where(OutboxRow.id == id_))
    return dict(reply) if reply else None


async def answer_to(session: Session, question_id: int) -> Shown | None:
    """The newest answer to a question that stands in a chat."""
    return await _shown(session, OutboxRow.question_id == question_id)


async def told_lately(session: Session, address: Address, entry: str, since: datetime, *, besides: int) -> Shown | None:
    """Where an entry of the FAQ stands in this place that was the answer to another question since then.

    An answer replies to the message that asked; what replies to anything else only points to it.
    """
    newest = await session.scalar(
        select(OutboxRow.id)
        .join(QuestionRow, QuestionRow.id == OutboxRow.question_id)
        .where(OutboxRow.channel == address.channel, OutboxRow.chat == address.chat)
        .where(OutboxRow.thread == address.thread, OutboxRow.reply_to == QuestionRow.message)
        .where(QuestionRow.entry == entry, QuestionRow.at > since, QuestionRow.id != besides)
        .where(QuestionRow.outcome != Outcome.CANCELLED)
        .order_by(OutboxRow.id.desc())
        .limit(1)
    )
    return await _shown(session, OutboxRow.id == newest) if newest is not None else None


async def cards(session: Session, ticket_id: int) -> list[tuple[int, Address]]:
    """The cards that show staff a ticket, oldest first; edits of a card are not cards of their own."""
    found = await session.execute(
        select(OutboxRow.id, OutboxRow.channel, OutboxRow.chat, OutboxRow.thread)
        .where(OutboxRow.ticket_id == ticket_id, OutboxRow.kind == "card", OutboxRow.edits_id.is_(None))
        .where(OutboxRow.state.not_in([OutboxState.FAILED, OutboxState.CANCELLED]))
        .order_by(OutboxRow.id)
    )
    return [(id_, Address(channel, chat, thread)) for id_, channel, chat, thread in found]


async def tickets_shown(session: Session, address: Address) -> list[int]:
    """The tickets of which a card stands in this chat."""
    found = await session.scalars(
        select(OutboxRow.ticket_id)
        .where(OutboxRow.channel == address.channel, OutboxRow.chat == address.chat)
        .where(OutboxRow.kind == "card", OutboxRow.ticket_id.is_not(None))
        .group_by(OutboxRow.ticket_id)
        .order_by(OutboxRow.ticket_id)
    )
    return [id_ for id_ in found if id_ is not None]


async def newest_reply(session: Session, card_id: int) -> dict[str, Any]:
    """What a row says now, with its edits: those that were sent, or will be."""
    reply = await session.scalar(
        select(OutboxRow.reply)
        .where(or_(OutboxRow.id == card_id, OutboxRow.edits_id == card_id))
        .where(OutboxRow.state != OutboxState.CANCELLED)
        .order_by(OutboxRow.id.desc())
        .limit(1)
    )
    return dict(reply) if reply else {}


async def of_post(session: Session, post_id: int) -> int | None:
    """The row that first said a post."""
    return await session.scalar(select(func.min(OutboxRow.id)).where(OutboxRow.post_id == post_id))


async def staff_lines(session: Session, ticket_id: int) -> list[tuple[int, Address]]:
    """What else staff were told of a ticket, if only in part, oldest first; without what edits something."""
    begun = select(OutboxPart.id).where(OutboxPart.outbox_id == OutboxRow.id).exists()
    found = await session.execute(
        select(OutboxRow.id, OutboxRow.channel, OutboxRow.chat, OutboxRow.thread)
        .where(OutboxRow.ticket_id == ticket_id, OutboxRow.kind == "staff", OutboxRow.edits_id.is_(None))
        .where(or_(OutboxRow.state.in_([OutboxState.SENDING, OutboxState.SENT]), begun))
        .order_by(OutboxRow.id)
    )
    return [(id_, Address(channel, chat, thread)) for id_, channel, chat, thread in found]


async def queued(session: Session, address: Address) -> int:
    """How much waits to be sent to this chat."""
    found = await session.scalar(
        select(func.count())
        .select_from(OutboxRow)
        .where(OutboxRow.lane == address.lane, OutboxRow.state == OutboxState.QUEUED)
    )
    return found or 0


async def withdraw(session: Session, question_id: int, at: datetime) -> None:
    """Answers to a question that still wait are not worth sending: it is answered anew."""
    await session.execute(
        update(OutboxRow)
        .where(OutboxRow.question_id == question_id, OutboxRow.state.in_([OutboxState.QUEUED, OutboxState.HELD]))
        .values(state=OutboxState.CANCELLED, finished_at=at)
        .execution_options(synchronize_session=False)
    )


async def extend(session: Session, post_id: int, files: Collection[int]) -> bool:
    """Adds files to what is said by a post; False if that is on its way already."""
    waiting = (OutboxRow.post_id == post_id, OutboxRow.state.in_([OutboxState.QUEUED, OutboxState.HELD]))
    row = (await session.execute(select(OutboxRow.id, OutboxRow.reply).where(*waiting))).first()
    if row is None:
        return False
    id_, reply = row
    changed = await session.execute(
        update(OutboxRow)
        .where(OutboxRow.id == id_, *waiting)
        .values(reply={**reply, "attachments": [*reply.get("attachments", []), *files]})
        .execution_options(synchronize_session=False)
    )
    return counted(changed) == 1


async def recall(session: Session, address: Address, at: datetime) -> None:
    """What was planned for later in this chat is not said."""
    await session.execute(
        update(OutboxRow)
        .where(OutboxRow.channel == address.channel, OutboxRow.chat == address.chat)
        .where(OutboxRow.state == OutboxState.QUEUED, OutboxRow.attempts == 0, OutboxRow.not_before > at)
        .values(state=OutboxState.CANCELLED, finished_at=at)
        .execution_options(synchronize_session=False)
    )


async def outdate(session: Session, edited: int, at: datetime) -> None:
    """Earlier edits of this row that still wait are not worth sending: a newer one follows."""
    await session.execute(
        update(OutboxRow)
        .where(OutboxRow.edits_id == edited, OutboxRow.state.in_([OutboxState.QUEUED, OutboxState.HELD]))
        .values(state=OutboxState.CANCELLED, finished_at=at)
        .execution_options(synchronize_session=False)
    )


async def _shown(session: Session, *conditions: ColumnElement[bool]) -> Shown | None:
    found = (
        await session.execute(
            select(OutboxRow, OutboxPart.platform_id)
            .join(OutboxPart, OutboxPart.outbox_id == OutboxRow.id)
            .where(OutboxPart.platform_id != "", *conditions)
            .order_by(OutboxRow.id.desc(), OutboxPart.number.desc())
            .limit(1)
        )
    ).first()
    if found is None:
        return None
    row, platform_id = found
    return Shown(
        row.id,
        Address(row.channel, row.chat, row.thread),
        row.kind,
        row.audience,
        row.ticket_id,
        row.question_id,
        row.post_id,
        platform_id,
    )


_IN_LINE = or_(
    _outbox.c.state == OutboxState.SENDING,
    and_(
        _outbox.c.state == OutboxState.QUEUED,
        or_(
            _outbox.c.attempts > 0,
            _outbox.c.kind == "mentor",  # an album that comes piece by piece: what was said after it goes after it
            _outbox.c.not_before.is_(None),
            _outbox.c.not_before <= bindparam("now"),
        ),
        or_(_outbox.c.expires_at.is_(None), _outbox.c.expires_at > bindparam("now")),
    ),
)
_DUE = (  # made once: see `identities`
    select(_outbox)
    .where(
        _outbox.c.id.in_(select(func.min(_outbox.c.id)).where(_IN_LINE).group_by(_outbox.c.lane).scalar_subquery()),
        _outbox.c.state == OutboxState.QUEUED,
        _outbox.c.channel.in_(bindparam("channels", expanding=True)),
        _outbox.c.lane.not_in(bindparam("busy", expanding=True)),
        or_(_outbox.c.not_before.is_(None), _outbox.c.not_before <= bindparam("now")),
    )
    .order_by(_outbox.c.priority.desc(), _outbox.c.id)
    .limit(bindparam("most"))
)


async def due(
    session: Session, *, at: datetime, limit: int, busy: Collection[str], channels: Collection[str]
) -> list[Delivery]:
    """The next row of each lane that is not busy; those behind one that is being sent, or tried again later, wait.

    A row that was only planned for later does not hold up its lane, unless it is a mentor's words. Lanes with a row of
    higher priority come first.
    """
    found = await session.execute(_DUE, {"now": at, "busy": list(busy), "channels": list(channels), "most": limit})
    return await _deliveries(session, list(found))


_MOVE = update(_outbox).where(_outbox.c.id == bindparam("moved"), _outbox.c.state == bindparam("was"))
_BEGIN = _MOVE.values(state=OutboxState.SENDING, leased_until=bindparam("until"))
_RENEW = _MOVE.values(leased_until=bindparam("until"))
_SENT = _MOVE.values(state=OutboxState.SENT, leased_until=None, finished_at=bindparam("when"), error="")


async def begin(session: Session, id_: int, at: datetime, lease: timedelta) -> bool:
    """True if this sender may send it; until the lease ends, nobody else will."""
    begun = await session.execute(_BEGIN, {"moved": id_, "was": OutboxState.QUEUED, "until": at + lease})
    return counted(begun) == 1


async def part_sent(session: Session, id_: int, number: int, platform_id: str, at: datetime) -> None:
    """A part is done with; one that had to be left out has no `platform_id`."""
    row = {"outbox_id": id_, "number": number, "platform_id": platform_id, "sent_at": at}
    await insert_new(session, OutboxPart, [row])


async def is_begun(session: Session, id_: int) -> bool:
    """True if something of a row stands in a chat."""
    some = select(OutboxPart.id).where(OutboxPart.outbox_id == id_, OutboxPart.platform_id != "")
    return await session.scalar(some.limit(1)) is not None


async def renew(session: Session, id_: int, at: datetime, lease: timedelta) -> None:
    """Nobody else will send it until a new lease ends."""
    await session.execute(_RENEW, {"moved": id_, "was": OutboxState.SENDING, "until": at + lease})


async def sent(session: Session, id_: int, at: datetime) -> None:
    await session.execute(_SENT, {"moved": id_, "was": OutboxState.SENDING, "when": at})


async def failed(session: Session, id_: int, error: str, at: datetime) -> None:
    await _move(session, id_, OutboxState.SENDING, OutboxState.FAILED, finished_at=at, error=error[:200])


async def unknown(session: Session, id_: int, error: str, at: datetime) -> None:
    """The request left, and no answer came."""
    await _move(session, id_, OutboxState.SENDING, OutboxState.UNKNOWN, finished_at=at, error=error[:200])


async def again(session: Session, id_: int, not_before: datetime, error: str) -> None:
    """It did not arrive; it is tried once more, not before this moment."""
    await session.execute(
        update(OutboxRow)
        .where(OutboxRow.id == id_, OutboxRow.state == OutboxState.SENDING)
        .values(
            state=OutboxState.QUEUED,
            attempts=OutboxRow.attempts + 1,
            not_before=not_before,
            error=error[:200],
            leased_until=None,
        )
        .execution_options(synchronize_session=False)
    )


async def hold(session: Session, id_: int) -> None:
    """It waits until its place can be written to again; those behind it are sent first when that is their turn."""
    await _move(session, id_, OutboxState.SENDING, OutboxState.HELD)


_RELEASE = (  # made once: see `identities`
    update(_outbox)
    .where(_outbox.c.lane == bindparam("released"), _outbox.c.state == OutboxState.HELD)
    .values(state=OutboxState.QUEUED, not_before=None)
)


async def release(session: Session, address: Address) -> None:
    """This place can be written to again."""
    await session.execute(_RELEASE, {"released": address.lane})


async def cancel(session: Session, id_: int, at: datetime) -> bool:
    """True if it was still waiting and will not be sent now."""
    return await _move(session, id_, OutboxState.QUEUED, OutboxState.CANCELLED, finished_at=at)


async def expire(session: Session, at: datetime) -> list[Delivery]:
    """Cancels what waited too long to be worth sending, and returns it."""
    rows = list(
        await session.scalars(
            select(OutboxRow).where(
                OutboxRow.state.in_([OutboxState.QUEUED, OutboxState.HELD]), OutboxRow.expires_at <= at
            )
        )
    )
    late = await _deliveries(session, rows)
    for row in rows:
        row.state = OutboxState.CANCELLED
        row.finished_at = at
    await session.flush()
    return late


async def interrupted(session: Session, *, at: datetime | None) -> list[Delivery]:
    """What was being sent by a process that died: rows whose lease ended by `at`, or all of them if that is None."""
    over: list[ColumnElement[bool]] = [OutboxRow.state == OutboxState.SENDING]
    if at is not None:
        over.append(OutboxRow.leased_until <= at)
    found = await session.scalars(
        select(OutboxRow).where(*over).order_by(OutboxRow.id).execution_options(populate_existing=True)
    )
    return await _deliveries(session, list(found))


async def state(session: Session, id_: int) -> str | None:
    return await session.scalar(select(OutboxRow.state).where(OutboxRow.id == id_))


async def counts(session: Session) -> dict[str, int]:
    found = await session.execute(select(OutboxRow.state, func.count()).group_by(OutboxRow.state))
    return dict(found.all())


async def forget(session: Session, before: datetime, staff_before: datetime) -> int:
    """Deletes finished rows created before this moment, except those that tell what became of a post.

    What shows staff a ticket is known for longer: it is edited, and taken away when the member is erased.
    """
    finished = (OutboxState.SENT, OutboxState.CANCELLED, OutboxState.FAILED, OutboxState.UNKNOWN)
    edited = select(OutboxRow.edits_id).where(OutboxRow.edits_id.is_not(None))
    return counted(
        await session.execute(
            delete(OutboxRow)
            .where(
                OutboxRow.state.in_(finished),
                or_(
                    and_(OutboxRow.created_at < before, OutboxRow.kind.not_in(["card", "staff"])),
                    OutboxRow.created_at < staff_before,
                ),
                OutboxRow.post_id.is_(None),
                OutboxRow.id.not_in(edited),
            )
            .execution_options(synchronize_session=False)
        )
    )


async def _move(session: Session, id_: int, was: OutboxState, becomes: OutboxState, **values: object) -> bool:
    statement = _MOVE.values(state=becomes, **{"leased_until": None, **values})
    changed = await session.execute(statement, {"moved": id_, "was": was})
    return counted(changed) == 1


_PARTS = select(_parts.c.outbox_id, _parts.c.number, _parts.c.platform_id).where(
    _parts.c.outbox_id.in_(bindparam("rows", expanding=True))
)


async def _deliveries(session: Session, rows: Sequence[OutboxRow | Row[Any]]) -> list[Delivery]:
    if not rows:
        return []
    parts: dict[int, dict[int, str]] = {}
    for outbox_id, number, platform_id in await session.execute(_PARTS, {"rows": [row.id for row in rows]}):
        parts.setdefault(outbox_id, {})[number] = platform_id
    return [
        Delivery(
            row.id,
            Address(row.channel, row.chat, row.thread),
            dict(row.reply),
            row.kind,
            row.reply_to,
            row.edits_id,
            row.attachment_id,
            row.post_id,
            row.attempts,
            parts.get(row.id, {}),
        )
        for row in rows
    ]
