"""Ids that follow from facts: the same event twice is the same resources and the same messages.

uuid5 over names joined by `|` in one namespace (docs/decisions/0003-ids.md; RFC 9562 section 5.5).
"""

from __future__ import annotations

import uuid
from functools import lru_cache
from hashlib import sha1
from typing import Final

from adapter.idscan import is_uuid

NAMESPACE: Final = uuid.UUID("54f08ce0-bf44-5d1a-8844-33db3f213544")
CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SPACE: Final = NAMESPACE.bytes
_VARIANT: Final = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
_LENGTH: Final = 9
_READ: Final = str.maketrans({"I": "1", "L": "1", "O": "0"})


@lru_cache(maxsize=1024)
def uid(*names: str) -> str:
    """Return the uuid5 of the names joined by `|`, lower case. RFC 9562 section 5.5."""
    # uuid.uuid5 takes three times as long, and one event asks for dozens of ids.
    raw = sha1(_SPACE + "|".join(names).encode(), usedforsecurity=False).hexdigest()
    return f"{raw[:8]}-{raw[8:12]}-5{raw[13:16]}-{_VARIANT[raw[16]]}{raw[17:20]}-{raw[20:32]}"


def event_id(*, source: str, id_: str) -> str:
    """Return the adapter's id of an event."""
    return uid(source, id_)


def resource_id(event: str, type_: str, key: str = "") -> str:
    """Return the id of a resource made by an event: of eventId, type and key."""
    return uid(event, type_, key) if key else uid(event, type_)


def practitioner_id(hpr: str) -> str:
    """Return the id of the Practitioner with this HPR number."""
    return uid("hpr", hpr)


def organisation_id(*, her_id: str | None, orgnr: str | None) -> str:
    """Return the id of a level-1 Organization: by HER-id, else by organisation number."""
    return uid("her", her_id) if her_id else uid("orgnr", orgnr or "")


def unit_id(party_key: str) -> str:
    """Return the id of a level-2 Organization (partOf level 1) or of what stands for a party."""
    return uid("party", party_key)


def msg_id(*, release_event: str, type_: str, receiver: str, generation: int) -> str:
    """Return the MsgId of an outgoing message; `receiver` is the level-2 HER-id, else the book key."""
    return uid(release_event, type_, receiver, str(generation))


def same(msg_id: str) -> str:
    """Return a MsgId as it is compared: a UUID is the same in capitals. RFC 9562 section 4."""
    return msg_id.lower() if is_uuid(msg_id) else msg_id


def received_id(*, sender_her: str, msg_id: str) -> str:
    """Return the id under which a received message is known in `/messages` and `epj/`."""
    return uid("in", sender_her, same(msg_id))


def apprec_id(*, sender_her: str, msg_id: str, own_her: str) -> str:
    """Return the Id of the one receipt for a received message by one of our parties."""
    return uid("apprec", sender_her, same(msg_id), own_her)


@lru_cache(maxsize=1024)
def melde_id(event: str) -> str:
    """Return `IPK-XXXX-XXXX-C`: the first 40 bits of uuid5(eventId, `melde`), check character modulo 31."""
    value = uuid.UUID(uid(event, "melde")).int >> 88
    text = "".join(CROCKFORD[(value >> shift) & 31] for shift in range(35, -1, -5))
    return f"IPK-{text[:4]}-{text[4:]}-{CROCKFORD[value % 31]}"


def read_melde_id(text: str) -> str | None:
    """Return the Melde-id in canonical form if `text` is one with a right check character, else None.

    Crockford's reading rules: case is ignored, I and L read as 1, O as 0.
    """
    head, _, rest = text.strip().upper().partition("-")
    code = rest.replace("-", "").translate(_READ)
    if head != "IPK" or len(code) != _LENGTH or any(char not in CROCKFORD for char in code):
        return None
    value = 0
    for char in code[:8]:
        value = value << 5 | CROCKFORD.index(char)
    if CROCKFORD[value % 31] != code[8]:
        return None
    return f"IPK-{code[:4]}-{code[4:8]}-{code[8]}"
