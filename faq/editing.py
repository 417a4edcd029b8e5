"""Edits of the FAQ by people who never see its files: drafted, looked at, put live, and undone."""

import contextlib
import fcntl
import json
import re
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from faq import rewriting
from faq.catalog import KNOWN_FAILURES, SPECIAL, VALUES
from faq.models import Question, Value
from faq.rewriting import Unchangeable
from faq.storing import write
from faq.yamlfile import LARGEST, Plain, Unreadable, Where, YamlFile, parse

__all__ = ["Change", "Editing", "Overtaken", "Swap", "Unchangeable", "Unchanged"]

KEPT = 50
"""So many drafts, and so many changes that were put live, are kept."""
ENTRY_FIELDS = tuple(info.alias or name for name, info in Question.model_fields.items())
VALUE_FIELDS = tuple(Value.model_fields)
_FILE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\.(yaml|csv)")
_CHANGE = re.compile(r"\d{8}-\d{6}-[0-9a-f]{8}")
_NAMING = ("near", "related")
"""The fields in which an entry names others."""


class Unchanged(Exception):
    """What was sent says what the files say already."""


class Overtaken(Exception):
    """The files are not those any more that the change was made from; `files` are the ones that differ."""

    def __init__(self, files: tuple[str, ...]) -> None:
        super().__init__(*files)
        self.files = files


# --- what can be done ---


@dataclass(frozen=True, slots=True)
class EntryChanged:
    id: str
    fields: dict[str, Plain]
    """Those that are others now; None is taken out."""


@dataclass(frozen=True, slots=True)
class EntryAdded:
    file: str
    fields: dict[str, Plain]


@dataclass(frozen=True, slots=True)
class EntryRemoved:
    """With what other entries say of it."""

    id: str


@dataclass(frozen=True, slots=True)
class ValueChanged:
    name: str
    fields: dict[str, Plain]


@dataclass(frozen=True, slots=True)
class ValueAdded:
    fields: dict[str, Plain]


@dataclass(frozen=True, slots=True)
class FileReplaced:
    """By one that was sent as a whole; or the first of its name."""

    file: str


@dataclass(frozen=True, slots=True)
class Undone:
    """An earlier change was taken back."""

    change: str


Edit: TypeAlias = EntryChanged | EntryAdded | EntryRemoved | ValueChanged | ValueAdded | FileReplaced | Undone

_KINDS: Mapping[str, type[Edit]] = {
    "entry-changed": EntryChanged,
    "entry-added": EntryAdded,
    "entry-removed": EntryRemoved,
    "value-changed": ValueChanged,
    "value-added": ValueAdded,
    "file-replaced": FileReplaced,
    "undone": Undone,
}
"""By the names under which they are kept."""


@dataclass(frozen=True, slots=True)
class Swap:
    """One file before and after; None where there is none."""

    before: bytes | None
    after: bytes | None


@dataclass(frozen=True, slots=True)
class Change:
    id: str
    at: datetime
    """When it was drafted; when it was put live, once it is."""
    by: int
    """The person's id."""
    edit: Edit
    swaps: Mapping[str, Swap]
    is_live: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry or a value stands, and what it says there, right or wrong."""

    file: str
    where: Where
    fields: Mapping[str, Plain]


class Editing:
    """The live folder, and an archive of drafts and earlier versions that lies outside of it.

    Several processes may work on both at once.
    """

    def __init__(
        self, folder: Path, archive: Path, *, kept: int = KEPT, write: Callable[[Path, bytes | None], None] = write
    ) -> None:
        self._folder = folder
        self._archive = archive
        self._kept = kept
        self._write = write

    # --- reading ---

    def files(self) -> dict[str, bytes]:
        """The files of the live folder as they are now; one that can't be read is left out."""
        found = {}
        for path in sorted(self._folder.iterdir()):
            if path.suffix in (".yaml", ".csv") and not path.name.startswith(".") and path.is_file():
                with contextlib.suppress(OSError):
                    found[path.name] = path.read_bytes()
        return found

    def topics(self) -> dict[str, str]:
        """The names of the topics by their files."""
        read = ((file, yaml.content) for file, yaml in _read(self.files()) if file not in SPECIAL)
        return {file: str(content.get("name") or file) for file, content in read if isinstance(content, dict)}

    def entry(self, id_: str) -> Place | None:
        return _entry(self.files(), id_)

    def value(self, name: str) -> Place | None:
        return _value(self.files(), name)

    def drafts(self) -> list[Change]:
        """The newest first."""
        return self._all("drafts")

    def history(self) -> list[Change]:
        """What was put live, the newest first."""
        return self._all("live")

    def find(self, id_: str) -> Change | None:
        """A draft, or a change that was put live."""
        if not _CHANGE.fullmatch(id_):
            return None
        found = (self._read(self._archive / state / id_) for state in ("drafts", "live"))
        return next((change for change in found if change is not None), None)

    def overtaken(self, change: Change) -> tuple[str, ...]:
        """The files that are others now than before the change; for one that is live, than after it."""
        now = {name: self._now(name) for name in change.swaps}
        return tuple(
            name for name, swap in change.swaps.items() if now[name] != (swap.after if change.is_live else swap.before)
        )

    @contextlib.contextmanager
    def copied(self, change: Change) -> Iterator[Path]:
        """A folder, for as long as it is looked at, that is as the live one would be with the change."""
        with tempfile.TemporaryDirectory(prefix="helpdesk-faq-") as name:
            folder = Path(name) / self._folder.name
            folder.mkdir()
            swapped = {name: swap.after for name, swap in change.swaps.items()}
            for name, content in (self.files() | swapped).items():
                if content is not None:
                    (folder / name).write_bytes(content)
            yield folder

    # --- changing ---

    def draft(self, edit: Edit, *, by: int, at: datetime, content: bytes | None = None) -> Change:
        """Keeps what an edit would make of the live files; raises `Unchangeable` or `Unchanged`.

        `content` is the new file of `FileReplaced`.
        """
        files = self.files()
        after = {edit.file: content} if isinstance(edit, FileReplaced) else rewritten(edit, files)
        swaps = {name: Swap(files.get(name), new) for name, new in after.items() if new != files.get(name)}
        if not swaps:
            raise Unchanged
        change = Change(_new_id(at), at, by, edit, MappingProxyType(swaps), is_live=False)
        self._keep(change)
        return change

    def again(self, change: Change, *, by: int, at: datetime) -> Change:
        """The same edit as another draft, made from the files as they are now; the old draft goes."""
        content = change.swaps[change.edit.file].after if isinstance(change.edit, FileReplaced) else None
        made = self.draft(change.edit, by=by, at=at, content=content)
        self.discard(change.id)
        return made

    def discard(self, id_: str) -> None:
        if _CHANGE.fullmatch(id_):
            shutil.rmtree(self._archive / "drafts" / id_, ignore_errors=True)

    def put_live(self, id_: str, *, by: int, at: datetime) -> Change | None:
        """The change that is live now, maybe since an earlier press; None if there is no such draft.

        Raises `Overtaken`, and leaves everything as it is, if somebody else changed one of its files meanwhile.
        """
        with self._alone():
            change = self.find(id_)
            if change is None or change.is_live:
                return change
            live = replace(change, at=at, by=by, is_live=True)
            if self.overtaken(live):  # else a press before this one came as far as that
                if files := self.overtaken(change):
                    raise Overtaken(files)
                self._exchange(live)
            self.discard(id_)
            return live

    def inverse(self, change: Change, *, by: int, at: datetime) -> Change:
        """What takes a change back; nothing of it is kept or done yet."""
        swaps = {name: Swap(swap.after, swap.before) for name, swap in change.swaps.items()}
        return Change(_new_id(at), at, by, Undone(change.id), MappingProxyType(swaps), is_live=False)

    def undo(self, id_: str, *, by: int, at: datetime) -> Change | None:
        """Takes back what was put live, as a change of its own; None if there is no such change.

        Raises `Overtaken` if one of its files was changed since.
        """
        with self._alone():
            change = self.find(id_)
            if change is None or not change.is_live:
                return None
            if files := self.overtaken(change):
                raise Overtaken(files)
            live = replace(self.inverse(change, by=by, at=at), is_live=True)
            self._exchange(live)
            return live

    def _exchange(self, change: Change) -> None:
        """The earlier version is kept before the new one takes its place, whatever happens in between."""
        self._keep(change)
        done: list[str] = []
        try:
            for name, swap in change.swaps.items():
                self._write(self._folder / name, swap.after)
                done.append(name)
        except OSError:
            for name in done:
                self._write(self._folder / name, change.swaps[name].before)
            shutil.rmtree(self._archive / "live" / change.id, ignore_errors=True)
            raise

    def _now(self, name: str) -> bytes | None:
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None

    # --- the archive ---

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """No other process looks at the live files and changes them at the same time."""
        self._archive.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self._archive / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _keep(self, change: Change) -> None:
        shelf = self._archive / ("live" if change.is_live else "drafts")
        shelf.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".new-", dir=shelf) as name:
            made = Path(name) / change.id
            for part, contents in _sides(change).items():
                (made / part).mkdir(parents=True)
                for file, content in contents.items():
                    write(made / part / file, content)
            kind = next(kind for kind, cls in _KINDS.items() if isinstance(change.edit, cls))
            told = {
                "at": change.at.isoformat(),
                "by": change.by,
                "kind": kind,
                "edit": asdict(change.edit),
                "files": list(change.swaps),
            }
            write(made / "change.json", json.dumps(told, ensure_ascii=False, indent=1).encode())
            shutil.rmtree(shelf / change.id, ignore_errors=True)
            made.rename(shelf / change.id)
        for old in sorted((path for path in shelf.iterdir() if _CHANGE.fullmatch(path.name)), reverse=True)[
            self._kept :
        ]:
            shutil.rmtree(old, ignore_errors=True)

    def _all(self, state: str) -> list[Change]:
        shelf = self._archive / state
        names = sorted((path.name for path in shelf.iterdir()), reverse=True) if shelf.is_dir() else []
        found = (self._read(shelf / name) for name in names if _CHANGE.fullmatch(name))
        return [change for change in found if change is not None]

    def _read(self, path: Path) -> Change | None:
        try:
            told = json.loads((path / "change.json").read_bytes())
            swaps = {
                name: Swap(_bytes(path / "before" / name), _bytes(path / "after" / name)) for name in told["files"]
            }
            return Change(
                id=path.name,
                at=datetime.fromisoformat(told["at"]),
                by=int(told["by"]),
                edit=_KINDS[told["kind"]](**told["edit"]),
                swaps=MappingProxyType(swaps),
                is_live=path.parent.name == "live",
            )
        except (OSError, ValueError, KeyError, TypeError):  # thrown away meanwhile, or never whole
            return None


# --- what an edit makes of the files ---


def is_file_name(name: str) -> bool:
    """True for a name under which a file of the FAQ may be sent in."""
    return bool(_FILE.fullmatch(name)) and len(name) <= 60


def rewritten(edit: Edit, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files that an edit makes others, as they are then; raises `Unchangeable`."""
    match edit:
        case EntryChanged(id=id_, fields=fields):
            place = _found(_entry(files, id_), f"mục '{id_}'")
            made = {place.file: _rewrite(files[place.file], place.where, fields, ENTRY_FIELDS)}
            return made | (_forgotten(files, id_, fields["try"]) if "try" in fields else {})
        case EntryAdded(file=name, fields=fields):
            if name not in files or name in SPECIAL:
                raise Unchangeable(f"không có chủ đề nào trong tệp '{name}'")
            ordered = {key: fields[key] for key in ENTRY_FIELDS if fields.get(key)}
            return {name: _encoded(files[name], rewriting.add(_decoded(files[name]), ("questions",), ordered))}
        case EntryRemoved(id=id_):
            place = _found(_entry(files, id_), f"mục '{id_}'")
            made = {place.file: _encoded(files[place.file], rewriting.remove(_decoded(files[place.file]), place.where))}
            return made | _unnamed({**files, **made}, id_) | _forgotten(files, id_, [])
        case ValueChanged(name=name, fields=fields):
            place = _found(_value(files, name), f"giá trị '{name}'")
            return {VALUES: _rewrite(files[VALUES], place.where, fields, VALUE_FIELDS, blank=True)}
        case ValueAdded(fields=fields):
            if VALUES not in files:
                raise Unchangeable(f"chưa có tệp {VALUES}")
            ordered = {key: fields[key] for key in VALUE_FIELDS if fields.get(key)}
            return {VALUES: _encoded(files[VALUES], rewriting.add(_decoded(files[VALUES]), ("values",), ordered))}
        case _:
            raise Unchangeable("không làm lại được thay đổi này")


def _rewrite(
    content: bytes, where: Where, fields: Mapping[str, Plain], order: tuple[str, ...], *, blank: bool = False
) -> bytes:
    return _encoded(content, rewriting.change(_decoded(content), where, fields, order, blank=blank))


def _unnamed(files: Mapping[str, bytes], id_: str) -> dict[str, bytes]:
    """The files with entries that named one which is no more."""
    made: dict[str, bytes] = {}
    for name, yaml in _read(files):
        for where, fields in _listed(yaml, "questions"):
            fewer = {field: _less(fields[field], id_) for field in _NAMING if id_ in _texts(fields.get(field))}
            if fewer:
                made[name] = _rewrite(made.get(name, files[name]), where, fewer, ENTRY_FIELDS)
    return made


def _less(named: Plain, id_: str) -> Plain:
    return [text for text in _texts(named) if text != id_] or None


def _forgotten(files: Mapping[str, bytes], id_: str, tries: Plain) -> dict[str, bytes]:
    """The list of known failures, without those of an entry that are not asked any more."""
    made = files.get(KNOWN_FAILURES)
    asked = {text.strip() for text in _texts(tries)}
    for name, yaml in _read({KNOWN_FAILURES: made} if made is not None else {}):
        gone = [
            where
            for where, fields in _listed(yaml, "failures")
            if fields.get("id") == id_ and str(fields.get("text") or "").strip() not in asked
        ]
        for where in reversed(gone):
            made = _encoded(made or b"", rewriting.remove(_decoded(made or b""), where))
        return {name: made} if gone and made is not None else {}
    return {}


def _entry(files: Mapping[str, bytes], id_: str) -> Place | None:
    for name, yaml in _read(files):
        if name not in SPECIAL:
            for where, fields in _listed(yaml, "questions"):
                if fields.get("id") == id_:
                    return Place(name, where, fields)
    return None


def _value(files: Mapping[str, bytes], name: str) -> Place | None:
    for file, yaml in _read({VALUES: files[VALUES]} if VALUES in files else {}):
        for where, fields in _listed(yaml, "values"):
            if fields.get("name") == name:
                return Place(file, where, fields)
    return None


def _found(place: Place | None, what: str) -> Place:
    if place is None:
        raise Unchangeable(f"không còn {what} trong các tệp, hoặc tệp có nó đang hỏng")
    return place


def _read(files: Mapping[str, bytes]) -> Iterator[tuple[str, YamlFile]]:
    for name, content in files.items():
        if name.endswith(".yaml") and len(content) <= LARGEST:
            with contextlib.suppress(Unreadable, Unchangeable):
                yield name, parse(name, _decoded(content))[0]


def _listed(yaml: YamlFile, key: str) -> Iterator[tuple[Where, Mapping[str, Plain]]]:
    items = yaml.content.get(key) if isinstance(yaml.content, dict) else None
    for number, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, dict):
            yield (key, number), item


def _texts(listed: Plain) -> list[str]:
    return [item for item in listed if isinstance(item, str)] if isinstance(listed, list) else []


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unchangeable("tệp không ở bảng mã UTF-8") from None


def _encoded(was: bytes, source: str) -> bytes:
    """As the file was: with the mark at its front that Windows' Notepad makes, or without."""
    return (b"\xef\xbb\xbf" if was.startswith(b"\xef\xbb\xbf") else b"") + source.encode()


# --- small things ---


def _new_id(at: datetime) -> str:
    return f"{at:%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"


def _sides(change: Change) -> dict[str, dict[str, bytes]]:
    return {
        "before": {name: swap.before for name, swap in change.swaps.items() if swap.before is not None},
        "after": {name: swap.after for name, swap in change.swaps.items() if swap.after is not None},
    }


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
