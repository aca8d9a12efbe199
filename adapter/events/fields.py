"""The kinds of value an event's fields hold: text, dates, instants, identifiers, codes of tables.

Each is checked inside pydantic-core, so decoding an event calls no Python per field. design/event-data.md;
RFC 3339 for times.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError, core_schema

from adapter import codes, naming

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

TEXT_LIMIT: Final = 2000
NAME_LIMIT: Final = 200
LIST_LIMIT: Final = 500

DATE_PATTERN: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
TIME_PATTERN: Final = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$"
)


EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
"""What is dated before is a date that was not meant."""
LAST_YEAR: Final = 2199
"""What is dated after is no day of anybody's care: it is how systems write that there is no end, which an absent field says here."""
_FIRST_DAY: Final = date(1800, 1, 1)


@dataclass(frozen=True, slots=True)
class Shape:
    """A string of one shape; a break of it carries `code` (a key of errortable.TABLE), never pydantic's own text."""

    pattern: str
    code: str = "IPK-E007"

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return the schema: a strict string with the pattern."""
        inner = core_schema.str_schema(strict=True, pattern=self.pattern)
        return core_schema.custom_error_schema(
            inner, custom_error_type=self.code, custom_error_message=self.code
        )


@dataclass(frozen=True, slots=True)
class Written:
    """A date or an instant written as text. Numbers, which pydantic would read as Unix time, are refused."""

    pattern: str
    format: str
    then: Callable[[], CoreSchema]

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return the schema: first the text's shape, then its value."""
        return core_schema.chain_schema(
            [core_schema.str_schema(strict=True, pattern=self.pattern), self.then()]
        )

    def __get_pydantic_json_schema__(
        self, _schema: CoreSchema, _handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Return the JSON Schema: a string with its format and shape."""
        return {"type": "string", "format": self.format, "pattern": self.pattern}


@dataclass(frozen=True, slots=True)
class OneOf:
    """A code of a table: the codes are the schema's enum."""

    allowed: Callable[[], Iterable[str]]
    """Called when the schema is first built: a table is read when it is needed."""

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return the schema: one of the codes."""
        return core_schema.literal_schema(list(self.allowed()))


def _aware() -> CoreSchema:
    last = datetime(LAST_YEAR, 12, 31, 23, 59, 59, tzinfo=UTC)
    return core_schema.chain_schema([
        core_schema.datetime_schema(strict=False, tz_constraint="aware"),
        _or("IPK-E088", core_schema.datetime_schema(ge=EARLIEST)),
        _or("IPK-E107", core_schema.datetime_schema(le=last)),
    ])  # fmt: skip


def _day() -> CoreSchema:
    return core_schema.chain_schema([
        core_schema.date_schema(strict=False),
        _or("IPK-E088", core_schema.date_schema(ge=_FIRST_DAY)),
        _or("IPK-E107", core_schema.date_schema(le=date(LAST_YEAR, 12, 31))),
    ])  # fmt: skip


def _or(code: str, bounded: CoreSchema) -> CoreSchema:
    """Return a bound whose break carries a code."""
    return core_schema.custom_error_schema(bounded, custom_error_type=code, custom_error_message=code)


def _melde_id(text: str) -> str:
    found = naming.read_melde_id(text)
    if found is None:
        raise PydanticCustomError("IPK-E007", "IPK-E007")
    return found


Text = Annotated[str, Field(min_length=1, max_length=TEXT_LIMIT, pattern=r"\S")]
"""Free text: at least one visible character, at most 2,000."""
Label = Annotated[str, Field(min_length=1, max_length=NAME_LIMIT, pattern=r"\S")]
"""A name or other short text."""
Day = Annotated[date, Written(DATE_PATTERN, "date", _day)]
"""A day of somebody's care or life: one that computing with reaches no end of the calendar."""
Instant = Annotated[datetime, Written(TIME_PATTERN, "date-time", _aware)]
Uri = Annotated[str, Field(max_length=NAME_LIMIT), Shape(r"^[A-Za-z][A-Za-z0-9+.-]*:[^\s]{1,180}$")]
Token = Annotated[str, Shape(r"^[!-~]{1,100}$")]
"""An id of somebody else's: visible ASCII without blanks."""
ResourceId = Annotated[str, Shape(r"^[A-Za-z0-9.-]{1,64}$")]
"""FHIR id (R4 datatypes.html#id)."""
Key = Annotated[str, Shape(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
"""A key of the address book."""
Phone = Annotated[str, Shape(r"^[+(0-9][0-9 ()./-]{2,29}$")]
Email = Annotated[str, Shape(r"^[^@\s]{1,64}@[^@\s]{1,180}$")]
HprNumber = Annotated[str, Shape(r"^[0-9]{7,9}$", "IPK-P004")]
HerId = Annotated[str, Shape(r"^[0-9]{1,8}$", "IPK-P004")]
Resh = Annotated[str, Shape(r"^[0-9]{4,8}$", "IPK-P004")]
OrgNumber = Annotated[str, Shape(r"^[0-9]{9}$", "IPK-P004")]
Municipality = Annotated[str, Shape(r"^[0-9]{4}$", "IPK-P004")]
District = Annotated[str, Shape(r"^[0-9]{6}$", "IPK-P004")]
PersonNumber = Annotated[str, Shape(r"^[^\s]{1,64}$", "IPK-P004")]
MeldeId = Annotated[str, Field(max_length=40), AfterValidator(_melde_id)]
"""Read by Crockford's rules into its canonical form."""
Profession = Annotated[str, OneOf(lambda: codes.table("9060").codes)]
RoleKey = Annotated[str, OneOf(lambda: codes.ROLES)]
