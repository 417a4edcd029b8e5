"""An answer as members see it on each channel, and whether it fits there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot import markup
from bot.web.markdown import to_html
from faq import answers
from faq.catalog import Catalog
from faq.models import Question
from handlers import choices, texts
from handlers.asking import RELATED
from handlers.choices import Option

TELEGRAM_LENGTH = 4096  # Telegram's limit for a message, after its marks are taken away
ZALO_LENGTH = 2000  # Zalo's limit for a message; whether it counts as we do is not documented


@dataclass(frozen=True, slots=True)
class Preview:
    html: str
    """As the web chat shows it."""
    telegram: str
    """As it is sent to Telegram, tags and all."""
    telegram_shown: str
    """The same in tags that a page may show."""
    telegram_length: int
    zalo: str
    """As it is sent to Zalo, with its choices as lines to type a number for."""
    zalo_length: int
    choices: tuple[str, ...]

    @property
    def fits_telegram(self) -> bool:
        return self.telegram_length <= TELEGRAM_LENGTH

    @property
    def fits_zalo(self) -> bool:
        return self.zalo_length <= ZALO_LENGTH


def preview(entry: Question, catalog: Catalog, today: date) -> Preview:
    text = texts.answer(entry.question, answers.render(entry, catalog).strip())
    if answers.expired(entry, today):
        text = f"{text}\n\n{texts.OUTDATED}"
    offered = _offered(entry, catalog)
    telegram = markup.telegram(text)
    zalo = "\n".join([markup.plain(text), "", *offered])
    return Preview(
        html=to_html(text),
        telegram=telegram,
        telegram_shown=telegram,
        telegram_length=markup.utf16(markup.plain(text)),
        zalo=zalo,
        zalo_length=markup.utf16(zalo),
        choices=tuple(offered),
    )


def _offered(entry: Question, catalog: Catalog) -> Sequence[str]:
    related = [found.question for id_ in entry.related if (found := catalog.question(id_)) is not None]
    labels = [texts.GOOD, texts.BAD, *related[:RELATED]]
    if answers.differs_by_commune(entry, catalog):
        labels.append(texts.MY_COMMUNE)
    listed = choices.listed([Option(label, "x") for label in labels][: choices.PAGE])
    return [f"{choice.number}. {choice.label}" for choice in listed]
