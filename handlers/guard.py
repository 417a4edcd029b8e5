"""Masks secrets and numbers of people in what somebody typed, before it is stored or shown to anyone.

What a number is follows from the words around it: six digits after "OTP" are a code, after "chuyển" they are money.
Where that is unclear it masks: a code masked in vain is typed again, a code passed on is gone.
"""

import re
import unicodedata
from dataclasses import dataclass

import phonenumbers
from stdnum import luhn

OTP, PIN, CARD, CITIZEN, ACCOUNT = "otp", "pin", "card", "citizen", "account"

MASKS = {
    OTP: "[mã OTP đã che]",
    PIN: "[mật khẩu đã che]",
    CARD: "[số thẻ đã che]",
    CITIZEN: "[số căn cước đã che]",
    ACCOUNT: "[số tài khoản đã che]",
}

_GAP = r"[ .\-\u00a0]?"  # how people space out long numbers
_DIGITS = re.compile(rf"(?<!\w)(?<!\w[./\-])\d(?:{_GAP}\d){{3,22}}(?![\w])")
_CARD_STARTS = ("3", "4", "5", "6", "9704")  # JCB and Amex, Visa, Mastercard, UnionPay, Napas
_PROVINCES = 96  # citizen numbers begin with a province's code from 001 to 096 (Circular 59/2021/TT-BCA)

# All contexts are read without diacritics.
_OTP_BEFORE = re.compile(r"\b(otp|otb|ma (xac (nhan|thuc|minh)|6 so|sau so|bi mat|tin nhan|kich hoat))\b")
_OTP_AFTER = re.compile(r"^\W{0,3}(la |day la )?(ma |so )?(otp|xac (nhan|thuc))\b")
_PIN_BEFORE = re.compile(r"\b(pin|mat khau|mat ma|passcode|password|pass|mk)\b")
_CITIZEN_BEFORE = re.compile(r"\b(can cuoc|cccd|cmnd|cmt|chung minh( thu| nhan dan)?|so dinh danh|ho chieu)\b")
_ACCOUNT_BEFORE = re.compile(r"\b(stk|so (tai khoan|tk)|tai khoan so|tk so)\b")
_ACCOUNT_PERHAPS = re.compile(r"\b(tai khoan|tk|ngan hang|chuyen khoan|ck|\w+bank)\b")
_NOT_A_CODE_BEFORE = re.compile(
    r"\b(dau so|tong dai|hotline|goi|nam|ngay|thang|so dien thoai|sdt|luc|hon|khoang|gia)\W*$"
)
_OURS_BEFORE = re.compile(r"\b(phieu( hoi)?( so)?|so phieu( hoi)?|ma (phieu( hoi)?|cau hoi))\W*$")
_MONEY_AFTER = re.compile(r"^ ?(d|dong|vnd|k|nghin|ngan|tram|trieu|tr|usd|te)\b")
_SPELT_PASSWORD = re.compile(
    r"(?i)(\b(?:mật khẩu|mat khau|mật mã|password|passcode|pass|mk)\b(?:\s+\w+){0,5}?\s*(?:là|la|:|=)\s*)"
    r"(?!gì\b|gi\b|sao\b|thế\b|the\b|bao\b|j\b|chưa\b|đúng\b|sai\b|không\b|của\b)(\S*\d\S*)"
)
_CONTEXT = 40  # characters before a number in which a word about it counts


@dataclass(frozen=True, slots=True)
class Guarded:
    text: str
    """NFC, without control and zero-width characters, secrets replaced by words in brackets."""
    kinds: tuple[str, ...]
    """What was masked, each kind once, in the order of `MASKS`."""


def clean(text: str) -> str:
    """The text in NFC, without what can't be seen: control, zero-width and direction characters, lone surrogates."""
    kept = (
        c if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co"} or c == "\u200d" else ""
        for c in text.replace("\r\n", "\n").replace("\r", "\n")
    )
    return unicodedata.normalize("NFC", "".join(kept)).strip()


def guard(text: str) -> Guarded:
    """Never raises, whatever the text."""
    seen = clean(text)
    found: set[str] = set()

    def spelt(m: re.Match[str]) -> str:
        found.add(PIN)
        return m[1] + MASKS[PIN]

    seen = _SPELT_PASSWORD.sub(spelt, seen)
    pieces: list[str] = []
    end = 0
    for m in _DIGITS.finditer(seen):
        kind = _kind(
            m[0],
            seen[max(0, m.start() - _CONTEXT) : m.start()],
            seen[m.end() : m.end() + _CONTEXT],
            m[0] == seen,
        )
        if kind is None:
            continue
        found.add(kind)
        pieces += (seen[end : m.start()], MASKS[kind])
        end = m.end()
    pieces.append(seen[end:])
    return Guarded("".join(pieces), tuple(kind for kind in MASKS if kind in found))


def _kind(number: str, before: str, after: str, alone: bool) -> str | None:
    digits = "".join(str(unicodedata.digit(c)) for c in number if c.isdigit())
    before, after = fold(before), fold(after)
    if 13 <= len(digits) <= 19 and digits.startswith(_CARD_STARTS) and luhn.is_valid(digits):
        return CARD
    if len(digits) == 12 and digits[0] == "0" and 1 <= int(digits[:3]) <= _PROVINCES:
        return CITIZEN
    if len(digits) in (8, 9, 12) and _near(_CITIZEN_BEFORE, before):
        return CITIZEN
    if len(digits) >= 6 and _near(_ACCOUNT_BEFORE, before):
        return ACCOUNT
    if 4 <= len(digits) <= 8 and not _MONEY_AFTER.search(after) and not _NOT_A_CODE_BEFORE.search(before):
        if _near(_OTP_BEFORE, before) or _OTP_AFTER.search(after) or (alone and len(digits) == 6):
            return OTP
        if _near(_PIN_BEFORE, before) and not _OURS_BEFORE.search(before):
            return PIN
    if len(digits) >= 8 and _near(_ACCOUNT_PERHAPS, before) and not _MONEY_AFTER.search(after) and not _phone(digits):
        return ACCOUNT
    return None


def _near(context: re.Pattern[str], before: str) -> bool:
    """True if a word of the context stands before the number in the same sentence, with no other number between."""
    last = re.split(r"[\n;!?]|\.\s|\d", before)[-1]
    return bool(context.search(last)) or bool(context.search(before[-25:]) and re.search(r"\b6 so\W*\w*\W*$", before))


def _phone(digits: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(digits, "VN"))
    except phonenumbers.NumberParseException:
        return False


def fold(text: str) -> str:
    """Without diacritics, in small letters; unlike `faq.text.fold` it remembers nothing of what people wrote."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(c for c in plain if not unicodedata.combining(c))
