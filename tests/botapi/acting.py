"""What people do, what a test arranges, and what can be looked at: everything the other side of the bot can cause.

Each act takes and returns what JSON can carry, so that it can be asked of a server in another process too.
"""

import base64
from collections.abc import Sequence
from typing import Any

from tests.botapi.entities import Formatted, formatted
from tests.botapi.faults import Fault, Kind
from tests.botapi.methods import delete_topic, media_body
from tests.botapi.world import (
    GENERAL,
    RIGHTS,
    Chat,
    Member,
    Person,
    Topic,
    World,
    caption_body,
    screen,
    text_body,
)

_ANONYMOUS = Person(1087968824, "Group", "GroupAnonymousBot", is_bot=True)
_CHANNEL = Person(136817688, "Channel", "Channel_Bot", is_bot=True)

Told = dict[str, Any]


class Acts:
    def __init__(self, world: World) -> None:
        self._world = world

    def do(self, act: str, **arguments: Any) -> Any:  # noqa: ANN401 - each act has its own
        if act.startswith("_") or act == "do" or not hasattr(self, act):
            raise ValueError(act)
        return getattr(self, act)(**arguments)

    # --- people ---

    def person(self, user: int, name: str, username: str = "", last_name: str = "", *, is_bot: bool = False) -> None:
        known = self._world.people.get(user)
        if known is None:
            self._world.people[user] = Person(user, name, username, last_name, is_bot=is_bot)
        else:
            known.first_name, known.username, known.last_name = name, username, last_name

    def deactivate(self, user: int) -> None:
        self._world.people[user].is_deactivated = True

    def block(self, user: int) -> None:
        chat = self._world.private(self._world.people[user])
        if not chat.is_blocked:
            chat.is_blocked = True
            self._own_place(chat, "member", "kicked")

    def unblock(self, user: int) -> None:
        chat = self._world.private(self._world.people[user])
        if chat.is_blocked:
            chat.is_blocked = False
            self._own_place(chat, "kicked", "member")

    def start(self, user: int, payload: str = "") -> Told:
        return self.write(user, f"/start {payload}".strip())

    # --- messages ---

    def write(
        self,
        user: int,
        text: str,
        chat: int | None = None,
        reply_to: int | None = None,
        thread: int | None = None,
        speaks_as: str = "",
    ) -> Told:
        """`speaks_as` is `group` for an anonymous admin, `channel` for somebody's channel."""
        content = formatted(text)
        return self._said(user, chat, text_body(content), content, reply_to, thread, speaks_as=speaks_as)

    def write_many(self, said: Sequence[tuple[int, str]]) -> None:
        """Many people at once, each in the private chat."""
        for user, text in said:
            if user not in self._world.people:
                self._world.people[user] = Person(user, f"Người {user}")
            self.write(user, text)

    def send_file(
        self,
        user: int,
        kind: str,
        chat: int | None = None,
        caption: str = "",
        content: str = "",
        size: int | None = None,
        name: str = "",
        mime: str = "",
        album: str = "",
        reply_to: int | None = None,
        thread: int | None = None,
    ) -> Told:
        """`content` is in base64; `size` may say more than there is of it."""
        file = self._world.keep(kind, base64.b64decode(content), size=size, name=name, mime=mime)
        words = formatted(caption)
        extra = {"media_group_id": album} if album else {}
        body = media_body(file) | caption_body(words)
        return self._said(user, chat, body, words, reply_to, thread, extra=extra) | {"file": file.id}

    def post(
        self,
        user: int,
        body: Told,
        chat: int | None = None,
        caption: str = "",
        reply_to: int | None = None,
        thread: int | None = None,
        extra: Told | None = None,
    ) -> Told:
        """Anything else a message can hold, such as `{"location": …}`, `{"dice": …}` or a service message."""
        words = formatted(caption)
        return self._said(user, chat, body | caption_body(words), words, reply_to, thread, extra=extra or {})

    def edit(self, user: int, message: int, text: str, chat: int | None = None) -> Told:
        where = self._where(user, chat)
        edited = where.messages[message]
        content = formatted(text)
        body = text_body(content)
        if "text" not in edited.body:
            kept = {key: value for key, value in edited.body.items() if key not in ("caption", "caption_entities")}
            body = kept | caption_body(content)
        self._world.edit(edited, body, content, edited.buttons)
        return {"message": message, "update": self._world.tell(edited, edited=True)}

    def delete(self, user: int, message: int, chat: int | None = None) -> None:
        """A person deletes a message; the bot is not told."""
        self._where(user, chat).messages[message].is_deleted = True
        self._world.change()

    def press(self, user: int, data: str, message: int = 0, chat: int | None = None) -> Told:
        """A button is pressed; old ones can be, and a made-up client can send any data. Returns the query's id."""
        where = self._where(user, chat)
        found = where.messages.get(message)
        person = self._world.people[user]
        query = self._world.ask(person)
        told: Told = (
            {"message_id": message, "date": 0, "chat": where.api} if found is None or found.is_deleted else found.api()
        )
        content = {
            "id": query.id,
            "from": person.api,
            "chat_instance": str(where.id),
            "message": told,
            "data": data,
        }
        return {"query": query.id, "update": self._world.updates.push("callback_query", content, f"press {user}")}

    def inline(self, user: int, query: str, offset: str = "") -> Told:
        person = self._world.people[user]
        asked = self._world.ask(person)
        content = {"id": asked.id, "from": person.api, "query": query, "offset": offset, "chat_type": "private"}
        return {"query": asked.id, "update": self._world.updates.push("inline_query", content, f"inline {user}")}

    def pick(self, user: int, query: str, result: str, chat: int | None = None) -> Told:
        """Somebody drops an inline result into a chat."""
        answer = self._world.queries[query].answer or {}
        picked = next(found for found in answer["results"] if found["id"] == result)
        content = Formatted(picked["text"], tuple(picked["entities"]))
        extra = {"via_bot": self._world.bot.api}
        return self._said(user, chat, text_body(content), content, None, None, extra=extra)

    def _said(
        self,
        user: int,
        chat: int | None,
        body: Told,
        content: Formatted,
        reply_to: int | None,
        thread: int | None,
        *,
        extra: Told | None = None,
        speaks_as: str = "",
    ) -> Told:
        where = self._where(user, chat)
        if where.person is not None:
            self.unblock(user)
        sender: Person | None = self._world.people[user]
        sender_chat = None
        if speaks_as == "group":
            sender, sender_chat = _ANONYMOUS, where
        elif speaks_as == "channel":
            sender, sender_chat = _CHANNEL, Chat(-1009000000000 - user, "channel", "Kênh của người khác")
        if where.type == "channel":
            sender, sender_chat = None, where
        answered = where.messages.get(reply_to) if reply_to is not None else None
        if thread is None and where.is_forum:
            thread = answered.thread if answered is not None else GENERAL
        message = self._world.add(
            where,
            sender,
            body,
            content=content,
            reply_to=answered,
            thread=thread,
            extra=extra or {},
            sender_chat=sender_chat,
        )
        return {"message": message.id, "update": self._world.tell(message)}

    def _where(self, user: int, chat: int | None) -> Chat:
        return self._world.private(self._world.people[user]) if chat is None else self._world.chats[chat]

    # --- groups ---

    def group(
        self, title: str, creator: int, members: Sequence[int] = (), kind: str = "supergroup", *, forum: bool = False
    ) -> int:
        """A group without the bot; returns its id."""
        world = self._world
        number = len(world.chats) + 1
        id_ = -5000 - number if kind == "group" else -1002000000000 - number
        chat = Chat(id_, "group" if kind == "group" else "supergroup", title, is_forum=forum)
        if kind == "channel":
            chat.type = "channel"
        chat.members = {
            user: Member(world.people[user], "creator" if user == creator else "member") for user in (creator, *members)
        }
        if forum:
            chat.topics[GENERAL] = Topic(GENERAL, "General")
        world.chats[id_] = chat
        return id_

    def join(self, chat: int, user: int | None = None, by: int | None = None) -> None:
        """Somebody, or the bot if nobody is named, is added to a group."""
        where, who = self._world.chats[chat], self._who(user)
        adder = self._world.people[by] if by is not None else who
        member = where.members.get(who.id) or Member(who, "left")
        self._world.becomes(where, member, adder, "member")
        if where.is_group:
            self._service(where, adder, {"new_chat_members": [who.api]})

    def leave(self, chat: int, user: int | None = None, by: int | None = None) -> None:
        """Somebody, or the bot, is removed, or goes by themselves."""
        where, who = self._world.chats[chat], self._who(user)
        remover = self._world.people[by] if by is not None else who
        self._world.becomes(where, where.members[who.id], remover, "left" if remover is who else "kicked")
        self._service(where, remover, {"left_chat_member": who.api})

    def promote(self, chat: int, by: int, user: int | None = None, rights: Sequence[str] = RIGHTS) -> None:
        where, who = self._world.chats[chat], self._who(user)
        self._world.becomes(where, where.members[who.id], self._world.people[by], "administrator", frozenset(rights))

    def demote(self, chat: int, by: int, user: int | None = None) -> None:
        where, who = self._world.chats[chat], self._who(user)
        self._world.becomes(where, where.members[who.id], self._world.people[by], "member")

    def mute(self, chat: int) -> None:
        """The bot may not write here any more."""
        self._world.chats[chat].members[self._world.bot.id].may_write = False

    def upgrade(self, chat: int, by: int, *, forum: bool = False) -> int:
        """A basic group becomes a supergroup with another id, which is returned."""
        world, old = self._world, self._world.chats[chat]
        new = world.chats[self.group(old.title, by, kind="supergroup", forum=forum)]
        new.members = old.members
        old.migrated_to = new.id
        person = world.people[by]
        self._service(old, person, {"migrate_to_chat_id": new.id})
        self._service(new, person, {"migrate_from_chat_id": old.id})
        return new.id

    def rename(self, chat: int, by: int, title: str) -> None:
        where = self._world.chats[chat]
        where.title = title
        self._service(where, self._world.people[by], {"new_chat_title": title})

    def topic(self, chat: int, by: int, name: str) -> int:
        """A person makes a topic; returns its thread."""
        where = self._world.chats[chat]
        first = self._world.add(where, self._world.people[by], {"forum_topic_created": {"name": name, "icon_color": 0}})
        first.thread = first.id
        where.topics[first.id] = Topic(first.id, name)
        self._world.tell(first)
        return first.id

    def drop_topic(self, chat: int, thread: int) -> None:
        """A person deletes a topic; the bot is not told."""
        where = self._world.chats[chat]
        delete_topic(where, where.topics[thread])
        self._world.change()

    def topics(self, chat: int) -> list[Told]:
        return [
            {"thread": t.thread, "name": t.name, "is_closed": t.is_closed, "is_deleted": t.is_deleted}
            for t in self._world.chats[chat].topics.values()
            if t.thread != GENERAL
        ]

    def members(self, chat: int) -> dict[str, str]:
        return {str(id_): member.status for id_, member in self._world.chats[chat].members.items()}

    def _who(self, user: int | None) -> Person:
        return self._world.bot if user is None else self._world.people[user]

    def _service(self, chat: Chat, by: Person, body: Told) -> None:
        self._world.tell(self._world.add(chat, by, body))

    def _own_place(self, chat: Chat, was: str, becomes: str) -> None:
        """The bot's place in a private chat: blocked is `kicked`."""
        assert chat.person is not None

        def member(status: str) -> Told:
            more = {"until_date": 0} if status == "kicked" else {}
            return {"user": self._world.bot.api, "status": status} | more

        change = {
            "chat": chat.api,
            "from": chat.person.api,
            "date": int(self._world.now()),
            "old_chat_member": member(was),
            "new_chat_member": member(becomes),
        }
        self._world.updates.push("my_chat_member", change, f"chat {chat.id}")
        self._world.change()

    # --- looking ---

    def seen(self, chat: int) -> list[Told]:
        """The chat as it stands on the screen; deleted messages are not there."""
        found = self._world.chats.get(chat)
        return [screen(m) for m in found.messages.values() if not m.is_deleted] if found is not None else []

    def shown(self, chat: int, since: int = 0) -> list[Told]:
        """Everything that the bot showed in a chat, one after the other; an edit is there anew."""
        found = self._world.chats.get(chat)
        return found.shown[since:] if found is not None else []

    def answer(self, query: str) -> Told | None:
        """What a press or an inline query was answered with; None as long as it is not."""
        return self._world.queries[query].answer

    def state(self) -> Told:
        world = self._world
        return {
            "pending": world.updates.pending,
            "confirmed": len(world.updates.confirmed),
            "dropped": world.updates.dropped,
            "polls": world.updates.polls,
            "allowed": sorted(world.updates.allowed or ()),
            "webhook": world.updates.info,
            "brought": [[brought.update, brought.status] for brought in world.updates.brought[-1000:]],
            "calls": dict(world.calls),
            "refusals": dict(world.refusals),
            "flood_refused": world.flood.refused,
            "faults_left": len(world.faults.waiting),
            "unanswered": [query.id for query in world.queries.values() if query.answer is None],
            "version": world.version,
        }

    def version(self) -> int:
        """Rises with everything that happens."""
        return self._world.version

    def commands(self) -> dict[str, list[dict[str, str]]]:
        return self._world.commands

    def most(self, within_s: float, chat: int | None = None) -> int:
        """How many messages were sent at most within so many seconds."""
        return self._world.flood.most(within_s, chat)

    def count_shown(self) -> int:
        """How many messages the bot sent or edited, over all chats."""
        return sum(len(chat.shown) for chat in self._world.chats.values())

    # --- arranging ---

    def fault(
        self,
        kind: Kind,
        method: str = "",
        chat: int | None = None,
        times: int = 1,
        seconds: float = 1.0,
        skip: int = 0,
    ) -> None:
        self._world.faults.add(Fault(kind, method, chat, times, seconds, skip))

    def no_faults(self) -> None:
        self._world.faults.waiting.clear()

    def raw(self, body: Told, lane: str = "raw") -> int:
        """An update that a test makes up; returns its id."""
        return self._world.updates.push_raw(body, lane)

    def again(self, update: int) -> None:
        """An update that was confirmed is delivered again."""
        self._world.updates.again(update)

    def restart_ids(self, next_id: int) -> None:
        self._world.updates.restart_ids(next_id)

    def move(self, seconds: float) -> None:
        """The server's clock goes on."""
        self._world.skew_s += seconds

    def flood(self, *, on: bool) -> None:
        self._world.flood.is_on = on

    def pause(self, seconds: float) -> None:
        """What one second of the webhook's back-off lasts."""
        self._world.updates.pause_s = seconds

    def privacy(self, *, on: bool) -> None:
        """The bot's privacy mode, as BotFather sets it."""
        self._world.reads_all = not on

    def clear(self) -> None:
        """Forgets what was said, so that a long measurement does not grow."""
        for chat in self._world.chats.values():
            chat.messages.clear()
            chat.shown.clear()
        self._world.queries.clear()
        self._world.flood.sent.clear()
        self._world.updates.brought.clear()
