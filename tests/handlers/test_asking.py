"""Whatever the verdict, what helps at once comes first where somebody may be in danger or losing money."""

import pytest

from faq.catalog import Catalog
from faq.matching import Match, Matcher, Sure, Unknown, Unsure, Verdict
from faq.models import Question, Topic
from handlers import asking, texts
from handlers.turn import Desk, Knowledge, Turn
from storage import Address, Database, Identity, conversations, outbox, people
from tests.stories.house import UNITS, Clock

CATALOG = Catalog(
    topics=(
        Topic(
            topic="an-toan",
            name="An toàn",
            unit="so-tttt",
            questions=(
                Question(id="bi-lua", question="Vừa bị lừa?", answer="Gọi ngân hàng ngay.\n\n1. Dừng.", urgent=True),
                Question(id="doi-hang", question="Đổi hàng thế nào?", answer="Nhắn người bán."),
            ),
        ),
    )
)
FIRST = texts.urgent_first("Vừa bị lừa?", "Gọi ngân hàng ngay.")


async def said(database: Database, verdict: Verdict) -> list[str]:
    clock, knowledge = Clock(), Knowledge(CATALOG, Matcher(CATALOG))
    who, where = Identity("test", "lan"), Address("test", "lan")
    async with database.write() as session:
        person = await people.meet(session, who, clock())
        conversation = await conversations.enter(session, who, where, clock())
        turn = Turn(session, Desk(UNITS, lambda: knowledge), clock(), who, where, person, conversation)
        await asking.ask(turn, "chuyển tiền mua hàng mà họ khoá máy", verdict)
    shown: list[str] = []
    async with database.write() as session:
        while due := await outbox.due(session, at=clock(), limit=1, busy=[], channels=["test"]):
            shown.append(due[0].reply["text"])
            await outbox.cancel(session, due[0].id, clock())
    return shown


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize(
    ("verdict", "first"),
    [
        (Unsure((Match("doi-hang", 0.5), Match("bi-lua", 0.3))), FIRST),
        (Unknown((Match("doi-hang", 0.15), Match("bi-lua", 0.12))), FIRST),
        (Sure((Match("doi-hang", 0.8), Match("bi-lua", 0.15))), FIRST),
        (Sure((Match("bi-lua", 0.8), Match("doi-hang", 0.1))), "**Vừa bị lừa?**\n\nGọi ngân hàng ngay.\n\n1. Dừng."),
        (Unknown((Match("doi-hang", 0.15), Match("bi-lua", 0.005))), f"{texts.NOT_KNOWN}\n\n"),
    ],
)
async def test_danger_comes_first(database: Database, verdict: Verdict, first: str) -> None:
    shown = await said(database, verdict)

    assert shown[0].startswith(first)
    assert sum(text == FIRST for text in shown) == (first == FIRST)
