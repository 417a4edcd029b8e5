"""The people of the stories, and the house they come to."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import certifi
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
from tests.stories.phones import Phone, TelegramHouse, telegram_house


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    shipped = catalog.load(SHIPPED)
    return Knowledge(shipped, Matcher(shipped))


ON_TELEGRAM = {"test_asking", "test_tickets", "test_following", "test_communes", "test_privacy", "test_context"}
"""The stories that are told over Telegram too, on one kind of database."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "edge" in metafunc.fixturenames:
        told_there = metafunc.module.__name__.rpartition(".")[2] in ON_TELEGRAM
        metafunc.parametrize("edge", ["sqlite", "postgresql", *(["telegram"] if told_there else [])], indirect=True)


@pytest.fixture
def edge(request: pytest.FixtureRequest) -> str:
    """What is at the outer edge: Telegram, or only a channel that shows everything, on one of two databases."""
    return str(request.param)


@pytest.fixture
def kind(edge: str) -> str:
    return "sqlite" if edge == "telegram" else edge


@pytest.fixture(scope="session", autouse=True)
def few_certificates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No story goes beyond this machine, and to read all of the world's certificates takes longer than some stories."""
    first = tmp_path_factory.mktemp("certificates") / "first.pem"
    end = "-----END CERTIFICATE-----\n"
    first.write_text(Path(certifi.where()).read_text(encoding="utf-8").partition(end)[0] + end, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(first))
        yield


@pytest.fixture
async def house(database: Database, knowledge: Knowledge, edge: str, tmp_path: Path) -> AsyncIterator[House]:
    desk = Desk(UNITS, lambda: knowledge, HandlerSettings())
    if edge == "telegram":
        async with telegram_house(database, desk, tmp_path) as made:
            yield made
    else:
        yield _house(database, desk)


def _house(database: Database, desk: Desk) -> House:
    clock, bell, statistics = Clock(), Bell(), Statistics()
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


def chat(house: House, name: str) -> Chat:
    return Phone(house, name) if isinstance(house, TelegramHouse) else Chat(house, name)


@pytest.fixture
def lan(house: House) -> Chat:
    """Lan asks."""
    return chat(house, "lan")


@pytest.fixture
def tu(house: House) -> Chat:
    """Tú must see nothing of Lan's."""
    return chat(house, "tu")


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
