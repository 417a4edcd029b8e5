"""Builds the whole helpdesk from its settings, runs it, and stops it without losing anything."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
import uvicorn

from bot.appointing import appoint
from bot.bell import Bell
from bot.channel import Channel
from bot.config import Settings
from bot.fetcher import Fetcher
from bot.files import FileStore
from bot.intake import Intake
from bot.keys import web_secret
from bot.library import Library, embedder
from bot.sender import Sender
from bot.statistics import Statistics
from bot.sweeper import Sweeper
from bot.telegram.setup import assemble
from bot.ticker import Ticker
from bot.web.app import application
from bot.web.channel import WebChannel
from bot.web.context import WebContext
from bot.worker import Worker
from handlers.helpdesk import Helpdesk
from handlers.turn import Desk, HandlerSettings, Unit
from storage import Address, Database

STREAMS_END_S = 3  # what is still being sent to a browser when we stop
WORK_ENDS_S = 5  # what is in hand then; unfinished work is found again at the next start

_CHANNEL = "channel "  # before the names of tasks that read channels

log = structlog.get_logger(__name__)


def now() -> datetime:
    return datetime.now(UTC)


class Unbindable(Exception):
    """The port can't be listened on; the operator must change something."""


class Service:
    """Made by `open`; `listen` says where it can be reached, `run` works until a signal or `stop`."""

    def __init__(self, settings: Settings, database: Database, library: Library, secret: str, *, demo: bool) -> None:
        self.settings = settings
        self.database = database
        clock = now
        bell, statistics = Bell(), Statistics()
        self.desk = desk = Desk(_units(settings), library.knowledge, _handler_settings(settings))
        helpdesk = Helpdesk(desk)
        intake = Intake(database, bell, clock)
        files = FileStore(settings.attachments)
        channels: list[Channel] = []
        if settings.channels.web.enabled:
            channels.append(WebChannel(database, bell, clock))
        telegram = None
        if settings.channels.telegram is not None:
            telegram = assemble(
                settings.channels.telegram,
                settings.web.url,
                database=database,
                files=files,
                intake=intake,
                desk=desk,
                statistics=statistics,
                clock=clock,
            )
            channels.append(telegram.channel)
        worker = Worker(database, helpdesk, bell, clock, statistics)
        sender = Sender(database, channels, intake, bell, clock, statistics)
        self._context = WebContext(
            database=database,
            intake=intake,
            bell=bell,
            helpdesk=helpdesk,
            desk=desk,
            settings=settings,
            attachments=files,
            clock=clock,
            secret=secret,
            library=library,
            demo=demo,
            statistics=statistics,
            hooks=(telegram.route,) if telegram is not None and telegram.route is not None else (),
            telegram=telegram.contact if telegram is not None else None,
        )
        fetcher = Fetcher(database, [telegram.channel] if telegram else [], files, intake, bell, clock)
        self._ends: list[Callable[[], Awaitable[None]]] = [worker.drain, sender.drain]
        if telegram is not None:
            self._ends.append(telegram.receiver.drain)
            self._ends.append(telegram.channel.close)
        self._works: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {
            "worker": worker.run,
            "sender": sender.run,
            "ticker": Ticker(intake, clock).run,
            "sweeper": Sweeper(database, files, clock).run,
            **({"fetcher": fetcher.run} if telegram is not None else {}),
            "library": lambda: library.watch(intake, clock),
            **({"embedding": library.deepen} if library.can_deepen else {}),
            **{f"{_CHANNEL}{channel.name}": channel.run for channel in channels},
        }
        self._socket: socket.socket | None = None
        self._stop = asyncio.Event()

    @classmethod
    async def open(cls, settings: Settings, *, demo: bool = False) -> "Service":
        """Raises `UnusableDatabase`, `CatalogFaults` or `UnusableKey`, each with what the operator must change."""
        model = await asyncio.to_thread(embedder, settings.cache, settings.matching)
        library = await asyncio.to_thread(Library, settings.faq, settings.local, settings.matching, model)
        database = await Database.open(settings.database)
        try:
            return cls(settings, database, library, web_secret(settings), demo=demo)
        except BaseException:
            await database.close()
            raise

    def listen(self) -> str:
        """Takes the port and returns the address of the pages; raises `Unbindable`."""
        web = self.settings.web
        family = socket.AF_INET6 if ":" in web.host else socket.AF_INET
        # Named as TCP, so that asyncio sends small answers at once instead of waiting 40 ms for an acknowledgement.
        bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((web.host, web.port))
            bound.listen(128)
        except OSError as error:
            bound.close()
            raise Unbindable(
                f"web.port: {web.host}:{web.port} can't be used ({error.strerror}); "
                "choose another, such as HELPDESK_WEB__PORT=8081"
            ) from error
        bound.setblocking(False)
        self._socket = bound
        return web.model_copy(update={"port": bound.getsockname()[1]}).url

    def stop(self) -> None:
        """Asks it to end: open streams close, work in hand is finished."""
        self._context.stopping.set()
        self._stop.set()

    async def run(self) -> bool:
        """Works until it is asked to stop; False if something that must not end did."""
        if self._socket is None:
            self.listen()
        bound = self._socket
        assert bound is not None  # noqa: S101 - `listen` has set it
        server = _Server(
            uvicorn.Config(
                application(self._context),
                log_config=None,
                access_log=False,  # addresses of pages hold secrets of one-time links
                timeout_graceful_shutdown=STREAMS_END_S,
                lifespan="off",
                server_header=False,
                proxy_headers=False,
            )
        )
        await appoint(self.database, self.settings.admins, now())
        with self._signals():
            works = {asyncio.create_task(work(), name=name) for name, work in self._works.items()}
            serving = asyncio.create_task(server.serve(sockets=[bound]), name="web")
            stopping = asyncio.create_task(self._stop.wait(), name="stop")
            log.info("helpdesk runs", host=self.settings.web.host, port=bound.getsockname()[1])
            ended = await self._first_end({*works, serving, stopping})
            self.stop()
            server.should_exit = True
            await asyncio.wait({serving}, timeout=STREAMS_END_S + 1)
            for task in works:
                task.cancel()
            await asyncio.gather(*works, return_exceptions=True)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WORK_ENDS_S):
                    for end in self._ends:
                        await end()
            stopping.cancel()
        log.info("helpdesk stopped")
        return ended is stopping

    async def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        await self.database.close()

    async def _first_end(self, tasks: set[asyncio.Task[Any]]) -> asyncio.Task[Any]:
        """The first that ends; a channel that others read for ends at once, which is no fault."""
        waiting = set(tasks)
        while True:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                if task.get_name().startswith(_CHANNEL) and task.exception() is None:
                    continue
                if not task.cancelled() and (error := task.exception()) is not None:
                    log.error("a part of the helpdesk ended", part=task.get_name(), exc_info=error)
                return task

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        try:
            yield
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)


class _Server(uvicorn.Server):
    """uvicorn without signal handlers of its own: streams must be closed before it waits for them."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _units(settings: Settings) -> dict[str, Unit]:
    return {
        id_: Unit(
            id_,
            unit.name,
            unit.first_answer_within,
            unit.resolve_within,
            Address(*unit.group.split(":", 1)) if unit.group else None,
            unit.show_words,
        )
        for id_, unit in settings.units.by_id().items()
    }


def _handler_settings(settings: Settings) -> HandlerSettings:
    telegram = settings.channels.telegram
    allowed = telegram.groups if telegram is not None else "none"
    return HandlerSettings(
        retention=timedelta(days=settings.privacy.retention_days),
        timezone=ZoneInfo(settings.timezone),
        groups=frozenset(allowed) if isinstance(allowed, tuple) else allowed,
    )
