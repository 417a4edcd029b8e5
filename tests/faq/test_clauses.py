"""Where a second question may begin."""

import pytest

from faq.clauses import Parting, partings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Phí bao nhiêu vậy? Mấy giờ mở cửa?",
            [Parting("Phí bao nhiêu vậy", " Mấy giờ mở cửa?", firm=True)],
        ),
        (
            "rút tiền thế nào, còn gửi thì sao ạ",
            [Parting("rút tiền thế nào", "gửi thì sao ạ", firm=True)],
        ),
        (
            "phai mang giay to gi va lam nhung buoc nao",
            [Parting("phai mang giay to gi", "lam nhung buoc nao", firm=True)],
        ),
        (
            "đóng gói cho khỏi dập, tiền ship ai trả",
            [Parting("đóng gói cho khỏi dập", "tiền ship ai trả", firm=False)],
        ),
        ("rút tiền, gửi tiền", []),
        ("rút tiền ở điểm ATM mềm thế nào", []),
        ("", []),
    ],
)
def test_a_text_is_parted_where_both_sides_may_be_questions(text: str, expected: list[Parting]) -> None:
    assert partings(text, 6) == expected


def test_only_so_many_places_are_looked_at() -> None:
    assert len(partings("một hai ba; " * 50, 6)) == 6
