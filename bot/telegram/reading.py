"""Reads what Telegram delivers: an update becomes an event, a question from another chat's input field, or nothing."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from telegram import CallbackQuery, ChatMemberUpdated, InlineQuery, Message, MessageEntity, Update
from telegram.constants import ChatMemberStatus, ChatType

from handlers import texts
from handlers.events import (
    BotAdded,
    BotRemoved,
    Edited,
    Event,
    Media,
    Moved,
    Opened,
    Pressed,
    Reached,
    Said,
    Unreachable,
)
from handlers.guard import guard
from storage import Address, Identity

CHANNEL: Final = "telegram"
KINDS = (
    "message", "edited_message", "callback_query", "inline_query", "my_chat_member",
)  # fmt: skip
"""What Telegram is asked to deliver; left out, it would go on as it was told the last time."""
ADMIN_ONLY = frozenset({"/huuich"})
"""Commands of which it must be known whether an admin of the group gave them."""
_COMMAND = re.compile(r"^/([A-Za-z0-9_]{1,32})(?:@(\w+))?(?=\s|$)")
_GAP = re.compile(r" {2,}")
_STARTS = {"t": "topic", "q": "q", "x": "place", "m": "code", "i": "invite"}
_START = re.compile(r"^([tqxmi])_([A-Za-z0-9_-]{1,62})$")
_SERVICE = (
    "chat_background_set", "chat_owner_changed", "chat_owner_left", "chat_shared", "checklist_tasks_added",
    "checklist_tasks_done", "connected_website", "gift", "gift_upgrade_sent", "giveaway_completed", "giveaway_created",
    "message_auto_delete_timer_changed", "passport_data", "pinned_message", "proximity_alert_triggered",
    "refunded_payment", "successful_payment", "unique_gift", "users_shared", "web_app_data", "write_access_allowed",
)  # fmt: skip
"""What Telegram tells in a private chat as a message, and nobody wrote."""
_LONGEST = 20_000  # characters; Telegram sends at most 4,096, and a caption of 1,024
_PRESENT = (ChatMemberStatus.MEMBER, ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.OWNER)


@dataclass(frozen=True, slots=True)
class Account:
    """Who we are there."""

    id: str
    name: str
    """The user name, without @."""
    reads_all: bool


@dataclass(frozen=True, slots=True)
class Press:
    """A press that must be answered, and that counts only if the button was meant for who pressed it."""

    id: str
    event: Pressed | None


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody types behind our name in another chat."""

    id: str
    text: str


Read = Event | Press | Search


def read(update: Update, account: Account, at: datetime) -> Read | None:
    """What an update says; None if it says nothing to us."""
    if update.callback_query is not None:
        return _press(update.callback_query, at)
    if update.inline_query is not None:
        return _search(update.inline_query)
    if update.my_chat_member is not None:
        return _membership(update.my_chat_member, account, at)
    if update.edited_message is not None:
        return _edited(update.edited_message, account, at)
    if update.message is not None:
        return _message(update.message, account, at)
    return None


def address(message: Message) -> Address:
    """Where a message stands; the main thread of a forum has no name of its own, and a private chat is one thread."""
    thread = message.message_thread_id if message.is_topic_message and is_group(message) else None
    return Address(CHANNEL, str(message.chat.id), str(thread) if thread is not None else "")


def is_group(message: Message) -> bool:
    return message.chat.type in (ChatType.GROUP, ChatType.SUPERGROUP)


# --- messages ---


def _message(message: Message, account: Account, at: datetime) -> Event | None:
    where = address(message)
    if message.migrate_to_chat_id is not None:
        return Moved(at, where, Address(CHANNEL, str(message.migrate_to_chat_id)))
    if message.migrate_from_chat_id is not None:
        return Moved(at, Address(CHANNEL, str(message.migrate_from_chat_id)), where)
    who = _speaker(message)
    if who is None or not (is_group(message) or message.chat.type == ChatType.PRIVATE):
        return None
    if _is_service(message):
        return None
    written = _written(message)
    command, told, rest = _command(written)
    if told and told.lower() != account.name.lower():
        return None  # a command for another bot
    if command == "/start":
        return Opened(at, who, where, _start(rest), group=is_group(message))
    addressed = not is_group(message) or bool(command) or _is_addressed(message, account)
    text = f"{command} {rest}".strip() if command else _without_name(message, written, account)
    media = _media(message)
    if is_group(message) and not text and not (media and addressed):
        return None
    guarded = guard(text[:_LONGEST])
    return Said(
        at=at,
        who=who,
        where=where,
        text=guarded.text,
        masked=guarded.kinds,
        media=media,
        album=message.media_group_id or "",
        reply_to=_reply_to(message),
        addressed=addressed,
        message=str(message.message_id),
        group=is_group(message),
        by_admin=_is_anonymous_admin(message),
    )


def _edited(message: Message, account: Account, at: datetime) -> Event | None:
    who, written = _speaker(message), _written(message)
    if who is None or not written or (is_group(message) and not _is_addressed(message, account)):
        return None
    if message.chat.type == ChatType.CHANNEL or message.location is not None:
        return None
    guarded = guard(_without_name(message, written, account)[:_LONGEST])
    return Edited(
        at=at,
        who=who,
        where=address(message),
        message=str(message.message_id),
        text=guarded.text,
        masked=guarded.kinds,
        group=is_group(message),
    )


def _speaker(message: Message) -> Identity | None:
    """Who wrote it: a person, or an admin who writes as the group; no channels and no other bots."""
    if message.sender_chat is not None:
        return Identity(CHANNEL, str(message.sender_chat.id)) if _is_anonymous_admin(message) else None
    if message.from_user is None or message.from_user.is_bot:
        return None
    return Identity(CHANNEL, str(message.from_user.id))


def _is_anonymous_admin(message: Message) -> bool:
    return message.sender_chat is not None and message.sender_chat.id == message.chat.id and is_group(message)


def _written(message: Message) -> str:
    """The words of a message, or words for what is hardly more than words."""
    if (words := message.text or message.caption) is not None:
        return words
    if message.venue is not None:
        return texts.location(message.venue.location.latitude, message.venue.location.longitude, message.venue.title)
    if message.location is not None:
        return texts.location(message.location.latitude, message.location.longitude)
    if (contact := message.contact) is not None:
        name = " ".join(part for part in (contact.first_name, contact.last_name) if part)
        return texts.contact(name, contact.phone_number)
    if message.sticker is not None:
        return message.sticker.emoji or ""
    return message.dice.emoji if message.dice is not None else ""


def _media(message: Message) -> tuple[Media, ...]:
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        return (Media("photo", largest.file_id, largest.file_size or 0),)
    if message.voice is not None:
        return (Media("voice", message.voice.file_id, message.voice.file_size or 0),)
    if message.audio is not None:
        return (Media("audio", message.audio.file_id, message.audio.file_size or 0, message.audio.file_name or ""),)
    for moving in (message.video, message.video_note, message.animation):
        if moving is not None:
            return (Media("video", moving.file_id, moving.file_size or 0),)
    if (document := message.document) is not None:
        return (Media("document", document.file_id, document.file_size or 0, document.file_name or ""),)
    return ()


def _command(written: str) -> tuple[str, str, str]:
    """The command a message begins with, the bot it names, and the rest; empty if it begins otherwise."""
    found = _COMMAND.match(written)
    if found is None:
        return "", "", ""
    return f"/{found[1].lower()}", found[2] or "", written[found.end() :].strip()


def _start(payload: str) -> str:
    """What a link to the chat carried, as a choice; a link may say anything."""
    found = _START.match(payload.strip())
    return f"{_STARTS[found[1]]}:{found[2]}" if found else ""


def _is_addressed(message: Message, account: Account) -> bool:
    replied = message.reply_to_message
    author = replied.from_user if replied is not None and replied.forum_topic_created is None else None
    if author is not None and str(author.id) == account.id:
        return True
    return any(_names(entity, name, account) for entity, name in _mentions(message).items())


def _without_name(message: Message, written: str, account: Account) -> str:
    """The words without the name by which we were addressed."""
    for entity, name in _mentions(message).items():
        if _names(entity, name, account):
            written = written.replace(name, " ", 1)
    return _GAP.sub(" ", written).strip()


def _mentions(message: Message) -> dict[MessageEntity, str]:
    kinds: list[str | None] = [MessageEntity.MENTION, MessageEntity.TEXT_MENTION]
    return message.parse_entities(kinds) if message.text else message.parse_caption_entities(kinds)


def _names(entity: MessageEntity, name: str, account: Account) -> bool:
    if entity.user is not None:
        return str(entity.user.id) == account.id
    return name.lower() == f"@{account.name}".lower()


def _reply_to(message: Message) -> str:
    replied = message.reply_to_message
    if replied is None or replied.forum_topic_created is not None:
        return ""  # in a topic, what replies to nothing is delivered as a reply to the topic's first message
    return str(replied.message_id)


def _is_service(message: Message) -> bool:
    """True for what the platform itself says; in groups also for what can't be read, which is for others."""
    if _written(message) or _media(message):
        return False
    return is_group(message) or any(getattr(message, name) for name in _SERVICE)


# --- the rest ---


def _press(query: CallbackQuery, at: datetime) -> Press:
    """A press under a message that is too old to be told from others, or without a value, is only answered."""
    message = query.message
    if message is None or not query.data or query.from_user is None or not query.data.isascii():
        return Press(query.id, None)
    group = message.chat.type in (ChatType.GROUP, ChatType.SUPERGROUP)
    thread = ""
    if isinstance(message, Message):
        thread = address(message).thread
    pressed = Pressed(
        at=at,
        who=Identity(CHANNEL, str(query.from_user.id)),
        where=Address(CHANNEL, str(message.chat.id), thread),
        choice=query.data,
        source=str(message.message_id),
        group=group,
    )
    return Press(query.id, pressed)


def _search(query: InlineQuery) -> Search:
    return Search(query.id, query.query)


def _membership(changed: ChatMemberUpdated, account: Account, at: datetime) -> Event | None:
    where = Address(CHANNEL, str(changed.chat.id))
    status = changed.new_chat_member.status
    present = status in _PRESENT or (
        status == ChatMemberStatus.RESTRICTED and bool(getattr(changed.new_chat_member, "is_member", False))
    )
    if changed.chat.type == ChatType.PRIVATE:
        return Reached(at, where) if present else Unreachable(at, where)
    if changed.chat.type == ChatType.CHANNEL:
        return None
    who = Identity(CHANNEL, str(changed.from_user.id))
    if not present:
        return BotRemoved(at, who, where)
    reads_all = account.reads_all or status in (ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.OWNER)
    return BotAdded(at, who, where, reads_all)
