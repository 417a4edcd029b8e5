"""Statements that both databases understand: insert, insert unless there, and how many rows a change met.

What every message needs is written for tables, not for the classes that stand for their rows, and made once: to build a
statement, and to look after objects, takes several times as long as to run it.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import CursorResult, Executable, Insert, Result, insert
from sqlalchemy.dialects import postgresql, sqlite

from storage.database import Session
from storage.tables import Table, rows_of


async def insert_row(session: Session, table: type[Table], row: Mapping[str, Any]) -> int:
    """Inserts one row and returns its id."""
    key = cast("CursorResult[Any]", await session.execute(_insert(table), row)).inserted_primary_key
    assert key is not None  # noqa: S101 - there is one after each INSERT of one row
    return int(key[0])


async def insert_new(session: Session, table: type[Table], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Inserts the rows that break no unique constraint; returns the ids of those that were new."""
    statement = _insert_new(session.get_bind().dialect.name, table)
    new: list[int] = []
    for row in rows:
        new += (await session.execute(statement, row)).scalars()
    return new


@cache
def _insert(table: type[Table]) -> Insert:
    return insert(rows_of(table))


@cache
def _insert_new(dialect: str, table: type[Table]) -> Executable:
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return make(rows_of(table)).on_conflict_do_nothing().returning(rows_of(table).c.id)


def counted(result: Result[Any]) -> int:
    """How many rows an UPDATE or DELETE changed."""
    return cast("CursorResult[Any]", result).rowcount
