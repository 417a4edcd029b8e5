"""What people send beside words: photos, voice messages, documents; kept until it is clear what they are for."""

from collections.abc import Sequence

from handlers import following, texts
from handlers.events import Media, Said
from handlers.turn import Turn
from storage import attachments
from storage.tickets import State

LARGEST = 20 * 1024 * 1024  # bytes; more can't be fetched from a platform
_KEPT = 10  # files that wait for one decision


async def expected(turn: Turn, said: Said) -> tuple[int, ...]:
    """The ids of everything that came with the message; what is still to be fetched is remembered for that."""
    ids = list(said.attachments)
    for media in said.media:
        if media.size <= LARGEST:
            ids.append(await _expect(turn, media))
        elif not said.album or turn.conversation.held.get("too_large") != said.album:
            await turn.hold(too_large=said.album or None)
            await turn.say(texts.FILE_TOO_LARGE, remember=False)
    return tuple(ids)


async def _expect(turn: Turn, media: Media) -> int:
    return await attachments.expect(
        turn.session,
        address=turn.where,
        reference=media.reference,
        at=turn.at,
        kind=media.kind,
        name=media.name,
    )


async def is_more(turn: Turn, said: Said, files: Sequence[int]) -> bool:
    """True if these files belong to an album of which a part came before: they go where that went, without a word."""
    held = turn.conversation.held
    album, first = held.get("album", ("", 0))
    if said.album and album == said.album and not said.text.strip():
        for where in ("checking", "photos"):
            if first in held.get(where, []):
                await turn.hold(**{where: [*held[where], *files][:_KEPT]})
                return True
    await turn.hold(album=[said.album, files[0]] if said.album else None)
    return False


async def alone(turn: Turn, said: Said, files: Sequence[int]) -> None:
    """Something without words: asked about, or part of the ticket that the conversation is about."""
    current = await following.own(turn, turn.conversation.ticket)
    if current is not None and current.state is not State.CLOSED:
        await following.check_photos(turn, current.id, files)
        return
    kept = turn.conversation.held.get("photos", []) if "photos_for" not in turn.conversation.held else []
    await turn.hold(photos=[*kept, *files][:_KEPT], photos_for=None)
    kinds = {media.kind for media in said.media}
    await turn.say(texts.PHOTO_ALONE if kinds <= {"photo"} else texts.FILE_ALONE)
