"""Types a question the way people in a hurry, on a bad keyboard or without an input method would have typed it.

Nothing here is left to chance: the same text, kind and turn give the same result on every machine.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import TypeVar

from faq import syllables

_T = TypeVar("_T")
_WORD = re.compile(r"[^\W\d_]+")
_GAP = re.compile(r"(?<=\w) (?=\w)")

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_SHAPES = {"ă": "aw", "â": "aa", "ê": "ee", "ô": "oo", "ơ": "ow", "ư": "uw", "đ": "dd"}
_SHAPES_VNI = {"ă": "a8", "â": "a6", "ê": "e6", "ô": "o6", "ơ": "o7", "ư": "u7", "đ": "d9"}
_TELEX = {mark: key for key, mark in syllables.TONES.items()}
_VNI = dict(zip(syllables.TONES.values(), "12345", strict=True))
_OLD_PLACES = ("oa", "oe", "uy")  # hòa, khỏe, thúy: what the newer rule writes hoà, khoẻ, thuý

_SHORT_FORMS = {
    "như thế nào": ("ntn", "nhu nào"), "thế nào": ("tn", "kiểu j"), "làm thế nào": ("lm tn", "ls"),
    "làm sao": ("ls",), "bao nhiêu": ("bn", "bnhiu"), "bao giờ": ("bh", "bao h"), "bây giờ": ("bh", "bi h"),
    "tài khoản": ("tk", "acc"), "mật khẩu": ("mk", "pass"), "điện thoại": ("đt", "dt"), "chuyển khoản": ("ck",),
    "tin nhắn": ("tnhan", "ib"), "ngân hàng": ("bank", "nh"), "số điện thoại": ("sđt",), "căn cước": ("cccd",),
    "đăng ký": ("đki", "dk"), "không": ("k", "ko", "hok", "khum"), "được": ("đc", "dc"), "gì": ("j",),
    "rồi": ("r", "rùi"), "với": ("vs", "zới"), "người": ("ng",), "vậy": ("z", "zậy"), "vào": ("vô", "zô"),
    "biết": ("bik", "bít"), "muốn": ("mún",), "làm": ("lm",), "cũng": ("cg", "cx"), "mình": ("mik", "mìn"),
    "giờ": ("h",), "em": ("e",), "anh": ("a",), "chị": ("c",), "quá": ("qá",), "luôn": ("lun",),
    "những": ("nhg", "nhữg"), "sao": ("seo", "s"), "thôi": ("thui",), "yêu": ("iu",), "một": ("1", "mụt"),
    "hai": ("2",), "trước": ("trc",),
}  # fmt: skip
_SHORT_FORM = re.compile(
    rf"(?<!\w)(?:{'|'.join(sorted(map(re.escape, _SHORT_FORMS), key=len, reverse=True))})(?!\w)", re.IGNORECASE
)
_ENDINGS = ("z", "ạk", "nha", "dzậy", "hic", "😭", "🙏", "huhu", "add ơi")

_OPENINGS = (
    "Cho tôi hỏi chút", "Dạ em chào anh chị ạ", "Alo có ai không", "Các bác ơi", "Ad ơi cho em hỏi",
    "Xin phép cho hỏi", "Cháu ơi", "Xin chào, tôi đang cần giúp", "Phiền cán bộ cho biết", "Tình hình là",
)  # fmt: skip
_CLOSINGS = (
    "ạ, em cảm ơn", "giúp tôi với", "với nhé", "hả cháu", "mong được trả lời sớm", "chỉ giúp bác với",
    "ai biết chỉ giùm", "xin cảm ơn nhiều", "tôi không rành lắm", "nhé các bạn",
)  # fmt: skip
_PAUSES = ("ấy", "à ừ", "kiểu như", "ờ")


class _Dice:
    """Throws that depend on nothing but the text they are for."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._thrown = 0

    def below(self, limit: int) -> int:
        self._thrown += 1
        thrown = hashlib.blake2b(f"{self._thrown}\n{self._seed}".encode(errors="replace"), digest_size=8).digest()
        return int.from_bytes(thrown, "big") % limit

    def falls(self, one_in: int) -> bool:
        return self.below(one_in) == 0

    def pick(self, from_: Sequence[_T]) -> _T:
        return from_[self.below(len(from_))]


def noisy(text: str, kind: str, turn: int = 0) -> str:
    """The text with noise of one of `KINDS`; another turn gives other noise of the same kind, where there is any."""
    typed = unicodedata.normalize("NFC", text)
    return KINDS[kind](typed, _Dice(f"{kind}\n{turn}\n{typed}"))


# --- the kinds ---


def _without_marks(text: str, _: _Dice) -> str:
    return "".join(map(_bare, text))


def _in_telex(text: str, dice: _Dice) -> str:
    return _by_word(text, lambda word: _keys(word, _SHAPES, _TELEX, at_end=not dice.falls(3)))


def _in_vni(text: str, dice: _Dice) -> str:
    return _by_word(text, lambda word: _keys(word, _SHAPES_VNI, _VNI, at_end=dice.falls(3)))


def _with_slips(text: str, dice: _Dice) -> str:
    """A slip in about every fifth word that is long enough for one, and in one at least."""
    return _in_some_words(text, dice, 5, _slip)


def _slip(word: str, dice: _Dice) -> str:
    at = dice.below(len(word) - 1)
    match dice.below(4):
        case 0:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        case 1:
            return word[: at + 1] + word[at + 2 :]
        case 2:
            return word[: at + 1] + word[at] + word[at + 1 :]
        case _:
            hit = dice.pick(_BESIDE.get(_bare(word[at + 1]).lower(), "n"))
            return word[: at + 1] + hit + word[at + 2 :]


def _in_teencode(text: str, dice: _Dice) -> str:
    short = _SHORT_FORM.sub(lambda found: dice.pick(_SHORT_FORMS[found[0].lower()]), text)
    spelt = _by_word(short, lambda word: _respell(word, dice)).rstrip(" ?.!") or text
    return f"{spelt} {dice.pick(_ENDINGS)}" if dice.falls(2) else spelt


def _respell(word: str, dice: _Dice) -> str:
    if len(word) < 3 or not dice.falls(3):
        return word
    low = word.lower()
    for long, short in (("ph", "f"), ("qu", "w"), ("gi", "j")):
        if low.startswith(long):
            return short + word[2:]
    return word[:-2] + "g" if low.endswith("ng") else word


def _with_fillers(text: str, dice: _Dice) -> str:
    words = text.rstrip(" ?.!").split(" ")
    if len(words) > 3:
        words.insert(2 + dice.below(len(words) - 3), dice.pick(_PAUSES))
    return f"{dice.pick(_OPENINGS)}, {' '.join(words)} {dice.pick(_CLOSINGS)}"


def _with_lost_spaces(text: str, dice: _Dice) -> str:
    """About every fifth space is lost, and one at least."""
    gaps = [found.start() for found in _GAP.finditer(text)]
    lost = {gap for gap in gaps if dice.falls(5)} or ({dice.pick(gaps)} if gaps else set())
    return "".join(letter for place, letter in enumerate(text) if place not in lost)


def _decomposed(text: str, _: _Dice) -> str:
    return unicodedata.normalize("NFD", text)


def _in_old_spelling(text: str, _: _Dice) -> str:
    return _by_word(text, _with_old_place)


def _in_capitals(text: str, _: _Dice) -> str:
    return text.upper()


def _mixed(text: str, dice: _Dice) -> str:
    """Everything at once, but less of each; every word is typed in one of the ways there are."""
    short = _SHORT_FORM.sub(lambda found: dice.pick((found[0], *_SHORT_FORMS[found[0].lower()])), text)
    typed = _by_word(_in_some_words(short, dice, 12, _slip), lambda word: _one_way(word, dice))
    filled = f"{dice.pick(_OPENINGS)}, {typed}" if dice.falls(2) else f"{typed} {dice.pick(_CLOSINGS)}"
    gaps = [found.start() for found in _GAP.finditer(filled)]
    lost = dice.pick(gaps) if gaps else len(filled)
    joined = filled[:lost] + filled[lost + 1 :]
    return _decomposed(joined.upper() if dice.falls(4) else joined, dice)


def _one_way(word: str, dice: _Dice) -> str:
    match dice.below(5):
        case 0 | 1:
            return "".join(map(_bare, word))
        case 2:
            return _keys(word, _SHAPES, _TELEX, at_end=True)
        case 3:
            return _with_old_place(word)
        case _:
            return word


KINDS: Mapping[str, Callable[[str, _Dice], str]] = MappingProxyType(
    {
        "no diacritics": _without_marks,
        "telex": _in_telex,
        "vni": _in_vni,
        "typos": _with_slips,
        "teencode": _in_teencode,
        "filler": _with_fillers,
        "lost spaces": _with_lost_spaces,
        "nfd": _decomposed,
        "old tones": _in_old_spelling,
        "capitals": _in_capitals,
        "mixed": _mixed,
    }
)


# --- letters ---


def _beside() -> Iterator[tuple[str, str]]:
    for row in _ROWS:
        for one, other in pairwise(row):
            yield one, other
            yield other, one
    for upper, lower in pairwise(_ROWS):
        for one, other in zip(upper, lower, strict=False):
            yield one, other
            yield other, one


_BESIDE: Mapping[str, str] = {
    key: "".join(other for one, other in _beside() if one == key) for row in _ROWS for key in row
}


def _bare(letter: str) -> str:
    """The letter without its marks, as large or small as it was."""
    apart = unicodedata.normalize("NFD", letter.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in apart if not unicodedata.combining(c)) or letter


def _by_word(text: str, change: Callable[[str], str]) -> str:
    return _WORD.sub(lambda found: change(found[0]), text)


def _in_some_words(text: str, dice: _Dice, one_in: int, change: Callable[[str, _Dice], str]) -> str:
    """Changes about one in so many of the words of at least four letters, or else one of the shorter ones."""
    words = [found.span() for found in _WORD.finditer(text)]
    words = [span for span in words if span[1] - span[0] >= 4] or [span for span in words if span[1] - span[0] >= 2]
    hit = [span for span in words if dice.falls(one_in)] or ([dice.pick(words)] if words else [])
    for start, end in reversed(hit):
        text = text[:start] + change(text[start:end], dice) + text[end:]
    return text


def _keys(word: str, shapes: Mapping[str, str], tones: Mapping[str, str], *, at_end: bool) -> str:
    """The keys that an input method would have made the word of; the tone's comes last, or after its letter."""
    typed: list[str] = []
    tone = ""
    for letter in word:
        apart = unicodedata.normalize("NFD", letter)
        mark = next((c for c in apart if c in tones), "")
        plain = unicodedata.normalize("NFC", apart.replace(mark, "")) if mark else letter
        shaped = shapes.get(plain.lower(), plain)
        typed.append(shaped[0].upper() + shaped[1:] if letter.isupper() else shaped)
        if mark:
            tone = tones[mark]
            typed += [] if at_end else [tone]
    return "".join(typed) + (tone if at_end else "")


def _with_old_place(word: str) -> str:
    found = syllables.parse(word.lower())
    if found is None or not found.tone or found.rhyme not in _OLD_PLACES or found.onset == "qu":
        return word
    old = unicodedata.normalize("NFC", found.onset + found.rhyme[0] + found.tone + found.rhyme[1:])
    return "".join(new.upper() if as_.isupper() else new for new, as_ in zip(old, word, strict=False))
