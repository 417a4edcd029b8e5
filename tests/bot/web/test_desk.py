"""The mentors' desk: who may do what with whose ticket, and what comes of a press."""

import asyncio
import re

import pytest

from storage import outbox
from tests.bot.web.office import OWN, Browser, Form, Office, Phone, png, text_of

ACTIONS = ("nhan", "tra-loi", "ghi-chu", "chuyen", "tra-lai", "dong", "mo-lai")
STRANGERS_PRESS = {"text": "Chào anh/chị", "unit": "vnpt"}


@pytest.fixture
async def minh(office: Office) -> Browser:
    """Minh is a mentor of Viettel's."""
    return await office.at_work("Minh", "mentor", "viettel")


@pytest.fixture
async def binh(office: Office) -> Browser:
    """Bình sits beside Minh."""
    return await office.at_work("Bình", "mentor", "viettel")


@pytest.fixture
async def thu(office: Office) -> Browser:
    """Thu is a mentor of the post's."""
    return await office.at_work("Thu", "mentor", "buu-dien")


async def handmade(browser: Browser, ticket: int, action: str) -> Form:
    """A form that no page of ours offered, with a token that is good."""
    token = (await browser.form("/desk", "/ra")).fields["token"]
    return Form(f"/desk/{ticket}/{action}", {"token": token, "key": "tu-che", **STRANGERS_PRESS})


def notice(page: str) -> str:
    """What a page says about the last press."""
    found = re.search(r'<div id="notice" role="status">(.*?)</div>', page, re.DOTALL)
    return text_of(found[1]) if found else ""


def listed(page: str) -> list[str]:
    """The tickets of a queue, each as the words in it."""
    return [text_of(item) for item in re.findall(r'<li><a class="ticket".*?</li>', page, re.DOTALL)]


async def waiting_for_member(office: Office) -> int:
    async with office.ctx.database.read() as session:
        return (await outbox.counts(session)).get("QUEUED", 0)


# --- the work ---


async def test_a_queue_shows_the_tickets_of_the_mentors_units_only(office: Office, minh: Browser, thu: Browser) -> None:
    await office.ticket("Máy kêu to quá", "viettel")

    assert listed((await minh.open("/desk")).text) == ["Phiếu số 1 Mới Máy kêu to quá Chờ chưa đến 1 phút Chưa ai nhận"]
    assert listed((await thu.open("/desk")).text) == []


async def test_a_ticket_shows_what_the_member_wrote_and_what_the_helpdesk_offered(
    office: Office, minh: Browser
) -> None:
    ticket = await office.ticket("<b>Máy</b> kêu to quá")

    page = (await minh.open(f"/desk/{ticket}")).text

    assert '<div class="text" dir="auto">&lt;b&gt;Máy&lt;/b&gt; kêu to quá</div>' in page
    assert re.findall(r'<a href="/hoi/([^"]+)"[^>]*>([^<]+)</a>', page) == [
        ("atm-mem-phi", "Phí rút tiền là bao nhiêu?")
    ]


async def test_other_tickets_of_the_same_person_stand_beside(office: Office, minh: Browser) -> None:
    await office.ticket("Máy kêu to quá")
    await office.ticket("Máy hết tiền")
    await office.ticket("Của người khác", member="tu")

    beside = (await minh.open("/desk/2")).text.split('<aside class="beside">')[1]

    assert listed(beside) == ["Phiếu số 1 Mới Máy kêu to quá Chờ chưa đến 1 phút Chưa ai nhận"]


async def test_a_mentor_takes_answers_and_closes(office: Office, minh: Browser) -> None:
    ticket = await office.ticket()
    page = f"/desk/{ticket}"

    taken = await minh.press(page, f"{page}/nhan")
    answered = await minh.press(page, f"{page}/tra-loi", text="Anh tắt máy giúp em.")
    closed = await minh.press(page, f"{page}/dong")

    assert [notice(answer.text) for answer in (taken, answered, closed)] == [
        "Anh/chị đã nhận phiếu này. Thành viên được báo là anh/chị đang xem.",
        "Đã xếp câu trả lời vào hàng gửi. Trạng thái gửi hiện dưới câu trả lời.",
        "Đã đóng phiếu. Thành viên được báo và có thể mở lại.",
    ]
    assert await office.state(ticket) == ("CLOSED", "viettel", minh.person_id)
    assert await office.reads(ticket) == [("member", "Máy kêu to quá"), ("mentor", "Anh tắt máy giúp em.")]
    assert await waiting_for_member(office) == 3


async def test_a_member_reads_the_answer_in_the_chat(office: Office, lan: Phone, minh: Browser) -> None:
    await lan.press("human")
    await lan.say("Máy kêu to quá")
    offer = (await lan.lines())[-1]
    await lan.press(next(c["value"] for c in offer["choices"] if c["value"].endswith(":viettel")), source=offer["id"])

    await minh.press("/desk/1", "/desk/1/tra-loi", text="Anh *tắt máy* giúp em.")
    await office.settle()

    line = (await lan.lines())[-1]
    assert (line["speaker"], line["html"]) == (
        "Cán bộ hỗ trợ Minh (Viettel Lạng Sơn)",
        "<p>Anh *tắt máy* giúp em.</p>",
    )


async def test_two_mentors_press_take_at_once_and_one_gets_it(office: Office, minh: Browser, binh: Browser) -> None:
    ticket = await office.ticket()
    forms = [await browser.form(f"/desk/{ticket}", f"/desk/{ticket}/nhan") for browser in (minh, binh)]

    answers = await asyncio.gather(minh.send(forms[0]), binh.send(forms[1]))

    _, _, holder = await office.state(ticket)
    names = {minh.person_id: "Minh", binh.person_id: "Bình"}
    told = {notice(answer.text) for answer in answers}
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert told == {
        "Anh/chị đã nhận phiếu này. Thành viên được báo là anh/chị đang xem.",
        f"Phiếu này anh/chị {names[holder or 0]} đang giữ. Chưa có gì được thay đổi.",
    }
    assert await waiting_for_member(office) == 1


@pytest.mark.parametrize("action", ["nhan", "tra-loi", "chuyen", "tra-lai", "dong"])
async def test_what_a_colleague_holds_is_left_alone(office: Office, minh: Browser, binh: Browser, action: str) -> None:
    ticket = await office.ticket()
    await minh.press(f"/desk/{ticket}", f"/desk/{ticket}/nhan")
    before = await office.reads(ticket)

    answer = await binh.send(await handmade(binh, ticket, action))

    assert answer.status_code == 409
    assert notice(answer.text) == "Phiếu này anh/chị Minh đang giữ. Chưa có gì được thay đổi."
    assert await office.state(ticket) == ("TAKEN", "viettel", minh.person_id)
    assert await office.reads(ticket) == before


async def test_the_same_form_sent_twice_answers_once(office: Office, minh: Browser) -> None:
    ticket = await office.ticket()
    form = await minh.form(f"/desk/{ticket}", f"/desk/{ticket}/tra-loi", text="Anh tắt máy giúp em.")

    answers = await asyncio.gather(minh.send(form), minh.send(form))
    later = await minh.send(form)

    assert [answer.status_code for answer in (*answers, later)] == [200, 200, 200]
    assert await office.reads(ticket) == [("member", "Máy kêu to quá"), ("mentor", "Anh tắt máy giúp em.")]
    assert await waiting_for_member(office) == 1


async def test_a_ticket_passed_on_is_seen_by_the_other_unit_alone(office: Office, minh: Browser, thu: Browser) -> None:
    ticket = await office.ticket()

    passed = await minh.press(f"/desk/{ticket}", f"/desk/{ticket}/chuyen", unit="buu-dien")

    assert notice(passed.text) == "Đã chuyển phiếu số 1 sang đơn vị khác. Thành viên được báo."
    assert await office.state(ticket) == ("OPEN", "buu-dien", None)
    seen = [await browser.open(f"/desk/{ticket}") for browser in (minh, thu)]
    assert [answer.status_code for answer in seen] == [404, 200]


async def test_a_released_ticket_waits_for_the_unit_again(office: Office, minh: Browser) -> None:
    ticket = await office.ticket()
    await minh.press(f"/desk/{ticket}", f"/desk/{ticket}/nhan")

    released = await minh.press(f"/desk/{ticket}", f"/desk/{ticket}/tra-lai")

    assert notice(released.text) == "Đã trả phiếu lại hàng chờ của đơn vị."
    assert await office.state(ticket) == ("OPEN", "viettel", None)


async def test_a_note_is_read_by_mentors_and_never_sent(office: Office, minh: Browser, binh: Browser) -> None:
    ticket = await office.ticket()

    await minh.press(f"/desk/{ticket}", f"/desk/{ticket}/ghi-chu", text="Đã gọi điện")

    assert "Đã gọi điện" in (await binh.open(f"/desk/{ticket}")).text
    assert await waiting_for_member(office) == 0


async def test_secrets_in_an_answer_are_masked_and_the_mentor_is_told(office: Office, minh: Browser) -> None:
    ticket = await office.ticket()

    answered = await minh.press(f"/desk/{ticket}", f"/desk/{ticket}/tra-loi", text="Mã OTP là 123456")

    assert (await office.reads(ticket))[-1] == ("mentor", "Mã OTP là [mã OTP đã che]")
    assert "Hệ thống đã che mã OTP trong tin của anh/chị." in notice(answered.text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "Chưa có chữ nào để gửi. Anh/chị viết rồi bấm lại."),
        (" \n\u200b", "Chưa có chữ nào để gửi. Anh/chị viết rồi bấm lại."),
        (
            "a" * 4001,
            "Dài quá 4000 chữ cái nên chưa gửi. Anh/chị viết gọn lại, hoặc chia làm hai lần.",
        ),
    ],
    ids=["nothing", "nothing to be seen", "too long"],
)
async def test_an_answer_that_cannot_be_sent_is_given_back(office: Office, minh: Browser, text: str, told: str) -> None:
    ticket = await office.ticket()

    answer = await minh.press(f"/desk/{ticket}", f"/desk/{ticket}/tra-loi", text=text)

    assert (answer.status_code, notice(answer.text)) == (422, told)
    assert text.strip() in answer.text
    assert await office.reads(ticket) == [("member", "Máy kêu to quá")]


# --- who may not ---


async def test_a_mentor_cannot_act_on_another_units_ticket(office: Office, thu: Browser) -> None:
    ticket = await office.ticket(unit="viettel")
    forms = [await handmade(thu, ticket, action) for action in ACTIONS]

    answers = [await thu.send(form) for form in forms]

    assert [answer.status_code for answer in answers] == [404] * len(ACTIONS)
    assert ["Máy kêu to quá" in answer.text for answer in answers] == [False] * len(ACTIONS)
    assert await office.state(ticket) == ("OPEN", "viettel", None)
    assert await office.reads(ticket) == [("member", "Máy kêu to quá")]


@pytest.mark.parametrize("path", ["/desk/1", "/desk/999", f"/desk/{'9' * 30}"])
async def test_another_units_ticket_looks_like_none(office: Office, thu: Browser, path: str) -> None:
    await office.ticket(unit="viettel")

    answer = await thu.open(path)

    assert answer.status_code == 404
    assert "Phiếu này không có, hoặc thuộc đơn vị khác." in text_of(answer.text)


@pytest.mark.parametrize("path", ["/desk", "/desk/1", "/desk/stream", "/desk/anh/1"])
async def test_a_member_cannot_look_behind_the_desk(office: Office, tu: Phone, path: str) -> None:
    await office.photo(await office.ticket(), png())

    answer = await tu.client.get(path)

    assert answer.status_code == 401
    assert "Anh/chị cần đăng nhập" in answer.text
    assert "Máy kêu to quá" not in answer.text


async def test_a_member_cannot_press_at_the_desk(office: Office, tu: Phone) -> None:
    ticket = await office.ticket()

    answers = [
        await tu.client.post(f"/desk/{ticket}/{action}", data=STRANGERS_PRESS, headers=OWN) for action in ACTIONS
    ]

    assert [answer.status_code for answer in answers] == [401] * len(ACTIONS)
    assert await office.state(ticket) == ("OPEN", "viettel", None)
    assert await office.reads(ticket) == [("member", "Máy kêu to quá")]


async def test_an_admin_without_a_unit_reads_no_tickets(office: Office) -> None:
    ticket = await office.ticket()
    hoa = await office.at_work("Hoa", "admin")

    answer = await hoa.open(f"/desk/{ticket}")

    assert answer.status_code == 403
    assert "Máy kêu to quá" not in answer.text


async def test_a_suspended_mentor_is_locked_out_at_once(office: Office, minh: Browser) -> None:
    ticket = await office.ticket()
    await minh.press(f"/desk/{ticket}", f"/desk/{ticket}/nhan")
    form = await minh.form(f"/desk/{ticket}", f"/desk/{ticket}/tra-loi", text="Anh tắt máy giúp em.")

    await office.suspend(minh.person_id, "mentor", "viettel")

    answers = [await minh.send(form), await minh.open("/desk"), await minh.open(f"/desk/{ticket}")]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert "Anh tắt máy giúp em." in answers[0].text  # what was typed is given back
    assert await office.state(ticket) == ("OPEN", "viettel", None)
    assert await office.reads(ticket) == [("member", "Máy kêu to quá")]


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": "https://xau.example"}, {"Origin": "null"}, {**OWN, "Sec-Fetch-Site": "cross-site"}]
)
async def test_a_press_that_another_site_sends_does_nothing(
    office: Office, minh: Browser, headers: dict[str, str]
) -> None:
    ticket = await office.ticket()
    forms = [await handmade(minh, ticket, action) for action in ACTIONS]

    answers = [await minh.send(form, headers) for form in forms]

    assert [answer.status_code for answer in answers] == [403] * len(ACTIONS)
    assert await office.state(ticket) == ("OPEN", "viettel", None)
    assert await office.reads(ticket) == [("member", "Máy kêu to quá")]


@pytest.mark.parametrize("token", ["", "x", "ký tự lạ"])
async def test_a_press_without_the_sessions_token_does_nothing_and_loses_nothing(
    office: Office, minh: Browser, token: str
) -> None:
    ticket = await office.ticket()
    form = await minh.form(f"/desk/{ticket}", f"/desk/{ticket}/tra-loi", text="Anh tắt máy giúp em.")
    form.fields["token"] = token

    answer = await minh.send(form)

    assert answer.status_code == 403
    assert notice(answer.text).startswith("Trang này mở từ lần đăng nhập trước nên chưa gửi.")
    assert "Anh tắt máy giúp em.</textarea>" in answer.text
    assert await office.reads(ticket) == [("member", "Máy kêu to quá")]


async def test_anothers_token_is_not_good(office: Office, minh: Browser, binh: Browser) -> None:
    ticket = await office.ticket()
    form = await handmade(binh, ticket, "nhan")
    form.fields["token"] = (await minh.form("/desk", "/ra")).fields["token"]

    answer = await binh.send(form)

    assert answer.status_code == 403
    assert await office.state(ticket) == ("OPEN", "viettel", None)


async def test_an_unknown_press_is_not_found(office: Office, minh: Browser) -> None:
    ticket = await office.ticket()

    answer = await minh.send(await handmade(minh, ticket, "xoa-het"))

    assert answer.status_code == 404


async def test_a_form_larger_than_any_of_ours_is_refused(office: Office, minh: Browser) -> None:
    ticket = await office.ticket()
    form = await handmade(minh, ticket, "tra-loi")
    form.fields["text"] = "a" * 300_000

    answer = await minh.send(form)

    assert answer.status_code == 413
    assert await office.reads(ticket) == [("member", "Máy kêu to quá")]


# --- photos and news ---


async def test_a_photo_is_seen_by_the_mentors_of_its_tickets_unit_alone(
    office: Office, minh: Browser, thu: Browser
) -> None:
    photo = await office.photo(await office.ticket(unit="viettel"), png())

    own, others = await minh.open(f"/desk/anh/{photo}"), await thu.open(f"/desk/anh/{photo}")

    assert (own.status_code, own.content, own.headers["cache-control"]) == (200, png(), "private, no-store")
    assert others.status_code == 404


async def test_a_photo_that_was_not_sent_to_a_mentor_is_seen_by_none(office: Office, minh: Browser) -> None:
    await office.ticket()
    photo = await office.photo(None, png())

    assert (await minh.open(f"/desk/anh/{photo}")).status_code == 404


async def test_the_desk_hears_that_something_changed(office: Office, minh: Browser) -> None:
    async def heard(last: str) -> tuple[str, str]:
        """Name and id of what the stream brings at once; it ends there because the service is stopping."""
        office.ctx.stopping.set()
        answer = await minh.open("/desk/stream", **{"Last-Event-ID": last})
        office.ctx.stopping.clear()
        found = re.search(r"^id: (.*)\nevent: (.*)\n", answer.text, re.MULTILINE)
        return (found[2], found[1]) if found else ("", last)

    _, first = await heard("")
    quiet, _ = await heard(first)
    await office.ticket()
    name, second = await heard(first)
    await office.ticket(unit="buu-dien")
    others, _ = await heard(second)

    assert (quiet, name, others) == ("", "changed", "")
