"""Messages of care for the tests, whole and with one rule broken each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from adapter.kith import innbygger
from adapter.kith.codes import coded
from adapter.kith.dialog import Question
from adapter.kith.head import Document, Person, Unit, unit_ident
from adapter.kith.plo import dod, helseopplysninger, innlagt, journal, utskrevet, utskrivningsklar
from adapter.kith.plo.blocks import Connected, Inquiry, Personnel
from adapter.kith.plo.logistics import DEAD
from adapter.kith.plo.message import shipment
from adapter.kith.time import When
from tests.kith.builders import HEAD, KOMAN, MSG_ID, REPLY

WARD: Final = Connected(
    unit=Unit(name="Ortopedisk avdeling", idents=(unit_ident("LAV", "ORT"),)), note="Vakt hele døgnet"
)
DOCTOR: Final = Personnel(
    person=Person(family="Koman", given="Magnar", hpr="9144889", role=coded("9034", "19"))
)
AT: Final = When("2026-03-04T10:00:00")
COMPONENT: Final = "01458230-fb55-41e1-a21f-0800200c9a66"


def admitted(**care: Any) -> innlagt.Innlagt:
    return innlagt.new(HEAD, at=AT, units=(WARD,), **care)


def information(kind: str = "1", status: str = "N", **care: Any) -> helseopplysninger.Helseopplysninger:
    note = journal.note(
        (journal.Text(text="Brudd i lårhals.", heading=coded("9145", "1")),), component_id=COMPONENT
    )
    stay = utskrivningsklar.event("3", When("2026-03-18"), estimate=True)
    medical = helseopplysninger.Medical(notes=(note,))
    return helseopplysninger.new(
        HEAD, kind=kind, status=status, units=(WARD,), personnel=(DOCTOR,), stays=(stay,), medical=medical, **care
    )  # fmt: skip


def _bytes(message: innlagt.Innlagt, **changes: Any) -> bytes:
    """Return a message of logistics, its body changed."""
    return innlagt.build(replace(message, body=replace(message.body, **changes))).encode()


def _headed(message: Any, build: Callable[[Any], str], **changes: Any) -> bytes:
    return build(replace(message, head=replace(message.head, **changes))).encode()


def _citizen(**changes: Any) -> bytes:
    question = Question(type=coded("7601", innbygger.ENQUIRY), text="Hvem følger opp planen min?")
    answer = innbygger.new(REPLY, text="Det gjør jeg.", question=question, contacts=(KOMAN,))
    return _headed(answer, innbygger.build, **changes)


def _discharged() -> bytes:
    message = utskrevet.new(HEAD, at=AT, to="1", units=(WARD,))
    bare = replace(message.body.discharged_to, place=coded("8408", ""))
    return _bytes(message, discharged_to=bare)


_THREAD: Final = REPLY.conversation
_QUESTION: Final = Inquiry(type=coded("9154", "99"))

BREAKS: Final[dict[str, tuple[Callable[[], bytes], str]]] = {
    "not-to-itself": (
        lambda: _headed(information(), helseopplysninger.build, conversation=type(_THREAD)(MSG_ID, MSG_ID)), "IPK-M020"),
    "citizen-ack": (lambda: _citizen(ack=None), "IPK-M020"),
    "status-allowed": (lambda: _headed(admitted(status="M"), innlagt.build, conversation=_THREAD), "IPK-M020"),
    "change-in-thread": (lambda: helseopplysninger.build(information("2", "M")).encode(), "IPK-M020"),
    "first-without-thread": (lambda: _headed(admitted(), innlagt.build, conversation=_THREAD), "IPK-M020"),
    "step-of-type": (lambda: _bytes(admitted(), step=DEAD), "IPK-M020"),
    "events-of-type": (lambda: _bytes(admitted(), events=(utskrivningsklar.event("3", AT),)), "IPK-M020"),
    "kind-of-type": (
        lambda: helseopplysninger.build(information()).replace("1.9140", "1.9138").encode(), "IPK-M056"),
    "discharged-to": (_discharged, "IPK-M020"),
    "no-health-data": (
        lambda: _headed(admitted(), innlagt.build, attachments=(Document(description="Epikrise"),)), "IPK-M020"),
    "responsible": (lambda: _bytes(admitted(), units=()), "IPK-M020"),
    "care-text-with-99": (
        lambda: helseopplysninger.build(
            replace(information(), body=replace(information().body, shipment=replace(shipment(), question=_QUESTION)))
        ).encode(), "IPK-M014"),
}  # fmt: skip
WHOLE: Final = (
    admitted(),
    utskrivningsklar.new(HEAD, admitted=When("2026-03-01"), ready=AT, units=(WARD,)),
    utskrevet.new(HEAD, at=AT, to="1", units=(WARD,)),
    dod.new(HEAD, at=AT, units=(WARD,)),
    information(),
    replace(
        innbygger.new(
            REPLY, text="x", question=Question(type=coded("7601", "HE"), text="y"), contacts=(KOMAN,)
        ),
        case="Individuell plan",
    ),
)
"""Messages that break nothing."""
