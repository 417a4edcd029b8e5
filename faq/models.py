"""The shapes of the FAQ files, as the people who edit them write them."""

import re
import unicodedata
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

ID_LENGTH = 40  # an id travels in a button, whose 60 bytes also hold a verb and a number


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _day(value: Any) -> Any:
    """A date as it is written in the files; anything else would be guessed at by the parser (3/4: March or April?)."""
    if isinstance(value, date) or (isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value)):
        return value
    raise PydanticCustomError("day", "not a date like 2026-11-24")


def _listed(value: Any) -> Any:
    """One source may stand without a list around it."""
    return [value] if isinstance(value, str) else value


Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=ID_LENGTH)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_nfc)]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Slot = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")]
Sources = Annotated[
    tuple[Text, ...],
    BeforeValidator(_listed),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Question(_Model):
    """One entry: a question in all its wordings, and the answer."""

    id: Id = Field(description="Mã của câu hỏi, lấy từ danh mục; không bao giờ đổi")
    question: Text = Field(max_length=200, description="Câu hỏi như bà con hay hỏi, ngắn, kết thúc bằng dấu hỏi")
    variants: tuple[Text, ...] = Field(default=(), description="Những cách hỏi khác; trợ lý học từ đây")
    tries: tuple[Text, ...] = Field(
        default=(), alias="try", description="Câu thử: phải được trả lời bằng mục này; không dùng để học"
    )
    answer: Text = Field(
        description="Câu trả lời: đoạn văn, **chữ đậm**, danh sách, liên kết, {{TEN_BIEN|câu thay thế}}"
    )
    unit: Id | None = Field(default=None, description="Đơn vị nhận phiếu hỏi, nếu khác đơn vị của tệp")
    also_units: tuple[Id, ...] = Field(
        default=(), description="Đơn vị cũng nhận được, khi câu hỏi nêu tên nhà cung cấp"
    )
    near: tuple[Id, ...] = Field(default=(), description="Những mục dễ nhầm với mục này")
    slots: dict[Slot, Text] = Field(
        default_factory=dict, description="Điểm phân biệt với các mục anh em, ví dụ {huong: rut}"
    )
    risk: Literal["money", "identity"] | None = Field(
        default=None, description="money: liên quan tiền hoặc mã; identity: giấy tờ cá nhân"
    )
    urgent: bool = Field(default=False, description="true khi đang nguy hiểm hoặc tiền đang mất")
    related: tuple[Id, ...] = Field(default=(), description="Những mục người hỏi thường hỏi tiếp")
    source: Sources = Field(default=(), description="Nguồn của câu trả lời")
    reviewed: Day | None = Field(default=None, description="Ngày rà lại gần nhất, viết 2026-11-24")
    valid_until: Day | None = Field(default=None, description="Sau ngày này trợ lý trả lời kèm lời dặn kiểm tra lại")

    @property
    def wordings(self) -> tuple[str, ...]:
        """Every way to ask it that the matcher learns from."""
        return (self.question, *self.variants)


class Topic(_Model):
    """One file of the FAQ."""

    topic: Id = Field(description="Mã của chủ đề")
    name: Text = Field(max_length=60, description="Tên chủ đề, hiện trên nút bấm")
    unit: Id = Field(description="Đơn vị nhận phiếu hỏi: buu-dien, vnpt, viettel hoặc so-tttt")
    questions: tuple[Question, ...] = Field(min_length=1)


class Routine(_Model):
    """What is answered at once without being a question of the FAQ: small talk, danger, things out of scope."""

    id: Id
    kind: Literal["smalltalk", "emergency", "scam", "pointer"]
    whole: bool = Field(default=False, description="true: chỉ dùng khi cả tin nhắn chỉ có vậy")
    wordings: tuple[Text, ...] = Field(min_length=1)
    answer: Text


class Value(_Model):
    """What a {{NAME}} in answers stands for; without `text` it is not known yet."""

    name: Name
    meaning: Text
    owner: Id = Field(description="Đơn vị phải cung cấp")
    text: Text | None = Field(default=None, description="Cụm từ thay vào chỗ {{…}}, không có dấu chấm cuối")
    suggested: Text | None = Field(default=None, description="Chỉ để hỏi lại; trợ lý không bao giờ đọc ra")
    suggested_confidence: Text | None = None
    source: Text | None = None
    checked: Day | None = None
    valid_until: Day | None = None


class Place(_Model):
    """A commune that can be recognised in a question."""

    id: Id
    name: Text
    kind: Literal["xa", "phuong"]
    old_names: tuple[Text, ...] = ()


class KnownFailure(_Model):
    """A `try` that is not yet answered as it should be: reported as a warning instead of an error."""

    text: Text
    id: Id
    note: Text | None = None


class Term(_Model):
    canonical: Text
    kind: Text
    variants: tuple[Text, ...] = ()
    note: Text | None = None
    not_same_as: tuple[Text, ...] = ()


class Short(_Model):
    """A short form and what it stands for; more than one, or a note, means that it depends."""

    form: Text
    expands_to: tuple[Text, ...] = Field(min_length=1)
    note: Text | None = None


class Typo(_Model):
    form: Text
    canonical: Text


class Distinction(_Model):
    between: tuple[Text, ...]
    rule: Text


class Glossary(_Model):
    """How people here call and shorten things."""

    version: int = 1
    language: str = "vi"
    notes: tuple[Text, ...] = ()
    terms: tuple[Term, ...] = ()
    abbreviations: tuple[Short, ...] = ()
    teencode: tuple[Short, ...] = ()
    common_typos: tuple[Typo, ...] = ()
    disambiguation: tuple[Distinction, ...] = ()


class RoutineFile(_Model):
    routines: tuple[Routine, ...]


class ValueFile(_Model):
    values: tuple[Value, ...]


class PlaceFile(_Model):
    places: tuple[Place, ...]


class KnownFailureFile(_Model):
    failures: tuple[KnownFailure, ...]
