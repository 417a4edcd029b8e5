"""The FAQ in the office: who may see it and change it, what is shown, and an edit from the form to the answer."""

import asyncio
import re
import threading
from collections.abc import AsyncIterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from faq import catalog
from faq.matching import Sure, Unsure
from tests.bot.web.office import HOST, OWN, Browser, Form, Office, Phone, opened, text_of
from tests.faq.folders import write

FILE = "atm-mem.yaml"
ATM = """\
# Điểm ATM mềm
topic: atm-mem
name: Điểm ATM mềm
unit: viettel
questions:
  - id: atm-mem-phi
    question: Phí rút tiền ở điểm ATM mềm là bao nhiêu?
    variants:
      - Rút tiền mất mấy nghìn tiền phí
      - Điểm ATM mềm thu phí thế nào
    try:
      - phi rut tien o diem atm mem
    answer: |
      Phí: {{BIEU_PHI|Hỏi điểm trước khi làm.}}.

      **Lưu ý:** không đọc mã OTP cho ai.
    risk: money
    related: [atm-mem-giay-to]
    reviewed: 2020-01-01   # chị Hoa
  # giấy tờ
  - id: atm-mem-giay-to
    question: Cần mang giấy tờ gì ra điểm ATM mềm?
    variants:
      - Ra điểm phải cầm theo căn cước không
    answer: Mang căn cước.
    reviewed: 2026-11-01
"""
VALUES = "# của tỉnh\nvalues:\n  - name: BIEU_PHI\n    meaning: Biểu phí ATM mềm\n    owner: viettel\n    text: null\n"
NEW_WORDING = "Cái quán chị Bảy: tính công #1 ra sao"
RETOLD = "cai quan chi bay tinh cong 1 ra sao"


class _Sheet(HTMLParser):
    """Every form of a page, with what a browser would send of it."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._area: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(named.get("action", "")))
        if not self.forms:
            return
        fields = self.forms[-1].fields
        if tag == "input" and "name" in named and (named.get("type") != "checkbox" or "checked" in named):
            fields[named["name"]] = named.get("value", "on" if named.get("type") == "checkbox" else "")
        elif tag == "textarea":
            self._area = named["name"]
            fields[self._area] = ""
        elif tag == "select":
            self._select = named["name"]
        elif tag == "option" and self._select and (self._select not in fields or "selected" in named):
            fields[self._select] = named.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self.forms[-1].fields[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area is not None:
            self.forms[-1].fields[self._area] = self.forms[-1].fields[self._area].removeprefix("\n")
            self._area = None
        elif tag == "select":
            self._select = None


def form(page: httpx.Response, action: str) -> Form:
    sheet = _Sheet()
    sheet.feed(page.text)
    return next(form for form in sheet.forms if form.action == action)


def notice(page: httpx.Response) -> str:
    found = re.search(r'<div id="notice" role="status">(.*?)</div>', page.text, re.DOTALL)
    return unescape(text_of(found[1])) if found else ""


@pytest.fixture
def live(tmp_path: Path) -> Path:
    """The folder of the FAQ that answers."""
    return write(tmp_path / "faq", {FILE: ATM, "values.yaml": VALUES})


@pytest.fixture
async def office(tmp_path: Path, live: Path) -> AsyncIterator[Office]:
    async with opened(tmp_path, faq=live) as office:
        yield office


@pytest.fixture
async def hoa(office: Office) -> Browser:
    """Hoa is an admin."""
    return await office.at_work("Hoa", "admin")


@pytest.fixture
async def binh(office: Office) -> Browser:
    """Bình is another."""
    return await office.at_work("Bình", "admin")


async def fill(browser: Browser, path: str, **filled: str) -> httpx.Response:
    """Fills the form of a page and sends it; the draft's page, or the form again."""
    sheet = form(await browser.open(path), path.partition("?")[0])
    sheet.fields |= filled
    return await browser.send(sheet)


async def checked(office: Office, browser: Browser, page: httpx.Response) -> httpx.Response:
    """The draft's page once everything has been checked."""
    await asyncio.to_thread(office.ctx.checks.settle)
    return await browser.open(page.url.path)


async def put_live(browser: Browser, page: httpx.Response, *, sure: bool = True) -> httpx.Response:
    draft = page.url.path.removesuffix("/dua-vao-dung")
    sheet = form(page, f"{draft}/dua-vao-dung")
    return await browser.send(Form(sheet.action, sheet.fields | ({"sure": "on"} if sure else {})))


def understood(office: Office, text: str) -> str | None:
    """Which entry the helpdesk answers or offers first, as it is now."""
    verdict = office.ctx.desk.knowledge().matcher.match(text)
    return verdict.matches[0].id if isinstance(verdict, (Sure, Unsure)) else None


def said(page: httpx.Response) -> str:
    """What somebody reads on it."""
    return unescape(text_of(page.text))


# --- who may ---

PAGES = ("", "/cau/atm-mem-phi", "/gia-tri", "/kiem-tra", "/lich-su", "/tep", f"/tep/{FILE}")
WITH_FORMS = ("/cau/atm-mem-phi/sua", "/them", "/gia-tri/BIEU_PHI", "/them-gia-tri")
ACTIONS = (*WITH_FORMS, "/cau/atm-mem-phi/xoa", "/tep")


@pytest.mark.parametrize("path", [*PAGES, *WITH_FORMS])
async def test_the_faq_in_the_office_is_closed_to_mentors_and_members(
    office: Office, hoa: Browser, tu: Phone, path: str
) -> None:
    minh = await office.at_work("Minh", "mentor", "viettel")

    pages = [await each.open(f"/admin/kho{path}") for each in (hoa, minh)]
    member = await tu.look(f"/admin/kho{path}")

    assert [page.status_code for page in (*pages, member)] == [200, 403, 401]


@pytest.mark.parametrize("path", ACTIONS)
async def test_only_an_admins_own_form_makes_a_draft(
    office: Office, hoa: Browser, tu: Phone, live: Path, path: str
) -> None:
    minh = await office.at_work("Minh", "mentor", "viettel")
    token = form(await hoa.open("/admin"), "/ra").fields["token"]
    other = form(await minh.open("/desk"), "/ra").fields["token"]
    sent = {"token": token, "question": "Mới?", "answer": "Có.", "file": FILE, "text": "x"}
    action = f"/admin/kho{path}"

    answers = [
        await minh.send(Form(action, sent | {"token": other})),
        await tu.client.post(action, data=sent, headers=OWN),
        await hoa.send(Form(action, sent), {"Origin": "https://xau.example"}),
        await hoa.send(Form(action, sent), {}),
        await hoa.send(Form(action, sent | {"token": ""})),
        await hoa.send(Form(action, sent | {"token": other})),
    ]

    assert [answer.status_code for answer in answers] == [403, 401, 403, 403, 403, 403]
    assert not (live.parent / "faq-history").exists()


@pytest.mark.parametrize("action", ["dua-vao-dung", "bo", "lam-lai", "hoan-lai"])
async def test_only_an_admin_presses_on_a_draft(
    office: Office, hoa: Browser, tu: Phone, live: Path, action: str
) -> None:
    minh = await office.at_work("Minh", "mentor", "viettel")
    draft = await fill(hoa, "/admin/kho/cau/atm-mem-phi/sua", question="Phí rút tiền mấy nghìn?")
    path = f"{draft.url.path}/{action}"
    token = form(await minh.open("/desk"), "/ra").fields["token"]

    answers = [
        await minh.send(Form(path, {"token": token, "sure": "on"})),
        await tu.client.post(path, data={"sure": "on"}, headers=OWN),
        await hoa.send(Form(path, {"token": token, "sure": "on"})),
    ]

    assert [answer.status_code for answer in answers] == [403, 401, 403]
    assert (live / FILE).read_text(encoding="utf-8") == ATM
    assert (await hoa.open(draft.url.path)).status_code == 200


async def test_what_was_typed_is_given_back_to_somebody_who_is_not_logged_in_any_more(
    office: Office, hoa: Browser
) -> None:
    sheet = form(await hoa.open("/admin/kho/cau/atm-mem-phi/sua"), "/admin/kho/cau/atm-mem-phi/sua")
    await office.suspend(hoa.person_id, "admin")

    answer = await hoa.send(Form(sheet.action, sheet.fields | {"answer": "Câu trả lời dài."}))

    assert answer.status_code == 403
    assert "Câu trả lời dài." in answer.text


# --- what is shown ---


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["atm-mem-phi", "atm-mem-giay-to"]),
        ("tim=giay+TO", ["atm-mem-giay-to"]),
        ("tim=c%C4%83n+c%C6%B0%E1%BB%9Bc", ["atm-mem-giay-to"]),
        ("tim=phi+nghin", ["atm-mem-phi"]),
        ("tim=diem+giay", ["atm-mem-giay-to"]),
        ("tim=xe+buyt", []),
        ("chu-de=atm-mem", ["atm-mem-phi", "atm-mem-giay-to"]),
        ("chu-de=khac", []),
        ("loc=rui-ro", ["atm-mem-phi"]),
        ("loc=can-xem-lai", ["atm-mem-phi"]),
        ("loc=thieu-gia-tri", ["atm-mem-phi"]),
        ("loc=khan", []),
    ],
)
async def test_entries_are_found_by_their_words_with_or_without_diacritics(
    hoa: Browser, query: str, found: list[str]
) -> None:
    page = await hoa.open(f"/admin/kho?{query}")

    assert re.findall(r'class="ticket" href="/admin/kho/cau/([^"]+)"', page.text) == found


async def test_the_list_marks_what_needs_care(hoa: Browser) -> None:
    page = said(await hoa.open("/admin/kho"))

    assert "2 cách hỏi, 1 câu thử Liên quan tiền Cần xem lại Thiếu 1 giá trị Cần mang giấy tờ gì" in page


async def test_an_entry_is_shown_as_every_channel_shows_it(hoa: Browser) -> None:
    page = (await hoa.open("/admin/kho/cau/atm-mem-phi")).text

    heading = "Phí rút tiền ở điểm ATM mềm là bao nhiêu?"
    assert f"<p><strong>{heading}</strong></p>\n<p>Hỏi điểm trước khi làm.</p>" in page
    assert f"<b>{heading}</b>\n\nHỏi điểm trước khi làm.\n\n<b>Lưu ý:</b> không đọc mã OTP cho ai." in page
    plain = f"{heading}\n\nHỏi điểm trước khi làm.\n\nLưu ý: không đọc mã OTP cho ai."
    options = "1. Được rồi\n2. Chưa đúng\n3. Cần mang giấy tờ gì ra điểm ATM mềm?\n0. Gặp cán bộ"
    assert f"{plain}\n\n{options}" in page
    assert f"Trên Telegram: {len(plain)}/4096" in page
    assert f"Trên Zalo: {len(plain) + 2 + len(options)}/2000" in page


async def test_tries_are_asked_of_the_live_faq(hoa: Browser) -> None:
    page = said(await hoa.open("/admin/kho/cau/atm-mem-phi"))

    assert "Đạt phi rut tien o diem atm mem" in page


async def test_values_that_are_missing_are_listed_with_who_gives_them_and_where_they_are_used(hoa: Browser) -> None:
    page = said(await hoa.open("/admin/kho/gia-tri"))

    assert (
        "Đang thiếu (1) Câu trả lời dùng các giá trị này đang nói câu thay thế. Cần nhất đứng trước."
        " Biểu phí ATM mềm BIEU_PHI Phụ trách: Viettel Lạng Sơn."
        " Dùng ở 1 câu Phí rút tiền ở điểm ATM mềm là bao nhiêu? Điền Biểu phí ATM mềm" in page
    )


async def test_a_file_is_downloaded_byte_for_byte_and_no_other_than_those_of_the_faq(hoa: Browser, live: Path) -> None:
    (live.parent / "secret.yaml").write_text("x", encoding="utf-8")

    there = await hoa.open(f"/admin/kho/tep/{FILE}")
    others = [await hoa.open(f"/admin/kho/tep/{name}") for name in ("..%2Fsecret.yaml", ".shipped.json", "x.yaml")]

    assert there.content == ATM.encode()
    assert there.headers["content-disposition"] == f'attachment; filename="{FILE}"'
    assert [other.status_code for other in others] == [404, 404, 404]


async def test_a_save_that_was_rejected_shows_at_once(office: Office, hoa: Browser, live: Path) -> None:
    assert office.ctx.library is not None
    write(live, {FILE: ATM.replace("    answer: Mang căn cước.\n", "")})

    await office.ctx.library.reload(office.ctx.intake, office.clock)

    for path in ("/admin", "/admin/kho", "/admin/kho/tep"):
        page = said(await hoa.open(path))
        assert "có lỗi nên chưa được dùng" in page
        assert "mục 'atm-mem-giay-to' thiếu 'answer'; thêm dòng 'answer: …'" in page


async def test_the_whole_lint_runs_behind_and_shows_when_it_is_there(office: Office, hoa: Browser) -> None:
    may_go_on = threading.Event()
    office.ctx.checks.run("another", lambda _: may_go_on.wait())
    first = said(await hoa.open("/admin/kho/kiem-tra"))

    may_go_on.set()
    await asyncio.to_thread(office.ctx.checks.settle)

    assert "Dưới đây mới là phần kiểm nhanh." in first
    page = said(await hoa.open("/admin/kho/kiem-tra"))
    assert "Đã kiểm cả chữ nghĩa lẫn hỏi thử từng câu" in page
    assert "Nhắc atm-mem.yaml, dòng 19: rà lại lần cuối ngày 2020-01-01, đã hơn một năm" in page


# --- an edit, from the form to the answer ---


async def test_an_edit_goes_from_the_form_to_the_answer_and_back(office: Office, hoa: Browser, live: Path) -> None:
    path = "/admin/kho/cau/atm-mem-phi/sua"
    variants = form(await hoa.open(path), path).fields["variants"]
    before = understood(office, RETOLD)

    draft = await fill(hoa, path, variants=f"{variants}\r\n- {NEW_WORDING}\r\n\r\n")
    nothing_yet = (live / FILE).read_text(encoding="utf-8")
    draft = await checked(office, hoa, draft)
    shown = await put_live(hoa, draft)

    assert (before, nothing_yet) == (None, ATM)
    shown_first = said(draft)
    assert "Sửa mục “Phí rút tiền ở điểm ATM mềm là bao nhiêu?” Bản nháp, chưa dùng" in shown_first
    assert "Đã hỏi cả 1 câu thử của kho: không mục nào khác bị ảnh hưởng." in shown_first
    assert "+ thêm - 'Cái quán chị Bảy: tính công #1 ra sao'" in shown_first
    assert "Đã đưa vào dùng" in said(shown)
    assert (live / FILE).read_text(encoding="utf-8") == ATM.replace(
        "      - Điểm ATM mềm thu phí thế nào\n",
        "      - Điểm ATM mềm thu phí thế nào\n      - 'Cái quán chị Bảy: tính công #1 ra sao'\n",
    )
    assert understood(office, RETOLD) == "atm-mem-phi"

    undone = await hoa.send(form(shown, f"{shown.url.path}/hoan-lai"))

    assert "Hoàn lại: Sửa mục" in said(undone)
    assert (live / FILE).read_text(encoding="utf-8") == ATM
    assert understood(office, RETOLD) is None


async def test_a_form_sent_back_as_it_came_changes_nothing(hoa: Browser) -> None:
    for path in ("/admin/kho/cau/atm-mem-phi/sua", "/admin/kho/cau/atm-mem-giay-to/sua", "/admin/kho/gia-tri/BIEU_PHI"):
        page = await fill(hoa, path)

        assert (page.status_code, notice(page)) == (422, "Chưa có gì thay đổi so với bản đang dùng.")


async def test_every_field_of_the_form_reaches_the_file(office: Office, hoa: Browser, live: Path) -> None:
    filled = {
        "question": "Giấy tờ gì?",
        "variants": "• Một: \n2. Hai",
        "try": "ba\nbốn",
        "answer": "Mang **căn cước**.\r\n\r\n- Thôi\t",
        "unit": "vnpt",
        "also-buu-dien": "on",
        "also-viettel": "on",
        "near": "atm-mem-phi",
        "slots": "viec: giay",
        "risk": "identity",
        "urgent": "on",
        "related": "atm-mem-phi",
        "source": "QĐ 12/2026\nhttps://langson.gov.vn",
        "reviewed": "24/11/2026",
        "valid_until": "2027-06-30",
    }

    await put_live(hoa, await fill(hoa, "/admin/kho/cau/atm-mem-giay-to/sua", **filled))

    written = (live / FILE).read_text(encoding="utf-8").partition("  # giấy tờ\n")[2]
    assert written == (
        "  - id: atm-mem-giay-to\n"
        "    question: Giấy tờ gì?\n"
        "    variants:\n"
        "      - 'Một:'\n"
        "      - Hai\n"
        "    try:\n"
        "      - ba\n"
        "      - bốn\n"
        "    answer: |\n"
        "      Mang **căn cước**.\n"
        "\n"
        "      - Thôi\n"
        "    unit: vnpt\n"
        "    also_units: [buu-dien, viettel]\n"
        "    near: [atm-mem-phi]\n"
        "    slots: {viec: giay}\n"
        "    risk: identity\n"
        "    urgent: true\n"
        "    related: [atm-mem-phi]\n"
        "    source:\n"
        "      - QĐ 12/2026\n"
        "      - https://langson.gov.vn\n"
        "    reviewed: 2026-11-24\n"
        "    valid_until: 2027-06-30\n"
    )
    assert form(await hoa.open("/admin/kho/cau/atm-mem-giay-to/sua"), "/admin/kho/cau/atm-mem-giay-to/sua").fields[
        "slots"
    ] == ("viec: giay")


async def test_a_draft_with_faults_is_not_put_live_and_loses_nothing(office: Office, hoa: Browser, live: Path) -> None:
    path = "/admin/kho/cau/atm-mem-phi/sua"

    draft = await fill(hoa, path, answer="Phí: 5 nghìn.\n\nChữ tôi đã gõ.", valid_until="sau Tết")
    token = form(draft, f"{draft.url.path}/bo").fields["token"]
    forced = await hoa.send(Form(f"{draft.url.path}/dua-vao-dung", {"token": token, "sure": "on"}))
    resumed = form(await hoa.open(f"{path}?ban={draft.url.path.rsplit('/')[-1]}"), path).fields

    told = said(draft)
    assert "Chưa dùng được: cần sửa" in told
    assert "'valid_until' phải là một ngày có thật" in told
    assert forced.status_code == 409
    assert notice(forced).startswith("Bản này còn lỗi khiến kho hỏi đáp không đọc được")
    assert (resumed["answer"], resumed["valid_until"]) == ("Phí: 5 nghìn.\n\nChữ tôi đã gõ.", "sau Tết")
    assert (live / FILE).read_text(encoding="utf-8") == ATM

    mended = await fill(hoa, f"{path}?ban={draft.url.path.rsplit('/')[-1]}", valid_until="", answer="Phí: 5 nghìn.")

    assert "Chưa dùng được" not in said(mended)
    assert (await hoa.open(draft.url.path)).status_code == 404


async def test_a_draft_that_names_an_unknown_value_is_not_put_live(office: Office, hoa: Browser) -> None:
    draft = await fill(hoa, "/admin/kho/cau/atm-mem-phi/sua", answer="Phí: {{KHONG_CO}}.")

    assert "Chưa dùng được: cần sửa 1 lỗi" in said(draft)
    assert "giá trị 'KHONG_CO' không có trong values.yaml" in said(draft)


async def test_what_lint_finds_is_to_be_read_before_it_goes_live(office: Office, hoa: Browser, live: Path) -> None:
    draft = await fill(hoa, "/admin/kho/cau/atm-mem-phi/sua", answer="Xem <b>bảng phí</b>. Không đọc mã OTP cho ai.")

    unread = await put_live(hoa, await checked(office, hoa, draft), sure=False)
    unchanged = (live / FILE).read_text(encoding="utf-8") == ATM
    read = await put_live(hoa, unread)

    assert "thẻ HTML không hiện được trong tin nhắn" in said(draft)
    assert (unread.status_code, unchanged) == (422, True)
    assert notice(unread).startswith("Còn điều chưa đạt hoặc chưa kiểm xong.")
    assert "Đã đưa vào dùng" in said(read)


async def test_a_form_that_is_not_complete_comes_back_filled(hoa: Browser) -> None:
    path = "/admin/kho/them"

    page = await fill(hoa, path, question="Mở tài khoản ở đâu?", answer=" ", variants="một\nhai")

    assert (page.status_code, notice(page)) == (422, "Cần có câu hỏi và câu trả lời. Chưa có gì được lưu.")
    fields = form(page, path).fields
    assert (fields["question"], fields["variants"]) == ("Mở tài khoản ở đâu?", "một\nhai")


async def test_an_entry_is_added_and_answers(office: Office, hoa: Browser, live: Path) -> None:
    draft = await fill(
        hoa, "/admin/kho/them", question="Xe buýt số mấy ra bến Đồng Đăng?", answer="Số 33.", variants="đi xe buýt"
    )

    shown = await put_live(hoa, draft)

    assert (live / FILE).read_text(encoding="utf-8") == ATM + (
        "  - id: xe-buyt-so-may-ra-ben-dong-dang\n"
        "    question: Xe buýt số mấy ra bến Đồng Đăng?\n"
        "    variants:\n"
        "      - đi xe buýt\n"
        "    answer: |\n"
        "      Số 33.\n"
        f"    reviewed: {office.clock().date()}\n"
    )
    assert understood(office, "xe buyt so may ra ben dong dang") == "xe-buyt-so-may-ra-ben-dong-dang"
    assert 'href="/admin/kho/cau/xe-buyt-so-may-ra-ben-dong-dang"' in shown.text


async def test_an_entry_is_removed_with_what_others_say_of_it(hoa: Browser, live: Path) -> None:
    page = await hoa.open("/admin/kho/cau/atm-mem-giay-to")

    draft = await hoa.send(form(page, "/admin/kho/cau/atm-mem-giay-to/xoa"))
    await put_live(hoa, draft)

    removed = ATM.replace("    related: [atm-mem-giay-to]\n", "").partition("  # giấy tờ\n")[0] + "  # giấy tờ\n"
    assert (live / FILE).read_text(encoding="utf-8") == removed
    assert (await hoa.open("/admin/kho/cau/atm-mem-giay-to")).status_code == 404


async def test_a_value_is_filled_in_and_said(office: Office, hoa: Browser, live: Path) -> None:
    draft = await fill(hoa, "/admin/kho/gia-tri/BIEU_PHI", text="5 nghìn đồng", source="CV 7", checked="24/11/2026")

    await put_live(hoa, draft)

    assert (live / "values.yaml").read_text(encoding="utf-8") == VALUES.replace(
        "    text: null\n", "    text: 5 nghìn đồng\n    source: CV 7\n    checked: 2026-11-24\n"
    )
    assert "Phí: 5 nghìn đồng." in said(await hoa.open("/admin/kho/cau/atm-mem-phi"))


async def test_a_new_value_is_declared(hoa: Browser, live: Path) -> None:
    path = "/admin/kho/them-gia-tri"
    without = await fill(hoa, path, name="gio_mo_cua", text="7 giờ")

    draft = await fill(hoa, path, name="{{gio_mo_cua}}", meaning="Giờ mở cửa", owner="vnpt", text="7 giờ")
    await put_live(hoa, draft)

    assert without.status_code == 422
    assert form(without, path).fields["text"] == "7 giờ"
    assert (live / "values.yaml").read_text(encoding="utf-8") == VALUES + (
        "  - name: GIO_MO_CUA\n    meaning: Giờ mở cửa\n    owner: vnpt\n    text: 7 giờ\n"
    )


# --- two at once ---


async def test_of_two_admins_drafts_one_goes_live_and_the_other_is_made_again(
    hoa: Browser, binh: Browser, live: Path
) -> None:
    hers = await fill(hoa, "/admin/kho/cau/atm-mem-phi/sua", question="Phí mấy nghìn?")
    his = await fill(binh, "/admin/kho/cau/atm-mem-giay-to/sua", answer="Mang căn cước gốc.")
    await put_live(hoa, hers)

    late = await put_live(binh, his)
    again = await binh.send(form(late, f"{his.url.path}/lam-lai"))
    await put_live(binh, again)

    assert late.status_code == 409
    assert notice(late).startswith("Đã có người sửa cùng tệp sau khi bản này được tạo")
    assert (live / FILE).read_text(encoding="utf-8") == ATM.replace(
        "Phí rút tiền ở điểm ATM mềm là bao nhiêu?", "Phí mấy nghìn?"
    ).replace("    answer: Mang căn cước.\n", "    answer: |\n      Mang căn cước gốc.\n")


async def test_who_types_while_another_puts_live_is_told_and_keeps_every_word(hoa: Browser, binh: Browser) -> None:
    path = "/admin/kho/cau/atm-mem-giay-to/sua"
    opened_early = form(await binh.open(path), path)
    await put_live(hoa, await fill(hoa, path, answer="Mang căn cước gốc."))

    opened_early.fields["answer"] = "Mang gì cũng được."
    late = await binh.send(opened_early)
    draft = await binh.send(form(late, path))

    assert late.status_code == 409
    assert notice(late).startswith("Đã có người sửa mục này trong lúc anh/chị đang gõ.")
    assert "Bản đang dùng, do người khác vừa sửa: Mang căn cước gốc." in said(late)
    assert form(late, path).fields["answer"] == "Mang gì cũng được."
    assert "+ thêm Mang gì cũng được." in said(draft)


async def test_putting_live_twice_shows_the_same_and_does_it_once(hoa: Browser, live: Path) -> None:
    draft = await fill(hoa, "/admin/kho/cau/atm-mem-phi/sua", question="Phí mấy nghìn?")

    pages = await asyncio.gather(put_live(hoa, draft), put_live(hoa, draft))

    assert [page.url.path for page in pages] == [draft.url.path, draft.url.path]
    history = said(await hoa.open("/admin/kho/lich-su"))
    assert history.count("Hoàn lại bản trước") == 1


async def test_what_others_changed_since_is_not_undone(hoa: Browser, live: Path) -> None:
    shown = await put_live(hoa, await fill(hoa, "/admin/kho/cau/atm-mem-phi/sua", question="Phí mấy nghìn?"))
    sheet = form(shown, f"{shown.url.path}/hoan-lai")
    by_hand = (live / FILE).read_text(encoding="utf-8") + "# tay\n"
    write(live, {FILE: by_hand})

    refused = await hoa.send(sheet)

    assert refused.status_code == 409
    assert (live / FILE).read_text(encoding="utf-8") == by_hand


async def test_a_draft_is_thrown_away(hoa: Browser, live: Path) -> None:
    draft = await fill(hoa, "/admin/kho/cau/atm-mem-phi/sua", question="Phí mấy nghìn?")

    page = await hoa.send(form(draft, f"{draft.url.path}/bo"))

    assert notice(page) == "Đã bỏ bản nháp."
    assert (await hoa.open(draft.url.path)).status_code == 404


# --- files ---


async def upload(browser: Browser, name: str, content: bytes, **filled: str) -> httpx.Response:
    sheet = form(await browser.open("/admin/kho/tep"), "/admin/kho/tep")
    files = {"content": (name, content)}
    return await browser.client.post(sheet.action, data=sheet.fields | filled, files=files, headers=OWN)


async def test_a_file_is_sent_in_and_put_live(hoa: Browser, live: Path) -> None:
    changed = ATM.replace("Mang căn cước.", "Mang căn cước gốc.").encode()

    draft = await upload(hoa, "atm-mem (1).yaml", changed)
    await put_live(hoa, draft)

    assert "Thay tệp atm-mem.yaml" in said(draft)
    assert "− bỏ answer: Mang căn cước. + thêm answer: Mang căn cước gốc." in said(draft)
    assert (live / FILE).read_bytes() == changed


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (ATM.replace("    answer: Mang", "\tanswer: Mang").encode(), "có dấu Tab ở đầu dòng"),
        (b"", "tệp trống; viết nội dung vào hoặc xoá tệp"),
        (b"\xff\xfea\x00b\x00", "tệp đang ở bảng mã UTF-16"),
        (b"PK\x03\x04" + b"x" * 200, "đây là tệp Word, Excel hoặc tệp nén"),
        (ATM.encode()[:-3] + b"\xe1", "tệp bị cắt giữa chừng"),
        (b"a: &x [*x]\n", "ký hiệu riêng của YAML"),
    ],
)
async def test_a_broken_file_shows_what_is_wrong_and_answers_go_on(
    office: Office, hoa: Browser, live: Path, content: bytes, fault: str
) -> None:
    draft = await upload(hoa, FILE, content)

    assert "Chưa dùng được" in said(draft)
    assert fault in said(draft)
    assert f"{draft.url.path}/dua-vao-dung" not in draft.text
    assert (await hoa.open(f"{draft.url.path}/tep/{FILE}")).content == content
    assert (live / FILE).read_text(encoding="utf-8") == ATM
    assert understood(office, "phi rut tien o diem atm mem") == "atm-mem-phi"


@pytest.mark.parametrize("name", ["../../etc/passwd", "Á.yaml", "a.txt", ".yaml", "a b.yaml", "x.yaml.exe"])
async def test_a_file_of_an_impossible_name_is_not_taken(hoa: Browser, live: Path, name: str) -> None:
    page = await upload(hoa, name, b"topic: a\n")

    assert page.status_code == 422
    assert said(await hoa.open("/admin/kho/tep")).count("Tải về") == 2


async def test_no_file_and_a_far_too_large_one_are_told(hoa: Browser) -> None:
    nothing = await upload(hoa, "", b"")
    too_large = await upload(hoa, FILE, b"x" * 4_100_000)

    assert (nothing.status_code, notice(nothing)) == (
        422,
        "Chưa thấy tệp nào, hoặc tệp bị đứt giữa chừng. Anh/chị chọn lại tệp.",
    )
    assert too_large.status_code == 413


async def test_one_of_two_broken_files_can_be_mended_first(office: Office, hoa: Browser, live: Path) -> None:
    assert office.ctx.library is not None
    write(live, {FILE: "\tx", "values.yaml": "\ty"})
    await office.ctx.library.reload(office.ctx.intake, office.clock)

    await put_live(hoa, await upload(hoa, FILE, ATM.encode()))
    halfway = len(office.ctx.library.faults)
    await put_live(hoa, await upload(hoa, "values.yaml", VALUES.encode()))

    assert (halfway, office.ctx.library.faults) == (1, ())


# --- the content that comes with the program ---


async def test_the_shipped_content_is_shown_and_not_edited(tmp_path: Path) -> None:
    async with opened(tmp_path, faq=catalog.SHIPPED) as office:
        hoa = await office.at_work("Hoa", "admin")
        entry = await hoa.open("/admin/kho/cau/atm-mem-phi")
        token = form(await hoa.open("/admin"), "/ra").fields["token"]
        refused = [
            await hoa.open("/admin/kho/cau/atm-mem-phi/sua"),
            await hoa.send(Form("/admin/kho/cau/atm-mem-phi/sua", {"token": token, "question": "?", "answer": "."})),
            await hoa.send(Form("/admin/kho/cau/atm-mem-phi/xoa", {"token": token})),
            await hoa.client.post(
                "/admin/kho/tep", data={"token": token}, files={"content": (FILE, b"x")}, headers=OWN
            ),
        ]

    assert entry.status_code == 200
    assert "/sua" not in entry.text
    assert [page.status_code for page in refused] == [409, 409, 409, 409]
    assert all("helpdesk faq init kho-hoi-dap" in page.text for page in refused)
    assert HOST.startswith("http://")
