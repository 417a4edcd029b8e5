"""What a member writes in private: a command, a number, a code, a place, words for a ticket, or a question."""

import re
import unicodedata
from collections.abc import Sequence

from faq.matching import Sure, Verdict
from handlers import asking, choices, enclosing, following, grouping, living, pressing, texts
from handlers.events import Said
from handlers.guard import MASKS, OTP, fold
from handlers.turn import Turn
from storage import tickets

_COMMANDS = {
    "menu": "topics", "chu de": "topics", "cac chu de": "topics", "/chude": "topics", "xem cac chu de": "topics",
    "bat dau": "start", "/start": "start", "start": "start",
    "tro giup": "help", "giup": "help", "huong dan": "help", "/trogiup": "help", "/help": "help", "help": "help",
    "cau hoi cua toi": "mine", "phieu cua toi": "mine", "phieu hoi cua toi": "mine", "/cauhoi": "mine",
    "xoa du lieu": "erase", "xoa du lieu cua toi": "erase", "/xoadulieu": "erase",
    "quyen rieng tu": "privacy", "rieng tu": "privacy", "/rieng": "privacy",
    "gap can bo": "human", "can bo": "human", "gap can bo ho tro": "human", "gap nguoi that": "human",
    "/mentor": "human",
    "cau hoi moi": "new", "hoi cau moi": "new", "hoi cau khac": "new", "day la cau hoi moi": "new",
    "huy": "cancel", "huy bo": "cancel", "/huy": "cancel", "thoi": "cancel", "bo qua": "cancel",
    "/phieu": "tickets", "/huuich": "helpful",
}  # fmt: skip
_CANCEL_TO_A_MENTOR = {"huỷ", "hủy", "huỷ bỏ", "hủy bỏ", "/huy"}
"""What cancels while a mentor is asking: "Huy" may then be the answer to "Anh tên gì?"."""
_SLASH = re.compile(r"(/[a-z]\w{0,31})(?:\s.*)?", re.DOTALL)
_TO_A_PERSON = re.compile(r"/mentor\s+(.+)", re.DOTALL | re.IGNORECASE)


def command(text: str, *, to_mentor: bool) -> str | None:
    """The choice that a whole message stands for; None if it is not just a command."""
    plain = unicodedata.normalize("NFC", text).strip().rstrip(".!").strip().lower()
    if to_mentor:
        return "cancel" if plain in _CANCEL_TO_A_MENTOR else _COMMANDS.get(plain) if plain.startswith("/") else None
    if (slash := _SLASH.fullmatch(plain)) is not None:
        return _COMMANDS.get(slash[1], "unheard")
    return _COMMANDS.get(" ".join(fold(plain).split()))


async def said(
    turn: Turn, said: Said, verdict: Verdict | None, files: Sequence[int], *, into: int | None = None
) -> None:
    """`verdict` is what was found of the words before, if they were looked at; `into` the ticket that is replied to."""
    if said.masked:
        await turn.say(texts.masked(said.masked))
    text = said.text.strip()
    if files and await enclosing.is_more(turn, said, files):
        return
    if into is not None and (text or files):
        await turn.hold(chosen=into)
        await following.post(turn, into, await _without_code(turn, text), files)
        return
    if not text and files:
        await enclosing.alone(turn, said, files)
        return
    if not text:
        if not said.media:  # what was too large has been spoken of
            await turn.say(texts.EMPTY)
        return
    if (wanted := _TO_A_PERSON.fullmatch(text)) is not None:
        await turn.change(ticket=None)
        await turn.hold(human=True)
        await asking.begin(turn, wanted[1], _match(turn, wanted[1]), photos=files)
        return
    open_tickets = await tickets.of_person(turn.session, turn.person.id, only_open=True, limit=20)
    to_mentor = _mentor_spoke_last(turn) and any(t.id == turn.conversation.ticket for t in open_tickets)
    if not files and (pressed := await _stands_for(turn, text, to_mentor=to_mentor)) is not None:
        await pressing.press(turn, pressed)
        return
    if not files and not to_mentor and (places := living.said(turn, text)):
        await (pressing.lives_in(turn, places[0].id) if len(places) == 1 else living.choose(turn, places))
        return
    if to_mentor:
        text = await _without_code(turn, text)
    await _goes(turn, text, verdict or _match(turn, text), files, open_tickets, to_mentor=to_mentor)


async def _goes(
    turn: Turn,
    text: str,
    verdict: Verdict,
    files: Sequence[int],
    open_tickets: Sequence[tickets.Ticket],
    *,
    to_mentor: bool,
) -> None:
    """Into a ticket, or to the helpdesk as a question."""
    where = following.destination(
        open_tickets,
        about=turn.conversation.ticket,
        chosen=turn.conversation.held.get("chosen"),
        mentor_spoke=to_mentor,
        sure=isinstance(verdict, Sure) and not files,
    )
    match where:
        case following.Into(ticket=ticket_id):
            await following.post(turn, ticket_id, text, files)
        case following.Which() if to_mentor and choices.number(text) is not None:
            await following.post(turn, turn.conversation.ticket or 0, text, files)
        case following.Which():
            await following.ask_which(turn, open_tickets, text, files)
        case following.Anew(beside=beside):
            await asking.begin(turn, text, verdict, beside=beside, photos=files)


async def _without_code(turn: Turn, text: str) -> str:
    """Words for a mentor, who may have asked for a one-time code: what may be one is masked, and the person told."""
    if not grouping.may_be_secret(text):
        return text
    await turn.say(texts.masked([OTP]))
    return MASKS[OTP]


async def _stands_for(turn: Turn, text: str, *, to_mentor: bool) -> str | None:
    """What a typed command, code, number or label stands for; None where it is words for somebody."""
    if (found := command(text, to_mentor=to_mentor)) is not None:
        return found
    if not to_mentor and (named := choices.named(turn.listed, text)) is not None:
        return named
    if (code := await grouping.code(turn, text, to_mentor=to_mentor)) is not None:
        return f"code:{code}"
    return "human" if not to_mentor and choices.number(text) == choices.HUMAN else None


def _match(turn: Turn, text: str) -> Verdict:
    return turn.desk.knowledge().matcher.match(text[: asking.LONGEST])


def _mentor_spoke_last(turn: Turn) -> bool:
    spoke, listed = turn.conversation.mentor_at, turn.conversation.choices_at
    return spoke is not None and (listed is None or spoke > listed)
