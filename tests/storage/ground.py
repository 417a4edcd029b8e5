"""What most storage tests begin with: Lan, who asks, and Minh and Bình, who mentor."""

from datetime import UTC, datetime, timedelta

from storage import Address, Identity, Session, identities, outbox, people, questions, tickets
from storage.people import Person
from storage.questions import Outcome
from storage.tickets import Ticket

AT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
SOON = AT + timedelta(minutes=1)
LATER = AT + timedelta(hours=1)
LAN = Identity("web", "lan")
LANS = Address("web", "lan")
TU = Identity("telegram", "tu")
TUS = Address("telegram", "tu")


async def ask(session: Session, identity: Identity = LAN, address: Address = LANS, text: str = "Hỏi") -> int:
    person = await people.meet(session, identity, AT)
    return await questions.ask(
        session,
        person_id=person.id,
        identity_id=await identities.id_of(session, identity),
        address=address,
        text=text,
        at=AT,
        verdict="unknown",
        offered=["atm-mem-rut-tien"],
        entry="",
        outcome=Outcome.UNKNOWN,
    )


async def open_ticket(
    session: Session, identity: Identity = LAN, address: Address = LANS, *, at: datetime = AT, unit: str = "vnpt"
) -> Ticket:
    person = await people.meet(session, identity, AT)
    return await tickets.open_(
        session,
        person_id=person.id,
        identity=identity,
        address=address,
        question_id=await ask(session, identity, address),
        unit=unit,
        text="Hỏi",
        reason="unknown",
        at=at,
        deadline=at + timedelta(minutes=30),
    )


async def mentor(session: Session, name: str = "Minh", unit: str = "vnpt") -> Person:
    person = await people.add(session, name, AT)
    await people.grant(session, person.id, "mentor", unit, AT)
    return person


async def put(session: Session, address: Address = LANS, text: str = "Đáp", **fields: object) -> int:
    outgoing = outbox.Outgoing(address=address, reply={"text": text}, **({"kind": "answer"} | fields))  # type: ignore[arg-type]  # a test's shorthand
    return await outbox.put(session, outgoing, AT)
