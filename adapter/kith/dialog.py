"""Blocks of Dialogmelding 1.0 and 1.1: questions, notes, and the people of both. HIS 80603:2006 and HIS 80603:2017."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, TypeVar

from adapter.kith.codes import Code
from adapter.kith.contact import ConnectedUnit, Contact, everyone
from adapter.kith.head import Head
from adapter.kith.time import When

__all__ = [
    "V1_0",
    "V1_1",
    "ConnectedUnit",
    "Contact",
    "Dialect",
    "Dialogue",
    "Note",
    "Notes",
    "Question",
    "everyone",
    "message",
]


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
    purpose: Code | None = None
    """Formål."""
    urgency: Code | None = None
    """Hastegrad, a CS of 9067."""
    from_date: When | None = None
    to_date: When | None = None
    journal_info: tuple[Code, ...] = ()
    """TypeJournalinfo, list 9066; one at most in 1.0."""
    coded: Code | None = None
    """KodetOpplysning, list 8324 (1.1)."""
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
    day: When | None = None
    """DatoNotat, with the zone it may have."""
    question: Question | None = None
    """The question answered: required in an answer by 1.0."""
    contacts: tuple[Contact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Notes:
    """What a Dialogmelding holds: only notes or only questions."""

    notes: tuple[Note, ...] = ()
    questions: tuple[Question, ...] = ()
    case_type: Code | None = None
    """SakstypeKodet."""
    case: str = ""
    """Sakstype."""

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
        return tuple(contact for part in self.parts for contact in everyone(part.contacts))


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Dialogue:
    """A dialogue message: its head, and what a Dialogmelding holds. Each type is a model of its own."""

    version: ClassVar[str]
    """Of Dialogmelding."""
    head: Head
    notes: tuple[Note, ...] = ()
    questions: tuple[Question, ...] = ()
    case_type: Code | None = None
    case: str = ""

    @property
    def body(self) -> Notes:
        """What it holds, as every dialogue message shows it."""
        return Notes(notes=self.notes, questions=self.questions, case_type=self.case_type, case=self.case)


D = TypeVar("D", bound=Dialogue)


def message(model: type[D], head: Head, body: Notes) -> D:
    """Return the message of a head and body as read."""
    return model(
        head=head, notes=body.notes, questions=body.questions, case_type=body.case_type, case=body.case
    )
