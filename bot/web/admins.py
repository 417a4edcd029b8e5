"""Lets admins in, and nobody else: for pages, and for forms that are our own."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from bot.web import staff
from bot.web.context import WebContext
from bot.web.login import turned_away
from bot.web.staff import Visitor


async def admin(ctx: WebContext, request: Request, *, typed: str = "") -> Visitor | Response:
    """Who asks if it is an admin; otherwise the page that says what is missing, with what they typed."""
    visitor = await staff.visitor(ctx, request)
    if visitor is None:
        return turned_away(request, 401, "login", typed=typed)
    if not visitor.is_admin:
        return turned_away(request, 403, "not-admin" if visitor.units else "no-role", visitor=visitor, typed=typed)
    return visitor


async def claim(
    ctx: WebContext, request: Request, fields: Mapping[str, str] | None, *, back: str, typed: str = ""
) -> Visitor | Response:
    """The admin who sent a form of ours."""
    if not staff.same_origin(ctx, request):
        return turned_away(request, 403, "foreign")
    if fields is None:
        return turned_away(request, 413, "too-large")
    visitor = await admin(ctx, request, typed=typed)
    if isinstance(visitor, Visitor) and not staff.has_token(visitor, fields):
        return turned_away(request, 403, "stale", visitor=visitor, back=back, typed=typed)
    return visitor
