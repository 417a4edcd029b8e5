"""The door for staff: one-time links, the session behind them, and the way out."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path

import pytest

from bot.web import staff
from tests.bot.web.office import OWN, Browser, Office, opened, text_of

SPENT = "Đường dẫn này không dùng được nữa"


async def test_looking_at_a_link_says_whom_it_is_for_and_does_not_spend_it(office: Office) -> None:
    link = await office.invite("chị Thu", "mentor", "vnpt")
    preview, thu = office.browser(), office.browser()

    seen = [await preview.open(link), await preview.open(link)]

    assert [answer.status_code for answer in seen] == [200, 200]
    assert "set-cookie" not in seen[0].headers
    assert "Chào chị Thu" in text_of(seen[0].text)
    assert "Họ tên chị Thu Vai trò Cán bộ hỗ trợ Đơn vị VNPT Lạng Sơn" in text_of(seen[0].text)
    assert (await thu.client.post(link, headers=OWN)).url.path == "/desk"


async def test_a_link_lets_in_once(office: Office) -> None:
    link = await office.invite("Thu", "mentor", "vnpt")
    first, second = office.browser(), office.browser()

    answers = [await browser.client.post(link, headers=OWN) for browser in (first, second)]

    assert [answer.status_code for answer in answers] == [200, 410]
    assert SPENT in answers[1].text
    assert [(await browser.open("/desk")).status_code for browser in (first, second)] == [200, 401]
    assert SPENT in (await second.open(link)).text


async def test_a_link_pressed_twice_at_once_lets_in_one(office: Office) -> None:
    link = await office.invite("Thu", "mentor", "vnpt")
    browsers = [office.browser(), office.browser()]

    answers = await asyncio.gather(*(browser.client.post(link, headers=OWN) for browser in browsers))

    assert sorted(answer.status_code for answer in answers) == [200, 410]


async def test_a_link_is_good_for_a_day(office: Office) -> None:
    link = await office.invite("Thu", "mentor", "vnpt")
    browser = office.browser()

    office.clock.move(timedelta(hours=24))

    assert [(await browser.open(link)).status_code, (await browser.client.post(link, headers=OWN)).status_code] == [
        410,
        410,
    ]


async def test_a_made_up_link_lets_nobody_in(office: Office) -> None:
    browser = office.browser()

    answer = await browser.client.post("/vao/doan-mo", headers=OWN)

    assert answer.status_code == 410
    assert (await browser.open("/desk")).status_code == 401


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": "https://xau.example"}, {"Origin": "null"}, {**OWN, "Sec-Fetch-Site": "same-site"}]
)
async def test_a_link_is_spent_by_our_own_page_only(office: Office, headers: dict[str, str]) -> None:
    link = await office.invite("Thu", "mentor", "vnpt")
    browser = office.browser()

    foreign = await browser.client.post(link, headers=headers)

    assert (foreign.status_code, "set-cookie" in foreign.headers) == (403, False)
    assert (await browser.client.post(link, headers=OWN)).status_code == 200


async def test_an_admin_comes_to_the_office(office: Office) -> None:
    link = await office.invite("Hoa", "admin")

    answer = await office.browser().client.post(link, headers=OWN)

    assert (answer.status_code, answer.url.path) == (200, "/admin")


async def test_who_is_known_comes_in_again_as_the_same_person(office: Office) -> None:
    thu = await office.at_work("Thu", "mentor", "vnpt")
    ticket = await office.ticket(unit="vnpt")
    await thu.press(f"/desk/{ticket}", f"/desk/{ticket}/nhan")
    link = await office.invite("Thu", "mentor", "vnpt", person_id=thu.person_id)
    elsewhere = office.browser()

    await elsewhere.client.post(link, headers=OWN)

    assert "Anh/chị đang giữ phiếu này" in (await elsewhere.open(f"/desk/{ticket}")).text


@pytest.mark.parametrize(("public_url", "secure"), [(None, ""), ("https://hoi.langson.vn", "; Secure")])
async def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(
    tmp_path: Path, public_url: str | None, secure: str
) -> None:
    async with opened(tmp_path, public_url) as office:
        link = await office.invite("Thu", "mentor", "vnpt")

        answer = await office.browser().client.post(link, headers=OWN, follow_redirects=False)

        form = rf"helpdesk_staff=[^;]+; HttpOnly; Max-Age=2592000; Path=/; SameSite=lax{secure}"
        assert answer.status_code == 303
        assert re.fullmatch(form, answer.headers["set-cookie"])


async def test_a_session_ends_after_its_time(office: Office) -> None:
    thu = await office.at_work("Thu", "mentor", "vnpt")

    office.clock.move(staff.SESSION_LIVES)

    assert (await thu.open("/desk")).status_code == 401


@pytest.mark.parametrize("cookie", ["", "x", "eyJwZXJzb24iOjF9.gia-mao", "MQ.x.y"])
async def test_a_forged_session_is_none(office: Office, cookie: str) -> None:
    await office.at_work("Thu", "mentor", "vnpt")

    answer = await office.browser().open("/desk", Cookie=f"{staff.COOKIE}={cookie}")

    assert answer.status_code == 401


async def test_a_members_cookie_is_no_session(office: Office) -> None:
    browser = office.browser()
    await browser.open("/")
    members = browser.client.cookies["helpdesk_chat"]

    answer = await browser.open("/desk", Cookie=f"{staff.COOKIE}={members}")

    assert answer.status_code == 401


async def leave(browser: Browser, token: str, headers: dict[str, str] = OWN) -> int:
    return (await browser.client.post("/ra", data={"token": token}, headers=headers)).status_code


async def test_leaving_needs_our_own_page_and_its_token(office: Office) -> None:
    thu = await office.at_work("Thu", "mentor", "vnpt")
    token = (await thu.form("/desk", "/ra")).fields["token"]

    refused = [await leave(thu, token, {"Origin": "https://xau.example"}), await leave(thu, "sai")]
    still = (await thu.open("/desk")).status_code
    left = await leave(thu, token)

    assert (refused, still, left) == ([403, 403], 200, 200)
    assert (await thu.open("/desk")).status_code == 401
