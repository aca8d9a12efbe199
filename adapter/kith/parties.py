"""Tables of people and organisations, once per family of namespaces.

MsgHead 1.2 has all in its own namespace and the name of an organisation before its type; felleskomponent1 1.1 has the
type first and no professional below; a dialogue has people in its own namespace with children of felleskomponent1, and
puts a Person's given name first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from adapter.kith.binding import CV, TEXT, UNKNOWN, URL, WHEN, WORD, Block, Field, block, cs, later
from adapter.kith.party import Person, Unit
from adapter.kith.reach import Ident, Postal, Telecom

FK1: Final = "http://www.kith.no/xmlstds/felleskomponent1"

NAMES: Final = (("FamilyName", "family"), ("MiddleName", "middle"), ("GivenName", "given"))
GIVEN_FIRST: Final = tuple(reversed(NAMES))
Spaces = Mapping[str, str]


def idents(prefix: str, spaces: Spaces) -> Block:
    """Return the table of Ident."""
    fields = (
        Field(f"{prefix}Id", "value", WORD, needed=True),
        Field(f"{prefix}TypeId", "type", CV, needed=True),
    )
    return Block(_ident, fields, spaces=spaces)


def _ident(value: str = "", type: Any = UNKNOWN) -> Ident:  # noqa: A002 (the word of the standard)
    return Ident(value, type)


def postals(prefix: str, spaces: Spaces) -> Block:
    """Return the table of Address."""
    fields = (
        Field(f"{prefix}Type", "type", cs("3401")),
        Field(f"{prefix}StreetAdr", "street", TEXT),
        Field(f"{prefix}PostalCode", "postal_code", TEXT),
        Field(f"{prefix}City", "city", TEXT),
        Field(f"{prefix}Postbox", "postbox", TEXT),
        Field(f"{prefix}County", "county", cs("3402")),
        Field(f"{prefix}Country", "country", cs("9043")),
    )
    return Block(Postal, fields, spaces=spaces)


def telecoms(prefix: str, spaces: Spaces) -> Block:
    """Return the table of TeleCom."""
    fields = (
        Field(f"{prefix}TypeTelecom", "type", cs("9061")),
        Field(f"{prefix}TeleAddress", "address", URL, needed=True),
    )
    return Block(_telecom, fields, spaces=spaces)


def _telecom(address: str = "", type: Any = None) -> Telecom:  # noqa: A002 (the word of the standard)
    return Telecom(address, type)


def reach(outer: str, inner: str, spaces: Spaces) -> tuple[Field, ...]:
    """Return Ident, Address and TeleCom, the end of every party; `inner` is the prefix of their children."""
    return (
        Field(f"{outer}Ident", "idents", block(idents(inner, spaces)), many=True),
        Field(f"{outer}Address", "postal", block(postals(inner, spaces))),
        Field(f"{outer}TeleCom", "telecoms", block(telecoms(inner, spaces)), many=True),
    )


def person_fields(
    outer: str, inner: str, spaces: Spaces, *, names: tuple[tuple[str, str], ...] = NAMES
) -> tuple[Field, ...]:
    """Return the fields of a Person or Patient."""
    return (
        *(Field(f"{outer}{tag}", name, WORD) for tag, name in names),
        Field(f"{outer}DateOfBirth", "birth", WHEN),
        Field(f"{outer}Sex", "gender", cs("3101")),
        Field(f"{outer}Nationality", "nationality", cs("9043")),
        *reach(outer, inner, spaces),
    )


def people(outer: str, inner: str, spaces: Spaces, *, names: tuple[tuple[str, str], ...] = NAMES) -> Block:
    """Return the table of Person."""
    return Block(Person, person_fields(outer, inner, spaces, names=names), spaces=spaces)


def professionals(outer: str, inner: str, spaces: Spaces) -> Block:
    """Return the table of HealthcareProfessional: profession and role, then a person."""
    fields = (
        Field(f"{outer}TypeHealthcareProfessional", "profession", cs("9060")),
        Field(f"{outer}RoleToPatient", "role", CV),
        *person_fields(outer, inner, spaces),
    )
    return Block(Person, fields, spaces=spaces)


def fk1_units(spaces: Spaces) -> Block:
    """Return the table of an Organisation of felleskomponent1."""
    own = (
        Field("fk1:TypeOrganisation", "type", CV),
        Field("fk1:OrganisationName", "name", WORD, needed=True),
        *reach("fk1:", "fk1:", spaces),
    )
    table = Block(Unit, (*own, Field("fk1:Organisation", "below", later(lambda: table))), spaces=spaces)
    return table
