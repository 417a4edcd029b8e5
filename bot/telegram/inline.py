"""What somebody finds who types our name in another chat: the best entries, to be dropped there."""

from collections.abc import Callable, Sequence
from datetime import datetime
from html import escape

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResult,
    InlineQueryResultArticle,
    InputTextMessageContent,
    LinkPreviewOptions,
)
from telegram.constants import ParseMode

from bot import markup
from bot.telegram import rendering
from bot.telegram.wire import Wire
from faq import answers
from faq.catalog import Catalog
from faq.models import Question
from handlers import texts
from handlers.replies import Reply
from handlers.turn import Desk

BEST = 5
_PREVIEW = 100  # characters


class Inline:
    def __init__(self, desk: Desk, wire: Wire, clock: Callable[[], datetime]) -> None:
        self._desk = desk
        self._wire = wire
        self._clock = clock

    def find(self, text: str) -> Sequence[InlineQueryResult]:
        """The best entries for what was typed so far; one of each topic as long as that is nothing."""
        knowledge = self._desk.knowledge()
        catalog = knowledge.catalog
        if text.strip():
            matches = knowledge.matcher.match(text).matches
            found = [entry for match in matches if (entry := catalog.question(match.id)) is not None]
        else:
            found = [topic.questions[0] for topic in catalog.topics if topic.questions]
        return [self._article(entry, catalog) for entry in found[:BEST]]

    def _article(self, entry: Question, catalog: Catalog) -> InlineQueryResultArticle:
        answer = answers.render(entry, catalog).strip()
        if answers.expired(entry, self._clock().astimezone(self._desk.settings.timezone).date()):
            answer = f"{answer}\n\n{texts.OUTDATED}"
        first, *more = rendering.split(Reply(texts.answer(entry.question, answer)))
        words = rendering.html(first)
        link = rendering.link(self._wire.name, f"q:{entry.id}") if self._wire.name else ""
        if more and link:
            words = f'{words}\n\n<a href="{escape(link)}">{escape(texts.IN_PRIVATE)}</a>'
        return InlineQueryResultArticle(
            id=entry.id,
            title=entry.question,
            description=texts.first_words(markup.plain(answer), _PREVIEW),
            input_message_content=InputTextMessageContent(
                words, parse_mode=ParseMode.HTML, link_preview_options=LinkPreviewOptions(is_disabled=True)
            ),
            reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton(texts.IN_PRIVATE, url=link)]]) if link else None,
        )
