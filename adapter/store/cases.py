"""Cases: a patient in this installation, gathered whole, and the version every write asserts. fhir-model.md, 'A case is …'."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import orjson
from sqlalchemy import bindparam, literal_column, or_, select, update

from adapter.errors import Conflict
from adapter.model import Case, Resource
from adapter.store import deadlines, messages, people
from adapter.store.sql import Connection, Insertion, Statement
from adapter.store.tables import case_, message, resource, token
from adapter.store.times import micros

_INSERT = Insertion(case_)
_BY_KEY = Statement(
    select(case_.c.key, case_.c.version).where(
        case_.c.key == bindparam("key"), case_.c.org == bindparam("org")
    )
)
_BY_PERSON = Statement(
    select(case_.c.key, case_.c.version).where(
        case_.c.person_hash == bindparam("person_hash"), case_.c.org == bindparam("org")
    )
)
_OPEN = Statement(
    select(resource.c.type, resource.c.id, resource.c.body).where(
        resource.c.case_key == bindparam("key"), literal_column("open = 1")
    )
)


def gather(
    conn: Connection,
    *,
    org: str,
    now: datetime,
    person: tuple[str, str] | None = None,
    case_key: str | None = None,
) -> Case:
    """Return the case of a key or a person (system, value); a new person gives `Case(key=None, version=0)`.

    With its open resources, at most the latest 500 message heads by `seq`, open deadlines, and the bytes of held
    messages and received questions.
    """
    row = _row(conn, org, person, case_key)
    if row is None:
        return Case(key=None, version=0, now=now, owner=org)
    key = row[0]
    heads = messages.heads(conn, key)
    return Case(
        key=key,
        version=row[1],
        now=now,
        owner=org,
        resources=_resources(conn, key),
        messages=tuple(replace(item, body=b"") if item.body else item for item in heads),
        deadlines=deadlines.of_case(conn, key),
        bodies={item.id: item.body for item in heads if item.body},
    )


def _row(
    conn: Connection, org: str, person: tuple[str, str] | None, case_key: str | None
) -> tuple[str, int] | None:
    if case_key is not None:
        row = conn.one(_BY_KEY, {"key": case_key, "org": org})
    elif person is not None:
        hashed = people.digest(conn, system=person[0], value=person[1])
        row = conn.one(_BY_PERSON, {"person_hash": hashed, "org": org})
        before = None if row is not None else people.former(conn, org, hashed)
        if before is not None:
            row = conn.one(_BY_KEY, {"key": before, "org": org})
    else:
        row = None
    return None if row is None else (row[0], row[1])


_VERSION = Statement(select(case_.c.version).where(case_.c.key == bindparam("key")))


def moved(conn: Connection, case: Case) -> bool:
    """Return whether a case that was gathered is at another version by now: what was read of it may be of both."""
    row = None if case.key is None else conn.one(_VERSION, {"key": case.key})
    return row is not None and row[0] != case.version


_HOLD = Statement(select(case_.c.version).where(case_.c.key == bindparam("key")).with_for_update())


def hold(conn: Connection, key: str) -> int:
    """Return the version of a case in which nobody else writes until the transaction ends (SQLite: it is alone already)."""
    row = conn.one(_HOLD, {"key": key})
    return 0 if row is None else int(row[0])


def _resources(conn: Connection, key: str) -> dict[str, Resource]:
    rows = conn.all(_OPEN, {"key": key})
    return {
        f"{type_}/{id_}": orjson.loads(body) for type_, id_, body in sorted(rows, key=lambda row: row[:2])
    }


def create(
    conn: Connection,
    *,
    key: str,
    org: str,
    now: datetime,
    person: tuple[str, str] | None = None,
    take: int = 0,
) -> int:
    """Make a case at version 1, and return the first of `take` sequence numbers for its messages (1).

    Raises Conflict when the key or the owner's person is there already.
    """
    hashed = None if person is None else people.digest(conn, system=person[0], value=person[1])
    row = {"key": key, "org": org, "version": 1, "sequence": take, "person_hash": hashed}
    _INSERT.run(conn, [{**row, "created": micros(now), "keep_until": None}])
    return 1


_ADVANCE = Statement(
    update(case_)
    .where(case_.c.key == bindparam("case_key"), case_.c.version == bindparam("expected"))
    .values(version=case_.c.version + literal_column("1"), sequence=case_.c.sequence + bindparam("take"))
)
_SEQUENCE = Statement(select(case_.c.sequence).where(case_.c.key == bindparam("key")))


def advance(conn: Connection, key: str, *, expect_version: int, take: int = 0) -> int:
    """Raise the version by one, and return the first of `take` new sequence numbers.

    Raises Conflict unless the case is at the version expected; on PostgreSQL it locks the case until commit.
    """
    if conn.run(_ADVANCE, {"case_key": key, "expected": expect_version, "take": take}).rowcount != 1:
        raise Conflict
    row = conn.one(_SEQUENCE, {"key": key})
    if row is None:
        raise Conflict
    return int(row[0]) - take + 1


_PERSON = Statement(
    update(case_).where(case_.c.key == bindparam("case_key")).values(person_hash=bindparam("hashed"))
)


def set_person(conn: Connection, key: str, person: tuple[str, str] | None) -> None:
    """Give the case another person's identifier (a changed number), or none (an erasure). Raises Conflict if taken."""
    hashed = None if person is None else people.digest(conn, system=person[0], value=person[1])
    conn.run(_PERSON, {"case_key": key, "hashed": hashed})
    if person is None:
        people.forget(conn, key)


def rename(conn: Connection, key: str, org: str, *, person: tuple[str, str], former: tuple[str, str]) -> None:
    """Let the case be found by the person's new number, and by the former one as before. E18."""
    set_person(conn, key, person)
    people.also(conn, org, people.digest(conn, system=former[0], value=former[1]), key)


_BY_RESOURCE = Statement(
    select(resource.c.case_key).where(
        resource.c.type == bindparam("type"),
        resource.c.id == bindparam("id"),
        resource.c.org == bindparam("org"),
    )
)
_BY_TOKEN = Statement(
    select(resource.c.case_key)
    .join(token, (token.c.type == resource.c.type) & (token.c.id == resource.c.id))
    .where(
        token.c.type == bindparam("type"),
        token.c.param == bindparam("param"),
        token.c.value == bindparam("value"),
        or_(token.c.system == bindparam("system"), literal_column("'*'") == bindparam("system")),
        resource.c.org == bindparam("org"),
        resource.c.case_key.is_not(None),
    )
    .limit(literal_column("1"))
)


def find_continued(  # noqa: PLR0913 (exactly one of the six is given)
    conn: Connection,
    org: str,
    *,
    melde_id: str | None = None,
    need_id: str | None = None,
    assignment_id: str | None = None,
    plan_id: str | None = None,
    plan_identifier: tuple[str, str] | None = None,
    task_id: str | None = None,
) -> str | None:
    """Return the key of the case that an event continues, by the one thing given; None where it does not exist.

    `melde_id` is ServiceRequest.requisition, `plan_identifier` (system, value) CarePlan.identifier; the others are ids.
    """
    if melde_id is not None:
        return _by_token(conn, org, "ServiceRequest/requisition", ("*", melde_id))
    if plan_identifier is not None:
        return _by_token(conn, org, "CarePlan/identifier", plan_identifier)
    # A relative takes part as a RelatedPerson, everybody else by an assignment.
    ids = (
        ("ServiceRequest", need_id),
        ("PractitionerRole", assignment_id),
        ("RelatedPerson", assignment_id),
        ("CarePlan", plan_id),
        ("Task", task_id),
    )
    for type_, id_ in ids:
        if id_ is not None:
            row = conn.one(_BY_RESOURCE, {"type": type_, "id": id_, "org": org})
            if row is not None:
                return str(row[0]) if row[0] else None
    return None


def of_resource(conn: Connection, org: str, type_: str, id_: str) -> str | None:
    """Return the key of the case that a resource belongs to, None where there is none."""
    row = conn.one(_BY_RESOURCE, {"type": type_, "id": id_, "org": org})
    return None if row is None else row[0]


def _by_token(conn: Connection, org: str, place: str, item: tuple[str, str]) -> str | None:
    type_, _, param = place.partition("/")
    params = {"type": type_, "param": param, "system": item[0], "value": item[1], "org": org}
    row = conn.one(_BY_TOKEN, params)
    return None if row is None else row[0]


_BY_THREAD = Statement(
    select(message.c.case_key)
    .where(
        message.c.thread == bindparam("ref"),
        literal_column("message.thread <> message.id"),  # in words, so that the partial index applies
        message.c.org == bindparam("org"),
        message.c.case_key.is_not(None),
    )
    .order_by(message.c.seq)
    .limit(literal_column("1"))
)
_BY_MESSAGE = Statement(
    select(message.c.case_key).where(message.c.id == bindparam("ref"), message.c.org == bindparam("org"))
)


def by_thread(conn: Connection, org: str, conversation_ref: str) -> str | None:
    """Return the key of the case whose thread, or message of ours, this ConversationRef names."""
    params = {"ref": conversation_ref, "org": org}
    for statement in (_BY_MESSAGE, _BY_THREAD):
        row = conn.one(statement, params)
        if row is not None and row[0] is not None:
            return str(row[0])
    return None
