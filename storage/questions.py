"""Questions that were asked, and what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import bindparam, func, select, update

from storage.addresses import Address
from storage.database import Session
from storage.statements import counted, insert_row
from storage.tables import QuestionRow, rows_of

_questions = rows_of(QuestionRow)


class Outcome(StrEnum):
    ANSWERED = "ANSWERED"
    OFFERED = "OFFERED"
    """Some entries were offered to choose from."""
    UNKNOWN = "UNKNOWN"
    ROUTINE = "ROUTINE"
    """A greeting, an emergency, something that is asked elsewhere."""
    SOLVED = "SOLVED"
    """The person said that the answer was the right one."""
    REJECTED = "REJECTED"
    TICKET = "TICKET"
    CANCELLED = "CANCELLED"
    LIMITED = "LIMITED"
    """Kept, but not answered: too many came at once."""


@dataclass(frozen=True, slots=True)
class Question:
    id: int
    person_id: int
    address: Address
    text: str
    """Empty once it was erased."""
    at: datetime
    verdict: str
    offered: tuple[str, ...]
    topic: str
    """Id of the topic that it is likely about; empty where nothing says so."""
    entry: str
    outcome: Outcome
    ticket: int | None
    message: str
    """The platform's id of the message that asked it; empty where there was none."""


async def ask(
    session: Session,
    *,
    person_id: int,
    identity_id: int,
    address: Address,
    text: str,
    at: datetime,
    verdict: str,
    offered: Sequence[str],
    entry: str,
    outcome: Outcome,
    message: str = "",
    topic: str = "",
) -> int:
    return await insert_row(
        session,
        QuestionRow,
        {
            "person_id": person_id,
            "identity_id": identity_id,
            "channel": address.channel,
            "chat": address.chat,
            "thread": address.thread,
            "text": text,
            "at": at,
            "verdict": verdict,
            "offered": list(offered),
            "topic": topic,
            "entry": entry,
            "outcome": outcome,
            "message": message,
        },
    )


async def get(session: Session, id_: int) -> Question | None:
    row = await session.scalar(
        select(QuestionRow).where(QuestionRow.id == id_).execution_options(populate_existing=True)
    )
    return _question(row) if row else None


async def asked_by(session: Session, address: Address, message: str) -> Question | None:
    """The question that a message of this chat asked."""
    row = await session.scalar(
        select(QuestionRow)
        .where(QuestionRow.channel == address.channel, QuestionRow.chat == address.chat)
        .where(QuestionRow.message == message, QuestionRow.message != "")
        .order_by(QuestionRow.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )
    return _question(row) if row else None


async def reword(session: Session, id_: int, text: str) -> None:
    """The person edited the message that asked it."""
    await session.execute(update(QuestionRow).where(QuestionRow.id == id_).values(text=text))


async def settle(
    session: Session, id_: int, outcome: Outcome, *, entry: str | None = None, ticket: int | None = None
) -> None:
    """Says what became of a question; an entry or a ticket that is not named stays as it was."""
    values: dict[str, object] = {"outcome": outcome}
    if entry is not None:
        values["entry"] = entry
    if ticket is not None:
        values["ticket_id"] = ticket
    await session.execute(update(QuestionRow).where(QuestionRow.id == id_).values(**values))


_RECENT = (  # made once: see `identities`
    select(func.count())
    .select_from(_questions)
    .where(_questions.c.identity_id == bindparam("of"), _questions.c.at > bindparam("since"))
)


async def recent(session: Session, identity_id: int, since: datetime) -> int:
    """How many questions this identity asked after that moment."""
    return await session.scalar(_RECENT, {"of": identity_id, "since": since}) or 0


async def of_person(session: Session, person_id: int, *, limit: int, offset: int = 0) -> list[Question]:
    """Newest first."""
    found = await session.scalars(
        select(QuestionRow)
        .where(QuestionRow.person_id == person_id)
        .order_by(QuestionRow.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [_question(row) for row in found]


async def counts(session: Session) -> dict[str, int]:
    """How many questions had each outcome."""
    found = await session.execute(select(QuestionRow.outcome, func.count()).group_by(QuestionRow.outcome))
    return dict(found.all())


async def erase_older(session: Session, before: datetime) -> int:
    """Blanks the words of questions asked before that moment; what became of them stays for the statistics."""
    return counted(
        await session.execute(
            update(QuestionRow).where(QuestionRow.at < before, QuestionRow.text != "").values(text="")
        )
    )


def _question(row: QuestionRow) -> Question:
    return Question(
        row.id,
        row.person_id,
        Address(row.channel, row.chat, row.thread),
        row.text,
        row.at,
        row.verdict,
        tuple(row.offered),
        row.topic,
        row.entry,
        Outcome(row.outcome),
        row.ticket_id,
        row.message,
    )
