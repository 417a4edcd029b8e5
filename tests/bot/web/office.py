"""The pages with everything real behind them, and the browsers of members and of people who work there."""

import json
import re
import struct
import zlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html.parser import HTMLParser
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx
from starlette.applications import Starlette

from bot.bell import Bell
from bot.config import Settings
from bot.files import FileStore
from bot.intake import Intake
from bot.library import Library
from bot.sender import Sender
from bot.web.app import application
from bot.web.channel import WebChannel
from bot.web.context import WebContext
from bot.web.markdown import to_html
from bot.worker import Worker
from faq.catalog import Catalog
from faq.matching import Matcher, MatchSettings
from faq.models import Question, Topic, Value
from handlers.helpdesk import Helpdesk
from handlers.turn import Desk, Knowledge
from storage import Address, Database, Identity, attachments, identities, invitations, people, questions, tickets
from storage.questions import Outcome
from tests.stories.house import UNITS, Clock

HOST = "http://ban-lam-viec.vn"
OWN = {"Origin": HOST}
CATALOG = Catalog(
    topics=(
        Topic(
            topic="atm-mem",
            name="Điểm ATM mềm",
            unit="viettel",
            questions=(
                Question(
                    id="atm-mem-phi",
                    question="Phí rút tiền là bao nhiêu?",
                    answer="Phí: {{BIEU_PHI|Hỏi điểm trước khi làm.}}.",
                ),
                Question(id="atm-mem-giay-to", question="Cần mang giấy tờ gì?", answer="Mang căn cước."),
            ),
        ),
    ),
    values={
        "BIEU_PHI": Value(name="BIEU_PHI", meaning="Biểu phí ATM mềm", owner="viettel"),
        "GIO_MO_CUA": Value(name="GIO_MO_CUA", meaning="Giờ mở cửa", owner="vnpt", text="7 giờ 30"),
    },
    version="0123456789abcdef",
)


@dataclass(slots=True)
class Watch(Clock):
    """A clock that can also be stopped, for what depends on how fast things follow one another."""

    stopped: bool = False

    def __call__(self) -> datetime:
        return self.now if self.stopped else Clock.__call__(self)


@dataclass(slots=True)
class Form:
    """A form of a page, with what a browser would send of it."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(named.get("action", "")))
        elif tag == "input" and self.found and "name" in named:
            self.found[-1].fields.setdefault(named["name"], named.get("value", ""))


def text_of(page: str) -> str:
    """What a page says, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def plain(markdown: str) -> str:
    """What the helpdesk's words are without their marks."""
    return text_of(to_html(markdown))


def png(width: int = 2, height: int = 2) -> bytes:
    """A small picture."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = (b"\0" + b"\x0b\x5d\x4e" * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@dataclass(slots=True)
class Browser:
    """A browser of somebody of the staff, or of nobody."""

    client: httpx.AsyncClient
    person_id: int = 0

    async def open(self, path: str, **headers: str) -> httpx.Response:
        return await self.client.get(path, headers=headers)

    async def form(self, path: str, action: str, **filled: str) -> Form:
        """The first form of that action on a page whose hidden fields match, filled in."""
        parser = _Forms()
        parser.feed((await self.open(path)).text)
        for form in parser.found:
            if form.action == action and all(
                form.fields[name] in ("", value) for name, value in filled.items() if name in form.fields
            ):
                form.fields |= filled
                return form
        raise AssertionError(f"no form {action} on {path}")

    async def send(self, form: Form, headers: Mapping[str, str] = OWN) -> httpx.Response:
        return await self.client.post(form.action, data=form.fields, headers=headers)

    async def press(self, path: str, action: str, **filled: str) -> httpx.Response:
        return await self.send(await self.form(path, action, **filled))


@dataclass(slots=True)
class Phone:
    """A browser of a member."""

    office: "Office"
    client: httpx.AsyncClient

    async def look(self, path: str = "/") -> httpx.Response:
        return await self.client.get(path)

    async def post(self, path: str, sent: object, headers: Mapping[str, str] = OWN) -> httpx.Response:
        """What the page's script would send; bytes go as they are."""
        content = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
        answer = await self.client.post(path, content=content, headers={"Accept": "application/json", **headers})
        await self.office.settle()
        return answer

    async def open(self, start: str = "") -> httpx.Response:
        return await self.post("/mo", {"start": start})

    async def say(self, text: str, photos: Sequence[int] = (), key: str = "") -> httpx.Response:
        return await self.post("/tin", {"key": key or self._key(), "text": text, "attachments": list(photos)})

    async def press(self, choice: str, source: int | None = None, key: str = "") -> httpx.Response:
        return await self.post("/bam", {"key": key or self._key(), "choice": choice, "source": str(source or "")})

    async def upload(self, content: bytes, field: str = "anh") -> httpx.Response:
        headers = {"Accept": "application/json", **OWN}
        return await self.client.post("/anh", files={field: ("anh", content)}, headers=headers)

    async def lines(self, before: int | None = None) -> list[dict[str, Any]]:
        """The last lines of the chat, or those before one, as the page's script gets them."""
        there = await self.client.get("/lich-su" if before is None else f"/lich-su?truoc={before}")
        assert there.status_code == 200
        lines: list[dict[str, Any]] = there.json()["lines"]
        return lines

    async def shown(self) -> list[str]:
        """What stands in the chat: what the member said or pressed after a ">", the helpdesk's words as plain text."""
        return [
            f"> {line.get('text', line.get('label'))}" if line["mine"] else text_of(line["html"])
            for line in await self.lines()
        ]

    async def events(self, after: int = 0, headers: Mapping[str, str] = MappingProxyType({})) -> list[tuple[str, str]]:
        """Name and data of what an event stream brings at once; it ends there because the service is stopping."""
        self.office.ctx.stopping.set()
        answer = await self.client.get(f"/dong?sau={after}", headers=headers)
        self.office.ctx.stopping.clear()
        return re.findall(r"^event: (.*)\ndata: (.*)$", answer.text, re.MULTILINE)

    def _key(self) -> str:
        return f"khoa-{self.office.numbers():08}"


@dataclass(slots=True)
class Office:
    ctx: WebContext
    app: Starlette
    folder: Path
    clock: Watch
    worker: Worker
    sender: Sender
    clients: list[httpx.AsyncClient] = field(default_factory=list)
    numbers: Callable[[], int] = field(default_factory=lambda: count(1).__next__)

    def browser(self) -> Browser:
        client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=HOST, follow_redirects=True)
        self.clients.append(client)
        return Browser(client)

    async def phone(self) -> Phone:
        """A member's browser, with the chat's page open."""
        phone = Phone(self, self.browser().client)
        await phone.look()
        return phone

    async def settle(self) -> None:
        """Lets everything that is on its way arrive."""
        await self.worker.settle()
        await self.sender.settle()

    async def invite(self, name: str, role: str, unit: str = "", person_id: int | None = None) -> str:
        """The path of a one-time link."""
        secret = f"bi-mat-{self.numbers()}"
        at = self.clock()
        async with self.ctx.database.write() as session:
            await invitations.invite(
                session,
                role=role,
                unit=unit,
                name=name,
                at=at,
                expires_at=at + timedelta(hours=24),
                secret=secret,
                person_id=person_id,
            )
        return f"/vao/{secret}"

    async def at_work(self, name: str, role: str, unit: str = "") -> Browser:
        """Somebody who has come in by a one-time link."""
        browser = self.browser()
        path = await self.invite(name, role, unit)
        came_in = await browser.client.post(path, headers=OWN)
        assert came_in.status_code == 200
        async with self.ctx.database.read() as session:
            browser.person_id = next(s.person.id for s in await people.staff(session) if s.person.name == name)
        return browser

    async def suspend(self, person_id: int, role: str, unit: str = "") -> None:
        async with self.ctx.database.write() as session:
            await people.suspend(session, person_id, role, unit, self.clock())

    async def ticket(self, text: str = "Máy kêu to quá", unit: str = "viettel", member: str = "lan") -> int:
        """A member's ticket, as handling their question leaves it."""
        who, where, at = Identity("test", member), Address("test", member), self.clock()
        async with self.ctx.database.write() as session:
            person = await people.meet(session, who, at)
            question = await questions.ask(
                session,
                person_id=person.id,
                identity_id=await identities.id_of(session, who),
                address=where,
                text=text,
                at=at,
                verdict="unsure",
                offered=["atm-mem-phi"],
                entry="",
                outcome=Outcome.TICKET,
            )
            opened = await tickets.open_(
                session,
                person_id=person.id,
                identity=who,
                address=where,
                question_id=question,
                unit=unit,
                text=text,
                reason="entry",
                at=at,
                deadline=at + timedelta(minutes=30),
            )
            await questions.settle(session, question, Outcome.TICKET, ticket=opened.id)
        return opened.id

    async def photo(self, ticket: int | None, content: bytes, member: str = "lan") -> int:
        """A photo that a member sent, in a post of a ticket if one is named."""
        stored = await self.ctx.attachments.put(content)
        at = self.clock()
        async with self.ctx.database.write() as session:
            photo = await attachments.add(
                session,
                address=Address("test", member),
                sha256=stored.sha256,
                type=stored.type,
                size=stored.size,
                at=at,
            )
            if ticket is not None:
                await tickets.post(
                    session, ticket, "member", "(ảnh)", author=None, identity=None, at=at, attachments=[photo]
                )
        return photo

    async def reads(self, ticket: int) -> list[tuple[str, str]]:
        """Kind and text of all that stands in a ticket."""
        async with self.ctx.database.read() as session:
            return [(post.kind, post.text) for post in await tickets.posts(session, ticket)]

    async def state(self, ticket: int) -> tuple[str, str, int | None]:
        """State, unit and holder of a ticket."""
        async with self.ctx.database.read() as session:
            found = await tickets.get(session, ticket)
        assert found is not None
        return found.state, found.unit, found.mentor_id


@asynccontextmanager
async def opened(folder: Path, public_url: str | None = None, faq: Path | None = None) -> AsyncIterator[Office]:
    """The office with a small FAQ, or with one whose files are in a folder."""
    database = await Database.open(f"sqlite:///{folder}/helpdesk.db")
    clock, bell = Watch(), Bell()
    knowledge = Knowledge(CATALOG, Matcher(CATALOG))
    library = Library(faq, {}, MatchSettings()) if faq else None
    desk = Desk(UNITS, library.knowledge if library else lambda: knowledge)
    set_up = {"web": {"public_url": public_url}, "faq_history": folder / "faq-history"}
    ctx = WebContext(
        database=database,
        intake=Intake(database, bell, clock),
        bell=bell,
        helpdesk=Helpdesk(desk),
        desk=desk,
        settings=Settings.model_validate(set_up | ({"faq": faq} if faq else {})),
        attachments=FileStore(folder / "attachments"),
        clock=clock,
        secret="s" * 32,
        library=library,
    )
    worker = Worker(database, ctx.helpdesk, bell, clock, ctx.statistics)
    sender = Sender(database, [WebChannel(database, bell, clock)], ctx.intake, bell, clock, ctx.statistics)
    office = Office(ctx, application(ctx), folder, clock, worker, sender)
    try:
        yield office
    finally:
        for client in office.clients:
            await client.aclose()
        await database.close()
