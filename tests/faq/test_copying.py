"""A copy of the shipped FAQ knows later what came with a new version, and what was changed here."""

from pathlib import Path

import pytest

from faq import copying
from faq.copying import Difference, Occupied
from tests.faq.folders import TOPIC, write

ONE = "  - id: {id}\n    question: {id}?\n    answer: {answer}\n"
HEAD = "topic: rut-tien\nname: Rút tiền\nunit: viettel\nquestions:\n"
GLOSSARY = "terms: []\n"


def topic(**answers: str) -> str:
    return HEAD + "".join(ONE.format(id=id_, answer=answer) for id_, answer in answers.items())


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    files: dict[str, str | bytes] = {"a.yaml": topic(mot="1", hai="2", ba="3", bon="4"), "glossary.yaml": GLOSSARY}
    return write(tmp_path / "shipped", {**files, "schema.json": "{}", "x.py": "no", "diem.csv": "xa\n"})


@pytest.fixture
def own(tmp_path: Path, shipped: Path) -> Path:
    copying.copy(tmp_path / "own", shipped)
    return tmp_path / "own"


def test_the_content_is_copied_and_nothing_else(own: Path) -> None:
    assert sorted(path.name for path in own.iterdir()) == [
        ".shipped.json",
        "a.yaml",
        "diem.csv",
        "glossary.yaml",
        "schema.json",
    ]
    assert copying.is_copy(own)
    assert copying.is_untouched(own)


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path, shipped: Path) -> None:
    folder = write(tmp_path / "own", {"a.yaml": TOPIC})

    with pytest.raises(Occupied):
        copying.copy(folder, shipped)

    assert [path.name for path in folder.iterdir()] == ["a.yaml"]


def test_what_only_one_side_changed_is_told_from_what_both_did(own: Path, shipped: Path) -> None:
    write(own, {"a.yaml": topic(mot="1", hai="hai của tỉnh", ba="ba của tỉnh", bon="4")})
    write(
        shipped,
        {
            "a.yaml": topic(mot="một mới", hai="2", ba="ba mới", nam="5"),
            "glossary.yaml": "terms: []\n# mới\n",
            "b.yaml": topic(sau="6"),
        },
    )

    found = copying.differences(own, shipped)

    assert found == [
        Difference("a.yaml", "mot", "shipped", ("answer",)),
        Difference("a.yaml", "ba", "both", ("answer",)),
        Difference("a.yaml", "nam", "new"),
        Difference("a.yaml", "bon", "gone"),
        Difference("b.yaml", "sau", "new"),
        Difference("glossary.yaml", "", "shipped"),
    ]
    assert not copying.is_untouched(own)


def test_what_was_taken_over_by_hand_is_no_difference_any_more(own: Path, shipped: Path) -> None:
    write(shipped, {"a.yaml": topic(mot="một mới", hai="2", ba="3", bon="4")})
    write(own, {"a.yaml": "# của tỉnh\n" + topic(bon="4", mot="một mới", hai="2", ba="3")})

    assert copying.differences(own, shipped) == []


def test_a_file_that_is_broken_at_the_moment_is_compared_as_a_whole(own: Path, shipped: Path) -> None:
    write(own, {"a.yaml": "\tx"})
    write(shipped, {"a.yaml": topic(mot="một mới", hai="2", ba="3", bon="4")})

    found = copying.differences(own, shipped)

    assert found == [Difference("a.yaml", "mot", "both", ("id", "question", "answer"))]
