"""A helpdesk that is started again whenever it dies, and the people who notice nothing but a wait."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

ROOT = Path(__file__).parents[2]
PATIENCE_S = 30.0  # of one request; a test waits for what happens and not for time


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Lives:
    """The process, and the one after it."""

    folder: Path
    environ: dict[str, str]
    port: int = field(default_factory=free_port)
    links: dict[str, str] = field(default_factory=dict)
    """One-time logins that the newest start printed, by the unit's name."""
    deaths: int = 0
    _process: subprocess.Popen[str] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def armed(self) -> Path:
        return self.folder / "armed"

    def start(self) -> None:
        """Returns once its pages can be opened; where it is killed before that, it is started once more."""
        while not self._begin():
            self.deaths += 1

    def _begin(self) -> bool:
        with (self.folder / "log").open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.killing.mortal", "run", "--demo"],
                cwd=ROOT,
                env=os.environ | self.environ | {"HELPDESK_WEB__PORT": str(self.port), "DIE_ARMED": str(self.armed)},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if found := re.match(r"  \w+, (.+?) +(http\S+)$", line):
                self.links[found[1]] = found[2]
            if line.startswith("Dừng"):
                return True
        assert self._process.wait() == -signal.SIGKILL, (self.folder / "log").read_text()
        self._process.stdout.close()
        return False

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()

    def end(self) -> int:
        """Asks it to stop, as an operator's machine does; returns its exit code."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        code = self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        return code

    def again(self) -> None:
        """After it died: the next life."""
        assert self._process is not None
        assert self._process.wait() == -signal.SIGKILL
        assert self._process.stdout is not None
        self._process.stdout.close()
        self.deaths += 1
        self.start()


@dataclass
class Person:
    """Somebody's browser: what fails for want of a line is tried again, under the same key."""

    lives: Lives
    client: httpx.Client

    def send(self, request: Callable[[httpx.Client], httpx.Response]) -> httpx.Response:
        while True:
            try:
                return request(self.client)
            except httpx.TransportError:
                self.lives.again()

    def post_json(self, path: str, **sent: object) -> None:
        answer = self.send(lambda client: client.post(path, json=sent))
        assert answer.status_code == 202, answer.text

    # --- a member's chat ---

    def lines(self) -> list[dict[str, Any]]:
        lines: list[dict[str, Any]] = self.send(lambda client: client.get("/lich-su")).json()["lines"]
        return lines

    def reads(self) -> list[str]:
        """What stands in the chat: own words, pressed labels, and the first line of each reply."""
        return [told(line) for line in self.lines()]

    def waits_for(self, enough: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        """The lines of the chat once they are enough; between looks it listens for news as the page does."""
        while not enough(lines := self.lines()):
            last = lines[-1]["id"] if lines else 0
            try:
                with self.client.stream("GET", f"/dong?sau={last}") as news:
                    next(line for line in news.iter_lines() if line.startswith("event: line"))
            except (httpx.TransportError, StopIteration):
                self.lives.again()
        return lines

    def asks(self, text: str) -> None:
        self.post_json("/tin", key=uuid4().hex, text=text, attachments=[])

    def presses(self, label: str) -> None:
        lines = self.waits_for(
            lambda lines: any(c["label"] == label for line in lines for c in line.get("choices", ()))
        )
        line, choice = next((n, c) for n in reversed(lines) for c in n.get("choices", ()) if c["label"] == label)
        self.post_json("/bam", key=uuid4().hex, choice=choice["value"], source=str(line["id"]))

    # --- a mentor's desk ---

    def desk(self, path: str) -> str:
        return self.send(lambda client: client.get(path)).text

    def presses_form(self, page: str, action: str, **fields: str) -> None:
        form = re.search(rf'<form[^>]*action="{action}".*?</form>', self.desk(page), re.DOTALL)
        assert form is not None, action
        hidden = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[0]))
        answer = self.send(lambda client: client.post(action, data=hidden | fields))
        assert answer.status_code == 200, answer.text


def told(line: dict[str, Any]) -> str:
    if line["mine"]:
        return json.dumps(line.get("text") or line.get("label"), ensure_ascii=False)
    words = re.sub(r"<[^>]+>", "", line["html"].split("</p>")[0])
    return f"{line['speaker']}: {words}" if line["speaker"] else words


@contextmanager
def browser(lives: Lives) -> Iterator[Person]:
    headers = {"Sec-Fetch-Site": "same-origin", "Accept": "application/json, text/html"}
    with httpx.Client(base_url=lives.address, headers=headers, timeout=PATIENCE_S, follow_redirects=True) as client:
        yield Person(lives, client)
