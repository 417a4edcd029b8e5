"""The live folder changes only by a draft that was made from it as it is, and goes back to what it was."""

import json
import os
import stat
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from faq import catalog, editing
from faq.editing import (
    Change,
    Editing,
    EntryAdded,
    EntryChanged,
    EntryRemoved,
    FileReplaced,
    Overtaken,
    Swap,
    Unchangeable,
    Unchanged,
    Undone,
    ValueAdded,
    ValueChanged,
)
from faq.storing import write as store
from tests.faq.folders import TOPIC, swap, write

AT = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
HOA, BINH = 1, 2
FILE = "rut-tien.yaml"
VALUES = "# của tỉnh\nvalues:\n  - {name: PHI, meaning: Phí rút, owner: viettel, text: null}\n"
OTHER = """\
topic: gui-tien
name: Gửi tiền
unit: viettel
questions:
  - id: gui-tien
    question: Gửi tiền thế nào?
    answer: Ra điểm.
    near: [rut-tien]
    related: [phi, rut-tien]   # hay hỏi tiếp
  - id: phi
    question: Phí bao nhiêu?
    answer: Hỏi điểm.
"""
FAILURES = """\
failures:
  - id: rut-tien
    text: rut tien kieu gi
  # khó
  - id: gui-tien
    text: gui kieu gi
"""


class Shelf:
    """A live folder, and what is done with it."""

    def __init__(self, folder: Path) -> None:
        files: dict[str, str | bytes] = {FILE: TOPIC, "gui-tien.yaml": OTHER, "values.yaml": VALUES}
        self.live = write(folder / "faq", files | {"known-failures.yaml": FAILURES, ".hidden.yaml": "x"})
        self.archive = folder / "archive"
        self.editing = Editing(self.live, self.archive)

    def draft(self, edit: editing.Edit, content: bytes | None = None, by: int = HOA) -> Change:
        return self.editing.draft(edit, by=by, at=AT, content=content)

    def put_live(self, change: Change, by: int = HOA) -> Change | None:
        return self.editing.put_live(change.id, by=by, at=AT)

    def said(self, name: str = FILE) -> str:
        return (self.live / name).read_text(encoding="utf-8")


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


QUESTION = EntryChanged("rut-tien", {"question": "Rút tiền ra sao?"})
ANSWER = EntryChanged("rut-tien", {"answer": "Ra bưu cục."})
ASKED_NEW = TOPIC.replace("Rút tiền thế nào?", "Rút tiền ra sao?")


def test_a_draft_leaves_the_live_folder_as_it_is(shelf: Shelf) -> None:
    change = shelf.draft(QUESTION)

    assert shelf.said() == TOPIC
    assert change.swaps == {FILE: Swap(TOPIC.encode(), ASKED_NEW.encode())}
    assert shelf.editing.drafts() == [change]
    assert shelf.editing.find(change.id) == change


def test_a_draft_can_be_looked_at_as_a_folder_which_is_gone_afterwards(shelf: Shelf) -> None:
    change = shelf.draft(QUESTION)

    with shelf.editing.copied(change) as folder:
        question = catalog.load(folder).question("rut-tien")
        names = sorted(path.name for path in folder.iterdir())

    assert question is not None
    assert question.question == "Rút tiền ra sao?"
    assert names == ["gui-tien.yaml", "known-failures.yaml", FILE, "values.yaml"]
    assert not folder.exists()


def test_a_draft_is_put_live_and_the_version_before_is_kept(shelf: Shelf) -> None:
    draft = shelf.draft(QUESTION)

    live = shelf.put_live(draft, by=BINH)

    assert shelf.said() == ASKED_NEW
    assert shelf.editing.drafts() == []
    assert shelf.editing.history() == [live]
    assert live is not None
    assert (live.id, live.by, live.edit, live.swaps, live.is_live) == (draft.id, BINH, QUESTION, draft.swaps, True)


def test_putting_it_live_twice_does_it_once(shelf: Shelf) -> None:
    draft = shelf.draft(QUESTION)

    first, second = shelf.put_live(draft), shelf.put_live(draft)

    assert first == second
    assert shelf.editing.history() == [first]


def test_what_somebody_else_changed_meanwhile_is_never_written_over(shelf: Shelf) -> None:
    draft = shelf.draft(QUESTION)
    write(shelf.live, {FILE: swap("Ra điểm giao dịch.", "Ra chợ.")})

    with pytest.raises(Overtaken) as refused:
        shelf.put_live(draft)

    assert refused.value.files == (FILE,)
    assert shelf.said() == swap("Ra điểm giao dịch.", "Ra chợ.").decode()
    assert (shelf.editing.drafts(), shelf.editing.history()) == ([draft], [])


def test_of_two_drafts_from_the_same_files_one_goes_live_and_the_other_can_be_made_again(shelf: Shelf) -> None:
    first, second = shelf.draft(QUESTION), shelf.draft(ANSWER, by=BINH)
    shelf.put_live(first)
    with pytest.raises(Overtaken):
        shelf.put_live(second, by=BINH)

    again = shelf.editing.again(second, by=BINH, at=AT)
    shelf.put_live(again, by=BINH)

    assert shelf.said() == ASKED_NEW.replace(
        "      Ra điểm giao dịch.\n\n      1. Mang căn cước.\n", "      Ra bưu cục.\n"
    )
    assert shelf.editing.drafts() == []


def test_two_who_press_at_once_do_not_both_write(shelf: Shelf) -> None:
    drafts = [shelf.draft(EntryChanged("rut-tien", {"question": f"Câu {number}?"})) for number in range(6)]
    outcomes: list[str] = []

    def press(draft: Change) -> None:
        try:
            shelf.put_live(draft)
            outcomes.append("live")
        except Overtaken:
            outcomes.append("overtaken")

    threads = [threading.Thread(target=press, args=(draft,)) for draft in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["live"] + ["overtaken"] * 5
    assert len(shelf.editing.history()) == 1


def test_undoing_brings_back_what_was_there_byte_for_byte(shelf: Shelf) -> None:
    change = shelf.draft(QUESTION)
    shelf.put_live(change)

    undone = shelf.editing.undo(change.id, by=BINH, at=AT)

    assert shelf.said() == TOPIC
    assert undone is not None
    assert undone.edit == Undone(change.id)
    assert {each.id for each in shelf.editing.history()} == {change.id, undone.id}


def test_changes_are_undone_one_by_one_and_undoing_can_be_undone(shelf: Shelf) -> None:
    first = shelf.draft(QUESTION)
    shelf.put_live(first)
    second = shelf.draft(ANSWER)
    shelf.put_live(second)
    with pytest.raises(Overtaken):
        shelf.editing.undo(first.id, by=HOA, at=AT)
    both = shelf.said()

    undone = shelf.editing.undo(second.id, by=HOA, at=AT)
    after_one = shelf.said()
    shelf.editing.undo(first.id, by=HOA, at=AT)
    after_two = shelf.said()

    assert (after_one, after_two) == (ASKED_NEW, TOPIC)
    assert undone is not None
    with pytest.raises(Overtaken):
        shelf.editing.undo(undone.id, by=HOA, at=AT)
    assert shelf.said() == TOPIC != both


def test_what_was_edited_by_hand_since_is_not_undone(shelf: Shelf) -> None:
    change = shelf.draft(QUESTION)
    shelf.put_live(change)
    write(shelf.live, {FILE: ASKED_NEW + "# tay\n"})

    with pytest.raises(Overtaken):
        shelf.editing.undo(change.id, by=HOA, at=AT)

    assert shelf.said() == ASKED_NEW + "# tay\n"


def test_a_new_file_is_taken_away_again_by_undoing(shelf: Shelf) -> None:
    change = shelf.draft(FileReplaced("moi.yaml"), b"topic: moi\n")
    shelf.put_live(change)
    there = (shelf.live / "moi.yaml").read_bytes()

    shelf.editing.undo(change.id, by=HOA, at=AT)

    assert there == b"topic: moi\n"
    assert not (shelf.live / "moi.yaml").exists()


def test_a_file_that_was_sent_is_kept_whatever_is_in_it(shelf: Shelf) -> None:
    broken = b"\xff\xfe\x00questions: [\n"

    change = shelf.draft(FileReplaced(FILE), broken)

    assert shelf.editing.find(change.id) == change
    assert change.swaps[FILE].after == broken


def test_what_changes_nothing_is_no_draft(shelf: Shelf) -> None:
    with pytest.raises(Unchanged):
        shelf.draft(EntryChanged("rut-tien", {"question": "Rút tiền thế nào?"}))
    with pytest.raises(Unchanged):
        shelf.draft(FileReplaced(FILE), TOPIC.encode())

    assert shelf.editing.drafts() == []


@pytest.mark.parametrize(
    "edit",
    [
        EntryChanged("khong-co", {"question": "?"}),
        EntryRemoved("khong-co"),
        EntryAdded("values.yaml", {"id": "a"}),
        EntryAdded("../passwd.yaml", {"id": "a"}),
        ValueChanged("KHONG_CO", {"text": "x"}),
        Undone("20261125-030000-00000000"),
    ],
)
def test_what_is_not_there_cannot_be_changed(shelf: Shelf, edit: editing.Edit) -> None:
    with pytest.raises(Unchangeable):
        shelf.draft(edit)


def test_an_entry_is_added_in_the_order_of_its_fields(shelf: Shelf) -> None:
    fields: dict[str, Any] = {
        "answer": "Có.",
        "urgent": "true",
        "variants": ["a", "b: c"],
        "question": "Mới?",
        "id": "moi",
    }

    change = shelf.draft(EntryAdded(FILE, {**fields, "risk": None}))
    shelf.put_live(change)

    assert shelf.said() == TOPIC + (
        "  - id: moi\n    question: Mới?\n    variants:\n      - a\n      - 'b: c'\n    answer: |\n      Có.\n"
        "    urgent: true\n"
    )


def test_an_entry_that_is_removed_is_named_nowhere_any_more(shelf: Shelf) -> None:
    write(shelf.live, {FILE: TOPIC + "  - id: khac\n    question: Khác?\n    answer: Có.\n"})

    shelf.put_live(shelf.draft(EntryRemoved("rut-tien")))

    assert catalog.load(shelf.live).question("rut-tien") is None
    assert shelf.said("gui-tien.yaml") == OTHER.replace("    near: [rut-tien]\n", "").replace(
        "[phi, rut-tien]", "[phi]"
    )
    assert shelf.said("known-failures.yaml") == ("failures:\n  # khó\n  - id: gui-tien\n    text: gui kieu gi\n")


def test_a_known_failure_goes_with_its_try(shelf: Shelf) -> None:
    change = shelf.draft(EntryChanged("rut-tien", {"try": ["câu khác"]}))

    assert sorted(change.swaps) == ["known-failures.yaml", FILE]
    assert b"rut tien kieu gi" not in (change.swaps["known-failures.yaml"].after or b"")


def test_values_are_changed_and_added_where_they_stand(shelf: Shelf) -> None:
    shelf.put_live(shelf.draft(ValueChanged("PHI", {"text": "5 nghìn: một lần", "checked": "2026-11-24"})))
    shelf.put_live(shelf.draft(ValueAdded({"name": "GIO", "meaning": "Giờ", "owner": "vnpt", "text": "7 giờ"})))

    assert shelf.said("values.yaml") == (
        "# của tỉnh\nvalues:\n"
        "  - {name: PHI, meaning: Phí rút, owner: viettel, text: '5 nghìn: một lần', checked: 2026-11-24}\n"
        "  - name: GIO\n    meaning: Giờ\n    owner: vnpt\n    text: 7 giờ\n"
    )


def test_the_mark_and_line_ends_of_another_system_stay(shelf: Shelf) -> None:
    windows = b"\xef\xbb\xbf" + TOPIC.replace("\n", "\r\n").encode()
    write(shelf.live, {FILE: windows})

    change = shelf.draft(QUESTION)

    assert change.swaps[FILE].after == windows.replace("thế nào?".encode(), b"ra sao?")


def test_only_so_many_are_kept(shelf: Shelf) -> None:
    shelf.editing = Editing(shelf.live, shelf.archive, kept=3)

    for number in range(5):
        shelf.put_live(shelf.draft(EntryChanged("rut-tien", {"question": f"Câu {number}?"})))

    assert len(shelf.editing.history()) == 3
    assert "Câu 4?" in shelf.said()


def test_a_change_that_was_never_kept_whole_is_passed_over(shelf: Shelf) -> None:
    change = shelf.draft(QUESTION)
    (shelf.archive / "drafts" / change.id / "change.json").write_text(json.dumps({"at": "gestern"}), encoding="utf-8")

    assert shelf.editing.drafts() == []
    assert shelf.editing.find(change.id) is None
    assert shelf.editing.find("../../etc") is None


def test_when_a_second_file_cannot_be_written_the_first_is_as_before(shelf: Shelf) -> None:
    change = shelf.draft(EntryChanged("rut-tien", {"try": ["câu khác"]}))
    (first, _), (second, _) = change.swaps.items()
    before = {name: shelf.said(name) for name in change.swaps}
    refused: list[str] = []

    def full(path: Path, content: bytes | None) -> None:
        """A disk that is full when the second file comes, and not any more after that."""
        if path.name == second and not refused:
            refused.append(path.name)
            raise OSError(28, os.strerror(28))
        store(path, content)

    with pytest.raises(OSError, match="No space left"):
        Editing(shelf.live, shelf.archive, write=full).put_live(change.id, by=HOA, at=AT)

    assert {name: shelf.said(name) for name in (first, second)} == before
    assert (shelf.editing.drafts(), shelf.editing.history()) == ([change], [])


# --- files ---


def test_a_file_is_written_whole_with_the_rights_it_had(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"old")
    path.chmod(0o640)

    store(path, b"new")

    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"new", 0o640)
    assert [each.name for each in tmp_path.iterdir()] == ["a.yaml"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    real = tmp_path / "real" / "a.yaml"
    real.write_bytes(b"old")
    link = tmp_path / "a.yaml"
    link.symlink_to(real)

    store(link, b"new")

    assert link.is_symlink()
    assert real.read_bytes() == b"new"


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    path, contents = tmp_path / "a.yaml", {bytes([letter]) * 200_000 for letter in b"abc"}
    store(path, b"a" * 200_000)
    seen: set[bytes] = set()
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            seen.add(path.read_bytes())

    reader = threading.Thread(target=look)
    reader.start()
    for content in sorted(contents) * 5:
        store(path, content)
    done.set()
    reader.join()

    assert seen <= contents


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.mkdir()  # what no file can take the place of

    with pytest.raises(OSError, match="directory"):
        store(path, b"new")

    assert [each.name for each in tmp_path.iterdir()] == ["a.yaml"]
