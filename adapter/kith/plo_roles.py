"""KontaktpersonHelsepersonell of PLO 1.6: the professionals a patient may turn to. HIS 80704 (poKomponent), HITS 1174 ch. 5."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from urllib.parse import quote

from adapter.kith.codes import write_cs, write_cv
from adapter.kith.dialog import Contact
from adapter.kith.escape import element, escape
from adapter.kith.head import person_ident

NAMESPACE: Final = "http://www.kith.no/xmlstds/po/poKomponent/2012-04-01"
FK1: Final = "http://www.kith.no/xmlstds/felleskomponent1"
ROLES: Final = frozenset({"8", "18", "19", "20"})
"""Values of list 9034 that stand here: coordinators, contact physician and psychologist."""
_URI_KEPT: Final = "+-/()*#:;,.@=&?!$'~"


def fits(contact: Contact) -> bool:
    """Return whether a professional may stand here: with one of the roles, and an Ident, which the type demands."""
    return bool(contact.role and contact.role.among("9034", *ROLES) and contact.hpr)


def fragment(contacts: Iterable[Contact]) -> str:
    """Return one element for each professional that fits, side by side, each with its namespaces."""
    return "".join(_contact(contact) for contact in contacts if fits(contact))


def _contact(contact: Contact) -> str:
    """Return KontaktpersonHelsepersonell; Kontaktperson is of an fk1 type, and so are all its children."""
    return (
        f'<KontaktpersonHelsepersonell xmlns="{NAMESPACE}" xmlns:fk1="{FK1}"><Kontaktperson>'
        f"{write_cs('fk1:TypeHealthcareProfessional', '9060', contact.profession)}"
        f"{write_cv('fk1:RoleToPatient', contact.role)}{element('fk1:FamilyName', contact.family)}"
        f"{element('fk1:MiddleName', contact.middle)}{element('fk1:GivenName', contact.given)}"
        f"{_hpr(contact.hpr or '')}{_phone(contact.phone)}</Kontaktperson></KontaktpersonHelsepersonell>"
    )


def _hpr(number: str) -> str:
    ident = person_ident("HPR", number)
    return (
        f"<fk1:Ident><fk1:Id>{escape(ident.value)}</fk1:Id>{write_cv('fk1:TypeId', ident.type)}</fk1:Ident>"
    )


def _phone(number: str | None) -> str:
    if not number:
        return ""
    address = f"tel:{quote(''.join(number.split()), safe=_URI_KEPT)}"
    return f'<fk1:TeleCom><fk1:TeleAddress V="{escape(address)}"/></fk1:TeleCom>'
