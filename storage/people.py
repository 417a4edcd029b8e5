"""People: who they are, what they may do, and how they are forgotten."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Update, and_, bindparam, case, delete, or_, select, update
from sqlalchemy.orm import aliased

from storage import attachments, identities, tickets
from storage.addresses import Address, Identity
from storage.database import Session
from storage.statements import counted, insert_new, insert_row
from storage.tables import (
    AttachmentRow,
    ConversationRow,
    GroupRow,
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
    rows_of,
)
from storage.tables import Person as PersonRow

_people, _identities = rows_of(PersonRow), rows_of(IdentityRow)

NOWHERE = "-"
"""The commune of somebody who was asked for it and did not say."""


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    name: str
    """Empty for members: nobody asks them for it."""
    commune: str = ""
    """Id of the commune they live in, or `NOWHERE`; empty until they were asked."""


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
    """The person behind an identity; somebody new is made known. Until the commit they are not erased by others."""
    known = await _behind(session, identity)
    if known is not None:
        return known
    person_id = await insert_row(session, PersonRow, {"name": "", "created_at": at})
    row = {"channel": identity.channel, "user": identity.user, "person_id": person_id, "created_at": at}
    if await insert_new(session, IdentityRow, [row]):
        return Person(person_id, "")
    await session.execute(delete(PersonRow).where(PersonRow.id == person_id))  # another process met them meanwhile
    known = await _behind(session, identity)
    assert known is not None  # noqa: S101 - it was just made sure of
    return known


_BEHIND = (  # made once: see `identities`
    select(_people.c.id, _people.c.name, _people.c.commune)
    .join(_identities, _identities.c.person_id == _people.c.id)
    .where(_identities.c.channel == bindparam("of_channel"), _identities.c.user == bindparam("of_user"))
    .where(_people.c.erased_at.is_(None))
    .with_for_update(read=True, of=_people)
)


async def _behind(session: Session, identity: Identity) -> Person | None:
    """The person, locked on PostgreSQL so that `erase` waits until what is being written here is there to be erased."""
    found = await session.execute(_BEHIND, {"of_channel": identity.channel, "of_user": identity.user})
    row = found.first()
    return Person(*row) if row else None


def _person(row: PersonRow) -> Person:
    return Person(row.id, row.name, row.commune)


async def add(session: Session, name: str, at: datetime) -> Person:
    """Somebody who has no identity on a channel yet, such as a mentor who only works on the desk."""
    row = PersonRow(name=name, created_at=at)
    session.add(row)
    await session.flush()
    return _person(row)


async def find(session: Session, person_id: int) -> Person | None:
    row = await session.get(PersonRow, person_id)
    return _person(row) if row else None


async def settle_in(session: Session, person_id: int, commune: str) -> None:
    """Remembers where somebody lives, so that it is asked once; `NOWHERE` if they would not say."""
    await session.execute(update(PersonRow).where(PersonRow.id == person_id).values(commune=commune))


async def rename(session: Session, person_id: int, name: str) -> None:
    await session.execute(update(PersonRow).where(PersonRow.id == person_id).values(name=name))


async def nobody(session: Session) -> bool:
    """True if nobody was ever met here."""
    return await session.scalar(select(PersonRow.id).limit(1)) is None


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
    return [Staff(_person(p), RoleOf(r.role, r.unit), r.suspended_at) for p, r in found]


async def private_places(session: Session, role: str, unit: str = "") -> list[Address]:
    """The private chats of those who have this role now, on channels on which one is written to without being there."""
    found = await session.execute(
        select(IdentityRow.channel, IdentityRow.user)
        .join(Role, Role.person_id == IdentityRow.person_id)
        .where(Role.role == role, Role.unit == unit, Role.suspended_at.is_(None), IdentityRow.channel != "web")
        .order_by(IdentityRow.id)
    )
    return [Address(channel, user) for channel, user in found]


async def private_places_of(session: Session, person_id: int) -> list[Address]:
    """The private chats of one person, likewise."""
    found = await session.execute(
        select(IdentityRow.channel, IdentityRow.user)
        .where(IdentityRow.person_id == person_id, IdentityRow.channel != "web")
        .order_by(IdentityRow.id)
    )
    return [Address(channel, user) for channel, user in found]


async def reachable(session: Session, channel: str, role: str = "", unit: str | None = None) -> list[str]:
    """The accounts on a channel of everybody with a role that is not suspended, or of those with this one."""
    wanted = (
        select(IdentityRow.user)
        .join(Role, Role.person_id == IdentityRow.person_id)
        .where(IdentityRow.channel == channel, Role.suspended_at.is_(None))
        .order_by(IdentityRow.user)
        .distinct()
    )
    if role:
        wanted = wanted.where(Role.role == role)
    if unit is not None:
        wanted = wanted.where(Role.unit == unit)
    return list(await session.scalars(wanted))


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

    Open tickets are closed. Whoever writes again from the same account is somebody new.
    """
    await session.execute(
        update(PersonRow).where(PersonRow.id == person_id).values(name="", commune="", erased_at=at)
    )  # first, because it waits for those who are just writing something of this person's (see `meet`)
    for ticket in await tickets.of_person(session, person_id, only_open=True, limit=10_000):
        await tickets.step(session, ticket.id, "erase", actor=None, at=at, reason="erased")
    own_tickets = select(TicketRow.id).where(TicketRow.person_id == person_id)
    own_posts = select(PostRow.id).where(
        or_(PostRow.ticket_id.in_(own_tickets), and_(PostRow.author_id == person_id, PostRow.kind == "member"))
    )
    chats = await _chats(session, person_id)

    await session.execute(update(QuestionRow).where(QuestionRow.person_id == person_id).values(text=""))
    await session.execute(_blank(or_(OutboxRow.post_id.in_(own_posts), OutboxRow.ticket_id.in_(own_tickets)), at))
    files = await session.scalars(select(AttachmentRow.id).where(AttachmentRow.post_id.in_(own_posts)))
    sent = set(files)
    for chat in chats:
        await session.execute(_blank(and_(OutboxRow.channel == chat.channel, OutboxRow.chat == chat.chat), at))
        if chat.channel == "web":
            await session.execute(delete(WebLine).where(WebLine.chat == chat.chat))
        sent |= set(
            await session.scalars(
                select(AttachmentRow.id).where(AttachmentRow.channel == chat.channel, AttachmentRow.chat == chat.chat)
            )
        )
        # What waits in another chat of theirs was written before they asked to be erased; it is not handled any more.
        await session.execute(
            update(InboxRow)
            .where(InboxRow.lane == chat.lane, InboxRow.state == InboxState.NEW, InboxRow.received_at < at)
            .values(state=InboxState.DONE, payload=None, handled_at=at)
        )
    await session.execute(update(PostRow).where(PostRow.id.in_(own_posts)).values(text=""))
    unreferenced = await attachments.drop(session, sent)
    await session.execute(delete(IdentityRow).where(IdentityRow.person_id == person_id))
    session.expire_all()
    return Erased(chats, tuple(unreferenced))


def _blank(condition: ColumnElement[bool], at: datetime) -> Update:
    """Empties outgoing rows; those not sent yet are cancelled, one just being sent is not tried again."""
    unsent = OutboxRow.state.in_([OutboxState.QUEUED, OutboxState.HELD])
    sending = OutboxRow.state == OutboxState.SENDING
    return (
        update(OutboxRow)
        .where(condition)
        .values(
            reply={},
            state=case((unsent, OutboxState.CANCELLED), else_=OutboxRow.state),
            finished_at=case((unsent, at), else_=OutboxRow.finished_at),
            expires_at=case((sending, at), else_=OutboxRow.expires_at),
        )
        .execution_options(synchronize_session=False)
    )


async def _chats(session: Session, person_id: int) -> tuple[Address, ...]:
    """The places in which nobody but this person has a conversation; a group is never theirs."""
    own = select(IdentityRow.id).where(IdentityRow.person_id == person_id)
    shared = aliased(ConversationRow)
    somebody_else = (
        select(shared.id)
        .where(shared.channel == ConversationRow.channel, shared.chat == ConversationRow.chat)
        .where(shared.identity_id.not_in(own))
        .exists()
    )
    is_group = (
        select(GroupRow.id)
        .where(GroupRow.channel == ConversationRow.channel, GroupRow.chat == ConversationRow.chat)
        .exists()
    )
    found = await session.execute(
        select(ConversationRow.channel, ConversationRow.chat, ConversationRow.thread)
        .where(ConversationRow.identity_id.in_(own), ~somebody_else, ~is_group)
        .order_by(ConversationRow.id)
    )
    return tuple(Address(channel, chat, thread) for channel, chat, thread in found)
