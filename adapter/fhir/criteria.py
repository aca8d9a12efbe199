"""One parameter of a search, read: what the store can answer of it, and what is compared with each resource.

The store answers with what certainly holds all matches; where that may be more (`exact` is False), `adapter.fhir.match`
decides. R4 search.html#modifiers, #prefix.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from adapter.errors import FhirError
from adapter.fhir import readings, values
from adapter.fhir.index import IDENTIFIED, LONGEST
from adapter.fhir.params import PHONETIC, Param
from adapter.fhir.query import Op, Term
from adapter.fhir.table import READABLE

MODIFIERS: Final[Mapping[str, frozenset[str]]] = {
    "token": frozenset({"", "not", "text", "missing"}),
    "reference": frozenset({"", "identifier", "missing"}),
    "string": frozenset({"", "exact", "contains", "missing"}),
    "uri": frozenset({"", "below", "above", "missing"}),
    "date": frozenset({"", "missing"}),
    "quantity": frozenset({"", "missing"}),
    "composite": frozenset({""}),
}
"""Kind → modifiers that are served; a reference takes a type too. What needs a terminology server (`:in`, `:not-in`,
`:above` and `:below` of codes) or tells one kind of identifier (`:of-type`) is not: refused, never ignored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One parameter as asked for: alternatives, of which one must hold (with `:not`, none)."""

    param: Param
    modifier: str = ""
    values: tuple[Any, ...] = ()
    """Of a token (system, code) · a reference: targets that fit · a string or uri: text · a date: (start, end) · a quantity:
    (prefix, lowest, first above, system, code) · a composite: a criterion for each part · `:missing`: whether it is."""
    op: Op = "eq"
    terms: tuple[Term, ...] = ()
    exact: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One parameter as it came: its name as written (the place of an error), modifier, text; and the instant, for `ap`."""

    name: str
    modifier: str
    text: str
    now: int | None = None
    base: str | None = None
    """Where this server's own resources stand, with the last slash; None where it is not known: an address may be ours."""


def read(param: Param, asked: Asked) -> Criterion:
    """Return what is asked for. Raises IPK-F004 for a modifier that is not served, F005 for a value."""
    if asked.modifier == "missing" and param.kind != "composite":
        return _missing(param, asked)
    if param.kind == "reference" and asked.modifier in READABLE:
        return _reference(param, asked)
    if asked.modifier not in MODIFIERS[param.kind]:
        raise FhirError("IPK-F004", at=asked.name)
    return _READERS[param.kind](param, asked)


def _there(param: Param) -> tuple[Term, ...]:
    """Return the term of having any value."""
    if param.where in {"subject", "status", "date"}:
        return (Term(field="missing", param=param.where, op="ne", values=(None,)),)
    return (Term(field="text", param=param.name, values=("",)),)


def _missing(param: Param, asked: Asked) -> Criterion:
    missing = values.boolean(asked.name, asked.text)
    if param.name == "identifier":  # a person's number stands in no index
        return Criterion(param=param, modifier="missing", values=(missing,), exact=False)
    (term,) = _there(param)
    op: Op = "eq" if missing == (term.field == "missing") else "ne"
    found = Term(field=term.field, param=term.param, op=op, values=term.values)
    # `patient` is one kind of subject: another kind is no patient.
    return Criterion(
        param=param,
        modifier="missing",
        values=(missing,),
        terms=() if param.where == "subject" else (found,),
        exact=param.where != "subject",
    )


def _token(param: Param, asked: Asked) -> Criterion:
    given = values.alternatives(asked.name, asked.text)
    if asked.modifier == "text":
        texts = tuple(readings.normal(values.plain(one)) for one in given)
        return Criterion(param=param, modifier="text", values=texts, exact=False)
    op: Op = "ne" if asked.modifier == "not" else "eq"
    if param.where == "status" or param.coded:
        said = (values.code(asked.name, one, param.system) for one in given)
        codes = tuple(one for one in said if one is not None)
        if "" in codes:  # the system alone
            return _of_system(param, asked.modifier)
        pairs: tuple[values.Token, ...] = tuple((None, one) for one in codes)
        if param.where == "status":
            term = Term(field="status", values=codes, op=op)
            return Criterion(param=param, modifier=asked.modifier, values=pairs, op=op, terms=_unless(term))
    else:
        pairs = tuple(values.token(asked.name, one) for one in given)
    term = Term(field="token", param=param.name, values=pairs, op=op)
    return Criterion(param=param, modifier=asked.modifier, values=pairs, op=op, terms=_unless(term))


def _of_system(param: Param, modifier: str) -> Criterion:
    """Return what a code's own system asks for, alone: any code, with `:not` none. R4 search.html#token."""
    (there,) = _there(param)
    op: Op = "ne" if modifier == "not" else "eq"
    same = (there.field == "missing") == (modifier == "not")
    term = Term(field=there.field, param=there.param, values=there.values, op="eq" if same else "ne")
    return Criterion(param=param, modifier=modifier, values=((None, None),), op=op, terms=(term,))


def _unless(term: Term) -> tuple[Term, ...]:
    """Return a term, none where it would leave out nothing: no resource has a code of another system."""
    return () if term.op == "ne" and not term.values else (term,)


def _reference(param: Param, asked: Asked) -> Criterion:
    given = values.alternatives(asked.name, asked.text)
    if asked.modifier == "identifier":
        pairs = tuple(values.token(asked.name, one) for one in given)
        term = Term(field="token", param=param.name + IDENTIFIED, values=pairs)
        return Criterion(param=param, modifier="identifier", values=pairs, terms=(term,))
    if param.where == "subject":
        targets = tuple(target for one in given for target in _targets(param, asked, one))
        term = Term(field="subject", values=targets)
        return Criterion(param=param, modifier=asked.modifier, values=targets, terms=(term,))
    found = tuple(pair for one in given for pair in _versions(param, asked, one))
    whole = tuple(f"{target}{VERSION}{version}" if version else target for target, version in found)
    term = Term(field="token", param=param.name, values=tuple(("", target) for target, _ in found))
    exact = not any(version for _, version in found)
    return Criterion(param=param, modifier=asked.modifier, values=whole, terms=(term,), exact=exact)


VERSION: Final = "/_history/"
"""Before the version in a reference: the index has references without it."""


def _versions(param: Param, asked: Asked, text: str) -> tuple[tuple[str, str], ...]:
    """Return (reference, version or empty) that a value may stand for. R4 search.html#reference."""
    target, mark, version = text.partition(VERSION)
    if mark and not values.is_id(version):
        raise values.bad(asked.name)
    return tuple((one, version) for one in _targets(param, asked, target))


def _targets(param: Param, asked: Asked, text: str) -> tuple[str, ...]:
    """Return the references that a value may stand for: an id alone is one of any type the parameter leads to."""
    plain = values.plain(text)
    if asked.base and "://" in plain:
        if not plain.startswith(asked.base):  # another server's: none of ours has its id
            return () if param.where == "subject" else (plain,)
        text = plain = plain.removeprefix(asked.base)
    if "/" in plain or ":" in plain:
        elsewhere = "://" in plain or plain.startswith("urn:")
        named = "/" in plain and plain.rsplit("/", 2)[-2] in READABLE
        relative = (values.reference(asked.name, text),) if named or not elsewhere else ()
        return relative if not elsewhere or param.where == "subject" else (*relative, plain)
    if asked.modifier:
        types: tuple[str, ...] = (asked.modifier,)
    elif param.where == "subject":
        types = ("Patient",)
    else:
        types = param.targets or tuple(READABLE)
    return tuple(values.reference(asked.name, text, type_=type_) for type_ in types)


def _string(param: Param, asked: Asked) -> Criterion:
    given = tuple(values.plain(one) for one in values.alternatives(asked.name, asked.text))
    if param.name == PHONETIC and not asked.modifier:
        sounds = tuple(readings.sound(one.split()[0]) for one in given)
        term = Term(field="text", param=PHONETIC, values=sounds)
        return Criterion(param=param, values=given, terms=(term,), exact=False)
    if asked.modifier == "contains" or param.name == PHONETIC:
        return Criterion(param=param, modifier=asked.modifier, values=given, terms=_there(param), exact=False)
    begins = tuple(readings.normal(one)[:LONGEST] for one in given)
    term = Term(field="text", param=param.name, values=begins)
    exact = not asked.modifier and all(len(one) < LONGEST for one in begins)
    return Criterion(param=param, modifier=asked.modifier, values=given, terms=(term,), exact=exact)


def _uri(param: Param, asked: Asked) -> Criterion:
    given = tuple(values.plain(one) for one in values.alternatives(asked.name, asked.text))
    if asked.modifier == "":
        term = Term(field="token", param=param.name, values=tuple(("", one) for one in given))
    else:
        begins = given if asked.modifier == "below" else ("",)
        term = Term(field="text", param=param.name, values=begins)
    return Criterion(
        param=param, modifier=asked.modifier, values=given, terms=(term,), exact=not asked.modifier
    )


def _date(param: Param, asked: Asked) -> Criterion:
    spans, op = interval(asked)
    if param.where == "date":
        terms: tuple[Term, ...] = (Term(field="date", values=spans, op=op),)
    else:
        terms = _there(param)
    # `ne` holds of one date that differs, and of nothing where there is none: as the columns have it.
    return Criterion(param=param, values=spans, op=op, terms=terms, exact=param.where == "date")


def interval(asked: Asked) -> tuple[tuple[values.Interval, ...], Op]:
    """Return the intervals between commas and their one prefix. Raises IPK-F005."""
    found = [values.prefixed(asked.name, one) for one in values.alternatives(asked.name, asked.text)]
    prefixes: set[Any] = {prefix for prefix, _ in found}
    if len(prefixes) > 1 or ("ap" in prefixes and asked.now is None):
        raise values.bad(asked.name)
    op: Op = prefixes.pop()
    if op == "ap" and asked.now is not None:
        now = asked.now
        return tuple(values.near(span, now) for _, span in found), op
    return tuple(span for _, span in found), op


def _quantity(param: Param, asked: Asked) -> Criterion:
    found = []
    for one in values.alternatives(asked.name, asked.text):
        number, *unit = (values.plain(part) for part in values.split(one, "|"))
        if len(unit) not in {0, 2}:
            raise values.bad(asked.name)
        found.append((*values.number(asked.name, number), *(unit or ("", ""))))
    return Criterion(param=param, values=tuple(found), terms=_there(param), exact=False)


def _composite(param: Param, asked: Asked) -> Criterion:
    found = []
    for one in values.alternatives(asked.name, asked.text):
        parts = values.split(one, "$")
        if len(parts) != len(param.parts) or not all(parts):
            raise values.bad(asked.name)
        found.append(
            tuple(
                read(part, Asked(name=asked.name, modifier="", text=text, now=asked.now, base=asked.base))
                for part, text in zip(param.parts, parts, strict=True)
            )
        )
    held = param.name.partition("-value-")[0]
    if held == param.name:
        return Criterion(param=param, values=tuple(found), exact=False)
    pairs = tuple(pair for criteria in found for pair in criteria[0].values)
    term = Term(field="token", param=held, values=pairs)
    return Criterion(param=param, values=tuple(found), terms=(term,), exact=False)


_READERS: Final[Mapping[str, Callable[[Param, Asked], Criterion]]] = {
    "token": _token,
    "reference": _reference,
    "string": _string,
    "uri": _uri,
    "date": _date,
    "quantity": _quantity,
    "composite": _composite,
}
