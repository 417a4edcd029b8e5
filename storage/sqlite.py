"""SQLite for asyncio: statements that are small run where they are, everything that may wait runs in a thread.

SQLAlchemy's dialect talks to the driver aiosqlite, which changes threads four times for each statement. That takes ten
times as long as most statements do. What stands here has the form of its connections and cursors, as far as the dialect
uses it.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Any, Self, TypeVar

_T = TypeVar("_T")


class Connection:
    """A connection in autocommit mode; transactions begin by a statement."""

    def __init__(self, path: str, executor: Executor, *, busy_s: float) -> None:
        self._executor = executor
        self._connection = sqlite3.connect(path, timeout=busy_s, isolation_level=None, check_same_thread=False)
        self._in_thread: asyncio.Future[Any] | None = None
        self.is_brief = False
        """True while all statements are small: those need no thread, only what waits for locks or the disk does."""
        self.is_writing: bool | None = None
        """Whether the transaction writes; None before the first."""

    def cursor(self) -> "Cursor":
        return Cursor(self, self._connection.cursor())

    async def commit(self) -> None:
        await self.run(self._connection.commit, waits=bool(self.is_writing))

    async def rollback(self) -> None:
        await self.run(self._connection.rollback)

    async def close(self) -> None:
        await self.run(self._connection.close)

    def stop(self) -> None:
        """Closes it where nothing can be waited for; under a statement in the thread that would crash the process."""
        if self._in_thread is None or self._in_thread.done():
            self._connection.close()
            return
        self._connection.interrupt()
        self._in_thread.add_done_callback(lambda _: self._connection.close())

    async def create_function(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - sqlite3's own
        await self.run(lambda: self._connection.create_function(*args, **kwargs))

    async def run(self, do: Callable[..., _T], *args: object, waits: bool = False) -> _T:
        """Here and now, or in a thread if it `waits` or if the connection's statements need not be small."""
        # Whoever asked for what is still under way may have been cancelled; a connection does one thing at a time.
        while self._in_thread is not None and not self._in_thread.done():
            await asyncio.wait({self._in_thread})
        if self.is_brief and not waits:
            return do(*args)
        under_way = asyncio.get_running_loop().run_in_executor(self._executor, do, *args)
        under_way.add_done_callback(_look_at)
        self._in_thread = under_way
        return await asyncio.shield(under_way)


class Cursor:
    """Rows come with the statement, so that they need no journey of their own."""

    def __init__(self, connection: Connection, cursor: sqlite3.Cursor) -> None:
        self._connection = connection
        self._cursor = cursor
        self._rows: list[Any] = []
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        return self

    @property
    def description(self) -> Any:  # noqa: ANN401 - sqlite3's own
        return self._cursor.description

    @property
    def rowcount(self) -> int:
        return self._cursor.rowcount

    @property
    def lastrowid(self) -> int | None:
        return self._cursor.lastrowid

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> Self:
        waits = statement.startswith(("BEGIN IMMEDIATE", "COMMIT"))
        self._rows = await self._connection.run(self._execute, statement, parameters, waits=waits)
        return self

    async def executemany(self, statement: str, parameters: Sequence[Sequence[Any]]) -> Self:
        await self._connection.run(self._cursor.executemany, statement, parameters)
        return self

    async def fetchall(self) -> list[Any]:
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        self._cursor.close()

    def _execute(self, statement: str, parameters: Sequence[Any]) -> list[Any]:
        self._cursor.execute(statement, parameters)
        return self._cursor.fetchall() if self._cursor.description else []


def _look_at(under_way: asyncio.Future[Any]) -> None:
    """An error of what nobody waits for any more is nobody's."""
    if not under_way.cancelled():
        under_way.exception()
