"""Accounts on channels, by the ids under which they are kept."""

from sqlalchemy import select

from storage.addresses import Identity
from storage.database import Session
from storage.errors import UnknownRow
from storage.tables import IdentityRow


async def id_of(session: Session, identity: Identity) -> int:
    """Raises `UnknownRow` if the identity was never met."""
    found = await session.scalar(
        select(IdentityRow.id).where(IdentityRow.channel == identity.channel, IdentityRow.user == identity.user)
    )
    if found is None:
        raise UnknownRow("identity")
    return found
