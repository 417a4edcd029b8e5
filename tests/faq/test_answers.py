"""An entry's answer as it is said."""

from datetime import date
from typing import Any

import pytest

from faq import answers
from faq.catalog import Catalog
from faq.models import Question, Topic, Value

WAITING = "Thông tin này đang chờ cập nhật: anh/chị bấm **Gặp cán bộ** để hỏi."
MONEY = "Gọi số in sau thẻ hoặc trong ứng dụng chính thức; không tìm số trên mạng."


def entry(answer: str, **fields: Any) -> Question:  # noqa: ANN401 - whatever the model takes
    return Question(id="tong-dai", question="Gọi số nào?", answer=answer, **fields)


def holding(question: Question, text: str | None) -> Catalog:
    value = Value(name="SO", meaning="Số tổng đài", owner="vnpt", text=text)
    topic = Topic(topic="ho-tro", name="Hỗ trợ", unit="so-tttt", questions=(question,))
    return Catalog(topics=(topic,), values={"SO": value})


def test_a_known_value_is_put_into_the_answer() -> None:
    question = entry("Gọi {{SO|Xem trên thẻ.}}.")

    assert answers.render(question, holding(question, "1800 0000")) == "Gọi 1800 0000."


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({}, WAITING, id="an ordinary entry sends to a person"),
        pytest.param({"risk": "identity"}, WAITING, id="one on papers too"),
        pytest.param({"risk": "money"}, MONEY, id="one on money says what helps at once"),
        pytest.param({"urgent": True}, MONEY, id="one in danger too"),
    ],
)
def test_an_unknown_value_is_replaced_by_what_fits_the_entry(fields: dict[str, Any], expected: str) -> None:
    question = entry("Gọi {{SO}}.", **fields)

    assert answers.render(question, holding(question, None)) == expected


def test_an_entrys_own_fallback_comes_before_the_standard_one() -> None:
    question = entry("Gọi {{SO|Ra bưu điện gần nhất.}}. Mang căn cước.", urgent=True)

    assert answers.render(question, holding(question, None)) == "Ra bưu điện gần nhất. Mang căn cước."


@pytest.mark.parametrize(
    ("on", "expected"), [(date(2027, 6, 29), False), (date(2027, 6, 30), False), (date(2027, 7, 1), True)]
)
def test_an_answer_holds_through_its_last_day(on: date, expected: bool) -> None:
    assert answers.expired(entry("Có.", valid_until=date(2027, 6, 30)), on) == expected


def test_an_answer_without_a_last_day_holds_for_ever() -> None:
    assert not answers.expired(entry("Có."), date.max)
