"""The questions that are asked: those of a file, or the FAQ's own."""

import json
from pathlib import Path
from typing import get_args

from bot.benching.figures import Asked, Kind
from faq.catalog import Catalog

_OUTSIDE_ASKED = 4  # every fourth of the FAQ's own out-of-scope questions is asked, and the others are learnt from


class BadQuestions(Exception):
    """A file of questions that can't be used, and why."""


def own(known: Catalog) -> list[Asked]:
    """The FAQ's own tries, and some of the questions that it says it does not answer."""
    tries = [Asked(text, "in", question.id) for question in known.questions for text in question.tries]
    outside = [text for group in known.outside for text in group.questions]
    asked = tries + [Asked(text, "oos") for text in outside[::_OUTSIDE_ASKED]]
    if not asked:
        raise BadQuestions("kho hỏi đáp chưa có câu thử nào ở 'try'; viết thêm, hoặc đưa tệp câu hỏi bằng --questions")
    return asked


def read(path: Path, known: Catalog) -> list[Asked]:
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise BadQuestions(f"{path}: không đọc được tệp ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise BadQuestions(f"{path}: tệp không phải UTF-8; lưu lại bằng mã UTF-8") from error
    asked: list[Asked] = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                asked.append(_asked(line, known))
            except BadQuestions as wrong:
                raise BadQuestions(f"{path}:{number}: {wrong}") from wrong
    if not asked:
        raise BadQuestions(f"{path}: tệp không có câu hỏi nào")
    return asked


def _asked(line: str, known: Catalog) -> Asked:
    try:
        row = json.loads(line)
    except ValueError:
        row = None
    if not isinstance(row, dict):
        raise BadQuestions('mỗi dòng phải là một JSON như {"text": "…", "id": "…", "kind": "in"}')
    text, style = row.get("text"), row.get("style")
    if not isinstance(text, str) or not text.strip():
        raise BadQuestions("thiếu câu hỏi ở 'text'")
    kind = next((kind for kind in get_args(Kind) if kind == row.get("kind")), None)
    if kind is None:
        raise BadQuestions("'kind' phải là in, multi, oos hoặc smalltalk")
    id_ = _entry(row, "id", known) if kind in ("in", "multi") else None
    also = _entry(row, "also", known) if kind == "multi" else None
    return Asked(text, kind, id_, also, style if isinstance(style, str) else "")


def _entry(row: dict[str, object], key: str, known: Catalog) -> str:
    id_ = row.get(key)
    if not isinstance(id_, str):
        raise BadQuestions(f"thiếu mã của mục ở {key!r}")
    if known.question(id_) is None:
        raise BadQuestions(f"kho hỏi đáp không có mục {id_!r}")
    return id_
