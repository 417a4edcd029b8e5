"""What differs by commune is said for the member's own, which is asked once."""

import shutil
from pathlib import Path

import pytest

from faq import catalog
from faq.matching import Matcher
from handlers import texts
from handlers.turn import Knowledge
from storage import people
from tests.stories.house import SHIPPED, AtDesk, Chat, House, open_ticket

POINTS = "xa,ten,dien_thoai\nKỳ Lừa,Quán A,0912345678\nChi Lăng,Quán C,\n"
ASKED = "q:atm-mem-diem-gan-nhat"


@pytest.fixture(scope="session")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Knowledge:
    """The shipped FAQ, in which the province has filled the list of cash points."""
    folder: Path = tmp_path_factory.mktemp("faq")
    for name in ("atm-mem.yaml", "glossary.yaml", "places.yaml", "routine.yaml"):
        shutil.copy(SHIPPED / name, folder)
    values = (SHIPPED / "values.yaml").read_text(encoding="utf-8")
    named = "- name: DANH_SACH_DIEM_ATM_MEM\n"
    (folder / "values.yaml").write_text(values.replace(named, f"{named}    list: diem.csv\n"), encoding="utf-8")
    (folder / "diem.csv").write_text(POINTS, encoding="utf-8")
    filled = catalog.load(folder)
    return Knowledge(filled, Matcher(filled))


async def test_the_commune_is_asked_with_the_answer_and_the_answer_is_said_again_for_it(lan: Chat) -> None:
    await lan.press(ASKED)
    assert lan.last.text.endswith(texts.WHICH_COMMUNE)
    assert "Quán A" not in lan.last.text

    await lan.say("em ở phường ky lua ạ")

    assert "Quán A, 0912345678" in lan.last.text
    assert "Quán C" not in lan.last.text
    assert texts.WHICH_COMMUNE not in lan.last.text


async def test_it_is_asked_once_but_can_be_said_anew(lan: Chat) -> None:
    await lan.press(ASKED)

    await lan.press(ASKED)
    assert texts.WHICH_COMMUNE not in lan.last.text

    await lan.press(texts.MY_COMMUNE)
    assert lan.last.text == texts.WHICH_COMMUNE
    await lan.say("Chi Lăng")

    assert "Quán C" in lan.last.text


async def test_another_message_is_a_question_as_ever(lan: Chat) -> None:
    await lan.press(ASKED)

    await lan.say("ra cho atm mem rut tien can mang gi")

    assert "căn cước" in lan.last.text


async def test_who_does_not_say_it_is_left_in_peace(lan: Chat) -> None:
    await lan.press(ASKED)
    await lan.press(texts.MY_COMMUNE)

    assert await lan.press(texts.NO_COMMUNE) == [texts.COMMUNE_LEFT_OUT]


async def test_a_place_that_never_existed_is_said_so(lan: Chat) -> None:
    assert await lan.press("place:sao-hoa") == [texts.COMMUNE_UNKNOWN]


async def test_after_a_mentors_words_the_name_of_a_commune_is_for_the_mentor(lan: Chat, minh: AtDesk) -> None:
    ticket = await open_ticket(lan)
    await lan.press(ASKED)
    await minh.answer(ticket, "Bác ở xã nào?")

    await lan.say("Kỳ Lừa")

    assert (await minh.reads(ticket))[-1] == ("member", "Kỳ Lừa")


async def test_erasing_forgets_it(lan: Chat, house: House) -> None:
    await lan.press(ASKED)
    await lan.say("Kỳ Lừa")

    await lan.say("xoá dữ liệu")
    await lan.press(texts.ERASE_YES)

    async with house.database.write() as session:
        assert (await people.meet(session, lan.identity, house.clock())).commune == ""
