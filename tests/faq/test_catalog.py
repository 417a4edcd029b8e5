"""What people do to FAQ files, and what they are told."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from faq import catalog
from faq.catalog import CatalogFaults, UnusableFolder
from faq.faults import Fault
from tests.faq.folders import TOPIC, swap, write

BROKEN = [
    pytest.param(
        swap("    question:", "\tquestion:"),
        ["7: có dấu Tab ở đầu dòng; thay bằng dấu cách (mỗi bậc hai dấu cách)"],
        id="a tab before a field",
    ),
    pytest.param(
        swap("      - Lấy", "\t\t- Lấy"),
        ["9: có dấu Tab ở đầu dòng; thay bằng dấu cách (mỗi bậc hai dấu cách)"],
        id="a tab before an item",
    ),
    pytest.param(
        swap("      Ra điểm", "\tRa điểm"),
        ["14: có dấu Tab ở đầu dòng; thay bằng dấu cách (mỗi bậc hai dấu cách)"],
        id="a tab in an answer",
    ),
    pytest.param(
        swap("- id: rut-tien", "-\tid: rut-tien"),
        ["6: có dấu Tab ở đầu dòng; thay bằng dấu cách (mỗi bậc hai dấu cách)"],
        id="a tab behind a dash",
    ),
    pytest.param(
        swap("question: Rút", "question Rút"),
        [
            "7: thiếu dấu hai chấm sau tên trường; viết 'tên: nội dung' (nếu đây là lời văn thì thêm "
            "dấu cách ở đầu dòng)",
        ],
        id="no colon behind a field",
    ),
    pytest.param(
        swap("variants:\n", "variants\n"),
        [
            "8: thiếu dấu hai chấm sau tên trường; viết 'tên: nội dung' (nếu đây là lời văn thì thêm "
            "dấu cách ở đầu dòng)",
        ],
        id="no colon before a list",
    ),
    pytest.param(
        swap("question: Rút", "question:Rút"),
        ["7: thiếu dấu cách sau dấu hai chấm; viết 'tên: nội dung'"],
        id="no space behind the colon",
    ),
    pytest.param(
        swap("question: Rút", "question：Rút"),
        ["7: dấu '：' không phải dấu hai chấm thường; xoá nó và gõ lại ':'"],
        id="a colon of another keyboard",
    ),
    pytest.param(
        swap("- Lấy", "-Lấy"),
        ["9: 'variants' phải là danh sách: đầu mỗi dòng là '- ', tức dấu gạch nối rồi một dấu cách"],
        id="no space behind a dash",
    ),
    pytest.param(
        swap("- Lấy", "– Lấy"),
        ["9: 'variants' phải là danh sách: đầu mỗi dòng là '- ', tức dấu gạch nối rồi một dấu cách"],
        id="a dash of a word processor",
    ),
    pytest.param(
        swap("- Lấy", "• Lấy"),
        ["9: 'variants' phải là danh sách: đầu mỗi dòng là '- ', tức dấu gạch nối rồi một dấu cách"],
        id="a bullet for a dash",
    ),
    pytest.param(
        swap("Rút tiền thế nào?", "Hỏi: rút tiền thế nào?"),
        ["7: trong câu có dấu hai chấm; đặt cả câu trong dấu ngoặc kép"],
        id="a colon in the question",
    ),
    pytest.param(
        swap("Lấy tiền ra sao", "Hỏi: lấy tiền ra sao"),
        ["9: 'variants' phải là một câu chữ; nếu trong câu có dấu hai chấm thì đặt cả câu trong dấu ngoặc kép"],
        id="a colon in a variant",
    ),
    pytest.param(
        swap("Rút tiền thế nào?", '"Rút tiền thế nào?'),
        ["7: dấu ngoặc kép hoặc nháy mở ra mà chưa đóng; thêm dấu đóng ở cuối câu"],
        id="a quotation mark not closed",
    ),
    pytest.param(
        swap("Lấy tiền ra sao", "'Lấy tiền ra sao"),
        ["9: dấu ngoặc kép hoặc nháy mở ra mà chưa đóng; thêm dấu đóng ở cuối câu"],
        id="an apostrophe not closed",
    ),
    pytest.param(
        swap("Rút tiền thế nào?", '"Rút" tiền thế nào?'),
        ['7: có chữ nằm sau dấu đóng của "; đặt cả câu trong dấu ngoặc kép, dấu ngoặc kép ở trong thì viết “ ”'],
        id="words behind a quotation",
    ),
    pytest.param(
        swap("Rút tiền thế nào?", "“Hỏi: rút tiền thế nào?”"),
        ['7: dấu ngoặc cong “ ” của Word không phải dấu ngoặc của YAML; thay bằng " " ở hai đầu câu'],
        id="quotation marks of Word",
    ),
    pytest.param(
        swap("Lấy tiền ra sao", "@bot lấy tiền"),
        ["9: câu bắt đầu bằng ký hiệu riêng của YAML (như *, &, !, @, %, `); đặt cả câu trong dấu ngoặc kép"],
        id="an at sign at the beginning",
    ),
    pytest.param(
        swap("Lấy tiền ra sao", "%phí bao nhiêu"),
        ["9: câu bắt đầu bằng ký hiệu riêng của YAML (như *, &, !, @, %, `); đặt cả câu trong dấu ngoặc kép"],
        id="a percent sign at the beginning",
    ),
    pytest.param(
        swap("Lấy tiền ra sao", "*101# là gì"),
        ["9: câu bắt đầu bằng ký hiệu riêng của YAML (như *, &, !, @, %, `); đặt cả câu trong dấu ngoặc kép"],
        id="a star at the beginning",
    ),
    pytest.param(
        swap("Lấy tiền ra sao", "&rút tiền"),
        ["9: câu bắt đầu bằng ký hiệu riêng của YAML (như *, &, !, @, %, `); đặt cả câu trong dấu ngoặc kép"],
        id="an ampersand at the beginning",
    ),
    pytest.param(
        swap("Lấy tiền ra sao", "!rút tiền"),
        ["9: câu bắt đầu bằng ký hiệu riêng của YAML (như *, &, !, @, %, `); đặt cả câu trong dấu ngoặc kép"],
        id="an exclamation mark at the beginning",
    ),
    pytest.param(
        swap("Lấy tiền ra sao", "# rút tiền"),
        ["9: 'variants' để trống vì chữ sau dấu # là ghi chú; đặt cả câu trong dấu ngoặc kép"],
        id="a number sign at the beginning",
    ),
    pytest.param(
        swap("Lấy tiền ra sao", "> 5 triệu thì sao"),
        ["9: sau dấu | hoặc > phải xuống dòng; nếu câu bắt đầu bằng dấu ấy thì đặt cả câu trong dấu ngoặc kép"],
        id="a greater sign at the beginning",
    ),
    pytest.param(
        swap("Lấy tiền ra sao", "? rút"),
        ["9: 'variants' bắt đầu bằng dấu { hoặc ?, là ký hiệu riêng của YAML; đặt cả câu trong dấu ngoặc kép"],
        id="a question mark at the beginning",
    ),
    pytest.param(
        swap("Lấy tiền ra sao", ", rút"),
        ["9: câu bắt đầu bằng ký hiệu riêng của YAML; đặt cả câu trong dấu ngoặc kép"],
        id="a comma at the beginning",
    ),
    pytest.param(
        swap("Lấy tiền ra sao", "{{PHI}} là bao nhiêu"),
        ["9: tên trường phải là một từ; nếu đây là câu bắt đầu bằng { hoặc [ thì đặt trong dấu ngoặc kép"],
        id="braces at the beginning",
    ),
    pytest.param(
        swap("Lấy tiền ra sao", "[gấp] rút tiền"),
        ["9: có chữ nằm sau dấu đóng của [; đặt cả câu trong dấu ngoặc kép, dấu ngoặc kép ở trong thì viết “ ”"],
        id="brackets at the beginning",
    ),
    pytest.param(
        swap("Lấy tiền ra sao", "[gấp rút tiền"),
        ["9: dấu [ hoặc { mở ra mà chưa đóng; thêm dấu đóng, hoặc đặt cả câu trong dấu ngoặc kép"],
        id="a bracket not closed",
    ),
    pytest.param(
        swap("Lấy tiền ra sao", "{rút"),
        ["9: dấu [ hoặc { mở ra mà chưa đóng; thêm dấu đóng, hoặc đặt cả câu trong dấu ngoặc kép"],
        id="a brace not closed",
    ),
    pytest.param(
        swap("    question:", "   question:"),
        ["7: dòng này thụt vào không thẳng hàng với các dòng cùng bậc; sửa số dấu cách ở đầu dòng"],
        id="a field too far to the left",
    ),
    pytest.param(
        swap("    question:", "     question:"),
        ["7: dòng này thụt vào không thẳng hàng với các dòng cùng bậc; sửa số dấu cách ở đầu dòng"],
        id="a field too far to the right",
    ),
    pytest.param(
        swap("      - Cầm", "     - Cầm"),
        ["10: dòng này thụt vào không thẳng hàng với các dòng cùng bậc; sửa số dấu cách ở đầu dòng"],
        id="an item too far to the left",
    ),
    pytest.param(
        swap("      Ra điểm", "Ra điểm"),
        [
            "14: thiếu dấu hai chấm sau tên trường; viết 'tên: nội dung' (nếu đây là lời văn thì thêm "
            "dấu cách ở đầu dòng)",
        ],
        id="an answer that is not indented",
    ),
    pytest.param(
        swap("answer: |\n", "answer: | Ra điểm\n"),
        ["13: sau dấu | hoặc > phải xuống dòng; nếu câu bắt đầu bằng dấu ấy thì đặt cả câu trong dấu ngoặc kép"],
        id="an answer beside its mark",
    ),
    pytest.param(
        swap("    variants:", "    question: Lại?\n    variants:"),
        ["8: trường 'question' viết hai lần (lần đầu ở dòng 7); gộp lại hoặc bỏ một"],
        id="a field twice",
    ),
    pytest.param(
        TOPIC.encode() + TOPIC[TOPIC.index("  - id") :].encode(),
        ["18: mã 'rut-tien' đã dùng ở rut-tien.yaml:6; mỗi mục một mã riêng"],
        id="an id twice",
    ),
    pytest.param(
        TOPIC[: TOPIC.index("    answer")].encode(),
        ["6: mục 'rut-tien' thiếu 'answer'; thêm dòng 'answer: …'"],
        id="an answer deleted",
    ),
    pytest.param(
        swap(TOPIC[TOPIC.index(" |\n") : TOPIC.index("    reviewed")], "\n"),
        ["13: 'answer' để trống; viết nội dung vào, hoặc bỏ dòng này nếu không bắt buộc"],
        id="an answer emptied",
    ),
    pytest.param(
        swap("variants:", "variant:"),
        ["8: không có trường 'variant'; có phải 'variants'?"],
        id="a field misspelt",
    ),
    pytest.param(
        swap("question:", "Question:"),
        [
            "6: mục 'rut-tien' thiếu 'question'; thêm dòng 'question: …'",
            "7: không có trường 'Question'; có phải 'question'?",
        ],
        id="a field in capitals",
    ),
    pytest.param(
        swap("    reviewed:", "    ghichu: x\n    reviewed:"),
        [
            "17: không có trường 'ghichu'; các trường dùng được: id, question, variants, try, answer, "
            "unit, also_units, near, slots, risk, urgent, related, source, reviewed, valid_until",
        ],
        id="a field that does not exist",
    ),
    pytest.param(
        swap("    reviewed:", "    <<: x\n    reviewed:"),
        [
            "17: không có trường '<<'; các trường dùng được: id, question, variants, try, answer, "
            "unit, also_units, near, slots, risk, urgent, related, source, reviewed, valid_until",
        ],
        id="a merge key",
    ),
    pytest.param(
        swap("    reviewed:", "    risk: tien\n    reviewed:"),
        ["17: 'risk' chỉ nhận 'money' hoặc 'identity'; đang là 'tien'"],
        id="a risk that does not exist",
    ),
    pytest.param(
        swap("    reviewed:", "    urgent: co\n    reviewed:"),
        ["17: 'urgent' chỉ nhận true hoặc false; đang là 'co'"],
        id="urgent in words",
    ),
    pytest.param(
        swap("2026-11-01", "01/11/2026"),
        ["17: 'reviewed' phải là một ngày có thật, viết 2026-11-01; đang là '01/11/2026'"],
        id="a day before its month",
    ),
    pytest.param(
        swap("2026-11-01", "2026-31-11"),
        ["17: 'reviewed' phải là một ngày có thật, viết năm-tháng-ngày như 2026-11-24; đang là '2026-31-11'"],
        id="a day that is none",
    ),
    pytest.param(
        swap("id: rut-tien", "id: rút-tiền"),
        ["6: 'id' chỉ gồm chữ thường không dấu, số và gạch nối, như atm-mem-phi; đang là 'rút-tiền'"],
        id="an id with diacritics",
    ),
    pytest.param(
        swap("id: rut-tien", "id: Rut Tien"),
        ["6: 'id' chỉ gồm chữ thường không dấu, số và gạch nối, như atm-mem-phi; đang là 'Rut Tien'"],
        id="an id with a space",
    ),
    pytest.param(
        swap("id: rut-tien", f"id: {'rut-' * 12}x"),
        ["6: 'id' dài quá 40 chữ; viết ngắn lại"],
        id="an id too long for a button",
    ),
    pytest.param(
        swap("    reviewed:", "    near: rut-tien\n    reviewed:"),
        ["17: 'near' phải là danh sách: mỗi ý một dòng, bắt đầu bằng '- '"],
        id="near without a list",
    ),
    pytest.param(
        swap("variants:\n      - Lấy tiền ra sao\n      - Cầm tiền mặt bằng cách nào\n", "variants: Lấy tiền\n"),
        ["8: 'variants' phải là danh sách: mỗi ý một dòng, bắt đầu bằng '- '"],
        id="variants without a list",
    ),
    pytest.param(
        swap("- Lấy tiền ra sao", "-"),
        ["9: 'variants' để trống; viết nội dung vào, hoặc bỏ dòng này nếu không bắt buộc"],
        id="a variant that is empty",
    ),
    pytest.param(
        swap("Lấy tiền ra sao", "rút " * 250_000),
        ["9: 'variants' dài quá 500 chữ; viết ngắn lại"],
        id="a variant of a megabyte",
    ),
    pytest.param(
        swap("Rút tiền thế nào?", "rút " * 250_000),
        ["7: 'question' dài quá 200 chữ; viết ngắn lại"],
        id="a question of a megabyte",
    ),
    pytest.param(
        b"# " + b"x" * 5_000_000,
        ["0: tệp lớn quá 4 MB; chia thành nhiều tệp, mỗi chủ đề một tệp"],
        id="a file of five megabytes",
    ),
    pytest.param(
        bytes(range(256)) * 20,
        ["1: đây không phải tệp chữ (có byte 0); lưu lại thành tệp văn bản với bảng mã UTF-8"],
        id="bytes of a program",
    ),
    pytest.param(
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        ["3: đây không phải tệp chữ (có byte 0); lưu lại thành tệp văn bản với bảng mã UTF-8"],
        id="a picture",
    ),
    pytest.param(
        b"PK\x03\x04\x14\x00\x06\x00",
        ["1: đây là tệp Word, Excel hoặc tệp nén, không phải tệp chữ; chép nội dung sang một tệp .yaml"],
        id="a document of Word",
    ),
    pytest.param(
        TOPIC.encode() + b"\0",
        ["18: đây không phải tệp chữ (có byte 0); lưu lại thành tệp văn bản với bảng mã UTF-8"],
        id="a zero byte at the end",
    ),
    pytest.param(
        b"a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n",
        ["1: dấu & hoặc * ở đầu câu là ký hiệu riêng của YAML; đặt cả câu trong dấu ngoặc kép"],
        id="anchors that multiply",
    ),
    pytest.param(
        swap("Rút tiền thế nào?", "!!python/object:os.system {}"),
        ["7: dấu ! ở đầu câu là ký hiệu riêng của YAML; đặt cả câu trong dấu ngoặc kép"],
        id="an object of Python",
    ),
    pytest.param(
        swap("Rút tiền thế nào?", "!!python/object/apply:os.system ['ls']"),
        ["7: dấu ! ở đầu câu là ký hiệu riêng của YAML; đặt cả câu trong dấu ngoặc kép"],
        id="a call of Python",
    ),
    pytest.param(
        b"a: " + b"[" * 1_000,
        ["1: các mục lồng nhau quá sâu; xem lại các dấu [ và {"],
        id="a thousand brackets",
    ),
    pytest.param(
        swap("    reviewed:", "    ? [a]\n    : b\n    reviewed:"),
        ["17: tên trường phải là một từ; nếu đây là câu bắt đầu bằng { hoặc [ thì đặt trong dấu ngoặc kép"],
        id="a key that is a list",
    ),
    pytest.param(
        b"",
        ["1: tệp trống; viết nội dung vào hoặc xoá tệp"],
        id="nothing at all",
    ),
    pytest.param(
        b"# x\n",
        ["1: tệp trống; viết nội dung vào hoặc xoá tệp"],
        id="comments only",
    ),
    pytest.param(
        b"~\n",
        ["1: tệp trống; viết nội dung vào hoặc xoá tệp"],
        id="a lone null",
    ),
    pytest.param(
        "Rút tiền thế nào?".encode(),
        ["1: tệp phải gồm các dòng 'tên: nội dung'; ở đây đang là một câu chữ"],
        id="a sentence only",
    ),
    pytest.param(
        b"- a\n- b\n",
        ["1: tệp phải gồm các dòng 'tên: nội dung'; ở đây đang là danh sách"],
        id="a list only",
    ),
    pytest.param(
        b"<html><body>404</body></html>",
        ["1: tệp phải gồm các dòng 'tên: nội dung'; ở đây đang là một câu chữ"],
        id="a web page",
    ),
    pytest.param(
        (TOPIC + "---\n" + TOPIC).encode(),
        ["18: dòng '---' mở một tài liệu thứ hai; mỗi tệp chỉ có một, bỏ dòng này"],
        id="two documents",
    ),
    pytest.param(
        swap("    question:", "<<<<<<< HEAD\n    question:"),
        ["7: dấu <<<<<<<, ======= hoặc >>>>>>> còn lại sau khi gộp hai bản sửa; chọn một bản rồi xoá các dấu này"],
        id="the marks of a merge conflict",
    ),
    pytest.param(
        TOPIC.encode("utf-16"),
        ["1: tệp đang ở bảng mã UTF-16; lưu lại với bảng mã (Encoding) UTF-8"],
        id="UTF-16 with its mark",
    ),
    pytest.param(
        TOPIC.encode("utf-16-le"),
        ["1: tệp đang ở bảng mã UTF-16; lưu lại với bảng mã (Encoding) UTF-8"],
        id="UTF-16 without its mark",
    ),
    pytest.param(
        "topic: a\nname: Rót tiÒn mÆt\n".encode("latin-1"),
        [
            "2: dòng này có chữ không thuộc bảng mã UTF-8; lưu lại với bảng mã (Encoding) UTF-8. Nếu "
            "gõ bằng phông .Vn… (TCVN3) hay VNI thì chuyển sang Unicode trước, bằng mục Chuyển mã của "
            "Unikey",
        ],
        id="letters of an old font",
    ),
    pytest.param(
        TOPIC[: TOPIC.index("ấy tiền") + 1].encode()[:-1],
        ["9: tệp bị cắt giữa chừng ở dòng này; chép lại tệp, hoặc viết tiếp cho đủ rồi lưu"],
        id="a file cut within a letter",
    ),
    pytest.param(
        swap("Lấy tiền", "Lấy\x07 tiền"),
        ["9: có ký tự điều khiển không nhìn thấy (U+0007); xoá dòng này và gõ lại"],
        id="a bell",
    ),
    pytest.param(
        swap("Lấy tiền", "Lấy\u2028tiền"),
        ["9: có ký tự điều khiển không nhìn thấy (U+2028); xoá dòng này và gõ lại"],
        id="a line separator",
    ),
    pytest.param(
        swap("    question:", "\u00a0\u00a0\u00a0\u00a0question:"),
        ["8: có khoảng trắng đặc biệt chép từ Word hoặc trang web; xoá nó và gõ lại bằng dấu cách thường"],
        id="a space of Word before a field",
    ),
    pytest.param(
        swap("question: Rút", "question:\u00a0Rút"),
        ["7: có khoảng trắng đặc biệt chép từ Word hoặc trang web; xoá nó và gõ lại bằng dấu cách thường"],
        id="a space of Word behind a colon",
    ),
    pytest.param(
        swap("topic: rut-tien\n", ""),
        ["2: thiếu 'topic'; thêm dòng 'topic: …'"],
        id="no topic",
    ),
    pytest.param(
        TOPIC[: TOPIC.index("questions:")].encode() + b"questions: []",
        ["5: 'questions' chưa có mục nào; thêm ít nhất một mục"],
        id="no questions",
    ),
    pytest.param(
        TOPIC[: TOPIC.index("questions:")].encode() + b"questions:",
        ["5: 'questions' để trống; viết nội dung vào, hoặc bỏ dòng này nếu không bắt buộc"],
        id="questions emptied",
    ),
    pytest.param(
        swap("questions:\n  - id", "questions:\n    id"),
        ["6: 'questions' phải là danh sách: mỗi ý một dòng, bắt đầu bằng '- '"],
        id="questions without dashes",
    ),
    pytest.param(
        swap("Ra điểm giao dịch", "Ra {{diem}} giao dịch"),
        [
            "14: dấu {{ }} viết chưa đúng ở 'Ra {{diem}} giao dịch.'; viết {{TEN_BIEN}} hoặc "
            "{{TEN_BIEN|câu thay thế.}}",
        ],
        id="a placeholder in small letters",
    ),
    pytest.param(
        swap("Ra điểm giao dịch", "Ra {{DIEM} giao dịch"),
        ["14: dấu {{ }} viết chưa đúng ở 'Ra {{DIEM} giao dịch.'; viết {{TEN_BIEN}} hoặc {{TEN_BIEN|câu thay thế.}}"],
        id="a placeholder not closed",
    ),
]


def faults(folder: Path, local: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(CatalogFaults) as raised:
        catalog.load(folder, local)
    return [str(fault) for fault in raised.value.faults]


@pytest.mark.parametrize(("content", "expected"), BROKEN)
def test_a_broken_edit_gets_a_line_that_says_how_to_mend_it(
    tmp_path: Path, content: bytes, expected: list[str]
) -> None:
    write(tmp_path, {"rut-tien.yaml": content})

    with pytest.raises(CatalogFaults) as raised:
        catalog.load(tmp_path)

    assert [f"{fault.line}: {fault.what}" for fault in raised.value.faults] == expected
    assert {(fault.file, fault.severity) for fault in raised.value.faults} == {("rut-tien.yaml", "error")}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=60)
    | st.text(alphabet="ab:- \n\t\"'[]{}|>&*!#%@,?\u00a0é", max_size=80).map(str.encode)
    | st.tuples(st.integers(0, len(TOPIC)), st.text(max_size=3), st.integers(0, 5)).map(
        lambda edit: (TOPIC[: edit[0]] + edit[1] + TOPIC[edit[0] + edit[2] :]).encode("utf-8", "replace")
    )
)
def test_any_edit_loads_or_is_told_with_a_line_of_the_file(tmp_path: Path, content: bytes) -> None:
    write(tmp_path, {"rut-tien.yaml": content})

    draft = catalog.inspect(tmp_path)

    lines = content.count(b"\n") + content.count(b"\r") + 1
    assert draft.faults or draft.entries
    assert all(0 <= fault.line <= lines and fault.what for fault in draft.faults)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(TOPIC.encode("utf-8-sig"), id="a byte order mark"),
        pytest.param(TOPIC.replace("\n", "\r\n").encode(), id="line ends of Windows"),
        pytest.param(TOPIC.replace("\n", "\r").encode(), id="line ends of an old Mac"),
        pytest.param(TOPIC.encode() + b"\n\n\n", id="empty lines at the end"),
        pytest.param(TOPIC.encode().rstrip(), id="no line end at the end"),
    ],
)
def test_a_file_as_some_editors_save_it_loads_like_any_other(tmp_path: Path, content: bytes) -> None:
    plain = catalog.load(write(tmp_path / "plain", {"rut-tien.yaml": TOPIC}))

    saved = catalog.load(write(tmp_path / "saved", {"rut-tien.yaml": content}))

    assert saved.topics == plain.topics


def test_decomposed_letters_are_put_together(tmp_path: Path) -> None:
    decomposed = swap("Rút tiền thế nào?", "Ru\u0301t ti\u00ea\u0300n the\u0302\u0301 na\u0300o?")

    loaded = catalog.load(write(tmp_path, {"rut-tien.yaml": decomposed}))

    assert [question.question for question in loaded.questions] == ["Rút tiền thế nào?"]


def test_all_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    second = TOPIC.replace("reviewed: 2026-11-01", "reviewed: 1/11/2026\n    risk: tien")
    write(
        tmp_path,
        {
            "rut-tien.yaml": swap("Ra điểm giao dịch.", "Gọi {{TONG_DAI}}."),
            "gui-tien.yaml": second.replace("topic: rut-tien", "topic: gui-tien"),
            "values.yaml": "values:\n  - name: PHI\n    meaning: Phí\n    owner: viettel\n",
            "glossary.yaml": "terms: nhiều",
            "places.yaml": "places:\n  - {id: tam-thanh, name: Tam Thanh, kind: thi-tran}\n",
            "routine.yaml": "routines:\n- id: chao\n\tkind: smalltalk\n",
            "known-failures.yaml": "",
        },
    )

    assert faults(tmp_path) == [
        "glossary.yaml:1: 'terms' phải là danh sách: mỗi ý một dòng, bắt đầu bằng '- '",
        "gui-tien.yaml:17: 'reviewed' phải là một ngày có thật, viết 2026-11-01; đang là '1/11/2026'",
        "gui-tien.yaml:18: 'risk' chỉ nhận 'money' hoặc 'identity'; đang là 'tien'",
        "known-failures.yaml:1: tệp trống; viết nội dung vào hoặc xoá tệp",
        "places.yaml:2: 'kind' chỉ nhận 'xa' hoặc 'phuong'; đang là 'thi-tran'",
        "routine.yaml:3: có dấu Tab ở đầu dòng; thay bằng dấu cách (mỗi bậc hai dấu cách)",
        "rut-tien.yaml:14: giá trị 'TONG_DAI' không có trong values.yaml; xem lại tên, hoặc thêm nó vào đó",
    ]


def test_an_id_and_a_topic_are_unique_over_all_files(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": TOPIC, "b.yaml": TOPIC})

    assert faults(tmp_path) == [
        "b.yaml:2: chủ đề 'rut-tien' đã có ở a.yaml; đổi mã hoặc gộp hai tệp",
        "b.yaml:6: mã 'rut-tien' đã dùng ở a.yaml:6; mỗi mục một mã riêng",
    ]


def test_names_in_the_other_files_are_unique_too(tmp_path: Path) -> None:
    value = "  - {name: PHI, meaning: Phí, owner: viettel}\n"
    routine = "  - {id: chao, kind: smalltalk, wordings: [chào], answer: Chào anh/chị!}\n"
    write(
        tmp_path,
        {
            "rut-tien.yaml": TOPIC,
            "values.yaml": f"values:\n{value}{value}",
            "routine.yaml": f"routines:\n{routine}{routine}",
        },
    )

    assert faults(tmp_path) == [
        "routine.yaml:3: mã 'chao' đã dùng ở dòng 2; mỗi mục một mã riêng",
        "values.yaml:3: tên 'PHI' đã dùng ở dòng 2; mỗi mục một tên riêng",
    ]


def test_a_local_value_stands_before_that_of_the_file(tmp_path: Path) -> None:
    values = "values:\n  - {name: PHI, meaning: Phí, owner: viettel, text: miễn phí}\n"
    write(tmp_path, {"rut-tien.yaml": TOPIC, "values.yaml": values})

    loaded = catalog.load(tmp_path, {"PHI": " 5.000 đồng "})

    assert loaded.values["PHI"].text == "5.000 đồng"


def test_a_local_value_that_no_file_knows_is_a_fault(tmp_path: Path) -> None:
    write(tmp_path, {"rut-tien.yaml": TOPIC, "values.yaml": "values: []\n"})

    assert faults(tmp_path, {"PHI": "x"}) == ["local: giá trị 'PHI' không có trong values.yaml; xem lại tên"]


def test_a_folder_under_the_name_of_a_file_is_a_fault(tmp_path: Path) -> None:
    write(tmp_path, {"rut-tien.yaml": TOPIC})
    (tmp_path / "gui-tien.yaml").mkdir()

    assert faults(tmp_path) == ["gui-tien.yaml: không phải là một tệp; chuyển nó ra khỏi thư mục này"]


def test_a_file_that_may_not_be_read_is_a_fault(tmp_path: Path) -> None:
    write(tmp_path, {"rut-tien.yaml": TOPIC, "gui-tien.yaml": TOPIC})
    (tmp_path / "gui-tien.yaml").chmod(0)
    try:
        (tmp_path / "gui-tien.yaml").read_bytes()
    except PermissionError:
        pass
    else:
        pytest.skip("this user may read everything")

    assert faults(tmp_path) == ["gui-tien.yaml: không đọc được tệp (Permission denied); xem lại quyền đọc của tệp"]


def test_files_of_editors_are_left_alone(tmp_path: Path) -> None:
    junk = dict.fromkeys((".rut-tien.yaml", ".#rut-tien.yaml", "rut-tien.yaml~", "#rut-tien.yaml#", "4913"), "\x00")

    loaded = catalog.load(write(tmp_path, {"rut-tien.yaml": TOPIC, **junk}))

    assert [topic.topic for topic in loaded.topics] == ["rut-tien"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("nowhere", "không có thư mục này; xem lại đường dẫn của kho hỏi đáp"),
        ("empty", "chưa có chủ đề nào; mỗi chủ đề là một tệp .yaml trong thư mục này"),
        ("empty/values.yaml", "không có thư mục này; xem lại đường dẫn của kho hỏi đáp"),
    ],
)
def test_a_folder_without_a_topic_cannot_be_used(tmp_path: Path, name: str, expected: str) -> None:
    write(tmp_path / "empty", {"values.yaml": "values: []\n"})

    with pytest.raises(UnusableFolder) as raised:
        catalog.load(tmp_path / name)

    assert raised.value.faults == (Fault(str(tmp_path / name), 0, expected),)


def test_what_is_right_in_a_broken_file_is_still_there_for_the_linter(tmp_path: Path) -> None:
    second = TOPIC[TOPIC.index("  - id") :].replace("rut-tien", "gui-tien").replace("2026-11-01", "hôm qua")
    write(tmp_path, {"rut-tien.yaml": TOPIC + second, "chuyen-tien.yaml": "- id: chuyen-tien\n\tquestion: Chuyển?\n"})

    draft = catalog.inspect(tmp_path)

    assert [entry.question.id for entry in draft.entries] == ["rut-tien"]
    assert [question.id for question in draft.catalog.questions] == ["rut-tien"]
    assert draft.ids == {"rut-tien", "gui-tien", "chuyen-tien"}
    assert draft.broken == {"rut-tien.yaml", "chuyen-tien.yaml"}


def test_the_version_changes_with_any_content(tmp_path: Path) -> None:
    one = catalog.load(write(tmp_path / "one", {"rut-tien.yaml": TOPIC}))
    same = catalog.load(write(tmp_path / "same", {"rut-tien.yaml": TOPIC}))
    other = catalog.load(write(tmp_path / "other", {"rut-tien.yaml": swap("căn cước", "giấy tờ")}))

    assert one.version == same.version
    assert one.version != other.version


def test_an_entry_goes_to_its_own_unit_or_its_topics(tmp_path: Path) -> None:
    second = TOPIC[TOPIC.index("  - id") :].replace("rut-tien", "gui-tien") + "    unit: vnpt\n"

    loaded = catalog.load(write(tmp_path, {"rut-tien.yaml": TOPIC + second}))

    assert [loaded.unit_of(id_) for id_ in ("rut-tien", "gui-tien", "no-such")] == ["viettel", "vnpt", None]


def test_the_shipped_faq_loads() -> None:
    loaded = catalog.load(catalog.SHIPPED)

    assert loaded.topic_of("atm-mem-giay-to") == loaded.topic("atm-mem")
    assert loaded.unit_of("atm-mem-giay-to") == "viettel"
