"""Who and what there is: people, chats, members, topics, messages and files, and what the bot may see of it."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Literal

from tests.botapi.entities import Formatted, formatted
from tests.botapi.errors import ApiError, BadRequest, Forbidden
from tests.botapi.faults import Faults
from tests.botapi.flood import Flood
from tests.botapi.updates import Updates

TOKEN = "4242:a-token-of-the-tests"
DOWNLOAD_BYTES = 20 * 1024 * 1024
LINK_LIVES_S = 3600
ANSWER_QUERY_WITHIN_S = 60
GENERAL = 1

Status = Literal["member", "administrator", "creator", "restricted", "left", "kicked"]
RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
    "can_manage_topics",
)


@dataclass(slots=True)
class Person:
    id: int
    first_name: str
    username: str = ""
    last_name: str = ""
    language: str = "vi"
    is_bot: bool = False
    is_deactivated: bool = False

    @property
    def api(self) -> dict[str, Any]:
        told: dict[str, Any] = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        more = {
            "last_name": self.last_name,
            "username": self.username,
            "language_code": "" if self.is_bot else self.language,
        }
        return told | {name: value for name, value in more.items() if value}


@dataclass(slots=True)
class Member:
    person: Person
    status: Status = "member"
    rights: frozenset[str] = frozenset()
    is_anonymous: bool = False
    may_write: bool = True

    @property
    def is_here(self) -> bool:
        return self.status in ("member", "administrator", "creator", "restricted")

    @property
    def is_admin(self) -> bool:
        return self.status in ("administrator", "creator")

    def may(self, right: str) -> bool:
        return self.status == "creator" or (self.status == "administrator" and right in self.rights)

    @property
    def api(self) -> dict[str, Any]:
        told: dict[str, Any] = {"user": self.person.api, "status": self.status}
        match self.status:
            case "creator":
                told["is_anonymous"] = self.is_anonymous
            case "administrator":
                told |= {right: right in self.rights for right in RIGHTS}
                told |= {"can_be_edited": False, "is_anonymous": self.is_anonymous}
            case "kicked":
                told["until_date"] = 0
            case "restricted":
                told |= {"is_member": True, "until_date": 0}
                told |= dict.fromkeys(_MAY_WRITE, self.may_write)
        return told


_MAY_WRITE = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
    "can_edit_tag",
)


@dataclass(slots=True)
class Topic:
    thread: int
    name: str
    is_closed: bool = False
    is_deleted: bool = False


@dataclass(slots=True)
class File:
    id: str
    kind: str
    size: int
    content: bytes = b""
    name: str = ""
    mime: str = ""
    path: str = ""
    link_ends_at: float = 0.0


NOTHING = Formatted("")


@dataclass(slots=True)
class Message:
    id: int
    chat: "Chat"
    date: int
    sender: Person | None
    body: dict[str, Any] = field(default_factory=dict)
    """What it holds, as the Bot API tells it: `text` and `entities`, `photo`, a service message and so on."""
    content: Formatted = NOTHING
    """Its text or caption."""
    buttons: list[list[dict[str, Any]]] = field(default_factory=list)
    thread: int | None = None
    reply_to: "Message | None" = None
    sender_chat: "Chat | None" = None
    extra: dict[str, Any] = field(default_factory=dict)
    """What else the API tells of it, such as `via_bot` or `media_group_id`."""
    edited_at: int = 0
    earlier: list[str] = field(default_factory=list)
    """The HTML of its text before each edit."""
    is_deleted: bool = False

    @property
    def is_service(self) -> bool:
        return any(key in SERVICE for key in self.body)

    def api(self, *, nested: bool = False) -> dict[str, Any]:
        told: dict[str, Any] = {"message_id": self.id, "date": self.date, "chat": self.chat.api}
        if self.sender is not None:
            told["from"] = self.sender.api
        if self.sender_chat is not None:
            told["sender_chat"] = self.sender_chat.api
        if self.thread is not None and self.thread != GENERAL:
            told |= {"message_thread_id": self.thread}
            if self.chat.is_forum:
                told["is_topic_message"] = True
        if not nested:
            if self.reply_to is not None and not self.reply_to.is_deleted:
                told["reply_to_message"] = self.reply_to.api(nested=True)
            elif self.chat.is_forum and self.thread not in (None, GENERAL, self.id):
                first = self.chat.messages.get(self.thread or 0)
                if first is not None:
                    told["reply_to_message"] = first.api(nested=True)
        if self.edited_at:
            told["edit_date"] = self.edited_at
        told |= self.body | self.extra
        if self.buttons:
            told["reply_markup"] = {"inline_keyboard": self.buttons}
        return told


SERVICE = {
    "new_chat_members",
    "left_chat_member",
    "new_chat_title",
    "new_chat_photo",
    "delete_chat_photo",
    "group_chat_created",
    "supergroup_chat_created",
    "migrate_to_chat_id",
    "migrate_from_chat_id",
    "pinned_message",
    "forum_topic_created",
    "forum_topic_edited",
    "forum_topic_closed",
    "forum_topic_reopened",
    "general_forum_topic_hidden",
    "general_forum_topic_unhidden",
    "message_auto_delete_timer_changed",
    "video_chat_started",
    "video_chat_ended",
    "write_access_allowed",
}


@dataclass(slots=True)
class Chat:
    id: int
    type: Literal["private", "group", "supergroup", "channel"]
    title: str = ""
    person: Person | None = None
    """Whose private chat with the bot it is."""
    is_forum: bool = False
    is_blocked: bool = False
    """The person blocked the bot."""
    migrated_to: int | None = None
    members: dict[int, Member] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    last_bot: int | None = None
    """The bot that wrote last: plain commands are for it."""
    shown: list[dict[str, Any]] = field(default_factory=list)
    """What the bot showed here, in order; an edit is shown anew."""
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def is_group(self) -> bool:
        return self.type in ("group", "supergroup")

    @property
    def api(self) -> dict[str, Any]:
        told: dict[str, Any] = {"id": self.id, "type": self.type}
        if self.person is not None:
            told["first_name"] = self.person.first_name
            more = {"last_name": self.person.last_name, "username": self.person.username}
            told |= {name: value for name, value in more.items() if value}
        else:
            told["title"] = self.title
        if self.is_forum:
            told["is_forum"] = True
        return told


@dataclass(slots=True)
class Query:
    """A press or an inline query that waits for its answer."""

    id: str
    person: Person
    at: float
    answer: dict[str, Any] | None = None


class World:
    def __init__(self, *, token: str = TOKEN, username: str = "xulang_bot", reads_all: bool = False) -> None:
        self.token = token
        self.bot = Person(int(token.partition(":")[0]), "Trợ lý Xứ Lạng", username, is_bot=True)
        self.reads_all = reads_all
        self.skew_s = 0.0
        """How far its clock is ahead; a test moves it."""
        self.people: dict[int, Person] = {self.bot.id: self.bot}
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, File] = {}
        self.queries: dict[str, Query] = {}
        self.commands: dict[str, list[dict[str, str]]] = {}
        self.descriptions: dict[str, str] = {}
        self.flood = Flood()
        self.faults = Faults()
        self.calls: Counter[str] = Counter()
        """How often each method was called."""
        self.refusals: Counter[str] = Counter()
        """What was answered instead of a result, by description."""
        self.updates = Updates(self.now, self.change)
        self.version = 0
        self._waiters: list[asyncio.Future[None]] = []
        self._ids = count(1)

    def now(self) -> float:
        return time.time() + self.skew_s

    # --- being watched ---

    def change(self) -> None:
        """Something happened; whoever waits looks again."""
        self.version += 1
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def changed(self, since: int) -> int:
        """Returns once something happened after that version."""
        if self.version <= since:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            await waiter
        return self.version

    # --- finding ---

    def new_id(self, prefix: str) -> str:
        return f"{prefix}{next(self._ids)}"

    def chat(self, id_: int) -> Chat:
        if (chat := self.chats.get(id_)) is None:
            raise BadRequest("chat not found")
        return chat

    def private(self, person: Person) -> Chat:
        """The person's chat with the bot, begun if it is not there yet."""
        chat = self.chats.get(person.id)
        if chat is None:
            chat = self.chats[person.id] = Chat(person.id, "private", person=person)
        return chat

    def writable(self, id_: int) -> Chat:
        """The chat if the bot can write to it; raises what Telegram says if not."""
        chat = self.chats.get(id_)
        if chat is None:
            person = self.people.get(id_)
            if person is None or person is self.bot:
                raise BadRequest("chat not found")
            if person.is_bot:
                raise Forbidden("bot can't send messages to bots")
            raise Forbidden("bot can't initiate conversation with a user")
        if chat.migrated_to is not None:
            raise BadRequest("group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat.migrated_to)
        if chat.person is not None:
            if chat.person.is_deactivated:
                raise Forbidden("user is deactivated")
            if chat.is_blocked:
                raise Forbidden("bot was blocked by the user")
            return chat
        own = chat.members.get(self.bot.id)
        if own is None or not own.is_here:
            why = "kicked from" if own is not None and own.status == "kicked" else "not a member of"
            raise Forbidden(f"bot {'was' if why.startswith('kicked') else 'is'} {why} the {chat.type} chat")
        if not own.may_write:
            raise BadRequest("not enough rights to send text messages to the chat")
        return chat

    def in_thread(self, chat: Chat, thread: int | None) -> int | None:
        """The thread if it can be written to."""
        if thread is None:
            return None
        topic = chat.topics.get(thread)
        if not chat.is_forum or topic is None or topic.is_deleted or thread == GENERAL:
            raise BadRequest("message thread not found")
        if topic.is_closed and not chat.members[self.bot.id].may("can_manage_topics"):
            raise BadRequest("TOPIC_CLOSED")
        return thread

    # --- messages ---

    def add(self, chat: Chat, sender: Person | None, body: dict[str, Any], **more: Any) -> Message:  # noqa: ANN401 - the fields of Message
        message = Message(next(chat.numbers), chat, int(self.now()), sender, body, **more)
        chat.messages[message.id] = message
        if sender is not None and sender.is_bot and not message.is_service:
            chat.last_bot = sender.id
        if sender is self.bot and not message.is_service:
            self._show(message, "sent")
        self.change()
        return message

    def text(self, chat: Chat, sender: Person | None, words: str, **more: Any) -> Message:  # noqa: ANN401 - as above
        """A message as a person types it."""
        content = formatted(words)
        return self.add(chat, sender, text_body(content), content=content, **more)

    def edit(
        self, message: Message, body: dict[str, Any], content: Formatted, buttons: list[list[dict[str, Any]]]
    ) -> None:
        if content != message.content:
            message.earlier.append(message.content.html)
        message.body, message.content, message.buttons = body, content, buttons
        message.edited_at = int(self.now())
        if message.sender is self.bot:
            self._show(message, "edited")
        self.change()

    def _show(self, message: Message, what: str) -> None:
        message.chat.shown.append({"what": what} | screen(message))

    def sees(self, message: Message, *, mentions: bool = True) -> bool:
        """True if the bot is told of this message of somebody's."""
        chat = message.chat
        if chat.person is not None:
            return not chat.is_blocked
        own = chat.members.get(self.bot.id)
        if own is None or not own.is_here:
            return False
        by_bot = message.sender is not None and message.sender.is_bot and message.sender is not self.bot
        if by_bot and message.sender_chat is None:
            return False
        if message.is_service or own.is_admin or self.reads_all:
            return True
        if message.reply_to is not None and message.reply_to.sender is self.bot and not message.reply_to.is_service:
            return True
        return any(self._is_for_us(message, entity, mentions=mentions) for entity in message.content.entities)

    def _is_for_us(self, message: Message, entity: dict[str, Any], *, mentions: bool) -> bool:
        words = cut(message.content.text, entity)
        match entity["type"]:
            case "bot_command":
                named = words.partition("@")[2]
                if named:
                    return named.lower() == self.bot.username.lower()
                other_bots = any(m.person.is_bot and m.person is not self.bot for m in message.chat.members.values())
                return message.chat.last_bot == self.bot.id or not other_bots
            case "mention":
                return mentions and words[1:].lower() == self.bot.username.lower()
            case _:
                return False

    def tell(self, message: Message, *, edited: bool = False) -> int | None:
        """Brings it to the bot, if it may see it; returns the update's id."""
        if not self.sees(message):
            return None
        kind = "edited_message" if edited else "message"
        if message.chat.type == "channel":
            kind = "edited_channel_post" if edited else "channel_post"
        return self.updates.push(kind, message.api(), f"chat {message.chat.id}")

    # --- members ---

    def becomes(
        self, chat: Chat, member: Member, by: Person, status: Status, rights: frozenset[str] = frozenset()
    ) -> None:
        """Somebody's place in a chat changes; the bot is told of its own, and as an admin of others'."""
        before = member.api
        member.status, member.rights = status, rights
        chat.members[member.person.id] = member
        change = {
            "chat": chat.api,
            "from": by.api,
            "date": int(self.now()),
            "old_chat_member": before,
            "new_chat_member": member.api,
        }
        lane = f"chat {chat.id}"
        own = chat.members.get(self.bot.id)
        if member.person is self.bot:
            self.updates.push("my_chat_member", change, lane)
        elif own is not None and own.is_admin:
            self.updates.push("chat_member", change, lane)
        self.change()

    # --- files ---

    def keep(self, kind: str, content: bytes, *, size: int | None = None, name: str = "", mime: str = "") -> File:
        """A file; its size may be said to be more than what there is of it."""
        file = File(self.new_id(f"{kind}-file-"), kind, len(content) if size is None else size, content, name, mime)
        self.files[file.id] = file
        return file

    def link(self, file_id: str) -> File:
        file = self.files.get(file_id)
        if file is None:
            raise BadRequest("wrong file_id or the file is temporarily unavailable")
        if file.size > DOWNLOAD_BYTES:
            raise BadRequest("file is too big")
        file.path = f"{file.kind}s/file_{file.id.rpartition('-')[2]}"
        file.link_ends_at = self.now() + LINK_LIVES_S
        return file

    def download(self, path: str) -> bytes:
        for file in self.files.values():
            if file.path == path and file.link_ends_at > self.now():
                return file.content
        raise ApiError(404, "Not Found")

    # --- queries ---

    def ask(self, person: Person) -> Query:
        query = Query(str(7_000_000_000 + next(self._ids)), person, self.now())
        self.queries[query.id] = query
        return query

    def answer(self, query_id: str, answer: dict[str, Any]) -> None:
        query = self.queries.get(query_id)
        if query is None or query.answer is not None or self.now() - query.at > ANSWER_QUERY_WITHIN_S:
            raise BadRequest("query is too old and response timeout expired or query ID is invalid")
        query.answer = answer
        self.change()


def text_body(content: Formatted) -> dict[str, Any]:
    return _told("text", content)


def caption_body(content: Formatted) -> dict[str, Any]:
    return _told("caption", content) if content.text else {}


def _told(key: str, content: Formatted) -> dict[str, Any]:
    told: dict[str, Any] = {key: content.text}
    if content.entities:
        told["entities" if key == "text" else "caption_entities"] = list(content.entities)
    return told


def cut(text: str, entity: dict[str, Any]) -> str:
    units = text.encode("utf-16-le", "surrogatepass")
    begin = 2 * entity["offset"]
    return units[begin : begin + 2 * entity["length"]].decode("utf-16-le", "replace")


_MEDIA = (
    "photo",
    "voice",
    "audio",
    "video",
    "document",
    "sticker",
    "animation",
    "video_note",
    "location",
    "contact",
    "venue",
)


def screen(message: Message) -> dict[str, Any]:
    """What a person sees of a message."""
    media = next((kind for kind in _MEDIA if kind in message.body), "")
    of_it = message.body.get(media)
    if isinstance(of_it, list):
        of_it = of_it[-1]
    service = next((key for key in message.body if key in SERVICE), "")
    return {
        "id": message.id,
        "sender": message.sender.first_name if message.sender is not None else "",
        "is_bots": message.sender is not None and message.sender.is_bot,
        "text": message.content.text,
        "html": message.content.html,
        "buttons": [list(row) for row in message.buttons],
        "media": media,
        "file": of_it.get("file_id", "") if isinstance(of_it, dict) else "",
        "album": message.extra.get("media_group_id", ""),
        "service": service,
        "reply_to": message.reply_to.id if message.reply_to is not None else None,
        "thread": message.thread,
        "earlier": list(message.earlier),
        "is_deleted": message.is_deleted,
    }
