"""AppRec 1.0 and 1.1: the receipt of the receiving system. HIS 80415:2004, HIS 80415:2012, HITS 1168."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from adapter.kith.codes import Code, coded, simple
from adapter.kith.head import Address, Head, Person, Unit
from adapter.kith.raw import Raw
from adapter.kith.rule import Rule, never

if TYPE_CHECKING:
    from adapter.kith.reading import Read

Version = Literal["1.0", "1.1"]
Role = Literal["PRIM", "COP"]
Status = Literal["1", "2", "3"]

NAMESPACES: Final[Mapping[str, Version]] = {
    "http://www.kith.no/xmlstds/apprec/2004-11-21": "1.0",
    "http://www.kith.no/xmlstds/apprec/2012-02-15": "1.1",
}
OK: Final[Status] = "1"
REJECTED: Final[Status] = "2"


class Original(NamedTuple):
    """OriginalMsgId: MsgInfo/Type, GenDate and MsgId of the message receipted (not RefDoc/IssueDate)."""

    type: Code
    gen_date: datetime
    msg_id: str


class Party(NamedTuple):
    """HCP as its sender wrote it, and the address that was read of it.

    It may say more than an address: further departments and people, a professional alone, speciality, postal address.
    """

    address: Address
    written: Raw


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What a sender wrote of what we always write alike."""

    msg_type: Code | None = None
    mig_version: str = ""
    software: str = ""
    software_version: str = ""
    gen_date: str = ""
    sender_role: Code | None = None
    receiver_role: Code | None = None
    status: Code | None = None
    issue_date: str = ""
    sender: Party | None = None
    receiver: Party | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppRec:
    """A receipt: final, one per recipient and message. A rejecting one carries at least one error."""

    version: Version
    id: str
    gen_date: datetime
    sender: Address
    receiver: Address
    status: Status
    original: Original
    errors: tuple[Code, ...] = ()
    """CVs of list 8221; details for the receiver's user in `ot`."""
    role: Role = "PRIM"
    """Whether the primary receiver answers, or one of the copies."""
    stated: Stated | None = field(default=None, compare=False, repr=False)
    """Of a receipt that was read, so that it is written again as it was."""

    @property
    def positive(self) -> bool:
        """Whether the message was taken: OK, or OK with an error in a part."""
        return self.status in {"1", "3"}


def mirror(head: Head, own: Address | None = None) -> tuple[Address, Address]:
    """Return sender and receiver of a receipt for this message: its receiver (or the copy `own`), its sender.

    A professional below a unit is a signer and is not mapped.
    """
    return _without_signer(own or head.receiver), _without_signer(head.sender)


def answer(  # noqa: PLR0913 (the fields of a receipt, all by name)
    head: Head,
    *,
    version: Version,
    id_: str,
    gen_date: datetime,
    errors: tuple[str, ...] = (),
    own: Address | None = None,
    role: Role = "PRIM",
) -> AppRec:
    """Return the receipt for a message: OK without errors (codes of 8221), else rejected with them."""
    sender, receiver = mirror(head, own)
    return AppRec(
        version=version,
        id=id_,
        gen_date=gen_date,
        sender=sender,
        receiver=receiver,
        role=role,
        status=REJECTED if errors else OK,
        errors=tuple(coded("8221", error) for error in errors),
        original=Original(
            simple("8279", head.type.v) if not head.type.dn else head.type, head.gen_date, head.msg_id
        ),
    )


def _without_signer(address: Address) -> Address:
    """Return the address with level 2 a unit, or a person, never both; the HER-id of each first."""
    second = _unit(address.level2) if address.level2 else None
    person = _person(address.person) if address.person and second is None else None
    return Address(level1=_unit(address.level1), level2=second, person=person)


def _unit(unit: Unit) -> Unit:
    return Unit(name=unit.name, her_id=unit.her_id, orgnr=unit.orgnr, others=unit.others)


def _person(person: Person) -> Person:
    return Person(
        family=person.family, given=person.given, middle=person.middle, her_id=person.her_id, hpr=person.hpr,
        others=person.others,
    )  # fmt: skip


def _bare_rejection(read: Read) -> Iterator[str]:
    if isinstance(read.body, AppRec) and read.body.status == REJECTED and not read.body.errors:
        yield "/AppRec/Error"


RULES: Final[tuple[Rule, ...]] = (
    never("error-given", None, _bare_rejection, source="HIS 80415:2012", code="IPK-M012"),
)
