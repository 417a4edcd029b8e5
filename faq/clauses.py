"""Takes a message apart where a second question may begin."""

import re
from dataclasses import dataclass

_SHORTEST = 3  # words that a question has at least
_FIRM = re.compile(
    r"[?!;\n]+|\.(?=\s|$)|,?\s+(?:còn|với lại|voi lai|đồng thời|dong thoi|ngoài ra|ngoai ra|và|va)\s+"
    r"|,\s*(?:con|mà|ma|rồi|roi|thế|the|vậy|vay)\s+",
    re.IGNORECASE,
)
_COMMA = re.compile(r",\s*")


@dataclass(frozen=True, slots=True)
class Parting:
    before: str
    after: str
    firm: bool
    """False at a mere comma, behind which people seldom ask a second thing."""


def partings(text: str, most: int) -> list[Parting]:
    """Ways to part a text in two, the firm ones first."""
    found: dict[int, Parting] = {}
    for pattern in (_FIRM, _COMMA):
        for border in pattern.finditer(text):
            before, after = text[: border.start()], text[border.end() :]
            if len(before.split()) >= _SHORTEST and len(after.split()) >= _SHORTEST:
                found.setdefault(border.start(), Parting(before, after, pattern is _FIRM))
    return list(found.values())[:most]
