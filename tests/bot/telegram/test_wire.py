"""Telegram is reached where the settings say, by the way that they say."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from handlers.events import Said
from tests.bot.telegram import edge as edges
from tests.bot.telegram.test_receiving import heard
from tests.botapi.people import User
from tests.botapi.server import Server

NOWHERE = "http://api.telegram.invalid"
"""An address that only a proxy knows."""


class Proxy:
    """SOCKS5 and HTTP, on one port; whatever is asked for is the server of the tests."""

    def __init__(self, server: Server) -> None:
        self._to = httpx.URL(server.url)
        self.asked: set[str] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(self._to.host, self._to.port)
        try:
            first = await reader.readexactly(1)
            if first == b"\x05":
                await reader.readexactly((await reader.readexactly(1))[0])
                writer.write(b"\x05\x00")
                length = (await reader.readexactly(5))[4]
                self.asked.add("socks " + (await reader.readexactly(length)).decode())
                await reader.readexactly(2)
                writer.write(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
            else:  # each request names the whole address, where a server wants the path
                self.asked.add("http")
                back.write(first + await self._path_only(reader))
            await asyncio.gather(self._pass(reader, back), self._pass(there, writer))
        finally:
            back.close()
            writer.close()

    async def _path_only(self, reader: asyncio.StreamReader) -> bytes:
        line = await reader.readuntil(b"\r\n")
        return line.replace(NOWHERE.encode(), b"")

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while some := await reader.read(65536):
                writer.write(some.replace(f" {NOWHERE}".encode(), b" "))
        finally:
            writer.close()


@asynccontextmanager
async def proxied(server: Server) -> AsyncIterator[tuple[Proxy, int]]:
    proxy = Proxy(server)
    listening = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    yield proxy, listening.sockets[0].getsockname()[1]
    listening.close()


@pytest.mark.parametrize(
    ("scheme", "asked"),
    [("socks5", "socks api.telegram.invalid"), ("socks5h", "socks api.telegram.invalid"), ("http", "http")],
)
async def test_both_ways_go_through_the_proxy(
    server: Server, lan: User, tmp_path: Path, scheme: str, asked: str
) -> None:
    await lan.starts()
    async with (
        proxied(server) as (proxy, port),
        edges.opened(server, tmp_path, base_url=NOWHERE, proxy=f"{scheme}://127.0.0.1:{port}") as edge,
    ):
        reading = asyncio.create_task(edge.parts.channel.run())
        await lan.writes("rút tiền")
        said = [event.text for event in await heard(edge) if isinstance(event, Said)]
        await edge.say(lan.id, "Ra điểm giao dịch.")
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)

    assert said == ["rút tiền"]
    assert await lan.reads() == ["Ra điểm giao dịch."]
    assert proxy.asked == {asked}


async def test_no_proxy_is_used_that_the_settings_do_not_name(
    server: Server, lan: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    await lan.starts()

    async with edges.opened(server, tmp_path) as edge:
        await edge.say(lan.id, "Ra điểm giao dịch.")

    assert await lan.reads() == ["Ra điểm giao dịch."]
