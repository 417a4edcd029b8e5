"""What a careful editor is told about an FAQ that loads."""

import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faq import catalog, lint_text
from faq.catalog import UnusableFolder
from faq.faults import Fault
from faq.lint import lint
from tests.faq.folders import TOPIC, swap, write

TODAY = date(2026, 11, 25)
SECOND = """\
  - id: gui-tien
    question: Gửi tiền vào thẻ ra sao?
    variants:
      - Nạp thêm vào số dư
    answer: |
      Ra quầy.
    reviewed: 2026-11-01
"""
VALUE = "values:\n  - {{name: PHI, meaning: Phí, owner: viettel, text: {text}}}\n"


def errors(folder: Path, *, asking: bool = False, shipped: bool = False) -> list[str]:
    return [str(fault) for fault in found(folder, asking=asking, shipped=shipped) if fault.severity == "error"]


def warnings(folder: Path, *, asking: bool = False) -> list[str]:
    """Those that are not about the few wordings of small examples."""
    faults = [str(fault) for fault in found(folder, asking=asking) if fault.severity == "warning"]
    return [fault for fault in faults if "viết thêm cho đủ" not in fault]


def found(folder: Path, *, asking: bool = False, shipped: bool = False) -> tuple[Fault, ...]:
    return lint(folder, today=TODAY, asking=asking, shipped=shipped)


def test_a_good_file_has_no_faults(tmp_path: Path) -> None:
    write(tmp_path, {"rut-tien.yaml": TOPIC})

    assert errors(tmp_path) == []
    assert warnings(tmp_path) == []


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            swap("Cầm tiền mặt", unicodedata.normalize("NFD", "Cầm tiền mặt")),
            ["10: chữ có dấu ở dạng rời (NFD) tại 'Cầm'; xoá và gõ lại dòng này"],
            id="letters with loose marks",
        ),
        pytest.param(
            swap("Cầm tiền", "\u0421ầm tiền"),
            ["10: chữ '\u0421' trong '\u0421ầm' là chữ Nga, trông giống chữ Việt; gõ lại cả từ"],
            id="a Cyrillic letter",
        ),
        pytest.param(
            swap("Ra điểm", "Ra \u03bfng điểm"),
            ["14: chữ '\u03bf' trong '\u03bfng' là chữ Hy Lạp, trông giống chữ Việt; gõ lại cả từ"],
            id="a Greek letter",
        ),
        pytest.param(
            swap("Ra điểm", "\u00d0i ra điểm"),
            ["14: chữ '\u00d0' trong '\u00d0i' không phải chữ Việt; gõ lại thành 'Đ'"],
            id="an Icelandic letter",
        ),
        pytest.param(
            swap("Ra điểm", "Ra\u00a0điểm"),
            ["14: khoảng trắng đặc biệt (U+00A0) sau 'Ra', hay có khi chép từ Word, web; xoá và gõ lại"],
            id="a space of Word",
        ),
        pytest.param(
            swap("Rút tiền thế nào?", "Rót tiÒn mÆt ë ®iÓm?"),
            [
                "7: chữ gõ bằng phông cũ TCVN3 (ABC, .VnTime), không phải Unicode;"
                " chuyển sang Unicode bằng mục Chuyển mã của Unikey"
            ],
            id="text for a TCVN3 font",
        ),
        pytest.param(
            swap("Rút tiền thế nào?", "Ruùt tieàn maët ôû ñieåm?"),
            ["7: chữ gõ bằng phông cũ VNI, không phải Unicode; chuyển sang Unicode bằng mục Chuyển mã của Unikey"],
            id="text for a VNI font",
        ),
        pytest.param(
            swap("Cầm tiền mặt bằng", "Cáº§m tiá»\u2019n máº·t"),
            ["10: chữ bị đọc sai bảng mã (như 'tiá»n'); mở lại bản gốc với bảng mã UTF-8 rồi chép lại"],
            id="text read in the wrong encoding",
        ),
        pytest.param(
            swap("Rút tiền thế nào?", "“Rút tiền thế nào?”"),
            ['7: ngoặc cong “ ” của Word không phải dấu ngoặc của YAML; bỏ đi, hoặc thay bằng " " ở hai đầu câu'],
            id="quotation marks of Word around a question",
        ),
        pytest.param(
            swap("Cầm tiền mặt", "Cầm # tiền mặt"),
            ["10: chữ sau dấu # bị coi là ghi chú và bị bỏ; đặt cả câu trong dấu ngoặc kép"],
            id="words that YAML takes for a comment",
        ),
        pytest.param(
            swap("answer: |", "answer: >"),
            ["13: các dòng của câu trả lời sẽ dính vào nhau; viết 'answer: |' rồi xuống dòng"],
            id="an answer whose lines are joined",
        ),
        pytest.param(
            swap("    reviewed:", "    near: [gui-tien, rut-tien]\n    related: [khong-co]\n    reviewed:"),
            [
                "17: 'near' nhắc đến mục 'gui-tien' không có trong kho hỏi đáp; xem lại mã, hoặc bỏ đi",
                "17: 'near' nhắc đến chính mục này; bỏ 'rut-tien'",
                "18: 'related' nhắc đến mục 'khong-co' không có trong kho hỏi đáp; xem lại mã, hoặc bỏ đi",
            ],
            id="references to nothing and to itself",
        ),
        pytest.param(
            TOPIC.replace("    reviewed:", "    near: [gui-tien, gui-tien]\n    reviewed:").encode() + SECOND.encode(),
            ["17: 'near' nhắc đến 'gui-tien' hai lần; bỏ một"],
            id="a reference twice",
        ),
        pytest.param(
            (TOPIC + SECOND.replace("Nạp thêm vào số dư", "lay tien ra sao")).encode(),
            ["21: 'lay tien ra sao' trùng với rut-tien.yaml:9 của mục 'rut-tien' (không kể dấu); "
             "bỏ một câu hoặc viết cho khác"],
            id="a variant of another entry again without diacritics",
        ),
        pytest.param(
            swap("Cầm tiền mặt bằng cách nào", "rút tiền, thế nào"),
            ["10: 'rút tiền, thế nào' trùng với rut-tien.yaml:7 (không kể dấu); bỏ một câu hoặc viết cho khác"],
            id="the question again as a variant",
        ),
        pytest.param(
            swap("Cầm tiền mặt bằng cách nào", "Ra sao, lấy tiền ấy"),
            ["10: 'Ra sao, lấy tiền ấy' gần như trùng với dòng 9; bỏ một câu hoặc viết bằng lời khác"],
            id="two variants nearly the same",
        ),
        pytest.param(
            swap("rut tien kieu gi", "lay tien ra sao"),
            ["12: câu thử 'lay tien ra sao' trùng với cách hỏi ở rut-tien.yaml:9; "
             "câu thử phải là câu trợ lý chưa học"],
            id="a try that is a variant",
        ),
        pytest.param(
            swap("      - rut tien kieu gi\n", "      - rut tien kieu gi\n      - Rút tiền kiểu gì\n"),
            ["13: câu thử 'Rút tiền kiểu gì' trùng với rut-tien.yaml:12; bỏ một câu hoặc viết cho khác"],
            id="a try twice",
        ),
        pytest.param(
            swap("      Ra điểm giao dịch.", "      # Cách làm"),
            ["14: tiêu đề (dấu # đầu dòng) không hiện được trong tin nhắn; viết **chữ đậm**"],
            id="a heading",
        ),
        pytest.param(
            swap("      Ra điểm giao dịch.", "      | Phí | Mức |\n      |---|---|"),
            [
                "14: bảng không hiện được trong tin nhắn; viết thành danh sách",
                "15: bảng không hiện được trong tin nhắn; viết thành danh sách",
            ],
            id="a table",
        ),
        pytest.param(
            swap("Mang căn cước", "Xem ![ảnh](https://a.vn/b.png)"),
            ["16: ảnh không hiện được trong câu trả lời; viết bằng lời, hoặc để liên kết https://…"],
            id="a picture",
        ),
        pytest.param(
            swap("Mang căn cước", "Mang <b>căn cước</b>"),
            ["16: thẻ HTML không hiện được trong tin nhắn; bỏ đi, cần thì viết **chữ đậm**"],
            id="HTML",
        ),
        pytest.param(
            swap("Mang căn cước", "Bấm `*101#`"),
            ["16: dấu ` hoặc ~~ hiện nguyên trong tin nhắn; bỏ đi"],
            id="code",
        ),
        pytest.param(
            swap("Mang căn cước", "Mang **căn cước"),
            ["16: dấu ** mở ra mà chưa đóng trong đoạn này; thêm ** ở cuối phần chữ đậm"],
            id="bold that does not end",
        ),
        pytest.param(
            swap("Mang căn cước", "Xem http://langson.gov.vn"),
            ["16: liên kết 'http://langson.gov.vn' không phải https; viết đủ https://… và thử mở xem có được không"],
            id="a link that is not https",
        ),
        pytest.param(
            swap("Mang căn cước", "Xem [trang này](langson.gov.vn)"),
            ["16: liên kết 'langson.gov.vn' không phải https; viết đủ https://… và thử mở xem có được không"],
            id="a link without a scheme",
        ),
        pytest.param(
            swap("    reviewed:", "    source: http://a.vn/b\n    reviewed:"),
            ["17: liên kết 'http://a.vn/b' không phải https; viết đủ https://… và thử mở xem có được không"],
            id="a source that is not https",
        ),
        pytest.param(
            swap("Mang căn cước", "Moi nguoi mang căn cước"),
            ["16: 'nguoi' thiếu dấu; gõ lại cho đủ dấu"],
            id="a word without its diacritics",
        ),
        pytest.param(
            swap("Ra điểm giao dịch.", "Anh chi ra quan dau lang."),
            ["14: câu 'Anh chi ra quan dau lang…' không có dấu; gõ lại cho đủ dấu"],
            id="a sentence without diacritics",
        ),
        pytest.param(
            swap("Mang căn cước", "Gọi 912345678"),
            ["16: số điện thoại '912345678' thiếu số 0 ở đầu; viết '0912345678'"],
            id="a phone number without its 0",
        ),
        pytest.param(
            swap("Mang căn cước.", "Mang căn cước. " + "Đợi gọi tên. " * 100),
            ["13: câu trả lời dài 1337 chữ, quá 1200; rút gọn lại"],
            id="an answer too long for one message",
        ),
        pytest.param(
            swap("Mang căn cước.", "Gọi {{PHI|" + "Đợi gọi tên. " * 100 + "}}."),
            [
                "13: câu trả lời dài 1322 chữ, quá 1200; rút gọn lại",
                "16: giá trị 'PHI' chưa khai báo vì chưa có tệp values.yaml; thêm tệp ấy, hoặc bỏ {{PHI}}",
            ],
            id="an answer too long while a value is unset",
        ),
        pytest.param(
            swap("    reviewed:", "    risk: money\n    reviewed:"),
            [
                "13: mục về tiền hoặc giấy tờ phải có câu dặn an toàn;"
                " thêm một câu như: 'Không đọc mật khẩu, mã OTP cho ai, kể cả nhân viên.'"
            ],
            id="an entry on money without the safety line",
        ),
        pytest.param(
            swap("    reviewed:", "    valid_until: 2026-11-24\n    reviewed:"),
            ["17: câu trả lời hết hạn từ 2026-11-24; xem lại nội dung rồi sửa ngày, hoặc bỏ dòng này"],
            id="an answer past its date",
        ),
        pytest.param(
            swap("2026-11-01", "2026-12-01"),
            ["17: ngày rà lại 2026-12-01 ở tương lai; viết lại ngày đã rà"],
            id="a review in the future",
        ),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_line_and_its_mending(tmp_path: Path, content: bytes, expected: list[str]) -> None:
    write(tmp_path, {"rut-tien.yaml": content})

    assert errors(tmp_path) == [f"rut-tien.yaml:{fault}" for fault in expected]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(swap("Mang căn cước", "Bấm *101# rồi xem [trang](https://a.vn/b_c?d=1)"), id="a link and a code"),
        pytest.param(
            swap("Mang căn cước", "Gọi tel 0912 345 678, 1900 1234, mã 123456789"), id="numbers that are whole"
        ),
        pytest.param(swap("Mang căn cước", "Rút 500000000 đồng, 2.000.000đ"), id="amounts"),
        pytest.param(swap("Mang căn cước", "Mở VNeID, Viettel Money, app Zalo, POS, QR"), id="names of programs"),
        pytest.param(swap("Mang căn cước", "Nói: “Tôi rút tiền” rồi chờ"), id="a quotation in an answer"),
        pytest.param(swap("Mang căn cước", "Dưới 5 triệu (<5 triệu) thì được"), id="a sign for less"),
        pytest.param(swap("topic:", "# Cả tỉnh chưa rà \u0421\ntopic:"), id="anything in a comment"),
        pytest.param(
            swap("Mang căn cước.", "Không đọc mã OTP cho ai.").replace(
                b"    reviewed:", b"    risk: money\n    reviewed:"
            ),
            id="an entry on money with the safety line",
        ),
        pytest.param(swap("    reviewed:", "    valid_until: 2026-11-25\n    reviewed:"), id="the last day"),
    ],
)
def test_what_is_right_is_left_alone(tmp_path: Path, content: bytes) -> None:
    write(tmp_path, {"rut-tien.yaml": content})

    assert errors(tmp_path) == []


def test_all_kinds_of_faults_are_told_at_once_in_the_order_of_the_files(tmp_path: Path) -> None:
    broken = SECOND.replace("    reviewed:", "    related: [rut-tien, khong-co]\n    reviewd:")
    write(
        tmp_path,
        {
            "rut-tien.yaml": swap("Mang căn cước", "Mang <b>giấy tờ</b>").decode() + broken,
            "a.yaml": "topic: a\n\tname: A\n",
            "routine.yaml": "routines:\n"
            "  - {id: chao, kind: smalltalk, wordings: [Lấy tiền ra sao], answer: '# Chào'}\n",
            "out-of-scope.yaml": "groups:\n  - {about: tiền, questions: [rut tien the nao]}\n",
        },
    )

    assert errors(tmp_path) == [
        "a.yaml:2: có dấu Tab ở đầu dòng; thay bằng dấu cách (mỗi bậc hai dấu cách)",
        "out-of-scope.yaml:2: 'rut tien the nao' của 'tiền' trùng với rut-tien.yaml:7 của mục 'rut-tien'; bỏ một câu",
        "routine.yaml:2: 'Lấy tiền ra sao' của 'chao' trùng với rut-tien.yaml:9 của mục 'rut-tien'; bỏ một câu",
        "routine.yaml:2: 'chao': tiêu đề (dấu # đầu dòng) không hiện được trong tin nhắn; viết **chữ đậm**",
        "rut-tien.yaml:16: thẻ HTML không hiện được trong tin nhắn; bỏ đi, cần thì viết **chữ đậm**",
        "rut-tien.yaml:25: không có trường 'reviewd'; có phải 'reviewed'?",
    ]


def test_an_id_in_a_file_that_cannot_be_read_is_not_called_unknown(tmp_path: Path) -> None:
    known = swap("    reviewed:", "    related: [gui-tien]\n    reviewed:")
    write(tmp_path, {"rut-tien.yaml": known, "gui-tien.yaml": "questions:\n  - id: gui-tien\n\tquestion: Gửi?\n"})

    assert errors(tmp_path) == ["gui-tien.yaml:3: có dấu Tab ở đầu dòng; thay bằng dấu cách (mỗi bậc hai dấu cách)"]


def test_an_opening_in_more_than_ten_entries_is_told_once(tmp_path: Path) -> None:
    entries = "".join(
        f"  - id: muc-{number}\n    question: Làm sao để em {number} nghìn?\n    answer: Có.\n" for number in range(11)
    )
    write(tmp_path, {"muc.yaml": f"topic: muc\nname: Mục\nunit: vnpt\nquestions:\n{entries}"})

    assert errors(tmp_path) == [
        "muc.yaml:6: mở đầu 'lam sao de em' (không kể dấu) lặp lại ở 11 mục; viết lại bớt cho khác nhau"
    ]


@pytest.mark.parametrize(("shipped", "severity"), [(True, "error"), (False, "warning")])
def test_too_few_wordings_are_an_error_only_in_shipped_content(tmp_path: Path, shipped: bool, severity: str) -> None:
    write(tmp_path, {"rut-tien.yaml": TOPIC})

    assert [(fault.severity, str(fault)) for fault in found(tmp_path, shipped=shipped)] == [
        (severity, "rut-tien.yaml:6: mục 'rut-tien' mới có 2 cách hỏi ở 'variants'; viết thêm cho đủ 20"),
        (severity, "rut-tien.yaml:6: mục 'rut-tien' mới có 1 câu thử ở 'try'; viết thêm cho đủ 4"),
    ]


@pytest.mark.parametrize(
    ("reviewed", "expected"),
    [
        ("    reviewed: 2025-11-25\n", []),
        (
            "    reviewed: 2025-11-24\n",
            ["rut-tien.yaml:17: rà lại lần cuối ngày 2025-11-24, đã hơn một năm; xem lại nội dung rồi sửa ngày"],
        ),
        (
            "",
            ["rut-tien.yaml:6: mục 'rut-tien' chưa ghi ngày rà lại; thêm dòng 'reviewed: 2026-11-25' khi đã xem kỹ"],
        ),
    ],
)
def test_an_entry_is_to_be_reviewed_every_year(tmp_path: Path, reviewed: str, expected: list[str]) -> None:
    write(tmp_path, {"rut-tien.yaml": swap("    reviewed: 2026-11-01\n", reviewed)})

    assert warnings(tmp_path) == expected


def test_a_value_that_is_used_and_not_known_is_a_warning(tmp_path: Path) -> None:
    uses = swap("Mang căn cước", "Phí {{PHI}}")
    unset = write(tmp_path / "unset", {"rut-tien.yaml": uses, "values.yaml": VALUE.format(text="null")})
    known = write(tmp_path / "known", {"rut-tien.yaml": uses, "values.yaml": VALUE.format(text="miễn phí")})
    unused = write(tmp_path / "unused", {"rut-tien.yaml": TOPIC, "values.yaml": VALUE.format(text="null")})

    assert [warnings(folder) for folder in (unset, known, unused)] == [
        ["values.yaml:2: chưa có giá trị 'PHI' (dùng ở rut-tien); hỏi viettel rồi ghi vào 'text'"],
        [],
        [],
    ]


def test_a_value_that_differs_by_commune_is_known_by_its_list(tmp_path: Path) -> None:
    listed = VALUE.format(text="null, list: phi.csv")
    place = "places:\n  - {id: ky-lua, name: Kỳ Lừa, kind: phuong}\n"
    uses = swap("Mang căn cước", "Phí {{PHI}}")
    write(
        tmp_path,
        {"rut-tien.yaml": uses, "values.yaml": listed, "places.yaml": place, "phi.csv": "xa,phi\nKỳ Lừa,0 đ\n"},
    )

    assert (errors(tmp_path), warnings(tmp_path)) == ([], [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gọi 912345678", "'PHI': số điện thoại '912345678' thiếu số 0 ở đầu; viết '0912345678'"),
        (
            "“5.000 đồng”",
            'ngoặc cong “ ” của Word không phải dấu ngoặc của YAML; bỏ đi, hoặc thay bằng " " ở hai đầu câu',
        ),
        ("xem, valid_until: 2026-11-24", "giá trị 'PHI' hết hạn từ 2026-11-24; hỏi lại viettel rồi sửa"),
    ],
)
def test_values_are_checked_like_answers(tmp_path: Path, text: str, expected: str) -> None:
    write(tmp_path, {"rut-tien.yaml": swap("Mang", "{{PHI}}. Mang"), "values.yaml": VALUE.format(text=text)})

    assert errors(tmp_path) == [f"values.yaml:2: {expected}"]


def test_a_key_that_nothing_says_is_a_warning(tmp_path: Path) -> None:
    slots = "slots:\n  - key: huong\n    ask: Anh/chị muốn {}?\n    values: {gui: gửi tiền}\n"
    keyed = swap("    answer:", "    slots: {huong: rut}\n    answer:")
    write(tmp_path, {"rut-tien.yaml": keyed, "slots.yaml": slots})

    assert errors(tmp_path) == []
    assert [warning.split(": ", 1)[1] for warning in warnings(tmp_path)] == [
        "'huong: rut' chưa có lời trong slots.yaml nên trợ lý không hỏi lại được; thêm vào đó"
    ]


def test_a_question_that_has_no_room_for_the_choices_is_a_fault(tmp_path: Path) -> None:
    slots = "slots:\n  - key: huong\n    ask: Anh/chị muốn gì?\n    values: {gui: gửi tiền}\n"
    write(tmp_path, {"rut-tien.yaml": swap("Mang", "Mang"), "slots.yaml": slots})

    assert [error.split(": ", 1)[0] for error in errors(tmp_path)] == ["slots.yaml:3"]


def test_a_file_that_nothing_reads_is_a_warning(tmp_path: Path) -> None:
    write(tmp_path, {"rut-tien.yaml": TOPIC, "gui-tien.yml": TOPIC, "the.yaml.txt": TOPIC, "ghi-chu.txt": ""})

    what = "tệp này không được đọc vì tên không kết thúc bằng .yaml; đổi tên tệp"
    assert warnings(tmp_path) == [f"gui-tien.yml: {what}", f"the.yaml.txt: {what}"]


def test_a_folder_without_a_topic_cannot_be_linted(tmp_path: Path) -> None:
    with pytest.raises(UnusableFolder):
        lint(tmp_path / "nowhere", today=TODAY)


@given(st.text() | st.text(alphabet="a b\u0301\u2000\u0421Ð*|#`<>{}[]().:-0129\n", max_size=40))
def test_any_text_can_be_checked(text: str) -> None:
    lines = text.split("\n")

    of_letters = [what for line in lines for what in lint_text.letters(line)]
    of_answers = [finding for check in lint_text.ANSWER_CHECKS for finding in check(text)]

    assert all(of_letters)
    assert all(0 <= number < len(lines) and what for number, what in of_answers)


# --- what the matcher makes of it ---

PAIR = """\
topic: tien
name: Tiền
unit: viettel
questions:
  - id: rut-tien
    question: Rút tiền mặt ở điểm giao dịch thế nào?
    variants:
      - Lấy tiền mặt ra ngoài quầy
      - Muốn cầm tiền mặt trong tay
      - Rút tiền mặt ra tiêu
    try:
      - rut tien mat o quay
    answer: |
      Ra điểm giao dịch.
    reviewed: 2026-11-01
  - id: quen-mat-khau
    question: Quên mật khẩu thì làm sao?
    variants:
      - Không nhớ mật khẩu đăng nhập
      - Đặt lại mật khẩu bị quên
      - Mất mật khẩu rồi
    try:
      - quen mat khau dang nhap
    answer: |
      Bấm quên mật khẩu.
    reviewed: 2026-11-01
"""
MISPLACED = "      - Quên mật khẩu đăng nhập thì đặt lại mật khẩu thế nào\n"


def test_a_good_pair_is_told_apart(tmp_path: Path) -> None:
    write(tmp_path, {"tien.yaml": PAIR})

    assert errors(tmp_path, asking=True) == []


def test_a_variant_in_the_wrong_entry_is_told_with_both_entries(tmp_path: Path) -> None:
    write(tmp_path, {"tien.yaml": PAIR.replace("      - Rút tiền mặt ra tiêu\n", MISPLACED)})

    faults = [fault for fault in found(tmp_path, asking=True) if "bị hiểu chắc chắn" in fault.what]

    assert [(fault.file, fault.line, fault.severity) for fault in faults] == [("tien.yaml", 10, "warning")]
    assert faults[0].what.startswith(
        "'Quên mật khẩu đăng nhập thì đặt lại mật khẩu thế nào' của mục 'rut-tien' bị hiểu chắc chắn là 'quen-mat-khau'"
        " vì các từ: "
    )
    assert faults[0].what.endswith(" khi chưa học; viết rõ điều riêng của mục này, hoặc chuyển câu sang mục kia")


def test_a_variant_that_is_taken_away_although_it_is_learnt_is_an_error(tmp_path: Path) -> None:
    routine = "routines:\n  - {id: chao, kind: smalltalk, whole: true, wordings: [xin chào], answer: Chào anh/chị!}\n"
    write(
        tmp_path,
        {"tien.yaml": PAIR.replace("Mất mật khẩu rồi", "Xin chào ạ"), "routine.yaml": routine},
    )

    [fault] = errors(tmp_path, asking=True)

    assert fault.startswith("tien.yaml:21: 'Xin chào ạ' của mục 'quen-mat-khau' bị hiểu chắc chắn là 'chao'")
    assert fault.endswith(" dù đã học; viết rõ điều riêng của mục này, hoặc chuyển câu sang mục kia")


def test_a_try_that_another_entry_wins_is_told_with_the_winner(tmp_path: Path) -> None:
    write(tmp_path, {"tien.yaml": PAIR.replace("rut tien mat o quay", "dat lai mat khau dang nhap")})

    [fault] = errors(tmp_path, asking=True)

    assert fault.startswith("tien.yaml:12: câu thử 'dat lai mat khau dang nhap' bị hiểu chắc chắn là 'quen-mat-khau'")
    assert fault.endswith("; thêm cách hỏi có những từ như thế vào mục này")


def test_a_known_failure_is_counted_and_no_error(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "tien.yaml": PAIR.replace("rut tien mat o quay", "dat lai mat khau dang nhap"),
            "known-failures.yaml": "failures:\n  - {text: dat lai mat khau dang nhap, id: rut-tien}\n",
        },
    )

    assert errors(tmp_path, asking=True) == []
    assert [fault for fault in warnings(tmp_path, asking=True) if fault.startswith("known-failures")] == [
        "known-failures.yaml: còn 1 câu thử chưa đạt trên 2 (50,0%); danh sách này chỉ được ngắn đi"
    ]


def test_a_known_failure_that_passes_or_is_no_try_has_to_go(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "tien.yaml": PAIR,
            "known-failures.yaml": "failures:\n  - {text: rut tien mat o quay, id: rut-tien}\n"
            "  - {text: khong co cau nay, id: rut-tien}\n",
        },
    )

    assert errors(tmp_path, asking=True) == [
        "known-failures.yaml:2: câu thử 'rut tien mat o quay' nay đã đạt; bỏ nó khỏi known-failures.yaml",
        "known-failures.yaml:3: 'khong co cau nay' không phải câu thử của mục 'rut-tien'; "
        "sửa cho khớp, hoặc bỏ khỏi danh sách",
    ]


def test_the_shipped_content_is_written_as_it_should_be() -> None:
    assert errors(catalog.SHIPPED, shipped=True) == []


def test_the_shipped_content_is_understood() -> None:
    assert errors(catalog.SHIPPED, shipped=True, asking=True) == []
