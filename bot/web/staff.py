"""Who of the staff asks: the session cookie, the roles as they are now, and whether a form is the staff's own.

The cookie says only who it is. What this person may do is read from the database on every request, so that a
suspension works at once.
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from itsdangerous import BadData, URLSafeSerializer
from starlette.requests import Request
from starlette.responses import Response

from bot.web.context import WebContext
from storage import people
from storage.people import RoleOf

COOKIE = "helpdesk_staff"
SESSION_LIVES = timedelta(days=30)
_FORM_BYTES = 200_000  # one Vietnamese letter is up to nine bytes in a form; the longest answer has 4,000
_FORM_FIELDS = 20


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody of the staff with a valid session; without roles if those were taken away meanwhile."""

    person_id: int
    name: str
    roles: tuple[RoleOf, ...]
    token: str
    """What every form of this session carries, and no other site can know."""

    @property
    def units(self) -> frozenset[str]:
        return frozenset(role.unit for role in self.roles if role.role == "mentor")

    @property
    def is_admin(self) -> bool:
        return any(role.role == "admin" for role in self.roles)


def new_key() -> str:
    """What a form is known by when it is sent twice."""
    return secrets.token_urlsafe(12)


def admit(ctx: WebContext, response: Response, person_id: int) -> None:
    """Lets the person in on this browser."""
    session = {"person": person_id, "at": int(ctx.clock().timestamp()), "nonce": secrets.token_urlsafe(12)}
    response.set_cookie(
        COOKIE,
        _serializer(ctx).dumps(session),
        max_age=int(SESSION_LIVES.total_seconds()),
        path="/",
        secure=ctx.is_https,
        httponly=True,
        samesite="lax",
    )


def dismiss(ctx: WebContext, response: Response) -> None:
    response.delete_cookie(COOKIE, path="/", secure=ctx.is_https, httponly=True, samesite="lax")


async def visitor(ctx: WebContext, request: Request) -> Visitor | None:
    """Who asks, with the roles of this moment; None without a session that is still good."""
    try:
        session: dict[str, Any] = _serializer(ctx).loads(request.cookies.get(COOKIE, ""))
        person_id = int(session["person"])
        began = datetime.fromtimestamp(int(session["at"]), UTC)
        nonce = str(session["nonce"])
    except (BadData, KeyError, TypeError, ValueError):
        return None
    if not began <= ctx.clock() + timedelta(minutes=5) or ctx.clock() - began > SESSION_LIVES:
        return None
    async with ctx.database.read() as reading:
        person = await people.find(reading, person_id)
        if person is None:
            return None
        roles = await people.roles(reading, person_id)
    return Visitor(person_id, person.name, roles, digest(ctx, f"token:{person_id}:{nonce}"))


def same_origin(ctx: WebContext, request: Request) -> bool:
    """True if a page of ours sent this; a browser that says nothing about where it comes from is not believed."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    sender = urlsplit(request.headers.get("origin", "")).netloc
    ours = {request.headers.get("host", "")}
    if ctx.settings.web.public_url:
        ours.add(urlsplit(ctx.settings.web.public_url).netloc)
    return bool(sender) and sender in ours


async def form(request: Request, *, most: int = _FORM_FIELDS) -> dict[str, str] | None:
    """The fields of a plain form, each once; None if it is larger than any form of ours."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _FORM_BYTES:
            return None
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=most))
    except ValueError:
        return None


def has_token(asking: Visitor, fields: Mapping[str, str]) -> bool:
    return hmac.compare_digest(asking.token.encode(), fields.get("token", "").encode())


def digest(ctx: WebContext, what: str) -> str:
    """Something that only this service can work out, always the same for the same words."""
    return hmac.digest(ctx.secret.encode(), b"staff:" + what.encode(), "sha256").hex()


def _serializer(ctx: WebContext) -> URLSafeSerializer:
    return URLSafeSerializer(ctx.secret, salt="staff-session")
