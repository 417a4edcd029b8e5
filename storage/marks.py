"""Facts about this database itself, such as that the demo made it."""

from storage.database import Session
from storage.tables import Mark


async def get(session: Session, name: str) -> str | None:
    found = await session.get(Mark, name)
    return found.value if found else None


async def put(session: Session, name: str, value: str) -> None:
    await session.merge(Mark(name=name, value=value))
    await session.flush()
