"""Polling outlives everything that can happen between here and Telegram, and loses nothing."""

import asyncio
from io import StringIO
from pathlib import Path

import pytest

from bot import logs
from handlers.events import Said
from tests.bot.telegram import edge as edges
from tests.bot.telegram.edge import Edge
from tests.bot.telegram.test_receiving import heard, listening
from tests.botapi.faults import Fault
from tests.botapi.people import User, all_confirmed, until
from tests.botapi.server import Server

__all__ = ["listening"]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses are told from the log and not waited for."""
    monkeypatch.setattr("bot.telegram.polling.FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr("bot.telegram.polling.TWO_POLLERS_S", 0.01)
    monkeypatch.setattr("bot.telegram.polling.NO_TOKEN_S", 0.01)


async def said(edge: Edge) -> list[str]:
    return [event.text for event in await heard(edge) if isinstance(event, Said)]


@pytest.mark.parametrize("kind", ["reset_before", "reset_after", "garbage", "401", "404", "409", "429", "500", "502"])
async def test_it_goes_on_after(edge: Edge, server: Server, lan: User, kind: str) -> None:
    server.world.faults.add(Fault(kind, "getUpdates", times=2, seconds=1))  # type: ignore[arg-type]  # of the table
    reading = asyncio.create_task(edge.parts.channel.run())

    await lan.writes("rút tiền")

    assert await said(edge) == ["rút tiền"]
    assert server.world.faults.waiting == []
    reading.cancel()


async def test_a_question_that_nobody_answers_is_asked_anew(
    edge: Edge, server: Server, lan: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.polling.DEAD_AFTER_S", 0.2)
    server.world.faults.add(Fault("timeout_before", "getUpdates"))
    reading = asyncio.create_task(edge.parts.channel.run())

    await lan.writes("rút tiền")

    assert await said(edge) == ["rút tiền"]
    reading.cancel()


async def test_a_webhook_that_is_set_is_taken_away_and_nothing_is_dropped(
    edge: Edge, server: Server, lan: User
) -> None:
    await edge.parts.channel._wire.bot.set_webhook("https://somewhere.else.vn/hook")
    await lan.writes("rút tiền")
    reading = asyncio.create_task(edge.parts.channel.run())

    assert await said(edge) == ["rút tiền"]
    assert (await server.act("state"))["dropped"] == 0
    reading.cancel()


async def test_it_asks_for_exactly_the_kinds_it_reads(listening: Edge, server: Server, lan: User) -> None:
    await lan.writes("rút tiền")
    await all_confirmed(server)

    assert (await server.act("state"))["allowed"] == [
        "callback_query", "edited_message", "inline_query", "message", "my_chat_member",
    ]  # fmt: skip


async def test_what_was_stored_and_not_confirmed_is_one_event(edge: Edge, server: Server, lan: User) -> None:
    server.world.faults.add(Fault("reset_before", "getUpdates", times=3, skip=1))
    await lan.writes("rút tiền")
    reading = asyncio.create_task(edge.parts.channel.run())

    assert await said(edge) == ["rút tiền"]
    reading.cancel()


async def test_nothing_is_confirmed_that_is_not_stored(edge: Edge, server: Server, lan: User) -> None:
    async def full() -> None:
        raise OSError("disk full")

    accept = edge.parts.receiver._intake.accept
    edge.parts.receiver._intake.accept = lambda *_, **__: full()  # type: ignore[assignment,method-assign]  # a database that is away
    await lan.writes("rút tiền")
    reading = asyncio.create_task(edge.parts.channel.run())
    await until(server, lambda: server.act("state"), lambda state: state["calls"].get("getupdates", 0) >= 3)
    kept = (await server.act("state"))["pending"]

    edge.parts.receiver._intake.accept = accept  # type: ignore[method-assign]

    assert kept == 1
    assert await said(edge) == ["rút tiền"]
    reading.cancel()


async def test_it_starts_while_telegram_cannot_be_reached(tmp_path: Path) -> None:
    server = Server()
    async with edges.opened(server, tmp_path) as edge:  # nobody listens there yet
        reading = asyncio.create_task(edge.parts.channel.run())
        while not edge.parts.contact.trouble:  # noqa: ASYNC110 - the first attempt
            await asyncio.sleep(0.01)
        trouble, last = edge.parts.contact.trouble, edge.parts.contact.last

        async with server:
            lan = await User(server, 101, "Lan").comes()
            await lan.writes("rút tiền")

            assert await said(edge) == ["rút tiền"]
            assert (trouble, last) == ("NetworkError", None)
            assert edge.parts.contact.trouble == ""
            assert edge.parts.contact.last is not None
            reading.cancel()


@pytest.mark.usefixtures("logging_as_before")
async def test_the_token_is_in_no_log_line(edge: Edge, server: Server, lan: User) -> None:
    lines = StringIO()
    logs.configure(stream=lines, is_console=False)
    for kind in ("401", "409", "502", "reset_before"):
        server.world.faults.add(Fault(kind, "getUpdates"))
    server.world.faults.add(Fault("reset_after", "sendMessage"))
    reading = asyncio.create_task(edge.parts.channel.run())
    await lan.writes("rút tiền")
    await said(edge)

    await edge.say(lan.id, "Ra điểm giao dịch.")

    told = lines.getvalue()
    assert told.count("no updates") == 4
    assert server.token.partition(":")[2] not in told
    reading.cancel()
