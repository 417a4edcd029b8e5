"""The server of these tests behaves as Telegram does, as far as that is known: asked with plain HTTP and with PTB."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import telegram
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TimedOut,
)
from telegram.request import HTTPXRequest

from tests.botapi.people import JPEG, PDF, Remote, User, all_confirmed
from tests.botapi.server import Server
from tests.botapi.updates import PLAIN
from tests.botapi.world import RIGHTS

UNCHANGED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
NOT_MIXED = "documents and audio can't be mixed with other media types"
NO_TEXT_BUTTONS = "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
WRONG_URL = "inline keyboard button URL 'x.vn' is invalid: Wrong HTTP URL"
UNSTARTED = "Forbidden: bot can't initiate conversation with a user"
BROKEN = "Bad Request: can't parse entities: "


@dataclass(slots=True)
class Api:
    """A bot that speaks HTTP and nothing more."""

    client: httpx.AsyncClient
    token: str

    async def ask(self, method: str, **given: object) -> dict[str, Any]:
        answer = await self.client.post(
            f"/bot{self.token}/{method}", content=json.dumps(given), headers={"Content-Type": "application/json"}
        )
        told: dict[str, Any] = answer.json()
        assert answer.status_code == told.get("error_code", 200)
        return told

    async def does(self, method: str, **given: object) -> Any:  # noqa: ANN401 - whatever JSON holds
        told = await self.ask(method, **given)
        assert told["ok"], told
        return told["result"]

    async def refused(self, method: str, **given: object) -> str:
        told = await self.ask(method, **given)
        assert not told["ok"], told
        return str(told["description"])

    async def takes(self) -> list[dict[str, Any]]:
        """What waits, confirmed at once."""
        found: list[dict[str, Any]] = await self.does("getUpdates")
        if found:
            await self.does("getUpdates", offset=found[-1]["update_id"] + 1)
        return found

    async def hears(self) -> list[str]:
        """What waits, each as its kind and what was said."""
        return [_told(update) for update in await self.takes()]


def _told(update: dict[str, Any]) -> str:
    kind = next(key for key in update if key != "update_id")
    content = update[kind]
    if "new_chat_member" in content:
        return f"{kind}: {content['old_chat_member']['status']} → {content['new_chat_member']['status']}"
    plain = (
        "message_id",
        "date",
        "chat",
        "from",
        "entities",
        "message_thread_id",
        "is_topic_message",
        "reply_to_message",
    )
    said = content.get("text") or content.get("data") or next((key for key in content if key not in plain), "")
    return f"{kind}: {said}"


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server() as running:
        yield running


@pytest.fixture
async def api(server: Server) -> AsyncIterator[Api]:
    async with httpx.AsyncClient(base_url=server.url, timeout=30, verify=PLAIN) as client:
        yield Api(client, server.token)


@pytest.fixture
async def bot(server: Server) -> AsyncIterator[telegram.Bot]:
    requests = [HTTPXRequest(httpx_kwargs={"verify": PLAIN}) for _ in range(2)]
    async with telegram.Bot(
        server.token,
        f"{server.url}/bot",
        f"{server.url}/file/bot",
        request=requests[0],
        get_updates_request=requests[1],
    ) as running:
        yield running


@pytest.fixture
async def lan(server: Server) -> User:
    return await User(server, 101, "Lan").comes()


@pytest.fixture
async def minh(server: Server) -> User:
    return await User(server, 102, "Minh", "minh_ls").comes()


# --- updates ---


async def test_updates_come_until_they_are_confirmed(api: Api, lan: User) -> None:
    await lan.starts("t_phi")
    await lan.writes("một")

    first = await api.does("getUpdates")
    again = await api.does("getUpdates", limit=1)
    rest = await api.does("getUpdates", offset=first[1]["update_id"])
    nothing = await api.does("getUpdates", offset=first[1]["update_id"] + 1)

    assert [_told(update) for update in first] == ["message: /start t_phi", "message: một"]
    assert (again, rest, nothing) == (first[:1], first[1:], [])
    assert first[1]["update_id"] == first[0]["update_id"] + 1


async def test_at_most_a_hundred_updates_come_at_once(api: Api, server: Server) -> None:
    await server.act("write_many", said=[(500 + n, f"câu {n}") for n in range(103)])

    assert [len(await api.takes()), len(await api.takes())] == [100, 3]


async def test_a_long_poll_answers_when_something_happens(api: Api, lan: User, server: Server) -> None:
    polling = asyncio.create_task(api.does("getUpdates", timeout=30))
    await _polled(server, 1)

    await lan.writes("có đây")

    assert [_told(update) for update in await polling] == ["message: có đây"]


async def test_of_two_pollers_the_older_is_ended(api: Api, server: Server, lan: User) -> None:
    older = asyncio.create_task(api.ask("getUpdates", timeout=30))
    await _polled(server, 1)
    newer = asyncio.create_task(api.ask("getUpdates", timeout=30))
    ended = await older

    await lan.writes("một")

    assert ended["description"].startswith("Conflict: terminated by other getUpdates request")
    assert len((await newer)["result"]) == 1


async def test_polling_and_a_webhook_exclude_each_other(api: Api) -> None:
    await api.does("setWebhook", url="http://127.0.0.1:9/")

    assert (await api.refused("getUpdates")).startswith("Conflict: can't use getUpdates method while webhook is active")
    await api.does("deleteWebhook")
    assert await api.does("getUpdates") == []


async def test_wanted_kinds_stay_as_they_were_told_last(api: Api, lan: User) -> None:
    await api.does("getUpdates", allowed_updates=["callback_query"])
    await lan.writes("một")
    assert await api.hears() == []
    await lan.presses_data("a:1")
    assert await api.hears() == ["callback_query: a:1"]

    await api.does("getUpdates", allowed_updates=[])
    await lan.writes("hai")
    assert await api.hears() == ["message: hai"]


async def test_ids_may_restart_lower_and_an_update_may_come_again(api: Api, server: Server, lan: User) -> None:
    await lan.writes("một")
    (first,) = await api.takes()

    await server.act("restart_ids", next_id=5)
    await lan.writes("hai")
    (second,) = await api.does("getUpdates")
    assert second["update_id"] == 5
    await api.does("getUpdates", offset=6)

    await server.act("again", update=first["update_id"])
    assert await api.takes() == [first]


async def test_an_update_is_kept_a_day_and_a_press_for_150_seconds(api: Api, server: Server, lan: User) -> None:
    await lan.writes("một")
    await lan.presses_data("a:1")
    await server.act("move", seconds=151)
    assert await api.does("getUpdates", limit=9) == [(await api.does("getUpdates"))[0]]

    await server.act("move", seconds=24 * 3600)

    assert await api.does("getUpdates") == []


async def test_dropping_what_waits_is_noticed(api: Api, server: Server, lan: User) -> None:
    await lan.writes("một")

    await api.does("deleteWebhook", drop_pending_updates=True)

    assert (await server.act("state"))["dropped"] == 1


async def _polled(server: Server, times: int) -> None:
    version = 0
    while server.world.updates.polls < times:
        version = await server.changed(version)


# --- the webhook ---


@dataclass(slots=True)
class Hook:
    """A bot's own web server: answers in turn with these, and then with 200."""

    url: str = ""
    answers: list[Response] = field(default_factory=list)
    came: list[tuple[str, str, str]] = field(default_factory=list)
    """Of each delivery: the content type, the secret, and what it told."""

    here: int = 0
    most: int = 0
    """How many deliveries were there at once."""
    full: asyncio.Event = field(default_factory=asyncio.Event)
    """Two are there."""
    free: asyncio.Event = field(default_factory=asyncio.Event)
    """Nobody need wait for the answer."""

    def __post_init__(self) -> None:
        self.free.set()

    async def __call__(self, request: Request) -> Response:
        update = json.loads(await request.body())
        secret = request.headers.get("x-telegram-bot-api-secret-token", "")
        self.came.append((request.headers["content-type"], secret, _told(update)))
        self.here += 1
        self.most = max(self.most, self.here)
        if self.here == 2:
            self.full.set()
        await self.free.wait()
        self.here -= 1
        return self.answers.pop(0) if self.answers else Response()


@asynccontextmanager
async def listening(hook: Hook) -> AsyncIterator[None]:
    app = Starlette(routes=[Route("/hook", hook.__call__, methods=["POST"])])
    config = uvicorn.Config(app, port=0, log_config=None, lifespan="off", ws="none")
    config.load()
    running = uvicorn.Server(config)
    running.lifespan = config.lifespan_class(config)
    await running.startup()
    hook.url = f"http://127.0.0.1:{running.servers[0].sockets[0].getsockname()[1]}/hook"
    yield
    running.force_exit = True
    await running.shutdown()


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    made = Hook()
    async with listening(made):
        yield made


async def test_a_webhook_gets_updates_with_its_secret(api: Api, server: Server, lan: User, hook: Hook) -> None:
    await lan.writes("trước")
    await api.does("setWebhook", url=hook.url, secret_token="bi-mat_1")
    await lan.writes("sau")

    await all_confirmed(server)

    assert hook.came == [("application/json", "bi-mat_1", f"message: {text}") for text in ("trước", "sau")]


async def test_what_is_not_taken_comes_again_in_its_order(api: Api, server: Server, lan: User, hook: Hook) -> None:
    await server.act("pause", seconds=0.001)
    hook.answers = [Response(status_code=status) for status in (500, 302, 404)]
    hook.answers.append(Response(status_code=503, headers={"Retry-After": "7"}))
    await api.does("setWebhook", url=hook.url)
    await lan.writes("một")
    await lan.writes("hai")

    await all_confirmed(server)

    assert [told for _, _, told in hook.came] == ["message: một"] * 5 + ["message: hai"]
    assert [status for _, status in (await server.act("state"))["brought"]] == [500, 302, 404, 503, 200, 200]


async def test_a_failing_update_holds_up_its_own_chat_only(
    api: Api, server: Server, lan: User, minh: User, hook: Hook
) -> None:
    await server.act("pause", seconds=1000)
    hook.answers = [Response(status_code=500), Response(status_code=500)]
    await api.does("setWebhook", url=hook.url)
    await lan.writes("một")
    version = 0
    while len(hook.came) < 2:  # the first repetition comes at once
        version = await server.changed(version)

    await minh.writes("hai")
    while len(hook.came) < 3:
        version = await server.changed(version)

    assert hook.came[2][2] == "message: hai"
    assert (await api.does("getWebhookInfo"))["last_error_message"] == "Wrong response from the webhook: 500"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"url": "http://example.vn/hook"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        ({"url": "https://example.vn:8080/"}, "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"),
        ({"url": "https://example.vn/", "secret_token": "có dấu"}, "secret token contains unallowed characters"),
        ({"url": "https://example.vn/", "secret_token": "a" * 257}, "secret token contains unallowed characters"),
    ],
)
async def test_a_webhook_that_telegram_would_not_take_is_refused(api: Api, given: dict[str, str], why: str) -> None:
    assert await api.refused("setWebhook", **given) == f"Bad Request: {why}"


# --- sending ---


async def test_html_becomes_what_a_person_sees(api: Api, lan: User) -> None:
    await lan.starts()

    await api.does(
        "sendMessage",
        chat_id=101,
        parse_mode="HTML",
        text=" <b>Phí <i>rút</i></b> &lt;3 &amp; &quot;x&quot; &#7841; &nbsp; "
        '<a href="https://x.vn/?a=1&amp;b=2">đây</a> 😀 ',
    )

    shown = (await lan.sees())[-1]
    assert shown.text == 'Phí rút <3 & "x" ạ &nbsp; đây 😀'
    assert shown.html == (
        '<b>Phí <i>rút</i></b> &lt;3 &amp; "x" ạ &amp;nbsp; <a href="https://x.vn/?a=1&amp;b=2">đây</a> 😀'
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a<br>b", 'Unsupported start tag "br" at byte offset 1'),
        ("ạ<p>b</p>", 'Unsupported start tag "p" at byte offset 3'),
        ("tôi <3 bạn", 'Unsupported start tag "3" at byte offset 5'),
        ("1 < 2 > 0", 'Unsupported start tag "" at byte offset 2'),
        ("1 <", "Unclosed start tag at byte offset 2"),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ('<a href="https://x.vn>x</a>', "Unclosed start tag at byte offset 0"),
        ("<a href=x/y>x</a>", "Unexpected end of name token at byte offset 8"),
    ],
)
async def test_html_with_a_fault_is_refused(api: Api, lan: User, text: str, why: str) -> None:
    await lan.starts()

    assert await api.refused("sendMessage", chat_id=101, text=text, parse_mode="HTML") == BROKEN + why


@pytest.mark.parametrize("text", ["😀" * 2048, "<b>" + "a" * 4096 + "</b>", " " * 99 + "a" * 4096])
async def test_a_text_of_4096_utf16_units_passes(api: Api, lan: User, text: str) -> None:
    await lan.starts()

    assert (await api.does("sendMessage", chat_id=101, text=text, parse_mode="HTML"))["message_id"] == 2


def _keyboard(*buttons: dict[str, str]) -> dict[str, object]:
    return {"chat_id": 101, "text": "x", "reply_markup": {"inline_keyboard": [[button] for button in buttons]}}


_ANSWER_TO_NOTHING = {"chat_id": 101, "text": "x", "reply_parameters": {"message_id": 77}}


def _media(*kinds: str) -> list[dict[str, str]]:
    return [{"type": kind, "media": "photo-file-9"} for kind in kinds]


@pytest.mark.parametrize(
    ("method", "given", "why"),
    [
        ("sendMessage", {"chat_id": 101, "text": ""}, "message text is empty"),
        ("sendMessage", {"chat_id": 101, "text": " \n "}, "message text is empty"),
        ("sendMessage", {"chat_id": 101, "text": "<b> </b>", "parse_mode": "HTML"}, "text must be non-empty"),
        ("sendMessage", {"chat_id": 101, "text": "a" * 4097}, "message is too long"),
        ("sendMessage", {"chat_id": 101, "text": "😀" * 2048 + "a"}, "message is too long"),
        ("sendMessage", {"chat_id": 101, "text": "\ud83d"}, "strings must be encoded in UTF-8"),
        ("sendMessage", {"chat_id": 101, "text": "x", "parse_mode": "Latex"}, "unsupported parse_mode"),
        ("sendMessage", {"chat_id": 999, "text": "x"}, "chat not found"),
        ("sendMessage", {"chat_id": "", "text": "x"}, "chat_id is empty"),
        ("sendMessage", {"chat_id": 101, "text": "x", "message_thread_id": 7}, "message thread not found"),
        ("sendMessage", _ANSWER_TO_NOTHING, "message to be replied not found"),
        ("sendMessage", _keyboard({"text": "x", "callback_data": "ạ" * 22}), "BUTTON_DATA_INVALID"),
        ("sendMessage", _keyboard({"text": "x", "callback_data": ""}), "BUTTON_DATA_INVALID"),
        ("sendMessage", _keyboard({"text": "x", "url": "x.vn"}), WRONG_URL),
        ("sendMessage", _keyboard({"text": "x"}), NO_TEXT_BUTTONS),
        ("sendMessage", _keyboard(*[{"text": "x", "callback_data": "a"}] * 101), "reply markup is too long"),
        ("sendPhoto", {"chat_id": 101}, "there is no photo in the request"),
        ("sendPhoto", {"chat_id": 101, "photo": "nowhere"}, "wrong file identifier/HTTP URL specified"),
        ("sendPhoto", {"chat_id": 101, "photo": "nowhere", "caption": "a" * 1025}, "message caption is too long"),
        ("sendMediaGroup", {"chat_id": 101, "media": _media("photo")}, "an album must include 2-10 items"),
        ("sendMediaGroup", {"chat_id": 101, "media": _media(*["photo"] * 11)}, "an album must include 2-10 items"),
        ("sendMediaGroup", {"chat_id": 101, "media": _media("photo", "document")}, NOT_MIXED),
        ("copyMessage", {"chat_id": 101, "from_chat_id": 101, "message_id": 77}, "message to copy not found"),
        ("editMessageText", {"chat_id": 101, "message_id": 77, "text": "x"}, "message to edit not found"),
        ("editMessageText", {"chat_id": 101, "message_id": 1, "text": "x"}, "message can't be edited"),
        ("deleteMessage", {"chat_id": 101, "message_id": 77}, "message to delete not found"),
        ("getFile", {"file_id": "nowhere"}, "wrong file_id or the file is temporarily unavailable"),
        ("sendChatAction", {"chat_id": 101, "action": "sleeping"}, "wrong parameter action in request"),
        ("answerCallbackQuery", {"callback_query_id": "1"}, TOO_OLD),
        ("createForumTopic", {"chat_id": 101, "name": "x"}, "the chat is not a forum"),
        ("leaveChat", {"chat_id": 101}, "chat member status can't be changed in private chats"),
    ],
)  # fmt: skip
async def test_what_telegram_would_not_do_is_refused_in_its_words(
    api: Api, lan: User, method: str, given: dict[str, object], why: str
) -> None:
    await lan.starts()

    assert await api.refused(method, **given) == f"Bad Request: {why}"


async def test_methods_that_are_not_here_and_wrong_tokens_are_refused(api: Api) -> None:
    assert await api.ask("sendPoll", chat_id=1) == {
        "ok": False,
        "error_code": 404,
        "description": "Not Found: method not found",
    }
    api.token = "4242:another"
    assert (await api.ask("getMe"))["error_code"] == 401
    api.token = "nonsense"
    assert (await api.ask("getMe"))["error_code"] == 404


async def test_a_bot_writes_only_to_people_who_came_first(api: Api, server: Server, lan: User) -> None:
    assert await api.refused("sendMessage", chat_id=101, text="x") == UNSTARTED
    await lan.starts()
    await lan.blocks()
    assert await api.refused("sendMessage", chat_id=101, text="x") == "Forbidden: bot was blocked by the user"
    await lan.writes("tôi đây")
    assert (await api.does("sendMessage", chat_id=101, text="x"))["text"] == "x"
    await server.act("deactivate", user=101)
    assert await api.refused("sendMessage", chat_id=101, text="x") == "Forbidden: user is deactivated"

    assert await api.hears() == [
        "message: /start",
        "my_chat_member: member → kicked",
        "my_chat_member: kicked → member",
        "message: tôi đây",
    ]


# --- changing what was sent ---


async def test_an_edit_is_made_in_place_and_takes_the_keyboard_unless_it_brings_one(api: Api, lan: User) -> None:
    await lan.starts()
    keyboard = {"inline_keyboard": [[{"text": "Được", "callback_data": "good:1"}]]}
    sent = await api.does("sendMessage", chat_id=101, text="một", reply_markup=keyboard)
    where = {"chat_id": 101, "message_id": sent["message_id"]}

    assert await api.refused("editMessageText", **where, text="một", reply_markup=keyboard) == UNCHANGED
    assert await api.refused("editMessageCaption", **where, caption="x") == (
        "Bad Request: there is no caption in the message to edit"
    )
    await api.does("editMessageText", **where, text="hai")

    shown = (await lan.sees())[-1]
    assert (shown.text, shown.labels, shown.earlier) == ("hai", [], ("một",))
    assert await api.refused("editMessageReplyMarkup", **where) == UNCHANGED


async def test_old_messages_are_not_deleted(api: Api, server: Server, lan: User) -> None:
    message = await lan.starts()
    sent = await api.does("sendMessage", chat_id=101, text="một")
    await api.does("deleteMessage", chat_id=101, message_id=message)
    assert [shown.text for shown in await lan.sees()] == ["một"]

    await server.act("move", seconds=48 * 3600 + 1)

    assert await api.refused("deleteMessage", chat_id=101, message_id=sent["message_id"]) == (
        "Bad Request: message can't be deleted for everyone"
    )


# --- pressing ---


async def test_a_press_is_answered_once_and_soon(api: Api, server: Server, lan: User) -> None:
    await lan.starts()
    query = await lan.presses_data("q:1")

    assert await api.refused("answerCallbackQuery", callback_query_id=query, text="a" * 201) == (
        "Bad Request: MESSAGE_TOO_LONG"
    )
    await api.does("answerCallbackQuery", callback_query_id=query, text="Xong")
    assert await lan.answered(query) == "Xong"
    assert "query is too old" in await api.refused("answerCallbackQuery", callback_query_id=query)
    late = await lan.presses_data("q:1")
    await server.act("move", seconds=61)
    assert "query is too old" in await api.refused("answerCallbackQuery", callback_query_id=late)


async def test_a_press_tells_the_message_it_was_under_or_that_it_is_out_of_reach(api: Api, lan: User) -> None:
    await lan.starts()
    keyboard = {"inline_keyboard": [[{"text": "Được", "callback_data": "good:1"}]]}
    sent = await api.does("sendMessage", chat_id=101, text="một", reply_markup=keyboard)
    await api.takes()

    await lan.presses_data("good:1", sent["message_id"])
    await lan.presses_data("good:9")

    pressed = [update["callback_query"]["message"] for update in await api.takes()]
    assert pressed == [sent, {"message_id": 0, "date": 0, "chat": sent["chat"]}]


# --- inline ---


def _article(id_: str, **more: object) -> dict[str, object]:
    content = {"message_text": "<b>Phí</b>", "parse_mode": "HTML"}
    return {"type": "article", "id": id_, "title": "Phí", "input_message_content": content} | more


async def test_inline_results_can_be_dropped_into_a_chat(api: Api, server: Server, lan: User, minh: User) -> None:
    group = await lan.makes_group("Thôn Nà Lìn", minh)
    asking = asyncio.create_task(lan.inline("phí"))
    (update,) = await api.does("getUpdates", timeout=30)
    await api.does("answerInlineQuery", inline_query_id=update["inline_query"]["id"], results=[_article("phi")])

    (result,) = await asking
    await lan.picks(result, group)

    assert update["inline_query"]["query"] == "phí"
    assert [shown.html for shown in await minh.sees(group)] == ["<b>Phí</b>"]


@pytest.mark.parametrize(
    ("results", "why"),
    [
        ([_article(str(n)) for n in range(51)], "RESULTS_TOO_MUCH"),
        ([_article("ạ" * 22)], "RESULT_ID_INVALID"),
        ([_article("a"), _article("a")], "RESULT_ID_DUPLICATE"),
        ([_article("a", title=" ")], "ARTICLE_TITLE_EMPTY"),
        (
            [_article("a", input_message_content={"message_text": "<p>", "parse_mode": "HTML"})],
            'can\'t parse entities: Unsupported start tag "p" at byte offset 0',
        ),
    ],
)
async def test_inline_results_with_a_fault_are_refused(
    api: Api, server: Server, lan: User, results: list[object], why: str
) -> None:
    query = await server.act("inline", user=101, query="phí")

    assert (
        await api.refused("answerInlineQuery", inline_query_id=query["query"], results=results) == f"Bad Request: {why}"
    )


# --- files ---


async def test_a_file_is_downloaded_for_an_hour_and_up_to_20_mb(api: Api, server: Server, lan: User) -> None:
    await lan.sends_photo(caption="ảnh đây")
    await lan.sends_video(size=20 * 1024 * 1024 + 1)
    photo, video = (update["message"] for update in await api.takes())

    file = await api.does("getFile", file_id=photo["photo"][-1]["file_id"])
    link = f"/file/bot{api.token}/{file['file_path']}"
    assert (await api.client.get(link)).content == JPEG
    assert photo["caption"] == "ảnh đây"
    assert await api.refused("getFile", file_id=video["video"]["file_id"]) == "Bad Request: file is too big"
    await server.act("move", seconds=3601)
    assert (await api.client.get(link)).status_code == 404


async def test_an_album_comes_as_messages_of_one_group(api: Api, lan: User) -> None:
    await lan.sends_album(JPEG, JPEG, caption="hai ảnh")

    first, second = (update["message"] for update in await api.takes())

    assert first["media_group_id"] == second["media_group_id"]
    assert (first["caption"], "caption" in second) == ("hai ảnh", False)


async def test_ptb_sends_and_fetches_every_kind_of_file(bot: telegram.Bot, lan: User) -> None:
    await lan.starts()
    photo = await bot.send_photo(101, JPEG, caption="<b>ảnh</b>", parse_mode="HTML")
    await bot.send_photo(101, photo.photo[-1].file_id)
    await bot.send_document(101, PDF, filename="giấy.pdf")
    await bot.send_voice(101, b"OggS")
    await bot.send_video(101, b"mp4")
    await bot.send_audio(101, b"mp3")
    await bot.send_sticker(101, b"RIFF")
    await bot.send_location(101, 21.85, 106.76)
    await bot.send_contact(101, "0912345678", "Minh")
    await bot.send_media_group(101, [InputMediaPhoto(JPEG), InputMediaPhoto(photo.photo[-1].file_id)])
    await bot.copy_message(101, 101, photo.message_id)
    fetched = await (await bot.get_file(photo.photo[-1].file_id)).download_as_bytearray()

    with pytest.raises(BadRequest, match="Type of file mismatch"):
        await bot.send_voice(101, photo.photo[-1].file_id)
    with pytest.raises(BadRequest, match="Image_process_failed"):
        await bot.send_photo(101, b"no picture")
    assert bytes(fetched) == JPEG
    assert [message.media for message in (await lan.sees())[1:]] == [
        "photo", "photo", "document", "voice", "video", "audio", "sticker", "location", "contact",
        "photo", "photo", "photo",
    ]  # fmt: skip


# --- groups ---


async def test_with_privacy_on_a_bot_sees_only_what_is_for_it(api: Api, lan: User, minh: User) -> None:
    group = await lan.makes_group("Thôn Nà Lìn", minh)
    await lan.adds_bot(group)
    sent = await api.does("sendMessage", chat_id=group, text="Xin chào")
    await api.takes()

    await minh.writes("chuyện riêng", group)
    await minh.writes("/trogiup@xulang_bot", group)
    await minh.writes("/trogiup@another_bot", group)
    await minh.writes("hỏi @XuLang_bot phí rút tiền", group)
    await minh.writes("thế à", group, reply_to=sent["message_id"])
    await lan.server.act("rename", chat=group, by=101, title="Thôn")

    assert await api.hears() == [
        "message: /trogiup@xulang_bot",
        "message: hỏi @XuLang_bot phí rút tiền",
        "message: thế à",
        "message: new_chat_title",
    ]


@pytest.mark.parametrize("how", ["promoted", "privacy off"])
async def test_an_admin_or_a_bot_without_privacy_sees_everything(
    api: Api, server: Server, lan: User, minh: User, how: str
) -> None:
    group = await lan.makes_group("Thôn Nà Lìn", minh)
    await lan.adds_bot(group)
    if how == "promoted":
        await lan.promotes_bot(group)
    else:
        await server.act("privacy", on=False)
    await api.takes()

    await minh.writes("chuyện của làng", group)

    assert await api.hears() == ["message: chuyện của làng"]
    assert (await api.does("getMe"))["can_read_all_group_messages"] == (how == "privacy off")


async def test_a_bot_is_told_of_its_place_in_a_group(api: Api, lan: User) -> None:
    group = await lan.makes_group("Thôn Nà Lìn")
    await lan.adds_bot(group)
    await lan.promotes_bot(group, "can_manage_topics")
    admins = await api.does("getChatAdministrators", chat_id=group)
    await lan.removes_bot(group)

    assert await api.hears() == [
        "my_chat_member: left → member",
        "message: new_chat_members",
        "my_chat_member: member → administrator",
        "my_chat_member: administrator → kicked",
    ]
    assert [admin["user"]["first_name"] for admin in admins] == ["Lan"]
    assert await api.refused("sendMessage", chat_id=group, text="x") == (
        "Forbidden: bot was kicked from the supergroup chat"
    )


async def test_a_bot_leaves(api: Api, lan: User) -> None:
    group = await lan.makes_group("Thôn Nà Lìn", kind="group")
    await lan.adds_bot(group)
    await api.takes()

    await api.does("leaveChat", chat_id=group)

    assert await api.hears() == ["my_chat_member: member → left"]
    assert await api.refused("sendMessage", chat_id=group, text="x") == (
        "Forbidden: bot is not a member of the group chat"
    )


async def test_a_group_that_becomes_a_supergroup_has_another_id(
    api: Api, bot: telegram.Bot, server: Server, lan: User
) -> None:
    group = await lan.makes_group("Thôn Nà Lìn", kind="group")
    await lan.adds_bot(group)
    await api.takes()

    moved = await server.act("upgrade", chat=group, by=101)

    assert await api.hears() == ["message: migrate_to_chat_id", "message: migrate_from_chat_id"]
    with pytest.raises(ChatMigrated) as told:
        await bot.send_message(group, "x")
    assert told.value.new_chat_id == moved
    assert (await bot.send_message(moved, "x")).text == "x"


async def test_an_anonymous_admin_speaks_as_the_group(api: Api, lan: User) -> None:
    group = await lan.makes_group("Thôn Nà Lìn")
    await lan.adds_bot(group)
    await api.takes()

    await lan.writes("/huuich@xulang_bot", group, speaks_as="group")

    message = (await api.takes())[0]["message"]
    assert (message["from"]["id"], message["sender_chat"]["id"]) == (1087968824, group)


async def test_other_bots_are_not_heard(api: Api, server: Server, lan: User) -> None:
    other = User(server, 900, "Bot khác")
    await server.act("person", user=900, name="Bot khác", username="another_bot", is_bot=True)
    group = await lan.makes_group("Thôn Nà Lìn", other)
    await lan.adds_bot(group)
    await lan.promotes_bot(group)
    await api.takes()

    await other.writes("@xulang_bot chào", group)
    await lan.writes("/chude", group)

    assert await api.hears() == ["message: /chude"]


async def test_a_plain_command_is_for_the_bot_that_wrote_last(api: Api, server: Server, lan: User) -> None:
    other = User(server, 900, "Bot khác")
    await server.act("person", user=900, name="Bot khác", username="another_bot", is_bot=True)
    group = await lan.makes_group("Thôn Nà Lìn", other)
    await lan.adds_bot(group)
    await api.takes()

    await other.writes("chào", group)
    await lan.writes("/mot", group)
    await api.does("sendMessage", chat_id=group, text="chào")
    await lan.writes("/hai", group)

    assert await api.hears() == ["message: /hai"]


# --- forums ---


@pytest.fixture
async def forum(api: Api, lan: User) -> int:
    made = await lan.makes_group("Viettel hỗ trợ", forum=True)
    await lan.adds_bot(made)
    await lan.promotes_bot(made)
    await api.takes()
    return made


async def test_a_topic_is_made_named_closed_and_reopened(api: Api, server: Server, forum: int) -> None:
    topic = await api.does("createForumTopic", chat_id=forum, name="#4821 · Mới")
    where = {"chat_id": forum, "message_thread_id": topic["message_thread_id"]}
    sent = await api.does("sendMessage", **where, text="thẻ")
    assert await api.refused("editForumTopic", **where, name="#4821 · Mới") == "Bad Request: TOPIC_NOT_MODIFIED"
    await api.does("editForumTopic", **where, name="#4821 · Xong")
    await api.does("closeForumTopic", **where)
    assert await api.refused("closeForumTopic", **where) == "Bad Request: TOPIC_NOT_MODIFIED"
    await api.does("reopenForumTopic", **where)

    assert (sent["message_thread_id"], sent["is_topic_message"]) == (topic["message_thread_id"], True)
    assert sent["reply_to_message"]["message_id"] == topic["message_thread_id"]
    assert await server.act("topics", chat=forum) == [
        {"thread": topic["message_thread_id"], "name": "#4821 · Xong", "is_closed": False, "is_deleted": False}
    ]
    assert await api.hears() == [
        "message: forum_topic_created",
        "message: forum_topic_edited",
        "message: forum_topic_closed",
        "message: forum_topic_reopened",
    ]


async def test_a_deleted_topic_and_the_general_one_can_not_be_named(api: Api, server: Server, forum: int) -> None:
    topic = await api.does("createForumTopic", chat_id=forum, name="x")
    where = {"chat_id": forum, "message_thread_id": topic["message_thread_id"]}
    await server.act("drop_topic", chat=forum, thread=topic["message_thread_id"])

    gone = "Bad Request: message thread not found"
    assert await api.refused("sendMessage", **where, text="x") == gone
    assert await api.refused("closeForumTopic", **where) == gone
    assert await api.refused("sendMessage", chat_id=forum, message_thread_id=1, text="x") == gone
    assert "message_thread_id" not in await api.does("sendMessage", chat_id=forum, text="x")


async def test_topics_need_a_right_and_a_name(api: Api, lan: User, forum: int) -> None:
    assert await api.refused("createForumTopic", chat_id=forum, name="a" * 129) == (
        "Bad Request: topic name must have 1-128 characters"
    )
    await lan.promotes_bot(forum, *(right for right in RIGHTS if right != "can_manage_topics"))

    assert await api.refused("createForumTopic", chat_id=forum, name="x") == (
        "Bad Request: not enough rights to create a topic"
    )


# --- what the account shows ---


@pytest.mark.parametrize(
    ("commands", "why"),
    [
        ([{"command": "Chu_de", "description": "x"}], "BOT_COMMAND_INVALID"),
        ([{"command": "trợ", "description": "x"}], "BOT_COMMAND_INVALID"),
        ([{"command": "a" * 33, "description": "x"}], "BOT_COMMAND_INVALID"),
        ([{"command": "a", "description": ""}], "BOT_COMMAND_DESCRIPTION_INVALID"),
        ([{"command": "a", "description": "x" * 257}], "BOT_COMMAND_DESCRIPTION_INVALID"),
        ([{"command": f"a{n}", "description": "x"} for n in range(101)], "BOT_COMMANDS_TOO_MUCH"),
    ],
)
async def test_commands_with_a_fault_are_refused(api: Api, commands: list[object], why: str) -> None:
    assert await api.refused("setMyCommands", commands=commands) == f"Bad Request: {why}"


async def test_commands_are_kept_by_scope(bot: telegram.Bot, server: Server, lan: User) -> None:
    await lan.starts()
    await bot.set_my_commands([("chude", "Các chủ đề")])
    await bot.set_my_commands([("phieu", "Phiếu hỏi")], scope=telegram.BotCommandScopeChat(101), language_code="vi")
    await bot.set_my_commands([("x", "x")], scope=telegram.BotCommandScopeAllGroupChats())
    await bot.delete_my_commands(scope=telegram.BotCommandScopeAllGroupChats())
    await bot.set_my_description("Hỏi đáp")
    await bot.set_my_short_description("Hỏi")

    assert await server.act("commands") == {
        "default": [{"command": "chude", "description": "Các chủ đề"}],
        "chat:101:vi": [{"command": "phieu", "description": "Phiếu hỏi"}],
    }
    assert server.world.descriptions == {"description": "Hỏi đáp", "short_description": "Hỏi"}


# --- paces ---


async def test_too_many_messages_are_refused_where_the_limits_are_on(api: Api, server: Server, lan: User) -> None:
    group = await lan.makes_group("Thôn Nà Lìn", forum=True)
    await lan.adds_bot(group)
    await lan.promotes_bot(group)
    await lan.starts()
    server.world.flood.clock = lambda: 7.0
    await server.act("flood", on=True)

    private = [await api.ask("sendMessage", chat_id=101, text="x") for _ in range(4)]
    topic = (await api.does("createForumTopic", chat_id=group, name="x"))["message_thread_id"]
    in_group = [
        await api.ask("sendMessage", chat_id=group, text="x", **more)
        for more in [{"message_thread_id": topic}, {}] * 10
    ]

    assert [told["ok"] for told in private] == [True, True, True, False]
    assert private[-1]["parameters"] == {"retry_after": 1}
    assert [told["ok"] for told in in_group] == [True] * 19 + [False]
    assert in_group[-1]["parameters"] == {"retry_after": 60}
    assert await server.act("most", within_s=60, chat=group) == 20
    assert await server.act("most", within_s=60) == 23


async def test_thirty_messages_a_second_pass_over_all_chats(api: Api, server: Server) -> None:
    await server.act("write_many", said=[(n, "x") for n in range(1, 32)])
    server.world.flood.clock = lambda: 7.0
    await server.act("flood", on=True)

    told = [await api.ask("sendMessage", chat_id=n, text="x") for n in range(1, 32)]

    assert [one["ok"] for one in told] == [True] * 30 + [False]


# --- faults ---


@pytest.mark.parametrize(
    ("kind", "error", "arrives"),
    [
        ("reset_before", NetworkError, False),
        ("reset_after", NetworkError, True),
        ("timeout_before", TimedOut, False),
        ("timeout_after", TimedOut, True),
        ("500", NetworkError, False),
        ("502", NetworkError, False),
        ("502_after", NetworkError, True),
        ("429", RetryAfter, False),
        ("403", Forbidden, False),
        ("401", InvalidToken, False),
        ("404", InvalidToken, False),
        ("409", Conflict, False),
        ("garbage", telegram.error.TelegramError, True),
    ],
)
@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")  # of the type of `retry_after`
async def test_a_fault_on_demand_happens_once_as_ptb_tells_it(
    bot: telegram.Bot, server: Server, lan: User, kind: str, error: type[Exception], arrives: bool
) -> None:
    await lan.starts()
    await server.act("fault", kind=kind, method="sendMessage", chat=101)

    with pytest.raises(error):
        await bot.send_message(101, "một", read_timeout=0.3)
    await bot.send_message(101, "hai")

    assert await lan.reads() == (["một", "hai"] if arrives else ["hai"])


async def test_a_slow_answer_is_slow_for_its_own_request_only(api: Api, server: Server, lan: User) -> None:
    await lan.starts()
    await server.act("fault", kind="slow", method="sendMessage", seconds=0.2)

    await asyncio.gather(*(api.does("sendMessage", chat_id=101, text=text) for text in ("chậm", "nhanh")))

    assert await lan.reads() == ["nhanh", "chậm"]


# --- the whole of it ---


async def test_ptb_talks_with_somebody(bot: telegram.Bot, lan: User) -> None:
    await lan.starts("t_phi")
    (opened,) = await bot.get_updates(timeout=30)
    assert opened.message is not None
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Được rồi", callback_data="good:1")]])
    await opened.message.reply_html("<b>Chào</b>", reply_markup=keyboard)
    pressing = asyncio.create_task(lan.presses("Được rồi"))
    (pressed,) = await bot.get_updates(offset=opened.update_id + 1, timeout=30)
    assert pressed.callback_query is not None
    await pressed.callback_query.edit_message_text("Xong")
    await pressed.callback_query.answer("Cảm ơn")

    assert await pressing == "Cảm ơn"
    assert [(seen.text, seen.labels) for seen in await lan.sees()] == [("/start t_phi", []), ("Xong", [])]


async def test_people_act_from_another_process_in_the_same_way(server: Server, api: Api) -> None:
    async with Remote(server.url) as remote:
        lan = await User(remote, 101, "Lan").comes()
        message = await lan.writes("một")
        await api.does("sendMessage", chat_id=101, text="hai", reply_parameters={"message_id": message})

        shown = await lan.waits_for("hai")

    assert shown.reply_to == message


async def test_an_update_that_makes_no_sense_can_be_made(api: Api, server: Server) -> None:
    id_ = await server.act("raw", body={"message": "không phải tin"})

    assert await api.does("getUpdates") == [{"update_id": id_, "message": "không phải tin"}]


async def test_the_server_runs_in_a_process_of_its_own() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.botapi", "--token", "7:x", "--reads-all",
        cwd=Path(__file__).parents[2], stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    url = (await process.stdout.readline()).decode().strip()
    async with Remote(url) as remote, httpx.AsyncClient(base_url=url, verify=PLAIN) as client:
        lan = await User(remote, 101, "Lan").comes()
        await lan.writes("một")
        api = Api(client, "7:x")
        told, me = await api.hears(), await api.does("getMe")
    process.terminate()

    assert (await process.wait(), told, me["id"]) == (0, ["message: một"], 7)
    assert me["can_read_all_group_messages"]


async def test_a_webhook_is_brought_no_more_at_once_than_it_said(api: Api, server: Server, hook: Hook) -> None:
    hook.free.clear()
    await api.does("setWebhook", url=hook.url, max_connections=2)
    await server.act("write_many", said=[(500 + n, "x") for n in range(5)])
    await hook.full.wait()
    assert len(hook.came) == 2

    hook.free.set()
    await all_confirmed(server)

    assert (len(hook.came), hook.most) == (5, 2)
