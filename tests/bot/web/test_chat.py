"""The chat's routes: what a browser may send, what becomes of it, and what nobody else gets to see."""

import asyncio
import json
import re
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import delete, select

from bot import files
from bot.web import chat, visits
from handlers import replies, texts
from handlers.guard import MASKS, OTP
from handlers.replies import Choice, Reply
from storage import Address, inbox, outbox
from storage.outbox import Outgoing
from storage.tables import WebLine
from tests.bot.web.office import CATALOG, OWN, Office, Phone, opened, plain, png

JSON = {"Accept": "application/json"}
FEES, PAPERS = CATALOG.topics[0].questions
NOT_UNDERSTOOD = "Tin không đúng cách nên không nhận được. Anh/chị tải lại trang rồi gửi lại."
TOO_LONG = "Tin dài quá nên không gửi được. Anh/chị rút ngắn hoặc chia làm nhiều tin."
NO_CHOICE = "Nút này không còn dùng được. Anh/chị gõ câu hỏi giúp."
PHOTO_GONE = "Không tìm thấy ảnh gửi kèm. Anh/chị chọn lại ảnh rồi gửi lại."
OLD_PAGE = "Trang này đã cũ. Anh/chị tải lại trang rồi gửi lại."
ELSEWHERE = "Yêu cầu này không đến từ trang trò chuyện nên không được nhận."
POSTS = ("/mo", "/tin", "/bam", "/anh", "/xoa")


def told(answer: httpx.Response) -> tuple[int, str]:
    """Status and words of a refusal."""
    return answer.status_code, answer.json()["loi"]


async def accepted(office: Office) -> int:
    """How many events ever came in."""
    async with office.ctx.database.read() as session:
        return sum((await inbox.counts(session)).values())


# --- the page, and whose chat it is ---


async def test_each_browser_gets_a_chat_of_its_own(office: Office) -> None:
    first, second = office.browser(), office.browser()

    cookies = [(await browser.open("/")).headers["set-cookie"] for browser in (first, second)]

    form = re.compile(r"helpdesk_chat=[^;]+; HttpOnly; Max-Age=34560000; Path=/; SameSite=lax")
    assert [bool(form.fullmatch(cookie)) for cookie in cookies] == [True, True]
    assert cookies[0] != cookies[1]


async def test_a_browser_that_comes_again_keeps_its_chat(lan: Phone) -> None:
    await lan.open()
    before = await lan.lines()

    await lan.look()

    assert await lan.lines() == before


async def test_the_cookie_insists_on_encryption_where_browsers_have_it(tmp_path: Path) -> None:
    async with opened(tmp_path, "https://hoi.langson.vn") as office:
        cookie = (await office.browser().open("/")).headers["set-cookie"]

    assert cookie.endswith("; Secure")


async def test_looking_at_the_page_opens_no_chat(office: Office, lan: Phone) -> None:
    await lan.look()

    assert await accepted(office) == 0


@pytest.mark.parametrize(
    ("path", "start"),
    [
        ("/", ""),
        ("/?chu-de=atm-mem", "topic:atm-mem"),
        ("/?hoi=atm-mem-phi", "q:atm-mem-phi"),
        ("/?hoi=%22%3E%3Cscript%3E", ""),
        (f"/?hoi={'a' * 41}", ""),
    ],
)
async def test_a_link_says_what_the_chat_begins_with(lan: Phone, path: str, start: str) -> None:
    page = (await lan.look(path)).text

    assert re.findall(r'data-start="([^"]*)"', page) == [start]


# --- the first visit ---


async def test_a_first_visit_is_welcomed_once(lan: Phone) -> None:
    answers = [await lan.open(), await lan.open()]

    assert [answer.status_code for answer in answers] == [202, 202]
    assert await lan.shown() == [plain(texts.WELCOME)]
    (line,) = await lan.lines()
    assert line["choices"] == [
        {"label": "Điểm ATM mềm", "value": "topic:atm-mem", "number": 1},
        {"label": texts.HUMAN, "value": "human", "number": 0},
    ]


async def test_a_visit_by_a_link_begins_with_what_the_link_says(lan: Phone) -> None:
    await lan.open("q:atm-mem-giay-to")

    assert await lan.shown() == [plain(texts.WELCOME), plain(texts.answer(PAPERS.question, "Mang căn cước."))]


# --- asking and pressing ---


async def test_a_question_stands_in_the_chat_with_its_answer(lan: Phone) -> None:
    answer = await lan.say("Cần mang giấy tờ gì?", key="khoa-cua-lan")

    own, reply = await lan.lines()
    assert answer.status_code == 202
    assert own == {
        "id": own["id"],
        "mine": True,
        "at": own["at"],
        "key": "khoa-cua-lan",
        "text": "Cần mang giấy tờ gì?",
        "attachments": [],
    }
    assert reply["html"] == "<p><strong>Cần mang giấy tờ gì?</strong></p>\n<p>Mang căn cước.</p>"
    assert [choice["label"] for choice in reply["choices"]][:2] == [texts.GOOD, texts.BAD]
    assert (reply["mine"], reply["speaker"], reply["attachments"]) == (False, "", [])


async def test_the_same_message_sent_again_is_one_message(lan: Phone) -> None:
    for _ in range(3):
        await lan.say("Cần mang giấy tờ gì?", key="khoa-cua-lan")

    assert await lan.shown() == [
        "> Cần mang giấy tờ gì?",
        plain(texts.answer(PAPERS.question, "Mang căn cước.")),
    ]


async def test_the_same_message_sent_twice_at_once_is_one_message(lan: Phone) -> None:
    await asyncio.gather(*(lan.say("Cần mang giấy tờ gì?", key="khoa-cua-lan") for _ in range(2)))

    assert (await lan.shown()).count("> Cần mang giấy tờ gì?") == 1
    assert len(await lan.lines()) == 2


async def test_two_browsers_may_use_the_same_key(lan: Phone, tu: Phone) -> None:
    await lan.press("q:atm-mem-phi", key="cung-mot-khoa")
    await tu.press("q:atm-mem-giay-to", key="cung-mot-khoa")

    assert [(await phone.shown())[0] for phone in (lan, tu)] == [f"> {FEES.question}", f"> {PAPERS.question}"]


async def test_a_press_shows_what_stood_on_the_button(lan: Phone) -> None:
    await lan.open()
    (welcome,) = await lan.lines()

    await lan.press("topic:atm-mem", source=welcome["id"], key="khoa-bam-nut")

    own = (await lan.lines())[1]
    assert own == {
        "id": own["id"],
        "mine": True,
        "at": own["at"],
        "key": "khoa-bam-nut",
        "label": "Điểm ATM mềm",
        "choice": "topic:atm-mem",
        "source": str(welcome["id"]),
    }


@pytest.mark.parametrize(
    ("choice", "label"),
    [
        ("topics", texts.TOPICS),
        ("mine", texts.MINE),
        ("human", texts.HUMAN),
        ("q:atm-mem-phi", FEES.question),
        ("topic:atm-mem", "Điểm ATM mềm"),
    ],
)
async def test_a_press_of_the_page_itself_is_named_by_us(lan: Phone, choice: str, label: str) -> None:
    await lan.press(choice)

    assert (await lan.shown())[0] == f"> {label}"


@pytest.mark.parametrize("choice", ["never:was:there", "q:no-such-entry", "topic:", "open:999:viettel", "close:1"])
async def test_a_press_on_a_button_that_never_was_gets_a_clear_answer(lan: Phone, choice: str) -> None:
    answer = await lan.press(choice)

    own, reply = await lan.shown()
    assert (answer.status_code, own) == (202, "> ")
    assert reply in {plain(texts.GONE), plain(texts.GONE_ENTRY)}


async def test_a_button_of_somebody_elses_line_does_not_tell_its_label(lan: Phone, tu: Phone) -> None:
    await lan.open()
    await lan.press("human")
    await lan.say("Số tài khoản của tôi là gì")
    theirs = (await lan.lines())[-1]
    choice = theirs["choices"][0]["value"]

    await tu.press(choice, source=theirs["id"])

    assert (await tu.shown())[0] == "> "


async def test_secrets_are_masked_before_anything_is_stored(office: Office, lan: Phone) -> None:
    await lan.post("/tin", {"key": "khoa-cua-lan", "text": "mã OTP là 123456"})

    assert (await lan.shown())[:2] == [f"> mã OTP là {MASKS[OTP]}", plain(texts.masked([OTP]))]
    stored = b"".join(file.read_bytes() for file in office.folder.rglob("*") if file.is_file())
    assert b"123456" not in stored


async def test_what_looks_like_html_is_text_everywhere(lan: Phone) -> None:
    evil = "<img src=x onerror=alert(1)> **đậm** [link](javascript:alert(1))"
    await lan.press("human")
    await lan.say(evil)
    offer = (await lan.lines())[-1]
    send = next(choice for choice in offer["choices"] if choice["value"].startswith("open:"))
    await lan.press(send["value"], source=offer["id"])

    await lan.press("ticket:1")

    own = (await lan.lines())[2]
    shown = (await lan.lines())[-1]["html"]
    assert own["text"] == evil
    assert "&lt;img src=x onerror=alert(1)&gt; **đậm** [link](javascript:alert(1))" in shown


# --- what is not taken ---


@pytest.mark.parametrize(
    ("path", "sent", "refusal"),
    [
        ("/tin", b'{"key": "khoa', (400, NOT_UNDERSTOOD)),
        ("/tin", b"", (400, NOT_UNDERSTOOD)),
        ("/tin", b"\xff\xfe", (400, NOT_UNDERSTOOD)),
        ("/tin", b"[" * 100_000, (400, NOT_UNDERSTOOD)),
        ("/tin", ["khoa-cua-lan", "chữ"], (400, NOT_UNDERSTOOD)),
        ("/tin", {"key": "khoa-cua-lan", "text": 5}, (400, NOT_UNDERSTOOD)),
        ("/tin", {"key": "ngan", "text": "chữ"}, (400, NOT_UNDERSTOOD)),
        ("/tin", {"key": "opened", "text": "chữ"}, (400, NOT_UNDERSTOOD)),
        ("/tin", {"text": "chữ"}, (400, NOT_UNDERSTOOD)),
        ("/tin", {"key": "khoa-cua-lan", "text": "chữ", "attachments": "1"}, (400, NOT_UNDERSTOOD)),
        ("/tin", {"key": "khoa-cua-lan", "text": "chữ", "attachments": [True]}, (400, NOT_UNDERSTOOD)),
        ("/tin", {"key": "khoa-cua-lan", "text": "chữ", "attachments": [2**63]}, (400, NOT_UNDERSTOOD)),
        ("/tin", {"key": "khoa-cua-lan", "text": "chữ", "attachments": [1, 2, 3, 4, 5]}, (400, NOT_UNDERSTOOD)),
        ("/tin", {"key": "khoa-cua-lan", "text": "chữ", "attachments": [12345]}, (400, PHOTO_GONE)),
        (
            "/tin",
            {"key": "khoa-cua-lan", "text": " \u200b\n"},
            (400, "Tin chưa có chữ nào. Anh/chị gõ câu hỏi rồi gửi lại."),
        ),
        ("/tin", {"key": "khoa-cua-lan", "text": "a" * (chat.LONGEST + 1)}, (413, TOO_LONG)),
        ("/tin", b" " * 200_000, (413, TOO_LONG)),
        ("/bam", {"key": "khoa-cua-lan", "choice": "chữ có dấu"}, (400, NO_CHOICE)),
        ("/bam", {"key": "khoa-cua-lan", "choice": "a" * 61}, (400, NO_CHOICE)),
        ("/bam", {"key": "khoa-cua-lan"}, (400, NO_CHOICE)),
        ("/mo", {"start": "<script>"[:8] + " "}, (400, NO_CHOICE)),
        ("/mo", {"start": None}, (400, NOT_UNDERSTOOD)),
    ],
)
async def test_what_cannot_be_understood_is_refused_in_plain_words(
    office: Office, lan: Phone, path: str, sent: object, refusal: tuple[int, str]
) -> None:
    answer = await lan.post(path, sent)

    assert told(answer) == refusal
    assert await lan.lines() == []
    assert await accepted(office) == 0


@pytest.mark.parametrize(
    ("text", "reply"),
    [("a" * 10_000, texts.TOO_LONG), ("🙏🙏🙏", texts.ONLY_SIGNS), ("\x00\x07 ?!", texts.ONLY_SIGNS)],
    ids=["ten thousand characters", "only emoji", "control characters"],
)
async def test_what_can_not_be_read_is_answered_kindly(lan: Phone, text: str, reply: str) -> None:
    answer = await lan.say(text)

    assert answer.status_code == 202
    assert (await lan.shown())[1] == plain(reply)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://xau.example"},
        {"Origin": "null"},
        {**OWN, "Sec-Fetch-Site": "cross-site"},
        {**OWN, "Sec-Fetch-Site": "none"},
    ],
    ids=["no origin", "another site", "hidden origin", "browser says cross-site", "typed in"],
)
async def test_only_our_own_page_may_send(office: Office, lan: Phone, headers: dict[str, str]) -> None:
    await lan.open()
    before = await lan.lines()
    sent = {"key": "khoa-cua-lan", "text": "chữ", "choice": "topics"}

    answers = [await lan.post(path, sent, headers) for path in POSTS]

    assert [told(answer) for answer in answers] == [(403, ELSEWHERE)] * len(POSTS)
    assert await lan.lines() == before
    assert await accepted(office) == 1


@pytest.mark.parametrize("cookie", ["", "ImFiYyI.gia-mao", "x" * 5000])
async def test_without_a_cookie_of_ours_nothing_is_taken_or_shown(office: Office, cookie: str) -> None:
    phone = Phone(office, office.browser().client)
    headers = {**JSON, **OWN, "Cookie": f"{visits.COOKIE}={cookie}"}

    posted = [await phone.post(path, {"key": "khoa-cua-lan", "text": "chữ"}, headers) for path in POSTS]
    got = [await phone.client.get(path, headers=headers) for path in ("/lich-su", "/dong", "/anh/1")]

    assert [told(answer) for answer in posted + got] == [(401, OLD_PAGE)] * 8
    assert await accepted(office) == 0


async def test_who_sends_too_fast_is_told_when_to_go_on_and_nobody_else_waits(
    office: Office, lan: Phone, tu: Phone
) -> None:
    office.clock.stopped = True

    answers = [await lan.press("topics") for _ in range(31)]
    others = await tu.press("topics")
    office.clock.move(timedelta(seconds=1))
    later = await lan.press("topics")

    assert [answer.status_code for answer in answers] == [202] * 30 + [429]
    assert answers[-1].headers["retry-after"] == "1"
    assert told(answers[-1]) == (429, "Anh/chị gửi nhanh quá. Xin chờ một chút rồi gửi lại.")
    assert (others.status_code, later.status_code) == (202, 202)


# --- photos ---


async def test_a_photo_is_sent_with_a_message_and_shown_again(lan: Phone) -> None:
    content = png()

    uploaded = await lan.upload(content)
    await lan.say("ảnh đây", photos=[uploaded.json()["id"]])

    own = (await lan.lines())[0]
    shown = await lan.client.get(f"/anh/{own['attachments'][0]}")
    assert (uploaded.status_code, own["text"], shown.content) == (201, "ảnh đây", content)
    assert {name: shown.headers[name] for name in ("content-type", "content-disposition", "cache-control")} == {
        "content-type": "image/png",
        "content-disposition": f'inline; filename="anh-{own["attachments"][0]}.png"',
        "cache-control": "private, max-age=86400",
    }
    assert shown.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert shown.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("content", "field", "refusal"),
    [
        (
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
            "anh",
            (400, "Tệp này không phải là ảnh. Anh/chị chọn ảnh chụp (JPEG, PNG, WebP, GIF hoặc HEIC)."),
        ),
        (
            b"%PDF-1.7",
            "anh",
            (400, "Tệp này không phải là ảnh. Anh/chị chọn ảnh chụp (JPEG, PNG, WebP, GIF hoặc HEIC)."),
        ),
        (b"", "anh", (400, "Chưa thấy ảnh nào. Anh/chị chọn lại ảnh.")),
        (png(), "khac", (400, "Chưa thấy ảnh nào. Anh/chị chọn lại ảnh.")),
        (
            png() + b"\0" * files.LARGEST,
            "anh",
            (413, "Ảnh lớn quá, chỉ nhận ảnh tới 10 MB. Anh/chị chọn ảnh nhỏ hơn."),
        ),
    ],
    ids=["a picture that can hold scripts", "a document", "nothing", "another field", "too large"],
)
async def test_what_is_not_a_photo_is_refused(
    office: Office, lan: Phone, content: bytes, field: str, refusal: tuple[int, str]
) -> None:
    answer = await lan.upload(content, field)

    assert told(answer) == refusal
    assert list(office.folder.glob("attachments/*/*")) == []


async def test_an_upload_that_is_no_form_is_refused(lan: Phone) -> None:
    answer = await lan.post("/anh", b"--x\r\nnot a form", {**OWN, "Content-Type": "multipart/form-data; boundary=x"})

    assert told(answer) == (400, "Chưa thấy ảnh nào. Anh/chị chọn lại ảnh.")


async def test_nobody_else_sees_or_sends_a_members_photo(lan: Phone, tu: Phone) -> None:
    id_ = (await lan.upload(png())).json()["id"]

    seen = await tu.client.get(f"/anh/{id_}", headers=JSON)
    sent = await tu.say("xem ảnh", photos=[id_])

    assert told(seen) == (404, "Không có trang này. Có thể đường dẫn bị thiếu hoặc đã cũ.")
    assert told(sent) == (400, PHOTO_GONE)
    assert (await lan.client.get(f"/anh/{id_}")).status_code == 200


@pytest.mark.parametrize("id_", ["0", "999", "-1", "abc", "9" * 30, "..%2f..%2fetc"])
async def test_a_photo_that_is_not_there_is_not_found(lan: Phone, id_: str) -> None:
    assert (await lan.client.get(f"/anh/{id_}", headers=JSON)).status_code == 404


# --- history ---


async def test_history_comes_in_pages_from_the_newest(lan: Phone) -> None:
    for _ in range(21):
        await lan.press("topics")

    last = (await lan.client.get("/lich-su")).json()
    first = (await lan.client.get(f"/lich-su?truoc={last['lines'][0]['id']}")).json()

    assert [line["id"] for line in first["lines"] + last["lines"]] == list(range(1, 43))
    assert (len(last["lines"]), last["earlier"], first["earlier"]) == (40, True, False)


@pytest.mark.parametrize("before", ["", "abc", "-5", "9" * 40, "１"])
async def test_history_before_nonsense_is_the_last_page(lan: Phone, before: str) -> None:
    await lan.open()

    there = await lan.client.get("/lich-su", params={"truoc": before})

    assert there.json() == {"lines": await lan.lines(), "earlier": False}


async def test_nobody_reads_anothers_chat(lan: Phone, tu: Phone) -> None:
    await lan.press("q:atm-mem-phi")

    assert await tu.lines() == []
    assert await tu.events() == []
    assert len(await lan.lines()) == 2


# --- what was said is corrected ---


async def say(office: Office, reply: Reply, edits: int | None = None) -> int:
    """The helpdesk says something to the only member there is, perhaps in place of an earlier row; returns the row."""
    async with office.ctx.database.write() as session:
        chat = await session.scalar(select(WebLine.chat))
        where = Address(visits.CHANNEL, str(chat))
        row = await outbox.put(session, Outgoing(where, replies.to_json(reply), "mentor", edits=edits), office.clock())
    await office.sender.settle()
    return row


async def test_a_corrected_line_says_the_new_words_in_its_place(office: Office, lan: Phone) -> None:
    await lan.open()
    row = await say(office, Reply("Gọi 1800", speaker="Minh"))
    await say(office, Reply("Chào bác"))
    old = (await lan.lines())[-2]

    await say(office, Reply("Gọi 18008098", (Choice("Xong", "close:1", 1),), speaker="Minh"), edits=row)
    first = await lan.lines()
    await say(office, Reply("Gọi 18001090", speaker="Minh"), edits=row)
    lines = await lan.lines()

    html = "<p>Gọi 18008098</p>"
    assert (first[1]["id"], first[1]["html"], first[1]["at"], first[1]["edited"]) == (old["id"], html, old["at"], True)
    assert [(line["html"], line.get("replaces")) for line in lines[1:]] == [
        ("<p>Gọi 18001090</p>", None),
        ("<p>Chào bác</p>", None),
        (html, old["id"]),
        ("<p>Gọi 18001090</p>", old["id"]),
    ]


async def test_a_browser_that_has_the_old_line_is_brought_the_new_words(office: Office, lan: Phone) -> None:
    await lan.open()
    row = await say(office, Reply("Gọi 1800"))
    old = (await lan.lines())[-1]

    await say(office, Reply("Gọi 18008098"), edits=row)

    ((name, data),) = await lan.events(old["id"])
    line = json.loads(data)
    assert (name, line["replaces"], line["html"], line["edited"]) == ("line", old["id"], "<p>Gọi 18008098</p>", True)


async def test_a_correction_of_what_was_cleared_away_is_a_line_of_its_own(office: Office, lan: Phone) -> None:
    await lan.open()
    row = await say(office, Reply("Gọi 1800"))
    async with office.ctx.database.write() as session:
        await session.execute(delete(WebLine).where(WebLine.id == (await lan.lines())[-1]["id"]))

    await say(office, Reply("Gọi 18008098"), edits=row)

    assert [line.get("replaces", "new") for line in (await lan.lines())[1:]] == ["new"]


# --- the stream ---


async def test_the_stream_brings_the_lines_that_a_browser_has_not(lan: Phone) -> None:
    await lan.open()
    await lan.press("q:atm-mem-phi")
    lines = await lan.lines()

    everything = await lan.events()
    rest = await lan.events(lines[0]["id"])
    again = await lan.events(0, {"Last-Event-ID": str(lines[1]["id"])})
    nothing = await lan.events(lines[2]["id"])

    def sent(lines: list[dict[str, object]]) -> list[tuple[str, object]]:
        return [("line", line) for line in lines]

    assert [(name, json.loads(data)) for name, data in everything] == sent(lines)
    assert [(name, json.loads(data)) for name, data in rest] == sent(lines[1:])
    assert [(name, json.loads(data)) for name, data in again] == sent(lines[2:])
    assert nothing == []


async def test_the_stream_brings_what_comes_while_it_is_open(office: Office, lan: Phone) -> None:
    stream = asyncio.create_task(lan.client.get("/dong"))
    await lan.open()
    office.ctx.stopping.set()

    answer = await stream

    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.text.count("event: line\n") == 1


async def test_the_stream_tells_that_the_chat_was_erased(lan: Phone) -> None:
    await lan.open()
    await lan.say("xoá dữ liệu")
    last = (await lan.lines())[-1]["id"]

    await lan.press("erase:yes")

    (line,) = await lan.lines()
    assert await lan.events(last) == [("erased", "1")]
    assert [json.loads(data) for _, data in await lan.events()] == [line]
    assert await lan.shown() == [plain(texts.ERASED)]


# --- clearing the browser ---


async def test_clearing_takes_the_chat_off_the_browser_and_leaves_the_ticket(office: Office, lan: Phone) -> None:
    await lan.press("human")
    await lan.say("Máy kêu to quá")
    offer = (await lan.lines())[-1]
    await lan.press(next(c["value"] for c in offer["choices"] if c["value"].startswith("open:")), source=offer["id"])
    cookie = lan.client.cookies[visits.COOKIE]

    cleared = await lan.post("/xoa", {})

    assert cleared.headers["set-cookie"].startswith(f'{visits.COOKIE}=""; ')
    assert "Max-Age=0" in cleared.headers["set-cookie"]
    with_old_cookie = await lan.client.get("/lich-su", headers={"Cookie": f"{visits.COOKIE}={cookie}"})
    assert with_old_cookie.json() == {"lines": [], "earlier": False}
    assert await office.reads(1) == [("member", "Máy kêu to quá")]
