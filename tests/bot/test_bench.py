"""`helpdesk bench match` as those who change the matcher type it."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.bench import app
from bot.benching import asking, figures, questions
from bot.benching.asking import ENGINE, Job
from bot.benching.figures import Asked, Inside, Outside, Reply
from faq import catalog, noise, peers
from faq.matching import MatchSettings
from tests.faq.folders import TOPIC, write

PHONE = """\
topic: dien-thoai
name: Điện thoại
unit: vnpt
questions:
  - id: mat-khau
    question: Quên mật khẩu đăng nhập thì làm sao?
    variants:
      - Không nhớ mật khẩu nữa
      - Đặt lại mật khẩu ứng dụng
    try:
      - quen mk roi
    answer: |
      Bấm quên mật khẩu.
"""
OUTSIDE = """\
groups:
  - about: chăn nuôi
    questions: [Gà bị rù tiêm thuốc gì, Trâu ốm bỏ ăn, Lợn nái chậm đẻ, Cá nổi đầu buổi sáng, Chó cắn phải làm gì]
"""
ASKED: list[dict[str, Any]] = [
    {"text": "Cầm tiền mặt bằng cách nào?", "id": "rut-tien", "kind": "in", "style": "dia"},
    {"text": "Tôi quên mật khẩu đăng nhập", "id": "mat-khau", "kind": "in", "style": "dia"},
    {"text": "rut tien ra sao", "id": "rut-tien", "kind": "in", "style": "nodia"},
    {"text": "giá vàng bao nhiêu", "id": None, "kind": "oos", "style": "dia"},
    {"text": "chào bạn", "kind": "smalltalk"},
]


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HELPDESK_CONFIG", raising=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "faq", {"rut-tien.yaml": TOPIC, "dien-thoai.yaml": PHONE, catalog.OUT_OF_SCOPE: OUTSIDE})


def bench(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["match", "--no-peers", "--no-semantic", "--no-growth", *map(str, words)])


def asked_file(path: Path, rows: list[Any]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


# --- the command ---


def test_a_file_of_questions_is_measured(folder: Path, tmp_path: Path) -> None:
    path = asked_file(tmp_path / "asked.jsonl", ASKED)

    result = bench("--faq", folder, "--questions", path, "--json", "figures.json")

    measured = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    [one] = measured["measured"]
    assert (result.exit_code, measured["growth"]) == (0, [])
    assert "Kho: 2 mục, 6 cách hỏi. Câu hỏi: 3 trong kho, 0 hỏi hai việc, 1 ngoài kho, 1 chuyện trò." in result.stdout
    assert (one["engine"], one["inside"]["count"], one["inside"]["first"]) == ("helpdesk", 3, 1.0)
    assert (one["outside"], one["smalltalk"]["count"]) == ({"count": 1, "answered": 0.0}, 1)
    assert {style: shares["count"] for style, shares in one["inside_by_style"].items()} == {"dia": 2, "nodia": 1}
    assert {kind: shares["count"] for kind, shares in one["by_noise"].items()} == dict.fromkeys(noise.KINDS, 2)


def test_all_but_the_costs_is_the_same_each_time(folder: Path, tmp_path: Path) -> None:
    path = asked_file(tmp_path / "asked.jsonl", ASKED)
    costs = {"first_build_s", "build_s", "resident_mb", "peak_mb", "p50_ms", "p99_ms"}

    for name in ("one.json", "other.json"):
        bench("--faq", folder, "--questions", path, "--json", name)

    one, other = (
        json.loads(Path(name).read_text(encoding="utf-8"))["measured"][0] for name in ("one.json", "other.json")
    )
    assert {key: one[key] for key in one.keys() - costs} == {key: other[key] for key in other.keys() - costs}


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("rút tiền", 'mỗi dòng phải là một JSON như {"text": "…", "id": "…", "kind": "in"}'),
        ("[1]", 'mỗi dòng phải là một JSON như {"text": "…", "id": "…", "kind": "in"}'),
        ('{"id": "rut-tien", "kind": "in"}', "thiếu câu hỏi ở 'text'"),
        ('{"text": "a", "id": "rut-tien", "kind": "inside"}', "'kind' phải là in, multi, oos hoặc smalltalk"),
        ('{"text": "a", "kind": "in"}', "thiếu mã của mục ở 'id'"),
        ('{"text": "a", "id": "gui-tien", "kind": "in"}', "kho hỏi đáp không có mục 'gui-tien'"),
        ('{"text": "a", "id": "rut-tien", "kind": "multi"}', "thiếu mã của mục ở 'also'"),
    ],
)
def test_a_bad_line_is_one_clear_line(folder: Path, line: str, fault: str) -> None:
    Path("asked.jsonl").write_text(f'\n{{"text": "a", "kind": "oos"}}\n{line}\n', encoding="utf-8")

    result = bench("--faq", folder, "--questions", "asked.jsonl")

    assert (result.stderr, result.stdout, result.exit_code) == (f"asked.jsonl:3: {fault}\n", "", 2)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (None, "không đọc được tệp (No such file or directory)"),
        (b"", "tệp không có câu hỏi nào"),
        (b'{"text": "\xff"}', "tệp không phải UTF-8; lưu lại bằng mã UTF-8"),
    ],
)
def test_a_bad_file_is_one_clear_line(folder: Path, content: bytes | None, fault: str) -> None:
    if content is not None:
        Path("asked.jsonl").write_bytes(content)

    result = bench("--faq", folder, "--questions", "asked.jsonl")

    assert (result.stderr, result.stdout, result.exit_code) == (f"asked.jsonl: {fault}\n", "", 2)


def test_a_folder_that_is_not_there_is_one_clear_line() -> None:
    result = bench("--faq", "nowhere")

    assert result.stderr == "nowhere: không có thư mục này; xem lại đường dẫn của kho hỏi đáp\n"
    assert (result.stdout, result.exit_code) == ("", 2)


def test_figures_that_can_not_be_written_are_told_before_anything_is_measured(folder: Path) -> None:
    result = bench("--faq", folder, "--json", "nowhere/figures.json")

    assert result.stderr == "nowhere/figures.json: không ghi được tệp (No such file or directory)\n"
    assert (result.stdout, result.exit_code) == ("", 2)


# --- what is asked ---


def test_without_a_file_the_faq_is_asked_its_own_tries_and_some_of_what_it_does_not_answer(folder: Path) -> None:
    asked = questions.own(catalog.load(folder))

    assert sorted(asked, key=lambda one: one.text) == [
        Asked("Chó cắn phải làm gì", "oos"),
        Asked("Gà bị rù tiêm thuốc gì", "oos"),
        Asked("quen mk roi", "in", "mat-khau"),
        Asked("rut tien kieu gi", "in", "rut-tien"),
    ]


def test_the_matcher_does_not_learn_the_out_of_scope_questions_that_it_is_asked(folder: Path) -> None:
    text = "Gà bị rù tiêm thuốc gì"
    job = Job(ENGINE, str(folder), MatchSettings(), "", (text,))

    learnt, withheld = asking.answer(job), asking.answer(replace_withheld(job, text))

    assert learnt.replies[0].score < withheld.replies[0].score


def replace_withheld(job: Job, *texts: str) -> Job:
    return Job(job.engine, job.faq, job.settings, job.cache, job.texts, texts)


@pytest.mark.parametrize("size", [2, 6, 7, 50])
def test_a_faq_grows_to_the_size_asked_for_and_its_entries_stay_apart(folder: Path, size: int) -> None:
    grown = asking.grown(catalog.load(folder), size)

    assert sum(len(question.wordings) for question in grown.questions) == size
    assert len({question.id for question in grown.questions}) == len(grown.questions)
    assert grown == asking.grown(catalog.load(folder), size)


# --- peers ---


@pytest.mark.parametrize("recipe", peers.RECIPES, ids=lambda recipe: recipe.name)
def test_each_peer_knows_a_wording_of_the_faq(folder: Path, recipe: peers.Recipe) -> None:
    if not peers.installed(recipe.needs):
        pytest.skip(f"the extra {recipe.extra} is not installed")
    peer = recipe.make(catalog.load(folder).questions)

    best = [peer.best("Lấy tiền ra sao"), peer.best("Không nhớ mật khẩu nữa"), peer.best("?"), peer.best("zz")]

    assert [ranking[0][0] for ranking in best[:2]] == ["rut-tien", "mat-khau"]
    assert [{id_ for id_, _ in ranking} for ranking in best] == [{"rut-tien", "mat-khau"}] * 4


# --- figures ---


def reply(*ids: str, score: float = 0.9, sure: bool | None = None) -> Reply:
    return Reply(ids, score, sure, 1.0)


def test_shares_are_of_all_questions_that_the_faq_answers() -> None:
    one = Asked("a", "in", "x")

    shares = figures.inside(
        [
            (one, reply("x", "y", sure=True)),
            (one, reply("y", "x", sure=True)),
            (one, reply("x", sure=False)),
            (one, reply(sure=False)),
        ],
        0.0,
    )

    assert shares == Inside(4, first=0.5, three=0.75, right=0.25, wrong=0.25)


def test_of_two_questions_either_may_come_first_and_both_should_be_among_three() -> None:
    two = Asked("a", "multi", "x", "y")

    shares = figures.inside([(two, reply("y", "x", sure=True)), (two, reply("x", "z", "w", "y", sure=True))], 0.0)

    assert shares == Inside(2, first=1.0, three=0.5, right=1.0, wrong=0.0)


def test_a_peer_answers_from_the_score_that_one_in_twenty_out_of_scope_questions_passes() -> None:
    outside = [reply("x", score=number / 100) for number in range(100)]

    sure_from = figures.threshold(outside)

    assert figures.outside(outside, sure_from) == Outside(100, 0.05)
    assert figures.outside([reply("x", score=0.94), reply("x", score=0.95)], sure_from) == Outside(2, 0.5)


def test_a_peer_answers_nothing_if_there_is_nothing_out_of_scope_to_choose_by() -> None:
    assert figures.outside([reply("x", score=1.0)], figures.threshold([])) == Outside(1, 0.0)


def test_percentiles_are_times_that_were_measured() -> None:
    assert [figures.percentile(range(1, 101), share) for share in (0.5, 0.99)] == [50, 99]
    assert figures.percentile([3.0], 0.99) == 3.0
