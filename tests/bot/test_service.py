"""The whole helpdesk on a real port: it starts, answers, and stops without losing anything."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.config import Channels, Settings, WebChat
from bot.keys import UnusableKey
from bot.service import Service, Unbindable
from faq import catalog
from faq.catalog import SHIPPED, CatalogFaults
from storage import Database, UnusableDatabase, inbox
from tests.faq.folders import TOPIC, write

UNKNOWN = "máy cày của nhà tôi kêu to quá phải làm sao"
OURS = {"Sec-Fetch-Site": "same-origin", "Accept": "application/json, text/html"}
PATIENCE_S = 60.0  # of one request; a test waits for what happens and not for time

Line = dict[str, Any]


@dataclass(slots=True)
class Running:
    """A helpdesk at work."""

    service: Service
    address: str
    run: asyncio.Task[bool]
    clients: list[httpx.AsyncClient] = field(default_factory=list)

    def browser(self) -> httpx.AsyncClient:
        client = httpx.AsyncClient(base_url=self.address, headers=OURS, timeout=PATIENCE_S)
        self.clients.append(client)
        return client

    async def member(self) -> httpx.AsyncClient:
        """The browser of somebody who has opened the chat and was welcomed."""
        browser = self.browser()
        await browser.get("/")
        assert (await browser.post("/mo", json={"start": ""})).status_code == 202
        await self.reads(browser, lambda lines: len(lines) == 1)
        return browser

    async def reads(self, browser: httpx.AsyncClient, enough: Callable[[list[Line]], bool]) -> list[Line]:
        """The lines of a chat as they come by its event stream, until they are enough."""
        lines: list[Line] = []
        async with browser.stream("GET", "/dong") as news:
            async for sent in news.aiter_lines():
                if sent.startswith("data: {"):
                    lines.append(json.loads(sent.removeprefix("data: ")))
                if enough(lines):
                    break
        return lines

    async def stop(self) -> bool:
        self.service.stop()
        return await self.run


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.model_validate(
        {
            "database": f"sqlite:///{tmp_path}/data/helpdesk.db",
            "faq": write(tmp_path / "faq", {"rut-tien.yaml": TOPIC}),
            "attachments": tmp_path / "data/attachments",
            "cache": tmp_path / "data/cache",
            "web": {"port": 0},
        }
    )


@asynccontextmanager
async def started(settings: Settings) -> AsyncIterator[Running]:
    service = await Service.open(settings)
    address = service.listen()
    running = Running(service, address, asyncio.create_task(service.run()))
    try:
        yield running
    finally:
        for client in running.clients:
            await client.aclose()
        await running.stop()
        await service.close()


@pytest.fixture
async def running(settings: Settings) -> AsyncIterator[Running]:
    async with started(settings) as running:
        yield running


async def accepted(settings: Settings) -> dict[str, int]:
    """How many events are in which state, as the next start finds them."""
    database = await Database.open(settings.database)
    async with database.read() as session:
        counts = await inbox.counts(session)
    await database.close()
    return counts


# --- at work ---


async def test_it_is_alive_and_ready(running: Running) -> None:
    browser = running.browser()

    alive, ready = await browser.get("/healthz"), await browser.get("/readyz")

    assert (alive.status_code, alive.text) == (200, "ok\n")
    assert (ready.status_code, ready.text) == (200, "ok\n")


async def test_a_question_is_answered(settings: Settings) -> None:
    shipped = settings.model_copy(update={"faq": SHIPPED})
    entry = next(entry for entry in catalog.load(SHIPPED).questions if entry.id == "atm-mem-giay-to")

    async with started(shipped) as running:
        lan = await running.member()
        sent = await lan.post("/tin", json={"key": "cau-hoi-1", "text": entry.question, "attachments": []})
        lines = await running.reads(lan, lambda lines: len(lines) == 3)

    assert sent.status_code == 202
    assert (lines[1]["mine"], lines[1]["text"]) == (True, entry.question)
    assert lines[2]["html"].startswith(f"<p><strong>{entry.question}</strong></p>")


async def test_it_can_do_without_the_chat_in_the_browser(settings: Settings) -> None:
    silent = settings.model_copy(update={"channels": Channels(web=WebChat(enabled=False))})

    async with started(silent) as running:
        browser = running.browser()

        assert (await browser.get("/")).status_code == 404
        assert (await browser.get("/healthz")).status_code == 200


# --- stopping ---


async def test_a_stop_ends_it_and_nobody_can_connect_any_more(running: Running) -> None:
    browser = running.browser()
    await browser.get("/healthz")

    assert await running.stop() is True

    with pytest.raises(httpx.TransportError):
        await running.browser().get("/healthz")


async def test_open_streams_end_properly_at_a_stop(running: Running) -> None:
    lan = await running.member()

    async with lan.stream("GET", "/dong") as news:
        lines = news.aiter_lines()
        await anext(lines)
        running.service.stop()
        async for _ in lines:  # an answer that broke off would raise
            pass

    assert await running.run is True


async def test_what_was_accepted_before_a_stop_is_handled_then_or_at_the_next_start(
    running: Running, settings: Settings
) -> None:
    lan = await running.member()

    assert (await lan.post("/tin", json={"key": "cau-hoi-1", "text": UNKNOWN, "attachments": []})).status_code == 202
    assert await running.stop() is True

    assert sum((await accepted(settings)).values()) == 3  # the opening, the words, and a tick
    async with started(settings) as again:
        port = httpx.URL(again.address).port
        lan.base_url = lan.base_url.copy_with(port=port)
        lines = await again.reads(lan, lambda lines: len(lines) == 3)
        assert (lines[1]["text"], lines[2]["mine"]) == (UNKNOWN, False)


async def test_it_is_not_ready_any_more_while_it_stops(running: Running) -> None:
    url = httpx.URL(running.address)
    reader, writer = await asyncio.open_connection(url.host, url.port)

    # On its way before the stop, and not read by the server yet: nothing ran between the two.
    writer.write(b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    running.service.stop()
    answer = (await reader.read()).decode()

    assert answer.startswith("HTTP/1.1 503 ")
    assert answer.endswith("\r\n\r\nstopping\n")
    writer.close()
    await writer.wait_closed()
    assert await running.run is True


async def test_a_stop_before_it_runs_is_not_forgotten(settings: Settings) -> None:
    service = await Service.open(settings)
    service.listen()

    service.stop()

    assert await service.run() is True
    await service.close()


async def test_it_can_be_started_again_on_the_same_port_at_once(running: Running, settings: Settings) -> None:
    await running.browser().get("/healthz")
    await running.stop()
    await running.service.close()
    port = httpx.URL(running.address).port

    async with started(settings.model_copy(update={"web": settings.web.model_copy(update={"port": port})})) as again:
        assert (await again.browser().get("/healthz")).status_code == 200


# --- not starting ---


async def test_a_port_that_is_taken_is_one_line_that_says_what_to_do(settings: Settings) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        service = await Service.open(
            settings.model_copy(update={"web": settings.web.model_copy(update={"port": port})})
        )

        with pytest.raises(Unbindable) as caught:
            service.listen()

    await service.close()
    assert str(caught.value) == (
        f"web.port: 127.0.0.1:{port} can't be used (Address already in use); "
        "choose another, such as HELPDESK_WEB__PORT=8081"
    )


async def test_without_a_faq_it_does_not_begin_and_makes_no_database(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "faq" / "rut-tien.yaml").unlink()

    with pytest.raises(CatalogFaults):
        await Service.open(settings)

    assert not (tmp_path / "data").exists()


async def test_without_a_database_it_does_not_begin(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "data" / "helpdesk.db").mkdir(parents=True)

    with pytest.raises(UnusableDatabase):
        await Service.open(settings)


async def test_without_a_secret_it_does_not_begin(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "web.secret").touch()

    with pytest.raises(UnusableKey):
        await Service.open(settings)
