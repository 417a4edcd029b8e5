"""The schema that editors complete and check with."""

import json
from typing import Any

import pytest

from faq import catalog, schema
from faq.models import Question, Value

KINDS = {
    ("values",): "ValueFile",
    ("routines",): "RoutineFile",
    ("places",): "PlaceFile",
    ("slots",): "SlotFile",
    ("groups",): "OutOfScopeFile",
    ("failures",): "KnownFailureFile",
    ("terms", "abbreviations", "teencode", "common_typos", "disambiguation"): "Glossary",
}


def properties() -> dict[str, dict[str, Any]]:
    return {
        f"{model}.{name}": written
        for model, defined in schema.schema()["$defs"].items()
        for name, written in defined["properties"].items()
    }


def test_the_file_beside_the_shipped_content_is_in_step_with_the_models() -> None:
    written = (catalog.SHIPPED / schema.NAME).read_text(encoding="utf-8")

    assert written == schema.text(), "run: helpdesk faq schema"


def test_a_file_is_told_by_its_keys_and_is_a_topic_without_them() -> None:
    found: dict[tuple[str, ...], str] = {}
    rest = schema.schema()
    while "if" in rest:
        keys = tuple(one["required"][0] for one in rest["if"]["anyOf"])
        found[keys] = rest["then"]["$ref"].removeprefix("#/$defs/")
        rest = rest["else"]

    assert found == KINDS
    assert rest == {"$ref": "#/$defs/Topic"}


def test_every_field_is_described_for_the_people_who_write_it() -> None:
    assert [name for name, written in properties().items() if not written.get("description")] == []


def test_nothing_of_the_code_shows() -> None:
    text = schema.text()

    assert '"title": "Question"' not in text
    assert [doc for model in (Question, Value) if (doc := model.__doc__ or "") in text] == []


@pytest.mark.parametrize("model", ["Topic", "Question", "Value", "Routine", "Glossary"])
def test_unknown_keys_are_refused(model: str) -> None:
    assert schema.schema()["$defs"][model]["additionalProperties"] is False


def test_a_question_is_as_the_loader_wants_it() -> None:
    question = schema.schema()["$defs"]["Question"]

    assert question["required"] == ["id", "question", "answer"]
    assert list(question["properties"]) == [
        "id",
        "question",
        "variants",
        "try",
        "answer",
        "unit",
        "also_units",
        "near",
        "slots",
        "risk",
        "urgent",
        "related",
        "source",
        "reviewed",
        "valid_until",
    ]
    assert question["properties"]["reviewed"] == {
        "anyOf": [{"format": "date", "type": "string"}, {"type": "null"}],
        "description": "Ngày rà lại gần nhất, viết 2026-11-24",
    }
    assert question["properties"]["urgent"] == {
        "default": False,
        "description": "true khi đang nguy hiểm hoặc tiền đang mất",
        "type": "boolean",
    }


def test_it_is_plain_json_with_vietnamese_letters() -> None:
    assert json.loads(schema.text()) == schema.schema()
    assert "Kho hỏi đáp" in schema.text()
    assert schema.text().endswith("}\n")


def test_every_shipped_file_names_the_schema() -> None:
    first = {path.name: path.read_text(encoding="utf-8").split("\n")[0] for path in catalog.SHIPPED.glob("*.yaml")}

    assert set(first.values()) == {f"# yaml-language-server: $schema={schema.NAME}"}
