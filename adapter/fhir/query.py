"""A search as a value: what the FHIR room asks and the store answers. R4 search.html.

All instants are whole microseconds since 1970 UTC; intervals are half open, [start, end).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

Field = Literal["id", "updated", "subject", "status", "date", "token", "text", "missing", "person", "patient"]
Op = Literal["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"]
SortField = str
"""`id`, `updated`, `date`, `status`, `subject`, or a search parameter's name after LINE."""
LINE: Final = "line:"
"""Before the name of a parameter that is sorted by its first line in the index."""

OPEN_START: Final = -(2**62)
"""Start of a period that does not say when it began."""
OPEN_END: Final = 2**62
"""End of a period that does not say when it ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One parameter of a search; its values are alternatives, terms of one query must all hold.

    What a value is depends on `field`: `id`, `subject` (a relative reference) and `status`: str ·
    `updated` and `date`: (start, end) · `token`: (system, code), where system None is any and "" is none,
    and code None is any · `text`: what the parameter's line begins with, empty for whatever it is · `missing`: none
    (`param` names the column that is empty, with `ne` is not) · `person`: (system, value), hashed by the store before it
    is compared · `patient`: a token (system, code) of `param` that the Patient of the resource's case has, or with `ne` has not.
    """

    field: Field
    values: tuple[Any, ...]
    param: str = ""
    """The search parameter's name, for `token`, `text` and `patient`; the column, for `missing`."""
    op: Op = "eq"
    """R4's prefix, for `updated` and `date`; `ne` also on what is no date (the modifiers `:not` and
    `:missing`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A page wanted of one type: terms (and), order, size, where to go on, and whether to count all."""

    type: str
    org: str | None = None
    """Level-1 HER-id of the owner; None for all owners of this installation."""
    terms: tuple[Term, ...] = ()
    sort: tuple[tuple[SortField, bool], ...] = ()
    """(field, descending); the id always decides last, so that pages are stable."""
    count: int = 10
    after: str | None = None
    """`Page.next` of the page before."""
    total: bool = False
    whole: bool = True
    """Whether the terms say all that was asked for. Where they only narrow, the store refuses it: who asks compares what is
    found, and says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One stored resource: its id, version, instant of change in microseconds, and bytes."""

    type: str
    id: str
    version: int
    updated: int
    body: bytes
    case: str | None = None
    """Key of the case it belongs to; None for what cases share, and where nobody asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a search: the rows, the cursor of the next page, and the number of all when asked."""

    rows: tuple[Row, ...]
    next: str | None = None
    total: int | None = None
    marks: tuple[tuple[str | int, ...], ...] = ()
    """What each row sorts by: the cursor of a page that goes on after it is made of it."""
