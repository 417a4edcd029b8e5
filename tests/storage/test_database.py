import asyncio
import sqlite3
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from storage import Database, UnusableDatabase, marks
from storage.tables import ConversationRow, Mark, Person, Table


def url_for_tests(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    found: list[object] = compare_metadata(context, Table.metadata)
    return found


async def test_the_history_makes_the_tables_that_the_code_knows(empty_url: str) -> None:
    made = await Database.open(empty_url)
    await made.close()
    engine = create_engine(url_for_tests(empty_url))

    with engine.connect() as connection:
        found = differences(connection)
    engine.dispose()

    assert found == []


async def test_no_id_is_given_twice(database: Database, database_url: str) -> None:
    if database.dialect == "postgresql":
        return  # its sequences never go back
    url = make_url(database_url)
    connection = sqlite3.connect(url.database or "")

    made = dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall())
    connection.close()

    with_ids = {name for name, table in Table.metadata.tables.items() if "id" in table.c}
    assert {name for name in with_ids if "AUTOINCREMENT" not in made[name]} == set()


async def test_a_database_is_fresh_once(empty_url: str) -> None:
    first = await Database.open(empty_url)
    await first.close()
    again = await Database.open(empty_url)
    await again.close()

    assert (first.fresh, again.fresh) == (True, False)


async def test_several_processes_may_open_an_empty_database_at_once(empty_url: str) -> None:
    opened = await asyncio.gather(*[Database.open(empty_url) for _ in range(3)])
    for database in opened:
        await database.close()

    assert sorted(database.fresh for database in opened) == [False, False, True]


async def test_a_write_is_kept_whole_or_not_at_all(database: Database) -> None:
    async with database.write() as session:
        await marks.put(session, "kept", "yes")

    async def fail() -> None:
        async with database.write() as session:
            await marks.put(session, "lost", "yes")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()

    async with database.read() as session:
        assert (await marks.get(session, "kept"), await marks.get(session, "lost")) == ("yes", None)


async def test_a_mark_is_replaced(database: Database) -> None:
    for value in ("one", "two"):
        async with database.write() as session:
            await marks.put(session, "name", value)

    async with database.read() as session:
        assert await marks.get(session, "name") == "two"


async def test_a_reader_can_not_write(database: Database) -> None:
    async with database.read() as session:
        with pytest.raises(DBAPIError):
            await marks.put(session, "name", "value")

    async with database.write() as session:
        await marks.put(session, "name", "value")


async def test_a_reader_sees_one_state_while_others_write(database: Database) -> None:
    async with database.read() as reader:
        before = await marks.get(reader, "name")
        async with database.write() as session:
            await marks.put(session, "name", "value")
        reader.expire_all()
        during = await marks.get(reader, "name")
    async with database.read() as reader:
        after = await marks.get(reader, "name")

    assert (before, during, after) == (None, None, "value")


async def test_writers_at_once_all_get_their_turn(database: Database) -> None:
    async with database.write() as session:
        await marks.put(session, "count", "0")

    async def count_up() -> None:
        async with database.write() as session:
            row = await session.get_one(Mark, "count", with_for_update=True)
            row.value = str(int(row.value) + 1)

    await asyncio.gather(*[count_up() for _ in range(20)])

    async with database.read() as session:
        assert await marks.get(session, "count") == "20"


async def test_rows_refer_to_what_is_there(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.write() as session:
            session.add(ConversationRow(identity_id=7, channel="web", chat="lan", choices=[], held={}))


async def test_moments_are_kept_in_utc_and_have_a_zone(database: Database) -> None:
    hanoi = datetime.fromisoformat("2026-11-24T15:00:00.123456+07:00")
    async with database.write() as session:
        session.add(Person(name="Lan", created_at=hanoi))

    async with database.read() as session:
        found = await session.get_one(Person, 1)
        assert (found.created_at, found.created_at.tzinfo) == (hanoi, UTC)


async def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="a moment without a time zone"):
        async with database.write() as session:
            session.add(Person(name="Lan", created_at=datetime(2026, 11, 24)))  # noqa: DTZ001 - the mistake in question


async def test_what_people_wrote_can_be_read_by_the_service_alone(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite:///{tmp_path}/data/helpdesk.db")
    async with database.write() as session:
        await marks.put(session, "name", "value")

    folder = tmp_path / "data"
    modes = {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in [folder, *folder.iterdir()]}
    await database.close()

    assert modes == {"data": "0o700", "helpdesk.db": "0o600", "helpdesk.db-wal": "0o600", "helpdesk.db-shm": "0o600"}


async def test_sqlite_loses_nothing_that_was_committed(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite:///{tmp_path}/helpdesk.db")
    wanted = ("journal_mode", "synchronous", "foreign_keys")

    async with database.write() as session:
        found = {name: await session.scalar(text(f"PRAGMA {name}")) for name in wanted}
    await database.close()

    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:///", "database: SQLite needs a file, such as sqlite:///data/helpdesk.db"),
        ("sqlite:///:memory:", "database: SQLite needs a file, such as sqlite:///data/helpdesk.db"),
        ("mysql://localhost/helpdesk", "database: mysql is not supported, only sqlite and postgresql are"),
        ("helpdesk.db", "database: not an address such as sqlite:///data/helpdesk.db"),
        ("sqlite:////dev/null/helpdesk.db", "database /dev/null/helpdesk.db: File exists"),
    ],
)
async def test_an_unusable_address_is_told_in_one_line(url: str, said: str) -> None:
    with pytest.raises(UnusableDatabase) as caught:
        await Database.open(url)

    assert str(caught.value) == said


async def test_a_file_that_is_no_database_is_told_in_one_line(tmp_path: Path) -> None:
    wrong = tmp_path / "letter.txt"
    wrong.write_text("Kính gửi anh/chị, " * 100, encoding="utf-8")

    with pytest.raises(UnusableDatabase) as caught:
        await Database.open(f"sqlite:///{wrong}")

    assert str(caught.value) == f"database sqlite+aiosqlite:///{wrong}: file is not a database"


async def test_a_server_that_is_not_there_is_told_without_its_password() -> None:
    with pytest.raises(UnusableDatabase) as caught:
        await Database.open("postgresql://helpdesk:s3cret@127.0.0.1:1/helpdesk")

    assert "Connection refused" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "s3cret" not in str(caught.value)


async def test_a_database_of_a_newer_version_is_left_alone(database: Database, database_url: str) -> None:
    engine = create_engine(url_for_tests(database_url))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()

    with pytest.raises(UnusableDatabase, match="9999"):
        await Database.open(database_url)
