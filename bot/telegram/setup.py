"""Puts the parts of the Telegram channel together."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.routing import Route

from bot.config import Telegram
from bot.files import FileStore
from bot.intake import Intake
from bot.statistics import Statistics
from bot.telegram.channel import TelegramChannel
from bot.telegram.contact import Contact
from bot.telegram.inline import Inline
from bot.telegram.menus import Menus
from bot.telegram.paces import Paces
from bot.telegram.polling import Poller
from bot.telegram.receiver import Receiver
from bot.telegram.webhook import Webhook
from bot.telegram.wire import Wire
from handlers.turn import Desk
from storage import Database


@dataclass(frozen=True, slots=True)
class Assembled:
    channel: TelegramChannel
    receiver: Receiver
    contact: Contact
    route: Route | None
    """Where Telegram brings updates, in mode webhook."""


def assemble(
    settings: Telegram,
    public_url: str,
    *,
    database: Database,
    files: FileStore,
    intake: Intake,
    desk: Desk,
    statistics: Statistics,
    clock: Callable[[], datetime],
) -> Assembled:
    """Telegram need not be reachable for this."""
    wire = Wire(settings)
    contact = Contact(clock, statistics, lambda: wire.name)
    receiver = Receiver(wire, database, intake, Inline(desk, wire, clock).find, clock)
    menus = Menus(wire, database)
    webhook: Webhook | None = None
    if settings.mode == "webhook":
        secret = settings.webhook_secret.get_secret_value() if settings.webhook_secret else ""
        webhook = Webhook(wire, receiver.take, contact, url=public_url, secret=secret)
    reader = webhook or Poller(wire, receiver.take, contact)

    async def reads() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(reader.run())
            group.create_task(menus.run())

    channel = TelegramChannel(wire, database, files, intake, Paces(settings.paces), clock, reads)
    return Assembled(channel, receiver, contact, webhook.route if webhook else None)
