"""Turns templates into pages, with the addresses of static files that change when their content does."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from bot.web import context

HERE = Path(__file__).parent

_versions = {
    path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    for path in (HERE / "static").iterdir()
    if path.is_file()
}
_templates = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def static(name: str) -> str:
    """Where a browser finds a static file; another content is another address, so that it may be kept for long."""
    return f"/static/{_versions[name]}/{name}"


_templates.globals["static"] = static


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:  # noqa: ANN401 - whatever the template shows
    """A page made from a template; `demo` is known in all of them."""
    made = _templates.get_template(template).render(demo=context.of(request).demo, **values)
    return HTMLResponse(made, status_code=status, headers={"Cache-Control": "no-store"})


def refused(request: Request, status: int, why: str = "", *, headers: Mapping[str, str] | None = None) -> Response:
    """Says in plain words that it can't be done: as a page, or to a script of ours; `why` is a key of `said.html`."""
    texts = cast("dict[str, str]", _templates.get_template("said.html").make_module().__dict__["said"])
    said = texts.get(why or str(status), texts["500" if status >= 500 else "400"])
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"loi": said}, status, {"Cache-Control": "no-store", **(headers or {})})
    made = page(request, "error.html", status, said=said)
    made.headers.update(headers or {})
    return made
