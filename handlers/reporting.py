"""Tells admins in their chats what they must know of the FAQ."""

from handlers import replies, texts
from handlers.events import CatalogChanged, CatalogRejected
from handlers.replies import Reply
from storage import Session, marks, outbox, people

LINES = 10
_MARK = "catalog-rejected"


async def told(session: Session, event: CatalogRejected | CatalogChanged) -> None:
    """A report of faults, once for each that is different; and once that all is well again."""
    match event:
        case CatalogRejected(faults=faults):
            report = "\n".join(faults)
            if await marks.get(session, _MARK) == report:
                return
            await marks.put(session, _MARK, report)
            text = texts.catalog_rejected(faults[:LINES], len(faults))
        case CatalogChanged():
            if not await marks.get(session, _MARK):
                return
            await marks.put(session, _MARK, "")
            text = texts.CATALOG_MENDED
    for place in await people.private_places(session, "admin"):
        reply = replies.to_json(Reply(text=text))
        await outbox.put(session, outbox.Outgoing(address=place, reply=reply, kind="staff"), event.at)
