"""How people and organisations are named by number and reached. MsgHead 1.2 (HIS 80601:2006), felleskomponent1 1.1."""

from __future__ import annotations

from dataclasses import dataclass
from types import EllipsisType
from typing import Final
from urllib.parse import quote, unquote

from adapter.kith.codes import Code, coded

_URI_KEPT: Final = "+-/()*#:;,.@=&?!$'~"


@dataclass(frozen=True, slots=True, repr=False)
class Ident:
    """An identifier and its type (list 8116 for people, 9051 for organisations). Never printed."""

    value: str
    type: Code

    @property
    def kind(self) -> str:
        """V of the type, such as `FNR`, `HER` or `HPR`."""
        return self.type.v


def person_ident(kind: str, value: str) -> Ident:
    """Return an identifier of a person, type from 8116."""
    return Ident(value, coded("8116", kind))


def unit_ident(kind: str, value: str) -> Ident:
    """Return an identifier of an organisation, type from 9051."""
    return Ident(value, coded("9051", kind))


@dataclass(frozen=True, slots=True, repr=False)
class Telecom:
    """TeleCom: an address with its scheme, as written, and its type, a CS of 9061."""

    address: str
    type: Code | None = None

    @property
    def scheme(self) -> str:
        """`tel`, `mailto`, `fax` …; `tel` where none is written."""
        scheme, colon, _ = self._plain.partition(":")
        return scheme.lower() if colon else "tel"

    @property
    def value(self) -> str:
        """What stands after the scheme, without blanks, decoded."""
        _, colon, rest = self._plain.partition(":")
        return unquote(rest if colon else self._plain)

    @property
    def _plain(self) -> str:
        return "".join(self.address.split())


def telecom(scheme: str, value: str) -> Telecom:
    """Return scheme and value without blanks (HISD 1165), other characters percent-encoded so that anyURI takes them."""
    return Telecom(f"{scheme}:{quote(''.join(value.split()), safe=_URI_KEPT)}")


def first_telecom(telecoms: tuple[Telecom, ...], scheme: str) -> Telecom | None:
    """Return the first address of a scheme that says something."""
    return next((each for each in telecoms if each.scheme == scheme and each.value), None)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Postal:
    """Address: where somebody lives or works."""

    type: Code | None = None
    """A CS of 3401."""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    postbox: str = ""
    county: Code | None = None
    """A CS of 3402."""
    country: Code | None = None
    """A CS of 9043."""


def replaced(
    idents: tuple[Ident, ...] | None,
    others: tuple[Ident, ...],
    named: tuple[tuple[str, str | EllipsisType | None, str], ...],
) -> tuple[Ident, ...]:
    """Return the identifiers named, each in its list, before the others, or in place of the first there was of its kind."""
    given = tuple(each for each in named if not isinstance(each[1], EllipsisType))
    first = tuple(Ident(str(value), coded(number, kind)) for kind, value, number in given if value)
    return (*first, *(others if idents is None else besides(idents, tuple(kind for kind, _, _ in given))))


def first_value(idents: tuple[Ident, ...], kind: str) -> str | None:
    """Return the first identifier of a kind that says something."""
    return next((each.value for each in idents if each.kind == kind and each.value), None)


def first_address(telecoms: tuple[Telecom, ...], scheme: str) -> str | None:
    """Return the first address of a scheme, without the scheme."""
    found = first_telecom(telecoms, scheme)
    return found.value if found else None


def besides(idents: tuple[Ident, ...], kinds: tuple[str, ...]) -> tuple[Ident, ...]:
    """Return all but the first of each kind, in their order."""
    first = [next((each for each in idents if each.kind == kind and each.value), None) for kind in kinds]
    return tuple(each for each in idents if not any(each is taken for taken in first))
