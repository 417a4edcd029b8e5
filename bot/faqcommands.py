"""`helpdesk faq …`: what the people who look after the FAQ do on the command line."""

import io
import json
import os
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Literal, NoReturn
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.markup import escape
from rich.status import Status
from rich.table import Column, Table

from bot import config
from bot.library import embedder
from faq import answers, calibration, catalog, copying, schema, trials
from faq.calibration import Figures
from faq.catalog import Catalog, CatalogFaults, Fault, UnusableFolder
from faq.judging import Bars
from faq.lint import lint as lint_folder
from faq.matching import BARS, Matcher, Price, Routine, StepName, Sure, Unknown, Unsure, Verdict

app = typer.Typer(no_args_is_help=True, help="Kho hỏi đáp: kiểm tra, hỏi thử, tìm chỗ dễ nhầm.")

_USAGE = 2
_BEST = 5
_SIGNALS = {
    "words": "từ và cặp từ",
    "wording": "đúng nguyên văn một cách hỏi",
    "topic": "đang nói về chủ đề này",
    "letters": "chuỗi chữ cái",
    "marked": "từ có dấu",
    "meaning": "ý nghĩa của câu",
    "words say otherwise": "riêng từ ngữ thì mục khác đứng đầu",
    "meaning says otherwise": "riêng ý nghĩa thì mục khác đứng đầu",
    "in scope": "thuộc kho hỏi đáp",
    "asked for": "mức phải đạt để chắc",
    "risk": "liên quan tiền, giấy tờ",
}

_STEPS: dict[StepName, str] = {
    "negation": "bỏ phần không hỏi",
    "unicode": "chuẩn hoá chữ",
    "lengthened": "bỏ chữ kéo dài",
    "input method": "gỡ Telex, VNI gõ sót",
    "tone mark": "đặt lại dấu thanh",
    "amounts": "tách số tiền",
    "glossary": "viết đủ chữ tắt, tên gọi",
    "courtesies": "bỏ lời chào hỏi",
    "spelling": "sửa lỗi gõ",
}
_PRICES: dict[Price, str] = {"high": "đắt", "middle": "vừa", "low": "rẻ"}

Folder = Annotated[
    Path | None, typer.Option("--faq", metavar="THƯ_MỤC", help="Thư mục kho hỏi đáp; không ghi thì theo cấu hình.")
]
ConfigPath = Annotated[
    Path | None,
    typer.Option("--config", envvar="HELPDESK_CONFIG", metavar="TỆP", help="Tệp cấu hình; không có thì theo mặc định."),
]


@app.callback()
def _prepare() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without Vietnamese letters is no reason to stop


# --- checking ---


@app.command()
def lint(
    faq: Folder = None,
    config_path: ConfigPath = None,
    form: Annotated[
        Literal["text", "github", "json"],
        typer.Option("--format", help="text: cho người đọc; github: chú thích của GitHub Actions; json: cho máy."),
    ] = "text",
    quick: Annotated[
        bool, typer.Option("--quick", help="Không hỏi thử trợ lý: nhanh, nhưng bỏ qua câu thử và câu dễ nhầm.")
    ] = False,
) -> None:
    """Tìm mọi lỗi của kho hỏi đáp và chỉ cách sửa; mã thoát 1 nếu có lỗi."""
    settings = _settings(faq, config_path)
    try:
        with _patience("Đang kiểm tra kho hỏi đáp…"):
            faults = lint_folder(
                settings.faq,
                settings.local,
                today=datetime.now(ZoneInfo(settings.timezone)).date(),
                shipped=settings.faq.resolve() == catalog.SHIPPED.resolve(),
                asking=not quick,
                settings=settings.matching,
            )
    except UnusableFolder as unusable:
        _stop(*map(str, unusable.faults))
    errors = sum(fault.severity == "error" for fault in faults)
    match form:
        case "text":
            for fault in faults:
                typer.echo(_as_text(fault, settings.faq))
            typer.echo(f"{errors} lỗi, {len(faults) - errors} cảnh báo.")
        case "github":
            for fault in faults:
                typer.echo(_as_annotation(fault, settings.faq))
        case "json":
            listed = [
                {"file": fault.file, "line": fault.line, "severity": fault.severity, "what": fault.what}
                for fault in faults
            ]
            _write_json({"errors": errors, "warnings": len(faults) - errors, "faults": listed})
    raise typer.Exit(1 if errors else 0)


def _as_text(fault: Fault, folder: Path) -> str:
    place = f"{_path(fault, folder)}:{fault.line}" if fault.line else _path(fault, folder)
    return f"{place}: {'cảnh báo: ' if fault.severity == 'warning' else ''}{fault.what}"


def _as_annotation(fault: Fault, folder: Path) -> str:
    line = f",line={fault.line}" if fault.line else ""
    place = _escaped(_path(fault, folder), "%\r\n:,")
    return f"::{fault.severity} file={place}{line}::{_escaped(fault.what, '%')}"


def _escaped(text: str, signs: str) -> str:
    for sign in signs:
        text = text.replace(sign, f"%{ord(sign):02X}")
    return text


def _path(fault: Fault, folder: Path) -> str:
    """As one would type it here, so that a click on it opens the file."""
    path = folder / fault.file
    if not path.exists():
        return fault.file
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


@app.command(name="schema")
def write_schema(faq: Folder = None, config_path: ConfigPath = None) -> None:
    """Ghi schema.json vào thư mục kho hỏi đáp, để trình soạn thảo gợi ý và báo lỗi ngay khi gõ."""
    path = _settings(faq, config_path).faq / schema.NAME
    try:
        path.write_text(schema.text(), encoding="utf-8", newline="\n")
    except OSError as error:
        _stop(f"{path}: không ghi được tệp ({error.strerror}); xem lại thư mục và quyền ghi")
    typer.echo(f"Đã ghi {path}")


# --- asking ---


@app.command(name="try")
def try_question(
    text: Annotated[str, typer.Argument(metavar="CÂU_HỎI", help="Câu hỏi, đặt trong dấu ngoặc kép.")],
    faq: Folder = None,
    config_path: ConfigPath = None,
) -> None:
    """Cho thấy trợ lý hiểu một câu hỏi ra sao, và vì những từ nào."""
    matcher = _matcher(faq, config_path)
    found = matcher.explain(text)
    steps = Table("Bước", Column("Thành", overflow="fold"), title="Trợ lý đọc câu hỏi")
    for step, made in found.steps:
        steps.add_row(_STEPS[step], escape(made))
    best = Table(Column("Mục", no_wrap=True), title="Năm mục gần nhất, điểm từng tín hiệu", show_lines=True)
    best.add_column("Điểm", justify="right")
    names = list(dict.fromkeys(name for candidate in found.candidates for name in candidate.signals))
    for name in names:
        best.add_column(_SIGNALS.get(name, name), justify="right")
    best.add_column("Những từ có lợi cho mục", overflow="fold")
    for candidate in found.candidates:
        signals = [f"{candidate.signals[name]:.2f}" if name in candidate.signals else "" for name in names]
        best.add_row(candidate.id, f"{candidate.score:.3f}", *signals, ", ".join(candidate.words))
    Console().print(steps, *([best] if found.candidates else []))
    typer.echo(f"Kết luận: {_verdict_in_words(found.verdict)}")
    if found.candidates:
        typer.echo(
            f"Thuộc kho hỏi đáp: {found.in_scope:.3f} (cần {found.bars.in_scope}). "
            f"Điểm mục đầu: {found.candidates[0].score:.3f} (cần {found.bars.sure})."
        )
    for concern in found.concerns:
        typer.echo(f"Phải chắc hơn vì: {_concern_in_words(concern)}")


@app.command()
def ask(
    faq: Folder = None,
    config_path: ConfigPath = None,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Mỗi câu hỏi một dòng JSON.")] = False,
) -> None:
    """Trả lời các câu hỏi đọc từ đầu vào, mỗi dòng một câu."""
    matcher = _matcher(faq, config_path)
    if sys.stdin.isatty():
        typer.echo("Gõ câu hỏi rồi nhấn Enter; Ctrl+D để dừng.", err=True)
    for text in _lines(typer.get_binary_stream("stdin")):
        verdict = matcher.match(text)
        if jsonl:
            _write_json(_as_line(text, verdict))
        else:
            typer.echo(_as_answer(verdict, matcher.catalog) + "\n")


def _lines(source: BinaryIO) -> Iterator[str]:
    """The lines as they were written; bytes that are no UTF-8 show as a sign for that."""
    for number, line in enumerate(source):
        text = line.decode("utf-8", errors="replace").removesuffix("\n").removesuffix("\r")
        yield text.removeprefix("\ufeff") if number == 0 else text


def _as_line(text: str, verdict: Verdict) -> dict[str, Any]:
    """A verdict in the form that design and benchmarks rely on; a routine says nothing of the FAQ's entries."""
    said = {Sure: "sure", Unsure: "unsure", Unknown: "unknown", Routine: "unknown"}
    return {
        "text": text,
        "verdict": said[type(verdict)],
        "routine": verdict.id if isinstance(verdict, Routine) else None,
        "matches": [{"id": match.id, "score": round(match.score, 4)} for match in verdict.matches[:_BEST]],
        "also": verdict.also,
    }


def _as_answer(verdict: Verdict, known: Catalog) -> str:
    match verdict:
        case Routine(id=id_):
            routine = known.routine(id_)
            return f"[{id_}]\n{routine.answer.strip() if routine else ''}"
        case Sure(matches=(best, *_)) if (question := known.question(best.id)) is not None:
            return f"[{best.id}] {question.question}\n{answers.render(question, known).strip()}"
        case Unsure(matches=matches):
            found = [question for match in matches[:3] if (question := known.question(match.id)) is not None]
            return "Có phải anh/chị hỏi:\n" + "\n".join(f"- {question.question} [{question.id}]" for question in found)
        case _:
            return "Trợ lý chưa có câu trả lời cho câu này."


def _verdict_in_words(verdict: Verdict) -> str:
    match verdict:
        case Sure(matches=(best, *_)):
            return f"chắc chắn là {best.id}"
        case Unsure():
            return "chưa chắc, đưa ra vài câu để chọn"
        case Routine(id=id_):
            return f"đáp ngay bằng '{id_}'"
        case _:
            return "không biết, mời gặp cán bộ hỗ trợ"


def _concern_in_words(concern: str) -> str:
    for start, said in (("word of ", "có từ riêng của mục "), ("slot of ", "chưa rõ hỏi mục này hay mục anh em ")):
        if concern.startswith(start):
            return said + concern.removeprefix(start)
    return _SIGNALS.get(concern, concern)


# --- looking after it ---


@app.command()
def calibrate(faq: Folder = None, config_path: ConfigPath = None) -> None:
    """Đo trên chính kho hỏi đáp: đòi chắc hơn thì bớt bao nhiêu câu sai, thêm bao nhiêu phiếu hỏi."""
    settings = _settings(faq, config_path)
    known = _catalog(settings)
    with _patience("Đang hỏi thử từng câu của kho hỏi đáp…"):
        measured = calibration.measure(known, settings.matching)
    inside, outside = measured.sizes
    typer.echo(
        f"Đã hỏi {inside} câu thuộc kho và {outside} câu ngoài kho; câu nào cũng được hỏi khi trợ lý chưa học nó."
    )
    chosen = settings.matching.wrong_answer
    prices = Table(title="Giá của một câu trả lời sai (matching.wrong_answer)")
    for heading in ("Giá", "Mức đang dùng", *_FIGURES, "Mức rẻ nhất theo kho này"):
        prices.add_column(heading, justify="right")
    for price, said in _PRICES.items():
        mark = " (đang dùng)" if price == chosen else ""
        best = measured.best(price)
        figures = _figures_in_words(measured.at(BARS[price]))
        prices.add_row(f"{price}: {said}{mark}", _bars_in_words(BARS[price]), *figures, _bars_in_words(best))
    bars = BARS[chosen]
    curve = Table(
        title=f"Nếu đổi mức điểm, vẫn cần {bars.in_scope} là thuộc kho, và ít nhất {bars.risk} ở mục tiền, giấy tờ"
    )
    for heading in ("Mức điểm", *_FIGURES, "So với đang dùng, trên 100 câu"):
        curve.add_column(heading, justify="right")
    now = measured.at(bars)
    for other, then in measured.curve(bars):
        curve.add_row(f"{other.sure:.2f}", *_figures_in_words(then), _difference(now, then))
    Console().print(prices, curve)
    typer.echo("Câu hỏi thật dễ hơn những câu này; số câu sai thật thấp hơn nhiều.")


_FIGURES = ("Trả lời đúng", "Trả lời sai", "Sai ở mục tiền, giấy tờ", "Ngoài kho mà trả lời", "Hỏi lại hoặc phiếu")


def _bars_in_words(bars: Bars) -> str:
    return f"điểm {bars.sure:.2f}, mục tiền, giấy tờ {bars.risk:.2f}, thuộc kho {bars.in_scope}"


def _figures_in_words(figures: Figures) -> list[str]:
    shares = (
        figures.answered_right,
        figures.answered_wrong,
        figures.risk_wrong,
        figures.out_of_scope_answered,
        figures.not_answered,
    )
    return [f"{100 * share:.1f} %" for share in shares]


def _difference(now: Figures, other: Figures) -> str:
    wrong, asked = (
        100 * (other.answered_wrong - now.answered_wrong),
        100 * (other.not_answered - now.not_answered),
    )
    return f"{wrong:+.1f} câu sai, {asked:+.1f} câu hỏi lại"


@app.command()
def confusions(
    faq: Folder = None,
    config_path: ConfigPath = None,
    top: Annotated[int, typer.Option("--top", min=1, metavar="SỐ", help="Xem bao nhiêu cặp.")] = 20,
) -> None:
    """Những cặp mục hay bị nhầm với nhau, nặng nhất trước, và những từ phân biệt được chúng."""
    settings = _settings(faq, config_path)
    known = _catalog(settings)
    with _patience("Đang hỏi thử từng câu của kho hỏi đáp…"):
        found = trials.confusions(known, settings.matching)
    table = Table(title=f"{len(found)} cặp dễ nhầm", show_lines=True)
    for heading in ("Hai mục", "Bị nhầm", "Ví dụ", "Từ riêng của từng mục"):
        table.add_column(heading, justify="right" if heading == "Bị nhầm" else "left", overflow="fold")
    for pair in found[:top]:
        certain = sum(trial.taken_by is not None for trial in pair.stolen)
        table.add_row(
            f"{pair.one}\n{pair.other}",
            f"{len(pair.stolen)} câu" + (f",\n{certain} chắc chắn" if certain else ""),
            "\n".join(f"{trial.id}: {trial.text}" for trial in pair.stolen[:2]),
            f"{', '.join(pair.only_one) or '(không có)'}\n{', '.join(pair.only_other) or '(không có)'}",
        )
    Console().print(table)


@app.command()
def values(faq: Folder = None, config_path: ConfigPath = None) -> None:
    """Mọi {{GIÁ_TRỊ}} trong câu trả lời: dùng ở đâu, đã có chưa, đơn vị nào phải cung cấp."""
    known = _catalog(_settings(faq, config_path))
    used = answers.waiting(known)
    missing = sum(_text_of(name, known) is None for name in used if used[name])
    table = Table(title=f"{len(used)} giá trị, {missing} đang dùng mà chưa có", show_lines=True)
    for heading in ("Tên", "Là gì", "Đơn vị", "Giá trị", "Dùng ở"):
        table.add_column(heading, overflow="fold")
    for name in sorted(used, key=lambda name: (not used[name], bool(_text_of(name, known)), name)):
        value = known.values.get(name)
        table.add_row(
            name,
            value.meaning if value else "chưa khai báo trong values.yaml",
            value.owner if value else "",
            _text_of(name, known) or "chưa có",
            "\n".join(entry.id for entry in used[name]) or "chưa dùng",
        )
    Console().print(table)


def _text_of(name: str, known: Catalog) -> str | None:
    value = known.values.get(name)
    return (value.text or value.list) if value is not None else None


# --- a folder of one's own ---

_KINDS = {
    "new": "bản mới có thêm",
    "shipped": "bản mới đã sửa{fields}; anh/chị chưa sửa",
    "both": "bản mới đã sửa, và anh/chị cũng đã sửa{fields}",
    "gone": "bản mới không còn",
}


@app.command(name="init")
def init(
    folder: Annotated[Path, typer.Argument(metavar="THƯ_MỤC", help="Thư mục mới hoặc trống.")],
) -> None:
    """Chép kho hỏi đáp đi kèm vào một thư mục riêng để sửa; chạy lại thì chỉ cho biết bản mới khác gì, không ghi đè."""
    try:
        if copying.is_copy(folder):
            _tell_differences(folder)
            return
        names = copying.copy(folder)
    except copying.Occupied:
        _stop(f"{folder}: thư mục đã có tệp khác; chọn một thư mục mới hoặc trống")
    except OSError as error:
        _stop(f"{folder}: không ghi được ({error.strerror}); xem lại đường dẫn và quyền ghi")
    typer.echo(f"Đã chép {len(names)} tệp vào {folder}")
    typer.echo(f"Để trợ lý dùng thư mục này, ghi vào config.yaml dòng:\n  faq: {folder.resolve()}")


def _tell_differences(folder: Path) -> None:
    try:
        found = copying.differences(folder)
    except ValueError:
        _stop(f"{folder / copying.MANIFEST}: tệp này hỏng nên không so được; chép lại nó từ bản sao lưu")
    for each in found:
        fields = f" ({', '.join(each.fields)})" if each.fields else ""
        place = f"{each.file}: {each.item}" if each.item else each.file
        typer.echo(f"{place}: {_KINDS[each.kind].format(fields=fields)}")
    if found:
        typer.echo(f"{len(found)} chỗ bản đi kèm có khác: xem ở {catalog.SHIPPED}.")
        typer.echo("Không có gì bị ghi đè; chỗ nào cần thì chép tay.")
    else:
        typer.echo("Bản đi kèm không có gì mới so với thư mục này. Không có gì bị ghi đè.")


# --- small things ---


def _settings(folder: Path | None, config_path: Path | None) -> config.Settings:
    try:
        settings = config.load(config_path, os.environ)
    except config.ConfigFaults as wrong:
        _stop(*wrong.faults)
    return settings if folder is None else settings.model_copy(update={"faq": folder})


def _catalog(settings: config.Settings) -> Catalog:
    try:
        return catalog.load(settings.faq, settings.local)
    except CatalogFaults as wrong:
        _stop(*(_as_text(fault, settings.faq) for fault in wrong.faults))


def _matcher(folder: Path | None, config_path: Path | None) -> Matcher:
    settings = _settings(folder, config_path)
    known = _catalog(settings)
    with _patience("Đang đọc kho hỏi đáp… (lần đầu có thể mất vài phút)"):
        return Matcher(known, settings.matching, embedder(settings.cache, settings.matching))


def _patience(what: str) -> Status:
    return Console(stderr=True).status(what)


def _stop(*reasons: str) -> NoReturn:
    for reason in reasons:
        typer.echo(reason, err=True)
    raise typer.Exit(_USAGE)


def _write_json(content: dict[str, Any]) -> None:
    out = typer.get_binary_stream("stdout")
    out.write(json.dumps(content, ensure_ascii=False).encode("utf-8", errors="replace") + b"\n")
    out.flush()
