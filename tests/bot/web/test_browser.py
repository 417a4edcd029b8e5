"""The whole story in a real browser: a member asks, a mentor answers, and the line between them breaks."""

import asyncio
import os
import re
import secrets
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NoReturn

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Error, Page, async_playwright, expect

from bot.config import Settings
from bot.service import Service, now
from handlers import mentoring, texts
from handlers.mentoring import Mentor
from storage import Identity, Session, invitations, people, tickets
from storage.tickets import State
from tests.bot.web.office import plain, png

pytestmark = pytest.mark.asyncio(loop_scope="module")

SCREENSHOTS = Path(__file__).parents[3] / "screenshots"
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
PATIENCE_MS = 60_000  # what a browser may take on a machine that does much else; tests wait for what happens
KNOWN = "ra cho atm mem rut tien can mang gi"
UNKNOWN = "máy cày của nhà tôi kêu to quá phải làm sao"

Scheme = Literal["light", "dark"]


@dataclass(slots=True)
class Running:
    """The real service, on a port of its own."""

    service: Service
    address: str

    async def invite(self, name: str, role: str = "mentor", unit: str = "viettel") -> str:
        """A one-time link."""
        secret = secrets.token_urlsafe(24)
        async with self.service.database.write() as session:
            await invitations.invite(
                session,
                role=role,
                unit=unit if role == "mentor" else "",
                name=name,
                at=now(),
                expires_at=now() + invitations.LIVES,
                secret=secret,
            )
        return f"{self.address}/vao/{secret}"

    async def answers(self, text: str, message: str) -> int:
        """A mentor who works in another chat answers the newest ticket; returns its number."""
        async with self.service.database.write() as session:
            mentor, desk = await self._mentor(session), self.service.desk
            number = (await tickets.queue(session, "viettel", states=[State.OPEN], limit=1, newest_first=True))[0].id
            await mentoring.answer(session, desk, mentor, number, text, message, now(), message=message)
        return number

    async def corrects(self, text: str, message: str) -> None:
        """The mentor edits that message there."""
        async with self.service.database.write() as session:
            mentor, desk = await self._mentor(session), self.service.desk
            await mentoring.correct(session, desk, mentor, message, text, now())

    async def _mentor(self, session: Session) -> Mentor:
        who = Identity("test", "son")
        person = await people.meet(session, who, now())
        await people.grant(session, person.id, "mentor", "viettel", now())
        return Mentor(person.id, "Sơn", frozenset({"viettel"}))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def helpdesk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    folder = tmp_path_factory.mktemp("helpdesk")
    settings = Settings.model_validate(
        {"database": f"sqlite:///{folder}/helpdesk.db", "attachments": folder / "attachments", "web": {"port": 0}}
    )
    service = await Service.open(settings)
    running = Running(service, service.listen())
    works = asyncio.create_task(service.run())
    yield running
    service.stop()
    await works
    await service.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Browser]:
    path = next(
        (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
    )
    if not path:
        _cannot("there is no Chromium on this machine")
    async with async_playwright() as playwright:
        try:
            browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS.split())
        except Error as error:  # such as the stub that some systems have in its place
            _cannot(f"Chromium does not start: {error.message.splitlines()[0]}")
        expect.set_options(timeout=PATIENCE_MS)
        yield browser
        await browser.close()


def _cannot(why: str) -> NoReturn:
    """Without a browser these tests prove nothing: fine on somebody's laptop, never in CI."""
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)


Someone = Callable[..., Coroutine[Any, Any, BrowserContext]]


@pytest_asyncio.fixture(loop_scope="module")
async def someone(chromium: Browser, helpdesk: Running) -> AsyncIterator[Someone]:
    """Gives people a browser each; a script that fails in one of them fails the test."""
    contexts: list[BrowserContext] = []
    broken: list[str] = []

    async def come(width: int = 360, height: int = 740, scheme: Scheme = "light") -> BrowserContext:
        context = await chromium.new_context(
            base_url=helpdesk.address,
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
        )
        context.set_default_timeout(PATIENCE_MS)
        context.on("weberror", lambda error: broken.append(str(error.error)))
        contexts.append(context)
        return context

    yield come
    for context in contexts:
        await context.close()
    assert broken == []


# --- what people do ---


async def open_chat(context: BrowserContext) -> Page:
    page = await context.new_page()
    await page.goto("/")
    await expect(page.locator("#lines .choices button").first).to_be_visible()
    return page


async def say(page: Page, text: str) -> None:
    await page.get_by_label("Câu hỏi của anh/chị").fill(text)
    await page.keyboard.press("Enter")


async def press(page: Page, label: str) -> None:
    """Presses the newest button of this label in the conversation."""
    await page.locator("#lines .choices").get_by_role("button", name=label).last.click()


def own(page: Page, text: str) -> Any:  # noqa: ANN401 - playwright's locator, whose type it does not export by this name
    """The lines of this member with these words, waiting or arrived."""
    return page.locator(".line.mine").get_by_text(text, exact=True)


async def open_ticket(page: Page, text: str = UNKNOWN) -> None:
    """Asks what the FAQ does not know and sends it to Viettel's mentors."""
    await say(page, text)
    await press(page, "Gửi cho Viettel Lạng Sơn")
    await expect(page.get_by_text(re.compile(r"Đã gửi phiếu hỏi số \d+")).last).to_be_visible()


async def log_in(context: BrowserContext, link: str) -> Page:
    page = await context.new_page()
    await page.goto(link)
    await page.get_by_role("button", name="Vào làm việc").click()
    return page


async def shoot(page: Page, name: str) -> None:
    await page.screenshot(path=SCREENSHOTS / f"{name}.png")


# --- the story ---


async def test_a_member_asks_and_a_mentor_answers(helpdesk: Running, someone: Someone) -> None:
    lan = await open_chat(await someone())
    await shoot(lan, "chat-welcome")
    await say(lan, KNOWN)
    await expect(
        lan.locator("#lines .line strong").get_by_text("Ra điểm ATM mềm cần mang theo giấy tờ gì?")
    ).to_be_visible()
    await shoot(lan, "chat-answer")

    await say(lan, UNKNOWN)
    await expect(lan.get_by_role("button", name="Gửi cho Viettel Lạng Sơn")).to_be_attached()
    await shoot(lan, "chat-offer")
    await press(lan, "Gửi cho Viettel Lạng Sơn")
    await expect(lan.get_by_text("Đã gửi phiếu hỏi số 1")).to_be_visible()

    minh = await log_in(await someone(1280, 800), await helpdesk.invite("Minh"))
    await shoot(minh, "desk-queue")
    await minh.get_by_role("link", name="Phiếu số 1").click()
    await minh.get_by_role("button", name="Nhận phiếu").click()
    await expect(lan.get_by_text("Cán bộ hỗ trợ Minh (Viettel Lạng Sơn) đã nhận phiếu hỏi số 1")).to_be_visible()
    await minh.get_by_label("Trả lời thành viên").fill("Anh tắt máy, kiểm tra dầu giúp em.")
    await minh.get_by_role("button", name="Trả lời", exact=True).click()
    await expect(minh.locator(".delivery", has_text="Đã gửi")).to_be_visible()
    await shoot(minh, "desk-ticket")

    reply = lan.locator(".line.mentor")
    await expect(reply).to_be_visible()
    assert await reply.locator(".who").inner_text() == "Cán bộ hỗ trợ Minh (Viettel Lạng Sơn)"
    assert await reply.locator(".bubble").inner_text() == "Anh tắt máy, kiểm tra dầu giúp em."
    await shoot(lan, "chat-mentor")

    await say(lan, "Cảm ơn anh, máy hết kêu rồi")
    await expect(minh.locator("#posts").get_by_text("Cảm ơn anh, máy hết kêu rồi")).to_be_visible()


async def test_corrected_words_take_the_place_of_the_earlier_ones(helpdesk: Running, someone: Someone) -> None:
    lan = await open_chat(await someone())
    await open_ticket(lan, f"{UNKNOWN} vậy")
    number = await helpdesk.answers("Gọi 1800", message="7:1")
    reply = lan.locator(".line.mentor")
    await expect(reply.locator(".bubble")).to_have_text("Gọi 1800")
    await say(lan, "Cảm ơn anh")
    await expect(own(lan, "Cảm ơn anh")).to_have_count(1)

    await helpdesk.corrects("Gọi 18008098", message="7:1")
    await expect(reply.locator(".bubble")).to_have_text("Gọi 18008098")
    await expect(reply.locator(".about")).to_contain_text("đã sửa")
    await shoot(lan, "chat-corrected")
    await lan.reload()

    await expect(reply).to_have_count(1)
    await expect(reply.locator(".bubble")).to_have_text("Gọi 18008098")
    await expect(reply.locator(".about")).to_contain_text("đã sửa")
    await reply.get_by_role("button").first.click()
    await expect(lan.get_by_text(f"Phiếu hỏi số {number} đã đóng")).to_be_visible()


async def test_the_queue_of_a_mentor_fills_by_itself(helpdesk: Running, someone: Someone) -> None:
    minh = await log_in(await someone(), await helpdesk.invite("Minh"))
    await expect(minh.get_by_role("heading", name="Bàn làm việc")).to_be_visible()
    lan = await open_chat(await someone())

    await open_ticket(lan, f"{UNKNOWN} ạ")

    await expect(minh.locator("#queue").get_by_text(f"{UNKNOWN} ạ")).to_be_visible()


# --- when the line breaks ---


async def test_words_typed_without_a_line_are_kept_and_sent_once(someone: Someone) -> None:
    context = await someone()
    lan = await open_chat(context)
    await context.set_offline(True)

    await say(lan, KNOWN)
    await expect(lan.get_by_text("Đang chờ mạng…")).to_be_visible()
    await expect(lan.get_by_text("Mất kết nối. Tin anh/chị gõ vẫn được giữ và tự gửi khi có mạng.")).to_be_visible()
    await expect(own(lan, KNOWN)).to_be_in_viewport(ratio=1)
    await shoot(lan, "chat-offline")
    await context.set_offline(False)

    await expect(lan.get_by_text("Ra điểm ATM mềm cần mang theo giấy tờ gì?")).to_be_visible()
    await expect(lan.get_by_text("Mất kết nối.")).to_be_hidden()
    await expect(own(lan, KNOWN)).to_have_count(1)
    await lan.reload()
    await expect(own(lan, KNOWN)).to_have_count(1)


async def test_two_tabs_send_what_waits_once_and_in_order(someone: Someone) -> None:
    context = await someone()
    first, second = await open_chat(context), await open_chat(context)
    await context.set_offline(True)
    await say(first, "một")
    await say(second, "hai")
    await say(first, "ba")
    await expect(second.locator("#pending .line")).to_have_count(3)

    await context.set_offline(False)

    for page in (first, second):
        await expect(page.locator("#pending .line")).to_have_count(0)
        await expect(page.locator("#lines .mine .bubble")).to_have_text(["một", "hai", "ba"])


async def test_what_waits_outlives_the_page(someone: Someone) -> None:
    context = await someone()
    lan = await open_chat(context)
    await context.set_offline(True)
    await say(lan, KNOWN)
    await expect(lan.locator("#pending .line")).to_have_count(1)
    await lan.close()

    await context.set_offline(False)
    again = await open_chat(context)

    await expect(again.get_by_text("Ra điểm ATM mềm cần mang theo giấy tờ gì?")).to_be_visible()
    await expect(own(again, KNOWN)).to_have_count(1)


async def test_what_waits_outlives_a_lost_cookie(someone: Someone) -> None:
    context = await someone()
    lan = await open_chat(context)
    await context.clear_cookies()

    await say(lan, KNOWN)

    await expect(lan.get_by_text("Ra điểm ATM mềm cần mang theo giấy tờ gì?")).to_be_visible()
    await expect(own(lan, KNOWN)).to_have_count(1)


async def test_a_draft_is_there_after_a_reload(someone: Someone) -> None:
    lan = await open_chat(await someone())
    await lan.get_by_label("Câu hỏi của anh/chị").fill("Tôi muốn hỏi")

    await lan.reload()

    await expect(lan.get_by_label("Câu hỏi của anh/chị")).to_have_value("Tôi muốn hỏi")


async def test_a_refused_message_says_why_and_can_be_mended(someone: Someone) -> None:
    lan = await open_chat(await someone())
    await say(lan, "a" * 20_001)
    await expect(lan.locator(".refused .about")).to_have_text(
        "Tin dài quá nên không gửi được. Anh/chị rút ngắn hoặc chia làm nhiều tin."
    )
    await say(lan, KNOWN)
    await expect(lan.get_by_text("Ra điểm ATM mềm cần mang theo giấy tờ gì?")).to_be_visible()

    await lan.get_by_role("button", name="Sửa lại").click()

    await expect(lan.locator(".refused")).to_have_count(0)
    assert len(await lan.get_by_label("Câu hỏi của anh/chị").input_value()) == 20_001


# --- photos ---


async def test_a_large_photo_is_made_smaller_shown_and_reaches_the_mentor(helpdesk: Running, someone: Someone) -> None:
    lan = await open_chat(await someone())
    await open_ticket(lan)
    files = [{"name": f"{n}.png", "mimeType": "image/png", "buffer": png(4000, 3000)} for n in (1, 2)]
    await lan.locator("#photo").set_input_files(files)  # type: ignore[arg-type]  # its own type for this is private
    await expect(lan.locator("#chosen img")).to_have_count(2)
    await lan.get_by_role("button", name="Bỏ ảnh 2").click()

    await say(lan, "ảnh đây ạ")
    await press(lan, texts.PHOTO_SEND)

    shown = lan.locator("#lines .mine .photos img")
    await expect(shown).to_have_js_property("naturalWidth", 2000)
    await expect(lan.locator("#chosen img")).to_have_count(0)
    await expect(lan.get_by_text(texts.PHOTO_SENT)).to_be_visible()
    await shoot(lan, "chat-photo")
    minh = await log_in(await someone(1280, 800), await helpdesk.invite("Minh"))
    await minh.get_by_role("link", name=UNKNOWN).last.click()
    await expect(minh.locator("#posts .photos img")).to_have_js_property("naturalWidth", 2000)


async def test_what_is_no_photo_is_not_even_sent(someone: Someone) -> None:
    lan = await open_chat(await someone())

    await lan.locator("#photo").set_input_files({"name": "don.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"})

    await expect(lan.locator("#state")).to_have_text("“don.pdf” không phải là ảnh. Anh/chị chọn ảnh chụp.")
    await expect(lan.locator("#chosen img")).to_have_count(0)


# --- taking it all away ---


async def test_clearing_this_machine_empties_every_tab(someone: Someone) -> None:
    context = await someone()
    lan, other = await open_chat(context), await open_chat(context)
    await say(lan, KNOWN)
    await expect(own(other, KNOWN)).to_have_count(1)

    await lan.get_by_text("Thêm", exact=True).click()
    await lan.get_by_role("button", name="Xoá trò chuyện trên máy này").click()
    await shoot(lan, "chat-clear")
    await lan.get_by_role("button", name="Xoá trên máy này").click()

    for page in (lan, other):
        await expect(page.locator(".line")).to_have_count(1)
        await expect(page.get_by_text("Chào anh/chị!")).to_be_visible()
    assert await lan.evaluate("Object.keys(localStorage)") == ["chat.cleared"]


async def test_erasing_ones_data_empties_the_chat_before_ones_eyes(someone: Someone) -> None:
    lan = await open_chat(await someone())
    await say(lan, "xoá dữ liệu")

    await press(lan, texts.ERASE_YES)

    await expect(lan.locator(".line")).to_have_count(1)
    await expect(lan.locator(".line .bubble")).to_have_text(plain(texts.ERASED))


# --- finding one's way ---


async def test_a_conversation_needs_no_mouse(someone: Someone) -> None:
    lan = await open_chat(await someone())
    await lan.keyboard.press("Tab")
    await expect(lan.get_by_role("link", name="Tới ô gõ câu hỏi")).to_be_focused()
    await lan.keyboard.press("Enter")
    await lan.keyboard.type("ra cho atm mem")
    await lan.keyboard.press("Shift+Enter")
    await lan.keyboard.type("rut tien can mang gi")
    await expect(lan.locator("#text")).to_have_value("ra cho atm mem\nrut tien can mang gi")
    await lan.keyboard.press("Enter")
    await expect(lan.get_by_text("Ra điểm ATM mềm cần mang theo giấy tờ gì?")).to_be_visible()
    await expect(lan.locator("#text")).to_be_focused()

    await lan.locator(".menu summary").focus()
    await lan.keyboard.press("Enter")
    await lan.keyboard.press("Tab")
    await expect(lan.get_by_role("button", name="Xem các chủ đề")).to_be_focused()
    await lan.keyboard.press("Escape")
    await expect(lan.locator(".menu summary")).to_be_focused()
    await expect(lan.get_by_role("button", name="Xem các chủ đề")).to_be_hidden()


async def test_a_pressed_button_shows_it_and_a_typed_number_means_the_same(someone: Someone) -> None:
    lan = await open_chat(await someone())
    topic = lan.locator("#lines .choices button", has_text="Điểm ATM mềm").first
    number = await topic.locator(".number").inner_text()

    await topic.click()
    await expect(own(lan, "Điểm ATM mềm")).to_be_visible()
    await expect(topic).to_have_class("pressed")
    await lan.reload()
    await expect(lan.locator("#lines .choices button.pressed")).to_have_text([re.compile("Điểm ATM mềm")])

    fresh = await open_chat(await someone())
    await say(fresh, number)
    await expect(fresh.locator("#lines .line").nth(2).locator("strong").first).to_have_text("Điểm ATM mềm")


async def test_who_reads_further_up_is_told_of_new_lines_and_not_moved(someone: Someone) -> None:
    context = await someone(360, 500)
    lan, other = await open_chat(context), await open_chat(context)
    await say(lan, KNOWN)
    await expect(lan.get_by_text("Ra điểm ATM mềm cần mang theo giấy tờ gì?")).to_be_visible()
    await lan.evaluate("scrollTo(0, 0)")

    await say(other, UNKNOWN)

    newer = lan.get_by_role("button", name="Có tin mới")
    await expect(newer).to_be_visible()
    assert await lan.evaluate("scrollY") == 0
    await newer.click()
    await expect(newer).to_be_hidden()
    await expect(lan.locator("#lines .line").last.locator(".bubble")).to_be_in_viewport()


async def test_only_new_lines_are_read_aloud(someone: Someone) -> None:
    context = await someone()
    lan = await open_chat(context)
    await say(lan, KNOWN)
    await expect(lan.locator("#lines .line")).to_have_count(3)

    await lan.reload()

    log = lan.get_by_role("log", name="Cuộc trò chuyện")
    await expect(log.locator(".line")).to_have_count(3)
    await expect(log).to_have_attribute("aria-live", "polite")
    assert await log.locator(".line.mine").get_attribute("aria-live") == "off"


# --- how it looks ---

TOO_PALE = """() => {
  const rgb = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) =>
    [r, g, b].map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
      .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const color = rgb(getComputedStyle(each).backgroundColor);
      if (color.length < 4 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    const text = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim()).join("");
    if (!text || !element.checkVisibility() || element.closest("noscript, .unseen, .skip, option")) continue;
    const [a, b] = [light(rgb(getComputedStyle(element).color)), light(behind(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) found.push(`${text}: ${contrast.toFixed(2)}`);
  }
  return found;
}"""
TOO_SMALL = """() => [
    ...document.querySelectorAll("button, summary, input, select, textarea, .button, .attach, .tabs a, .ways a")
  ]
  .filter((each) => each.checkVisibility() && !each.matches(".unseen, [type=hidden]"))
  .filter((each) => each.getBoundingClientRect().height < 48)
  .map((each) => each.textContent.trim())"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(360, 740), (1280, 800)])
async def test_every_page_can_be_read_and_touched(
    helpdesk: Running, someone: Someone, width: int, height: int, scheme: Scheme
) -> None:
    lan = await open_chat(await someone(width, height, scheme))
    await open_ticket(lan)
    minh = await someone(width, height, scheme)
    ticket = await log_in(minh, await helpdesk.invite("Minh"))
    pages = {"chat": lan, "ticket": ticket}
    await ticket.get_by_role("link", name=UNKNOWN).last.click()
    await ticket.get_by_role("button", name="Nhận phiếu").click()
    await ticket.get_by_label("Trả lời thành viên").fill(
        "Xem thêm ở https://congdanso.langson.gov.vn/mot-duong-dan-rat-dai"
    )
    await ticket.get_by_role("button", name="Trả lời", exact=True).click()
    await expect(lan.locator(".line.mentor")).to_be_visible()
    for name, path in (("queue", "/desk"), ("entry", "/hoi/atm-mem-giay-to"), ("not-found", "/khong-co")):
        pages[name] = await minh.new_page()
        await pages[name].goto(path)
    pages["office"] = await log_in(await someone(width, height, scheme), await helpdesk.invite("Hoa", "admin"))
    pages["login"] = await (await someone(width, height, scheme)).new_page()
    await pages["login"].goto(await helpdesk.invite("Thu"))

    for name, page in pages.items():
        await shoot(page, f"look-{name}-{width}-{scheme}")
        assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name
        assert await page.evaluate(TOO_PALE) == [], name
        assert await page.evaluate(TOO_SMALL) == [], name
