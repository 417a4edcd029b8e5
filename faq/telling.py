"""Tells siblings apart: entries that differ in one key, by the question that separates them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from faq.models import Question, SlotWording


@dataclass(frozen=True, slots=True)
class Separation:
    """The question to ask, and what each of the entries is called in it."""

    ask: str
    labels: tuple[str, ...]


def separate(entries: Sequence[Question], wordings: Mapping[str, SlotWording]) -> Separation | None:
    """How these entries are told apart by one question; None if they are no siblings or nothing says how.

    Siblings name one another as near, have a key in common, and each another value of it.
    """
    if len(entries) < 2 or not _are_near(entries):
        return None
    for key in entries[0].slots:
        wording = wordings.get(key)
        values = [entry.slots.get(key) for entry in entries]
        if wording is None or len(set(values)) < len(values):
            continue
        said = [wording.values[value] for value in values if value is not None and value in wording.values]
        if len(said) == len(entries):
            return Separation(
                wording.ask.replace("{}", _either(said)), tuple(label[0].upper() + label[1:] for label in said)
            )
    return None


def unsaid(entries: Iterable[Question], wordings: Mapping[str, SlotWording]) -> dict[str, tuple[str, str]]:
    """By entry: a key and its value that no wording says, so that it can't be asked for."""
    return {
        entry.id: (key, value)
        for entry in entries
        for key, value in entry.slots.items()
        if key not in wordings or value not in wordings[key].values
    }


def _are_near(entries: Sequence[Question]) -> bool:
    return all(
        one.id in other.near or other.id in one.near for n, one in enumerate(entries) for other in entries[n + 1 :]
    )


def _either(said: Sequence[str]) -> str:
    return f"{', '.join(said[:-1])} hay {said[-1]}"
