"""Whatever is delivered again, and however chats come between one another, everything happens once.

A platform, a browser or a mentor's form may bring the same thing any number of times, at once or much later. Here two
people's stories are told with repetitions, their chats mixed, and the helpdesk now and then behind with its work. In
the end each must find what they would have found alone in the house, with each event delivered once and handled before
the next.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.bell import Bell
from bot.intake import Intake
from bot.sender import Sender
from bot.statistics import Statistics
from bot.worker import Worker
from faq.catalog import Catalog
from faq.matching import Matcher
from faq.models import Question, Topic
from handlers import mentoring, texts
from handlers.events import Event, Pressed, Said
from handlers.helpdesk import Helpdesk
from handlers.turn import Desk, Knowledge
from storage import Database, people, questions, tickets
from tests.stories.house import UNITS, AtDesk, Chat, Clock, House, Recorder, at_desk

Step = Literal["ask", "send to a mentor", "answer", "follow", "close"]
Deliver = Callable[[], Awaitable[object]]

LAN, TU = "lan", "tu"
STEPS: tuple[Step, ...] = ("ask", "send to a mentor", "answer", "follow", "close")
CATALOG = Catalog(
    topics=(
        Topic(
            topic="atm-mem",
            name="Điểm ATM mềm",
            unit="viettel",
            questions=(Question(id="atm-mem-giay-to", question="Cần mang giấy tờ gì?", answer="Mang căn cước."),),
        ),
    ),
    version="1",
)


@dataclass(frozen=True, slots=True)
class Told:
    """How a story is told: whose turn it is, and after each turn what comes again and whether the helpdesk keeps up."""

    turns: tuple[str, ...]
    again: tuple[tuple[int, ...], ...]
    """Which of all earlier deliveries come once more, counted from the newest."""
    keeps_up: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is left of one person's story, without the numbers that depend on who came first."""

    questions: list[tuple[str, str]]
    tickets: list[tuple[str, list[tuple[str, str]], list[tuple[str, str, str]]]]
    """Of each: its state, its posts (kind, text), and its steps (action, from, to)."""
    shown: list[tuple[str, str, tuple[str, ...]]]
    """Of each reply: who speaks, what is said, and the labels under it."""


@dataclass(slots=True)
class Teller:
    """Tells a story to a house, as its people would: they press what they see, and write when they can."""

    house: House
    minh: AtDesk
    chats: dict[str, Chat]
    delivered: list[Deliver] = field(default_factory=list)
    said: dict[str, int] = field(default_factory=dict)

    async def happens(self, name: str, step: Step) -> None:
        """The next thing of somebody's story is delivered for the first time, if it can happen now."""
        chat = self.chats[name]
        if step in ("send to a mentor", "answer", "close"):
            await self.house.settle()  # nobody presses or answers what is not there yet
        deliver: Deliver | None
        match step:
            case "ask" | "follow":
                words = "máy cày kêu to quá, câu số" if step == "ask" else "nói thêm cho rõ, lần"
                said = Said(self.house.clock(), chat.identity, chat.address, f"{words} {self._number(name)}")
                deliver = self._event(chat, said)
            case "send to a mentor":
                deliver = self._press(chat, texts.send_to(UNITS["viettel"].name))
            case "close":
                deliver = self._press(chat, texts.CLOSE)
            case "answer":
                deliver = await self._answer(chat)
        if deliver is not None:
            self.delivered.append(deliver)
            await deliver()

    def _number(self, name: str) -> int:
        self.said[name] = self.said.get(name, 0) + 1
        return self.said[name]

    def _event(self, chat: Chat, event: Event) -> Deliver:
        key = f"{chat.name}-{self._number(chat.name)}"
        return lambda: self.house.intake.accept([(key, event)], channel="test")

    def _press(self, chat: Chat, label: str) -> Deliver | None:
        found = next((c.value for reply in reversed(chat.replies) for c in reply.choices if c.label == label), None)
        if found is None:
            return None
        return self._event(chat, Pressed(self.house.clock(), chat.identity, chat.address, found))

    async def _answer(self, chat: Chat) -> Deliver | None:
        newest = (await own_tickets(self.house, chat))[:1]
        if not newest:
            return None
        key, words = f"k-{chat.name}-{self._number(chat.name)}", f"Bác xem lại dầu máy, lần {self.said[chat.name]}."

        async def deliver() -> None:
            async with self.house.database.write() as session:
                await mentoring.answer(
                    session, self.house.desk, self.minh.mentor, newest[0], words, key, self.house.clock()
                )

        return deliver


async def own_tickets(house: House, chat: Chat) -> list[int]:
    """Newest first."""
    async with house.database.write() as session:
        person = await people.meet(session, chat.identity, house.clock())
        return [ticket.id for ticket in await tickets.of_person(session, person.id)]


async def outcome(house: House, chat: Chat) -> Outcome:
    numbers = await own_tickets(house, chat)
    async with house.database.write() as session:
        person = await people.meet(session, chat.identity, house.clock())
        asked = await questions.of_person(session, person.id, limit=100)
        found = [
            (
                ticket.state.value,
                [(post.kind, post.text) for post in await tickets.posts(session, ticket.id)],
                [(step.action, step.was, step.became) for step in await tickets.steps(session, ticket.id)],
            )
            for ticket in [await tickets.get(session, number) for number in sorted(numbers)]
            if ticket is not None
        ]

    def numberless(text: str) -> str:
        """Tickets are numbered across chats: a story's first ticket is "1" in it, whoever else came before."""
        return re.sub(
            r"(?i)(phiếu (?:hỏi )?số )(\d+)", lambda at: f"{at[1]}{sorted(numbers).index(int(at[2])) + 1}", text
        )

    return Outcome(
        [(question.text, question.outcome.value) for question in asked[::-1]],
        found,
        [
            (reply.speaker, numberless(reply.text), tuple(numberless(choice.label) for choice in reply.choices))
            for reply in chat.replies
        ],
    )


async def house_in(folder: Path, stack: AsyncExitStack) -> Teller:
    database = await Database.open(f"sqlite:///{folder}/helpdesk.db")
    stack.push_async_callback(database.close)
    clock, bell, statistics, channel = Clock(), Bell(), Statistics(), Recorder()
    knowledge = Knowledge(CATALOG, Matcher(CATALOG))
    desk = Desk(UNITS, lambda: knowledge)
    helpdesk, intake = Helpdesk(desk), Intake(database, bell, clock)
    house = House(
        database,
        clock,
        desk,
        helpdesk,
        channel,
        intake,
        Worker(database, helpdesk, bell, clock, statistics),
        Sender(database, [channel], intake, bell, clock, statistics),
    )
    return Teller(house, await at_desk(house, "Minh", "viettel"), {name: Chat(house, name) for name in (LAN, TU)})


async def outcomes(teller: Teller) -> dict[str, Outcome]:
    await teller.house.settle()
    return {name: await outcome(teller.house, chat) for name, chat in teller.chats.items()}


async def alone(story: Sequence[Step]) -> Outcome:
    """What a story told plainly leaves."""
    known = _told_alone.get(tuple(story))
    if known is None:
        async with AsyncExitStack() as stack:
            teller = await house_in(Path(stack.enter_context(TemporaryDirectory())), stack)
            for step in story:
                await teller.happens(LAN, step)
                await teller.house.settle()
            known = _told_alone[tuple(story)] = (await outcomes(teller))[LAN]
    return known


_told_alone: dict[tuple[Step, ...], Outcome] = {}


async def mixed(teller: Teller, stories: dict[str, Sequence[Step]], told: Told) -> dict[str, Outcome]:
    steps = {name: iter(story) for name, story in stories.items()}
    for name, again, keeps_up in zip(told.turns, told.again, told.keeps_up, strict=True):
        await teller.happens(name, next(steps[name]))
        if keeps_up:
            await teller.house.settle()
        for back in again:
            if back < len(teller.delivered):
                await teller.delivered[-1 - back]()
    for deliver in teller.delivered:  # and once more, when all is over
        await deliver()
    return await outcomes(teller)


@st.composite
def story_and_telling(draw: st.DrawFn) -> tuple[dict[str, Sequence[Step]], Told]:
    sensible: Sequence[Step] = STEPS
    story = st.one_of(st.just(sensible), st.lists(st.sampled_from(STEPS), max_size=4).map(lambda rest: ["ask", *rest]))
    stories = {LAN: draw(story), TU: draw(story)}
    turns = tuple(draw(st.permutations([name for name, steps in stories.items() for _ in steps])))
    again = tuple(tuple(draw(st.lists(st.integers(0, 8), max_size=3))) for _ in turns)
    keeps_up = tuple(draw(st.booleans()) for _ in turns)
    return stories, Told(turns, again, keeps_up)


@settings(
    max_examples=15,
    derandomize=True,
    database=None,
    phases=[Phase.generate],  # the stories are short as they are; to shrink one would take minutes
    suppress_health_check=[HealthCheck.too_slow],  # a database is made for each example
)
@given(story_and_telling())
async def test_nothing_happens_more_than_once_whatever_comes_again(
    drawn: tuple[dict[str, Sequence[Step]], Told],
) -> None:
    stories, told = drawn
    expected = {name: await alone(story) for name, story in stories.items()}
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))

        found = await mixed(await house_in(folder, stack), stories, told)

    assert found == expected


async def test_the_whole_story_leaves_one_of_each() -> None:
    """So that the stories above are known to be about something."""
    found = await alone(STEPS)

    assert found.questions == [("máy cày kêu to quá, câu số 1", "TICKET")]
    assert found.tickets == [
        (
            "CLOSED",
            [
                ("member", "máy cày kêu to quá, câu số 1"),
                ("mentor", "Bác xem lại dầu máy, lần 4."),
                ("member", "nói thêm cho rõ, lần 5"),
            ],
            [
                ("open", "", "OPEN"),
                ("take", "OPEN", "TAKEN"),
                ("answer", "TAKEN", "ANSWERED"),
                ("follow", "ANSWERED", "TAKEN"),
                ("close", "TAKEN", "CLOSED"),
            ],
        )
    ]
    assert [text.partition(".")[0] for _, text, _ in found.shown] == [
        texts.NOT_KNOWN.partition(".")[0],
        "**Đã gửi phiếu hỏi số 1** tới Viettel Lạng Sơn",
        texts.escape("Bác xem lại dầu máy, lần 4.").partition(".")[0],
        "Đã chuyển tin vào phiếu hỏi số 1",
        "Phiếu hỏi số 1 đã đóng",
    ]
