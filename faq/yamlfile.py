"""Reads one YAML file that people wrote by hand, keeping the line of everything in it.

Only what such a file needs: texts, lists and mappings. A date or `yes` stays the text that was typed (the models know
what they want), in NFC. Anchors, tags and further documents are faults, which also keeps files out that are made to
exhaust the reader.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import yaml

from faq import yamlsyntax
from faq.faults import Fault

LARGEST = 4_000_000  # bytes; the whole FAQ is under one million
_DEEPEST = 20
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_ZIP = b"PK\x03\x04"  # documents of Word and Excel are such archives
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
"""What no editor shows; some of them also end a line for YAML and for nobody else."""
_EMPTY = {"", "~", "null", "Null", "NULL"}
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # the one in C is ten times as fast; not every platform has it
_NO_TAG = {None, "!", "tag:yaml.org,2002:str"}

Plain: TypeAlias = str | list["Plain"] | dict[str, "Plain"] | None
Where: TypeAlias = tuple[str | int, ...]
"""Where something stands in a file: keys and, from 0, numbers in lists."""


@dataclass(slots=True)
class YamlFile:
    """What a file says, and on which line each part of it says so."""

    content: Plain
    source: str
    keys: dict[Where, int] = field(default_factory=dict)
    values: dict[Where, int] = field(default_factory=dict)

    def line(self, where: Where, *, key: bool = False) -> int:
        """The line of a part; of what it would stand in, if it is not there."""
        if key and where in self.keys:
            return self.keys[where]
        while where not in self.values:
            if not where:
                return 1
            where = where[:-1]
        return self.values[where]

    def line_within(self, where: Where, text: str, number: int) -> int:
        """The line of line `number`, from 0, of a text that stands there, maybe as a block behind a `|`."""
        start = self.line(where)
        wanted = text.split("\n")[number].strip()
        lines = self.source.split("\n")
        for at in range(start - 1, min(len(lines), start + number + 3)):
            if wanted and wanted in unicodedata.normalize("NFC", lines[at]):
                return at + 1
        return start


class Unreadable(Exception):
    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(faults)
        self.faults = faults


def read(path: Path) -> tuple[YamlFile, list[Fault]]:
    """The file and the faults that did not keep it from being read; `Unreadable` with those that did."""
    return parse(path.name, _text(path))


def parse(file: str, source: str) -> tuple[YamlFile, list[Fault]]:
    """What a text says that stands, or is to stand, in a file of that name; as `read`."""
    reader = _Reader(file, source)
    content = reader.document()
    return YamlFile(content, source, reader.keys, reader.values), reader.faults


def _text(path: Path) -> str:
    def stop(what: str, line: int = 0) -> Unreadable:
        return Unreadable([Fault(path.name, line, what)])

    try:
        if not path.is_file():
            raise stop("không phải là một tệp; chuyển nó ra khỏi thư mục này")
        if path.stat().st_size > LARGEST:
            raise stop(f"tệp lớn quá {LARGEST // 1_000_000} MB; chia thành nhiều tệp, mỗi chủ đề một tệp")
        raw = path.read_bytes()
    except OSError as error:
        raise stop(f"không đọc được tệp ({error.strerror}); xem lại quyền đọc của tệp") from None
    if raw.startswith(_UTF_16) or raw[1:64:2].count(0) > 16 or raw[0:64:2].count(0) > 16:
        raise stop("tệp đang ở bảng mã UTF-16; lưu lại với bảng mã (Encoding) UTF-8", 1)
    if raw.startswith(_ZIP):
        raise stop("đây là tệp Word, Excel hoặc tệp nén, không phải tệp chữ; chép nội dung sang một tệp .yaml", 1)
    if b"\0" in raw:
        line = raw[: raw.index(b"\0")].count(b"\n") + 1
        raise stop("đây không phải tệp chữ (có byte 0); lưu lại thành tệp văn bản với bảng mã UTF-8", line)
    try:
        source = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        if error.reason == "unexpected end of data":
            raise stop("tệp bị cắt giữa chừng ở dòng này; chép lại tệp, hoặc viết tiếp cho đủ rồi lưu", line) from None
        raise stop(
            "dòng này có chữ không thuộc bảng mã UTF-8; lưu lại với bảng mã (Encoding) UTF-8. Nếu gõ bằng phông .Vn…"
            " (TCVN3) hay VNI thì chuyển sang Unicode trước, bằng mục Chuyển mã của Unikey",
            line,
        ) from None
    if found := _CONTROL.search(source):
        line = source.count("\n", 0, found.start()) + 1
        raise stop(f"có ký tự điều khiển không nhìn thấy (U+{ord(found[0]):04X}); xoá dòng này và gõ lại", line)
    return source.replace("\r\n", "\n").replace("\r", "\n")


class _Reader:
    """Makes plain content of YAML's events, which come one by one and can be refused before they are expanded."""

    def __init__(self, file: str, source: str) -> None:
        self._file = file
        self._source = source
        self._events: Iterator[yaml.Event] = iter(yaml.parse(source, Loader=_LOADER))
        self.faults: list[Fault] = []
        self.keys: dict[Where, int] = {}
        self.values: dict[Where, int] = {}

    def document(self) -> Plain:
        try:
            self._next()  # the stream
            if isinstance(self._next(), yaml.StreamEndEvent):
                raise self._stop("tệp trống; viết nội dung vào hoặc xoá tệp", 1)
            content = self._node(self._next(), ())
            self._next()  # the document's end
            if not isinstance(following := self._next(), yaml.StreamEndEvent):
                raise self._stop(
                    "dòng '---' mở một tài liệu thứ hai; mỗi tệp chỉ có một, bỏ dòng này", _line(following)
                )
        except yaml.YAMLError as error:
            raise self._broken(error) from None
        if content is None:
            raise self._stop("tệp trống; viết nội dung vào hoặc xoá tệp", 1)
        return content

    def _next(self) -> yaml.Event:
        return next(self._events)

    def _stop(self, what: str, line: int) -> Unreadable:
        return Unreadable([*self.faults, Fault(self._file, line, what)])

    def _node(self, event: yaml.Event, where: Where) -> Plain:
        line = _line(event)
        self.values[where] = line
        if len(where) > _DEEPEST:
            raise self._stop("các mục lồng nhau quá sâu; xem lại khoảng thụt đầu dòng", line)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise self._stop("dấu & hoặc * ở đầu câu là ký hiệu riêng của YAML; đặt cả câu trong dấu ngoặc kép", line)
        if getattr(event, "tag", None) not in _NO_TAG:
            raise self._stop("dấu ! ở đầu câu là ký hiệu riêng của YAML; đặt cả câu trong dấu ngoặc kép", line)
        match event:
            case yaml.ScalarEvent(value=str() as text, style=style):
                return None if text in _EMPTY and style in (None, "") else unicodedata.normalize("NFC", text)
            case yaml.SequenceStartEvent():
                return self._sequence(where)
            case _:
                return self._mapping(where)

    def _sequence(self, where: Where) -> Plain:
        items: list[Plain] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            items.append(self._node(event, (*where, len(items))))
        return items

    def _mapping(self, where: Where) -> Plain:
        content: dict[str, Plain] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            line = _line(event)
            if not isinstance(event, yaml.ScalarEvent):
                what = "tên trường phải là một từ; nếu đây là câu bắt đầu bằng { hoặc [ thì đặt trong dấu ngoặc kép"
                raise self._stop(what, line)
            key = self._node(event, (*where, "?")) or ""
            assert isinstance(key, str)  # noqa: S101 - a scalar gives nothing else
            here = (*where, key)
            first = self.keys.get(here)
            value = self._node(self._next(), here if first is None else (*where, "?"))
            if first is not None:
                what = f"trường '{key}' viết hai lần (lần đầu ở dòng {first}); gộp lại hoặc bỏ một"
                self.faults.append(Fault(self._file, line, what))
                continue
            self.keys[here] = line
            content[key] = value
        return content

    def _broken(self, error: yaml.YAMLError) -> Unreadable:
        line, what = yamlsyntax.explain(error, self._source)
        return self._stop(what, line)


def _line(event: yaml.Event) -> int:
    mark = getattr(event, "start_mark", None)
    return mark.line + 1 if mark is not None else 1
