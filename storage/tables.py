"""The tables, as SQLAlchemy knows them; how they came about stands in migrations/."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, cast

import sqlalchemy
from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Id = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts up by itself only in a column of exactly the type INTEGER."""


EMPTY = text("''")
"""What a column of text that came later holds in rows that were there before."""

_NEVER_AGAIN = {"sqlite_autoincrement": True}
"""SQLite gives the highest id again once its row is deleted; keys, cursors and buttons carry ids, so it must not."""


class Utc(TypeDecorator[datetime]):
    """A moment, always in UTC; SQLite keeps it without a zone and gives it back with one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Table(DeclarativeBase):
    """The base of all tables; constraints have names, without which SQLite can't change them later."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Utc(), dict[str, Any]: JSON(), list[str]: JSON()}  # noqa: RUF012 - SQLAlchemy's form


def rows_of(table: type[Table]) -> sqlalchemy.Table:
    """The table itself, for statements that every message needs: looking after objects takes longer than they do."""
    return cast("sqlalchemy.Table", table.__table__)


class Mark(Table):
    """Facts about this database itself, such as that the demo made it."""

    __tablename__ = "marks"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


# --- people ---------------------------------------------------------------------------------------------------------


class Person(Table):
    __tablename__ = "people"
    __table_args__ = _NEVER_AGAIN

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    commune: Mapped[str] = mapped_column(String(40), default="")
    """Id of the commune they said they live in; empty until they were asked."""
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]


class IdentityRow(Table):
    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("channel", "user"), _NEVER_AGAIN)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    user: Mapped[str] = mapped_column(String(120))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime]


class Role(Table):
    """That a person is a mentor of a unit, or an admin; a person may be several."""

    __tablename__ = "roles"
    __table_args__ = (UniqueConstraint("person_id", "role", "unit"), _NEVER_AGAIN)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    role: Mapped[str] = mapped_column(String(10))
    unit: Mapped[str] = mapped_column(String(20), default="")
    """Empty for admins."""
    created_at: Mapped[datetime]
    suspended_at: Mapped[datetime | None]


class Invitation(Table):
    """A link that makes somebody a mentor or an admin once; only a hash of its secret is kept."""

    __tablename__ = "invitations"
    __table_args__ = _NEVER_AGAIN

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[str] = mapped_column(String(10))
    unit: Mapped[str] = mapped_column(String(20), default="")
    name: Mapped[str] = mapped_column(String(120))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    """Set when the invitation lets in somebody who is already known; else a person is made when it is spent."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    spent_at: Mapped[datetime | None]


# --- what comes in --------------------------------------------------------------------------------------------------


class InboxState(StrEnum):
    NEW = "NEW"
    DONE = "DONE"
    ASIDE = "ASIDE"
    """It kept failing; those behind it went on."""


class InboxRow(Table):
    """One delivered event; its key is kept for a while after what the person wrote is gone, to know it again."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("channel", "bot", "key"),
        Index("ix_inbox_state_lane_id", "state", "lane", "id"),
        _NEVER_AGAIN,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    bot: Mapped[str] = mapped_column(String(60), default="")
    key: Mapped[str] = mapped_column(String(160))
    lane: Mapped[str] = mapped_column(String(200))
    payload: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    state: Mapped[str] = mapped_column(String(10), default=InboxState.NEW)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    retry_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(String(200), default="")
    """The class of the last error, never its text, which may hold what a person wrote."""
    received_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]


# --- what goes out --------------------------------------------------------------------------------------------------


class OutboxState(StrEnum):
    QUEUED = "QUEUED"
    HELD = "HELD"
    """Waits for a closed window to open, or for the person to be reachable again."""
    SENDING = "SENDING"
    SENT = "SENT"
    UNKNOWN = "UNKNOWN"
    """The request left, and no answer came: it may have arrived."""
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class OutboxRow(Table):
    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_state_lane_id", "state", "lane", "id"), _NEVER_AGAIN)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    lane: Mapped[str] = mapped_column(String(200))
    channel: Mapped[str] = mapped_column(String(20))
    chat: Mapped[str] = mapped_column(String(120))
    thread: Mapped[str] = mapped_column(String(60), default="")
    reply: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The channel-neutral reply; emptied when the person asks to be erased."""
    kind: Mapped[str] = mapped_column(String(12))
    priority: Mapped[int] = mapped_column(Integer, default=0)
    not_before: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    reply_to: Mapped[str] = mapped_column(String(160), default="")
    """The platform's id of the message this answers."""
    edits_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"), index=True)
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachments.id"))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"), index=True)
    audience: Mapped[str] = mapped_column(String(120), default="", server_default=EMPTY)
    """The user who may press its buttons where others see them too; empty for anyone."""
    ticket_id: Mapped[int | None] = mapped_column(Id, index=True)
    """The ticket that it tells staff about: what they reply to it goes there."""
    question_id: Mapped[int | None] = mapped_column(Id, index=True)
    """The question that it answers."""
    state: Mapped[str] = mapped_column(String(10), default=OutboxState.QUEUED)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    leased_until: Mapped[datetime | None]
    """While SENDING: when another process may assume that the one sending it died."""
    error: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class OutboxPart(Table):
    """One platform message of an outbox row; those that arrived survive a crash and are not sent again."""

    __tablename__ = "outbox_parts"
    __table_args__ = (
        UniqueConstraint("outbox_id", "number"),
        Index("ix_outbox_parts_platform_id", "platform_id"),
        _NEVER_AGAIN,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    outbox_id: Mapped[int] = mapped_column(ForeignKey("outbox.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)
    platform_id: Mapped[str] = mapped_column(String(160))
    sent_at: Mapped[datetime]


# --- groups ---------------------------------------------------------------------------------------------------------


class GroupRow(Table):
    """A group that the helpdesk's account is in, or was."""

    __tablename__ = "groups"
    __table_args__ = (UniqueConstraint("channel", "chat"), _NEVER_AGAIN)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    chat: Mapped[str] = mapped_column(String(120))
    helpful: Mapped[bool] = mapped_column(default=False)
    """An admin of the group wants it to answer questions that were not put to it."""
    reads_all: Mapped[bool] = mapped_column(default=False)
    spoke_at: Mapped[datetime | None]
    """When it last answered uninvited."""
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    moved_to: Mapped[str] = mapped_column(String(120), default="")
    """The chat's id after the platform gave it another; settings may still name the old one."""


class ThreadRow(Table):
    """A thread that the helpdesk made in a group, such as one for each ticket."""

    __tablename__ = "threads"
    __table_args__ = (
        UniqueConstraint("channel", "chat", "key"),
        Index("ix_threads_platform_id", "platform_id"),
        _NEVER_AGAIN,
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    chat: Mapped[str] = mapped_column(String(120))
    key: Mapped[str] = mapped_column(String(60))
    """What our addresses call it, such as `ticket:4821`."""
    platform_id: Mapped[str] = mapped_column(String(60))
    """What the platform calls it."""
    title: Mapped[str] = mapped_column(String(128))
    closed: Mapped[bool] = mapped_column(default=False)


# --- conversations and questions ------------------------------------------------------------------------------------


class ConversationRow(Table):
    """What one identity is doing in one place: in a group each person has their own."""

    __tablename__ = "conversations"
    __table_args__ = (UniqueConstraint("identity_id", "channel", "chat", "thread"), _NEVER_AGAIN)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    identity_id: Mapped[int] = mapped_column(ForeignKey("identities.id", ondelete="CASCADE"))
    channel: Mapped[str] = mapped_column(String(20))
    chat: Mapped[str] = mapped_column(String(120))
    thread: Mapped[str] = mapped_column(String(60), default="")
    topic: Mapped[str] = mapped_column(String(40), default="")
    topic_at: Mapped[datetime | None]
    choices: Mapped[list[str]] = mapped_column(JSON)
    """The values of the last list shown, in order: what a typed number means."""
    choices_at: Mapped[datetime | None]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    """The ticket that the conversation is about at the moment."""
    mentor_at: Mapped[datetime | None]
    """When a mentor's words last went to this place."""
    held: Mapped[dict[str, Any]] = mapped_column(JSON)
    """A message that waits for an answer to "which ticket?" or "is there an identity card in this photo?"."""
    slowed_at: Mapped[datetime | None]
    """When the person was last told that messages come too fast."""


class QuestionRow(Table):
    """One question asked, and what became of it."""

    __tablename__ = "questions"
    __table_args__ = (Index("ix_questions_identity_id_at", "identity_id", "at"), _NEVER_AGAIN)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    identity_id: Mapped[int | None] = mapped_column(ForeignKey("identities.id", ondelete="SET NULL"))
    channel: Mapped[str] = mapped_column(String(20))
    chat: Mapped[str] = mapped_column(String(120))
    thread: Mapped[str] = mapped_column(String(60), default="")
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    verdict: Mapped[str] = mapped_column(String(10))
    offered: Mapped[list[str]] = mapped_column(JSON)
    """Ids of the entries that were likely, best first."""
    topic: Mapped[str] = mapped_column(String(40), default="", server_default=EMPTY)
    """Id of the topic that it is likely about; empty where nothing says so."""
    entry: Mapped[str] = mapped_column(String(40), default="")
    """Id of the entry that was answered with; empty as long as none was."""
    outcome: Mapped[str] = mapped_column(String(12))
    ticket_id: Mapped[int | None] = mapped_column(Id)
    """The ticket it went into. Not a foreign key: a ticket points to the question that it began with."""
    message: Mapped[str] = mapped_column(String(160), default="", server_default=EMPTY)
    """The platform's id of the message that asked it."""


# --- tickets --------------------------------------------------------------------------------------------------------


class TicketRow(Table):
    __tablename__ = "tickets"
    __table_args__ = (Index("ix_tickets_unit_state", "unit", "state"), _NEVER_AGAIN)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    """Also the number that people quote."""
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    identity_id: Mapped[int | None] = mapped_column(ForeignKey("identities.id", ondelete="SET NULL"))
    channel: Mapped[str] = mapped_column(String(20))
    chat: Mapped[str] = mapped_column(String(120))
    thread: Mapped[str] = mapped_column(String(60), default="")
    question_id: Mapped[int | None] = mapped_column(ForeignKey("questions.id"), unique=True)
    unit: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10))
    mentor_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    deadline: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class StepRow(Table):
    """What happened to a ticket; rows are added, never changed. Ids only, so that erasing a person leaves them true."""

    __tablename__ = "steps"
    __table_args__ = _NEVER_AGAIN

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(String(10))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    """None where time did it."""
    was: Mapped[str] = mapped_column(String(10), default="")
    became: Mapped[str] = mapped_column(String(10))
    unit: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(40), default="")
    """A word of the code's, never a person's."""
    deadline: Mapped[datetime | None]


class PostRow(Table):
    """Something said in a ticket."""

    __tablename__ = "posts"
    __table_args__ = _NEVER_AGAIN

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    identity_id: Mapped[int | None] = mapped_column(ForeignKey("identities.id", ondelete="SET NULL"))
    text: Mapped[str] = mapped_column(Text)
    revision: Mapped[int] = mapped_column(Integer, default=1)
    message: Mapped[str] = mapped_column(String(160), default="", server_default=EMPTY)
    """The platform's id of the message that said it, so that an edit of that one finds it."""
    at: Mapped[datetime]


# --- attachments and the built-in web chat --------------------------------------------------------------------------


class AttachmentState(StrEnum):
    PENDING = "PENDING"
    """Known by the platform's reference only; the bytes are still to be fetched."""
    STORED = "STORED"
    FAILED = "FAILED"


class AttachmentRow(Table):
    __tablename__ = "attachments"
    __table_args__ = _NEVER_AGAIN

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    chat: Mapped[str] = mapped_column(String(120))
    thread: Mapped[str] = mapped_column(String(60), default="")
    """Where it came from: only that chat, and the unit of a ticket it was posted to, may see it."""
    reference: Mapped[str] = mapped_column(String(300), default="")
    """The platform's own name for the file."""
    kind: Mapped[str] = mapped_column(String(12), default="photo", server_default="photo")
    """`photo`, `voice`, `audio`, `video` or `document`."""
    name: Mapped[str] = mapped_column(String(120), default="", server_default=EMPTY)
    """A document's file name."""
    sha256: Mapped[str] = mapped_column(String(64), default="")
    type: Mapped[str] = mapped_column(String(60), default="")
    size: Mapped[int] = mapped_column(Integer, default=0)
    state: Mapped[str] = mapped_column(String(10))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"), index=True)
    created_at: Mapped[datetime]


class WebLine(Table):
    """A line of a web chat as the browser shows it: for this channel we are the platform, and this is its history."""

    __tablename__ = "web_lines"
    __table_args__ = (UniqueConstraint("chat", "key"), Index("ix_web_lines_chat_id", "chat", "id"), _NEVER_AGAIN)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    chat: Mapped[str] = mapped_column(String(120))
    key: Mapped[str] = mapped_column(String(160))
    """What makes the same message the same: the browser's own id, or the outbox row and part."""
    mine: Mapped[bool]
    """True if the member wrote it."""
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime]


# Without AUTOINCREMENT SQLite gives the id of a deleted last row to the next one; ours are remembered elsewhere
# (a browser's last line, the key of a web line, a button).
for _table in Table.metadata.tables.values():
    if "id" in _table.c:
        _table.dialect_options["sqlite"]["autoincrement"] = True
