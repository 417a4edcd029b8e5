"""Stories of the FAQ's faults, which reach admins in their chats."""

from handlers import texts
from handlers.events import CatalogChanged, CatalogRejected
from tests.stories.house import Chat, House, invited, mentor_in_chat

FAULTS = tuple(f"phi.yaml, câu {n}: thiếu answer" for n in range(1, 13))


async def admin_in_chat(house: House, user: str) -> Chat:
    hoa = Chat(house, user)
    assert await hoa.open(await invited(house, "Hoa", "admin", "", f"secret-{user}")) == [
        "Chào anh/chị Hoa. Từ nay anh/chị nhận báo cáo của quản trị ở đây."
    ]
    hoa.screen.clear()
    return hoa


async def rejected(house: House, *faults: str) -> None:
    await house.happens(CatalogRejected(house.clock(), faults), "faq")


async def changed(house: House, version: str) -> None:
    await house.happens(CatalogChanged(house.clock(), version), "faq")


async def test_admins_hear_of_faults_once_and_of_their_end(house: House) -> None:
    hoa = await admin_in_chat(house, "hoa")
    son = await mentor_in_chat(house, "son", "Sơn", "viettel")

    await changed(house, "1")
    assert hoa.reads == []
    await rejected(house, *FAULTS[:1])
    await rejected(house, *FAULTS[:1])
    one = texts.catalog_rejected(FAULTS[:1], 1)
    assert hoa.reads == [one]
    await changed(house, "2")
    await changed(house, "3")
    assert hoa.reads == [one, texts.CATALOG_MENDED]
    await rejected(house, *FAULTS[:1])
    assert hoa.reads == [one, texts.CATALOG_MENDED, one]

    assert son.reads == []


async def test_a_long_report_is_shortened(house: House) -> None:
    hoa = await admin_in_chat(house, "hoa")

    await rejected(house, *FAULTS)

    lines = hoa.reads[0].split("\n")
    assert (len([line for line in lines if line.startswith("- ")]), lines[-1]) == (
        10,
        "Còn 2 lỗi nữa, xem ở trang quản trị.",
    )


async def test_another_report_is_told_too(house: House) -> None:
    hoa = await admin_in_chat(house, "hoa")

    await rejected(house, *FAULTS[:1])
    await rejected(house, *FAULTS[1:2])

    assert hoa.reads == [texts.catalog_rejected(FAULTS[:1], 1), texts.catalog_rejected(FAULTS[1:2], 1)]


async def test_without_admins_in_chats_nothing_is_said(house: House, lan: Chat) -> None:
    await rejected(house, *FAULTS)

    assert lan.reads == []
