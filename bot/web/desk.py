"""The mentors' desk: the queue of their units, a ticket and what can be done with it.

What a press means is decided in `handlers/mentoring.py`, in one transaction; these routes check who asks, and show.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, assert_never
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.web import pages, photos, staff, streams
from bot.web.context import WebContext
from bot.web.login import turned_away
from bot.web.staff import Visitor
from bot.web.streams import ServerEvent
from handlers import mentoring
from handlers.guard import MASKS, guard
from handlers.mentoring import Done, HeldBy, Mentor, Nothing, NotNow, NotYours, Outcome, View
from storage import Session, attachments, inbox, people, tickets
from storage.tickets import State

LONGEST = 4000  # characters of an answer; longer ones are not read on a phone
_LARGEST_ID = 2**63 - 1  # of the databases' numbers; a link may say anything
_VIEWS: dict[str, View] = {"": "new", "moi": "new", "cua-toi": "mine", "tat-ca": "all"}
_DONE = {
    "nhan": "taken",
    "tra-loi": "answered",
    "ghi-chu": "noted",
    "chuyen": "passed",
    "tra-lai": "released",
    "dong": "closed",
    "mo-lai": "reopened",
}
"""What the last part of a form's address does, and what is said when it happened."""
_UNFINISHED = (State.OPEN, State.TAKEN, State.ANSWERED)
_WRITTEN = {"tra-loi", "ghi-chu"}


class _Undone(Exception):
    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome


def routes(ctx: WebContext) -> Sequence[BaseRoute]:
    desk = _DeskPages(ctx)
    return [
        Route("/desk", desk.queue, methods=["GET"]),
        Route("/desk/stream", desk.stream, methods=["GET"]),
        Route("/desk/anh/{id:int}", desk.photo, methods=["GET"]),
        Route("/desk/{id:int}", desk.ticket, methods=["GET"]),
        Route("/desk/{id:int}/{action}", desk.press, methods=["POST"]),
    ]


class _DeskPages:
    def __init__(self, ctx: WebContext) -> None:
        self._ctx = ctx

    async def queue(self, request: Request) -> Response:
        visitor = await self._mentor(request)
        if isinstance(visitor, Response):
            return visitor
        shown = _VIEWS.get(request.query_params.get("xem", ""), "new")
        mentor = _as_mentor(visitor)
        async with self._ctx.database.read() as session:
            lines = await mentoring.queue(session, self._ctx.desk, mentor, shown)
            counts = await _counts(session, mentor)
        return pages.page(
            request,
            "desk.html",
            **self._common(visitor, counts, shown),
            queue=lines,
            notice=_told(request),
            notice_ticket=request.query_params.get("phieu", ""),
            masked=(),
        )

    async def ticket(self, request: Request) -> Response:
        visitor = await self._mentor(request)
        if isinstance(visitor, Response):
            return visitor
        masked = tuple(kind for kind in MASKS if kind in request.query_params.get("che", "").split(","))
        return await self._ticket(request, visitor, notice=_told(request), masked=masked)

    async def press(self, request: Request) -> Response:
        """Any of a ticket's forms. What was typed is given back unless it was stored."""
        ticket_id, action = request.path_params["id"], request.path_params["action"]
        fields = await staff.form(request)
        if not staff.same_origin(self._ctx, request):
            return turned_away(request, 403, "foreign")
        if fields is None:
            return turned_away(request, 413, "too-large")
        text = fields.get("text", "").strip()
        visitor = await self._mentor(request, typed=text)
        if isinstance(visitor, Response):
            return visitor
        if action not in _DONE or not 0 < ticket_id <= _LARGEST_ID:
            return turned_away(request, 404, "not-yours", visitor=visitor, typed=text)
        typed = {action: text}
        if not staff.has_token(visitor, fields):
            return await self._ticket(request, visitor, 403, notice="stale", typed=typed)
        if len(text) > LONGEST:
            return await self._ticket(request, visitor, 422, notice="too-long", typed=typed)

        outcome = await self._act(visitor, ticket_id, action, text, fields)
        match outcome:
            case Done():
                self._ctx.bell.ring("desk")
                self._ctx.bell.ring("outbox")
                return RedirectResponse(_after(ticket_id, action, text), 303)
            case HeldBy(name=name):
                return await self._ticket(request, visitor, 409, notice="held", holder=name, typed=typed)
            case NotYours():
                return turned_away(request, 404, "not-yours", visitor=visitor, typed=text)
            case NotNow():
                notice = "same-unit" if action == "chuyen" and outcome.state is not State.CLOSED else "not-now"
                return await self._ticket(request, visitor, 409, notice=notice, typed=typed)
            case Nothing():
                return await self._ticket(request, visitor, 422, notice="nothing", typed=typed)
            case _:
                assert_never(outcome)

    async def _act(
        self, visitor: Visitor, ticket_id: int, action: str, text: str, fields: Mapping[str, str]
    ) -> Outcome:
        """One press, once: what can't be done leaves nothing behind, so that the same form can be sent again later."""
        at, desk = self._ctx.clock(), self._ctx.desk
        # Words that were changed before they were sent again are other words, not the same press.
        words = hashlib.sha256(text.encode()).hexdigest()[:16]
        key = f"{visitor.person_id}:{action}:{ticket_id}:{words}:{fields.get('key') or staff.new_key()}"[:120]
        try:
            async with self._ctx.database.write() as session:
                roles = await people.roles(session, visitor.person_id)
                mentor = _as_mentor(replace(visitor, roles=roles))
                if not await inbox.first_time(session, f"press:{key}", at):
                    return Done()
                match action:
                    case "nhan":
                        outcome = await mentoring.take(session, desk, mentor, ticket_id, at)
                    case "tra-loi":
                        outcome = await mentoring.answer(session, desk, mentor, ticket_id, text, key, at)
                    case "ghi-chu":
                        outcome = await mentoring.note(session, desk, mentor, ticket_id, text, key, at)
                    case "chuyen":
                        outcome = await mentoring.pass_on(session, desk, mentor, ticket_id, fields.get("unit", ""), at)
                    case "tra-lai":
                        outcome = await mentoring.release(session, desk, mentor, ticket_id, at)
                    case "dong":
                        outcome = await mentoring.close(session, desk, mentor, ticket_id, at)
                    case _:
                        outcome = await mentoring.reopen(session, desk, mentor, ticket_id, at)
                if not isinstance(outcome, Done):
                    raise _Undone(outcome)
                return outcome
        except _Undone as undone:
            return undone.outcome

    async def photo(self, request: Request) -> Response:
        """A photo of a ticket of the mentor's units, and no other."""
        visitor = await self._mentor(request)
        if isinstance(visitor, Response):
            return visitor
        id_ = request.path_params["id"]
        async with self._ctx.database.read() as session:
            ticket = await tickets.of_attachment(session, id_) if 0 < id_ <= _LARGEST_ID else None
            photo = await attachments.get(session, id_) if ticket and ticket.unit in visitor.units else None
        response = photos.shown(self._ctx.attachments, photo) if photo else None
        if response is None:
            return turned_away(request, 404, "no-photo", visitor=visitor)
        response.headers["Cache-Control"] = "private, no-store"  # who may see it can change
        return response

    async def stream(self, request: Request) -> Response:
        """Tells the page when something that it shows has changed; the page then fetches itself again."""
        visitor = await self._mentor(request)
        if isinstance(visitor, Response):
            return visitor
        named = request.query_params.get("phieu", "")
        ticket_id = int(named) if named.isascii() and named.isdecimal() and len(named) < 19 else 0
        last = request.headers.get("last-event-id", "")

        async def news() -> list[ServerEvent]:
            nonlocal last
            seen = await self._seen(visitor.person_id, ticket_id)
            if seen == last:
                return []
            last = seen
            return [ServerEvent("changed", "1", seen)]

        return streams.stream(self._ctx, "desk", news)

    async def _seen(self, person_id: int, ticket_id: int) -> str:
        """Another text whenever something changes that this mentor sees, and when they may not look any more."""
        seen: list[object] = []
        async with self._ctx.database.read() as session:
            units = {role.unit for role in await people.roles(session, person_id) if role.role == "mentor"}
            for unit in sorted(units):
                seen.append(await tickets.counts(session, unit))
                waiting = await tickets.queue(session, unit, states=_UNFINISHED, limit=mentoring.QUEUE)
                seen += [(each.id, each.state, each.mentor_id, each.changed_at) for each in waiting]
            ticket = await tickets.get(session, ticket_id) if 0 < ticket_id <= _LARGEST_ID else None
            if ticket is not None and ticket.unit in units:
                posts = await tickets.posts(session, ticket.id)
                seen += [(ticket.state, ticket.mentor_id, ticket.changed_at)]
                seen += [(post.id, post.revision, post.delivery, post.attachments) for post in posts]
        return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]

    async def _mentor(self, request: Request, *, typed: str = "") -> Visitor | Response:
        """Who asks if it is a mentor; otherwise the page that says what is missing."""
        visitor = await staff.visitor(self._ctx, request)
        if visitor is None:
            return turned_away(request, 401, "login", typed=typed)
        if not visitor.units:
            why = "not-mentor" if visitor.is_admin else "no-role"
            return turned_away(request, 403, why, visitor=visitor, typed=typed)
        return visitor

    async def _ticket(
        self,
        request: Request,
        visitor: Visitor,
        status: int = 200,
        *,
        notice: str = "",
        masked: Sequence[str] = (),
        holder: str = "",
        typed: Mapping[str, str] = MappingProxyType({}),
    ) -> Response:
        ticket_id = request.path_params["id"]
        mentor = _as_mentor(visitor)
        async with self._ctx.database.read() as session:
            view = (
                await mentoring.view(session, self._ctx.desk, mentor, ticket_id)
                if 0 < ticket_id <= _LARGEST_ID
                else NotYours()
            )
            counts = await _counts(session, mentor)
            shown = () if isinstance(view, NotYours) else [id_ for post in view.posts for id_ in post.attachments]
            media = await attachments.several(session, shown)
        if isinstance(view, NotYours):
            return turned_away(request, 404, "not-yours", visitor=visitor, typed=next(iter(typed.values()), ""))
        return pages.page(
            request,
            "ticket.html",
            status,
            **self._common(visitor, counts, ""),
            view=view,
            media=media,
            units=[(unit.id, unit.name) for unit in self._ctx.desk.units.values()],
            new_key=staff.new_key,
            longest=LONGEST,
            notice=notice,
            masked=masked,
            holder=holder,
            typed=typed,
        )

    def _common(self, visitor: Visitor, counts: Mapping[str, int], shown: str) -> dict[str, Any]:
        """What all pages of the desk show."""
        return {
            "visitor": visitor,
            "unit_names": [self._ctx.desk.unit_name(unit) for unit in sorted(visitor.units)],
            "several_units": len(visitor.units) > 1,
            "counts": counts,
            "shown": shown,
            "now": self._ctx.clock(),
            "zone": ZoneInfo(self._ctx.settings.timezone),
        }


def _as_mentor(visitor: Visitor) -> Mentor:
    return Mentor(visitor.person_id, visitor.name, visitor.units)


def _told(request: Request) -> str:
    """What came of the last press, which redirected here."""
    return _DONE.get(request.query_params.get("da", ""), "")


def _after(ticket_id: int, action: str, text: str) -> str:
    """Where a press leads that did what it should."""
    if action == "chuyen":
        return "/desk?" + urlencode({"da": action, "phieu": ticket_id})
    asked = {"da": action}
    if action in _WRITTEN and (kinds := guard(text).kinds):
        asked["che"] = ",".join(kinds)
    return f"/desk/{ticket_id}?{urlencode(asked, safe=',')}"


async def _counts(session: Session, mentor: Mentor) -> dict[str, int]:
    """What stands on the tabs."""
    counts = {"new": 0, "mine": 0, "all": 0}
    for unit in mentor.units:
        by_state = await tickets.counts(session, unit)
        own = await tickets.queue(
            session, unit, states=(State.TAKEN, State.ANSWERED), mentor=mentor.person_id, limit=mentoring.QUEUE
        )
        counts["new"] += by_state.get(State.OPEN, 0)
        counts["mine"] += len(own)
        counts["all"] += sum(by_state.values())
    return counts
