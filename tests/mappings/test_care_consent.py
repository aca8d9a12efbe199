"""What a message of care of ours says of consent and of forwarding. HIS 80704:2014 13.1; list 9064; rules/reservation.py."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from adapter import kith
from adapter.fhir import messages
from adapter.kith.codes import coded
from adapter.kith.head import Address, Document, Unit
from adapter.kith.plo import (
    avmelding,
    dod,
    helseopplysninger,
    innlagt,
    innleggelsesrapport,
    medisinske,
    til_lege,
    tjenestetilbud,
    utskrevet,
    utskrivningsklar,
    utskrivningsrapport,
)
from adapter.mappings import limits, sharing
from adapter.rules.consent import Grant, care_code
from tests import otherside
from tests.house import GIVEN, House
from tests.houses import Build
from tests.kith import care, official
from tests.kith.builders import HEAD
from tests.mappings.test_stays import OWN_CARE

NURSES = Address(
    level1=Unit(name="Alvdal Kommune", her_id="99387"), level2=Unit(name="Sykepleietjeneste", her_id="5078")
)
SILENT: Any = {"units": (care.WARD,)}
AT = care.AT


@pytest.fixture
def ward(build: Build) -> House:
    """Make a hospital whose ward leaves its messages of care to the adapter."""
    return build(of={"rows": OWN_CARE})


def reserve(ward: House) -> None:
    """Admit the patient, of whom the municipality then tells with a reservation against forwarding."""
    ward.post("ip.patient.admitted")
    (document,) = ward.send()
    head = replace(otherside.head(document, thread=False), sender=NURSES, document=Document())
    ward.receive(kith.build(innlagt.new(head, at=AT, withheld=True, **SILENT)))
    ward.clock.advance(hours=1)


def tell(ward: House, type_: str = "early-notice", **more: Any) -> dict[str, kith.Read]:
    """Post an event of the stay; what left, by its type."""
    ward.post(f"ip.patient.{type_}", **more)
    made = [data for data in ward.send() if b"<AppRec" not in data]
    return {read.type: read for read in map(kith.read, made)}


def told(read: kith.Read) -> tuple[str | None, bool | None]:
    """Return the code of Consent and the value of ForbeholdOmVideresending."""
    consent = read.head.document.consent if read.head else None
    return consent.v if consent else None, read.body.shipment.withheld


@pytest.mark.parametrize(
    ("make", "more"),
    [
        (innlagt.new, {"at": AT}),
        (utskrivningsklar.new, {"admitted": AT, "ready": AT}),
        (avmelding.new, {"at": AT}),
        (utskrevet.new, {"at": AT, "to": "1"}),
        (dod.new, {"at": AT}),
        (helseopplysninger.new, {"kind": "1"}),
        (utskrivningsrapport.new, {"kind": "11"}),
        (medisinske.new, {"kind": "1"}),
        (til_lege.new, {"kind": "1"}),
        (tjenestetilbud.new, {}),
        (innleggelsesrapport.new, {}),
    ],
    ids=lambda value: value.__module__.rpartition(".")[2] if callable(value) else "",
)
@pytest.mark.parametrize("said", [None, True, False])
def test_every_message_of_care_can_be_made_with_a_reservation(make: Any, more: Any, said: bool | None):  # noqa: FBT001 (a case)
    made = make(HEAD, withheld=said, **more, **SILENT)
    assert made.body.shipment.withheld is said


def test_a_reservation_that_came_in_the_case_goes_with_every_message_of_care(ward: House):
    reserve(ward)
    for type_ in ("early-notice", "discharge-ready", "discharge-ready-cancelled", "discharged"):
        for read in tell(ward, type_).values():
            assert told(read) == (None, True), read.type


def test_why_says_that_the_reservation_goes_with_it(ward: House):
    reserve(ward)
    got = ward.post("ip.patient.early-notice")
    assert "reservation-passed-on" in {why["rule"] for why in got.messages[0]["why"]}


def test_without_one_nothing_is_said_of_forwarding(ward: House):
    tell(ward, "admitted")
    (read,) = tell(ward).values()
    assert told(read) == (None, None)


def test_a_consent_recorded_later_lifts_it(ward: House):
    reserve(ward)
    ward.post("ip.consent.given", consent=GIVEN)
    ward.clock.advance(hours=1)
    (read,) = tell(ward).values()
    assert told(read) == ("2", None)


def test_a_reservation_after_the_consent_holds_beside_it(ward: House):
    ward.post("ip.consent.given", consent=GIVEN)
    ward.clock.advance(hours=1)
    reserve(ward)
    (read,) = tell(ward).values()
    assert told(read) == ("2", True)


def test_logistics_say_nothing_of_consent(ward: House):
    ward.post("ip.consent.given", consent=GIVEN)
    (read,) = [r for r in tell(ward, "admitted").values() if r.type == "LOG_INNLAGT"]
    assert told(read) == (None, None)


def test_the_report_that_names_the_coordinator_by_the_patients_yes_says_that_it_was_obtained(ward: House):
    ward.post("ip.consent.given", consent=GIVEN)
    ward.post("ip.hospital-coordinator.appointed", continues=None)
    tell(ward, "admitted")
    report = tell(ward, "discharged")["UTSKRIVNINGSRAPPORT"]
    assert told(report) == ("1", None)
    assert "Koordinator" in kith.build(report.message).decode()


def test_what_is_written_is_valid_by_the_official_schema_too(ward: House):
    ward.post("ip.consent.given", consent=GIVEN)
    ward.clock.advance(hours=1)
    reserve(ward)
    ward.post("ip.patient.early-notice")
    ward.post("ip.patient.discharged")
    made = ward.send()
    assert sum(b"<ForbeholdOmVideresending>true" in data for data in made) >= 2
    assert any(b"<Consent" in data for data in made)
    for data in made:
        assert official.valid(data)
        assert kith.check(data) == ()


def test_what_we_write_is_a_reservation_to_whoever_reads_it(ward: House, alvdal: House):
    reserve(ward)
    ward.post("ip.patient.early-notice")
    (document,) = [data for data in ward.send() if b"HELSEOPPL_SOKNAD" in data and b"<AppRec" not in data]
    alvdal.receive(document)
    (kept,) = [r for r in alvdal.current() if r["resourceType"] == "Communication"]
    assert messages.is_reserved(kept)


@pytest.mark.parametrize(
    ("status", "named", "code"),
    [
        ("given", True, "1"),
        ("given", False, "2"),
        ("limited", True, "1"),
        ("presumed", True, "2"),
        ("not-required", False, "2"),
        ("not-asked", True, None),
        ("refused", False, None),
        ("withdrawn", True, None),
        ("expired", False, None),
    ],
)
def test_the_code_follows_from_the_consent_and_from_what_is_named(
    status: Any,
    named: bool,  # noqa: FBT001 (a row of the table)
    code: str | None,
):
    assert care_code(Grant(status=status, date=date(2026, 3, 4)), named=named) == code


def test_a_case_without_consent_says_nothing_of_it():
    assert care_code(None, named=True) is None


def test_a_code_of_consent_survives_reading_and_writing():
    made = care.information()
    made = replace(made, head=replace(made.head, document=Document(consent=coded("9064", "1"))))
    assert kith.read(kith.build(made)).head.document.consent.v == "1"


def say(ward: House, **more: Any) -> Any:
    """Tell what the patient says of forwarding. E14."""
    return ward.post(
        "ip.consent.limited", **({"excluded": None, "topics": None, "date": "2026-03-04"} | more)
    )


@pytest.fixture
def reserved(ward: House) -> House:
    """Admit a patient who reserves against forwarding here."""
    tell(ward, "admitted")
    answer = say(ward, topics=["forwarding"])
    assert (answer.body["warnings"], answer.messages) == ([], [])
    ward.clock.advance(hours=1)
    return ward


def test_the_patients_own_reservation_goes_with_every_message_of_care_and_is_said_in_no_text(reserved: House):
    for type_ in ("early-notice", "discharge-ready", "discharge-ready-cancelled", "discharged"):
        for read in tell(reserved, type_).values():
            assert told(read) == (None, True), read.type
            assert b"forwarding" not in kith.build(read.message)
    got = reserved.post("ip.patient.admitted", correlation={"encounterId": "2026-000118"})
    assert "reservation-passed-on" in {why["rule"] for why in got.messages[0]["why"]}


def test_it_withholds_nothing_of_a_need_and_stops_none(hospital: House):
    hospital.need()
    say(hospital, topics=["forwarding"])
    (message,) = hospital.messages(direction="out")
    assert message.state == "pending"
    rows = sharing.table(hospital.case(), hospital.services.book())
    assert {cell.content for cell in rows if cell.content.startswith("topic:")} == set()


def test_it_is_lifted_by_the_same_kind_of_event(reserved: House):
    say(reserved, lifted=["forwarding"])
    (read,) = tell(reserved).values()
    assert told(read) == (None, None)


@pytest.mark.parametrize(
    ("consent", "held"),
    [
        (GIVEN, None),
        (GIVEN | {"recipients": None}, None),
        (GIVEN | {"date": "2026-03-03"}, True),
    ],
    ids=["a yes", "a yes to nobody by name", "an older yes"],
)
def test_a_yes_of_the_same_day_or_later_lifts_it(
    reserved: House,
    consent: dict[str, Any],
    held: bool | None,  # noqa: FBT001 (a case)
):
    reserved.post("ip.consent.given", consent=consent)
    reserved.clock.advance(hours=1)
    (read,) = tell(reserved).values()
    assert told(read)[1] is held


def test_a_no_does_not_lift_it(reserved: House):
    reserved.need(consent={"status": "refused", "scopes": [], "date": "2026-03-04"})
    (read,) = tell(reserved).values()
    assert told(read)[1] is True


def test_a_yes_that_names_a_receiver_lifts_both_limits_at_once(reserved: House):
    say(reserved, excluded=["gp"], topics=["forwarding", "goals"])
    reserved.post("ip.consent.given", consent=GIVEN | {"recipients": ["gp", "coordinating-unit"]})
    case = reserved.case()
    assert (limits.excluded(case), limits.topics(case)) == (frozenset(), {"goals"})
