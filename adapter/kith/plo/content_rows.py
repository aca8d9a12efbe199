"""Tables of what the messages of care say of a patient, in the order of poKomponent 1.5 and 1.6. HIS 80704:2014, ch. 13."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from adapter.kith.binding import CV, FLAG, RAW, TEXT, TS, UNKNOWN, WHEN, WORD, Field, cs
from adapter.kith.party import Person
from adapter.kith.plo.blocks import (
    Application,
    Assistance,
    Diagnosis,
    DischargedTo,
    Event,
    Informed,
    Kind,
    Medical,
    Need,
    Service,
)
from adapter.kith.plo.rows import Rows
from adapter.kith.time import When

_NOBODY: Final = Person()
_NEVER: Final = When("")
"""These stand where an element that the schema demands is missing; the schema fault is reported beside it."""


def _only(one: Any = None) -> Any:
    return one


def _several(all_: tuple[Any, ...] = ()) -> tuple[Any, ...]:
    return all_


def _one(value: Any) -> tuple[Any]:
    return (value,)


def _holder(tag: str, kind: Any) -> Rows:
    """Return the table of an element that holds one other: the model shows that one."""
    return Rows(_only, (Field(tag, "one", kind, needed=True),), {}, take=_one)


def _holders(tag: str, kind: Any) -> Rows:
    """Return the table of an element that holds like ones: the model shows these."""
    return Rows(_several, (Field(tag, "all_", kind, many=True),), {}, take=_one)


ROWS: Final[Mapping[str, Rows]] = {
    "place": _holder("StedHendelse", TEXT),
    "event": Rows(
        Event,
        (
            Field("Hendelsekode", "code", CV),
            Field("BeskrivelseAvHendelse", "description", TEXT),
            Field("TidspunktForHendelse", "at", TS, needed=True),
            Field("Anslag", "estimate", FLAG, needed=True),
            Field("Merknad", "note", TEXT),
            Field("StedForHendelse", "place", "place"),
        ),
        {"at": _NEVER, "estimate": None},
    ),
    "discharged": Rows(
        DischargedTo,
        (
            Field("Uttilstand", "condition", CV),
            Field("UtTil", "place", CV, needed=True),
            Field("Merknad", "note", TEXT),
        ),
        {"place": UNKNOWN},
    ),
    "informed": Rows(
        Informed,
        (
            Field("TypeInformasjon", "type", CV),
            Field("BeskrivelseInformasjon", "description", TEXT),
            Field("MuntligInformasjon", "oral", FLAG),
            Field("InformasjonGittTil", "to", "person", needed=True),
            Field("InformasjonGittDato", "day", WHEN, needed=True),
            Field("InformasjonGittAv", "by", "professional", needed=True),
        ),
        {"to": _NOBODY, "day": _NEVER, "by": _NOBODY},
    ),
    "diagnosis": Rows(
        Diagnosis,
        (
            Field("Hoveddiagnose", "main", FLAG),
            Field("Diagnosekode", "code", CV),
            Field("DiagnoseBeskrivelse", "description", TEXT),
        ),
        {},
    ),
    "medical": Rows(
        Medical,
        (
            Field("RegistrertBlodtype", "blood_type", RAW),
            Field("InfoTidligereSykdommer", "earlier", RAW, many=True),
            Field("epj1:Cave", "cave", RAW),
            Field("epj1:Allerginotat", "allergies", RAW, many=True),
            Field("epj2:GenereltJournalnotat", "notes", RAW, many=True),
        ),
        {},
    ),
    "service": Rows(
        Service,
        (
            Field("IPLOStjenestetype", "type", CV),
            Field("BetegnelseTjeneste", "name", TEXT),
            Field("PrivatTjeneste", "private", FLAG, needed=True),
            Field("TjenestenLevertAv", "delivered_by", TEXT),
            Field("OpplysningerOmTjenesten", "about", TEXT),
            Field("AntallEnheter", "amount", WORD),
            Field("Enhet", "unit", TEXT),
            Field("Startdato", "start", WHEN),
            Field("Sluttdato", "end", WHEN),
            Field("Merknad", "note", TEXT),
        ),
        {"private": None},
    ),
    "need": Rows(
        Need,
        (
            Field("IPLOStjenestetype", "type", CV),
            Field("BetegnelseTjeneste", "name", TEXT),
            Field("VedInstitusjon", "institution", TEXT),
            Field("BeskrivelseAvTjeneste", "description", TEXT),
            Field("AntallEnheterOnsket", "amount", WORD),
            Field("Enhet", "unit", TEXT),
        ),
        {},
    ),
    "assistance": Rows(
        Assistance,
        (
            Field("PersonTolkebehov", "person", "person"),
            Field("Horselsvikt", "hearing", FLAG),
            Field("Synsvikt", "sight", FLAG),
            Field("BehovTolkSprak", "language", cs("")),
            Field("PreferertTolk", "interpreter", "person"),
            Field("BehovOpphortDato", "ended", TS),
            # kith:ST, which no other element is: kept as it is written.
            Field("Merknad", "note", RAW),
        ),
        {},
    ),
    "kind": Rows(
        Kind,
        (
            Field("TypeInnhold", "code", CV, needed=True),
            Field("Merknad", "note", TEXT),
        ),
        {"code": UNKNOWN},
    ),
    "consultation": Rows(
        Kind,
        (
            Field("TypeInnholdKonsultasjon", "code", cs("9137"), needed=True),
            Field("Merknad", "note", TEXT),
        ),
        {"code": UNKNOWN},
    ),
    "application": Rows(
        Application,
        (
            Field("EgensoknadSendt", "sent", FLAG, needed=True),
            Field("Merknad", "note", TEXT),
        ),
        {"sent": None},
    ),
    "stay": _holder("TidsfestetHendelse", "event"),
    "assistance-held": _holder("AssistertKommunikasjon", "assistance"),
    "informed-held": _holders("InformasjonGitt", "informed"),
    "diagnoses": _holders("MedisinskDiagnose", "diagnosis"),
}
_PASSING: Final = (
    ("Sykepleierdokumentasjon", "nursing"),
    ("OpplysningerAndreFaggrupper", "other_groups"),
    ("InfoKartleggingFunksjonsniva", "functions"),
    ("InfoAndreViktigeOpplysninger", "important"),
    ("InfoIPLOSrelevantInformasjon", "iplos"),
    ("OpplysningerOmHjelpemidler", "aids"),
    ("InfoReservasjon", "reservations"),
    ("InfoKontrolltime", "appointments"),
)
"""Reports that pass through as they were written."""
FIELDS: Final = (
    Field("TidsfestetHendelse", "events", "event", many=True),
    Field("UtskrevetTil", "discharged_to", "discharged"),
    Field("InfoInformasjonGitt", "informed", "informed-held", many=True),
    Field("TypeInnholdIMelding", "kind", "kind"),
    Field("InnholdKonsultasjon", "kind", "consultation"),
    Field("OpplysningOpphold", "stays", "stay", many=True),
    Field("OpplysningerTilSoknad", "application", "application"),
    Field("InfoMedisinskDiagnose", "diagnoses", "diagnoses", many=True),
    Field("MedisinskfagligeOpplysninger", "medical", "medical"),
    Field("epj3:Legemiddelinfo", "medicines", RAW, many=True),
    Field("EksisterendeTjeneste", "services", "service", many=True),
    Field("TjenesteBehov", "needs", "need", many=True),
    Field("AssistertKommunikasjon", "assistance", "assistance", many=True),
    Field("InfoAssistertKommunikasjon", "assistance", "assistance-held", many=True),
    *(Field(tag, name, RAW, many=True) for tag, name in _PASSING),
)
