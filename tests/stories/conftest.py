"""The people of the stories, and the house they come to."""

import pytest

from bot.bell import Bell
from bot.intake import Intake
from bot.sender import Sender
from bot.statistics import Statistics
from bot.worker import Worker
from faq import catalog
from faq.matching import Matcher
from handlers.helpdesk import Helpdesk
from handlers.turn import Desk, HandlerSettings, Knowledge
from storage import Database
from tests.stories.house import SHIPPED, UNITS, AtDesk, Chat, Clock, House, Recorder, at_desk


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    shipped = catalog.load(SHIPPED)
    return Knowledge(shipped, Matcher(shipped))


@pytest.fixture
async def house(database: Database, knowledge: Knowledge) -> House:
    clock, bell, statistics = Clock(), Bell(), Statistics()
    desk = Desk(UNITS, lambda: knowledge, HandlerSettings())
    helpdesk, channel = Helpdesk(desk), Recorder()
    intake = Intake(database, bell, clock)
    return House(
        database,
        clock,
        desk,
        helpdesk,
        channel,
        intake,
        Worker(database, helpdesk, bell, clock, statistics),
        Sender(database, [channel], intake, bell, clock, statistics),
    )


@pytest.fixture
def lan(house: House) -> Chat:
    """Lan asks."""
    return Chat(house, "lan")


@pytest.fixture
def tu(house: House) -> Chat:
    """Tú must see nothing of Lan's."""
    return Chat(house, "tu")


@pytest.fixture
async def minh(house: House) -> AtDesk:
    """Minh is a mentor of Viettel's."""
    return await at_desk(house, "Minh", "viettel")


@pytest.fixture
async def binh(house: House) -> AtDesk:
    """Bình sits beside Minh."""
    return await at_desk(house, "Bình", "viettel")


@pytest.fixture
async def thu(house: House) -> AtDesk:
    """Thu is a mentor of the post's."""
    return await at_desk(house, "Thu", "buu-dien")
