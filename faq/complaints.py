"""Says in Vietnamese what a model found wrong in a file, and how to mend it."""

from collections.abc import Iterator
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
        where = _place(detail["loc"], yaml)
        fault = Fault(file, yaml.line(where, key=detail["type"] == "extra_forbidden"), _say(detail, where, model))
        if fault not in seen:
            seen.add(fault)
            yield fault


def _place(loc: tuple[int | str, ...], yaml: YamlFile) -> Where:
    """Where it stands in the file; the models' own steps, such as "[key]", are left out."""
    where: Where = ()
    for step in loc:
        if step != "[key]":
            where = (*where, step)
    return where


def _say(detail: ErrorDetails, where: Where, model: type[BaseModel]) -> str:
    name = next((step for step in reversed(where) if isinstance(step, str)), "")
    field = f"'{name}'" if name else "tệp"
    context: dict[str, Any] = detail.get("ctx", {})
    value = detail["input"]
    match detail["type"]:
        case "missing":
            return f"thiếu {field}; thêm dòng '{name}: …'"
        case "extra_forbidden":
            return f"không có trường {field}{_instead(name, where, model)}"
        case _ if value is None:
            return f"{field} để trống; viết nội dung vào, hoặc bỏ dòng này nếu không bắt buộc"
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
            return f"{field} phải là một ngày có thật, viết năm-tháng-ngày như 2026-11-24; đang là '{_short(value)}'"
        case _:
            return f"{field} không đúng: '{_short(value)}'"


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


def _spelling(name: str, field: str, value: Any) -> str:
    if name == "name":
        return f"{field} chỉ gồm chữ hoa không dấu, số và gạch dưới, như BIEU_PHI; đang là '{_short(value)}'"
    return f"{field} chỉ gồm chữ thường không dấu, số và gạch nối, như atm-mem-phi; đang là '{_short(value)}'"


def _kind(value: Any) -> str:
    return "danh sách" if isinstance(value, list) else "một câu chữ"


def _short(value: Any) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= 40 else text[:40] + "…"
