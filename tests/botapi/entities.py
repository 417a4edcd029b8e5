"""Formatted text as Telegram takes it: HTML mode to characters and entities, and back to what a person sees.

The rules and the words of the errors are those of Telegram's own parser (td, MessageEntity.cpp).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from tests.botapi.errors import BadRequest

TEXT_LENGTH = 4096
CAPTION_LENGTH = 1024

Entity = dict[str, Any]

_TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}
_TAGS = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "spoiler": "tg-spoiler",
}
_REFERENCE = re.compile(r"&(#x[0-9a-fA-F]+|#[0-9]+|lt|gt|amp|quot);?")
_SPACE = " \t\r\n\0\v"
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}


@dataclass(frozen=True, slots=True)
class Formatted:
    text: str
    entities: tuple[Entity, ...] = ()

    @property
    def html(self) -> str:
        """In HTML with one spelling for each kind of mark."""
        return to_html(self.text, self.entities)


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def formatted(text: str, parse_mode: str = "", entities: list[Entity] | None = None) -> Formatted:
    """What a message of this text holds: parsed, without blanks at its ends; raises `BadRequest`."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadRequest("strings must be encoded in UTF-8") from None
    match parse_mode.lower():
        case "":
            given = Formatted(text, tuple(entities or ()))
        case "html":
            given = parse_html(text)
        case _:  # Telegram has Markdown too; this server's bot writes HTML only
            raise BadRequest("unsupported parse_mode")
    return _with_links(_trimmed(given))


def parse_html(text: str) -> Formatted:
    """Raises `BadRequest` with Telegram's words."""
    return _Parser(text).parse()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text + "\0"  # as in Telegram's parser: an end that is no sign of any tag
        self._end = len(text)
        self._at = 0
        self._result: list[str] = []
        self._length = 0
        self._open: list[tuple[str, str, int]] = []
        self._entities: list[Entity] = []

    def parse(self) -> Formatted:
        text = self._text
        while self._at < self._end:
            sign = text[self._at]
            if sign == "&":
                self._add(self._reference())
            elif sign != "<":
                following = next((n for n in range(self._at, self._end) if text[n] in "<&"), self._end)
                self._add(text[self._at : following])
                self._at = following
            elif text[self._at + 1] == "/":
                self._close_tag()
            else:
                self._open_tag()
        if self._open:
            raise self._fault(f'Can\'t find end tag corresponding to start tag "{self._open[-1][0]}"')
        # The one that began first comes first; of those that began together, the longer.
        self._entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
        return Formatted("".join(self._result), tuple(self._entities))

    def _add(self, words: str) -> None:
        self._result.append(words)
        self._length += utf16(words)

    def _reference(self) -> str:
        """What stands for `&…;`; an unknown name stands for itself."""
        found = _REFERENCE.match(self._text, self._at)
        if found is None:
            self._at += 1
            return "&"
        name = found[1]
        if name in _NAMED:
            meant = _NAMED[name]
        else:
            number = int(name[2:], 16) if name[1] == "x" else int(name[1:])
            if not 0 < number < 0x110000 or 0xD800 <= number < 0xE000:
                self._at += 1
                return "&"
            meant = chr(number)
        self._at = found.end()
        return meant

    def _open_tag(self) -> None:
        begin, text = self._at, self._text
        at = begin + 1
        while text[at] not in _SPACE and text[at] != ">":
            at += 1
        self._at = at
        self._still_open(begin)
        name = text[begin + 1 : at].lower()
        if name not in _TYPES:
            raise self._fault(f'Unsupported start tag "{name}" at byte offset {self._byte(begin)}')
        argument = ""
        while text[self._at] != ">":
            self._skip_blanks()
            self._still_open(begin)
            if text[self._at] == ">":
                break
            key, value = self._attribute(name, begin)
            if (name, key) in (("a", "href"), ("tg-emoji", "emoji-id"), ("tg-time", "unix")):
                argument = value
            elif (name, key) == ("code", "class") and value.startswith("language-"):
                argument = value.removeprefix("language-")
            elif (name, key) == ("span", "class"):
                argument = value.removeprefix("tg-") if value.startswith("tg-") else ""
        if name == "span" and argument != "spoiler":
            raise self._fault(f'Tag "span" must have class "tg-spoiler" at byte offset {self._byte(begin)}')
        self._open.append((name, argument, self._length))
        self._at += 1

    def _attribute(self, tag: str, begin: int) -> tuple[str, str]:
        text, start = self._text, self._at
        while text[self._at] not in _SPACE + "=>/\"'":
            self._at += 1
        key = text[start : self._at].lower()
        if not key:
            raise self._fault(f'Empty attribute name in the tag "{tag}" at byte offset {self._byte(begin)}')
        self._skip_blanks()
        self._still_open(begin)
        if text[self._at] != "=":
            return key, ""
        self._at += 1
        self._skip_blanks()
        self._still_open(begin)
        quote = text[self._at]
        if quote not in "\"'":
            token = self._at
            while text[self._at].isascii() and (text[self._at].isalnum() or text[self._at] in ".-"):
                self._at += 1
            if text[self._at] not in _SPACE + ">":
                raise self._fault(f"Unexpected end of name token at byte offset {self._byte(token)}")
            return key, text[token : self._at].lower()
        self._at += 1
        value: list[str] = []
        while text[self._at] != quote and self._at < self._end:
            if text[self._at] == "&":
                value.append(self._reference())
            else:
                value.append(text[self._at])
                self._at += 1
        self._still_open(begin)
        self._at += 1
        self._still_open(begin)
        return key, "".join(value)

    def _close_tag(self) -> None:
        begin, text = self._at, self._text
        if not self._open:
            raise self._fault(f"Unexpected end tag at byte offset {self._byte(begin)}")
        at = begin + 2
        while text[at] not in _SPACE and text[at] != ">":
            at += 1
        named = text[begin + 2 : at].lower()
        self._at = at
        self._skip_blanks()
        if text[self._at] != ">":
            raise self._fault(f"Unclosed end tag at byte offset {self._byte(begin)}")
        tag, argument, offset = self._open.pop()
        if named not in ("", tag):
            raise self._fault(
                f'Unmatched end tag at byte offset {self._byte(begin)}, expected "</{tag}>", found "</{named}>"'
            )
        self._at += 1
        if self._length > offset:
            entity: Entity = {"type": _TYPES[tag], "offset": offset, "length": self._length - offset}
            if tag == "a":
                if not re.match(r"(https?|tg|ton)://\S", argument):
                    return  # Telegram shows the words and no link
                entity["url"] = argument
            elif tag == "tg-emoji":
                entity["custom_emoji_id"] = argument
            elif tag == "tg-time":
                entity["unix_time"] = int(argument or 0)
            elif tag == "code" and argument:
                entity["language"] = argument
            self._entities.append(entity)

    def _skip_blanks(self) -> None:
        while self._at < self._end and self._text[self._at] in _SPACE:
            self._at += 1

    def _still_open(self, begin: int) -> None:
        if self._at >= self._end:
            raise self._fault(f"Unclosed start tag at byte offset {self._byte(begin)}")

    def _byte(self, position: int) -> int:
        return len(self._text[:position].encode())

    def _fault(self, words: str) -> BadRequest:
        return BadRequest(f"can't parse entities: {words}")


def _trimmed(given: Formatted) -> Formatted:
    text = given.text.replace("\r", "")
    if text == text.strip() == given.text:
        return given
    cut = utf16(text) - utf16(text.lstrip())
    left = text.strip()
    length = utf16(left)
    kept = []
    for entity in given.entities:
        begin = max(0, entity["offset"] - cut)
        end = min(length, entity["offset"] + entity["length"] - cut)
        if end > begin:
            kept.append(entity | {"offset": begin, "length": end - begin})
    return Formatted(left, tuple(kept))


_FOUND = re.compile(
    r"(?P<url>https?://[^\s<>\"]+[^\s<>\".,:;!?)])"
    r"|(?P<bot_command>(?<![\w/<>])/\w{1,64}(?:@\w{3,32})?(?![\w/]))"
    r"|(?P<mention>(?<![\w.])@\w{3,32}\b)"
    r"|(?P<hashtag>(?<!\w)#\w*[^\W\d]\w*)"
)


def _with_links(given: Formatted) -> Formatted:
    """Telegram finds addresses, commands and mentions by itself."""
    found = []
    for at in _FOUND.finditer(given.text):
        offset, length = utf16(given.text[: at.start()]), utf16(at[0])
        inside_another = any(
            e["offset"] < offset + length and offset < e["offset"] + e["length"]
            for e in given.entities
            if e["type"] in ("text_link", "code", "pre", "text_mention")
        )
        if not inside_another:
            found.append({"type": str(at.lastgroup), "offset": offset, "length": length})
    if not found:
        return given
    return Formatted(given.text, tuple(sorted([*given.entities, *found], key=lambda e: (e["offset"], -e["length"]))))


def to_html(text: str, entities: tuple[Entity, ...]) -> str:
    """The text with its marks, each kind in one spelling; what Telegram finds by itself is not marked."""
    marked = [e for e in entities if e["type"] in _TAGS or e["type"] == "text_link"]
    if not marked:
        return escape(text, quote=False)
    units = text.encode("utf-16-le")

    def between(begin: int, end: int) -> str:
        return escape(units[2 * begin : 2 * end].decode("utf-16-le", "replace"), quote=False)

    def render(begin: int, end: int, inner: list[Entity]) -> Iterator[str]:
        at = begin
        while inner:
            first, *rest = inner
            last = min(first["offset"] + first["length"], end)
            within = [e for e in rest if e["offset"] < last]
            inner = rest[len(within) :]
            yield between(at, first["offset"])
            tag = _TAGS.get(first["type"], "a")
            start = f'<a href="{escape(first["url"])}">' if tag == "a" else f"<{tag}>"
            yield f"{start}{''.join(render(first['offset'], last, within))}</{tag}>"
            at = last
        yield between(at, end)

    return "".join(render(0, len(units) // 2, marked))
