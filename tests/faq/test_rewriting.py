"""One thing in a file is changed, and nothing else of it."""

from difflib import ndiff

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq import catalog, rewriting
from faq.editing import ENTRY_FIELDS, VALUE_FIELDS
from faq.rewriting import Unchangeable
from faq.yamlfile import Plain, parse
from tests.faq.folders import TOPIC

BY_HAND = """\
# Điểm ATM mềm, do Viettel phụ trách
topic: rut-tien   # không đổi
name:   "Rút tiền"
unit: viettel

questions:
  # hay hỏi nhất
  - id: rut-tien # mã
    question: Rút tiền thế nào?   # của chị Hoa
    variants:
    - Lấy tiền ra sao
    # tiếng Tày
    - 'Cầm tiền mặt: bằng cách nào'
    - Lấy tiền
      ở đâu
    answer: |
      Ra điểm giao dịch.

      1. Mang căn cước.

    # xem lại sau Tết
    risk: money   # có OTP
    related: [gui-tien,  phi]

  # ít hỏi
  - {id: gui-tien, question: "Gửi tiền?", answer: 'Ra điểm.', near: [rut-tien]}

  - urgent: true
    id: phi
    question: Phí?
    answer: Ra điểm.
# hết"""
FIRST, SECOND, THIRD = (("questions", number) for number in range(3))


def difference(before: str, after: str) -> list[str]:
    """The lines that went and came."""
    return [
        line.rstrip("\n")
        for line in ndiff(before.splitlines(keepends=True), after.splitlines(keepends=True))
        if line[0] in "+-"
    ]


def changed(source: str, where: tuple[str | int, ...], fields: dict[str, Plain]) -> list[str]:
    whole = source if source.endswith("\n") else f"{source}\n"
    return difference(whole, rewriting.change(source, where, fields, ENTRY_FIELDS))


def read(source: str, *where: str | int) -> Plain:
    content = parse("", source)[0].content
    for step in where:
        content = content[step]  # type: ignore[index]  # the test knows what is there
    return content


@pytest.mark.parametrize(
    ("fields", "lines"),
    [
        pytest.param(
            {"question": "Rút tiền: mấy bước?"},
            [
                "-     question: Rút tiền thế nào?   # của chị Hoa",
                "+     question: 'Rút tiền: mấy bước?'   # của chị Hoa",
            ],
            id="a text, with its note",
        ),
        pytest.param(
            {"variants": ["Lấy tiền ra sao", "Rút ở đâu", "Lấy tiền ở đâu", "Rút mấy lần"]},
            [
                "-     - 'Cầm tiền mặt: bằng cách nào'",
                "+     - Rút ở đâu",
                "+     - Rút mấy lần",
            ],
            id="lines of a list",
        ),
        pytest.param(
            {"variants": ["Lấy tiền ra sao", "Lấy tiền ở đâu"]},
            ["-     - 'Cầm tiền mặt: bằng cách nào'"],
            id="a line less",
        ),
        pytest.param(
            {"answer": "Ra bưu cục.\n\n- Mang căn cước: bản gốc\n"},
            [
                "-       Ra điểm giao dịch.",
                "+       Ra bưu cục.",
                "-       1. Mang căn cước.",
                "+       - Mang căn cước: bản gốc",
            ],
            id="the answer, as a block",
        ),
        pytest.param({"risk": None}, ["-     risk: money   # có OTP"], id="a field less"),
        pytest.param(
            {"related": ["phi"]}, ["-     related: [gui-tien,  phi]", "+     related: [phi]"], id="a short list"
        ),
        pytest.param(
            {
                "try": ["rut tien kieu gi"],
                "reviewed": "2026-11-24",
                "urgent": "true",
                "source": ["QĐ 5", "https://a.vn"],
            },
            [
                "+     try:",
                "+       - rut tien kieu gi",
                "+     urgent: true",
                "+     source:",
                "+       - QĐ 5",
                "+       - https://a.vn",
                "+     reviewed: 2026-11-24",
            ],
            id="fields more, each in its place",
        ),
        pytest.param(
            {"question": "Rút tiền thế nào?", "variants": None, "slots": {"huong": "rut"}},
            [
                "-     variants:",
                "-     - Lấy tiền ra sao",
                "-     # tiếng Tày",
                "-     - 'Cầm tiền mặt: bằng cách nào'",
                "-     - Lấy tiền",
                "-       ở đâu",
                "+     slots: {huong: rut}",
            ],
            id="a list less, and a mapping more",
        ),
    ],
)
def test_only_what_was_changed_is_written_anew(fields: dict[str, Plain], lines: list[str]) -> None:
    assert changed(BY_HAND, FIRST, fields) == lines


def test_what_says_the_same_already_stays_as_it_was_typed() -> None:
    fields = read(BY_HAND, "questions", 0)
    assert isinstance(fields, dict)

    assert changed(BY_HAND, FIRST, fields) == []


def test_an_entry_in_one_line_stays_in_one_line() -> None:
    assert changed(BY_HAND, SECOND, {"answer": "Ra chợ.\n\nHỏi: ai?", "risk": "money", "near": None}) == [
        "-   - {id: gui-tien, question: \"Gửi tiền?\", answer: 'Ra điểm.', near: [rut-tien]}",
        '+   - {id: gui-tien, question: "Gửi tiền?", answer: "Ra chợ.\\n\\nHỏi: ai?", risk: money}',
    ]


def test_a_field_behind_the_dash_makes_way_for_the_next() -> None:
    assert changed(BY_HAND, THIRD, {"urgent": None}) == ["-   - urgent: true", "-     id: phi", "+   - id: phi"]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_an_entry_is_added_behind_the_last(newline: str) -> None:
    source = TOPIC.replace("\n", newline)

    after = rewriting.add(source, ("questions",), {"id": "phi", "question": "Phí?", "answer": "Hỏi: ai?\n\nỞ đâu?"})

    added = "  - id: phi\n    question: Phí?\n    answer: |\n      Hỏi: ai?\n\n      Ở đâu?\n"
    assert after == source + added.replace("\n", newline)


def test_an_added_entry_stands_apart_where_the_others_do() -> None:
    after = rewriting.add(BY_HAND, ("questions",), {"id": "moi", "question": "Mới?", "answer": "Có."})

    assert after.endswith("    answer: Ra điểm.\n\n  - id: moi\n    question: Mới?\n    answer: |\n      Có.\n# hết\n")


def test_an_entry_is_taken_out_and_notes_stay() -> None:
    after = rewriting.remove(BY_HAND, FIRST)

    assert after.startswith(BY_HAND[: BY_HAND.index("  - id: rut-tien")] + "\n  # ít hỏi\n  - {id: gui-tien")


def test_the_last_entry_leaves_a_list_of_nothing() -> None:
    assert read(rewriting.remove(TOPIC, FIRST), "questions") == []


def test_a_value_that_is_not_known_any_more_stays_as_a_blank() -> None:
    source = (
        "values:\n  - name: PHI\n    text: 5 nghìn   # tháng 3\n    checked: 2026-11-24\n  - {name: GIO, text: 7 giờ}\n"
    )

    after = rewriting.change(source, ("values", 0), {"text": None, "source": None}, VALUE_FIELDS, blank=True)
    after = rewriting.change(after, ("values", 1), {"text": None, "source": "A, B"}, VALUE_FIELDS, blank=True)

    assert difference(source, after) == [
        "-     text: 5 nghìn   # tháng 3",
        "+     text: null   # tháng 3",
        "-   - {name: GIO, text: 7 giờ}",
        "+   - {name: GIO, text: null, source: 'A, B'}",
    ]


AWKWARD = [
    "phí: bao nhiêu", "mất #1", "# đầu câu", "- gạch đầu", "-gạch", "'nháy'", '"kép" rồi thôi', "it's", "😀 ok",
    "a\tb", "\ttab", "{{BIEU_PHI|Hỏi: điểm.}}", "*sao*", "&và", "!than", "@a", "%", "`x`", "? hỏi", "| a", "> b",
    "[x](https://a.vn)", "true", "null", "~", "123", "0912345678", "2026-11-24", "a\\b", "kết thúc:", "<<", "=",
    "a: 'b' #c",     "x" * 400 + " " + "y" * 100,
]  # fmt: skip


@pytest.mark.parametrize("text", AWKWARD)
@pytest.mark.parametrize("where", [FIRST, SECOND, THIRD])
def test_awkward_text_is_read_as_it_was_typed(text: str, where: tuple[str | int, ...]) -> None:
    fields: dict[str, Plain] = {
        "question": text,
        "variants": [text, "khác"],
        "answer": f"{text}\n\n  {text}",
        "source": [text],
    }

    after = rewriting.change(BY_HAND, where, fields, ENTRY_FIELDS)

    there = read(after, *where)
    assert isinstance(there, dict)
    assert {name: there[name] for name in fields} | {"answer": str(there["answer"]).strip()} == {
        "question": text,
        "variants": [text, "khác"],
        "answer": f"{text}\n\n  {text}".strip(),
        "source": [text],
    }


@given(
    st.lists(st.text("aă: #-'\"{}[]|>*&!%@`?,\t\\", min_size=1, max_size=12).filter(str.strip), min_size=1, max_size=6),
    st.text("aă: #-'\"{}|\n", min_size=1, max_size=40).filter(str.strip),
)
def test_any_text_is_read_as_it_was_typed(variants: list[str], answer: str) -> None:
    fields: dict[str, Plain] = {"variants": list(variants), "answer": answer}

    after = rewriting.change(BY_HAND, FIRST, fields, ENTRY_FIELDS)

    there = read(after, *FIRST)
    assert isinstance(there, dict)
    assert [text.strip() for text in there["variants"]] == [text.strip() for text in variants]  # type: ignore[union-attr]
    assert str(there["answer"]).strip() == answer.strip()


def test_every_shipped_entry_can_be_changed_in_place() -> None:
    source = (catalog.SHIPPED / "ho-tro.yaml").read_text(encoding="utf-8")
    entries = read(source, "questions")
    assert isinstance(entries, list)

    for number in range(len(entries)):
        lines = changed(source, ("questions", number), {"question": "Câu mới?"})

        assert lines[1:] == ["+     question: Câu mới?"]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("questions: [", "tệp đang có lỗi YAML; sửa lỗi ấy trước"),
        ("", "tệp đang trống"),
        ("questions: {}\n", "chỗ cần sửa không còn gồm các dòng 'tên: nội dung'"),
        ("questions:\n  - chữ\n", "chỗ cần sửa không còn gồm các dòng 'tên: nội dung'"),
    ],
)
def test_a_file_that_cannot_be_changed_there_says_why(source: str, reason: str) -> None:
    with pytest.raises(Unchangeable) as refused:
        rewriting.change(source, FIRST, {"question": "?"}, ENTRY_FIELDS)

    assert str(refused.value) == reason
