"""Leaves out what people say they do not ask: "gửi vào chứ không phải rút ra", "không hỏi phí, hỏi giờ mở cửa"."""

import re
import unicodedata

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
    folded = "".join(_plain(letter) for letter in text)
    kept = bytearray(b"\1" * len(text))
    for pattern in _PATTERNS:
        for found in pattern.finditer(folded):
            kept[found.start() : found.end()] = bytes(found.end() - found.start())
    rest = "".join(letter if keep else " " for letter, keep in zip(text, kept, strict=True))
    return rest if len(re.findall(r"\w+", rest)) >= _SHORTEST else text


def _plain(letter: str) -> str:
    """One letter for one, so that places in both texts are the same."""
    small = letter.lower().replace("đ", "d")
    return unicodedata.normalize("NFD", small)[0] if len(small) == 1 else letter
