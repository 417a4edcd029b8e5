"""A message was edited: the answer to it is edited too, or the mentor who reads it is told."""

from handlers import cards
from handlers.turn import Turn
from storage import outbox, questions, tickets
from storage.questions import Outcome
from storage.tickets import State


async def in_ticket(turn: Turn, message: str, text: str) -> bool:
    """True if the message was said in a ticket of this person's that is open: it reads the new words from now on."""
    post = await tickets.said_by(turn.session, turn.where, message)
    asked = await questions.asked_by(turn.session, turn.where, message)
    if post is None and asked is not None and asked.ticket is not None:
        # Asked in a group, and sent to a mentor from the private chat, where messages have other ids.
        said = await tickets.posts(turn.session, asked.ticket)
        post = next((each for each in said if each.kind == "member" and each.text == asked.text), None)
    if post is not None and asked is not None and asked.at > post.at:
        return False  # it was taken out again, to be a question of its own
    ticket = await tickets.get(turn.session, post.ticket_id) if post is not None else None
    if post is None or ticket is None or ticket.person_id != turn.person.id or ticket.state is State.CLOSED:
        return False
    if post.text == text:
        return True
    await tickets.revise(turn.session, post.id, text, turn.at)
    if asked is not None:
        await questions.reword(turn.session, asked.id, text)
    await tickets.step(turn.session, ticket.id, "follow", actor=turn.person.id, at=turn.at)
    await cards.edited(turn.session, turn.desk, ticket.id, text, turn.at)
    return True


async def asked_anew(turn: Turn, message: str, text: str) -> bool:
    """Makes the next reply take the place of the answer that the message had; False if it had none or is the same."""
    question = await questions.asked_by(turn.session, turn.where, message)
    if question is None or question.person_id != turn.person.id or question.text == text:
        return False
    if question.outcome is Outcome.TICKET:
        return True  # its ticket is closed; what was said of that stays, and this is something new
    await outbox.withdraw(turn.session, question.id, turn.at)
    shown = await outbox.answer_to(turn.session, question.id)
    await questions.settle(turn.session, question.id, Outcome.CANCELLED)
    turn.edits = shown.id if shown is not None else None
    return True
