"""The whole helpdesk, at work on a Bot API server of the tests' own."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.config import Settings
from bot.service import Service
from tests.bot.telegram import edge as edges
from tests.bot.telegram.edge import LIFTED, Edge
from tests.botapi.people import User
from tests.botapi.server import Server
from tests.faq.folders import TOPIC, write

Running = Callable[..., AbstractAsyncContextManager[Service]]


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server() as running:
        yield running


@pytest.fixture
def running(server: Server, tmp_path: Path) -> Running:
    """Starts the helpdesk; may be called again for the same database. What is given is `channels.telegram`'s."""
    folder = write(tmp_path / "faq", {"rut-tien.yaml": TOPIC})

    @asynccontextmanager
    async def started(**telegram: Any) -> AsyncIterator[Service]:  # noqa: ANN401 - each setting has its own
        settings = Settings.model_validate(
            {
                "database": f"sqlite:///{tmp_path}/data/helpdesk.db",
                "faq": folder,
                "attachments": tmp_path / "data/attachments",
                "cache": tmp_path / "data/cache",
                "web": {"port": 0},
                "matching": {"semantic": False},
                "channels": {
                    "telegram": {"token": server.token, "base_url": server.url, "paces": LIFTED, **telegram},
                },
            }
        )
        service = await Service.open(settings)
        run = asyncio.create_task(service.run())
        try:
            yield service
        finally:
            service.stop()
            await run
            await service.close()

    return started


@pytest.fixture
async def helpdesk(running: Running) -> AsyncIterator[Service]:
    async with running() as service:
        yield service


@pytest.fixture
async def lan(server: Server) -> User:
    return await User(server, 101, "Lan").comes()


@pytest.fixture
async def minh(server: Server) -> User:
    return await User(server, 102, "Minh", "minh_ls").comes()


@pytest.fixture
async def edge(server: Server, tmp_path: Path) -> AsyncIterator[Edge]:
    async with edges.opened(server, tmp_path) as opened:
        yield opened
