"""How the helpdesk behaves in groups: silent unless spoken to, short, and nothing private in front of others.

Where an admin of the group switched it on and the platform lets it read along, it answers a question that was not put
to it, if it is sure, not at night, and not often. What only a person can answer goes on in private: there the code that
was told in the group stands for the question, for whoever asked it and for nobody else.
"""

import re
from datetime import datetime, timedelta

from faq import answers
from faq.matching import Routine, Sure, Unknown, Unsure, Verdict
from faq.models import Question as Entry
from handlers import asking, browsing, cards, choices, replies, texts
from handlers.choices import Option, listed
from handlers.events import BotAdded, Moved, Said
from handlers.guard import fold
from handlers.replies import Reply
from handlers.turn import Desk, Turn
from storage import Address, Session, conversations, groups, outbox, questions
from storage.questions import Outcome

SHORT = 300  # characters of an answer; the rest is read in private
_QUESTION = re.compile(
    r"\?|\b(?:sao|nao|gi|dau|bao nhieu|bn|the nao|ntn|may gio|bao gio|ai|co duoc|dc ko|duoc khong|khong a|cach)\b"
    r"|\b(?:khong|ko|chua)\W*$"
)
_DANGER = ("emergency", "scam")
_COMMANDS = {
    "/start": texts.GROUP_HELP, "/trogiup": texts.GROUP_HELP, "/help": texts.GROUP_HELP,
    "/rieng": texts.ASK_IN_PRIVATE,
    "/chude": texts.GO_PRIVATE, "/cauhoi": texts.GO_PRIVATE, "/mentor": texts.GO_PRIVATE, "/huy": texts.GO_PRIVATE,
    "/phieu": texts.GO_PRIVATE, "/xoadulieu": texts.GO_PRIVATE,
}  # fmt: skip
"""Those of the helpdesk, with what is said to them where others read along; all others are another's in the group."""
_GREETED = timedelta(minutes=1)  # a link that adds the helpdesk to a group calls it there too
_MOVES = timedelta(seconds=30)  # a group that gets another id is told of as two things, in any order
_CODE = re.compile(r"(ma\s*(?:so\s*)?:?\s*)?#?(\d{1,12})(?:\s+(?:a|nhe|em|nha))?[.!]?")


async def is_units(session: Session, desk: Desk, where: Address) -> bool:
    """True for a group in which a unit's mentors take tickets."""
    return bool(await cards.units_here(session, desk, where))


async def _may_stay(session: Session, desk: Desk, where: Address) -> bool:
    """True if the setting allows the group, by the id that it has now or had before."""
    allowed = desk.settings.groups
    if allowed == "all" or (allowed != "none" and where.chat in allowed):
        return True
    for chat in () if allowed == "none" else allowed:
        if (await groups.now_at(session, Address(where.channel, chat))).lane == where.lane:
            return True
    return await is_units(session, desk, where)


# --- what was not put to the helpdesk ---


async def listens(session: Session, desk: Desk, said: Said) -> bool:
    """True if words that were not put to the helpdesk may be answered all the same."""
    if said.reply_to or "@" in said.text or not _QUESTION.search(fold(said.text)):
        return False  # put to somebody else, or no question
    if _is_night(desk, said):
        return False
    group = await groups.look(session, said.where)
    if group is None or not (group.helpful and group.reads_all):
        return False
    rests = group.spoke_at is not None and said.at - group.spoke_at < desk.settings.uninvited_every
    return not rests and await _may_stay(session, desk, said.where)


def _is_night(desk: Desk, said: Said) -> bool:
    begins, ends = desk.settings.night
    clock = said.at.astimezone(desk.settings.timezone).time()
    return begins <= clock < ends if begins <= ends else clock >= begins or clock < ends


async def may_speak(session: Session, desk: Desk, said: Said) -> bool:
    """True once in each while: it is remembered that the helpdesk speaks uninvited now."""
    return await groups.speak(session, said.where, said.at, every=desk.settings.uninvited_every)


async def uninvited(turn: Turn, event: Said, verdict: Sure) -> None:
    """The answer to a question that was put to nobody."""
    entry = turn.catalog.question(verdict.matches[0].id)
    if entry is not None:
        await _answer(turn, entry, await asking.note(turn, event.text, verdict, Outcome.ANSWERED, entry.id))


# --- coming and going ---


async def added(session: Session, desk: Desk, event: BotAdded) -> None:
    """Says who it is, once; or that it may not stay, and leaves."""
    known = await groups.look(session, event.where)
    await groups.join(session, event.where, event.at, reads_all=event.reads_all)
    not_before = event.at + _MOVES if _some_are_named(desk) else None
    if not await _may_stay(session, desk, event.where):
        await _put(session, event, _FAREWELL, not_before)
    elif (known is None or not known.is_in) and not await is_units(session, desk, event.where):
        welcome = Reply(text=texts.GROUP_WELCOME, choices=listed([_IN_PRIVATE], human=""))
        await _put(session, event, welcome, not_before)


def _some_are_named(desk: Desk) -> bool:
    """True if a group that seems new may be one that the settings name, whose other id we are told of in a moment."""
    return isinstance(desk.settings.groups, frozenset) or any(unit.group for unit in desk.units.values())


async def _put(session: Session, event: BotAdded | Said, reply: Reply, not_before: datetime | None = None) -> None:
    """Says it instead of whatever was planned to be said there."""
    await outbox.recall(session, event.where, event.at)
    outgoing = outbox.Outgoing(address=event.where, reply=replies.to_json(reply), kind="answer", not_before=not_before)
    await outbox.put(session, outgoing, event.at)


async def moved(session: Session, desk: Desk, event: Moved) -> None:
    """The group has another id; what was asked and set up there follows it, and a unit's cards are shown there anew."""
    await conversations.move(session, event.where, event.to)
    await groups.move(session, event.where, event.to, event.at)
    if await _may_stay(session, desk, event.to):
        await outbox.recall(session, event.to, event.at)
    for ticket_id in await outbox.tickets_shown(session, event.where):
        await cards.refresh(session, desk, ticket_id, event.at)


async def called(turn: Turn) -> None:
    """Somebody called the helpdesk by its link; the one who just added it by a link has been greeted already."""
    group = await groups.look(turn.session, turn.where)
    greeted = group is not None and group.is_in and turn.at - group.added_at < _GREETED
    if not greeted and not await is_units(turn.session, turn.desk, turn.where):
        await turn.say(texts.GROUP_HELP, [_IN_PRIVATE], remember=False)


# --- what was put to the helpdesk ---


async def said(turn: Turn, event: Said, verdict: Verdict) -> None:
    """Words in a group of members that were put to the helpdesk."""
    if not await _may_stay(turn.session, turn.desk, turn.where):
        group = await groups.look(turn.session, turn.where)
        is_new = group is not None and group.is_in and turn.at - group.added_at < _MOVES
        if not (is_new and _some_are_named(turn.desk)):  # else the farewell is planned, and may be recalled
            await _put(turn.session, event, _FAREWELL)
        return
    text = event.text.strip()
    if text.startswith("/"):
        await _command(turn, event)
    elif not text:
        await turn.say(texts.NO_FILES_IN_GROUPS if event.media else texts.GROUP_HELP, [_IN_PRIVATE], remember=False)
    elif (value := choices.named(turn.listed, text)) is not None:
        verb, arguments = choices.parse(value)
        await press(turn, verb, choices.integer(arguments), *arguments[1:2])
    elif choices.number(text) is not None:
        await turn.say(texts.GROUP_HELP, [_IN_PRIVATE], remember=False)
    elif re.search(r"\w", text) and not await asking.is_limited(turn, text):
        await asking.danger_first(turn, verdict)
        await _reply(turn, text, verdict)
    if event.masked:
        await turn.say(texts.seen_in_group(event.masked), remember=False)


async def _reply(turn: Turn, text: str, verdict: Verdict) -> None:
    match verdict:
        case Routine(id=id_, kind=kind):
            asked = await asking.note(turn, text, verdict, Outcome.ROUTINE)
            routine = turn.catalog.routine(id_)
            answer = routine.answer.strip() if routine is not None else texts.GROUP_HELP
            await turn.say(answer if kind in _DANGER else brief(answer), answers=asked)
        case Sure(matches=(best, *_)) if (entry := turn.catalog.question(best.id)) is not None:
            await _answer(turn, entry, await asking.note(turn, text, verdict, Outcome.ANSWERED, entry.id))
        case Sure() | Unsure():
            asked = await asking.note(turn, text, verdict, Outcome.OFFERED)
            likely = [turn.catalog.question(match.id) for match in verdict.matches[: asking.AMONG]]
            options = [Option(entry.question, f"pick:{asked}:{entry.id}") for entry in likely if entry is not None]
            ask = f"{texts.NOT_SURE} {texts.DID_YOU_MEAN}"
            await turn.say(ask, [*options, Option(texts.NONE, f"none:{asked}")], answers=asked)
        case Unknown():
            await _in_private(turn, await asking.note(turn, text, verdict, Outcome.UNKNOWN))


async def press(turn: Turn, verb: str, question_id: int | None, entry_id: str = "") -> None:
    """A button under a short answer; what a group need not see goes on in private."""
    if verb not in ("pick", "none"):
        await turn.say(texts.GO_PRIVATE, [_IN_PRIVATE], remember=False)
        return
    question = await questions.get(turn.session, question_id) if question_id is not None else None
    if question is None or not question.text:
        await turn.say(texts.GONE_BUTTON, remember=False)
        return
    if question.person_id != turn.person.id:
        await turn.say(texts.NOT_YOUR_BUTTON, remember=False)
        return
    turn.source = question.message
    entry = turn.catalog.question(entry_id)
    if verb == "none":
        if question.outcome is Outcome.OFFERED:  # else it was pressed before
            await questions.settle(turn.session, question.id, Outcome.UNKNOWN)
            await _in_private(turn, question.id)
    elif entry is None:
        await turn.say(texts.GONE_BUTTON, remember=False)
    elif question.entry != entry.id:  # else it was pressed before, and the answer stands there
        await questions.settle(turn.session, question.id, Outcome.ANSWERED, entry=entry.id)
        await _answer(turn, entry, question.id)


async def _command(turn: Turn, event: Said) -> None:
    command = event.text.split()[0].lower()
    if command == "/huuich":
        await _switch(turn, by_admin=event.by_admin)
    elif command in _COMMANDS:
        await turn.say(_COMMANDS[command], [_IN_PRIVATE], remember=False)


async def _switch(turn: Turn, *, by_admin: bool) -> None:
    """An admin of the group wants it to speak uninvited, or no longer."""
    if not by_admin:
        await turn.say(texts.HELPFUL_ADMINS_ONLY)
        return
    group = await groups.look(turn.session, turn.where)
    if group is not None and group.helpful:
        await groups.be_helpful(turn.session, turn.where, helpful=False)
        await turn.say(texts.HELPFUL_OFF)
        return
    if group is None:
        await groups.join(turn.session, turn.where, turn.at, reads_all=False)
    await groups.be_helpful(turn.session, turn.where, helpful=True)
    await turn.say(texts.HELPFUL_ON if group is not None and group.reads_all else texts.HELPFUL_BLIND)


async def _answer(turn: Turn, entry: Entry, question_id: int) -> None:
    """The short form, or where the same stands already; what helps in danger is said in full."""
    since = turn.at - turn.desk.settings.asked_lately
    shown = await outbox.told_lately(turn.session, turn.where, entry.id, since, besides=question_id)
    private = f"private:q:{entry.id}"
    if shown is not None and shown.id != turn.edits and not entry.urgent:
        turn.source = shown.platform_id
        text, label = texts.answered_above(entry.question), texts.WHOLE_IN_PRIVATE
    else:
        whole = answers.render(entry, turn.catalog).strip()
        told = whole if entry.urgent else brief(whole)
        text, label = texts.answer(entry.question, told), texts.WHOLE_IN_PRIVATE if told != whole else texts.IN_PRIVATE
        if answers.expired(entry, turn.at.astimezone(turn.desk.settings.timezone).date()):
            text = f"{text}\n\n{texts.OUTDATED}"
    about = turn.catalog.topic_id_of(entry.id)
    await turn.say(text, [Option(label, private)], remember=False, answers=question_id, topic=about)


def brief(text: str) -> str:
    """The beginning of an answer, in whole paragraphs and lists: half a list of steps would pass for all of them."""
    kept: list[str] = []
    for paragraph in text.split("\n\n"):
        if kept and len("\n\n".join([*kept, paragraph])) > SHORT:
            break
        kept.append(paragraph)
    while len(kept) > 1 and kept[-1].rstrip("*").endswith(":"):  # announces what is left out
        kept.pop()
    return "\n\n".join(kept)


# --- what goes on in private ---

_IN_PRIVATE = Option(texts.IN_PRIVATE, "private:")
_FAREWELL = Reply(text=texts.GROUP_NOT_ALLOWED, leaves=True)


async def _in_private(turn: Turn, question_id: int) -> None:
    """What a person must answer is asked in private; the code says which question it was."""
    if turn.in_groups_name:  # no code of theirs would be known in private
        await turn.say(texts.ASK_UNDER_OWN_NAME, [_IN_PRIVATE], remember=False, answers=question_id)
        return
    text = texts.ask_in_private(question_id)
    await turn.say(text, [Option(texts.IN_PRIVATE, f"private:code:{question_id}")], remember=False, answers=question_id)


async def code(turn: Turn, text: str, *, to_mentor: bool) -> int | None:
    """The question that a typed code stands for; None if the whole text is no code, or may mean something else here.

    Without the word "mã" a number is a code only if it is one of this person's own of late, and no mentor is asking.
    """
    found = _CODE.fullmatch(fold(text).strip())
    if found is None:
        return None
    question = await questions.get(turn.session, int(found[2]))
    own = question is not None and question.person_id == turn.person.id and question.address != turn.where
    if found[1]:
        return int(found[2]) if own or not to_mentor else None
    late = question is not None and turn.at - question.at < turn.desk.settings.list_lives
    return int(found[2]) if own and late and not to_mentor else None


def may_be_secret(text: str) -> bool:
    """True if the whole text has the form of a code of ours, and of a one-time code as well."""
    found = _CODE.fullmatch(fold(text).strip())
    return found is not None and len(found[2]) == 6


async def goes_on(turn: Turn, question_id: int | None) -> None:
    """A question that was asked in a group, for the one who asked it."""
    question = await questions.get(turn.session, question_id) if question_id is not None else None
    if question is None or question.person_id != turn.person.id or not question.text:
        await turn.say(texts.CODE_NOT_YOURS, browsing.menu_options(), human="human")
        return
    await asking.offer(turn, question.id, texts.asked_elsewhere(texts.first_words(question.text, SHORT)))
