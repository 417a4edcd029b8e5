"""Telegram as a channel: sends what the outbox holds, and reads what people write, by polling or by webhook."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog
from telegram import (
    InputFile,
    InputMediaAudio,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaVideo,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.channel import ChannelError, Closed, Later, Refused
from bot.files import LARGEST_MEDIA, MEDIA, FileStore
from bot.intake import Intake
from bot.telegram import blanks, rendering
from bot.telegram.paces import Paces
from bot.telegram.reading import CHANNEL
from bot.telegram.receiver import CARD
from bot.telegram.threads import OURS, Threads
from bot.telegram.wire import Wire, retry_after_s, trouble
from handlers import replies, texts
from handlers.events import BotRemoved, Event, Moved, Unreachable
from handlers.replies import Reply
from storage import Address, Database, Identity, attachments, groups, outbox
from storage.attachments import Attachment
from storage.outbox import Delivery

LONGEST_WAIT_S = 3.0  # for the pace, such as between the parts of one reply
_EDITED = ("message is not modified",)
_CANT_EDIT = (
    "message to edit not found", "message can't be edited", "message_id_invalid", "there is no text in the message",
)  # fmt: skip
_GONE = ("message to delete not found", "message_id_invalid")
_CANT_PARSE = "can't parse entities"
_FILE_UNKNOWN = ("wrong file identifier", "type of file mismatch", "can't use file of type")
_NO_PHOTO = ("image_process_failed", "photo_invalid", "photo_ext", "too big")
"""Images that Telegram takes as documents only."""
_NOT_IN_IT = "chat not found"
"""What Telegram says of a group in which the account never was, such as one that the configuration names."""
_THREAD_SHUT = ("message thread not found", "topic_closed")
_TAKEN_FIRST = frozenset({"staff", CARD})
"""Kinds that show staff a member's words: where those are erased, they go before anything else can fail."""
_ALBUM = 10  # files at most
_ALBUM_BYTES = 40 * 1024 * 1024  # that must be brought there at once
_STANDS_WITH = {"photo": "seen", "video": "seen", "document": "document", "audio": "audio"}
"""Kinds that an album may hold; only those of the same word stand together in one."""

log = structlog.get_logger(__name__)

T = TypeVar("T")


class _Gone(Refused):
    """A file can't be read any more; what else there is to say goes without it."""


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

    async def send(self, delivery: Delivery, number: int, part: Reply) -> str | tuple[str, ...]:
        where, earlier, kept = delivery.address, list[str](), tuple[str, ...]()
        if _is_group(where) or delivery.edits is not None:
            async with self._database.read(brief=True) as session:
                where = await groups.now_at(session, where)
                if delivery.edits is not None:
                    earlier = await outbox.standing(session, delivery.edits, where.chat, before=delivery.id)
                if delivery.edits is not None and number == 0:
                    kept = self._kept(delivery, await outbox.reply_of(session, delivery.edits), earlier)
        rest = [message for message in earlier[1:] if message not in kept]
        files = await self._enclosed(delivery, number, part)
        try:
            async with self._turn(where.chat, len([each for each in files if each is not None]) or 1):
                if delivery.kind in _TAKEN_FIRST and number == 0:
                    await self._take_all_away(where, rest)
                edited = earlier[0] if earlier and number == 0 else None
                sent = await self._send(delivery, where, number, part, files, edited)
                ids = (*sent, *kept)
                if rest and delivery.kind not in _TAKEN_FIRST and self._is_end(delivery, number + len(ids)):
                    await self._take_all_away(where, rest, once=sent != (edited,))
        except TelegramError as error:
            meaning = await self._told(error, delivery, where)
            if part.leaves and isinstance(meaning, Refused):
                await self._leave(where)
            raise meaning from error
        if not any(ids) and self._is_end(delivery, number + len(ids)):
            async with self._database.read(brief=True) as session:
                if not await outbox.is_begun(session, delivery.id):
                    raise Refused("files gone")
        return ids if len(ids) > 1 else ids[0]

    def _is_end(self, delivery: Delivery, number: int) -> bool:
        """True if there is no part of that number any more."""
        return number >= len(self.split(replies.from_json(delivery.reply)))

    def _kept(self, delivery: Delivery, before: Mapping[str, Any] | None, earlier: Sequence[str]) -> tuple[str, ...]:
        """The messages with files that an edit leaves as they are, because only the words above them change."""
        now = replies.from_json(delivery.reply)
        files = len(now.attachments)
        same = files > 0 and before is not None and replies.from_json(dict(before)).attachments == now.attachments
        is_short = len(self.split(now)) == files + 1  # else there are more messages of words than stand there
        return tuple(earlier[-files:]) if same and is_short and len(earlier) == files + 1 else ()

    async def _enclosed(self, delivery: Delivery, number: int, part: Reply) -> list[Attachment | None]:
        """The file that the part shows, and those behind it that go along as one album; None for what is gone."""
        if not part.attachments:
            return []
        ids = [each.attachments[0] for each in self.split(replies.from_json(delivery.reply))[number:]][:_ALBUM]
        async with self._database.read() as session:
            found = await attachments.several(session, ids)
        files: list[Attachment | None] = []
        for id_ in ids:
            file = found.get(id_)
            if file is not None and not await self._is_there(file):
                log.warning("file gone, left out", outgoing=delivery.id, attachment=id_)
                file = None
            there = [each for each in files if each is not None]
            if file is not None and there and not _stand_together(*there, file):
                break
            files.append(file)
        return files

    async def _is_there(self, attachment: Attachment) -> bool:
        if attachment.address.channel == CHANNEL and attachment.reference:
            return True
        return bool(attachment.sha256) and await asyncio.to_thread(self._files.path(attachment.sha256).is_file)

    @asynccontextmanager
    async def _turn(self, chat: str, messages: int = 1) -> AsyncIterator[None]:
        """Waits until the pace lets a message go; a long wait is not made here, where others wait too."""
        began = _now()
        while (at := self._paces.ready_at(chat, now := _now(), messages)) > now:
            if at - began > LONGEST_WAIT_S:
                raise Later("pace", timedelta(seconds=at - now))
            await asyncio.sleep(at - now)
        self._paces.take(chat, now, messages)
        try:
            yield
        finally:
            self._paces.arrive(chat, _now(), messages)

    async def _send(
        self,
        delivery: Delivery,
        where: Address,
        number: int,
        part: Reply,
        files: Sequence[Attachment | None],
        edited: str | None,
    ) -> tuple[str, ...]:
        opens = delivery.kind == CARD and not replies.from_json(delivery.reply).closes
        if edited is not None and not part.anew:
            if not part.attachments and await _repeatable(self._edit(where, edited, part)):
                await self._threads.place(where, part.title, opens=opens)
                if part.closes:
                    await self._threads.close(where)
                return (edited,)
            if delivery.kind in _TAKEN_FIRST:
                await self._take_away(where, edited)
                edited = None
        thread = await self._threads.place(where, part.title, opens=opens)
        reply_to = delivery.reply_to if number == 0 and delivery.reply_to.isdecimal() else ""
        try:
            sent = await self._messages(where, thread, part, files, reply_to)
        except BadRequest as error:
            if thread is None or not _is_shut(error) or not where.thread.startswith(OURS):
                raise
            thread = await self._threads.again(where, part.title)
            sent = await self._messages(where, thread, part, files, reply_to)
        if edited is not None and any(sent):
            await self._take_all_away(where, [edited], once=True)
        if part.closes and thread is not None:
            try:
                await self._threads.close(where)
            except TelegramError as error:  # what was said must not be said again for this
                log.warning("thread not closed", error=type(error).__name__)
        if part.leaves:
            await self._leave(where)
        return tuple("" if message is None else str(message.message_id) for message in sent)

    async def _leave(self, where: Address) -> None:
        try:
            await self._wire.bot.leave_chat(int(where.chat))
        except TelegramError as error:
            log.warning("group not left", error=type(error).__name__)

    async def _take_all_away(self, where: Address, messages: Sequence[str], *, once: bool = False) -> None:
        """With `once` a failure is let be: words that stand there twice are better than words that are sent again."""
        for message in messages:
            try:
                await self._take_away(where, message)
            except (TelegramError, Later) as error:
                if not once:
                    raise
                log.warning("earlier message not taken away", error=type(error).__name__)

    async def _take_away(self, where: Address, message: str) -> None:
        """What an edit left without a successor."""
        await _repeatable(self._delete_or_blank(where, message))

    async def _delete_or_blank(self, where: Address, message: str) -> None:
        """Where it is too old to be deleted, its words and what it shows go; a voice message keeps its sound."""
        bot = self._wire.bot
        which: dict[str, Any] = {"chat_id": int(where.chat), "message_id": int(message)}
        try:
            await bot.delete_message(**which)
        except BadRequest as error:
            if any(gone in error.message.lower() for gone in _GONE):
                return
        else:
            return
        ways: tuple[Callable[[], Coroutine[Any, Any, Any]], ...] = (
            lambda: bot.edit_message_text(texts.TAKEN_AWAY, **which),
            lambda: bot.edit_message_media(blanks.photo(texts.TAKEN_AWAY), **which),
            lambda: bot.edit_message_media(blanks.document(texts.TAKEN_AWAY), **which),
            lambda: bot.edit_message_caption(caption=texts.TAKEN_AWAY, **which),
        )
        for way in ways:
            try:
                await way()
            except BadRequest as error:
                if any(same in error.message.lower() for same in _EDITED):
                    return
            else:
                return
        log.warning("message can't be taken away")

    async def _messages(
        self, where: Address, thread: int | None, part: Reply, files: Sequence[Attachment | None], reply_to: str
    ) -> Sequence[Message | None]:
        """One for each part that is done with; None for what had to be left out."""
        common: dict[str, Any] = {
            "chat_id": int(where.chat),
            "message_thread_id": thread,
            "reply_parameters": (
                ReplyParameters(int(reply_to), allow_sending_without_reply=True) if reply_to else None
            ),
        }
        if any(files):
            try:
                return await self._files_with_words(part, files, common)
            except _Gone:
                log.warning("file gone, left out")
                files = files[: next(n for n, each in enumerate(files) if each is not None) + 1]
        if not part.text:
            return [None] * len(files)
        common["reply_markup"] = rendering.keyboard(part.choices, self._wire.name)
        common["link_preview_options"] = LinkPreviewOptions(is_disabled=True)
        said = await _said(part, lambda text, mode: self._wire.bot.send_message(text=text, parse_mode=mode, **common))
        return [said, *[None] * (len(files) - 1)]

    async def _edit(self, where: Address, message: str, part: Reply) -> bool:
        """False if that message can't be edited any more."""
        common: dict[str, Any] = {
            "chat_id": int(where.chat),
            "message_id": int(message),
            "reply_markup": rendering.keyboard(part.choices, self._wire.name),
            "link_preview_options": LinkPreviewOptions(is_disabled=True),
        }
        try:
            await _said(part, lambda text, mode: self._wire.bot.edit_message_text(text=text, parse_mode=mode, **common))
        except BadRequest as error:
            if any(same in error.message.lower() for same in _EDITED):
                return True
            if any(cant in error.message.lower() for cant in _CANT_EDIT):
                return False
            raise
        return True

    async def _files_with_words(
        self, part: Reply, files: Sequence[Attachment | None], common: Mapping[str, Any]
    ) -> Sequence[Message | None]:
        """As an album where there are several; if one of them can't stand there, the first goes alone."""
        there = [each for each in files if each is not None]
        if len(there) > 1:
            try:
                album = iter(await self._album(part, there, common))
            except (BadRequest, _Gone) as error:
                if isinstance(error, ChatMigrated) or (isinstance(error, BadRequest) and _is_shut(error)):
                    raise
                log.info("album refused", error=type(error).__name__)
            else:
                return [None if each is None else next(album) for each in files]
        before = next(number for number, each in enumerate(files) if each is not None)
        behind = 0 if len(there) > 1 else len(files) - before - 1
        return [*[None] * before, await self._file(part, there[0], common), *[None] * behind]

    async def _album(self, part: Reply, files: Sequence[Attachment], common: Mapping[str, Any]) -> Sequence[Message]:
        media = [_ITEMS[each.kind](await self._named(each, attach=True)) for each in files]
        bot = self._wire.bot
        if not part.text:
            return await bot.send_media_group(media=media, **common)
        return await _said(
            part, lambda text, mode: bot.send_media_group(media=media, caption=text, parse_mode=mode, **common)
        )

    async def _file(self, part: Reply, attachment: Attachment, common: Mapping[str, Any]) -> Message:
        """By the platform's own name of it where it came from there, else its bytes."""
        what = await self._named(attachment)
        try:
            return await self._as(attachment.kind, what, part, common)
        except BadRequest as error:
            said = error.message.lower()
            if isinstance(what, str):  # such as a name that another account was given
                if not any(unknown in said for unknown in _FILE_UNKNOWN):
                    raise
            elif attachment.kind != "photo" or not any(no in said for no in _NO_PHOTO):
                raise
        file = await self._bytes(attachment)
        if isinstance(what, InputFile):
            return await self._as("document", file, part, common)
        try:
            return await self._as(attachment.kind, file, part, common)
        except BadRequest as error:
            if attachment.kind != "photo" or not any(no in error.message.lower() for no in _NO_PHOTO):
                raise
            return await self._as("document", file, part, common)

    async def _named(self, attachment: Attachment, *, attach: bool = False) -> str | InputFile:
        if attachment.address.channel == CHANNEL and attachment.reference:
            return attachment.reference
        return await self._bytes(attachment, attach=attach)

    async def _bytes(self, attachment: Attachment, *, attach: bool = False) -> InputFile:
        content = await self._files.read(attachment.sha256) if attachment.sha256 else None
        if content is None:
            raise _Gone("file gone")
        name = attachment.name or f"tep-{attachment.id}.{MEDIA.get(attachment.type, 'bin')}"
        return InputFile(content, filename=name, attach=attach)

    async def _as(self, kind: str, what: str | InputFile, part: Reply, common: Mapping[str, Any]) -> Message:
        bot = self._wire.bot
        match kind:
            case "photo":
                send: Callable[..., Coroutine[Any, Any, Message]] = bot.send_photo
            case "voice":
                send = bot.send_voice
            case "audio":
                send = bot.send_audio
            case "video":
                send = bot.send_video
            case _:
                kind, send = "document", bot.send_document
        given = {kind: what, **common}
        if not part.text:
            return await send(**given)
        return await _said(part, lambda text, mode: send(caption=text, parse_mode=mode, **given))

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


_ITEMS = {
    "photo": InputMediaPhoto,
    "video": InputMediaVideo,
    "document": InputMediaDocument,
    "audio": InputMediaAudio,
}


def _stand_together(first: Attachment, *others: Attachment) -> bool:
    """True if they may be one album, small enough to be brought there at once."""
    kind = _STANDS_WITH.get(first.kind)
    brought = sum(each.size for each in (first, *others) if each.address.channel != CHANNEL)
    is_one = all(_STANDS_WITH.get(each.kind) == kind for each in others)
    return kind is not None and is_one and brought <= _ALBUM_BYTES


async def _said(part: Reply, send: Callable[[str, str | None], Coroutine[Any, Any, T]]) -> T:
    """Sends the words in Telegram's HTML; as plain text if it should not understand that."""
    try:
        return await send(rendering.html(part), ParseMode.HTML)
    except BadRequest as error:
        if _CANT_PARSE not in error.message.lower():
            raise
        log.error("our HTML was refused, sent as plain text")
        return await send(rendering.plain(part), None)


async def _repeatable(act: Coroutine[Any, Any, T]) -> T:
    """Does what may be done twice: where it is unclear whether it was, it is done again later."""
    try:
        return await act
    except NetworkError as error:
        if isinstance(error, BadRequest):
            raise
        raise Later(type(error).__name__) from error


def _is_shut(error: BadRequest) -> bool:
    return any(shut in error.message.lower() for shut in _THREAD_SHUT)


def _is_group(where: Address) -> bool:
    return where.chat.startswith("-")


def _now() -> float:
    return asyncio.get_running_loop().time()
