"""Settings come from a file and the environment, and everything that is wrong with them is named at once."""

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from bot import config
from bot.config import ConfigFaults, Settings

EXAMPLE = Path(__file__).parents[2] / "config.example.yaml"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def faults(path: Path | None, environ: Mapping[str, str] | None = None, *, demo: bool = False) -> list[str]:
    with pytest.raises(ConfigFaults) as caught:
        config.load(path, environ or {}, demo=demo)
    return list(caught.value.faults)


# --- the example ---


def test_the_example_says_what_holds_without_any_file(tmp_path: Path) -> None:
    copy = written(tmp_path, EXAMPLE.read_text(encoding="utf-8"))
    nothing = written(tmp_path / "..", "")

    found = config.load(copy, {})

    bare = config.load(nothing, {})
    anchored = {"database", "faq", "faq_history", "attachments", "cache"}
    assert found.model_dump(exclude=anchored) == bare.model_dump(exclude=anchored)
    assert found.database == f"sqlite:///{tmp_path}/data/helpdesk.db"
    assert found.attachments == tmp_path / "data/attachments"
    assert found.faq == config.SHIPPED_FAQ


def test_the_example_names_every_key() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    whole = yaml.safe_load(re.sub(r"(?m)^( *)# (?=( *)[a-z_]+:(\s|$))", r"\1", text))
    whole["matching"] = {"sure": 0.6, "unsure": 0.3} | (whole["matching"] or {})

    def has(tree: object, keys: list[str]) -> bool:
        return not keys or (isinstance(tree, dict) and keys[0] in tree and has(tree[keys[0]], keys[1:]))

    missing = [path for path in config.paths() if not path.startswith("matching.") and not has(whole, path.split("."))]

    assert missing == []


def test_a_file_of_which_every_line_is_a_comment_is_the_default(tmp_path: Path) -> None:
    assert config.load(written(tmp_path, "# nothing\nweb:\n  # port: 1\n"), {}).web == Settings().web


# --- the environment ---


def test_the_environment_wins_over_the_file_and_reaches_every_level(tmp_path: Path) -> None:
    path = written(tmp_path, "web: {port: 9000}\nunits:\n  buu-dien: {name: Bưu điện}\n")
    environ = {
        "HELPDESK_WEB__PORT": "8081",
        "helpdesk_units__buu_dien__resolve_within": "2d",
        "HELPDESK_LOCAL__LIEN_HE_BUU_DIEN": "0205",
        "HELPDESK_CONFIG": "config.yaml",
        "OTHER": "x",
    }

    found = config.load(path, environ)

    assert found.web.port == 8081
    assert found.units.buu_dien.name == "Bưu điện"
    assert found.units.buu_dien.resolve_within == timedelta(days=2)
    assert found.local == {"LIEN_HE_BUU_DIEN": "0205"}


def test_relative_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()

    found = config.load(written(tmp_path / "etc", "faq: kho\ndatabase: sqlite:///d/x.db\n"), {})

    assert found.faq == tmp_path / "etc/kho"
    assert found.database_file == tmp_path / "etc/d/x.db"


# --- faults ---


def test_everything_that_is_wrong_is_named_at_once_with_its_path(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
database: mysql://x
web: {port: 99999, hots: 127.0.0.1}
units:
  vnpt: {hours: always, first_answer_within: soon}
admins: [hoa]
channels:
  telegram: {mode: pigeon}
""",
    )

    assert faults(path, {"HELPDESK_PRIVACY__RETENTION_DAYS": "0"}) == [
        "database: should be sqlite:///path/of/file.db or postgresql://user@host/name",
        "web.port: should be less than or equal to 65535",
        "web.hots: is not a key; did you mean web.host?",
        "channels.telegram.token: is missing",
        "channels.telegram.mode: should be 'polling' or 'webhook'",
        'units.vnpt.hours: should be opening hours such as "T2-T6 07:30-11:30, 13:30-17:00"',
        "units.vnpt.first_answer_within: should be a duration such as 30m, 2h or 1d",
        "admins.0: should be channel:id, such as telegram:12345678",
        "privacy.retention_days (HELPDESK_PRIVACY__RETENTION_DAYS): should be greater than or equal to 1",
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("web:\n\tport: 1\n", "{path}:2: found character '\\t' that cannot start any token"),
        ("web: 1\nweb: 2\n", "{path}:2: web is there twice"),
        ("- 1\n", "{path}: should be keys and values, such as `database: sqlite:///data/helpdesk.db`"),
        ("web: 5\n", "web: should hold keys and values"),
        ("timezone: Mars/Base\n", "timezone: is not a time zone that this machine knows, such as Asia/Ho_Chi_Minh"),
        (
            "web: {secret: short}\n",
            "web.secret: should have at least 32 characters; `openssl rand -hex 32` makes one",
        ),
        (
            "database: postgresql://u@h/d\n",
            "web.secret: is missing; with PostgreSQL all processes must share one (`openssl rand -hex 32` makes one)",
        ),
        (
            "web: {host: 0.0.0.0}\n",
            "web.public_url: is missing; a helpdesk that others can reach needs the address they use",
        ),
    ],
)
def test_a_fault_of_the_file_is_one_clear_line(tmp_path: Path, text: str, fault: str) -> None:
    path = written(tmp_path, text)

    assert faults(path) == [fault.format(path=path)]


@pytest.mark.parametrize(
    ("written_there", "fault"),
    [
        ("{token: abc}", "token: should be as BotFather gave it, such as 123456:AbC-dEf"),
        (
            "{token: '1:a', webhook_secret: 'có dấu'}",
            "webhook_secret: should have 1 to 256 characters of A-Z a-z 0-9 _ -; `openssl rand -hex 32` makes one",
        ),
        (
            "{token: '1:a', proxy: '10.0.0.1:3128'}",
            "proxy: should be an address such as socks5://127.0.0.1:1080 or http://proxy:3128",
        ),
        ("{token: '1:a', mode: webhook, webhook_secret: x}", "mode webhook needs it"),
        ("{token: '1:a', mode: webhook}", "webhook_secret: is missing; mode webhook needs it"),
    ],
)
def test_what_telegram_would_not_take_is_a_fault(tmp_path: Path, written_there: str, fault: str) -> None:
    told = faults(written(tmp_path, f"channels: {{telegram: {written_there}}}\n"))

    assert told[0].endswith(fault)
    assert not [line for line in told if "có dấu" in line or "abc" in line]


def test_telegram_is_off_unless_there_is_a_token(tmp_path: Path) -> None:
    found = config.load(written(tmp_path, ""), {"HELPDESK_CHANNELS__TELEGRAM__TOKEN": "123456:AbC-dEf"})

    assert config.load(written(tmp_path, ""), {}).channels.telegram is None
    assert found.channels.telegram is not None
    assert found.channels.telegram.token.get_secret_value() == "123456:AbC-dEf"
    assert (found.channels.telegram.mode, found.channels.telegram.proxy) == ("polling", None)
    assert "AbC-dEf" not in repr(found)


def test_groups_may_be_named_by_their_ids(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "channels: {telegram: {token: '1:a', groups: ['-1001']}}\nunits: {vnpt: {group: 'telegram:-1002'}}\n",
    )

    found = config.load(path, {})

    assert found.channels.telegram is not None
    assert found.channels.telegram.groups == ("-1001",)
    assert found.units.vnpt.group == "telegram:-1002"


def test_a_units_group_needs_its_channel(tmp_path: Path) -> None:
    assert faults(written(tmp_path, "units: {vnpt: {group: 'telegram:-1002'}}\n")) == [
        "units.vnpt.group: is on a channel that is not set; add channels.telegram"
    ]


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    assert faults(tmp_path / "no.yaml") == [f"{tmp_path}/no.yaml: No such file or directory"]


def test_bytes_that_are_no_text_are_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(b"web: \xff\xfe\x00")

    assert faults(path) == [f"{path}: is not UTF-8 text"]


def test_no_secret_stands_in_a_fault(tmp_path: Path) -> None:
    path = written(tmp_path, "web: {secret: 0123, port: x}\nchannels: {telegram: {token: ''}}\n")

    assert not [fault for fault in faults(path) if "0123" in fault]


# --- the trial ---


@pytest.mark.parametrize(
    ("environ", "fault"),
    [
        (
            {"HELPDESK_WEB__HOST": "0.0.0.0"},  # noqa: S104 - what is refused here
            "web.host: --demo has people without a password, so it runs on 127.0.0.1 only; run without --demo",
        ),
        (
            {"HELPDESK_WEB__PUBLIC_URL": "https://hoi.vn"},
            "web.public_url: --demo has people without a password, so it has no public address; run without --demo",
        ),
    ],
)
def test_a_trial_is_refused_where_others_could_reach_it(environ: dict[str, str], fault: str) -> None:
    assert faults(None, environ, demo=True) == [fault]


def test_a_trial_has_a_database_of_its_own() -> None:
    assert config.load(None, {}, demo=True).database_file == Path.cwd() / "data/demo.db"
    assert config.load(None, {"HELPDESK_DATABASE": "sqlite:///x.db"}, demo=True).database_file == Path.cwd() / "x.db"
