"""The JSON Schema of the FAQ files, from the models that load them, so that editors complete and check while typing."""

import json
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from faq.models import Glossary, KnownFailureFile, OutOfScopeFile, PlaceFile, RoutineFile, SlotFile, Topic, ValueFile

NAME = "schema.json"
"""Beside the files, whose first line names it."""

_BY_KEY: tuple[tuple[tuple[str, ...], type[BaseModel]], ...] = (
    (("values",), ValueFile),
    (("routines",), RoutineFile),
    (("places",), PlaceFile),
    (("slots",), SlotFile),
    (("groups",), OutOfScopeFile),
    (("failures",), KnownFailureFile),
    (("terms", "abbreviations", "teencode", "common_typos", "disambiguation"), Glossary),
)
"""What a file is shows by its keys; one with none of these is a topic."""


def text() -> str:
    """The schema as it is written to its file."""
    return json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"


def schema() -> dict[str, Any]:
    models: list[type[BaseModel]] = [Topic, *(model for _, model in _BY_KEY)]
    _, made = models_json_schema([(model, "validation") for model in models])
    choice: dict[str, Any] = _reference(Topic)
    for keys, model in reversed(_BY_KEY):
        choice = {
            "if": {"anyOf": [{"required": [key]} for key in keys]},
            "then": _reference(model),
            "else": choice,
        }
    return {
        # What editors' YAML support knows best; nothing of a later draft is used.
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Kho hỏi đáp",
        "description": "Một chủ đề, hoặc giá trị, điều đáp ngay, câu ngoài phạm vi, từ điển, xã phường, cách hỏi lại",
        "type": "object",
        **choice,
        "$defs": {name: _for_people(model) for name, model in made["$defs"].items()},
    }


def _reference(model: type[BaseModel]) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{model.__name__}"}


def _for_people(model: dict[str, Any]) -> dict[str, Any]:
    """Without what is made of the names and docstrings of the code, and without defaults that say nothing."""
    properties = {name: _property(written) for name, written in model["properties"].items()}
    return {key: value for key, value in model.items() if key not in ("title", "description")} | {
        "properties": properties
    }


def _property(written: dict[str, Any]) -> dict[str, Any]:
    empty = written.get("default", ()) in (None, [], {})
    return {key: value for key, value in written.items() if key != "title" and not (empty and key == "default")}
