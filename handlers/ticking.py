"""What time brings about: tickets that close themselves, and forgetting what need not be kept."""

from datetime import datetime, timedelta

from handlers import cards, replies, texts
from handlers.choices import Option, listed
from handlers.replies import Reply
from handlers.turn import Desk
from storage import Session, attachments, inbox, outbox, questions, tickets, weblines
from storage.tickets import State

KEYS_KEPT = timedelta(days=7)  # longer than any platform delivers the same thing again
SENT_KEPT = timedelta(days=30)
PHOTOS_WAIT = timedelta(days=1)
"""A photo that went into no ticket within this time is dropped."""


async def tick(session: Session, desk: Desk, at: datetime) -> None:
    await _close_silent(session, desk, at)
    for late in await outbox.expire(session, at):
        if late.post is not None:
            ticket_id = await tickets.of_outgoing(session, late.id)
            if ticket_id is not None:
                await tickets.post(session, ticket_id, "system", texts.NOT_DELIVERED, author=None, identity=None, at=at)
                await cards.noted(session, desk, ticket_id, texts.NOT_DELIVERED, at)
    await inbox.forget(session, at - KEYS_KEPT)
    await outbox.forget(session, at - SENT_KEPT, at - max(SENT_KEPT, desk.settings.retention))
    await questions.erase_older(session, at - desk.settings.retention)
    await tickets.erase_older(session, at - desk.settings.retention)
    await weblines.forget(session, at - desk.settings.retention)
    unused = await attachments.unused(session, at - PHOTOS_WAIT)
    await attachments.drop(session, [found.id for found in unused])


async def _close_silent(session: Session, desk: Desk, at: datetime) -> None:
    after = desk.settings.close_after
    for ticket in await tickets.stale(session, State.ANSWERED, at - after):
        if not await tickets.step(session, ticket.id, "close", actor=None, at=at, reason="silent"):
            continue
        await cards.refresh(session, desk, ticket.id, at)
        options = listed([Option(texts.REOPEN, f"reopen:{ticket.id}")], human="")
        reply = Reply(text=texts.closed_by_time(ticket.id, after.days), choices=options)
        await outbox.put(
            session,
            outbox.Outgoing(address=ticket.address, reply=replies.to_json(reply), kind="proactive"),
            at,
        )
