"""What the pages of the FAQ share: its files, its checks, and what stands on every one of them."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from bot.library import Library
from bot.web import pages, staff
from bot.web.context import WebContext
from bot.web.library_checks import LibraryChecks
from bot.web.staff import Visitor
from faq import catalog as catalogs
from faq.catalog import Catalog
from faq.editing import (
    Change,
    Editing,
    EntryAdded,
    EntryChanged,
    EntryRemoved,
    FileReplaced,
    Undone,
    ValueAdded,
    ValueChanged,
)
from storage import people


@dataclass(frozen=True, slots=True)
class Shelf:
    ctx: WebContext
    library: Library
    editing: Editing
    checks: LibraryChecks

    @property
    def catalog(self) -> Catalog:
        return self.library.knowledge().catalog

    @property
    def is_ours(self) -> bool:
        """False for the content that comes with the program, which an upgrade would write over."""
        return self.library.folder.resolve() != catalogs.SHIPPED.resolve()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.ctx.settings.timezone)

    @property
    def today(self) -> date:
        return self.ctx.clock().astimezone(self.zone).date()

    def page(self, request: Request, visitor: Visitor, template: str, status: int = 200, **values: Any) -> Response:  # noqa: ANN401 - whatever the template shows
        return pages.page(
            request,
            template,
            status,
            visitor=visitor,
            unit_names=[self.ctx.desk.unit_name(unit) for unit in sorted(visitor.units)],
            unit_name=self.ctx.desk.unit_name,
            zone=self.zone,
            is_ours=self.is_ours,
            rejected=self.library.faults,
            new_key=staff.new_key,
            **values,
        )

    def title(self, change: Change) -> str:
        """What a change is about, in a few words."""
        match change.edit:
            case EntryChanged(id=id_):
                return f"Sửa mục “{self._question(id_)}”"
            case EntryAdded(fields=fields):
                return f"Thêm mục “{fields.get('question', '')}”"
            case EntryRemoved(id=id_):
                return f"Xoá mục “{self._question(id_)}”"
            case ValueChanged(name=name) | ValueAdded(fields={"name": str() as name}):
                value = self.catalog.values.get(name)
                return f"Giá trị “{value.meaning if value else name}”"
            case FileReplaced(file=file):
                return f"Thay tệp {file}"
            case Undone(change=undone):
                earlier = self.editing.find(undone)
                return f"Hoàn lại: {self.title(earlier)}" if earlier is not None else "Hoàn lại một bản sửa"
            case _:
                return "Sửa kho hỏi đáp"

    async def names(self) -> dict[int, str]:
        """Who works here, by id."""
        async with self.ctx.database.read() as session:
            return {each.person.id: each.person.name for each in await people.staff(session)}

    def _question(self, id_: str) -> str:
        found = self.catalog.question(id_)
        return found.question if found else id_


def shelf(ctx: WebContext) -> Shelf | None:
    if ctx.library is None:
        return None
    editing = Editing(ctx.library.folder, ctx.settings.faq_history)
    checks = LibraryChecks(ctx.library, editing, ctx.checks, ctx.settings.local, ctx.settings.matching)
    return Shelf(ctx, ctx.library, editing, checks)
