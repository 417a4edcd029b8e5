"""Links that let somebody in once: only a hash of each secret is kept."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from storage import people
from storage.database import Session
from storage.people import Person
from storage.tables import Invitation as InvitationRow

LIVES = timedelta(hours=24)
"""How long an invitation can be spent."""


@dataclass(frozen=True, slots=True)
class Invitation:
    id: int
    role: str
    unit: str
    name: str
    person_id: int | None
    expires_at: datetime


async def invite(
    session: Session,
    *,
    role: str,
    unit: str,
    name: str,
    at: datetime,
    expires_at: datetime,
    secret: str,
    person_id: int | None = None,
) -> int:
    """Remembers an invitation; whoever has the secret can spend it, once, before it expires."""
    row = InvitationRow(
        secret_hash=_hash(secret),
        role=role,
        unit=unit,
        name=name,
        person_id=person_id,
        created_at=at,
        expires_at=expires_at,
    )
    session.add(row)
    await session.flush()
    return row.id


async def look(session: Session, secret: str, at: datetime) -> Invitation | None:
    """The invitation if it can still be spent; looking does not spend it."""
    row = await session.scalar(
        select(InvitationRow).where(
            InvitationRow.secret_hash == _hash(secret),
            InvitationRow.spent_at.is_(None),
            InvitationRow.expires_at > at,
        )
    )
    return Invitation(row.id, row.role, row.unit, row.name, row.person_id, row.expires_at) if row else None


async def nobody(session: Session) -> bool:
    """True if nobody was ever invited here."""
    return await session.scalar(select(InvitationRow.id).limit(1)) is None


async def spend(session: Session, secret: str, at: datetime, *, known: Person | None = None) -> Person | None:
    """The person it lets in, who gets the role; None for all but the first who spends it.

    `known` is who spends it, if it is somebody who works here already: they become no second person.
    """
    invitation = await look(session, secret, at)
    if invitation is None:
        return None
    spent = await session.scalar(
        update(InvitationRow)
        .where(InvitationRow.id == invitation.id, InvitationRow.spent_at.is_(None))
        .values(spent_at=at)
        .returning(InvitationRow.id)
        .execution_options(synchronize_session=False)
    )
    if spent is None:
        return None
    named = await people.find(session, invitation.person_id) if invitation.person_id is not None else None
    person = known or named or await people.add(session, invitation.name, at)
    if person is not named:
        await people.grant(session, person.id, invitation.role, invitation.unit, at)
    await session.execute(update(InvitationRow).where(InvitationRow.id == invitation.id).values(person_id=person.id))
    return person


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
