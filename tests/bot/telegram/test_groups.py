"""In a group on Telegram: short answers, choices for the asker, what is private in private, and polite goodbyes."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from faq import catalog
from faq.matching import Matcher
from handlers import texts
from handlers.turn import Desk, HandlerSettings, Knowledge
from storage import Database
from tests.botapi.people import Button, Seen, User
from tests.faq.folders import TOPIC, write
from tests.stories.house import UNITS
from tests.stories.phones import TelegramHouse, telegram_house

SURE = "@xulang_bot lấy tiền ra sao"
UNKNOWN = "@xulang_bot máy cày của nhà tôi kêu to quá phải làm sao"
ANSWER = "Rút tiền thế nào?\n\nRa điểm giao dịch.\n\n1. Mang căn cước."
LINK = "https://t.me/xulang_bot?start="

Opens = Callable[..., AbstractAsyncContextManager[TelegramHouse]]


@pytest.fixture
def kind() -> str:
    return "sqlite"


@pytest.fixture
def opens(database: Database, tmp_path: Path) -> Opens:
    found = catalog.load(write(tmp_path / "faq", {"rut-tien.yaml": TOPIC}))
    knowledge = Knowledge(found, Matcher(found))

    @asynccontextmanager
    async def opened(settings: HandlerSettings | None = None) -> AsyncIterator[TelegramHouse]:
        desk = Desk(UNITS, lambda: knowledge, settings or HandlerSettings())
        async with telegram_house(database, desk, tmp_path) as house:
            yield house

    return opened


@pytest.fixture
async def house(opens: Opens) -> AsyncIterator[TelegramHouse]:
    async with opens() as made:
        yield made


@pytest.fixture
async def lan(house: TelegramHouse) -> User:
    return await User(house.server, 101, "Lan").comes()


@pytest.fixture
async def tu(house: TelegramHouse) -> User:
    return await User(house.server, 102, "Tú").comes()


@pytest.fixture
async def group(house: TelegramHouse, lan: User, tu: User) -> int:
    """A group that Lan made and Tú is in."""
    made = await lan.makes_group("Thôn Nà Chuông", tu, kind="group")
    await lan.adds_bot(made)
    await house.settle()
    return made


async def bots(house: TelegramHouse, someone: User, chat: int) -> list[Seen]:
    """The helpdesk's messages in the group, once all is quiet."""
    await house.settle()
    return [seen for seen in await someone.sees(chat) if seen.is_bots]


async def test_a_question_gets_a_short_answer_to_it_and_the_way_to_the_whole(
    house: TelegramHouse, lan: User, group: int
) -> None:
    asked = await lan.writes(SURE, group)

    welcome, answer = await bots(house, lan, group)
    assert (welcome.text, welcome.buttons) == (
        texts.GROUP_WELCOME.replace("**", ""),
        (Button(texts.IN_PRIVATE, url="https://t.me/xulang_bot"),),
    )
    assert (answer.text, answer.reply_to, answer.buttons) == (
        ANSWER,
        asked,
        (Button(texts.IN_PRIVATE, url=f"{LINK}q_rut-tien"),),
    )


async def test_the_same_again_is_answered_by_a_reply_to_the_earlier_answer(
    house: TelegramHouse, lan: User, tu: User, group: int
) -> None:
    await lan.writes(SURE, group)
    await bots(house, lan, group)
    await tu.writes(SURE, group)

    _, answer, pointer = await bots(house, tu, group)
    assert (pointer.text, pointer.reply_to) == (
        texts.answered_above("Rút tiền thế nào?").replace("**", "").replace("\\", ""),
        answer.id,
    )


async def test_an_edited_question_has_its_answer_edited_in_place(house: TelegramHouse, lan: User, group: int) -> None:
    asked = await lan.writes(UNKNOWN, group)
    await bots(house, lan, group)
    await lan.edits(asked, SURE, group)

    _, answer = await bots(house, lan, group)
    assert (answer.text, len(answer.earlier)) == (ANSWER, 1)


async def test_what_is_not_known_goes_on_in_private_for_who_asked(
    house: TelegramHouse, lan: User, tu: User, group: int
) -> None:
    await lan.writes(UNKNOWN, group)
    told = (await bots(house, lan, group))[-1]
    assert told.buttons == (Button(texts.IN_PRIVATE, url=f"{LINK}m_1"),)

    await tu.starts("m_1")
    await lan.starts("m_1")
    await house.settle()
    assert (await tu.reads())[-1] == texts.CODE_NOT_YOURS
    assert (await lan.reads())[-1].startswith("Anh/chị đã hỏi: máy cày của nhà tôi kêu to quá phải làm sao")

    await lan.presses(f"4. {texts.send_to(UNITS['viettel'].name)}")
    await house.settle()
    assert (await lan.reads())[-1].startswith("Đã gửi phiếu hỏi số 1")
    assert len(await bots(house, lan, group)) == 2


async def test_it_speaks_uninvited_where_an_admin_wants_it_and_it_may_read(
    house: TelegramHouse, lan: User, tu: User, group: int
) -> None:
    await tu.writes("/huuich", group)
    await lan.writes("/huuich", group)
    await bots(house, lan, group)
    await lan.promotes_bot(group)
    await tu.writes("lấy tiền ra sao?", group)
    await tu.writes("cầm tiền mặt bằng cách nào?", group)  # within five minutes

    assert [seen.text for seen in await bots(house, lan, group)][1:] == [
        texts.HELPFUL_ADMINS_ONLY,
        texts.HELPFUL_BLIND,
        ANSWER,
    ]


async def test_a_link_that_adds_it_greets_once(house: TelegramHouse, lan: User, group: int) -> None:
    await lan.writes("/start@xulang_bot", group)

    assert len(await bots(house, lan, group)) == 1


async def test_where_it_is_not_allowed_it_says_so_and_leaves(opens: Opens) -> None:
    async with opens(HandlerSettings(groups="none")) as house:
        lan = await User(house.server, 101, "Lan").comes()
        group = await lan.makes_group("Thôn Nà Chuông")
        await lan.adds_bot(group)

        assert [seen.text for seen in await bots(house, lan, group)] == [texts.GROUP_NOT_ALLOWED]
        assert "left" in (await house.server.act("members", chat=group)).values()


async def test_a_group_that_becomes_a_supergroup_goes_on(house: TelegramHouse, lan: User, group: int) -> None:
    await lan.writes(UNKNOWN, group)
    await bots(house, lan, group)
    supergroup = int(await house.server.act("upgrade", chat=group, by=lan.id))
    await house.settle()

    await lan.writes(SURE, supergroup)
    await lan.writes("mã 1")

    assert [seen.text for seen in await bots(house, lan, supergroup)] == [ANSWER]
    assert (await lan.reads())[-1].startswith("Anh/chị đã hỏi: máy cày")
