"""Transactions and batches at the FHIR base: all or nothing, or each alone. R4 http.html#transaction, bundle.html."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

import orjson

from adapter.errors import AdapterError, Fault, Faults, FhirError
from adapter.fhir import bundle, folding, outcome, parts, plans, r4, strict, urls
from adapter.fhir.query import Row
from adapter.fhir.writable import ENTRIES
from adapter.ingest import orders, writing
from adapter.ingest.orders import Interaction, Order, Written
from adapter.mappings.writing import planparts
from adapter.store import Connection, resources
from adapter.web import answers, fhir_conditional, fhir_inside, fhir_write, members, problems
from adapter.web.answers import LINES, Answer
from adapter.web.call import EVENT_LIMIT, Access, Answers, Call, Route
from adapter.web.fhir_entries import Entry, patch, read
from adapter.web.fhir_inside import HEAD, READS

METHODS: Final[Mapping[str, Interaction]] = {
    "DELETE": "delete",
    "POST": "create",
    "PUT": "update",
    "PATCH": "patch",
}
"""Method of an entry → interaction, in the order in which a transaction performs them; GET and HEAD come last."""
_URL: Final = re.compile(r"(?P<type>[A-Za-z]{1,64})(?:/(?P<id>[A-Za-z0-9\-.]{1,64}))?(?:\?(?P<query>.*))?")
_TOLD_EACH: Final = 100
"""Faults that are told of one entry of a batch."""
_READ_BYTES: Final = 20_000_000
"""Bytes of answers to reads in one Bundle, after which no more is read: all of it stands in memory at once."""


def post(call: Call) -> Answer:
    """Perform a transaction or a batch."""
    said = strict.read(call.body())
    if said.get("resourceType") != "Bundle":
        raise FhirError("IPK-F037", at="Bundle")
    run = _KINDS.get(str(said.get("type")))
    if run is None:
        raise FhirError("IPK-F036", at="Bundle.type", hint=", ".join(_KINDS))
    listed = said.get("entry", [])
    if not isinstance(listed, list):
        raise FhirError("IPK-F009", at="Bundle.entry")
    if len(listed) > ENTRIES:
        raise FhirError("IPK-F040", at="Bundle.entry", hint=str(ENTRIES))
    if call.trail is not None:
        call.trail.interaction = "transaction" if run is _transaction else "batch"
    entries = run(call, listed)
    made = parts.filled({"resourceType": "Bundle", "type": f"{said['type']}-response", "entry": entries})
    return answers.json(made, media=answers.FHIR)


# ── one entry as a write ─────────────────────────────────────────────────────────────────────────────────────────────


def _order(call: Call, entry: Entry, resource: Any = None) -> Order:
    """Return the write that an entry asks for. Raises AdapterError with places in its resource."""
    interaction = METHODS.get(entry.method)
    found = _URL.fullmatch(entry.url)
    if interaction is None or found is None or (interaction == "create" and found["id"]):
        raise FhirError("IPK-F009", at=f"{entry.at}.request")
    type_, id_ = found["type"], found["id"]
    text = entry.request.get("ifNoneExist") if interaction == "create" else found["query"]
    params = fhir_write.criteria_of(text) if isinstance(text, str) else None
    if not id_ and not params and interaction != "create":
        raise FhirError("IPK-F009", at=f"{entry.at}.request.url")
    fhir_write.offered(type_, interaction)
    said = entry.resource if resource is None else resource
    make = partial(fhir_write.order, call, interaction, type_, id_=id_, params=params, rests=entry.conditions)
    if interaction == "delete":
        return make()
    if interaction == "patch":
        sent, apply = patch(said, entry)
        return fhir_write.with_patch(make(sent=sent), apply, sent)
    if not isinstance(said, dict):
        raise FhirError("IPK-F009", at=f"{entry.at}.resource")
    return make(body=orders.checked(said, type_, id_))


# ── transaction ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _transaction(call: Call, listed: Sequence[Any]) -> list[dict[str, Any]]:
    entries = _resolving(call, read(listed, call.shared.base))
    _check(entries)
    folded = _folded(entries)
    by_number = {entry.number: entry for entry in entries}
    plan = _in_turn(entries, folded)
    steps = [_step(call, by_number[number], folded, plan) for number in plan]
    _answerable(call, entries)
    done = writing.write_all(
        call.services, steps, lambda index, path: _place(by_number[plan[index]], path, folded)
    )
    written = dict(zip(plan, done, strict=True))
    fhir_write.seen(call, done)
    with call.services.store.read() as conn:
        located = {n: _part(conn, written[root].row, by_number[n]) for n, root in folded.within.items()}
    return [
        _got(call, entry)
        if entry.method in READS
        else _told(call, written.get(entry.number) or Written(status=201, row=located[entry.number]))
        for entry in entries
    ]


def _resolving(call: Call, entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Return the entries with conditional references resolved in what they write. Raises Faults."""
    written = (e for e in entries if e.method in {"POST", "PUT"} and isinstance(e.resource, dict))
    created = [
        fhir_conditional.Created(url=e.full_url, resource=e.resource, perhaps="ifNoneExist" in e.request)
        for e in entries
        if e.method == "POST" and e.full_url
    ]
    found = fhir_conditional.resolved(call, {f"{e.at}.resource": e.resource for e in written}, created)
    return tuple(replace(e, resource=found.get(f"{e.at}.resource", e.resource)) for e in entries)


def _check(entries: Sequence[Entry]) -> None:
    """Refuse what is wrong with any of the entries, all at once; nothing is begun before."""
    faults: list[Fault] = []
    seen: set[str] = set()
    urls_seen: set[tuple[str, str]] = set()
    for entry in entries:
        if entry.full_url:
            meta = entry.resource.get("meta") if isinstance(entry.resource, dict) else None
            mine = (entry.full_url, str(meta.get("versionId", "") if isinstance(meta, dict) else ""))
            if mine in urls_seen:
                at = f"{entry.at}.fullUrl"
                faults.append(Fault(code="IPK-F009", path=at, rule="bdl-7", hint="bdl-7"))
            urls_seen.add(mine)
        if entry.method not in {*METHODS, *READS}:
            faults.append(Fault(code="IPK-F009", path=f"{entry.at}.request.method"))
        if entry.method in {"PUT", "PATCH", "DELETE"} and entry.url in seen:
            faults.append(Fault(code="IPK-F036", path=entry.at, hint="twice"))
        seen |= {entry.url} if entry.method in {"PUT", "PATCH", "DELETE"} else set()
        if entry.method in {"POST", "PUT"}:
            said = entry.resource
            inner = r4.check(said) if isinstance(said, dict) else (Fault(code="IPK-F009", path=""),)
            faults += [replace(f, path=_inside(entry, f.path)) for f in inner]
    if faults:
        raise Faults(tuple(faults))


def _folded(entries: Sequence[Entry]) -> folding.Folded:
    writes = [e for method in METHODS for e in entries if e.method == method and method in {"POST", "PUT"}]
    return folding.fold(
        {e.number: e.resource for e in writes},
        {e.number: e.full_url for e in writes if e.method == "POST" and e.full_url},
    )


def _in_turn(entries: Sequence[Entry], folded: folding.Folded) -> tuple[int, ...]:
    """Return the entries that are written, in their order: DELETE, POST, PUT (what is referred to first), PATCH."""
    of_url = {e.full_url: e.number for e in entries if e.number in folded.written and e.full_url}
    by_method = {m: [e.number for e in entries if e.method == m] for m in METHODS}
    return (*by_method["DELETE"], *folding.in_order(folded.written, of_url), *by_method["PATCH"])


def _step(
    call: Call, entry: Entry, folded: folding.Folded, plan: Sequence[int]
) -> Callable[[Sequence[Written]], Order]:
    def make(done: Sequence[Written]) -> Order:
        resource = folded.written.get(entry.number)
        if resource is None:
            return replace(_order(call, entry), entry=entry.number)
        names = {
            folded.urls[number]: f"{one.row.type}/{one.row.id}"
            for number, one in zip(plan, done, strict=False)
            if one.row is not None and number in folded.urls
        }
        made = _order(call, entry, _resolved(entry, folding.renamed(resource, names)))
        return replace(made, entry=entry.number)

    return make


def _resolved(entry: Entry, resource: dict[str, Any]) -> dict[str, Any]:
    """Return a resource that refers to nothing in the Bundle any more. Raises FhirError IPK-F041."""
    if any(one.startswith(folding.URN) for one in folding.references(resource)):
        raise FhirError("IPK-F041", at=f"{entry.at}.resource")
    return resource


def _place(entry: Entry, path: str, folded: folding.Folded) -> str:
    """Return a place of an entry's resource in the Bundle: what was folded into it stands in an entry of its own."""
    found = re.match(r"[A-Za-z]+\.contained\[(\d+)\](.*)", path)
    own = len(entry.resource.get("contained", ())) if isinstance(entry.resource, dict) else 0
    inner = [number for number, root in folded.within.items() if root == entry.number]
    if found is not None and own <= int(found[1]) < own + len(inner):
        return f"Bundle.entry[{inner[int(found[1]) - own]}].resource{found[2]}"
    return _inside(entry, path)


def _inside(entry: Entry, path: str) -> str:
    if path.startswith("Bundle."):
        return path
    _, dot, rest = path.partition(".")
    return f"{entry.at}.resource{dot}{rest}"


def _part(conn: Connection, root: Row | None, entry: Entry) -> Row | None:
    """Return the stored resource that an entry became which was written with another."""
    if root is None:
        return None
    type_ = entry.resource["resourceType"]
    named = [r for r in folding.references(orjson.loads(root.body)) if r.startswith(f"{type_}/")]
    found = list(resources.many(conn, named).values())
    key = planparts.key({**entry.resource, "id": entry.full_url.removeprefix(folding.URN)}, 0)
    mine = (row for row in found if _is_same(orjson.loads(row.body), entry.resource, key))
    return next(mine, found[0] if len(found) == 1 else None)


def _is_same(stored: Mapping[str, Any], said: Mapping[str, Any], key: str) -> bool:
    if stored["resourceType"] == "Appointment" and plans.is_evaluation(stored):
        return plans.is_evaluation(said)
    listed = stored.get("identifier", ())
    return any((one.get("system"), one.get("value")) == (urls.PLAN_PART, key) for one in listed)


# ── batch ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _batch(call: Call, listed: Sequence[Any]) -> list[dict[str, Any]]:
    found, done = [], []
    room = _Room()
    for number, one in enumerate(listed):
        try:
            entry = replace(read([one], call.shared.base)[0], number=number)
            if fhir_inside.asks(entry.method, entry.url):
                found.append(_got(call, entry, room))
                continue
            made = writing.write(call.services, _order(call, entry))
        except AdapterError as error:
            if error.row.retry and not found:
                raise  # nothing was written: the whole batch may come again
            found.append(_refused(call, error, number))
            continue
        done.append(made)
        found.append(_told(call, made))
    fhir_write.seen(call, done)
    return found


def _refused(call: Call, error: AdapterError, number: int) -> dict[str, Any]:
    lang = problems.spoken(call)
    inner = re.compile(r"^Bundle\.entry\[0\]")
    faults = [replace(f, path=inner.sub(f"Bundle.entry[{number}]", f.path)) for f in error.faults]
    return {
        "response": {
            "status": LINES[error.row.http],
            "outcome": outcome.of_faults(faults, lang=lang, most=_TOLD_EACH),
        }
    }


def _told(call: Call, done: Written) -> dict[str, Any]:
    """Return the entry of the answer to a write."""
    done = members.of_write(call, done)
    row = done.row
    said: dict[str, Any] = {"status": LINES[done.status]}
    if row is not None:
        said |= {"etag": bundle.etag(row.version), "lastModified": bundle.last_modified(row.updated)}
        if done.status != 204:  # noqa: PLR2004 (deleted: it is nowhere)
            said["location"] = f"{call.shared.base}/fhir/{fhir_write.location(row)}"
    if done.warnings or done.proposed_to or done.unseen:
        said["outcome"] = fhir_write.told(call, done)
    whole = row is not None and fhir_write.asked_for(call) == "representation" and done.status != 204  # noqa: PLR2004
    return {"resource": orjson.loads(row.body), "response": said} if row and whole else {"response": said}


# ── reads ────────────────────────────────────────────────────────────────────────────────────────────────────────────


class _Room:
    """What is left of the bytes that one Bundle answers with."""

    def __init__(self) -> None:
        self._left = _READ_BYTES

    def require(self) -> None:
        """Raise FhirError IPK-E115 where nothing is left."""
        if self._left <= 0:
            raise FhirError("IPK-E115", at="Bundle.entry[0].request.url", hint=f"{_READ_BYTES:,} B")

    def take(self, answer: Answer) -> None:
        """Hear of an answer."""
        self._left -= len(answer.body)


def _got(call: Call, entry: Entry, room: _Room | None = None) -> dict[str, Any]:
    """Return the entry of the answer to what asks: what the same request is answered alone, while there is room."""
    try:
        if room is not None:
            room.require()
        answer = fhir_inside.answer(
            call, method=entry.method, url=entry.url, request=entry.request, resource=entry.resource
        )
    except AdapterError as error:
        return _refused(call, error, entry.number)
    if room is not None:
        room.take(answer)
    body = orjson.loads(answer.body) if answer.body else None
    said = {"status": LINES[answer.status], **{n: v for k, v in answer.headers if (n := _TOLD.get(k))}}
    if answer.status >= _ERROR:
        return {"response": {**said, "outcome": body}}
    return {"resource": body, "response": said} if body and entry.method != HEAD else {"response": said}


def _answerable(call: Call, entries: Sequence[Entry]) -> None:
    """Refuse a transaction one of whose reads is refused: all or nothing. Asked before anything is written.

    What the Bundle itself writes is left to the answer. Raises Faults.
    """
    written = {entry.url for entry in entries if entry.method not in READS}
    faults: list[Fault] = []
    room = _Room()
    for entry in entries:
        if entry.method not in READS or entry.url in written:
            continue
        at = f"{entry.at}.request.url"
        try:
            room.require()
            answer = fhir_inside.answer(
                call, method=entry.method, url=entry.url, request=entry.request, resource=None
            )
        except AdapterError as error:
            faults += [replace(fault, path=at, hint=fault.hint or fault.path) for fault in error.faults]
            if error.code == "IPK-E115":
                break  # as is all that follows
            continue
        room.take(answer)
        if answer.status >= _ERROR:  # no address of ours, or no method of it
            faults.append(Fault(code="IPK-F009", path=at))
    if faults:
        raise Faults(tuple(faults))


_ERROR: Final = 400
_TOLD: Final = {"ETag": "etag"}
"""Header of a read → element of its entry."""
_KINDS: Final[Mapping[str, Callable[[Call, Sequence[Any]], list[dict[str, Any]]]]] = {
    "transaction": _transaction,
    "batch": _batch,
}
_TEXTS: Final = {
    200: "Bundle of type transaction-response or batch-response",
    400: "Not JSON of FHIR",
    403: "The organisation may not write this",
    409: "A transition is refused, or a body names an older version",
    412: "A version is not the current one, several meet the criteria, or not one thing a conditional reference",
    413: "Too large, or too many entries",
    415: "Not JSON",
    422: "Every fault of a transaction; a batch says it in its entries",
}


def _route(path: str) -> Route:
    return Route(
        method="POST", path=path, view=post, summary="Transaction or batch", any_params=True,
        body=fhir_write.RESOURCE, limit=EVENT_LIMIT, answers=Answers(media=answers.FHIR, texts=_TEXTS),
        fault={404: "IPK-F001", 413: "IPK-F012", 415: "IPK-F042"},
        access=Access(action="write", kind="resource", interaction="batch"),
    )  # fmt: skip


ROUTES: Final = (_route("/fhir"), _route("/fhir/"))
