"""The secret of the cookies is made once, kept from others, and the same for all processes."""

import multiprocessing
import stat
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from bot.config import SECRET_LENGTH, Settings
from bot.keys import NAME, UnusableKey, web_secret

PROCESSES = 3


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(database=f"sqlite:///{tmp_path}/data/helpdesk.db")


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "data" / NAME


def test_it_is_made_at_the_first_start_for_its_owner_only(settings: Settings, kept: Path) -> None:
    secret = web_secret(settings)

    assert len(secret) >= SECRET_LENGTH
    assert kept.read_text() == f"{secret}\n"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert list(kept.parent.iterdir()) == [kept]


def test_it_is_kept_for_the_next_start(settings: Settings) -> None:
    assert web_secret(settings) == web_secret(settings)


def test_no_two_helpdesks_have_the_same(settings: Settings, tmp_path: Path) -> None:
    other = Settings(database=f"sqlite:///{tmp_path}/other/helpdesk.db")

    assert web_secret(settings) != web_secret(other)


def test_a_configured_one_is_taken_and_none_is_made(kept: Path) -> None:
    given = "g" * SECRET_LENGTH
    settings = Settings.model_validate({"database": f"sqlite:///{kept.parent}/helpdesk.db", "web": {"secret": given}})

    assert web_secret(settings) == given
    assert not kept.exists()


def test_one_that_others_could_read_is_closed_to_them(settings: Settings, kept: Path) -> None:
    secret = web_secret(settings)
    kept.chmod(0o644)

    assert web_secret(settings) == secret
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"short\n", b"\n" * 100], ids=["empty", "short", "blank"])
def test_a_broken_one_is_one_line_that_says_what_to_do(settings: Settings, kept: Path, content: bytes) -> None:
    kept.parent.mkdir()
    kept.write_bytes(content)

    with pytest.raises(UnusableKey) as caught:
        web_secret(settings)

    said = f"{kept}: holds no secret; remove it, and a new one is made (everybody logs in again)"
    assert str(caught.value) == said
    assert kept.read_bytes() == content


def test_a_place_where_none_can_be_kept_is_one_line_that_says_what_to_do(settings: Settings, kept: Path) -> None:
    kept.mkdir(parents=True)

    with pytest.raises(UnusableKey) as caught:
        web_secret(settings)

    assert str(caught.value) == f"{kept}: Is a directory; give web.secret in the configuration instead"


def test_with_a_database_server_it_must_be_configured() -> None:
    with pytest.raises(UnusableKey, match=r"^web\.secret: is missing$"):
        web_secret(Settings(database="postgresql://helpdesk@db/helpdesk"))


def start(settings: Settings, gate: Barrier, found: "Queue[str]") -> None:
    gate.wait()
    found.put(web_secret(settings))


def test_processes_that_start_at_once_get_the_same(settings: Settings, kept: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    gate, found = spawn.Barrier(PROCESSES), spawn.Queue()
    processes = [spawn.Process(target=start, args=(settings, gate, found)) for _ in range(PROCESSES)]
    for process in processes:
        process.start()

    secrets = {found.get() for _ in processes}
    for process in processes:
        process.join()

    assert secrets == {kept.read_text().strip()}
