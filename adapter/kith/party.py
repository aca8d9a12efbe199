"""People and organisations, as every KITH message describes them. MsgHead 1.2 (HIS 80601:2006), felleskomponent1 1.1."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from types import EllipsisType
from typing import Final
from urllib.parse import quote, unquote

from adapter.kith.codes import Code, coded
from adapter.kith.time import When

OFFICIAL_IDS: Final = ("FNR", "DNR", "FHN")
"""Types of 8116 that identify a patient together with a name (HIS 80415, E36), best first."""
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


@dataclass(frozen=True, slots=True, init=False)
class Unit:
    """Organisation: one level of it. Its HER-id and organisation number are named, and all identifiers kept."""

    name: str
    type: Code | None
    """TypeOrganisation, list 9040."""
    idents: tuple[Ident, ...]
    postal: Postal | None
    telecoms: tuple[Telecom, ...]
    below: Unit | None
    """A part of it: in a head below level 2 only."""
    person: Person | None
    """In a head below level 2 only."""

    def __init__(  # noqa: PLR0913 (the fields of a block, all by name)
        self,
        *,
        name: str = "",
        her_id: str | EllipsisType | None = ...,
        orgnr: str | EllipsisType | None = ...,
        others: tuple[Ident, ...] = (),
        idents: tuple[Ident, ...] | None = None,
        type: Code | None = None,  # noqa: A002 (the word of the standard)
        postal: Postal | None = None,
        telecoms: tuple[Telecom, ...] = (),
        below: Unit | None = None,
        person: Person | None = None,
    ) -> None:
        if idents is None or her_id is not ... or orgnr is not ...:
            idents = _with(idents, others, (("HER", her_id, "9051"), ("ENH", orgnr, "9051")))
        put = object.__setattr__
        put(self, "name", name)
        put(self, "type", type)
        put(self, "idents", idents)
        put(self, "postal", postal)
        put(self, "telecoms", telecoms)
        put(self, "below", below)
        put(self, "person", person)

    @property
    def her_id(self) -> str | None:
        """The first HER-id."""
        return _value(self.idents, "HER")

    @property
    def orgnr(self) -> str | None:
        """The organisation number."""
        return _value(self.idents, "ENH")

    @property
    def others(self) -> tuple[Ident, ...]:
        """Identifiers besides HER and ENH, and further ones of these."""
        return besides(self.idents, ("HER", "ENH"))

    @property
    def phone(self) -> str | None:
        """The first phone."""
        return _address(self.telecoms, "tel")


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Person:
    """HealthcareProfessional, or Person: with the roles and identifiers that a message gives them."""

    family: str
    given: str
    middle: str
    profession: Code | None
    """TypeHealthcareProfessional, a CS of list 9060."""
    role: Code | None
    """RoleToPatient, list 9034."""
    birth: When | None
    gender: Code | None
    """Sex, a CS of 3101."""
    nationality: Code | None
    """A CS of 9043."""
    idents: tuple[Ident, ...]
    postal: Postal | None
    telecoms: tuple[Telecom, ...]

    def __init__(  # noqa: PLR0913 (the fields of a block, all by name)
        self,
        *,
        family: str = "",
        given: str = "",
        middle: str = "",
        her_id: str | EllipsisType | None = ...,
        hpr: str | EllipsisType | None = ...,
        others: tuple[Ident, ...] = (),
        role: Code | None = None,
        profession: Code | None = None,
        birth: When | None = None,
        gender: Code | None = None,
        nationality: Code | None = None,
        idents: tuple[Ident, ...] | None = None,
        postal: Postal | None = None,
        telecoms: tuple[Telecom, ...] = (),
    ) -> None:
        if idents is None or her_id is not ... or hpr is not ...:
            # A GP's HER-id is written with S of 9051, as the official examples do.
            idents = _with(idents, others, (("HER", her_id, "9051"), ("HPR", hpr, "8116")))
        put = object.__setattr__
        put(self, "family", family)
        put(self, "given", given)
        put(self, "middle", middle)
        put(self, "profession", profession)
        put(self, "role", role)
        put(self, "birth", birth)
        put(self, "gender", gender)
        put(self, "nationality", nationality)
        put(self, "idents", idents)
        put(self, "postal", postal)
        put(self, "telecoms", telecoms)

    @property
    def name(self) -> str:
        """Given name first, as an AppRec writes it."""
        return full_name(self)

    @property
    def her_id(self) -> str | None:
        """The first HER-id, of list 9051 or 8116: senders differ (HIS 1153-2)."""
        return _value(self.idents, "HER")

    @property
    def hpr(self) -> str | None:
        """The HPR number."""
        return _value(self.idents, "HPR")

    @property
    def others(self) -> tuple[Ident, ...]:
        """Identifiers besides HER and HPR, and further ones of these."""
        return besides(self.idents, ("HER", "HPR"))

    @property
    def phone(self) -> str | None:
        """The first phone."""
        return _address(self.telecoms, "tel")

    @property
    def email(self) -> str | None:
        """The first mail address."""
        return _address(self.telecoms, "mailto")


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Patient:
    """The one person the message is about."""

    family: str
    given: str
    middle: str
    birth: When | None
    gender: Code | None
    """Sex, a CS of 3101."""
    nationality: Code | None
    """A CS of 9043."""
    idents: tuple[Ident, ...]
    postal: Postal | None
    telecoms: tuple[Telecom, ...]

    def __init__(  # noqa: PLR0913 (the fields of a block, all by name)
        self,
        *,
        family: str = "",
        given: str = "",
        middle: str = "",
        birth_date: date | EllipsisType | None = ...,
        sex: str | EllipsisType | None = ...,
        idents: tuple[Ident, ...] = (),
        birth: When | None = None,
        gender: Code | None = None,
        nationality: Code | None = None,
        postal: Postal | None = None,
        telecoms: tuple[Telecom, ...] = (),
    ) -> None:
        put = object.__setattr__
        if not isinstance(birth_date, EllipsisType):
            birth = When.on(birth_date) if birth_date else None
        if not isinstance(sex, EllipsisType):
            gender = Code(sex) if sex else None
        put(self, "family", family)
        put(self, "given", given)
        put(self, "middle", middle)
        put(self, "birth", birth)
        put(self, "gender", gender)
        put(self, "nationality", nationality)
        put(self, "idents", idents)
        put(self, "postal", postal)
        put(self, "telecoms", telecoms)

    @property
    def birth_date(self) -> date | None:
        """The day of birth; a zone is dropped: a birth date has no hour."""
        return self.birth.day if self.birth else None

    @property
    def sex(self) -> str | None:
        """Of list 3101: 0 not known, 1 man, 2 woman, 9 not specified."""
        return (self.gender.v or None) if self.gender else None

    @property
    def ident(self) -> tuple[str, str] | None:
        """(value, type): the official identifier where there is one, else the first."""
        ranked = [i for kind in OFFICIAL_IDS for i in self.idents if i.kind == kind and i.value]
        best = next((i for i in (*ranked, *self.idents) if i.value), None)
        return (best.value, best.kind) if best else None

    @property
    def identified(self) -> bool:
        """Whether a receiver must accept the identification: a name, and an official id or birth date and sex."""
        named = bool(self.family.strip() or self.given.strip())
        official = any(i.kind in OFFICIAL_IDS and i.value.strip() for i in self.idents)
        return named and (official or (self.birth_date is not None and self.sex is not None))


def full_name(person: Person | Patient) -> str:
    """Return the names, given name first."""
    return " ".join(part for part in (person.given, person.middle, person.family) if part)


def _with(
    idents: tuple[Ident, ...] | None,
    others: tuple[Ident, ...],
    named: tuple[tuple[str, str | EllipsisType | None, str], ...],
) -> tuple[Ident, ...]:
    """Return the identifiers named, each in its list, before the others, or in place of the first there was of its kind."""
    given = tuple(each for each in named if not isinstance(each[1], EllipsisType))
    first = tuple(Ident(str(value), coded(number, kind)) for kind, value, number in given if value)
    return (*first, *(others if idents is None else besides(idents, tuple(kind for kind, _, _ in given))))


def _value(idents: tuple[Ident, ...], kind: str) -> str | None:
    return next((each.value for each in idents if each.kind == kind and each.value), None)


def _address(telecoms: tuple[Telecom, ...], scheme: str) -> str | None:
    found = first_telecom(telecoms, scheme)
    return found.value if found else None


def besides(idents: tuple[Ident, ...], kinds: tuple[str, ...]) -> tuple[Ident, ...]:
    """Return all but the first of each kind, in their order."""
    first = [next((each for each in idents if each.kind == kind and each.value), None) for kind in kinds]
    return tuple(each for each in idents if not any(each is taken for taken in first))
