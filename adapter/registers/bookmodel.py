"""The rows of the address book's TOML, each checked by itself. contract.md, 'The address book'."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from adapter import codes, ids
from adapter.errors import PersonalIdError
from adapter.model import Door, Routing

LETTER: Final = "LETTER"
HOME_ONLY: Final = ("door", "routing", "release_days", "answer_to", "plo", "leader", "staffed", "deputy")


def _own(words: str) -> PydanticCustomError:
    """Return a fault in our own words, which hold no value."""
    return PydanticCustomError(f"own:{words}", "{words}", {"words": words})


def _checked(check: Callable[[str], object]) -> AfterValidator:
    def run(value: str) -> str:
        try:
            check(value)
        except PersonalIdError as error:
            raise _own(
                "wrong check digit" if error.code == "IPK-P002" else "wrong length or characters"
            ) from None
        return value

    return AfterValidator(run)


def _coded(number: str) -> AfterValidator:
    def run(value: str) -> str:
        if value not in codes.table(number).codes:
            raise _own(f"not in list {number}")
        return value

    return AfterValidator(run)


Words = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$")]
HerId = Annotated[str, _checked(ids.her_id)]
OrgNumber = Annotated[str, _checked(ids.org_number)]
Hpr = Annotated[str, _checked(ids.hpr)]
OrganisationType = Annotated[str, _coded("9040")]
Profession = Annotated[str, _coded("9060")]
Place = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}(/[0-9]{6})?$")]
Takes = Annotated[str, StringConstraints(pattern=r"^(\*|LETTER|[A-Z][A-Z_]+/[0-9]+\.[0-9]+)$")]
Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9 ]{3,20}$")]
Days = Annotated[int, Field(ge=1, le=120)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$", max_length=500)]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class Level1(_Row):
    """The organisation."""

    her_id: HerId | None = None
    name: Words
    orgnr: OrgNumber
    type: OrganisationType


class Level2(_Row):
    """The service or unit."""

    her_id: HerId
    name: Words
    service: Words | None = None
    unit: Words | None = None


class Person(_Row):
    """The person who is level 2: a GP."""

    her_id: HerId
    hpr: Hpr | None = None
    family: Words
    given: Words

    def names(self) -> dict[str, str]:
        """Return family, given and, where known, hpr."""
        return self.model_dump(include={"family", "given", "hpr"}, exclude_none=True)


class Address(_Row):
    """A postal address."""

    line: Words | None = None
    postal_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
    city: Words


class Platform(_Row):
    """The IP platform that a party uses."""

    name: Words
    url: Url


class Leader(_Row):
    """Who leads a home party: the second step when something is late."""

    name: Words
    phone: Phone | None = None


class PartyRow(_Row):
    """One `[[party]]`."""

    key: Key
    level1: Level1
    level2: Level2 | None = None
    person: Person | None = None
    address: Address | None = None
    serves: Annotated[tuple[Place, ...], Field(strict=False)] = ()
    takes: Annotated[tuple[Takes, ...], Field(min_length=1, strict=False)]
    contact_profession: Profession | None = None
    phone: Phone | None = None
    leader: Leader | None = None
    form_url: Url | None = None
    form_file: Words | None = None
    language: Literal["nb", "nn"] | None = None
    platform: Platform | None = None
    valid_from: date
    valid_to: date | None = None
    source: Words
    checked: date
    home: bool = False
    door: Door | None = None
    routing: Routing | None = None
    release_days: Annotated[int, Field(ge=0, le=30)] | None = None
    answer_to: Literal["department", "ke"] | None = None
    plo: Literal["epj", "adapter"] | None = None
    staffed: bool | None = None
    deputy: Key | None = None

    @property
    def unit_her_id(self) -> str | None:
        """HER-id of level 2, service or person."""
        if self.level2:
            return self.level2.her_id
        return self.person.her_id if self.person else None


class AgreementRow(_Row):
    """One `[[agreement]]`: overrides clocks and routing for a pair."""

    between: Annotated[tuple[Key, Key], Field(strict=False)]
    reply_days: Annotated[int, Field(ge=1, le=60)] | None = None
    assessment_days: Days | None = None
    coordinator_days: Days | None = None
    release_days: Annotated[int, Field(ge=0, le=30)] | None = None
    gap_days: Days | None = None
    escalation_days: Days | None = None
    reminders: bool = False
    routing: Routing | None = None
    source: Words
    valid_from: date = date.min
    valid_to: date | None = None


Raw = Mapping[str, Any]


def reachable(row: Raw) -> Iterator[tuple[str, str]]:
    """Yield place and words where a party has two addresses, or none and no letter."""
    electronic = "level2" in row or "person" in row
    if "level2" in row and "person" in row:
        yield ".person", "level2 and person exclude each other"
    if not electronic and "takes" in row and row["takes"] != [LETTER]:
        yield ".takes", "without level2 or person it is LETTER only"
    level1 = row.get("level1")
    if electronic and isinstance(level1, Mapping) and "her_id" not in level1:
        yield ".level1.her_id", "required with level2 or person"


def at_home(row: Raw) -> Iterator[tuple[str, str]]:
    """Yield place and words where a home party lacks its door or level 2, or another party has what only home ones have."""
    if row.get("home") is not True:
        yield from ((f".{name}", "for home parties only") for name in HOME_ONLY if name in row)
        return
    if "door" not in row:
        yield ".door", "required for a home party"
    if "level2" not in row and "person" not in row:
        yield ".level2", "required for a home party"


def in_order(row: Raw) -> Iterator[tuple[str, str]]:
    """Yield place and words where a row ends before it begins."""
    first, last = row.get("valid_from", date.min), row.get("valid_to", date.max)
    if isinstance(first, date) and isinstance(last, date) and last < first:
        yield ".valid_to", "before valid_from"


def with_a_form(row: Raw) -> Iterator[tuple[str, str]]:
    """Yield place and words where a form has a file and no address: whoever cannot take a file gets the address."""
    if "form_file" in row and "form_url" not in row:
        yield ".form_url", "required with form_file"


RowCheck = Callable[[Raw], Iterator[tuple[str, str]]]
PARTY_CHECKS: Final[tuple[RowCheck, ...]] = (reachable, at_home, in_order, with_a_form)
AGREEMENT_CHECKS: Final[tuple[RowCheck, ...]] = (in_order,)
"""What the fields of one row say together; read from the raw row, so that a faulty field hides nothing."""
