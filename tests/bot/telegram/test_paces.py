"""We write no faster than Telegram lets us, and one chat's pause is nobody else's."""

import pytest

from bot.config import TelegramPaces
from bot.telegram.paces import BURST, MARGIN_S, Paces

LAN, MINH, GROUP = "101", "102", "-100200"


@pytest.fixture
def paces() -> Paces:
    return Paces(TelegramPaces())


def send(paces: Paces, chat: str, at: float, *, takes_s: float = 0.0) -> None:
    paces.take(chat, at)
    paces.arrive(chat, at + takes_s)


def sent_within(paces: Paces, chat: str, seconds: float) -> int:
    """How many messages to a chat fit into so many seconds, sent as soon as each may be."""
    count, now = 0, 0.0
    while (ready := paces.ready_at(chat, now)) < seconds:
        now = max(now, ready)
        send(paces, chat, now)
        count += 1
    return count


def test_a_few_messages_to_a_chat_go_at_once_and_then_one_a_second(paces: Paces) -> None:
    assert sent_within(paces, LAN, 0.5) == BURST
    assert sent_within(Paces(TelegramPaces()), LAN, 10.5) == BURST + 10


def test_a_group_gets_no_more_than_twenty_in_any_minute(paces: Paces) -> None:
    assert sent_within(paces, GROUP, 0.5) == 20
    assert sent_within(Paces(TelegramPaces()), GROUP, 60) == 20
    assert sent_within(Paces(TelegramPaces()), GROUP, 61) == 40


def test_all_together_get_no_more_than_thirty_in_any_second(paces: Paces) -> None:
    for n in range(30):
        send(paces, str(n), n / 100)

    assert paces.all_ready_at(0.3) == pytest.approx(1 + MARGIN_S)
    assert paces.ready_at(LAN, 0.3) == pytest.approx(1 + MARGIN_S)
    assert paces.ready_at(LAN, 1.2) == 1.2


def test_what_is_long_on_its_way_counts_when_it_arrives(paces: Paces) -> None:
    for n in range(30):
        paces.take(str(n), 0.0)

    under_way = paces.all_ready_at(4.0)
    for n in range(30):
        paces.arrive(str(n), 5.0)

    assert under_way == 4.0 + 1 + MARGIN_S
    assert paces.all_ready_at(5.5) == 5.0 + 1 + MARGIN_S


def test_a_chat_that_is_slow_to_take_what_it_gets_is_given_time(paces: Paces) -> None:
    for n in range(BURST):
        send(paces, LAN, 2.0 * n, takes_s=2.0)

    assert paces.ready_at(LAN, 6.0) == 7.0


def test_a_slow_pace_is_kept(paces: Paces) -> None:
    slow = Paces(TelegramPaces(per_second=0.5, group_per_minute=0.5))
    send(slow, GROUP, 0.0)

    assert slow.all_ready_at(0.0) == 2 + MARGIN_S
    assert slow.ready_at(GROUP, 5.0) == 120 + MARGIN_S


def test_who_is_told_to_wait_rests_alone(paces: Paces) -> None:
    paces.rest(LAN, until=7.0)

    assert paces.resting(1.0) == {LAN: 7.0}
    assert (paces.ready_at(LAN, 1.0), paces.ready_at(MINH, 1.0)) == (7.0, 1.0)
    assert paces.resting(7.0) == {}


def test_who_got_their_burst_rests_until_the_next_may_be_sent(paces: Paces) -> None:
    for _ in range(BURST):
        send(paces, LAN, 0.0)

    assert paces.resting(0.25) == {LAN: pytest.approx(1.0)}


def test_it_does_not_grow_with_the_chats_it_wrote_to(paces: Paces) -> None:
    for n in range(30_000):
        send(paces, str(n), float(n))

    assert len(paces._chats) == 10_000
