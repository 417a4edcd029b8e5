"""What is masked in a message, and what is left alone because it is something else."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.guard import ACCOUNT, CARD, CITIZEN, MASKS, OTP, PIN, guard


@pytest.mark.parametrize(
    ("text", "kind", "secret"),
    [
        ("mã OTP là 123456", OTP, "123456"),
        ("ma otp la 482 913 giup toi", OTP, "482 913"),
        ("482913", OTP, "482913"),
        ("482913 la ma OTP cua ban", OTP, "482913"),
        ("mã xác nhận về máy: 8472", OTP, "8472"),
        ("mã 6 số 847261", OTP, "847261"),
        ("ma otb 112233", OTP, "112233"),
        ("pin 2580", PIN, "2580"),
        ("mk 6 so 258036", PIN, "258036"),
        ("mật khẩu là abc123", PIN, "abc123"),
        ("mật khẩu ví của mẹ em là Lan1960 nhé", PIN, "Lan1960"),
        ("pass: langson2020", PIN, "langson2020"),
        ("thẻ 4111 1111 1111 1111 bị khoá", CARD, "4111 1111 1111 1111"),
        ("the 5500-0000-0000-0004", CARD, "5500-0000-0000-0004"),
        ("cccd 020085001234", CITIZEN, "020085001234"),
        ("020085001234", CITIZEN, "020085001234"),
        ("cmnd cua toi 082012345", CITIZEN, "082012345"),
        ("stk 0912345678 vcb", ACCOUNT, "0912345678"),
        ("số tài khoản: 123456789", ACCOUNT, "123456789"),
        ("tài khoản vietcombank 0071000123456", ACCOUNT, "0071000123456"),
        ("o\u200btp 123456", OTP, "123456"),
        ("OTP phiếu 482193", OTP, "482193"),
        ("phiếu 482193 otp", OTP, "482193"),
    ],
)
def test_a_secret_is_masked(text: str, kind: str, secret: str) -> None:
    guarded = guard(text)

    assert guarded.kinds == (kind,)
    assert secret not in guarded.text
    assert MASKS[kind] in guarded.text


@pytest.mark.parametrize(
    "text",
    [
        "không nhận được otp khi chuyển 500000 đồng",
        "gọi 18001091 lấy otp",
        "otp từ đầu số 9191 không về",
        "mật khẩu là gì",
        "quên mật khẩu số 0912345678",
        "chuyển 2000000 vào tài khoản rồi",
        "rút 1500000 ở tk",
        "tài khoản viettel money 0982345678 bị khoá",
        "số điện thoại tôi 0912345678",
        "mã hồ sơ H37.12.2-241101-0001",
        "otp 5 phút chưa về",
        "phiếu số 12",
        "mã 482193",
        "Mã số: 482193",
        "ma 482193 a",
        "#482193",
        "phiếu 482193",
        "phieu hoi so 482193 den dau roi",
        "số phiếu 482193",
        "mã câu hỏi 482193",
        "năm 2026 có gì mới",
    ],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert guard(text).text == text


def test_several_secrets_are_each_masked_and_named_once() -> None:
    guarded = guard("stk 123456789, otp 123456, otp 654321")

    assert guarded.text == f"stk {MASKS[ACCOUNT]}, otp {MASKS[OTP]}, otp {MASKS[OTP]}"
    assert guarded.kinds == (OTP, ACCOUNT)


def test_what_cannot_be_seen_is_taken_out() -> None:
    assert guard("rút\x00 tiền\u202e ở\u200b đâu\r\n?").text == "rút tiền ở đâu\n?"


@given(st.text(max_size=400))
def test_any_text_is_guarded_once_and_for_all(text: str) -> None:
    once = guard(text)

    assert guard(once.text).text == once.text
    assert unicodedata.is_normalized("NFC", once.text)


@given(st.integers(min_value=0, max_value=999999))
def test_no_code_after_otp_gets_through(code: int) -> None:
    assert f"{code:06}" not in guard(f"em nhận được otp {code:06} rồi ạ").text
