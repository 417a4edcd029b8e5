"""Where a member's message goes: into a ticket, or to the helpdesk as a new question.

The rules, in this order (a reply typed on a phone rarely says what it belongs to):

0. It replies to a mentor's words, where a platform tells that: it goes into the ticket in which they were said.
1. No open ticket: a new question.
2. The conversation is about a ticket that a mentor has (or has spoken in): it goes there, whatever it says, a bare "2"
   after the mentor's newer words too. With several open tickets the member is asked once which one, with "câu hỏi mới"
   among the choices; then the choice holds until another mentor speaks or the member asks something else.
3. The conversation is about a ticket that nobody took yet: a question that the FAQ surely answers is answered at once,
   with "add to the ticket" beside it; anything else goes into the ticket, and "câu hỏi mới" takes it out again.
4. There are open tickets, but the conversation moved on to something else: a new question, with "add to the ticket"
   beside it.

What a conversation is about changes when a ticket is opened, a mentor speaks, the member chooses, or the helpdesk
answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from handlers import cards, texts
from handlers.choices import Option
from handlers.turn import Turn
from storage import attachments, questions, tickets
from storage.questions import Outcome
from storage.tickets import State, Ticket


@dataclass(frozen=True, slots=True)
class Into:
    """The message belongs to this ticket."""

    ticket: int


@dataclass(frozen=True, slots=True)
class Which:
    """It belongs to one of several tickets, and only the member knows to which."""


@dataclass(frozen=True, slots=True)
class Anew:
    """It is a question of its own; these tickets are offered to add it to instead."""

    beside: tuple[int, ...] = ()


Destination = Into | Which | Anew


def destination(
    open_tickets: Sequence[Ticket], *, about: int | None, chosen: int | None, mentor_spoke: bool, sure: bool
) -> Destination:
    """Decides by the rules at the head of this file.

    `about` is the ticket of the conversation, `chosen` the one the member named when asked, `mentor_spoke` whether a
    mentor's words are the newest thing in the conversation, `sure` whether the FAQ surely answers the message.
    """
    current = next((ticket for ticket in open_tickets if ticket.id == about), None)
    if current is None:
        return Anew(tuple(ticket.id for ticket in open_tickets[:2]))
    if current.state is State.OPEN and not mentor_spoke and sure:
        return Anew((current.id,))
    if len(open_tickets) > 1 and chosen != current.id:
        return Which()
    return Into(current.id)


async def post(
    turn: Turn, ticket_id: int, text: str, photos: Sequence[int] = (), *, message: str | None = None
) -> None:
    """Puts the member's words into the ticket; photos first wait for "is there an identity card in it?".

    `message` said them, where that is not the one in hand.
    """
    ticket = await own(turn, ticket_id)
    if ticket is None or ticket.state is State.CLOSED:
        await turn.say(texts.GONE, [Option(texts.MINE, "mine")])
        return
    post_id = None
    if text:
        post_id = await tickets.post(
            turn.session,
            ticket.id,
            "member",
            text,
            author=turn.person.id,
            identity=turn.who,
            at=turn.at,
            message=turn.source if message is None else message,
        )
        await tickets.step(turn.session, ticket.id, "follow", actor=turn.person.id, at=turn.at)
        await cards.followed(turn.session, turn.desk, ticket.id, text, turn.at)
    spoken = turn.conversation.mentor_at
    told = turn.conversation.held.get("told")
    await turn.change(ticket=ticket.id)
    if photos:
        await check_photos(turn, ticket.id, photos)
    elif told != ticket.id or (spoken is not None and turn.conversation.held.get("told_at", "") < spoken.isoformat()):
        options = [Option(texts.THIS_IS_NEW, f"new:{post_id}")] if post_id is not None else []
        await turn.hold(told=ticket.id, told_at=turn.at.isoformat(), last_post=post_id)
        await turn.say(texts.followed(ticket.id), options, remember=False)
    else:
        await turn.hold(last_post=post_id)


async def ask_which(turn: Turn, open_tickets: Sequence[Ticket], text: str, photos: Sequence[int]) -> None:
    await turn.hold(text=text, photos=list(photos), message=turn.source or None)
    options = [
        Option(texts.ticket_label(ticket.id, texts.first_words(await opening(turn, ticket))), f"say:{ticket.id}")
        for ticket in open_tickets[:6]
    ]
    await turn.say(texts.WHICH_TICKET, [*options, Option(texts.NEW_QUESTION, "new")])


async def opening(turn: Turn, ticket: Ticket) -> str:
    """What the ticket began with."""
    posts = await tickets.posts(turn.session, ticket.id)
    return posts[0].text if posts else ""


async def say(turn: Turn, ticket_id: int | None) -> None:
    """The member chose a ticket for the message that waits, or for the next one."""
    ticket = await own(turn, ticket_id)
    if ticket is None or ticket.state is State.CLOSED:
        await turn.say(texts.GONE, [Option(texts.MINE, "mine")])
        return
    held = turn.conversation.held
    text, photos, message = held.get("text", ""), held.get("photos", []), held.get("message", "")
    await turn.hold(text=None, photos=None, message=None, chosen=ticket.id, told=None)
    await turn.change(ticket=ticket.id)
    if text or photos:
        await post(turn, ticket.id, text, photos, message=message)
    else:
        await turn.say(texts.WRITE_NOW.format(ticket=ticket.id))


async def add(turn: Turn, ticket_id: int | None, question_id: int | None) -> None:
    """A question that was answered or not known belongs into a ticket after all."""
    ticket = await own(turn, ticket_id)
    question = await questions.get(turn.session, question_id) if question_id is not None else None
    if ticket is None or ticket.state is State.CLOSED or question is None or question.person_id != turn.person.id:
        await turn.say(texts.GONE, [Option(texts.MINE, "mine")])
        return
    if question.ticket is not None:
        await turn.say(texts.already_open(question.ticket), [Option(texts.MINE, "mine")])
        return
    await questions.settle(turn.session, question.id, Outcome.TICKET, ticket=ticket.id)
    await turn.hold(told=None)
    await post(turn, ticket.id, question.text, message=question.message if question.address == turn.where else "")


async def taken_out(turn: Turn, post_id: int | None) -> str | None:
    """The text of a post that was a new question after all, with a word to the mentors; None if there is none.

    What follows answers the message that said it.
    """
    wanted = post_id if post_id is not None else turn.conversation.held.get("last_post")
    ticket = await own(turn, turn.conversation.ticket)
    if ticket is None or wanted is None:
        return None
    found = next((p for p in await tickets.posts(turn.session, ticket.id) if p.id == wanted), None)
    if found is None or found.author_id != turn.person.id or found.kind != "member":
        return None
    await tickets.post(turn.session, ticket.id, "system", texts.MEMBER_SAYS_NEW, author=None, identity=None, at=turn.at)
    await cards.noted(turn.session, turn.desk, ticket.id, texts.MEMBER_SAYS_NEW, turn.at)
    await turn.hold(last_post=None, told=None)
    turn.source = found.message
    return found.text


async def check_photos(turn: Turn, ticket_id: int, photos: Sequence[int]) -> None:
    """No photo goes to a mentor before its sender said that there is no identity card or code in it."""
    waiting = [*turn.conversation.held.get("checking", []), *photos]
    await turn.hold(checking=waiting[:10], photos=None)
    seen = await attachments.are_photos(turn.session, waiting)
    await turn.say(
        texts.PHOTO_CHECK if seen else texts.FILE_CHECK,
        [
            Option(texts.PHOTO_SEND if seen else texts.FILE_SEND, f"photo:send:{ticket_id}"),
            Option(texts.PHOTO_DROP if seen else texts.FILE_DROP, f"photo:drop:{ticket_id}"),
        ],
    )


async def photos_checked(turn: Turn, verb: str, ticket_id: int | None) -> None:
    waiting: list[int] = turn.conversation.held.get("checking", [])
    ticket = await own(turn, ticket_id)
    if not waiting or ticket is None or ticket.state is State.CLOSED:
        await turn.say(texts.GONE, [Option(texts.MINE, "mine")])
        return
    await turn.hold(checking=None)
    seen = await attachments.are_photos(turn.session, waiting)
    if verb != "send":
        await attachments.drop(turn.session, waiting)
        await turn.say(texts.PHOTO_DROPPED if seen else texts.FILE_DROPPED)
        return
    told = texts.PHOTO_POST if seen else texts.FILE_POST
    mine = [
        found.id
        for id_ in waiting
        if (found := await attachments.get(turn.session, id_)) is not None and found.address == turn.where
    ]
    await tickets.post(
        turn.session,
        ticket.id,
        "member",
        told,
        author=turn.person.id,
        identity=turn.who,
        at=turn.at,
        attachments=mine,
    )
    await tickets.step(turn.session, ticket.id, "follow", actor=turn.person.id, at=turn.at)
    await cards.followed(turn.session, turn.desk, ticket.id, told, turn.at, mine)
    await turn.say(texts.PHOTO_SENT if seen else texts.FILE_SENT)


async def answered_in(turn: Turn, outgoing: int) -> int | None:
    """The member's open ticket in which a mentor said this; None for everything else that we sent."""
    ticket = await own(turn, await tickets.of_outgoing(turn.session, outgoing))
    return ticket.id if ticket is not None and ticket.state is not State.CLOSED else None


async def own(turn: Turn, ticket_id: int | None) -> Ticket | None:
    """The ticket, if it is this person's: an id in a button is a claim."""
    if ticket_id is None:
        return None
    ticket = await tickets.get(turn.session, ticket_id)
    return ticket if ticket is not None and ticket.person_id == turn.person.id else None
