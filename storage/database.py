"""The database: opened with its schema up to date, read from and written to in transactions."""

import asyncio
import contextlib
import sqlite3
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import Connection, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from storage import sqlite
from storage.errors import UnusableDatabase

Session = AsyncSession
_T = TypeVar("_T")

_BUSY_S = 30  # how long SQLite waits for another process to finish its write
_TOGETHER = 32  # pieces of work in one transaction, at most; others who want to write wait for all of them
_CONNECTIONS = 24  # kept to an SQLite file
_CACHE_KIB = 512  # of each connection; the system keeps the file's pages once for all of them
_THREADS = 8  # that wait for it; of connections beyond that those that need a thread wait for one another
_MIGRATION_LOCK = 0x4C53_4844  # "LSHD"; any number that all processes of this program agree on


@dataclass(frozen=True, slots=True)
class _Work(Generic[_T]):
    do: Callable[[Session], Awaitable[_T]]
    result: "asyncio.Future[_T]"


class Database:
    """Made by `open`. Writers of one process queue here, because SQLite's own waiting is not fair."""

    def __init__(self, engine: AsyncEngine, executor: Executor, *, fresh: bool) -> None:
        self.fresh = fresh
        """True if there was no schema before this process made it."""
        self.dialect: Literal["sqlite", "postgresql"] = "sqlite" if engine.dialect.name == "sqlite" else "postgresql"
        self._engine = engine
        self._executor = executor
        reading = engine
        if self.dialect == "postgresql":
            reading = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        writing = engine.execution_options(writes=True)
        self._readers = _sessions(reading)
        self._writers = _sessions(writing)
        self._brief_readers = _sessions(reading.execution_options(brief=True))
        self._brief_writers = _sessions(writing.execution_options(brief=True))
        self._one_writer: contextlib.AbstractAsyncContextManager[object] = (
            asyncio.Lock() if self.dialect == "sqlite" else contextlib.nullcontext()
        )
        self._waiting: deque[_Work[Any]] = deque()
        self._working: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, url: str) -> "Database":
        """Opens `sqlite:///path` or `postgresql://user@host/db` and brings its schema up to date.

        Raises `UnusableDatabase` with one line that says what is wrong.
        """
        full = _url(url)
        if full.get_backend_name() == "sqlite":
            await asyncio.to_thread(_make_file, full)
        executor = ThreadPoolExecutor(_THREADS, "database")
        engine = _engine(full, executor)
        try:
            async with engine.execution_options(writes=True, migrates=True).connect() as connection:
                fresh = await connection.run_sync(_migrate)
                await connection.commit()
        except (DBAPIError, CommandError, sqlite3.Error, OSError) as error:
            raise _unusable(full, error) from error
        finally:
            await engine.dispose()  # the connection of the migrations does not look after foreign keys
        return cls(engine, executor, fresh=fresh)

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
    async def read(self, *, brief: bool = False) -> AsyncIterator[Session]:
        """A session that only reads; it sees one state of the database and never waits for writers.

        It is `brief` if its statements find a few rows by an index: on SQLite those need no thread.
        """
        async with (self._brief_readers if brief else self._readers)() as session:
            yield session

    @contextlib.asynccontextmanager
    async def write(self) -> AsyncIterator[Session]:
        """A transaction that commits at the end of the block, or rolls back if the block raises."""
        async with self._one_writer, self._writers() as session, session.begin():
            yield session

    async def apply(self, work: Callable[[Session], Awaitable[_T]]) -> _T:
        """Does brief work in a transaction that it may share, and returns when that is committed.

        On SQLite whatever waits to be written is committed together, because the disk takes as long for many as for
        one. If anything in it fails, nothing of it stays and each is done again alone: `work` must be such that it can
        be done again, and wait for nothing but the database.
        """
        if self.dialect == "postgresql":  # its writers do not wait for one another
            async with self.write() as session:
                return await work(session)
        one = _Work(work, asyncio.get_running_loop().create_future())
        self._waiting.append(one)
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())
        result: _T = await one.result
        return result

    async def _work(self) -> None:
        while self._waiting:
            async with self._one_writer:
                size = min(_TOGETHER, len(self._waiting))
                group = [self._waiting.popleft() for _ in range(size)]
                group = [one for one in group if not one.result.done()]  # whoever wanted it may have been cancelled
                try:
                    if not await self._done_together(group):
                        for one in group:
                            await self._done_together([one])
                finally:
                    for one in group:
                        one.result.cancel()  # has no effect on what is done

    async def _done_together(self, group: list[_Work[Any]]) -> bool:
        """False if one of several failed, and nothing stays of any; whoever asked for a single one is told."""
        results = []
        try:
            async with self._brief_writers() as session, session.begin():
                for one in group:
                    results.append(await one.do(session))
                    if session.new or session.dirty or session.deleted:
                        await session.flush()
                    session.expunge_all()  # the next is not to see what this one remembers
                    await asyncio.sleep(0)  # nor is everything else to wait for all of them
        except Exception as error:  # noqa: BLE001, RUF100 - it comes again when each is done alone
            if len(group) > 1:
                return False
            if group and not group[0].result.done():
                group[0].result.set_exception(error)
            return True
        for one, result in zip(group, results, strict=True):
            if not one.result.done():
                one.result.set_result(result)
        return True

    async def close(self) -> None:
        if self._working is not None:
            await asyncio.wait({self._working})
        await self._engine.dispose()
        self._executor.shutdown(wait=False)


def _sessions(engine: AsyncEngine) -> async_sessionmaker[Session]:
    return async_sessionmaker(engine, expire_on_commit=False)


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


def _engine(url: URL, executor: Executor) -> AsyncEngine:
    if url.get_backend_name() != "sqlite":
        return create_async_engine(url, pool_pre_ping=True, connect_args=_connect_args(url))

    async def connect() -> sqlite.Connection:
        return sqlite.Connection(url.database or "", executor, busy_s=_BUSY_S)

    engine = create_async_engine(url, async_creator=connect, pool_size=_CONNECTIONS, pool_use_lifo=True)
    _prepare_sqlite(engine)
    return engine


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
        cursor = connection.cursor()  # type: ignore[attr-defined]  # the driver's own connection has no type here
        for pragma in ("synchronous=FULL", "foreign_keys=ON", f"cache_size=-{_CACHE_KIB}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    # SQLite grants the write lock at BEGIN IMMEDIATE; taken later, a reader that starts to write fails with
    # "database is locked" however long it waits.
    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        writes: bool = options.get("writes", False)
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite.Connection)  # noqa: S101 - `_engine` makes no others
        driver.is_brief = options.get("brief", False)
        if driver.is_writing is not writes:
            connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
            driver.is_writing = writes
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
