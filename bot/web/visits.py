"""Tells which chat a browser belongs to: a random name in a signed cookie, and nothing of the person."""

import re
import secrets
from datetime import timedelta

from itsdangerous import BadData, URLSafeSerializer
from starlette.requests import Request
from starlette.responses import Response

from bot.web import context
from bot.web.context import WebContext
from storage import Address, Identity

CHANNEL = "web"
COOKIE = "helpdesk_chat"
_LIVES = timedelta(days=400)  # the longest that browsers keep a cookie; renewed with every visit
_CHAT = re.compile(r"^[A-Za-z0-9_-]{22}$")


def new() -> str:
    """A chat that nobody can guess: who knows its name can read it."""
    return secrets.token_urlsafe(16)


def chat_of(request: Request) -> str | None:
    """The chat of this browser; None without a cookie that we signed."""
    try:
        chat = _serializer(context.of(request)).loads(request.cookies.get(COOKIE, ""))
    except BadData:
        return None
    return chat if isinstance(chat, str) and _CHAT.match(chat) else None


def remember(ctx: WebContext, response: Response, chat: str) -> None:
    response.set_cookie(
        COOKIE,
        str(_serializer(ctx).dumps(chat)),
        max_age=int(_LIVES.total_seconds()),
        secure=ctx.is_https,
        httponly=True,
        samesite="lax",
    )


def forget(ctx: WebContext, response: Response) -> None:
    response.delete_cookie(COOKIE, secure=ctx.is_https, httponly=True, samesite="lax")


def who(chat: str) -> Identity:
    return Identity(CHANNEL, chat)


def where(chat: str) -> Address:
    return Address(CHANNEL, chat)


def topic(chat: str) -> str:
    """What the bell rings for when the chat has a new line."""
    return f"{CHANNEL}:{chat}"


def _serializer(ctx: WebContext) -> URLSafeSerializer:
    return URLSafeSerializer(ctx.secret, salt="chat")
