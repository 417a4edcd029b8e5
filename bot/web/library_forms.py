"""What stands in the forms of the FAQ, and what of it goes into the files."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import date

from faq.models import ID_LENGTH
from faq.text import fold
from faq.yamlfile import Plain
from handlers.guard import clean

ALSO = "also-"
"""Before a unit's id in the name of its box."""
LISTS = ("variants", "try", "near", "related", "source")
ENTRY = ("question", "variants", "try", "answer", "unit", "near", "slots", "risk", "urgent", "related", "source")
ENTRY_DATES = ("reviewed", "valid_until")
VALUE = ("text", "source", "meaning", "owner")
VALUE_DATES = ("checked", "valid_until")
_YES = {"true", "yes", "on", "y", "t", "1"}  # as the models read it
_BULLET = re.compile(r"^(?:[-–—•●*+]|\d{1,2}[.)])\s+")
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")

Typed = dict[str, str]


def entry_typed(fields: Mapping[str, Plain]) -> Typed:
    """What an entry's form shows of it."""
    typed = {name: _shown(fields.get(name)) for name in (*ENTRY, *ENTRY_DATES)}
    typed["urgent"] = "on" if typed["urgent"].lower() in _YES else ""
    also = fields.get("also_units")
    return typed | {f"{ALSO}{unit}": "on" for unit in (also if isinstance(also, list) else ()) if isinstance(unit, str)}


def value_typed(fields: Mapping[str, Plain]) -> Typed:
    return {name: _shown(fields.get(name)) for name in (*VALUE, *VALUE_DATES)}


def entry_fields(typed: Mapping[str, str]) -> dict[str, Plain]:
    """What a form's contents say of an entry; what is left empty is None."""
    fields: dict[str, Plain] = {name: _line(typed.get(name, "")) or None for name in ("question", "unit", "risk")}
    fields |= {name: _listed(typed.get(name, ""), bullets=name in ("variants", "try")) or None for name in LISTS}
    source = fields["source"]
    fields["source"] = source[0] if isinstance(source, list) and len(source) == 1 else source
    fields["answer"] = _block(typed.get("answer", "")) or None
    also: list[Plain] = [name.removeprefix(ALSO) for name in typed if name.startswith(ALSO) and typed[name]]
    fields["also_units"] = also or None
    fields["slots"] = _slots(typed.get("slots", "")) or None
    fields["urgent"] = "true" if typed.get("urgent") else None
    return fields | {name: _day(typed.get(name, "")) or None for name in ENTRY_DATES}


def value_fields(typed: Mapping[str, str]) -> dict[str, Plain]:
    fields: dict[str, Plain] = {name: _line(typed.get(name, "")) or None for name in VALUE if name in typed}
    return fields | {name: _day(typed.get(name, "")) or None for name in VALUE_DATES}


def entry_changes(was: Mapping[str, Plain], typed: Mapping[str, str]) -> dict[str, Plain]:
    """Only what somebody changed: a form gives everything back, tidier than some hand may have written it."""
    before, now = (entry_fields(each) for each in (entry_typed(was), typed))
    return {name: value for name, value in now.items() if _unordered(name, value) != _unordered(name, before[name])}


def value_changes(was: Mapping[str, Plain], typed: Mapping[str, str]) -> dict[str, Plain]:
    before = value_fields(value_typed(was))
    return {name: value for name, value in value_fields(typed).items() if value != before[name]}


def stamp(fields: Mapping[str, Plain]) -> str:
    """Another one for other contents: it tells whether somebody changed them while a form was open."""
    return hashlib.sha256(json.dumps(dict(fields), sort_keys=True).encode()).hexdigest()[:24]


def id_from(question: str, known: Sequence[str]) -> str:
    """An id for a new entry, made of its question."""
    words = re.findall(r"[a-z0-9]+", fold(question))
    made = ""
    for word in words:
        if len(made) + len(word) + 1 > ID_LENGTH - 3:
            break
        made = f"{made}-{word}" if made else word
    numbered = (made if number == 1 else f"{made}-{number}" for number in range(1, len(known) + 2))
    return next(id_ for id_ in numbered if id_ not in known) if made else ""


def as_text(typed: Mapping[str, str]) -> str:
    """All that was typed, to be copied by somebody whose form can't be taken."""
    kept = [text for name, text in typed.items() if name not in ("token", "stamp", "draft", "key") and text.strip()]
    return "\n\n".join(kept)


def _unordered(name: str, value: Plain) -> Plain:
    """Boxes come in the page's order, whichever the file has."""
    return sorted(value, key=str) if name == "also_units" and isinstance(value, list) else value


def _shown(value: Plain) -> str:
    match value:
        case list():
            return "\n".join(_shown(item) for item in value)
        case dict():
            return "\n".join(f"{key}: {_shown(item)}" for key, item in value.items())
        case None:
            return ""
        case _:
            return value.strip("\n")


def _line(text: str) -> str:
    return " ".join(clean(text).split())


def _listed(text: str, *, bullets: bool) -> list[Plain]:
    """One a line; marks in front, as people copy them from elsewhere, are no part of a question."""
    lines = [_line(line) for line in clean(text).split("\n")]
    if bullets:
        lines = [_BULLET.sub("", line) for line in lines]
    return [line for line in lines if line]


def _block(text: str) -> str:
    return "\n".join(line.expandtabs(2).rstrip() for line in clean(text).split("\n")).strip("\n")


def _slots(text: str) -> dict[str, Plain]:
    pairs = (line.partition(":") for line in clean(text).split("\n") if line.strip())
    return {key.strip(): value.strip() for key, _, value in pairs}


def _day(text: str) -> str:
    """A date as the files want it; day first, as people here write it, is understood."""
    text = text.strip()
    if (found := _DAY.fullmatch(text)) is not None:
        try:
            return date(int(found[3]), int(found[2]), int(found[1])).isoformat()
        except ValueError:
            return text
    return text
