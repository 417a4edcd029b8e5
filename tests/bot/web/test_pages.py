"""What holds for every page: small, from one host, strict towards browsers, and usable without looking."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest
from structlog.testing import capture_logs

from bot.web import pages
from tests.bot.web.office import Browser, Office, Phone, png, text_of

FIRST_LOAD = 60_000  # bytes: half a minute on the slowest line that is still called a connection
SVG = "http://www.w3.org/2000/svg"  # a name, not an address
FIELDS = {"input", "textarea", "select"}
HEADERS = {
    "content-security-policy": (
        "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "geolocation=(), microphone=()",
}
STATIC = [path.name for path in (pages.HERE / "static").iterdir()]


@dataclass
class Page(HTMLParser):
    """The tags of a page with their attributes."""

    html: str
    tags: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def values(self, name: str, tags: set[str] | None = None) -> list[str]:
        return [has[name] for tag, has in self.tags if name in has and (tags is None or tag in tags)]

    @property
    def loaded(self) -> list[str]:
        """The addresses that a browser fetches with the page."""
        return self.values("src") + self.values("href", {"link"})


@pytest.fixture
async def shown(office: Office) -> dict[str, Page]:
    """All kinds of pages, by what they are."""
    minh = await office.at_work("Minh", "mentor", "viettel")
    hoa = await office.at_work("Hoa", "admin")
    ticket = await office.ticket()
    await office.photo(ticket, png())
    nobody = office.browser()
    asked: list[tuple[str, Browser, str]] = [
        ("chat", nobody, "/"),
        ("entry", nobody, "/hoi/atm-mem-phi"),
        ("not found", nobody, "/khong-co"),
        ("login", nobody, await office.invite("Thu", "mentor", "vnpt")),
        ("door", nobody, "/desk"),
        ("queue", minh, "/desk"),
        ("ticket", minh, f"/desk/{ticket}"),
        ("office", hoa, "/admin"),
    ]
    return {name: Page((await browser.open(path)).text) for name, browser, path in asked}


async def test_the_first_load_is_small(office: Office, lan: Phone) -> None:
    page = await lan.look()
    parts = [page, *[await lan.look(address) for address in Page(page.text).loaded]]
    parts += [await lan.look("/lich-su"), await lan.open()]
    office.ctx.stopping.set()
    parts.append(await lan.look("/dong"))

    assert [part.status_code for part in parts] == [200] * (len(parts) - 2) + [202, 200]
    assert "Chào anh/chị!" in parts[-1].text
    assert sum(len(part.content) for part in parts) < FIRST_LOAD


async def test_nothing_comes_from_other_hosts(shown: dict[str, Page]) -> None:
    elsewhere = {
        name: [address for address in page.loaded if not address.startswith("/")] for name, page in shown.items()
    }
    named = {
        name: re.findall(r"(?:https?:)?//[\w.-]+[^\s\"')]*|@import|url\(", text.replace(SVG, ""))
        for name in STATIC
        if (text := re.sub(r"^\s*//.*$", "", (pages.HERE / "static" / name).read_text(), flags=re.MULTILINE))
    }

    assert elsewhere == {name: [] for name in shown}
    assert named == {name: [] for name in STATIC}


async def test_no_page_needs_what_the_browser_is_told_to_forbid(shown: dict[str, Page]) -> None:
    inline = {
        name: [
            tag
            for tag, has in page.tags
            if tag == "style"
            or (tag == "script" and "src" not in has)
            or any(a == "style" or a[:2] == "on" for a in has)
        ]
        for name, page in shown.items()
    }

    assert inline == {name: [] for name in shown}


async def test_every_page_can_be_used_without_looking(shown: dict[str, Page]) -> None:
    for name, page in shown.items():
        ids = page.values("id")
        labelled = {*page.values("for")}
        fields = [
            has
            for tag, has in page.tags
            if tag in FIELDS and has.get("type") != "hidden" and has.get("id") not in labelled
        ]
        named = [word for attribute in ("for", "aria-labelledby") for word in page.values(attribute)]

        assert page.values("lang") == ["vi"], name
        assert len(ids) == len(set(ids)), name
        assert fields == [], name
        assert [word for word in named if word not in ids] == [], name
        assert all("alt" in has for tag, has in page.tags if tag == "img"), name
        assert [tag for tag, _ in page.tags].count("h1") == 1, name


async def test_the_chats_script_finds_all_that_it_asks_for(shown: dict[str, Page]) -> None:
    script = (pages.HERE / "static" / "chat.js").read_text(encoding="utf-8")

    asked = set(re.findall(r'\$\("([^"]+)"\)', script))

    assert asked - set(shown["chat"].values("id")) == set()


async def test_every_answer_keeps_browsers_strict(office: Office) -> None:
    browser = office.browser()
    paths = ["/", "/hoi/atm-mem-phi", "/khong-co", "/desk", "/healthz", pages.static("chat.js"), "/lich-su", "/tin"]

    answers = [await browser.open(path) for path in paths]

    assert [{name: answer.headers[name] for name in HEADERS} for answer in answers] == [HEADERS] * len(paths)


async def test_pages_are_not_kept_by_browsers(office: Office) -> None:
    browser = office.browser()

    kept = [(await browser.open(path)).headers["cache-control"] for path in ("/", "/lich-su", "/desk", "/hoi/x")]

    assert kept == ["no-store"] * 4


async def test_a_refusal_is_a_page_for_people_and_json_for_our_script(office: Office) -> None:
    browser = office.browser()

    page, said = await browser.open("/hoi/khong-co"), await browser.open("/hoi/khong-co", Accept="application/json")

    words = "Không có câu này trong kho hỏi đáp. Có thể đường dẫn bị thiếu, hoặc câu đã được gộp vào câu khác."
    assert (page.status_code, said.status_code, said.json()) == (404, 404, {"loi": words})
    assert words in text_of(page.text)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_a_way_of_asking_that_is_not_there_is_refused_in_plain_words(office: Office, method: str) -> None:
    answer = await office.browser().client.request(method, "/tin", headers={"Accept": "application/json"})

    assert (answer.status_code, answer.json()) == (405, {"loi": "Không làm được việc này ở đây."})


async def test_a_page_that_fails_says_sorry_and_the_log_holds_no_words(office: Office, lan: Phone) -> None:
    await office.ctx.database.close()
    office.ctx.bell = None  # type: ignore[assignment]  # something that must not happen, happens

    with capture_logs() as logged:
        answer = await lan.client.post(
            "/tin",
            json={"key": "khoa-cua-lan", "text": "Máy kêu to quá"},
            headers={"Accept": "application/json", "Origin": str(lan.client.base_url).rstrip("/")},
        )

    assert (answer.status_code, answer.json()) == (
        500,
        {"loi": "Trang gặp trục trặc. Xin anh/chị thử lại sau ít phút."},
    )
    assert [(line["event"], line["page"]) for line in logged] == [("page failed", "say")]
    assert "Máy" not in repr(logged)


@pytest.mark.parametrize("name", STATIC)
async def test_a_static_file_is_kept_for_long_at_the_address_of_its_content(office: Office, name: str) -> None:
    browser = office.browser()

    current = await browser.open(pages.static(name))
    old = await browser.open(f"/static/cu/{name}")

    content = (pages.HERE / "static" / name).read_bytes()
    assert [answer.content for answer in (current, old)] == [content, content]
    assert current.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert old.headers["cache-control"] == "public, max-age=300"
    assert current.headers["content-encoding"] == "gzip"


@pytest.mark.parametrize("path", ["/static/x/khong-co.js", "/static/x/..%2fpages.py", "/static/x/%2e%2e/pages.py"])
async def test_no_other_file_is_given_away(office: Office, path: str) -> None:
    assert (await office.browser().open(path)).status_code == 404


async def test_a_trial_says_on_every_page_that_it_is_one(office: Office) -> None:
    office.ctx.demo = True
    browser = office.browser()

    told = ["BẢN THỬ" in (await browser.open(path)).text for path in ("/", "/hoi/atm-mem-phi", "/desk", "/khong-co")]

    assert told == [True] * 4


async def test_an_entry_is_a_page_of_its_own(office: Office) -> None:
    page = text_of((await office.browser().open("/hoi/atm-mem-phi")).text)

    assert "Phí rút tiền là bao nhiêu? Hỏi điểm trước khi làm." in page
    assert "Hỏi thêm trợ lý" in page
