"""What a bot can ask of the Bot API: each method checks as Telegram does, acts on the world and tells the result."""

import re
from collections.abc import Callable
from inspect import isawaitable
from typing import Any

from tests.botapi.entities import Formatted, formatted, utf16
from tests.botapi.errors import ApiError, BadRequest
from tests.botapi.parameters import Parameters, caption, checked_upload
from tests.botapi.updates import LIMIT, checked_secret, checked_url
from tests.botapi.world import GENERAL, Chat, File, Member, Message, Topic, World, caption_body, text_body

DELETE_WITHIN_S = 48 * 3600
PHOTO_BYTES = 10 * 1024 * 1024
ALERT_LENGTH = 200
RESULTS = 50
RESULT_ID_BYTES = 64
COMMANDS = 100
TOPIC_NAME = 128
DESCRIPTION, SHORT_DESCRIPTION = 512, 120
_ALBUMS = {
    "photo": {"photo", "video"},
    "video": {"photo", "video"},
    "audio": {"audio"},
    "document": {"document"},
}
"""What a message of an album can become, by what it is."""
_EDITABLE = (*_ALBUMS, "animation")
_ACTION = re.compile(r"typing|(upload|record)_(photo|video|voice|document|video_note)|choose_sticker|find_location")
_IMAGES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"BM", b"RIFF")
_SENT = frozenset(
    {
        "sendmessage",
        "sendphoto",
        "sendvoice",
        "sendvideo",
        "senddocument",
        "sendaudio",
        "sendlocation",
        "sendcontact",
        "sendmediagroup",
        "sendsticker",
        "copymessage",
        "createforumtopic",
    }
)
"""What the limits of pace count."""

Result = Any
Rows = list[list[dict[str, Any]]]


class Methods:
    def __init__(self, world: World) -> None:
        self._world = world
        self._by_name: dict[str, Callable[[Parameters], Result]] = {
            name.replace("_", ""): getattr(self, f"_do_{name}") for name in _NAMES
        }

    async def call(self, name: str, given: Parameters) -> Result:
        """The result; raises `ApiError`."""
        method = self._by_name.get(name.lower())
        if method is None:
            raise ApiError(404, "Not Found: method not found")
        if name.lower() in _SENT:
            self._world.flood.count(given.chat(), len(given.json("media") or ()) or 1)
        result = method(given)
        return await result if isawaitable(result) else result

    # --- updates ---

    def _do_get_me(self, _: Parameters) -> Result:
        return self._world.bot.api | {
            "can_join_groups": True,
            "can_read_all_group_messages": self._world.reads_all,
            "supports_inline_queries": True,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }

    async def _do_get_updates(self, given: Parameters) -> Result:
        updates = self._world.updates
        updates.allow(_kinds(given))
        limit = given.number("limit", LIMIT) or LIMIT
        return await updates.get(given.number("offset", 0) or 0, limit, given.number("timeout", 0) or 0)

    def _do_set_webhook(self, given: Parameters) -> Result:
        updates = self._world.updates
        url = checked_url(given.word("url"))
        secret = checked_secret(given.word("secret_token"))
        updates.allow(_kinds(given))
        if given.yes("drop_pending_updates"):
            updates.drop()
        updates.set_webhook(url, secret, min(100, max(1, given.number("max_connections", 40) or 40)))
        return True

    def _do_delete_webhook(self, given: Parameters) -> Result:
        self._world.updates.remove_webhook()
        if given.yes("drop_pending_updates"):
            self._world.updates.drop()
        return True

    def _do_get_webhook_info(self, _: Parameters) -> Result:
        return self._world.updates.info

    # --- sending ---

    def _do_send_message(self, given: Parameters) -> Result:
        content = given.text()
        return self._send(given, text_body(content), content).api()

    def _do_send_photo(self, given: Parameters) -> Result:
        return self._send_file(given, "photo")

    def _do_send_voice(self, given: Parameters) -> Result:
        return self._send_file(given, "voice")

    def _do_send_video(self, given: Parameters) -> Result:
        return self._send_file(given, "video")

    def _do_send_document(self, given: Parameters) -> Result:
        return self._send_file(given, "document")

    def _do_send_audio(self, given: Parameters) -> Result:
        return self._send_file(given, "audio")

    def _do_send_sticker(self, given: Parameters) -> Result:
        return self._send_file(given, "sticker")

    def _do_send_location(self, given: Parameters) -> Result:
        try:
            latitude, longitude = float(given.word("latitude")), float(given.word("longitude"))
        except ValueError:
            raise BadRequest("can't parse the location") from None
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            raise BadRequest("can't parse the location")
        body = {"location": {"latitude": latitude, "longitude": longitude}}
        return self._send(given, body, Formatted("")).api()

    def _do_send_contact(self, given: Parameters) -> Result:
        number, name = given.word("phone_number"), given.word("first_name")
        if not number or not name:
            raise BadRequest("can't parse the contact")
        return self._send(given, {"contact": {"phone_number": number, "first_name": name}}, Formatted("")).api()

    def _do_send_media_group(self, given: Parameters) -> Result:
        items = given.json("media")
        if not isinstance(items, list) or not 2 <= len(items) <= 10 or not all(isinstance(i, dict) for i in items):
            raise BadRequest("an album must include 2-10 items")
        kinds = {str(item.get("type")) for item in items}
        if kinds - {"photo", "video", "audio", "document"}:
            raise BadRequest("can't parse InputMedia: wrong type")
        if len(kinds) > 1 and not kinds <= {"photo", "video"}:
            raise BadRequest("documents and audio can't be mixed with other media types")
        parsed = []
        for item in items:
            content = caption(str(item.get("caption") or ""), str(item.get("parse_mode") or ""))
            file = self._file(given, str(item["type"]), str(item.get("media") or ""))
            parsed.append((media_body(file) | caption_body(content), content))
        group = str(self._world.new_id("album-"))
        return [self._send(given, body, content, album=group).api() for body, content in parsed]

    def _do_copy_message(self, given: Parameters) -> Result:
        source = self._world.chat(given.chat("from_chat_id"))
        message = source.messages.get(given.required("message_id"))
        if message is None or message.is_deleted:
            raise BadRequest("message to copy not found")
        if message.is_service:
            raise BadRequest("message can't be copied")
        return {"message_id": self._send(given, dict(message.body), message.content).id}

    def _send_file(self, given: Parameters, kind: str) -> Result:
        content = given.caption()
        file = self._file(given, kind, given.word(kind))
        return self._send(given, media_body(file) | caption_body(content), content).api()

    def _file(self, given: Parameters, kind: str, reference: str) -> File:
        """What is sent: an upload of this request, or a file that Telegram has."""
        attached = reference.removeprefix("attach://") if reference.startswith("attach://") else kind
        if attached in given.files and (reference.startswith("attach://") or not reference):
            upload = checked_upload(given.files[attached])
            if kind == "photo":
                if len(upload.content) > PHOTO_BYTES:
                    raise BadRequest("file is too big for a photo")
                if not upload.content.startswith(_IMAGES):
                    raise BadRequest("IMAGE_PROCESS_FAILED")
            return self._world.keep(kind, upload.content, name=upload.name, mime=upload.mime)
        if not reference:
            raise BadRequest(f"there is no {kind} in the request")
        if reference.startswith(("http://", "https://", "attach://")):
            raise BadRequest("wrong type of the web page content")
        file = self._world.files.get(reference)
        if file is None:
            raise BadRequest("wrong file identifier/HTTP URL specified")
        if file.kind != kind:
            raise BadRequest("type of file mismatch")
        return file

    def _send(self, given: Parameters, body: dict[str, Any], content: Formatted, *, album: str = "") -> Message:
        world = self._world
        chat = world.writable(given.chat())
        thread = world.in_thread(chat, given.number("message_thread_id"))
        answered = self._answered(given, chat)
        if thread is None and answered is not None and chat.is_forum and answered.thread != GENERAL:
            thread = answered.thread
        extra = {"media_group_id": album} if album else {}
        return world.add(
            chat,
            world.bot,
            body,
            content=content,
            buttons=given.buttons() or [],
            thread=thread,
            reply_to=answered,
            extra=extra,
        )

    def _answered(self, given: Parameters, chat: Chat) -> Message | None:
        told = given.json("reply_parameters")
        if told is None:
            id_, or_without = given.number("reply_to_message_id"), given.yes("allow_sending_without_reply")
        elif isinstance(told, dict) and isinstance(told.get("message_id"), int):
            id_, or_without = told["message_id"], told.get("allow_sending_without_reply") is True
        else:
            raise BadRequest("can't parse reply parameters JSON object")
        if id_ is None:
            return None
        message = chat.messages.get(id_)
        if message is None or message.is_deleted:
            if or_without:
                return None
            raise BadRequest("message to be replied not found")
        return message

    # --- changing what was sent ---

    def _do_edit_message_text(self, given: Parameters) -> Result:
        message = self._own(given)
        content = given.text()
        if "text" not in message.body:
            raise BadRequest("there is no text in the message to edit")
        return self._edit(message, text_body(content), content, given.buttons() or [])

    def _do_edit_message_caption(self, given: Parameters) -> Result:
        message = self._own(given)
        content = given.caption()
        if "text" in message.body or message.is_service:
            raise BadRequest("there is no caption in the message to edit")
        kept = {key: value for key, value in message.body.items() if key not in ("caption", "caption_entities")}
        return self._edit(message, kept | caption_body(content), content, given.buttons() or [])

    def _do_edit_message_media(self, given: Parameters) -> Result:
        message = self._own(given)
        item = given.json("media")
        if not isinstance(item, dict) or item.get("type") not in ("photo", "video", "audio", "document", "animation"):
            raise BadRequest("can't parse InputMedia: wrong type")
        if "text" not in message.body and not set(message.body) & set(_EDITABLE):
            raise BadRequest("message media can't be edited")
        if message.extra.get("media_group_id"):
            stands = next(kind for kind in _EDITABLE if kind in message.body)
            if item["type"] not in _ALBUMS[stands]:
                raise BadRequest("message media of an album can't be of another type")
        content = caption(str(item.get("caption") or ""), str(item.get("parse_mode") or ""))
        file = self._file(given, str(item["type"]), str(item.get("media") or ""))
        return self._edit(message, media_body(file) | caption_body(content), content, given.buttons() or [])

    def _do_edit_message_reply_markup(self, given: Parameters) -> Result:
        message = self._own(given)
        return self._edit(message, message.body, message.content, given.buttons() or [])

    def _own(self, given: Parameters) -> Message:
        chat = self._world.writable(given.chat())
        message = chat.messages.get(given.required("message_id"))
        if message is None or message.is_deleted:
            raise BadRequest("message to edit not found")
        if message.sender is not self._world.bot or message.is_service:
            raise BadRequest("message can't be edited")
        return message

    def _edit(self, message: Message, body: dict[str, Any], content: Formatted, buttons: Rows) -> Result:
        if (content, buttons) == (message.content, message.buttons):
            raise BadRequest(
                "message is not modified: specified new message content and reply markup are exactly the same "
                "as a current content and reply markup of the message"
            )
        self._world.edit(message, body, content, buttons)
        return message.api()

    def _do_delete_message(self, given: Parameters) -> Result:
        world = self._world
        chat = world.writable(given.chat())
        message = chat.messages.get(given.required("message_id"))
        if message is None or message.is_deleted:
            raise BadRequest("message to delete not found")
        may_others = chat.person is not None or chat.members[world.bot.id].may("can_delete_messages")
        is_old = world.now() - message.date > DELETE_WITHIN_S
        if (is_old and chat.person is not None) or (is_old and not may_others):
            raise BadRequest("message can't be deleted for everyone")
        if message.sender is not world.bot and not may_others:
            raise BadRequest("message can't be deleted")
        message.is_deleted = True
        world.change()
        return True

    # --- queries ---

    def _do_answer_callback_query(self, given: Parameters) -> Result:
        text = given.word("text")
        if utf16(text) > ALERT_LENGTH:
            raise BadRequest("MESSAGE_TOO_LONG")
        alert = given.yes("show_alert")
        self._world.answer(given.word("callback_query_id"), {"text": text, "alert": alert, "url": given.word("url")})
        return True

    def _do_answer_inline_query(self, given: Parameters) -> Result:
        results = given.json("results")
        if not isinstance(results, list) or not all(isinstance(result, dict) for result in results):
            raise BadRequest("can't parse inline query results JSON object")
        if len(results) > RESULTS:
            raise BadRequest("RESULTS_TOO_MUCH")
        ids = [str(result.get("id") or "") for result in results]
        if not all(1 <= len(id_.encode()) <= RESULT_ID_BYTES for id_ in ids):
            raise BadRequest("RESULT_ID_INVALID")
        if len(set(ids)) < len(ids):
            raise BadRequest("RESULT_ID_DUPLICATE")
        shown = [_inline_result(result) for result in results]
        self._world.answer(given.word("inline_query_id"), {"results": shown})
        return True

    def _do_send_chat_action(self, given: Parameters) -> Result:
        self._world.writable(given.chat())
        if not _ACTION.fullmatch(given.word("action")):
            raise BadRequest("wrong parameter action in request")
        return True

    # --- files and chats ---

    def _do_get_file(self, given: Parameters) -> Result:
        file = self._world.link(given.word("file_id"))
        return {"file_id": file.id, "file_unique_id": f"u-{file.id}", "file_size": file.size, "file_path": file.path}

    def _do_get_chat(self, given: Parameters) -> Result:
        chat = self._visible(given)
        more = {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": _NO_GIFTS}
        return chat.api | more | ({"permissions": {}} if chat.is_group else {})

    def _do_get_chat_member(self, given: Parameters) -> Result:
        chat = self._visible(given)
        member = chat.members.get(given.required("user_id"))
        if member is None:
            person = self._world.people.get(given.required("user_id"))
            if person is None:
                raise BadRequest("PARTICIPANT_ID_INVALID")
            member = Member(person, "member" if chat.person is person else "left")
        return member.api

    def _do_get_chat_administrators(self, given: Parameters) -> Result:
        chat = self._visible(given)
        if chat.person is not None:
            raise BadRequest("there are no administrators in the private chat")
        return [member.api for member in chat.members.values() if member.is_admin and not member.person.is_bot]

    def _visible(self, given: Parameters) -> Chat:
        chat = self._world.chat(given.chat())
        return self._world.writable(chat.id) if chat.is_group else chat

    def _do_leave_chat(self, given: Parameters) -> Result:
        world = self._world
        chat = world.writable(given.chat())
        if chat.person is not None:
            raise BadRequest("chat member status can't be changed in private chats")
        world.becomes(chat, chat.members[world.bot.id], world.bot, "left")
        return True

    # --- what the account shows ---

    def _do_set_my_commands(self, given: Parameters) -> Result:
        commands = given.json("commands")
        if not isinstance(commands, list) or not all(isinstance(command, dict) for command in commands):
            raise BadRequest("can't parse commands JSON object")
        if len(commands) > COMMANDS:
            raise BadRequest("BOT_COMMANDS_TOO_MUCH")
        for command in commands:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", str(command.get("command"))):
                raise BadRequest("BOT_COMMAND_INVALID")
            if not 1 <= utf16(str(command.get("description") or "")) <= 256:
                raise BadRequest("BOT_COMMAND_DESCRIPTION_INVALID")
        self._world.commands[self._scope(given)] = commands
        return True

    def _do_get_my_commands(self, given: Parameters) -> Result:
        return self._world.commands.get(self._scope(given), [])

    def _do_delete_my_commands(self, given: Parameters) -> Result:
        self._world.commands.pop(self._scope(given), None)
        return True

    def _scope(self, given: Parameters) -> str:
        """The scope and language as one word, such as `chat:-1001:vi`."""
        scope = given.json("scope") or {"type": "default"}
        if not isinstance(scope, dict) or scope.get("type") not in _SCOPES:
            raise BadRequest("can't parse BotCommandScope: Unsupported type specified")
        words = [scope["type"], *(str(scope.get(key)) for key in _SCOPES[scope["type"]])]
        if "chat_id" in _SCOPES[scope["type"]]:
            self._world.chat(int(scope.get("chat_id") or 0))
        return ":".join([*words, *filter(None, [given.word("language_code")])])

    def _do_set_my_description(self, given: Parameters) -> Result:
        return self._describe(given, "description", DESCRIPTION)

    def _do_set_my_short_description(self, given: Parameters) -> Result:
        return self._describe(given, "short_description", SHORT_DESCRIPTION)

    def _describe(self, given: Parameters, name: str, most: int) -> Result:
        words = given.word(name)
        if utf16(words) > most:
            raise BadRequest(f"{name.upper()}_TOO_LONG")
        self._world.descriptions[name] = words
        return True

    # --- topics ---

    def _do_create_forum_topic(self, given: Parameters) -> Result:
        world = self._world
        chat = self._forum(given, "create a topic")
        name = _topic_name(given.word("name"))
        message = world.add(chat, world.bot, {"forum_topic_created": {"name": name, "icon_color": 7322096}})
        message.thread = message.id
        chat.topics[message.id] = Topic(message.id, name)
        world.tell(message)
        return {"message_thread_id": message.id, "name": name, "icon_color": 7322096}

    def _do_edit_forum_topic(self, given: Parameters) -> Result:
        chat = self._forum(given, "edit the topic")
        topic = self._topic(given, chat)
        name = _topic_name(given.word("name", topic.name))
        if name == topic.name:
            raise BadRequest("TOPIC_NOT_MODIFIED")
        topic.name = name
        return self._about(chat, topic, {"forum_topic_edited": {"name": name}})

    def _do_close_forum_topic(self, given: Parameters) -> Result:
        return self._shut(given, "forum_topic_closed", is_closed=True)

    def _do_reopen_forum_topic(self, given: Parameters) -> Result:
        return self._shut(given, "forum_topic_reopened", is_closed=False)

    def _do_delete_forum_topic(self, given: Parameters) -> Result:
        chat = self._forum(given, "delete the topic", right="can_delete_messages")
        self._world_deletes(chat, self._topic(given, chat))
        return True

    def _shut(self, given: Parameters, told: str, *, is_closed: bool) -> Result:
        chat = self._forum(given, "close the topic" if is_closed else "reopen the topic")
        topic = self._topic(given, chat)
        if topic.is_closed == is_closed:
            raise BadRequest("TOPIC_NOT_MODIFIED")
        topic.is_closed = is_closed
        return self._about(chat, topic, {told: {}})

    def _about(self, chat: Chat, topic: Topic, body: dict[str, Any]) -> Result:
        self._world.tell(self._world.add(chat, self._world.bot, body, thread=topic.thread))
        return True

    def _forum(self, given: Parameters, what: str, *, right: str = "can_manage_topics") -> Chat:
        chat = self._world.writable(given.chat())
        if not chat.is_forum:
            raise BadRequest("the chat is not a forum")
        if not chat.members[self._world.bot.id].may(right):
            raise BadRequest(f"not enough rights to {what}")
        return chat

    def _topic(self, given: Parameters, chat: Chat) -> Topic:
        topic = chat.topics.get(given.required("message_thread_id"))
        if topic is None or topic.is_deleted:
            raise BadRequest("message thread not found")
        return topic

    def _world_deletes(self, chat: Chat, topic: Topic) -> None:
        delete_topic(chat, topic)
        self._world.change()


_NAMES = [name.removeprefix("_do_") for name in vars(Methods) if name.startswith("_do_")]

_SCOPES = {
    "default": (),
    "all_private_chats": (),
    "all_group_chats": (),
    "all_chat_administrators": (),
    "chat": ("chat_id",),
    "chat_administrators": ("chat_id",),
    "chat_member": ("chat_id", "user_id"),
}
_NO_GIFTS = dict.fromkeys(
    ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
)


def delete_topic(chat: Chat, topic: Topic) -> None:
    """The topic is gone, and with it everything that was said in it."""
    topic.is_deleted = True
    for message in chat.messages.values():
        if message.thread == topic.thread:
            message.is_deleted = True


def media_body(file: File) -> dict[str, Any]:
    """A file as a message tells of it."""
    told: dict[str, Any] = {"file_id": file.id, "file_unique_id": f"u-{file.id}", "file_size": file.size}
    named = ({"file_name": file.name} if file.name else {}) | ({"mime_type": file.mime} if file.mime else {})
    match file.kind:
        case "photo":
            small = {"file_id": f"{file.id}-small", "file_unique_id": f"u-{file.id}-small", "file_size": 900}
            return {"photo": [small | {"width": 90, "height": 60}, told | {"width": 1280, "height": 853}]}
        case "voice":
            return {"voice": told | {"duration": 3, "mime_type": file.mime or "audio/ogg"}}
        case "audio":
            return {"audio": told | named | {"duration": 3}}
        case "video" | "animation":
            return {file.kind: told | named | {"duration": 3, "width": 640, "height": 360}}
        case "video_note":
            return {"video_note": told | {"duration": 3, "length": 240}}
        case "sticker":
            shape = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
            return {"sticker": told | shape | ({"emoji": file.name} if file.name else {})}
        case _:
            return {"document": told | named}


def _kinds(given: Parameters) -> list[str] | None:
    kinds = given.json("allowed_updates")
    if kinds is None:
        return None
    if not isinstance(kinds, list):
        raise BadRequest("can't parse allowed updates")
    return [str(kind) for kind in kinds]


def _topic_name(name: str) -> str:
    name = name.strip()
    if not 1 <= utf16(name) <= TOPIC_NAME:
        raise BadRequest("topic name must have 1-128 characters")
    return name


def _inline_result(result: dict[str, Any]) -> dict[str, Any]:
    if result.get("type") != "article":  # the only kind that this server knows
        raise BadRequest("can't parse inline query result: wrong type")
    if not str(result.get("title") or "").strip():
        raise BadRequest("ARTICLE_TITLE_EMPTY")
    content = result.get("input_message_content")
    if not isinstance(content, dict):
        raise BadRequest("can't parse inline query result: input message content is not specified")
    inner = Parameters({"text": content.get("message_text"), "parse_mode": content.get("parse_mode")})
    buttons = Parameters({"reply_markup": result.get("reply_markup")}).buttons()
    description = formatted(str(result.get("description") or "")).text
    parsed = inner.text()
    return {
        "id": result["id"],
        "title": result["title"],
        "description": description,
        "text": parsed.text,
        "entities": list(parsed.entities),
        "html": parsed.html,
        "buttons": buttons or [],
    }
