"""What the outbox holds arrives on Telegram, once and in its form, or it is known why not."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from handlers.events import BotRemoved, Failed, Moved, Unreachable
from handlers.replies import Choice, Reply
from storage import Address
from tests.bot.telegram import edge as edges
from tests.bot.telegram.edge import Edge
from tests.botapi.faults import Fault
from tests.botapi.people import User
from tests.botapi.server import Server

_SENTENCES = "Ra điểm giao dịch & mang theo căn cước <mới>. " * 20
LONG = "\n\n".join(f"**Đoạn {n}.** {_SENTENCES}Hết." for n in range(1, 11))


@pytest.fixture
async def lan(server: Server) -> User:
    """Lan has opened the chat, so that she can be written to."""
    lan = await User(server, 101, "Lan").comes()
    await lan.starts()
    return lan


def fault(kind: str, **more: object) -> Fault:
    return Fault(kind, "sendMessage", **more)  # type: ignore[arg-type]  # the table below names kinds


# --- form ---


async def test_a_reply_has_its_speaker_in_bold_and_what_people_typed_is_characters(edge: Edge, lan: User) -> None:
    await edge.say(lan.id, Reply("Tên chị là **A\\<3** & `x`", speaker="Cán bộ <b>Minh</b>"))

    (seen,) = [message for message in await lan.sees() if message.is_bots]
    assert seen.html == "<b>Cán bộ &lt;b&gt;Minh&lt;/b&gt;</b>\nTên chị là <b>A&lt;3</b> &amp; `x`"


async def test_choices_are_buttons_that_carry_their_number(edge: Edge, lan: User) -> None:
    long = "Rút tiền ở cây ATM thì mất phí bao nhiêu một lần nếu thẻ của ngân hàng khác phát hành"
    choices = (Choice("Có", "yes", 1), Choice("Không", "no", 2), Choice(long, "q:atm-mem-phi", 3))

    await edge.say(lan.id, Reply("Chọn:", choices))

    (seen,) = [message for message in await lan.sees() if message.is_bots]
    assert seen.labels == [
        "1. Có", "2. Không", "3. Rút tiền ở cây ATM thì mất phí bao nhiêu một lần nếu thẻ…",
    ]  # fmt: skip
    assert [button.data for button in seen.buttons] == ["yes", "no", "q:atm-mem-phi"]


async def test_a_long_reply_comes_in_numbered_parts_with_the_buttons_below_the_last(edge: Edge, lan: User) -> None:
    await edge.say(lan.id, Reply(LONG, (Choice("Được rồi", "good:1", 1),)))

    seen = [message for message in await lan.sees() if message.is_bots]
    assert [message.text.rsplit("\n\n", 1)[1] for message in seen] == ["(1/3)", "(2/3)", "(3/3)"]
    assert [message.labels for message in seen] == [[], [], ["1. Được rồi"]]
    whole = "\n\n".join(message.text.rsplit("\n\n", 1)[0] for message in seen)
    assert whole == LONG.replace("**", "")


async def test_it_answers_the_message_it_is_about_even_when_that_is_deleted(edge: Edge, lan: User) -> None:
    asked = await lan.writes("rút tiền?")
    deleted = await lan.writes("thôi")
    await edge.server.act("delete", user=lan.id, message=deleted)

    await edge.say(lan.id, "Ra điểm giao dịch.", reply_to=str(asked))
    await edge.say(lan.id, "Vâng.", reply_to=str(deleted))

    assert [message.reply_to for message in await lan.sees() if message.is_bots] == [asked, None]


async def test_html_that_telegram_refuses_is_sent_as_plain_text(
    edge: Edge, lan: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.botapi.entities._TYPES", {})  # a Telegram that knows none of our tags

    row = await edge.say(lan.id, "**Ra điểm** giao dịch.")

    assert [message.html for message in await lan.sees() if message.is_bots] == ["Ra điểm giao dịch."]
    assert await edge.state(row) == "SENT"


# --- edits ---


async def test_an_edit_changes_the_message_in_place_and_its_buttons(edge: Edge, lan: User) -> None:
    row = await edge.say(lan.id, Reply("Mới", (Choice("Nhận", "take:1", 1),)))

    edited = await edge.say(lan.id, Reply("Đang xử lý", (Choice("Đóng", "close:1", 1),)), edits=row)

    (seen,) = [message for message in await lan.sees() if message.is_bots]
    assert (seen.text, seen.labels, seen.earlier) == ("Đang xử lý", ["1. Đóng"], ("Mới",))
    assert await edge.state(edited) == "SENT"


async def test_an_edit_that_changes_nothing_is_done(edge: Edge, lan: User) -> None:
    row = await edge.say(lan.id, "Mới")

    edited = await edge.say(lan.id, "Mới", edits=row)

    assert await edge.state(edited) == "SENT"
    assert await lan.reads() == ["Mới"]


async def test_an_edit_of_a_message_that_is_gone_is_sent_anew(edge: Edge, lan: User) -> None:
    row = await edge.say(lan.id, "Mới")
    gone = (await lan.sees())[-1].id
    await edge.server.act("delete", user=lan.id, message=gone)

    await edge.say(lan.id, "Đang xử lý", edits=row)

    assert await lan.reads() == ["Đang xử lý"]


async def test_an_edit_of_a_message_that_never_arrived_is_sent_anew(edge: Edge, lan: User) -> None:
    edge.server.world.faults.add(fault("403"))
    row = await edge.say(lan.id, "Mới")

    await edge.say(lan.id, "Đang xử lý", edits=row)

    assert await lan.reads() == ["Đang xử lý"]


async def test_a_later_edit_changes_what_was_sent_anew(edge: Edge, lan: User) -> None:
    row = await edge.say(lan.id, "Mới", kind="card")
    gone = (await lan.sees())[-1].id
    await edge.server.act("delete", user=lan.id, message=gone)
    await edge.say(lan.id, "Đang xử lý", kind="card", edits=row)

    await edge.say(lan.id, "Xong", kind="card", edits=row)

    assert await lan.reads() == ["Xong"]


async def test_an_edit_takes_the_further_parts_of_what_it_replaces_away(edge: Edge, lan: User) -> None:
    row = await edge.say(lan.id, LONG)
    await edge.say(lan.id, "Câu khác")

    await edge.say(lan.id, "Ngắn", edits=row)

    assert await lan.reads() == ["Ngắn", "Câu khác"]


async def test_an_edit_is_done_though_earlier_parts_are_gone(edge: Edge, lan: User) -> None:
    row = await edge.say(lan.id, LONG)
    gone = (await lan.sees())[-1].id
    await edge.server.act("delete", user=lan.id, message=gone)

    edited = await edge.say(lan.id, "Ngắn", edits=row)

    assert await edge.state(edited) == "SENT"
    assert await lan.reads() == ["Ngắn"]


@pytest.mark.parametrize("kind", ["reset_before", "reset_after"])
async def test_an_edit_of_which_nobody_knows_whether_it_was_made_is_made_again(
    edge: Edge, lan: User, kind: str
) -> None:
    row = await edge.say(lan.id, LONG, kind="mentor")
    before = await lan.reads()
    edge.server.world.faults.add(replace(fault(kind), method="editMessageText"))

    edited = await edge.say(lan.id, "Ngắn", kind="mentor", edits=row)
    meanwhile = await lan.reads()
    await edge.later()

    assert meanwhile[1:] == before[1:]  # nothing is taken away before it has a successor
    assert await lan.reads() == ["Ngắn"]
    assert await edge.state(edited) == "SENT"


async def test_earlier_parts_go_when_the_last_that_follows_them_is_there(edge: Edge, lan: User) -> None:
    row = await edge.say(lan.id, LONG)
    before = await lan.reads()
    edge.server.world.faults.add(fault("502"))

    edited = await edge.say(lan.id, LONG.upper(), edits=row)
    meanwhile = await lan.reads()
    await edge.later()

    assert meanwhile == [before[0].upper(), *before[1:]]
    assert await lan.reads() == [part.upper() for part in before]
    assert await edge.state(edited) == "SENT"


# --- what goes wrong ---


@pytest.mark.parametrize("kind", ["reset_before", "timeout_before", "429", "401", "404", "500", "502"])
async def test_what_did_not_arrive_is_sent_again_once(
    edge: Edge, lan: User, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.botapi.server.HANGS_S", 0.1)
    edge.server.world.faults.add(fault(kind))

    row = await edge.say(lan.id, "Ra điểm giao dịch.")
    await edge.later()

    assert await lan.reads() == ["Ra điểm giao dịch."]
    assert await edge.state(row) == "SENT"


@pytest.mark.parametrize("kind", ["reset_after", "502_after", "garbage"])
async def test_an_answer_that_may_have_arrived_is_sent_again(edge: Edge, lan: User, kind: str) -> None:
    edge.server.world.faults.add(fault(kind))

    row = await edge.say(lan.id, "Ra điểm giao dịch.")
    await edge.later()

    assert await lan.reads() == ["Ra điểm giao dịch."] * 2
    assert await edge.state(row) == "SENT"


@pytest.mark.parametrize("kind", ["reset_after", "502_after", "502", "reset_before"])
async def test_a_mentors_words_that_may_have_arrived_are_unknown_and_not_doubled(
    edge: Edge, lan: User, kind: str
) -> None:
    edge.server.world.faults.add(fault(kind))

    row = await edge.say(lan.id, "Số 33.", kind="mentor")
    await edge.later()

    assert await edge.state(row) == "UNKNOWN"
    assert await lan.reads() == (["Số 33."] if kind.endswith("after") else [])
    (told,) = [event for event in await edge.accepted() if isinstance(event, Failed)]
    assert (told.outgoing, told.unknown) == (row, True)


async def test_a_mentors_words_that_surely_did_not_arrive_are_sent_later(edge: Edge, lan: User) -> None:
    edge.server.world.faults.add(fault("429", seconds=1))

    row = await edge.say(lan.id, "Số 33.", kind="mentor")
    await edge.later()

    assert (await lan.reads(), await edge.state(row)) == (["Số 33."], "SENT")


async def test_words_for_somebody_who_blocked_us_wait_until_they_write(edge: Edge, lan: User) -> None:
    await lan.blocks()

    row = await edge.say(lan.id, "Số 33.", kind="mentor")

    assert await edge.state(row) == "HELD"
    (told,) = await edge.accepted()
    assert isinstance(told, Unreachable)
    assert told.where == Address("telegram", str(lan.id))


async def test_somebody_who_never_opened_the_chat_is_unreachable(edge: Edge, server: Server) -> None:
    tu = await User(server, 109, "Tú").comes()

    row = await edge.say(tu.id, "Chào")

    assert await edge.state(row) == "HELD"
    assert [type(event) for event in await edge.accepted()] == [Unreachable]


async def test_a_group_that_removed_us_is_left(edge: Edge, lan: User) -> None:
    group = await lan.makes_group("Thôn Nà Chuông")
    await lan.adds_bot(group)
    await lan.removes_bot(group)

    row = await edge.say(group, "Chào cả nhóm")

    assert await edge.state(row) == "FAILED"
    told = await edge.accepted()
    assert {type(event) for event in told} == {Failed, BotRemoved}


async def test_a_group_that_we_were_never_in_is_one_that_we_are_not_in(edge: Edge, lan: User) -> None:
    group = await lan.makes_group("Cán bộ Viettel")

    row = await edge.say(group, "Phiếu 1")

    assert await edge.state(row) == "FAILED"
    assert {type(event) for event in await edge.accepted()} == {Failed, BotRemoved}


async def test_words_for_a_group_that_became_a_supergroup_go_to_the_new_one(edge: Edge, lan: User) -> None:
    group = await lan.makes_group("Thôn Nà Chuông", kind="group")
    await lan.adds_bot(group)
    new = await edge.server.act("upgrade", chat=group, by=lan.id)

    await edge.say(group, "Chào cả nhóm")
    (told,) = await edge.accepted()

    assert isinstance(told, Moved)
    assert (told.where.chat, told.to.chat) == (str(group), str(new))


async def test_the_last_words_in_a_group_are_said_before_leaving(edge: Edge, lan: User) -> None:
    group = await lan.makes_group("Thôn Nà Chuông")
    await lan.adds_bot(group)

    await edge.say(group, Reply("Trợ lý không ở nhóm này được.", leaves=True))

    assert await lan.reads(group) == ["Trợ lý không ở nhóm này được."]
    bot = str(edge.server.world.bot.id)
    assert (await edge.server.act("members", chat=group))[bot] == "left"


async def test_a_group_that_does_not_let_us_speak_is_left_all_the_same(edge: Edge, lan: User) -> None:
    group = await lan.makes_group("Thôn Nà Chuông")
    await lan.adds_bot(group)
    edge.server.world.faults.add(fault("403"))

    await edge.say(group, Reply("Trợ lý không ở nhóm này được.", leaves=True))

    bot = str(edge.server.world.bot.id)
    assert (await edge.server.act("members", chat=group))[bot] == "left"


async def test_the_last_words_are_said_once_though_leaving_fails(edge: Edge, lan: User) -> None:
    group = await lan.makes_group("Thôn Nà Chuông")
    await lan.adds_bot(group)
    edge.server.world.faults.add(Fault("500", "leaveChat"))

    row = await edge.say(group, Reply("Trợ lý không ở nhóm này được.", leaves=True))
    await edge.later()

    assert await edge.state(row) == "SENT"
    assert await lan.reads(group) == ["Trợ lý không ở nhóm này được."]


# --- paces ---


async def test_a_chat_that_is_told_to_wait_keeps_nobody_else_waiting(edge: Edge, lan: User, server: Server) -> None:
    tu = await User(server, 109, "Tú").comes()
    await tu.starts()
    edge.server.world.faults.add(Fault("429", "sendMessage", chat=lan.id, seconds=3600))

    await edge.say(lan.id, "một")
    await edge.say(lan.id, "hai")
    await edge.say(tu.id, "ba")

    assert (await lan.reads(), await tu.reads()) == ([], ["ba"])
    assert list(edge.parts.channel.resting()) == [Address("telegram", str(lan.id)).lane]


async def test_who_is_told_to_wait_reads_everything_in_order_afterwards(edge: Edge, lan: User) -> None:
    edge.server.world.faults.add(fault("429", seconds=1))

    await edge.say(lan.id, "một")
    await edge.say(lan.id, "hai")
    await edge.later(timedelta(seconds=5))

    assert await lan.reads() == ["một", "hai"]


async def test_nobody_is_written_to_faster_than_telegram_lets_us(server: Server, lan: User, tmp_path: Path) -> None:
    minh = await User(server, 102, "Minh").comes()
    await minh.starts()
    group = await lan.makes_group("Thôn Nà Chuông")
    await lan.adds_bot(group)
    await server.act("flood", on=True)
    said = [f"tin {n}" for n in range(6)]

    async with edges.opened(server, tmp_path / "paced", paces={}) as edge:
        for text in said:
            for chat in (lan.id, minh.id, group):
                await edge.say(chat, text)
        while len(await lan.reads()) < 6 or len(await minh.reads()) < 6:
            await edge.later()

    assert [await lan.reads(), await minh.reads(), await lan.reads(group)] == [said, said, said]
    state = await server.act("state")
    assert state["flood_refused"] == 0


async def test_a_burst_to_many_people_keeps_the_pace_of_all_together(server: Server, tmp_path: Path) -> None:
    people = [await User(server, 200 + n, f"Người {n}").comes() for n in range(70)]
    for person in people:
        await person.starts()
    await server.act("flood", on=True)

    async with edges.opened(server, tmp_path / "paced", paces={}) as edge:
        for person in people[:-1]:
            await edge.put(person.id, "Thông báo")
        await edge.say(people[-1].id, "Thông báo")
        while (await server.act("count_shown")) < 70:
            await edge.later()

    assert (await server.act("state"))["flood_refused"] == 0
    assert (await server.act("most", within_s=1.0)) <= 30
