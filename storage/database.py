"""The database: opened with its schema up to date, read from and written to in transactions."""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import Connection, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from storage.errors import UnusableDatabase

Session = AsyncSession

_BUSY_S = 30  # how long SQLite waits for another process to finish its write
_MIGRATION_LOCK = 0x4C53_4844  # "LSHD"; any number that all processes of this program agree on


class Database:
    """Made by `open`. Writers of one process queue here, because SQLite's own waiting is not fair."""

    def __init__(self, engine: AsyncEngine, *, fresh: bool) -> None:
        self.fresh = fresh
        """True if there was no schema before this process made it."""
        self.dialect: Literal["sqlite", "postgresql"] = "sqlite" if engine.dialect.name == "sqlite" else "postgresql"
        self._engine = engine
        reading = engine
        if self.dialect == "postgresql":
            reading = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._readers = async_sessionmaker(reading, expire_on_commit=False)
        self._writers = async_sessionmaker(engine.execution_options(writes=True), expire_on_commit=False)
        self._one_writer: contextlib.AbstractAsyncContextManager[object] = (
            asyncio.Lock() if self.dialect == "sqlite" else contextlib.nullcontext()
        )

    @classmethod
    async def open(cls, url: str) -> "Database":
        """Opens `sqlite:///path` or `postgresql://user@host/db` and brings its schema up to date.

        Raises `UnusableDatabase` with one line that says what is wrong.
        """
        full = _url(url)
        if full.get_backend_name() == "sqlite":
            await asyncio.to_thread(_make_file, full)
        engine = create_async_engine(
            full, pool_pre_ping=full.get_backend_name() != "sqlite", connect_args=_connect_args(full)
        )
        if engine.dialect.name == "sqlite":
            _prepare_sqlite(engine)
        try:
            async with engine.execution_options(writes=True, migrates=True).connect() as connection:
                fresh = await connection.run_sync(_migrate)
                await connection.commit()
        except (DBAPIError, CommandError, sqlite3.Error, OSError) as error:
            raise _unusable(full, error) from error
        finally:
            await engine.dispose()  # the connection of the migrations does not look after foreign keys
        return cls(engine, fresh=fresh)

    @staticmethod
    async def look(url: str) -> str:
        """One line about the database as it is now, which stays as it is; raises `UnusableDatabase`."""
        full = _url(url)
        name = full.render_as_string(hide_password=True)
        if full.get_backend_name() == "sqlite" and not Path(full.database or "").exists():  # noqa: ASYNC240 - nobody waits
            return f"{name}: will be made at the first start"
        engine = create_async_engine(full, connect_args=_connect_args(full))
        try:
            async with engine.connect() as connection:
                found = await connection.run_sync(lambda c: MigrationContext.configure(c).get_current_revision())
        except (DBAPIError, sqlite3.Error, OSError) as error:
            raise _unusable(full, error) from error
        finally:
            await engine.dispose()
        return f"{name}: schema {found or 'will be made at the next start'}"

    @contextlib.asynccontextmanager
    async def read(self) -> AsyncIterator[Session]:
        """A session that only reads; it sees one state of the database and never waits for writers."""
        async with self._readers() as session:
            yield session

    @contextlib.asynccontextmanager
    async def write(self) -> AsyncIterator[Session]:
        """A transaction that commits at the end of the block, or rolls back if the block raises."""
        async with self._one_writer, self._writers() as session, session.begin():
            yield session

    async def close(self) -> None:
        await self._engine.dispose()


def _unusable(url: URL, error: Exception) -> UnusableDatabase:
    reason = str(getattr(error, "orig", error)).strip().splitlines()
    return UnusableDatabase(
        f"database {url.render_as_string(hide_password=True)}: {reason[0] if reason else type(error).__name__}"
    )


def _url(url: str) -> URL:
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, ValueError) as error:
        raise UnusableDatabase("database: not an address such as sqlite:///data/helpdesk.db") from error
    if backend == "sqlite":
        return parsed.set(drivername="sqlite+aiosqlite")
    if backend in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    raise UnusableDatabase(f"database: {backend} is not supported, only sqlite and postgresql are")


def _connect_args(url: URL) -> dict[str, object]:
    return {"timeout": _BUSY_S} if url.get_backend_name() == "sqlite" else {"connect_timeout": 10}


def _make_file(url: URL) -> None:
    """The file belongs to the service alone: it holds what people wrote."""
    path = Path(url.database or "")
    if not path.name or path.name == ":memory:":
        raise UnusableDatabase("database: SQLite needs a file, such as sqlite:///data/helpdesk.db")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=0o600)
        _write_ahead(path)
    except OSError as error:
        raise UnusableDatabase(f"database {path}: {error.strerror}") from error
    except sqlite3.Error as error:
        raise _unusable(url, error) from error


def _write_ahead(path: Path) -> None:
    """Gives the file its write-ahead log, which it then keeps.

    While another process does the same, SQLite says "locked" at once, whatever time it may wait.
    """
    give_up = time.monotonic() + _BUSY_S
    with contextlib.closing(sqlite3.connect(path)) as connection:
        while True:
            try:
                connection.execute("PRAGMA journal_mode=WAL")
            except sqlite3.OperationalError:
                if time.monotonic() > give_up:
                    raise
                time.sleep(0.02)
            else:
                return


def _prepare_sqlite(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def connect(connection: object, entry: ConnectionPoolEntry) -> None:
        del entry
        connection.isolation_level = None  # type: ignore[attr-defined]  # transactions begin in `begin` below
        cursor = connection.cursor()  # type: ignore[attr-defined]  # the driver's own connection has no type here
        for pragma in ("synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    # SQLite grants the write lock at BEGIN IMMEDIATE; taken later, a reader that starts to write fails with
    # "database is locked" however long it waits.
    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        writes = options.get("writes", False)
        connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
        if options.get("migrates", False):
            # To change a table is to copy and drop it, which must not take along the rows that refer to it.
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _migrate(connection: Connection) -> bool:
    """Applies what is missing of the one history; True if the database was empty."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
    fresh = MigrationContext.configure(connection).get_current_revision() is None
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    return fresh
