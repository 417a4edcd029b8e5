"""Loads the FAQ from its folder: all of it, or everything that is wrong with it."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from faq import complaints, placeholders
from faq.faults import CatalogFaults, Fault, UnusableFolder
from faq.models import (
    Glossary,
    KnownFailure,
    KnownFailureFile,
    Place,
    PlaceFile,
    Question,
    Routine,
    RoutineFile,
    Topic,
    Value,
    ValueFile,
)
from faq.yamlfile import Unreadable, Where, YamlFile, read

__all__ = ["SHIPPED", "Catalog", "CatalogFaults", "Fault", "UnusableFolder", "load"]

SHIPPED = Path(__file__).parent / "data"
"""The FAQ that comes with the program."""

_GLOSSARY, _VALUES, _PLACES = "glossary.yaml", "values.yaml", "places.yaml"
_ROUTINE, _KNOWN_FAILURES = "routine.yaml", "known-failures.yaml"
_LOCAL = "local"

_M = TypeVar("_M", bound=BaseModel)


@dataclass(frozen=True)
class Catalog:
    """The whole FAQ, as it was when it was loaded; it never changes."""

    topics: tuple[Topic, ...]
    routines: tuple[Routine, ...] = ()
    glossary: Glossary = field(default_factory=Glossary)
    values: Mapping[str, Value] = field(default_factory=dict)
    """By name, with the local texts already in them."""
    places: tuple[Place, ...] = ()
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

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(question for question, _ in self._questions.values())

    def question(self, question_id: str) -> Question | None:
        found = self._questions.get(question_id)
        return found[0] if found else None

    def topic_of(self, question_id: str) -> Topic | None:
        found = self._questions.get(question_id)
        return found[1] if found else None

    def topic(self, topic_id: str) -> Topic | None:
        return next((topic for topic in self.topics if topic.topic == topic_id), None)

    def unit_of(self, question_id: str) -> str | None:
        """The unit that takes tickets about a question: its own, or else its topic's."""
        found = self._questions.get(question_id)
        return (found[0].unit or found[1].unit) if found else None

    def routine(self, routine_id: str) -> Routine | None:
        return self._routines.get(routine_id)


def load(folder: Path, local: Mapping[str, str] | None = None) -> Catalog:
    """The catalog of a folder; `CatalogFaults` with all that is wrong if anything is.

    `local` gives texts for values by name, over those of the files. A topic's file is enough; all other files may be missing.
    """
    return _Loader(folder, local or {}).load()


class _Loader:
    def __init__(self, folder: Path, local: Mapping[str, str]) -> None:
        self._folder = folder
        self._local = local
        self._faults: list[Fault] = []
        self._yaml: dict[str, YamlFile] = {}
        self._first: dict[str, tuple[str, int]] = {}

    def load(self) -> Catalog:
        paths = self._paths()
        topics: dict[str, Topic] = {}
        routines, values, places, known = RoutineFile(routines=()), ValueFile(values=()), PlaceFile(places=()), None
        glossary = Glossary()
        for path in paths:
            match path.name:
                case n if n == _GLOSSARY:
                    glossary = self._read(path, Glossary) or glossary
                case n if n == _VALUES:
                    values = self._read(path, ValueFile) or values
                case n if n == _PLACES:
                    places = self._read(path, PlaceFile) or places
                case n if n == _ROUTINE:
                    routines = self._read(path, RoutineFile) or routines
                case n if n == _KNOWN_FAILURES:
                    known = self._read(path, KnownFailureFile)
                case _:
                    if (topic := self._read(path, Topic)) is not None:
                        topics[path.name] = topic
        values_known = _VALUES in self._yaml
        self._check_topics(topics, {value.name for value in values.values} if values_known else None)
        self._check_unique(_ROUTINE, "routines", [routine.id for routine in routines.routines], "mã")
        self._check_unique(_VALUES, "values", [value.name for value in values.values], "tên")
        self._check_unique(_PLACES, "places", [place.id for place in places.places], "mã")
        by_name = self._with_local(values)
        if self._faults:
            raise CatalogFaults(tuple(sorted(self._faults, key=lambda fault: (fault.file, fault.line))))
        return Catalog(
            topics=tuple(topics.values()),
            routines=routines.routines,
            glossary=glossary,
            values=by_name,
            places=places.places,
            known_failures=known.failures if known else (),
            version=self._version(),
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
        special = {_GLOSSARY, _VALUES, _PLACES, _ROUTINE, _KNOWN_FAILURES}
        if not any(path.name not in special for path in paths):
            raise stop("chưa có chủ đề nào; mỗi chủ đề là một tệp .yaml trong thư mục này")
        return paths

    def _read(self, path: Path, model: type[_M]) -> _M | None:
        try:
            yaml, faults = read(path)
        except Unreadable as unreadable:
            self._faults += unreadable.faults
            return None
        self._faults += faults
        self._yaml[path.name] = yaml
        try:
            return model.model_validate(yaml.content)
        except ValidationError as error:
            self._faults += complaints.of(error, model, path.name, yaml)
            return None

    def _check_topics(self, topics: Mapping[str, Topic], value_names: set[str] | None) -> None:
        seen_topics: dict[str, str] = {}
        for file, topic in topics.items():
            if (earlier := seen_topics.setdefault(topic.topic, file)) != file:
                what = f"chủ đề '{topic.topic}' đã có ở {earlier}; đổi mã hoặc gộp hai tệp"
                self._fault(file, ("topic",), what)
        for file, topic in topics.items():
            for number, question in enumerate(topic.questions):
                self._check_question(file, number, question, value_names)

    def _check_question(self, file: str, number: int, question: Question, value_names: set[str] | None) -> None:
        at: Where = ("questions", number)
        line = self._yaml[file].line((*at, "id"))
        first = self._first.setdefault(question.id, (file, line))
        if first != (file, line):
            self._fault(file, (*at, "id"), f"mã '{question.id}' đã dùng ở {first[0]}:{first[1]}; mỗi mục một mã riêng")
        yaml = self._yaml[file]
        start = yaml.line((*at, "answer"))
        for offset, typed in placeholders.misshapen(question.answer):
            what = f"dấu {{{{ }}}} viết chưa đúng ở '{typed[:50]}'; viết {{{{TEN_BIEN}}}} hoặc {{{{TEN_BIEN|câu thay thế.}}}}"
            self._faults.append(Fault(file, self._inside(yaml, start, question.answer, offset), what))
        if value_names is None:
            return
        for name in dict.fromkeys(placeholders.names(question.answer)):
            if name not in value_names:
                offset = question.answer[: question.answer.index(name)].count("\n")
                what = f"giá trị '{name}' không có trong {_VALUES}; xem lại tên, hoặc thêm nó vào đó"
                self._faults.append(Fault(file, self._inside(yaml, start, question.answer, offset), what))

    @staticmethod
    def _inside(yaml: YamlFile, start: int, text: str, offset: int) -> int:
        """The line within a block of text that begins behind the `|` of line `start`."""
        lines = yaml.source.split("\n")
        wanted = text.split("\n")[offset].strip()
        for number in range(start - 1, min(len(lines), start + offset + 3)):
            if wanted and wanted in lines[number]:
                return number + 1
        return start

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
            if name not in by_name:
                what = f"giá trị '{name}' không có trong {_VALUES}; xem lại tên"
                self._faults.append(Fault(_LOCAL, 0, what))
            else:
                by_name[name] = by_name[name].model_copy(update={"text": text.strip() or None})
        return by_name

    def _fault(self, file: str, where: Where, what: str) -> None:
        self._faults.append(Fault(file, self._yaml[file].line(where), what))

    def _version(self) -> str:
        digest = hashlib.sha256()
        for name, yaml in sorted(self._yaml.items()):
            digest.update(f"{name}\0{yaml.source}\0".encode())
        for name, text in sorted(self._local.items()):
            digest.update(f"{name}\0{text}\0".encode())
        return digest.hexdigest()


def lines(folder: Path) -> Iterator[tuple[str, YamlFile]]:
    """Every readable file of a folder with its lines, for those who check more than loading does."""
    for path in sorted(folder.glob("*.yaml")):
        if not path.name.startswith("."):
            try:
                yield path.name, read(path)[0]
            except Unreadable:
                continue
