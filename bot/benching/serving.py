"""Times the whole service as Telegram sees it, beside a bare bot on the same platform in the same run."""

import asyncio
import contextlib
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import count
from pathlib import Path

import httpx

from bot.benching import echo, figures, platform
from bot.benching.measuring import NotMeasured
from bot.config import PREFIX, Settings
from faq import noise
from faq.catalog import Catalog
from storage import Database, inbox, outbox, questions
from storage.questions import Outcome
from storage.tables import InboxState, OutboxState

ECHO, SERVICE, SERVICE_E5 = "echo", "helpdesk", "helpdesk + e5"
AT_ONCE = 100  # questions that wait for their reply at any time; Telegram delivers as many with one request
ROUNDS = 2  # each bot has so many turns, the second in the other order: what else runs on the machine hits all alike
SAMPLES = 10  # of the memory
_WARM_UP = 200  # questions, at most a quarter of all, before anything is timed
FEWEST = 100  # questions; every bot is asked some in each turn, while others wait and while none does
_ALONE = 10  # one in so many questions is asked while no other waits
_STARTS_S = 900.0  # at most, with the embedding worked out for the first time
_UNLIMITED = 1_000_000  # messages a second
_PYTHON = (sys.executable, "-P")  # a folder `faq` where one happens to be is not our package
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass(frozen=True, slots=True)
class Served:
    """A bot's figures."""

    bot: str
    questions: int
    per_s: float
    """Answered, while `AT_ONCE` wait at any time."""
    p50_ms: float
    p95_ms: float
    """From the update to the reply, while `AT_ONCE` wait."""
    alone_p50_ms: float
    alone_p95_ms: float
    """While nobody else asks."""
    cpu_ms: float | None
    """Of processor time for each question; None where the system does not tell."""
    resident_mb: float | None
    of_echo: float
    """Its `per_s` as a share of the bare bot's."""


@dataclass(frozen=True, slots=True)
class Kept:
    """How much memory the service had after so many questions."""

    questions: int
    resident_mb: float | None
    per_s: float | None
    """Since the last time; None before the first."""


@dataclass(slots=True)
class _Timed:
    """What was measured of one bot so far."""

    asked: int = 0
    seconds: float = 0.0
    milliseconds: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    cpu_s: float | None = 0.0
    resident_mb: float | None = None

    @property
    def per_s(self) -> float:
        return self.asked / self.seconds


@dataclass(frozen=True, slots=True)
class _Running:
    name: str
    account: str
    process: subprocess.Popen[bytes]
    log: Path
    database: str = ""

    def cpu_s(self) -> float | None:
        try:
            fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        except OSError:
            return None
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def resident_mb(self) -> float | None:
        try:
            lines = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii").splitlines()
        except OSError:
            return None
        return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), None)


def distinct(known: Catalog, number: int) -> list[str]:
    """So many questions, no two the same: the FAQ's wordings, typed with noise of every kind."""
    wordings = [wording for question in known.questions for wording in question.wordings]
    random.Random(number).shuffle(wordings)  # noqa: S311 - an order, no secret
    asked: dict[str, None] = {}
    for turn in count():
        for place, wording in enumerate(wordings):
            if len(asked) == number:
                return list(asked)
            text = noise.noisy(wording, _KINDS[(place + turn) % len(_KINDS)], turn)
            asked[f"{text} {len(asked)}" if text in asked else text] = None
    raise AssertionError


_KINDS = tuple(noise.KINDS)


class Serving:
    """Everything runs in `folder`, which is empty and of no use afterwards."""

    def __init__(self, settings: Settings, folder: Path, *, chats: int, patience_s: float = 30.0) -> None:
        """A question is given up when there was no reply to any for `patience_s`."""
        self._settings = settings
        self._folder = folder
        self._chats = chats
        self._patience_s = patience_s
        self._accounts = count(1)
        self._url = ""

    def compare(self, names: Sequence[str], asked: Sequence[str]) -> list[Served]:
        """The bare bot and the services named; raises `NotMeasured`.

        Each is started for its turn and asked without a pause: after one, the bots' HTTP client opens its many
        connections anew, which makes a round four times as dear.
        """
        first = _warm_up(asked)
        warm_up, measured = asked[:first], asked[first:]
        alone, measured = measured[::_ALONE], [text for place, text in enumerate(measured) if place % _ALONE]
        timed = {name: _Timed() for name in names}
        with self._platform():
            for turn in range(ROUNDS):
                for name in names if turn % 2 == 0 else reversed(names):
                    parts = (warm_up, measured[turn::ROUNDS], alone[turn::ROUNDS])
                    with self._bot(name) as bot:
                        self._time(bot, *parts, timed[name])
                    if bot.database:
                        self._check(bot, sum(map(len, parts)))
        return [_served(name, one, timed[ECHO]) for name, one in timed.items()]

    def soak(self, asked: Sequence[str]) -> Iterator[Kept]:
        """The service alone, asked everything; its memory in between. Raises `NotMeasured`."""
        with self._platform(), self._bot(SERVICE) as bot:
            first = _warm_up(asked)
            self._ask(bot, asked[:first], AT_ONCE)
            yield Kept(first, bot.resident_mb(), None)
            rest = asked[first:]
            done = 0
            for sample in range(1, SAMPLES + 1):
                part = rest[done : len(rest) * sample // SAMPLES]
                seconds, _ = self._ask(bot, part, AT_ONCE)
                done += len(part)
                yield Kept(first + done, bot.resident_mb(), round(len(part) / seconds, 1))
        self._check(bot, len(asked))

    # --- asking ---

    def _time(
        self, bot: _Running, warm_up: Sequence[str], asked: Sequence[str], alone: Sequence[str], timed: _Timed
    ) -> None:
        self._ask(bot, warm_up, AT_ONCE)
        before = bot.cpu_s()
        seconds, milliseconds = self._ask(bot, asked, AT_ONCE)
        after = bot.cpu_s()
        timed.asked += len(asked)
        timed.seconds += seconds
        timed.milliseconds += milliseconds
        if timed.cpu_s is not None:
            timed.cpu_s = timed.cpu_s + after - before if before is not None and after is not None else None
        timed.alone += self._ask(bot, alone, 1)[1]
        timed.resident_mb = bot.resident_mb()

    def _ask(self, bot: _Running, texts: Sequence[str], at_once: int) -> tuple[float, list[float]]:
        load = {"texts": texts, "chats": self._chats, "at_once": at_once, "patience_s": self._patience_s}
        told = self._control("ask", {"bot": bot.account, **load})
        assert isinstance(told, dict)  # noqa: S101 - our own process
        if told["unanswered"]:
            raise NotMeasured(f"{bot.name}: {told['unanswered']} câu không được trả lời{_last_line(bot)}")
        return told["seconds"], told["milliseconds"]

    def _control(self, what: str, given: dict[str, object], patience_s: float | None = None) -> object:
        with httpx.Client(timeout=patience_s, trust_env=False) as client:
            return client.post(f"{self._url}{platform.CONTROL}{what}", json=given).json()["result"]

    # --- processes ---

    @contextlib.contextmanager
    def _platform(self) -> Iterator[None]:
        process = subprocess.Popen(  # noqa: S603 - our own program
            [*_PYTHON, "-m", platform.__name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert process.stdin is not None  # noqa: S101 - as it was asked for
        assert process.stdout is not None  # noqa: S101 - as it was asked for
        try:
            self._url = f"http://127.0.0.1:{int(process.stdout.readline())}"
            yield
        finally:
            process.stdin.close()
            process.wait()
            process.stdout.close()

    @contextlib.contextmanager
    def _bot(self, name: str) -> Iterator[_Running]:
        """Started, and asking for updates."""
        account = str(next(self._accounts))
        token = f"{account}:{'x' * 35}"
        folder = self._folder / account
        folder.mkdir()
        database = ""
        if name == ECHO:
            command = ["-m", echo.__name__, token, self._url]
        else:
            database = f"sqlite:///{folder}/helpdesk.db"
            path = folder / "config.yaml"
            settings = self._service(folder, database, token, semantic=name == SERVICE_E5)
            path.write_text(json.dumps(settings), encoding="utf-8")
            command = ["-c", "from bot.cli import main; main()", "run", "--config", str(path)]
        log = folder / "log"
        with log.open("wb") as written:
            process = subprocess.Popen(  # noqa: S603 - our own program
                [*_PYTHON, *command], stdout=subprocess.DEVNULL, stderr=written, env=_environment()
            )
        bot = _Running(name, account, process, log, database)
        try:
            self._wait_for(bot)
            yield bot
        finally:
            process.terminate()
            process.wait()

    def _service(self, folder: Path, database: str, token: str, *, semantic: bool) -> dict[str, object]:
        """A configuration in JSON, which is YAML as well."""
        paces = dict.fromkeys(("per_second", "chat_per_second", "group_per_minute"), _UNLIMITED)
        return {
            "database": database,
            "faq": str(self._settings.faq),
            "attachments": str(folder / "attachments"),
            "faq_history": str(folder / "history"),
            "cache": str(self._settings.cache),
            "web": {"port": 0},
            "channels": {"telegram": {"token": token, "base_url": self._url, "paces": paces}},
            "matching": asdict(replace(self._settings.matching, semantic=semantic)),
        }

    def _wait_for(self, bot: _Running) -> None:
        give_up = time.monotonic() + _STARTS_S
        while time.monotonic() < give_up:
            if bot.process.poll() is not None:
                raise NotMeasured(f"{bot.name}: không chạy được{_last_line(bot)}")
            with contextlib.suppress(httpx.TimeoutException):
                self._control("ready", {"bot": bot.account}, 1.0)
                if bot.name != SERVICE_E5 or b"FAQ embedded" in bot.log.read_bytes():
                    return
                time.sleep(0.5)
        raise NotMeasured(f"{bot.name}: chờ quá lâu mà chưa chạy{_last_line(bot)}")

    def _check(self, bot: _Running, asked: int) -> None:
        """That all of it is in the database, after the end of the service."""
        found = asyncio.run(_look(bot.database))
        if found.handled < asked or found.sent < asked or found.unsent or found.turned_away:
            raise NotMeasured(
                f"{bot.name}: cơ sở dữ liệu giữ {found.handled}/{asked} câu hỏi, {found.sent} tin đã gửi, "
                f"{found.unsent} tin chưa gửi, {found.turned_away} câu hỏi dồn quá nhanh nên không trả lời"
            )


def _warm_up(asked: Sequence[str]) -> int:
    return min(_WARM_UP, len(asked) // 4)


def _served(name: str, timed: _Timed, bare: _Timed) -> Served:
    p50_ms, p95_ms = (round(figures.percentile(timed.milliseconds, share), 1) for share in (0.5, 0.95))
    alone_p50_ms, alone_p95_ms = (round(figures.percentile(timed.alone, share), 1) for share in (0.5, 0.95))
    return Served(
        name,
        timed.asked,
        round(timed.per_s, 1),
        p50_ms,
        p95_ms,
        alone_p50_ms,
        alone_p95_ms,
        None if timed.cpu_s is None else round(1000 * timed.cpu_s / timed.asked, 2),
        None if timed.resident_mb is None else round(timed.resident_mb, 1),
        round(timed.per_s / bare.per_s, 3),
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """What the database holds in the end."""

    handled: int
    turned_away: int
    sent: int
    unsent: int


async def _look(database: str) -> _Found:
    opened = await Database.open(database)
    try:
        async with opened.read() as session:
            handled, asked, replies = (
                await inbox.counts(session),
                await questions.counts(session),
                await outbox.counts(session),
            )
    finally:
        await opened.close()
    sent = replies.pop(OutboxState.SENT, 0)
    return _Found(handled.get(InboxState.DONE, 0), asked.get(Outcome.LIMITED, 0), sent, sum(replies.values()))


def _environment() -> dict[str, str]:
    """Without settings and proxies of whoever measures."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(PREFIX) and not name.lower().endswith("_proxy")
    }


def _last_line(bot: _Running) -> str:
    lines = bot.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return f" ({lines[-1]})" if lines else ""
