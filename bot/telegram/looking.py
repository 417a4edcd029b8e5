"""What those know of Telegram who only run beside the channel: who we are there, and how one is invited."""

import asyncio
from dataclasses import dataclass

from telegram.error import InvalidToken, TelegramError

from bot.config import Telegram
from bot.telegram import rendering
from bot.telegram.wire import Wire

PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class Account:
    """What can be known of our account; the name is empty where Telegram was not reached."""

    name: str = ""
    trouble: str = ""
    """The kind of error, where there was one."""
    is_refused: bool = False
    """True if Telegram knows no such token."""


async def look(settings: Telegram) -> Account:
    wire = Wire(settings)
    try:
        async with asyncio.timeout(PATIENCE_S):
            await wire.introduce()
    except InvalidToken as error:
        return Account(trouble=type(error).__name__, is_refused=True)
    except (TelegramError, TimeoutError) as error:
        return Account(trouble=type(error).__name__)
    finally:
        await wire.close()
    return Account(wire.name)


def invitation(account: str, secret: str) -> str:
    """What makes somebody who opens it, or sends it to our account, what they were invited to be."""
    return rendering.link(account, f"invite:{secret}") if account else f"/start i_{secret}"
