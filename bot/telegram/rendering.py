"""Gives replies the form of Telegram's messages: parts that fit, in its HTML, with buttons below."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot import markup
from handlers.choices import parse
from handlers.replies import NO_NUMBER, Choice, Reply

LONGEST = 4096 - 16  # UTF-16 units after parsing, less what the numbers of parts take
CAPTION = 1024  # UTF-16 units under a photo or another file
LABEL = 60
_SHORT = 16  # characters of a label that leaves room for another beside it
_BUTTONS = 100
_PAYLOADS = {"topic": "t", "q": "q", "place": "x", "code": "m", "invite": "i"}
_PRIVATE = "private"


def split(reply: Reply) -> tuple[Reply, ...]:
    """The reply as messages: its words in as many as they need, choices below the last, then each attachment.

    Words that need no buttons stand under the first attachment, if there is room.
    """
    if _is_caption(reply):
        first = Reply(text=reply.text, speaker=reply.speaker, attachments=reply.attachments[:1], title=reply.title)
        return _ended(reply, [first, *_files(reply, reply.attachments[1:])])
    words = _pieces(reply.text, LONGEST - markup.utf16(reply.speaker) - 2) if reply.text.strip() else []
    several = len(words) > 1
    parts = [
        Reply(
            text=f"{text}\n\n({n}/{len(words)})" if several else text,
            choices=reply.choices if n == len(words) else (),
            speaker=reply.speaker if n == 1 else "",
            title=reply.title,
        )
        for n, text in enumerate(words, start=1)
    ]
    return _ended(reply, [*parts, *_files(reply, reply.attachments)])


def _is_caption(reply: Reply) -> bool:
    if not reply.attachments or reply.choices or not reply.text.strip():
        return False
    return markup.utf16(plain(reply)) <= CAPTION and markup.utf16(reply.text) <= 2 * CAPTION


def _files(reply: Reply, attachments: Sequence[int]) -> list[Reply]:
    return [Reply(text="", attachments=(id_,), title=reply.title) for id_ in attachments]


def _ended(reply: Reply, parts: list[Reply]) -> tuple[Reply, ...]:
    if parts:
        parts[0] = replace(parts[0], anew=reply.anew)
        parts[-1] = replace(parts[-1], closes=reply.closes, leaves=reply.leaves)
    return tuple(parts)


def html(part: Reply) -> str:
    """In the tags that Telegram knows; whatever a person typed is characters."""
    words = markup.telegram(part.text)
    return f"<b>{markup.telegram(_escaped(part.speaker))}</b>\n{words}" if part.speaker else words


def plain(part: Reply) -> str:
    words = markup.plain(part.text)
    return f"{part.speaker}\n{words}" if part.speaker else words


def keyboard(choices: Sequence[Choice], account: str) -> InlineKeyboardMarkup | None:
    """The choices as buttons; short ones stand side by side. None where there are none."""
    rows: list[list[InlineKeyboardButton]] = []
    for choice in choices[:_BUTTONS]:
        made = _button(choice, account)
        if made is None:
            continue
        if rows and len(rows[-1]) == 1 and max(len(made.text), len(rows[-1][0].text)) <= _SHORT:
            rows[-1].append(made)
        else:
            rows.append([made])
    return InlineKeyboardMarkup(rows) if rows else None


def link(account: str, value: str) -> str:
    """The address of the private chat, with what is to happen there: `q:atm-mem-phi`, or empty."""
    verb, arguments = parse(value)
    payload = f"?start={_PAYLOADS[verb]}_{arguments[0]}" if verb in _PAYLOADS and arguments else ""
    return f"https://t.me/{account}{payload}"


def _button(choice: Choice, account: str) -> InlineKeyboardButton | None:
    verb, _, rest = choice.value.partition(":")
    if verb == _PRIVATE:
        return InlineKeyboardButton(_cut(choice.label), url=link(account, rest)) if account else None
    label = choice.label if choice.number == NO_NUMBER else f"{choice.number}. {choice.label}"
    return InlineKeyboardButton(_cut(label), callback_data=choice.value)


def _cut(label: str) -> str:
    return label if len(label) <= LABEL else f"{label[: LABEL - 1].rstrip()}…"


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>~&])", r"\\\1", text)


def _pieces(text: str, room: int) -> list[str]:
    """The text in pieces that fit: cut between paragraphs, or else lines, words, letters."""
    if markup.utf16(text) <= room // 2:  # without its Markdown it is not twice as long
        return [text]
    pieces: list[str] = []
    for paragraph, between in _cuts(text, room):
        if pieces and markup.utf16(markup.plain(f"{pieces[-1]}{between}{paragraph}")) <= room:
            pieces[-1] = f"{pieces[-1]}{between}{paragraph}"
        else:
            pieces.append(paragraph)
    return pieces


def _cuts(text: str, room: int) -> Iterator[tuple[str, str]]:
    """Pieces no longer than there is room, each with what stood before it."""
    for between in ("\n\n", "\n", " "):
        if between not in text:
            continue
        for piece in text.split(between):
            if markup.utf16(piece) <= room:
                yield piece, between
            else:
                inner = list(_cuts(piece, room)) if between != " " else [(part, "") for part in _hard(piece, room)]
                yield inner[0][0], between
                yield from inner[1:]
        return
    if markup.utf16(text) <= room:
        yield text, "\n\n"
    else:
        yield from ((part, "") for part in _hard(text, room))


def _hard(word: str, room: int) -> Iterator[str]:
    """A word too long for a message, such as an address of an enormous length; no character is cut in two."""
    half = room // 2  # characters: each is one or two units
    for start in range(0, len(word), half):
        yield word[start : start + half]
