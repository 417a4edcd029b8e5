"""What mentors and admins do in their chats: become one by a link, take tickets, and answer by replying."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from faq import answers
from handlers import browsing, cards, choices, mentoring, replies, texts
from handlers.choices import PAGE, Option
from handlers.events import Said
from handlers.mentoring import Done, HeldBy, Mentor, Nothing, NotNow, NotYours, Outcome
from handlers.replies import Reply
from handlers.turn import Turn
from storage import invitations, outbox, people, questions, tickets
from storage.tickets import Ticket

VERBS = frozenset({"take", "lay", "pass", "give", "ready", "send", "end", "again", "waiting", "card"})
"""Of buttons that only staff are shown."""
BEST = 5
_SEARCH = "?"
_ALBUM_COMES = timedelta(seconds=1)  # its photos come as messages of their own, and go on as one


async def join(turn: Turn, secret: str) -> None:
    """An invitation makes whoever opened it a mentor or an admin, once."""
    invitation = await invitations.look(turn.session, secret, turn.at)
    if turn.group or invitation is None:
        await turn.say(texts.INVITATION_SPENT)
        return
    works_here = bool(await people.roles(turn.session, turn.person.id))
    known = turn.person if works_here else None
    invited = await invitations.spend(turn.session, secret, turn.at, known=known)
    if invited is None:
        await turn.say(texts.INVITATION_SPENT)
        return
    if invited.id != turn.person.id:
        await people.link(turn.session, turn.who, invited.id, turn.at)
        turn.person = await people.meet(turn.session, turn.who, turn.at)
    unit = turn.desk.unit_name(invitation.unit) if invitation.unit else ""
    await turn.say(texts.welcome_staff(invitation.role, turn.person.name or invitation.name, unit))
    if invitation.role == "mentor":
        for ticket_id in await _list(turn, await _mentor(turn)):  # cards that came before one joined
            await cards.refresh(turn.session, turn.desk, ticket_id, turn.at)


async def replied(turn: Turn, said: Said, ticket_id: int, files: Sequence[int], *, answerable: bool) -> None:
    """Words that reply to a card, or to a member's words, go to the member; nothing else that a mentor says does.

    What replies to the helpdesk's own lines about a ticket is not `answerable`: it can only search the FAQ.
    """
    if turn.in_groups_name:
        await _say(turn, None, texts.WRITE_UNDER_OWN_NAME)
        return
    mentor = await _mentor(turn)
    text = said.text.strip()
    if text.startswith(_SEARCH):
        await _search(turn, mentor, ticket_id, text.removeprefix(_SEARCH).strip())
        return
    if not answerable:
        await _say(turn, None, texts.REPLY_TO_CARD)
        return
    if said.media and not files and not text:
        return  # that it was too large was said
    album = turn.conversation.held.get("answered_with")
    if said.album and files and not text and album is not None and album[:2] == [said.album, ticket_id]:
        await mentoring.add_files(turn.session, ticket_id, album[2], files, turn.at)
        return
    key = f"{turn.where.lane}:{said.message}"
    outcome = await mentoring.answer(
        turn.session,
        turn.desk,
        mentor,
        ticket_id,
        text,
        key,
        turn.at,
        files,
        message=_named(turn, said.message),
        not_before=turn.at + _ALBUM_COMES if said.album else None,
    )
    if isinstance(outcome, Done) and said.album:
        post = (await tickets.posts(turn.session, ticket_id))[-1]
        await turn.hold(answered_with=[said.album, ticket_id, post.id])
    await _told(turn, ticket_id, Done(said.masked) if isinstance(outcome, Done) and said.masked else outcome)


async def corrected(turn: Turn, message: str, text: str, masked: Sequence[str]) -> bool:
    """True if the message that was edited is an answer of this mentor's."""
    mentor = await _mentor(turn)
    if not mentor.units:
        return False
    outcome = await mentoring.correct(turn.session, turn.desk, mentor, _named(turn, message), text, turn.at)
    if isinstance(outcome, Done) and masked:
        await _say(turn, None, texts.masked_for_staff(masked))
    return outcome is not None


def _named(turn: Turn, message: str) -> str:
    """A message of a mentor's, who may write in several chats."""
    return f"{turn.where.chat}:{message}" if message else ""


def is_command(text: str) -> bool:
    """True for what is put to the helpdesk, even where it replies to a card."""
    return text.startswith("/")


async def elsewhere(turn: Turn, text: str = "") -> None:
    """Words to the helpdesk in a unit's group that reply to no card."""
    if text.split(" ")[0] == "/phieu":
        await press(turn, "waiting", ())
    else:
        await _say(turn, None, texts.REPLY_TO_CARD)


async def press(turn: Turn, verb: str, arguments: Sequence[str]) -> None:
    """A button of a card; what it carries is a claim, and so is who pressed it."""
    if turn.in_groups_name:
        await _say(turn, None, texts.WRITE_UNDER_OWN_NAME)
        return
    mentor = await _mentor(turn)
    if not mentor.units:
        await _say(turn, None, texts.NOT_STAFF)
        return
    if verb == "waiting":
        await _list(turn, mentor, choices.integer(arguments) or 0)
        return
    ticket_id = choices.integer(arguments)
    if ticket_id is None:
        await browsing.menu(turn, texts.GONE)
        return
    session, desk, at = turn.session, turn.desk, turn.at
    match verb, list(arguments[1:]):
        case "card", _:
            await _card(turn, mentor, ticket_id)
        case "take", _:
            await _told(turn, ticket_id, await mentoring.take(session, desk, mentor, ticket_id, at))
        case "lay", _:
            await _told(turn, ticket_id, await mentoring.release(session, desk, mentor, ticket_id, at))
        case "end", _:
            await _told(turn, ticket_id, await mentoring.close(session, desk, mentor, ticket_id, at))
        case "again", _:
            await _told(turn, ticket_id, await mentoring.reopen(session, desk, mentor, ticket_id, at))
        case "pass", _:
            await _units(turn, mentor, ticket_id)
        case "give", [unit, *_]:
            await _told(turn, ticket_id, await mentoring.pass_on(session, desk, mentor, ticket_id, unit, at))
        case "ready", _:
            await _ready(turn, mentor, ticket_id)
        case "send", [entry_id, *_]:
            await _send(turn, mentor, ticket_id, entry_id)
        case _:
            await _say(turn, ticket_id, texts.GONE)


async def _mentor(turn: Turn) -> Mentor:
    """Who it is as a mentor, with the units they are one of at this moment; none for anybody else."""
    roles = await people.roles(turn.session, turn.person.id)
    return Mentor(turn.person.id, turn.person.name, frozenset(role.unit for role in roles if role.role == "mentor"))


async def _list(turn: Turn, mentor: Mentor, page: int = 0) -> list[int]:
    """The mentor's tickets and those that wait, each a button that shows its card anew; returns those of the page.

    A group sees those of its own unit.
    """
    if turn.group:
        here = await cards.units_here(turn.session, turn.desk, turn.where)
        mentor = replace(mentor, units=mentor.units.intersection(here))
    found = await mentoring.at_hand(turn.session, mentor)
    if not found:
        await _say(turn, None, texts.NOTHING_WAITS)
        return []
    page = min(page, (len(found) - 1) // PAGE)  # some may be done since the button was shown
    shown = found[page * PAGE : (page + 1) * PAGE]
    options = [Option(await _label(turn, ticket), f"card:{ticket.id}") for ticket in shown]
    if len(found) > (page + 1) * PAGE:
        options.append(Option(texts.MORE, f"waiting:{page + 1}"))
    held = sum(ticket.mentor_id is not None for ticket in found)
    await _say(turn, None, texts.at_hand(held, len(found) - held), options)
    return [ticket.id for ticket in shown]


async def _label(turn: Turn, ticket: Ticket) -> str:
    """On a button; without the member's words, which would outlive their being erased there."""
    about = await cards.topic(turn.session, turn.desk, ticket) or turn.desk.unit_name(ticket.unit)
    return texts.staff_label(ticket.id, ticket.state, about)


async def _card(turn: Turn, mentor: Mentor, ticket_id: int) -> None:
    ticket = await tickets.get(turn.session, ticket_id)
    if ticket is None or ticket.unit not in mentor.units:
        await _say(turn, ticket_id, texts.NOT_YOUR_TICKET)
    elif not await cards.show(turn.session, turn.desk, ticket_id, turn.where, turn.at):
        await _say(turn, ticket_id, texts.CARD_ELSEWHERE)


async def _units(turn: Turn, mentor: Mentor, ticket_id: int) -> None:
    ticket = await tickets.get(turn.session, ticket_id)
    if ticket is None or ticket.unit not in mentor.units:
        await _say(turn, ticket_id, texts.NOT_YOUR_TICKET)
        return
    options = [
        Option(unit.name, f"give:{ticket_id}:{unit.id}") for unit in turn.desk.units.values() if unit.id != ticket.unit
    ]
    await _say(turn, ticket_id, texts.pass_where(ticket_id), options)


async def _ready(turn: Turn, mentor: Mentor, ticket_id: int) -> None:
    """Entries of the FAQ that may be the answer: those that were likely, and how to look for others."""
    ticket = await tickets.get(turn.session, ticket_id)
    if ticket is None or ticket.unit not in mentor.units:
        await _say(turn, ticket_id, texts.NOT_YOUR_TICKET)
        return
    question = await questions.get(turn.session, ticket.question_id) if ticket.question_id is not None else None
    await _entries(turn, ticket_id, question.offered if question is not None else ())


async def _search(turn: Turn, mentor: Mentor, ticket_id: int, text: str) -> None:
    ticket = await tickets.get(turn.session, ticket_id)
    if ticket is None or ticket.unit not in mentor.units:
        await _say(turn, ticket_id, texts.NOT_YOUR_TICKET)
        return
    found = turn.desk.knowledge().matcher.match(text).matches if text else ()
    await _entries(turn, ticket_id, [match.id for match in found])


async def _entries(turn: Turn, ticket_id: int, ids: Sequence[str]) -> None:
    entries = [entry for id_ in ids[:BEST] if (entry := turn.catalog.question(id_)) is not None]
    options = [Option(entry.question, f"send:{ticket_id}:{entry.id}") for entry in entries]
    await _say(turn, ticket_id, texts.READY_ANSWERS if options else texts.NO_READY_ANSWER, options)


async def _send(turn: Turn, mentor: Mentor, ticket_id: int, entry_id: str) -> None:
    """An entry of the FAQ goes to the member as the mentor's answer."""
    entry = turn.catalog.question(entry_id)
    if entry is None:
        await _say(turn, ticket_id, texts.GONE_ENTRY)
        return
    ticket = await tickets.get(turn.session, ticket_id)
    member = await people.find(turn.session, ticket.person_id) if ticket is not None else None
    commune = member.commune if member is not None else ""
    shown = texts.answer(entry.question, answers.render(entry, turn.catalog, commune).strip())
    key = f"send:{ticket_id}:{entry_id}:{turn.where.lane}:{turn.under}"
    outcome = await mentoring.answer(turn.session, turn.desk, mentor, ticket_id, "", key, turn.at, shown=shown)
    await _told(turn, ticket_id, outcome)


async def _told(turn: Turn, ticket_id: int, outcome: Outcome) -> None:
    """What a mentor must know of how it went; where all went well the card says it."""
    match outcome:
        case Done(masked=masked) if masked:
            await _say(turn, ticket_id, texts.masked_for_staff(masked))
        case Done():
            pass
        case HeldBy(name=name):
            await _say(turn, ticket_id, texts.held_by(ticket_id, name))
        case NotYours():
            ticket = await tickets.get(turn.session, ticket_id)
            is_own = ticket is not None and ticket.person_id == turn.person.id
            await _say(turn, ticket_id, texts.OWN_TICKET if is_own else texts.NOT_YOUR_TICKET)
        case NotNow(state=state):
            await _say(turn, ticket_id, texts.not_now(ticket_id, state))
        case Nothing():
            await _say(turn, ticket_id, texts.NOTHING_TO_SEND)


async def _say(turn: Turn, ticket_id: int | None, text: str, options: Sequence[Option] = ()) -> None:
    reply = Reply(text=text, choices=choices.unnumbered(options))
    await outbox.put(
        turn.session,
        outbox.Outgoing(
            address=turn.where,
            reply=replies.to_json(reply),
            kind="aside",
            reply_to=turn.source,
            audience=turn.who.user if turn.group else "",
            ticket=ticket_id,
        ),
        turn.at,
    )
