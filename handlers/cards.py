"""What staff are shown of tickets in their chats: a card for each ticket, edited as it changes, and new words in it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from handlers import replies, texts
from handlers.choices import Option, listed
from handlers.replies import Choice, Reply
from handlers.turn import Desk, Unit
from storage import Address, Session, groups, outbox, people, questions, tickets
from storage.tickets import State, Ticket

_WORDS = 1500  # characters of the member's words on a card; the rest stands on the desk
_TITLE = 60


def thread(ticket_id: int) -> str:
    """How the thread of a ticket is called in the unit's group, where that has threads."""
    return f"ticket:{ticket_id}"


async def places(session: Session, unit: Unit, ticket_id: int) -> list[Address]:
    """Where a unit's mentors are told of a ticket: in their group, or else each in private."""
    if unit.group is not None:
        group = await groups.now_at(session, unit.group)
        return [replace(group, thread=thread(ticket_id))]
    return await people.private_places(session, "mentor", unit.id)


async def refresh(session: Session, desk: Desk, ticket_id: int, at: datetime) -> None:
    """Brings every card of the ticket up to date, and makes those that are missing."""
    ticket = await tickets.get(session, ticket_id)
    if ticket is None:
        return
    unit = desk.units.get(ticket.unit)
    wanted = await places(session, unit, ticket.id) if unit is not None else []
    shown = await outbox.cards(session, ticket.id)
    for card, where in shown:
        is_theirs = any(place.lane == where.lane for place in wanted)
        reply = await _card(session, desk, ticket, where) if is_theirs else _passed(desk, ticket)
        if replies.to_json(reply) != await outbox.newest_reply(session, card):
            await outbox.outdate(session, card, at)
            await _put(session, where, reply, ticket.id, at, kind="card", edits=card)
    if ticket.state is State.CLOSED:
        return
    for where in wanted:
        if not any(place.lane == where.lane for _, place in shown):
            await _put(session, where, await _card(session, desk, ticket, where), ticket.id, at, kind="card")


async def followed(
    session: Session, desk: Desk, ticket_id: int, text: str, at: datetime, attachments: Sequence[int] = ()
) -> None:
    """The member said more: whoever has the ticket reads it, and can answer by replying to it."""
    ticket = await tickets.get(session, ticket_id)
    if ticket is None:
        return
    for where in await _keepers(session, desk, ticket):
        words = text if _shows_words(desk, ticket, where) else ""
        files = tuple(attachments) if _shows_words(desk, ticket, where) else ()
        reply = Reply(text=texts.member_said(ticket.id, words), attachments=files, title=_title(ticket))
        await _put(session, where, reply, ticket.id, at, kind="staff")
    await refresh(session, desk, ticket.id, at)


async def edited(session: Session, desk: Desk, ticket_id: int, text: str, at: datetime) -> None:
    """The member changed earlier words."""
    ticket = await tickets.get(session, ticket_id)
    if ticket is None:
        return
    for where in await _keepers(session, desk, ticket):
        words = text if _shows_words(desk, ticket, where) else ""
        await _put(
            session,
            where,
            Reply(text=texts.member_edited(ticket.id, words), title=_title(ticket)),
            ticket.id,
            at,
            kind="staff",
        )
    await refresh(session, desk, ticket.id, at)


async def noted(session: Session, desk: Desk, ticket_id: int, text: str, at: datetime) -> None:
    """Something that whoever has the ticket must know, said by the helpdesk itself."""
    ticket = await tickets.get(session, ticket_id)
    if ticket is None:
        return
    for where in await _keepers(session, desk, ticket):
        told = Reply(text=texts.about_ticket(ticket.id, text), title=_title(ticket))
        await _put(session, where, told, ticket.id, at, kind="staff")


async def _keepers(session: Session, desk: Desk, ticket: Ticket) -> list[Address]:
    """Where the one who has the ticket is told; nowhere while nobody has it, for then its card says all."""
    unit = desk.units.get(ticket.unit)
    if unit is None or ticket.mentor_id is None:
        return []
    if unit.group is not None:
        return await places(session, unit, ticket.id)
    return await people.private_places_of(session, ticket.mentor_id)


async def _put(
    session: Session,
    where: Address,
    reply: Reply,
    ticket_id: int,
    at: datetime,
    *,
    kind: str,
    edits: int | None = None,
) -> None:
    await outbox.put(
        session,
        outbox.Outgoing(address=where, reply=replies.to_json(reply), kind=kind, ticket=ticket_id, edits=edits),
        at,
    )


def _shows_words(desk: Desk, ticket: Ticket, where: Address) -> bool:
    """In a group others read along; there the setting decides."""
    unit = desk.units.get(ticket.unit)
    return not where.thread or (unit is not None and unit.show_words)


async def _card(session: Session, desk: Desk, ticket: Ticket, where: Address) -> Reply:
    keeper = await people.find(session, ticket.mentor_id) if ticket.mentor_id is not None else None
    question = await questions.get(session, ticket.question_id) if ticket.question_id is not None else None
    likely = [topic for id_ in (question.offered if question else ()) if (topic := _topic(desk, id_))]
    words, pictures = "", 0
    said = [post for post in await tickets.posts(session, ticket.id) if post.kind == "member"]
    if _shows_words(desk, ticket, where):
        words = texts.first_words(said[0].text, _WORDS) if said else ""
        pictures = sum(len(post.attachments) for post in said)
    text = texts.card(
        ticket.id,
        unit=desk.unit_name(ticket.unit),
        state=ticket.state,
        keeper=keeper.name if keeper is not None else "",
        topic=likely[0] if likely else "",
        deadline=ticket.deadline.astimezone(desk.settings.timezone) if ticket.deadline is not None else None,
        words=words,
        pictures=pictures,
        edited=any(post.revision > 1 for post in said),
    )
    return Reply(text=text, choices=_choices(ticket), title=_title(ticket), closes=ticket.state is State.CLOSED)


def _choices(ticket: Ticket) -> tuple[Choice, ...]:
    id_ = ticket.id
    match ticket.state:
        case State.OPEN:
            options = [Option(texts.TAKE, f"take:{id_}")]
        case State.TAKEN | State.ANSWERED:
            options = [Option(texts.LAY_DOWN, f"lay:{id_}")]
        case State.CLOSED:
            return listed([Option(texts.OPEN_AGAIN, f"again:{id_}")], human="")
    options += [
        Option(texts.PASS_ON, f"pass:{id_}"),
        Option(texts.READY_ANSWER, f"ready:{id_}"),
        Option(texts.END, f"end:{id_}"),
    ]
    return listed(options, human="")


def _passed(desk: Desk, ticket: Ticket) -> Reply:
    return Reply(text=texts.card_passed(ticket.id, desk.unit_name(ticket.unit)), title=_title(ticket), closes=True)


def _title(ticket: Ticket) -> str:
    return f"#{ticket.id} · {texts.CARD_STATES[ticket.state]}"[:_TITLE]


def _topic(desk: Desk, entry_id: str) -> str:
    topic = desk.knowledge().catalog.topic_of(entry_id)
    return topic.name if topic is not None else ""
