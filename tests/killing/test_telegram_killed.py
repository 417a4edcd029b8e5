"""The real process is killed again and again while people on Telegram ask; nothing is lost, nothing happens twice."""

import asyncio
import os
import random
import shutil
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from faq.catalog import SHIPPED
from handlers import texts
from storage import Database, Identity, inbox, people, questions, tickets
from tests.botapi.people import User
from tests.botapi.server import Server
from tests.killing.lives import ROOT, free_port

AT_ONCE = 12
"""How many people talk with the helpdesk at any time."""
QUESTION, MORE = "máy cày của nhà tôi kêu to quá phải làm sao", "máy mua năm ngoái thôi"
UNIT = "Viettel Lạng Sơn"
SOON_S = 0.5  # a life that is at work is killed within so long
NOW = datetime(2026, 11, 24, tzinfo=UTC)
YOUNG = 0.15  # of all lives are killed before they are


@dataclass(slots=True)
class Brood:
    """The helpdesk, however often it dies."""

    server: Server
    process: asyncio.subprocess.Process
    child: int = 0
    alive: bool = False
    deaths: int = 0

    async def birth(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(b"\n")
        self.child = await self._told()
        self.alive = True

    async def kill(self) -> None:
        """Returns once it is dead, and what it had sent by then has arrived."""
        os.kill(self.child, signal.SIGKILL)
        assert await self._told() == -signal.SIGKILL
        self.alive = False
        self.deaths += 1
        await self.server.left()

    async def end(self) -> int:
        os.kill(self.child, signal.SIGTERM)
        code = await self._told()
        self.alive = False
        return code

    async def over(self) -> None:
        """Nothing of it is left, however far the story came."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        if self.alive:
            os.kill(self.child, signal.SIGKILL)
        await self.process.wait()

    async def _told(self) -> int:
        assert self.process.stdout is not None
        return int(await self.process.stdout.readline())

    async def at_work(self) -> None:
        """Returns once this life has taken updates."""
        updates = self.server.world.updates
        seen, version = updates.confirmed_ever, 0
        while updates.confirmed_ever == seen:
            version = await self.server.changed(version)


@asynccontextmanager
async def brood(server: Server, folder: Path, mode: str) -> AsyncIterator[Brood]:
    faq = folder / "faq"  # one topic of the FAQ: it starts faster, and the kills are about other things
    faq.mkdir()
    for name in ("atm-mem.yaml", "glossary.yaml", "values.yaml", "routine.yaml"):
        shutil.copy(SHIPPED / name, faq)
    port = free_port()
    environ = {
        "HELPDESK_DATABASE": f"sqlite:///{folder}/data/helpdesk.db",
        "HELPDESK_FAQ": str(faq),
        "HELPDESK_MATCHING__SEMANTIC": "false",
        "HELPDESK_WEB__PORT": str(port),
        "HELPDESK_WEB__PUBLIC_URL": f"http://127.0.0.1:{port}",
        "HELPDESK_CHANNELS__TELEGRAM__TOKEN": server.token,
        "HELPDESK_CHANNELS__TELEGRAM__BASE_URL": server.url,
        "HELPDESK_CHANNELS__TELEGRAM__MODE": mode,
        "HELPDESK_CHANNELS__TELEGRAM__WEBHOOK_SECRET": "bi-mat-cua-bai-thu",
        "HELPDESK_CHANNELS__TELEGRAM__PACES": "{per_second: 9999, chat_per_second: 9999, group_per_minute: 9999}",
    }
    with (folder / "log").open("w") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.killing.brood",
            cwd=ROOT, env=os.environ | environ,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=log,
        )  # fmt: skip
        living = Brood(server, process)
        try:
            yield living
        finally:
            await living.over()


@dataclass(slots=True)
class Village:
    """People who come one after the other, each with the whole of a story, until they are told that it is enough."""

    server: Server
    people: list[User] = field(default_factory=list)
    enough: bool = False

    async def talks(self) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(self._comes())

    async def _comes(self) -> None:
        while not self.enough:
            somebody = await User(self.server, 1001 + len(self.people), "Lan").comes()
            self.people.append(somebody)
            await self._story(somebody)

    async def _story(self, lan: User) -> None:
        await lan.starts()
        await lan.waits_for(_begin(texts.WELCOME))
        await lan.writes(QUESTION)
        seen = await lan.waits(lambda seen: any(UNIT in label for message in seen for label in message.labels))
        message, button = next((m, b) for m in reversed(seen) for b in m.buttons if UNIT in b.text)
        await lan.presses_data(button.data, message.id)
        await lan.waits_for("Đã gửi phiếu hỏi số")
        await lan.writes(MORE)
        await lan.waits_for("Đã chuyển tin vào phiếu hỏi số")

    def shown(self) -> dict[int, list[str]]:
        """How each message to each person begins, in the order in which it was sent."""
        return {
            lan.id: [_begin(told["text"]) for told in self.server.acts.shown(lan.id) if told["what"] == "sent"]
            for lan in self.people
        }


def _begin(text: str) -> str:
    """The first words of a message, without the number of a ticket."""
    return " ".join(word for word in text.replace("*", "").split()[:8] if not word.rstrip(".").isdigit())


@dataclass(frozen=True, slots=True)
class Count:
    """What became of everything after all the deaths."""

    asked: int
    lost: int
    """Questions and words for a ticket that are not kept, or not in their order."""
    doubled: int
    """Questions, tickets and words for a ticket that are kept more than once."""
    unanswered: int
    """Replies that nobody was shown."""
    repeated: int
    """Replies shown twice that were in flight when the process died."""
    stray: int
    """Replies shown twice for another reason."""


async def counted(village: Village, database: Database, deaths: Sequence[dict[int, list[str]]]) -> Count:
    lost = doubled = unanswered = repeated = stray = 0
    shown = village.shown()
    for lan in village.people:
        async with database.write() as session:
            person = await people.meet(session, Identity("telegram", str(lan.id)), NOW)
            asked = [question.text for question in await questions.of_person(session, person.id, limit=9)]
            own = await tickets.of_person(session, person.id)
            posts = [post.text for ticket in own for post in await tickets.posts(session, ticket.id)]
        lost += (QUESTION not in asked) + (not own) + (posts[:1] != [QUESTION]) + (MORE not in posts)
        doubled += max(0, len(asked) - 1) + max(0, len(own) - 1) + max(0, len(posts) - 2)
        once, again = _without_repetitions(shown[lan.id], [death.get(lan.id, []) for death in deaths])
        repeated += again
        unanswered += len(set(EXPECTED) - set(once))
        stray += len(once) - len(set(once))
    return Count(len(village.people), lost, doubled, unanswered, repeated, stray)


def _without_repetitions(shown: list[str], at_deaths: Sequence[list[str]]) -> tuple[list[str], int]:
    """What was shown, without what was sent again because the process died after sending and before noting it."""
    in_flight = {len(before) for before in at_deaths if before and shown[len(before) : len(before) + 1] == before[-1:]}
    return [text for place, text in enumerate(shown) if place not in in_flight], len(in_flight)


EXPECTED = [*map(_begin, (texts.WELCOME, texts.NOT_KNOWN, texts.opened(1, UNIT), texts.followed(1)))]


def _in_flight(folder: Path) -> set[int]:
    """The chats to which a message was on its way when the process died: at most one to each."""
    file = folder / "data/helpdesk.db"
    if not file.exists():
        return set()
    with closing(sqlite3.connect(file)) as left:
        try:
            rows = left.execute("SELECT chat, count(*) FROM outbox WHERE state = 'SENDING' GROUP BY chat").fetchall()
        except sqlite3.OperationalError:  # it died before it had made its tables
            return set()
    assert all(number == 1 for _, number in rows)
    return {int(chat) for chat, _ in rows}


async def _while_it_goes_on(talking: asyncio.Task[None], awaited: Coroutine[None, None, None]) -> None:
    """Fails with the people's own words as soon as one of them waited in vain."""
    waiting = asyncio.create_task(awaited)
    await asyncio.wait({talking, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if talking.done():
        waiting.cancel()
        await talking
        raise AssertionError("they stopped talking before they were told")
    await waiting


async def killed(folder: Path, mode: str, kills: int, seed: int) -> Count:
    chance = random.Random(seed)  # noqa: S311 - moments, not secrets
    async with Server() as server, brood(server, folder, mode) as helpdesk:
        await server.act("pause", seconds=0.02)
        village = Village(server)
        talking = asyncio.create_task(village.talks())
        deaths = []
        while helpdesk.deaths < kills:
            await helpdesk.birth()
            if chance.random() > YOUNG:
                await _while_it_goes_on(talking, helpdesk.at_work())
            await asyncio.sleep(chance.uniform(0, SOON_S))
            await helpdesk.kill()
            in_flight = _in_flight(folder)
            deaths.append({chat: shown for chat, shown in village.shown().items() if chat in in_flight})
        village.enough = True
        await helpdesk.birth()
        await talking
        assert await helpdesk.end() == 0
        database = await Database.open(f"sqlite:///{folder}/data/helpdesk.db")
        try:
            async with database.read() as session:
                assert set(await inbox.counts(session)) == {"DONE"}
            return await counted(village, database, deaths)
        finally:
            await database.close()


@pytest.mark.parametrize("mode", ["polling", "webhook"])
@pytest.mark.parametrize(
    ("kills", "seed"), [(10, 1), *(pytest.param(25, seed, marks=pytest.mark.soak) for seed in (2, 3, 4, 5))]
)
async def test_nothing_is_lost_or_doubled_when_it_is_killed_under_load(
    tmp_path: Path, mode: str, kills: int, seed: int
) -> None:
    count = await killed(tmp_path, mode, kills, seed)

    print(f"{mode}, {kills} kills: {count}")  # noqa: T201 - the figures of docs/benchmarks.md
    assert count.asked >= AT_ONCE
    assert count == Count(count.asked, 0, 0, 0, count.repeated, 0)
    assert count.repeated <= kills * AT_ONCE
