"""Stories of photos, albums, voice messages and documents, from members to mentors and back."""

from datetime import timedelta

import pytest

from handlers import texts
from handlers.events import Media
from storage import attachments, people, questions, tickets
from tests.stories.house import Chat, House, mentor_in_chat, open_ticket

QUESTION = "máy cày của nhà tôi kêu to quá phải làm sao"
ANOTHER = "máy bơm của nhà tôi không lên nước thì gọi ai"
UNIT = "Viettel Lạng Sơn"
PHOTO = Media("photo", "ref-photo", 1000)
LARGE = Media("video", "ref-large", 20 * 1024 * 1024 + 1)


@pytest.fixture
async def son(house: House) -> Chat:
    """Sơn is a mentor of Viettel's with a phone."""
    return await mentor_in_chat(house, "son", "Sơn", "viettel")


async def files(house: House, *ids: int) -> list[tuple[str, str, str, str]]:
    """Kind, reference, name and where it came from."""
    async with house.database.read() as session:
        found = await attachments.several(session, ids)
    return [(found[id_].kind, found[id_].reference, found[id_].name, found[id_].address.chat) for id_ in ids]


async def posts(house: House, ticket: int = 1) -> list[tuple[str, str, int]]:
    """Kind, text and how many files."""
    async with house.database.read() as session:
        return [(post.kind, post.text, len(post.attachments)) for post in await tickets.posts(session, ticket)]


async def asked(house: House, chat: Chat) -> list[str]:
    async with house.database.write() as session:
        person = await people.meet(session, chat.identity, house.clock())
        return [q.text for q in await questions.of_person(session, person.id, limit=20)]


KINDS = [
    (PHOTO, texts.PHOTO_CHECK, texts.PHOTO_SEND, texts.PHOTO_SENT, texts.PHOTO_POST),
    (Media("voice", "ref-voice", 10), texts.FILE_CHECK, texts.FILE_SEND, texts.FILE_SENT, texts.FILE_POST),
    (Media("audio", "ref-audio", 10), texts.FILE_CHECK, texts.FILE_SEND, texts.FILE_SENT, texts.FILE_POST),
    (Media("video", "ref-video", 0), texts.FILE_CHECK, texts.FILE_SEND, texts.FILE_SENT, texts.FILE_POST),
    (Media("document", "ref-d", 1, "đơn.pdf"), texts.FILE_CHECK, texts.FILE_SEND, texts.FILE_SENT, texts.FILE_POST),
]


@pytest.mark.parametrize(("media", "check", "send", "sent", "post"), KINDS, ids=[one[0].kind for one in KINDS])
async def test_everything_goes_to_the_mentor_once_its_sender_agrees(
    house: House, lan: Chat, son: Chat, media: Media, check: str, send: str, sent: str, post: str
) -> None:
    await open_ticket(lan)
    await son.press(texts.TAKE)

    assert await lan.send(media=[media]) == [check]
    assert len(son.screen) == 1
    assert await lan.press(send) == [sent]

    words = son.screen[-1].reply
    assert words.text == f"**Phiếu 1**, thành viên:\n\n{texts.escape(post)}"
    assert await files(house, *words.attachments) == [(media.kind, media.reference, media.name, "lan")]
    assert await posts(house) == [("member", QUESTION, 0), ("member", post, 1)]
    assert "Kèm 1 tệp" in son.reads[0].split("\n")


@pytest.mark.parametrize(("media", "drop", "dropped"), [
    (PHOTO, texts.PHOTO_DROP, texts.PHOTO_DROPPED),
    (Media("voice", "ref-voice", 10), texts.FILE_DROP, texts.FILE_DROPPED),
])  # fmt: skip
async def test_what_has_an_identity_card_in_it_is_dropped(
    house: House, lan: Chat, son: Chat, media: Media, drop: str, dropped: str
) -> None:
    await open_ticket(lan)
    await lan.send(media=[media])

    assert await lan.press(drop) == [dropped]

    assert await posts(house) == [("member", QUESTION, 0)]
    async with house.database.read() as session:
        assert await attachments.pending(session, "test", 10) == []


async def test_what_was_sent_before_anybody_took_the_ticket_comes_with_it(house: House, lan: Chat, son: Chat) -> None:
    await open_ticket(lan)
    await lan.send(media=[PHOTO])
    await lan.press(texts.PHOTO_SEND)
    assert len(son.screen) == 1

    await son.press(texts.TAKE)

    words = son.screen[-1].reply
    assert words.text == "**Phiếu 1**, những gì đã trao đổi"
    assert await files(house, *words.attachments) == [("photo", "ref-photo", "", "lan")]


@pytest.mark.parametrize(("media", "said"), [
    (PHOTO, texts.PHOTO_ALONE), (Media("voice", "v", 1), texts.FILE_ALONE), (LARGE, texts.FILE_TOO_LARGE),
])  # fmt: skip
async def test_something_without_words_asks_what_it_is_about(lan: Chat, media: Media, said: str) -> None:
    assert await lan.send(media=[media]) == [said]


async def test_a_photo_is_kept_for_the_question_that_follows_and_for_its_ticket(
    house: House, lan: Chat, son: Chat
) -> None:
    await lan.send(media=[PHOTO])
    await lan.say(QUESTION)
    assert lan.reads[-1] == texts.PHOTO_KEPT

    await lan.press(texts.send_to(UNIT))
    assert lan.reads[-1] == texts.PHOTO_CHECK
    await lan.press(texts.PHOTO_SEND)
    await son.press(texts.TAKE)

    assert await posts(house) == [("member", QUESTION, 0), ("member", texts.PHOTO_POST, 1)]
    assert len(son.screen[-1].reply.attachments) == 1


async def test_a_file_with_words_is_a_question_that_keeps_it(lan: Chat) -> None:
    await lan.send(QUESTION, media=[Media("document", "ref-d", 5, "a.pdf")])

    assert lan.reads[-1] == texts.FILE_KEPT


async def test_words_beside_what_was_too_large_are_still_heard(house: House, lan: Chat) -> None:
    assert (await lan.send(QUESTION, media=[LARGE]))[0] == texts.FILE_TOO_LARGE

    assert await asked(house, lan) == [QUESTION]


async def test_an_album_is_one_thing(house: House, lan: Chat, son: Chat) -> None:
    await open_ticket(lan)
    await son.press(texts.TAKE)

    assert await lan.send(media=[Media("photo", "a", 1)], album="x") == [texts.PHOTO_CHECK]
    assert await lan.send(media=[Media("photo", "b", 1)], album="x") == []
    assert await lan.send(media=[Media("video", "c", 1)], album="x") == []
    await lan.press(texts.PHOTO_SEND)

    words = son.screen[-1].reply
    assert [one[1] for one in await files(house, *words.attachments)] == ["a", "b", "c"]


async def test_an_album_with_words_is_one_question(house: House, lan: Chat, son: Chat) -> None:
    await lan.send(QUESTION, media=[Media("photo", "a", 1)], album="x")
    assert await lan.send(media=[Media("photo", "b", 1)], album="x") == []
    await lan.press(texts.send_to(UNIT))
    await lan.press(texts.PHOTO_SEND)

    assert await asked(house, lan) == [QUESTION]
    assert await posts(house) == [("member", QUESTION, 0), ("member", texts.PHOTO_POST, 2)]


async def test_an_album_that_is_too_large_is_spoken_of_once(lan: Chat) -> None:
    assert await lan.send(media=[LARGE], album="x") == [texts.FILE_TOO_LARGE]
    assert await lan.send(media=[LARGE], album="x") == []
    assert await lan.send(media=[LARGE], album="y") == [texts.FILE_TOO_LARGE]


async def test_an_album_of_a_new_question_joins_no_older_photos(house: House, lan: Chat, son: Chat) -> None:
    await open_ticket(lan)
    await lan.send(media=[Media("photo", "old", 1)])
    await lan.press(texts.THIS_IS_NEW) if texts.THIS_IS_NEW in lan.labels else await lan.say("câu hỏi mới")
    await lan.send(ANOTHER, media=[Media("photo", "a", 1)], album="x")
    await lan.send(media=[Media("photo", "b", 1)], album="x")

    await lan.press("photo:send:1")

    assert [one for one in await posts(house) if one[2]] == [("member", texts.PHOTO_POST, 1)]


async def test_media_come_back_from_the_mentor(house: House, lan: Chat, son: Chat) -> None:
    await open_ticket(lan)
    card = son.screen[0].id

    await son.send("Xem hình này nhé", media=[Media("photo", "m-a", 1)], to=card)
    await son.send(media=[Media("voice", "m-v", 1)], to=card)

    first, second = lan.replies[-2:]
    assert (first.text, second.text) == ("Xem hình này nhé", texts.escape(texts.FILE_POST))
    assert first.speaker == second.speaker == f"Cán bộ hỗ trợ Sơn ({UNIT})"
    assert await files(house, *first.attachments, *second.attachments) == [
        ("photo", "m-a", "", "son"),
        ("voice", "m-v", "", "son"),
    ]
    assert await posts(house) == [("member", QUESTION, 0), ("mentor", "Xem hình này nhé", 1), ("mentor", "", 1)]


async def test_a_mentors_album_is_one_answer(house: House, lan: Chat, son: Chat) -> None:
    await open_ticket(lan)
    card = son.screen[0].id

    await son.send("Xem nhé", media=[Media("photo", "a", 1)], album="x", to=card)
    await son.send(media=[Media("photo", "b", 1)], album="x", to=card)
    await house.tick(timedelta(seconds=2))

    await son.send(media=[Media("photo", "c", 1)], album="x", to=card)  # long after

    assert await posts(house) == [("member", QUESTION, 0), ("mentor", "Xem nhé", 3)]
    assert [(reply.text, reply.speaker != "", len(reply.attachments)) for reply in lan.replies[-2:]] == [
        ("Xem nhé", True, 2),
        ("", False, 1),
    ]


@pytest.mark.parametrize("then", ["words", "end"])
async def test_what_a_mentor_does_after_an_album_is_seen_after_it(
    house: House, lan: Chat, son: Chat, then: str
) -> None:
    await open_ticket(lan)
    card = son.screen[0].id
    before = len(lan.replies)

    await son.send(media=[Media("photo", "a", 1)], album="x", to=card)
    await son.send(media=[Media("photo", "b", 1)], album="x", to=card)
    if then == "words":
        await son.send("Vặn ốc này nhé", to=card)
    else:
        await son.press(texts.END)
    await house.tick(timedelta(seconds=2))

    said = "Vặn ốc này nhé" if then == "words" else texts.closed(1)
    assert [(reply.text, len(reply.attachments)) for reply in lan.replies[before:]][-2:] == [
        (texts.escape(texts.PHOTO_POST), 2),
        (said, 0),
    ]


async def test_an_album_that_waits_is_corrected_after_it_went(house: House, lan: Chat, son: Chat) -> None:
    await open_ticket(lan)
    await son.send("Gọi 1800", media=[PHOTO], album="x", to=son.screen[0].id)

    await son.edit("Gọi 18008098")
    await house.tick(timedelta(seconds=2))

    assert [(line.reply.text, len(line.reply.attachments)) for line in lan.screen][-1] == ("Gọi 18008098", 1)


async def test_a_mentor_who_corrects_the_words_keeps_the_photo(house: House, lan: Chat, son: Chat) -> None:
    await open_ticket(lan)
    await son.send("Gọi 1800", media=[PHOTO], to=son.screen[0].id)

    await son.edit("Gọi 18008098")

    assert [(line.reply.text, len(line.reply.attachments)) for line in lan.screen][-1] == ("Gọi 18008098", 1)


async def test_what_is_too_large_from_a_mentor_is_said_once(lan: Chat, son: Chat) -> None:
    await open_ticket(lan)
    before = list(lan.reads)

    assert await son.send(media=[LARGE], to=son.screen[0].id) == [texts.FILE_TOO_LARGE]
    assert await son.send("", to=son.screen[0].id) == [texts.NOTHING_TO_SEND]

    assert lan.reads == before


async def test_files_stay_out_of_a_group_that_may_not_see_the_words(house: House, lan: Chat, son: Chat) -> None:
    await house.gather("viettel", "-100")
    await open_ticket(lan)
    await Chat(house, "son", "-100", "ticket:1").press(texts.TAKE)
    await lan.send(media=[PHOTO])

    await lan.press(texts.PHOTO_SEND)

    assert [line.reply.attachments for line in house.channel.screens["-100"]] == [()]
    assert len(son.screen[-1].reply.attachments) == 1
