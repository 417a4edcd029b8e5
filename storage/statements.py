"""Statements that both databases understand: insert unless there, and how many rows a change met."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import CursorResult, Result
from sqlalchemy.dialects import postgresql, sqlite

from storage.database import Session
from storage.tables import Table


async def insert_new(session: Session, table: type[Table], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Inserts the rows that break no unique constraint; returns the ids of those that were new."""
    if not rows:
        return []
    dialect = session.get_bind().dialect.name
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    id_ = table.__table__.c.id
    new: list[int] = []
    for row in rows:
        statement = make(table).values(**row).on_conflict_do_nothing().returning(id_)
        new += (await session.execute(statement)).scalars()
    return new


def counted(result: Result[Any]) -> int:
    """How many rows an UPDATE or DELETE changed."""
    return cast("CursorResult[Any]", result).rowcount
