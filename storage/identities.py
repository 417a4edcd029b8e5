"""Accounts on channels, by the ids under which they are kept."""

from sqlalchemy import bindparam, select

from storage.addresses import Identity
from storage.database import Session
from storage.errors import UnknownRow
from storage.tables import IdentityRow, rows_of

_identities = rows_of(IdentityRow)

# Made once, as all statements that every message needs: to build one takes longer than to run it.
_ID = select(_identities.c.id).where(
    _identities.c.channel == bindparam("of_channel"), _identities.c.user == bindparam("of_user")
)


async def id_of(session: Session, identity: Identity) -> int:
    """Raises `UnknownRow` if the identity was never met."""
    found = await session.scalar(_ID, {"of_channel": identity.channel, "of_user": identity.user})
    if found is None:
        raise UnknownRow("identity")
    return int(found)
