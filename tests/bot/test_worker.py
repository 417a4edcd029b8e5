"""Accepted events are handled once, in their order, and one that keeps failing stops nobody."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from bot.bell import Bell
from bot.intake import Intake
from bot.statistics import Statistics
from bot.worker import RETRIES, Worker
from faq import catalog
from faq.matching import Matcher
from handlers import texts
from handlers.events import Event, Said
from handlers.helpdesk import Helpdesk, Thought
from handlers.turn import Desk, Knowledge
from storage import Address, Database, Identity, Session, inbox, outbox, people, questions
from tests.stories.house import SHIPPED, UNITS, Clock

LAN, TU = "lan", "tu"


@dataclass
class Breaking(Helpdesk):
    """A helpdesk that fails at some texts, after it has written something."""

    desk: Desk
    breaks_at: set[str] = field(default_factory=set)
    handled: list[str] = field(default_factory=list)
    began: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, session: Session, event: Event, thought: Thought) -> None:
        self.began.set()
        await super().handle(session, event, thought)
        if isinstance(event, Said):
            if event.text in self.breaks_at:
                raise ZeroDivisionError(event.text)
            self.handled.append(event.text)


@dataclass(slots=True)
class Work:
    database: Database
    clock: Clock
    helpdesk: Breaking
    intake: Intake
    worker: Worker

    async def say(self, text: str, who: str = LAN, key: str = "") -> int:
        said = Said(self.clock(), Identity("test", who), Address("test", who), text)
        return await self.intake.accept([(key or f"{who}:{text}", said)], channel="test")

    async def asked(self, who: str = LAN) -> list[str]:
        async with self.database.write() as session:
            person = await people.meet(session, Identity("test", who), self.clock())
            return [question.text for question in await questions.of_person(session, person.id, limit=20)][::-1]

    async def replies(self, who: str = LAN) -> list[str]:
        async with self.database.read() as session:
            due = await outbox.due(session, at=self.clock(), limit=20, busy=[], channels=["test"])
        return [delivery.reply["text"] for delivery in due if delivery.address.chat == who]

    async def counts(self) -> dict[str, int]:
        async with self.database.read() as session:
            return await inbox.counts(session)


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    shipped = catalog.load(SHIPPED)
    return Knowledge(shipped, Matcher(shipped))


@pytest.fixture
async def work(database: Database, knowledge: Knowledge) -> Work:
    clock, bell = Clock(), Bell()
    helpdesk = Breaking(Desk(UNITS, lambda: knowledge))
    worker = Worker(database, helpdesk, bell, clock, Statistics())
    return Work(database, clock, helpdesk, Intake(database, bell, clock), worker)


async def test_an_event_delivered_twice_is_handled_once(work: Work) -> None:
    assert await work.say("máy cày kêu to", key="k") == 1
    assert await work.say("máy cày kêu to", key="k") == 0
    await work.worker.settle()

    assert await work.say("máy cày kêu to", key="k") == 0
    await work.worker.settle()

    assert await work.asked() == ["máy cày kêu to"]


async def test_one_chats_events_are_handled_in_their_order(work: Work) -> None:
    texts_ = [f"máy cày số {n} kêu to" for n in range(8)]
    for text in texts_:
        await work.say(text)

    await work.worker.settle()

    assert await work.asked() == texts_


async def test_a_failed_attempt_leaves_nothing_and_is_made_again(work: Work) -> None:
    work.helpdesk.breaks_at = {"máy cày hỏng"}
    await work.say("máy cày hỏng")
    await work.worker.settle()
    assert await work.asked() == []

    work.helpdesk.breaks_at = set()
    await work.worker.settle()
    assert await work.asked() == []

    work.clock.move(RETRIES[0])
    await work.worker.settle()

    assert await work.asked() == ["máy cày hỏng"]


async def test_an_event_that_keeps_failing_is_set_aside_and_those_behind_it_go_on(work: Work) -> None:
    work.helpdesk.breaks_at = {"máy cày hỏng"}
    await work.say("máy cày hỏng")
    await work.say("con trâu ốm")
    await work.say("con ngựa ốm", TU)

    for pause in (timedelta(0), *RETRIES):
        work.clock.move(pause)
        await work.worker.settle()

    assert await work.asked() == ["con trâu ốm"]
    assert await work.asked(TU) == ["con ngựa ốm"]
    assert (await work.replies())[0] == texts.FAILED
    assert await work.counts() == {"ASIDE": 1, "DONE": 2}


async def test_what_a_person_wrote_is_gone_from_the_inbox_once_it_is_handled(work: Work) -> None:
    await work.say("máy cày hỏng")
    await work.worker.settle()

    async with work.database.read() as session:
        assert await inbox.waiting(session, at=work.clock(), limit=5, busy=[]) == []
        assert await inbox.aside(session, 5) == []


async def test_an_event_that_is_none_is_set_aside(work: Work) -> None:
    arrival = inbox.Arrival("test", "", "k", "test:lan", {"kind": "dance"})
    async with work.database.write() as session:
        await inbox.accept(session, [arrival], work.clock())

    for pause in (timedelta(0), *RETRIES):
        work.clock.move(pause)
        await work.worker.settle()

    assert await work.counts() == {"ASIDE": 1}


async def test_two_processes_on_one_database_handle_each_event_once_and_in_order(work: Work) -> None:
    second = Breaking(work.helpdesk.desk)
    other = Worker(work.database, second, Bell(), work.clock, Statistics())
    texts_ = [f"máy cày số {n} kêu to" for n in range(6)]
    for text in texts_:
        await work.say(text)
        await work.say(text, TU)

    while (await work.counts()).get("NEW"):
        await asyncio.gather(work.worker.settle(), other.settle())

    assert await work.asked() == texts_
    assert await work.asked(TU) == texts_
    assert sorted(work.helpdesk.handled + second.handled) == sorted(texts_ * 2)


async def test_it_works_until_it_is_cancelled_and_finishes_what_it_has_in_hand(work: Work) -> None:
    running = asyncio.create_task(work.worker.run())
    await work.say("máy cày hỏng")
    await work.helpdesk.began.wait()

    running.cancel()
    await work.worker.drain()

    assert await work.asked() == ["máy cày hỏng"]
