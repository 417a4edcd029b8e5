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
from storage.tables import (
    AttachmentRow,
    ConversationRow,
    IdentityRow,
    OutboxRow,
    OutboxState,
    QuestionRow,
    TicketRow,
    rows_of,
)

_conversations, _identities = rows_of(ConversationRow), rows_of(IdentityRow)


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
    identity_id = await identities.id_of(session, identity)
    place: dict[str, Any] = {"channel": address.channel, "chat": address.chat, "thread": address.thread}
    begun: dict[str, Any] = {"identity_id": identity_id, "topic": "", "choices": [], "held": {}}
    if new := await insert_new(session, ConversationRow, [place | begun]):
        return Conversation(new[0], identity_id, address, "", None, (), None, None, None, {}, None)
    found = await look(session, identity, address)
    assert found is not None  # noqa: S101 - it was just made sure of
    return found


_LOOK = (  # made once: see `identities`
    select(_conversations)
    .join(_identities, _identities.c.id == _conversations.c.identity_id)
    .where(_identities.c.channel == bindparam("of_channel"), _identities.c.user == bindparam("of_user"))
    .where(
        _conversations.c.channel == bindparam("in_channel"),
        _conversations.c.chat == bindparam("in_chat"),
        _conversations.c.thread == bindparam("in_thread"),
    )
)


async def look(session: Session, identity: Identity, address: Address) -> Conversation | None:
    found = await session.execute(
        _LOOK,
        {
            "of_channel": identity.channel,
            "of_user": identity.user,
            "in_channel": address.channel,
            "in_chat": address.chat,
            "in_thread": address.thread,
        },
    )
    row = found.first()
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


_CHANGE = update(_conversations).where(_conversations.c.id == bindparam("changed"))


async def change(session: Session, id_: int, **fields: Unpack[Changes]) -> None:
    values: dict[str, Any] = dict(fields)
    if "ticket" in values:
        values["ticket_id"] = values.pop("ticket")
    if "choices" in values:
        values["choices"] = list(values["choices"])
    if values:
        await session.execute(_CHANGE, {"changed": id_, **values})


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
