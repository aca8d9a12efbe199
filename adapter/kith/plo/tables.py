"""Tables of the blocks of care, in the order of poKomponent 1.5 and 1.6. HIS 80704:2009 and HIS 80704:2014.

The root of a message is in the namespace of the message, nearly all below it in that of poKomponent, which is written
without prefix; people and units are of felleskomponent1, components of the record in namespaces of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import partial
from typing import Any, Final

from lxml import etree

from adapter.kith import binding
from adapter.kith.binding import CV, FLAG, RAW, TEXT, TS, UNKNOWN, WHEN, WORD, Block, Field, block, cs
from adapter.kith.parties import FK1, fk1_units, people, professionals
from adapter.kith.party import Person, Unit
from adapter.kith.plo import blocks
from adapter.kith.time import When
from adapter.kith.tree import namespace

PO: Final[Mapping[str, str]] = {
    "1.5": "http://www.kith.no/xmlstds/po/poKomponent/2009-06-30",
    "1.6": "http://www.kith.no/xmlstds/po/poKomponent/2012-04-01",
}
VERSIONS: Final = tuple(PO)
_EPJ: Final = {
    "epj1": "http://www.kith.no/xmlstds/epj/epj1/2008-02-20",
    "epj2": "http://www.kith.no/xmlstds/epj/epj2/2008-02-20",
    "epj3": "http://www.kith.no/xmlstds/epj/epj3/2008-02-20",
}
_NOBODY: Final = Person()
_NOWHERE: Final = Unit()
_NEVER: Final = When("")
"""These stand where an element that the schema demands is missing; the schema fault is reported beside it."""


def spaces(version: str) -> dict[str, str]:
    """Return what the prefixes of the tables stand for."""
    return {"": PO[version], "fk1": FK1, **_EPJ}


def _tables(version: str) -> dict[str, Field]:
    """Return every field that a message may have, by its tag."""
    known = spaces(version)
    person = block(people("fk1:", "fk1:", known))
    professional = block(professionals("fk1:", "fk1:", known))

    def table(model: Callable[..., Any], *rows: Field, **missing: Any) -> binding.Kind:
        return block(Block(partial(model, **missing) if missing else model, rows, spaces=known))

    def only(tag: str, kind: binding.Kind) -> binding.Kind:
        """Return the kind of an element that holds one other."""
        return block(Block(_only, (Field(tag, "one", kind, needed=True),), spaces=known, take=_one))

    def several(tag: str, kind: binding.Kind) -> binding.Kind:
        """Return the kind of an element that holds like ones."""
        return block(Block(_several, (Field(tag, "all_", kind, many=True),), spaces=known, take=_one))

    inquiry = table(
        blocks.Inquiry,
        Field("TypeForesp", "type", CV, needed=True),
        Field("Formål", "purpose", CV),
        Field("Hastegrad", "urgency", cs("9067")),
        Field("TypeJournalinfo", "journal_info", CV),
        Field("Sporsmal", "text", TEXT),
        Field("Begrunnelse", "reason", TEXT),
        Field("FraDato", "from_date", WHEN),
        Field("TilDato", "to_date", WHEN),
        Field("RefDokIdForesp", "doc_id", WORD),
        type=UNKNOWN,
    )
    shipment = table(
        blocks.Shipment,
        Field("Forsendelsesstatus", "status", cs("7309"), needed=True),
        Field("ForbeholdOmVideresending", "withheld", FLAG),
        Field("SvarPaaForesporsel", "answers", FLAG),
        Field("Foresporsel", "question", inquiry),
        status=UNKNOWN,
    )
    circumstances = table(
        blocks.Circumstances,
        Field("SivilStatus", "civil_status", cs("")),
        Field("BorAlene", "lives_alone", FLAG),
        Field("Sprak", "language", cs("")),
    )
    relative = table(
        blocks.Relative,
        Field("Slektskap", "kinship", cs("9033")),
        Field("Omsorgsfunksjon", "care", cs("")),
        Field("FodselsarMindrearigParorende", "birth_year", WHEN),
        Field("Referanseperson", "person", person, needed=True),
        Field("Merknad", "note", TEXT),
        person=_NOBODY,
    )
    connected = table(
        blocks.Connected,
        Field("Kontaktenhet", "unit", block(fk1_units(known)), needed=True),
        Field("Merknad", "note", TEXT),
        unit=_NOWHERE,
    )
    personnel = table(
        blocks.Personnel,
        Field("Kontaktperson", "person", professional, needed=True),
        Field("Merknad", "note", TEXT),
        person=_NOBODY,
    )
    responsible = table(
        blocks.Responsible,
        Field("AnsvarligRapport", "person", professional, needed=True),
        Field("GodkjentDato", "approved", WHEN),
        Field("TypeRelasjon", "relation", CV),
        Field("Merknad", "note", TEXT),
        person=_NOBODY,
    )
    sent = table(
        blocks.Sent,
        Field("Opplysning", "what", CV, needed=True),
        Field("JaNei", "sent", FLAG, needed=True),
        Field("DatoSendt", "day", WHEN),
        Field("TypeMottaker", "receiver_type", CV),
        Field("NavnMottaker", "receiver", TEXT),
        Field("Merknad", "note", TEXT),
        what=UNKNOWN,
        sent=None,
    )
    event = table(
        blocks.Event,
        Field("Hendelsekode", "code", CV),
        Field("BeskrivelseAvHendelse", "description", TEXT),
        Field("TidspunktForHendelse", "at", TS, needed=True),
        Field("Anslag", "estimate", FLAG, needed=True),
        Field("Merknad", "note", TEXT),
        Field("StedForHendelse", "place", only("StedHendelse", TEXT)),
        at=_NEVER,
        estimate=None,
    )
    discharged = table(
        blocks.DischargedTo,
        Field("Uttilstand", "condition", CV),
        Field("UtTil", "place", CV, needed=True),
        Field("Merknad", "note", TEXT),
        place=UNKNOWN,
    )
    informed = table(
        blocks.Informed,
        Field("TypeInformasjon", "type", CV),
        Field("BeskrivelseInformasjon", "description", TEXT),
        Field("MuntligInformasjon", "oral", FLAG),
        Field("InformasjonGittTil", "to", person, needed=True),
        Field("InformasjonGittDato", "day", WHEN, needed=True),
        Field("InformasjonGittAv", "by", professional, needed=True),
        to=_NOBODY,
        day=_NEVER,
        by=_NOBODY,
    )
    diagnosis = table(
        blocks.Diagnosis,
        Field("Hoveddiagnose", "main", FLAG),
        Field("Diagnosekode", "code", CV),
        Field("DiagnoseBeskrivelse", "description", TEXT),
    )
    medical = table(
        blocks.Medical,
        Field("RegistrertBlodtype", "blood_type", RAW),
        Field("InfoTidligereSykdommer", "earlier", RAW, many=True),
        Field("epj1:Cave", "cave", RAW),
        Field("epj1:Allerginotat", "allergies", RAW, many=True),
        Field("epj2:GenereltJournalnotat", "notes", RAW, many=True),
    )
    service = table(
        blocks.Service,
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
        private=None,
    )
    need = table(
        blocks.Need,
        Field("IPLOStjenestetype", "type", CV),
        Field("BetegnelseTjeneste", "name", TEXT),
        Field("VedInstitusjon", "institution", TEXT),
        Field("BeskrivelseAvTjeneste", "description", TEXT),
        Field("AntallEnheterOnsket", "amount", WORD),
        Field("Enhet", "unit", TEXT),
    )
    assistance = table(
        blocks.Assistance,
        Field("PersonTolkebehov", "person", person),
        Field("Horselsvikt", "hearing", FLAG),
        Field("Synsvikt", "sight", FLAG),
        Field("BehovTolkSprak", "language", cs("")),
        Field("PreferertTolk", "interpreter", person),
        Field("BehovOpphortDato", "ended", TS),
        # kith:ST, which no other element is: kept as it is written.
        Field("Merknad", "note", RAW),
    )
    kind = table(
        blocks.Kind,
        Field("TypeInnhold", "code", CV, needed=True),
        Field("Merknad", "note", TEXT),
        code=UNKNOWN,
    )
    consultation = table(
        blocks.Kind,
        Field("TypeInnholdKonsultasjon", "code", cs("9137"), needed=True),
        Field("Merknad", "note", TEXT),
        code=UNKNOWN,
    )
    application = table(
        blocks.Application,
        Field("EgensoknadSendt", "sent", FLAG, needed=True),
        Field("Merknad", "note", TEXT),
        sent=None,
    )
    rows = (
        Field("InformasjonOmForsendelsen", "shipment", shipment, needed=True),
        Field("TilleggsopplysningPasient", "circumstances", circumstances),
        Field("ParorendeForesatt", "relatives", relative, many=True),
        Field("TilknyttetEnhet", "units", connected, many=True),
        Field("KontaktpersonHelsepersonell", "personnel", personnel, many=True),
        Field("AnsvarForRapport", "responsible", responsible, many=True),
        Field("SendtDokument", "sent", sent, many=True),
        Field("TidsfestetHendelse", "events", event, many=True),
        Field("UtskrevetTil", "discharged_to", discharged),
        Field("InfoInformasjonGitt", "informed", several("InformasjonGitt", informed), many=True),
        Field("TypeInnholdIMelding", "kind", kind),
        Field("InnholdKonsultasjon", "kind", consultation),
        Field("OpplysningOpphold", "stays", only("TidsfestetHendelse", event), many=True),
        Field("OpplysningerTilSoknad", "application", application),
        Field("InfoMedisinskDiagnose", "diagnoses", several("MedisinskDiagnose", diagnosis), many=True),
        Field("MedisinskfagligeOpplysninger", "medical", medical),
        Field("epj3:Legemiddelinfo", "medicines", RAW, many=True),
        Field("EksisterendeTjeneste", "services", service, many=True),
        Field("TjenesteBehov", "needs", need, many=True),
        Field("AssistertKommunikasjon", "assistance", assistance, many=True),
        Field(
            "InfoAssistertKommunikasjon", "assistance", only("AssistertKommunikasjon", assistance), many=True
        ),
        *(Field(tag, name, RAW, many=True) for tag, name in PASSING),
    )
    return {each.tag: each for each in rows}


PASSING: Final = (
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


def _only(one: Any = None) -> Any:
    return one


def _several(all_: tuple[Any, ...] = ()) -> tuple[Any, ...]:
    return all_


def _one(value: Any) -> tuple[Any]:
    return (value,)


FIELDS: Final[Mapping[str, Mapping[str, Field]]] = {version: _tables(version) for version in VERSIONS}
HEAD: Final = (
    "InformasjonOmForsendelsen",
    "TilleggsopplysningPasient",
    "ParorendeForesatt",
    "TilknyttetEnhet",
    "KontaktpersonHelsepersonell",
    "AnsvarForRapport",
    "SendtDokument",
)
"""What every message begins with, in this order."""
NO_SHIPMENT: Final = blocks.Shipment(status=UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """The payload of a message of care: root, prefix as the standard has it, namespace by version, and its tables."""

    root: str
    prefix: str
    namespaces: Mapping[str, str]
    blocks: Mapping[str, Block]

    def read(self, element: etree._Element) -> Any:
        """Return what the payload says; its version by its namespace."""
        space = namespace(element)
        version = next(each for each, known in self.namespaces.items() if known == space)
        return self.blocks[version].parse(element)

    def write(self, body: Any) -> str:
        """Return the payload as XML text, in the version that the body names."""
        version = body.version
        return (
            f'<{self.prefix}:{self.root} xmlns="{PO[version]}" xmlns:fk1="{FK1}" '
            f'xmlns:{self.prefix}="{self.namespaces[version]}">{self.blocks[version].content(body)}'
            f"</{self.prefix}:{self.root}>"
        )


def payload(
    model: type[blocks.Care], root: str, prefix: str, *, folders: tuple[str, str], elements: tuple[str, ...]
) -> Payload:
    """Return the payload of a model whose own elements, in order, are these; `folders` name it in 1.5 and in 1.6."""
    known = {field.name for field in fields(model)}
    tables = {}
    for version in VERSIONS:
        rows = tuple(FIELDS[version][tag] for tag in (*HEAD, *elements))
        lost = {row.name for row in rows} ^ (known - {"version"})
        if lost:
            raise TypeError(f"{root}: {', '.join(sorted(lost))}")
        make = partial(_made, model, version)
        tables[version] = Block(make, rows, spaces=spaces(version))
    return Payload(root=root, prefix=prefix, namespaces=_namespaces(folders), blocks=tables)


def _made(model: type[blocks.Care], version: str, **found: Any) -> blocks.Care:
    found.setdefault("shipment", NO_SHIPMENT)
    return model(version=version, **found)


def _namespaces(folders: tuple[str, str]) -> dict[str, str]:
    """Return the namespaces of a message by version."""
    old, new = folders
    return {
        "1.5": f"http://www.kith.no/xmlstds/po/{old}/2009-06-30",
        "1.6": f"http://www.kith.no/xmlstds/po/{new}/2012-04-01",
    }
