"""Welcome, help, and finding an answer by topic instead of by asking."""

from handlers import choices, texts
from handlers.choices import Option
from handlers.turn import Turn


def start_options(turn: Turn) -> list[Option]:
    """What is offered where nothing better is known: the topics."""
    return [Option(topic.name, f"topic:{topic.topic}") for topic in turn.catalog.topics]


def menu_options() -> list[Option]:
    return [Option(texts.TOPICS, "topics"), Option(texts.MINE, "mine")]


async def welcome(turn: Turn) -> None:
    await turn.say(texts.WELCOME, start_options(turn), more="topics", human="human")


async def show_help(turn: Turn) -> None:
    await turn.say(texts.HELP, menu_options(), human="human")


async def menu(turn: Turn, text: str = texts.MENU) -> None:
    await turn.say(text, menu_options(), human="human")


async def topics(turn: Turn, page: int = 0) -> None:
    await turn.say(texts.PICK_TOPIC, start_options(turn), page=page, more="topics", human="human")


async def topic(turn: Turn, topic_id: str, page: int = 0) -> None:
    """The questions of one topic; an unknown topic leads back to all of them."""
    found = turn.catalog.topic(topic_id)
    if found is None or page * choices.PAGE >= len(found.questions):
        await turn.say(texts.GONE, start_options(turn), more="topics", human="human")
        return
    options = [Option(q.question, f"q:{q.id}") for q in found.questions]
    more, about = f"topic:{found.topic}", found.topic
    await turn.say(texts.pick_question(found.name), options, page=page, more=more, human="human", topic=about)
