"""What people say they do not ask."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq import negation


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("gửi vào chứ không phải rút ra, ở ATM mềm làm sao", "gửi vào , ở ATM mềm làm sao"),
        ("gui vao chu ko phai rut ra, o atm mem lam sao", "gui vao , o atm mem lam sao"),
        ("không hỏi rút tối đa, hỏi mất bao nhiêu tiền phí", ", hỏi mất bao nhiêu tiền phí"),
        ("Không phải đổi máy, máy cũ bị mất rồi", ", máy cũ bị mất rồi"),
        ("chưa cần chỉ cách tải đâu, nó gồm những phần nào", ", nó gồm những phần nào"),
        ("không phải lỗi mạng mà cửa khẩu số bị lỗi, gọi ai", "mà cửa khẩu số bị lỗi, gọi ai"),
        ("địa chỉ thì biết rồi, chỉ hỏi giờ mở cửa", ", chỉ hỏi giờ mở cửa"),
        ("tối đa mấy triệu một lượt, phí thì tôi rõ rồi", "tối đa mấy triệu một lượt,"),
    ],
)
def test_it_is_left_out(text: str, rest: str) -> None:
    assert " ".join(negation.without(text).split()) == rest


@pytest.mark.parametrize(
    "text",
    [
        "rút tiền có phải trả phí không",
        "người bán không phải nộp thuế thì khai thế nào",
        "không nhận được mã",
        "app không vào được",
        "không phải",
        "chứ không phải rút",
        "tôi không biết cách cài",
        "",
    ],
)
def test_other_negations_stay(text: str) -> None:
    assert negation.without(text) == text


@given(st.text(max_size=200))
def test_no_text_raises(text: str) -> None:
    assert len(negation.without(text)) <= len(text) * 4
