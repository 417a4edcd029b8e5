"""The whole helpdesk at work on Telegram: what a member reads there, and what outlives a restart."""

import asyncio
from pathlib import Path

import pytest

from bot.service import Service
from handlers import texts
from storage import attachments
from storage.tables import AttachmentState
from tests.bot.telegram.conftest import Running
from tests.botapi.people import JPEG, User

ANSWER = "<b>Rút tiền thế nào?</b>\n\nRa điểm giao dịch.\n\n1. Mang căn cước."


@pytest.mark.usefixtures("helpdesk")
async def test_an_answer_is_found_by_its_topic(lan: User) -> None:
    await lan.starts()

    await lan.presses("1. Rút tiền")
    await lan.presses("1. Rút tiền thế nào?")

    answer = await lan.waits_for("Ra điểm giao dịch")
    assert answer.html == ANSWER
    assert answer.labels[:2] == ["1. Được rồi", "2. Chưa đúng"]


@pytest.mark.usefixtures("helpdesk")
async def test_a_typed_number_means_the_list_shown_last(lan: User) -> None:
    await lan.starts()
    await lan.waits_for("Chào anh/chị")
    await lan.writes("1")
    await lan.waits_for("Anh/chị chọn câu cần xem")

    await lan.writes("1")

    assert (await lan.waits_for("Ra điểm giao dịch")).html == ANSWER


@pytest.mark.usefixtures("helpdesk")
async def test_buttons_are_gone_once_used_and_a_second_press_is_harmless(lan: User) -> None:
    await lan.starts("q_rut-tien")
    answer = await lan.waits_for("Ra điểm giao dịch")
    good = next(button for button in answer.buttons if button.text == "1. Được rồi")

    toasts = [await lan.answered(await lan.presses_data(good.data, answer.id)) for _ in range(2)]

    assert toasts == ["", ""]
    thanks = await lan.waits_for(texts.SOLVED)
    assert thanks.is_bots
    seen = await lan.waits(lambda seen: not {"1. Được rồi", "2. Chưa đúng"} & set(seen[2].labels))
    assert seen[2].id == answer.id


async def test_what_was_written_while_it_was_down_is_answered_once(running: Running, lan: User) -> None:
    async with running():
        await lan.starts()
        await lan.waits_for("Chào anh/chị")
    await lan.starts("q_rut-tien")

    async with running():
        await lan.waits_for("Ra điểm giao dịch")
    async with running():
        await lan.writes("/trogiup")
        await lan.waits_for("Gõ câu hỏi")

    assert len([text for text in await lan.reads() if "Ra điểm giao dịch" in text]) == 1


async def test_it_runs_with_a_token_that_telegram_does_not_know(running: Running) -> None:
    async with running(token="4242:another") as service:
        contact = service._context.telegram
        assert contact is not None
        while not contact.trouble:  # noqa: ASYNC110 - the first attempt
            await asyncio.sleep(0.01)

        assert (contact.trouble, contact.last) == ("InvalidToken", None)
        assert not service._stop.is_set()


async def test_a_photo_is_fetched_and_kept(helpdesk: Service, lan: User, tmp_path: Path) -> None:
    await lan.starts()
    await lan.sends_photo(content=JPEG)

    async def photo() -> attachments.Attachment | None:
        async with helpdesk.database.read() as session:
            return await attachments.get(session, 1)

    while (found := await photo()) is None or found.state is AttachmentState.PENDING:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.01)

    assert (found.state, found.type, found.size) == (AttachmentState.STORED, "image/jpeg", len(JPEG))
    assert [path.read_bytes() for path in (tmp_path / "data/attachments").rglob("*") if path.is_file()] == [JPEG]
