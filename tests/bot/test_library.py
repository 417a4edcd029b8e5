"""A saved FAQ is live at once, and a broken one never takes the good one's place."""

import asyncio
import shutil
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from bot.bell import Bell
from bot.intake import Intake
from bot.library import Library
from faq.catalog import CatalogFaults
from faq.embedding import Embedder, Encoder, Vectors
from faq.matching import MatchSettings
from handlers import events
from handlers.events import CatalogChanged, CatalogRejected, Event
from storage import Database, inbox
from tests.faq.folders import TOPIC, swap, write
from tests.stories.house import Clock

FILE = "rut-tien.yaml"
LONG_S = 60.0  # never waited for: the bell rings before
CHANGED = swap("Ra điểm giao dịch.", "Ra bưu cục.")
CHANGED_AGAIN = swap("Ra điểm giao dịch.", "Ra chợ.")
BROKEN = swap("    question: Rút tiền thế nào?\n", "")

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what is read here is files


@dataclass(slots=True)
class Shelf:
    """A library and the folder it reads."""

    folder: Path
    library: Library
    database: Database
    bell: Bell
    clock: Clock
    intake: Intake

    def save(self, content: str | bytes, name: str = FILE) -> None:
        write(self.folder, {name: content})

    async def reload(self) -> None:
        await self.library.reload(self.intake, self.clock)

    def answers(self) -> list[str]:
        """The first line of each answer, as they are given now."""
        return [question.answer.splitlines()[0] for question in self.library.knowledge().catalog.questions]

    def faults(self) -> list[str]:
        return [str(fault).partition(":")[0] for fault in self.library.faults]

    async def told(self) -> list[Event]:
        """What the helpdesk will be told, oldest first; it is taken out."""
        found = []
        async with self.database.write() as session:
            while waiting := await inbox.waiting(session, at=self.clock(), limit=1, busy=[]):
                found.append(events.from_json(waiting[0].payload))
                await inbox.done(session, waiting[0].id, self.clock())
        return found

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[Callable[[str | bytes], Awaitable[None]]]:
        """While it watches its folder: saves something, and returns once it has been read."""
        watching = asyncio.create_task(self.library.watch(self.intake, self.clock))
        await asyncio.sleep(0)  # its first step begins to watch

        async def save(content: str | bytes) -> None:
            seen = self.bell.count("inbox")
            self.save(content)
            await self.bell.wait("inbox", seen, LONG_S)

        yield save
        assert not watching.done()
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


@pytest.fixture
def shelf(database: Database, tmp_path: Path) -> Shelf:
    folder = write(tmp_path / "faq", {FILE: TOPIC})
    bell, clock = Bell(), Clock()
    return Shelf(folder, Library(folder, {}, MatchSettings()), database, bell, clock, Intake(database, bell, clock))


async def test_a_saved_change_is_live_and_told(shelf: Shelf) -> None:
    shelf.save(CHANGED)
    await shelf.reload()

    assert shelf.answers() == ["Ra bưu cục."]
    knowledge = shelf.library.knowledge()
    assert knowledge.matcher.catalog is knowledge.catalog
    (told,) = await shelf.told()
    assert isinstance(told, CatalogChanged)
    assert told.version == knowledge.catalog.version


async def test_what_was_begun_with_the_old_one_goes_on_with_the_old_one(shelf: Shelf) -> None:
    before = shelf.library.knowledge()

    shelf.save(CHANGED)
    await shelf.reload()

    assert before.catalog.questions[0].answer.startswith("Ra điểm giao dịch.")
    assert shelf.library.knowledge() is not before


async def test_a_save_that_changes_nothing_is_no_news(shelf: Shelf) -> None:
    before = shelf.library.knowledge()

    shelf.save(TOPIC)
    await shelf.reload()

    assert shelf.library.knowledge() is before
    assert await shelf.told() == []


async def test_a_broken_save_keeps_the_last_good_one_and_says_why(shelf: Shelf) -> None:
    before = shelf.library.knowledge()

    shelf.save(BROKEN)
    await shelf.reload()

    assert shelf.library.knowledge() is before
    assert shelf.faults() == [FILE]
    (told,) = await shelf.told()
    assert isinstance(told, CatalogRejected)
    assert told.faults == tuple(str(fault) for fault in shelf.library.faults)


async def test_everything_that_is_wrong_is_said_at_once(shelf: Shelf) -> None:
    shelf.save(BROKEN)
    shelf.save("- 1\n", "kho.yaml")
    await shelf.reload()

    assert sorted(shelf.faults()) == ["kho.yaml", FILE]


async def test_once_it_is_mended_it_is_live_and_nothing_is_wrong(shelf: Shelf) -> None:
    shelf.save(BROKEN)
    await shelf.reload()

    shelf.save(CHANGED)
    await shelf.reload()

    assert shelf.answers() == ["Ra bưu cục."]
    assert shelf.library.faults == ()
    assert [type(event) for event in await shelf.told()] == [CatalogRejected, CatalogChanged]


async def test_a_broken_save_that_is_taken_back_leaves_nothing_wrong(shelf: Shelf) -> None:
    before = shelf.library.knowledge()
    shelf.save(BROKEN)
    await shelf.reload()

    shelf.save(TOPIC)
    await shelf.reload()

    assert shelf.library.knowledge() is before
    assert shelf.library.faults == ()


async def test_a_folder_that_is_gone_is_a_fault_and_the_last_good_one_answers(shelf: Shelf) -> None:
    shutil.rmtree(shelf.folder)
    await shelf.reload()

    assert shelf.answers() == ["Ra điểm giao dịch."]
    assert shelf.faults() == [str(shelf.folder)]


async def test_the_provinces_own_values_are_there_after_a_change_too(database: Database, tmp_path: Path) -> None:
    values = "values:\n  - name: GIO\n    meaning: Giờ mở cửa\n    owner: vnpt\n    text: 8 giờ\n"
    folder = write(tmp_path / "faq", {FILE: TOPIC, "values.yaml": values})
    library, bell, clock = Library(folder, {"GIO": "7 giờ"}, MatchSettings()), Bell(), Clock()

    write(folder, {FILE: CHANGED})
    await library.reload(Intake(database, bell, clock), clock)

    assert [value.text for value in library.knowledge().catalog.values.values()] == ["7 giờ"]


def test_a_faq_that_is_broken_from_the_start_is_not_begun_with(tmp_path: Path, database_url: str) -> None:
    del database_url

    with pytest.raises(CatalogFaults) as caught:
        Library(write(tmp_path / "faq", {FILE: BROKEN}), {}, MatchSettings())

    assert {fault.file for fault in caught.value.faults} == {FILE}


async def test_files_that_change_are_read_without_being_asked(shelf: Shelf) -> None:
    async with shelf.watched() as save:
        await save(CHANGED)
        assert shelf.answers() == ["Ra bưu cục."]

        await save(BROKEN)
        assert shelf.answers() == ["Ra bưu cục."]
        assert shelf.faults() == [FILE]

        await save(CHANGED_AGAIN)
        assert shelf.answers() == ["Ra chợ."]
        assert shelf.library.faults == ()


async def test_a_folder_that_takes_the_place_of_the_old_one_is_watched_too(shelf: Shelf) -> None:
    async with shelf.watched() as save:
        seen = shelf.bell.count("inbox")
        shelf.folder.rename(shelf.folder.with_name("old"))
        await shelf.bell.wait("inbox", seen, LONG_S)
        assert shelf.faults() == [str(shelf.folder)]

        await save(CHANGED)
        assert shelf.answers() == ["Ra bưu cục."]

        await save(CHANGED_AGAIN)
        assert shelf.answers() == ["Ra chợ."]


# --- what is meant ---


def encode(text: str) -> Vectors:
    return np.array([text.count("tiền"), text.count("thế"), 1], dtype=np.float32)


async def test_it_answers_by_words_until_what_is_meant_is_worked_out(database: Database, tmp_path: Path) -> None:
    folder, bell, clock = write(tmp_path / "faq", {FILE: TOPIC}), Bell(), Clock()
    may_go_on = threading.Event()

    def slow(text: str) -> Vectors:
        may_go_on.wait()
        return encode(text)

    library = Library(folder, {}, MatchSettings(), Embedder(Encoder("slow", slow), tmp_path / "cache"))
    before = library.knowledge()
    deepening = asyncio.create_task(library.deepen())
    await asyncio.sleep(0)

    assert library.knowledge() is before
    may_go_on.set()
    await _until(lambda: library.knowledge() is not before)
    assert library.knowledge().catalog is before.catalog
    write(folder, {FILE: CHANGED})
    await library.reload(Intake(database, bell, clock), clock)
    await _until(lambda: "meaning" in library.knowledge().matcher.match("tiền mặt đâu").evidence.signals)

    deepening.cancel()
    await asyncio.gather(deepening, return_exceptions=True)
    assert library.knowledge().catalog.version != before.catalog.version
    assert library.knowledge().matcher.match("tiền mặt đâu").evidence.signals.keys() >= {"words", "meaning"}
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["slow.npz"]


async def _until(is_so: Callable[[], bool]) -> None:
    while not is_so():  # noqa: ASYNC110 - what it waits for tells nobody
        await asyncio.sleep(0.001)
