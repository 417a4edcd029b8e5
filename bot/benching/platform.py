"""A Bot API in a process of its own that does just enough to time bots: it lets chats ask, and waits for the replies.

It is not strict and keeps nothing; how bots get on with the real one is not what it is for.
"""

import asyncio
import json
import re
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

CONTROL = "/control/"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_HEAD_ENDS = b"\r\n\r\n"
_DATE = 1_750_000_000
_FIRST_CHAT = 1_000_000

Answer = Callable[[object], None]


@dataclass(slots=True)
class _Load:
    """Questions that are asked as fast as they are answered, so many at once."""

    texts: deque[str]
    chats: int
    at_once: int
    done: asyncio.Event = field(default_factory=asyncio.Event)
    begin: float = field(default_factory=time.perf_counter)
    end: float = 0.0
    milliseconds: list[float] = field(default_factory=list)
    waiting: dict[int, tuple[float, str]] = field(default_factory=dict)
    """When each question was asked, and its text, by the message that asked it."""
    by_text: dict[str, int] = field(default_factory=dict)


class _Bot:
    """What is delivered to one account, and what it sends."""

    def __init__(self, account: int) -> None:
        self._account = account
        self._updates: deque[tuple[int, dict[str, Any]]] = deque()
        self._poll: tuple[Answer, asyncio.TimerHandle, int] | None = None
        self._number = 0
        self._sent = 0
        self._load: _Load | None = None
        self.polled = asyncio.Event()

    def call(self, method: str, given: dict[str, str], answer: Answer) -> None:
        match method.lower():
            case "getupdates":
                self._get_updates(given, answer)
            case "sendmessage":
                self._send_message(given, answer)
            case "getme":
                answer({**self._me(), "can_join_groups": True, "can_read_all_group_messages": False})
            case _:
                answer(True)

    async def ask(self, load: _Load, patience_s: float) -> None:
        """Returns when every question has its reply, or when there was none for so long that no more will come."""
        self._load = load
        self._ask()
        heard = -1
        while not load.done.is_set() and heard != len(load.milliseconds):
            heard = len(load.milliseconds)
            try:
                await asyncio.wait_for(load.done.wait(), patience_s)
            except TimeoutError:
                continue
        self._load = None

    def _me(self) -> dict[str, Any]:
        return {"id": self._account, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}

    def _ask(self) -> None:
        load = self._load
        while load is not None and load.texts and len(load.waiting) < load.at_once:
            text = load.texts.popleft()
            self._number += 1
            chat = _FIRST_CHAT + self._number % load.chats
            person = {"id": chat, "first_name": "Lan"}
            message = {
                "message_id": self._number,
                "date": _DATE,
                "chat": {**person, "type": "private"},
                "from": {**person, "is_bot": False},
                "text": text,
            }
            self._updates.append((self._number, {"update_id": self._number, "message": message}))
            load.waiting[self._number] = time.perf_counter(), text
            load.by_text[text] = self._number
        if self._updates and self._poll is not None:
            asyncio.get_running_loop().call_soon(self._deliver)  # what comes in the same moment goes out together

    def _get_updates(self, given: dict[str, str], answer: Answer) -> None:
        offset = int(given.get("offset", 0))
        while self._updates and self._updates[0][0] < offset:
            self._updates.popleft()
        timer = asyncio.get_running_loop().call_later(float(given.get("timeout", 0)), self._deliver)
        if self._poll is not None:
            self._poll[1].cancel()
        self._poll = answer, timer, int(given.get("limit", 100))
        self.polled.set()
        if self._updates:
            self._deliver()

    def _deliver(self) -> None:
        if self._poll is None:
            return
        answer, timer, limit = self._poll
        self._poll = None
        timer.cancel()
        answer([update for _, update in list(self._updates)[:limit]])

    def _send_message(self, given: dict[str, str], answer: Answer) -> None:
        self._sent += 1
        chat = {"id": int(given["chat_id"]), "type": "private", "first_name": "Lan"}
        answer(
            {
                "message_id": 1_000_000_000 + self._sent,
                "date": _DATE,
                "chat": chat,
                "from": self._me(),
                "text": given["text"],
            }
        )
        if (load := self._load) is None:
            return
        if (replies_to := given.get("reply_parameters")) is not None:
            number = int(json.loads(replies_to)["message_id"])
        else:
            number = load.by_text.get(given["text"], 0)
        if (question := load.waiting.pop(number, None)) is None:
            return  # a second message for the same question
        asked, text = question
        load.by_text.pop(text, None)
        load.end = time.perf_counter()
        load.milliseconds.append(1000 * (load.end - asked))
        if load.texts:
            self._ask()
        elif not load.waiting:
            load.done.set()


class _Platform:
    def __init__(self) -> None:
        self._bots: dict[str, _Bot] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, path: str, body: bytes, answer: Answer) -> None:
        if path.startswith(CONTROL):
            task = asyncio.create_task(self._control(path.removeprefix(CONTROL), json.loads(body), answer))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            return
        token, _, method = path.removeprefix("/bot").partition("/")
        given = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        self._bot(token.partition(":")[0]).call(method, given, answer)

    def _bot(self, account: str) -> _Bot:
        if account not in self._bots:
            self._bots[account] = _Bot(int(account))
        return self._bots[account]

    async def _control(self, what: str, given: dict[str, Any], answer: Answer) -> None:
        bot = self._bot(given["bot"])
        if what == "ready":
            await bot.polled.wait()
            answer(True)
            return
        load = _Load(deque(given["texts"]), given["chats"], given["at_once"])
        await bot.ask(load, given["patience_s"])
        answer(
            {
                "seconds": load.end - load.begin,
                "milliseconds": load.milliseconds,
                "unanswered": len(load.waiting) + len(load.texts),
            }
        )


class _Connection(asyncio.Protocol):
    """Requests of one client, which sends the next when the last was answered."""

    def __init__(self, platform: _Platform) -> None:
        self._platform = platform
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a TCP connection's is one
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        ends = self._received.find(_HEAD_ENDS)
        if ends < 0:
            return
        length = _LENGTH.search(self._received, 0, ends)
        whole = ends + len(_HEAD_ENDS) + (int(length[1]) if length else 0)
        if len(self._received) < whole:
            return
        body = self._received[ends + len(_HEAD_ENDS) : whole]
        path = self._received[: self._received.index(b"\r\n")].split(b" ")[1].decode()
        self._received = self._received[whole:]
        self._platform.take(path, body, self._answer)

    def _answer(self, result: object) -> None:
        body = json.dumps({"ok": True, "result": result}, ensure_ascii=False).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(head.encode() + body)


async def _serve() -> None:
    platform, loop = _Platform(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(platform), "127.0.0.1", 0, backlog=1024)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    over = asyncio.Event()
    loop.add_reader(sys.stdin, over.set)  # whoever started it ended
    await over.wait()


if __name__ == "__main__":
    asyncio.run(_serve())
