"""The province's office: who may come in, how people are invited and suspended, what is counted."""

import asyncio
import re
from datetime import timedelta

import pytest

from bot.telegram.contact import Contact
from tests.bot.web.office import OWN, Browser, Form, Office, Phone, text_of

ACTIONS = ("moi", "tam-ngung", "khoi-phuc")


@pytest.fixture
async def hoa(office: Office) -> Browser:
    """Hoa is an admin."""
    return await office.at_work("Hoa", "admin")


def link(page: str) -> str:
    """The one-time link that a page shows, if any."""
    found = re.search(r'<input id="link" readonly value="([^"]+)">', page)
    return found[1] if found else ""


def notice(page: str) -> str:
    found = re.search(r'<div id="notice" role="status">(.*?)</div>', page, re.DOTALL)
    return text_of(found[1]) if found else ""


async def test_a_new_mentor_is_invited_by_a_link_that_is_shown_once(office: Office, hoa: Browser) -> None:
    invited = await hoa.press("/admin", "/admin/moi", name="  Lý  Thị Nga ", role="mentor", unit="vnpt", person="")
    nga = office.browser()

    came_in = await nga.client.post(link(invited.text), headers=OWN)

    assert came_in.url.path == "/desk"
    assert "Lý Thị Nga VNPT Lạng Sơn" in text_of(came_in.text)
    page = (await hoa.open("/admin")).text
    assert link(page) == ""
    assert "Lý Thị Nga Cán bộ hỗ trợ, VNPT Lạng Sơn" in text_of(page)


async def test_the_same_form_sent_twice_makes_one_link(hoa: Browser) -> None:
    form = await hoa.form("/admin", "/admin/moi", name="Nga", role="mentor", unit="vnpt", person="")

    answers = await asyncio.gather(hoa.send(form), hoa.send(form))

    assert link(answers[0].text) == link(answers[1].text) != ""


async def test_a_spent_links_form_sent_again_says_so(office: Office, hoa: Browser) -> None:
    form = await hoa.form("/admin", "/admin/moi", name="Nga", role="mentor", unit="vnpt", person="")
    invited = await hoa.send(form)
    await office.browser().client.post(link(invited.text), headers=OWN)

    again = await hoa.send(form)

    assert (again.status_code, link(again.text)) == (409, "")
    assert notice(again.text) == "Đường dẫn này đã được dùng hoặc đã hết hạn. Anh/chị tạo đường dẫn khác."


@pytest.mark.parametrize(
    ("filled", "told"),
    [
        ({"name": " \u200b", "role": "mentor", "unit": "vnpt"}, "Chưa có họ tên, hoặc họ tên dài quá 120 chữ cái."),
        ({"name": "a" * 121, "role": "mentor", "unit": "vnpt"}, "Chưa có họ tên, hoặc họ tên dài quá 120 chữ cái."),
        (
            {"name": "Nga", "role": "mentor", "unit": ""},
            "Cán bộ hỗ trợ phải thuộc một đơn vị. Anh/chị chọn đơn vị.",
        ),
        (
            {"name": "Nga", "role": "mentor", "unit": "khac"},
            "Cán bộ hỗ trợ phải thuộc một đơn vị. Anh/chị chọn đơn vị.",
        ),
        ({"name": "Nga", "role": "vua", "unit": "vnpt"}, "Cán bộ hỗ trợ phải thuộc một đơn vị. Anh/chị chọn đơn vị."),
        (
            {"name": "Nga", "role": "mentor", "unit": "vnpt", "person": "999"},
            "Không tìm thấy người này, hoặc quyền đang tạm ngừng. Chưa có gì được thay đổi.",
        ),
    ],
)
async def test_an_invitation_that_is_not_complete_is_refused(hoa: Browser, filled: dict[str, str], told: str) -> None:
    form = await hoa.form("/admin", "/admin/moi", name="", person="")
    form.fields |= filled

    answer = await hoa.send(form)

    assert (answer.status_code, notice(answer.text), link(answer.text)) == (422, told, "")


async def test_a_suspended_mentor_stops_at_once_and_comes_back_when_restored(office: Office, hoa: Browser) -> None:
    minh = await office.at_work("Minh", "mentor", "viettel")
    ticket = await office.ticket()
    await minh.press(f"/desk/{ticket}", f"/desk/{ticket}/nhan")
    person = str(minh.person_id)

    suspended = await hoa.press("/admin", "/admin/tam-ngung", person=person)
    locked_out = (await minh.open("/desk")).status_code
    restored = await hoa.press("/admin", "/admin/khoi-phuc", person=person)

    assert [notice(answer.text) for answer in (suspended, restored)] == [
        "Đã tạm ngừng. Người đó không làm được gì nữa, kể cả đang mở trang; phiếu đang giữ đã về hàng chờ.",
        "Đã khôi phục quyền.",
    ]
    assert (locked_out, (await minh.open("/desk")).status_code) == (403, 200)
    assert await office.state(ticket) == ("OPEN", "viettel", None)


async def test_no_link_is_made_for_somebody_suspended(office: Office, hoa: Browser) -> None:
    minh = await office.at_work("Minh", "mentor", "viettel")
    form = await hoa.form("/admin", "/admin/moi", person=str(minh.person_id))
    await office.suspend(minh.person_id, "mentor", "viettel")

    answer = await hoa.send(form)

    assert (answer.status_code, link(answer.text)) == (422, "")


async def test_the_last_admin_does_not_lock_everybody_out(hoa: Browser) -> None:
    form = await hoa.form("/admin", "/admin/moi", person=str(hoa.person_id))
    form.action = "/admin/tam-ngung"

    answer = await hoa.send(form)

    assert (answer.status_code, (await hoa.open("/admin")).status_code) == (409, 200)


@pytest.mark.parametrize("action", ACTIONS)
async def test_only_an_admin_may_change_who_works_here(office: Office, tu: Phone, action: str) -> None:
    minh = await office.at_work("Minh", "mentor", "viettel")
    token = (await minh.form("/desk", "/ra")).fields["token"]
    fields = {"token": token, "name": "Tú", "role": "admin", "unit": "", "person": str(minh.person_id)}

    by_mentor = await minh.send(Form(f"/admin/{action}", fields))
    by_member = await tu.client.post(f"/admin/{action}", data=fields, headers=OWN)

    assert (by_mentor.status_code, by_member.status_code) == (403, 401)
    assert (link(by_mentor.text), link(by_member.text)) == ("", "")
    assert (await minh.open("/desk")).status_code == 200


async def test_the_office_is_closed_to_mentors_and_members(office: Office, tu: Phone) -> None:
    minh = await office.at_work("Minh", "mentor", "viettel")

    assert [(await minh.open("/admin")).status_code, (await tu.look("/admin")).status_code] == [403, 401]


@pytest.mark.parametrize("action", ACTIONS)
async def test_a_form_of_another_site_or_without_its_token_does_nothing(
    office: Office, hoa: Browser, action: str
) -> None:
    minh = await office.at_work("Minh", "mentor", "viettel")
    form = await hoa.form("/admin", "/admin/moi", person=str(minh.person_id))
    form.action = f"/admin/{action}"
    unsigned = Form(form.action, {**form.fields, "token": ""})

    answers = [
        await hoa.send(form, {"Origin": "https://xau.example"}),
        await hoa.send(form, {}),
        await hoa.send(unsigned),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert [link(answer.text) for answer in answers] == ["", "", ""]
    assert (await minh.open("/desk")).status_code == 200


async def test_numbers_tell_how_it_goes_and_nothing_of_what_members_wrote(office: Office, hoa: Browser) -> None:
    await office.ticket("Máy cày của tôi kêu to quá")

    page = (await hoa.open("/admin")).text

    numbers = dict(re.findall(r"<div><dt>([^<]+)</dt><dd>(\d+)</dd></div>", page))
    assert (numbers["Tổng số câu hỏi"], numbers["Thành phiếu hỏi"]) == ("1", "1")
    assert "Viettel Lạng Sơn 1 0 0 0" in text_of(page)
    assert "Máy cày" not in page


async def test_the_connection_to_telegram_is_told_where_it_is_in_use(office: Office, hoa: Browser) -> None:
    without = text_of((await hoa.open("/admin")).text)
    contact = office.ctx.telegram = Contact(office.clock, office.ctx.statistics)
    at_first = text_of((await hoa.open("/admin")).text)
    contact.made()
    office.clock.move(timedelta(minutes=7))
    well = text_of((await hoa.open("/admin")).text)
    contact.lost("NetworkError")
    lost = text_of((await hoa.open("/admin")).text)
    contact.lost("InvalidToken")
    refused = text_of((await hoa.open("/admin")).text)

    assert "Telegram" not in without
    assert "Từ lúc khởi động chưa liên lạc được với Telegram." in at_first
    assert re.search(r"Liên lạc lần cuối: \d\d:\d\d ngày \d\d/\d\d/\d{4} \(7 phút trước\)\.", well)
    assert "Đang mất liên lạc" not in well
    assert "Đang mất liên lạc với Telegram ( NetworkError )." in lost
    assert "Telegram không nhận mã của trợ lý." in refused


async def test_an_invitation_can_be_taken_on_telegram_where_that_is_in_use(office: Office, hoa: Browser) -> None:
    office.ctx.telegram = Contact(office.clock, office.ctx.statistics, lambda: "xulang_bot")

    invited = await hoa.press("/admin", "/admin/moi", name="Nga", role="mentor", unit="vnpt", person="")

    secret = link(invited.text).rsplit("/", 1)[1]
    assert f'readonly value="https://t.me/xulang_bot?start=i_{secret}"' in invited.text


async def test_values_that_answers_wait_for_are_listed_with_who_gives_them(hoa: Browser) -> None:
    page = text_of((await hoa.open("/admin")).text)

    assert "Biểu phí ATM mềm BIEU_PHI Phụ trách: Viettel Lạng Sơn. Cần cho: Phí rút tiền là bao nhiêu?" in page
    assert "GIO_MO_CUA" not in page
