"""Makes admins of the accounts that the settings name."""

from collections.abc import Iterable
from datetime import datetime

from storage import Database, Identity, people


async def appoint(database: Database, accounts: Iterable[str], at: datetime) -> None:
    """Each `channel:id` is an admin from now on, suspended before or not: who runs the helpdesk has the last word."""
    async with database.write() as session:
        for account in accounts:
            channel, _, user = account.partition(":")
            person = await people.meet(session, Identity(channel, user), at)
            if not person.name:
                await people.rename(session, person.id, account)
            await people.grant(session, person.id, "admin", "", at)
