"""What a mentor does with tickets, whether on the desk or in a chat: take, answer, note, pass on, close, reopen.

Each is a claim until checked here: the mentor's units against the ticket's, and who holds it at this moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from handlers import cards, choices, replies, texts
from handlers.choices import Option
from handlers.guard import Guarded, guard
from handlers.replies import Reply
from handlers.turn import Desk
from storage import Session, conversations, inbox, outbox, people, questions, tickets
from storage.attachments import are_photos, attach
from storage.tickets import Post, State, Step, Ticket

View = Literal["new", "mine", "all"]
_STATES: dict[View, tuple[State, ...]] = {
    "new": (State.OPEN,),
    "mine": (State.TAKEN, State.ANSWERED),
    "all": (State.OPEN, State.TAKEN, State.ANSWERED, State.CLOSED),
}
_OPEN = (State.OPEN, State.TAKEN, State.ANSWERED)
QUEUE = 200  # tickets shown at once; more than that needs people, not a longer page
EARLIER = 10


@dataclass(frozen=True, slots=True)
class Mentor:
    person_id: int
    name: str
    units: frozenset[str]


# --- what became of it ---


@dataclass(frozen=True, slots=True)
class Done:
    """It happened, now or when the same was asked before."""

    masked: tuple[str, ...] = ()
    """What kinds of secrets were masked in the mentor's words."""


@dataclass(frozen=True, slots=True)
class HeldBy:
    """Another mentor has it."""

    name: str


@dataclass(frozen=True, slots=True)
class NotYours:
    """It belongs to another unit, or there is no such ticket: a mentor can't tell the two apart."""


@dataclass(frozen=True, slots=True)
class NotNow:
    """The ticket's state does not allow it."""

    state: State


@dataclass(frozen=True, slots=True)
class Nothing:
    """There were no words to send."""


Outcome = Done | HeldBy | NotYours | NotNow | Nothing


# --- what a mentor sees ---


@dataclass(frozen=True, slots=True)
class TicketLine:
    id: int
    unit: str
    unit_name: str
    state: State
    first_words: str
    opened_at: datetime
    changed_at: datetime
    deadline: datetime | None
    mentor_name: str
    """Who has it; empty while nobody does."""
    is_mine: bool


@dataclass(frozen=True, slots=True)
class PostView:
    id: int
    kind: str
    speaker: str
    text: str
    at: datetime
    attachments: tuple[int, ...]
    delivery: str | None
    """The outbox state of a mentor's words; None where nothing was to be sent."""
    is_edited: bool
    """True if whoever said it changed it later."""


@dataclass(frozen=True, slots=True)
class StepView:
    at: datetime
    action: str
    actor: str
    unit_name: str


@dataclass(frozen=True, slots=True)
class TicketView:
    line: TicketLine
    posts: tuple[PostView, ...]
    answered_with: tuple[str, str] | None
    """Id and question of the entry that the helpdesk had answered with."""
    offered: tuple[tuple[str, str], ...]
    """Ids and questions of the entries that were likely, best first."""
    earlier: tuple[TicketLine, ...]
    """Other tickets of the same person in the mentor's units, newest first."""
    steps: tuple[StepView, ...]
    actions: frozenset[str]
    """What this mentor can do now: take, answer, note, pass, close, reopen."""


async def queue(session: Session, desk: Desk, mentor: Mentor, view: View) -> list[TicketLine]:
    """Tickets of the mentor's units, those that wait longest first."""
    found: list[Ticket] = []
    for unit in sorted(mentor.units):
        found += await tickets.queue(
            session,
            unit,
            states=_STATES[view],
            mentor=mentor.person_id if view == "mine" else None,
            limit=QUEUE,
        )
    found.sort(key=lambda ticket: ticket.opened_at, reverse=view == "all")
    return [await _line(session, desk, mentor, ticket) for ticket in found]


async def at_hand(session: Session, mentor: Mentor) -> list[Ticket]:
    """What a mentor has, what happened last first; then what waits in the units, for whoever asked it excepted."""
    held: list[Ticket] = []
    waiting: list[Ticket] = []
    for unit in sorted(mentor.units):
        held += await tickets.queue(
            session, unit, states=_STATES["mine"], mentor=mentor.person_id, limit=QUEUE, newest_first=True
        )
        waiting += await tickets.queue(session, unit, states=_STATES["new"], limit=QUEUE)
    held.sort(key=lambda ticket: ticket.changed_at, reverse=True)
    waiting.sort(key=lambda ticket: ticket.opened_at)
    return [ticket for ticket in (*held, *waiting) if ticket.person_id != mentor.person_id]


async def view(session: Session, desk: Desk, mentor: Mentor, ticket_id: int) -> TicketView | NotYours:
    ticket = await tickets.get(session, ticket_id)
    if ticket is None or ticket.unit not in mentor.units:
        return NotYours()
    knowledge = desk.knowledge()
    question = await questions.get(session, ticket.question_id) if ticket.question_id is not None else None
    likely = question.offered if question else ()
    named = [(entry.id, entry.question) for id_ in likely if (entry := knowledge.catalog.question(id_)) is not None]
    entry = knowledge.catalog.question(question.entry) if question and question.entry else None
    others = [
        other
        for other in await tickets.of_person(session, ticket.person_id, limit=EARLIER + 1)
        if other.id != ticket.id and other.unit in mentor.units
    ]
    return TicketView(
        line=await _line(session, desk, mentor, ticket),
        posts=tuple([await _post(session, desk, ticket, post) for post in await tickets.posts(session, ticket.id)]),
        answered_with=(entry.id, entry.question) if entry else None,
        offered=tuple(named),
        earlier=tuple([await _line(session, desk, mentor, other) for other in others[:EARLIER]]),
        steps=tuple([await _step(session, desk, step) for step in await tickets.steps(session, ticket.id)]),
        actions=_actions(ticket, mentor),
    )


async def take(session: Session, desk: Desk, mentor: Mentor, ticket_id: int, at: datetime) -> Outcome:
    """Exactly one of several mentors who press at once gets it; the others read who has it."""
    ticket = await tickets.get(session, ticket_id)
    if ticket is None or ticket.unit not in mentor.units or ticket.person_id == mentor.person_id:
        return NotYours()
    if await tickets.take(session, ticket.id, mentor.person_id, at):
        await _tell(session, ticket, texts.taken(ticket.id, mentor.name, desk.unit_name(ticket.unit)), at)
        await cards.refresh(session, desk, ticket.id, at)
        await cards.taken(session, desk, ticket.id, at)
        return Done()
    now = await tickets.get(session, ticket.id)
    if now is None or now.mentor_id is None:
        return NotNow(now.state if now else ticket.state)
    if now.mentor_id == mentor.person_id:
        return Done()
    return HeldBy(await _name(session, now.mentor_id))


async def answer(
    session: Session,
    desk: Desk,
    mentor: Mentor,
    ticket_id: int,
    text: str,
    key: str,
    at: datetime,
    attachments: Sequence[int] = (),
    *,
    message: str = "",
    shown: str | None = None,
    not_before: datetime | None = None,
) -> Outcome:
    """Sends words to the member; answering a ticket that nobody has takes it. The same key does it once.

    `message` is what said them in a chat, so that it can be corrected there (see `correct`). `shown` are words of the
    FAQ in its Markdown, which take the place of `text` and hold no secrets. Until `not_before` it waits for files that
    belong to it (see `add_files`).
    """
    ticket = await tickets.get(session, ticket_id)
    if ticket is None or ticket.unit not in mentor.units or ticket.person_id == mentor.person_id:
        return NotYours()
    guarded = guard(text) if shown is None else Guarded(texts.unmarked(shown), ())
    if not guarded.text and not attachments:
        return Nothing()
    if ticket.state is State.CLOSED:
        return NotNow(ticket.state)
    if ticket.mentor_id not in (None, mentor.person_id):
        return HeldBy(await _name(session, ticket.mentor_id))
    if not await inbox.first_time(session, key, at):
        return Done()
    is_new = ticket.state is State.OPEN
    if is_new and not await tickets.take(session, ticket.id, mentor.person_id, at):
        return await take(session, desk, mentor, ticket_id, at)
    if is_new:
        await cards.taken(session, desk, ticket.id, at)
    resolve_by = at + (desk.units[ticket.unit].resolve_within if ticket.unit in desk.units else timedelta())
    await tickets.step(session, ticket.id, "answer", actor=mentor.person_id, at=at, deadline=resolve_by)
    post = await tickets.post(
        session,
        ticket.id,
        "mentor",
        guarded.text,
        author=mentor.person_id,
        identity=None,
        at=at,
        attachments=attachments,
        message=message,
    )
    said = guarded.text or (texts.PHOTO_POST if await are_photos(session, attachments) else texts.FILE_POST)
    told = texts.escape(said) if shown is None else shown
    reply = replace(_words(desk, mentor, ticket, told), attachments=tuple(attachments))
    await outbox.put(
        session,
        outbox.Outgoing(
            address=ticket.address, reply=replies.to_json(reply), kind="mentor", post=post, not_before=not_before
        ),
        at,
    )
    if ticket.identity_id is not None:
        await conversations.mentor_spoke(session, ticket.identity_id, ticket.address, ticket.id, at)
    await cards.refresh(session, desk, ticket.id, at)
    return Done(guarded.kinds)


async def correct(
    session: Session, desk: Desk, mentor: Mentor, message: str, text: str, at: datetime
) -> Outcome | None:
    """The mentor edited a message that was an answer: it changes where the member reads it; None if it was none."""
    post = await tickets.answered_by(session, mentor.person_id, message)
    ticket = await tickets.get(session, post.ticket_id) if post is not None else None
    guarded = guard(text)
    if post is None or ticket is None or not guarded.text or guarded.text == post.text:
        return None
    if not post.text or ticket.state is State.CLOSED:
        return None  # erased, or over
    if ticket.unit not in mentor.units:
        return NotYours()
    if ticket.mentor_id not in (None, mentor.person_id):
        return HeldBy(await _name(session, ticket.mentor_id))
    await tickets.revise(session, post.id, guarded.text, at)
    sent = await outbox.of_post(session, post.id)
    before = await outbox.reply_of(session, sent) if sent is not None else None
    files = replies.from_json(before).attachments if before is not None else ()
    words = _words(desk, mentor, ticket, texts.escape(guarded.text))
    reply = replies.to_json(replace(words, attachments=files))
    await outbox.put(session, outbox.Outgoing(ticket.address, reply, kind="mentor", edits=sent, post=post.id), at)
    return Done(guarded.kinds)


def _words(desk: Desk, mentor: Mentor, ticket: Ticket, text: str) -> Reply:
    """A mentor's words as the member reads them."""
    listed = choices.listed([Option(texts.CLOSE, f"close:{ticket.id}")], human="")
    return Reply(text=text, choices=listed, speaker=texts.mentor(mentor.name, desk.unit_name(ticket.unit)))


async def add_files(session: Session, ticket_id: int, post_id: int, files: Sequence[int], at: datetime) -> None:
    """The rest of an album whose first part was an answer: it goes with it, or after it."""
    ticket = await tickets.get(session, ticket_id)
    if ticket is None:
        return
    await attach(session, files, post_id)
    if not await outbox.extend(session, post_id, files):
        reply = replies.to_json(Reply(text="", attachments=tuple(files)))
        await outbox.put(session, outbox.Outgoing(ticket.address, reply, kind="mentor", post=post_id), at)


async def note(
    session: Session, desk: Desk, mentor: Mentor, ticket_id: int, text: str, key: str, at: datetime
) -> Outcome:
    """Words for the other mentors only; they never leave the desk."""
    del desk
    ticket = await tickets.get(session, ticket_id)
    if ticket is None or ticket.unit not in mentor.units:
        return NotYours()
    guarded = guard(text)
    if not guarded.text:
        return Nothing()
    if await inbox.first_time(session, key, at):
        await tickets.post(session, ticket.id, "note", guarded.text, author=mentor.person_id, identity=None, at=at)
    return Done(guarded.kinds)


async def pass_on(session: Session, desk: Desk, mentor: Mentor, ticket_id: int, unit: str, at: datetime) -> Outcome:
    """Gives the ticket to another unit, whose queue it joins; from then on this unit does not see it."""
    ticket = await tickets.get(session, ticket_id)
    if ticket is None or ticket.unit not in mentor.units:
        return NotYours()
    if unit not in desk.units or unit == ticket.unit:
        return NotNow(ticket.state)
    if ticket.mentor_id not in (None, mentor.person_id):
        return HeldBy(await _name(session, ticket.mentor_id))
    deadline = at + desk.units[unit].first_answer_within
    if not await tickets.step(
        session,
        ticket.id,
        "pass",
        actor=mentor.person_id,
        at=at,
        unit=unit,
        reason="mentor",
        deadline=deadline,
    ):
        return NotNow(ticket.state)
    await _tell(session, ticket, texts.passed(ticket.id, desk.unit_name(unit)), at)
    await cards.refresh(session, desk, ticket.id, at)
    return Done()


async def release(session: Session, desk: Desk, mentor: Mentor, ticket_id: int, at: datetime) -> Outcome:
    """Lays a ticket back into the queue of the same unit."""
    ticket = await tickets.get(session, ticket_id)
    if ticket is None or ticket.unit not in mentor.units:
        return NotYours()
    if ticket.mentor_id not in (None, mentor.person_id):
        return HeldBy(await _name(session, ticket.mentor_id))
    done = await tickets.step(session, ticket.id, "release", actor=mentor.person_id, at=at, reason="mentor")
    await cards.refresh(session, desk, ticket.id, at)
    return Done() if done else NotNow(ticket.state)


async def close(session: Session, desk: Desk, mentor: Mentor, ticket_id: int, at: datetime) -> Outcome:
    ticket = await tickets.get(session, ticket_id)
    if ticket is None or ticket.unit not in mentor.units:
        return NotYours()
    if ticket.mentor_id not in (None, mentor.person_id):
        return HeldBy(await _name(session, ticket.mentor_id))
    if await tickets.step(session, ticket.id, "close", actor=mentor.person_id, at=at, reason="mentor"):
        await _tell(session, ticket, texts.closed(ticket.id), at, [Option(texts.REOPEN, f"reopen:{ticket.id}")])
        await cards.refresh(session, desk, ticket.id, at)
    return Done()


async def reopen(session: Session, desk: Desk, mentor: Mentor, ticket_id: int, at: datetime) -> Outcome:
    ticket = await tickets.get(session, ticket_id)
    if ticket is None or ticket.unit not in mentor.units:
        return NotYours()
    deadline = at + desk.units[ticket.unit].first_answer_within if ticket.unit in desk.units else None
    if await tickets.step(
        session, ticket.id, "reopen", actor=mentor.person_id, at=at, reason="mentor", deadline=deadline
    ):
        await _tell(session, ticket, texts.reopened_by_mentor(ticket.id), at)
        await cards.refresh(session, desk, ticket.id, at)
    return Done()


async def suspend(session: Session, desk: Desk, person_id: int, unit: str, at: datetime) -> None:
    """Takes the role of a mentor away: what they held waits for the others, and their chats show no ticket any more."""
    shown = await tickets.queue(session, unit, states=_OPEN, limit=QUEUE)
    await people.suspend(session, person_id, "mentor", unit, at)
    for ticket in shown:
        await cards.refresh(session, desk, ticket.id, at)


async def restore(session: Session, desk: Desk, person_id: int, unit: str, at: datetime) -> None:
    """Gives it back, and shows what is open."""
    await people.grant(session, person_id, "mentor", unit, at)
    for ticket in await tickets.queue(session, unit, states=_OPEN, limit=QUEUE):
        await cards.refresh(session, desk, ticket.id, at)


def _actions(ticket: Ticket, mentor: Mentor) -> frozenset[str]:
    if ticket.person_id == mentor.person_id:
        return frozenset({"note"})
    if ticket.state is State.CLOSED:
        return frozenset({"note", "reopen"})
    if ticket.mentor_id is None:
        return frozenset({"take", "answer", "note", "pass", "close"})
    if ticket.mentor_id == mentor.person_id:
        return frozenset(
            {"answer", "note", "pass", "close", "release"} - ({"release"} if ticket.state is not State.TAKEN else set())
        )
    return frozenset({"note"})


async def _tell(session: Session, ticket: Ticket, text: str, at: datetime, options: Sequence[Option] = ()) -> None:
    """A line of the helpdesk's to the member whose ticket it is."""
    reply = Reply(text=text, choices=choices.listed(options, human=""))
    await outbox.put(
        session, outbox.Outgoing(address=ticket.address, reply=replies.to_json(reply), kind="proactive"), at
    )


async def _name(session: Session, person_id: int | None) -> str:
    person = await people.find(session, person_id) if person_id is not None else None
    return person.name if person else ""


async def _line(session: Session, desk: Desk, mentor: Mentor, ticket: Ticket) -> TicketLine:
    posts = await tickets.posts(session, ticket.id)
    return TicketLine(
        id=ticket.id,
        unit=ticket.unit,
        unit_name=desk.unit_name(ticket.unit),
        state=ticket.state,
        first_words=texts.first_words(posts[0].text if posts else "", 120),
        opened_at=ticket.opened_at,
        changed_at=ticket.changed_at,
        deadline=ticket.deadline,
        mentor_name=await _name(session, ticket.mentor_id),
        is_mine=ticket.mentor_id == mentor.person_id,
    )


async def _post(session: Session, desk: Desk, ticket: Ticket, post: Post) -> PostView:
    speaker = {"member": "", "system": texts.SYSTEM}.get(post.kind)
    if speaker is None:
        speaker = await _name(session, post.author_id)
    del desk, ticket
    return PostView(
        id=post.id,
        kind=post.kind,
        speaker=speaker,
        text=post.text,
        at=post.at,
        attachments=post.attachments,
        delivery=post.delivery,
        is_edited=post.revision > 1,
    )


async def _step(session: Session, desk: Desk, step: Step) -> StepView:
    return StepView(
        at=step.at,
        action=step.action,
        actor=await _name(session, step.actor_id),
        unit_name=desk.unit_name(step.unit),
    )
