"""How the helpdesk behaves in groups: silent unless spoken to, short, and nothing private in front of others.

Where an admin of the group switched it on and the platform lets it read along, it answers a question that was not put
to it, if it is sure, not at night, and not often.
"""

import re

from faq import answers
from faq.matching import Routine, Sure, Unknown, Unsure, Verdict
from faq.models import Question as Entry
from handlers import replies, texts
from handlers.asking import AMONG, note
from handlers.choices import Option, listed
from handlers.events import BotAdded, Said
from handlers.guard import fold
from handlers.replies import Reply
from handlers.turn import Desk, Turn
from storage import Address, Session, conversations, groups, outbox, questions
from storage.questions import Outcome

SHORT = 300  # characters of an answer; the rest is read in private
_QUESTION = re.compile(
    r"\?|\b(?:sao|nao|gi|dau|bao nhieu|bn|the nao|ntn|may gio|bao gio|ai|co duoc|dc ko|duoc khong|khong a|cach)\b"
)
_DANGER = ("emergency", "scam")


async def is_units(session: Session, desk: Desk, where: Address) -> bool:
    """True for a group in which a unit's mentors take tickets."""
    for unit in desk.units.values():
        if unit.group is not None and (await groups.now_at(session, unit.group)).chat == where.chat:
            return True
    return False


async def listens(session: Session, desk: Desk, said: Said) -> bool:
    """True if words that were not put to the helpdesk may be answered all the same."""
    group = await groups.look(session, said.where)
    if group is None or not (group.helpful and group.reads_all) or not _QUESTION.search(fold(said.text)):
        return False
    if group.spoke_at is not None and said.at - group.spoke_at < desk.settings.uninvited_every:
        return False
    begins, ends = desk.settings.night
    clock = said.at.astimezone(desk.settings.timezone).time()
    return not (clock >= begins or clock < ends)


async def added(session: Session, desk: Desk, event: BotAdded) -> None:
    """Says who it is, once; or that it may not stay, and leaves."""
    known = await groups.look(session, event.where)
    await groups.join(session, event.where, event.at, reads_all=event.reads_all)
    allowed = desk.settings.groups
    if not await is_units(session, desk, event.where):
        if allowed == "none" or (allowed != "all" and event.where.chat not in allowed):
            await _put(session, event, Reply(text=texts.GROUP_NOT_ALLOWED, leaves=True))
            return
        if known is None or not known.is_in:
            help_ = listed([Option(texts.IN_PRIVATE, "private:")], human="")
            await _put(session, event, Reply(text=texts.GROUP_WELCOME, choices=help_))


async def _put(session: Session, event: BotAdded, reply: Reply) -> None:
    await outbox.put(
        session, outbox.Outgoing(address=event.where, reply=replies.to_json(reply), kind="answer"), event.at
    )


async def said(turn: Turn, event: Said, verdict: Verdict) -> None:
    """Words in a group of members that were put to the helpdesk, or may be answered without."""
    if not event.addressed:
        if isinstance(verdict, Sure) and (entry := turn.catalog.question(verdict.matches[0].id)) is not None:
            await groups.spoke(turn.session, turn.where, turn.at)
            await _answer(turn, entry, await note(turn, event.text, verdict, Outcome.ANSWERED, entry.id))
        return
    if event.text.startswith("/") or not event.text.strip():
        await _command(turn, event)
        return
    match verdict:
        case Routine(id=id_, kind=kind):
            await note(turn, event.text, verdict, Outcome.ROUTINE)
            routine = turn.catalog.routine(id_)
            text = routine.answer.strip() if routine is not None else texts.GROUP_HELP
            await turn.say(text if kind in _DANGER else brief(text))
        case Sure(matches=(best, *_)) if (entry := turn.catalog.question(best.id)) is not None:
            await _answer(turn, entry, await note(turn, event.text, verdict, Outcome.ANSWERED, entry.id))
        case Sure() | Unsure():
            asked = await note(turn, event.text, verdict, Outcome.OFFERED)
            likely = [turn.catalog.question(match.id) for match in verdict.matches[:AMONG]]
            options = [Option(entry.question, f"pick:{asked}:{entry.id}") for entry in likely if entry is not None]
            text = f"{texts.NOT_SURE} {texts.DID_YOU_MEAN}"
            await turn.say(text, [*options, Option(texts.NONE, f"none:{asked}")], answers=asked)
        case Unknown():
            await _in_private(turn, await note(turn, event.text, verdict, Outcome.UNKNOWN))


async def press(turn: Turn, verb: str, question_id: int | None, entry_id: str) -> None:
    """A button under a short answer; what a group need not see goes on in private."""
    question = await questions.get(turn.session, question_id) if question_id is not None else None
    own = question is not None and question.person_id == turn.person.id
    entry = turn.catalog.question(entry_id)
    if verb == "pick" and own and question is not None and entry is not None:
        await questions.settle(turn.session, question.id, Outcome.ANSWERED, entry=entry.id)
        await _answer(turn, entry, question.id)
    elif verb in ("none", "human") and own and question is not None:
        await _in_private(turn, question.id)
    else:
        await turn.say(texts.GO_PRIVATE, [Option(texts.IN_PRIVATE, "private:")], remember=False)


async def _command(turn: Turn, event: Said) -> None:
    command = event.text.split(" ", 1)[0]
    if command == "/huuich":
        group = await groups.look(turn.session, turn.where)
        if not event.by_admin:
            await turn.say(texts.HELPFUL_ADMINS_ONLY)
        elif group is not None and group.helpful:
            await groups.be_helpful(turn.session, turn.where, helpful=False)
            await turn.say(texts.HELPFUL_OFF)
        else:
            if group is None:
                await groups.join(turn.session, turn.where, turn.at, reads_all=False)
            await groups.be_helpful(turn.session, turn.where, helpful=True)
            reads_all = group is not None and group.reads_all
            await turn.say(texts.HELPFUL_ON if reads_all else texts.HELPFUL_BLIND)
    elif command in ("/trogiup", "/help", "/start") or not command:
        await turn.say(texts.GROUP_HELP, [Option(texts.IN_PRIVATE, "private:")], remember=False)
    else:
        await turn.say(texts.GO_PRIVATE, [Option(texts.IN_PRIVATE, "private:")], remember=False)


async def _answer(turn: Turn, entry: Entry, question_id: int) -> None:
    """The short form, or where the same stands already; what helps in danger is said in full."""
    whole = [Option(texts.WHOLE_IN_PRIVATE, f"private:q:{entry.id}")]
    since = turn.at - turn.desk.settings.asked_lately
    earlier = await questions.answered_lately(turn.session, turn.where, entry.id, since, before=question_id)
    shown = await outbox.answer_to(turn.session, earlier.id) if earlier is not None else None
    if shown is not None and not entry.urgent:
        turn.source = shown.platform_id
        await turn.say(texts.answered_above(entry.question), whole, remember=False)
        return
    text = answers.render(entry, turn.catalog).strip()
    text = text if entry.urgent else brief(text)
    await turn.say(texts.answer(entry.question, text), whole, remember=False, answers=question_id)
    topic = turn.catalog.topic_of(entry.id)
    await conversations.change(turn.session, turn.conversation.id, topic=topic.topic if topic else "", topic_at=turn.at)


async def _in_private(turn: Turn, question_id: int) -> None:
    """What a person must answer is asked in private; the code says which question it was."""
    text = texts.ask_in_private(question_id)
    await turn.say(text, [Option(texts.IN_PRIVATE, f"private:code:{question_id}")], remember=False, answers=question_id)


def brief(text: str) -> str:
    """The beginning of an answer, up to whole lines."""
    kept: list[str] = []
    for line in text.split("\n"):
        if kept and len("\n".join([*kept, line])) > SHORT:
            break
        kept.append(line)
    return "\n".join(kept).rstrip().removesuffix(":").rstrip()
