"""What an answer says where a value of the province belongs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq import placeholders

STANDARD = "Hỏi **cán bộ**."
VALUES = {"PHI": "5.000 đồng", "GIO": "7 giờ đến 17 giờ.", "CHUA_CO": None}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Phí là {{PHI}}.", "Phí là 5.000 đồng.", id="a value"),
        pytest.param("Phí là {{ PHI }}.", "Phí là 5.000 đồng.", id="with spaces inside the braces"),
        pytest.param("Phí là {{PHI|Chưa rõ phí.}}.", "Phí là 5.000 đồng.", id="a value that makes its fallback idle"),
        pytest.param("Mở cửa {{GIO}}. Đến sớm.", "Mở cửa 7 giờ đến 17 giờ. Đến sớm.", id="one full stop, not two"),
        pytest.param("Mở cửa {{GIO}}, trừ Chủ nhật.", "Mở cửa 7 giờ đến 17 giờ, trừ Chủ nhật.", id="before a comma"),
        pytest.param("Gọi {{SO}}. Rồi chờ.", "Hỏi **cán bộ**. Rồi chờ.", id="an unset value, the standard instead"),
        pytest.param("Gọi {{CHUA_CO}}. Rồi chờ.", "Hỏi **cán bộ**. Rồi chờ.", id="an empty value counts as unset"),
        pytest.param("Gọi {{SO|Xem trên thẻ.}}. Rồi chờ.", "Xem trên thẻ. Rồi chờ.", id="its own fallback instead"),
        pytest.param("Gọi {{SO|}}.", "Hỏi **cán bộ**.", id="an empty fallback is none"),
        pytest.param("Ra quầy. Gọi {{SO}} trước. Đợi.", "Ra quầy. Hỏi **cán bộ**. Đợi.", id="its sentence only"),
        pytest.param("- Gọi {{SO}}.", "- Hỏi **cán bộ**.", id="a list's mark stays"),
        pytest.param("12. Gọi {{SO|Xem trên thẻ.}}", "12. Xem trên thẻ.", id="a numbered list's mark stays"),
        pytest.param("Gọi {{SO|Xem thẻ. Đừng tìm trên mạng!}}.", "Xem thẻ. Đừng tìm trên mạng!", id="two sentences"),
        pytest.param("**Gọi {{SO|Xem thẻ.}}.** Đợi.", "Xem thẻ. Đợi.", id="bold around it goes with it"),
        pytest.param("**Ra quầy. Gọi {{SO}}.** Đợi.", "**Ra quầy. Hỏi cán bộ.** Đợi.", id="bold that goes on"),
        pytest.param("Gọi {{SO}}. Nhắn {{TIN}}.", "Hỏi **cán bộ**.", id="the standard is said once a line"),
        pytest.param("Gọi {{SO}}.\nNhắn {{TIN}}.", "Hỏi **cán bộ**.\nHỏi **cán bộ**.", id="and again on the next"),
        pytest.param("Phí {{PHI}}, gọi {{SO|Xem thẻ.}}.", "Xem thẻ.", id="one unset value replaces the sentence whole"),
        pytest.param("Không có gì để điền.", "Không có gì để điền.", id="nothing to fill"),
        pytest.param("Viết {{phi}} sai.", "Viết {{phi}} sai.", id="what is no placeholder stays"),
    ],
)
def test_a_text_is_filled(text: str, expected: str) -> None:
    assert placeholders.fill(text, VALUES, STANDARD) == expected


def test_names_come_in_order_and_as_often_as_they_stand_there() -> None:
    assert placeholders.names("{{B}} {{A|câu {khác.}} {{ C }}\n{{B|x}} {{d}}") == ["B", "C", "B"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Gọi {{SO}} hoặc {{TIN|nhắn.}}", []),
        ("Đúng {{SO}}.\n  Gọi {{so}}.  \nGọi {{SO.", [(1, "Gọi {{so}}."), (2, "Gọi {{SO.")]),
        ("Gọi {{SO|một|hai}}.", [(0, "Gọi {{SO|một|hai}}.")]),
        ("Gọi {{SO}}}}.", [(0, "Gọi {{SO}}}}.")]),
        ("Gọi {SO}.", []),
    ],
)
def test_misshapen_placeholders_are_found_with_their_line(text: str, expected: list[tuple[int, str]]) -> None:
    assert list(placeholders.misshapen(text)) == expected


@given(st.text(alphabet="{}|AB a.!*\n-1", max_size=60))
def test_any_text_can_be_filled_and_no_placeholder_is_left(text: str) -> None:
    filled = placeholders.fill(text, {"A": "x"}, "y")

    assert placeholders.names(filled) == []
    assert text.count("\n") <= filled.count("\n") or "|" in text
