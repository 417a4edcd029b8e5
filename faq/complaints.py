"""Says in Vietnamese what a model found wrong in a file, and how to mend it."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from rapidfuzz import fuzz, process

from faq.faults import Fault
from faq.yamlfile import Where, YamlFile

_CLOSE = 70  # a field name this alike is a slip of the keys


def of(error: ValidationError, model: type[BaseModel], file: str, yaml: YamlFile) -> Iterator[Fault]:
    """The faults of a file, in its order, each once."""
    seen: set[Fault] = set()
    for detail in error.errors(include_url=False):
        if detail["type"] == "too_short" and detail["input"]:
            continue  # the items are there, but wrong, which is said of each
        where = _place(detail["loc"])
        line = yaml.line(where, key=detail["type"] == "extra_forbidden")
        fault = Fault(file, line, _say(detail, where, model, yaml.source.split("\n")[line - 1]))
        if fault not in seen:
            seen.add(fault)
            yield fault


def _place(loc: tuple[int | str, ...]) -> Where:
    """Where it stands in the file; the models' own steps, such as "[key]", are left out."""
    where: Where = ()
    for step in loc:
        if step != "[key]":
            where = (*where, step)
    return where


def _say(detail: ErrorDetails, where: Where, model: type[BaseModel], typed: str) -> str:
    name = next((step for step in reversed(where) if isinstance(step, str)), "")
    field = f"'{name}'" if name else "tệp"
    context: dict[str, Any] = detail.get("ctx", {})
    value = detail["input"]
    match detail["type"]:
        case "missing":
            return f"{_whose(value) if len(where) > 1 else ''}thiếu {field}; thêm dòng '{name}: …'"
        case "extra_forbidden":
            return f"không có trường {field}{_instead(name, where, model)}"
        case _ if value is None and re.search(r"[:-] +#", typed):
            return f"{field} để trống vì chữ sau dấu # là ghi chú; đặt cả câu trong dấu ngoặc kép"
        case _ if value is None:
            return f"{field} để trống; viết nội dung vào, hoặc bỏ dòng này nếu không bắt buộc"
        case "string_type" if isinstance(value, dict):
            if any("{" in str(key) or inner is None for key, inner in value.items()):
                return f"{field} bắt đầu bằng dấu {{ hoặc ?, là ký hiệu riêng của YAML; đặt cả câu trong dấu ngoặc kép"
            return f"{field} phải là một câu chữ; nếu trong câu có dấu hai chấm thì đặt cả câu trong dấu ngoặc kép"
        case "string_type":
            return (
                f"{field} phải là một câu chữ, không phải danh sách; bỏ dấu gạch đầu dòng, hoặc đặt trong dấu ngoặc kép"
            )
        case "string_too_short":
            return f"{field} để trống; viết nội dung vào"
        case "string_too_long":
            return f"{field} dài quá {context['max_length']} chữ; viết ngắn lại"
        case "string_pattern_mismatch":
            return _spelling(name, field, value)
        case "tuple_type" | "list_type" if isinstance(value, str) and re.match(r"[-–—•●+*]\S|[–—•●]", value):
            return f"{field} phải là danh sách: đầu mỗi dòng là '- ', tức dấu gạch nối rồi một dấu cách"
        case "tuple_type" | "list_type":
            return f"{field} phải là danh sách: mỗi ý một dòng, bắt đầu bằng '- '"
        case "too_short":
            return f"{field} chưa có mục nào; thêm ít nhất một mục"
        case "dict_type" | "model_type" | "model_attributes_type":
            return f"{field} phải gồm các dòng 'tên: nội dung'; ở đây đang là {_kind(value)}"
        case "literal_error":
            return f"{field} chỉ nhận {context['expected'].replace(' or ', ' hoặc ')}; đang là '{_short(value)}'"
        case "bool_parsing" | "bool_type":
            return f"{field} chỉ nhận true hoặc false; đang là '{_short(value)}'"
        case "int_parsing" | "int_type":
            return f"{field} phải là một số; đang là '{_short(value)}'"
        case "day" | "date_from_datetime_parsing" | "date_parsing":
            right = _as_day(str(value)) or "năm-tháng-ngày như 2026-11-24"
            return f"{field} phải là một ngày có thật, viết {right}; đang là '{_short(value)}'"
        case _:
            return f"{field} không đúng: '{_short(value)}'"


def _whose(value: object) -> str:
    """Names the entry in which something is missing, where it has a name."""
    named = value.get("id") or value.get("name") if isinstance(value, dict) else None
    return f"mục '{_short(named)}' " if isinstance(named, str) else ""


def _as_day(typed: str) -> str | None:
    """A date that is written as people say it, day first, in the form that the files want."""
    found = re.fullmatch(r"\s*(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\s*", typed)
    try:
        return date(int(found[3]), int(found[2]), int(found[1])).isoformat() if found else None
    except ValueError:
        return None


def _instead(name: str, where: Where, model: type[BaseModel]) -> str:
    known = _fields(where[:-1], model)
    close = process.extractOne(name.lower(), known, scorer=fuzz.ratio, score_cutoff=_CLOSE)
    if close:
        return f"; có phải '{close[0]}'?"
    return f"; các trường dùng được: {', '.join(known)}" if known else ""


def _fields(where: Where, model: type[BaseModel]) -> list[str]:
    """The names that may stand at a place of a file."""
    for step in where:
        if isinstance(step, str):
            inner = next((i for n, i in model.model_fields.items() if (i.alias or n) == step), None)
            nested = [arg for arg in getattr(inner and inner.annotation, "__args__", ()) if isinstance(arg, type)]
            found = next((arg for arg in nested if issubclass(arg, BaseModel)), None)
            if found is None:
                return []
            model = found
    return [info.alias or name for name, info in model.model_fields.items()]


def _spelling(name: str, field: str, value: object) -> str:
    if name == "name":
        return f"{field} chỉ gồm chữ hoa không dấu, số và gạch dưới, như BIEU_PHI; đang là '{_short(value)}'"
    return f"{field} chỉ gồm chữ thường không dấu, số và gạch nối, như atm-mem-phi; đang là '{_short(value)}'"


def _kind(value: object) -> str:
    return "danh sách" if isinstance(value, list) else "một câu chữ"


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= 40 else text[:40] + "…"
