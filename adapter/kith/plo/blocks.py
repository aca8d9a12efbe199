"""Blocks that the messages of care share, versions 1.5 and 1.6. HIS 80704:2009 and HIS 80704:2014, ch. 13.

What an EPJ component or a whole report of nurses or other professions says passes through as it was written (`Raw`).
"""

from __future__ import annotations

from dataclasses import dataclass

from adapter.kith.codes import Code
from adapter.kith.party import Person, Unit
from adapter.kith.raw import Raw
from adapter.kith.time import When


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Inquiry:
    """Foresporsel: the question that the message answers."""

    type: Code
    purpose: Code | None = None
    urgency: Code | None = None
    """Hastegrad, a CS of 9067."""
    journal_info: Code | None = None
    text: str = ""
    """Sporsmal."""
    reason: str = ""
    from_date: When | None = None
    to_date: When | None = None
    doc_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Shipment:
    """InformasjonOmForsendelsen: whether the message is new, replaces or cancels, and what holds for it."""

    status: Code
    """Forsendelsesstatus, a CS of 7309: N new, M change, C cancellation."""
    withheld: bool | None = None
    """ForbeholdOmVideresending: the patient has not agreed that it goes further."""
    answers: bool | None = None
    """SvarPaaForesporsel."""
    question: Inquiry | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Circumstances:
    """TilleggsopplysningPasient."""

    civil_status: Code | None = None
    lives_alone: bool | None = None
    language: Code | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Relative:
    """ParorendeForesatt."""

    person: Person
    kinship: Code | None = None
    care: Code | None = None
    """Omsorgsfunksjon."""
    birth_year: When | None = None
    """FodselsarMindrearigParorende (1.6)."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Connected:
    """TilknyttetEnhet: a unit with a part in the patient's care."""

    unit: Unit
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Personnel:
    """KontaktpersonHelsepersonell: kontaktlege (role 19), koordinator (8, 18) and other contacts. HITS 1174 ch. 5."""

    person: Person
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Responsible:
    """AnsvarForRapport: who answers for the message."""

    person: Person
    approved: When | None = None
    relation: Code | None = None
    """TypeRelasjon, list 8254."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Sent:
    """SendtDokument: what else has been sent, and to whom."""

    what: Code
    """Opplysning, list 8329."""
    sent: bool
    day: When | None = None
    receiver_type: Code | None = None
    receiver: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Care:
    """What every message of care begins with. The messages add what is theirs."""

    version: str = "1.6"
    shipment: Shipment
    circumstances: Circumstances | None = None
    relatives: tuple[Relative, ...] = ()
    units: tuple[Connected, ...] = ()
    personnel: tuple[Personnel, ...] = ()
    responsible: tuple[Responsible, ...] = ()
    sent: tuple[Sent, ...] = ()

    @property
    def people(self) -> tuple[Person, ...]:
        """The health personnel named: contacts, then who answers for the message."""
        return (*(each.person for each in self.personnel), *(each.person for each in self.responsible))


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Event:
    """TidsfestetHendelse."""

    code: Code | None = None
    """Hendelsekode, list 9121."""
    description: str = ""
    at: When
    estimate: bool
    """Anslag: true where the time is only expected, false where it is final (HIS 80704 13.2.7, not HIS 1149)."""
    note: str = ""
    place: str | None = None
    """StedForHendelse."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class DischargedTo:
    """UtskrevetTil."""

    condition: Code | None = None
    """Uttilstand, list 8431."""
    place: Code
    """UtTil, list 8408."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Informed:
    """InformasjonGitt: what somebody was told, by whom."""

    type: Code | None = None
    description: str = ""
    oral: bool | None = None
    to: Person
    day: When
    by: Person


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Kind:
    """TypeInnholdIMelding, and InnholdKonsultasjon: which of the kinds of its type a message is."""

    code: Code
    """List 9137 to 9140, by message type."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Application:
    """OpplysningerTilSoknad."""

    sent: bool
    """Whether the patient has sent an application of their own."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Diagnosis:
    """MedisinskDiagnose."""

    main: bool | None = None
    code: Code | None = None
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Medical:
    """MedisinskfagligeOpplysninger: components of the record, which pass through."""

    blood_type: Raw | None = None
    earlier: tuple[Raw, ...] = ()
    """InfoTidligereSykdommer."""
    cave: Raw | None = None
    allergies: tuple[Raw, ...] = ()
    notes: tuple[Raw, ...] = ()
    """GenereltJournalnotat; `journal.texts` reads them, `journal.note` makes one."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Service:
    """EksisterendeTjeneste."""

    type: Code | None = None
    """IPLOStjenestetype, list 9151."""
    name: str = ""
    private: bool
    delivered_by: str = ""
    about: str = ""
    amount: str = ""
    unit: str = ""
    start: When | None = None
    end: When | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Need:
    """TjenesteBehov: a service that is wished for."""

    type: Code | None = None
    """IPLOStjenestetype, list 9151."""
    name: str = ""
    institution: str = ""
    description: str = ""
    amount: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Assistance:
    """AssistertKommunikasjon: interpreter, hearing, sight."""

    person: Person | None = None
    hearing: bool | None = None
    sight: bool | None = None
    language: Code | None = None
    interpreter: Person | None = None
    ended: When | None = None
    note: Raw | None = None
