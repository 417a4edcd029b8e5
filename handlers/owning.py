"""What belongs to the member: opening a ticket, seeing one's own, closing and reopening them, erasing everything."""

from handlers import browsing, cards, following, texts
from handlers.choices import PAGE, Option
from handlers.turn import Turn
from storage import people, questions, tickets
from storage.questions import Outcome
from storage.tickets import State

SHOWN_POSTS = 6
_ALL = 10_000


async def open_(turn: Turn, question_id: int | None, unit: str) -> None:
    """Makes the question a ticket of this unit; pressed twice, it is still one ticket."""
    question = await questions.get(turn.session, question_id) if question_id is not None else None
    if question is None or question.person_id != turn.person.id or unit not in turn.desk.units or not question.text:
        await browsing.menu(turn, texts.GONE)
        return
    if question.ticket is not None:
        await turn.say(
            texts.already_open(question.ticket),
            [Option(texts.WRITE_MORE, f"say:{question.ticket}"), Option(texts.MINE, "mine")],
        )
        return
    ticket = await tickets.open_(
        turn.session,
        person_id=turn.person.id,
        identity=turn.who,
        address=turn.where,
        question_id=question.id,
        unit=unit,
        text=question.text,
        reason=question.verdict,
        at=turn.at,
        deadline=turn.at + turn.desk.units[unit].first_answer_within,
        message=question.message if question.address == turn.where else "",
    )
    await cards.refresh(turn.session, turn.desk, ticket.id, turn.at)
    await questions.settle(turn.session, question.id, Outcome.TICKET, ticket=ticket.id)
    await turn.change(ticket=ticket.id)
    held = turn.conversation.held
    photos = held.get("photos", []) if held.get("photos_for") == question.id else []
    await turn.hold(told=None, chosen=ticket.id, text=None, photos=None, photos_for=None)
    await turn.say(texts.opened(ticket.id, turn.desk.unit_name(unit)), [Option(texts.MINE, "mine")])
    if photos:
        await following.check_photos(turn, ticket.id, photos)


async def mine(turn: Turn, page: int = 0) -> None:
    own = await tickets.of_person(turn.session, turn.person.id, limit=(page + 1) * PAGE + 1)
    if not own:
        await turn.say(texts.NO_TICKETS, [Option(texts.TOPICS, "topics")], human="human")
        return
    options = [
        Option(
            texts.ticket_label(t.id, texts.first_words(await following.opening(turn, t)), t.state),
            f"ticket:{t.id}",
        )
        for t in own
    ]
    await turn.say(texts.YOUR_TICKETS, options, page=page, more="mine", human="human")


async def ticket(turn: Turn, ticket_id: int | None) -> None:
    found = await following.own(turn, ticket_id)
    if found is None:
        await browsing.menu(turn, texts.GONE)
        return
    lines = []
    for post in (await tickets.posts(turn.session, found.id))[-SHOWN_POSTS:]:
        if post.kind == "member":
            lines.append((texts.YOU, post.text))
        elif post.kind == "mentor":
            author = await people.find(turn.session, post.author_id) if post.author_id is not None else None
            name = author.name if author else ""
            lines.append((texts.escape(texts.mentor(name, turn.desk.unit_name(found.unit))), post.text))
    if found.state is State.CLOSED:
        options = [Option(texts.REOPEN, f"reopen:{found.id}")]
    else:
        options = [Option(texts.WRITE_MORE, f"say:{found.id}"), Option(texts.CLOSE, f"close:{found.id}")]
    await turn.say(
        texts.ticket(found.id, turn.desk.unit_name(found.unit), found.state, lines),
        [*options, Option(texts.MINE, "mine")],
    )


async def close(turn: Turn, ticket_id: int | None) -> None:
    found = await following.own(turn, ticket_id)
    if found is None:
        await browsing.menu(turn, texts.GONE)
        return
    await tickets.step(turn.session, found.id, "close", actor=turn.person.id, at=turn.at, reason="member")
    await cards.refresh(turn.session, turn.desk, found.id, turn.at)
    if turn.conversation.ticket == found.id:
        await turn.change(ticket=None)
    await turn.say(texts.closed(found.id), [Option(texts.REOPEN, f"reopen:{found.id}"), *browsing.menu_options()])


async def reopen(turn: Turn, ticket_id: int | None) -> None:
    found = await following.own(turn, ticket_id)
    if found is None:
        await browsing.menu(turn, texts.GONE)
        return
    if found.state is State.CLOSED:
        deadline = turn.at + turn.desk.units[found.unit].first_answer_within if found.unit in turn.desk.units else None
        await tickets.step(
            turn.session,
            found.id,
            "reopen",
            actor=turn.person.id,
            at=turn.at,
            reason="member",
            deadline=deadline,
        )
        await cards.refresh(turn.session, turn.desk, found.id, turn.at)
    await turn.change(ticket=found.id)
    await turn.hold(told=None, chosen=found.id)
    await turn.say(texts.reopened(found.id), [Option(texts.MINE, "mine")])


async def cancel(turn: Turn) -> None:
    """Lets go of whatever was begun; tickets that were sent stay."""
    open_tickets = await tickets.of_person(turn.session, turn.person.id, only_open=True, limit=1)
    await turn.change(ticket=None, held={}, choices=(), choices_at=None)
    text = texts.CANCELLED_WITH_TICKETS if open_tickets else texts.CANCELLED
    await turn.say(text, browsing.menu_options(), human="human")


async def privacy(turn: Turn) -> None:
    """What is kept of a person and for how long, and how to have it erased."""
    options = [Option(texts.ERASE, "erase"), *browsing.menu_options()]
    await turn.say(texts.privacy(turn.desk.settings.retention.days), options, human="human")


async def erase(turn: Turn, agreed: str = "") -> None:
    """Erases what is kept of a person after asking once more; those who work here ask an admin."""
    if await people.roles(turn.session, turn.person.id):
        await turn.say(texts.ERASE_STAFF)
    elif agreed == "yes":
        sent = await tickets.of_person(turn.session, turn.person.id, limit=_ALL)
        await people.erase(turn.session, turn.person.id, turn.at)
        for ticket in sent:
            await cards.erased(turn.session, turn.desk, ticket.id, turn.at)
        # Without choices: there is no conversation left in which a number could mean something.
        await turn.say(texts.ERASED)
    elif agreed == "no":
        await browsing.menu(turn, texts.ERASE_NOT)
    else:
        await turn.say(texts.ERASE_ASK, [Option(texts.ERASE_NO, "erase:no"), Option(texts.ERASE_YES, "erase:yes")])
