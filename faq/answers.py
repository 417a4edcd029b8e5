"""An entry's answer as it is said: with the province's values, or with what is said instead."""

from datetime import date

from faq import placeholders
from faq.catalog import Catalog
from faq.models import Question

_WAITING = "Thông tin này đang chờ cập nhật: anh/chị bấm **Gặp cán bộ** để hỏi."
_WAITING_MONEY = "Gọi số in sau thẻ hoặc trong ứng dụng chính thức; không tìm số trên mạng."


LISTED = 8
"""So many lines of a list are said; more could not be read in a chat."""


def render(question: Question, catalog: Catalog, commune: str = "") -> str:
    """The answer as Markdown; a sentence whose value is not known is replaced whole.

    What differs by commune is said for the one named.
    """
    values = {name: value.text or _listed(catalog, name, commune) for name, value in catalog.values.items()}
    standard = _WAITING_MONEY if question.urgent or question.risk == "money" else _WAITING
    return placeholders.fill(question.answer, values, standard)


def waiting(catalog: Catalog) -> dict[str, tuple[Question, ...]]:
    """By a value's name, the entries whose answers use it: of every value, and of names that are no value."""
    found: dict[str, tuple[Question, ...]] = dict.fromkeys(catalog.values, ())
    for question in catalog.questions:
        for name in dict.fromkeys(placeholders.names(question.answer)):
            found[name] = (*found.get(name, ()), question)
    return found


def differs_by_commune(question: Question, catalog: Catalog) -> bool:
    """True if the answer says more to somebody whose commune is known."""
    waiting = placeholders.names(question.answer)
    return any(name in catalog.lists and not catalog.values[name].text and catalog.lists[name] for name in waiting)


def _listed(catalog: Catalog, name: str, commune: str) -> str | None:
    lines = catalog.lists.get(name, {}).get(commune, ())
    return "; ".join(lines[:LISTED]) or None


def expired(question: Question, on: date) -> bool:
    """True after the last day on which the answer is known to hold."""
    return question.valid_until is not None and on > question.valid_until
