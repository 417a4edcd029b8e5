"""Files that came with messages: where their bytes are, which post they belong to."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update

from storage.addresses import Address
from storage.database import Session
from storage.tables import AttachmentRow, AttachmentState, OutboxRow


@dataclass(frozen=True, slots=True)
class Attachment:
    id: int
    address: Address
    """Where it came from."""
    reference: str
    """The platform's own name for it; only the channel it came from understands it."""
    kind: str
    """`photo`, `voice`, `audio`, `video` or `document`."""
    name: str
    """A document's file name."""
    sha256: str
    """The name of its bytes in the file store; empty until they are stored."""
    type: str
    """The media type, found in the bytes and not believed from their sender."""
    size: int
    """In bytes."""
    state: AttachmentState
    post_id: int | None


async def add(session: Session, *, address: Address, sha256: str, type: str, size: int, at: datetime) -> int:  # noqa: A002
    """A file whose bytes are stored already."""
    return await _insert(
        session,
        AttachmentRow(
            channel=address.channel,
            chat=address.chat,
            thread=address.thread,
            reference="",
            sha256=sha256,
            type=type,
            size=size,
            state=AttachmentState.STORED,
            created_at=at,
        ),
    )


async def expect(
    session: Session, *, address: Address, reference: str, at: datetime, kind: str = "photo", name: str = ""
) -> int:
    """A file that is known by the platform's reference and still to be fetched."""
    return await _insert(
        session,
        AttachmentRow(
            channel=address.channel,
            chat=address.chat,
            thread=address.thread,
            reference=reference,
            kind=kind,
            name=name[:120],
            state=AttachmentState.PENDING,
            created_at=at,
        ),
    )


async def _insert(session: Session, row: AttachmentRow) -> int:
    session.add(row)
    await session.flush()
    return row.id


async def stored(session: Session, id_: int, *, sha256: str, type: str, size: int) -> None:  # noqa: A002
    await session.execute(
        update(AttachmentRow)
        .where(AttachmentRow.id == id_)
        .values(sha256=sha256, type=type, size=size, state=AttachmentState.STORED)
    )


async def failed(session: Session, id_: int) -> None:
    """Its bytes will never come."""
    await session.execute(update(AttachmentRow).where(AttachmentRow.id == id_).values(state=AttachmentState.FAILED))


async def get(session: Session, id_: int) -> Attachment | None:
    row = await session.scalar(
        select(AttachmentRow).where(AttachmentRow.id == id_).execution_options(populate_existing=True)
    )
    return _attachment(row) if row else None


async def several(session: Session, ids: Collection[int]) -> dict[int, Attachment]:
    found = await session.scalars(select(AttachmentRow).where(AttachmentRow.id.in_(ids)))
    return {row.id: _attachment(row) for row in found}


async def are_photos(session: Session, ids: Collection[int]) -> bool:
    """True unless there is something among them that one does not look at, such as a voice message."""
    return all(found.kind == "photo" for found in (await several(session, ids)).values())


async def pending(session: Session, channel: str, limit: int) -> list[Attachment]:
    """Files of this channel that are still to be fetched, oldest first."""
    found = await session.scalars(
        select(AttachmentRow)
        .where(AttachmentRow.channel == channel, AttachmentRow.state == AttachmentState.PENDING)
        .order_by(AttachmentRow.id)
        .limit(limit)
    )
    return [_attachment(row) for row in found]


async def attach(session: Session, ids: Collection[int], post_id: int) -> None:
    if ids:
        await session.execute(update(AttachmentRow).where(AttachmentRow.id.in_(ids)).values(post_id=post_id))


async def unused(session: Session, before: datetime) -> list[Attachment]:
    """Files older than this that belong to no post."""
    found = await session.scalars(
        select(AttachmentRow).where(AttachmentRow.post_id.is_(None), AttachmentRow.created_at < before)
    )
    return [_attachment(row) for row in found]


async def drop(session: Session, ids: Collection[int]) -> list[str]:
    """Forgets files; returns the names of stored bytes that nothing refers to any more."""
    if not ids:
        return []
    names = {
        name for name in await session.scalars(select(AttachmentRow.sha256).where(AttachmentRow.id.in_(ids))) if name
    }
    await session.execute(update(OutboxRow).where(OutboxRow.attachment_id.in_(ids)).values(attachment_id=None))
    await session.execute(delete(AttachmentRow).where(AttachmentRow.id.in_(ids)))
    return sorted(names - await _in_use(session, names))


async def in_use(session: Session) -> set[str]:
    """The names of all stored bytes that something refers to."""
    return set(await session.scalars(select(AttachmentRow.sha256).where(AttachmentRow.sha256 != "").distinct()))


async def _in_use(session: Session, names: set[str]) -> set[str]:
    return set(await session.scalars(select(AttachmentRow.sha256).where(AttachmentRow.sha256.in_(names))))


def _attachment(row: AttachmentRow) -> Attachment:
    return Attachment(
        row.id,
        Address(row.channel, row.chat, row.thread),
        row.reference,
        row.kind,
        row.name,
        row.sha256,
        row.type,
        row.size,
        AttachmentState(row.state),
        row.post_id,
    )
