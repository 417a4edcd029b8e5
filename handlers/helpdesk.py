"""The helpdesk: takes one event, decides what it means, and leaves what is to be said in the outbox.

Nothing here sends, waits or reads a clock; all of an event's effects belong to the caller's transaction.
"""

import asyncio
from dataclasses import dataclass

from faq.matching import Sure, Verdict
from handlers import (
    asking,
    cards,
    enclosing,
    following,
    grouping,
    hearing,
    pressing,
    replies,
    reporting,
    revising,
    staffing,
    texts,
    ticking,
)
from handlers.events import (
    BotAdded,
    BotRemoved,
    CatalogChanged,
    CatalogRejected,
    Delivered,
    Edited,
    Event,
    Failed,
    MediaFetched,
    Moved,
    Opened,
    Pressed,
    Reached,
    Said,
    Tick,
    Unreachable,
)
from handlers.turn import Desk, Turn
from storage import Session, conversations, groups, outbox, people, tickets


@dataclass(frozen=True, slots=True)
class Thought:
    """What was worked out about an event before its transaction began."""

    verdict: Verdict | None = None


class Helpdesk:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    async def think(self, session: Session, event: Event) -> Thought:
        """The matching, which may take time but no lock; `session` is only read."""
        match event:
            case Said(addressed=False) if not await grouping.listens(session, self.desk, event):
                return Thought()
            case Said(text=text) | Edited(text=text) if text:
                conversation = await conversations.look(session, event.who, event.where)
                within = None
                if (
                    conversation is not None
                    and conversation.topic_at is not None
                    and event.at - conversation.topic_at < self.desk.settings.topic_lives
                ):
                    within = conversation.topic or None
                matcher = self.desk.knowledge().matcher
                # What is brief is done here: a thread would have to fight with all others for its turn.
                verdict = matcher.at_once(text[: asking.LONGEST], within=within)
                return Thought(verdict or await asyncio.to_thread(matcher.match, text[: asking.LONGEST], within=within))
            case _:
                return Thought()

    async def handle(self, session: Session, event: Event, thought: Thought) -> None:
        match event:
            case Opened():
                turn = await self._turn(session, event)
                if event.group and await grouping.is_units(session, self.desk, event.where):
                    await staffing.elsewhere(turn)
                elif event.group:
                    await grouping.called(turn)
                elif event.start.startswith("invite:"):
                    await staffing.join(turn, event.start.removeprefix("invite:"))
                else:
                    await pressing.follow(turn, event.start)
            case Said():
                await self._said(session, event, thought)
            case Edited():
                turn = await self._turn(session, event)
                if await staffing.corrected(turn, event.message, event.text, event.masked):
                    return
                if event.masked and not event.group:
                    await turn.say(texts.masked(event.masked), remember=False)
                if await revising.in_ticket(turn, event.message, event.text):
                    return
                if await revising.asked_anew(turn, event.message, event.text):
                    verdict = thought.verdict or self.desk.knowledge().matcher.match(event.text[: asking.LONGEST])
                    anew = Said(event.at, event.who, event.where, event.text, event.masked, message=event.message)
                    if event.group:
                        await grouping.said(turn, anew, verdict)
                    else:
                        await asking.ask(turn, event.text.strip(), verdict)
            case Pressed():
                turn = await self._turn(session, event)
                await pressing.press(turn, event.choice)
            case Failed():
                await self._failed(session, event)
            case Reached():
                await outbox.release(session, event.where)
            case Unreachable():
                await self._unreachable(session, event)
            case Moved():
                await grouping.moved(session, self.desk, event)
            case BotAdded():
                await grouping.added(session, self.desk, event)
                await cards.moved_house(session, self.desk, event.where, event.at)
            case BotRemoved():
                await groups.leave(session, event.where, event.at)
                await outbox.recall(session, event.where, event.at)
                await cards.moved_house(session, self.desk, event.where, event.at)
            case Tick():
                await ticking.tick(session, self.desk, event.at)
            case CatalogRejected() | CatalogChanged():
                await reporting.told(session, event)
            case Delivered() | MediaFetched():
                # Nothing is decided here: what was delivered or fetched stands in its row.
                pass

    async def apologise(self, session: Session, event: Event) -> None:
        """An honest line to whoever sent an event that had to be set aside."""
        match event:
            case Said(addressed=False):
                pass  # nobody waits for an answer
            case Opened() | Said() | Edited() | Pressed():
                reply = replies.Reply(text=texts.FAILED)
                await outbox.put(
                    session,
                    outbox.Outgoing(address=event.where, reply=replies.to_json(reply), kind="answer"),
                    event.at,
                )
            case _:
                pass

    async def _said(self, session: Session, event: Said, thought: Thought) -> None:
        shown = None
        if event.reply_to and not staffing.is_command(event.text):
            shown = await outbox.shown(session, event.where, event.reply_to)
        if shown is not None and shown.ticket is not None and shown.kind in ("card", "staff", "aside"):
            turn = await self._turn(session, event)
            files = await enclosing.expected(turn, event)
            await staffing.replied(turn, event, shown.ticket, files, answerable=shown.kind != "aside")
        elif not event.group:
            turn = await self._turn(session, event)
            into = await following.answered_in(turn, shown.id) if shown is not None else None
            await hearing.said(turn, event, thought.verdict, await enclosing.expected(turn, event), into=into)
        elif await grouping.is_units(session, self.desk, event.where):
            if event.addressed:
                await staffing.elsewhere(await self._turn(session, event), event.text)
        elif event.addressed:
            verdict = thought.verdict or self.desk.knowledge().matcher.match(event.text[: asking.LONGEST])
            await grouping.said(await self._turn(session, event), event, verdict)
        elif isinstance(thought.verdict, Sure) and await grouping.may_speak(session, self.desk, event):
            await grouping.uninvited(await self._turn(session, event), event, thought.verdict)

    async def _turn(self, session: Session, event: Opened | Said | Edited | Pressed) -> Turn:
        person = await people.meet(session, event.who, event.at)
        conversation = await conversations.enter(session, event.who, event.where, event.at)
        if not event.group:
            await outbox.release(session, event.where)  # who writes can be written to
        return Turn(
            session,
            self.desk,
            event.at,
            event.who,
            event.where,
            person,
            conversation,
            source=event.message if isinstance(event, Said | Edited) else "",
            under=event.source if isinstance(event, Pressed) else "",
            group=event.group,
        )

    async def _unreachable(self, session: Session, event: Unreachable) -> None:
        """Whoever answers a person that can't be written to any more is told, once for each ticket."""
        for ticket in await tickets.open_at(session, event.where):
            last = (await tickets.posts(session, ticket.id))[-1:]
            if not (last and last[0].kind == "system" and last[0].text == texts.UNREACHABLE):
                await tickets.post(
                    session, ticket.id, "system", texts.UNREACHABLE, author=None, identity=None, at=event.at
                )
                await cards.noted(session, self.desk, ticket.id, texts.UNREACHABLE, event.at)

    async def _failed(self, session: Session, event: Failed) -> None:
        """A mentor's words that did not arrive are marked in the ticket, where the mentor sees it."""
        ticket_id = await tickets.of_outgoing(session, event.outgoing)
        if ticket_id is not None:
            text = texts.PERHAPS_DELIVERED if event.unknown else texts.NOT_DELIVERED
            await tickets.post(session, ticket_id, "system", text, author=None, identity=None, at=event.at)
            await cards.noted(session, self.desk, ticket_id, text, event.at)
