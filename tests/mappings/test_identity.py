"""A person gets another number, or a protected address. E18, E19; identifiers-and-privacy.md."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from adapter.errors import EventError, Faults
from adapter.fhir import urls
from adapter.mappings import views
from adapter.store import people
from tests.house import GIVEN, LINE, ROLAND, House

EMERGENCY = LINE | {"identifier": {"system": urls.FHN, "value": "80005045804"}}
FORMER = EMERGENCY["identifier"]


def renumber(house: House, **more: Any) -> Any:
    return house.post("ip.identity.changed", **({"former": FORMER} | more))


def found(house: House, number: dict[str, str]) -> tuple[str, ...]:
    with house.services.store.read() as conn:
        return people.find(conn, house.org, system=number["system"], value=number["value"])


def test_the_case_is_found_by_the_new_and_by_the_former_number(hospital: House):
    told = hospital.need(patient=EMERGENCY)
    renumber(hospital)
    key = told.case["patientId"]
    assert found(hospital, LINE["identifier"]) == found(hospital, FORMER) == (key,)
    assert hospital.case(LINE).key == hospital.case(EMERGENCY).key == key


def test_the_next_message_carries_the_new_number_in_the_running_thread(hospital: House):
    hospital.need(patient=EMERGENCY, consent=GIVEN)
    (first,) = hospital.sent()
    assert first.head.patient.idents[0].value == FORMER["value"]
    renumber(hospital)
    hospital.post("ip.hospital-coordinator.appointed")
    (second,) = hospital.sent()
    assert second.head.patient.idents[0].value == LINE["identifier"]["value"]
    assert second.head.conversation.conversation == first.head.msg_id


def test_an_event_under_the_former_number_still_belongs_to_the_case(hospital: House):
    told = hospital.need(patient=EMERGENCY)
    renumber(hospital)
    again = hospital.post("ip.hospital-coordinator.appointed", patient=EMERGENCY)
    assert again.case["patientId"] == told.case["patientId"]
    sent = hospital.sent()
    assert len(sent) == 2
    assert {read.head.patient.idents[0].value for read in sent} == {LINE["identifier"]["value"]}


def test_the_former_number_is_kept_as_old(hospital: House):
    hospital.need(patient=EMERGENCY)
    renumber(hospital)
    (patient,) = hospital.case().of("Patient")
    assert [(i["value"], i.get("use")) for i in patient["identifier"]] == [
        (LINE["identifier"]["value"], None), (FORMER["value"], "old"),
    ]  # fmt: skip


def test_two_cases_are_not_joined_by_themselves_a_person_sees_both(hospital: House):
    old = hospital.need(patient=EMERGENCY).case["patientId"]
    new = hospital.need(patient=LINE).case["patientId"]
    told = renumber(hospital, reasonCode="merged")
    assert [w["code"] for w in told.body["warnings"]] == ["IPK-P011", "IPK-E102"]
    assert (found(hospital, LINE["identifier"]), found(hospital, FORMER)) == ((new,), (old,))
    patient = hospital.case(EMERGENCY).get(f"Patient/{old}")
    assert patient
    assert patient["link"] == [{"other": {"reference": f"Patient/{new}"}, "type": "replaced-by"}]
    assert patient["active"] is False
    (item,) = [i for i in hospital.items("review", EMERGENCY) if "samme person" in i.get("description", "")]
    assert item["input"][0]["valueReference"] == {"reference": f"Patient/{new}"}


def test_a_case_that_another_replaces_stays_replaced_when_something_happens_in_it(hospital: House):
    told = hospital.need(patient=EMERGENCY).case
    old = told["patientId"]
    hospital.need(patient=LINE)
    renumber(hospital, reasonCode="merged")
    hospital.post("ip.need.withdrawn", patient=EMERGENCY, continues={"meldeId": told["meldeId"]})
    patient = hospital.case(EMERGENCY).get(f"Patient/{old}")
    assert patient
    assert patient["active"] is False
    assert patient["link"]
    assert [i["value"] for i in patient["identifier"]] == [LINE["identifier"]["value"], FORMER["value"]]


def test_a_number_that_nobody_knows_here_is_unknown(hospital: House):
    with pytest.raises(EventError) as caught:
        renumber(hospital)
    assert (caught.value.code, caught.value.at) == ("IPK-E014", "$.data.former")


@pytest.mark.parametrize(
    ("former", "code"),
    [
        (LINE["identifier"], "IPK-P010"),
        ({"system": urls.FNR, "value": "13116900217"}, "IPK-P002"),
        ({"system": urls.DNR, "value": ROLAND["identifier"]["value"]}, "IPK-P003"),
    ],
)
def test_a_former_number_that_cannot_be_is_refused(hospital: House, former: dict[str, str], code: str):
    with pytest.raises(Faults) as caught:
        renumber(hospital, former=former)
    assert (code, "$.data.former.value") in {(f.code, f.path) for f in caught.value.faults}


def test_the_same_change_again_changes_nothing_more(hospital: House):
    hospital.need(patient=EMERGENCY)
    renumber(hospital, id_="once")
    again = renumber(hospital, id_="once")
    assert again.replayed
    (patient,) = hospital.case().of("Patient")
    assert len(patient["identifier"]) == 2


def test_a_need_that_consent_no_longer_opens_is_not_written_anew_under_the_new_number(hospital: House):
    hospital.need(patient=EMERGENCY, consent=GIVEN | {"validUntil": "2026-03-04"})
    hospital.clock.advance(days=1)
    renumber(hospital)
    assert {s.business for s in hospital.needs().values()} == {"consent-pending"}
    assert hospital.send() == []


def test_a_need_for_rehabilitation_that_has_not_left_is_written_anew_under_the_new_number(hospital: House):
    hospital.post("ip.rehabilitation-need.reported", patient=EMERGENCY, consent=GIVEN)
    renumber(hospital)
    (read,) = hospital.sent()
    assert read.head.patient.idents[0].value == LINE["identifier"]["value"]


# ── E19 ──


def protect(house: House, level: str, **more: Any) -> Any:
    return house.post("ip.address-protection.changed", level=level, **more)


@pytest.mark.parametrize(("level", "code"), [("confidential", "R"), ("strictly-confidential", "V")])
def test_a_protected_address_is_labelled_and_hidden(hospital: House, level: str, code: str):
    hospital.need()
    protect(hospital, level)
    (patient,) = hospital.case().of("Patient")
    assert [s["code"] for s in patient["meta"]["security"]] == [code]
    assert "address" not in patient
    assert b"3428" not in b"".join(
        orjson.dumps(r) for r in hospital.current() if r["resourceType"] == "Patient"
    )


def test_protection_stays_when_a_later_event_says_nothing_of_it(hospital: House):
    hospital.need()
    protect(hospital, "confidential")
    hospital.post("ip.hospital-coordinator.appointed")
    (patient,) = hospital.case().of("Patient")
    assert patient["meta"]["security"]
    assert "address" not in patient


def test_protection_that_ends_brings_the_municipality_back(hospital: House):
    hospital.need()
    protect(hospital, "confidential")
    protect(hospital, "none")
    (patient,) = hospital.case().of("Patient")
    assert "security" not in patient["meta"]
    assert patient["address"]


def test_strictly_confidential_stops_what_has_not_left(hospital: House):
    hospital.need()
    told = protect(hospital, "strictly-confidential")
    assert [(m["state"]) for m in told.messages] == ["manual"]
    assert [w["code"] for w in told.body["warnings"]] == ["IPK-P012"]
    assert hospital.send() == []
    assert len(hospital.items("manual-fallback")) == 1


def test_strictly_confidential_lets_nothing_leave_by_itself(hospital: House):
    told = hospital.need(patient=LINE | {"protectedAddress": "strictly-confidential"})
    assert [m["state"] for m in told.messages] == ["manual"]
    assert hospital.send() == []
    assert {s.business for s in hospital.needs().values()} == {"manual"}
    assert len(hospital.items("manual-fallback")) == 1


def test_confidential_still_sends(hospital: House):
    hospital.need(patient=LINE | {"protectedAddress": "confidential"})
    (document,) = hospital.send()
    assert b"3428" not in document


STRICT = "strictly-confidential"


def labels(house: House) -> list[str]:
    (patient,) = house.case().of("Patient")
    return [s["code"] for s in patient["meta"].get("security", ())]


@pytest.mark.parametrize(
    ("type_", "more"),
    [
        ("ip.contact-physician.appointed", {}),
        ("ip.need.identified", {"needs": ["rehabilitation"]}),
        ("ip.coordinator.offered", {"on": "2026-03-04", "continues": None}),
        ("ip.need.acknowledged", {"continues": "the need", "handler": {"unit": "X"}}),
    ],
)
def test_a_strict_address_that_any_event_tells_stops_what_has_not_left(
    hospital: House, type_: str, more: dict[str, Any]
):
    melde_id = hospital.need().case["meldeId"]
    about = {"continues": {"meldeId": melde_id}} if more.get("continues") else {}
    told = hospital.post(type_, patient=LINE | {"protectedAddress": STRICT}, **(more | about))
    assert [w["code"] for w in told.body["warnings"]].count("IPK-P012") == 1
    assert labels(hospital) == ["V"]
    assert {m.state for m in hospital.messages()} == {"manual"}
    assert hospital.send() == []
    assert len(hospital.items("manual-fallback")) == len(hospital.messages())


@pytest.mark.parametrize("says", ["none", "confidential"])
def test_no_other_event_lowers_a_protection_and_who_says_less_is_told(hospital: House, says: str):
    hospital.need()
    protect(hospital, STRICT)
    told = hospital.post("ip.hospital-coordinator.appointed", patient=LINE | {"protectedAddress": says})
    assert ("IPK-E097", "$.data.patient.protectedAddress") in {
        (w["code"], w["path"]) for w in told.body["warnings"]
    }
    assert labels(hospital) == ["V"]
    assert hospital.send() == []
    (item,) = [t for t in hospital.items("review") if views.input_of(t, "contradicts")]
    assert views.input_of(item, "contradicts") == "protection"
    protect(hospital, "none")
    assert labels(hospital) == []
    assert not [t for t in hospital.items("review") if views.input_of(t, "contradicts")]


def test_an_outside_party_lowers_no_protection_either(hospital: House):
    hospital.need()
    protect(hospital, STRICT)
    hospital.need(source="urn:her:5111", patient=LINE | {"protectedAddress": "none"}, needs=["habilitation"])
    assert labels(hospital) == ["V"]


def test_another_event_may_raise_a_protection(hospital: House):
    hospital.need(patient=LINE | {"protectedAddress": "confidential"})
    told = hospital.post("ip.hospital-coordinator.appointed", patient=LINE | {"protectedAddress": STRICT})
    assert "IPK-E097" not in [w["code"] for w in told.body["warnings"]]
    assert labels(hospital) == ["V"]
