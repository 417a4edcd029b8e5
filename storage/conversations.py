"""What one identity is doing in one place: the last list, the topic, the ticket it is about."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict, Unpack

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import aliased

from storage import identities
from storage.addresses import Address, Identity
from storage.database import Session
from storage.statements import insert_new
from storage.tables import AttachmentRow, ConversationRow, IdentityRow, OutboxRow, OutboxState, QuestionRow, TicketRow


@dataclass(frozen=True, slots=True)
class Conversation:
    id: int
    identity_id: int
    address: Address
    topic: str
    topic_at: datetime | None
    choices: tuple[str, ...]
    choices_at: datetime | None
    ticket: int | None
    mentor_at: datetime | None
    held: dict[str, Any]
    slowed_at: datetime | None


class Changes(TypedDict, total=False):
    """What can be changed of a conversation."""

    topic: str
    topic_at: datetime | None
    choices: tuple[str, ...]
    choices_at: datetime | None
    ticket: int | None
    held: dict[str, Any]
    slowed_at: datetime | None


async def enter(session: Session, identity: Identity, address: Address, at: datetime) -> Conversation:
    """The conversation of this identity in this place, begun if need be; `UnknownRow` if the identity was never met."""
    del at
    found = await look(session, identity, address)
    if found is not None:
        return found
    place: dict[str, Any] = {"channel": address.channel, "chat": address.chat, "thread": address.thread}
    begun: dict[str, Any] = {"identity_id": await identities.id_of(session, identity), "choices": [], "held": {}}
    await insert_new(session, ConversationRow, [place | begun])
    found = await look(session, identity, address)
    assert found is not None  # noqa: S101 - it was just made sure of
    return found


_LOOK = (  # made once: see `identities`
    select(ConversationRow)
    .join(IdentityRow, IdentityRow.id == ConversationRow.identity_id)
    .where(IdentityRow.channel == bindparam("of_channel"), IdentityRow.user == bindparam("of_user"))
    .where(
        ConversationRow.channel == bindparam("in_channel"),
        ConversationRow.chat == bindparam("in_chat"),
        ConversationRow.thread == bindparam("in_thread"),
    )
    .execution_options(populate_existing=True)
)


async def look(session: Session, identity: Identity, address: Address) -> Conversation | None:
    row = await session.scalar(
        _LOOK,
        {
            "of_channel": identity.channel,
            "of_user": identity.user,
            "in_channel": address.channel,
            "in_chat": address.chat,
            "in_thread": address.thread,
        },
    )
    if row is None:
        return None
    return Conversation(
        row.id,
        row.identity_id,
        Address(row.channel, row.chat, row.thread),
        row.topic,
        row.topic_at,
        tuple(row.choices),
        row.choices_at,
        row.ticket_id,
        row.mentor_at,
        dict(row.held),
        row.slowed_at,
    )


async def change(session: Session, id_: int, **fields: Unpack[Changes]) -> None:
    values: dict[str, Any] = dict(fields)
    if "ticket" in values:
        values["ticket_id"] = values.pop("ticket")
    if "choices" in values:
        values["choices"] = list(values["choices"])
    if values:
        await session.execute(update(ConversationRow).where(ConversationRow.id == id_).values(**values))


async def mentor_spoke(session: Session, identity_id: int, address: Address, ticket_id: int, at: datetime) -> None:
    """A mentor's words go to this place: the conversation is about this ticket now."""
    await session.execute(
        update(ConversationRow)
        .where(
            ConversationRow.identity_id == identity_id,
            ConversationRow.channel == address.channel,
            ConversationRow.chat == address.chat,
            ConversationRow.thread == address.thread,
        )
        .values(ticket_id=ticket_id, mentor_at=at)
    )


async def move(session: Session, old: Address, new: Address) -> None:
    """A chat got another id: what is to be said there, and what was asked and sent there, follows it."""
    there = aliased(ConversationRow)
    # Somebody may have written in the new place before we heard of the move; what they do there counts.
    begun = (
        select(there.id)
        .where(there.identity_id == ConversationRow.identity_id, there.thread == ConversationRow.thread)
        .where(there.channel == new.channel, there.chat == new.chat)
        .exists()
    )
    await session.execute(
        delete(ConversationRow)
        .where(ConversationRow.channel == old.channel, ConversationRow.chat == old.chat, begun)
        .execution_options(synchronize_session=False)
    )
    place = {"channel": new.channel, "chat": new.chat}
    for table in (ConversationRow, QuestionRow, TicketRow, AttachmentRow):
        await session.execute(update(table).where(table.channel == old.channel, table.chat == old.chat).values(**place))
    await session.execute(
        update(OutboxRow)
        .where(OutboxRow.channel == old.channel, OutboxRow.chat == old.chat)
        .where(OutboxRow.state.in_([OutboxState.QUEUED, OutboxState.HELD]))
        .values(**place, lane=new.lane)
    )
