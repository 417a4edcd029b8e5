"""A folder of the FAQ of one's own: a copy of the shipped one, that knows later who changed what."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from faq import catalog, yamlfile
from faq.catalog import SPECIAL
from faq.storing import write
from faq.yamlfile import Plain, Unreadable

MANIFEST = ".shipped.json"
"""Beside the copied files: what each of them said when it was copied, as digests."""
_COPIED = (".yaml", ".csv", ".json")
_LISTS = {
    "values.yaml": ("values", "name"),
    "routine.yaml": ("routines", "id"),
    "places.yaml": ("places", "id"),
    "slots.yaml": ("slots", "key"),
    "known-failures.yaml": ("failures", "text"),
}
"""Of the files that are no topic: the list in it whose items are compared one by one, and what they are known by."""


class Occupied(Exception):
    """The folder holds something, and nothing tells that it was copied here."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is otherwise in the shipped FAQ than in one's own."""

    file: str
    item: str
    """An entry's id, a value's name; empty for what is compared as a whole file."""
    kind: Literal["new", "shipped", "both", "gone"]
    """Only shipped; changed there and not here; changed on both sides; no longer shipped. What only one's own folder
    changed is no difference to be told."""
    fields: tuple[str, ...] = ()


def copy(folder: Path, shipped: Path = catalog.SHIPPED) -> list[str]:
    """Copies everything into a new or empty folder, and returns the files' names; raises `Occupied`."""
    if folder.exists() and any(folder.iterdir()):
        raise Occupied
    folder.mkdir(parents=True, exist_ok=True)
    paths = _files(shipped)
    for path in paths:
        write(folder / path.name, path.read_bytes())
    write(folder / MANIFEST, json.dumps(_digests(shipped), ensure_ascii=False, indent=1).encode())
    return [path.name for path in paths]


def is_copy(folder: Path) -> bool:
    return (folder / MANIFEST).is_file()


def is_untouched(folder: Path) -> bool:
    """True if every file is as it was copied, and there is no other."""
    was = {file: items[""] for file, items in _manifest(folder).items()}
    names = {path.name for path in folder.iterdir()} - {MANIFEST}
    return names == was.keys() and all(_file_digest(folder / file) == digest for file, digest in was.items())


def differences(folder: Path, shipped: Path = catalog.SHIPPED) -> list[Difference]:
    """What the shipped FAQ says by now otherwise than it did when it was copied, and one's own does not say yet."""
    was, now, own = _manifest(folder), _digests(shipped), _digests(folder)
    found: list[Difference] = []
    for file in sorted(was.keys() | now.keys()):
        before, there, here = (side.get(file, {}) for side in (was, now, own))
        names = list(dict.fromkeys([*there, *before]))
        items = [name for name in names if name] if len(names) > 1 else names
        for name in items:
            kind = _kind(before.get(name), there.get(name), here.get(name))
            if kind is not None:
                fields = _fields(folder / file, shipped / file, name) if kind in ("shipped", "both") else ()
                found.append(Difference(file, name, kind, fields))
    return found


def _kind(before: str | None, there: str | None, here: str | None) -> Literal["new", "shipped", "both", "gone"] | None:
    if there in (before, here):
        return None
    if there is None:
        return "gone" if here is not None else None
    if before is None and here is None:
        return "new"
    return "shipped" if here == before else "both"


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix in _COPIED and not path.name.startswith("."))


def _manifest(folder: Path) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads((folder / MANIFEST).read_bytes())
    return found


def _digests(folder: Path) -> dict[str, dict[str, str]]:
    """By file and item; the file as a whole has no name."""
    return {
        path.name: {"": _file_digest(path)} | {name: _digest(item) for name, item in _items(path)}
        for path in _files(folder)
    }


def _items(path: Path) -> Iterator[tuple[str, Mapping[str, Plain]]]:
    if path.suffix != ".yaml" or (path.name in SPECIAL and path.name not in _LISTS):
        return
    key, name = _LISTS.get(path.name, ("questions", "id"))
    try:
        content = yamlfile.read(path)[0].content
    except Unreadable:
        return
    items = content.get(key) if isinstance(content, dict) else None
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict) and isinstance(known_by := item.get(name), str):
            yield known_by, item


def _fields(own: Path, shipped: Path, name: str) -> tuple[str, ...]:
    one, other = dict(_items(own)).get(name, {}), dict(_items(shipped)).get(name, {})
    return tuple(field for field in dict.fromkeys([*other, *one]) if one.get(field) != other.get(field))


def _digest(item: Mapping[str, Plain]) -> str:
    return hashlib.sha256(json.dumps(item, sort_keys=True).encode()).hexdigest()[:32]


def _file_digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()[:32]
