"""Lets staff in by a one-time link, and out again."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.web import pages, staff
from bot.web.context import WebContext
from bot.web.staff import Visitor
from storage import invitations, people


def routes(ctx: WebContext) -> Sequence[BaseRoute]:
    door = _Door(ctx)
    return [
        Route("/vao/{secret}", door.show, methods=["GET"]),
        Route("/vao/{secret}", door.enter, methods=["POST"]),
        Route("/ra", door.leave, methods=["POST"]),
    ]


def turned_away(
    request: Request, status: int, why: str, *, visitor: Visitor | None = None, typed: str = "", back: str = "/desk"
) -> Response:
    """A page that says why this can't be done and what helps; what somebody typed is given back to them."""
    return pages.page(request, "door.html", status, why=why, visitor=visitor, typed=typed, back=back)


class _Door:
    def __init__(self, ctx: WebContext) -> None:
        self._ctx = ctx

    async def show(self, request: Request) -> Response:
        """Says whom the link lets in. Looking does not spend it: chats open links by themselves for a preview."""
        async with self._ctx.database.read() as session:
            invitation = await invitations.look(session, request.path_params["secret"], self._ctx.clock())
        if invitation is None:
            return turned_away(request, 410, "spent", visitor=await staff.visitor(self._ctx, request))
        unit_name = self._ctx.desk.unit_name(invitation.unit)
        return pages.page(request, "login.html", invitation=invitation, unit_name=unit_name)

    async def enter(self, request: Request) -> Response:
        if not staff.same_origin(self._ctx, request):
            return turned_away(request, 403, "foreign")
        async with self._ctx.database.write() as session:
            person = await invitations.spend(session, request.path_params["secret"], self._ctx.clock())
            roles = await people.roles(session, person.id) if person else ()
        if person is None:
            return turned_away(request, 410, "spent", visitor=await staff.visitor(self._ctx, request))
        is_mentor = any(role.role == "mentor" for role in roles)
        response = RedirectResponse("/desk" if is_mentor or not roles else "/admin", 303)
        staff.admit(self._ctx, response, person.id)
        return response

    async def leave(self, request: Request) -> Response:
        visitor = await staff.visitor(self._ctx, request)
        fields = await staff.form(request)
        if not staff.same_origin(self._ctx, request):
            return turned_away(request, 403, "foreign", visitor=visitor)
        if visitor is not None and (fields is None or not staff.has_token(visitor, fields)):
            return turned_away(request, 403, "stale", visitor=visitor)
        response = turned_away(request, 200, "out")
        staff.dismiss(self._ctx, response)
        return response
