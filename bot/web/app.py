"""Puts the pages together into one web application."""

import gzip
import mimetypes
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.web import admin, chat, desk, entries, library_pages, login, operations, pages
from bot.web.context import WebContext
from bot.web.safety import Safety


def application(ctx: WebContext) -> Starlette:
    routes = [
        *(chat.routes(ctx) if ctx.settings.channels.web.enabled else []),
        *entries.routes(ctx),
        *login.routes(ctx),
        *desk.routes(ctx),
        *admin.routes(ctx),
        *library_pages.routes(ctx),
        *operations.routes(ctx),
        *ctx.hooks,
        Route("/static/{version}/{name}", static),
        Route("/favicon.ico", icon),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(Safety)], exception_handlers={HTTPException: _refused})
    app.state.ctx = ctx
    return app


async def _refused(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = error.headers if isinstance(error, HTTPException) else None
    return pages.refused(request, status, headers=headers)


# --- static files: few, small, read once ---

_LONG = "public, max-age=31536000, immutable"
_SHORT = "public, max-age=300"


@dataclass(frozen=True, slots=True)
class _File:
    plain: bytes
    packed: bytes
    type: str


def _files() -> dict[str, _File]:
    found = {}
    for path in (pages.HERE / "static").iterdir():
        if path.is_file():
            content = path.read_bytes()
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            found[path.name] = _File(content, gzip.compress(content, mtime=0), kind)
    return found


_static = _files()


async def static(request: Request) -> Response:
    name = request.path_params["name"]
    file = _static.get(name)
    if file is None:
        return pages.refused(request, 404)
    current = request.url.path == pages.static(name)
    headers = {"Cache-Control": _LONG if current else _SHORT, "Vary": "Accept-Encoding"}
    content = file.plain
    if "gzip" in request.headers.get("accept-encoding", ""):
        content, headers["Content-Encoding"] = file.packed, "gzip"
    return Response(content, media_type=file.type, headers=headers)


async def icon(request: Request) -> Response:
    """Where browsers look for an icon on pages that name none, such as a photo."""
    request.path_params["name"] = "icon.svg"
    return await static(request)
