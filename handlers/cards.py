"""What staff are shown of tickets in their chats: a card for each ticket, edited as it changes, and new words in it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from handlers import choices, replies, texts
from handlers.choices import Option
from handlers.replies import Choice, Reply
from handlers.turn import Desk, Unit
from storage import Address, Session, groups, outbox, people, questions, tickets
from storage.tickets import Post, State, Ticket

STALLED = 15  # messages that wait for a group's pace; a card behind more of them would come too late
_WORDS = 1500  # characters of the member's words on a card; the rest stands on the desk
_TITLE = 60


@dataclass(frozen=True, slots=True)
class _Places:
    wanted: tuple[Address, ...]
    """Where a card must be."""
    allowed: frozenset[str]
    """The lanes in which a card may stay; one that is elsewhere says that the ticket is not there any more."""
    keeper: tuple[Address, ...]
    """The private chats of the one who has the ticket."""
    group: Address | None


def thread(ticket_id: int) -> str:
    """How the thread of a ticket is called in the unit's group, where that has threads."""
    return f"ticket:{ticket_id}"


async def refresh(session: Session, desk: Desk, ticket_id: int, at: datetime) -> None:
    """Brings every card of the ticket up to date, and makes those that are missing."""
    ticket = await tickets.get(session, ticket_id)
    if ticket is None:
        return
    places = await _places(session, desk, ticket)
    shown = [
        (card, where)
        for card, where in await outbox.cards(session, ticket.id)
        if await groups.now_at(session, where) == where  # else its group moved, and it was left behind
    ]
    for card, where in shown:
        if (known := await groups.look(session, where)) is not None and not known.is_in:
            continue
        is_theirs = where.lane in places.allowed
        reply = await _card(session, desk, ticket, where, places) if is_theirs else _gone(desk, ticket)
        before = await outbox.newest_reply(session, card)
        if replies.to_json(reply) == {**before, "anew": False}:
            continue
        await outbox.outdate(session, card, at)
        await _put(session, where, reply, ticket.id, at, kind="card", edits=card)
        if is_theirs and ticket.state is State.OPEN and not _waits(before):
            # An edit rings no bell, and somebody must take it.
            await _call(session, ticket, where, card, at)
    if ticket.state is State.CLOSED:
        return
    for where in places.wanted:
        if not any(place.lane == where.lane for _, place in shown):
            card_now = await _card(session, desk, ticket, where, places)
            await _put(session, where, card_now, ticket.id, at, kind="card")


async def show(session: Session, desk: Desk, ticket_id: int, where: Address, at: datetime) -> bool:
    """Shows the card of a ticket anew at the end of a chat; False if it has no place there."""
    ticket = await tickets.get(session, ticket_id)
    if ticket is None:
        return False
    places = await _places(session, desk, ticket)
    in_group = places.group is not None and places.group.chat == where.chat
    here = places.group if in_group and places.group is not None else Address(where.channel, where.chat)
    if here.lane not in places.allowed:
        return False
    shown = [(card, await groups.now_at(session, place)) for card, place in await outbox.cards(session, ticket.id)]
    card = next((card for card, place in shown if place.lane == here.lane), None)
    if card is not None:
        await outbox.outdate(session, card, at)
    reply = replace(await _card(session, desk, ticket, here, places), anew=card is not None)
    await _put(session, here, reply, ticket.id, at, kind="card", edits=card)
    return True


async def units_here(session: Session, desk: Desk, where: Address) -> list[str]:
    """The units whose mentors take tickets in this group."""
    return [
        unit.id
        for unit in desk.units.values()
        if unit.group is not None and (await groups.now_at(session, unit.group)).lane == where.lane
    ]


async def topic(session: Session, desk: Desk, ticket: Ticket) -> str:
    """The name of what the ticket is likely about; empty where nothing says so."""
    question = await questions.get(session, ticket.question_id) if ticket.question_id is not None else None
    found = desk.knowledge().catalog.topic(question.topic) if question is not None else None
    return found.name if found is not None else ""


async def taken(session: Session, desk: Desk, ticket_id: int, at: datetime) -> None:
    """Whoever took the ticket reads what its card does not show: the member's files, and what was said since."""
    ticket = await tickets.get(session, ticket_id)
    if ticket is None:
        return
    said = await tickets.posts(session, ticket.id)
    asked = await _asked(session, ticket, said)
    since = [post for post in said if post.kind in ("member", "mentor") and post not in asked]
    files = [id_ for post in said if post.kind == "member" for id_ in post.attachments]
    lines = [(post.kind == "member", post.text) for post in since if post.text]
    if lines or files:
        told = texts.so_far(ticket.id, lines)
        await _tell(session, desk, ticket, lambda _: told, "", at, files, only_with_words=True)


async def followed(
    session: Session, desk: Desk, ticket_id: int, text: str, at: datetime, attachments: Sequence[int] = ()
) -> None:
    """The member said more: whoever has the ticket reads it, and can answer by replying to it."""
    ticket = await tickets.get(session, ticket_id)
    if ticket is not None:
        await _tell(
            session, desk, ticket, lambda words: texts.member_said(ticket.id, words), text, at, tuple(attachments)
        )
        await refresh(session, desk, ticket.id, at)


async def edited(session: Session, desk: Desk, ticket_id: int, text: str, at: datetime) -> None:
    """The member changed earlier words."""
    ticket = await tickets.get(session, ticket_id)
    if ticket is not None:
        await _tell(session, desk, ticket, lambda words: texts.member_edited(ticket.id, words), text, at)
        await refresh(session, desk, ticket.id, at)


async def noted(session: Session, desk: Desk, ticket_id: int, text: str, at: datetime) -> None:
    """Something that whoever has the ticket must know, said by the helpdesk itself."""
    ticket = await tickets.get(session, ticket_id)
    if ticket is not None:
        told = texts.about_ticket(ticket.id, text)
        await _tell(session, desk, ticket, lambda _: told, "", at, answerable=False)


async def erased(session: Session, desk: Desk, ticket_id: int, at: datetime) -> None:
    """The member had everything erased: their words disappear from the chats of staff too, as far as they can."""
    for line, where in await outbox.staff_lines(session, ticket_id):
        reply = Reply(text=texts.about_ticket(ticket_id, texts.MEMBER_ERASED))
        await _put(session, where, reply, ticket_id, at, kind="staff", edits=line)
    await refresh(session, desk, ticket_id, at)


async def moved_house(session: Session, desk: Desk, where: Address, at: datetime) -> None:
    """The helpdesk came into a unit's group, or had to go: the open tickets are shown where that can be read."""
    for unit in await units_here(session, desk, where):
        for ticket in await tickets.queue(session, unit, states=_OPEN, limit=_AT_ONCE):
            await refresh(session, desk, ticket.id, at)


_OPEN = (State.OPEN, State.TAKEN, State.ANSWERED)
_AT_ONCE = 200


async def _places(session: Session, desk: Desk, ticket: Ticket) -> _Places:
    """A unit's mentors are told in their group, or else each in private.

    Where the group must not see the member's words, whoever took the ticket has a card with them in private. Who asked
    the question is not told of it as a mentor.
    """
    unit = desk.units.get(ticket.unit)
    if unit is None:
        return _Places((), frozenset(), (), None)
    own = await people.private_places_of(session, ticket.person_id)
    each = [place for place in await people.private_places(session, "mentor", unit.id) if place not in own]
    keeper = await people.private_places_of(session, ticket.mentor_id) if ticket.mentor_id is not None else []
    group = await _group(session, unit, ticket)
    wanted = each if group is None else [group, *(() if unit.show_words else keeper)]
    lanes = {place.lane for place in (*each, *keeper, *([group] if group is not None else []))}
    return _Places(tuple(wanted), frozenset(lanes), tuple(keeper), group)


async def _group(session: Session, unit: Unit, ticket: Ticket) -> Address | None:
    """The unit's group, unless the helpdesk was put out of it, or the platform's pace keeps too much waiting there."""
    if unit.group is None:
        return None
    where = replace(await groups.now_at(session, unit.group), thread=thread(ticket.id))
    known = await groups.look(session, where)
    if known is not None and not known.is_in:
        return None
    if await outbox.queued(session, where) > STALLED:
        there = [await groups.now_at(session, place) for _, place in await outbox.cards(session, ticket.id)]
        return where if any(place.lane == where.lane for place in there) else None
    return where


async def _tell(
    session: Session,
    desk: Desk,
    ticket: Ticket,
    tell: Callable[[str], str],
    words: str,
    at: datetime,
    files: Sequence[int] = (),
    *,
    only_with_words: bool = False,
    answerable: bool = True,
) -> None:
    """Says something to the one who has the ticket; to nobody while nobody has it, for then its card says all.

    `tell` makes the text of the member's words, which are empty where others read along that may not see them.
    """
    if ticket.mentor_id is None:
        return
    places = await _places(session, desk, ticket)
    is_shown = places.group is None or _shows_words(desk, ticket, places.group)
    in_group = places.group is not None and (is_shown or not places.keeper)
    shown = [(card, await groups.now_at(session, place)) for card, place in await outbox.cards(session, ticket.id)]
    for where in [places.group] if in_group and places.group is not None else places.keeper:
        reads = is_shown or not in_group
        if only_with_words and not reads:
            continue
        card = next((card for card, place in shown if place.lane == where.lane), None)
        reply = Reply(
            text=tell(words if reads else ""), attachments=tuple(files) if reads else (), title=_title(ticket)
        )
        await _put(session, where, reply, ticket.id, at, kind="staff" if answerable else "aside", below=card)


async def _call(session: Session, ticket: Ticket, where: Address, card: int, at: datetime) -> None:
    reply = Reply(text=texts.about_ticket(ticket.id, texts.WAITS_AGAIN), title=_title(ticket))
    await _put(session, where, reply, ticket.id, at, kind="aside", below=card)


async def _put(
    session: Session,
    where: Address,
    reply: Reply,
    ticket_id: int,
    at: datetime,
    *,
    kind: str,
    edits: int | None = None,
    below: int | None = None,
) -> None:
    """`below` is the card that it refers to."""
    reply_to = await outbox.first_part(session, below, where.chat) if below is not None else None
    outgoing = outbox.Outgoing(
        address=where, reply=replies.to_json(reply), kind=kind, ticket=ticket_id, edits=edits, reply_to=reply_to or ""
    )
    await outbox.put(session, outgoing, at)


def _shows_words(desk: Desk, ticket: Ticket, where: Address) -> bool:
    """In a group others read along; there the setting decides."""
    unit = desk.units.get(ticket.unit)
    return not where.thread or (unit is not None and unit.show_words)


async def _asked(session: Session, ticket: Ticket, posts: Sequence[Post]) -> list[Post]:
    """What the member said before anybody took the ticket: that is the question, and stands on the card."""
    took = (step.at for step in await tickets.steps(session, ticket.id) if step.action == "take")
    first = next(took, None)
    return [post for post in posts if post.kind == "member" and (first is None or post.at <= first)]


async def _card(session: Session, desk: Desk, ticket: Ticket, where: Address, places: _Places) -> Reply:
    keeper = await people.find(session, ticket.mentor_id) if ticket.mentor_id is not None else None
    words, files, is_edited = "", 0, False
    if _shows_words(desk, ticket, where):
        said = await tickets.posts(session, ticket.id)
        asked = await _asked(session, ticket, said)
        whole = "\n\n".join(post.text for post in asked if post.text)
        words = whole if len(whole) <= _WORDS else f"{whole[:_WORDS].rstrip()}…"
        files = sum(len(post.attachments) for post in said if post.kind == "member")
        is_edited = any(post.revision > 1 for post in asked)
    text = texts.card(
        ticket.id,
        unit=desk.unit_name(ticket.unit),
        state=ticket.state,
        keeper=keeper.name if keeper is not None else "",
        topic=await topic(session, desk, ticket),
        deadline=ticket.deadline.astimezone(desk.settings.timezone) if ticket.deadline is not None else None,
        words=words,
        files=files,
        edited=is_edited,
    )
    is_anothers = ticket.mentor_id is not None and not where.thread and where not in places.keeper
    listed = () if is_anothers else _choices(ticket)
    return Reply(text=text, choices=listed, title=_title(ticket), closes=ticket.state is State.CLOSED)


def _choices(ticket: Ticket) -> tuple[Choice, ...]:
    id_ = ticket.id
    match ticket.state:
        case State.OPEN:
            options = [Option(texts.TAKE, f"take:{id_}")]
        case State.TAKEN | State.ANSWERED:
            options = [Option(texts.LAY_DOWN, f"lay:{id_}")]
        case State.CLOSED:
            return choices.unnumbered([Option(texts.OPEN_AGAIN, f"again:{id_}")])
    options += [
        Option(texts.PASS_ON, f"pass:{id_}"),
        Option(texts.READY_ANSWER, f"ready:{id_}"),
        Option(texts.END, f"end:{id_}"),
    ]
    return choices.unnumbered(options)


def _waits(card: dict[str, Any]) -> bool:
    """True if a card as it was shown said that nobody has the ticket; one that was erased says nothing."""
    listed = card.get("choices", [])
    return not card or any(str(choice["value"]).startswith("take:") for choice in listed)


def _gone(desk: Desk, ticket: Ticket) -> Reply:
    text = texts.card_gone(ticket.id, desk.unit_name(ticket.unit))
    return Reply(text=text, title=texts.gone_title(ticket.id), closes=True)


def _title(ticket: Ticket) -> str:
    return f"#{ticket.id} · {texts.CARD_STATES[ticket.state]}"[:_TITLE]
