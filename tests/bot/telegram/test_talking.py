"""A member asks on Telegram, and reads the answer there."""

import pytest

from tests.botapi.people import User

pytestmark = pytest.mark.usefixtures("helpdesk")


async def test_a_question_is_answered_with_buttons(lan: User) -> None:
    await lan.starts()
    await lan.waits_for("Chào anh/chị")

    await lan.writes("rut tien the nao")

    answer = await lan.waits_for("Ra điểm giao dịch")
    assert answer.html == "<b>Rút tiền thế nào?</b>\n\nRa điểm giao dịch.\n\n1. Mang căn cước."
    assert answer.labels == ["1. Được rồi", "2. Chưa đúng"]
