"""The office of a test, with its own database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.web.office import Office, Phone, opened


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with opened(tmp_path) as office:
        yield office


@pytest.fixture
async def lan(office: Office) -> Phone:
    """Lan asks."""
    return await office.phone()


@pytest.fixture
async def tu(office: Office) -> Phone:
    """Tú must see nothing of Lan's."""
    return await office.phone()
