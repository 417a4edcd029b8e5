"""The real process is killed at every step of "ask, ticket, answer"; no word is lost, and none is read twice."""

import random
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from faq.catalog import SHIPPED
from handlers import texts
from tests.killing.lives import Lives, Person, browser

QUESTION = "máy cày của nhà tôi kêu to quá phải làm sao"
WORDS = "Bác xem lại dầu máy nhé."
MENTOR = texts.mentor("Minh", "Viettel Lạng Sơn")

STEPS = [
    ("before it is accepted", "INSERT INTO inbox", "", "before"),
    ("after it is accepted", "INSERT INTO inbox", "", "after"),
    ("in the middle of handling", "INSERT INTO outbox ", "", "before"),
    ("after the handling is committed", "UPDATE inbox SET", "DONE", "after"),
    ("before sending", "UPDATE outbox SET", "SENDING", "after"),
    ("in the middle of sending", "INSERT INTO web_lines", "out:", "before"),
    ("after sending, before the mark", "INSERT INTO outbox_parts", "", "before"),
    ("after the mark", "INSERT INTO outbox_parts", "", "after"),
]


@pytest.fixture
def faq(tmp_path: Path) -> Path:
    """One topic of the FAQ: it starts faster, and the kills are about other things."""
    folder = tmp_path / "faq"
    folder.mkdir()
    for name in ("atm-mem.yaml", "glossary.yaml", "values.yaml", "routine.yaml"):
        shutil.copy(SHIPPED / name, folder)
    return folder


@pytest.fixture
def lives(tmp_path: Path, faq: Path) -> Iterator[Lives]:
    environ = {
        "HELPDESK_DATABASE": f"sqlite:///{tmp_path}/data/helpdesk.db",
        "HELPDESK_FAQ": str(faq),
        "HELPDESK_MATCHING__SEMANTIC": "false",
    }
    mortal = Lives(tmp_path, environ)
    yield mortal
    mortal.end()


def walk(lives: Lives, *, armed: bool) -> None:
    """The whole story; if armed, the process dies at its step once for the question, the ticket, and the answer."""

    def arm() -> None:
        if armed:
            lives.armed.touch()

    lives.start()
    with browser(lives) as lan, browser(lives) as minh:
        lan.desk("/")
        lan.post_json("/mo", start="")
        lan.waits_for(lambda lines: len(lines) == 1)
        minh.desk("/")
        minh.send(lambda client: client.post(lives.links["Viettel Lạng Sơn"]))

        arm()
        lan.asks(QUESTION)
        lan.waits_for(lambda lines: len(lines) == 3)
        arm()
        lan.presses(texts.send_to("Viettel Lạng Sơn"))
        lan.waits_for(lambda lines: "Đã gửi phiếu hỏi số 1" in str(lines[-1]))
        minh.presses_form("/desk/1", "/desk/1/nhan")
        lan.waits_for(lambda lines: "đã nhận phiếu hỏi số 1" in str(lines[-1]))
        arm()
        minh.presses_form("/desk/1", "/desk/1/tra-loi", text=WORDS)
        lan.waits_for(lambda lines: lines[-1].get("speaker") == MENTOR)

        check(lan, minh)


def check(lan: Person, minh: Person) -> None:
    """Every line is there once, in its order, and the desk shows one ticket with one of each post."""
    said = [line for line in lan.reads() if not line.startswith("Trợ lý có thể gửi")]
    assert [line.split(",")[0].split(".")[0] for line in said] == [
        texts.WELCOME.strip("*").split("!")[0] + "! Đây là trợ lý của tổ công nghệ số cộng đồng Lạng Sơn",
        f'"{QUESTION}"',
        texts.NOT_KNOWN.split(",")[0],
        f'"{texts.send_to("Viettel Lạng Sơn")}"',
        "Đã gửi phiếu hỏi số 1 tới Viettel Lạng Sơn",
        "Cán bộ hỗ trợ Minh (Viettel Lạng Sơn) đã nhận phiếu hỏi số 1 của anh/chị",
        f"{MENTOR}: Bác xem lại dầu máy nhé",
    ]
    page = minh.desk("/desk/1")
    assert page.count('class="post member"') == 1
    assert page.count('class="post mentor"') == 1
    assert "/desk/2" not in minh.desk("/desk?xem=tat-ca")


@pytest.mark.parametrize(("begins", "holds", "when"), [step[1:] for step in STEPS], ids=[step[0] for step in STEPS])
def test_nothing_is_lost_or_doubled_when_it_is_killed(lives: Lives, begins: str, holds: str, when: str) -> None:
    lives.environ["DIE_AT"] = f"{begins}|{holds}|{when}"

    walk(lives, armed=True)

    assert lives.deaths == 3


def test_a_stop_by_sigterm_is_clean_while_a_browser_listens(lives: Lives) -> None:
    lives.start()
    with browser(lives) as lan:
        lan.desk("/")
        lan.post_json("/mo", start="")
        with lan.client.stream("GET", "/dong") as news:
            next(line for line in news.iter_lines() if line.startswith("event: line"))
            code = lives.end()

    assert code == 0
    assert "helpdesk stopped" in (lives.folder / "log").read_text()


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(40))
def test_nothing_is_lost_or_doubled_when_it_is_killed_at_random(lives: Lives, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - moments, not secrets
    over = threading.Event()

    def reaper() -> None:
        while not over.wait(chance.uniform(0.02, 2.5)):
            lives.kill()
            over.wait(3)

    killer = threading.Thread(target=reaper)
    killer.start()
    try:
        walk(lives, armed=False)
    finally:
        over.set()
        killer.join()
