"""What operators and their tools ask."""

from dataclasses import replace

import httpx
import pytest

from faq.catalog import Catalog
from handlers.turn import Knowledge
from tests.bot.web.office import HOST, Office


async def ready(office: Office) -> tuple[int, str]:
    answer = await office.browser().open("/readyz")
    return answer.status_code, answer.text


async def test_it_is_alive_as_long_as_it_answers(office: Office) -> None:
    office.ctx.stopping.set()

    answer = await office.browser().open("/healthz")

    assert (answer.status_code, answer.text) == (200, "ok\n")


async def test_it_is_ready_when_questions_can_be_answered(office: Office) -> None:
    assert await ready(office) == (200, "ok\n")


async def test_it_is_not_ready_while_it_stops(office: Office) -> None:
    office.ctx.stopping.set()

    assert await ready(office) == (503, "stopping\n")


async def test_it_is_not_ready_without_questions(office: Office) -> None:
    empty = Knowledge(Catalog(topics=()), office.ctx.desk.knowledge().matcher)
    office.ctx.desk = replace(office.ctx.desk, knowledge=lambda: empty)

    assert await ready(office) == (503, "no questions in the FAQ\n")


@pytest.mark.parametrize(
    ("client", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("10.0.0.5", {}, 404),
        ("127.0.0.1", {"X-Forwarded-For": "10.0.0.5"}, 404),
    ],
)
async def test_numbers_are_for_this_machine_only(
    office: Office, client: str, headers: dict[str, str], status: int
) -> None:
    transport = httpx.ASGITransport(office.app, client=(client, 5000))
    async with httpx.AsyncClient(transport=transport, base_url=HOST) as asking:
        answer = await asking.get("/metrics", headers=headers)

    assert answer.status_code == status
    assert ("helpdesk_inbox_events" in answer.text) == (status == 200)
