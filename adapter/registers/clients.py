"""Who may pull for another organisation: systems named in a TOML file, each by the digest of its token. contract.md, 'Operations'.

[[client]]
name = "alvdal-ip"                  # what the audit trail calls it
party = "alvdal-saksbehandling"     # key of the address book: for whom it asks
token_sha256 = "…"                  # printf %s TOKEN | sha256sum
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from adapter.errors import Fault, Faults, SystemFault
from adapter.model import AddressBook

_FAULT: Final = "IPK-R008"


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """One system of another organisation."""

    name: str
    party: str
    """Key of the address book."""
    digest: str = field(repr=False)
    """SHA-256 of its token, hex."""


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    party: str
    token_sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


def load(path: Path | None, book: AddressBook) -> Mapping[str, Client]:
    """Return the clients of a file by the digest of their token; none where there is no file.

    Raises SystemFault IPK-S008 for a file that cannot be read, Faults of IPK-R008 with every fault and its place: not
    TOML, an unknown key, a party that the book does not list or that is at home, a name or token that stands twice.
    """
    if path is None:
        return {}
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise SystemFault("IPK-S008", at="ADAPTER_CLIENTS") from None
    faults: list[Fault] = []
    found: dict[str, Client] = {}
    names: set[str] = set()
    for number, raw in enumerate(_rows(content)):
        at = f"$.client[{number}]"
        try:
            row = _Row.model_validate(raw)
        except ValidationError as error:
            faults += [Fault(code=_FAULT, path=".".join((at, *map(str, e["loc"])))) for e in error.errors()]
            continue
        party = book.by_key(row.party)
        if party is None or party.home:
            faults.append(Fault(code=_FAULT, path=f"{at}.party", hint="a party that is not at home"))
        if row.name in names or row.token_sha256 in found:
            faults.append(Fault(code=_FAULT, path=at, hint="stands twice"))
        names.add(row.name)
        found[row.token_sha256] = Client(name=row.name, party=row.party, digest=row.token_sha256)
    if faults:
        raise Faults(tuple(faults))
    return found


def _rows(content: str) -> list[Any]:
    try:
        whole = tomllib.loads(content)
    except tomllib.TOMLDecodeError:
        raise Faults((Fault(code=_FAULT, path="$", hint="not TOML"),)) from None
    rows = whole.get("client", [])
    if set(whole) - {"client"} or not isinstance(rows, list):
        raise Faults((Fault(code=_FAULT, path="$", hint="only [[client]]"),))
    return rows
