"""What can happen to the helpdesk: a closed union, the same for every channel."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from pydantic import TypeAdapter

from storage import Address, Identity


@dataclass(frozen=True, slots=True)
class Media:
    """Something sent that is not text, known by the platform's reference until its bytes are fetched."""

    kind: Literal["photo", "voice", "audio", "video", "document"]
    reference: str
    size: int = 0
    """In bytes, as the platform says; 0 if it does not."""
    name: str = ""
    """The file's name, for documents."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Somebody opened the chat, perhaps by a link that says what for."""

    at: datetime
    who: Identity
    where: Address
    start: str = ""
    """What the link carried: a choice such as `topic:atm-mem`, or empty."""
    group: bool = False
    """True where others read along."""
    kind: Literal["opened"] = "opened"


@dataclass(frozen=True, slots=True)
class Said:
    at: datetime
    who: Identity
    where: Address
    text: str
    """What the person typed, with secrets and card numbers already masked (see `handlers.guard`)."""
    masked: tuple[str, ...] = ()
    """What kinds of secrets were masked in it."""
    attachments: tuple[int, ...] = ()
    """Ids of attachments that came with it, where their bytes are here already."""
    media: tuple[Media, ...] = ()
    """What came with it and is still to be fetched."""
    album: str = ""
    """The platform's id of the album that this is a part of; the parts come as events of their own."""
    reply_to: str = ""
    """The platform's id of the message that this one answers."""
    addressed: bool = True
    """False for words in a group that were not for the helpdesk."""
    message: str = ""
    """The platform's id of this message."""
    group: bool = False
    by_admin: bool = False
    """True if the channel found the speaker to be an admin of this group; asked only where it matters."""
    kind: Literal["said"] = "said"


@dataclass(frozen=True, slots=True)
class Pressed:
    at: datetime
    who: Identity
    where: Address
    choice: str
    """What the button carried: a claim, not a fact."""
    source: str = ""
    """The platform's id of the message that the button stood under."""
    group: bool = False
    kind: Literal["pressed"] = "pressed"


@dataclass(frozen=True, slots=True)
class Edited:
    """Somebody changed a message sent earlier."""

    at: datetime
    who: Identity
    where: Address
    message: str
    text: str
    masked: tuple[str, ...] = ()
    group: bool = False
    kind: Literal["edited"] = "edited"


@dataclass(frozen=True, slots=True)
class Reached:
    """An address that could not be written to can be again."""

    at: datetime
    where: Address
    kind: Literal["reached"] = "reached"


@dataclass(frozen=True, slots=True)
class Unreachable:
    """An address can't be written to any more, such as after being blocked."""

    at: datetime
    where: Address
    kind: Literal["unreachable"] = "unreachable"


@dataclass(frozen=True, slots=True)
class Moved:
    """A chat got another id."""

    at: datetime
    where: Address
    to: Address
    kind: Literal["moved"] = "moved"


@dataclass(frozen=True, slots=True)
class BotAdded:
    """The helpdesk's account is in a group, newly or with other rights than before."""

    at: datetime
    who: Identity
    where: Address
    reads_all: bool = False
    """True if the platform delivers every message of the group, not only those addressed to the helpdesk."""
    kind: Literal["bot-added"] = "bot-added"


@dataclass(frozen=True, slots=True)
class BotRemoved:
    at: datetime
    who: Identity
    where: Address
    kind: Literal["bot-removed"] = "bot-removed"


@dataclass(frozen=True, slots=True)
class Delivered:
    """The platform says that an outgoing message arrived."""

    at: datetime
    where: Address
    outgoing: int
    kind: Literal["delivered"] = "delivered"


@dataclass(frozen=True, slots=True)
class Failed:
    """An outgoing message will not arrive."""

    at: datetime
    where: Address
    outgoing: int
    error: str
    unknown: bool = False
    """True if it may have arrived after all."""
    kind: Literal["failed"] = "failed"


@dataclass(frozen=True, slots=True)
class MediaFetched:
    """The bytes of an attachment are here, or will never be."""

    at: datetime
    where: Address
    attachment: int
    stored: bool
    kind: Literal["media-fetched"] = "media-fetched"


@dataclass(frozen=True, slots=True)
class CatalogChanged:
    at: datetime
    version: str
    kind: Literal["catalog-changed"] = "catalog-changed"


@dataclass(frozen=True, slots=True)
class CatalogRejected:
    """A saved FAQ has faults; the last good one goes on answering."""

    at: datetime
    faults: tuple[str, ...] = field(default=())
    kind: Literal["catalog-rejected"] = "catalog-rejected"


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passed; the only clock the handlers have."""

    at: datetime
    kind: Literal["tick"] = "tick"


Event = (
    Opened
    | Said
    | Pressed
    | Edited
    | Reached
    | Unreachable
    | Moved
    | BotAdded
    | BotRemoved
    | Delivered
    | Failed
    | MediaFetched
    | CatalogChanged
    | CatalogRejected
    | Tick
)

_adapter: TypeAdapter[Event] = TypeAdapter(Event)


def lane(event: Event) -> str:
    """Events of one lane are handled in order, lanes side by side."""
    match event:
        case Tick() | CatalogChanged() | CatalogRejected():
            return "clock"
        case _:
            return event.where.lane


def to_json(event: Event) -> dict[str, Any]:
    """The form in which an event waits in the inbox."""
    dumped: dict[str, Any] = _adapter.dump_python(event, mode="json")
    return dumped


def from_json(payload: dict[str, Any]) -> Event:
    """Raises `ValueError` if the payload is not one of the events."""
    return _adapter.validate_python(payload)
