"""What a button does, and the number, label or command that stands for it."""

from handlers import asking, browsing, choices, following, grouping, living, owning, staffing, texts
from handlers.turn import Turn
from storage import people

BY_LINK = frozenset({"topic", "topics", "q", "code", "place", "human"})
"""Verbs that a link to the chat may carry: anybody can write one, and whoever follows it has not read it."""


async def follow(turn: Turn, value: str) -> None:
    """What a link to the chat is for; the welcome too where it is for nothing, or who followed it was never here."""
    verb, _ = choices.parse(value)
    if verb not in BY_LINK or turn.conversation.choices_at is None:
        await browsing.welcome(turn)
    if verb in BY_LINK:
        await press(turn, value)


async def press(turn: Turn, value: str) -> None:
    """What a button, a number or a command does; a value that nobody knows gets a polite line and the menu."""
    verb, arguments = choices.parse(value)
    first = choices.integer(arguments)
    if verb in staffing.VERBS:
        await staffing.press(turn, verb, arguments)
        return
    if turn.group:
        await grouping.press(turn, verb, first, arguments[1] if len(arguments) > 1 else "")
        return
    match verb, arguments:
        case "start", _:
            await browsing.welcome(turn)
        case "help", _:
            await browsing.show_help(turn)
        case "topics", _:
            await browsing.topics(turn, first or 0)
        case "topic", (topic_id, *_):
            await browsing.topic(turn, topic_id, choices.integer(arguments, 1) or 0)
        case "q", (entry_id,):
            await asking.show(turn, entry_id)
        case "code", _:
            await grouping.goes_on(turn, first)
        case "commune", (entry_id,):
            await living.ask(turn, entry_id)
        case "place", (place_id,):
            await lives_in(turn, place_id)
        case "pick", (_, entry_id):
            await asking.pick(turn, first, entry_id)
        case "good", _:
            await asking.good(turn, first)
        case "bad", _:
            await asking.bad(turn, first)
        case "none", _:
            await asking.none(turn, first)
        case "human", _:
            await asking.human(turn, first)
        case "open", (_, unit):
            await owning.open_(turn, first, unit)
        case "mine", _:
            await owning.mine(turn, first or 0)
        case "ticket", _:
            await owning.ticket(turn, first)
        case "say", _:
            await following.say(turn, first)
        case "add", _:
            await following.add(turn, first, choices.integer(arguments, 1))
        case "new", _:
            await _new_question(turn, first)
        case "photo", (answer, *_):
            await following.photos_checked(turn, answer, choices.integer(arguments, 1))
        case "close", _:
            await owning.close(turn, first)
        case "reopen", _:
            await owning.reopen(turn, first)
        case "privacy", _:
            await owning.privacy(turn)
        case "erase", _:
            await owning.erase(turn, *arguments[:1])
        case "cancel", _:
            await owning.cancel(turn)
        case "tickets", _:
            await (staffing.press(turn, "waiting", ()) if await _is_mentor(turn) else owning.mine(turn))
        case "helpful", _:
            await browsing.menu(turn, texts.HELPFUL_IN_GROUPS)
        case "unheard", _:
            await browsing.menu(turn, texts.NO_SUCH_COMMAND)
        case _:
            await browsing.menu(turn, texts.GONE)


async def _is_mentor(turn: Turn) -> bool:
    return any(role.role == "mentor" for role in await people.roles(turn.session, turn.person.id))


async def lives_in(turn: Turn, place_id: str) -> None:
    """Where the person lives is known now; the answer that waited for it is said again, for that place."""
    if (entry_id := await living.settle(turn, place_id)) is not None:
        await asking.show(turn, entry_id)


async def _new_question(turn: Turn, post_id: int | None) -> None:
    """The words that waited, or those that went into a ticket by mistake, are asked as a question of their own."""
    held = turn.conversation.held
    text, photos, turn.source = held.get("text"), held.get("photos", []), held.get("message", turn.source)
    if text is None:
        text = await following.taken_out(turn, post_id)
    await turn.change(ticket=None)
    await turn.hold(text=None, photos=None, photos_for=None, message=None, chosen=None)
    if not text:
        await turn.say(texts.NOTHING_TO_REASK)
        return
    await asking.begin(turn, text, turn.desk.knowledge().matcher.match(text[: asking.LONGEST]), photos=photos)
