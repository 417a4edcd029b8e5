"""`@bot từ khoá` in any chat finds the best entries, ready to be dropped there."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from faq import catalog
from faq.matching import Matcher, MatchSettings
from handlers import texts
from handlers.turn import Knowledge
from tests.bot.telegram import edge as edges
from tests.bot.telegram.edge import Edge
from tests.botapi.people import User
from tests.botapi.server import Server


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    shipped = catalog.load(catalog.SHIPPED)
    return Knowledge(shipped, Matcher(shipped, MatchSettings(semantic=False)))


@pytest.fixture
async def listening(server: Server, tmp_path: Path, knowledge: Knowledge) -> AsyncIterator[Edge]:
    async with edges.opened(server, tmp_path, knowledge=knowledge) as edge:
        reading = asyncio.create_task(edge.parts.channel.run())
        yield edge
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


@pytest.mark.usefixtures("listening")
async def test_the_best_entries_are_found_and_lead_to_the_private_chat(lan: User) -> None:
    found = await lan.inline("ra cho atm mem rut tien can mang gi")

    assert len(found) == 5
    best = found[0]
    assert (best["id"], best["html"].splitlines()[0]) == ("atm-mem-giay-to", f"<b>{best['title']}</b>")
    assert best["buttons"] == [[{"text": texts.IN_PRIVATE, "url": "https://t.me/xulang_bot?start=q_atm-mem-giay-to"}]]


@pytest.mark.usefixtures("listening")
async def test_every_entry_can_be_dropped_as_it_is(lan: User, knowledge: Knowledge) -> None:
    asked = [entry.question for entry in knowledge.catalog.questions[::12]]

    found = [await lan.inline(question) for question in asked]  # the server refuses what Telegram would

    assert all(found)


async def test_one_entry_of_each_topic_is_offered_while_nothing_is_typed(
    listening: Edge, lan: User, knowledge: Knowledge
) -> None:
    found = await lan.inline("")

    assert [result["id"] for result in found] == [topic.questions[0].id for topic in knowledge.catalog.topics[:5]]
    assert await listening.accepted() == []
