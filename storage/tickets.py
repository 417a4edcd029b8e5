"""Tickets: all changes of their state in one table, each written as a step, and what is said in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, bindparam, func, or_, select, update

from storage import attachments, identities
from storage.addresses import Address, Identity
from storage.database import Session
from storage.statements import insert_new
from storage.tables import AttachmentRow, OutboxRow, PostRow, StepRow, TicketRow, rows_of

_tickets = rows_of(TicketRow)


class State(StrEnum):
    OPEN = "OPEN"
    TAKEN = "TAKEN"
    ANSWERED = "ANSWERED"
    CLOSED = "CLOSED"


_OPEN_STATES = (State.OPEN, State.TAKEN, State.ANSWERED)

STEPS: dict[tuple[str, State], State] = {
    ("take", State.OPEN): State.TAKEN,
    ("answer", State.TAKEN): State.ANSWERED,
    ("answer", State.ANSWERED): State.ANSWERED,
    ("follow", State.ANSWERED): State.TAKEN,  # the member writes again: the mentor's turn
    ("release", State.TAKEN): State.OPEN,
    ("release", State.ANSWERED): State.OPEN,
    ("pass", State.OPEN): State.OPEN,
    ("pass", State.TAKEN): State.OPEN,
    ("pass", State.ANSWERED): State.OPEN,
    ("close", State.OPEN): State.CLOSED,
    ("close", State.TAKEN): State.CLOSED,
    ("close", State.ANSWERED): State.CLOSED,
    ("erase", State.OPEN): State.CLOSED,
    ("erase", State.TAKEN): State.CLOSED,
    ("erase", State.ANSWERED): State.CLOSED,
    ("reopen", State.CLOSED): State.OPEN,
}
"""What may be done in which state, and what it becomes; everything else does nothing."""

_LAYS_DOWN = {"release", "pass", "reopen"}
"""After these nobody has the ticket."""


@dataclass(frozen=True, slots=True)
class Ticket:
    id: int
    person_id: int
    identity_id: int | None
    address: Address
    question_id: int | None
    unit: str
    state: State
    mentor_id: int | None
    deadline: datetime | None
    opened_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Post:
    id: int
    ticket_id: int
    kind: str
    """`member`, `mentor`, `note` (for mentors only) or `system`."""
    author_id: int | None
    text: str
    revision: int
    message: str
    at: datetime
    attachments: tuple[int, ...]
    delivery: str | None
    """The outbox state of its delivery; None where nothing was to be sent."""


@dataclass(frozen=True, slots=True)
class Step:
    at: datetime
    action: str
    actor_id: int | None
    was: str
    became: str
    unit: str
    reason: str
    deadline: datetime | None


async def open_(
    session: Session,
    *,
    person_id: int,
    identity: Identity,
    address: Address,
    question_id: int,
    unit: str,
    text: str,
    reason: str,
    at: datetime,
    deadline: datetime | None = None,
    message: str = "",
) -> Ticket:
    """Makes the question a ticket with its words as the first post; the same question again is the same ticket."""
    identity_id = await identities.id_of(session, identity)
    row = {
        "person_id": person_id,
        "identity_id": identity_id,
        "channel": address.channel,
        "chat": address.chat,
        "thread": address.thread,
        "question_id": question_id,
        "unit": unit,
        "state": State.OPEN,
        "deadline": deadline,
        "opened_at": at,
        "changed_at": at,
    }
    if new := await insert_new(session, TicketRow, [row]):
        session.add(
            StepRow(
                ticket_id=new[0],
                at=at,
                action="open",
                actor_id=person_id,
                was="",
                became=State.OPEN,
                unit=unit,
                reason=reason,
                deadline=deadline,
            )
        )
        await post(session, new[0], "member", text, author=person_id, identity=identity, at=at, message=message)
    found = await session.scalar(select(TicketRow).where(TicketRow.question_id == question_id))
    assert found is not None  # noqa: S101 - it was just made sure of
    return _ticket(found)


async def take(session: Session, ticket_id: int, mentor_id: int, at: datetime) -> bool:
    """True if the mentor got it; False if someone was first."""
    return await step(session, ticket_id, "take", actor=mentor_id, at=at, mentor=mentor_id)


async def step(
    session: Session,
    ticket_id: int,
    action: str,
    *,
    actor: int | None,
    at: datetime,
    unit: str | None = None,
    reason: str = "",
    deadline: datetime | None = None,
    mentor: int | None = None,
) -> bool:
    """Does what `STEPS` allows in the state the ticket is in now, and writes it down; False if it allows nothing.

    `deadline` replaces the earlier one if given; closing takes it away.
    """
    for (name, was), becomes in STEPS.items():
        if name != action:
            continue
        values: dict[str, Any] = {"state": becomes, "changed_at": at}
        if unit is not None:
            values["unit"] = unit
        if mentor is not None:
            values["mentor_id"] = mentor
        if action in _LAYS_DOWN:
            values["mentor_id"] = None
        if deadline is not None:
            values["deadline"] = deadline
        if becomes is State.CLOSED:
            values["deadline"] = None
        now_at = await session.scalar(
            update(TicketRow)
            .where(TicketRow.id == ticket_id, TicketRow.state == was)
            .values(**values)
            .returning(TicketRow.unit)
            .execution_options(synchronize_session=False)
        )
        if now_at is not None:
            session.add(
                StepRow(
                    ticket_id=ticket_id,
                    at=at,
                    action=action,
                    actor_id=actor,
                    was=was,
                    became=becomes,
                    unit=now_at,
                    reason=reason,
                    deadline=deadline,
                )
            )
            await session.flush()
            return True
    return False


async def lay_down(session: Session, mentor_id: int, unit: str, at: datetime) -> None:
    """Gives back to the queue what a mentor of this unit holds, such as when the mentor is suspended."""
    held = await session.scalars(
        select(TicketRow.id).where(
            TicketRow.mentor_id == mentor_id, TicketRow.unit == unit, TicketRow.state != State.CLOSED
        )
    )
    for ticket_id in list(held):
        await step(session, ticket_id, "release", actor=None, at=at, reason="suspended")


async def post(
    session: Session,
    ticket_id: int,
    kind: str,
    text: str,
    *,
    author: int | None,
    identity: Identity | None,
    at: datetime,
    attachments: Sequence[int] = (),  # noqa: A002, RUF100 - the word of the table
    message: str = "",
) -> int:
    """Says something in the ticket; `message` is the platform's id of the message that said it."""
    row = PostRow(
        ticket_id=ticket_id,
        kind=kind,
        author_id=author,
        identity_id=await identities.id_of(session, identity) if identity is not None else None,
        text=text,
        message=message,
        at=at,
    )
    session.add(row)
    await session.flush()
    await _attach(session, attachments, row.id)
    await session.execute(
        update(TicketRow)
        .where(TicketRow.id == ticket_id)
        .values(changed_at=at)
        .execution_options(synchronize_session=False)
    )
    return row.id


async def said_by(session: Session, address: Address, message: str) -> Post | None:
    """The member's post that a message of this chat said."""
    ticket_id = await session.scalar(
        select(PostRow.ticket_id)
        .join(TicketRow, TicketRow.id == PostRow.ticket_id)
        .where(TicketRow.channel == address.channel, TicketRow.chat == address.chat)
        .where(PostRow.message == message, PostRow.message != "", PostRow.kind == "member")
    )
    if ticket_id is None:
        return None
    own = await posts(session, ticket_id)
    return next(post for post in own if post.message == message)


async def answered_by(session: Session, author_id: int, message: str) -> Post | None:
    """The mentor's post that a message said."""
    ticket_id = await session.scalar(
        select(PostRow.ticket_id).where(
            PostRow.author_id == author_id, PostRow.message == message, PostRow.message != "", PostRow.kind == "mentor"
        )
    )
    if ticket_id is None:
        return None
    said = await posts(session, ticket_id)
    return next(post for post in said if post.message == message and post.kind == "mentor")


async def revise(session: Session, post_id: int, text: str, at: datetime) -> None:
    """Whoever said it edited the message."""
    ticket_id = await session.scalar(
        update(PostRow)
        .where(PostRow.id == post_id)
        .values(text=text, revision=PostRow.revision + 1)
        .returning(PostRow.ticket_id)
        .execution_options(synchronize_session=False)
    )
    await session.execute(update(TicketRow).where(TicketRow.id == ticket_id).values(changed_at=at))


async def get(session: Session, ticket_id: int) -> Ticket | None:
    row = await session.scalar(
        select(TicketRow).where(TicketRow.id == ticket_id).execution_options(populate_existing=True)
    )
    return _ticket(row) if row else None


async def posts(session: Session, ticket_id: int) -> list[Post]:
    """Oldest first."""
    rows = list(
        await session.scalars(
            select(PostRow)
            .where(PostRow.ticket_id == ticket_id)
            .order_by(PostRow.id)
            .execution_options(populate_existing=True)
        )
    )
    ids = [row.id for row in rows]
    photos: dict[int | None, list[int]] = {}
    for id_, post_id in await session.execute(
        select(AttachmentRow.id, AttachmentRow.post_id).where(AttachmentRow.post_id.in_(ids)).order_by(AttachmentRow.id)
    ):
        photos.setdefault(post_id, []).append(id_)
    sent = await session.execute(
        select(OutboxRow.post_id, OutboxRow.state).where(OutboxRow.post_id.in_(ids)).order_by(OutboxRow.id)
    )
    deliveries = dict(sent.all())
    return [
        Post(
            row.id,
            row.ticket_id,
            row.kind,
            row.author_id,
            row.text,
            row.revision,
            row.message,
            row.at,
            tuple(photos.get(row.id, ())),
            deliveries.get(row.id),
        )
        for row in rows
    ]


async def steps(session: Session, ticket_id: int) -> list[Step]:
    """Oldest first."""
    found = await session.scalars(select(StepRow).where(StepRow.ticket_id == ticket_id).order_by(StepRow.id))
    return [Step(r.at, r.action, r.actor_id, r.was, r.became, r.unit, r.reason, r.deadline) for r in found]


_OF_PERSON = (  # made once: see `identities`
    select(_tickets)
    .where(_tickets.c.person_id == bindparam("of"))
    .order_by(_tickets.c.id.desc())
    .limit(bindparam("most"))
)
_OPEN_OF_PERSON = _OF_PERSON.where(_tickets.c.state.in_(_OPEN_STATES))


async def of_person(session: Session, person_id: int, *, only_open: bool = False, limit: int = 50) -> list[Ticket]:
    """Newest first."""
    wanted = _OPEN_OF_PERSON if only_open else _OF_PERSON
    found = await session.execute(wanted, {"of": person_id, "most": limit})
    return [_ticket(row) for row in found]


async def open_at(session: Session, address: Address) -> list[Ticket]:
    """The open tickets whose answers go to this chat, oldest first."""
    found = await session.scalars(
        select(TicketRow)
        .where(TicketRow.channel == address.channel, TicketRow.chat == address.chat, TicketRow.state.in_(_OPEN_STATES))
        .order_by(TicketRow.id)
        .execution_options(populate_existing=True)
    )
    return [_ticket(row) for row in found]


async def queue(
    session: Session,
    unit: str,
    *,
    states: Sequence[State],
    mentor: int | None = None,
    limit: int,
    newest_first: bool = False,
) -> list[Ticket]:
    """Tickets of a unit in these states, those that wait longest first by default; of one mentor if named."""
    wanted = select(TicketRow).where(TicketRow.unit == unit, TicketRow.state.in_(states))
    if mentor is not None:
        wanted = wanted.where(TicketRow.mentor_id == mentor)
    order = [TicketRow.opened_at, TicketRow.id]
    found = await session.scalars(
        wanted.order_by(*[column.desc() if newest_first else column for column in order])
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    return [_ticket(row) for row in found]


async def counts(session: Session, unit: str) -> dict[str, int]:
    """How many tickets of the unit are in each state."""
    found = await session.execute(
        select(TicketRow.state, func.count()).where(TicketRow.unit == unit).group_by(TicketRow.state)
    )
    return dict(found.all())


async def stale(session: Session, state: State, before: datetime) -> list[Ticket]:
    """Tickets in this state in which nothing happened since that moment."""
    found = await session.scalars(
        select(TicketRow).where(TicketRow.state == state, TicketRow.changed_at < before).order_by(TicketRow.id)
    )
    return [_ticket(row) for row in found]


async def of_outgoing(session: Session, outbox_id: int) -> int | None:
    """The ticket whose post was to be delivered by this outbox row, if it was one."""
    return await session.scalar(
        select(PostRow.ticket_id)
        .join(OutboxRow, OutboxRow.post_id == PostRow.id)
        .where(OutboxRow.id == outbox_id, PostRow.kind == "mentor")
    )


async def of_attachment(session: Session, attachment_id: int) -> Ticket | None:
    """The ticket in which an attachment was posted."""
    row = await session.scalar(
        select(TicketRow)
        .join(PostRow, PostRow.ticket_id == TicketRow.id)
        .join(AttachmentRow, AttachmentRow.post_id == PostRow.id)
        .where(AttachmentRow.id == attachment_id)
    )
    return _ticket(row) if row else None


async def erase_older(session: Session, before: datetime) -> int:
    """Blanks the words of closed tickets in which nothing happened since that moment, and what was sent of them.

    Their photos belong to no post any more (see `attachments.unused`); steps stay.
    """
    old = select(TicketRow.id).where(TicketRow.state == State.CLOSED, TicketRow.changed_at < before)
    erased = await session.scalars(
        update(PostRow)
        .where(PostRow.ticket_id.in_(old), PostRow.text != "")
        .values(text="")
        .returning(PostRow.id)
        .execution_options(synchronize_session=False)
    )
    posts = list(erased)
    shown = or_(OutboxRow.post_id.in_(posts), OutboxRow.ticket_id.in_(old))
    await session.execute(update(OutboxRow).where(shown).values(reply={}).execution_options(synchronize_session=False))
    await session.execute(update(AttachmentRow).where(AttachmentRow.post_id.in_(posts)).values(post_id=None))
    return len(posts)


_attach = attachments.attach  # under its own name it would be hidden by the parameter of `post`


def _ticket(row: TicketRow | Row[Any]) -> Ticket:
    return Ticket(
        row.id,
        row.person_id,
        row.identity_id,
        Address(row.channel, row.chat, row.thread),
        row.question_id,
        row.unit,
        State(row.state),
        row.mentor_id,
        row.deadline,
        row.opened_at,
        row.changed_at,
    )
