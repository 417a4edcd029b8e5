"""Changes one thing in the text of a FAQ file, and leaves every other sign of it as it was typed."""

import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString, SingleQuotedScalarString

from faq.yamlfile import Plain, Unreadable, Where, parse

_ENDLESS = 2**31  # a line is as long as it was typed
_BARE = re.compile(r"\d{4}-\d{2}-\d{2}|true|false")
_BARE_FIELDS = {"urgent", "whole", "reviewed", "checked", "valid_until"}
"""Their values are no texts, so they stand without quotes."""
_BLOCK_FIELDS = {"answer"}
_LINE_FIELDS = {"also_units", "near", "related", "source"}
"""Their lists are short and stand in one line, unless they hold more than names."""
_WORD = re.compile(r"[\w./:-]+")

_Splice: TypeAlias = tuple[int, int, str]
"""From and to which sign of the text, and what stands there instead."""


class Unchangeable(Exception):
    """The text can't be changed there; the message says why, in Vietnamese."""


def change(source: str, where: Where, fields: Mapping[str, Plain], order: Sequence[str], *, blank: bool = False) -> str:
    """The text with other contents of some fields of one mapping; None takes a field out, or leaves it `blank`.

    A field that is new comes to its place in the `order` of fields. What has the same contents stays as it was typed,
    down to each line of a list.
    """
    source, root = _composed(source)
    node = _at(root, where)
    if not isinstance(node, MappingNode):
        raise Unchangeable("chỗ cần sửa không còn gồm các dòng 'tên: nội dung'")
    wanted = dict(_content(node))
    wanted.update(fields)
    if node.flow_style:
        changed = _spliced(source, [_in_line(source, node, lambda inner: _set(inner, node, fields, blank=blank))])
    else:
        splices = [
            splice
            for name in sorted(fields, key=lambda name: order.index(name) if name in order else len(order))
            for splice in _field(source, node, name, fields[name], order, blank=blank)
        ]
        changed = _spliced(source, splices)
    return _proved(changed, source, where, wanted)


def add(source: str, where: Where, item: Mapping[str, Plain]) -> str:
    """The text with one more mapping at the end of a list."""
    source, root = _composed(source)
    node = _at(root, where)
    if not isinstance(node, SequenceNode):
        raise Unchangeable(f"không tìm thấy danh sách '{where[-1] if where else ''}' trong tệp")
    kept: dict[str, Plain] = {name: value for name, value in item.items() if value is not None}
    if node.flow_style or not node.value:
        changed = _spliced(source, [_in_line(source, node, lambda inner: inner.append(_flow(kept)))])
    else:
        column = node.start_mark.column
        text = _indented("".join(_written(name, value) for name, value in kept.items()), column + 2)
        is_apart = any(_gap(source, one, other) for one, other in zip(node.value, node.value[1:], strict=False))
        text = f"{' ' * column}- {text.lstrip(' ')}"
        at = _next_line(source, _end(source, node.value[-1]))
        changed = _spliced(source, [(at, at, f"\n{text}" if is_apart else text)])
    return _proved(changed, source, (*where, len(node.value)), kept)


def remove(source: str, where: Where) -> str:
    """The text without one item of a list; notes above it stay."""
    source, root = _composed(source)
    node, number = _at(root, where[:-1]), where[-1]
    if not isinstance(node, SequenceNode) or not isinstance(number, int) or number >= len(node.value):
        raise Unchangeable("mục cần xoá không còn trong tệp")
    if node.flow_style:
        return _spliced(source, [_in_line(source, node, lambda inner: inner.pop(number))])
    item = node.value[number]
    start, stop = _line_start(source, _dash(source, item)), _next_line(source, _end(source, item))
    if len(node.value) == 1:  # a list of nothing must say so
        return _spliced(source, [(start, stop, " " * node.start_mark.column + "[]\n")])
    if source[:start].endswith(("\n\n", "\n\r\n")) and re.match(r"\r?\n", source[stop:]):
        stop = _next_line(source, stop)
    return _spliced(source, [(start, stop, "")])


# --- reading ---


def _composed(source: str) -> tuple[str, Node]:
    try:
        root = YAML().compose(source)
    except YAMLError:
        raise Unchangeable("tệp đang có lỗi YAML; sửa lỗi ấy trước") from None
    if root is None:
        raise Unchangeable("tệp đang trống")
    return source if source.endswith("\n") else f"{source}\n", root


def _at(node: Node, where: Where) -> Node | None:
    for step in where:
        match node:
            case SequenceNode() if isinstance(step, int) and step < len(node.value):
                node = node.value[step]
            case MappingNode():
                found = [value for key, value in node.value if key.value == step]
                if not found:
                    return None
                node = found[0]
            case _:
                return None
    return node


def _content(node: Node) -> Any:  # noqa: ANN401 - a mapping gives a mapping, which its callers know
    match node:
        case ScalarNode():
            is_nothing = node.style in (None, "") and node.value in ("", "~", "null", "Null", "NULL")
            return None if is_nothing else unicodedata.normalize("NFC", node.value)
        case SequenceNode():
            return [_content(item) for item in node.value]
        case _:
            return {key.value: _content(value) for key, value in node.value}


def _same(one: Plain, other: Plain) -> bool:
    """True if the models would read the same: blanks around a text don't count."""
    match one, other:
        case str(), str():
            return one.strip() == other.strip()
        case list(), list():
            return len(one) == len(other) and all(map(_same, one, other))
        case dict(), dict():
            return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
        case _:
            return one == other


def _proved(changed: str, source: str, where: Where, wanted: Mapping[str, Plain]) -> str:
    """The changed text, which must say what was wanted and nothing else that it did not say before."""
    try:
        before, after = parse("", source)[0].content, parse("", changed)[0].content
    except Unreadable:
        raise Unchangeable("không ghi được thay đổi này vào tệp mà không làm hỏng tệp") from None
    if not _same(_without(after, where), _without(before, where)) or not _same(
        {name: value for name, value in _inner(after, where).items() if value is not None},
        {name: value for name, value in wanted.items() if value is not None},
    ):
        raise Unchangeable("tệp viết theo cách khác thường nên không sửa được ở đây")
    return changed


def _inner(content: Plain, where: Where) -> dict[str, Plain]:
    inner: Any = content
    for step in where:
        inner = inner[step]
    return dict(inner)


def _without(content: Plain, where: Where) -> Plain:
    if not where:
        return None
    step, *rest = where
    if isinstance(content, dict) and isinstance(step, str):
        return {key: _without(value, tuple(rest)) if key == step else value for key, value in content.items()}
    if isinstance(content, list) and isinstance(step, int):
        return [
            _without(value, tuple(rest)) if number == step else value
            for number, value in enumerate(content)
            if rest or number != step
        ]
    return content


# --- places in the text ---


def _end(source: str, node: Node) -> int:
    """Behind the last sign of it, before what stands behind it on its last line."""
    match node:
        case ScalarNode() if node.style in ("|", ">"):
            at = len(source[: node.end_mark.index].rstrip())
            return _line_end(source, max(at, node.start_mark.index))
        case SequenceNode() | MappingNode() if not node.flow_style and node.value:
            last = node.value[-1]
            return _end(source, last[1] if isinstance(last, tuple) else last)
        case _:
            return int(node.end_mark.index)


def _line_start(source: str, at: int) -> int:
    return source.rfind("\n", 0, at) + 1


def _line_end(source: str, at: int) -> int:
    end = source.find("\n", at)
    return end - 1 if source[end - 1] == "\r" and end > at else end


def _next_line(source: str, at: int) -> int:
    return source.find("\n", at) + 1


def _dash(source: str, item: Node) -> int:
    return source.rindex("-", 0, item.start_mark.index)


def _gap(source: str, one: Node, other: Node) -> bool:
    return "\n\n" in source[_end(source, one) : other.start_mark.index].replace("\r", "")


# --- changing ---


def _spliced(source: str, splices: Iterable[_Splice]) -> str:
    newline = "\r\n" if "\r\n" in source else "\n"
    pieces: list[str] = []
    done = 0
    for start, stop, text in sorted(splices, key=lambda splice: splice[:2]):
        pieces += [source[done:start], text.replace("\n", newline)]
        done = stop
    return "".join([*pieces, source[done:]])


def _field(
    source: str, node: MappingNode, name: str, new: Plain, order: Sequence[str], *, blank: bool
) -> Iterator[_Splice]:
    found = next(((key, value) for key, value in node.value if key.value == name), None)
    if found is None:
        if new is not None:
            yield _inserted(source, node, name, new, order)
        return
    key, value = found
    if _same(_content(value), new):
        return
    if new is None and not blank:
        yield _taken_out(source, node, key, value)
    elif isinstance(new, list) and new and _is_plain_list(value):
        yield from _items(source, value, [str(item) for item in new])
    else:
        if isinstance(value, SequenceNode) and not value.flow_style and isinstance(new, list) and new:
            text = f"{name}:\n" + "".join(f"  - {_scalar(str(item))}\n" for item in new)
        else:
            text = _written(name, new)
        start, stop = key.start_mark.index, _end(source, value)
        text = _indented(text, key.start_mark.column).lstrip(" ").rstrip("\n")
        yield start, stop if "\n" not in text else _line_end(source, stop), text


def _inserted(source: str, node: MappingNode, name: str, new: Plain, order: Sequence[str]) -> _Splice:
    place = order.index(name)
    earlier = [value for key, value in node.value if key.value in order[:place]]
    text = _indented(_written(name, new), node.value[0][0].start_mark.column)
    after = earlier[-1] if earlier else node.value[0][1]
    at = _next_line(source, _end(source, after))
    return at, at, text


def _taken_out(source: str, node: MappingNode, key: Node, value: Node) -> _Splice:
    start, stop = _line_start(source, key.start_mark.index), _next_line(source, _end(source, value))
    if source[start : key.start_mark.index].strip():  # behind the dash of a list, where the next field moves up
        following = next((k for k, _ in node.value if k.start_mark.index > key.start_mark.index), None)
        if following is None:
            raise Unchangeable(f"không bỏ được trường '{key.value}' vì mục này không còn gì khác")
        return key.start_mark.index, following.start_mark.index, ""
    return start, stop, ""


def _is_plain_list(node: Node) -> bool:
    return (
        isinstance(node, SequenceNode)
        and not node.flow_style
        and bool(node.value)
        and all(isinstance(item, ScalarNode) for item in node.value)
    )


def _items(source: str, node: SequenceNode, new: Sequence[str]) -> Iterator[_Splice]:
    """Only the lines of a list that are others now; each keeps what is noted behind it."""
    old = node.value
    indent = " " * node.start_mark.column
    was = [str(_content(item) or "").strip() for item in old]
    matcher = SequenceMatcher(None, was, [text.strip() for text in new], autojunk=False)
    for kind, i, i_stop, j, j_stop in matcher.get_opcodes():
        if kind == "equal":
            continue
        both = min(i_stop - i, j_stop - j)
        for item, text in zip(old[i : i + both], new[j : j + both], strict=True):
            written = _scalar(text)
            stop = _end(source, item)
            is_noted = "#" in text or item.style in ("|", ">")
            yield item.start_mark.index, _line_end(source, stop) if is_noted else stop, written
        for item in old[i + both : i_stop]:
            yield _line_start(source, _dash(source, item)), _next_line(source, _end(source, item)), ""
        if j + both < j_stop:
            before = i + both
            at = (
                _next_line(source, _end(source, old[before - 1]))
                if before
                else _line_start(source, _dash(source, old[0]))
            )
            yield at, at, "".join(f"{indent}- {_scalar(text)}\n" for text in new[j + both : j_stop])


def _in_line(source: str, node: Node, edit: Callable[[Any], object]) -> _Splice:
    """A part that is written in { } or [ ], written again as a whole."""
    start, stop = node.start_mark.index, node.end_mark.index
    try:
        inner = _writer().load(source[start:stop])
    except YAMLError:
        raise Unchangeable("tệp viết theo cách khác thường nên không sửa được ở đây") from None
    edit(inner)
    return start, stop, _dumped(inner).rstrip("\n")


def _set(inner: CommentedMap, node: MappingNode, fields: Mapping[str, Plain], *, blank: bool) -> None:
    was = _content(node)
    for name, value in fields.items():
        if name in was and _same(was[name], value):
            continue
        if value is None and not blank:
            inner.pop(name, None)
        elif value is not None or name in inner:
            is_bare = isinstance(value, str) and name in _BARE_FIELDS and _BARE.fullmatch(value)
            inner[name] = _writer().load(str(value)) if is_bare else _flow(value)


# --- writing ---


class _Representer(RoundTripRepresenter):
    """Writes a value that is not known as people find it in the files."""


_Representer.add_representer(
    type(None), lambda representer, _: representer.represent_scalar("tag:yaml.org,2002:null", "null")
)


def _writer() -> YAML:
    yaml = YAML()
    yaml.Representer = _Representer
    yaml.width = _ENDLESS
    yaml.preserve_quotes = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _dumped(content: object) -> str:
    out = io.StringIO()
    _writer().dump(content, out)
    return out.getvalue()


def _scalar(text: str) -> str:
    """A text as it stands behind a dash, in quotes only where it needs them."""
    return _dumped([text]).strip().removeprefix("- ")


def _written(name: str, value: Plain) -> str:
    if isinstance(value, str) and name in _BARE_FIELDS and _BARE.fullmatch(value):
        return f"{name}: {value}\n"
    is_block = isinstance(value, str) and name in _BLOCK_FIELDS and value.strip()
    if is_block and not str(value).lstrip("\n").startswith("\t"):  # a block may not begin with a tab
        return _dumped({name: LiteralScalarString(str(value).strip("\n") + "\n")})
    is_short = isinstance(value, list) and name in _LINE_FIELDS and all(_WORD.fullmatch(str(item)) for item in value)
    if isinstance(value, dict) or is_short:
        return _dumped({name: _flow(value)})
    return _dumped({name: value})


def _flow(value: Plain) -> object:
    match value:
        case dict():
            mapping = CommentedMap({key: _flow(inner) for key, inner in value.items()})
            mapping.fa.set_flow_style()
            return mapping
        case list():
            sequence = CommentedSeq([_flow(inner) for inner in value])
            sequence.fa.set_flow_style()
            return sequence
        case str() if value.startswith("?"):  # what the writer takes for harmless, and readers for a key
            return SingleQuotedScalarString(value)
        case str() if "\n" in value:
            return DoubleQuotedScalarString(value)
        case _:
            return value


def _indented(text: str, column: int) -> str:
    return "\n".join(f"{' ' * column}{line}" if line.strip() else line for line in text.split("\n"))
