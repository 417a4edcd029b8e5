"""The layers through which what people type comes into one form."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faq import catalog
from faq.models import Glossary, Short, Term, Typo
from faq.text import LONGEST, Normal, Normaliser, abridge, fold, is_story, normalise

SHIPPED = Normaliser(catalog.load(catalog.SHIPPED).glossary)
EMPTY = Glossary()

VIETNAMESE = st.text(
    alphabet=(
        "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵwfjz0123456789 ,.?"
    ),
    max_size=60,
)


@pytest.mark.parametrize(
    ("word", "plain"), [("Rút", "rut"), ("ĐIỂM", "diem"), ("đường", "duong"), ("ưỡ", "uo"), ("", "")]
)
def test_folding_leaves_no_diacritics(word: str, plain: str) -> None:
    assert fold(word) == plain


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("RÚT TIỀN!!!", "rút tiền"),
        (unicodedata.normalize("NFD", "rút tiền ở điểm"), "rút tiền ở điểm"),
        ("ｒút　tiền", "rút tiền"),
        ("r\u200but ti\u00aden", "rut tien"),
        ("rút-tiền/gửi_tiền", "rút tiền gửi tiền"),
        ("1.000.000 đồng", "1000000 đồng"),
        ("20%", "20 phần trăm"),
        ("rút $ ở đây", "rút tiền ở đây"),
        ("tiền 💰 đâu 😭", "tiền đâu"),
        ("̣̀", ""),
    ],
)
def test_signs_and_forms_of_letters_make_no_difference(typed: str, text: str) -> None:
    assert normalise(typed, EMPTY).text == text


@pytest.mark.parametrize(
    ("typed", "text"),
    [("hòa thủy ủy", "hoà thuỷ uỷ"), ("đăng ký lý do", "đăng kí lí do"), ("quí khách", "quý khách"), ("qúy", "quý")],
)
def test_old_and_new_spelling_are_one(typed: str, text: str) -> None:
    assert normalise(typed, EMPTY).text == text


@pytest.mark.parametrize(
    ("typed", "text"),
    [("quáaaa", "quá"), ("rồiii", "rồi"), ("đâuuu vậyyy", "đâu vậy"), ("zoom", "zoom"), ("boong", "boong")],
)
def test_letters_drawn_out_are_said_once(typed: str, text: str) -> None:
    assert normalise(typed, EMPTY).text == text


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("ruts tieenf owr ddaau", "rút tiền ở đâu"),
        ("najp viettel money ngoafi ddaji lys", "nạp viettel money ngoài đại lí"),
        ("cos cacsh naof ruts tieenf khoong", "có cách nào rút tiền không"),
        ("ru1t tie6n2 o73 d9a6u", "rút tiền ở đâu"),
        ("d9a8ng ky1 vnpt money", "đăng kí vnpt money"),
    ],
)
def test_what_an_input_method_left_undone_is_done(typed: str, text: str) -> None:
    assert SHIPPED.normal(typed).text == text


@pytest.mark.parametrize("typed", ["test post list", "lan 2 số 4", "h37", "xe biển 12", "windows 11", "max cos"])
def test_what_only_looks_like_keys_is_left_alone(typed: str) -> None:
    assert normalise(typed, EMPTY).text == typed


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("2tr", "2 triệu"),
        ("1tr8", "1 triệu 8"),
        ("10k", "10 nghìn"),
        ("500 k", "500 nghìn"),
        ("3 củ", "3 củ"),
        ("200.000đ", "200000 đồng"),
    ],
)
def test_amounts_are_a_number_and_its_unit(typed: str, text: str) -> None:
    assert normalise(typed, EMPTY).text == text


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("k dc", "không được"),
        ("ko bik lm j", "không biết làm gì"),
        ("e k nhớ mk vnpt money r", "e không nhớ mật khẩu vnpt money rồi"),
        ("0 rút dc", "không rút được"),
        ("rút 0 đồng", "rút 0 đồng"),
        ("truyền khoản", "chuyển khoản"),
        ("vnied", "vneid"),
        ("app xứ lạng", "công dân số xứ lạng"),
        ("pót mát", "pót mát"),
    ],
)
def test_short_forms_and_slips_of_the_glossary_are_written_out(typed: str, text: str) -> None:
    assert SHIPPED.normal(typed).text == text


def test_a_short_form_that_is_a_word_too_only_may_mean_what_it_stands_for() -> None:
    glossary = Glossary(abbreviations=(Short(form="nha", expands_to=("nhé",)),))

    assert normalise("nha em o xa", glossary) == Normal(("nha", "em", "o", "xa"), ("nha", "em", "o", "xa"), ("nhe",))


def test_one_meaning_is_taken_and_the_others_are_kept_in_mind() -> None:
    glossary = Glossary(teencode=(Short(form="tn", expands_to=("thế nào", "tin nhắn")),))

    assert normalise("rút tn", glossary) == Normal(("rút", "thế", "nào"), ("rut", "the", "nao"), ("tin", "nhan"))


def test_names_of_platforms_are_brought_to_one() -> None:
    glossary = Glossary(
        terms=(Term(canonical="Vỏ Sò", kind="nen-tang", variants=("sàn voso",)),),
        common_typos=(Typo(form="voos so", canonical="Vỏ Sò"),),
    )

    assert [normalise(typed, glossary).text for typed in ("sàn voso", "voos so")] == ["vỏ sò", "vỏ sò"]


@pytest.mark.parametrize(
    ("typed", "marked"), [("rút tiền ở đâu", True), ("rut tien o dau", False), ("rut tiền o dau", False)]
)
def test_it_is_known_whether_diacritics_were_typed(typed: str, marked: bool) -> None:
    assert normalise(typed, EMPTY).has_marks is marked


def test_of_a_long_story_the_beginning_and_the_end_are_read() -> None:
    story = "đầu " + "dài " * 10_000 + "cuối"

    read = abridge(story)

    assert len(read) <= LONGEST
    assert read.split() == ["đầu", *["dài"] * (len(read.split()) - 2), "cuối"]
    assert normalise(story, EMPTY).text == read


@pytest.mark.parametrize("length", [10, LONGEST, LONGEST + 1, 4000])
def test_only_of_what_is_long_a_part_is_read(length: int) -> None:
    text = ("một hai " * length)[:length]

    assert (is_story(text), abridge(text) == text) == (length > LONGEST, length <= LONGEST)


@given(st.text(max_size=3000))
def test_what_is_abridged_is_short_enough(typed: str) -> None:
    assert len(abridge(typed)) <= LONGEST
    assert abridge(abridge(typed)) == abridge(typed)


@given(st.text(max_size=200))
def test_any_text_has_a_normal_form(typed: str) -> None:
    normal = SHIPPED.normal(typed)

    assert len(normal.marked) == len(normal.folded)
    assert [fold(word) for word in normal.marked] == list(normal.folded)


@given(st.one_of(VIETNAMESE, st.text(max_size=60)))
@settings(max_examples=300)
def test_normalising_twice_changes_nothing_more(typed: str) -> None:
    once = SHIPPED.normal(typed)

    assert SHIPPED.normal(once.text).text == once.text


@given(VIETNAMESE)
def test_composed_decomposed_and_capital_letters_are_the_same(typed: str) -> None:
    forms = [typed, unicodedata.normalize("NFD", typed), unicodedata.normalize("NFC", typed).upper()]

    assert len({SHIPPED.normal(form) for form in forms}) == 1
