"""The province's office: who works here, and how the helpdesk is doing in numbers that name no member."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.telegram.looking import invitation
from bot.web import pages, staff
from bot.web.admins import admin, claim
from bot.web.context import WebContext
from bot.web.staff import Visitor
from faq import answers
from handlers import mentoring
from handlers.guard import clean
from storage import Session, inbox, invitations, outbox, people, questions, tickets
from storage.people import RoleOf, Staff

_LONGEST_NAME = 120  # what the table holds
_ASIDE = 20
_TOLD = {"tam-ngung": "suspended", "khoi-phuc": "restored"}


@dataclass(frozen=True, slots=True)
class _Missing:
    """A value that answers wait for."""

    name: str
    meaning: str
    owner: str
    entries: tuple[tuple[str, str], ...]
    """Ids and questions of the entries that wait for it."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    name: str
    role: RoleOf
    person_id: int | None
    """Set for somebody who is known already."""


@dataclass(frozen=True, slots=True)
class _Link:
    """A one-time link that was just made; it is shown this once."""

    address: str
    name: str
    role: str
    unit_name: str
    telegram: str
    """The same by which one comes in on Telegram; empty where that is not in use."""


def routes(ctx: WebContext) -> Sequence[BaseRoute]:
    office = _Office(ctx)
    return [
        Route("/admin", office.show, methods=["GET"]),
        Route("/admin/moi", office.invite, methods=["POST"]),
        Route("/admin/tam-ngung", office.suspend, methods=["POST"]),
        Route("/admin/khoi-phuc", office.restore, methods=["POST"]),
    ]


class _Office:
    def __init__(self, ctx: WebContext) -> None:
        self._ctx = ctx

    async def show(self, request: Request) -> Response:
        visitor = await admin(self._ctx, request)
        if isinstance(visitor, Response):
            return visitor
        return await self._page(request, visitor, notice=_TOLD.get(request.query_params.get("da", ""), ""))

    async def invite(self, request: Request) -> Response:
        """Makes a one-time link, for somebody new or for somebody who is known and needs to come in again."""
        claimed = await self._claim(request)
        if isinstance(claimed, Response):
            return claimed
        visitor, fields = claimed
        async with self._ctx.database.write() as session:
            wanted = self._wanted(fields, await people.staff(session))
            if isinstance(wanted, _Wanted):
                # Worked out from the form's key, so that pressing twice makes one invitation and shows one link.
                meant = (visitor.person_id, wanted, fields.get("key") or staff.new_key())
                secret = staff.digest(self._ctx, f"invitation:{meant!r}")[:43]
                await self._make(session, wanted, secret)
                is_good = await invitations.look(session, secret, self._ctx.clock()) is not None
        if not isinstance(wanted, _Wanted):
            return await self._page(request, visitor, 422, notice=wanted, typed=fields)
        if not is_good:
            return await self._page(request, visitor, 409, notice="link-spent")
        base = (self._ctx.settings.web.public_url or str(request.base_url)).rstrip("/")
        unit_name = self._ctx.desk.unit_name(wanted.role.unit) if wanted.role.unit else ""
        link = _Link(f"{base}/vao/{secret}", wanted.name, wanted.role.role, unit_name, self._on_telegram(secret))
        return await self._page(request, visitor, link=link)

    def _on_telegram(self, secret: str) -> str:
        telegram = self._ctx.telegram
        return invitation(telegram.name, secret) if telegram is not None else ""

    async def _make(self, session: Session, wanted: _Wanted, secret: str) -> None:
        """The invitation, unless this very form has made it before."""
        at = self._ctx.clock()
        if await inbox.first_time(session, f"invite:{secret[:20]}", at):
            await invitations.invite(
                session,
                role=wanted.role.role,
                unit=wanted.role.unit,
                name=wanted.name,
                at=at,
                expires_at=at + invitations.LIVES,
                secret=secret,
                person_id=wanted.person_id,
            )

    def _wanted(self, fields: Mapping[str, str], known: Sequence[Staff]) -> _Wanted | str:
        """Whom to invite, or what is wrong with the form."""
        role = RoleOf(fields.get("role", ""), fields.get("unit", "") if fields.get("role") == "mentor" else "")
        if fields.get("person"):
            same = next((each for each in known if _is(each, fields["person"], role)), None)
            if same is None or same.suspended_at is not None:
                return "gone"
            return _Wanted(same.person.name, role, same.person.id)
        name = " ".join(clean(fields.get("name", "")).split())
        if not name or len(name) > _LONGEST_NAME:
            return "no-name"
        if role.role not in ("mentor", "admin") or (role.role == "mentor" and role.unit not in self._ctx.desk.units):
            return "no-unit"
        return _Wanted(name, role, None)

    async def suspend(self, request: Request) -> Response:
        """Takes a role away, from the next request on; what the mentor held goes back to the queue."""
        return await self._change(request, "tam-ngung")

    async def restore(self, request: Request) -> Response:
        return await self._change(request, "khoi-phuc")

    async def _change(self, request: Request, action: str) -> Response:
        claimed = await self._claim(request)
        if isinstance(claimed, Response):
            return claimed
        visitor, fields = claimed
        role = RoleOf(fields.get("role", ""), fields.get("unit", ""))
        is_own = fields.get("person") == str(visitor.person_id) and role.role == "admin"
        if action == "tam-ngung" and is_own:  # the last admin would lock everybody out
            return await self._page(request, visitor, 409, notice="oneself")
        async with self._ctx.database.write() as session:
            known = await people.staff(session)
            found = next((each for each in known if _is(each, fields.get("person", ""), role)), None)
            at, desk = self._ctx.clock(), self._ctx.desk
            if found is not None and action == "tam-ngung" and role.role == "mentor":
                await mentoring.suspend(session, desk, found.person.id, role.unit, at)
            elif found is not None and action == "tam-ngung":
                await people.suspend(session, found.person.id, role.role, role.unit, at)
            elif found is not None and found.suspended_at is not None and role.role == "mentor":
                await mentoring.restore(session, desk, found.person.id, role.unit, at)
            elif found is not None and found.suspended_at is not None:
                await people.grant(session, found.person.id, role.role, role.unit, at)
        if found is None:
            return await self._page(request, visitor, 404, notice="gone")
        self._ctx.bell.ring("desk")
        return RedirectResponse(f"/admin?da={action}", 303)

    async def _claim(self, request: Request) -> tuple[Visitor, Mapping[str, str]] | Response:
        """The admin and the fields of a form that is our own."""
        fields = await staff.form(request)
        visitor = await claim(self._ctx, request, fields, back="/admin")
        return visitor if isinstance(visitor, Response) else (visitor, fields or {})

    async def _page(
        self,
        request: Request,
        visitor: Visitor,
        status: int = 200,
        *,
        notice: str = "",
        link: _Link | None = None,
        typed: Mapping[str, str] | None = None,
    ) -> Response:
        desk = self._ctx.desk
        async with self._ctx.database.read() as session:
            working = await people.staff(session)
            asked = await questions.counts(session)
            by_unit = [(unit.name, await tickets.counts(session, unit.id)) for unit in desk.units.values()]
            going_out = await outbox.counts(session)
            coming_in = await inbox.counts(session)
            aside = await inbox.aside(session, _ASIDE)
        catalog = desk.knowledge().catalog
        return pages.page(
            request,
            "admin.html",
            status,
            visitor=visitor,
            unit_names=[desk.unit_name(unit) for unit in sorted(visitor.units)],
            units=[(unit.id, unit.name) for unit in desk.units.values()],
            unit_name=desk.unit_name,
            new_key=staff.new_key,
            zone=ZoneInfo(self._ctx.settings.timezone),
            notice=notice,
            link=link,
            typed=typed or {},
            staff=working,
            asked=asked,
            by_unit=by_unit,
            going_out=going_out,
            coming_in=coming_in,
            aside=aside,
            telegram=self._ctx.telegram,
            now=self._ctx.clock(),
            catalog=catalog,
            missing=self._missing(),
            library=self._ctx.library,
        )

    def _missing(self) -> list[_Missing]:
        """Values that the province has not given yet and that answers wait for, most wanted first."""
        catalog = self._ctx.desk.knowledge().catalog
        waiting = {
            name: tuple((entry.id, entry.question) for entry in entries)
            for name, entries in answers.waiting(catalog).items()
        }
        unset = [
            _Missing(name, value.meaning, value.owner, waiting[name])
            for name, value in catalog.values.items()
            if not value.is_set
        ]
        unset += [_Missing(name, "", "", entries) for name, entries in waiting.items() if name not in catalog.values]
        return sorted(unset, key=lambda each: -len(each.entries))


def _is(each: Staff, person: str, role: RoleOf) -> bool:
    return str(each.person.id) == person and each.role == role
