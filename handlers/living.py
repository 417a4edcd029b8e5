"""Where a member lives: asked once, when an answer differs by commune, and used from then on."""

from collections.abc import Sequence

from faq import places
from faq.models import Place
from handlers import texts
from handlers.choices import Option
from handlers.turn import Turn
from storage import people


async def asked_once(turn: Turn, entry_id: str, text: str) -> str:
    """The answer, and behind it the question for the commune if this person was never asked."""
    if turn.person.commune:
        return text
    await people.settle_in(turn.session, turn.person.id, people.NOWHERE)
    await turn.hold(commune_for=entry_id)
    return f"{text}\n\n{texts.WHICH_COMMUNE}"


async def ask(turn: Turn, entry_id: str) -> None:
    """Somebody wants to say where they live, or says it anew."""
    await turn.hold(commune_for=entry_id)
    await turn.say(texts.WHICH_COMMUNE, [Option(texts.NO_COMMUNE, f"place:{people.NOWHERE}")])


def said(turn: Turn, text: str) -> tuple[Place, ...]:
    """The places that a message names, if the person was just asked for theirs and says nothing else."""
    return places.named(turn.catalog.places, text) if "commune_for" in turn.conversation.held else ()


async def choose(turn: Turn, found: Sequence[Place]) -> None:
    """Several share the name that was typed."""
    options = [Option(texts.place(one.name, one.kind, one.old_names), f"place:{one.id}") for one in found]
    await turn.say(texts.COMMUNE_AS_NAMED, [*options[:7], Option(texts.NO_COMMUNE, f"place:{people.NOWHERE}")])


async def settle(turn: Turn, place_id: str) -> str | None:
    """Remembers the commune; returns the entry that waited for it."""
    waiting: str | None = turn.conversation.held.get("commune_for")
    await turn.hold(commune_for=None)
    if place_id == people.NOWHERE:
        await turn.say(texts.COMMUNE_LEFT_OUT)
        return None
    place = next((place for place in turn.catalog.places if place.id == place_id), None)
    if place is None:
        await turn.say(texts.COMMUNE_UNKNOWN, human="human")
        return None
    await people.settle_in(turn.session, turn.person.id, place_id)
    turn.person = await people.meet(turn.session, turn.who, turn.at)
    if waiting is None:
        await turn.say(texts.commune_kept(texts.place(place.name, place.kind, ())), human="human")
    return waiting
