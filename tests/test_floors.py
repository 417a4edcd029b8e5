"""Imports point down only: the rule that keeps what decides apart from what sends."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "bot": {"bot", "handlers", "faq", "storage"},
    "handlers": {"handlers", "faq", "storage"},
    "faq": {"faq"},
    "storage": {"storage"},
}
ONLY_IN = {
    "telegram": {"bot"},
    "httpx": {"bot"},
    "starlette": {"bot"},
    "uvicorn": {"bot"},
    "jinja2": {"bot"},
    "markdown_it": {"bot"},
    "structlog": {"bot"},
    "sqlalchemy": {"storage"},
    "alembic": {"storage"},
    "rapidfuzz": {"faq"},
    "yaml": {"faq", "bot"},
}


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """The first name of each import of a file, wherever in the file it stands, and its line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name.split(".")[0], node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are written out in full"
            yield (node.module or "").split(".")[0], node.lineno


def arrows_up(floor: str, source: Path) -> list[str]:
    return [
        f"{source.relative_to(ROOT)}:{line}: {floor} imports {name}"
        for name, line in imports(source)
        if (name in MAY_IMPORT and name not in MAY_IMPORT[floor]) or floor not in ONLY_IN.get(name, {floor})
    ]


@pytest.mark.parametrize("floor", MAY_IMPORT)
def test_imports_point_down(floor: str) -> None:
    sources = list((ROOT / floor).rglob("*.py"))

    found = [arrow for source in sources for arrow in arrows_up(floor, source)]

    assert sources
    assert found == []


def test_an_import_inside_a_function_is_seen(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text("def late() -> None:\n    from handlers import texts\n    import sqlalchemy\n", encoding="utf-8")

    assert list(imports(wrong)) == [("handlers", 2), ("sqlalchemy", 3)]


def test_no_module_of_a_floor_is_named_for_nothing() -> None:
    vague = {"utils", "common", "core", "manager", "helpers", "misc"}

    found = [path for floor in MAY_IMPORT for path in (ROOT / floor).rglob("*.py") if path.stem in vague]

    assert found == []
