"""The helpdesk: takes one event, decides what it means, and leaves what is to be said in the outbox.

Nothing here sends, waits or reads a clock; all of an event's effects belong to the caller's transaction.
"""

import asyncio
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from faq.matching import Sure, Unknown, Verdict
from handlers import (
    asking,
    browsing,
    cards,
    choices,
    enclosing,
    following,
    grouping,
    living,
    owning,
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
from handlers.guard import fold
from handlers.turn import Desk, Turn
from storage import Session, conversations, groups, outbox, people, questions, tickets
from storage.questions import Outcome

LONGEST = 4000  # characters; more than that is a document, not a question


@dataclass(frozen=True, slots=True)
class Thought:
    """What was worked out about an event before its transaction began."""

    verdict: Verdict | None = None


class Helpdesk:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    async def think(self, session: Session, event: Event) -> Thought:
        """The matching, which takes time but no lock; `session` is only read."""
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
                return Thought(await asyncio.to_thread(matcher.match, text[:LONGEST], within=within))
            case _:
                return Thought()

    async def handle(self, session: Session, event: Event, thought: Thought) -> None:
        match event:
            case Opened():
                turn = await self._turn(session, event)
                if event.group:
                    await grouping.said(turn, _help_wanted(event), _NOTHING)
                elif event.start.startswith("invite:"):
                    await staffing.join(turn, event.start.removeprefix("invite:"))
                else:
                    if not event.start.startswith("code:"):
                        await browsing.welcome(turn)
                    if event.start:
                        await _press(turn, event.start)
            case Said():
                await self._said(session, event, thought)
            case Edited():
                turn = await self._turn(session, event)
                if await revising.in_ticket(turn, event.message, event.text):
                    return
                if await revising.asked_anew(turn, event.message, event.text):
                    verdict = thought.verdict or self.desk.knowledge().matcher.match(event.text[:LONGEST])
                    anew = Said(event.at, event.who, event.where, event.text, event.masked, message=event.message)
                    if event.group:
                        await grouping.said(turn, anew, verdict)
                    else:
                        await asking.ask(turn, event.text.strip(), verdict)
            case Pressed():
                turn = await self._turn(session, event)
                await _press(turn, event.choice)
            case Failed():
                await self._failed(session, event)
            case Reached():
                await outbox.release(session, event.where)
            case Unreachable():
                await self._unreachable(session, event)
            case Moved():
                await conversations.move(session, event.where, event.to)
                await groups.move(session, event.where, event.to, event.at)
            case BotAdded():
                await grouping.added(session, self.desk, event)
            case BotRemoved():
                await groups.leave(session, event.where, event.at)
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
        if event.reply_to:
            shown = await outbox.shown(session, event.where, event.reply_to)
            if shown is not None and shown.ticket is not None and shown.kind in ("card", "staff"):
                turn = await self._turn(session, event)
                await staffing.replied(turn, event, shown.ticket, await enclosing.expected(turn, event))
                return
        if not event.group:
            turn = await self._turn(session, event)
            await _said(turn, event, thought, await enclosing.expected(turn, event))
        elif await grouping.is_units(session, self.desk, event.where):
            if event.addressed:
                await staffing.elsewhere(await self._turn(session, event))
        elif event.addressed or thought.verdict is not None:
            verdict = thought.verdict or self.desk.knowledge().matcher.match(event.text[:LONGEST])
            if event.addressed or isinstance(verdict, Sure):
                await grouping.said(await self._turn(session, event), event, verdict)

    async def _turn(self, session: Session, event: Opened | Said | Edited | Pressed) -> Turn:
        person = await people.meet(session, event.who, event.at)
        conversation = await conversations.enter(session, event.who, event.where, event.at)
        if not event.group:
            await outbox.release(session, event.where)  # who writes can be written to
        source = event.message if isinstance(event, Said | Edited) else ""
        return Turn(
            session, self.desk, event.at, event.who, event.where, person, conversation, source, group=event.group
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


# --- words that are commands when they are the whole message ---

_COMMANDS = {
    "menu": "topics", "chu de": "topics", "cac chu de": "topics", "/chude": "topics", "xem cac chu de": "topics",
    "bat dau": "start", "/start": "start", "start": "start",
    "tro giup": "help", "giup": "help", "huong dan": "help", "/trogiup": "help", "/help": "help", "help": "help",
    "cau hoi cua toi": "mine", "phieu cua toi": "mine", "phieu hoi cua toi": "mine", "/cauhoi": "mine",
    "xoa du lieu": "erase", "xoa du lieu cua toi": "erase", "/xoadulieu": "erase",
    "/phieu": "waiting", "/rieng": "erase",
    "gap can bo": "human", "can bo": "human", "gap can bo ho tro": "human", "gap nguoi that": "human",
    "/mentor": "human",
    "cau hoi moi": "new", "hoi cau moi": "new", "hoi cau khac": "new", "day la cau hoi moi": "new",
    "huy": "cancel", "huy bo": "cancel", "/huy": "cancel", "thoi": "cancel", "bo qua": "cancel",
}  # fmt: skip
_CANCEL_TO_A_MENTOR = {"huỷ", "hủy", "huỷ bỏ", "hủy bỏ", "/huy"}
"""What cancels while a mentor is asking: "Huy" may then be the answer to "Anh tên gì?"."""


def command(text: str, *, to_mentor: bool) -> str | None:
    """The choice that a whole message stands for; None if it is not just a command."""
    plain = unicodedata.normalize("NFC", text).strip().rstrip(".!").strip().lower()
    if to_mentor:
        return "cancel" if plain in _CANCEL_TO_A_MENTOR else _COMMANDS.get(plain) if plain.startswith("/") else None
    return _COMMANDS.get(_plain(plain))


def _plain(text: str) -> str:
    return " ".join(fold(text).split())


async def _said(turn: Turn, said: Said, thought: Thought, files: Sequence[int]) -> None:
    if said.masked:
        await turn.say(texts.masked(said.masked))
    text = said.text.strip()
    if files and await enclosing.is_more(turn, said, files):
        return
    if not text and files:
        await enclosing.alone(turn, said, files)
        return
    if not text:
        if not said.media:  # what was too large has been spoken of
            await turn.say(texts.EMPTY)
        return
    if (code := _CODE.fullmatch(fold(text))) and await _is_code(turn, int(code[1])):
        await _press(turn, f"code:{code[1]}")
        return
    open_tickets = await tickets.of_person(turn.session, turn.person.id, only_open=True, limit=20)
    to_mentor = _mentor_spoke_last(turn) and any(t.id == turn.conversation.ticket for t in open_tickets)
    if not files and (pressed := _typed_choice(turn, text, to_mentor=to_mentor)) is not None:
        await _press(turn, pressed)
        return
    if not files and not to_mentor and (places := living.said(turn, text)):
        await (_lives_in(turn, places[0].id) if len(places) == 1 else living.choose(turn, places))
        return
    verdict = thought.verdict or turn.desk.knowledge().matcher.match(text[:LONGEST])
    held = turn.conversation.held
    where = following.destination(
        open_tickets,
        about=turn.conversation.ticket,
        chosen=held.get("chosen"),
        mentor_spoke=to_mentor,
        sure=isinstance(verdict, Sure) and not files,
    )
    match where:
        case following.Into(ticket=ticket_id):
            await following.post(turn, ticket_id, text, files)
        case following.Which() if to_mentor and choices.number(text) is not None:
            await following.post(turn, turn.conversation.ticket or 0, text, files)
        case following.Which():
            await following.ask_which(turn, open_tickets, text, files)
        case following.Anew(beside=beside):
            await _ask(turn, text, verdict, beside, files)


async def _ask(turn: Turn, text: str, verdict: Verdict, beside: Sequence[int] = (), photos: Sequence[int] = ()) -> None:
    """A new question, if the person does not send them faster than anyone can read the answers."""
    settings = turn.desk.settings
    if await questions.recent(turn.session, turn.who, turn.at - settings.burst_within) >= settings.burst:
        await questions.ask(
            turn.session,
            person_id=turn.person.id,
            identity=turn.who,
            address=turn.where,
            text=text,
            at=turn.at,
            verdict="unread",
            offered=[],
            entry="",
            outcome=Outcome.LIMITED,
        )
        slowed = turn.conversation.slowed_at
        if slowed is None or turn.at - slowed > settings.burst_within:
            await turn.change(slowed_at=turn.at)
            await turn.say(texts.TOO_FAST)
        return
    if choices.number(text) is not None and len(text) < 12:
        if turn.conversation.choices and _list_lives(turn):
            await _repeat_list(turn)
        else:
            await browsing.menu(turn, texts.NO_LIST)
        return
    if not re.search(r"\w", text):
        await turn.say(texts.ONLY_SIGNS, browsing.menu_options(), human="human")
    elif turn.conversation.held.get("human"):
        await asking.for_human(turn, text, verdict, photos)
    elif len(text) > LONGEST:
        await turn.say(texts.TOO_LONG)
        await asking.for_human(turn, text, verdict, photos)
    else:
        await asking.ask(turn, text, verdict, beside=beside, photos=photos)


_CODE = re.compile(r"(?:ma\s*(?:so\s*)?)?(\d{1,12})")
"""A number that stands for a question asked in a group, as the helpdesk told it there."""


async def _is_code(turn: Turn, number: int) -> bool:
    """True for the code of a question that was asked elsewhere; all other numbers mean what they mean here."""
    question = await questions.get(turn.session, number)
    if question is None or question.person_id != turn.person.id:
        return False
    return question.address != turn.where and question.address.channel == turn.where.channel


async def _code(turn: Turn, question_id: int | None) -> None:
    """A question that was asked in a group goes on in private, for the one who asked it."""
    question = await questions.get(turn.session, question_id) if question_id is not None else None
    if question is None or question.person_id != turn.person.id or not question.text:
        await turn.say(texts.CODE_NOT_YOURS, browsing.menu_options(), human="human")
        return
    await asking.human(turn, question.id)


def _help_wanted(event: Opened) -> Said:
    """Somebody called the helpdesk by its link in a group."""
    return Said(event.at, event.who, event.where, "/trogiup", group=True)


_NOTHING = Unknown(())


def _mentor_spoke_last(turn: Turn) -> bool:
    spoke, listed = turn.conversation.mentor_at, turn.conversation.choices_at
    return spoke is not None and (listed is None or spoke > listed)


def _list_lives(turn: Turn) -> bool:
    listed = turn.conversation.choices_at
    return listed is not None and turn.at - listed < turn.desk.settings.list_lives


def _typed_choice(turn: Turn, text: str, *, to_mentor: bool) -> str | None:
    """What a typed number, label or command stands for; None where it is words for somebody."""
    if (found := command(text, to_mentor=to_mentor)) is not None:
        return found
    if to_mentor or not _list_lives(turn):
        return "human" if choices.number(text) == choices.HUMAN and not to_mentor else None
    listed = choices.recalled(turn.conversation.choices)
    number, label = choices.number(text), _plain(text)
    for choice in listed:
        if choice.number == number or _plain(choice.label) == label:
            return choice.value
    return "human" if number == choices.HUMAN else None


async def _repeat_list(turn: Turn) -> None:
    await turn.offer(texts.NOT_IN_LIST, choices.recalled(turn.conversation.choices))


async def _press(turn: Turn, value: str) -> None:
    """What a button, a number or a command does; a value that nobody knows gets a polite line and the menu."""
    verb, arguments = choices.parse(value)
    first = choices.integer(arguments)
    if verb in staffing.VERBS:
        await staffing.press(turn, verb, arguments)
        return
    if turn.group:
        await grouping.press(turn, verb, first, arguments[1] if len(arguments) > 1 else "")
        return
    match verb, arguments:
        case "start", _:
            await browsing.welcome(turn)
        case "help", _:
            await browsing.show_help(turn)
        case "topics", _:
            await browsing.topics(turn, first or 0)
        case "topic", (topic_id, *_):
            await browsing.topic(turn, topic_id, choices.integer(arguments, 1) or 0)
        case "q", (entry_id,):
            await asking.show(turn, entry_id)
        case "code", _:
            await _code(turn, first)
        case "commune", (entry_id,):
            await living.ask(turn, entry_id)
        case "place", (place_id,):
            await _lives_in(turn, place_id)
        case "pick", (_, entry_id):
            await asking.pick(turn, first, entry_id)
        case "good", _:
            await asking.good(turn, first)
        case "bad", _:
            await asking.bad(turn, first)
        case "none", _:
            await asking.none(turn, first)
        case "human", _:
            await asking.human(turn, first)
        case "open", (_, unit):
            await owning.open_(turn, first, unit)
        case "mine", _:
            await owning.mine(turn, first or 0)
        case "ticket", _:
            await owning.ticket(turn, first)
        case "say", _:
            await following.say(turn, first)
        case "add", _:
            await following.add(turn, first, choices.integer(arguments, 1))
        case "new", _:
            await _new_question(turn, first)
        case "photo", (answer, *_):
            await following.photos_checked(turn, answer, choices.integer(arguments, 1))
        case "close", _:
            await owning.close(turn, first)
        case "reopen", _:
            await owning.reopen(turn, first)
        case "erase", _:
            await owning.erase(turn, *arguments[:1])
        case "cancel", _:
            await owning.cancel(turn)
        case _:
            await browsing.menu(turn, texts.GONE)


async def _lives_in(turn: Turn, place_id: str) -> None:
    """Where the person lives is known now; the answer that waited for it is said again, for that place."""
    if (entry_id := await living.settle(turn, place_id)) is not None:
        await asking.show(turn, entry_id)


async def _new_question(turn: Turn, post_id: int | None) -> None:
    """The words that waited, or those that went into a ticket by mistake, are asked as a question of their own."""
    text, photos = turn.conversation.held.get("text"), turn.conversation.held.get("photos", [])
    if text is None:
        text = await following.taken_out(turn, post_id)
    await turn.change(ticket=None)
    await turn.hold(text=None, photos=None, photos_for=None, chosen=None)
    if not text:
        await turn.say(texts.NOTHING_TO_REASK)
        return
    await _ask(turn, text, turn.desk.knowledge().matcher.match(text[:LONGEST]), photos=photos)
