"""Which words ask for something."""

import pytest

from faq import catalog, fillers
from faq.text import Normaliser

NORMALISER = Normaliser(catalog.load(catalog.SHIPPED).glossary)


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("cho em hỏi rút tiền thế nào ạ", ("rut", "tien")),
        ("cho em hoi rut tien the nao a", ("rut", "tien")),
        ("rắn cắn", ("ran", "can")),
        ("bán ở đâu", ("ban",)),
        ("ban o dau", ("ban",)),
        ("bạn ở đâu", ()),
        ("rồi sao nữa", ()),
        ("1 2 3 a", ()),
    ],
)
def test_content_is_what_is_left_without_fillers(text: str, content: tuple[str, ...]) -> None:
    normal = NORMALISER.normal(text)

    assert fillers.content(normal, normal.folded) == content


@pytest.mark.parametrize(
    ("words", "rest"),
    [(("cam", "on", "anh", "nhe"), ("cam", "on")), (("da", "vang", "a"), ("da", "vang", "a")), ((), ())],
)
def test_politeness_is_stripped_unless_it_is_all_there_is(words: tuple[str, ...], rest: tuple[str, ...]) -> None:
    assert fillers.stripped(words) == rest


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("chào em, cho tôi hỏi rút tiền thế nào ạ", "rút tiền thế nào"),
        ("chao em cho toi hoi rut tien the nao a", "rut tien the nao"),
        ("mẹ em rút tiền cho em thế nào", "mẹ em rút tiền cho em thế nào"),
        ("chào em nhé", "chào em nhé"),
    ],
)
def test_a_question_is_the_same_without_greeting_and_politeness(text: str, rest: str) -> None:
    assert fillers.without_courtesies(NORMALISER.normal(text)).text == rest
