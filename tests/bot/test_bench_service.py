"""`helpdesk bench service` as those who change the service type it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.bench import app
from bot.benching import serving
from bot.benching.measuring import NotMeasured
from bot.benching.serving import ECHO, SERVICE, Serving
from bot.config import Settings
from faq import catalog
from tests.faq.folders import TOPIC, write


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HELPDESK_CONFIG", raising=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "faq", {"rut-tien.yaml": TOPIC})


def bench(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["service", "--no-semantic", *map(str, words)])


def test_the_service_is_timed_beside_a_bare_bot(folder: Path, tmp_path: Path) -> None:
    result = bench("--faq", folder, "--questions", "100", "--chats", "50", "--json", "figures.json")

    served = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))["served"]
    assert (result.exit_code, [one["bot"] for one in served]) == (0, [ECHO, SERVICE])
    assert [one["questions"] for one in served] == [67, 67]
    assert served[0]["of_echo"] == 1.0
    assert all(one[figure] > 0 for one in served for figure in ("per_s", "p50_ms", "p95_ms", "alone_p50_ms", "of_echo"))
    assert "67 câu, không câu nào giống câu nào, của 50 người" in result.stdout


def test_its_memory_is_told_at_the_start_in_between_and_at_the_end(folder: Path, tmp_path: Path) -> None:
    result = bench("--faq", folder, "--questions", "100", "--chats", "50", "--soak", "--json", "figures.json")

    kept = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))["kept"]
    assert (result.exit_code, len(kept)) == (0, serving.SAMPLES + 1)
    assert [kept[0]["questions"], kept[-1]["questions"]] == [25, 100]


def test_no_two_questions_are_the_same_and_they_are_the_same_each_time(folder: Path) -> None:
    known = catalog.load(folder)

    asked = serving.distinct(known, 300)

    assert len(set(asked)) == 300
    assert asked == serving.distinct(known, 300)


def serving_of(folder: Path, place: Path, *, chats: int) -> Serving:
    settings = Settings.model_validate(
        {"faq": folder, "cache": folder.parent / "cache", "matching": {"semantic": False}}
    )
    place.mkdir()
    return Serving(settings, place, chats=chats, patience_s=1.0)


def test_questions_that_are_not_answered_are_no_measurement(folder: Path, tmp_path: Path) -> None:
    """One person asks more than anybody could read the answers to: most of it is kept and not answered."""
    asked = serving.distinct(catalog.load(folder), 100)
    one_person = serving_of(folder, tmp_path / "place", chats=1)

    with pytest.raises(NotMeasured, match=r"^helpdesk: "):
        list(one_person.soak(asked))


def test_a_service_that_does_not_run_is_one_clear_line(folder: Path, tmp_path: Path) -> None:
    asked = serving.distinct(catalog.load(folder), 100)
    many = serving_of(folder, tmp_path / "place", chats=50)
    (folder / "rut-tien.yaml").write_text("topic: [", encoding="utf-8")

    with pytest.raises(NotMeasured, match=r"^helpdesk: không chạy được \("):
        list(many.soak(asked))


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (("--faq", "nowhere"), "nowhere: không có thư mục này; xem lại đường dẫn của kho hỏi đáp\n"),
        (("--json", "nowhere/figures.json"), "nowhere/figures.json: không ghi được tệp (No such file or directory)\n"),
    ],
)
def test_what_can_be_mended_is_one_clear_line(words: tuple[str, ...], fault: str) -> None:
    result = bench(*words)

    assert (result.stderr, result.stdout, result.exit_code) == (fault, "", 2)
