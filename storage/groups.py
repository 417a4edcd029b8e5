"""Groups that the helpdesk's account is in, and the threads it made there."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Update, case, or_, select, update

from storage.addresses import Address
from storage.database import Session
from storage.statements import counted, insert_new
from storage.tables import GroupRow, ThreadRow


@dataclass(frozen=True, slots=True)
class Group:
    address: Address
    helpful: bool
    """It answers questions that were not put to it, because an admin of the group wants that."""
    reads_all: bool
    spoke_at: datetime | None
    """When it last answered uninvited."""
    added_at: datetime
    is_in: bool
    moved_to: str


@dataclass(frozen=True, slots=True)
class Thread:
    key: str
    """What our addresses call it."""
    platform_id: str
    title: str
    closed: bool


async def join(session: Session, address: Address, at: datetime, *, reads_all: bool) -> None:
    """The account is in the group, newly, again, or with other rights."""
    row = {
        "channel": address.channel,
        "chat": address.chat,
        "helpful": False,
        "reads_all": reads_all,
        "added_at": at,
        "moved_to": "",
    }
    if not await insert_new(session, GroupRow, [row]):
        added_at = case((GroupRow.removed_at.is_(None), GroupRow.added_at), else_=at)
        await session.execute(_of(address).values(reads_all=reads_all, added_at=added_at, removed_at=None))


async def leave(session: Session, address: Address, at: datetime) -> None:
    if await look(session, address) is None:  # one that only the settings named
        await join(session, address, at, reads_all=False)
    await session.execute(_of(address).values(removed_at=at))


async def look(session: Session, address: Address) -> Group | None:
    row = await session.scalar(
        select(GroupRow)
        .where(GroupRow.channel == address.channel, GroupRow.chat == address.chat)
        .execution_options(populate_existing=True)
    )
    if row is None:
        return None
    return Group(
        Address(row.channel, row.chat),
        row.helpful,
        row.reads_all,
        row.spoke_at,
        row.added_at,
        row.removed_at is None,
        row.moved_to,
    )


async def be_helpful(session: Session, address: Address, helpful: bool) -> None:
    await session.execute(_of(address).values(helpful=helpful))


async def speak(session: Session, address: Address, at: datetime, *, every: timedelta) -> bool:
    """True if it may answer uninvited now, as it has not for that long; from now on it rests again."""
    rested = or_(GroupRow.spoke_at.is_(None), GroupRow.spoke_at <= at - every)
    return counted(await session.execute(_of(address).where(rested).values(spoke_at=at))) == 1


async def move(session: Session, old: Address, new: Address, at: datetime) -> None:
    """The platform gave the group another id; how it was set up there goes with it."""
    was = await look(session, old)
    if was is not None and was.moved_to == new.chat:
        return  # platforms tell of it in both places
    if await look(session, new) is None:
        await join(session, new, at, reads_all=was.reads_all if was else False)
    if was is None:
        await join(session, old, at, reads_all=False)
    else:
        await session.execute(_of(new).values(helpful=was.helpful, spoke_at=was.spoke_at))
    await session.execute(_of(old).values(moved_to=new.chat, removed_at=at))
    await session.execute(
        update(ThreadRow).where(ThreadRow.channel == old.channel, ThreadRow.chat == old.chat).values(chat=new.chat)
    )


async def now_at(session: Session, address: Address) -> Address:
    """Where a group that settings know by an earlier id is now."""
    seen = {address.chat}
    while (group := await look(session, address)) is not None and group.moved_to and group.moved_to not in seen:
        address = Address(address.channel, group.moved_to, address.thread)
        seen.add(address.chat)
    return address


async def thread(session: Session, address: Address) -> Thread | None:
    """The thread that `address.thread` names by our key."""
    return await _thread(session, address, ThreadRow.key == address.thread)


async def thread_called(session: Session, address: Address, platform_id: str) -> Thread | None:
    """The thread of this chat that the platform calls `platform_id`, if we made it."""
    return await _thread(session, address, ThreadRow.platform_id == platform_id)


async def keep_thread(session: Session, address: Address, platform_id: str, title: str, *, closed: bool) -> None:
    """Remembers a thread just made, renamed, closed or made again."""
    row = {
        "channel": address.channel,
        "chat": address.chat,
        "key": address.thread,
        "platform_id": platform_id,
        "title": title,
        "closed": closed,
    }
    if not await insert_new(session, ThreadRow, [row]):
        await session.execute(
            update(ThreadRow)
            .where(
                ThreadRow.channel == address.channel,
                ThreadRow.chat == address.chat,
                ThreadRow.key == address.thread,
            )
            .values(platform_id=platform_id, title=title, closed=closed)
        )


async def _thread(session: Session, address: Address, which: ColumnElement[bool]) -> Thread | None:
    row = await session.scalar(
        select(ThreadRow)
        .where(ThreadRow.channel == address.channel, ThreadRow.chat == address.chat, which)
        .execution_options(populate_existing=True)
    )
    return Thread(row.key, row.platform_id, row.title, row.closed) if row else None


def _of(address: Address) -> Update:
    return update(GroupRow).where(GroupRow.channel == address.channel, GroupRow.chat == address.chat)
