"""What the dialogue messages share when they are made: the contacts they name. HIS 1077:2017; message-rules, carriers."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from adapter.kith.codes import Code, coded, simple
from adapter.kith.dialog import ConnectedUnit, Contact
from adapter.kith.head import unit_ident

UNSPECIFIED_PROFESSION: Final = "XX"
RECEIVER_CONTACT: Final = "24"
CLINICAL_CONTACT: Final = "21"
_COORDINATING_UNIT_ID: Final = "KE"


def message_type(value: str) -> Code:
    """Return MsgInfo/Type for a value of list 8279."""
    return simple("8279", value)


@lru_cache(maxsize=512)
def contact(
    *,
    family: str,
    given: str,
    role: str | None,
    profession: str | None,
    phone: str | None,
    hpr: str | None = None,
) -> Contact:
    """Return a professional with a 9034 role (none given: 21, clinical contact) and a 9060 profession."""
    return Contact(
        role=coded("9034", role or CLINICAL_CONTACT),
        profession=simple("9060", profession) if profession else None,
        family=family,
        given=given,
        hpr=hpr,
        phone=phone,
    )


@lru_cache(maxsize=512)
def receiver_contact(profession: str | None, *, family: str = "", given: str = "") -> Contact:
    """Return role 24, contact at the receiver: profession, and a name where one is known."""
    return Contact(
        role=coded("9034", RECEIVER_CONTACT),
        profession=simple("9060", profession or UNSPECIFIED_PROFESSION),
        family=family,
        given=given,
    )


@lru_cache(maxsize=512)
def sender_unit(name: str, *, her_id: str, phone: str) -> Contact:
    """Return TilknyttetEnhet naming the sender with its phone, where no person is named who has one."""
    return Contact(unit=ConnectedUnit(name=name, idents=(unit_ident("HER", her_id),), phone=phone))


@lru_cache(maxsize=512)
def coordinating_unit(name: str) -> Contact:
    """Return TilknyttetEnhet naming the coordinating unit. It has no national id: Ident LOK `KE`."""
    return Contact(unit=ConnectedUnit(name=name, idents=(unit_ident("LOK", _COORDINATING_UNIT_ID),)))
