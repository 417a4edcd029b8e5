"""Checks that take long, one after another on a thread of their own, so that answering goes on meanwhile."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from queue import Queue
from typing import Any, Literal

import structlog

_REMEMBERED = 20

log = structlog.get_logger(__name__)


class _Given(Exception):
    """Nobody waits for it any more."""


@dataclass(slots=True)
class Job:
    state: Literal["waiting", "running", "done", "failed"] = "waiting"
    done: int = 0
    total: int = 0
    result: Any = None
    seconds: float = 0.0
    """How long it took, once it is done."""
    _began: float = 0.0
    _is_wanted: bool = True

    @property
    def is_open(self) -> bool:
        return self.state in ("waiting", "running")

    @property
    def running_s(self) -> int:
        return int(time.monotonic() - self._began) if self.state == "running" else 0

    def step(self, done: int, total: int) -> None:
        """How far it is; to be called from time to time by the work."""
        if not self._is_wanted:
            raise _Given
        self.done, self.total = done, total


class Checks:
    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._queue: Queue[tuple[Job, Callable[[Job], Any]]] = Queue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def run(self, key: str, work: Callable[[Job], Any]) -> Job:
        """The job of that key: begun now, or what became of it if it was begun before."""
        with self._lock:
            if (known := self._jobs.get(key)) is not None:
                return known
            job = self._jobs[key] = Job()
            self._queue.put((job, work))
            for old in list(self._jobs)[:-_REMEMBERED]:
                self._drop(old)
            if self._thread is None:
                # A daemon, so that a stop of the service does not wait for half a minute of checking.
                self._thread = threading.Thread(target=self._work, name="checks", daemon=True)
                self._thread.start()
        return job

    def settle(self) -> None:
        """Returns when nothing is left to do."""
        self._queue.join()

    def _drop(self, key: str) -> None:
        if (job := self._jobs.pop(key, None)) is not None:
            job._is_wanted = False  # noqa: SLF001, RUF100 - a job's other half

    def _work(self) -> None:
        while True:
            job, work = self._queue.get()
            job._began = time.monotonic()
            job.state = "running"
            try:
                job.step(0, 0)
                job.result = work(job)
                job.state = "done"
            except _Given:
                job.state = "failed"
            except Exception as error:  # noqa: BLE001, RUF100 - the boundary of one job
                job.state = "failed"
                log.error("check failed", error=type(error).__name__)
            job.seconds = time.monotonic() - job._began
            self._queue.task_done()
