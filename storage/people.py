"""People: who they are, what they may do, and how they are forgotten."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Update, delete, select, update

from storage import attachments, identities, tickets
from storage.addresses import Address, Identity
from storage.database import Session
from storage.statements import counted, insert_new
from storage.tables import (
    AttachmentRow,
    ConversationRow,
    IdentityRow,
    InboxRow,
    InboxState,
    OutboxRow,
    OutboxState,
    PostRow,
    QuestionRow,
    Role,
    TicketRow,
    WebLine,
)
from storage.tables import (
    Person as PersonRow,
)


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    name: str
    """Empty for members: nobody asks them for it."""


@dataclass(frozen=True, slots=True)
class RoleOf:
    role: str
    """`mentor` or `admin`."""
    unit: str
    """A mentor's unit; empty for admins."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody with a role, as the admin page lists them."""

    person: Person
    role: RoleOf
    suspended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Erased:
    chats: tuple[Address, ...]
    files: tuple[str, ...]
    """Names (sha256) of stored files that nothing refers to any more."""


async def meet(session: Session, identity: Identity, at: datetime) -> Person:
    """The person behind an identity; somebody new is made known."""
    known = await identities.find(session, identity)
    if known is None:
        person = PersonRow(name="", created_at=at)
        session.add(person)
        await session.flush()
        row = {"channel": identity.channel, "user": identity.user, "person_id": person.id, "created_at": at}
        if not await insert_new(session, IdentityRow, [row]):  # another process met them at the same moment
            await session.delete(person)
            await session.flush()
        known = await identities.find(session, identity)
        assert known is not None  # noqa: S101 - it was just made sure of
    found = await find(session, known.person_id)
    assert found is not None  # noqa: S101 - a foreign key
    return found


async def add(session: Session, name: str, at: datetime) -> Person:
    """Somebody who has no identity on a channel yet, such as a mentor who only works on the desk."""
    row = PersonRow(name=name, created_at=at)
    session.add(row)
    await session.flush()
    return Person(row.id, row.name)


async def find(session: Session, person_id: int) -> Person | None:
    row = await session.get(PersonRow, person_id)
    return Person(row.id, row.name) if row else None


async def roles(session: Session, person_id: int) -> tuple[RoleOf, ...]:
    """What the person may do now; suspended roles are left out."""
    found = await session.scalars(
        select(Role).where(Role.person_id == person_id, Role.suspended_at.is_(None)).order_by(Role.id)
    )
    return tuple(RoleOf(row.role, row.unit) for row in found)


async def staff(session: Session) -> list[Staff]:
    found = await session.execute(
        select(PersonRow, Role).join(Role, Role.person_id == PersonRow.id).order_by(Role.role, Role.unit, Role.id)
    )
    return [Staff(Person(p.id, p.name), RoleOf(r.role, r.unit), r.suspended_at) for p, r in found]


async def grant(session: Session, person_id: int, role: str, unit: str, at: datetime) -> None:
    """Gives a role, or gives a suspended one back."""
    row = {"person_id": person_id, "role": role, "unit": unit, "created_at": at}
    if not await insert_new(session, Role, [row]):
        await session.execute(_role(person_id, role, unit).values(suspended_at=None))


async def suspend(session: Session, person_id: int, role: str, unit: str, at: datetime) -> bool:
    """True if the role was there and not suspended before; tickets the mentor holds go back to the queue."""
    suspended = counted(
        await session.execute(_role(person_id, role, unit).where(Role.suspended_at.is_(None)).values(suspended_at=at))
    )
    if suspended and role == "mentor":
        await tickets.lay_down(session, person_id, unit, at)
    return bool(suspended)


def _role(person_id: int, role: str, unit: str) -> Update:
    return update(Role).where(Role.person_id == person_id, Role.role == role, Role.unit == unit)


async def link(session: Session, identity: Identity, person_id: int, at: datetime) -> None:
    """The identity turns out to be this person's; what came from it comes along, and knows where it came from."""
    await meet(session, identity, at)
    await _move(session, await identities.id_of(session, identity), person_id)


async def part(session: Session, identity: Identity, at: datetime) -> Person:
    """The identity is somebody else's after all: it becomes a person of its own, with what came from it."""
    person = await add(session, "", at)
    await _move(session, await identities.id_of(session, identity), person.id)
    return person


async def _move(session: Session, identity_id: int, person_id: int) -> None:
    await session.execute(update(IdentityRow).where(IdentityRow.id == identity_id).values(person_id=person_id))
    for table in (QuestionRow, TicketRow):
        await session.execute(update(table).where(table.identity_id == identity_id).values(person_id=person_id))
    await session.execute(
        update(PostRow).where(PostRow.identity_id == identity_id, PostRow.kind == "member").values(author_id=person_id)
    )


async def erase(session: Session, person_id: int, at: datetime) -> Erased:
    """Erases what a person wrote and what was written to them; steps and numbers stay, and are true.

    Open tickets are closed. Who had the identity and writes again is somebody new.
    """
    for ticket in await tickets.of_person(session, person_id, only_open=True, limit=10_000):
        await tickets.step(session, ticket.id, "erase", actor=None, at=at, reason="erased")
    own_identities = select(IdentityRow.id).where(IdentityRow.person_id == person_id)
    own_tickets = select(TicketRow.id).where(TicketRow.person_id == person_id)
    chats = await _chats(session, person_id)

    await session.execute(update(QuestionRow).where(QuestionRow.person_id == person_id).values(text=""))
    await session.execute(update(PostRow).where(PostRow.ticket_id.in_(own_tickets)).values(text=""))
    files: list[str] = []
    for chat in chats:
        here = (OutboxRow.channel == chat.channel, OutboxRow.chat == chat.chat)
        await session.execute(
            update(OutboxRow)
            .where(*here, OutboxRow.state.in_([OutboxState.QUEUED, OutboxState.HELD]))
            .values(state=OutboxState.CANCELLED, finished_at=at)
        )
        await session.execute(update(OutboxRow).where(*here).values(reply={}))
        if chat.channel == "web":
            await session.execute(delete(WebLine).where(WebLine.chat == chat.chat))
        sent = await session.scalars(
            select(AttachmentRow.id).where(AttachmentRow.channel == chat.channel, AttachmentRow.chat == chat.chat)
        )
        files += await attachments.drop(session, list(sent))
        await session.execute(
            update(InboxRow).where(InboxRow.lane == chat.lane, InboxRow.state == InboxState.ASIDE).values(payload=None)
        )
    await session.execute(delete(ConversationRow).where(ConversationRow.identity_id.in_(own_identities)))
    for table in (QuestionRow, TicketRow, PostRow):
        await session.execute(update(table).where(table.identity_id.in_(own_identities)).values(identity_id=None))
    await session.execute(delete(IdentityRow).where(IdentityRow.person_id == person_id))
    await session.execute(update(PersonRow).where(PersonRow.id == person_id).values(name="", erased_at=at))
    session.expire_all()
    return Erased(chats, tuple(files))


async def _chats(session: Session, person_id: int) -> tuple[Address, ...]:
    """The private places in which this person spoke: those in which nobody else has a conversation."""
    own = select(IdentityRow.id).where(IdentityRow.person_id == person_id)
    found = await session.execute(
        select(ConversationRow.channel, ConversationRow.chat, ConversationRow.thread)
        .where(ConversationRow.identity_id.in_(own))
        .distinct()
    )
    places = [Address(*row) for row in found]
    alone = []
    for place in places:
        others = await session.scalar(
            select(ConversationRow.id)
            .where(ConversationRow.channel == place.channel, ConversationRow.chat == place.chat)
            .where(ConversationRow.identity_id.not_in(own))
            .limit(1)
        )
        if others is None:
            alone.append(place)
    return tuple(alone)
