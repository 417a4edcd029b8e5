"""One event in hand: who it is from, what the conversation was about, and what is said back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

from faq.catalog import Catalog
from faq.matching import Matcher
from handlers import choices, replies
from handlers.choices import Option
from handlers.replies import Choice, Reply
from storage import Address, Identity, Session, conversations, outbox
from storage.conversations import Conversation
from storage.people import Person

_HOME = ZoneInfo("Asia/Ho_Chi_Minh")


@dataclass(frozen=True, slots=True)
class Knowledge:
    """One good state of the FAQ, exchanged as a whole when the files change."""

    catalog: Catalog
    matcher: Matcher


@dataclass(frozen=True, slots=True)
class Unit:
    id: str
    name: str
    first_answer_within: timedelta
    resolve_within: timedelta
    group: Address | None = None
    """The group in which its mentors take tickets; None if each is told in private."""
    show_words: bool = False
    """Whether that group sees what the member wrote."""


@dataclass(frozen=True, slots=True)
class HandlerSettings:
    retention: timedelta = timedelta(days=365)
    """How long what people wrote is kept."""
    burst: int = 10
    """So many questions of one person are answered within `burst_within`; the rest is kept and gets one polite line."""
    burst_within: timedelta = timedelta(seconds=10)
    list_lives: timedelta = timedelta(hours=24)
    """How long a typed number means the last list; a pressed button means what it says for ever."""
    topic_lives: timedelta = timedelta(minutes=10)
    """How long the topic of the last answer helps to understand the next question."""
    close_after: timedelta = timedelta(days=7)
    """An answered ticket in which nothing more is said is closed."""
    timezone: tzinfo = _HOME
    """Where the people are: which day it is for them."""
    groups: Literal["all", "none"] | frozenset[str] = "all"
    """The groups of members that the helpdesk stays in: all, none but the units' own, or these chats."""
    uninvited_every: timedelta = timedelta(minutes=5)
    """In a group that wants it, at most one question that was not put to it is answered in this time."""
    night: tuple[time, time] = (time(21, 30), time(6, 0))
    """When it says nothing uninvited, by the clock of the people."""
    asked_lately: timedelta = timedelta(hours=24)
    """How long a group is pointed to an earlier answer instead of being told it again."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What handlers know of the house: its units, its settings, and the FAQ as it is now."""

    units: Mapping[str, Unit]
    knowledge: Callable[[], Knowledge]
    settings: HandlerSettings = field(default_factory=HandlerSettings)

    def unit_name(self, unit: str) -> str:
        return self.units[unit].name if unit in self.units else unit


@dataclass(slots=True)
class Turn:
    session: Session
    desk: Desk
    at: datetime
    who: Identity
    where: Address
    person: Person
    conversation: Conversation
    source: str = ""
    """The platform's id of the message that is being answered."""
    under: str = ""
    """The platform's id of the message whose button was pressed."""
    group: bool = False
    """True where others read along."""
    edits: int | None = None
    """An earlier reply that the next one takes the place of."""

    @property
    def in_groups_name(self) -> bool:
        """True if an admin of the group wrote in its name: who it is, is not known."""
        return self.group and self.who.user == self.where.chat

    @property
    def catalog(self) -> Catalog:
        return self.desk.knowledge().catalog

    @property
    def listed(self) -> tuple[Choice, ...]:
        """The list last shown, for as long as a typed number means it."""
        at = self.conversation.choices_at
        lives = at is not None and self.at - at < self.desk.settings.list_lives
        return choices.recalled(self.conversation.choices) if lives else ()

    async def say(
        self,
        text: str,
        options: Sequence[Option] = (),
        *,
        page: int = 0,
        more: str = "",
        human: str = "",
        remember: bool = True,
        answers: int | None = None,
        topic: str | None = None,
    ) -> None:
        """Writes a reply; its choices become what a typed number means, unless `remember` is off.

        `human` is the value of "0. Gặp cán bộ"; `more` the value that shows another page (see `choices.listed`);
        `answers` the question that this answers; `topic` what the conversation is about from now on.
        """
        listed = choices.listed(options, page=page, more=more, human="" if self.group else human)
        await self.offer(text, listed, remember=remember, answers=answers, topic=topic)

    async def offer(
        self,
        text: str,
        listed: tuple[Choice, ...],
        *,
        remember: bool = True,
        answers: int | None = None,
        topic: str | None = None,
    ) -> None:
        """Writes a reply with choices that have their numbers already."""
        edits, self.edits = self.edits, None
        await outbox.put(
            self.session,
            outbox.Outgoing(
                address=self.where,
                reply=replies.to_json(Reply(text=text, choices=listed)),
                kind="answer",
                reply_to=self.source,
                edits=edits,
                audience=self.who.user if self.group else "",
                question=answers,
            ),
            self.at,
        )
        fields: dict[str, object] = {} if topic is None else {"topic": topic, "topic_at": self.at}
        if listed and remember:
            fields |= {"choices": tuple(choices.remembered(listed)), "choices_at": self.at}
        await self.change(**fields)

    async def change(self, **fields: object) -> None:
        """Changes the conversation, here and in what is kept of it."""
        known = self.conversation
        changed = {name: value for name, value in fields.items() if getattr(known, name) != value}
        if changed:
            await conversations.change(self.session, known.id, **changed)  # type: ignore[arg-type]  # a TypedDict's keys
            self.conversation = replace(known, **changed)  # type: ignore[arg-type]  # the same keys

    async def hold(self, **fields: object) -> None:
        """Keeps something of the conversation for the next messages; None forgets it."""
        held = {name: value for name, value in (self.conversation.held | fields).items() if value is not None}
        await self.change(held=held)
