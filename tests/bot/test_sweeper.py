"""Photos that nothing refers to any more are deleted, and no others."""

import asyncio
import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.files import FileStore
from bot.sweeper import SETTLED, Sweeper
from storage import Address, Database, Identity, attachments, conversations, people
from tests.stories.house import Clock

ONE, OTHER = b"\x89PNG\r\n\x1a\n1" + b"\0" * 40, b"\x89PNG\r\n\x1a\n2" + b"\0" * 40


@dataclass(slots=True)
class Cellar:
    """The stored photos, and the sweeper that comes by."""

    database: Database
    clock: Clock
    files: FileStore
    sweeper: Sweeper

    async def store(self, content: bytes, *, old: bool = True) -> str:
        """A photo's bytes, stored long enough ago that its row would be there, or just now."""
        stored = await self.files.put(content)
        moment = (self.clock.now - (SETTLED if old else timedelta(0)) - timedelta(seconds=1)).timestamp()
        os.utime(self.files.path(stored.sha256), (moment, moment))
        return stored.sha256

    async def refer(self, name: str, member: str = "lan") -> int:
        """The row of a photo that a member sent; returns the member."""
        who, where = Identity("test", member), Address("test", member)
        async with self.database.write() as session:
            person = await people.meet(session, who, self.clock())
            await conversations.enter(session, who, where, self.clock())
            await attachments.add(session, address=where, sha256=name, type="image/png", size=49, at=self.clock())
        return person.id

    async def erase(self, person: int) -> None:
        async with self.database.write() as session:
            await people.erase(session, person, self.clock())


@pytest.fixture
def cellar(database: Database, tmp_path: Path) -> Cellar:
    clock, files = Clock(), FileStore(tmp_path / "attachments")
    return Cellar(database, clock, files, Sweeper(database, files, clock))


async def test_a_photo_that_nothing_refers_to_goes(cellar: Cellar) -> None:
    name = await cellar.store(ONE)

    assert await cellar.sweeper.sweep() == 1

    assert await cellar.files.read(name) is None


async def test_a_photo_that_something_refers_to_stays(cellar: Cellar) -> None:
    used, unused = await cellar.store(ONE), await cellar.store(OTHER)
    await cellar.refer(used)

    assert await cellar.sweeper.sweep() == 1

    assert await cellar.files.read(used) == ONE
    assert await cellar.files.read(unused) is None


async def test_a_photo_that_may_be_about_to_get_its_row_stays(cellar: Cellar) -> None:
    name = await cellar.store(ONE, old=False)

    assert await cellar.sweeper.sweep() == 0
    assert await cellar.files.read(name) == ONE

    cellar.clock.move(SETTLED)
    assert await cellar.sweeper.sweep() == 1


async def test_the_photos_of_somebody_who_was_erased_go(cellar: Cellar) -> None:
    name = await cellar.store(ONE)
    lan = await cellar.refer(name)
    assert await cellar.sweeper.sweep() == 0

    await cellar.erase(lan)

    assert await cellar.sweeper.sweep() == 1
    assert await cellar.files.read(name) is None


async def test_a_photo_that_somebody_else_sent_too_outlives_the_one_who_was_erased(cellar: Cellar) -> None:
    name = await cellar.store(ONE)
    lan = await cellar.refer(name)
    await cellar.refer(name, "tu")

    await cellar.erase(lan)

    assert await cellar.sweeper.sweep() == 0
    assert await cellar.files.read(name) == ONE


async def test_it_sweeps_as_soon_as_it_runs(cellar: Cellar) -> None:
    name = await cellar.store(ONE)

    running = asyncio.create_task(cellar.sweeper.run())
    while cellar.files.path(name).exists():  # noqa: ASYNC110 - no bell rings when a file is deleted
        await asyncio.sleep(0)
    running.cancel()

    await asyncio.gather(running, return_exceptions=True)
