"""What can be chosen: the values of buttons, the numbers in front of them, and what people type instead."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from handlers import texts
from handlers.guard import fold
from handlers.replies import NO_NUMBER, Choice

_ANSWERS = ("good", "bad", "pick", "none", "human", "open", "photo", "erase", "add", "new", "place", "cancel")
ONCE = frozenset((*_ANSWERS, "close", "reopen", "give", "send"))
"""Verbs whose buttons are used up once one of them was pressed; the others lead somewhere as often as one likes."""

PAGE = 8  # numbers 1 to 8; 9 and 0 mean the same everywhere
MORE, HUMAN = 9, 0


@dataclass(frozen=True, slots=True)
class Option:
    """Something to offer, before it has a number."""

    label: str
    value: str


def listed(options: Sequence[Option], *, page: int = 0, more: str = "", human: str = "human") -> tuple[Choice, ...]:
    """One page of the options with their numbers, then "9" for the next page and "0" for a person.

    `more` is the value that shows page n+1 without its last argument; `human` is empty where no person is offered.
    """
    start = page * PAGE
    choices = [Choice(o.label, o.value, n) for n, o in enumerate(options[start : start + PAGE], start=1)]
    if more and len(options) > start + PAGE:
        choices.append(Choice(texts.MORE, f"{more}:{page + 1}", MORE))
    if human:
        choices.append(Choice(texts.HUMAN, human, HUMAN))
    return tuple(choices)


def unnumbered(options: Sequence[Option]) -> tuple[Choice, ...]:
    """All of the options, only to be pressed: a number typed by somebody who is shown them means something else."""
    return tuple(Choice(option.label, option.value, NO_NUMBER) for option in options)


def remembered(choices: Sequence[Choice]) -> list[str]:
    """What a conversation keeps of a list, so that a number or a label typed later still means the same."""
    return [f"{c.number}\t{c.value}\t{c.label}" for c in choices]


def recalled(kept: Sequence[str]) -> tuple[Choice, ...]:
    """The list that `remembered` kept."""
    return tuple(Choice(label, value, int(written)) for written, value, label in (item.split("\t", 2) for item in kept))


_WORDS = {
    "một": 1,
    "hai": 2,
    "ba": 3,
    "bốn": 4,
    "tư": 4,
    "năm": 5,
    "sáu": 6,
    "bảy": 7,
    "bẩy": 7,
    "tám": 8,
    "chín": 9,
    "không": 0,
}
_NUMBER = re.compile(
    r"^(?:(?:số|so|chọn|chon|câu|cau|ý|mục|muc|phím|phim|bấm|bam|cái|cai)\s+)*(?:thứ\s+|thu\s+)?"
    r"(\d|một|hai|ba|bốn|tư|năm|sáu|bảy|bẩy|tám|chín)(?:\s+(?:ạ|a|nhé|nhe|em|nha))?$"
)
_BARE_WORDS = {
    "năm",
    "ba",
    "không",
    "tư",
}  # "ba" is a father, "năm" a year: as numbers only with "số" or "câu" before them


def number(text: str) -> int | None:
    """The number that the whole text is: `2`, `2.`, `(2)`, `２`, `2️⃣`, `số 2`, `câu hai`; None if it says more."""
    plain = unicodedata.normalize("NFKC", text).replace("\u20e3", "").replace("\ufe0f", "")
    plain = plain.strip().strip(".,:;!?()[]#\"'").strip().lower()
    found = _NUMBER.match(plain)
    if not found or plain in _BARE_WORDS:
        return None
    word = found[1]
    return _WORDS[word] if word in _WORDS else int(word)


def named(choices: Sequence[Choice], text: str) -> str | None:
    """The value of the choice that the whole text names, by its number or its label; None if it names none."""
    typed, label = number(text), _plain(text)
    return next((c.value for c in choices if c.number == typed or _plain(c.label) == label), None)


def _plain(text: str) -> str:
    return " ".join(fold(text).split())


def parse(value: str) -> tuple[str, tuple[str, ...]]:
    """Verb and arguments of a pressed value; garbage gives a verb that nobody knows."""
    verb, *arguments = value.split(":")
    return verb, tuple(arguments)


def integer(arguments: Sequence[str], position: int = 0) -> int | None:
    """An id among the arguments, or None if there is none: what comes back from a button is a claim."""
    if position >= len(arguments):
        return None
    word = arguments[position]
    return int(word) if word.isascii() and word.isdigit() and len(word) <= 15 else None
