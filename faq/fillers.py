"""The words that ask for nothing by themselves: forms of address, politeness, and what only joins other words."""

from collections.abc import Sequence
from dataclasses import replace

from faq.text import Normal, fold

_FILLERS = """
    à ạ ấy anh ad admin ai alo lô ảnh bà bạn bác bao bằng bị bên biết bọn bởi bữa các cái cậu cần chả chắc cháu
    chẳng chị chỉ chiều cho chơi chú chúng chưa chứ có con cô còn cơ của cũng cụ cùng cứ dạ dì do dùm dưới đã
    đang đâu đấy đây để đến đều đi đó được em ê gì giờ giúp giùm hả hay hãy hết họ hoặc hôm hỏi hộ ở khi không kiểu
    kia kìa là lại làm lắm lên luôn lúc mà mấy mẹ mình mọi mỗi một mới muốn nào này nay nãy nên nếu ngày nghe người
    nhà nha nhé nhỉ nhiêu nhiều nhờ như nhưng những nó nói nọ nơi nữa ông ơi phải qua quá quản ra rằng rất rồi sao
    sau sẽ sáng sang thằng tao tại tận tất thấy thầy theo thế thể thì thích thôi thưa thật tôi tới trên trị trong
    trước trợ lí tui từ tự tức tớ ừ và vào vâng vẫn vậy về vì viên việc với xem xin xong xuống
"""
_POLITE = """
    à ạ ấy anh ad admin ảnh bà bạn bác các cả cán bộ cậu cháu chị chú con cô cụ dạ đấy đã để đi dì em hả kính lắm là
    luôn mà mình mọi mới muốn nha nhà nhé nhỉ nhiều như người ông ơi quá quý rất sẽ thầy thế thì thôi thưa tôi tớ
    trợ lí tui ừ và vâng vậy với xin
"""
_AMBIGUOUS = """
    ban ma thoi chi con chua tai lam di tu cu may lai nha me ba
"""
"""Without diacritics these may be words that ask for much: bán, mã, thối, chi, chùa, tài …"""

_COURTESIES = frozenset(
    ["a", "ạ", "ad", "admin", "chao", "chào", "dạ", "hoi", "hỏi", "nhe", "nhé", "oi", "ơi", "vâng", "xin"]
)
"""What says nothing of a question whatever it is about, with diacritics or without."""
_BESIDE = frozenset("anh bác bac bạn cháu chau chị chú cho cô em mình minh tôi toi".split())  # noqa: SIM905  # words are read most easily as words
"""What says nothing beside these: "chào em", "cho tôi hỏi"."""
_FEWEST = 3  # words that are left of a question without them

_MARKED = frozenset(_FILLERS.split())
_PLAIN = frozenset(fold(word) for word in _MARKED) - frozenset(_AMBIGUOUS.split())
_COURTEOUS = frozenset(fold(word) for word in _POLITE.split())


def content(normal: Normal, folded: Sequence[str]) -> tuple[str, ...]:
    """The words that ask for something, of `folded`, the mended form of `normal`."""
    if not normal.has_marks or len(folded) != len(normal.marked):
        return tuple(word for word in folded if word not in _PLAIN and _says_something(word))
    pairs = zip(folded, normal.marked, strict=True)
    return tuple(
        plain
        for plain, word in pairs
        if word not in _MARKED and not (word == plain and plain in _PLAIN) and _says_something(plain)
    )


def _says_something(word: str) -> bool:
    return len(word) > 1 and not word.isdecimal()


def without_courtesies(normal: Normal) -> Normal:
    """The question without greeting and politeness, which would only make it more like others."""
    courteous = [word in _COURTESIES for word in normal.marked]
    for step in (range(1, len(courteous)), range(len(courteous) - 2, -1, -1)):
        for number in step:
            beside = courteous[number - step.step]
            courteous[number] |= beside and normal.marked[number] in _BESIDE
    kept = [number for number, polite in enumerate(courteous) if not polite]
    if len(kept) < _FEWEST or len(kept) == len(normal.marked):
        return normal
    marked, folded = (tuple(words[number] for number in kept) for words in (normal.marked, normal.folded))
    return replace(normal, marked=marked, folded=folded)


def is_filler(plain: str) -> bool:
    """True for a word without its diacritics that is nothing else."""
    return plain in _PLAIN


def stripped(folded: Sequence[str]) -> tuple[str, ...]:
    """Without forms of address and politeness; all of it if nothing else is there."""
    return tuple(word for word in folded if word not in _COURTEOUS) or tuple(folded)
