"""Loads the FAQ from its folder: all of it, or everything that is wrong with it."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from faq import complaints, lists, placeholders
from faq.faults import CatalogFaults, Fault, UnusableFolder
from faq.lists import Rows
from faq.models import (
    Glossary,
    KnownFailure,
    KnownFailureFile,
    OutOfScope,
    OutOfScopeFile,
    Place,
    PlaceFile,
    Question,
    Routine,
    RoutineFile,
    SlotFile,
    SlotWording,
    Topic,
    Value,
    ValueFile,
)
from faq.yamlfile import Plain, Unreadable, Where, YamlFile, read

__all__ = ["SHIPPED", "Catalog", "CatalogFaults", "Draft", "Entry", "Fault", "UnusableFolder", "inspect", "load"]

SHIPPED = Path(__file__).parent / "data"
"""The FAQ that comes with the program."""

GLOSSARY, VALUES, PLACES, SLOTS = "glossary.yaml", "values.yaml", "places.yaml", "slots.yaml"
ROUTINE, OUT_OF_SCOPE, KNOWN_FAILURES = "routine.yaml", "out-of-scope.yaml", "known-failures.yaml"
SPECIAL = frozenset((GLOSSARY, VALUES, PLACES, SLOTS, ROUTINE, OUT_OF_SCOPE, KNOWN_FAILURES))
"""The files that are no topic."""
_LOCAL = "local"
_ID = re.compile(r"^\s*(?:-\s+)?id:\s*[\"']?([a-z0-9-]+)", re.MULTILINE)

_M = TypeVar("_M", bound=BaseModel)


@dataclass(frozen=True)
class Catalog:
    """The whole FAQ, as it was when it was loaded; it never changes."""

    topics: tuple[Topic, ...]
    routines: tuple[Routine, ...] = ()
    glossary: Glossary = field(default_factory=Glossary)
    values: Mapping[str, Value] = field(default_factory=dict)
    """By name, with the local texts already in them."""
    lists: Mapping[str, Rows] = field(default_factory=dict)
    """By the value's name, what differs by commune."""
    places: tuple[Place, ...] = ()
    slots: Mapping[str, SlotWording] = field(default_factory=dict)
    """By key, how siblings are told apart."""
    outside: tuple[OutOfScope, ...] = ()
    """Questions that it does not answer."""
    known_failures: tuple[KnownFailure, ...] = ()
    version: str = ""
    """The same for the same content; different after any change."""
    _questions: Mapping[str, tuple[Question, Topic]] = field(init=False, repr=False, compare=False)
    _routines: Mapping[str, Routine] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_id = {question.id: (question, topic) for topic in self.topics for question in topic.questions}
        object.__setattr__(self, "_questions", MappingProxyType(by_id))
        object.__setattr__(self, "_routines", MappingProxyType({routine.id: routine for routine in self.routines}))
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))
        object.__setattr__(self, "lists", MappingProxyType(dict(self.lists)))
        object.__setattr__(self, "slots", MappingProxyType(dict(self.slots)))

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(question for question, _ in self._questions.values())

    def question(self, question_id: str) -> Question | None:
        found = self._questions.get(question_id)
        return found[0] if found else None

    def topic_of(self, question_id: str) -> Topic | None:
        found = self._questions.get(question_id)
        return found[1] if found else None

    def topic_id_of(self, question_id: str) -> str:
        """Empty where there is no such question."""
        found = self.topic_of(question_id)
        return found.topic if found is not None else ""

    def topic(self, topic_id: str) -> Topic | None:
        return next((topic for topic in self.topics if topic.topic == topic_id), None)

    def unit_of(self, question_id: str) -> str | None:
        """The unit that takes tickets about a question: its own, or else its topic's."""
        found = self._questions.get(question_id)
        return (found[0].unit or found[1].unit) if found else None

    def routine(self, routine_id: str) -> Routine | None:
        return self._routines.get(routine_id)


@dataclass(frozen=True, slots=True)
class Entry:
    """A question and where it stands."""

    file: str
    at: Where
    question: Question
    yaml: YamlFile

    def line(self, *steps: str | int) -> int:
        return self.yaml.line((*self.at, *(steps or ("id",))))

    def line_within(self, text: str, number: int) -> int:
        """The line of line `number`, from 0, of its answer."""
        return self.yaml.line_within((*self.at, "answer"), text, number)


@dataclass(frozen=True, slots=True)
class Draft:
    """What could be read of a folder, and all that is wrong with it, for those who check more than loading does."""

    catalog: Catalog
    """Without what is broken."""
    entries: tuple[Entry, ...]
    files: Mapping[str, YamlFile]
    broken: frozenset[str]
    """The files that could not be read, or not wholly."""
    ids: frozenset[str]
    """Of all entries, the broken ones too."""
    faults: tuple[Fault, ...]


def load(folder: Path, local: Mapping[str, str] | None = None) -> Catalog:
    """The catalog of a folder; `CatalogFaults` with all that is wrong if anything is.

    `local` gives texts for values by name, over those of the files. A topic's file is enough; all other files may be
    missing.
    """
    draft = inspect(folder, local)
    if draft.faults:
        raise CatalogFaults(draft.faults)
    return draft.catalog


def inspect(folder: Path, local: Mapping[str, str] | None = None) -> Draft:
    """What is right in a folder and what is wrong in it; `UnusableFolder` if there is nothing to read."""
    return _Loader(folder, local or {}).inspect()


class _Loader:
    def __init__(self, folder: Path, local: Mapping[str, str]) -> None:
        self._folder = folder
        self._local = dict(local)
        self._faults: list[Fault] = []
        self._yaml: dict[str, YamlFile] = {}
        self._broken: set[str] = set()
        self._ids: set[str] = set()
        self._listed: dict[str, str] = {}
        self._entries: list[Entry] = []

    def inspect(self) -> Draft:
        topics: list[Topic] = []
        glossary, outside, known = Glossary(), OutOfScopeFile(groups=()), KnownFailureFile(failures=())
        routines, values, places = RoutineFile(routines=()), ValueFile(values=()), PlaceFile(places=())
        slots = SlotFile(slots=())
        for path in self._paths():
            match path.name:
                case n if n == GLOSSARY:
                    glossary = self._read(path, Glossary) or glossary
                case n if n == VALUES:
                    values = self._read(path, ValueFile) or values
                case n if n == PLACES:
                    places = self._read(path, PlaceFile) or places
                case n if n == SLOTS:
                    slots = self._read(path, SlotFile) or slots
                case n if n == ROUTINE:
                    routines = self._read(path, RoutineFile) or routines
                case n if n == OUT_OF_SCOPE:
                    outside = self._read(path, OutOfScopeFile) or outside
                case n if n == KNOWN_FAILURES:
                    known = self._read(path, KnownFailureFile) or known
                case _:
                    topic = self._read(path, Topic)
                    topics += self._whole(path.name, topic) if topic else self._rest(path)
        self._check_topics()
        self._check_unique(ROUTINE, "routines", [routine.id for routine in routines.routines], "mã")
        self._check_unique(VALUES, "values", [value.name for value in values.values], "tên")
        self._check_unique(PLACES, "places", [place.id for place in places.places], "mã")
        self._check_unique(SLOTS, "slots", [slot.key for slot in slots.slots], "khoá")
        by_name = self._with_local(values)
        by_commune = {name: self._list(value.list, places) for name, value in by_name.items() if value.list}
        return Draft(
            catalog=Catalog(
                topics=tuple(sorted(topics, key=lambda topic: topic.order)),
                routines=routines.routines,
                glossary=glossary,
                values=by_name,
                lists=by_commune,
                places=places.places,
                slots={slot.key: slot for slot in slots.slots},
                outside=outside.groups,
                known_failures=known.failures,
                version=self._version(),
            ),
            entries=tuple(self._entries),
            files=MappingProxyType(self._yaml),
            broken=frozenset(self._broken),
            ids=frozenset(self._ids),
            faults=tuple(sorted(self._faults, key=lambda fault: (fault.file, fault.line))),
        )

    def _paths(self) -> list[Path]:
        def stop(what: str) -> UnusableFolder:
            return UnusableFolder((Fault(str(self._folder), 0, what),))

        try:
            if not self._folder.is_dir():
                raise stop("không có thư mục này; xem lại đường dẫn của kho hỏi đáp")
            paths = sorted(path for path in self._folder.iterdir() if path.name.endswith(".yaml"))
        except OSError as error:
            raise stop(f"không đọc được thư mục ({error.strerror}); xem lại quyền đọc") from None
        paths = [path for path in paths if not path.name.startswith(".")]  # editors' own files
        if not any(path.name not in SPECIAL for path in paths):
            raise stop("chưa có chủ đề nào; mỗi chủ đề là một tệp .yaml trong thư mục này")
        return paths

    def _read(self, path: Path, model: type[_M]) -> _M | None:
        try:
            yaml, faults = read(path)
        except Unreadable as unreadable:
            self._faults += unreadable.faults
            self._broken.add(path.name)
            return None
        self._faults += faults
        self._yaml[path.name] = yaml
        try:
            return model.model_validate(yaml.content)
        except ValidationError as error:
            self._faults += complaints.of(error, model, path.name, yaml)
            self._broken.add(path.name)
            return None

    def _whole(self, file: str, topic: Topic) -> list[Topic]:
        for number, question in enumerate(topic.questions):
            self._entries.append(Entry(file, ("questions", number), question, self._yaml[file]))
            self._ids.add(question.id)
        return [topic]

    def _rest(self, path: Path) -> list[Topic]:
        """What is right in a topic's file of which something is broken."""
        if (yaml := self._yaml.get(path.name)) is None:
            self._ids |= _ids_in(path)
            return []
        good: list[Question] = []
        for number, written in enumerate(_items(yaml.content, "questions")):
            try:
                good.append(Question.model_validate(written))
            except ValidationError:
                self._ids.add(str(_field(written, "id")))
            else:
                self._entries.append(Entry(path.name, ("questions", number), good[-1], yaml))
                self._ids.add(good[-1].id)
        named = {name: str(_field(yaml.content, name) or path.stem) for name in ("topic", "name", "unit")}
        return [Topic.model_construct(None, **named, order=100, questions=tuple(good))]

    def _check_topics(self) -> None:
        first_topics: dict[str, str] = {}
        for file in sorted(self._yaml.keys() - SPECIAL):
            topic = str(_field(self._yaml[file].content, "topic") or file)
            if (earlier := first_topics.setdefault(topic, file)) != file:
                what = f"chủ đề '{topic}' đã có ở {earlier}; đổi mã hoặc gộp hai tệp"
                self._fault(file, ("topic",), what)
        first: dict[str, Entry] = {}
        for entry in self._entries:
            id_ = entry.question.id
            if (earlier_entry := first.setdefault(id_, entry)) is not entry:
                there = f"{earlier_entry.file}:{earlier_entry.line()}"
                self._faults.append(
                    Fault(entry.file, entry.line(), f"mã '{id_}' đã dùng ở {there}; mỗi mục một mã riêng")
                )
            self._check_placeholders(entry)

    def _check_placeholders(self, entry: Entry) -> None:
        answer = entry.question.answer
        for number, typed in placeholders.misshapen(answer):
            right = "viết {{TEN_BIEN}} hoặc {{TEN_BIEN|câu thay thế.}}"
            what = f"dấu {{{{ }}}} viết chưa đúng ở '{typed[:50]}'; {right}"
            self._faults.append(Fault(entry.file, entry.line_within(answer, number), what))
        if VALUES not in self._yaml:
            return
        known = {_field(value, "name") for value in _items(self._yaml[VALUES].content, "values")}
        for name in dict.fromkeys(placeholders.names(answer)):
            if name not in known:
                number = answer[: answer.index(name)].count("\n")
                what = f"giá trị '{name}' không có trong {VALUES}; xem lại tên, hoặc thêm nó vào đó"
                self._faults.append(Fault(entry.file, entry.line_within(answer, number), what))

    def _check_unique(self, file: str, key: str, names: list[str], word: str) -> None:
        first: dict[str, int] = {}
        for number, name in enumerate(names):
            if name in first:
                line = self._yaml[file].line((key, first[name]))
                self._fault(file, (key, number), f"{word} '{name}' đã dùng ở dòng {line}; mỗi mục một {word} riêng")
            first.setdefault(name, number)

    def _with_local(self, values: ValueFile) -> dict[str, Value]:
        by_name = {value.name: value for value in values.values}
        for name, text in self._local.items():
            if name in by_name:
                by_name[name] = by_name[name].model_copy(update={"text": text.strip() or None})
            elif VALUES not in self._broken:
                what = f"giá trị '{name}' không có trong {VALUES}; xem lại tên"
                self._faults.append(Fault(_LOCAL, 0, what))
        return by_name

    def _list(self, file: str, places: PlaceFile) -> Rows:
        path = self._folder / file
        rows, faults = lists.read(path, places.places)
        self._faults += faults
        self._listed[file] = repr(sorted(rows.items()))
        return rows

    def _fault(self, file: str, where: Where, what: str) -> None:
        self._faults.append(Fault(file, self._yaml[file].line(where), what))

    def _version(self) -> str:
        digest = hashlib.sha256()
        for name, yaml in sorted(self._yaml.items()):
            digest.update(f"{name}\0{yaml.source}\0".encode())
        for name, text in sorted((self._local | self._listed).items()):
            digest.update(f"{name}\0{text}\0".encode())
        return digest.hexdigest()


def _items(content: Plain, key: str) -> list[Plain]:
    found = _field(content, key)
    return found if isinstance(found, list) else []


def _field(content: Plain, key: str) -> Plain:
    return content.get(key) if isinstance(content, dict) else None


def _ids_in(path: Path) -> set[str]:
    """The ids of a file that is no YAML at the moment, so that others may still refer to them."""
    try:
        return set(_ID.findall(path.read_text(encoding="utf-8", errors="replace")))
    except OSError:
        return set()
