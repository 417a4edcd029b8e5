"""Telegram brings updates to our web server, and brings them again until they are stored."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette

from bot.telegram.reading import KINDS
from bot.telegram.webhook import CONNECTIONS, PATH
from handlers.events import Said
from tests.bot.telegram import edge as edges
from tests.bot.telegram.edge import Edge
from tests.bot.telegram.test_receiving import heard
from tests.botapi.faults import Fault
from tests.botapi.people import User, until
from tests.botapi.server import Server

SECRET = "only-Telegram-knows-it"
OURS = {"X-Telegram-Bot-Api-Secret-Token": SECRET}


class _Quiet(uvicorn.Server):
    """Leaves signals to the tests."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@pytest.fixture
async def hooked(server: Server, tmp_path: Path) -> AsyncIterator[Edge]:
    """The channel in mode webhook, on a web server of its own; Telegram is not told of it yet."""
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{bound.getsockname()[1]}"
    await server.act("pause", seconds=0.01)
    async with edges.opened(server, tmp_path, public_url=url, mode="webhook", webhook_secret=SECRET) as edge:
        assert edge.parts.route is not None
        web = _Quiet(
            uvicorn.Config(Starlette(routes=[edge.parts.route]), log_config=None, access_log=False, lifespan="off")
        )
        serving = asyncio.create_task(web.serve(sockets=[bound]))
        yield edge
        web.should_exit = web.force_exit = True
        await serving
    bound.close()


@pytest.fixture
async def listening(hooked: Edge) -> AsyncIterator[Edge]:
    reading = asyncio.create_task(hooked.parts.channel.run())
    yield hooked
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)


async def said(edge: Edge) -> list[str]:
    return [event.text for event in await heard(edge) if isinstance(event, Said)]


async def test_telegram_is_told_where_to_bring_what_we_read(listening: Edge, server: Server, lan: User) -> None:
    await lan.writes("rút tiền")

    assert await said(listening) == ["rút tiền"]
    state = await server.act("state")
    assert state["webhook"]["url"].endswith(PATH)
    assert state["webhook"]["max_connections"] == CONNECTIONS
    assert "my_chat_member" in state["allowed"]
    assert state["dropped"] == 0


async def test_what_was_written_before_is_brought_too(hooked: Edge, lan: User) -> None:
    await lan.writes("rút tiền")

    reading = asyncio.create_task(hooked.parts.channel.run())

    assert await said(hooked) == ["rút tiền"]
    reading.cancel()


@pytest.mark.parametrize("headers", [{}, {"X-Telegram-Bot-Api-Secret-Token": "guessed"}], ids=["none", "another"])
async def test_who_does_not_know_the_secret_is_not_telegram(hooked: Edge, headers: dict[str, str]) -> None:
    async with httpx.AsyncClient(headers=headers) as stranger:
        answer = await stranger.post(hooked.public_url + PATH, json={"update_id": 1, "message": {}})

    assert answer.status_code == 403
    assert await heard(hooked) == []


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{", 400), (b"[]", 400), (b"\xff", 400), (b" " * 1_100_000, 413)],
    ids=["half", "a list", "bytes", "huge"],
)
async def test_what_is_no_update_is_refused(hooked: Edge, body: bytes, status: int) -> None:
    async with httpx.AsyncClient(headers=OURS) as telegram:
        answer = await telegram.post(hooked.public_url + PATH, content=body)

    assert answer.status_code == status


async def test_what_is_brought_before_we_know_our_name_is_brought_again(hooked: Edge) -> None:
    async with httpx.AsyncClient(headers=OURS) as telegram:
        answer = await telegram.post(hooked.public_url + PATH, json={"update_id": 1, "message": {}})

    assert answer.status_code == 503
    assert await heard(hooked) == []


async def test_the_secret_is_told_though_our_name_was_known_before(
    hooked: Edge, server: Server, lan: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.webhook._FIRST_PAUSE_S", 0.01)
    url, kinds = hooked.public_url + PATH, list(KINDS)
    await hooked.parts.channel._wire.bot.set_webhook(url, secret_token="another", allowed_updates=kinds)
    server.world.faults.add(Fault("500", "setWebhook"))
    await hooked.parts.channel._wire.introduce()

    reading = asyncio.create_task(hooked.parts.channel.run())
    await lan.writes("rút tiền")

    assert await said(hooked) == ["rút tiền"]
    reading.cancel()


async def test_what_is_brought_twice_is_one_event(listening: Edge, server: Server, lan: User) -> None:
    await lan.writes("rút tiền")
    await said(listening)
    (update,) = server.world.updates.confirmed

    await server.act("again", update=update["update_id"])

    assert await said(listening) == ["rút tiền"]


async def test_what_could_not_be_stored_is_brought_again(listening: Edge, server: Server, lan: User) -> None:
    async def full() -> None:
        raise OSError("disk full")

    intake = listening.parts.receiver._intake
    accept = intake.accept
    intake.accept = lambda *_, **__: full()  # type: ignore[assignment,method-assign]  # a database that is away
    await lan.writes("rút tiền")
    await until(server, lambda: server.act("state"), lambda state: len(state["brought"]) >= 2)

    intake.accept = accept  # type: ignore[method-assign]

    assert await said(listening) == ["rút tiền"]
    statuses = {status for _, status in (await server.act("state"))["brought"]}
    assert statuses == {200, 503}


async def test_many_people_at_once_are_all_heard(listening: Edge, server: Server) -> None:
    await server.act("write_many", said=[(1000 + n, f"câu {n}") for n in range(60)])

    assert sorted(await said(listening)) == sorted(f"câu {n}" for n in range(60))


async def test_an_update_that_cannot_be_read_holds_up_nobody(listening: Edge, server: Server, lan: User) -> None:
    await server.act("raw", body={"message": {"message_id": "x", "chat": 5}})
    await lan.writes("rút tiền")

    assert await said(listening) == ["rút tiền"]


@pytest.mark.parametrize("kind", ["reset_before", "502", "401", "429"])
async def test_it_goes_on_telling_telegram_until_it_is_heard(
    hooked: Edge, server: Server, lan: User, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.webhook._FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr("bot.telegram.polling.NO_TOKEN_S", 0.01)
    server.world.faults.add(Fault(kind, "setWebhook", times=2))  # type: ignore[arg-type]  # of the table
    reading = asyncio.create_task(hooked.parts.channel.run())
    await lan.writes("rút tiền")

    assert await said(hooked) == ["rút tiền"]
    assert hooked.parts.contact.trouble == ""
    reading.cancel()


async def test_a_webhook_that_somebody_took_away_is_set_again(
    listening: Edge, server: Server, lan: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.webhook.LOOK_EVERY_S", 0.01)
    await lan.writes("rút tiền")
    await said(listening)
    await listening.parts.channel._wire.bot.delete_webhook()

    await lan.writes("nạp tiền")

    assert await said(listening) == ["rút tiền", "nạp tiền"]
