"""An entry of the FAQ as a page of its own, to be sent around and found by search engines."""

from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.web import context, pages
from bot.web.context import WebContext
from bot.web.markdown import to_html
from faq import answers


def routes(ctx: WebContext) -> list[BaseRoute]:
    del ctx
    return [Route("/hoi/{id}", entry)]


async def entry(request: Request) -> Response:
    ctx = context.of(request)
    catalog = ctx.desk.knowledge().catalog
    found = catalog.question(request.path_params["id"])
    if found is None:
        return pages.refused(request, 404, "no-entry")
    today = ctx.clock().astimezone(ZoneInfo(ctx.settings.timezone)).date()
    related = [other for id_ in found.related if (other := catalog.question(id_)) is not None]
    return pages.page(
        request,
        "entry.html",
        entry=found,
        answer=to_html(answers.render(found, catalog)),
        expired=answers.expired(found, today),
        related=related,
    )
