"""A trial has made-up people of its own, and never those of a real helpdesk."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot import demo
from bot.config import Settings
from bot.demo import Login, NotADemo
from faq import catalog
from storage import Database, Identity, invitations, people
from storage.people import Person, RoleOf
from tests.stories.house import Clock

SETTINGS = Settings()
PEOPLE = [
    ("Thu", RoleOf("mentor", "buu-dien")),
    ("Bình", RoleOf("mentor", "vnpt")),
    ("Minh", RoleOf("mentor", "viettel")),
    ("Hà", RoleOf("mentor", "so-tttt")),
    ("Hoa", RoleOf("admin", "")),
]


async def staff(database: Database) -> list[tuple[str, RoleOf]]:
    async with database.read() as session:
        return [(member.person.name, member.role) for member in await people.staff(session)]


async def enter(database: Database, login: Login, clock: Clock) -> Person | None:
    """Who is let in by the link."""
    async with database.write() as session:
        return await invitations.spend(session, login.path.removeprefix("/vao/"), clock())


async def test_there_is_a_mentor_of_each_unit_and_an_admin_with_a_login_each(database: Database) -> None:
    clock = Clock()

    logins = await demo.logins(database, SETTINGS, clock())

    assert [(login.name, login.role) for login in logins] == PEOPLE
    assert sorted(await staff(database), key=str) == sorted(PEOPLE, key=str)
    entered = [await enter(database, login, clock) for login in logins]
    assert [person.name for person in entered if person] == [name for name, _ in PEOPLE]


async def test_the_next_start_makes_nobody_anew_but_fresh_links(database: Database) -> None:
    clock = Clock()
    first = await demo.logins(database, SETTINGS, clock())
    entered = [await enter(database, login, clock) for login in first]

    second = await demo.logins(database, SETTINGS, clock())

    assert len(await staff(database)) == len(PEOPLE)
    assert not {login.path for login in first} & {login.path for login in second}
    assert [await enter(database, login, clock) for login in first] == [None] * len(PEOPLE)
    assert [await enter(database, login, clock) for login in second] == entered


async def test_a_link_that_nobody_used_is_over_after_a_day(database: Database) -> None:
    clock = Clock()
    logins = await demo.logins(database, SETTINGS, clock())

    clock.move(invitations.LIVES + timedelta(seconds=1))

    assert await enter(database, logins[0], clock) is None


@pytest.mark.parametrize("is_demo", [True, False])
async def test_an_empty_database_is_good_for_either(database: Database, *, is_demo: bool) -> None:
    await demo.check(database, SETTINGS, demo=is_demo)


async def test_a_trial_is_refused_on_real_peoples_database(database: Database) -> None:
    async with database.write() as session:
        await people.meet(session, Identity("web", "lan"), Clock()())

    await demo.check(database, SETTINGS, demo=False)
    with pytest.raises(NotADemo, match=r"was not made by --demo; run without --demo, or name a new database$"):
        await demo.check(database, SETTINGS, demo=True)


async def test_a_trial_is_refused_where_real_people_are_only_invited_yet(database: Database) -> None:
    at = Clock()()
    async with database.write() as session:
        await invitations.invite(
            session,
            role="admin",
            unit="",
            name="Hoa",
            at=at,
            expires_at=at + invitations.LIVES,
            secret="s",
        )

    with pytest.raises(NotADemo):
        await demo.check(database, SETTINGS, demo=True)


async def test_a_trials_database_is_refused_to_a_real_helpdesk(database: Database) -> None:
    await demo.logins(database, SETTINGS, Clock()())

    await demo.check(database, SETTINGS, demo=True)
    with pytest.raises(NotADemo, match=r"was made by --demo and holds made-up people; name another database$"):
        await demo.check(database, SETTINGS, demo=False)


# --- the FAQ of a trial ---


def test_a_trial_has_a_copy_of_the_shipped_faq_to_edit(tmp_path: Path) -> None:
    settings = Settings(database=f"sqlite:///{tmp_path}/data/demo.db")

    own = demo.with_own_faq(settings)

    assert own == settings.model_copy(update={"faq": tmp_path / "data" / "faq"})
    assert catalog.load(own.faq).version == catalog.load(settings.faq).version


@pytest.mark.parametrize("name", ["ho-tro.yaml", "ghi-chu.txt"])
def test_a_copy_that_was_edited_stays(tmp_path: Path, name: str) -> None:
    settings = Settings(database=f"sqlite:///{tmp_path}/data/demo.db")
    path = demo.with_own_faq(settings).faq / name
    path.write_text("edited", encoding="utf-8")

    demo.with_own_faq(settings)

    assert path.read_text(encoding="utf-8") == "edited"


def test_a_copy_that_nobody_edited_is_made_anew(tmp_path: Path) -> None:
    settings = Settings(database=f"sqlite:///{tmp_path}/data/demo.db")
    folder = demo.with_own_faq(settings).faq
    before = folder.stat().st_ino, (folder / "ho-tro.yaml").stat().st_mtime_ns

    demo.with_own_faq(settings)

    assert (folder.stat().st_ino, (folder / "ho-tro.yaml").stat().st_mtime_ns) != before
    assert catalog.load(folder).version == catalog.load(settings.faq).version


def test_a_trial_with_a_faq_of_its_own_keeps_it(tmp_path: Path) -> None:
    settings = Settings(database=f"sqlite:///{tmp_path}/data/demo.db", faq=tmp_path / "mine")

    assert demo.with_own_faq(settings) is settings
    assert not (tmp_path / "data").exists()
