"""E44: minutes of a meeting as PDF, to those who were called and may have what the plan says. events E44, domain R17."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapter import kith
from adapter.events import schemas
from adapter.kith import attachments, words
from tests import books
from tests.house import House
from tests.houses import Build
from tests.kith.pages import flat, read_pdf

PLAN = schemas.example("ip.plan.created")["data"]["plan"]
CONSENT = PLAN["consent"] | {"date": "2026-03-04"}
CALLED = schemas.example("ip.meeting.called")["data"]
NAV = {"id": "i3", "name": "Nora Nav", "kind": "other-sector", "key": "brevvik", "organisation": "Nav"}
MINUTES = "Line går uten stokk.\nNy time hos fysioterapeut avtales."
_DATA = f"{{{attachments.NAMESPACE}}}Base64Container"


@pytest.fixture
def called(alvdal: House) -> House:
    """Return the municipality with a plan that the hospital may have, and a meeting that the hospital is called to."""
    alvdal.post("ip.plan.created", continues=None, plan=PLAN | {"consent": CONSENT})
    alvdal.send()
    alvdal.clock.advance(minutes=5)
    return alvdal


def call(house: House, *more: dict[str, Any], **consent: Any) -> None:
    if consent:
        house.post("ip.consent.given", source="urn:her:5079", consent=CONSENT | consent)
    times = {"start": "2026-03-20T12:00:00+01:00", "end": "2026-03-20T13:30:00+01:00"}
    house.post("ip.meeting.called", meeting=CALLED["meeting"] | times, invitees=[*CALLED["invitees"], *more])
    house.send()
    house.clock.to(datetime(2026, 3, 20, 13, 0, tzinfo=UTC))


def documents(house: House) -> list[dict[str, Any]]:
    found = [r for r in house.current() if r["resourceType"] == "DocumentReference"]
    return [r for r in found if r["type"].get("text") == "Møtereferat"]


def codes(told: Any) -> list[tuple[str, str]]:
    return [(w["code"], w["path"]) for w in told.body["warnings"]]


def test_minutes_go_as_pdf_to_the_health_service_that_was_called(called: House, tmp_path: Path):
    call(called)
    told = called.post("ip.meeting.held", minutes=MINUTES)
    assert [(m["type"], m["receiver"]["herId"]) for m in told.messages] == [("DIALOG_HELSEFAGLIG", "90998")]
    assert "meeting-minutes" in {w["rule"] for w in told.messages[0]["why"]}
    (read,) = called.sent()
    assert (kith.check(called.message(told.messages[0]["id"]).body), read.faults) == ((), ())
    lines = read.body.text.split("\r\n")
    assert (lines[0], f"{words.ATTACHED}: Møtereferat" in lines) == ("REFERAT FRA MØTE VEDLAGT", True)
    assert "stokk" not in read.body.text
    (box,) = read.root.iter(_DATA)
    pdf = base64.b64decode(box.text or "")
    said = flat(read_pdf(pdf, tmp_path))
    for part in (
        "Line går uten stokk.",
        "Ny time hos fysioterapeut",
        "Søke om hjelpemidler",
        "Ansvarsgruppemøte",
    ):
        assert part in said
    assert ("13116900216" in said, "treningen" in said) == (False, False)
    (mine,) = documents(called)
    assert mine["content"][0]["attachment"]["size"] == len(pdf)
    held = {
        f"DocumentReference/{r['id']}" for r in called.current() if r["resourceType"] == "DocumentReference"
    }
    assert {one["target"]["reference"] for one in mine["relatesTo"]} <= held


def test_without_minutes_nobody_is_told_of_what_was_said(called: House):
    call(called)
    told = called.post("ip.meeting.held", text="Holdes internt.")
    assert (told.messages, documents(called)) == ([], [])


def test_minutes_stay_inside_where_consent_covers_the_meeting_and_not_the_plan(called: House):
    call(called)
    called.post(
        "ip.consent.withdrawn",
        source="urn:her:5079",
        scopes=["plan-share"],
        recipients=None,
        date="2026-03-20",
    )
    told = called.post("ip.meeting.held", minutes=MINUTES)
    assert (told.messages, documents(called)) == ([], [])
    assert ("IPK-E063", "$.data.minutes") in codes(told)


def test_who_is_called_by_letter_gets_no_minutes_and_a_warning_says_so(called: House):
    both = {"scopes": ["plan-share", "other-sectors"], "recipients": ["st-olavs-fmr", "brevvik"]}
    call(called, NAV, **both)
    told = called.post("ip.meeting.held", minutes=MINUTES)
    assert [m["receiver"]["herId"] for m in told.messages] == ["90998"]
    assert ("IPK-E089", "$.data.minutes") in codes(told)


def test_without_a_phone_of_ours_no_message_says_that_the_minutes_are_attached(build: Build):
    house = build(of={"home": books.ALVDAL, "rows": {"alvdal-saksbehandling": {"phone": None}}})
    house.post("ip.plan.created", continues=None, plan=PLAN | {"consent": CONSENT})
    call(house)
    silent = {"kind": "coordinating-unit", "name": {"family": "September", "given": "August"}}
    told = house.post("ip.meeting.held", minutes=MINUTES, author=silent)
    assert (told.messages, documents(house)) == ([], [])
    assert ("IPK-E105", "$.data.minutes") in codes(told)


def test_who_was_never_told_of_the_meeting_gets_no_minutes(called: House):
    called.post(
        "ip.consent.withdrawn",
        source="urn:her:5079",
        scopes=["plan-share"],
        recipients=None,
        date="2026-03-04",
    )
    call(called)
    called.post("ip.consent.given", source="urn:her:5079", consent=CONSENT | {"date": "2026-03-20"})
    told = called.post("ip.meeting.held", minutes=MINUTES)
    assert (told.messages, codes(told)) == ([], [])
