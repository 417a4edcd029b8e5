"""Whatever Telegram delivers, or somebody makes up: answered, set aside or passed over, and the next one is handled."""

import asyncio
import itertools
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.config import Settings
from bot.service import Service
from handlers import texts
from storage.tables import InboxRow, InboxState
from tests.bot.telegram.edge import LIFTED
from tests.botapi.people import User
from tests.botapi.server import Server
from tests.faq.folders import TOPIC, write

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one helpdesk for all of them, as in life

Raw = dict[str, Any]

QUESTION, ANSWER = "Rút tiền thế nào", "Rút tiền thế nào?"


def _plain(text: str) -> str:
    """How a reply begins, as it is on the screen."""
    return re.split(r"[.\n]", text.replace("*", "").replace("\\", ""))[0]


QUIET = "quiet"
"""Nothing is said and nothing is stored."""
ASIDE = "aside"
"""It can't be read: set aside, and nothing is said."""
WELCOME = _plain(texts.WELCOME)
GROUP = -1007000000001
CHANNEL = {"id": -1008000000001, "type": "channel", "title": "Báo Lạng Sơn"}
BOT = {"id": 4242, "is_bot": True, "first_name": "Trợ lý", "username": "xulang_bot"}
OTHER_BOT = {"id": 900, "is_bot": True, "first_name": "Bot khác"}
SOMEBODY = {"id": 555, "is_bot": False, "first_name": "Ai đó"}
FILE = {"file_id": "f", "file_unique_id": "u", "file_size": 10}
PLACE = {"latitude": 21.85, "longitude": 106.76}
POLL = {
    "id": "1",
    "question": "?",
    "options": [],
    "total_voter_count": 0,
    "is_closed": False,
    "is_anonymous": True,
    "type": "regular",
    "allows_multiple_answers": False,
    "allows_revoting": False,
    "members_only": False,
}
DATE = 1_795_000_000


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    update: Raw
    """Without `update_id`; "ME" stands for the person whom it is about."""
    says: str | tuple[str, ...]
    """How each reply begins; or `QUIET` or `ASIDE`."""


def private(**content: object) -> Raw:
    """A message of mine in the private chat."""
    me: Raw = {"id": "ME", "is_bot": False, "first_name": "Lan"}
    chat: Raw = {"id": "ME", "type": "private", "first_name": "Lan"}
    return {"message_id": 77, "date": DATE, "chat": chat, "from": me} | content


def without(message: Raw, *names: str) -> Raw:
    return {name: value for name, value in message.items() if name not in names}


def grouped(**content: object) -> Raw:
    return private(chat={"id": GROUP, "type": "supergroup", "title": "Thôn Nà Lìn"}, **content)


def pressed(**content: object) -> Raw:
    me: Raw = {"id": "ME", "is_bot": False, "first_name": "Lan"}
    return {"id": "q1", "from": me, "chat_instance": "1", "data": "menu"} | content


def member(chat: Raw, was: Raw, becomes: Raw) -> Raw:
    me: Raw = {"id": "ME", "is_bot": False, "first_name": "Lan"}
    return {
        "chat": chat,
        "from": me,
        "date": DATE,
        "old_chat_member": {"user": BOT} | was,
        "new_chat_member": {"user": BOT} | becomes,
    }


def nested(depth: int) -> Raw:
    message = private(text=QUESTION)
    for _ in range(depth):
        message = private(text=QUESTION, reply_to_message=message)
    return message


OFFER = "Trợ lý có thể gửi câu hỏi cho cán bộ hỗ trợ"
UNKNOWN = texts.NOT_KNOWN
CANT_READ = texts.EMPTY
ALONE = {"id": "ME", "type": "private"}

NEVER_ASKED_FOR = [
    Case("channel post", {"channel_post": {"message_id": 1, "date": DATE, "chat": CHANNEL, "text": QUESTION}}, QUIET),
    Case(
        "edited channel post",
        {"edited_channel_post": {"message_id": 1, "date": DATE, "chat": CHANNEL, "text": QUESTION, "edit_date": DATE}},
        QUIET,
    ),
    Case(
        "poll",
        {"poll": POLL},
        QUIET,
    ),
    Case(
        "poll answer",
        {"poll_answer": {"poll_id": "1", "user": SOMEBODY, "option_ids": [0], "option_persistent_ids": ["0"]}},
        QUIET,
    ),
    Case(
        "request to join",
        {
            "chat_join_request": {
                "chat": {"id": GROUP, "type": "supergroup", "title": "x"},
                "from": SOMEBODY,
                "user_chat_id": 555,
                "date": DATE,
            }
        },
        QUIET,
    ),
    Case(
        "reaction",
        {
            "message_reaction": {
                "chat": ALONE,
                "message_id": 1,
                "date": DATE,
                "user": SOMEBODY,
                "old_reaction": [],
                "new_reaction": [{"type": "emoji", "emoji": "👍"}],
            }
        },
        QUIET,
    ),
    Case(
        "reaction count",
        {"message_reaction_count": {"chat": CHANNEL, "message_id": 1, "date": DATE, "reactions": []}},
        QUIET,
    ),
    Case(
        "business connection",
        {
            "business_connection": {
                "id": "b",
                "user": SOMEBODY,
                "user_chat_id": 555,
                "date": DATE,
                "can_reply": True,
                "is_enabled": True,
            }
        },
        QUIET,
    ),
    Case("business message", {"business_message": private(text=QUESTION, business_connection_id="b")}, QUIET),
    Case("edited business message", {"edited_business_message": private(text=QUESTION)}, QUIET),
    Case(
        "deleted business messages",
        {"deleted_business_messages": {"business_connection_id": "b", "chat": ALONE, "message_ids": [1]}},
        QUIET,
    ),
    Case(
        "payment to confirm",
        {
            "pre_checkout_query": {
                "id": "1",
                "from": SOMEBODY,
                "currency": "VND",
                "total_amount": 1,
                "invoice_payload": "x",
            }
        },
        QUIET,
    ),
    Case(
        "shipping",
        {
            "shipping_query": {
                "id": "1",
                "from": SOMEBODY,
                "invoice_payload": "x",
                "shipping_address": {
                    "country_code": "VN",
                    "state": "",
                    "city": "Lạng Sơn",
                    "street_line1": "",
                    "street_line2": "",
                    "post_code": "",
                },
            }
        },
        QUIET,
    ),
    Case("inline result chosen", {"chosen_inline_result": {"result_id": "a", "from": SOMEBODY, "query": "phí"}}, QUIET),
    Case(
        "somebody else's membership",
        {
            "chat_member": member(
                {"id": GROUP, "type": "supergroup", "title": "x"},
                {"user": SOMEBODY, "status": "left"},
                {"user": SOMEBODY, "status": "member"},
            )
        },
        QUIET,
    ),
    Case(
        "boost",
        {
            "chat_boost": {
                "chat": CHANNEL,
                "boost": {
                    "boost_id": "b",
                    "add_date": DATE,
                    "expiration_date": DATE,
                    "source": {"source": "premium", "user": SOMEBODY},
                },
            }
        },
        QUIET,
    ),
    Case(
        "boost taken back",
        {
            "removed_chat_boost": {
                "chat": CHANNEL,
                "boost_id": "b",
                "remove_date": DATE,
                "source": {"source": "premium", "user": SOMEBODY},
            }
        },
        QUIET,
    ),
    Case("paid media bought", {"purchased_paid_media": {"from": SOMEBODY, "paid_media_payload": "x"}}, QUIET),
    Case("a kind that is not invented yet", {"message_teleported": {"to": "Mars"}}, QUIET),
    Case("nothing but its number", {}, QUIET),
]

BROKEN = [
    Case("message is a word", {"message": "xin chào"}, ASIDE),
    Case("message is a list", {"message": [1, 2]}, ASIDE),
    Case("message is null", {"message": None}, QUIET),
    Case("message is empty", {"message": {}}, ASIDE),
    Case("message without a chat", {"message": without(private(text=QUESTION), "chat")}, ASIDE),
    Case("message without a number", {"message": without(private(text=QUESTION), "message_id")}, ASIDE),
    Case("message without a sender", {"message": without(private(text=QUESTION), "from")}, QUIET),
    Case("message without a date", {"message": without(private(text=QUESTION), "date")}, ASIDE),
    Case("date is a word", {"message": private(text=QUESTION, date="hôm nay")}, ASIDE),
    Case("chat is a number", {"message": private(text=QUESTION, chat=5)}, ASIDE),
    Case("chat without a type", {"message": private(text=QUESTION, chat={"id": "ME"})}, ASIDE),
    Case("sender is a word", {"message": private(text=QUESTION, **{"from": "Lan"})}, ASIDE),
    Case("text is a number", {"message": private(text=5)}, ASIDE),
    Case("text is a list", {"message": private(text=["a"])}, ASIDE),
    Case("half a character", {"message": private(text="phí \ud83d rút")}, ASIDE),
    Case("half a character in a file's name", {"message": private(document=FILE | {"file_name": "\udc00.pdf"})}, ASIDE),
    Case("photo without its file", {"message": private(photo=[{"width": 1, "height": 1}])}, ASIDE),
    Case("photo is a word", {"message": private(photo="ảnh")}, ASIDE),
    Case("entities are a word", {"message": private(text=QUESTION, entities="b")}, ASIDE),
    Case("entity without a length", {"message": private(text="@xulang_bot", entities=[{"type": "mention"}])}, ASIDE),
    Case("location without a longitude", {"message": private(location={"latitude": 1.0})}, ASIDE),
    Case("press by nobody", {"callback_query": without(pressed(), "from")}, QUIET),
    Case("press without an id", {"callback_query": without(pressed(), "id")}, ASIDE),
    Case("press is a word", {"callback_query": "menu"}, ASIDE),
    Case(
        "own place without what it became", {"my_chat_member": {"chat": ALONE, "from": SOMEBODY, "date": DATE}}, ASIDE
    ),
    Case("inline query without words", {"inline_query": {"id": "1", "from": SOMEBODY, "offset": ""}}, ASIDE),
    Case("edit is a word", {"edited_message": "sửa"}, ASIDE),
    Case("reply to a word", {"message": private(text=QUESTION, reply_to_message="tin trước")}, ASIDE),
]

WORDS = [
    Case("question", {"message": private(text=QUESTION)}, (f"{ANSWER}",)),
    Case("100,000 characters", {"message": private(text="tôi kể từ đầu cho rõ " * 5_000)}, (texts.TOO_LONG, OFFER)),
    Case("null characters", {"message": private(text="\x00\x01\x02")}, (CANT_READ,)),
    Case("null characters between words", {"message": private(text="Rút\x00 tiền\x00 thế nào")}, (ANSWER,)),
    Case("right-to-left marks", {"message": private(text="\u202e\u200f\u2066")}, (CANT_READ,)),
    Case("empty text", {"message": private(text="")}, (CANT_READ,)),
    Case("text is null", {"message": private(text=None)}, (CANT_READ,)),
    Case("emoji", {"message": private(text="😭😭")}, (texts.ONLY_SIGNS,)),
    Case(
        "entities beyond the text",
        {"message": private(text=QUESTION, entities=[{"type": "mention", "offset": 900, "length": 90}])},
        (ANSWER,),
    ),
    Case(
        "entity before the text",
        {"message": private(text=QUESTION, entities=[{"type": "mention", "offset": -9, "length": 3}])},
        (ANSWER,),
    ),
    Case(
        "entity of an unknown kind",
        {"message": private(text=QUESTION, entities=[{"type": "smell", "offset": 0, "length": 3}])},
        (ANSWER,),
    ),
    Case("fields nobody knows", {"message": private(text=QUESTION, mood="vui", ai_summary={"a": 1})}, (ANSWER,)),
    Case("reply chain of forty", {"message": nested(40)}, (ANSWER,)),
    Case("reply chain of four hundred", {"message": nested(400)}, (ANSWER,)),
    Case(
        "reply to a message that is out of reach",
        {"message": private(text=QUESTION, reply_to_message=private(date=0))},
        (ANSWER,),
    ),
    Case(
        "quote from another chat",
        {
            "message": private(
                text=QUESTION,
                external_reply={"origin": {"type": "user", "date": DATE, "sender_user": SOMEBODY}},
                quote={"text": "x", "position": 0},
            )
        },
        (ANSWER,),
    ),
    Case(
        "forwarded from a person",
        {"message": private(text=QUESTION, forward_origin={"type": "user", "date": DATE, "sender_user": SOMEBODY})},
        (ANSWER,),
    ),
    Case(
        "forwarded from somebody hidden",
        {
            "message": private(
                text=QUESTION, forward_origin={"type": "hidden_user", "date": DATE, "sender_user_name": "Ẩn"}
            )
        },
        (ANSWER,),
    ),
    Case(
        "forwarded from a channel",
        {
            "message": private(
                text=QUESTION, forward_origin={"type": "channel", "date": DATE, "chat": CHANNEL, "message_id": 5}
            )
        },
        (ANSWER,),
    ),
    Case("via another bot", {"message": private(text=QUESTION, via_bot=OTHER_BOT)}, (ANSWER,)),
    Case("protected", {"message": private(text=QUESTION, has_protected_content=True)}, (ANSWER,)),
    Case("with an effect", {"message": private(text=QUESTION, effect_id="5104841245755180586")}, (ANSWER,)),
    Case("sent by itself while away", {"message": private(text=QUESTION, is_from_offline=True)}, (ANSWER,)),
    Case(
        "in a topic of the private chat",
        {"message": private(text=QUESTION, message_thread_id=5, is_topic_message=True)},
        (ANSWER,),
    ),
    Case(
        "command that is not there",
        {"message": private(text="/khongco", entities=[{"type": "bot_command", "offset": 0, "length": 8}])},
        (texts.NO_SUCH_COMMAND,),
    ),
    Case("command for another bot", {"message": private(text="/help@another_bot")}, QUIET),
    Case("start with a strange load", {"message": private(text="/start <b>'--")}, (texts.WELCOME,)),
    Case("edit of a message never seen", {"edited_message": private(text=QUESTION, edit_date=DATE)}, ()),
    Case("edit without words", {"edited_message": private(edit_date=DATE)}, QUIET),
    Case(
        "edit of a live location",
        {"edited_message": private(location=PLACE | {"live_period": 60}, edit_date=DATE)},
        QUIET,
    ),
    Case("from a bot", {"message": private(text=QUESTION, **{"from": OTHER_BOT})}, QUIET),
]

KINDS = [
    Case("dice", {"message": private(dice={"emoji": "🎲", "value": 5})}, (texts.ONLY_SIGNS,)),
    Case(
        "sticker",
        {
            "message": private(
                sticker=FILE
                | {"type": "regular", "width": 5, "height": 5, "is_animated": False, "is_video": False, "emoji": "👍"}
            )
        },
        (texts.ONLY_SIGNS,),
    ),
    Case(
        "sticker without an emoji",
        {
            "message": private(
                sticker=FILE | {"type": "regular", "width": 5, "height": 5, "is_animated": True, "is_video": False}
            )
        },
        (CANT_READ,),
    ),
    Case(
        "game",
        {"message": private(game={"title": "Cờ", "description": "x", "photo": [FILE | {"width": 1, "height": 1}]})},
        (CANT_READ,),
    ),
    Case("poll of one's own", {"message": private(poll=POLL)}, (CANT_READ,)),
    Case("story", {"message": private(story={"chat": CHANNEL, "id": 1})}, (CANT_READ,)),
    Case(
        "giveaway",
        {"message": private(giveaway={"chats": [CHANNEL], "winners_selection_date": DATE, "winner_count": 1})},
        (CANT_READ,),
    ),
    Case(
        "giveaway winners",
        {
            "message": private(
                giveaway_winners={
                    "chat": CHANNEL,
                    "giveaway_message_id": 1,
                    "winners_selection_date": DATE,
                    "winner_count": 1,
                    "winners": [SOMEBODY],
                }
            )
        },
        (CANT_READ,),
    ),
    Case(
        "paid media",
        {"message": private(paid_media={"star_count": 1, "paid_media": [{"type": "preview"}]})},
        (CANT_READ,),
    ),
    Case(
        "invoice",
        {
            "message": private(
                invoice={"title": "x", "description": "x", "start_parameter": "", "currency": "VND", "total_amount": 1}
            )
        },
        (CANT_READ,),
    ),
    Case(
        "checklist", {"message": private(checklist={"title": "Việc", "tasks": [{"id": 1, "text": "a"}]})}, (CANT_READ,)
    ),
    Case("photos without any size", {"message": private(photo=[])}, (CANT_READ,)),
    Case("photo", {"message": private(photo=[FILE | {"width": 9, "height": 9}])}, (texts.PHOTO_ALONE,)),
    Case(
        "photo with a question",
        {"message": private(photo=[FILE | {"width": 9, "height": 9}], caption=QUESTION)},
        (ANSWER, texts.PHOTO_KEPT),
    ),
    Case("voice", {"message": private(voice=FILE | {"duration": 3})}, (texts.FILE_ALONE,)),
    Case("video note", {"message": private(video_note=FILE | {"duration": 3, "length": 99})}, (texts.FILE_ALONE,)),
    Case(
        "animation, which comes as a document too",
        {"message": private(animation=FILE | {"duration": 3, "width": 9, "height": 9}, document=FILE)},
        (texts.FILE_ALONE,),
    ),
    Case("audio", {"message": private(audio=FILE | {"duration": 3})}, (texts.FILE_ALONE,)),
    Case("document without a name", {"message": private(document=FILE)}, (texts.FILE_ALONE,)),
    Case(
        "document with a long name", {"message": private(document=FILE | {"file_name": "á" * 900})}, (texts.FILE_ALONE,)
    ),
    Case(
        "video larger than can be fetched",
        {"message": private(video=FILE | {"file_size": 99_000_000, "duration": 3, "width": 9, "height": 9})},
        (texts.FILE_TOO_LARGE,),
    ),
    Case("file of a negative size", {"message": private(document=FILE | {"file_size": -5})}, (texts.FILE_ALONE,)),
    Case(
        "contact without a last name",
        {"message": private(contact={"phone_number": "0912345678", "first_name": "Minh"})},
        (UNKNOWN,),
    ),
    Case("location", {"message": private(location=PLACE)}, (UNKNOWN,)),
    Case(
        "venue",
        {"message": private(location=PLACE, venue={"location": PLACE, "title": "UBND xã", "address": "x"})},
        (UNKNOWN,),
    ),
]

ABOUT_THE_CHAT = [
    Case("pinned", {"message": private(pinned_message=private(text="x"))}, QUIET),
    Case(
        "auto-delete timer",
        {"message": private(message_auto_delete_timer_changed={"message_auto_delete_time": 60})},
        QUIET,
    ),
    Case("allowed to write", {"message": private(write_access_allowed={"from_request": True})}, QUIET),
    Case(
        "background",
        {"message": private(chat_background_set={"type": {"type": "chat_theme", "theme_name": "x"}})},
        QUIET,
    ),
    Case("people shared", {"message": private(users_shared={"request_id": 1, "users": [{"user_id": 5}]})}, QUIET),
    Case("chat shared", {"message": private(chat_shared={"request_id": 1, "chat_id": GROUP})}, QUIET),
    Case(
        "paid",
        {
            "message": private(
                successful_payment={
                    "currency": "VND",
                    "total_amount": 1,
                    "invoice_payload": "x",
                    "telegram_payment_charge_id": "x",
                    "provider_payment_charge_id": "x",
                }
            )
        },
        QUIET,
    ),
    Case(
        "paid back",
        {
            "message": private(
                refunded_payment={
                    "currency": "XTR",
                    "total_amount": 1,
                    "invoice_payload": "x",
                    "telegram_payment_charge_id": "x",
                }
            )
        },
        QUIET,
    ),
    Case(
        "proximity alert",
        {"message": private(proximity_alert_triggered={"traveler": SOMEBODY, "watcher": SOMEBODY, "distance": 5})},
        QUIET,
    ),
    Case("web app data", {"message": private(web_app_data={"data": "x", "button_text": "x"})}, QUIET),
    Case("website connected", {"message": private(connected_website="https://x.vn")}, QUIET),
    Case("blocked", {"my_chat_member": member(ALONE, {"status": "member"}, {"status": "kicked", "until_date": 0})}, ()),
    Case("place of an unknown kind", {"my_chat_member": member(ALONE, {"status": "member"}, {"status": "ghost"})}, ()),
    Case("place in a channel", {"my_chat_member": member(CHANNEL, {"status": "left"}, {"status": "member"})}, QUIET),
]

PRESSES = [
    Case("press without its message", {"callback_query": pressed()}, QUIET),
    Case("press under an inline result", {"callback_query": pressed(inline_message_id="i")}, QUIET),
    Case("press without a value", {"callback_query": without(pressed(message=private()), "data")}, QUIET),
    Case(
        "press that starts a game",
        {"callback_query": without(pressed(message=private(), game_short_name="co"), "data")},
        QUIET,
    ),
    Case("press out of reach", {"callback_query": pressed(message=private(date=0))}, (texts.GONE,)),
    Case("press of nonsense", {"callback_query": pressed(message=private(), data="💥" * 16)}, QUIET),
    Case("press of a long value", {"callback_query": pressed(message=private(), data="x:" * 500)}, (texts.GONE,)),
    Case("press of a negative number", {"callback_query": pressed(message=private(), data="good:-5")}, (texts.SOLVED,)),
]

IN_GROUPS = [
    Case("chat among people", {"message": grouped(text="chiều nay họp nhé")}, ()),
    Case("somebody joined", {"message": grouped(new_chat_members=[SOMEBODY])}, QUIET),
    Case("somebody left", {"message": grouped(left_chat_member=SOMEBODY)}, QUIET),
    Case("new title", {"message": grouped(new_chat_title="Thôn")}, QUIET),
    Case("new photo", {"message": grouped(new_chat_photo=[FILE | {"width": 1, "height": 1}])}, QUIET),
    Case("photo taken away", {"message": grouped(delete_chat_photo=True)}, QUIET),
    Case("group made", {"message": grouped(group_chat_created=True)}, QUIET),
    Case("supergroup made", {"message": grouped(supergroup_chat_created=True)}, QUIET),
    Case("pinned in a group", {"message": grouped(pinned_message=grouped(text="x"))}, QUIET),
    Case("video chat begins", {"message": grouped(video_chat_started={})}, QUIET),
    Case("video chat ends", {"message": grouped(video_chat_ended={"duration": 5})}, QUIET),
    Case("invited to a video chat", {"message": grouped(video_chat_participants_invited={"users": [SOMEBODY]})}, QUIET),
    Case(
        "topic made",
        {
            "message": grouped(
                forum_topic_created={"name": "x", "icon_color": 0}, message_thread_id=77, is_topic_message=True
            )
        },
        QUIET,
    ),
    Case(
        "topic closed", {"message": grouped(forum_topic_closed={}, message_thread_id=5, is_topic_message=True)}, QUIET
    ),
    Case("general topic hidden", {"message": grouped(general_forum_topic_hidden={})}, QUIET),
    Case("boosted", {"message": grouped(boost_added={"boost_count": 1})}, QUIET),
    Case("post of another channel", {"message": grouped(text="@xulang_bot phí", sender_chat=CHANNEL)}, QUIET),
    Case(
        "post of the linked channel",
        {"message": grouped(text="tin", sender_chat=CHANNEL, is_automatic_forward=True)},
        QUIET,
    ),
    Case("another bot", {"message": grouped(text="@xulang_bot phí", **{"from": OTHER_BOT})}, QUIET),
    Case("dice in a group", {"message": grouped(dice={"emoji": "🎲", "value": 5})}, ()),
    Case("poll in a group", {"message": grouped(poll=POLL)}, QUIET),
    Case("giveaway made", {"message": grouped(giveaway_created={})}, QUIET),
]

CASES = [*NEVER_ASKED_FOR, *BROKEN, *WORDS, *KINDS, *ABOUT_THE_CHAT, *PRESSES, *IN_GROUPS]


@dataclass(frozen=True, slots=True)
class At:
    server: Server
    service: Service


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def at(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[At]:
    """The whole helpdesk at work for as long as the table lasts."""
    folder: Path = tmp_path_factory.mktemp("updates")
    async with Server() as server:
        settings = Settings.model_validate(
            {
                "database": f"sqlite:///{folder}/helpdesk.db",
                "faq": write(folder / "faq", {"rut-tien.yaml": TOPIC}),
                "attachments": folder / "attachments",
                "cache": folder / "cache",
                "web": {"port": 0},
                "matching": {"semantic": False},
                "channels": {"telegram": {"token": server.token, "base_url": server.url, "paces": LIFTED}},
            }
        )
        service = await Service.open(settings)
        running = asyncio.create_task(service.run())
        yield At(server, service)
        service.stop()
        await running
        await service.close()


_ids = itertools.count(10_001)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_an_update_is_answered_or_set_aside_and_the_next_is_handled(at: At, case: Case) -> None:
    lan = await User(at.server, next(_ids), "Lan").comes()
    at.server.world.private(at.server.world.people[lan.id])  # so that she can be written to

    expected = [] if case.says in (QUIET, ASIDE) else [_plain(begin) for begin in case.says]

    update = await at.server.act("raw", body=json.loads(json.dumps(case.update).replace('"ME"', str(lan.id))))
    await lan.starts()

    welcomes = 1 + expected.count(WELCOME)
    await lan.waits_for(WELCOME, times=welcomes)
    said = [_plain(text) for text in await lan.reads()]
    assert [text[: len(begin)] for text, begin in zip(said, expected, strict=False)] == expected
    assert said[len(expected) :] == [WELCOME]
    assert await _row(at, update) == {QUIET: None, ASIDE: InboxState.ASIDE}.get(str(case.says), InboxState.DONE)
    assert await at.server.act("seen", chat=GROUP) == []


async def _row(at: At, update: int) -> InboxState | None:
    async with at.service.database.read() as session:
        found: InboxState | None = await session.scalar(select(InboxRow.state).where(InboxRow.key == str(update)))
    return found
