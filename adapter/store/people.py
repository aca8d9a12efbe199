"""Finding a person without holding the number: a keyed hash. RFC 2104; fhir-model.md, 'A case is …'."""

from __future__ import annotations

import hmac
import secrets
from typing import Final

from sqlalchemy import bindparam, delete, select

from adapter.errors import SystemFault
from adapter.store.sql import Connection, Statement
from adapter.store.tables import case_, meta
from adapter.store.upsert import upsertion

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
    return hmac.digest(_key(conn), f"{system}|{value}".encode(), "sha256").hex()


def signing_key(conn: Connection, purpose: str) -> bytes:
    """Return a key of this installation for one purpose, made of its own. Raises SystemFault when it has none."""
    return hmac.digest(_key(conn), f"purpose|{purpose}".encode(), "sha256")


def _key(conn: Connection) -> bytes:
    key = conn.shared.key
    if key is None:
        row = conn.one(_KEY, {"key": KEY})
        if row is None:
            raise SystemFault("IPK-S001", at="database")
        key = conn.shared.key = bytes.fromhex(row[0])
    return key


ALIAS: Final = "person-alias/"
"""Before the owner and the hash of a number that a person had before."""
_ALIASES: Final = upsertion(meta, {"value": None})
_FORGET: Final = Statement(
    delete(meta).where(meta.c.key.startswith(ALIAS, autoescape=True), meta.c.value == bindparam("case_key"))
)


def also(conn: Connection, org: str, hashed: str, case_key: str) -> None:
    """Let a case be found by a number that its person had before, too."""
    conn.many(_ALIASES, [{"key": f"{ALIAS}{org}/{hashed}", "value": case_key}])


def former(conn: Connection, org: str, hashed: str) -> str | None:
    """Return the key of the case whose person had this number before."""
    row = conn.one(_KEY, {"key": f"{ALIAS}{org}/{hashed}"})
    return None if row is None else str(row[0])


def forget(conn: Connection, case_key: str) -> None:
    """Let a case be found by no former number any more: an erasure."""
    conn.run(_FORGET, {"case_key": case_key})


def find(conn: Connection, org: str | None, *, system: str, value: str) -> tuple[str, ...]:
    """Return the keys of the person's cases: of one owner, or of all in this installation."""
    hashed = digest(conn, system=system, value=value)
    params = {"person_hash": hashed}
    rows = conn.all(_CASES, params) if org is None else conn.all(_CASE, {**params, "org": org})
    found = tuple(row[0] for row in rows)
    return found or _by_former(conn, org, hashed)


_FORMER_ANYWHERE: Final = Statement(
    select(meta.c.value).where(
        meta.c.key.startswith(ALIAS, autoescape=True), meta.c.key.endswith(bindparam("ending"))
    )
)


def _by_former(conn: Connection, org: str | None, hashed: str) -> tuple[str, ...]:
    if org is None:
        return tuple(row[0] for row in conn.all(_FORMER_ANYWHERE, {"ending": f"/{hashed}"}))
    found = former(conn, org, hashed)
    return (found,) if found else ()
