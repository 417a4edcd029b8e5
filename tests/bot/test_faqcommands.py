"""`helpdesk faq …` as people type it."""

import json
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.faqcommands import app
from faq import answers, catalog, schema
from tests.faq.folders import TOPIC, swap, write

ROOT = Path(__file__).parent.parent.parent
PHI = "values:\n  - {name: PHI, meaning: Phí rút, owner: viettel, text: null}\n"
UNUSED = "  - {name: GIO, meaning: Giờ mở cửa, owner: vnpt, text: 7 giờ}\n"


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HELPDESK_CONFIG", raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("HELPDESK_MATCHING__SEMANTIC", "false")  # the same wherever the model is installed or not


@pytest.fixture
def atm(tmp_path: Path) -> Path:
    """A folder with the shipped entries on ATM mềm, which answer surely."""
    files = ("atm-mem.yaml", "glossary.yaml", "values.yaml", "routine.yaml")
    return write(tmp_path / "atm", {name: (catalog.SHIPPED / name).read_bytes() for name in files})


def helpdesk(*words: str | Path, typed: str | bytes = "") -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], input=typed)


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.split("\n")[:-1]]


# --- lint ---


def test_lint_prints_each_fault_as_a_line_that_can_be_clicked(tmp_path: Path) -> None:
    write(tmp_path / "faq", {"rut-tien.yaml": swap("Mang căn cước", "Mang <b>giấy tờ</b>")})

    result = helpdesk("lint", "--faq", "faq", "--quick")

    assert result.stdout.split("\n") == [
        "faq/rut-tien.yaml:6: cảnh báo: mục 'rut-tien' mới có 2 cách hỏi ở 'variants'; viết thêm cho đủ 20",
        "faq/rut-tien.yaml:6: cảnh báo: mục 'rut-tien' mới có 1 câu thử ở 'try'; viết thêm cho đủ 4",
        "faq/rut-tien.yaml:16: thẻ HTML không hiện được trong tin nhắn; bỏ đi, cần thì viết **chữ đậm**",
        "1 lỗi, 2 cảnh báo.",
        "",
    ]
    assert result.exit_code == 1


def test_lint_is_content_with_warnings(tmp_path: Path) -> None:
    write(tmp_path / "faq", {"rut-tien.yaml": TOPIC})

    result = helpdesk("lint", "--faq", tmp_path / "faq", "--quick")

    assert result.stdout.split("\n")[-2] == "0 lỗi, 2 cảnh báo."
    assert result.exit_code == 0


def test_lint_annotates_for_github(tmp_path: Path) -> None:
    write(tmp_path / "faq", {"rut-tien.yaml": TOPIC, "a,b: 100%.yaml": "topic: a\n\tname: A\n"})

    result = helpdesk("lint", "--faq", "faq", "--format", "github", "--quick")

    assert result.stdout.split("\n")[0] == (
        "::error file=faq/a%2Cb%3A 100%25.yaml,line=2::có dấu Tab ở đầu dòng; thay bằng dấu cách (mỗi bậc hai dấu cách)"
    )
    assert result.stdout.split("\n")[1].startswith("::warning file=faq/rut-tien.yaml,line=6::mục 'rut-tien'")
    assert result.exit_code == 1


def test_lint_speaks_json(tmp_path: Path) -> None:
    write(tmp_path / "faq", {"rut-tien.yaml": swap("2026-11-01", "01/11/2026")})

    result = helpdesk("lint", "--faq", "faq", "--format", "json", "--quick")

    assert lines(result.stdout) == [
        {
            "errors": 1,
            "warnings": 0,
            "faults": [
                {
                    "file": "rut-tien.yaml",
                    "line": 17,
                    "severity": "error",
                    "what": "'reviewed' phải là một ngày có thật, viết 2026-11-01; đang là '01/11/2026'",
                }
            ],
        }
    ]
    assert result.exit_code == 1


def test_lint_asks_the_tries_unless_it_is_to_be_quick(tmp_path: Path) -> None:
    write(tmp_path / "faq", {"rut-tien.yaml": swap("rut tien kieu gi", "con ga ac o dau")})

    careful, quick = helpdesk("lint", "--faq", "faq"), helpdesk("lint", "--faq", "faq", "--quick")

    assert (careful.exit_code, quick.exit_code) == (1, 0)
    assert "câu thử 'con ga ac o dau' chưa được hiểu" in careful.stdout


# --- what a person can mend ---


@pytest.mark.parametrize(
    "command", [("lint",), ("ask",), ("ask", "--jsonl"), ("try", "rút tiền"), ("values",), ("confusions",)]
)
def test_a_folder_that_is_not_there_is_one_clear_line(command: tuple[str, ...]) -> None:
    result = helpdesk(*command, "--faq", "nowhere", typed="rút tiền\n")

    assert result.stderr == "nowhere: không có thư mục này; xem lại đường dẫn của kho hỏi đáp\n"
    assert (result.stdout, result.exit_code) == ("", 2)


@pytest.mark.parametrize("command", [("ask", "--jsonl"), ("try", "rút tiền"), ("values",), ("confusions",)])
def test_a_broken_file_is_a_line_for_each_fault(tmp_path: Path, command: tuple[str, ...]) -> None:
    write(tmp_path / "faq", {"rut-tien.yaml": swap("question:", "Question:"), "a.yaml": ""})

    result = helpdesk(*command, "--faq", "faq", typed="rút tiền\n")

    assert result.stderr.split("\n") == [
        "faq/a.yaml:1: tệp trống; viết nội dung vào hoặc xoá tệp",
        "faq/rut-tien.yaml:6: mục 'rut-tien' thiếu 'question'; thêm dòng 'question: …'",
        "faq/rut-tien.yaml:7: không có trường 'Question'; có phải 'question'?",
        "",
    ]
    assert (result.stdout, result.exit_code) == ("", 2)


def test_a_broken_configuration_is_told_too(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("databse: x\n", encoding="utf-8")

    result = helpdesk("values", "--config", "config.yaml")

    assert result.stderr == "databse: is not a key; did you mean database?\n"
    assert result.exit_code == 2


def test_the_folder_and_the_values_of_the_configuration_are_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "ours", {"rut-tien.yaml": swap("Mang căn cước", "Phí {{PHI}}"), "values.yaml": PHI})
    (tmp_path / "config.yaml").write_text("faq: ours\nlocal: {PHI: miễn phí}\n", encoding="utf-8")
    monkeypatch.setenv("HELPDESK_CONFIG", str(tmp_path / "config.yaml"))

    result = helpdesk("values")

    assert "1 giá trị, 0 đang dùng mà chưa có" in result.stdout
    assert "miễn phí" in result.stdout
    assert result.exit_code == 0


# --- schema ---


def test_schema_is_written_beside_the_files(tmp_path: Path) -> None:
    write(tmp_path / "faq", {"rut-tien.yaml": TOPIC})

    result = helpdesk("schema", "--faq", "faq")

    assert (result.stdout, result.exit_code) == ("Đã ghi faq/schema.json\n", 0)
    assert (tmp_path / "faq" / "schema.json").read_text(encoding="utf-8") == schema.text()


def test_schema_says_where_it_could_not_write() -> None:
    result = helpdesk("schema", "--faq", "nowhere")

    assert result.stderr == (
        "nowhere/schema.json: không ghi được tệp (No such file or directory); xem lại thư mục và quyền ghi\n"
    )
    assert result.exit_code == 2


# --- ask ---


def test_ask_writes_a_line_for_each_line_whatever_it_holds(atm: Path) -> None:
    question = "Ra điểm ATM mềm cần mang theo giấy tờ gì?"
    apart = unicodedata.normalize("NFD", question)
    typed = b"\xef\xbb\xbf" + apart.encode() + b"\r\n\n  \n\xff\xfe\xe1\xba\n\0\x07\nxin ch\xc3\xa0o"

    result = helpdesk("ask", "--faq", atm, "--jsonl", typed=typed)

    answered = lines(result.stdout)
    assert [(line["text"], line["verdict"], line["routine"]) for line in answered] == [
        (apart, "sure", None),
        ("", "unknown", None),
        ("  ", "unknown", None),
        ("\ufffd\ufffd\ufffd", "unknown", None),
        ("\0\x07", "unknown", None),
        ("xin chào", "unknown", "chao-hoi"),
    ]
    assert {tuple(line) for line in answered} == {("text", "verdict", "routine", "matches", "also")}
    assert result.exit_code == 0


def test_ask_gives_the_five_best_with_their_scores(atm: Path) -> None:
    result = helpdesk("ask", "--faq", atm, "--jsonl", typed="ra cho atm mem rut tien can mang gi\n")

    [line] = lines(result.stdout)
    matches = line["matches"]
    assert isinstance(matches, list)
    assert [set(match) for match in matches] == [{"id", "score"}] * 5
    assert matches[0]["id"] == "atm-mem-giay-to"
    assert sorted((match["score"] for match in matches), reverse=True) == [match["score"] for match in matches]
    assert all(0 <= match["score"] <= 1 for match in matches)


def test_ask_answers_in_words_without_jsonl(atm: Path) -> None:
    known = catalog.load(atm)
    question = known.question("atm-mem-giay-to")
    assert question is not None

    result = helpdesk("ask", "--faq", atm, typed=f"{question.question}\ncon gà ác\n")

    assert result.stdout == (
        f"[atm-mem-giay-to] {question.question}\n{answers.render(question, known)}\n\n"
        "Trợ lý chưa có câu trả lời cho câu này.\n\n"
    )


# --- looking into it ---


def test_try_shows_why(atm: Path) -> None:
    result = helpdesk("try", "--faq", atm, "ra cho atm mem rut tien can mang gi")

    shown = [line.strip() for line in result.stdout.split("\n")]
    assert "Kết luận: chắc chắn là atm-mem-giay-to" in shown
    assert [title for title in shown if title in ("Trợ lý đọc câu hỏi", "Năm mục gần nhất, điểm từng tín hiệu")] == [
        "Trợ lý đọc câu hỏi",
        "Năm mục gần nhất, điểm từng tín hiệu",
    ]
    rows = [line for line in shown if line.startswith("│ atm-mem-")]
    assert len(rows) == len(set(rows)) > 1
    assert rows[0].startswith("│ atm-mem-giay-to")
    assert result.exit_code == 0


def test_calibrate_shows_what_another_choice_would_cost(atm: Path) -> None:
    result = helpdesk("calibrate", "--faq", atm)

    assert "middle: vừa (đang dùng)" in " ".join(result.stdout.replace("│", " ").split())
    assert "+0.0 câu sai, +0.0 câu hỏi lại" in " ".join(result.stdout.replace("│", " ").split())
    assert result.exit_code == 0


def test_values_lists_what_is_missing_first(tmp_path: Path) -> None:
    write(
        tmp_path / "faq",
        {"rut-tien.yaml": swap("Mang căn cước", "Phí {{PHI}}"), "values.yaml": PHI + UNUSED},
    )

    result = helpdesk("values", "--faq", "faq")

    rows = [[cell.strip() for cell in row.strip("│").split("│")] for row in result.stdout.split("\n") if "│" in row]
    assert "2 giá trị, 1 đang dùng mà chưa có" in result.stdout
    assert rows == [
        ["PHI", "Phí rút", "viettel", "chưa có", "rut-tien"],
        ["GIO", "Giờ mở cửa", "vnpt", "7 giờ", "chưa dùng"],
    ]


def test_confusions_names_the_pair_and_the_words_apart(tmp_path: Path) -> None:
    second = TOPIC[TOPIC.index("  - id") :].replace("id: rut-tien", "id: gui-tien")
    second = second.replace("Rút tiền thế nào?", "Gửi tiền vào sổ thế nào?")
    second = second.replace("Lấy tiền ra sao", "Gửi tiền lấy lãi").replace("Cầm tiền mặt bằng", "Bỏ tiền vào sổ bằng")
    second = second.replace("rut tien kieu gi", "cam tien mat")
    write(tmp_path / "faq", {"rut-tien.yaml": TOPIC + second})

    result = helpdesk("confusions", "--faq", "faq", "--top", "1")

    assert "cặp dễ nhầm" in result.stdout
    assert "gui-tien: cam tien mat" in result.stdout
    assert result.exit_code == 0


def test_the_program_answers_through_a_pipe_line_by_line(atm: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "faq", "ask", "--faq", str(atm), "--jsonl"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"PATH": "", "LC_ALL": "C", "PYTHONIOENCODING": "ascii", "HELPDESK_MATCHING__SEMANTIC": "false"},
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        answered = []
        for text in ("ra cho atm mem rut tien can mang gi", "Rút tiền mặt ở điểm ATM mềm như thế nào?"):
            process.stdin.write(f"{text}\n".encode())
            process.stdin.flush()
            answered.append(json.loads(process.stdout.readline()))  # before the next is asked
        process.stdin.close()

        assert [(line["text"], line["matches"][0]["id"]) for line in answered] == [
            ("ra cho atm mem rut tien can mang gi", "atm-mem-giay-to"),
            ("Rút tiền mặt ở điểm ATM mềm như thế nào?", "atm-mem-rut-tien"),
        ]
        assert process.wait() == 0


def test_the_shipped_folder_is_the_default() -> None:
    result = helpdesk("values")

    shipped = catalog.load(catalog.SHIPPED)
    assert f"{len(shipped.values)} giá trị" in result.stdout


# --- init ---


def test_init_copies_the_shipped_content_into_a_new_folder(tmp_path: Path) -> None:
    result = helpdesk("init", "kho")

    copied = {path.name: path.read_bytes() for path in (tmp_path / "kho").iterdir() if not path.name.startswith(".")}
    assert copied == {path.name: path.read_bytes() for path in catalog.SHIPPED.iterdir()}
    assert result.stdout.split("\n") == [
        f"Đã chép {len(copied)} tệp vào kho",
        "Để trợ lý dùng thư mục này, ghi vào config.yaml dòng:",
        f"  faq: {tmp_path / 'kho'}",
        "",
    ]
    assert catalog.load(tmp_path / "kho").version == catalog.load(catalog.SHIPPED).version


def test_init_writes_into_no_folder_that_holds_something_else(tmp_path: Path) -> None:
    write(tmp_path / "kho", {"rut-tien.yaml": TOPIC})

    result = helpdesk("init", "kho")

    assert (result.exit_code, result.stderr) == (2, "kho: thư mục đã có tệp khác; chọn một thư mục mới hoặc trống\n")
    assert [path.name for path in (tmp_path / "kho").iterdir()] == ["rut-tien.yaml"]


def test_init_of_a_copy_tells_that_there_is_nothing_new_whatever_was_edited(tmp_path: Path) -> None:
    helpdesk("init", "kho")
    path = tmp_path / "kho" / "atm-mem.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("Lấy biên nhận", "Cầm biên nhận"), encoding="utf-8")
    edited = path.read_bytes()

    result = helpdesk("init", "kho")

    assert result.stdout == "Bản đi kèm không có gì mới so với thư mục này. Không có gì bị ghi đè.\n"
    assert path.read_bytes() == edited
