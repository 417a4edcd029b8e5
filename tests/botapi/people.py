"""People of tests: they write, press and look, and wait for what happens, never for a time."""

import asyncio
import base64
import itertools
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self, TypedDict, TypeVar, Unpack

import httpx

from tests.botapi.updates import PLAIN

PATIENCE_S = 120.0  # then a test has failed; nothing waits this long where all is well, even on a busy machine

OGG = b"OggS\x00\x02" + b"\0" * 64
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\0" * 64
MP4 = b"\x00\x00\x00\x18ftypmp42" + b"\0" * 64
PDF = b"%PDF-1.4\n%%EOF\n"


T = TypeVar("T")
_NAMED = {
    "voice": {"mime": "audio/ogg"},
    "video": {"mime": "video/mp4"},
    "document": {"name": "giay-to.pdf", "mime": "application/pdf"},
}
_albums = itertools.count(1)


class BotApi(Protocol):
    """A server here or in another process."""

    @property
    def url(self) -> str: ...

    async def act(self, act: str, **arguments: Any) -> Any: ...  # noqa: ANN401 - each act has its own

    async def changed(self, since: int) -> int: ...


class Remote:
    """A server in another process."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._client = httpx.AsyncClient(base_url=url, timeout=PATIENCE_S, verify=PLAIN, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def act(self, act: str, **arguments: Any) -> Any:  # noqa: ANN401 - each act has its own
        answer = await self._client.post("/control/act", json={"act": act, "arguments": arguments})
        return answer.raise_for_status().json()["result"]

    async def changed(self, since: int) -> int:
        answer = await self._client.get("/control/changed", params={"since": since})
        return int(answer.raise_for_status().json()["result"])


@dataclass(frozen=True, slots=True)
class Button:
    text: str
    data: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """A message on somebody's screen."""

    id: int
    sender: str
    text: str
    html: str
    buttons: tuple[Button, ...] = ()
    media: str = ""
    file: str = ""
    album: str = ""
    service: str = ""
    reply_to: int | None = None
    thread: int | None = None
    earlier: tuple[str, ...] = ()
    """Its HTML before each edit."""
    is_bots: bool = False

    @property
    def labels(self) -> list[str]:
        return [button.text for button in self.buttons]

    @classmethod
    def of(cls, told: dict[str, Any]) -> "Seen":
        buttons = tuple(
            Button(b["text"], b.get("callback_data", ""), b.get("url", "")) for row in told["buttons"] for b in row
        )
        kept = {key: told[key] for key in cls.__dataclass_fields__ if key not in ("buttons", "earlier")}
        return cls(**kept, buttons=buttons, earlier=tuple(told["earlier"]))


async def until(server: BotApi, look: Callable[[], Awaitable[T]], enough: Callable[[T], bool]) -> T:
    """What `look` finds once it is enough; looks again whenever something happened."""
    found: T | None = None
    try:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                version = await server.act("version")
                found = await look()
                if enough(found):
                    return found
                await server.changed(version)
    except TimeoutError:
        raise AssertionError(f"waited in vain; there is {found!r}") from None


async def all_confirmed(server: BotApi) -> None:
    """Returns once the bot has confirmed every update that there is."""
    await until(server, lambda: server.act("state"), lambda state: state["pending"] == 0)


class Sending(TypedDict, total=False):
    """What more there may be to a file that somebody sends."""

    caption: str
    size: int
    """In bytes; may say more than there is of it."""
    name: str
    mime: str
    album: str
    reply_to: int
    thread: int


class User:
    """A person with a phone. What they do returns the message's id; the chat is the private one unless named."""

    def __init__(self, server: BotApi, id_: int, name: str, username: str = "") -> None:
        self.server = server
        self.id = id_
        self.name = name
        self.username = username

    async def comes(self) -> Self:
        """The platform knows this person from now on."""
        await self.server.act("person", user=self.id, name=self.name, username=self.username)
        return self

    # --- writing ---

    async def starts(self, payload: str = "") -> int:
        return await self._does("start", payload=payload)

    async def writes(
        self,
        text: str,
        chat: int | None = None,
        *,
        reply_to: int | None = None,
        thread: int | None = None,
        speaks_as: str = "",
    ) -> int:
        return await self._does("write", text=text, chat=chat, reply_to=reply_to, thread=thread, speaks_as=speaks_as)

    async def edits(self, message: int, text: str, chat: int | None = None) -> int:
        return await self._does("edit", message=message, text=text, chat=chat)

    async def sends_photo(self, chat: int | None = None, content: bytes = JPEG, **more: Unpack[Sending]) -> int:
        return await self.sends("photo", content, chat, **more)

    async def sends_voice(self, chat: int | None = None, **more: Unpack[Sending]) -> int:
        return await self.sends("voice", OGG, chat, **more)

    async def sends_video(self, chat: int | None = None, **more: Unpack[Sending]) -> int:
        return await self.sends("video", MP4, chat, **more)

    async def sends_document(self, chat: int | None = None, **more: Unpack[Sending]) -> int:
        return await self.sends("document", PDF, chat, **more)

    async def sends_sticker(self, emoji: str = "👍", chat: int | None = None) -> int:
        return await self.sends("sticker", b"RIFF", chat, name=emoji)

    async def sends_album(
        self, *photos: bytes, caption: str = "", chat: int | None = None, reply_to: int | None = None
    ) -> list[int]:
        """Each photo comes as a message of its own; the words are the first one's."""
        album = f"album-{self.id}-{next(_albums)}"
        words = [caption, *[""] * (len(photos) - 1)]
        return [
            await self._does(
                "send_file",
                kind="photo",
                chat=chat,
                content=base64.b64encode(photo).decode(),
                caption=said,
                album=album,
                reply_to=reply_to,
            )
            for photo, said in zip(photos, words, strict=True)
        ]

    async def sends_location(self, latitude: float, longitude: float, chat: int | None = None) -> int:
        place = {"latitude": latitude, "longitude": longitude}
        return await self._does("post", body={"location": place}, chat=chat)

    async def sends_contact(self, number: str, name: str, chat: int | None = None) -> int:
        return await self._does("post", body={"contact": {"phone_number": number, "first_name": name}}, chat=chat)

    async def sends(self, kind: str, content: bytes, chat: int | None = None, **more: Unpack[Sending]) -> int:
        coded = base64.b64encode(content).decode()
        return await self._does("send_file", kind=kind, chat=chat, content=coded, **_NAMED.get(kind, {}) | more)

    async def _does(self, act: str, **arguments: Any) -> int:  # noqa: ANN401 - each act has its own
        told = await self.server.act(act, user=self.id, **arguments)
        return int(told["message"])

    # --- pressing ---

    async def presses(self, label: str, message: int | None = None, chat: int | None = None) -> str:
        """Presses the newest button of this label, or the one under a message; returns what its toast says."""
        seen = await self.waits(
            lambda seen: any(label in m.labels for m in seen if message in (None, m.id)), chat, what=label
        )
        found, button = next(
            (m, b) for m in reversed(seen) if message in (None, m.id) for b in m.buttons if b.text == label
        )
        return await self.answered(await self.presses_data(button.data, found.id, chat))

    async def presses_data(self, data: str, message: int = 0, chat: int | None = None) -> str:
        """Sends what a button would, whether there is one or not; returns the query without waiting for its answer."""
        told = await self.server.act("press", user=self.id, data=data, message=message, chat=chat)
        return str(told["query"])

    async def answered(self, query: str) -> str:
        """What a press was answered with, once it was."""
        answer = await until(
            self.server, lambda: self.server.act("answer", query=query), lambda answer: answer is not None
        )
        return str(answer["text"])

    async def inline(self, query: str) -> list[dict[str, Any]]:
        """What the bot offers for `@bot query`."""
        told = await self.server.act("inline", user=self.id, query=query)
        answer = await until(
            self.server, lambda: self.server.act("answer", query=told["query"]), lambda answer: answer is not None
        )
        results: list[dict[str, Any]] = answer["results"]
        return [result | {"query": told["query"]} for result in results]

    async def picks(self, result: dict[str, Any], chat: int | None = None) -> int:
        return await self._does("pick", query=result["query"], result=result["id"], chat=chat)

    # --- coming and going ---

    async def blocks(self) -> None:
        await self.server.act("block", user=self.id)

    async def unblocks(self) -> None:
        await self.server.act("unblock", user=self.id)

    async def makes_group(self, title: str, *members: "User", kind: str = "supergroup", forum: bool = False) -> int:
        ids = [member.id for member in members]
        made = await self.server.act("group", title=title, creator=self.id, members=ids, kind=kind, forum=forum)
        return int(made)

    async def adds_bot(self, chat: int) -> None:
        await self.server.act("join", chat=chat, by=self.id)

    async def removes_bot(self, chat: int) -> None:
        await self.server.act("leave", chat=chat, by=self.id)

    async def promotes_bot(self, chat: int, *rights: str) -> None:
        """With all rights unless some are named."""
        more = {"rights": rights} if rights else {}
        await self.server.act("promote", chat=chat, by=self.id, **more)

    # --- looking ---

    async def sees(self, chat: int | None = None) -> list[Seen]:
        """The whole chat as it stands on the screen."""
        told = await self.server.act("seen", chat=self.id if chat is None else chat)
        return [Seen.of(message) for message in told]

    async def reads(self, chat: int | None = None) -> list[str]:
        """The texts of the bot's messages."""
        return [message.text for message in await self.sees(chat) if message.is_bots]

    async def waits(
        self, enough: Callable[[list[Seen]], bool], chat: int | None = None, *, what: str = ""
    ) -> list[Seen]:
        """The chat once it is enough; `what` says in a failure what was waited for."""
        try:
            return await until(self.server, lambda: self.sees(chat), enough)
        except AssertionError as error:
            raise AssertionError(f"{self.name}: {what}: {error}") from None

    async def waits_for(self, words: str, chat: int | None = None, *, times: int = 1) -> Seen:
        """The newest of the bot's messages that holds these words, once there are so many."""

        def fitting(seen: Sequence[Seen]) -> list[Seen]:
            return [message for message in seen if message.is_bots and words in message.text]

        return fitting(await self.waits(lambda seen: len(fitting(seen)) >= times, chat, what=words))[-1]
