"""In a forum each ticket has a thread of its own, which tells its state and outlives what people do to it."""

import pytest

from handlers.replies import Choice, Reply
from storage import Address, groups
from tests.bot.telegram.edge import Edge
from tests.botapi.faults import Fault
from tests.botapi.people import User
from tests.botapi.server import Server

TICKET = "ticket:4821"


@pytest.fixture
async def hoa(server: Server) -> User:
    return await User(server, 103, "Hoa").comes()


@pytest.fixture
async def forum(hoa: User) -> int:
    """The group of a unit, in which the helpdesk may manage topics."""
    group = await hoa.makes_group("VNPT Lạng Sơn", forum=True)
    await hoa.adds_bot(group)
    await hoa.promotes_bot(group)
    return group


async def topics(edge: Edge, chat: int) -> list[tuple[str, bool]]:
    """Name of each topic that is there, and whether it is closed."""
    return [
        (topic["name"], topic["is_closed"])
        for topic in await edge.server.act("topics", chat=chat)
        if not topic["is_deleted"]
    ]


async def said(hoa: User, chat: int) -> list[tuple[str, bool]]:
    """The words in the chat, and whether they are in a thread."""
    return [(m.text, m.thread is not None) for m in await hoa.sees(chat) if m.is_bots and not m.service]


async def test_a_ticket_gets_a_thread_of_its_own(edge: Edge, hoa: User, forum: int) -> None:
    await edge.say(forum, Reply("Thẻ phiếu", title="#4821 · Mới"), thread=TICKET, kind="card")
    await edge.say(forum, Reply("Thêm", title="#4821 · Mới"), thread=TICKET, kind="staff")

    assert await topics(edge, forum) == [("#4821 · Mới", False)]
    assert await said(hoa, forum) == [("Thẻ phiếu", True), ("Thêm", True)]


async def test_the_thread_is_known_again_by_what_the_platform_calls_it(edge: Edge, hoa: User, forum: int) -> None:
    await edge.say(forum, Reply("Thẻ phiếu", title="#4821 · Mới"), thread=TICKET, kind="card")
    (card,) = [m for m in await hoa.sees(forum) if m.is_bots and not m.service]

    async with edge.database.read() as session:
        found = await groups.thread_called(session, Address("telegram", str(forum)), str(card.thread))

    assert found is not None
    assert found.key == TICKET


async def test_the_thread_is_renamed_and_closed_when_the_card_is_edited(edge: Edge, hoa: User, forum: int) -> None:
    row = await edge.say(forum, Reply("Thẻ phiếu", title="#4821 · Mới"), thread=TICKET, kind="card")

    await edge.say(forum, Reply("Thẻ: xong", title="#4821 · Xong", closes=True), thread=TICKET, kind="card", edits=row)

    assert await topics(edge, forum) == [("#4821 · Xong", True)]
    assert await said(hoa, forum) == [("Thẻ: xong", True)]


async def test_a_long_last_word_is_said_as_a_whole_before_the_thread_is_closed(
    edge: Edge, hoa: User, forum: int
) -> None:
    long = "\n\n".join(["Ra điểm giao dịch. " * 100] * 5)

    await edge.say(forum, Reply(long, title="#4821 · Xong", closes=True), thread=TICKET, kind="card")

    assert await topics(edge, forum) == [("#4821 · Xong", True)]
    assert [seen.service for seen in await hoa.sees(forum) if seen.is_bots] == [
        "forum_topic_created", "", "", "", "forum_topic_closed",
    ]  # fmt: skip


async def test_a_closed_thread_is_opened_again_by_the_card_of_an_open_ticket(edge: Edge, forum: int) -> None:
    row = await edge.say(forum, Reply("Xong", title="#4821 · Xong", closes=True), thread=TICKET, kind="card")

    await edge.say(forum, Reply("Mở lại", title="#4821 · Mở lại"), thread=TICKET, kind="card", edits=row)

    assert await topics(edge, forum) == [("#4821 · Mở lại", False)]


async def test_a_later_line_is_said_in_the_closed_thread(edge: Edge, hoa: User, forum: int) -> None:
    await edge.say(forum, Reply("Xong", title="#4821 · Xong", closes=True), thread=TICKET, kind="card")

    await edge.say(forum, Reply("Đánh giá: tốt", title="#4821 · Xong"), thread=TICKET, kind="aside")

    assert await topics(edge, forum) == [("#4821 · Xong", True)]
    assert await said(hoa, forum) == [("Xong", True), ("Đánh giá: tốt", True)]


@pytest.mark.parametrize("kind", ["429", "500", "reset_before"])
async def test_a_last_word_is_said_once_though_the_thread_cannot_be_closed(
    edge: Edge, hoa: User, forum: int, kind: str
) -> None:
    edge.server.world.faults.add(Fault(kind, "closeForumTopic"))  # type: ignore[arg-type]  # of the table

    row = await edge.say(forum, Reply("Xong", title="#4821 · Xong", closes=True), thread=TICKET, kind="card")
    await edge.later()

    assert await edge.state(row) == "SENT"
    assert await said(hoa, forum) == [("Xong", True)]


async def test_a_thread_that_somebody_deleted_is_made_again(edge: Edge, hoa: User, forum: int) -> None:
    await edge.say(forum, Reply("Thẻ phiếu", title="#4821 · Mới"), thread=TICKET, kind="card")
    (topic,) = await edge.server.act("topics", chat=forum)
    await edge.server.act("drop_topic", chat=forum, thread=topic["thread"])

    row = await edge.say(forum, Reply("Hỏi thêm", title="#4821 · Mới"), thread=TICKET, kind="staff")

    assert await edge.state(row) == "SENT"
    assert await topics(edge, forum) == [("#4821 · Mới", False)]
    assert await said(hoa, forum) == [("Hỏi thêm", True)]


async def test_an_edit_in_a_deleted_thread_is_said_in_a_new_one(edge: Edge, hoa: User, forum: int) -> None:
    row = await edge.say(forum, Reply("Thẻ phiếu", title="#4821 · Mới"), thread=TICKET, kind="card")
    (topic,) = await edge.server.act("topics", chat=forum)
    await edge.server.act("drop_topic", chat=forum, thread=topic["thread"])

    await edge.say(forum, Reply("Đang xử lý", title="#4821 · Đang xử lý"), thread=TICKET, kind="card", edits=row)

    assert await topics(edge, forum) == [("#4821 · Đang xử lý", False)]
    assert await said(hoa, forum) == [("Đang xử lý", True)]


async def test_a_thread_closed_by_hand_is_closed(edge: Edge, forum: int) -> None:
    await edge.say(forum, Reply("Thẻ phiếu", title="#4821 · Mới"), thread=TICKET, kind="card")
    (topic,) = await edge.server.act("topics", chat=forum)
    await edge.parts.channel._wire.bot.close_forum_topic(forum, topic["thread"])

    row = await edge.say(forum, Reply("Xong", title="#4821 · Xong", closes=True), thread=TICKET, kind="card")

    assert await edge.state(row) == "SENT"
    assert await topics(edge, forum) == [("#4821 · Xong", True)]


@pytest.mark.parametrize("is_forum", [True, False], ids=["without the right", "no forum"])
async def test_without_threads_everything_goes_to_the_group_itself(edge: Edge, hoa: User, is_forum: bool) -> None:
    group = await hoa.makes_group("VNPT Lạng Sơn", forum=is_forum)
    await hoa.adds_bot(group)

    await edge.say(group, Reply("Thẻ phiếu", title="#4821 · Mới"), thread=TICKET, kind="card")
    await edge.say(group, Reply("Xong", title="#4821 · Xong", closes=True), thread=TICKET, kind="card")

    assert await said(hoa, group) == [("Thẻ phiếu", False), ("Xong", False)]
    assert edge.server.world.calls["createforumtopic"] == 1


async def test_a_title_is_cut_to_what_the_platform_takes(edge: Edge, forum: int) -> None:
    title = "#4821 · Mới · " + "🌾" * 100

    await edge.say(forum, Reply("Thẻ phiếu", title=title), thread=TICKET, kind="card")
    await edge.say(forum, Reply("Thêm", title=title), thread=TICKET, kind="staff")

    assert await topics(edge, forum) == [("#4821 · Mới · " + "🌾" * 57, False)]
    assert edge.server.world.calls["editforumtopic"] == 0


async def test_no_thread_is_made_twice_while_the_platform_keeps_us_waiting(edge: Edge, hoa: User, forum: int) -> None:
    edge.server.world.faults.add(Fault("429", "createForumTopic", seconds=1))

    await edge.say(forum, Reply("Thẻ phiếu", title="#4821 · Mới"), thread=TICKET, kind="card")
    await edge.later()

    assert await topics(edge, forum) == [("#4821 · Mới", False)]
    assert await said(hoa, forum) == [("Thẻ phiếu", True)]


async def test_the_threads_of_a_forum_keep_their_own_words(edge: Edge, hoa: User, forum: int) -> None:
    theirs = await edge.server.act("topic", chat=forum, by=hoa.id, name="Chuyện chung")

    await edge.say(forum, "Chào", thread=str(theirs))
    await edge.say(forum, Reply("Chọn:", (Choice("Có", "yes", 1),)))

    assert [(m.text, m.thread) for m in await hoa.sees(forum) if m.is_bots and not m.service] == [
        ("Chào", theirs),
        ("Chọn:", None),
    ]
