"""Tables of what every message of care begins with, in the order of poKomponent 1.5 and 1.6. HIS 80704:2014, ch. 13."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from adapter.kith.binding import CV, FLAG, TEXT, UNKNOWN, WHEN, WORD, Field, cs
from adapter.kith.party import Person, Unit
from adapter.kith.plo.blocks import (
    Circumstances,
    Connected,
    Inquiry,
    Personnel,
    Relative,
    Responsible,
    Sent,
    Shipment,
)
from adapter.kith.plo.rows import Rows

_NOBODY: Final = Person()
_NOWHERE: Final = Unit()
"""These stand where an element that the schema demands is missing; the schema fault is reported beside it."""
ROWS: Final[Mapping[str, Rows]] = {
    "inquiry": Rows(
        Inquiry,
        (
            Field("TypeForesp", "type", CV, needed=True),
            Field("Formål", "purpose", CV),
            Field("Hastegrad", "urgency", cs("9067")),
            Field("TypeJournalinfo", "journal_info", CV),
            Field("Sporsmal", "text", TEXT),
            Field("Begrunnelse", "reason", TEXT),
            Field("FraDato", "from_date", WHEN),
            Field("TilDato", "to_date", WHEN),
            Field("RefDokIdForesp", "doc_id", WORD),
        ),
        {"type": UNKNOWN},
    ),
    "shipment": Rows(
        Shipment,
        (
            Field("Forsendelsesstatus", "status", cs("7309"), needed=True),
            Field("ForbeholdOmVideresending", "withheld", FLAG),
            Field("SvarPaaForesporsel", "answers", FLAG),
            Field("Foresporsel", "question", "inquiry"),
        ),
        {"status": UNKNOWN},
    ),
    "circumstances": Rows(
        Circumstances,
        (
            Field("SivilStatus", "civil_status", cs("")),
            Field("BorAlene", "lives_alone", FLAG),
            Field("Sprak", "language", cs("")),
        ),
        {},
    ),
    "relative": Rows(
        Relative,
        (
            Field("Slektskap", "kinship", cs("9033")),
            Field("Omsorgsfunksjon", "care", cs("")),
            Field("FodselsarMindrearigParorende", "birth_year", WHEN),
            Field("Referanseperson", "person", "person", needed=True),
            Field("Merknad", "note", TEXT),
        ),
        {"person": _NOBODY},
    ),
    "connected": Rows(
        Connected,
        (
            Field("Kontaktenhet", "unit", "unit", needed=True),
            Field("Merknad", "note", TEXT),
        ),
        {"unit": _NOWHERE},
    ),
    "personnel": Rows(
        Personnel,
        (
            Field("Kontaktperson", "person", "professional", needed=True),
            Field("Merknad", "note", TEXT),
        ),
        {"person": _NOBODY},
    ),
    "responsible": Rows(
        Responsible,
        (
            Field("AnsvarligRapport", "person", "professional", needed=True),
            Field("GodkjentDato", "approved", WHEN),
            Field("TypeRelasjon", "relation", CV),
            Field("Merknad", "note", TEXT),
        ),
        {"person": _NOBODY},
    ),
    "sent": Rows(
        Sent,
        (
            Field("Opplysning", "what", CV, needed=True),
            Field("JaNei", "sent", FLAG, needed=True),
            Field("DatoSendt", "day", WHEN),
            Field("TypeMottaker", "receiver_type", CV),
            Field("NavnMottaker", "receiver", TEXT),
            Field("Merknad", "note", TEXT),
        ),
        {"what": UNKNOWN, "sent": None},
    ),
}
FIELDS: Final = (
    Field("InformasjonOmForsendelsen", "shipment", "shipment", needed=True),
    Field("TilleggsopplysningPasient", "circumstances", "circumstances"),
    Field("ParorendeForesatt", "relatives", "relative", many=True),
    Field("TilknyttetEnhet", "units", "connected", many=True),
    Field("KontaktpersonHelsepersonell", "personnel", "personnel", many=True),
    Field("AnsvarForRapport", "responsible", "responsible", many=True),
    Field("SendtDokument", "sent", "sent", many=True),
)
