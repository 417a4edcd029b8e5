"""What holds for every answer: headers that keep browsers strict, and a last boundary for what went wrong."""

import traceback
from pathlib import Path

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web import pages

log = structlog.get_logger(__name__)

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": with it browsers say "Origin: null" when they send a form.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=()",
}


class Safety:
    """Adds the headers where an answer has none of its own, and turns what nobody caught into an honest page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = False

        async def send_safely(message: Message) -> None:
            nonlocal began
            if message["type"] == "http.response.start":
                began = True
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, send_safely)
        except ClientDisconnect:
            pass
        except Exception as error:  # noqa: BLE001, RUF100 - the boundary of one request
            # Neither the error's text nor the path is logged: they may hold what somebody wrote, or a login's secret.
            frame = traceback.extract_tb(error.__traceback__)[-1]
            endpoint = getattr(scope.get("endpoint"), "__name__", "")
            at = f"{Path(frame.filename).name}:{frame.lineno}"
            log.error("page failed", page=endpoint, error=type(error).__name__, at=at)
            if began:
                raise ConnectionError("the answer broke off") from None
            await pages.refused(Request(scope), 500)(scope, receive, send_safely)
