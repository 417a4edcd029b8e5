"""A helpdesk with everything real but the outer edge: people who say and press, and see what they are shown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import faq
from bot.channel import ChannelError
from bot.intake import Intake
from bot.sender import Sender
from bot.worker import Worker
from handlers import mentoring, texts
from handlers.events import BotAdded, Edited, Event, Media, Opened, Pressed, Said, Tick
from handlers.guard import guard
from handlers.helpdesk import Helpdesk
from handlers.mentoring import Mentor
from handlers.replies import Reply
from handlers.turn import Desk, Unit
from storage import Address, Database, Identity, attachments, invitations, people, tickets
from storage.outbox import Delivery

SHIPPED = Path(faq.__file__).parent / "data"
UNITS = {
    id_: Unit(id_, name, timedelta(minutes=30), timedelta(days=1))
    for id_, name in {
        "buu-dien": "Bưu điện tỉnh Lạng Sơn",
        "vnpt": "VNPT Lạng Sơn",
        "viettel": "Viettel Lạng Sơn",
        "so-tttt": "Sở Khoa học và Công nghệ",
    }.items()
}


@dataclass(slots=True)
class Clock:
    """A clock that goes only when a test moves it."""

    now: datetime = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=10)
        return self.now

    def move(self, by: timedelta) -> None:
        self.now += by


@dataclass(frozen=True, slots=True)
class Line:
    """What stands on a screen now, as it was last edited."""

    id: str
    """What a reply to it, and a press under it, names."""
    reply: Reply
    thread: str = ""
    reply_to: str = ""


@dataclass(slots=True)
class Recorder:
    """The outer edge: a channel that shows everything, and keeps it; it edits in place, and can be closed to a chat."""

    name: str = "test"
    repeats_safely: bool = True
    shown: dict[str, list[Reply]] = field(default_factory=dict)
    """By chat, everything in the order in which it was shown, edits too."""
    screens: dict[str, list[Line]] = field(default_factory=dict)
    """By chat, what can be read there now."""
    troubles: dict[str, ChannelError] = field(default_factory=dict)
    """By chat, what becomes of everything that is sent there."""
    sent: set[tuple[int, int]] = field(default_factory=set)
    firsts: dict[int, str] = field(default_factory=dict)
    """By row, the id of the line that shows it."""

    def resting(self) -> Mapping[str, float]:
        return {}

    def split(self, reply: Reply) -> Sequence[Reply]:
        return (reply,)

    async def send(self, delivery: Delivery, number: int, part: Reply) -> str:
        where = delivery.address
        if where.chat in self.troubles:
            raise self.troubles[where.chat]
        edited = self.firsts.get(delivery.edits) if delivery.edits is not None else None
        line = Line(edited or f"{delivery.id}.{number}", part, where.thread, delivery.reply_to)
        if (delivery.id, number) not in self.sent:
            self.sent.add((delivery.id, number))
            self.firsts.setdefault(delivery.id, line.id)
            self.shown.setdefault(where.chat, []).append(part)
            screen = self.screens.setdefault(where.chat, [])
            if edited is not None and part.anew:
                screen[:] = [*(each for each in screen if each.id != edited), line]
            elif edited is not None:
                before = next(n for n, each in enumerate(screen) if each.id == edited)
                screen[before] = replace(screen[before], reply=part)
            else:
                screen.append(line)
        return line.id

    async def run(self) -> None:
        """Events are brought by the people of the story."""


@dataclass(slots=True)
class House:
    """The running helpdesk."""

    database: Database
    clock: Clock
    desk: Desk
    helpdesk: Helpdesk
    channel: Recorder
    intake: Intake
    worker: Worker
    sender: Sender
    keys: Callable[[], int] = field(default_factory=lambda: count(1).__next__)

    async def settle(self) -> None:
        """Lets everything that is on its way arrive."""
        await self.worker.settle()
        await self.sender.settle()

    async def gather(self, unit: str, group: str, *, show_words: bool = False) -> None:
        """From now on the mentors of the unit take tickets in this group."""
        known = self.desk.units[unit]
        changed = replace(known, group=Address("test", group), show_words=show_words)
        self.desk = self.helpdesk.desk = replace(self.desk, units={**self.desk.units, unit: changed})
        await self.happens(BotAdded(self.clock(), Identity("test", "hoa"), Address("test", group), reads_all=True))

    async def happens(self, event: Event, channel: str = "test") -> None:
        """Something that no person of the story does."""
        await self.intake.accept([(f"event{self.keys()}", event)], channel=channel)
        await self.settle()

    async def tick(self, after: timedelta = timedelta()) -> None:
        self.clock.move(after)
        await self.intake.accept([(f"tick{self.keys()}", Tick(at=self.clock()))], channel="clock")
        await self.settle()


@dataclass(slots=True)
class Chat:
    """Somebody in a private chat, or in a group."""

    house: House
    name: str
    group: str = ""
    """The chat of the group in which this person speaks; empty in private."""
    thread: str = ""
    written: list[str] = field(default_factory=list)
    """The ids of everything this person wrote, oldest first."""

    @property
    def identity(self) -> Identity:
        return Identity("test", self.name)

    @property
    def address(self) -> Address:
        return Address("test", self.group or self.name, self.thread)

    @property
    def replies(self) -> list[Reply]:
        """Everything shown so far, oldest first."""
        return self.house.channel.shown.setdefault(self.address.chat, [])

    @property
    def screen(self) -> list[Line]:
        """What can be read now, oldest first."""
        return self.house.channel.screens.setdefault(self.address.chat, [])

    @property
    def reads(self) -> list[str]:
        """The texts that can be read now, oldest first."""
        return [line.reply.text for line in self.screen]

    @property
    def last(self) -> Reply:
        return self.replies[-1]

    @property
    def labels(self) -> list[str]:
        """What can be pressed under the last reply that has choices."""
        return [choice.label for choice in next(r for r in reversed(self.replies) if r.choices).choices]

    async def open(self, start: str = "") -> list[str]:
        return await self._happens(
            Opened(self.house.clock(), self.identity, self.address, start, group=bool(self.group))
        )

    async def say(self, text: str, photos: Sequence[int] = ()) -> list[str]:
        """Says something; returns the texts shown in return."""
        return await self.send(text, photos=photos)

    async def send(
        self,
        text: str = "",
        media: Sequence[Media] = (),
        *,
        photos: Sequence[int] = (),
        album: str = "",
        to: str = "",
        addressed: bool = True,
        by_admin: bool = False,
    ) -> list[str]:
        """Sends a message of any kind, perhaps as a reply to the line `to`; returns the texts shown in return."""
        guarded = guard(text)
        self.written.append(f"{self.name}.{self.house.keys()}")
        said = Said(
            at=self.house.clock(),
            who=self.identity,
            where=self.address,
            text=guarded.text,
            masked=guarded.kinds,
            attachments=tuple(photos),
            media=tuple(media),
            album=album,
            reply_to=to,
            addressed=addressed,
            message=self.written[-1],
            group=bool(self.group),
            by_admin=by_admin,
        )
        return await self._happens(said)

    async def reply(self, to: str, text: str) -> list[str]:
        """Replies to the newest line with these words."""
        return await self.send(text, to=next(line.id for line in reversed(self.screen) if line.reply.text == to))

    async def edit(self, text: str, message: str = "") -> list[str]:
        """Changes an earlier message, or the last one; returns the texts shown in return."""
        guarded = guard(text)
        edited = Edited(
            at=self.house.clock(),
            who=self.identity,
            where=self.address,
            message=message or self.written[-1],
            text=guarded.text,
            masked=guarded.kinds,
            group=bool(self.group),
        )
        return await self._happens(edited)

    async def press(self, label: str) -> list[str]:
        """Presses the newest button of this label, or a value that no button has."""
        value = next((c.value for reply in reversed(self.replies) for c in reply.choices if c.label == label), None)
        return await self._happens(
            Pressed(
                self.house.clock(),
                self.identity,
                self.address,
                label if value is None else value,
                group=bool(self.group),
            )
        )

    async def photo(self) -> int:
        """Uploads a photo, which then may be said."""
        async with self.house.database.write() as session:
            return await attachments.add(
                session,
                address=self.address,
                sha256="0" * 64,
                type="image/jpeg",
                size=1000,
                at=self.house.clock(),
            )

    async def _happens(self, event: Opened | Said | Edited | Pressed) -> list[str]:
        before = len(self.replies)
        key = f"{self.name}-{self.house.keys()}"
        await self.house.intake.accept([(key, event)], channel="test")
        await self.house.settle()
        return [reply.text for reply in self.replies[before:]]


@dataclass(slots=True)
class AtDesk:
    """A mentor at the desk."""

    house: House
    mentor: Mentor

    async def take(self, ticket: int) -> mentoring.Outcome:
        async with self.house.database.write() as session:
            outcome = await mentoring.take(session, self.house.desk, self.mentor, ticket, self.house.clock())
        await self.house.settle()
        return outcome

    async def answer(self, ticket: int, text: str, key: str = "") -> mentoring.Outcome:
        async with self.house.database.write() as session:
            outcome = await mentoring.answer(
                session,
                self.house.desk,
                self.mentor,
                ticket,
                text,
                key or f"k{self.house.keys()}",
                self.house.clock(),
            )
        await self.house.settle()
        return outcome

    async def note(self, ticket: int, text: str) -> mentoring.Outcome:
        async with self.house.database.write() as session:
            return await mentoring.note(
                session, self.house.desk, self.mentor, ticket, text, f"k{self.house.keys()}", self.house.clock()
            )

    async def pass_on(self, ticket: int, unit: str) -> mentoring.Outcome:
        async with self.house.database.write() as session:
            outcome = await mentoring.pass_on(session, self.house.desk, self.mentor, ticket, unit, self.house.clock())
        await self.house.settle()
        return outcome

    async def close(self, ticket: int) -> mentoring.Outcome:
        async with self.house.database.write() as session:
            outcome = await mentoring.close(session, self.house.desk, self.mentor, ticket, self.house.clock())
        await self.house.settle()
        return outcome

    async def reopen(self, ticket: int) -> mentoring.Outcome:
        async with self.house.database.write() as session:
            outcome = await mentoring.reopen(session, self.house.desk, self.mentor, ticket, self.house.clock())
        await self.house.settle()
        return outcome

    async def queue(self, view: mentoring.View) -> list[int]:
        async with self.house.database.read() as session:
            return [line.id for line in await mentoring.queue(session, self.house.desk, self.mentor, view)]

    async def sees(self, ticket: int) -> mentoring.TicketView | mentoring.NotYours:
        async with self.house.database.read() as session:
            return await mentoring.view(session, self.house.desk, self.mentor, ticket)

    async def reads(self, ticket: int) -> list[tuple[str, str]]:
        """Kind and text of all posts."""
        view = await self.sees(ticket)
        assert isinstance(view, mentoring.TicketView)
        return [(post.kind, post.text) for post in view.posts]


async def invited(house: House, name: str, role: str, unit: str, secret: str, person_id: int | None = None) -> str:
    """Makes an invitation; returns what its link says."""
    async with house.database.write() as session:
        at = house.clock()
        await invitations.invite(
            session,
            role=role,
            unit=unit,
            name=name,
            at=at,
            expires_at=at + invitations.LIVES,
            secret=secret,
            person_id=person_id,
        )
    return f"invite:{secret}"


async def mentor_in_chat(house: House, user: str, name: str, unit: str) -> Chat:
    """Somebody who came by an invitation and works in the private chat; what was said at the door is forgotten."""
    mentor = Chat(house, user)
    await mentor.open(await invited(house, name, "mentor", unit, f"secret-{user}-{unit}"))
    mentor.replies.clear()
    mentor.screen.clear()
    return mentor


async def at_desk(house: House, name: str, unit: str) -> AtDesk:
    async with house.database.write() as session:
        person = await people.add(session, name, house.clock())
        await people.grant(session, person.id, "mentor", unit, house.clock())
    return AtDesk(house, Mentor(person.id, name, frozenset({unit})))


async def open_ticket(
    chat: Chat, text: str = "máy cày của nhà tôi kêu to quá phải làm sao", unit: str = "viettel"
) -> int:
    """Asks something the FAQ does not know and sends it to a unit; returns the ticket's number."""
    await chat.say(text)
    await chat.press(texts.send_to(UNITS[unit].name))
    async with chat.house.database.write() as session:
        person = await people.meet(session, chat.identity, chat.house.clock())
        return (await tickets.of_person(session, person.id))[0].id
