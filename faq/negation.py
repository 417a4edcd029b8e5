"""Leaves out what people say they do not ask: "gửi vào chứ không phải rút ra", "không hỏi phí, hỏi giờ mở cửa"."""

import re
import unicodedata

from faq.text import Letters

_NOT = r"(?:khong|ko|k|hong|chang|chua|dung|dau)"
_WHO = r"(?:toi|em|e|chau|minh|bac|con|cai nay|day|cung|thi|la|va|nhung)"
_END = r"(?=[,;:.?!\n]|$)"
_REST = r"[^,;:.?!\n]*"
_REST_BUT = r"(?:(?!\bma\b)[^,;:.?!\n])*"
_BORDER = r"(?:^|[,;:.?!\n])\s*"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        # "…, chứ không phải …" to the end of its clause
        rf"[,;]?\s*\bchu\s+{_NOT}\b{_REST}{_END}",
        # a clause that begins "không phải …", "không hỏi …", "chưa cần …", as far as "… mà …", which says what it is
        rf"{_BORDER}(?:{_WHO}\s+){{0,3}}{_NOT}\s+(?:phai|hoi|can|noi|ban)\b{_REST_BUT}(?:(?=\bma\b)|{_END})",
        # a clause that ends "… thì biết rồi"
        rf"(?:(?<=^)|(?<=[,;:.?!\n])){_REST}\b(?:biet|ro|hieu|thuoc)\s+(?:roi|r|het|ca)(?:\s+(?:a|day|ma))?\s*{_END}",
    )
)
_SHORTEST = 3  # words that must be left


def without(text: str) -> str:
    """The text without what it says that it is not about; all of it if nothing else would be left."""
    text = unicodedata.normalize("NFC", text)
    folded = text.translate(_PLAIN)
    found = [border.span() for pattern in _PATTERNS for border in pattern.finditer(folded)]
    if not found:
        return text
    kept = list(text)
    for start, end in found:
        kept[start:end] = " " * (end - start)
    rest = "".join(kept)
    return rest if len(re.findall(r"\w+", rest)) >= _SHORTEST else text


def _plain(letter: str) -> str:
    """One letter for one, so that places in both texts are the same."""
    small = letter.lower().replace("đ", "d")
    return unicodedata.normalize("NFD", small)[0] if len(small) == 1 else letter


_PLAIN = Letters(_plain)
