"""The `helpdesk` command: starts the service and does what operators do around it."""

import asyncio
import os
import secrets
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn, TypeVar

import structlog
import typer

from bot import bench, config, demo, faqcommands, logs
from bot.config import ConfigFaults, Settings
from bot.keys import UnusableKey, web_secret
from bot.service import Service, Unbindable, now
from bot.telegram import looking
from faq import catalog, embedding
from faq.catalog import CatalogFaults
from storage import Database, UnusableDatabase, invitations

USAGE = 2
"""The exit code of what the person at the keyboard can mend."""
_LONGEST_NAME = 120  # what the table holds
_T = TypeVar("_T")

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # a fault is a line, not a box
    help="Helpdesk of Xứ Lạng.",
)
app.add_typer(faqcommands.app, name="faq")
app.add_typer(bench.app, name="bench")

ConfigPath = Annotated[
    Path | None,
    typer.Option("--config", envvar="HELPDESK_CONFIG", help="The configuration file; without one the defaults hold."),
]


@app.command()
def run(
    config_path: ConfigPath = None,
    *,
    is_demo: Annotated[
        bool, typer.Option("--demo", help="A trial on this machine, with made-up mentors and links to log in.")
    ] = False,
) -> None:
    """Runs the helpdesk until SIGTERM or Ctrl+C."""
    logs.configure()
    settings = _settings(config_path, is_demo=is_demo)
    if is_demo:
        settings = demo.with_own_faq(settings)
    if not _done(_run(settings, is_demo=is_demo)):
        raise typer.Exit(1)


async def _run(settings: Settings, *, is_demo: bool) -> bool:
    service = await Service.open(settings, demo=is_demo)
    try:
        await demo.check(service.database, settings, demo=is_demo)
        address = service.listen()
        if is_demo:
            _print_links(settings, address, await demo.logins(service.database, settings, now()))
        else:
            typer.echo(f"Trò chuyện: {address}/")
        return await service.run()
    finally:
        await service.close()


def _print_links(settings: Settings, address: str, logins: list[demo.Login]) -> None:
    units = settings.units.by_id()
    lines = [
        "",
        "BẢN THỬ — người và phiếu hỏi ở đây chỉ để xem thử.",
        "",
        "Thành viên hỏi (mở bằng trình duyệt):",
        f"  {address}/",
        "",
        "Cán bộ hỗ trợ (mỗi đường dẫn vào được một lần; mỗi người một trình duyệt hoặc cửa sổ ẩn danh):",
    ]
    width = max(len(unit.name) for unit in units.values())
    for login in logins:
        if login.role.role == "admin":
            lines += ["", "Quản trị (vào được một lần):", f"  {login.name:{width + 8}}{address}{login.path}"]
        else:
            who = f"{login.name}, {units[login.role.unit].name}"
            lines.append(f"  {who:{width + 8}}{address}{login.path}")
    lines += ["", "Dừng: Ctrl+C", ""]
    typer.echo("\n".join(lines))


@app.command()
def check(config_path: ConfigPath = None) -> None:
    """Says all that is wrong with the configuration, the FAQ and the database, and changes nothing."""
    settings = _settings(config_path)
    problems: list[str] = []
    try:
        loaded = catalog.load(settings.faq, settings.local)
        unset = sum(not value.is_set for value in loaded.values.values())
        typer.echo(f"faq: {len(loaded.questions)} questions in {len(loaded.topics)} topics, {unset} values not set")
    except CatalogFaults as error:
        problems += [str(fault) for fault in error.faults]
    try:
        typer.echo(f"database: {asyncio.run(Database.look(settings.database))}")
    except UnusableDatabase as error:
        problems.append(str(error))
    telegram = settings.channels.telegram
    account = asyncio.run(looking.look(telegram)) if telegram is not None else None
    if account is not None and account.is_refused:
        problems.append("channels.telegram.token: Telegram knows no such token")
    if problems:
        _fail(*problems)
    typer.echo(f"matching: {_embedding(settings)}")
    typer.echo(f"web: {settings.web.url}")
    if telegram is not None and account is not None:
        told = f"as @{account.name}" if account.name else f"can't be reached now ({account.trouble})"
        typer.echo(f"telegram: {telegram.mode} at {telegram.base_url}, {told}")
    typer.echo("ok")


def _embedding(settings: Settings) -> str:
    if not settings.matching.semantic:
        return "without the embedding (matching.semantic is false)"
    model = embedding.load()
    if model is None:
        return "without the embedding (the extra `semantic` is not installed)"
    return f"with the embedding ({model.name})"


@app.command()
def invite(
    role: Annotated[Literal["mentor", "admin"], typer.Argument(help="What the person will be.")],
    name: Annotated[str, typer.Option(help="The name that members and colleagues read.")],
    unit: Annotated[str, typer.Option(help="A mentor's unit, such as vnpt.")] = "",
    config_path: ConfigPath = None,
) -> None:
    """Makes a one-time link that lets a mentor or an admin in, on the pages or on Telegram; it is good for 24 hours."""
    settings = _settings(config_path)
    known = settings.units.by_id()
    name = " ".join(name.split())
    problems = []
    if not name or len(name) > _LONGEST_NAME:
        problems.append(f"--name: should have 1 to {_LONGEST_NAME} characters")
    if role == "mentor" and unit not in known:
        problems.append(f"--unit: should be one of {', '.join(known)}")
    if role == "admin" and unit:
        problems.append("--unit: an admin belongs to no unit; leave it out")
    if problems:
        _fail(*problems)
    typer.echo(_done(_invite(settings, role, unit, name)))


async def _invite(settings: Settings, role: str, unit: str, name: str) -> str:
    web_secret(settings)  # made now if it is not there: the pages need the same one
    database = await Database.open(settings.database)
    secret = secrets.token_urlsafe(24)
    try:
        await demo.check(database, settings, demo=False)
        async with database.write() as session:
            await invitations.invite(
                session,
                role=role,
                unit=unit,
                name=name,
                at=now(),
                expires_at=now() + invitations.LIVES,
                secret=secret,
            )
    finally:
        await database.close()
    lines = [f"{settings.web.url}/vao/{secret}"]
    if settings.channels.telegram is not None:
        account = await looking.look(settings.channels.telegram)
        lines.append(looking.invitation(account.name, secret))
    return "\n".join(lines)


def _settings(path: Path | None, *, is_demo: bool = False) -> Settings:
    try:
        return config.load(path, os.environ, demo=is_demo)
    except ConfigFaults as error:
        _fail(*error.faults)


def _done(work: Coroutine[Any, Any, _T]) -> _T:
    """Runs it; what an operator can mend ends with a line for each problem."""
    try:
        return asyncio.run(work)
    except CatalogFaults as error:
        _fail(*(str(fault) for fault in error.faults))
    except (UnusableDatabase, UnusableKey, Unbindable, demo.NotADemo) as error:
        _fail(str(error))


def _fail(*problems: str) -> NoReturn:
    for problem in problems:
        typer.echo(problem, err=True)
    raise typer.Exit(USAGE)


def main() -> None:
    """The program; nobody who types a command reads a traceback."""
    try:
        app()
    except Exception as error:  # noqa: BLE001, RUF100 - the boundary of the program
        logs.configure()
        structlog.get_logger(__name__).error("helpdesk failed", exc_info=error)
        sys.exit(1)
