"""Blocks of Dialogmelding 1.0 and 1.1: questions, notes, and the people of both. HIS 80603:2006 and HIS 80603:2017."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from adapter.kith.codes import Code
from adapter.kith.head import Ident


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """What one version of Dialogmelding has that the other lacks."""

    version: str
    namespace: str
    question_subject: bool
    """EmneSporsmal."""
    units: bool
    """TilknyttetEnhet, and roles without a person."""


V1_0: Final = Dialect(
    version="1.0",
    namespace="http://www.kith.no/xmlstds/dialog/2006-10-11",
    question_subject=False,
    units=False,
)
V1_1: Final = Dialect(
    version="1.1", namespace="http://www.kith.no/xmlstds/dialog/2013-01-23", question_subject=True, units=True
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectedUnit:
    """TilknyttetEnhet/Kontaktenhet: a unit named as a contact (1.1)."""

    name: str
    idents: tuple[Ident, ...]
    """At least one; the schema demands it."""
    phone: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Contact:
    """RollerRelatertNotat: a person, or in 1.1 a unit, and the role. All may be absent in 1.1."""

    role: Code | None = None
    """RoleToPatient, list 9034."""
    note_role: Code | None = None
    """RolleNotat, list 9057."""
    profession: Code | None = None
    """TypeHealthcareProfessional, a CS of list 9060."""
    family: str = ""
    given: str = ""
    middle: str = ""
    hpr: str | None = None
    idents: tuple[Ident, ...] = ()
    """Identifiers besides the HPR number."""
    phone: str | None = None
    """As written after `tel:`."""
    email: str | None = None
    telecoms: tuple[str, ...] = ()
    """Further TeleAddress values, as written with their scheme."""
    unit: ConnectedUnit | None = None
    personnel: bool = True
    """HealthcareProfessional, False for Person."""

    @property
    def name(self) -> str:
        """Given name first."""
        return " ".join(part for part in (self.given, self.middle, self.family) if part)

    @property
    def has_person(self) -> bool:
        """Whether anything is said about a person."""
        named = self.family or self.given or self.middle or self.hpr or self.idents
        return bool(self.profession or named or self.phone or self.email or self.telecoms)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Question:
    """Foresporsel."""

    type: Code
    """TypeForesp: 9152 asked by care services, 9153 by a doctor, 9154 by a hospital."""
    text: str = ""
    """Sporsmal."""
    subject: str = ""
    """EmneSporsmal (1.1)."""
    reason: str = ""
    """Begrunnelse."""
    doc_id: str = ""
    """DokIdForesp, unique within the message only."""
    contacts: tuple[Contact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Note:
    """Notat."""

    topic: Code
    """TemaKodet: list by message type."""
    subject: str = ""
    """Tema."""
    text: str = ""
    """TekstNotatInnhold."""
    remark: str = ""
    """Merknad."""
    doc_id: str = ""
    day: date | None = None
    """DatoNotat."""
    question: Question | None = None
    """The question answered: required in an answer by 1.0."""
    contacts: tuple[Contact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Notes:
    """What a Dialogmelding holds: only notes or only questions."""

    notes: tuple[Note, ...] = ()
    questions: tuple[Question, ...] = ()

    @property
    def parts(self) -> tuple[Note | Question, ...]:
        """All of it, in order."""
        return (*self.notes, *self.questions)

    @property
    def text(self) -> str:
        """All text of the message, in order."""
        return "\r\n".join(part.text for part in self.parts if part.text)

    @property
    def subject(self) -> str:
        """The first subject stated."""
        return next((part.subject for part in self.parts if part.subject), "")

    @property
    def topic(self) -> Code | None:
        """TemaKodet or TypeForesp of the first part."""
        codes = [note.topic for note in self.notes] + [question.type for question in self.questions]
        return codes[0] if codes else None

    @property
    def contacts(self) -> tuple[Contact, ...]:
        """All contacts, in order."""
        return tuple(contact for part in self.parts for contact in part.contacts)
