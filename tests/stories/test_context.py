"""What was talked about a moment ago helps to understand what is asked next, for a few minutes."""

from datetime import timedelta

import pytest

from handlers import texts
from tests.stories.house import Chat, House

PAPERS = "ra cho atm mem rut tien can mang gi"


def title(chat: Chat, entry: str) -> str:
    found = chat.house.desk.knowledge().catalog.question(entry)
    assert found is not None
    return found.question


@pytest.mark.parametrize("typed", ["thế còn phí thì sao", "the con phi thi sao a"])
async def test_a_word_that_leans_on_the_answer_before_is_offered_within_its_topic(lan: Chat, typed: str) -> None:
    await lan.say(PAPERS)

    await lan.say(typed)

    assert lan.labels[0] == title(lan, "atm-mem-phi")


@pytest.mark.parametrize("typed", ["rồi sao nữa", "còn cái kia"])
async def test_what_asks_for_nothing_by_itself_is_not_matched_at_random(lan: Chat, typed: str) -> None:
    await lan.say(PAPERS)

    await lan.say(typed)

    assert lan.last.text.startswith(texts.NOT_KNOWN)


async def test_after_a_quarter_of_an_hour_nothing_leans_on_the_answer_before(lan: Chat, house: House) -> None:
    await lan.say(PAPERS)
    await lan.say("mấy giờ mở")
    assert lan.last.text.startswith(f"**{texts.escape(title(lan, 'atm-mem-gio-mo-cua'))}**")

    house.clock.move(timedelta(minutes=15))
    await lan.say("mấy giờ mở")

    assert not lan.last.text.startswith(f"**{texts.escape(title(lan, 'atm-mem-gio-mo-cua'))}**")
