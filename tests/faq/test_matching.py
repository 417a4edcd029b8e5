"""What is answered, offered, or not known; and what comes before any question."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq import catalog, trials
from faq.catalog import Catalog
from faq.matching import Match, Matcher, MatchSettings, Price, Routine, Routing, Sure, Unknown, Unsure, Verdict
from faq.models import Question, Topic
from faq.text import fold

SHIPPED = catalog.load(catalog.SHIPPED)
MATCHER = Matcher(SHIPPED)

WALLET = Topic(
    topic="vi",
    name="Ví",
    unit="viettel",
    questions=(
        Question(
            id="rut",
            question="Rút tiền từ ví ở quầy thế nào?",
            variants=("Lấy tiền mặt từ ví ra tại quầy", "Ra quầy rút tiền trong ví"),
            answer="Ra quầy.",
            near=("gui",),
            slots={"huong": "rut"},
        ),
        Question(
            id="gui",
            question="Gửi tiền vào ví ở quầy thế nào?",
            variants=("Nạp tiền mặt vào ví tại quầy", "Ra quầy gửi tiền vào ví"),
            answer="Ra quầy.",
            near=("rut",),
            slots={"huong": "gui"},
        ),
        Question(
            id="mat-khau",
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
"""A FAQ of its own, which says nothing of what is out of scope."""
SMALL = Matcher(Catalog((WALLET,)))


def first(verdict: Verdict) -> str | None:
    return verdict.matches[0].id if verdict.matches else None


def routine(text: str) -> str | None:
    verdict = MATCHER.match(text)
    return verdict.id if isinstance(verdict, Routine) else None


# --- answering ---


@pytest.mark.parametrize("written", [str, fold, str.upper])
def test_every_entry_is_answered_when_asked_in_its_own_words(written: type[str]) -> None:
    asked = {question.id: MATCHER.match(written(question.question)) for question in SHIPPED.questions}

    assert [id_ for id_, verdict in asked.items() if not isinstance(verdict, Sure) or first(verdict) != id_] == []


def test_every_try_finds_its_entry_but_those_known_to_fail() -> None:
    failed = {(trial.id, trial.text) for trial in trials.tries(MATCHER) if not trial.passed}

    assert failed == {(failure.id, failure.text) for failure in SHIPPED.known_failures}


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("ra cho atm mem rut tien can mang gi", "atm-mem-giay-to"),
        ("chào em, cho hỏi rút tiền ở điểm ATM mềm thế nào ạ", "atm-mem-rut-tien"),
        ("quên mk vnpt money lấy lại sao ad", "ttdt-quen-mk-vnpt-money"),
        ("queen maatj khaaur vnpt money", "ttdt-quen-mk-vnpt-money"),
        ("quênmậtkhẩu vnptmoney", "ttdt-quen-mk-vnpt-money"),
    ],
)
def test_a_question_is_answered_however_it_is_typed(text: str, entry: str) -> None:
    verdict = MATCHER.match(text)

    assert (type(verdict), first(verdict)) == (Sure, entry)


def test_five_entries_are_named_whatever_the_verdict() -> None:
    verdicts = [
        MATCHER.match(text) for text in ("rút tiền ở điểm ATM mềm thế nào", "ví", "con bò nhà tôi ốm", "xin chào")
    ]

    assert [type(verdict) for verdict in verdicts] == [Sure, Unsure, Unknown, Routine]
    for verdict in verdicts:
        scores = [match.score for match in verdict.matches]
        assert len(scores) == 5
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 for score in scores)


def test_the_evidence_tells_the_text_the_words_and_the_signals() -> None:
    evidence = MATCHER.match("RÚT TIỀN ở điểm ATM mềm ntn?").evidence

    assert evidence.normalised == "rút tiền ở điểm atm mềm như thế nào"
    assert set(evidence.words) == {"rut", "tien", "diem", "atm", "mem"}
    assert {"words", "letters", "marked", "in scope", "asked for"} <= evidence.signals.keys()


# --- not answering ---


@pytest.mark.parametrize(
    "text",
    [
        "máy cày của nhà tôi kêu to quá phải làm sao",
        "ngựa bạch nhà tôi bỏ ăn hai hôm nay",
        "nhân viên VNPT mặc áo màu gì hả trợ lý",
        "quán phở nào ngon nhất thành phố",
    ],
)
def test_what_the_faq_does_not_know_is_unknown(text: str) -> None:
    assert isinstance(MATCHER.match(text), Unknown)


def test_nothing_that_is_known_to_be_out_of_scope_is_answered() -> None:
    texts = [text for group in SHIPPED.outside for text in group.questions]

    assert len(texts) >= 300
    assert [text for text in texts if isinstance(MATCHER.match(text), Sure)] == []


@pytest.mark.parametrize(
    "text", ["", "   ", "?!", "😭😭", "\x00", "1", "thế thì sao", "ừ thế làm thế nào", "rồi sao nữa", "ở đâu vậy ạ"]
)
@pytest.mark.parametrize("within", [None, "atm-mem"])
def test_a_message_without_content_finds_nothing(text: str, within: str | None) -> None:
    assert isinstance(MATCHER.match(text, within=within), Unknown)


@given(st.text(max_size=300), st.sampled_from([None, "atm-mem", "khong-co"]))
def test_any_text_gets_a_verdict(text: str, within: str | None) -> None:
    verdict = MATCHER.match(text, within=within)
    routing = MATCHER.unit_for(text, verdict)

    assert len(verdict.matches) in (0, 5)
    assert routing.unit in {"buu-dien", "vnpt", "viettel", "so-tttt"}


def test_a_very_long_story_gets_a_verdict() -> None:
    verdict = MATCHER.match("tôi kể từ đầu cho rõ ngọn ngành, " * 300)

    assert not isinstance(verdict, Sure)


def test_a_question_after_a_long_story_is_offered_but_not_answered_as_only_a_part_is_read() -> None:
    story = "sáng nay trời mưa to, đường lầy, bà con ai cũng ngại đi. " * 20

    verdict = MATCHER.match(f"{story} Quên mật khẩu VNPT Money thì lấy lại mật khẩu thế nào?")

    assert (type(verdict), first(verdict)) == (Unsure, "ttdt-quen-mk-vnpt-money")


def test_an_empty_faq_knows_nothing() -> None:
    assert Matcher(Catalog(())).match("rút tiền") == Unknown((), None, Matcher(Catalog(())).match("rút tiền").evidence)


# --- caution ---


def test_siblings_are_told_apart_by_the_word_that_separates_them() -> None:
    assert [first(SMALL.match(text)) for text in ("ra quầy rút tiền ví", "ra quầy gửi tiền ví")] == ["rut", "gui"]


def test_siblings_are_offered_when_the_question_does_not_say_which() -> None:
    verdict = SMALL.match("ra quầy với tiền trong ví")

    assert isinstance(verdict, Unsure)
    assert {match.id for match in verdict.matches[:2]} == {"rut", "gui"}
    assert any(name.startswith(("slot of", "word of")) for name in verdict.evidence.signals)


def test_more_certainty_is_asked_for_where_money_is_at_stake() -> None:
    risky = WALLET.model_copy(
        update={"questions": tuple(question.model_copy(update={"risk": "money"}) for question in WALLET.questions)}
    )
    text = "quên mật khẩu ví"

    bars = [Matcher(Catalog((topic,))).match(text).evidence.signals["asked for"] for topic in (WALLET, risky)]

    assert bars[0] < bars[1]


@pytest.mark.parametrize("name", ["questions.jsonl", "questions-2.jsonl"])
def test_hardly_ever_is_money_or_identity_answered_wrong(name: str) -> None:
    lines = (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()
    asked = [one for one in map(json.loads, lines) if one["kind"] in ("in", "multi")]
    wrong = []
    for one in asked:
        verdict = MATCHER.match(one["text"])
        if isinstance(verdict, Sure) and (best := verdict.matches[0].id) not in (one["id"], one.get("also")):
            entry = SHIPPED.question(best)
            wrong += [one["text"]] if entry is not None and entry.risk is not None else []

    assert len(wrong) <= 0.01 * len(asked)


def test_the_settings_decide_how_certain_is_certain_enough() -> None:
    prices: tuple[Price, ...] = ("high", "middle", "low")
    wallet = Catalog((WALLET,))
    text = "quên mật khẩu ví"

    bars = [
        Matcher(wallet, MatchSettings(wrong_answer=price)).match(text).evidence.signals["asked for"] for price in prices
    ]
    silent = Matcher(wallet, MatchSettings(unsure=1.0)).match("thẻ ngân hàng ở ví")

    assert bars == sorted(bars, reverse=True)
    assert len(set(bars)) == len(prices)
    assert isinstance(silent, Unknown)


def test_a_faq_that_does_not_say_where_it_ends_still_knows_what_it_does_not_know() -> None:
    verdicts = [SMALL.match(text) for text in ("quên mật khẩu đăng nhập ví rồi", "lợn nhà tôi bỏ ăn phải làm sao")]

    assert [type(verdict) for verdict in verdicts] == [Sure, Unknown]
    assert first(verdicts[0]) == "mat-khau"


# --- context, negation, two questions ---


def test_what_was_talked_about_helps_a_short_question() -> None:
    text = "cần mang gì"

    assert isinstance(MATCHER.match(text), Unsure | Unknown)
    assert (type(MATCHER.match(text, within="atm-mem")), first(MATCHER.match(text, within="atm-mem"))) == (
        Sure,
        "atm-mem-giay-to",
    )


@pytest.mark.parametrize(
    ("text", "within", "entry"),
    [
        ("thế còn phí thì sao", "atm-mem", "atm-mem-phi"),
        ("the con phi thi sao a", "atm-mem", "atm-mem-phi"),
        ("không nhận được mã", "cong-dan-so", "cdsxl-khong-nhan-otp"),
        ("mấy giờ mở cửa", "atm-mem", "atm-mem-gio-mo-cua"),
    ],
)
def test_a_question_of_one_word_means_something_with_what_was_talked_about(text: str, within: str, entry: str) -> None:
    verdict = MATCHER.match(text, within=within)

    assert isinstance(verdict, Sure | Unsure)
    assert first(verdict) == entry


@pytest.mark.parametrize("text", ["rồi sao nữa", "thế thì sao ạ", "trời mưa", "giá vàng"])
def test_what_says_nothing_of_a_topic_is_not_taken_for_a_question_on_it(text: str) -> None:
    verdict = MATCHER.match(text, within="atm-mem")

    assert isinstance(verdict, Unknown | Routine)


# --- why ---


def test_an_explanation_shows_what_each_layer_made_of_the_question() -> None:
    found = MATCHER.explain("Daj cho hoi rut tieenf owr ddaau aaj, chứ không phải gửi")

    names = [name for name, _ in found.steps]
    assert names[:2] == ["negation", "unicode"]
    assert "input method" in names
    assert [candidate.id for candidate in found.candidates] == [match.id for match in found.verdict.matches]


def test_an_explanation_has_the_scores_of_every_signal_for_each_of_the_best() -> None:
    found = MATCHER.explain("phí rút tiền mặt ở điểm ATM mềm")

    assert [sorted(candidate.signals) for candidate in found.candidates] == [["letters", "marked", "words"]] * 5
    assert "phi" in found.candidates[0].words
    assert found.bars.sure > MATCHER.bars.sure
    assert found.concerns[0] == "risk"


def test_nothing_is_explained_of_nothing() -> None:
    found = MATCHER.explain(" … ")

    assert (type(found.verdict), found.candidates) == (Unknown, ())


# --- what is certain ---


def test_the_only_entry_of_a_faq_is_found_by_its_own_words() -> None:
    alone = Matcher(Catalog((WALLET.model_copy(update={"questions": WALLET.questions[:1]}),)))

    verdict = alone.match(WALLET.questions[0].question)

    assert (type(verdict), first(verdict)) == (Sure, WALLET.questions[0].id)


def test_what_was_talked_about_does_not_outweigh_a_clear_question() -> None:
    verdict = MATCHER.match("quên mật khẩu VNeID lấy lại thế nào", within="atm-mem")

    assert (type(verdict), first(verdict)) == (Sure, "vneid-quen-mat-khau")


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("gửi vào chứ không phải rút ra, ở ATM mềm làm sao", "atm-mem-gui-tien"),
        ("dia chi biet roi, chi hoi gio mo cua cua atm mem", "atm-mem-gio-mo-cua"),
    ],
)
def test_what_is_said_not_to_be_asked_is_not_answered(text: str, entry: str) -> None:
    assert first(MATCHER.match(text)) == entry


@pytest.mark.parametrize(
    ("text", "asked", "also"),
    [
        (
            "rút tiền ở điểm ATM mềm thế nào, còn quên mật khẩu VNeID thì làm sao",
            "atm-mem-rut-tien",
            "vneid-quen-mat-khau",
        ),
        (
            "Quên mật khẩu VNPT Money lấy lại thế nào? Mấy giờ điểm ATM mềm mở cửa?",
            "ttdt-quen-mk-vnpt-money",
            "atm-mem-gio-mo-cua",
        ),
    ],
)
def test_two_questions_in_one_message_are_both_found(text: str, asked: str, also: str) -> None:
    verdict = MATCHER.match(text)

    assert (type(verdict), first(verdict), verdict.also) == (Sure, asked, also)


def test_a_single_question_is_not_taken_for_two() -> None:
    assert {
        MATCHER.match(question.question).also for question in SHIPPED.questions if "?" in question.question[:-1]
    } <= {None}


# --- routine ---


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("xin chào", "chao-hoi"),
        ("Chào em nhé!", "chao-hoi"),
        ("dạ vâng ạ, em cảm ơn anh nhiều", "cam-on"),
        ("thôi được rồi tôi hiểu rồi cám ơn cháu nhé", "cam-on"),
        ("bạn là ai thế", "tro-ly-la-ai"),
        ("test", "thu-may"),
        ("nhà hàng xóm cháy to lắm gọi ai bây giờ", "khan-cap-chay"),
        ("nha toi dang chay to qua", "khan-cap-chay"),
        ("bố tôi bị điện giật", "khan-cap-cap-cuu"),
        ("bị rắn cắn rồi cứu", "khan-cap-cap-cuu"),
        ("mẹ em đang bị nó lừa chuyển khoản", "dang-bi-lua"),
        ("xin chào, cho hỏi thời tiết ngày mai thế nào", "ngoai-thoi-tiet"),
        ("gia vang hom nay the nao", "ngoai-gia-ca-thi-truong"),
    ],
)
def test_what_needs_no_question_of_the_faq_is_recognised(text: str, expected: str) -> None:
    assert routine(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "chào em, cho hỏi rút tiền ở điểm ATM mềm thế nào",
        "cảm ơn nhé, thế còn phí rút tiền ở ATM mềm là bao nhiêu",
        "app chạy chậm quá",
        "phản ánh cháy rừng trên app thế nào",
        "hôm qua tôi bị lừa mất 5 triệu, báo ai",
        "cho tôi gặp người thật",
        "rồi sao nữa",
    ],
)
def test_a_question_is_no_routine(text: str) -> None:
    assert routine(text) is None


def routine_wordings() -> Iterator[tuple[str, str, str]]:
    return ((one.id, one.kind, text) for one in SHIPPED.routines for text in one.wordings)


def test_every_wording_of_a_routine_is_recognised_as_its_kind() -> None:
    found = [(kind, text, MATCHER.match(text)) for _, kind, text in routine_wordings()]

    assert [text for kind, text, verdict in found if not isinstance(verdict, Routine) or verdict.kind != kind] == []


def test_no_wording_of_an_entry_is_taken_for_small_talk_or_for_something_out_of_scope() -> None:
    taken = [
        (question.id, text)
        for question in SHIPPED.questions
        for text in question.wordings
        if isinstance(verdict := MATCHER.match(text), Routine) and verdict.kind in ("smalltalk", "pointer")
    ]

    assert taken == []


# --- units ---


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rút tiền ở điểm ATM mềm thế nào", Routing("viettel", "entry")),
        ("rút tiền ở điểm ATM mềm của VNPT thế nào", Routing("vnpt", "provider")),
        ("điểm ATM mềm ở bưu điện mấy giờ mở cửa", Routing("buu-dien", "provider")),
        ("nhân viên VNPT mặc áo màu gì hả trợ lý", Routing("vnpt", "provider")),
        ("máy cày của nhà tôi kêu to quá phải làm sao", Routing("so-tttt", "default")),
    ],
)
def test_a_question_goes_to_the_provider_it_names_or_to_the_unit_of_its_entry(text: str, expected: Routing) -> None:
    assert MATCHER.unit_for(text, MATCHER.match(text)) == expected


@pytest.mark.parametrize(
    ("text", "matches", "expected"),
    [
        ("chị Viettel với anh VNPT", (), Routing("so-tttt", "default")),
        ("chị Viettel", (), Routing("viettel", "provider")),
        ("sàn", (Match("tmdt-phi-san", 0.2), Match("tmdt-chon-san", 0.1)), Routing("buu-dien", "topic")),
        ("sàn", (Match("tmdt-phi-san", 0.2), Match("ttdt-phi", 0.1)), Routing("so-tttt", "default")),
        ("sàn", (Match("tmdt-phi-san", 0.02),), Routing("so-tttt", "default")),
        ("sàn của viettel", (Match("tmdt-phi-san", 0.2),), Routing("viettel", "provider")),
    ],
)
def test_what_is_not_known_goes_to_the_one_provider_named_or_to_the_unit_of_the_likely_topic(
    text: str, matches: tuple[Match, ...], expected: Routing
) -> None:
    assert MATCHER.unit_for(text, Unknown(matches)) == expected


# --- the same for the same ---


def test_the_same_faq_and_question_give_the_same_whatever_the_order_of_files_and_questions() -> None:
    texts = [question.tries[0] for question in SHIPPED.questions if question.tries]
    before = [MATCHER.match(text) for text in texts]
    turned = tuple(topic.model_copy(update={"questions": topic.questions[::-1]}) for topic in reversed(SHIPPED.topics))
    other = Matcher(replace(SHIPPED, topics=turned))

    after = [other.match(text) for text in reversed(texts)]

    assert after[::-1] == before
    assert [MATCHER.match(text) for text in texts] == before


def test_an_unrelated_entry_changes_a_sure_answer_only_a_little() -> None:
    text = "rút tiền ở điểm ATM mềm thế nào"
    stranger = Question(
        id="la-lam",
        question="Xếp hình khủng long bằng giấy thế nào?",
        variants=("Gấp khủng long giấy", "Bày trò xếp giấy cho trẻ"),
        answer="Gấp đôi tờ giấy.",
    )
    first_topic, *rest = SHIPPED.topics
    more = replace(
        SHIPPED,
        topics=(first_topic.model_copy(update={"questions": (*first_topic.questions, stranger)}), *rest),
    )

    before, after = MATCHER.match(text), Matcher(more).match(text)

    assert (type(after), first(after)) == (Sure, first(before))
    assert after.matches[0].score == pytest.approx(before.matches[0].score, abs=0.05)
