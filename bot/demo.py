"""The people of a trial: a mentor of each unit and an admin, in a database that the trial itself made."""

import secrets
import shutil
from dataclasses import dataclass
from datetime import datetime

from bot.config import SHIPPED_FAQ, Settings
from faq import copying
from storage import Database, Session, invitations, marks, people
from storage.people import RoleOf

_MARK = "demo"
_MENTORS = {"buu-dien": "Thu", "vnpt": "Bình", "viettel": "Minh", "so-tttt": "Hà"}
_ADMIN = "Hoa"


class NotADemo(Exception):
    """Made-up people and real ones must not share a database; the operator must name another one."""


@dataclass(frozen=True, slots=True)
class Login:
    """A one-time link for a made-up person."""

    name: str
    role: RoleOf
    path: str


def with_own_faq(settings: Settings) -> Settings:
    """With a copy of the shipped FAQ beside the database, so that editing can be tried; a folder that was named stays.

    A copy that nobody has edited is made anew, and is what comes with this version.
    """
    file = settings.database_file
    if settings.faq.resolve() != SHIPPED_FAQ.resolve() or file is None:
        return settings
    folder = file.parent / "faq"
    if copying.is_copy(folder) and copying.is_untouched(folder):
        shutil.rmtree(folder)
    if not copying.is_copy(folder):
        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            copying.copy(folder)
        except (copying.Occupied, OSError):
            return settings
    return settings.model_copy(update={"faq": folder})


async def check(database: Database, settings: Settings, *, demo: bool) -> None:
    """Raises `NotADemo` if a trial is to run on real people's database, or a real helpdesk on a trial's."""
    where = settings.database_file or "this database"
    async with database.read() as session:
        is_demo = await marks.get(session, _MARK) is not None
        is_empty = await people.nobody(session) and await invitations.nobody(session)
    if demo and not is_demo and not is_empty:
        raise NotADemo(f"database: {where} was not made by --demo; run without --demo, or name a new database")
    if is_demo and not demo:
        raise NotADemo(f"database: {where} was made by --demo and holds made-up people; name another database")


async def logins(database: Database, settings: Settings, at: datetime) -> list[Login]:
    """Makes the people if they are not there yet, and a fresh login for each."""
    wanted = [(_MENTORS.get(unit, unit), RoleOf("mentor", unit)) for unit in settings.units.by_id()]
    async with database.write() as session:
        await marks.put(session, _MARK, "1")
        return [await _login(session, name, role, at) for name, role in [*wanted, (_ADMIN, RoleOf("admin", ""))]]


async def _login(session: Session, name: str, role: RoleOf, at: datetime) -> Login:
    known = {(each.person.name, each.role): each.person for each in await people.staff(session)}
    person = known.get((name, role))
    if person is None:
        person = await people.add(session, name, at)
        await people.grant(session, person.id, role.role, role.unit, at)
    secret = secrets.token_urlsafe(24)
    await invitations.invite(
        session,
        role=role.role,
        unit=role.unit,
        name=name,
        at=at,
        expires_at=at + invitations.LIVES,
        secret=secret,
        person_id=person.id,
    )
    return Login(name, role, f"/vao/{secret}")
