"""A search request as values: while its parameters are read, and when it is. R4 search.html.

What names a person stands in no link, and in no error.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from adapter import idscan
from adapter.fhir.criteria import Criterion
from adapter.fhir.includes import Include
from adapter.fhir.params import Param
from adapter.fhir.query import Query, SortField, Term
from adapter.fhir.table import Readable

DEFAULT_COUNT: Final = 10
MAX_COUNT: Final = 200
AUDIT: Final = "AuditEvent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a search is read with beside its parameters."""

    default_count: int = DEFAULT_COUNT
    now: int | None = None
    """The instant in microseconds, for the prefix `ap`; without it that is no prefix."""
    key: bytes = b""
    """Of the installation, which signs page tokens."""
    base: str | None = None
    """Where this server's own resources stand, with the last slash: an address elsewhere is another's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    """A search that this one depends on: through a reference (chain), or of what refers to it (`_has`)."""

    param: Param
    """The reference: of the type searched for, or with `reverse` of the inner searches' type."""
    searches: tuple[Search, ...]
    reverse: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A search as asked: the query for the store, and how the answer is to look."""

    query: Query
    criteria: tuple[Criterion, ...] = ()
    """All parameters that a resource itself can be compared with."""
    inner: tuple[Inner, ...] = ()
    params: tuple[tuple[str, str], ...] = ()
    """What was understood, for the self link; what names a person is never among it."""
    person: bool = False
    """Whether it was asked by a person's identifier."""
    hidden: bool = False
    """Whether something was asked for that may stand in no link: a person's name, or what could be a number."""
    includes: tuple[Include, ...] = ()
    revincludes: tuple[Include, ...] = ()
    elements: tuple[str, ...] = ()
    summary: str = ""
    """`true`, `text` or `data`; empty for whole resources."""
    count_only: bool = False
    ignored: tuple[str, ...] = ()
    """Names of parameters that were not understood (lenient handling)."""

    @property
    def checked(self) -> tuple[Criterion, ...]:
        """Criteria that the store only narrows: each resource is compared with them."""
        return tuple(one for one in self.criteria if not one.exact)

    @property
    def narrows(self) -> bool:
        """Whether anything is asked for: without a criterion every resource of the type is meant."""
        return bool(self.query.terms or self.criteria or self.inner)


@dataclass(slots=True)
class Reading:
    """A request being read: what each parameter adds."""

    row: Readable
    post: bool
    now: int | None
    count: int
    base: str | None = None
    terms: list[Term] = field(default_factory=list)
    criteria: list[Criterion] = field(default_factory=list)
    inner: list[Inner] = field(default_factory=list)
    sort: list[tuple[SortField, bool]] = field(default_factory=list)
    params: list[tuple[str, str]] = field(default_factory=list)
    includes: list[Include] = field(default_factory=list)
    revincludes: list[Include] = field(default_factory=list)
    elements: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    once: dict[str, str] = field(default_factory=dict)
    """Parameters that may be given with one value only, as they were given."""
    after: str = ""
    summary: str = ""
    person: bool = False
    hidden: bool = False
    count_only: bool = False
    total: bool = False


def has_number(text: str) -> bool:
    """Return whether a text holds what could be a person's number."""
    joined = text.replace(" ", "")
    return idscan.mask(joined) != joined


def safe(name: str) -> str:
    """Return a parameter's name as a place, only if it looks like one: it comes from outside."""
    short = name.replace("_", "").replace("-", "").replace(".", "").replace(":", "")
    return name if short.isalpha() and len(name) < 65 else "$"  # noqa: PLR2004 (R4 ids and names stay below)


def shown(reading: Reading, name: str, value: str) -> None:
    """Keep a parameter for the links, which are addresses (and stand in the audit trail): never with a number."""
    if reading.post and has_number(value):  # refused elsewhere
        reading.hidden = True
    else:
        reading.params.append((name, value))
