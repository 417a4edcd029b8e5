"""Event streams that stay open: they bring news to a page at once, and end when the service stops."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

from starlette.responses import StreamingResponse

from bot.web.context import WebContext

LOOK_EVERY_S = 2.0  # what another process wrote does not ring our bell
HEARTBEAT_S = 15.0  # proxies close connections that are silent for longer; a page notices a dead one by its absence
RETRY_MS = 2000  # after so long a browser connects again by itself


@dataclass(frozen=True, slots=True)
class ServerEvent:
    name: str
    data: str
    """One line, such as JSON."""
    id: str = ""
    """What the browser sends back as `Last-Event-ID` when it connects again."""

    def __str__(self) -> str:
        id_ = f"id: {self.id}\n" if self.id else ""
        return f"{id_}event: {self.name}\ndata: {self.data}\n\n"


HEARTBEAT = ServerEvent("heartbeat", "1")


def stream(ctx: WebContext, topic: str, news: Callable[[], Awaitable[Sequence[ServerEvent]]]) -> StreamingResponse:
    """Sends whatever `news` finds, looking when the bell rings for `topic` and every now and then."""
    return StreamingResponse(
        _sent(ctx, topic, news),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},  # the latter asks nginx not to collect
    )


async def _sent(
    ctx: WebContext, topic: str, news: Callable[[], Awaitable[Sequence[ServerEvent]]]
) -> AsyncIterator[str]:
    now = asyncio.get_running_loop().time
    stopping = asyncio.ensure_future(ctx.stopping.wait())
    yield f"retry: {RETRY_MS}\n\n"
    spoke = now()
    try:
        while True:
            seen = ctx.bell.count(topic)
            found = await news()
            for event in found:
                yield str(event)
                spoke = now()
            if ctx.stopping.is_set():
                return
            if found:
                continue
            if now() - spoke >= HEARTBEAT_S:
                yield str(HEARTBEAT)
                spoke = now()
            waiting = asyncio.ensure_future(ctx.bell.wait(topic, seen, LOOK_EVERY_S))
            try:
                await asyncio.wait({waiting, stopping}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                waiting.cancel()
    finally:
        stopping.cancel()
