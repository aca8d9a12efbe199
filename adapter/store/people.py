"""Finding a person without holding the number: a keyed hash. RFC 2104; fhir-model.md, 'A case is …'."""

from __future__ import annotations

import hmac
import secrets
from typing import Final

from sqlalchemy import bindparam, select

from adapter.errors import SystemFault
from adapter.store.sql import Connection, Statement
from adapter.store.tables import case_, meta

KEY: Final = "person-key"
_KEY = Statement(select(meta.c.value).where(meta.c.key == bindparam("key")))
_CASE = Statement(
    select(case_.c.key).where(
        case_.c.org == bindparam("org"), case_.c.person_hash == bindparam("person_hash")
    )
)
_CASES = Statement(select(case_.c.key).where(case_.c.person_hash == bindparam("person_hash")))


def new_key() -> str:
    """Return a new key for an installation: 256 random bits."""
    return secrets.token_hex(32)


def digest(conn: Connection, *, system: str, value: str) -> str:
    """Return the person's hash in this installation. Raises SystemFault when the database has no key."""
    key = conn.shared.key
    if key is None:
        row = conn.one(_KEY, {"key": KEY})
        if row is None:
            raise SystemFault("IPK-S001", at="database")
        key = conn.shared.key = bytes.fromhex(row[0])
    return hmac.digest(key, f"{system}|{value}".encode(), "sha256").hex()


def find(conn: Connection, org: str | None, *, system: str, value: str) -> tuple[str, ...]:
    """Return the keys of the person's cases: of one owner, or of all in this installation."""
    params = {"person_hash": digest(conn, system=system, value=value)}
    rows = conn.all(_CASES, params) if org is None else conn.all(_CASE, {**params, "org": org})
    return tuple(row[0] for row in rows)
