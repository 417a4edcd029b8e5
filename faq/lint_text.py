"""Finds in a text what an old font, a word processor or a foreign keyboard left there, and what a chat cannot show."""

import re
import unicodedata
from collections.abc import Callable, Iterator

from faq import syllables
from faq.text import fold

Finding = tuple[int, str]
"""The line within the text, from 0, and what is wrong there and how to mend it."""

# --- letters ---

_ALIEN = re.compile("[\u0370-\u052f\u1f00-\u1fff\uff21-\uff5a\U0001d400-\U0001d7ff]")
_SCRIPTS = {"CYRILLIC": "Nga", "GREEK": "Hy Lạp", "FULLWIDTH": "toàn giác", "MATHEMATICAL": "ký hiệu toán học"}
_TWINS = {"Ð": "Đ", "ð": "đ", "Ɖ": "Đ", "ɖ": "đ", "Ǎ": "Ă", "ǎ": "ă"}
_TWIN = re.compile("[" + "".join(_TWINS) + "]")
_UNSEEN = re.compile("[\u00a0\u00ad\u200b\u200e\u200f\u202a-\u202f\u2060-\u2064\u3000\ufeff]")
# How a text looks that was typed for a font of before Unicode, or read in the wrong encoding. One such place may be
# a foreign name; two in a line are none.
_TCVN3 = re.compile(r"[a-z](?:[µ¸¶·¹¨¾¼½©®ª¬÷×]|[ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖØÜÝÞß](?![A-ZĐ]))|[®©ª¬¨][a-z]")
_VNI = re.compile("[ñöøûïåäëüæÑÖØÛÏÅÄËÜÆ]")
_MISREAD = re.compile("á»|áº|Ã[¡-¿]|Ä‘|Æ°|Æ¡")


def letters(line: str) -> Iterator[str]:
    """What is wrong with the letters of one line, each kind once."""
    if (old := _old_font(line)) is not None:
        yield old
        return
    if line != (composed := unicodedata.normalize("NFC", line)):
        apart = (one for one in line.split() if one != unicodedata.normalize("NFC", one))
        word = unicodedata.normalize("NFC", next(apart, line.strip()))
        yield f"chữ có dấu ở dạng rời (NFD) tại '{word}'; xoá và gõ lại dòng này"
    if found := _ALIEN.search(composed):
        name = unicodedata.name(found[0], "")
        script = next((said for start, said in _SCRIPTS.items() if name.startswith(start)), "lạ")
        word = _word_at(composed, found.start())
        yield f"chữ '{found[0]}' trong '{word}' là chữ {script}, trông giống chữ Việt; gõ lại cả từ"
    if found := _TWIN.search(composed):
        word, right = _word_at(composed, found.start()), _TWINS[found[0]]
        yield f"chữ '{found[0]}' trong '{word}' không phải chữ Việt; gõ lại thành '{right}'"
    if found := _UNSEEN.search(composed):
        before = composed[: found.start()].split()
        place = f"sau '{before[-1]}'" if before else "ở đầu dòng"
        yield f"khoảng trắng đặc biệt (U+{ord(found[0]):04X}) {place}, hay có khi chép từ Word, web; xoá và gõ lại"


def _old_font(line: str) -> str | None:
    for name, pattern in (("TCVN3 (ABC, .VnTime)", _TCVN3), ("VNI", _VNI)):
        if len(pattern.findall(line)) > 1:
            return f"chữ gõ bằng phông cũ {name}, không phải Unicode; chuyển sang Unicode bằng mục Chuyển mã của Unikey"
    if len(_MISREAD.findall(line)) > 1:
        return "chữ bị đọc sai bảng mã (như 'tiá»n'); mở lại bản gốc với bảng mã UTF-8 rồi chép lại"
    return None


def _word_at(line: str, at: int) -> str:
    return next(found[0] for found in re.finditer(r"\S+", line) if found.end() > at)


# --- words ---

_PLACEHOLDER = re.compile(r"\{\{[^{}]*\}\}")
_ADDRESS = re.compile(r"\S*[a-zA-Z0-9][./@_:][a-zA-Z0-9/]\S*")
_SENTENCE = re.compile(r"[.!?:;…]+(?=\s|$)|\*\*")
_WORD = re.compile(r"[^\W\d_]+")
_ENOUGH = 5  # so many words in a row without any mark are no Vietnamese


def unmarked(text: str) -> Iterator[Finding]:
    """Words and sentences whose diacritics were left out."""
    for number, line in enumerate(text.split("\n")):
        plain = _ADDRESS.sub(" ", _PLACEHOLDER.sub(" ", line))
        for sentence in _SENTENCE.split(plain):
            words = [word for word in _WORD.findall(sentence) if len(word) > 1]
            bare = [word for word in words if _lacks_marks(word)]
            if bare:
                yield number, f"'{bare[0]}' thiếu dấu; gõ lại cho đủ dấu"
            elif len(words) >= _ENOUGH and all(word.lower() == fold(word) for word in words):
                yield number, f"câu '{' '.join(words[:6])}…' không có dấu; gõ lại cho đủ dấu"


def _lacks_marks(word: str) -> bool:
    """True if it is no syllable as it stands, but would be one with diacritics: "nguoi", "tien"."""
    small = word.lower()
    if not (word.islower() or word.istitle()) or small != fold(small):
        return False
    return syllables.parse(small) is None and syllables.is_syllable(small, small)


_PHONE = re.compile(r"(?<![\d.,+/-])(?:[35789]\d{8}|[35789]\d{2} \d{3} \d{3}|2\d{9})(?![\d.,/-]*\d)(?!\s*(?:đ|VN))")


def phones(text: str) -> Iterator[Finding]:
    """Numbers that are telephone numbers but for the 0 at their front, which a spreadsheet takes away."""
    for number, line in enumerate(text.split("\n")):
        for found in _PHONE.finditer(line):
            yield number, f"số điện thoại '{found[0]}' thiếu số 0 ở đầu; viết '0{found[0]}'"


# --- what a chat can show ---

_UNSHOWN: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\s{0,3}#{1,6}\s"), "tiêu đề (dấu # đầu dòng) không hiện được trong tin nhắn; viết **chữ đậm**"),
    (re.compile(r"\s{0,3}(?:=+|-{3,}|\*{3,}|_{3,})\s*$"), "đường kẻ ngang không hiện được trong tin nhắn; bỏ đi"),
    (re.compile(r"\s*\||.*\|.*\|"), "bảng không hiện được trong tin nhắn; viết thành danh sách"),
    (re.compile(r".*!\["), "ảnh không hiện được trong câu trả lời; viết bằng lời, hoặc để liên kết https://…"),
    (re.compile(r".*<[/!]?[a-zA-Z]"), "thẻ HTML không hiện được trong tin nhắn; bỏ đi, cần thì viết **chữ đậm**"),
    (re.compile(r".*(?:`|~~)"), "dấu ` hoặc ~~ hiện nguyên trong tin nhắn; bỏ đi"),
    (re.compile(r"\s{0,3}>\s"), "trích dẫn (dấu > đầu dòng) không hiện được trong tin nhắn; bỏ dấu >"),
    (re.compile(r".*&(?:[a-z]{2,8}|#\d+);"), "mã ký tự HTML (như &nbsp;) hiện nguyên trong tin nhắn; gõ thẳng chữ ấy"),
)  # fmt: skip
_TARGET = re.compile(r"\]\(\s*<?([^)\s>]*)")
_SAFE = re.compile(r"https://[^\s/]|tel:\+?\d|mailto:\S+@")


def markdown(text: str) -> Iterator[Finding]:
    """What stands in a text that some channel would show as signs."""
    lines = _PLACEHOLDER.sub("x", text).split("\n")
    for number, line in enumerate(lines):
        for pattern, what in _UNSHOWN:
            if pattern.match(line):
                yield number, what
    start = 0
    for number, line in enumerate([*lines, ""]):
        if not line.strip():
            if "\n".join(lines[start:number]).count("**") % 2:
                yield start, "dấu ** mở ra mà chưa đóng trong đoạn này; thêm ** ở cuối phần chữ đậm"
            start = number + 1


def links(text: str) -> Iterator[Finding]:
    """Links that are not https."""
    for number, line in enumerate(text.split("\n")):
        targets = [found[1] for found in _TARGET.finditer(line) if not _SAFE.match(found[1])]
        insecure = re.findall(r"http://[^\s)>]*[^\s)>.,;:!?]", line)
        for target in dict.fromkeys((*insecure, *targets)):
            yield number, f"liên kết '{target[:60]}' không phải https; viết đủ https://… và thử mở xem có được không"


ANSWER_CHECKS: tuple[Callable[[str], Iterator[Finding]], ...] = (unmarked, phones, markdown, links)
"""What every text that people are to read goes through."""
