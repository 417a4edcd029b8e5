"""Takes what Telegram delivered: stored first, in one transaction; answered only then."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeGuard

import structlog
from telegram import InlineQueryResult, Update
from telegram.constants import ChatMemberStatus
from telegram.error import TelegramError

from bot.intake import Intake
from bot.telegram.reading import ADMIN_ONLY, CHANNEL, Account, Press, Search, read
from bot.telegram.rendering import keyboard
from bot.telegram.wire import Wire
from handlers import choices, replies, texts
from handlers.events import Edited, Event, Opened, Pressed, Said
from storage import Database, Identity, Session, groups, inbox, outbox
from storage.inbox import Arrival

_ADMINS = (ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.OWNER)
ADMIN_ASKED_S = 5  # everything that came with the question waits for it
ANSWERED_S = 120  # how long it is tried to answer a press; Telegram forgets it after 150 s
CARD = "card"  # of the outbox's kinds: edited in place with every change, buttons and all

log = structlog.get_logger(__name__)

Found = Callable[[str], Sequence[InlineQueryResult]]


@dataclass(slots=True)
class _Batch:
    """What was read of some updates, before any of it is stored."""

    events: list[tuple[str, Event]] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    """Keys, each with the kind of error."""
    presses: list[tuple[Press, str]] = field(default_factory=list)
    """Each with what to say to who pressed; mostly nothing."""
    searches: list[Search] = field(default_factory=list)


class Receiver:
    def __init__(
        self, wire: Wire, database: Database, intake: Intake, search: Found, clock: Callable[[], datetime]
    ) -> None:
        self._wire = wire
        self._database = database
        self._intake = intake
        self._search = search
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def account(self) -> Account:
        return Account(self._wire.account, self._wire.name, self._wire.reads_all)

    async def take(self, updates: Sequence[Mapping[str, Any]]) -> None:
        """When this returns, everything in the updates outlives a crash; what can't be read is set aside.

        Raises if nothing was stored; Telegram must deliver again.
        """
        batch = _Batch()
        for update in updates:
            await self._read(update, batch)
        events = await self._with_rights(batch.events)

        async def set_aside(session: Session) -> None:
            for key, error in batch.unreadable:
                arrival = Arrival(channel=CHANNEL, bot=self._wire.account, key=key, lane=CHANNEL, payload={})
                await inbox.refuse(session, [arrival], error, self._clock())

        if events or batch.unreadable:
            await self._intake.accept(events, channel=CHANNEL, bot=self._wire.account, also=set_aside)
        for press, said in batch.presses:
            self._soon(self._answer(press, said))
        for search in batch.searches:
            self._soon(self._show(search))

    async def drain(self) -> None:
        """Waits until what was to be answered is."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _read(self, raw: Mapping[str, Any], batch: _Batch) -> None:
        key = str(raw.get("update_id"))
        try:
            if not isinstance(raw.get("update_id"), int):
                raise TypeError("an update without a number")
            update = Update.de_json(dict(raw), self._wire.bot)
            found = read(update, self.account, self._clock()) if update is not None else None
            json.dumps(raw, ensure_ascii=False).encode()  # half a character could not be stored
        except Exception as error:  # noqa: BLE001, RUF100 - the boundary of one update: those behind it go on
            log.error("update can't be read", update=key, error=type(error).__name__)
            batch.unreadable.append((key[:160], type(error).__name__))
            return
        match found:
            case None:
                pass
            case Search():
                batch.searches.append(found)
            case Press(event=event):
                if event is None:
                    batch.presses.append((found, texts.GONE_BUTTON))
                elif (who := await self._presser(event)) is not None:
                    batch.events.append((key, await self._in_thread(replace(event, who=who))))
                    batch.presses.append((found, ""))
                else:
                    batch.presses.append((found, texts.NOT_YOUR_BUTTON))
            case _:
                batch.events.append((key, await self._in_thread(found)))

    async def _presser(self, pressed: Pressed) -> Identity | None:
        """As who it was pressed; None if the message with the button was meant for somebody else in the group.

        What was said to an admin who writes in the group's name is for each of its admins: nobody knows which it was.
        """
        if not pressed.group:
            return pressed.who
        async with self._database.read() as session:
            shown = await outbox.shown(session, pressed.where, pressed.source)
        if shown is None or shown.audience in ("", pressed.who.user):
            return pressed.who
        in_its_name = shown.audience == pressed.where.chat
        if in_its_name and await self._is_admin(pressed.where.chat, pressed.who.user):
            return Identity(CHANNEL, pressed.where.chat)
        return None

    async def _in_thread(self, event: Event) -> Event:
        """With our own name of the thread it happened in, if we made that."""
        if not isinstance(event, Said | Pressed | Edited | Opened) or not event.where.thread:
            return event
        async with self._database.read() as session:
            thread = await groups.thread_called(session, event.where, event.where.thread)
        return event if thread is None else replace(event, where=replace(event.where, thread=thread.key))

    async def _with_rights(self, events: Sequence[tuple[str, Event]]) -> Sequence[tuple[str, Event]]:
        """Tells who of those that give a group's commands is its administrator: all are asked about at once."""
        asked = list({(event.where.chat, event.who.user) for _, event in events if _needs_admin(event)})
        if not asked:
            return events
        admins = dict(zip(asked, await asyncio.gather(*(self._is_admin(*who) for who in asked)), strict=True))
        return [
            (key, replace(event, by_admin=admins[event.where.chat, event.who.user]) if _needs_admin(event) else event)
            for key, event in events
        ]

    async def _is_admin(self, chat: str, user: str) -> bool:
        try:
            async with asyncio.timeout(ADMIN_ASKED_S):
                member = await self._wire.bot.get_chat_member(int(chat), int(user))
        except (TelegramError, TimeoutError, ValueError) as error:
            log.warning("membership not known", error=type(error).__name__)
            return False
        return member.status in _ADMINS

    # --- what need not last: best effort, after the commit ---

    def _soon(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(_quietly(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, press: Press, said: str) -> None:
        """Ends the waiting sign on the button, and takes buttons away that are used up."""
        await self._wire.bot.answer_callback_query(press.id, text=said or None)
        if press.event is None or said:
            return
        async with self._database.read() as session:
            shown = await outbox.shown(session, press.event.where, press.event.source)
            sent = await outbox.reply_of(session, shown.id) if shown is not None else None
        verb, _ = choices.parse(press.event.choice)
        if shown is None or sent is None or shown.kind == CARD or verb not in choices.ONCE:
            return
        left = replies.from_json(sent).choices
        kept = [choice for choice in left if choices.parse(choice.value)[0] not in choices.ONCE]
        await self._wire.bot.edit_message_reply_markup(
            chat_id=int(press.event.where.chat),
            message_id=int(press.event.source),
            reply_markup=keyboard(kept, self._wire.name),
        )

    async def _show(self, search: Search) -> None:
        found = await asyncio.to_thread(self._search, search.text)
        await self._wire.bot.answer_inline_query(search.id, found, cache_time=60, is_personal=False)


def _needs_admin(event: Event) -> TypeGuard[Said]:
    return isinstance(event, Said) and event.group and not event.by_admin and event.text.split(" ", 1)[0] in ADMIN_ONLY


async def _quietly(work: Coroutine[Any, Any, None]) -> None:
    try:
        async with asyncio.timeout(ANSWERED_S):
            await work
    except TelegramError as error:
        log.info("not answered", error=type(error).__name__)
    except TimeoutError:
        log.info("not answered in time")
    except Exception as error:  # noqa: BLE001, RUF100 - the boundary of what is nobody's loss
        log.error("answering failed", exc_info=error)
