"""The members' chat: what a browser sends becomes an event, and the chat's lines go back to it."""

import json
import re
from collections.abc import Awaitable, Callable, Sequence
from math import ceil
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot import files
from bot.web import context, pages, photos, staff, visits
from bot.web.channel import EDITED
from bot.web.context import WebContext
from bot.web.markdown import to_html
from bot.web.pace import Pace
from bot.web.streams import ServerEvent, stream
from faq.catalog import Catalog
from handlers import choices, replies, texts
from handlers.events import Event, Opened, Pressed, Said
from handlers.guard import guard
from handlers.replies import CHOICE_BYTES
from storage import Session, attachments, weblines
from storage.tables import AttachmentState
from storage.weblines import Line

LONGEST = 20_000  # characters; the helpdesk says itself what is too long for it, this is against abuse
_BODY_BYTES = 6 * LONGEST + 4096  # a letter is up to six bytes in JSON
PHOTOS = 4  # in one message
HISTORY = 40  # lines shown at first and with each "earlier"
_NEWS = 100  # lines fetched at once
_LARGEST_ID = 2**63 - 1  # what a database takes for a number

_KEY = re.compile(r"^[A-Za-z0-9_-]{8,64}$")
_CHOICE = re.compile(rf"^[!-~]{{1,{CHOICE_BYTES}}}$")
_ID = re.compile(r"^[a-z0-9-]{1,40}$")
OPENED = "opened"


class Wrong(Exception):
    """What came from the browser is not taken; `why` is a key of `said.html`."""

    def __init__(self, status: int, why: str, retry_after_s: float = 0) -> None:
        super().__init__(status, why)
        self.status = status
        self.why = why
        self.retry_after_s = retry_after_s


Handler = Callable[[Request, str], Awaitable[Response]]


def routes(ctx: WebContext) -> list[BaseRoute]:
    words = Pace(ctx.clock, burst=30, per_second=2)
    pictures = Pace(ctx.clock, burst=10, per_second=0.2)
    return [
        Route("/", page),
        Route("/mo", _own(open_, words), methods=["POST"]),
        Route("/tin", _own(say, words), methods=["POST"]),
        Route("/bam", _own(press, words), methods=["POST"]),
        Route("/anh", _own(upload, pictures), methods=["POST"]),
        Route("/xoa", _own(clear), methods=["POST"]),
        Route("/anh/{id}", _own(photo)),
        Route("/dong", _own(news)),
        Route("/lich-su", _own(history)),
    ]


def _own(handler: Handler, pace: Pace | None = None) -> Callable[[Request], Awaitable[Response]]:
    """Gives the handler this browser's chat; what changes something must come from our own page, at a human pace."""

    async def endpoint(request: Request) -> Response:
        try:
            if request.method == "POST" and not staff.same_origin(context.of(request), request):
                raise Wrong(403, "elsewhere")
            chat = visits.chat_of(request)
            if chat is None:
                raise Wrong(401, "401")
            if pace is not None and (wait_s := pace.wait_s(chat)):
                raise Wrong(429, "429", wait_s)
            return await handler(request, chat)
        except Wrong as wrong:
            headers = {"Retry-After": str(ceil(wrong.retry_after_s))} if wrong.retry_after_s else {}
            return pages.refused(request, wrong.status, wrong.why, headers=headers)

    endpoint.__name__ = handler.__name__  # what a log calls it
    return endpoint


# --- the page ---


async def page(request: Request) -> Response:
    """The chat's page; it is only when its script runs that the chat is opened, so that a link's preview opens none."""
    ctx = context.of(request)
    start = ""
    for parameter, verb in (("chu-de", "topic"), ("hoi", "q")):
        id_ = request.query_params.get(parameter, "")
        if _ID.match(id_):
            start = f"{verb}:{id_}"
    made = pages.page(request, "chat.html", start=start, largest=files.LARGEST, photos=PHOTOS)
    visits.remember(ctx, made, visits.chat_of(request) or visits.new())
    return made


# --- what the browser sends ---


async def open_(request: Request, chat: str) -> Response:
    """The first visit."""
    sent = await _json(request)
    start = _text(sent, "start")
    if start and not _CHOICE.match(start):
        raise Wrong(400, "no-choice")
    ctx = context.of(request)
    await _accept(ctx, chat, OPENED, Opened(ctx.clock(), visits.who(chat), visits.where(chat), start))
    return _taken()


async def say(request: Request, chat: str) -> Response:
    sent = await _json(request)
    key, written = _key(sent), _text(sent, "text")
    if len(written) > LONGEST:
        raise Wrong(413, "too-long")
    guarded = guard(written)
    ids = _numbers(sent, "attachments")
    if not guarded.text and not ids:
        raise Wrong(400, "empty")
    ctx = context.of(request)
    await _check_photos(ctx, chat, ids)
    now = ctx.clock()

    async def own_line(session: Session) -> None:
        body = {"text": guarded.text, "attachments": list(ids)}
        await weblines.add(session, chat, key, True, body, now)

    said = Said(
        now,
        visits.who(chat),
        visits.where(chat),
        guarded.text,
        masked=guarded.kinds,
        attachments=ids,
        message=key,
    )
    await _accept(ctx, chat, key, said, own_line)
    return _taken()


async def press(request: Request, chat: str) -> Response:
    sent = await _json(request)
    key, choice, source = _key(sent), _text(sent, "choice"), _text(sent, "source")
    if not _CHOICE.match(choice):
        raise Wrong(400, "no-choice")
    ctx = context.of(request)
    now = ctx.clock()

    async def own_line(session: Session) -> None:
        label = await _label(ctx, session, chat, choice, source)
        body = {"label": label, "choice": choice, "source": source}
        await weblines.add(session, chat, key, True, body, now)

    pressed = Pressed(now, visits.who(chat), visits.where(chat), choice, source)
    await _accept(ctx, chat, key, pressed, own_line)
    return _taken()


async def upload(request: Request, chat: str) -> Response:
    """A photo that a message will refer to; one that never is, is cleared away later."""
    ctx = context.of(request)
    try:
        content = await photos.uploaded(request)
        if not content:
            raise Wrong(400, "photo-missing")
        stored = await ctx.attachments.put(content)
    except files.TooLarge as error:
        raise Wrong(413, "photo-too-large") from error
    except files.NotAnImage as error:
        raise Wrong(400, "not-a-photo") from error
    async with ctx.database.write() as session:
        id_ = await attachments.add(
            session,
            address=visits.where(chat),
            sha256=stored.sha256,
            type=stored.type,
            size=stored.size,
            at=ctx.clock(),
        )
    return JSONResponse({"id": id_}, 201)


async def clear(request: Request, chat: str) -> Response:
    """Takes the chat off this browser, for a phone that is not one's own; what was asked stays with the helpdesk."""
    ctx = context.of(request)
    async with ctx.database.write() as session:
        await weblines.clear(session, chat)
    ctx.bell.ring(visits.topic(chat))
    response = JSONResponse({"ok": True})
    visits.forget(ctx, response)
    return response


async def _accept(
    ctx: WebContext,
    chat: str,
    key: str,
    event: Event,
    own_line: Callable[[Session], Awaitable[None]] | None = None,
) -> None:
    """The browser's key is its own affair: two chats may use the same one."""
    await ctx.intake.accept([(f"{chat}:{key}", event)], channel=visits.CHANNEL, also=own_line)
    ctx.bell.ring(visits.topic(chat))


async def _check_photos(ctx: WebContext, chat: str, ids: Sequence[int]) -> None:
    async with ctx.database.read() as session:
        for id_ in ids:
            found = await attachments.get(session, id_)
            if found is None or found.address != visits.where(chat) or found.state is not AttachmentState.STORED:
                raise Wrong(400, "photo-gone")


async def _label(ctx: WebContext, session: Session, chat: str, choice: str, source: str) -> str:
    """What stood on the pressed button, looked up here: the browser's own word for it could be anything."""
    line = await _line(session, chat, _number(source))
    if line is not None and not line.mine:
        for offered in shown(line)["choices"]:
            if offered["value"] == choice:
                return str(offered["label"])
    return _known_label(ctx.desk.knowledge().catalog, choice)


def _known_label(catalog: Catalog, choice: str) -> str:
    match choices.parse(choice):
        case "topics", ():
            return texts.TOPICS
        case "mine", ():
            return texts.MINE
        case "human", ():
            return texts.HUMAN
        case "q", (id_,):
            entry = catalog.question(id_)
            return entry.question if entry is not None else ""
        case "topic", (id_,):
            return next((topic.name for topic in catalog.topics if topic.topic == id_), "")
        case _:
            return ""


# --- what the browser gets ---


async def news(request: Request, chat: str) -> Response:
    """New lines as they come, from the one that the browser has already."""
    ctx = context.of(request)
    last = _number(request.headers.get("last-event-id", "")) or _number(request.query_params.get("sau", "")) or 0

    async def found() -> Sequence[ServerEvent]:
        nonlocal last
        async with ctx.database.read() as session:
            # Read from the last line that the browser has: where that one is gone, the chat was erased meanwhile.
            lines = await weblines.after(session, chat, max(0, last - 1), _NEWS)
        if last and (not lines or lines[0].id != last):
            last = 0
            return [ServerEvent("erased", "1")]
        new = [line for line in lines if line.id > last]
        if new:
            last = new[-1].id
        return [ServerEvent("line", _dumped(shown(line)), str(line.id)) for line in new]

    return stream(ctx, visits.topic(chat), found)


async def history(request: Request, chat: str) -> Response:
    """The last lines of the chat, or those before one."""
    before = _number(request.query_params.get("truoc", ""))
    async with context.of(request).database.read() as session:
        lines = await weblines.before(session, chat, before, HISTORY + 1)
    there = {"lines": [shown(line) for line in lines[-HISTORY:]], "earlier": len(lines) > HISTORY}
    return Response(_dumped(there), media_type="application/json", headers={"Cache-Control": "no-store"})


async def photo(request: Request, chat: str) -> Response:
    ctx = context.of(request)
    id_ = _number(request.path_params["id"])
    async with ctx.database.read() as session:
        found = await attachments.get(session, id_) if id_ is not None else None
    if found is None or found.address != visits.where(chat):
        raise Wrong(404, "404")
    response = photos.shown(ctx.attachments, found)
    if response is None:
        raise Wrong(404, "404")
    return response


def shown(line: Line) -> dict[str, Any]:
    """A line as the page's script draws it."""
    common = {"id": line.id, "mine": line.mine, "at": line.at.isoformat()}
    if line.mine:
        return {**common, "key": line.key, **line.body}
    reply = replies.from_json({name: line.body[name] for name in line.body if name not in (EDITED, weblines.REPLACES)})
    told = {name: line.body[name] for name in (EDITED, weblines.REPLACES) if name in line.body}
    return {
        **common,
        **told,
        "html": to_html(reply.text),
        "speaker": reply.speaker,
        "choices": [{"label": c.label, "value": c.value, "number": c.number} for c in reply.choices],
        "attachments": list(reply.attachments),
    }


async def _line(session: Session, chat: str, id_: int | None) -> Line | None:
    if not id_:
        return None
    found = await weblines.after(session, chat, id_ - 1, 1)
    return found[0] if found and found[0].id == id_ else None


# --- reading what came: all of it may be anything ---


async def _json(request: Request) -> dict[str, object]:
    """The object in the body."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _BODY_BYTES:
            raise Wrong(413, "too-long")
    try:
        sent: object = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Wrong(400, "not-understood") from error
    if not isinstance(sent, dict):
        raise Wrong(400, "not-understood")
    return sent


def _text(sent: dict[str, object], name: str) -> str:
    value = sent.get(name, "")
    if not isinstance(value, str):
        raise Wrong(400, "not-understood")
    return value


def _key(sent: dict[str, object]) -> str:
    key = _text(sent, "key")
    if not _KEY.match(key) or key == OPENED:
        raise Wrong(400, "not-understood")
    return key


def _numbers(sent: dict[str, object], name: str) -> tuple[int, ...]:
    value = sent.get(name, [])
    if not isinstance(value, list) or len(value) > PHOTOS:
        raise Wrong(400, "not-understood")
    if not all(type(item) is int and 0 < item <= _LARGEST_ID for item in value):
        raise Wrong(400, "not-understood")
    return tuple(value)


def _number(written: str) -> int | None:
    if not written.isascii() or not written.isdigit() or len(written) > 19:
        return None
    return min(int(written), _LARGEST_ID)


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _taken() -> Response:
    return JSONResponse({"ok": True}, 202)
