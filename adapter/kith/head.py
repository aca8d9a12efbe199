"""MsgHead 1.2: who sends what to whom, about whom, in answer to what. HIS 80601:2006; addressing HIS 1153."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from adapter.kith.codes import Code, coded

NAMESPACE: Final = "http://www.kith.no/xmlstds/msghead/2006-05-24"
UNTYPED: Final = Code("")
OFFICIAL_IDS: Final = ("FNR", "DNR", "FHN")
"""Types of 8116 that identify a patient together with a name (HIS 80415, E36), best first."""


@dataclass(frozen=True, slots=True, repr=False)
class Ident:
    """An identifier and its type (list 8116 for people, 9051 for organisations). Never printed."""

    value: str
    type: Code

    @property
    def kind(self) -> str:
        """V of the type, such as `FNR`, `HER` or `HPR`."""
        return self.type.v


def person_ident(kind: str, value: str) -> Ident:
    """Return an identifier of a person, type from 8116."""
    return Ident(value, coded("8116", kind))


def unit_ident(kind: str, value: str) -> Ident:
    """Return an identifier of an organisation, type from 9051."""
    return Ident(value, coded("9051", kind))


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """An organisation or a part of one."""

    name: str
    her_id: str | None = None
    orgnr: str | None = None
    others: tuple[Ident, ...] = ()
    """Identifiers besides HER and ENH, and further ones of these."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Person:
    """A HealthcareProfessional as a communication party (a GP), or the signer below a unit."""

    family: str
    given: str = ""
    middle: str = ""
    her_id: str | None = None
    hpr: str | None = None
    role: Code | None = None
    """RoleToPatient, list 9034."""
    profession: Code | None = None
    """TypeHealthcareProfessional, a CS of list 9060."""
    others: tuple[Ident, ...] = ()

    @property
    def name(self) -> str:
        """Given name first, as an AppRec writes it."""
        return " ".join(part for part in (self.given, self.middle, self.family) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A party on both levels: the organisation, and the service or person that communicates. HIS 1153-2."""

    level1: Unit
    level2: Unit | None = None
    person: Person | None = None
    """Level 2 where `level2` is None; else the professional below it."""

    @property
    def her_ids(self) -> tuple[str | None, str | None]:
        """HER-ids of level 1 and level 2."""
        second = self.level2 or self.person
        return self.level1.her_id, second.her_id if second else None

    @property
    def names(self) -> tuple[str, str]:
        """Names of level 1 and level 2, the second empty where there is none."""
        second = self.level2 or self.person
        return self.level1.name, second.name if second else ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Patient:
    """The one person the message is about."""

    family: str = ""
    given: str = ""
    middle: str = ""
    birth_date: date | None = None
    sex: str | None = None
    """List 3101: 0 not known, 1 man, 2 woman, 9 not specified."""
    idents: tuple[Ident, ...] = ()

    @property
    def ident(self) -> tuple[str, str] | None:
        """(value, type): the official identifier where there is one, else the first."""
        ranked = [i for kind in OFFICIAL_IDS for i in self.idents if i.kind == kind and i.value]
        best = next(iter((*ranked, *self.idents)), None)
        return (best.value, best.kind) if best else None

    @property
    def identified(self) -> bool:
        """Whether a receiver must accept the identification: a name, and an official id or birth date and sex."""
        named = bool(self.family.strip() or self.given.strip())
        official = any(i.kind in OFFICIAL_IDS and i.value.strip() for i in self.idents)
        return named and (official or (self.birth_date is not None and self.sex is not None))


@dataclass(frozen=True, slots=True)
class Conversation:
    """ConversationRef: MsgId of the message answered, and of the first in the dialogue. HITS 1218."""

    parent: str
    conversation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """MsgInfo."""

    gen_date: datetime
    """Aware; Europe/Oslo where the message gave no zone."""
    msg_id: str
    sender: Address
    receiver: Address
    type: Code = UNTYPED
    """A CS of list 8279. The message modules set it on what they make."""
    conversation: Conversation | None = None
    copies: tuple[tuple[Code, Address], ...] = ()
    """OtherReceivers that are organisations: (RoleReceiver, a CS of 8112; address)."""
    patient: Patient | None = None
    ack: Code | None = None
    """Ack, a CS of 7304. Not in use between professionals: a receipt is always sent."""
