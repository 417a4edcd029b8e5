"""Accounts that the settings name are admins, whatever they were before."""

from bot.appointing import appoint
from storage import Database, Identity, people
from storage.people import RoleOf
from tests.stories.house import Clock

HOA = Identity("telegram", "103")
ADMIN = (RoleOf("admin", ""),)


async def roles(database: Database) -> tuple[RoleOf, ...]:
    async with database.write() as session:
        return await people.roles(session, (await people.meet(session, HOA, Clock()())).id)


async def test_who_is_named_is_an_admin_who_can_be_told_from_others(database: Database) -> None:
    await appoint(database, ["telegram:103"], Clock()())
    await appoint(database, ["telegram:103"], Clock()())

    assert await roles(database) == ADMIN
    async with database.read() as session:
        assert [each.person.name for each in await people.staff(session)] == ["telegram:103"]


async def test_a_name_that_is_known_stays(database: Database) -> None:
    async with database.write() as session:
        person = await people.meet(session, HOA, Clock()())
        await people.rename(session, person.id, "Hoàng Thị Hoa")

    await appoint(database, ["telegram:103"], Clock()())

    async with database.read() as session:
        assert [each.person.name for each in await people.staff(session)] == ["Hoàng Thị Hoa"]


async def test_the_settings_have_the_last_word_over_a_suspension(database: Database) -> None:
    await appoint(database, ["telegram:103"], Clock()())
    async with database.write() as session:
        person = await people.meet(session, HOA, Clock()())
        await people.suspend(session, person.id, "admin", "", Clock()())
    suspended = await roles(database)

    await appoint(database, ["telegram:103"], Clock()())

    assert (suspended, await roles(database)) == ((), ADMIN)
