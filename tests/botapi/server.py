"""The Bot API over real HTTP: in the event loop of a test, or in a process of its own."""

import asyncio
import contextlib
import json
import socket
import struct
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Self
from urllib.parse import parse_qsl

import uvicorn
from starlette.datastructures import UploadFile
from starlette.requests import Request
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from tests.botapi.acting import Acts
from tests.botapi.errors import ApiError, BadRequest, Forbidden, TooManyRequests
from tests.botapi.faults import Fault
from tests.botapi.methods import Methods
from tests.botapi.parameters import Parameters, Upload
from tests.botapi.world import World

HANGS_S = 60.0  # at most, where a time-out is what is wanted

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_HTML_502 = b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>nginx</body>\r\n</html>\r\n"


class Server:
    """`async with Server() as server`: then `server.url` is what a bot is given as its base URL."""

    def __init__(self, world: World | None = None, *, port: int = 0) -> None:
        self.world = World() if world is None else world
        self.acts = Acts(self.world)
        self._methods = Methods(self.world)
        # Named as TCP, so that asyncio sends small answers at once instead of waiting 40 ms for an acknowledgement.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._config = uvicorn.Config(
            self._app,
            interface="asgi3",
            http=H11Protocol,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            proxy_headers=False,
        )
        self._config.load()
        self._connections = ServerState()
        self._listening: asyncio.Server | None = None

    @property
    def token(self) -> str:
        return self.world.token

    async def __aenter__(self) -> Self:
        # Not by `uvicorn.Server`, which takes the process's signals and 0.2 s for its end.
        loop = asyncio.get_running_loop()

        def connected() -> asyncio.Protocol:
            return H11Protocol(config=self._config, server_state=self._connections, app_state={}, _loop=loop)

        self._listening = await loop.create_server(connected, sock=self._socket, backlog=512)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._listening is not None
        self._listening.close()
        await self.world.updates.close()
        for connection in list(self._connections.connections):
            connection.transport.abort()
        await asyncio.gather(*self._connections.tasks, return_exceptions=True)

    async def left(self) -> None:
        """Returns once nobody is connected any more: what a process that died had sent is handled."""
        while self._connections.connections:  # noqa: ASYNC110 - uvicorn tells nobody
            await asyncio.sleep(0.002)

    # --- what people do and tests arrange, without HTTP ---

    async def act(self, act: str, **arguments: Any) -> Any:  # noqa: ANN401 - each act has its own
        return self.acts.do(act, **arguments)

    async def changed(self, since: int) -> int:
        return await self.world.changed(since)

    # --- HTTP ---

    async def _app(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        if path.startswith("/bot"):
            token, _, method = path.removeprefix("/bot").partition("/")
            await self._bot(token, method, scope, receive, send)
        elif path.startswith("/file/bot"):
            token, _, file = path.removeprefix("/file/bot").partition("/")
            await self._file(token, file, receive, send)
        elif path == "/control/act":
            asked = json.loads(await _body(receive))
            await _answer(send, 200, {"result": self.acts.do(asked["act"], **asked["arguments"])})
        elif path == "/control/changed":
            since = int(dict(parse_qsl(scope["query_string"].decode()))["since"])
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.world.changed(since), 10)
            await _answer(send, 200, {"result": self.world.version})
        else:
            await _answer(send, 404, {"ok": False, "error_code": 404, "description": "Not Found"})

    async def _bot(self, token: str, method: str, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            given = await _parameters(scope, receive)
            self._check(token)
            self.world.calls[method.lower()] += 1
            fault = self.world.faults.take(method, _chat_of(given))
            if fault is not None and await self._fails(fault, method, given, receive, send):
                return
            result = await self._methods.call(method, given)
        except ApiError as error:
            self.world.refusals[error.description] += 1
            await _answer(send, error.code, error.body)
            return
        await _answer(send, 200, {"ok": True, "result": result})

    def _check(self, token: str) -> None:
        if token == self.world.token:
            return
        number, _, secret = token.partition(":")
        if number.isdigit() and secret:
            raise ApiError(401, "Unauthorized")
        raise ApiError(404, "Not Found")

    async def _fails(self, fault: Fault, method: str, given: Parameters, receive: Receive, send: Send) -> bool:
        """Does what the fault says; False if the request is then handled as usual. May raise `ApiError`."""
        if fault.kind in ("reset_after", "timeout_after", "garbage", "502_after"):
            await self._methods.call(method, given)
        match fault.kind:
            case "slow":
                await asyncio.sleep(fault.seconds)
                return False
            case "reset_before" | "reset_after":
                await _break(receive, send)
            case "timeout_before" | "timeout_after":
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(_gone(receive), HANGS_S)
                await _break(receive, send)
            case "garbage":
                await _answer_bytes(send, 200, b'{"ok":true,"result":{"message_', b"application/json")
            case "401":
                raise ApiError(401, "Unauthorized")
            case "403":
                raise Forbidden("bot was blocked by the user")
            case "404":
                raise ApiError(404, "Not Found")
            case "409":
                raise ApiError(409, "Conflict: terminated by other getUpdates request")
            case "429":
                raise TooManyRequests(int(fault.seconds))
            case "500":
                raise ApiError(500, "Internal Server Error")
            case "502" | "502_after":
                await _answer_bytes(send, 502, _HTML_502, b"text/html")
        return True

    async def _file(self, token: str, path: str, receive: Receive, send: Send) -> None:
        try:
            self._check(token)
            self.world.calls["download"] += 1
            fault = self.world.faults.take("download", None)
            if fault is not None and await self._fails(fault, "download", Parameters({}), receive, send):
                return
            content = self.world.download(path)
        except ApiError as error:
            await _answer(send, error.code, error.body)
            return
        await _answer_bytes(send, 200, content, b"application/octet-stream")


async def _parameters(scope: Scope, receive: Receive) -> Parameters:
    given: dict[str, Any] = dict(parse_qsl(scope["query_string"].decode("utf-8", "replace"), keep_blank_values=True))
    kind = next((value for name, value in scope["headers"] if name == b"content-type"), b"").decode("latin-1")
    if kind.startswith("multipart/form-data"):
        files = {}
        async with Request(scope, receive).form(max_part_size=64 * 1024 * 1024) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    content = await value.read()
                    files[name] = Upload(value.filename or name, value.content_type or "", content)
                else:
                    given[name] = value
        return Parameters(given, files)
    body = await _body(receive)
    if kind.startswith("application/json") and body:
        try:
            sent = json.loads(body)
        except ValueError:
            raise BadRequest("can't parse JSON object") from None
        if not isinstance(sent, dict):
            raise BadRequest("can't parse JSON object")
        given |= sent
    elif body:
        try:
            given |= parse_qsl(body.decode(), keep_blank_values=True, errors="strict")
        except UnicodeDecodeError:
            raise BadRequest("strings must be encoded in UTF-8") from None
    return Parameters(given)


def _chat_of(given: Parameters) -> int | None:
    word = str(given.given.get("chat_id", ""))
    return int(word) if word.lstrip("-").isdigit() else None


async def _body(receive: Receive) -> bytes:
    pieces = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        pieces.append(message.get("body", b""))
        if not message.get("more_body"):
            break
    return b"".join(pieces)


async def _gone(receive: Receive) -> None:
    """Returns once the other side gave up."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _break(receive: Receive, send: Send) -> None:
    """Resets the connection: the other side sees ECONNRESET and no answer."""
    transport: asyncio.Transport = send.__self__.transport  # type: ignore[attr-defined]  # of uvicorn's cycle
    if not transport.is_closing():
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    await _gone(receive)


async def _answer(send: Send, status: int, told: object) -> None:
    await _answer_bytes(send, status, json.dumps(told).encode(), b"application/json")


async def _answer_bytes(send: Send, status: int, content: bytes, kind: bytes) -> None:
    headers = [(b"content-type", kind), (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
