"""A search request as a value: R4 search.html for the readable types; a person's identifier by POST only.

Best-practice of HL7 Norway: servers that search by national number require POST `_search`, since URLs are logged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from adapter import idscan
from adapter.errors import FhirError
from adapter.fhir import values
from adapter.fhir.includes import included, revinclude
from adapter.fhir.index import Index, index
from adapter.fhir.paging import CURSOR, Params, cursor_for, opened
from adapter.fhir.query import Query, SortField, Term
from adapter.fhir.table import NEUTRAL, PERSON_CHAINS, READABLE, Param, Readable
from adapter.fhir.urls import DNR, FHN, FNR

__all__ = ["Index", "Search", "cursor_for", "included", "index", "links", "parse", "revinclude"]

DEFAULT_COUNT: Final = 10
MAX_COUNT: Final = 200
_NUMBERS: Final = (FNR, DNR, FHN)
_REVINCLUDE: Final = "Provenance:target"


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A search as asked: the query for the store, and how the answer is to look."""

    query: Query
    params: tuple[tuple[str, str], ...] = ()
    """What was understood, for the self link; a person's identifier is never among it."""
    person: bool = False
    """Whether it was asked by a person's identifier."""
    hidden: bool = False
    """Whether a value that could be a person's number was asked for elsewhere: it stands in no link."""
    includes: tuple[str, ...] = ()
    """Names of the type's includes."""
    revinclude: bool = False
    """Provenance:target."""
    elements: tuple[str, ...] = ()
    count_only: bool = False
    ignored: tuple[str, ...] = ()
    """Names of parameters that were not understood (lenient handling)."""


class _Reading:
    """A request being read: what each parameter adds."""

    def __init__(self, row: Readable, default_count: int) -> None:
        self.row = row
        self.terms: list[Term] = []
        self.sort: list[tuple[SortField, bool]] = []
        self.params: list[tuple[str, str]] = []
        self.includes: list[str] = []
        self.elements: list[str] = []
        self.ignored: list[str] = []
        self.count = default_count
        self.after = ""
        self.person = self.hidden = self.revinclude = self.count_only = self.total = False


def parse(
    type_: str,
    params: Params,
    *,
    post: bool,
    org: str | None = None,
    strict: bool = False,
    default_count: int = DEFAULT_COUNT,
) -> Search:
    """Return the search that decoded parameters ask for; `strict` is `Prefer: handling=strict`.

    Raises IPK-F002 (type), F003 (a person's number outside POST), F004 (unsupported), F005 (value), F008 (page token).
    No error names a value.
    """
    row = READABLE.get(type_)
    if row is None:
        raise FhirError("IPK-F002")
    if not post:
        _refuse_numbers(row, params)
    reading = _Reading(row, default_count)
    for name, value in params:
        if value.strip():
            _read(reading, name, value)
    if strict and reading.ignored:
        raise FhirError("IPK-F004", at=_safe(reading.ignored[0]))
    return _search(reading, org)


def _search(reading: _Reading, org: str | None) -> Search:
    kept = tuple(reading.params)
    query = Query(
        type=reading.row.type,
        org=org,
        terms=tuple(reading.terms),
        sort=tuple(reading.sort),
        count=reading.count,
        after=opened(reading.row.type, kept, reading.after) if reading.after else None,
        total=reading.total or reading.count_only,
    )
    return Search(
        query=query,
        params=kept,
        person=reading.person,
        hidden=reading.hidden,
        includes=tuple(dict.fromkeys(reading.includes)),
        revinclude=reading.revinclude,
        elements=tuple(reading.elements),
        count_only=reading.count_only,
        ignored=tuple(reading.ignored),
    )


def _refuse_numbers(row: Readable, params: Params) -> None:
    for name, value in params:
        by_person = name in PERSON_CHAINS or (
            row.type == "Patient" and name.partition(":")[0] == "identifier"
        )
        if by_person or (name != CURSOR and (_has_number(value) or _has_number(name))):
            raise FhirError("IPK-F003")


def _has_number(text: str) -> bool:
    joined = text.replace(" ", "")
    return idscan.mask(joined) != joined


def _safe(name: str) -> str:
    """Return a parameter's name as a place, only if it looks like one: it comes from outside."""
    short = name.replace("_", "").replace("-", "").replace(".", "").replace(":", "")
    return name if short.isalpha() and len(name) < 65 else "$"  # noqa: PLR2004 (R4 ids and names stay below)


def _read(reading: _Reading, name: str, value: str) -> None:
    if name in _HANDLERS:
        _HANDLERS[name](reading, name, value)
    elif name in PERSON_CHAINS and any(p.where == "subject" for p in reading.row.params):
        _person(reading, name, value)
    else:
        _search_param(reading, name, value)


def _search_param(reading: _Reading, name: str, value: str) -> None:
    plain, _, modifier = name.partition(":")
    param = reading.row.param(plain)
    if param is None:
        # R4: an unknown parameter may be ignored, an unsupported modifier or chain may not.
        if "." in name or (modifier and not plain.startswith("_")) or _narrows(reading.row, plain):
            raise FhirError("IPK-F004", at=_safe(name))
        if name not in NEUTRAL:
            reading.ignored.append(name)
        return
    if modifier not in _MODIFIERS[param.kind]:
        raise FhirError("IPK-F004", at=_safe(name))
    if param.where == "person":
        _person(reading, name, value)
        return
    reading.terms.append(_TERMS[param.where](param, value, negated=modifier == "not"))
    _shown(reading, name, value)


_FILTERS: Final = frozenset({"_has", "_list", "_filter", "_query", "_content", "_text"})
_PEOPLE: Final = frozenset({"for", "actor", "individual", "entity", "identifier"})
"""R4's other names for who or what it is about."""
_PERSON_WORDS: Final = ("patient", "subject", "person")


def _narrows(row: Readable, name: str) -> bool:
    """Return whether to ignore a parameter could show other people than those asked for: never ignored, lenient or not."""
    said = name.lower()
    if said in _FILTERS or (row.type == "Patient" and not said.startswith("_")):
        return True
    return said in _PEOPLE or any(word in said for word in _PERSON_WORDS)


def _shown(reading: _Reading, name: str, value: str) -> None:
    """Keep a parameter for the links, which are addresses (and stand in the audit trail): never with a number."""
    if _has_number(value):  # asked for by POST
        reading.hidden = True
    else:
        reading.params.append((name, value))


_MODIFIERS: Final[Mapping[str, frozenset[str]]] = {
    "token": frozenset({"", "not"}),
    "date": frozenset({""}),
    "reference": frozenset({"", "Patient"}),
}


def _person(reading: _Reading, name: str, value: str) -> None:
    """One identifier of a person; without a system each national kind is tried. Raises IPK-F005, F004 for `:not`."""
    if name.endswith(":not"):
        raise FhirError("IPK-F004", at=name)
    system, code = values.token(name, value)
    if code is None or len(values.split(value, ",")) > 1:
        raise values.bad(name)
    pairs = ((system, code),) if system else tuple((kind, code) for kind in _NUMBERS)
    reading.terms.append(Term(field="person", values=pairs))
    reading.person = True


def _subject(param: Param, value: str, *, negated: bool) -> Term:  # noqa: ARG001 (one shape for all kinds)
    found = values.alternatives(param.name, value)
    return Term(field="subject", values=tuple(values.reference(param.name, one) for one in found))


def _status(param: Param, value: str, *, negated: bool) -> Term:
    found = tuple(values.code(param.name, one) for one in values.alternatives(param.name, value))
    return Term(field="status", values=found, op="ne" if negated else "eq")


def _token(param: Param, value: str, *, negated: bool) -> Term:
    found = values.alternatives(param.name, value)
    if param.kind == "reference":
        targets = tuple(("", _target(param, one)) for one in found)
        return Term(field="token", param=param.name, values=targets)
    tokens = tuple(values.token(param.name, one) for one in found)
    return Term(field="token", param=param.name, values=tokens, op="ne" if negated else "eq")


_TARGETS: Final = {"practitioner": "Practitioner", "organization": "Organization", "owner": "Organization"}


def _target(param: Param, value: str) -> str:
    if "/" not in value and param.name not in _TARGETS:
        raise values.bad(param.name)
    return values.reference(param.name, value, type_=_TARGETS.get(param.name, ""))


def _date(param: Param, value: str, *, negated: bool) -> Term:  # noqa: ARG001 (one shape for all kinds)
    return _interval("date", param.name, value)


def _interval(field: Any, name: str, value: str) -> Term:
    found = [values.prefixed(name, one) for one in values.alternatives(name, value)]
    prefixes: set[Any] = {prefix for prefix, _ in found}
    if len(prefixes) > 1:
        raise values.bad(name)
    return Term(field=field, values=tuple(span for _, span in found), op=prefixes.pop())


_TERMS: Final[Mapping[str, Callable[..., Term]]] = {
    "subject": _subject,
    "status": _status,
    "token": _token,
    "date": _date,
}


def _id(reading: _Reading, name: str, value: str) -> None:
    found = tuple(values.id_(name, one) for one in values.alternatives(name, value))
    reading.terms.append(Term(field="id", values=found))
    _shown(reading, name, value)


def _updated(reading: _Reading, name: str, value: str) -> None:
    reading.terms.append(_interval("updated", name, value))
    reading.params.append((name, value))


def _count(reading: _Reading, name: str, value: str) -> None:
    if not value.isascii() or not value.isdigit() or len(value) > 9:  # noqa: PLR2004 (no number of a page is longer)
        raise values.bad(name)
    # _count=0 asks for the number alone, as _summary=count (R4 search.html#count).
    reading.count_only = reading.count_only or int(value) == 0
    reading.count = min(int(value), MAX_COUNT) or reading.count
    reading.params.append((name, value))


def _sort(reading: _Reading, name: str, value: str) -> None:
    for one in values.alternatives(name, value):
        key, descending = one.removeprefix("-"), one.startswith("-")
        found = _SORTS.get(key) or _column(reading.row.param(key))
        if found is None:
            reading.ignored.append(name)
            return
        reading.sort.append((found, descending))
    reading.params.append((name, value))


_SORTS: Final[Mapping[str, SortField]] = {"_id": "id", "_lastUpdated": "updated"}


def _column(param: Param | None) -> SortField | None:
    if param is None:
        return None
    return "date" if param.where == "date" else "status" if param.where == "status" else None


def _total(reading: _Reading, name: str, value: str) -> None:
    if value not in {"none", "estimate", "accurate"}:
        raise values.bad(name)
    reading.total = value != "none"
    reading.params.append((name, value))


def _summary(reading: _Reading, name: str, value: str) -> None:
    if value not in {"true", "text", "data", "count", "false"}:
        raise values.bad(name)
    if value not in {"count", "false"}:
        reading.ignored.append(name)
        return
    reading.count_only = reading.count_only or value == "count"
    reading.params.append((name, value))


def _elements(reading: _Reading, name: str, value: str) -> None:
    # `Type.element` is allowed in R4; only this type's are meant here.
    named = [one.rpartition(".")[2].strip() for one in values.alternatives(name, value)]
    reading.elements += [one for one in named if one.isalnum()]
    _shown(reading, name, value)


def _include(reading: _Reading, name: str, value: str) -> None:
    type_, _, rest = value.partition(":")
    key = rest.partition(":")[0]
    if value == "*" or (type_ == reading.row.type and key == "*"):
        reading.includes += reading.row.includes
    elif type_ == reading.row.type and key in reading.row.includes:
        reading.includes.append(key)
    else:
        reading.ignored.append(name)
        return
    reading.params.append((name, value))


def _revinclude(reading: _Reading, name: str, value: str) -> None:
    if value != _REVINCLUDE:
        reading.ignored.append(name)
        return
    reading.revinclude = True
    reading.params.append((name, value))


def _cursor(reading: _Reading, name: str, value: str) -> None:  # noqa: ARG001 (one shape for all)
    reading.after = value


_HANDLERS: Final[Mapping[str, Callable[[_Reading, str, str], None]]] = {
    "_id": _id,
    "_lastUpdated": _updated,
    "_count": _count,
    "_sort": _sort,
    "_total": _total,
    "_summary": _summary,
    "_elements": _elements,
    "_include": _include,
    "_revinclude": _revinclude,
    CURSOR: _cursor,
}


def links(search: Search, *, next_: str | None, subject: str | None = None) -> tuple[Params, Params | None]:
    """Return the parameters of the self link and, where the store has a next page, of the next link.

    A search by a person's identifier goes on by `subject` (`Patient/id` of what was found): no number in any link.
    Raises FhirError IPK-F003 where the next page could only be asked for with such a number in its address.
    """
    own = search.params
    if next_ is None:
        return own, None
    if search.hidden or (search.person and subject is None):
        raise FhirError("IPK-F003")
    further = own
    if search.person and subject is not None:
        name = "_id" if search.query.type == "Patient" else "patient"
        further = ((name, subject.rpartition("/")[2]), *own)
    return own, (*further, (CURSOR, cursor_for(search.query.type, further, next_)))
