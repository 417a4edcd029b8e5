"""The menu of commands beside the input field: for private chats, groups, their admins and our mentors."""

import asyncio
from collections.abc import Sequence

import structlog
from telegram import (
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
)
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.telegram.reading import CHANNEL
from bot.telegram.wire import Wire
from handlers import texts
from storage import Database, people

LOOK_EVERY_S = 60.0  # for people who became mentors, or are none any more
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 2.0, 300.0
_BY_KIND: tuple[tuple[BotCommandScope, Sequence[tuple[str, str]]], ...] = (
    (BotCommandScopeDefault(), texts.COMMANDS),
    (BotCommandScopeAllPrivateChats(), texts.COMMANDS),
    (BotCommandScopeAllGroupChats(), texts.GROUP_COMMANDS),
    (BotCommandScopeAllChatAdministrators(), texts.GROUP_ADMIN_COMMANDS),
)

log = structlog.get_logger(__name__)


class Menus:
    def __init__(self, wire: Wire, database: Database) -> None:
        self._wire = wire
        self._database = database
        self._is_set = False
        self._mentors: set[str] = set()
        """Users whose own menu is set."""

    async def run(self) -> None:
        """Keeps the menus as they should be, until cancelled; while Telegram can't be reached it tries again."""
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                await self.set()
            except TelegramError as error:
                log.info("menus not set", error=type(error).__name__)
                wait_s, pause_s = pause_s, min(2 * pause_s, _LONGEST_PAUSE_S)
            except Exception as error:  # noqa: BLE001, RUF100 - the boundary: a database that is away for a moment
                log.error("menus not set", error=type(error).__name__)
                wait_s = LOOK_EVERY_S
            else:
                wait_s, pause_s = LOOK_EVERY_S, _FIRST_PAUSE_S
            await asyncio.sleep(wait_s)

    async def set(self) -> None:
        """What is not set yet, or not any more as it should be; raises `TelegramError`."""
        if not self._is_set:
            for scope, commands in _BY_KIND:
                await self._wire.bot.set_my_commands(commands, scope)
            self._is_set = True
        async with self._database.read() as session:
            mentors = set(await people.reachable(session, CHANNEL, "mentor"))
        for user in sorted(mentors ^ self._mentors):
            await self._of_one(user, is_mentor=user in mentors)

    async def _of_one(self, user: str, *, is_mentor: bool) -> None:
        scope = BotCommandScopeChat(int(user))
        try:
            if is_mentor:
                await self._wire.bot.set_my_commands(texts.STAFF_COMMANDS, scope)
            else:
                await self._wire.bot.delete_my_commands(scope)
        except (BadRequest, Forbidden) as error:  # somebody who has never opened the chat, or blocked us
            log.info("menu of a mentor not set", error=type(error).__name__)
        (self._mentors.add if is_mentor else self._mentors.discard)(user)
