"""Recognises the communes and wards of the province by the names that people give them."""

import re
from collections.abc import Iterable

from faq.models import Place
from faq.text import fold

_AROUND = frozenset({"xa", "phuong", "thi", "tran", "thon", "ban", "o", "tai", "ben", "day", "cu", "cua", "la", "nha",
                     "a", "nhe", "toi", "em", "anh", "chi", "chau", "bac", "minh"})  # fmt: skip
"""What people write around the name when they are asked where they live."""


def plain(name: str) -> str:
    """A name without diacritics, signs and capitals."""
    return " ".join(re.findall(r"\w+", fold(name)))


def named(places: Iterable[Place], text: str) -> tuple[Place, ...]:
    """The places that the text means, if it says little more than where somebody lives.

    Several share a name, as communes of before 2025 and of today do; then all of them are given.
    """
    words = plain(text).split()
    found = [place for place in places if any(_says_only(words, plain(name).split()) for name in _names(place))]
    return tuple(found)


def _names(place: Place) -> tuple[str, ...]:
    return (place.name, *place.old_names)


def _says_only(words: list[str], name: list[str]) -> bool:
    for start in range(len(words) - len(name) + 1):
        if words[start : start + len(name)] == name:
            return _AROUND.issuperset(words[:start] + words[start + len(name) :])
    return False
