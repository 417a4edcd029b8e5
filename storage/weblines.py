"""The lines of web chats, as browsers show them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update

from storage.database import Session
from storage.statements import counted, insert_new
from storage.tables import WebLine

REPLACES = "replaces"
"""In the body of a line that only tells what another one says now: which one that is."""


@dataclass(frozen=True, slots=True)
class Line:
    id: int
    chat: str
    key: str
    mine: bool
    """True if the member wrote it."""
    body: dict[str, Any]
    at: datetime


async def add(session: Session, chat: str, key: str, mine: bool, body: dict[str, Any], at: datetime) -> int:
    """Adds a line and returns its id; a line with the same key is not added again."""
    if session.get_bind().dialect.name == "postgresql":
        # Ids are given before the commit: of two lines written at once, the one with the later id could be seen first,
        # and a browser that asks for what is newer would never get the other.
        await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(chat, 0))))
    row = {"chat": chat, "key": key, "mine": mine, "body": body, "at": at}
    if new := await insert_new(session, WebLine, [row]):
        return new[0]
    known = await session.scalar(select(WebLine.id).where(WebLine.chat == chat, WebLine.key == key))
    assert known is not None  # noqa: S101 - the unique constraint said so
    return known


async def replace(session: Session, chat: str, id_: int, key: str, body: dict[str, Any], at: datetime) -> int | None:
    """Changes what a line says, and adds a line that tells those who have the old one; None if it is not there.

    What replaces twice under the same key is one line.
    """
    known = (WebLine.id == id_, WebLine.chat == chat, WebLine.mine.is_(False))
    changed = await session.execute(
        update(WebLine).where(*known).values(body=body).execution_options(synchronize_session=False)
    )
    if counted(changed) == 0:
        return None
    await add(session, chat, key, False, {**body, REPLACES: id_}, at)
    return id_


async def after(session: Session, chat: str, id_: int, limit: int) -> list[Line]:
    """Lines that came after this one, oldest first."""
    found = await session.scalars(
        select(WebLine).where(WebLine.chat == chat, WebLine.id > id_).order_by(WebLine.id).limit(limit)
    )
    return [_line(row) for row in found]


async def before(session: Session, chat: str, id_: int | None, limit: int) -> list[Line]:
    """The last lines, or those just before this one; oldest first."""
    wanted = select(WebLine).where(WebLine.chat == chat)
    if id_ is not None:
        wanted = wanted.where(WebLine.id < id_)
    found = await session.scalars(wanted.order_by(WebLine.id.desc()).limit(limit))
    return [_line(row) for row in found][::-1]


async def clear(session: Session, chat: str) -> None:
    await session.execute(delete(WebLine).where(WebLine.chat == chat))


async def forget(session: Session, older_than: datetime) -> int:
    return counted(await session.execute(delete(WebLine).where(WebLine.at < older_than)))


def _line(row: WebLine) -> Line:
    return Line(row.id, row.chat, row.key, row.mine, dict(row.body), row.at)
