"""What goes wrong around the program: folders, database, nobody to send to, many at once. Nothing is lost, all is told."""

from __future__ import annotations

import contextlib
import ctypes
import io
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import structlog

from adapter import delivery, ingest, log, settings, wiring
from adapter.errors import AdapterError, SystemFault
from adapter.events import check, schemas
from adapter.services import Services
from adapter.store import events as stored_events
from adapter.transports.directory import Directory
from adapter.web import create_app
from tests.clock import Clock
from tests.house import LINE, ROLAND, House, living_in
from tests.houses import Build

pytestmark = pytest.mark.acceptance

THREADS = 8


@pytest.fixture
def logged() -> Iterator[io.BytesIO]:
    stream = io.BytesIO()
    log.configure(level="debug", stream=stream)
    yield stream
    structlog.reset_defaults()


def lines(logged: io.BytesIO) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in logged.getvalue().splitlines()]


# ── the exchange folder ──


def exchanging(build: Build, root: Path) -> House:
    return build(transport=Directory(root, max_bytes=8_000_000))


def file_in_its_place(root: Path) -> Callable[[], None]:
    (root / "out").write_text("not a folder")
    return (root / "out").unlink


def link_to_nowhere(root: Path) -> Callable[[], None]:
    (root / "out").symlink_to("/proc/self/no-such-place")
    return (root / "out").unlink


def full(root: Path) -> Callable[[], None]:
    """Make a disk of 64 KiB, and fill it."""
    out = root / "out"
    out.mkdir()
    _mounted(out, "size=64k")
    filler = out / ".filler"
    _fill(filler)
    return filler.unlink


def _fill(filler: Path) -> None:
    with contextlib.suppress(OSError), filler.open("wb") as file:
        while True:
            file.write(b"x" * 4096)
            file.flush()


def read_only(root: Path) -> Callable[[], None]:
    out = root / "out"
    out.mkdir()
    _mounted(out, "size=64k")
    subprocess.run(["mount", "-o", "remount,ro", str(out)], check=True)

    def mend() -> None:
        subprocess.run(["mount", "-o", "remount,rw", str(out)], check=True)

    return mend


def _mounted(place: Path, options: str) -> None:
    if shutil.which("mount") is None or os.geteuid() != 0:
        pytest.skip("a full or read-only disk: only root may mount one")
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], check=False, capture_output=True
    )
    if done.returncode:
        pytest.skip("a full or read-only disk: mounting is not allowed here")


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """Make the exchange folder; what was mounted within is let go afterwards."""
    place = tmp_path / "exchange"
    place.mkdir()
    yield place
    if os.geteuid() == 0 and os.path.ismount(place / "out"):
        ctypes.CDLL(None).umount2(str(place / "out").encode(), 2)  # MNT_DETACH: whoever still looks at it


@pytest.mark.parametrize(
    "broken", [file_in_its_place, link_to_nowhere, full, read_only], ids=lambda f: f.__name__
)
def test_a_message_waits_with_its_reason_and_leaves_when_the_folder_is_mended(
    build: Build, root: Path, logged: io.BytesIO, broken: Callable[[Path], Callable[[], None]]
):
    mend = broken(root)
    house = exchanging(build, root)
    told = house.need()
    assert told.body["status"] == "accepted"
    for _ in range(3):
        delivery.send(house.services, owner="w")
        house.clock.advance(minutes=2)
    (message,) = house.messages(direction="out")
    assert (message.state, message.last_error) == ("pending", "IPK-S005")
    assert "IPK-S005" in {line.get("code") for line in lines(logged)}
    mend()
    house.clock.advance(minutes=5)
    delivery.send(house.services, owner="w")
    assert [p.name for p in (root / "out").glob("*.xml")] == [f"{message.id}.xml"]
    assert (root / "out" / f"{message.id}.xml").read_bytes() == message.body
    assert list((root / "out").glob("*.tmp")) == []


def test_the_reason_shows_in_the_list_of_messages(build: Build, root: Path):
    file_in_its_place(root)
    house = exchanging(build, root)
    house.need()
    delivery.send(house.services, owner="w")
    client = create_app(house.services).test_client()
    (item,) = client.get("/messages?state=pending").get_json()["items"]
    assert (item["lastError"], item["attempts"]) == ("IPK-S005", 1)


def test_an_inbox_that_is_no_folder_stops_nothing_else(build: Build, root: Path, logged: io.BytesIO):
    (root / "in").write_text("not a folder")
    house = exchanging(build, root)
    house.need()
    delivery.run_once(house.services)
    assert len(list((root / "out").glob("*.xml"))) == 1
    assert "transport.away" in {line["event"] for line in lines(logged)}


def test_a_record_folder_that_is_no_folder_keeps_documents_until_it_is(build: Build, root: Path):
    (root / "epj").write_text("not a folder")
    house = exchanging(build, root)
    house.need()
    delivery.run_once(house.services)
    (root / "epj").unlink()
    delivery.file(house.services)
    assert len(list((root / "epj").glob("*.xml"))) == 1


def test_what_cannot_be_read_is_put_aside_with_code_and_place(build: Build, root: Path):
    (root / "in").mkdir()
    (root / "in" / "broken.xml").write_bytes(b"<MsgHead")
    (root / "in" / ".hidden.xml").write_bytes(b"x")
    (root / "in" / "half.tmp").write_bytes(b"x")
    house = exchanging(build, root)
    delivery.receive(house.services)
    said = orjson.loads((root / "failed" / "broken.xml.error.json").read_bytes())
    assert said["code"] == "IPK-M001"
    assert (
        sorted(p.name for p in (root / "in").glob("*.*")) == [".hidden.xml", "half.tmp"]
        or not (root / "in" / "broken.xml").exists()
    )


# ── the database ──


@pytest.fixture(params=["folder is missing", "no server"])
def away(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Services]:
    url = {
        "folder is missing": f"sqlite:///{tmp_path / 'missing' / 'adapter.db'}",
        "no server": "postgresql+psycopg://nobody@127.0.0.1:9/adapter?connect_timeout=2",
    }[request.param]
    chosen = settings.load(database_url=url, exchange=str(tmp_path / "exchange"))
    made = wiring.build(chosen, clock=Clock())
    yield made
    wiring.close(made)


def test_database_away_is_503_with_retry_after_and_nothing_is_accepted(away: Services):
    client = create_app(away).test_client()
    answer = client.post(
        "/events",
        data=orjson.dumps(schemas.example("ip.need.identified")),
        content_type="application/cloudevents+json",
    )
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.get_json()["errors"][0]["code"] == "IPK-S001"


def test_database_away_is_an_operation_outcome_at_fhir(away: Services):
    answer = create_app(away).test_client().get("/fhir/ServiceRequest")
    assert answer.status_code == 503
    assert answer.get_json()["resourceType"] == "OperationOutcome"


def test_database_away_shows_in_readiness_but_the_process_lives(away: Services):
    client = create_app(away).test_client()
    assert (client.get("/health/live").status_code, client.get("/health/ready").status_code) == (200, 503)


def test_database_away_the_use_cases_say_so(away: Services):
    event = check(schemas.example("ip.need.identified"), now=away.clock(), people=away.people)
    with pytest.raises(SystemFault) as caught:
        ingest.accept(away, event)
    assert (caught.value.code, caught.value.row.retry) == ("IPK-S001", True)
    with pytest.raises(AdapterError):
        delivery.run_once(away)


def test_a_document_that_came_while_the_database_was_away_is_taken_in_later(
    build: Build, tmp_path: Path, prepared_file: Path, hospital: House
):
    hospital.need()
    (document,) = hospital.send()
    place = tmp_path / "later" / "adapter.db"
    house = build(of={"home": {"alvdal-saksbehandling"}}, database_url=f"sqlite:///{place}")
    house.memory.put("need.xml", document)
    with pytest.raises(AdapterError):
        delivery.receive(house.services)
    assert list(house.memory.waiting["in"]) == ["need.xml"]
    place.parent.mkdir()
    shutil.copy(prepared_file, place)
    assert delivery.receive(house.services) == 1
    assert house.events() == ["ip.need.identified"]


def test_a_worker_outlives_the_database(away: Services):
    worker = delivery.Worker(away)
    worker.start()
    try:
        for loop in worker.loops:
            loop.join(0.3)
        assert all(loop.is_alive() for loop in worker.loops)
    finally:
        worker.stop()


# ── nobody, and a batch ──


def posted(services: Services, event: dict[str, Any]) -> Any:
    return (
        create_app(services)
        .test_client()
        .post("/events", data=orjson.dumps(event), content_type="application/cloudevents+json")
    )


def need(id_: str, patient: dict[str, Any], **more: Any) -> dict[str, Any]:
    event = schemas.example("ip.need.identified")
    return event | {"id": id_, "data": event["data"] | {"patient": patient} | more}


def test_nobody_serves_the_municipality_is_202_unrouted_with_a_work_item(services: Services):
    answer = posted(services, need("one", living_in("9999")))
    assert (answer.status_code, answer.get_json()["status"], answer.get_json()["messages"]) == (
        202,
        "unrouted",
        [],
    )
    client = create_app(services).test_client()
    found = client.get("/fhir/Task?status=requested,ready").get_json()
    codes = [
        c["code"] for e in found.get("entry", []) for c in e["resource"].get("code", {}).get("coding", [])
    ]
    assert "route" in codes


def test_a_batch_with_one_bad_item_takes_the_others_in_order(services: Services):
    bad = need("bad", LINE, urgency="now")
    batch = [need("first", LINE), bad, need("third", ROLAND), "no event"]
    answer = (
        create_app(services)
        .test_client()
        .post("/events", data=orjson.dumps(batch), content_type="application/cloudevents-batch+json")
    )
    told = answer.get_json()
    assert answer.status_code == 200
    assert [(t["id"], t["httpStatus"]) for t in told] == [
        ("first", 202),
        ("bad", 422),
        ("third", 202),
        (None, 422),
    ]
    assert told[1]["errors"][0]["path"] == "$[1].data.urgency"
    with services.store.read() as conn:
        assert len(stored_events.page(conn)[0]) == 2
