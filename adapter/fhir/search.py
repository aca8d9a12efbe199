"""A search request as a value: R4 search.html for the readable types; what names a person by POST only.

Best-practice of HL7 Norway: servers that search by national number require POST `_search`, since URLs are logged. The
same holds here of people's names, birth dates and addresses.
"""

from __future__ import annotations

from typing import Final

from adapter.errors import FhirError
from adapter.fhir import criteria, shaping, values
from adapter.fhir.asked import (
    AUDIT,
    DEFAULT_COUNT,
    MAX_COUNT,
    Inner,
    Reading,
    Search,
    Setting,
    has_number,
    safe,
    shown,
)
from adapter.fhir.criteria import Asked
from adapter.fhir.includes import included, revinclude
from adapter.fhir.index import Index, index
from adapter.fhir.paging import CURSOR, Params, cursor_for, opened
from adapter.fhir.query import Query, Term
from adapter.fhir.table import NEUTRAL, PERSON_CHAINS, READABLE, Readable
from adapter.fhir.urls import DNR, FHN, FNR

__all__ = [
    "DEFAULT_COUNT",
    "MAX_COUNT",
    "Index",
    "Inner",
    "Search",
    "Setting",
    "cursor_for",
    "included",
    "index",
    "links",
    "parse",
    "revinclude",
]

_NUMBERS: Final = (FNR, DNR, FHN)

PLAIN: Final = Setting()


PARAMS: Final = 100
"""Parameters of one search; each is a condition of its own to the database, which takes no thousand."""


def parse(
    type_: str,
    params: Params,
    *,
    post: bool,
    org: str | None = None,
    strict: bool = False,
    setting: Setting = PLAIN,
) -> Search:
    """Return the search that decoded parameters ask for; `strict` is `Prefer: handling=strict`.

    Raises IPK-F002 (type), F003 (what names a person outside POST), F004 (unsupported), F005 (value), F008 (page token),
    F021 (parameters that contradict each other). No error names a value.
    """
    row = READABLE.get(type_)
    if row is None:
        raise FhirError("IPK-F002")
    if not post:
        _refuse_numbers(row, params)
    if len(params) > PARAMS:
        raise FhirError("IPK-F005", at="&", hint=f"{PARAMS}")
    reading = Reading(row=row, post=post, now=setting.now, count=setting.default_count, base=setting.base)
    for name, value in params:
        if value.strip():
            _read(reading, name, value)
    shaping.agree(reading)
    if strict and reading.ignored:
        raise FhirError("IPK-F004", at=safe(reading.ignored[0]))
    return _search(reading, org, setting.key)


def _search(reading: Reading, org: str | None, key: bytes) -> Search:
    kept = tuple(reading.params)
    type_ = reading.row.type
    query = Query(
        type=type_,
        org=org,
        terms=tuple(reading.terms),
        sort=tuple(reading.sort),
        count=reading.count,
        after=opened(type_, kept, reading.after, key=key) if reading.after else None,
        total=reading.total or reading.count_only,
        whole=not reading.inner and all(one.exact for one in reading.criteria),
    )
    return Search(
        query=query,
        criteria=tuple(reading.criteria),
        inner=tuple(reading.inner),
        params=kept,
        person=reading.person,
        hidden=reading.hidden,
        includes=tuple(dict.fromkeys(reading.includes)),
        revincludes=tuple(dict.fromkeys(reading.revincludes)),
        elements=tuple(reading.elements),
        summary=reading.summary,
        count_only=reading.count_only,
        ignored=tuple(reading.ignored),
    )


def _refuse_numbers(row: Readable, params: Params) -> None:
    for name, _ in params:
        if name in PERSON_CHAINS or (row.type == "Patient" and name.partition(":")[0] == "identifier"):
            raise FhirError("IPK-F003")
    # No number goes over the bar between them: one look at all.
    if has_number("|".join(f"{name}|{value}" for name, value in params if name != CURSOR)):
        raise FhirError("IPK-F003")


def _read(reading: Reading, name: str, value: str) -> None:
    if "\0" in value:  # no text of a database may hold it
        raise values.bad(safe(name))
    plain, _, modifier = name.partition(":")
    if name in shaping.HANDLERS:
        shaping.HANDLERS[name](reading, name, value)
    elif name in _OF_PATIENT and any(p.where == "subject" for p in reading.row.params):
        _person(reading, name, value)
    elif plain == "_has" and modifier:
        _has(reading, name, value)
    elif "." in name:
        _chain(reading, name, value)
    else:
        _search_param(reading, name, value)


_OF_PATIENT: Final = PERSON_CHAINS | {"patient:identifier", "subject:identifier"}
"""Ways to ask by the number of whom it is about; a reference to a patient never carries the number itself."""


def _search_param(reading: Reading, name: str, value: str) -> None:
    plain, _, modifier = name.partition(":")
    param = reading.row.param(plain)
    if param is None:
        # R4: an unknown parameter may be ignored, an unsupported modifier or chain may not.
        if (modifier and not plain.startswith("_")) or plain in _KNOWN or _narrows(reading.row, plain):
            raise FhirError("IPK-F004", at=safe(name))
        if name not in NEUTRAL:
            reading.ignored.append(name)
        return
    if param.where == "person" and modifier != "missing":
        _person(reading, name, value)
        return
    if param.personal and modifier != "missing" and not reading.post:
        raise FhirError("IPK-F003", at=plain)
    read = criteria.read(
        param, Asked(name=name, modifier=modifier, text=value, now=reading.now, base=reading.base)
    )
    reading.criteria.append(read)
    reading.terms += read.terms
    if param.personal and modifier != "missing":
        reading.hidden = True
    else:
        shown(reading, name, value)


_KNOWN: Final = frozenset({"_id", "_lastUpdated"})
"""Read whole; with a modifier they are not served."""
FILTERS: Final = frozenset({"_has", "_list", "_filter", "_query", "_content", "_text", "_type"})
"""What narrows a search of any type, and is not served (`_has` of definitions): never ignored."""
_PEOPLE: Final = frozenset({"for", "actor", "individual", "entity", "identifier"})
"""R4's other names for who or what it is about."""
_PERSON_WORDS: Final = ("patient", "subject", "person")


def _narrows(row: Readable, name: str) -> bool:
    """Return whether to ignore a parameter could show other people than those asked for: never ignored, lenient or not."""
    said = name.lower()
    if said in FILTERS or (row.type == "Patient" and not said.startswith("_")):
        return True
    return said in _PEOPLE or any(word in said for word in _PERSON_WORDS)


def _person(reading: Reading, name: str, value: str) -> None:
    """One identifier of a person; without a system each national kind is tried. Raises IPK-F003, F005, F004 for `:not`."""
    if not reading.post:
        raise FhirError("IPK-F003")
    if reading.row.type == "Patient" and name != "identifier":
        raise FhirError("IPK-F004", at=safe(name))
    system, code = values.token(name, value)
    if code is None or len(values.split(value, ",")) > 1:
        raise values.bad(name)
    pairs = ((system, code),) if system else tuple((kind, code) for kind in _NUMBERS)
    reading.terms.append(Term(field="person", values=pairs))
    reading.person = True


# ── one level further ────────────────────────────────────────────────────────────────────────────────────────────────


def _chain(reading: Reading, name: str, value: str) -> None:
    """`reference[:Type].parameter=value`, one level. R4 search.html#chaining. Raises IPK-F004, and what the parameter does."""
    head, _, rest = name.partition(".")
    plain, _, type_ = head.partition(":")
    param = reading.row.param(plain)
    if param is None or param.kind != "reference" or "." in rest or reading.row.type == AUDIT:
        raise FhirError("IPK-F004", at=safe(name))
    types = (type_,) if type_ else param.targets
    if param.where == "subject" and not type_:
        types = ("Patient",)
    if rest in _KNOWN:
        known = [one for one in types if one in READABLE]
    else:
        known = [one for one in types if one in READABLE and READABLE[one].param(rest.partition(":")[0])]
    if not known or AUDIT in known:
        raise FhirError("IPK-F004", at=safe(name))
    searches = tuple(_one(reading, one, rest, value) for one in known)
    reading.inner.append(Inner(param=param, searches=searches))
    _nested(reading, searches, name, value)


def _has(reading: Reading, name: str, value: str) -> None:
    """`_has:Type:reference:parameter=value`, one level. R4 search.html#has. Raises IPK-F004, and what the parameter does."""
    _, *parts = name.split(":", 3)
    row = READABLE.get(parts[0])
    param = row.param(parts[1]) if row and len(parts) == 3 else None  # noqa: PLR2004 (type, reference, parameter)
    if row is None or param is None or param.kind != "reference" or AUDIT in {row.type, reading.row.type}:
        raise FhirError("IPK-F004", at=safe(name))
    if param.targets and reading.row.type not in param.targets:
        raise FhirError("IPK-F004", at=safe(name))
    searches = (_one(reading, row.type, parts[2], value),)
    reading.inner.append(Inner(param=param, searches=searches, reverse=True))
    _nested(reading, searches, name, value)


def _one(reading: Reading, type_: str, name: str, value: str) -> Search:
    """Return the inner search by one parameter. Raises IPK-F004 for what is none of that type."""
    if name.startswith("_has") or "." in name or (name in shaping.HANDLERS and name not in _KNOWN):
        raise FhirError("IPK-F004", at=safe(name))
    found = parse(
        type_, [(name, value)], post=reading.post, setting=Setting(now=reading.now, base=reading.base)
    )
    if found.ignored or (not found.query.terms and not found.criteria):
        raise FhirError("IPK-F004", at=safe(name))
    return found


def _nested(reading: Reading, searches: tuple[Search, ...], name: str, value: str) -> None:
    if any(one.hidden or one.person for one in searches):
        reading.hidden = True
    else:
        shown(reading, name, value)


def links(
    search: Search,
    *,
    next_: str | None,
    key: bytes = b"",
    subject: str | None = None,
    ids: tuple[str, ...] | None = None,
) -> tuple[Params, Params | None]:
    """Return the parameters of the self link and, where the store has a next page, of the next link.

    A search by a person's identifier goes on by `subject` (`Patient/id` of what was found), one by what else names a
    person by the `ids` of what is left: neither stands in any link. Raises FhirError IPK-F003 where there is no such way.
    """
    own = search.params
    if next_ is None:
        return own, None
    further = own
    if search.person:
        if subject is None:
            raise FhirError("IPK-F003")
        name = "_id" if search.query.type == "Patient" else "patient"
        further = ((name, subject.rpartition("/")[2]), *further)
    if search.hidden:
        if ids is None:
            raise FhirError("IPK-F003")
        further = (("_id", ",".join(ids)), *further)
    return own, (*further, (CURSOR, cursor_for(search.query.type, further, next_, key=key)))
