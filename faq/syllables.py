"""Knows how a Vietnamese syllable is built: what is one, where its tone mark stands, and what keys typed it."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

TONES = {"s": "\u0301", "f": "\u0300", "r": "\u0309", "x": "\u0303", "j": "\u0323"}
"""Telex keys of the tone marks; VNI has them as 1 to 5 in the same order."""
KEPT_WORDS = 5_000
"""So many words are remembered with what becomes of them: the FAQ has fewer, and misspelt ones seldom return."""

_MARKS = frozenset(TONES.values())
_VNI = dict(zip("12345", TONES.values(), strict=True))
_STOPPED = ("c", "ch", "p", "t")  # a syllable that ends in one of these has one of two tones
_SHARP = frozenset("\u0301\u0323")

_ONSETS = (
    "ngh", "ng", "nh", "gh", "gi", "kh", "ph", "qu", "th", "tr", "ch",
    "b", "c", "d", "đ", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "x", "",
)  # fmt: skip
_RHYMES = frozenset(
    """
    a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây e ec em en eng eo ep et ê êch
    êm ên ênh êp êt êu i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu o oa oac oach oai oam oan oang oanh
    oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong oong ooc op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm
    ơn ơp ơt u ua uc uân uâng uât uây uê uêch uênh ui um un ung uôc uôi uôm uôn uông uôt up ut uơ uy uya uych uyên
    uyêt uynh uyp uyt uyu ư ưa ưc ưi ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu y yêm yên yêng yêt yêu yt ynh ych
    """.split()  # noqa: SIM905  # a list of words is read and changed most easily as words
)
_LONG_O = frozenset(
    ("b", "c", "g", "l", "t", "x")
)  # the few that go with -oong: boong, xoong; "khoong" is unfinished Telex
_AFTER_QU = frozenset(("yt", "ynh", "ych"))  # quýt, quỳnh: with any other onset it is written with an i, or a u before
_Y_IS_I = frozenset(("h", "k", "l", "m", "s", "t"))  # kỹ, kĩ: both are written, neither is wrong
_LONGEST = 7  # letters of "nghiêng"


@dataclass(frozen=True, slots=True)
class Syllable:
    onset: str
    rhyme: str
    tone: str
    """A combining mark, or nothing."""

    def __str__(self) -> str:
        """As it is written, with the mark where the newer rule wants it (hoà, uý)."""
        if not self.tone:
            return self.onset + self.rhyme
        at = _bearer(self.rhyme)
        marked = self.rhyme[: at + 1] + self.tone + self.rhyme[at + 1 :]
        return unicodedata.normalize("NFC", self.onset + marked)


def parse(word: str) -> Syllable | None:
    """The syllable that a small-lettered NFC word is; None if it is none, wherever its tone mark stands."""
    if len(word) > _LONGEST:
        return None
    return _parse(word)


@lru_cache(maxsize=KEPT_WORDS)
def _parse(word: str) -> Syllable | None:
    apart = unicodedata.normalize("NFD", word)
    tones = [c for c in apart if c in _MARKS]
    if len(tones) > 1:
        return None
    tone = tones[0] if tones else ""
    toneless = unicodedata.normalize("NFC", "".join(c for c in apart if c not in _MARKS))
    found = _split(toneless)
    if found is None:
        return None
    onset, rhyme = found
    if tone and rhyme.endswith(_STOPPED) and tone not in _SHARP:
        return None
    if rhyme == "y" and onset in _Y_IS_I:
        rhyme = "i"
    if rhyme == "i" and onset == "qu":
        rhyme = "y"
    return Syllable(onset, rhyme, tone)


_BARE_RHYMES = frozenset(
    "".join(c for c in unicodedata.normalize("NFD", rhyme) if not unicodedata.combining(c)) for rhyme in _RHYMES
)


def is_syllable(word: str, folded: str) -> bool:
    """True if the word is one, or could be one of which the diacritics were left out."""
    return parse(word) is not None or (word == folded and _could_be(folded))


@lru_cache(maxsize=KEPT_WORDS)
def _could_be(folded: str) -> bool:
    return len(folded) <= _LONGEST and _split(folded, _BARE_RHYMES) is not None


def _split(toneless: str, rhymes: frozenset[str] = _RHYMES) -> tuple[str, str] | None:
    for onset in _ONSETS:
        rhyme = toneless[len(onset) :]
        if toneless.startswith(onset) and rhyme in rhymes and _go_together(onset, rhyme):
            return onset, rhyme
    return None


def _go_together(onset: str, rhyme: str) -> bool:
    """The rules of spelling that tell "ko" and "ca" apart: no syllable begins so, but a short form may."""
    if rhyme in ("oong", "ooc") and onset not in _LONG_O:
        return False
    if rhyme in _AFTER_QU:
        return onset == "qu"
    if rhyme[0] in "eêiy":
        return onset not in ("c", "ng") and not (onset == "g" and rhyme[0] != "i")
    return onset not in ("k", "gh", "ngh")


def _bearer(rhyme: str) -> int:
    """Which letter of a rhyme bears the tone mark."""
    shaped = [i for i, c in enumerate(rhyme) if c in "ăâêôơư"]
    if shaped:
        return shaped[-1]
    vowels = [i for i, c in enumerate(rhyme) if c in "aeiouy"]
    if len(vowels) == 1:
        return vowels[0]
    closed = vowels[-1] < len(rhyme) - 1
    return vowels[1] if closed or len(vowels) == 3 or rhyme in ("oa", "oe", "uy") else vowels[0]


def from_telex(word: str) -> str | None:
    """What Telex keys that no input method took in would have written; None if that is no syllable."""
    letters: list[str] = []
    tone = ""
    for key in word:
        last = letters[-1] if letters else ""
        if key in TONES and any(c in "aăâeêioôơuưy" for c in letters):
            if tone:
                return None
            tone = TONES[key]
        elif key == "w":
            if not _horn(letters):
                return None
        elif key == last and key in "aeod":
            letters[-1] = {"a": "â", "e": "ê", "o": "ô", "d": "đ"}[key]
        elif key in "aeo" and len(letters) > 1 and (earlier := _earlier(letters, key)) is not None:
            letters[earlier] = {"a": "â", "e": "ê", "o": "ô"}[key]
        elif key == "d" and letters[:1] == ["d"]:
            letters[0] = "đ"
        else:
            letters.append(key)
    return _finished("".join(letters), tone, word)


def _earlier(letters: list[str], key: str) -> int | None:
    """Telex lets the doubled letter come after the end of the syllable: "tiene" is "tiên"."""
    if letters[-1] in "aeiouy" or key not in letters:
        return None
    return letters.index(key)


def _horn(letters: list[str]) -> bool:
    """The `w` of Telex: ă, ơ, ư and ươ, also from behind the end of the syllable."""
    joined = "".join(letters)
    for bare, shaped in (("uo", "ươ"), ("ưo", "ươ"), ("a", "ă"), ("o", "ơ"), ("u", "ư")):
        if bare in joined and not (bare == "u" and joined.startswith("qu")):
            at = joined.rindex(bare)
            letters[at : at + len(bare)] = list(shaped)
            return True
    return False


def from_vni(word: str) -> str | None:
    """The same for VNI, whose keys are digits: "ru1t" is "rút"."""
    if not word[:1].isalpha() or not any(c in "123456789" for c in word):
        return None
    letters: list[str] = []
    tone = ""
    for key in word:
        if key in _VNI:
            if tone:
                return None
            tone = _VNI[key]
        elif key in "6789":
            if not _shape(letters, key):
                return None
        else:
            letters.append(key)
    return _finished("".join(letters), tone, word)


def _shape(letters: list[str], key: str) -> bool:
    if key == "7":
        return _horn(["x" if c == "a" else c for c in letters]) and _horn(letters)
    targets = {"6": {"a": "â", "e": "ê", "o": "ô"}, "8": {"a": "ă"}, "9": {"d": "đ"}}[key]
    for at in range(len(letters) - 1, -1, -1):
        if letters[at] in targets:
            letters[at] = targets[letters[at]]
            return True
    return False


def _finished(toneless: str, tone: str, word: str) -> str | None:
    found = parse(toneless)
    if found is None or toneless + tone == word:
        return None
    whole = Syllable(found.onset, found.rhyme, tone)
    return str(whole) if parse(str(whole)) is not None else None
