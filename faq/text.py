"""Brings Vietnamese as people type it into one form, layer by layer, with and without diacritics.

The layers: Unicode forms and case; lengthened letters; what an input method left undone (Telex, VNI); where the tone
mark stands; amounts; short forms and slips of the glossary. What has been through it comes out of it unchanged.
"""

import operator
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

from faq import syllables
from faq.models import Glossary
from faq.syllables import KEPT_WORDS

Layer: TypeAlias = Literal["unicode", "lengthened", "input method", "tone mark", "amounts", "glossary"]

LONGEST = 400  # characters; of what is longer, the middle is a story: people begin or end with what they ask
_READ = 240  # characters of a story
_MOST_WORDS = 100


class Letters(dict[int, str | None]):
    """What becomes of each letter, for `str.translate`; None takes it away."""

    def __init__(self, becomes: Callable[[str], str | None]) -> None:
        super().__init__()
        self._becomes = becomes

    def __missing__(self, letter: int) -> str | None:
        found = self._becomes(chr(letter))
        if letter < _USUAL:
            self[letter] = found
        return found


def _without_foreign_mark(letter: str) -> str | None:
    foreign = unicodedata.combining(letter) or unicodedata.category(letter) in ("Cf", "Mn", "Me")
    return None if foreign and letter not in _KEPT_MARKS else letter


_USUAL = 0x2000
"""Below it stand all letters of Vietnamese; what becomes of them is remembered."""
_KEPT_MARKS = frozenset("\u0300\u0301\u0303\u0309\u0323\u0302\u0306\u031b")
_VIETNAMESE = Letters(_without_foreign_mark)
_LOOSE_MARKS = {ord(mark): None for mark in _KEPT_MARKS}
"""Those that found no letter to stand on."""
_WORD = re.compile(r"[^\W_]+")
_GROUPS = re.compile(r"(?<=\d)[.,](?=\d{3}(?!\d))")
_SIGNS = str.maketrans({"$": " tiền ", "₫": " đồng ", "%": " phần trăm ", "&": " và "})
_RUN = re.compile(r"([^\W\d_])\1{2,}")
_AMOUNT = re.compile(r"(\d+)(tr|triệu|trieu|củ|k|ng|nghìn|nghin|ngàn|đ|đồng|vnd|vnđ|tỷ|tỉ|ty)(\d{0,3})")
_UNITS = {
    **dict.fromkeys(("tr", "triệu", "trieu", "củ"), "triệu"),
    **dict.fromkeys(("k", "ng", "nghìn", "nghin", "ngàn"), "nghìn"),
    **dict.fromkeys(("đ", "đồng", "vnd", "vnđ"), "đồng"),
    **dict.fromkeys(("tỷ", "tỉ", "ty"), "tỉ"),
}
_LOANWORDS = frozenset(
    """
    app best box bus car cos cost fast gas her host last list max mix must nest pos post rest sex six tax test tour user
    zoom
    """.split()  # noqa: SIM905  # a list of words is read and changed most easily as words
)
"""Words that would be read as unfinished Telex or as lengthened."""
_ROUNDS = 8  # a round of rewriting is the last but for forms that stand in other forms' meanings


@dataclass(frozen=True, slots=True)
class Normal:
    """A text in its normal form."""

    marked: tuple[str, ...] = ()
    """The words, with diacritics where they were typed or are certain."""
    folded: tuple[str, ...] = ()
    """The same words without diacritics."""
    perhaps: tuple[str, ...] = ()
    """Further words, without diacritics, that short forms in it may stand for."""

    @property
    def text(self) -> str:
        return " ".join(self.marked)

    @property
    def plain(self) -> str:
        return " ".join(self.folded)

    @property
    def has_marks(self) -> bool:
        """True if it was typed with diacritics, so that a missing one means something too."""
        marked: int = sum(map(operator.ne, self.marked, self.folded))
        return marked * 3 > len(self.marked)


@lru_cache(maxsize=KEPT_WORDS)
def fold(word: str) -> str:
    """Without diacritics, in small letters."""
    apart = unicodedata.normalize("NFD", word.lower().replace("đ", "d"))
    return "".join(c for c in apart if not unicodedata.combining(c))


def abridge(text: str) -> str:
    """The text itself; of a long one, its beginning and its end."""
    whole = unicodedata.normalize("NFC", text)
    if len(whole) <= LONGEST:
        return whole
    half = _READ // 2
    begin, end = whole[:half], whole[-half:]
    return f"{begin.rsplit(None, 1)[0] if ' ' in begin else begin} {end.split(None, 1)[-1] if ' ' in end else end}"


def is_story(text: str) -> bool:
    """True if it is so long that only a part of it is read."""
    return len(unicodedata.normalize("NFC", text)) > LONGEST


def normalise(text: str, glossary: Glossary) -> Normal:
    """The normal form of a text; any text has one."""
    return _ready(glossary).normal(text)


class Normaliser:
    """A glossary made ready for use, once for many texts."""

    def __init__(self, glossary: Glossary, *, remembered: int = 0) -> None:
        """`remembered` is how many normal forms are kept, for who asks for the same texts again and again."""
        self._rules = _Rules(glossary)
        self.normal = lru_cache(remembered)(self._normal) if remembered else self._normal
        """The normal form of a text; any text has one."""
        self.shorts = self._rules.shorts()
        """One-word short forms that stand for one thing, and what that is."""

    def _normal(self, text: str) -> Normal:
        words = tuple(_split(abridge(text))[:_MOST_WORDS])
        perhaps: dict[str, None] = {}
        seen: dict[tuple[str, ...], None] = {}
        while words not in seen and len(seen) < _ROUNDS:
            seen[words] = None
            words = tuple(self._round(words, perhaps)[:_MOST_WORDS])
        folded = tuple(fold(word) for word in words)
        return Normal(words, folded, tuple(word for word in perhaps if word not in folded))

    def steps(self, text: str) -> tuple[tuple[Layer, str], ...]:
        """What each layer made of a text, in their order, for those that changed it."""
        words = _split(abridge(text))[:_MOST_WORDS]
        made: list[tuple[Layer, str]] = [("unicode", " ".join(words))]
        seen: set[tuple[str, ...]] = set()
        while tuple(words) not in seen and len(seen) < _ROUNDS:
            seen.add(tuple(words))
            for layer, after in self._layers(words, {}):
                if after != words:
                    made.append((layer, " ".join(after)))
                words = after[:_MOST_WORDS]
        return tuple(made)

    def _round(self, words: Sequence[str], perhaps: dict[str, None]) -> list[str]:
        *_, (_, last) = self._layers(words, perhaps)
        return last

    def _layers(self, words: Sequence[str], perhaps: dict[str, None]) -> Iterator[tuple[Layer, list[str]]]:
        typed = [word if word in self._rules.kept else _shorten(word) for word in words]
        yield "lengthened", typed
        typed = _finish(typed, self._rules.kept)
        yield "input method", typed
        typed = [_place_tone(word) for word in typed]
        yield "tone mark", typed
        typed = _amounts(typed)
        yield "amounts", typed
        yield "glossary", self._rules.apply(typed, perhaps)


@lru_cache(maxsize=4)
def _ready(glossary: Glossary) -> Normaliser:
    return Normaliser(glossary)


def _split(text: str) -> list[str]:
    """The words, in NFC and small letters, with no mark that Vietnamese does not have."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_SIGNS)
    if not plain.isascii():
        whole = unicodedata.normalize("NFC", unicodedata.normalize("NFD", plain).translate(_VIETNAMESE))
        plain = whole.translate(_LOOSE_MARKS)
    return _WORD.findall(_GROUPS.sub("", plain))


@lru_cache(maxsize=KEPT_WORDS)
def _shorten(word: str) -> str:
    """Letters drawn out ("quáaaa", "rồiii") are said once."""
    short = _RUN.sub(r"\1", word)
    if syllables.is_syllable(short, fold(short)):
        return short
    single: list[str] = []
    for letter in short:
        if single and fold(letter) == fold(single[-1]) and letter.isalpha():
            single[-1] = max(letter, single[-1], key=lambda c: len(unicodedata.normalize("NFD", c)))
        else:
            single.append(letter)
    candidate = "".join(single)
    # "khoong" and "ddi" are doubled for another reason, and come next.
    if candidate != short and syllables.from_telex(short) is None and syllables.is_syllable(candidate, fold(candidate)):
        return candidate
    return short


def _finish(words: Sequence[str], kept: frozenset[str]) -> list[str]:
    """Syllables whose keys no input method took in.

    What could be meant as it stands ("lan2", "cos", "coong") is only read so beside others that can be nothing else.
    """
    telex = {word: done for word in words if word not in kept and (done := _decode(word)) != word}
    typed = (word for word in words if len(word) > 2 and not word.isalpha() and word not in kept)
    vni = {word for word in typed if syllables.from_vni(word)}
    return [
        _finish_word(word, kept, by_telex=len(telex) > 1, by_vni=len(vni) > 1) or telex.get(word) or word
        for word in words
    ]


def _finish_word(word: str, kept: frozenset[str], *, by_telex: bool, by_vni: bool) -> str | None:
    if ("dd" in word or "d9" in word) and (short := word.replace("dd", "đ").replace("d9", "đ")) in kept:
        return short
    if not word.isalpha():
        certain = by_vni or any(c.isdigit() for c in word[:-1]) or word[-1] in "6789"
        return syllables.from_vni(word) if certain and word not in kept and (by_vni or len(word) > 2) else None
    if by_telex and (word in _LOANWORDS or (word not in kept and _doubtful(word))):
        return syllables.from_telex(word)
    return None


def _doubtful(word: str) -> bool:
    """True for what is a word as it stands, but a rare one, or too short to tell."""
    return "oo" in word or (len(word) == 2 and not syllables.is_syllable(word, fold(word)))


@lru_cache(maxsize=KEPT_WORDS)
def _decode(word: str) -> str:
    """What Telex would have made of a word that is none."""
    if len(word) < 3 or not word.isalpha() or syllables.is_syllable(word, fold(word)):
        return word
    return syllables.from_telex(word) or word


@lru_cache(maxsize=KEPT_WORDS)
def _place_tone(word: str) -> str:
    found = syllables.parse(word)
    return str(found) if found is not None else word


def _amounts(words: Sequence[str]) -> list[str]:
    """ "2tr", "10k", "1tr8": the number and its unit as words of their own."""
    apart: list[str] = []
    for word in words:
        if word[0].isdecimal() and (found := _AMOUNT.fullmatch(word)):
            apart += [found[1], _UNITS[found[2]], *([found[3]] if found[3] else [])]
        elif word in ("k", "tr", "đ") and apart and apart[-1].isdecimal():
            apart.append(_UNITS[word])
        else:
            apart.append(word)
    return apart


@dataclass(frozen=True, slots=True)
class _Rule:
    form: tuple[str, ...]
    meaning: tuple[str, ...]
    perhaps: tuple[str, ...] = ()


class _Rules:
    """What the glossary makes of short forms, slips, and the names of platforms."""

    def __init__(self, glossary: Glossary) -> None:
        self._starting: dict[str, list[_Rule]] = {}
        self._unsure: dict[str, dict[str, None]] = {}
        for typo in glossary.common_typos:
            self._add(typo.form, typo.canonical)
        for short in (*glossary.abbreviations, *glossary.teencode):
            self._add_short(short.form, short.expands_to, short.note or "")
        for term in glossary.terms:
            if term.kind == "nen-tang":
                self._add_name(term.canonical, term.variants)
        for rules in self._starting.values():
            rules.sort(key=lambda rule: -len(rule.form))
        single = {rule.form[0] for rules in self._starting.values() for rule in rules if len(rule.form) == 1}
        self.kept = frozenset(single | self._unsure.keys() | _LOANWORDS)

    def _add_short(self, form: str, meanings: Sequence[str], note: str) -> None:
        otherwise = re.search(r"còn lại = (\w+)", note)
        ordered = (
            sorted(meanings, key=lambda meaning: bool(otherwise) and otherwise[1] != meaning) if otherwise else meanings
        )
        words, first = _form(form), _form(ordered[0])
        others = tuple(fold(word) for meaning in ordered[1:] for word in _form(meaning))
        if _readable(words) and [fold(word) for word in words] != [fold(word) for word in first]:
            # "nha", "cap", "hong" are words as well (nhà, cấp, hồng), above all where diacritics are left out.
            if len(words) == 1:
                self._unsure[words[0]] = dict.fromkeys((*map(fold, first), *others))
            return
        itself = tuple(fold(word) for word in words) if re.search(r"cũng|trừ|ngữ cảnh", note) else ()
        self._add(form, ordered[0], (*others, *itself))

    def _add_name(self, name: str, variants: Sequence[str]) -> None:
        """A name becomes itself, so that no shorter form of it is seen in it."""
        for form in dict.fromkeys((name, *variants)):
            words = _form(form)
            if form == name or len(words) > 1 or not _readable(words):
                self._add(form, name, always=len(words) > 1)

    def _add(self, form: str, meaning: str, perhaps: Iterable[str] = (), *, always: bool = False) -> None:
        words, becomes = _form(form), _form(meaning)
        if len(words) > 1:  # by the time they are looked for, their words have been through the layers before
            words = tuple(word if word in _LOANWORDS else _place_tone(_decode(_shorten(word))) for word in words)
        inside = any(becomes[i : i + len(words)] == words for i in range(len(becomes)))
        if words and becomes and (always or not inside):
            self._starting.setdefault(fold(words[0]), []).append(_Rule(words, becomes, tuple(perhaps)))

    def shorts(self) -> dict[str, tuple[str, ...]]:
        rules = (rule for rules in self._starting.values() for rule in rules)
        return {rule.form[0]: rule.meaning for rule in rules if len(rule.form) == 1 and not rule.perhaps}

    def apply(self, words: Sequence[str], perhaps: dict[str, None]) -> list[str]:
        rewritten: list[str] = []
        at = 0
        while at < len(words):
            rule = self._rule(words, at)
            if rule is None:
                perhaps |= self._unsure.get(words[at], {})
                rewritten.append(words[at])
                at += 1
            else:
                rewritten += rule.meaning
                perhaps |= dict.fromkeys(rule.perhaps)
                at += len(rule.form)
                at += _said_already(rule, words[at:])
        return rewritten

    def _rule(self, words: Sequence[str], at: int) -> _Rule | None:
        """What rewrites the words that begin there, if something does."""
        rules = self._starting.get(fold(words[at]))
        if rules is None or (words[at] == "0" and _counted(words, at)):
            return None
        return next((rule for rule in rules if _stands(rule.form, words, at)), None)


def _said_already(rule: _Rule, following: Sequence[str]) -> int:
    """How many of the following words the meaning holds already: "app công dân số" before "xứ lạng"."""
    for start in range(1, len(rule.meaning)):
        rest = rule.meaning[start:]
        there = following[: len(rest)]
        if fold(rule.meaning[start - 1]) == fold(rule.form[-1]) and [*map(fold, there)] == [*map(fold, rest)]:
            return len(rest)
    return 0


def _stands(form: Sequence[str], words: Sequence[str], at: int) -> bool:
    """True if a form stands there; one of several words also without its diacritics."""
    there = words[at : at + len(form)]
    if len(there) < len(form):
        return False
    return all(
        word == wanted or (len(form) > 1 and word == fold(wanted)) for word, wanted in zip(there, form, strict=True)
    )


def _counted(words: Sequence[str], at: int) -> bool:
    """True if a 0 is a number there, not a short "không"."""
    beside = (*words[max(0, at - 1) : at], *words[at + 1 : at + 2])
    return any(word.isdecimal() or word in _UNITS.values() for word in beside)


def _readable(words: Sequence[str]) -> bool:
    return all(syllables.is_syllable(word, fold(word)) for word in words)


def _form(text: str) -> tuple[str, ...]:
    return tuple(_place_tone(word) for word in _split(text))
