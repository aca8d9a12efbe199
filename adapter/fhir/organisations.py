"""Organizations on both levels of the address book, their Endpoints, and the one Device. no-basis-Organization.

A HER-id is never an identifier of an Organization: it addresses a communication party (Endpoint.address).
"""

# ruff: noqa: PLR0913 (keyword-only builders: an R4 resource has as many elements as it has)

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from adapter import naming
from adapter.fhir import parts, urls
from adapter.fhir.parts import Json, Ref

DEVICE_ID: Final = naming.uid("device", "ip-adapter")
"""The assembler of every resource; fixed, so that golden bytes do not carry versions."""
DEVICE: Final = f"Device/{DEVICE_ID}"


def organisation(
    *,
    id_: str,
    name: str,
    orgnr: str | None = None,
    resh: str | None = None,
    type_: str | None = None,
    part_of: Ref | None = None,
    endpoint: Ref | None = None,
    phone: str | None = None,
    address: Mapping[str, str] | None = None,
) -> Json:
    """Return an Organization of level 1, or of level 2 with `part_of`. `type_` is a code of 9040.

    `address` is the book's {line, postal_code, city}.
    """
    numbers = ((urls.ORGNR, orgnr), (urls.RESH, resh))
    return parts.resource(
        "Organization",
        id_,
        {
            "identifier": [parts.identifier(system, value) for system, value in numbers if value],
            "active": True,
            "type": [parts.volven("9040", type_)] if type_ else None,
            "name": name,
            "telecom": parts.telecom(phone=phone),
            "address": _address(address),
            "partOf": parts.ref(part_of),
            "endpoint": parts.refs([endpoint]),
        },
        profile=urls.NO_BASIS_ORGANIZATION,
    )


def _address(address: Mapping[str, str] | None) -> list[Json] | None:
    if not address:
        return None
    line = address.get("line")
    return [
        parts.filled(
            {
                "use": "work",
                "line": [line] if line else None,
                "city": address.get("city"),
                "postalCode": address.get("postal_code"),
            }
        )
    ]


def endpoint(
    *,
    id_: str,
    name: str,
    her_id: str,
    organisation: Ref | None = None,
    types: Sequence[str] = (),
    connection: str = "nhn-edi",
) -> Json:
    """Return the Endpoint of a communication party. `types` are codes of 8279; none known means any."""
    payloads = [parts.volven("8279", type_) for type_ in types] or [{"text": "KITH"}]
    return parts.resource(
        "Endpoint",
        id_,
        {
            "status": "active",
            "connectionType": parts.local_coding(urls.CONNECTION_TYPE, connection),
            "name": name,
            "managingOrganization": parts.ref(organisation),
            "payloadType": payloads,
            "payloadMimeType": ["application/xml"],
            "address": urls.her(her_id),
        },
    )


def device(*, version: str | None = None) -> Json:
    """Return the adapter itself, the assembler of Provenance; its version stands here only."""
    return parts.resource(
        "Device",
        DEVICE_ID,
        {
            "status": "active",
            "deviceName": [{"name": "IP-adapter", "type": "user-friendly-name"}],
            "version": [{"value": version}] if version else None,
        },
    )
