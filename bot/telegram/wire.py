"""The wire to Telegram: its Bot API as python-telegram-bot speaks it, and what each of its errors means."""

import logging
import os
from datetime import timedelta

import httpx
from telegram import Bot
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from bot.channel import ChannelError, Closed, Later, Refused, Unclear
from bot.config import Telegram

CONNECTIONS = 64  # kept for sending; getting updates has one of its own
CONNECT_S, ANSWER_S, UPLOAD_S = 10.0, 20.0, 60.0
NO_TOKEN_AFTER = timedelta(seconds=60)  # a wrong token is mended by a person, not by asking again at once

_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
"""Nothing left this machine."""
_GONE = ("chat not found", "user is deactivated", "bot can't initiate conversation", "peer_id_invalid")


class Wire:
    """Two HTTP clients, so that a long poll never keeps a message waiting; both go through the proxy, if there is one.

    Telegram need not be reachable to make one.
    """

    def __init__(self, settings: Telegram) -> None:
        # httpx writes every address it asks, and Telegram's hold the token.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        # Without it the library warns of itself whenever Telegram tells us to wait.
        os.environ.setdefault("PTB_TIMEDELTA", "true")
        self._clients = [
            HTTPXRequest(
                connection_pool_size=size,
                proxy=settings.proxy,
                connect_timeout=CONNECT_S,
                read_timeout=ANSWER_S,
                write_timeout=ANSWER_S,
                media_write_timeout=UPLOAD_S,
                pool_timeout=ANSWER_S,
                httpx_kwargs={"trust_env": False},  # only the setting decides on a proxy, not what the machine has
            )
            for size in (CONNECTIONS, 1)
        ]
        sending, getting = self._clients
        self.bot = Bot(
            settings.token.get_secret_value(),
            base_url=f"{settings.base_url}/bot",
            base_file_url=f"{settings.base_url}/file/bot",
            request=sending,
            get_updates_request=getting,
        )
        self.name = ""
        """The account's user name, once Telegram was reached."""
        self.reads_all = False
        """True if its privacy mode is off: then groups deliver every message."""

    @property
    def account(self) -> str:
        """The account's own number: what stands in the token before the colon."""
        return self.bot.token.partition(":")[0]

    async def introduce(self) -> None:
        """Asks Telegram who we are; raises `TelegramError`."""
        me = await self.bot.get_me()
        self.name = me.username or ""
        self.reads_all = bool(me.can_read_all_group_messages)

    async def close(self) -> None:
        for client in self._clients:
            await client.shutdown()


def trouble(error: TelegramError, *, private: bool) -> ChannelError:
    """What an error of a request that sends something says about the message."""
    reason = type(error).__name__
    match error:
        case RetryAfter(retry_after=after):
            return Later(reason, after if isinstance(after, timedelta) else timedelta(seconds=after))
        case Forbidden():
            return Closed(reason) if private else Refused(reason)
        case BadRequest() if private and any(gone in error.message.lower() for gone in _GONE):
            return Closed(reason)
        case BadRequest():
            return Refused(reason)
        case InvalidToken():
            return Later(reason, NO_TOKEN_AFTER)
        case NetworkError() if isinstance(error.__cause__, _NOT_SENT):
            return Later(reason)
        case NetworkError():
            return Unclear(reason)
        case _:
            return Later(reason)


def retry_after_s(error: RetryAfter) -> float:
    after = error.retry_after
    return after.total_seconds() if isinstance(after, timedelta) else float(after)
