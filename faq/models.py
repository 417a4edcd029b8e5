"""The shapes of the FAQ files, as the people who edit them write them."""

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

ID_LENGTH = 40  # an id travels in a button, whose 60 bytes also hold a verb and a number
_TEXT_LENGTH = 2_000  # what is longer was never typed by hand
_WORDING_LENGTH = 500  # the longest stories that members tell have 250
_ANSWER_LENGTH = 6_000  # what is too long for a channel is the linter's to say; this is what no one could mean


def _day(value: object) -> object:
    """A date as it is written in the files; anything else would be guessed at by the parser (3/4: March or April?)."""
    if isinstance(value, date) or (isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value)):
        return value
    raise PydanticCustomError("day", "not a date like 2026-11-24")


def _listed(value: object) -> object:
    """One source may stand without a list around it."""
    return [value] if isinstance(value, str) else value


Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=ID_LENGTH)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=_TEXT_LENGTH)]
Wording = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=_WORDING_LENGTH)]
Answer = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=_ANSWER_LENGTH)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
ShortTitle = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Slot = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")]
FileName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*\.csv$", max_length=60)]
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
    question: Title = Field(description="Câu hỏi như bà con hay hỏi, ngắn, kết thúc bằng dấu hỏi")
    variants: tuple[Wording, ...] = Field(default=(), description="Những cách hỏi khác; trợ lý học từ đây")
    tries: tuple[Wording, ...] = Field(
        default=(), alias="try", description="Câu thử: phải được trả lời bằng mục này; không dùng để học"
    )
    answer: Answer = Field(
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
    source: Sources = Field(default=(), description="Nguồn của câu trả lời: https://…, tên văn bản, hoặc danh sách")
    reviewed: Day | None = Field(default=None, description="Ngày rà lại gần nhất, viết 2026-11-24")
    valid_until: Day | None = Field(default=None, description="Sau ngày này trợ lý trả lời kèm lời dặn kiểm tra lại")

    @property
    def wordings(self) -> tuple[str, ...]:
        """Every way to ask it that the matcher learns from."""
        return (self.question, *self.variants)


class Topic(_Model):
    """One file of the FAQ."""

    topic: Id = Field(description="Mã của chủ đề")
    name: ShortTitle = Field(description="Tên chủ đề, hiện trên nút bấm")
    unit: Id = Field(description="Đơn vị nhận phiếu hỏi: buu-dien, vnpt, viettel hoặc so-tttt")
    order: int = Field(default=100, ge=1, le=999, description="Thứ tự trên màn hình chọn chủ đề, số nhỏ đứng trước")
    questions: tuple[Question, ...] = Field(min_length=1, description="Các mục của chủ đề này")


class Routine(_Model):
    """What is answered at once without being a question of the FAQ: small talk, danger, things out of scope."""

    id: Id = Field(description="Mã của mục này; không bao giờ đổi")
    kind: Literal["smalltalk", "emergency", "scam", "pointer"] = Field(
        description="smalltalk: chuyện trò; emergency: khẩn cấp; scam: đang bị lừa; pointer: ngoài phạm vi"
    )
    whole: bool = Field(default=False, description="true: chỉ dùng khi cả tin nhắn chỉ có vậy")
    wordings: tuple[Wording, ...] = Field(min_length=1, description="Những câu bà con gõ, viết có dấu")
    answer: Answer = Field(description="Lời đáp, viết như câu trả lời của kho hỏi đáp")


class Value(_Model):
    """What a {{NAME}} in answers stands for; without `text` it is not known yet."""

    name: Name = Field(description="Tên trong {{…}}: chữ hoa không dấu, số, gạch dưới; không đổi")
    meaning: Text = Field(description="Giá trị này là gì, để người điền biết")
    owner: Id = Field(description="Đơn vị phải cung cấp")
    text: Text | None = Field(default=None, description="Cụm từ thay vào chỗ {{…}}, không có dấu chấm cuối")
    list: FileName | None = Field(
        default=None, description="Thay cho text, nếu mỗi xã một khác: tên tệp .csv, cột đầu là xa"
    )
    suggested: Text | None = Field(default=None, description="Chỉ để hỏi lại; trợ lý không bao giờ đọc ra")
    suggested_confidence: Text | None = Field(default=None, description="Độ chắc của gợi ý: cao, trung bình, thấp")
    source: Text | None = Field(default=None, description="Ai hoặc văn bản nào xác nhận")
    checked: Day | None = Field(default=None, description="Ngày kiểm, viết 2026-11-24")
    valid_until: Day | None = Field(default=None, description="Ngày hết hạn, nếu có")

    @property
    def is_set(self) -> bool:
        """True if the province has supplied it, as a text or as a list by commune."""
        return bool(self.text or self.list)


class Place(_Model):
    """A commune that can be recognised in a question."""

    id: Id = Field(description="Mã của xã, phường")
    name: Text = Field(description="Tên đúng như nghị quyết")
    kind: Literal["xa", "phuong"] = Field(description="xa hoặc phuong")
    old_names: tuple[Text, ...] = Field(default=(), description="Tên xã, thị trấn trước 1/7/2025")


class SlotWording(_Model):
    """How a key that separates siblings is asked for."""

    key: Slot = Field(description="Tên khoá, như trong 'slots' của các mục")
    ask: Annotated[Text, StringConstraints(pattern=r"^[^{}]*\{\}[^{}]*$")] = Field(
        description="Câu hỏi lại; {} là chỗ trợ lý điền các lựa chọn"
    )
    values: dict[Text, ShortTitle] = Field(min_length=1, description="Mỗi giá trị nói thành lời thế nào")


class KnownFailure(_Model):
    """A `try` that is not yet answered as it should be: reported as a warning instead of an error."""

    text: Wording = Field(description="Câu thử, chép y nguyên")
    id: Id = Field(description="Mã của mục có câu thử ấy")
    note: Text | None = Field(default=None, description="Vì sao chưa đạt")


class Term(_Model):
    """A thing with all the names that people call it by."""

    canonical: Text = Field(description="Tên chuẩn")
    kind: Text = Field(description="Loại, ví dụ nen-tang")
    variants: tuple[Text, ...] = Field(default=(), description="Những cách gọi khác")
    note: Text | None = Field(default=None, description="Ghi chú cho người sửa")
    not_same_as: tuple[Text, ...] = Field(default=(), description="Những thứ dễ nhầm, không được gộp")


class Short(_Model):
    """A short form and what it stands for; more than one, or a note, means that it depends."""

    form: Text = Field(description="Chữ viết tắt, như bà con gõ")
    expands_to: tuple[Text, ...] = Field(min_length=1, description="Viết đủ là gì; nghĩa hay gặp nhất đứng đầu")
    note: Text | None = Field(default=None, description="Khi nào mang nghĩa nào")


class Typo(_Model):
    """A slip that is often made."""

    form: Text = Field(description="Chữ gõ sai")
    canonical: Text = Field(description="Chữ đúng")


class Distinction(_Model):
    """Things that are taken for one another, and how they are told apart."""

    between: tuple[Text, ...] = Field(description="Những thứ hay bị nhầm với nhau")
    rule: Text = Field(description="Phân biệt bằng cách nào")


class Glossary(_Model):
    """How people here call and shorten things."""

    version: int = Field(default=1, description="Số phiên bản của tệp")
    language: str = Field(default="vi", description="Ngôn ngữ")
    notes: tuple[Text, ...] = Field(default=(), description="Ghi chú chung")
    terms: tuple[Term, ...] = Field(default=(), description="Tên gọi các nền tảng, dịch vụ")
    abbreviations: tuple[Short, ...] = Field(default=(), description="Chữ viết tắt")
    teencode: tuple[Short, ...] = Field(default=(), description="Cách viết của người trẻ")
    common_typos: tuple[Typo, ...] = Field(default=(), description="Lỗi gõ hay gặp")
    disambiguation: tuple[Distinction, ...] = Field(default=(), description="Những cặp dễ nhầm")


class OutOfScope(_Model):
    """Questions of one kind that the FAQ does not answer and has no pointer for."""

    about: Text = Field(description="Nhóm này nói về việc gì")
    questions: tuple[Text, ...] = Field(min_length=1, description="Những câu bà con hay hỏi mà kho hỏi đáp không có")


class RoutineFile(_Model):
    """The file of what is answered without the FAQ."""

    routines: tuple[Routine, ...] = Field(description="Những điều trợ lý đáp ngay")


class ValueFile(_Model):
    """The file of the province's values."""

    values: tuple[Value, ...] = Field(description="Giá trị thay cho {{…}} trong câu trả lời")


class PlaceFile(_Model):
    """The file of communes and wards."""

    places: tuple[Place, ...] = Field(description="Các xã, phường")


class SlotFile(_Model):
    """The file of how siblings are told apart."""

    slots: tuple[SlotWording, ...] = Field(description="Các khoá phân biệt mục anh em")


class OutOfScopeFile(_Model):
    """The file of questions that the FAQ does not answer, so that it is known where it ends."""

    groups: tuple[OutOfScope, ...] = Field(description="Các nhóm câu hỏi ngoài phạm vi")


class KnownFailureFile(_Model):
    """The file of tries that are not yet answered as they should be."""

    failures: tuple[KnownFailure, ...] = Field(description="Những câu thử chưa đạt; danh sách này chỉ được ngắn đi")
