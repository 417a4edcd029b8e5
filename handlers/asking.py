"""A question and its answer: sure, unsure or unknown, and what the person thinks of it."""

import re
from collections.abc import Sequence

from faq import answers
from faq.matching import Routine, Sure, Unknown, Unsure, Verdict
from faq.models import Question as Entry
from faq.telling import Separation, separate
from handlers import browsing, choices, living, texts
from handlers.choices import Option
from handlers.turn import Turn
from storage import attachments, questions
from storage.questions import Outcome, Question

LONGEST = 4000  # characters; more than that is a document, not a question
AMONG = 3  # so many questions to choose from can be read at a glance
RELATED = 3
DANGER = 0.01  # so probable that somebody is in danger that it is worth a message too many
_NO_WORDS_OF_THEIR_OWN = "browsed"


async def begin(
    turn: Turn, text: str, verdict: Verdict, *, beside: Sequence[int] = (), photos: Sequence[int] = ()
) -> None:
    """A new question, if the person does not send them faster than anyone can read the answers."""
    if await is_limited(turn, text):
        return
    if choices.number(text) is not None and len(text) < 12:
        if turn.listed:
            await turn.offer(texts.NOT_IN_LIST, turn.listed)
        else:
            await browsing.menu(turn, texts.NO_LIST)
    elif not re.search(r"\w", text):
        await turn.say(texts.ONLY_SIGNS, browsing.menu_options(), human="human")
    elif turn.conversation.held.get("human"):
        await for_human(turn, text, verdict, photos)
    elif len(text) > LONGEST:
        await turn.say(texts.TOO_LONG)
        await for_human(turn, text, verdict, photos)
    else:
        await ask(turn, text, verdict, beside=beside, photos=photos)


async def is_limited(turn: Turn, text: str) -> bool:
    """True if somebody asks faster than anyone can read the answers; it is kept, and they are told once."""
    settings = turn.desk.settings
    since = turn.at - settings.burst_within
    if await questions.recent(turn.session, turn.conversation.identity_id, since) < settings.burst:
        return False
    await _keep(turn, text, "unread", Outcome.LIMITED)
    slowed = turn.conversation.slowed_at
    if slowed is None or turn.at - slowed > settings.burst_within:
        await turn.change(slowed_at=turn.at)
        await turn.say(texts.TOO_FAST)
    return True


async def ask(
    turn: Turn, text: str, verdict: Verdict, *, beside: Sequence[int] = (), photos: Sequence[int] = ()
) -> None:
    """Answers a new question; `beside` are tickets to which the words may be added instead."""
    await turn.change(ticket=None)
    await danger_first(turn, verdict)
    match verdict:
        case Routine():
            asked = await note(turn, text, verdict, Outcome.ROUTINE)
            await _routine(turn, verdict, asked, _add_to(beside, asked))
        case Sure(matches=(best, *_)) if (entry := turn.catalog.question(best.id)) is not None:
            asked = await note(turn, text, verdict, Outcome.ANSWERED, entry.id)
            await _answer(turn, entry, asked, also=verdict.also, extra=_add_to(beside, asked))
        case Sure() | Unsure():
            asked = await note(turn, text, verdict, Outcome.OFFERED)
            offered = [match.id for match in verdict.matches[:AMONG]]
            await _choose(turn, texts.NOT_SURE, texts.DID_YOU_MEAN, offered, asked, _add_to(beside, asked))
        case Unknown():
            asked = await note(turn, text, verdict, Outcome.UNKNOWN)
            await offer(turn, asked, texts.NOT_KNOWN, _add_to(beside, asked), verdict=verdict)
    await _keep_photos(turn, asked, photos)


async def danger_first(turn: Turn, verdict: Verdict) -> None:
    """Where somebody may be in danger or losing money, what helps at once comes before everything else."""
    for match in verdict.matches[:AMONG]:
        entry = turn.catalog.question(match.id)
        if entry is None or not entry.urgent or match.score < DANGER:
            continue
        if isinstance(verdict, Sure) and match is verdict.matches[0]:
            return  # it is the answer
        commune = "" if turn.group else turn.person.commune
        first = answers.render(entry, turn.catalog, commune).strip().split("\n\n")[0]
        steps = [Option(texts.ALL_STEPS, f"private:q:{entry.id}" if turn.group else f"q:{entry.id}")]
        edits, turn.edits = turn.edits, None  # an edited answer is still to come
        await turn.say(texts.urgent_first(entry.question, first), steps, remember=False)
        turn.edits = edits
        return


async def pick(turn: Turn, question_id: int | None, entry_id: str) -> None:
    """One of the questions offered was the right one."""
    question = await _own(turn, question_id)
    entry = turn.catalog.question(entry_id)
    if entry is None:
        await browsing.menu(turn, texts.GONE_ENTRY)
        return
    if question is None:
        await show(turn, entry_id)
        return
    await questions.settle(turn.session, question.id, Outcome.ANSWERED, entry=entry.id)
    await _answer(turn, entry, question.id)


async def show(turn: Turn, entry_id: str) -> None:
    """An entry found by browsing, or by a link."""
    entry = turn.catalog.question(entry_id)
    if entry is None:
        await browsing.menu(turn, texts.GONE_ENTRY)
        return
    about = turn.catalog.topic_id_of(entry.id)
    asked = await _keep(
        turn, entry.question, _NO_WORDS_OF_THEIR_OWN, Outcome.ANSWERED, entry.id, offered=[entry.id], topic=about
    )
    await _answer(turn, entry, asked)


async def good(turn: Turn, question_id: int | None) -> None:
    question = await _own(turn, question_id)
    if question is not None and question.ticket is None:
        await questions.settle(turn.session, question.id, Outcome.SOLVED)
    await browsing.menu(turn, texts.SOLVED)


async def bad(turn: Turn, question_id: int | None) -> None:
    """The answer was not the right one: the next best, or a person; never a dead end."""
    question = await _own(turn, question_id)
    if question is None:
        await browsing.menu(turn, texts.GONE)
        return
    left = [id_ for id_ in question.offered if id_ != question.entry and turn.catalog.question(id_)]
    if question.verdict == _NO_WORDS_OF_THEIR_OWN or not left or question.outcome == Outcome.REJECTED:
        await offer(turn, question.id, texts.REJECTED)
        return
    await questions.settle(turn.session, question.id, Outcome.REJECTED)
    await _choose(turn, texts.REJECTED, texts.OR_PERHAPS, left[:AMONG], question.id)


async def none(turn: Turn, question_id: int | None) -> None:
    """None of the questions offered was the right one."""
    question = await _own(turn, question_id)
    if question is None:
        await browsing.menu(turn, texts.GONE)
        return
    await offer(turn, question.id, texts.NOT_KNOWN)


async def human(turn: Turn, question_id: int | None) -> None:
    """A person is wanted: for this question, or for one that is yet to be written."""
    question = await _own(turn, question_id)
    if question is None:
        await turn.change(ticket=None)
        await turn.hold(human=True)
        await turn.say(texts.TELL_QUESTION, [Option(texts.CANCEL, "cancel")])
        return
    await offer(turn, question.id, "")


async def for_human(turn: Turn, text: str, verdict: Verdict, photos: Sequence[int] = ()) -> None:
    """The question that was announced by asking for a person first: offered to the mentors, not answered."""
    asked = await note(turn, text, verdict, Outcome.UNKNOWN)
    await turn.hold(human=None)
    await offer(turn, asked, "", verdict=verdict)
    await _keep_photos(turn, asked, photos)


async def offer(
    turn: Turn, question_id: int, opening: str, extra: Sequence[Option] = (), *, verdict: Verdict | None = None
) -> None:
    """Offers the mentors, with the unit it would go to, why, and the others a press away.

    `verdict` is what was found of the question, where that is known already.
    """
    question = await _own(turn, question_id)
    if question is None:
        await browsing.menu(turn, texts.GONE)
        return
    if question.ticket is not None:
        await turn.say(
            texts.already_open(question.ticket),
            [Option(texts.WRITE_MORE, f"say:{question.ticket}"), *browsing.menu_options()],
        )
        return
    if question.outcome in (Outcome.OFFERED, Outcome.ANSWERED, Outcome.SOLVED):
        await questions.settle(turn.session, question.id, Outcome.REJECTED)
    knowledge = turn.desk.knowledge()
    if verdict is None:
        verdict = knowledge.matcher.match(question.text, within=turn.conversation.topic or None)
    route = knowledge.matcher.unit_for(question.text, verdict)
    unit = route.unit if route.unit in turn.desk.units else next(iter(turn.desk.units))
    options = [Option(texts.send_to(turn.desk.unit_name(unit)), f"open:{question.id}:{unit}")]
    options += [
        Option(texts.send_to(other.name), f"open:{question.id}:{other.id}")
        for other in turn.desk.units.values()
        if other.id != unit
    ]
    options += [*extra, Option(texts.TOPICS, "topics"), Option(texts.CANCEL, "cancel")]
    text = f"{opening}\n\n{texts.offer(turn.desk.unit_name(unit), route.reason)}".strip()
    await turn.say(text, options[:8], answers=question.id)


async def _routine(turn: Turn, verdict: Routine, question_id: int, extra: Sequence[Option]) -> None:
    found = turn.catalog.routine(verdict.id)
    if found is None:
        await browsing.menu(turn)
        return
    options = [*extra, *browsing.menu_options()] if found.kind != "smalltalk" else browsing.start_options(turn)
    await turn.say(found.answer.strip(), options, more="topics", human="human", answers=question_id)


async def _answer(
    turn: Turn, entry: Entry, question_id: int, *, also: str | None = None, extra: Sequence[Option] = ()
) -> None:
    catalog = turn.catalog
    text = texts.answer(entry.question, answers.render(entry, catalog, turn.person.commune).strip())
    if answers.expired(entry, turn.at.astimezone(turn.desk.settings.timezone).date()):
        text = f"{text}\n\n{texts.OUTDATED}"
    options = [Option(texts.GOOD, f"good:{question_id}"), Option(texts.BAD, f"bad:{question_id}"), *extra]
    other = catalog.question(also) if also else None
    if other is not None:
        text = f"{text}\n\n{texts.also_asked(other.question)}"
        options.append(Option(other.question, f"q:{other.id}"))
    related = [found for id_ in entry.related if (found := catalog.question(id_)) and found is not other]
    options += [Option(found.question, f"q:{found.id}") for found in related[:RELATED]]
    if answers.differs_by_commune(entry, catalog):
        options.append(Option(texts.MY_COMMUNE, f"commune:{entry.id}"))
        text = await living.asked_once(turn, entry.id, text)
    about = catalog.topic_id_of(entry.id)
    await turn.say(text, options[:8], human=f"human:{question_id}", answers=question_id, topic=about)


async def _choose(
    turn: Turn, opening: str, ask: str, entry_ids: Sequence[str], question_id: int, extra: Sequence[Option] = ()
) -> None:
    """Offers entries to choose from; siblings by the one question that tells them apart, which is read faster."""
    entries = [entry for id_ in entry_ids if (entry := turn.catalog.question(id_)) is not None]
    labels = [entry.question for entry in entries]
    if (separation := _between(turn, entries)) is not None:
        ask = separation.ask
        labels[: len(separation.labels)] = separation.labels
    options = [Option(label, f"pick:{question_id}:{entry.id}") for label, entry in zip(labels, entries, strict=True)]
    options += [Option(texts.NONE, f"none:{question_id}"), *extra]
    await turn.say(f"{opening} {ask}", options[:8], human=f"human:{question_id}", answers=question_id)


def _between(turn: Turn, entries: Sequence[Entry]) -> Separation | None:
    """The question that tells the likeliest entries apart, if they are siblings: all of them, or the first two."""
    return separate(entries, turn.catalog.slots) or separate(entries[:2], turn.catalog.slots)


async def note(turn: Turn, text: str, verdict: Verdict, outcome: Outcome, entry: str = "") -> int:
    """Remembers that it was asked; returns the question's id."""
    offered = [match.id for match in verdict.matches]
    about = turn.desk.knowledge().matcher.topic_for(verdict)
    return await _keep(turn, text, type(verdict).__name__.lower(), outcome, entry, offered=offered, topic=about)


async def _keep(
    turn: Turn,
    text: str,
    verdict: str,
    outcome: Outcome,
    entry: str = "",
    *,
    offered: Sequence[str] = (),
    topic: str = "",
) -> int:
    return await questions.ask(
        turn.session,
        person_id=turn.person.id,
        identity_id=turn.conversation.identity_id,
        address=turn.where,
        text=text,
        at=turn.at,
        verdict=verdict,
        offered=offered,
        topic=topic,
        entry=entry,
        outcome=outcome,
        message=turn.source,
    )


def _add_to(tickets: Sequence[int], question_id: int) -> list[Option]:
    return [Option(texts.add_to(ticket), f"add:{ticket}:{question_id}") for ticket in tickets]


async def _keep_photos(turn: Turn, question_id: int, photos: Sequence[int]) -> None:
    """Photos sent with a question, or just before it, wait for its ticket; those of an earlier question don't."""
    held = turn.conversation.held
    waiting = [*(held.get("photos", []) if "photos_for" not in held else []), *photos]
    if waiting:
        await turn.hold(photos=waiting[:10], photos_for=question_id)
        await turn.say(texts.PHOTO_KEPT if await attachments.are_photos(turn.session, waiting) else texts.FILE_KEPT)
    elif "photos_for" in held:
        await turn.hold(photos=None, photos_for=None)


async def _own(turn: Turn, question_id: int | None) -> Question | None:
    """The question, if it is this person's: an id in a button is a claim."""
    if question_id is None:
        return None
    question = await questions.get(turn.session, question_id)
    return question if question is not None and question.person_id == turn.person.id else None
