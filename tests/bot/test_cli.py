"""What an operator types does what it says, and what is wrong is told in a line each, never as a traceback."""

import asyncio
import os
import re
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot import demo
from bot.cli import app
from bot.config import Settings
from bot.keys import NAME
from faq import embedding
from storage import Database
from tests.bot.web.office import OWN, opened, text_of
from tests.botapi.world import TOKEN
from tests.faq.folders import TOPIC, swap, write

Helpdesk = Callable[..., Result]

ROOT = Path(__file__).parents[2]
INVITE = ("invite", "mentor", "--unit", "vnpt", "--name", "Bình")

pytestmark = pytest.mark.usefixtures("logging_as_before")


@pytest.fixture
def helpdesk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Helpdesk:
    """The command, typed in an empty folder with a small FAQ; settings are given as the environment's."""
    for name in [name for name in os.environ if name.upper().startswith("HELPDESK_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    environ = {
        "HELPDESK_DATABASE": f"sqlite:///{tmp_path}/data/helpdesk.db",
        "HELPDESK_FAQ": str(write(tmp_path / "faq", {"rut-tien.yaml": TOPIC})),
        "HELPDESK_MATCHING__SEMANTIC": "false",  # so that it is the same wherever the model is installed or not
    }

    def typed(*words: str, **settings: str) -> Result:
        result = CliRunner().invoke(app, words, env=environ | settings)
        assert result.exception is None or isinstance(result.exception, SystemExit)
        assert "Traceback" not in result.output
        return result

    return typed


@pytest.fixture
def bot_api() -> Iterator[str]:
    """The address of a Bot API server in a process of its own, because a command has the loop for itself."""
    with subprocess.Popen([sys.executable, "-m", "tests.botapi"], stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        yield process.stdout.readline().decode().strip()
        process.terminate()


def faults_below(result: Result) -> list[str]:
    """What is told to be wrong beside what is well."""
    assert result.exit_code == 2
    return result.stderr.splitlines()


def faults(result: Result) -> list[str]:
    """What is told to be wrong, a line each."""
    assert (result.exit_code, result.stdout) == (2, "")
    return result.stderr.splitlines()


def link(result: Result) -> str:
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout.removesuffix("\n")


@contextmanager
def taken_port() -> Iterator[int]:
    """A port that another program listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


# --- invite ---


@pytest.mark.parametrize(
    ("words", "name", "lands"),
    [
        (INVITE, "Bình", "/desk"),
        (("invite", "admin", "--name", "  Nguyễn  Thị Hoa "), "Nguyễn Thị Hoa", "/admin"),
    ],
)
def test_an_invitation_is_a_link_that_lets_one_person_in_once(
    helpdesk: Helpdesk, tmp_path: Path, words: tuple[str, ...], name: str, lands: str
) -> None:
    address = link(helpdesk(*words, HELPDESK_DATABASE=f"sqlite:///{tmp_path}/helpdesk.db"))
    path = address.removeprefix("http://127.0.0.1:8080")
    assert re.fullmatch(r"/vao/[A-Za-z0-9_-]{32}", path)

    async def follow() -> None:
        async with opened(tmp_path) as pages:
            pages.clock.now = datetime.now(UTC)
            browser = pages.browser()

            assert name in text_of((await browser.open(path)).text)
            entered = await browser.client.post(path, headers=OWN)
            assert (entered.status_code, entered.url.path) == (200, lands)
            assert (await pages.browser().client.post(path, headers=OWN)).status_code == 410

    asyncio.run(follow())


def test_an_invitation_is_for_the_address_that_others_use(helpdesk: Helpdesk) -> None:
    invited = helpdesk(*INVITE, HELPDESK_WEB__PUBLIC_URL="https://trolyso.langson.gov.vn/")

    assert link(invited).startswith("https://trolyso.langson.gov.vn/vao/")


def test_the_secret_of_the_cookies_is_there_once_somebody_is_invited(helpdesk: Helpdesk, tmp_path: Path) -> None:
    link(helpdesk(*INVITE))

    assert (tmp_path / "data" / NAME).exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ("mentor", "--unit", "mobifone", "--name", "Bình"),
            ["--unit: should be one of buu-dien, vnpt, viettel, so-tttt"],
        ),
        (("mentor", "--name", "Bình"), ["--unit: should be one of buu-dien, vnpt, viettel, so-tttt"]),
        (("mentor", "--unit", "vnpt", "--name", " "), ["--name: should have 1 to 120 characters"]),
        (("mentor", "--unit", "vnpt", "--name", "B" * 121), ["--name: should have 1 to 120 characters"]),
        (
            ("admin", "--unit", "vnpt", "--name", "Hoa"),
            ["--unit: an admin belongs to no unit; leave it out"],
        ),
        (
            ("mentor", "--unit", "mobifone", "--name", ""),
            [
                "--name: should have 1 to 120 characters",
                "--unit: should be one of buu-dien, vnpt, viettel, so-tttt",
            ],
        ),
    ],
)
def test_an_invitation_that_cannot_be_is_told_with_all_that_is_wrong(
    helpdesk: Helpdesk, tmp_path: Path, words: tuple[str, ...], told: list[str]
) -> None:
    assert faults(helpdesk("invite", *words)) == told
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("chief", "--name", "Hoa"), "'chief' is not one of 'mentor', 'admin'."),
        (("admin",), "Missing option '--name'."),
        ((), "Missing argument 'role'."),
        (("admin", "--name", "Hoa", "--colour", "red"), "No such option: --colour"),
    ],
)
def test_words_that_the_command_does_not_know_are_told(helpdesk: Helpdesk, words: tuple[str, ...], told: str) -> None:
    (error,) = [line for line in faults(helpdesk("invite", *words)) if line.startswith("Error: ")]

    assert told in error


def test_nobody_real_is_invited_into_a_trial(helpdesk: Helpdesk, tmp_path: Path) -> None:
    asyncio.run(trial(tmp_path))

    database = f"{tmp_path}/data/helpdesk.db"
    said = f"database: {database} was made by --demo and holds made-up people; name another database"
    assert faults(helpdesk(*INVITE)) == [said]


async def trial(folder: Path) -> None:
    """Leaves a trial's database behind."""
    database = await Database.open(f"sqlite:///{folder}/data/helpdesk.db")
    await demo.logins(database, Settings(), datetime.now(UTC))
    await database.close()


# --- check ---


def test_check_says_what_there_is_and_changes_nothing(helpdesk: Helpdesk, tmp_path: Path) -> None:
    checked = helpdesk("check")

    assert (checked.exit_code, checked.stderr) == (0, "")
    assert checked.stdout.splitlines() == [
        "faq: 1 questions in 1 topics, 0 values not set",
        f"database: sqlite+aiosqlite:///{tmp_path}/data/helpdesk.db: will be made at the first start",
        "matching: without the embedding (matching.semantic is false)",
        "web: http://127.0.0.1:8080",
        "ok",
    ]
    assert not (tmp_path / "data").exists()


def test_check_says_whether_the_model_is_installed(helpdesk: Helpdesk) -> None:
    model = embedding.load()
    said = f"with the embedding ({model.name})" if model else "without the embedding (the extra `semantic` is not"

    checked = helpdesk("check", HELPDESK_MATCHING__SEMANTIC="true")

    assert f"matching: {said}" in checked.stdout


def test_check_tells_as_whom_telegram_knows_us(helpdesk: Helpdesk, bot_api: str) -> None:
    telegram = {"HELPDESK_CHANNELS__TELEGRAM__BASE_URL": bot_api}

    known = helpdesk("check", HELPDESK_CHANNELS__TELEGRAM__TOKEN=TOKEN, **telegram)
    unknown = helpdesk("check", HELPDESK_CHANNELS__TELEGRAM__TOKEN="4242:another", **telegram)

    assert known.stdout.splitlines()[-2:] == [f"telegram: polling at {bot_api}, as @xulang_bot", "ok"]
    assert faults_below(unknown) == ["channels.telegram.token: Telegram knows no such token"]


def test_check_is_well_while_telegram_cannot_be_reached(helpdesk: Helpdesk) -> None:
    nobody = {"TOKEN": "4242:x", "BASE_URL": "http://127.0.0.1:1"}

    checked = helpdesk("check", **{f"HELPDESK_CHANNELS__TELEGRAM__{key}": value for key, value in nobody.items()})

    told = "telegram: polling at http://127.0.0.1:1, can't be reached now (NetworkError)"
    assert (checked.exit_code, checked.stdout.splitlines()[-2:]) == (0, [told, "ok"])


def test_an_invitation_can_be_taken_on_telegram_too(helpdesk: Helpdesk, bot_api: str) -> None:
    token = {"HELPDESK_CHANNELS__TELEGRAM__TOKEN": TOKEN}

    invited = helpdesk(*INVITE, HELPDESK_CHANNELS__TELEGRAM__BASE_URL=bot_api, **token)
    unreached = helpdesk(*INVITE, HELPDESK_CHANNELS__TELEGRAM__BASE_URL="http://127.0.0.1:1", **token)

    secrets = [re.escape(each.stdout.splitlines()[0].rsplit("/", 1)[1]) for each in (invited, unreached)]
    assert re.fullmatch(rf"https://t\.me/xulang_bot\?start=i_{secrets[0]}", invited.stdout.splitlines()[1])
    assert re.fullmatch(rf"/start i_{secrets[1]}", unreached.stdout.splitlines()[1])


def test_check_knows_the_schema_of_a_database_that_is_there(helpdesk: Helpdesk) -> None:
    link(helpdesk(*INVITE))

    checked = helpdesk("check")

    assert checked.exit_code == 0
    assert re.search(r"^database: .*: schema \w+$", checked.stdout, re.MULTILINE)


def test_check_tells_all_that_is_wrong_in_the_faq_and_the_database(helpdesk: Helpdesk, tmp_path: Path) -> None:
    write(tmp_path / "faq", {"rut-tien.yaml": swap("    question: Rút tiền thế nào?\n", ""), "khac.yaml": "- 1\n"})
    (tmp_path / "no.db").write_text("không phải cơ sở dữ liệu " * 100)

    checked = helpdesk("check", HELPDESK_DATABASE=f"sqlite:///{tmp_path}/no.db")

    assert [re.split(r":| ", line)[0] for line in faults(checked)] == ["khac.yaml", "rut-tien.yaml", "database"]


# --- what all commands have in common ---


@pytest.mark.parametrize("words", [("check",), ("run",), INVITE], ids=["check", "run", "invite"])
def test_settings_that_are_wrong_are_all_told_before_anything_is_done(
    helpdesk: Helpdesk, tmp_path: Path, words: tuple[str, ...]
) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("web: {hots: x}\n", encoding="utf-8")

    refused = helpdesk(*words, "--config", str(config), HELPDESK_PRIVACY__RETENTION_DAYS="0")

    assert faults(refused) == [
        "web.hots: is not a key; did you mean web.host?",
        "privacy.retention_days (HELPDESK_PRIVACY__RETENTION_DAYS): should be greater than or equal to 1",
    ]
    assert not (tmp_path / "data").exists()


def test_a_configuration_that_is_not_there_is_told(helpdesk: Helpdesk, tmp_path: Path) -> None:
    missing = f"{tmp_path}/none.yaml"

    assert faults(helpdesk("check", HELPDESK_CONFIG=missing)) == [f"{missing}: No such file or directory"]


@pytest.mark.parametrize("words", [("run",), INVITE], ids=["run", "invite"])
def test_a_database_that_cannot_be_used_is_told(helpdesk: Helpdesk, tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "data").write_text("không phải thư mục")

    (told,) = faults(helpdesk(*words))

    assert told.startswith((f"{tmp_path}/data", f"database {tmp_path}/data"))


def test_a_secret_that_is_none_is_told(helpdesk: Helpdesk, tmp_path: Path) -> None:
    link(helpdesk(*INVITE))
    kept = tmp_path / "data" / NAME
    kept.write_text("")

    said = f"{kept}: holds no secret; remove it, and a new one is made (everybody logs in again)"
    assert faults(helpdesk(*INVITE)) == [said]
    assert faults(helpdesk("run")) == [said]


def test_the_command_without_words_tells_which_there_are(helpdesk: Helpdesk) -> None:
    shown = helpdesk().output

    assert [word for word in ("run", "check", "invite", "faq") if word in shown] == ["run", "check", "invite", "faq"]


def test_it_is_the_same_program_as_a_module(tmp_path: Path) -> None:
    typed = subprocess.run(
        [sys.executable, "-m", "bot", "invite", "mentor", "--unit", "mobifone", "--name", ""],
        cwd=Path(__file__).parents[2],
        env={"HELPDESK_DATABASE": f"sqlite:///{tmp_path}/helpdesk.db"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (typed.returncode, typed.stdout) == (2, "")
    assert typed.stderr.splitlines() == [
        "--name: should have 1 to 120 characters",
        "--unit: should be one of buu-dien, vnpt, viettel, so-tttt",
    ]


# --- run ---


def test_run_is_refused_when_the_faq_cannot_be_read(helpdesk: Helpdesk, tmp_path: Path) -> None:
    write(tmp_path / "faq", {"rut-tien.yaml": "topic: [\n", "khac.yaml": "- 1\n"})

    refused = faults(helpdesk("run"))

    assert [line.partition(":")[0] for line in refused] == ["khac.yaml", "rut-tien.yaml"]


def test_run_is_refused_where_there_is_no_faq(helpdesk: Helpdesk, tmp_path: Path) -> None:
    (told,) = faults(helpdesk("run", HELPDESK_FAQ=f"{tmp_path}/none"))

    assert told.startswith(f"{tmp_path}/none: ")


@pytest.mark.parametrize("words", [("run",), ("run", "--demo")], ids=["run", "trial"])
def test_run_is_refused_when_another_program_has_the_port(helpdesk: Helpdesk, words: tuple[str, ...]) -> None:
    with taken_port() as port:
        refused = helpdesk(*words, HELPDESK_WEB__PORT=str(port))

    said = f"web.port: 127.0.0.1:{port} can't be used (Address already in use); "
    assert faults(refused) == [f"{said}choose another, such as HELPDESK_WEB__PORT=8081"]


def test_a_trial_that_cannot_listen_makes_nobody(helpdesk: Helpdesk, tmp_path: Path) -> None:
    with taken_port() as port:
        helpdesk("run", "--demo", HELPDESK_WEB__PORT=str(port))

    with sqlite3.connect(tmp_path / "data" / "helpdesk.db") as database:
        assert database.execute("SELECT count(*) FROM people").fetchone() == (0,)
    database.close()


def test_a_real_helpdesk_is_refused_on_a_trials_database(helpdesk: Helpdesk, tmp_path: Path) -> None:
    asyncio.run(trial(tmp_path))

    (told,) = faults(helpdesk("run"))

    assert "was made by --demo" in told


def test_a_trial_is_refused_on_a_real_database(helpdesk: Helpdesk) -> None:
    link(helpdesk(*INVITE))

    (told,) = faults(helpdesk("run", "--demo"))

    assert "was not made by --demo" in told


@pytest.mark.parametrize(
    "settings",
    [{"HELPDESK_WEB__PUBLIC_URL": "https://troly.vn"}, {"HELPDESK_WEB__HOST": "0.0.0.0"}],  # noqa: S104 - refused
    ids=["public address", "not loopback"],
)
def test_a_trial_is_refused_where_others_can_reach_it(helpdesk: Helpdesk, settings: dict[str, str]) -> None:
    (told,) = faults(helpdesk("run", "--demo", **settings))

    assert "--demo has people without a password" in told
