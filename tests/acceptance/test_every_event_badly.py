"""Every event type that may be posted, told badly at a case that stands: refused by place and code, or taken with a reason.

Never a fault of ours, never a value back, and nothing stored of what is refused.
"""

from __future__ import annotations

import copy
import io
import itertools
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import orjson
import pytest
import structlog
from flask.testing import FlaskClient
from sqlalchemy import func, select

from adapter import kith, log
from adapter.events import schemas
from adapter.events.catalogue import TYPES
from adapter.kith import text_read
from adapter.rules import alive
from adapter.services import Services
from adapter.store import tables
from adapter.store.sql import Statement
from adapter.web import create_app
from tests.clock import Clock
from tests.house import ROLAND
from tests.numbers import real_looking

pytestmark = pytest.mark.acceptance

POSTED: Final = tuple(row.type for row in TYPES.values() if row.posted)
PROLOGUE: Final = ("ip.need.identified", "ip.coordinator.appointed", "ip.plan.created", "ip.patient.admitted")
"""What most examples continue: a need, a coordinator, a plan, a stay."""
REAL: Final = real_looking()
SPACED: Final = f"Ring {REAL[:6]} {REAL[6:]} i dag"
STRANGER: Final = "urn:her:5111"
"""A party of the address book that has no part in the case."""
ANYBODY: Final = frozenset({"ip.need.identified", "ip.rehabilitation-need.reported"})
"""What anybody in the book may report, of anybody. R01."""
BEGINS: Final = ANYBODY | {
    "ip.address-protection.changed", "ip.consent.given", "ip.consent.limited", "ip.consent.withdrawn",
    "ip.contact-physician.appointed", "ip.gp.changed", "ip.hospital-coordinator.appointed", "ip.pathway-coordinator.assigned",
    "ip.patient.admitted", "ip.patient.deceased", "ip.platform-access.requested", "ip.representative.changed",
    "ip.team-member.added",
}  # fmt: skip
"""What begins the case of a person nobody has told of."""
RUNNING: Final = frozenset({"receipt", "release", "assessment", "coordinator"})
"""Clocks that run from when an event was taken, however late it was told."""
REFUSED: Final = frozenset({400, 403, 404, 409, 422})
STATES: Final = frozenset({"accepted", "recorded", "held", "unrouted", "partly-held"})
FORGED: Final = "Hei.\nMelde-id: IPK-0000-0000-0\nSvar: Avslått\nSaksref: x"
_TEXTS: Final = frozenset({"text", "note", "reason", "title", "description", "display", "comment"})
_NUMBERS: Final = itertools.count(1)
_COUNTS: Final = tuple(
    Statement(select(func.count()).select_from(table))
    for table in (tables.event, tables.message, tables.resource, tables.resource_history, tables.deadline)
)


@pytest.fixture
def database(prepared_file: Any, tmp_path: Any) -> str:
    """Only the embedded database: what is asked here is the same on both."""
    place = tmp_path / "adapter.db"
    place.write_bytes(prepared_file.read_bytes())
    return f"sqlite:///{place}"


@pytest.fixture(autouse=True)
def logged() -> Iterator[io.BytesIO]:
    stream = io.BytesIO()
    log.configure(level="debug", stream=stream)
    yield stream
    structlog.reset_defaults()


@pytest.fixture
def client(services: Services, clock: Clock) -> FlaskClient:
    """Return an installation with the case that the examples are about, a year on."""
    app = create_app(services)
    app.testing = False
    made = app.test_client()
    clock.advance(days=365)
    for type_ in PROLOGUE:
        answer = _post(made, schemas.example(type_))
        assert answer.status_code == 202, (type_, answer.data)
    return made


def _post(client: FlaskClient, event: dict[str, Any]) -> Any:
    return client.post("/events", data=orjson.dumps(event), content_type="application/cloudevents+json")


def _fresh(event: dict[str, Any], **envelope: Any) -> dict[str, Any]:
    """Return it under an id of its own."""
    return {**copy.deepcopy(event), "id": f"badly-{next(_NUMBERS)}", **envelope}


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    inner = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    )
    if inner is None:
        yield path, value
        return
    for key, each in inner:
        yield from _leaves(each, (*path, key))


def _set(event: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """Return the event under an id of its own, with a value at a path of `data`."""
    found = _fresh(event)
    place: Any = found["data"]
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return found


class Watch:
    """Posts, and judges each answer."""

    def __init__(self, client: FlaskClient, services: Services) -> None:
        self.client, self.services = client, services
        self.faults: list[tuple[Any, ...]] = []
        self._last = self.counts()

    def counts(self) -> tuple[int, ...]:
        with self.services.store.read() as conn:
            return tuple(next(iter(conn.all(each, {})))[0] for each in _COUNTS)

    def post(self, what: str, event: dict[str, Any], secret: str | None = None) -> Any:
        before = self._last
        answer = _post(self.client, event)
        self._last = self.counts()
        said = answer.get_json()
        status = answer.status_code
        if status in REFUSED:
            if not said["errors"] or not all(e["code"] and e["path"] for e in said["errors"]):
                self.faults.append((what, status, "no place or code"))
            if "IPK-E013" in {e["code"] for e in said["errors"]} and "allowed" not in said:
                self.faults.append((what, status, "nothing allowed"))
            if self._last != before:
                self.faults.append((what, status, "stored"))
            if secret and secret in answer.text:
                self.faults.append((what, status, "echoed"))
        elif status not in {200, 202} or said["status"] not in STATES:
            self.faults.append((what, status, said.get("status")))
        return answer

    def dry(self, event: dict[str, Any], **envelope: Any) -> tuple[int, dict[str, Any]]:
        """Return what an event would be answered at the case as it stands: nothing is kept."""
        body = orjson.dumps(_fresh(event, **envelope))
        answer = self.client.post(
            "/events?dryRun=true", data=body, content_type="application/cloudevents+json"
        )
        assert self.counts() == self._last, "a dry run keeps nothing"
        return answer.status_code, answer.get_json()


@pytest.fixture
def watch(client: FlaskClient, services: Services) -> Watch:
    return Watch(client, services)


@pytest.mark.parametrize("type_", POSTED)
def test_an_event_told_badly(type_: str, watch: Watch, logged: io.BytesIO, clock: Clock):
    example = schemas.example(type_) | {"time": clock().isoformat()}
    _wrong_values(watch, example)
    _wrong_times_and_senders(watch, example, clock)
    _wrong_threads_and_people(watch, example)
    _again(watch, example)
    assert watch.faults == []
    said = logged.getvalue().decode()
    assert [s for s in (REAL, SPACED, "Hemmelig verdi") if s in said] == []


def _wrong_values(watch: Watch, example: dict[str, Any]) -> None:
    for path, value in _leaves(example["data"]):
        if any(isinstance(key, int) and key for key in path):
            continue  # like the first of its list
        wrong = ["x" * 2001] if isinstance(value, str) else ["Hemmelig verdi", {"a": None}]
        for each in wrong:
            answer = watch.post(f"wrong {path}", _set(example, path, each), "Hemmelig verdi")
            if answer.status_code in {200, 202}:
                watch.faults.append(("taken", path, type(each).__name__))
        if isinstance(value, str):
            for number in (REAL, SPACED) if path[-1] in _TEXTS else (REAL,):
                answer = watch.post(f"number {path}", _set(example, path, number), number)
                if answer.status_code in {200, 202}:
                    watch.faults.append(("a number taken", path))
    for key in example["data"]:
        left = _fresh(example)
        del left["data"][key]
        watch.post(f"without {key}", left)


def _wrong_times_and_senders(watch: Watch, example: dict[str, Any], clock: Clock) -> None:
    for time in (
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        (clock() + timedelta(days=2)).isoformat(),
    ):
        assert watch.post("time", _fresh(example, time=time)).status_code == 422
    before = watch.post("before the person was born", _fresh(example, time="1900-01-01T00:00:00Z"))
    assert before.status_code in REFUSED or "patient" not in example["data"]
    assert watch.post("unknown sender", _fresh(example, source="urn:her:99999999")).status_code == 403
    watch.post("a party outside the case", _fresh(example, source="urn:her:258521"))


def _wrong_threads_and_people(watch: Watch, example: dict[str, Any]) -> None:
    nowhere = "00000000-0000-4000-8000-000000000000"
    for thread in (
        {"meldeId": "IPK-0000-0000-0"},
        {"needId": nowhere},
        {"assignmentId": nowhere},
        {"planId": nowhere},
        {"planIdentifier": {"system": "https://plan.example", "value": "nowhere"}},
    ):
        answer = watch.post(f"thread {sorted(thread)}", _set(example, ("continues",), thread))
        if answer.status_code in {200, 202}:
            watch.faults.append(("an unknown thread taken", sorted(thread)))
    if "patient" in example["data"]:
        watch.post("another person", _set(example, ("patient",), copy.deepcopy(ROLAND)))


def _again(watch: Watch, example: dict[str, Any]) -> None:
    event = _fresh(example)
    first, second = watch.post("once", event), watch.post("twice", event)
    if first.status_code == 202 and (second.status_code, second.data) != (200, first.data):
        watch.faults.append(("twice", second.status_code))
    if first.status_code == 202:
        other = copy.deepcopy(event)
        other["data"]["note"] = "noe annet"
        assert watch.post("the same id for something else", other).status_code in {409, 422}
    watch.post("the same under another id", _fresh(example))


@pytest.mark.parametrize(
    ("type_", "path"),
    [
        ("ip.need.identified", ("reason", "text")),
        ("ip.need.identified", ("department", "name")),
        ("ip.need.forwarded", ("text",)),
        ("ip.rehabilitation-need.reported", ("function",)),
        ("ip.hospital-coordinator.appointed", ("person", "organisation", "name")),
        ("ip.patient.admitted", ("department", "name")),
    ],
)
def test_free_text_writes_no_line_of_its_own(
    services: Services, clock: Clock, type_: str, path: tuple[str, ...]
):
    """No line of it stands where a receiver's machine reads a thread or an answer."""
    client = create_app(services).test_client()
    clock.advance(days=365)
    if type_ != "ip.need.identified":
        assert _post(client, schemas.example("ip.need.identified")).status_code == 202
    answer = _post(client, _set(schemas.example(type_) | {"time": clock().isoformat()}, path, FORGED))
    assert answer.status_code == 202, answer.text
    (message, *_) = answer.get_json()["messages"]
    body: Any = kith.read(client.get(f"/messages/{message['id']}/document").data).body
    assert "Melde-id: IPK-0000-0000-0 Svar: Avslått" in body.text
    assert not re.search(r"(?m)^\s*(Melde-id: IPK-0000|Svar:|Saksref)", body.text)
    read = text_read.parse(body.text)
    row = client.get(f"/messages/{message['id']}").get_json()
    assert (read.melde_id, read.answer) == (row["meldeId"], None)


@pytest.mark.parametrize("first", ["ip.patient.deceased", "ip.patient.moved"])
def test_every_event_after_death_and_moving(first: str, watch: Watch, clock: Clock):
    now = clock().isoformat()
    assert watch.post(first, _fresh(schemas.example(first), time=now)).status_code == 202
    taken = {
        type_
        for type_ in POSTED
        if watch.post(type_, _fresh(schemas.example(type_), time=now)).status_code == 202
    }
    assert watch.faults == []
    dead = schemas.example(first)["data"]["patient"]
    of_the_dead = {type_ for type_ in taken if schemas.example(type_)["data"].get("patient") == dead}
    if first == "ip.patient.deceased":
        assert {type_ for type_ in of_the_dead if not alive.permits(type_)} == set()


def test_of_anothers_case_nothing_but_a_need_is_taken(watch: Watch, clock: Clock):
    now = clock().isoformat()
    told = {t: watch.dry(schemas.example(t), time=now, source=STRANGER) for t in POSTED}
    assert {t for t, (status, _) in told.items() if status not in REFUSED} == ANYBODY
    codes = {e["code"] for t, (status, said) in told.items() if status == 403 for e in said["errors"]}
    assert codes == {"IPK-R005"}


def test_of_a_person_nobody_has_told_of_only_what_begins_a_case_is_taken(watch: Watch, clock: Clock):
    now = clock().isoformat()
    examples = {t: copy.deepcopy(schemas.example(t)) for t in POSTED}
    about = {t: one for t, one in examples.items() if "patient" in one["data"]}
    for one in about.values():
        one["data"]["patient"] = copy.deepcopy(ROLAND)
    told = {t: watch.dry(one, time=now) for t, one in about.items()}
    assert {t for t, (status, _) in told.items() if status not in REFUSED} == BEGINS
    continuing = {t for t in about if TYPES[t].continues == "required"}
    assert {told[t][0] for t in continuing} == {404}


def test_what_is_dated_before_its_case_is_taken_as_told_late_or_refused(watch: Watch, clock: Clock):
    """The clocks run from now, and no message is dated back."""
    late = {t: watch.dry(schemas.example(t), time="2026-03-01T10:00:00+01:00") for t in POSTED}
    assert {status for status, _ in late.values()} <= REFUSED | {200}
    taken = {t: said for t, (status, said) in late.items() if status == 200}
    assert taken.keys() >= ANYBODY
    past = {
        (t, d["kind"])
        for t, said in taken.items()
        for d in said["deadlines"]
        if d["kind"] in RUNNING and d["due"] < clock().isoformat()
    }
    assert past == set()
    dates = {
        kith.read(m["rendered"].encode()).head.gen_date.date()  # type: ignore[union-attr]
        for said in taken.values()
        for m in said["messages"]
        if m["type"].startswith("DIALOG_") and m["rendered"]
    }
    assert dates == {clock().date()}


def test_every_event_in_reverse_order(watch: Watch, clock: Clock):
    now = clock().isoformat()
    for type_ in reversed(POSTED):
        watch.post(type_, _fresh(schemas.example(type_), time=now))
    assert watch.faults == []
