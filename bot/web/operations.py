"""What operators and their tools ask: is it alive, is it ready, how much is there to do."""

import structlog
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.web import context, pages
from bot.web.context import WebContext
from storage import inbox, marks, outbox

log = structlog.get_logger(__name__)

_HERE = {"127.0.0.1", "::1"}
_PASSED_ON = ("forwarded", "x-forwarded-for", "x-real-ip")
"""Headers by which a proxy on this machine tells that somebody from elsewhere asks."""


def routes(ctx: WebContext) -> list[BaseRoute]:
    del ctx
    return [Route("/healthz", alive), Route("/readyz", ready), Route("/metrics", metrics)]


async def alive(request: Request) -> Response:
    del request
    return PlainTextResponse("ok\n", headers={"Cache-Control": "no-store"})


async def ready(request: Request) -> Response:
    """503 as long as questions can't be answered: no database, no FAQ, or about to stop."""
    ctx = context.of(request)
    problem = ""
    if ctx.stopping.is_set():
        problem = "stopping"
    elif not ctx.desk.knowledge().catalog.questions:
        problem = "no questions in the FAQ"
    else:
        try:
            async with ctx.database.read() as session:
                await marks.get(session, "ready")
        except Exception as error:  # noqa: BLE001, RUF100 - whatever keeps the database from answering, it is not ready
            log.error("database does not answer", error=type(error).__name__)
            problem = "the database does not answer"
    status = 503 if problem else 200
    return PlainTextResponse(f"{problem or 'ok'}\n", status, {"Cache-Control": "no-store"})


async def metrics(request: Request) -> Response:
    """Numbers for Prometheus, for this machine only."""
    client = request.client.host if request.client is not None else ""
    if client not in _HERE or any(header in request.headers for header in _PASSED_ON):
        return pages.refused(request, 404)
    ctx = context.of(request)
    waiting = CollectorRegistry()
    events = Gauge("helpdesk_inbox_events", "Events by state", ["state"], registry=waiting)
    replies = Gauge("helpdesk_outbox_replies", "Replies by state", ["state"], registry=waiting)
    async with ctx.database.read() as session:
        for state, number in (await inbox.counts(session)).items():
            events.labels(state=state).set(number)
        for state, number in (await outbox.counts(session)).items():
            replies.labels(state=state).set(number)
    body = generate_latest(waiting) + ctx.statistics.exposition()
    return Response(body, media_type="text/plain; version=0.0.4; charset=utf-8")
