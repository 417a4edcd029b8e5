"""Telegram as a channel: sends what the outbox holds, and reads what people write, by polling or by webhook."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from telegram import InputFile, LinkPreviewOptions, Message, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.channel import ChannelError, Closed, Later, Refused
from bot.files import LARGEST_MEDIA, MEDIA, FileStore
from bot.intake import Intake
from bot.telegram import rendering
from bot.telegram.paces import Paces
from bot.telegram.reading import CHANNEL
from bot.telegram.receiver import CARD
from bot.telegram.threads import OURS, Threads
from bot.telegram.wire import Wire, retry_after_s, trouble
from handlers import replies
from handlers.events import BotRemoved, Event, Moved, Unreachable
from handlers.replies import Reply
from storage import Address, Database, Identity, attachments, groups, outbox
from storage.attachments import Attachment
from storage.outbox import Delivery

LONGEST_WAIT_S = 3.0  # for the pace, such as between the parts of one reply
_EDITED = ("message is not modified",)
_CANT_EDIT = ("message to edit not found", "message can't be edited", "message_id_invalid")
_CANT_PARSE = "can't parse entities"
_FILE_UNKNOWN = "wrong file identifier"
_NO_PHOTO = ("image_process_failed", "photo_invalid", "photo_ext", "too big")
"""Images that Telegram takes as documents only."""
_NOT_IN_IT = "chat not found"
"""What Telegram says of a group in which the account never was, such as one that the configuration names."""
_THREAD_SHUT = ("message thread not found", "topic_closed")

log = structlog.get_logger(__name__)


class TelegramChannel:
    name = CHANNEL
    repeats_safely = False
    """Nothing tells a message sent twice from two messages."""

    def __init__(
        self,
        wire: Wire,
        database: Database,
        files: FileStore,
        intake: Intake,
        paces: Paces,
        clock: Callable[[], datetime],
        reads: Callable[[], Coroutine[Any, Any, None]],
    ) -> None:
        """`reads` brings in what people write, until cancelled; it returns at once where the web server does."""
        self._wire = wire
        self._database = database
        self._files = files
        self._intake = intake
        self._paces = paces
        self._threads = Threads(wire, database, self._turn)
        self._clock = clock
        self._reads = reads

    async def run(self) -> None:
        await self._reads()

    async def close(self) -> None:
        """After the last message was sent."""
        await self._wire.close()

    # --- sending ---

    def split(self, reply: Reply) -> Sequence[Reply]:
        return rendering.split(reply)

    def resting(self) -> Mapping[str, float]:
        """Lanes that may not be written to yet, each with the seconds until then; "" stands for all of them."""
        now = _now()
        waiting = {Address(CHANNEL, chat).lane: until - now for chat, until in self._paces.resting(now).items()}
        ready_at = self._paces.all_ready_at(now)
        return {**waiting, "": ready_at - now} if ready_at > now else waiting

    async def send(self, delivery: Delivery, number: int, part: Reply) -> str:
        where, earlier = delivery.address, list[str]()
        if _is_group(where) or delivery.edits is not None:
            async with self._database.read(brief=True) as session:
                where = await groups.now_at(session, where)
                if delivery.edits is not None and number == 0:
                    earlier = await outbox.standing(session, delivery.edits, where.chat)
        try:
            async with self._turn(where.chat):
                sent = await self._send(delivery, where, number, part, earlier[0] if earlier else None)
        except TelegramError as error:
            meaning = await self._told(error, delivery, where)
            if part.leaves and isinstance(meaning, Refused):
                await self._leave(where)
            raise meaning from error
        for message in earlier:
            if message != sent:
                await self._delete(where, message)
        return sent

    @asynccontextmanager
    async def _turn(self, chat: str) -> AsyncIterator[None]:
        """Waits until the pace lets a message go; a long wait is not made here, where others wait too."""
        began = _now()
        while (at := self._paces.ready_at(chat, now := _now())) > now:
            if at - began > LONGEST_WAIT_S:
                raise Later("pace", timedelta(seconds=at - now))
            await asyncio.sleep(at - now)
        self._paces.take(chat, now)
        try:
            yield
        finally:
            self._paces.arrive(chat, _now())

    async def _send(self, delivery: Delivery, where: Address, number: int, part: Reply, edited: str | None) -> str:
        opens = delivery.kind == CARD and not replies.from_json(delivery.reply).closes
        if edited is not None and not part.attachments and await self._edit(where, edited, part):
            await self._threads.place(where, part.title, opens=opens)
            if part.closes:
                await self._threads.close(where)
            return edited
        thread = await self._threads.place(where, part.title, opens=opens)
        reply_to = delivery.reply_to if number == 0 and delivery.reply_to.isdecimal() else ""
        try:
            sent = await self._message(where, thread, part, reply_to)
        except BadRequest as error:
            is_shut = any(shut in error.message.lower() for shut in _THREAD_SHUT)
            if thread is None or not is_shut or not where.thread.startswith(OURS):
                raise
            thread = await self._threads.again(where, part.title)
            sent = await self._message(where, thread, part, reply_to)
        if part.closes and thread is not None:
            try:
                await self._threads.close(where)
            except TelegramError as error:  # what was said must not be said again for this
                log.warning("thread not closed", error=type(error).__name__)
        if part.leaves:
            await self._leave(where)
        return str(sent.message_id)

    async def _leave(self, where: Address) -> None:
        try:
            await self._wire.bot.leave_chat(int(where.chat))
        except TelegramError as error:
            log.warning("group not left", error=type(error).__name__)

    async def _delete(self, where: Address, message: str) -> None:
        """What an edit left without a successor; it may be gone already, or too old."""
        try:
            await self._wire.bot.delete_message(int(where.chat), int(message))
        except TelegramError as error:
            log.info("earlier part not deleted", error=type(error).__name__)

    async def _message(self, where: Address, thread: int | None, part: Reply, reply_to: str) -> Message:
        if part.attachments:
            async with self._database.read() as session:
                attachment = await attachments.get(session, part.attachments[0])
            if attachment is None:
                raise Refused("attachment gone")
            return await self._file(where, thread, attachment)
        common: dict[str, Any] = {
            "chat_id": int(where.chat),
            "message_thread_id": thread,
            "reply_markup": rendering.keyboard(part.choices, self._wire.name),
            "link_preview_options": LinkPreviewOptions(is_disabled=True),
            "reply_parameters": (
                ReplyParameters(int(reply_to), allow_sending_without_reply=True) if reply_to else None
            ),
        }
        try:
            return await self._wire.bot.send_message(text=rendering.html(part), parse_mode=ParseMode.HTML, **common)
        except BadRequest as error:
            if _CANT_PARSE not in error.message.lower():
                raise
            log.error("our HTML was refused, sent as plain text")
            return await self._wire.bot.send_message(text=rendering.plain(part), **common)

    async def _edit(self, where: Address, message: str, part: Reply) -> bool:
        """False if that message can't be edited any more."""
        common: dict[str, Any] = {
            "chat_id": int(where.chat),
            "message_id": int(message),
            "reply_markup": rendering.keyboard(part.choices, self._wire.name),
            "link_preview_options": LinkPreviewOptions(is_disabled=True),
        }
        try:
            try:
                await self._wire.bot.edit_message_text(text=rendering.html(part), parse_mode=ParseMode.HTML, **common)
            except BadRequest as error:
                if _CANT_PARSE not in error.message.lower():
                    raise
                log.error("our HTML was refused, sent as plain text")
                await self._wire.bot.edit_message_text(text=rendering.plain(part), **common)
        except BadRequest as error:
            if any(same in error.message.lower() for same in _EDITED):
                return True
            if any(cant in error.message.lower() for cant in _CANT_EDIT):
                return False
            raise
        return True

    async def _file(self, where: Address, thread: int | None, attachment: Attachment) -> Message:
        """By the platform's own name of it where it came from there, else its bytes."""
        if attachment.address.channel == CHANNEL and attachment.reference:
            try:
                return await self._as(attachment.kind, where, thread, attachment.reference)
            except BadRequest as error:  # such as a name that another account was given
                if not attachment.sha256 or _FILE_UNKNOWN not in error.message.lower():
                    raise
        content = await self._files.read(attachment.sha256) if attachment.sha256 else None
        if content is None:
            raise Refused("file gone")
        name = attachment.name or f"tep-{attachment.id}.{MEDIA.get(attachment.type, 'bin')}"
        file = InputFile(content, filename=name)
        try:
            return await self._as(attachment.kind, where, thread, file)
        except BadRequest as error:
            if attachment.kind != "photo" or not any(no in error.message.lower() for no in _NO_PHOTO):
                raise
            return await self._as("document", where, thread, file)

    async def _as(self, kind: str, where: Address, thread: int | None, what: str | InputFile) -> Message:
        bot, chat = self._wire.bot, int(where.chat)
        match kind:
            case "photo":
                return await bot.send_photo(chat, what, message_thread_id=thread)
            case "voice":
                return await bot.send_voice(chat, what, message_thread_id=thread)
            case "audio":
                return await bot.send_audio(chat, what, message_thread_id=thread)
            case "video":
                return await bot.send_video(chat, what, message_thread_id=thread)
            case _:
                return await bot.send_document(chat, what, message_thread_id=thread)

    async def _told(self, error: TelegramError, delivery: Delivery, where: Address) -> ChannelError:
        """What the error means for the message; whoever must know it is told by an event."""
        private = not _is_group(where)
        if isinstance(error, ChatMigrated):
            moved = Moved(self._clock(), where, replace(where, chat=str(error.new_chat_id)))
            await self._accept(f"moved:{where.chat}:{error.new_chat_id}", moved)
            return Later("ChatMigrated")
        if isinstance(error, RetryAfter):
            self._paces.rest(where.chat, _now() + retry_after_s(error))
        meaning = trouble(error, private=private)
        if isinstance(meaning, Closed):
            await self._accept(f"unreachable:{delivery.id}", Unreachable(self._clock(), where))
        elif not private and (isinstance(error, Forbidden) or _NOT_IN_IT in error.message.lower()):
            who = Identity(CHANNEL, self._wire.account)
            await self._accept(f"removed:{delivery.id}", BotRemoved(self._clock(), who, where))
        return meaning

    async def _accept(self, key: str, event: Event) -> None:
        await self._intake.accept([(key, event)], channel=CHANNEL, bot=self._wire.account)

    # --- files ---

    async def fetch(self, reference: str) -> bytes:
        """The bytes of a file that somebody sent."""
        try:
            file = await self._wire.bot.get_file(reference)
            if (file.file_size or 0) > LARGEST_MEDIA:
                raise Refused("too large")
            return bytes(await file.download_as_bytearray())
        except BadRequest as error:
            raise Refused(type(error).__name__) from error
        except TelegramError as error:
            raise trouble(error, private=False) from error


def _is_group(where: Address) -> bool:
    return where.chat.startswith("-")


def _now() -> float:
    return asyncio.get_running_loop().time()
