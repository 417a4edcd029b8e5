"""The parameters of a request, as forms, JSON or multipart bring them."""

import json
from dataclasses import dataclass, field
from typing import Any

from tests.botapi.entities import CAPTION_LENGTH, TEXT_LENGTH, Formatted, formatted, utf16
from tests.botapi.errors import ApiError, BadRequest

BUTTONS = 100
CALLBACK_BYTES = 64
UPLOAD_BYTES = 50 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    mime: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Parameters:
    given: dict[str, Any]
    files: dict[str, Upload] = field(default_factory=dict)

    def word(self, name: str, default: str = "") -> str:
        value = self.given.get(name)
        if value is None:
            return default
        if isinstance(value, bool):
            return "true" if value else "false"
        if not isinstance(value, (str, int, float)):
            raise BadRequest(f"{name} must be a string")
        return str(value)

    def number(self, name: str, default: int | None = None) -> int | None:
        word = self.word(name)
        if not word:
            return default
        try:
            return int(word)
        except ValueError:
            raise BadRequest(f"invalid {name} specified") from None

    def required(self, name: str) -> int:
        number = self.number(name)
        if number is None:
            raise BadRequest(f"{name} isn't specified")
        return number

    def yes(self, name: str) -> bool:
        return self.word(name).lower() in ("true", "yes", "1")

    def json(self, name: str) -> Any:  # noqa: ANN401 - whatever JSON holds
        value = self.given.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise BadRequest(f"can't parse {name} JSON object") from None

    def chat(self, name: str = "chat_id") -> int:
        word = self.word(name).strip()
        if not word:
            raise BadRequest(f"{name} is empty")
        try:
            return int(word)
        except ValueError:
            raise BadRequest("chat not found") from None

    def text(self) -> Formatted:
        written = self.word("text")
        if not written:
            raise BadRequest("message text is empty")
        content = formatted(written, self.word("parse_mode"), self._entities("entities"))
        if not content.text:
            raise BadRequest("message text is empty" if not written.strip() else "text must be non-empty")
        if utf16(content.text) > TEXT_LENGTH:
            raise BadRequest("message is too long")
        return content

    def caption(self) -> Formatted:
        return caption(self.word("caption"), self.word("parse_mode"), self._entities("caption_entities"))

    def _entities(self, name: str) -> list[dict[str, Any]] | None:
        found = self.json(name)
        if found is None:
            return None
        if not isinstance(found, list) or not all(
            isinstance(e, dict) and isinstance(e.get("offset"), int) and isinstance(e.get("length"), int) for e in found
        ):
            raise BadRequest("can't parse entities JSON object")
        return found

    def buttons(self) -> list[list[dict[str, Any]]] | None:
        """The inline keyboard; None if there is none, or another kind of markup."""
        markup = self.json("reply_markup")
        if markup is None or markup == {}:
            return None
        if not isinstance(markup, dict):
            raise BadRequest("can't parse reply keyboard markup JSON object")
        if "inline_keyboard" not in markup:
            if any(name in markup for name in ("keyboard", "remove_keyboard", "force_reply")):
                return None
            raise BadRequest("can't parse reply keyboard markup JSON object")
        rows = markup["inline_keyboard"]
        if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
            raise BadRequest("can't parse inline keyboard markup JSON object: Field must be of type Array")
        found = [[_button(button) for button in row] for row in rows if row]
        if sum(map(len, found)) > BUTTONS:
            raise BadRequest("reply markup is too long")
        return found


def caption(text: str, parse_mode: str, entities: list[dict[str, Any]] | None = None) -> Formatted:
    content = formatted(text, parse_mode, entities)
    if utf16(content.text) > CAPTION_LENGTH:
        raise BadRequest("message caption is too long")
    return content


def _button(button: object) -> dict[str, Any]:
    if not isinstance(button, dict):
        raise BadRequest("can't parse inline keyboard button: Expected an Object")
    text = button.get("text")
    if not isinstance(text, str) or not text.strip():
        raise BadRequest("can't parse inline keyboard button: Text of the button must be non-empty")
    kinds = [kind for kind in button if kind not in ("text", "style", "icon_custom_emoji_id")]
    if not kinds:
        raise BadRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if "url" in button:
        url = button["url"]
        if not isinstance(url, str) or not url.startswith(("http://", "https://", "tg://")) or " " in url:
            raise BadRequest(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    elif "callback_data" in button:
        data = button["callback_data"]
        if not isinstance(data, str) or not 1 <= len(data.encode()) <= CALLBACK_BYTES:
            raise BadRequest("BUTTON_DATA_INVALID")
    elif not set(kinds) & {"switch_inline_query", "switch_inline_query_current_chat", "web_app", "copy_text"}:
        raise BadRequest("BUTTON_TYPE_INVALID")
    return dict(button)


def checked_upload(upload: Upload) -> Upload:
    if len(upload.content) > UPLOAD_BYTES:
        raise ApiError(413, "Request Entity Too Large")
    if not upload.content:
        raise BadRequest("file must be non-empty")
    return upload
