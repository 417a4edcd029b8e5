"""The FAQ as the province's office sees it: searched, previewed on every channel, with what is wrong or missing in it.

Nothing is changed here; that is `library_edits`.
"""

import asyncio
import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.web import library_edits, pages
from bot.web.admins import admin
from bot.web.context import WebContext
from bot.web.library_checks import tries
from bot.web.library_shelf import Shelf, shelf
from bot.web.previews import preview
from faq import answers, placeholders
from faq.catalog import Catalog
from faq.lint import REVIEW_EVERY
from faq.models import Question, Topic, Value
from faq.text import fold

_PICKS = ("can-xem-lai", "thieu-gia-tri", "khan", "rui-ro")
"""What the list can be narrowed to."""


@dataclass(frozen=True, slots=True)
class Line:
    """An entry in the list, with what is to be seen of it at a glance."""

    entry: Question
    topic: Topic
    is_due: bool
    """Its answer is to be looked at again."""
    unset: tuple[str, ...]
    """The values that it waits for."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A value of the province, and where answers use it."""

    value: Value
    entries: tuple[Question, ...]
    is_local: bool
    """Its text stands in the configuration, above the file's."""
    is_over: bool


def routes(ctx: WebContext) -> Sequence[BaseRoute]:
    if (shared := shelf(ctx)) is None:
        return []
    shown = _Pages(shared)
    return [
        Route("/admin/kho", shown.entries, methods=["GET"]),
        Route("/admin/kho/cau/{id}", shown.entry, methods=["GET"]),
        Route("/admin/kho/gia-tri", shown.values, methods=["GET"]),
        Route("/admin/kho/tep/{name}", shown.download, methods=["GET"]),
        Route("/admin/kho/kiem-tra", shown.lint, methods=["GET"]),
        *library_edits.routes(shared),
    ]


class _Pages:
    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def entries(self, request: Request) -> Response:
        visitor = await admin(self._shelf.ctx, request)
        if isinstance(visitor, Response):
            return visitor
        shelf, asked = self._shelf, request.query_params
        wanted, topic = asked.get("tim", "")[:200].strip(), asked.get("chu-de", "")
        pick = asked.get("loc", "") if asked.get("loc") in _PICKS else ""
        catalog, today = shelf.catalog, shelf.today
        lines = [_line(question, catalog, today) for question in catalog.questions]
        found = _found(lines, wanted, topic, pick)
        job = shelf.checks.whole(today) if shelf.is_ours else None
        quick = await asyncio.to_thread(shelf.checks.quick, today)
        return shelf.page(
            request,
            visitor,
            "library.html",
            lines=found,
            catalog=catalog,
            wanted=wanted,
            topic=topic,
            pick=pick,
            counts={name: len(_found(lines, "", "", name)) for name in _PICKS},
            errors=sum(fault.severity == "error" for fault in quick),
            warnings=sum(fault.severity == "warning" for fault in quick),
            job=job,
            drafts=len(shelf.editing.drafts()),
            told=asked.get("da", ""),
        )

    async def entry(self, request: Request) -> Response:
        visitor = await admin(self._shelf.ctx, request)
        if isinstance(visitor, Response):
            return visitor
        shelf, id_ = self._shelf, request.path_params["id"]
        known = shelf.library.knowledge()
        found, topic = known.catalog.question(id_), known.catalog.topic_of(id_)
        if found is None or topic is None:
            return pages.refused(request, 404, "no-entry")
        tried = await asyncio.to_thread(tries, found, known.matcher)
        return shelf.page(
            request,
            visitor,
            "library_entry.html",
            line=_line(found, known.catalog, shelf.today),
            topic=topic,
            unit=known.catalog.unit_of(id_) or "",
            preview=preview(found, known.catalog, shelf.today),
            tried=tried,
            values=[known.catalog.values.get(name) for name in dict.fromkeys(placeholders.names(found.answer))],
            named={i: known.catalog.question(i) for i in (*found.related, *found.near)},
        )

    async def values(self, request: Request) -> Response:
        visitor = await admin(self._shelf.ctx, request)
        if isinstance(visitor, Response):
            return visitor
        found = slots(self._shelf.catalog, self._shelf.ctx.settings.local, self._shelf.today)
        return self._shelf.page(
            request,
            visitor,
            "library_values.html",
            missing=[slot for slot in found if not slot.value.text and slot.entries],
            over=[slot for slot in found if slot.is_over],
            given=[slot for slot in found if slot.value.text and not slot.is_over],
            spare=[slot for slot in found if not slot.value.text and not slot.entries],
        )

    async def download(self, request: Request) -> Response:
        """A file as it is now, byte for byte; of the live folder and no other."""
        visitor = await admin(self._shelf.ctx, request)
        if isinstance(visitor, Response):
            return visitor
        name = request.path_params["name"]
        content = (await asyncio.to_thread(self._shelf.editing.files)).get(name)
        if content is None:
            return pages.refused(request, 404)
        return Response(
            content,
            media_type="application/octet-stream",
            headers={
                "Content-Disposition": f'attachment; filename="{re.sub(r"[^a-zA-Z0-9._-]", "_", name)}"',
                "Cache-Control": "no-store",
            },
        )

    async def lint(self, request: Request) -> Response:
        visitor = await admin(self._shelf.ctx, request)
        if isinstance(visitor, Response):
            return visitor
        shelf, today = self._shelf, self._shelf.today
        job = shelf.checks.whole(today)
        quick = await asyncio.to_thread(shelf.checks.quick, today)
        faults = job.result if job.state == "done" else quick
        return shelf.page(
            request,
            visitor,
            "library_lint.html",
            job=job,
            errors=[fault for fault in faults if fault.severity == "error"],
            warnings=[fault for fault in faults if fault.severity == "warning"],
        )


# --- the list ---


def _line(question: Question, catalog: Catalog, today: date) -> Line:
    topic = catalog.topic_of(question.id)
    assert topic is not None  # noqa: S101 - every question of a catalog stands in a topic of it
    is_old = question.reviewed is None or today - question.reviewed > REVIEW_EVERY
    return Line(question, topic, is_old or answers.expired(question, today), _unset(question, catalog))


def _unset(question: Question, catalog: Catalog) -> tuple[str, ...]:
    names = dict.fromkeys(placeholders.names(question.answer))
    return tuple(name for name in names if (value := catalog.values.get(name)) is None or not value.is_set)


def _found(lines: Iterable[Line], wanted: str, topic: str, pick: str) -> list[Line]:
    """Those in which every word is found, diacritics or not; those whose question has more of the words first."""
    words = re.findall(r"\w+", fold(wanted))
    picked = [line for line in lines if (not topic or line.topic.topic == topic) and _is_picked(line, pick)]
    found = [line for line in picked if _hits(words, _said(line.entry)) == len(words)]
    return sorted(found, key=lambda line: -_hits(words, line.entry.question)) if words else found


def _said(entry: Question) -> str:
    return " ".join((entry.id.replace("-", " "), *entry.wordings, *entry.tries, entry.answer))


def _hits(words: Sequence[str], text: str) -> int:
    there = " ".join(["", *re.findall(r"[^\W_]+", fold(text))])
    return sum(f" {word}" in there for word in words)


def _is_picked(line: Line, pick: str) -> bool:
    match pick:
        case "can-xem-lai":
            return line.is_due
        case "thieu-gia-tri":
            return bool(line.unset)
        case "khan":
            return line.entry.urgent
        case "rui-ro":
            return line.entry.risk is not None
        case _:
            return True


# --- values ---


def slots(catalog: Catalog, local: Container[str], today: date) -> list[Slot]:
    """Every value, those that most answers use first."""
    used = answers.waiting(catalog)
    found = [
        Slot(
            value,
            used[name],
            is_local=name in local,
            is_over=bool(value.text) and value.valid_until is not None and today > value.valid_until,
        )
        for name, value in catalog.values.items()
    ]
    return sorted(found, key=lambda slot: -len(slot.entries))
