"""Accounts on channels, and whose they are."""

from sqlalchemy import select

from storage.addresses import Identity
from storage.database import Session
from storage.errors import UnknownRow
from storage.tables import IdentityRow


async def id_of(session: Session, identity: Identity) -> int:
    """Raises `UnknownRow` if the identity was never met."""
    row = await find(session, identity)
    if row is None:
        raise UnknownRow("identity")
    return row.id


async def find(session: Session, identity: Identity) -> IdentityRow | None:
    return await session.scalar(
        select(IdentityRow)
        .where(IdentityRow.channel == identity.channel, IdentityRow.user == identity.user)
        .execution_options(populate_existing=True)
    )
