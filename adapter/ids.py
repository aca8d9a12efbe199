"""Checked identifiers of people and organisations, as types that never print themselves.

National identity numbers: HIS 1001:2010 for form and check digits, and the rule of Skatteetaten for numbers given out
from 2032 (the first check may leave 0, 1, 2 or 3). The new rule holds here from day one, so neither sex nor birth date
is ever read out of a number: a birth date that is told is only held against it. Which numbers an installation lets in at all is its `People` policy.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, NewType, NoReturn, Self

from adapter import idscan
from adapter.errors import PersonalIdError

_OID: Final = "urn:oid:2.16.578.1.12.4.1"
_PERSON_ARC: Final = f"{_OID}.4."

FNR_SYSTEM: Final = f"{_OID}.4.1"
DNR_SYSTEM: Final = f"{_OID}.4.2"
FHN_SYSTEM: Final = f"{_OID}.4.3"
HPR_SYSTEM: Final = f"{_OID}.4.4"
ORGNR_SYSTEM: Final = f"{_OID}.4.101"
HER_SYSTEM: Final = f"{_OID}.2"
DUF_SYSTEM: Final = "urn:adapter:duf"
KITH_SYSTEM: Final = "urn:adapter:kith:"
"""Stem of the local systems that stand for the id types of list 8116 without a system of their own."""

Kind = Literal["fnr", "d-number", "fh-number", "duf"]

SYSTEM: Final[dict[str, Kind]] = {
    FNR_SYSTEM: "fnr",
    DNR_SYSTEM: "d-number",
    FHN_SYSTEM: "fh-number",
    DUF_SYSTEM: "duf",
}
"""System of a person's identifier → its kind; every other system is local."""

KITH_TYPE: Final = {FNR_SYSTEM: "FNR", DNR_SYSTEM: "DNR", FHN_SYSTEM: "FHN", DUF_SYSTEM: "DUF"}
"""System → code of list 8116 (identifier types for persons; 9051 is the list for organisations)."""

_SYSTEM_OF_KITH: Final = {code: system for system, code in KITH_TYPE.items()}

OFFICIAL_TEST: Final = frozenset(
    {
        "13116900216", "12057900499", "15076500565", "14019800513", "05073500186", "70019950032", "80005045804",
    }
)  # fmt: skip
"""The official fictive persons of the Norwegian message test data: they exist for tests, whatever their month."""


class Secret:
    """A value about a person that leaves only by `reveal()`: not by str, repr, format, pickle or a debugger's vars."""

    __slots__ = ("_value",)
    _value: str

    def __init__(self, value: str) -> None:
        object.__setattr__(self, "_value", value)

    def reveal(self) -> str:
        """Return the value. Call it only where a wire format is built or a key is made."""
        return self._value

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __repr__(self) -> str:
        return f"{type(self).__name__}(***)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._value == other._value

    def __hash__(self) -> int:
        return hash((type(self), self._value))

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} is not written to disk")


class Hpr(Secret):
    """A health professional's number in Helsepersonellregisteret."""

    __slots__ = ()


class PersonId(Secret):
    """A person's identifier with its system. One of the subclasses below."""

    __slots__ = ("system",)
    system: str

    def __init__(self, value: str, system: str) -> None:
        super().__init__(value)
        object.__setattr__(self, "system", system)

    @property
    def kith_type(self) -> str:
        """The code of list 8116 for it."""
        return kith_type(self.system)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and (self._value, self.system) == (other._value, other.system)

    def __hash__(self) -> int:
        return hash((self.system, self._value))


class Fnr(PersonId):
    """A fødselsnummer."""

    __slots__ = ()


class DNumber(PersonId):
    """A D-nummer: the first digit of a fødselsnummer plus 4."""

    __slots__ = ()


class FhNumber(PersonId):
    """A felles hjelpenummer: nine digits from 800000000 and two check digits."""

    __slots__ = ()


class Duf(PersonId):
    """A number of the register of foreigners: twelve digits."""

    __slots__ = ()


class HNumber(PersonId):
    """A hospital's own number with the form of a national one, month plus 40; known only with its issuer's system."""

    __slots__ = ()

    @property
    def kith_type(self) -> str:
        """The code of list 8116 for it."""
        return "HNR"


class LocalPersonId(PersonId):
    """Any other identifier of a local system."""

    __slots__ = ()


HerId = NewType("HerId", str)
"""A number of Adresseregisteret."""
OrgNumber = NewType("OrgNumber", str)
"""A number of Enhetsregisteret."""
Resh = NewType("Resh", str)
"""A number of Register for enheter i spesialisthelsetjenesten."""
MunicipalityCode = NewType("MunicipalityCode", str)
"""A kommunenummer."""
DistrictCode = NewType("DistrictCode", str)
"""A bydelsnummer: six digits."""

_SYNTHETIC_DIGITS: Final = frozenset("456789")


def _begins(value: str, prefixes: tuple[str, ...]) -> bool:
    # An empty prefix in a setting would let everybody in.
    return value.startswith(tuple(prefix for prefix in prefixes if prefix))


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Whose numbers this installation takes. Default: nobody who can exist."""

    mode: Literal["synthetic", "real"] = "synthetic"
    series: frozenset[str] = frozenset("6789")
    """Third digits that mark a synthetic number: 8, 9 Tenor; 6, 7 SyntPop; 4, 5 Dolly (collides with H-numbers)."""
    fh_prefix: tuple[str, ...] = ("8000", "8001")
    """First digits of the FH-numbers that this installation uses for people who do not exist."""
    duf_prefix: tuple[str, ...] = ("9",)
    """First digits of DUF-numbers likewise: a real one begins with the year it was given, so never with 9."""
    strict_pre2032: bool = False
    """Check by the rule that held before 2032. For tests only."""

    def allows(self, value: str) -> bool:
        """Whether a number of eleven digits, right by its check digits, may be here."""
        if self.mode == "real" or value in OFFICIAL_TEST:
            return True
        if value[0] in "89":
            return _begins(value, self.fh_prefix)
        return value[2] in self.series and value[2] in _SYNTHETIC_DIGITS


_K1: Final = (3, 7, 6, 1, 8, 9, 4, 5, 2, 1, 0)
_K2: Final = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_ORG: Final = (3, 2, 7, 6, 5, 4, 3, 2, 1)
_FROM_2032: Final = frozenset({0, 1, 2, 3})
_BEFORE_2032: Final = frozenset({0})
_DAYS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_H: Final = 40
_MONTH: Final = {m + plus: (_DAYS[m - 1], plus) for plus in (0, _H, 65, 80) for m in range(1, 13)}
"""Third and fourth digit → days of that month, and what was added: 40 H or Dolly, 65 SyntPop, 80 Tenor."""


def _remainder(weights: tuple[int, ...], value: str) -> int:
    return sum(weight * int(digit) for weight, digit in zip(weights, value, strict=True)) % 11


def _check_digits(value: str, first: frozenset[int]) -> bool:
    return _remainder(_K2, value) == 0 and _remainder(_K1, value) in first


def _is_date(value: str) -> bool:
    """Whether day and month can be, once what D-numbers and the synthetic series add is taken off."""
    day = int(value[:2]) - (40 if value[0] in "4567" else 0)
    days, _ = _MONTH.get(int(value[2:4]), (0, 0))
    return 1 <= day <= days


def is_national(value: str, *, strict_pre2032: bool = False) -> bool:
    """Return whether eleven digits are a national number (fnr, D, FH or H) by form, date and check digits."""
    if value[0] in "89":
        return _check_digits(value, _BEFORE_2032)
    return _is_date(value) and _check_digits(value, _BEFORE_2032 if strict_pre2032 else _FROM_2032)


def may_be_born(system: str, value: str, born: date | None) -> bool:
    """Return whether a birth date has the day, month and two digits of the year that a national number begins with.

    Plausibility alone: no birth date is made of a number, and where the two differ the one that is told holds.
    """
    if born is None or SYSTEM.get(system) not in {"fnr", "d-number"}:
        return True
    day = int(value[:2]) - (40 if value[0] in "4567" else 0)
    added = _MONTH.get(int(value[2:4]), (0, 0))[1]
    return (day, int(value[2:4]) - added, int(value[4:6])) == (born.day, born.month, born.year % 100)


def _national_kind(value: str) -> Kind:
    # By the first digit alone, 0 included: days 01-09 begin with it.
    if value[0] in "89":
        return "fh-number"
    return "d-number" if value[0] in "4567" else "fnr"


_ELEVEN: Final = re.compile(r"[0-9]{11}")
_TWELVE: Final = re.compile(r"[0-9]{12}")
_URI: Final = re.compile(r"[a-z][a-z0-9+.-]*:[!-~]{1,250}")
_LOCAL_VALUE: Final = re.compile(r"[0-9A-Za-zÆØÅæøå._:/-]{1,64}")
_NATIONAL: Final[dict[Kind, type[PersonId]]] = {"fnr": Fnr, "d-number": DNumber, "fh-number": FhNumber}


def person(system: str, value: str, people: People, *, at: str = "$") -> PersonId:
    """Return the checked identifier of a person.

    Raises PersonalIdError at `at`: P004 wrong length or characters, P003 it does not fit its system, P002 wrong check
    digits or date, P001 it may be a real person's and `people` does not take those. Source: HIS 1001.
    """
    kind = SYSTEM.get(system)
    if kind is None:
        return _local(system, value, people, at)
    if kind == "duf":
        return _duf(value, people, at)
    if not _ELEVEN.fullmatch(value):
        raise PersonalIdError("IPK-P004", at=at)
    if _national_kind(value) != kind:
        raise PersonalIdError("IPK-P003", at=at)
    if not is_national(value, strict_pre2032=people.strict_pre2032):
        raise PersonalIdError("IPK-P002", at=at)
    if not people.allows(value):
        raise PersonalIdError("IPK-P001", at=at)
    if _is_h_form(value) and value[2] not in people.series:
        # An H-number is its issuer's; it never stands under the national systems.
        raise PersonalIdError("IPK-P003", at=at)
    return _NATIONAL[kind](value, system)


def _duf(value: str, people: People, at: str) -> Duf:
    if not _TWELVE.fullmatch(value):
        raise PersonalIdError("IPK-P004", at=at)
    if people.mode == "synthetic" and not _begins(value, people.duf_prefix):
        raise PersonalIdError("IPK-P001", at=at)
    return Duf(value, DUF_SYSTEM)


def _is_h_form(value: str) -> bool:
    return value[0] not in "89" and _MONTH.get(int(value[2:4]), (0, 0))[1] == _H


def _local(system: str, value: str, people: People, at: str) -> PersonId:
    """Return an H-number or a local identifier; national numbers belong under their own systems."""
    if not _URI.fullmatch(system) or system.startswith(_PERSON_ARC) or system == HER_SYSTEM:
        raise PersonalIdError("IPK-P003", at=at)
    if not _LOCAL_VALUE.fullmatch(value):
        raise PersonalIdError("IPK-P004", at=at)
    if looks_real(value, people):
        raise PersonalIdError("IPK-P001", at=at)
    if not (_ELEVEN.fullmatch(value) and is_national(value)):
        return LocalPersonId(value, system)
    if not _is_h_form(value):
        raise PersonalIdError("IPK-P003", at=at)
    return HNumber(value, system)


def kith_type(system: str) -> str:
    """Return the code of list 8116 for a person's system; XXX (other) for a local one."""
    if system.startswith(KITH_SYSTEM):
        return system.removeprefix(KITH_SYSTEM).upper()
    return KITH_TYPE.get(system, "XXX")


def system_of_kith(type_v: str) -> str:
    """Return the system for a code of list 8116; a local one, `urn:adapter:kith:<code>`, where it has none."""
    return _SYSTEM_OF_KITH.get(type_v, f"{KITH_SYSTEM}{type_v.lower()}")


def looks_real(text: str, people: People) -> bool:
    """Return whether `text` (free text or XML) holds a national number that `people` does not take.

    How a number may be written there: idscan.numbers.
    """
    if people.mode == "real":
        return False
    return any(_is_foreign(value, people) for value in idscan.numbers(text))


def _is_foreign(value: str, people: People) -> bool:
    return is_national(value, strict_pre2032=people.strict_pre2032) and not people.allows(value)


def _formed(pattern: str, value: str, at: str) -> str:
    if not re.fullmatch(pattern, value):
        raise PersonalIdError("IPK-P004", at=at)
    return value


def hpr(value: str, *, at: str = "$") -> Hpr:
    """Return the HPR number: 7-9 digits, no public check digit. Raises PersonalIdError P004."""
    return Hpr(_formed(r"[0-9]{7,9}", value, at))


def her_id(value: str, *, at: str = "$") -> HerId:
    """Return the HER-id: 1-8 digits. Raises PersonalIdError P004."""
    return HerId(_formed(r"[1-9][0-9]{0,7}", value, at))


def org_number(value: str, *, at: str = "$") -> OrgNumber:
    """Return the organisation number: nine digits, modulo 11; 2 and 3 begin synthetic ones. Raises P004, P002."""
    if _remainder(_ORG, _formed(r"[23789][0-9]{8}", value, at)) != 0:
        raise PersonalIdError("IPK-P002", at=at)
    return OrgNumber(value)


def resh(value: str, *, at: str = "$") -> Resh:
    """Return the RESH id: 4-8 digits. Raises PersonalIdError P004."""
    return Resh(_formed(r"[0-9]{4,8}", value, at))


def municipality(value: str, *, at: str = "$") -> MunicipalityCode:
    """Return the municipality's code: four digits. Raises PersonalIdError P004."""
    return MunicipalityCode(_formed(r"[0-9]{4}", value, at))


def district(value: str, *, at: str = "$") -> DistrictCode:
    """Return the district's code: six digits. Raises PersonalIdError P004."""
    return DistrictCode(_formed(r"[0-9]{6}", value, at))
