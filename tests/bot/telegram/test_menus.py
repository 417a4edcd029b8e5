"""Each kind of chat has its own menu, and mentors have one more."""

import asyncio

import pytest

from bot.telegram.menus import Menus
from handlers import texts
from storage import Identity, people
from tests.bot.telegram.edge import Edge
from tests.botapi.faults import Fault
from tests.botapi.people import User
from tests.botapi.server import Server


@pytest.fixture
def menus(edge: Edge) -> Menus:
    return Menus(edge.parts.channel._wire, edge.database)


async def shown(server: Server) -> dict[str, tuple[tuple[str, str], ...]]:
    return {
        scope: tuple((command["command"], command["description"]) for command in commands)
        for scope, commands in (await server.act("commands")).items()
    }


async def grants(edge: Edge, user: User) -> int:
    async with edge.database.write() as session:
        person = await people.meet(session, Identity("telegram", str(user.id)), edge.clock())
        await people.grant(session, person.id, "mentor", "vnpt", edge.clock())
    return person.id


async def test_private_chats_groups_and_their_admins_have_menus_of_their_own(menus: Menus, server: Server) -> None:
    await menus.set()

    assert await shown(server) == {
        "default": texts.COMMANDS,
        "all_private_chats": texts.COMMANDS,
        "all_group_chats": texts.GROUP_COMMANDS,
        "all_chat_administrators": texts.GROUP_ADMIN_COMMANDS,
    }


async def test_a_mentor_has_one_of_their_own_until_they_are_suspended(
    menus: Menus, edge: Edge, server: Server, minh: User
) -> None:
    await minh.starts()
    person = await grants(edge, minh)

    await menus.set()
    as_mentor = await shown(server)
    async with edge.database.write() as session:
        await people.suspend(session, person, "mentor", "vnpt", edge.clock())
    await menus.set()

    assert as_mentor[f"chat:{minh.id}"] == texts.STAFF_COMMANDS
    assert f"chat:{minh.id}" not in await shown(server)


async def test_a_mentor_who_cannot_be_reached_keeps_nobody_from_theirs(
    menus: Menus, edge: Edge, server: Server, lan: User, minh: User
) -> None:
    await minh.starts()
    await grants(edge, lan)
    await grants(edge, minh)

    await menus.set()

    assert [scope for scope in await shown(server) if scope.startswith("chat:")] == [f"chat:{minh.id}"]


async def test_it_is_tried_again_until_telegram_can_be_reached(
    menus: Menus, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.menus._FIRST_PAUSE_S", 0.01)
    server.world.faults.add(Fault("502", "setMyCommands", times=3, skip=1))
    keeping = asyncio.create_task(menus.run())

    while len(await shown(server)) < 4:  # noqa: ASYNC110 - until the attempt that is not refused
        await asyncio.sleep(0.01)

    keeping.cancel()


async def test_what_is_set_is_not_set_again(menus: Menus, server: Server) -> None:
    await menus.set()
    await menus.set()

    assert server.world.calls["setmycommands"] == 4
