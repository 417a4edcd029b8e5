"""What the helpdesk says, before any channel gives it a form."""

from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

CHOICE_BYTES = 60  # Telegram allows 64 for callback data; the rest is kept for a channel's own marks

NO_NUMBER = -1
"""Of a choice that can only be pressed."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to press, or to choose by typing its number."""

    label: str
    value: str
    """`verb:arg[:arg]`, ASCII, at most `CHOICE_BYTES` bytes; an id, never a position.

    `private:…` opens the private chat with the helpdesk by a link that carries the rest.
    """
    number: int
    """What a typed number means here: 1 to 8, 9 for more, 0 for a person; or `NO_NUMBER`."""

    def __post_init__(self) -> None:
        if not self.value.isascii() or len(self.value) > CHOICE_BYTES:
            raise ValueError(f"not a choice: {self.value!r}")


@dataclass(frozen=True, slots=True)
class Reply:
    text: str
    """The small Markdown of the FAQ: paragraphs, bold, lists, links. What people typed is escaped in it."""
    choices: tuple[Choice, ...] = ()
    speaker: str = ""
    """Whose words these are, such as "Cán bộ hỗ trợ Minh (VNPT Lạng Sơn)"; empty for the helpdesk's own."""
    attachments: tuple[int, ...] = ()
    """Ids of attachments to show with it."""
    title: str = ""
    """What a thread that holds only this is called; where there are no threads it is not shown."""
    closes: bool = False
    """True if the thread is finished with it."""
    leaves: bool = False
    """True if these are the last words in a group that the helpdesk leaves."""
    anew: bool = False
    """True if it is shown at the end of the chat, and what it edits is taken away."""


_adapter = TypeAdapter(Reply)


def to_json(reply: Reply) -> dict[str, Any]:
    """The form in which a reply waits in the outbox."""
    dumped: dict[str, Any] = _adapter.dump_python(reply, mode="json")
    return dumped


def from_json(payload: dict[str, Any]) -> Reply:
    return _adapter.validate_python(payload)
