"""An entry's answer as it is said: with the province's values, or with what is said instead."""

from datetime import date

from faq import placeholders
from faq.catalog import Catalog
from faq.models import Question

_WAITING = "Thông tin này đang chờ cập nhật: anh/chị bấm **Gặp cán bộ** để hỏi."
_WAITING_MONEY = "Gọi số in sau thẻ hoặc trong ứng dụng chính thức; không tìm số trên mạng."


def render(question: Question, catalog: Catalog) -> str:
    """The answer as Markdown; a sentence whose value is not known is replaced whole."""
    values = {name: value.text for name, value in catalog.values.items()}
    standard = _WAITING_MONEY if question.urgent or question.risk == "money" else _WAITING
    return placeholders.fill(question.answer, values, standard)


def expired(question: Question, on: date) -> bool:
    """True after the last day on which the answer is known to hold."""
    return question.valid_until is not None and on > question.valid_until
