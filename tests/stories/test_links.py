"""Links open the chat at what they are for, and commands do what the menu says of them."""

import pytest

from faq import answers
from handlers import texts
from handlers.hearing import command
from handlers.replies import Choice
from storage import people, tickets
from tests.stories.house import AtDesk, Chat, House, open_ticket

UNKNOWN = "máy cày của nhà tôi kêu to quá phải làm sao"
EVERY_COMMAND = sorted({f"/{name}" for name, _ in (*texts.STAFF_COMMANDS, *texts.GROUP_ADMIN_COMMANDS)})


def answer(house: House, id_: str, commune: str = "") -> str:
    catalog = house.desk.knowledge().catalog
    found = catalog.question(id_)
    assert found is not None
    return texts.answer(found.question, answers.render(found, catalog, commune).strip())


# --- links ---


async def test_a_link_leads_to_a_topic(lan: Chat) -> None:
    assert await lan.open("topic:atm-mem") == [texts.WELCOME, texts.pick_question("Điểm ATM mềm")]


async def test_a_link_leads_to_an_answer_and_who_knows_the_helpdesk_is_not_welcomed_again(
    lan: Chat, house: House
) -> None:
    assert await lan.open("q:vneid-quen-mat-khau") == [texts.WELCOME, answer(house, "vneid-quen-mat-khau")]
    assert await lan.open("q:ats-bi-lua") == [answer(house, "ats-bi-lua")]
    assert await lan.open() == [texts.WELCOME]


async def test_a_link_says_in_which_commune_one_lives(lan: Chat, house: House) -> None:
    shown = await lan.open("place:ky-lua")

    assert shown == [texts.WELCOME, texts.commune_kept("Phường Kỳ Lừa")]
    async with house.database.write() as session:
        assert (await people.meet(session, lan.identity, house.clock())).commune == "ky-lua"


async def test_a_link_to_an_unknown_commune_changes_nothing(lan: Chat, house: House) -> None:
    await lan.open("place:ky-lua")

    assert await lan.open("place:ha-noi") == [texts.COMMUNE_UNKNOWN]
    async with house.database.write() as session:
        assert (await people.meet(session, lan.identity, house.clock())).commune == "ky-lua"


@pytest.mark.parametrize(
    ("start", "told"),
    [
        ("topic:gone", texts.GONE),
        ("q:gone", texts.GONE_ENTRY),
        ("code:77", texts.CODE_NOT_YOURS),
        ("code:x", texts.CODE_NOT_YOURS),
        ("invite:spent", texts.INVITATION_SPENT),
    ],
)
async def test_a_link_that_leads_nowhere_says_so(lan: Chat, start: str, told: str) -> None:
    assert (await lan.open(start))[-1] == told


@pytest.mark.parametrize("start", ["erase:yes", "close:1", "open:1:viettel", "cancel", "take:1", "x"])
async def test_a_link_does_nothing_that_only_the_person_may_want(
    lan: Chat, minh: AtDesk, house: House, start: str
) -> None:
    ticket = await open_ticket(lan)

    assert await lan.open(start) == [texts.WELCOME]

    async with house.database.read() as session:
        found = await tickets.get(session, ticket)
    assert found is not None
    assert found.state == "OPEN"
    assert await minh.reads(ticket) == [("member", UNKNOWN)]


# --- commands ---


@pytest.mark.parametrize("typed", EVERY_COMMAND)
def test_every_command_of_the_menus_is_understood(typed: str) -> None:
    assert command(typed, to_mentor=False) not in (None, "unheard")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("/chude", texts.PICK_TOPIC),
        ("/CHUDE", texts.PICK_TOPIC),
        ("/cauhoi", texts.NO_TICKETS),
        ("/cauhoi của tôi", texts.NO_TICKETS),
        ("/mentor", texts.TELL_QUESTION),
        ("/huy", texts.CANCELLED),
        ("/trogiup", texts.HELP),
        ("/help", texts.HELP),
        ("/start", texts.WELCOME),
        ("/rieng", texts.privacy(365)),
        ("quyền riêng tư", texts.privacy(365)),
        ("/phieu", texts.NO_TICKETS),
        ("/huuich", texts.HELPFUL_IN_GROUPS),
        ("/xoadulieu", texts.ERASE_ASK),
        ("/settings", texts.NO_SUCH_COMMAND),
    ],
)
async def test_a_command_does_what_the_menu_says(lan: Chat, typed: str, told: str) -> None:
    assert await lan.say(typed) == [told]


async def test_who_asks_what_is_kept_can_have_it_erased_from_there(lan: Chat) -> None:
    await lan.say(UNKNOWN)
    await lan.say("/rieng")

    assert [await lan.press(texts.ERASE), await lan.press(texts.ERASE_YES)] == [[texts.ERASE_ASK], [texts.ERASED]]


async def test_a_question_behind_the_command_goes_to_a_person(lan: Chat) -> None:
    await lan.say("/mentor quên mật khẩu vneid thì làm sao?")

    assert lan.last.text.startswith("Trợ lý có thể gửi câu hỏi cho cán bộ hỗ trợ")
    await lan.press(texts.send_to("Viettel Lạng Sơn"))
    assert (await lan.say("/cauhoi")) == [texts.YOUR_TICKETS]
    assert lan.labels[0] == texts.ticket_label(1, "quên mật khẩu vneid thì làm sao?", "OPEN")


async def test_while_a_mentor_asks_commands_are_still_commands_and_all_else_is_for_the_mentor(
    lan: Chat, minh: AtDesk
) -> None:
    ticket = await open_ticket(lan)
    await minh.answer(ticket, "Nhà mình có mấy máy?")

    await lan.say("/nhanh nhất có thể")
    assert await lan.say("/cauhoi") == [texts.YOUR_TICKETS]

    assert await minh.reads(ticket) == [
        ("member", UNKNOWN),
        ("mentor", "Nhà mình có mấy máy?"),
        ("member", "/nhanh nhất có thể"),
    ]


async def test_a_number_told_to_a_mentor_is_no_code(lan: Chat, minh: AtDesk, house: House) -> None:
    await Chat(house, "lan", "-100").say(UNKNOWN)
    ticket = await open_ticket(lan, "ngựa bạch nhà tôi bỏ ăn hai hôm nay")
    await minh.answer(ticket, "Nhà mình có mấy con?")

    await lan.say("1")

    assert (await minh.reads(ticket))[-1] == ("member", "1")


async def test_a_mentor_reads_what_waits(lan: Chat, house: House) -> None:
    minh = Chat(house, "minh")
    await open_ticket(lan)
    async with house.database.write() as session:
        person = await people.meet(session, minh.identity, house.clock())
        await people.grant(session, person.id, "mentor", "viettel", house.clock())

    assert (await minh.say("/phieu"))[0] == texts.at_hand(0, 1)


async def test_numbers_stand_before_what_can_be_pressed_in_the_welcome(lan: Chat, house: House) -> None:
    await lan.open()

    topics = house.desk.knowledge().catalog.topics
    assert lan.last.choices == (
        *(Choice(topic.name, f"topic:{topic.topic}", number) for number, topic in enumerate(topics, start=1)),
        Choice(texts.HUMAN, "human", 0),
    )
