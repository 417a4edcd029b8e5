"""Edits of the FAQ on the pages: a form or a file becomes a draft, which is looked at, put live, and maybe undone.

Nothing that was typed is lost: what can't be taken comes back in its form, and a draft stays until it is thrown away.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from typing import Any

import structlog
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.web import library_forms as forms
from bot.web import pages, staff
from bot.web.admins import admin, claim
from bot.web.library_checks import tried
from bot.web.library_shelf import Shelf
from bot.web.previews import preview
from bot.web.staff import Visitor
from bot.web.uploads import limited
from faq import editing
from faq.editing import (
    Change,
    Edit,
    EntryAdded,
    EntryChanged,
    EntryRemoved,
    FileReplaced,
    Overtaken,
    Place,
    Unchangeable,
    Unchanged,
    ValueAdded,
    ValueChanged,
)
from faq.yamlfile import LARGEST, Plain

_MOST_FIELDS = 40
_AROUND = 8192  # bytes that a form adds to the file in it
_MOST_LINES = 400
_CONTEXT = 2
_DONE = {"bo": "thrown", "hoan-lai": "undone"}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Notice:
    """Why something was not done; `kind` is a key of the template's words."""

    kind: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of what a change makes different."""

    kind: str
    """`added`, `removed`, `same` or `skipped`."""
    text: str


class _TooLarge(Exception):
    pass


def routes(shelf: Shelf) -> Sequence[BaseRoute]:
    edits = _Edits(shelf)
    return [
        Route("/admin/kho/cau/{id}/sua", edits.entry, methods=["GET", "POST"]),
        Route("/admin/kho/cau/{id}/xoa", edits.remove, methods=["POST"]),
        Route("/admin/kho/them", edits.new_entry, methods=["GET", "POST"]),
        Route("/admin/kho/gia-tri/{name}", edits.value, methods=["GET", "POST"]),
        Route("/admin/kho/them-gia-tri", edits.new_value, methods=["GET", "POST"]),
        Route("/admin/kho/tep", edits.files, methods=["GET"]),
        Route("/admin/kho/tep", edits.upload, methods=["POST"]),
        Route("/admin/kho/ban/{id}", edits.change, methods=["GET"]),
        Route("/admin/kho/ban/{id}/tep/{name}", edits.changed_file, methods=["GET"]),
        Route("/admin/kho/ban/{id}/{action}", edits.act, methods=["POST"]),
        Route("/admin/kho/lich-su", edits.history, methods=["GET"]),
    ]


class _Edits:
    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._editing = shelf.editing
        self._pressing = asyncio.Lock()
        """One press on a change after the other: the second sees what became of the first."""

    # --- an entry ---

    async def entry(self, request: Request) -> Response:
        """The form of an entry, and what was typed into it."""
        id_ = request.path_params["id"]
        came = await self._came(request, f"/admin/kho/cau/{id_}/sua")
        if isinstance(came, Response):
            return came
        visitor, typed = came
        place = await asyncio.to_thread(self._editing.entry, id_)
        if typed is None:
            if place is None:
                return pages.refused(request, 404, "no-entry")
            return await self._entry_form(request, visitor, place, id_, self._resumed(request, place))
        if place is None:
            return await self._entry_form(request, visitor, None, id_, typed, 409, Notice("gone"))
        if typed.get("stamp") != forms.stamp(place.fields):
            return await self._entry_form(request, visitor, place, id_, typed, 409, Notice("meanwhile"))
        if typed.get("reviewed-today"):
            typed["reviewed"] = self._shelf.today.isoformat()
        wrong = _incomplete(forms.entry_fields(typed))
        made: Change | Notice = Notice(wrong)
        if not wrong:
            made = await self._draft(EntryChanged(id_, forms.entry_changes(place.fields, typed)), visitor, typed)
        if isinstance(made, Notice):
            return await self._entry_form(request, visitor, place, id_, typed, 422, made)
        return _to(made)

    async def new_entry(self, request: Request) -> Response:
        came = await self._came(request, "/admin/kho/them")
        if isinstance(came, Response):
            return came
        visitor, typed = came
        if typed is None:
            empty = {"reviewed": self._shelf.today.isoformat(), "file": request.query_params.get("tep", "")}
            return await self._entry_form(request, visitor, None, "", self._resumed(request, None) or empty)
        fields = forms.entry_fields(typed)
        known = [question.id for question in self._shelf.catalog.questions]
        fields["id"] = typed.get("id", "").strip().lower() or forms.id_from(str(fields["question"] or ""), known)
        wrong = _incomplete(fields) or ("taken" if fields["id"] in known else "") or ("" if fields["id"] else "no-id")
        made: Change | Notice = Notice(wrong)
        if not wrong:
            made = await self._draft(EntryAdded(typed.get("file", ""), fields), visitor, typed)
        if isinstance(made, Notice):
            return await self._entry_form(request, visitor, None, "", typed, 422, made)
        return _to(made)

    async def remove(self, request: Request) -> Response:
        id_ = request.path_params["id"]
        came = await self._came(request, f"/admin/kho/cau/{id_}")
        if isinstance(came, Response):
            return came
        made = await self._draft(EntryRemoved(id_), came[0], {})
        if isinstance(made, Notice):
            return await self._history(request, came[0], 409, made)
        return _to(made)

    async def _entry_form(
        self,
        request: Request,
        visitor: Visitor,
        place: Place | None,
        id_: str,
        typed: Mapping[str, str],
        status: int = 200,
        notice: Notice | None = None,
    ) -> Response:
        found = self._shelf.catalog.topic_of(id_)
        return self._shelf.page(
            request,
            visitor,
            "library_form.html",
            status,
            id=id_,
            typed=typed,
            stamp=forms.stamp(place.fields) if place else "",
            now=forms.entry_typed(place.fields) if place and notice and notice.kind == "meanwhile" else {},
            notice=notice,
            file=place.file if place else "",
            topic_unit=found.unit if found else "",
            topics=await asyncio.to_thread(self._editing.topics),
            units=[(unit.id, unit.name) for unit in self._shelf.ctx.desk.units.values()],
            values=sorted(self._shelf.catalog.values.values(), key=lambda value: value.name),
            entries=self._shelf.catalog.questions,
            today=self._shelf.today,
        )

    # --- a value ---

    async def value(self, request: Request) -> Response:
        name = request.path_params["name"]
        came = await self._came(request, f"/admin/kho/gia-tri/{name}")
        if isinstance(came, Response):
            return came
        visitor, typed = came
        place = await asyncio.to_thread(self._editing.value, name)
        if typed is None:
            if place is None:
                return pages.refused(request, 404)
            return self._value_form(request, visitor, place, name, self._resumed(request, place))
        if place is None:
            return self._value_form(request, visitor, None, name, typed, 409, Notice("gone"))
        if typed.get("stamp") != forms.stamp(place.fields):
            return self._value_form(request, visitor, place, name, typed, 409, Notice("meanwhile"))
        made = await self._draft(ValueChanged(name, forms.value_changes(place.fields, typed)), visitor, typed)
        if isinstance(made, Notice):
            return self._value_form(request, visitor, place, name, typed, 422, made)
        return _to(made)

    async def new_value(self, request: Request) -> Response:
        came = await self._came(request, "/admin/kho/them-gia-tri")
        if isinstance(came, Response):
            return came
        visitor, typed = came
        if typed is None:
            return self._value_form(request, visitor, None, "", self._resumed(request, None))
        name = typed.get("name", "").strip().strip("{}").strip().upper()
        fields: dict[str, Plain] = {"name": name or None} | forms.value_fields(typed)
        wrong = "" if name and fields.get("meaning") and fields.get("owner") else "value-incomplete"
        wrong = wrong or ("taken" if name in self._shelf.catalog.values else "")
        made: Change | Notice = Notice(wrong) if wrong else await self._draft(ValueAdded(fields), visitor, typed)
        if isinstance(made, Notice):
            return self._value_form(request, visitor, None, "", typed, 422, made)
        return _to(made)

    def _value_form(
        self,
        request: Request,
        visitor: Visitor,
        place: Place | None,
        name: str,
        typed: Mapping[str, str],
        status: int = 200,
        notice: Notice | None = None,
    ) -> Response:
        catalog = self._shelf.catalog
        return self._shelf.page(
            request,
            visitor,
            "library_value.html",
            status,
            name=name,
            value=catalog.values.get(name),
            is_local=name in self._shelf.ctx.settings.local,
            typed=typed,
            stamp=forms.stamp(place.fields) if place else "",
            now=forms.value_typed(place.fields) if place and notice and notice.kind == "meanwhile" else {},
            notice=notice,
            entries=[question for question in catalog.questions if f"{{{{{name}" in question.answer.replace(" ", "")],
            units=[(unit.id, unit.name) for unit in self._shelf.ctx.desk.units.values()],
        )

    # --- a file ---

    async def files(self, request: Request) -> Response:
        visitor = await admin(self._shelf.ctx, request)
        return visitor if isinstance(visitor, Response) else await self._files(request, visitor)

    async def upload(self, request: Request) -> Response:
        """A file in the place of one that is there, or the first of its name; broken or not, it becomes a draft."""
        try:
            fields, sent = await _sent(request)
        except _TooLarge:
            fields, sent = None, None
        visitor = await claim(self._shelf.ctx, request, fields, back="/admin/kho/tep")
        if isinstance(visitor, Response):
            return visitor
        if not self._shelf.is_ours:
            return self._refused(request, visitor)
        if sent is None or fields is None:
            return await self._files(request, visitor, 422, Notice("no-file"))
        name = fields.get("file") or re.sub(r" ?\(\d+\)(?=\.)", "", sent[0].rsplit("/")[-1].rsplit("\\")[-1]).lower()
        if not editing.is_file_name(name):
            return await self._files(request, visitor, 422, Notice("bad-name", name[:80]))
        made = await self._draft(FileReplaced(name), visitor, {}, sent[1])
        if isinstance(made, Notice):
            return await self._files(request, visitor, 422, made)
        return _to(made)

    async def _files(
        self, request: Request, visitor: Visitor, status: int = 200, notice: Notice | None = None
    ) -> Response:
        found = await asyncio.to_thread(self._editing.files)
        topics = await asyncio.to_thread(self._editing.topics)
        listed = [(name, topics.get(name, ""), len(content)) for name, content in found.items()]
        return self._shelf.page(request, visitor, "library_files.html", status, files=listed, notice=notice)

    # --- a draft, and a change that is live ---

    async def change(self, request: Request) -> Response:
        visitor = await admin(self._shelf.ctx, request)
        if isinstance(visitor, Response):
            return visitor
        return await self._change(request, visitor, request.path_params["id"])

    async def changed_file(self, request: Request) -> Response:
        """A file as a draft would make it."""
        visitor = await admin(self._shelf.ctx, request)
        if isinstance(visitor, Response):
            return visitor
        found = await asyncio.to_thread(self._editing.find, request.path_params["id"])
        swap = found.swaps.get(request.path_params["name"]) if found else None
        if swap is None or swap.after is None:
            return pages.refused(request, 404)
        headers = {"Content-Disposition": f'attachment; filename="{request.path_params["name"]}"'}
        return Response(swap.after, media_type="application/octet-stream", headers=headers)

    async def act(self, request: Request) -> Response:
        """A press on a draft, or on a change that is live."""
        id_, action = request.path_params["id"], request.path_params["action"]
        came = await self._came(request, f"/admin/kho/ban/{id_}")
        if isinstance(came, Response):
            return came
        visitor, typed = came
        async with self._pressing:
            return await self._acted(request, visitor, typed, id_, action)

    async def _acted(
        self, request: Request, visitor: Visitor, typed: Mapping[str, str] | None, id_: str, action: str
    ) -> Response:
        change = await asyncio.to_thread(self._editing.find, id_)
        if change is None:
            return await self._history(request, visitor, 404, Notice("no-draft"))
        try:
            match action:
                case "bo":
                    await asyncio.to_thread(self._editing.discard, id_)
                    return RedirectResponse("/admin/kho/lich-su?da=bo", 303)
                case "lam-lai":
                    return _to(await self._again(change, visitor))
                case "dua-vao-dung":
                    return await self._put_live(request, visitor, change, is_sure=bool((typed or {}).get("sure")))
                case "hoan-lai":
                    return await self._undo(request, visitor, change)
                case _:
                    return pages.refused(request, 404)
        except Overtaken:
            now = await asyncio.to_thread(self._editing.find, id_)
            if now is not None and now.is_live and not change.is_live:  # by a press that came just before this one
                return _to(now)
            return await self._change(request, visitor, id_, 409, Notice("overtaken"))
        except Unchanged:
            return await self._change(request, visitor, id_, 409, Notice("same"))
        except Unchangeable as error:
            return await self._change(request, visitor, id_, 409, Notice("unchangeable", str(error)))
        except OSError as error:
            log.warning("FAQ not written", error=type(error).__name__)
            return await self._change(request, visitor, id_, 500, Notice("unwritable", error.strerror or ""))

    async def _again(self, change: Change, visitor: Visitor) -> Change:
        at = self._shelf.ctx.clock()
        return await asyncio.to_thread(self._editing.again, change, by=visitor.person_id, at=at)

    async def _put_live(self, request: Request, visitor: Visitor, change: Change, *, is_sure: bool) -> Response:
        if not change.is_live:
            if self._editing.overtaken(change):
                raise Overtaken(())
            looked = await asyncio.to_thread(self._shelf.checks.look, change, self._shelf.today)
            if looked.findings.blocking:
                return await self._change(request, visitor, change.id, 409, Notice("blocked"))
            if not is_sure and not self._is_clean(change):
                return await self._change(request, visitor, change.id, 422, Notice("unsure"))
        at = self._shelf.ctx.clock()
        live = await asyncio.to_thread(self._editing.put_live, change.id, by=visitor.person_id, at=at)
        await self._shelf.library.reload(self._shelf.ctx.intake, self._shelf.ctx.clock)
        return _to(live or change)

    async def _undo(self, request: Request, visitor: Visitor, change: Change) -> Response:
        by, at = visitor.person_id, self._shelf.ctx.clock()
        if not self._editing.overtaken(change):
            inverse = self._editing.inverse(change, by=by, at=at)
            looked = await asyncio.to_thread(self._shelf.checks.look, inverse, self._shelf.today)
            if looked.findings.blocking:
                reason = "; ".join(str(fault) for fault in looked.findings.blocking[:3])
                return await self._change(request, visitor, change.id, 409, Notice("undo-blocked", reason))
        live = await asyncio.to_thread(self._editing.undo, change.id, by=by, at=at)
        await self._shelf.library.reload(self._shelf.ctx.intake, self._shelf.ctx.clock)
        return _to(live or change)

    def _is_clean(self, change: Change) -> bool:
        """True if everything was checked and nothing was found that somebody must have read."""
        looked = self._shelf.checks.look(change, self._shelf.today)
        slow = self._shelf.checks.slow(change, self._shelf.today)
        found = (*looked.findings.fresh, *(slow.fresh or ()))
        return (
            slow.asked is not None
            and slow.fresh is not None
            and not slow.asked.lost
            and all(trial.passed or trial.text in slow.asked.still for trial in slow.asked.own)
            and all(fault.severity == "warning" for fault in found)
        )

    async def _change(
        self, request: Request, visitor: Visitor, id_: str, status: int = 200, notice: Notice | None = None
    ) -> Response:
        change = await asyncio.to_thread(self._editing.find, id_)
        if change is None:
            return await self._history(request, visitor, 404, Notice("no-draft"))
        values: dict[str, Any] = {
            "change": change,
            "title": self._shelf.title(change),
            "by": (await self._shelf.names()).get(change.by, ""),
            "overtaken": self._editing.overtaken(change),
            "differences": {name: _difference(swap.before, swap.after) for name, swap in change.swaps.items()},
            "notice": notice,
            "more": _form_of(change),
            "entry": _entry_of(change),
            "is_file": isinstance(change.edit, FileReplaced),
        }
        if change.is_live or values["overtaken"]:
            return self._shelf.page(request, visitor, "library_change.html", status, **values, looked=None, slow=None)
        looked = await asyncio.to_thread(self._shelf.checks.look, change, self._shelf.today)
        slow = self._shelf.checks.slow(change, self._shelf.today) if not looked.findings.blocking else None
        found = looked.catalog.question(values["entry"])
        asked = slow.asked if slow else None
        return self._shelf.page(
            request,
            visitor,
            "library_change.html",
            status,
            **values,
            looked=looked,
            slow=slow,
            preview=preview(found, looked.catalog, self._shelf.today) if found else None,
            own=[(trial.id, tried(trial)) for trial in asked.own] if asked else [],
            lost=[(trial.id, tried(trial)) for trial in asked.lost] if asked else [],
            is_clean=slow is not None and self._is_clean(change),
        )

    async def history(self, request: Request) -> Response:
        visitor = await admin(self._shelf.ctx, request)
        if isinstance(visitor, Response):
            return visitor
        told = Notice(_DONE[request.query_params["da"]]) if request.query_params.get("da") in _DONE else None
        return await self._history(request, visitor, notice=told)

    async def _history(
        self, request: Request, visitor: Visitor, status: int = 200, notice: Notice | None = None
    ) -> Response:
        drafts = await asyncio.to_thread(self._editing.drafts)
        live = await asyncio.to_thread(self._editing.history)
        return self._shelf.page(
            request,
            visitor,
            "library_history.html",
            status,
            drafts=drafts,
            live=[(change, not self._editing.overtaken(change)) for change in live],
            title=self._shelf.title,
            names=await self._shelf.names(),
            notice=notice,
        )

    # --- small things ---

    async def _came(self, request: Request, back: str) -> tuple[Visitor, dict[str, str] | None] | Response:
        """The admin, and the fields if a form of ours was sent; where nothing may be edited, the page that says so."""
        if request.method == "GET":
            typed = None
            visitor = await admin(self._shelf.ctx, request)
        else:
            typed = await staff.form(request, most=_MOST_FIELDS)
            visitor = await claim(self._shelf.ctx, request, typed, back=back, typed=forms.as_text(typed or {}))
        if isinstance(visitor, Response):
            return visitor
        if not self._shelf.is_ours:
            return self._refused(request, visitor)
        return visitor, typed

    def _refused(self, request: Request, visitor: Visitor) -> Response:
        return self._shelf.page(request, visitor, "library_shipped.html", 409)

    def _resumed(self, request: Request, place: Place | None) -> dict[str, str]:
        """What the form shows at first: what is there now, and over it what a draft has changed."""
        fields = dict(place.fields) if place else {}
        found = self._editing.find(request.query_params.get("ban", ""))
        typed: dict[str, str] = {}
        match found.edit if found and not found.is_live else None:
            case EntryChanged(fields=drafted):
                typed = forms.entry_typed(fields | drafted)
            case EntryAdded(file=file, fields=drafted):
                typed = forms.entry_typed(drafted) | {"file": file, "id": str(drafted.get("id") or "")}
            case ValueChanged(fields=drafted):
                typed = forms.value_typed(fields | drafted)
            case ValueAdded(fields=drafted):
                typed = forms.value_typed(drafted) | {"name": str(drafted.get("name") or "")}
            case _:
                is_value = "name" in fields and "answer" not in fields
                return (forms.value_typed(fields) if is_value else forms.entry_typed(fields)) if fields else {}
        return typed | {"draft": found.id if found else ""}

    async def _draft(
        self, edit: Edit, visitor: Visitor, typed: Mapping[str, str], content: bytes | None = None
    ) -> Change | Notice:
        """The draft that an edit makes, in the place of the one it was gone on with."""
        if isinstance(edit, (EntryChanged, ValueChanged)) and not edit.fields:
            return Notice("same")
        at = self._shelf.ctx.clock()
        try:
            made = await asyncio.to_thread(self._editing.draft, edit, by=visitor.person_id, at=at, content=content)
        except Unchanged:
            return Notice("same")
        except Unchangeable as error:
            return Notice("unchangeable", str(error))
        except OSError as error:
            log.warning("FAQ draft not kept", error=type(error).__name__)
            return Notice("unwritable", error.strerror or "")
        if typed.get("draft"):
            await asyncio.to_thread(self._editing.discard, typed["draft"])
        return made


def _incomplete(fields: Mapping[str, Plain]) -> str:
    return "" if fields.get("question") and fields.get("answer") else "incomplete"


def _to(change: Change) -> Response:
    return RedirectResponse(f"/admin/kho/ban/{change.id}", 303)


def _form_of(change: Change) -> str:
    """Where a draft is gone on with."""
    match change.edit:
        case EntryChanged(id=id_):
            return f"/admin/kho/cau/{id_}/sua?ban={change.id}"
        case EntryAdded():
            return f"/admin/kho/them?ban={change.id}"
        case ValueChanged(name=name):
            return f"/admin/kho/gia-tri/{name}?ban={change.id}"
        case ValueAdded():
            return f"/admin/kho/them-gia-tri?ban={change.id}"
        case FileReplaced():
            return "/admin/kho/tep"
        case _:
            return ""


def _entry_of(change: Change) -> str:
    match change.edit:
        case EntryChanged(id=id_) | EntryAdded(fields={"id": str() as id_}):
            return id_
        case _:
            return ""


def _difference(before: bytes | None, after: bytes | None) -> list[Row]:
    one, other = ((content or b"").decode("utf-8-sig", "replace").splitlines() for content in (before, after))
    rows: list[Row] = []
    for line in list(unified_diff(one, other, n=_CONTEXT, lineterm=""))[2:]:
        if len(rows) >= _MOST_LINES:
            return [*rows, Row("skipped", "")]
        match line[:1]:
            case "@":
                rows.append(Row("skipped", ""))
            case sign:
                rows.append(Row({"+": "added", "-": "removed"}.get(sign, "same"), line[1:]))
    return rows


async def _sent(request: Request) -> tuple[dict[str, str], tuple[str, bytes] | None]:
    """The fields of a form with a file in it, and the file; raises `_TooLarge` before more than that was taken in."""
    try:
        async with limited(request, LARGEST + _AROUND, _TooLarge).form(max_files=1, max_fields=5) as form:
            fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
            file = next((value for _, value in form.multi_items() if isinstance(value, UploadFile)), None)
            if file is None or not file.filename:
                return fields, None
            return fields, (file.filename, await file.read())
    except HTTPException:  # not a form, or one that breaks off
        return {}, None
