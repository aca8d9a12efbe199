"""Tables of Dialogmelding 1.0 and 1.1, in the order of their schemas. HIS 80603:2006 and HIS 80603:2017."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from adapter.kith.binding import CV, RICH, TEXT, UNKNOWN, WHEN, WORD, Block, Field, Kind, block, cs, kept
from adapter.kith.dialog import V1_0, V1_1, ConnectedUnit, Contact, Dialect, Note, Notes, Question
from adapter.kith.parties import FK1, GIVEN_FIRST, fk1_units, people, professionals

_NEW: Final = ("1.1",)
_BOTH: Final = ("1.0", "1.1")
_OLD: Final = ("1.0",)


def _spaces(dialect: Dialect) -> dict[str, str]:
    return {"": dialect.namespace, "fk1": FK1}


def _of(dialect: Dialect, *rows: tuple[tuple[str, ...], Field]) -> tuple[Field, ...]:
    """Return the fields that a version has."""
    return tuple(field for versions, field in rows if dialect.version in versions)


def _one(professional: Any, plain: Any) -> dict[str, Any]:
    """Return who is meant: a professional, else a person."""
    return {"person": professional or plain, "personnel": professional is not None or plain is None}


def _two(holder: Contact | ConnectedUnit) -> tuple[Any, Any]:
    return (holder.person, None) if holder.personnel else (None, holder.person)


def _unit(professional: Any = None, plain: Any = None, **own: Any) -> ConnectedUnit | None:
    return ConnectedUnit(**own, **_one(professional, plain)) if own or professional or plain else None


def _contact(professional: Any = None, plain: Any = None, **own: Any) -> Contact:
    return Contact(**own, **_one(professional, plain))


def _whom(dialect: Dialect) -> tuple[Field, Field]:
    """Return the choice between a professional and a person."""
    spaces = _spaces(dialect)
    return (
        Field("HealthcareProfessional", "professional", block(professionals("", "fk1:", spaces))),
        Field("Person", "plain", block(people("", "fk1:", spaces, names=GIVEN_FIRST))),
    )


def _units(dialect: Dialect) -> Block:
    """Return the table of TilknyttetEnhet."""
    fields = (
        Field("Kontaktenhet", "organisation", block(fk1_units(_spaces(dialect))), needed=True),
        Field("Merknad", "note", TEXT),
        *_whom(dialect),
    )
    return Block(
        _unit, fields, spaces=_spaces(dialect), take=lambda unit: (unit.organisation, unit.note, *_two(unit))
    )


def _contacts(dialect: Dialect) -> Block:
    """Return the table of RollerRelatertNotat."""
    fields = _of(
        dialect,
        (_BOTH, Field("RolleNotat", "note_role", CV)),
        (_BOTH, Field("RoleToPatient", "stated_role", CV)),
        # 1.0 knows no unit; written all the same, so that the schema says so.
        (_BOTH, Field("TilknyttetEnhet", "unit", block(_units(dialect)))),
        *((_BOTH, field) for field in _whom(dialect)),
    )
    return Block(
        _contact, fields, spaces=_spaces(dialect),
        take=lambda each: (each.note_role, each.stated_role, each.unit, *_two(each)),
    )  # fmt: skip


def _questions(dialect: Dialect, contacts: Kind) -> Block:
    """Return the table of Foresporsel."""
    fields = _of(
        dialect,
        (_BOTH, Field("TypeForesp", "type", CV, needed=True)),
        (_NEW, Field("EmneSporsmal", "subject", WORD)),
        (_OLD, Field("Sporsmal", "text", RICH)),
        (_NEW, Field("Sporsmal", "text", RICH)),
        (_BOTH, Field("Formål", "purpose", CV)),
        (_BOTH, Field("Begrunnelse", "reason", TEXT)),
        (_BOTH, Field("Hastegrad", "urgency", cs("9067"))),
        (_BOTH, Field("FraDato", "from_date", WHEN)),
        (_BOTH, Field("TilDato", "to_date", WHEN)),
        (_BOTH, Field("TypeJournalinfo", "journal_info", CV, many=True)),
        (_NEW, Field("KodetOpplysning", "coded", CV)),
        (_BOTH, Field("DokIdForesp", "doc_id", WORD)),
        (_BOTH, Field("RollerRelatertNotat", "contacts", contacts, many=True)),
    )
    return Block(_question, fields, spaces=_spaces(dialect))


def _question(type: Any = UNKNOWN, **own: Any) -> Question:  # noqa: A002 (the word of the model)
    return Question(type=type, **own)


def _note(topic: Any = UNKNOWN, **own: Any) -> Note:
    return Note(topic=topic, **own)


def _notes(dialect: Dialect) -> Block:
    """Return the table of Dialogmelding."""
    spaces = _spaces(dialect)
    contacts = kept(_contacts(dialect))
    questions = block(_questions(dialect, contacts))
    note = (
        Field("TemaKodet", "topic", CV, needed=True),
        Field("Tema", "subject", WORD),
        Field("TekstNotatInnhold", "text", RICH),
        Field("Merknad", "remark", TEXT),
        Field("DokIdNotat", "doc_id", WORD),
        Field("DatoNotat", "day", WHEN),
        Field("Foresporsel", "question", questions),
        Field("RollerRelatertNotat", "contacts", contacts, many=True),
    )
    fields = (
        Field("SakstypeKodet", "case_type", CV),
        Field("Sakstype", "case", TEXT),
        Field("Foresporsel", "questions", questions, many=True),
        Field("Notat", "notes", block(Block(_note, note, spaces=spaces)), many=True),
    )
    return Block(Notes, fields, spaces=spaces)


TABLES: Final[Mapping[str, Block]] = {each.namespace: _notes(each) for each in (V1_0, V1_1)}
"""Dialogmelding by its namespace."""
