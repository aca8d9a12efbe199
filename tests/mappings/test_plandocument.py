"""E41: the plan as PDF to who has no access to it, by consent that names the receiver. events E41, domain § 1.7."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from adapter import kith
from adapter.errors import EventError, RoutingError
from adapter.events import schemas
from adapter.fhir import nine
from adapter.kith import attachments, rendering
from adapter.kith.rendering import text as plain
from adapter.kith.rendering.document import Document
from adapter.mappings import plandocument
from adapter.mappings.context import Context
from tests import books
from tests.house import House
from tests.houses import Build
from tests.kith.pages import flat, read_pdf

PLAN = schemas.example("ip.plan.created")["data"]["plan"]
CONSENT = PLAN["consent"] | {"date": "2026-03-04"}
NAMED = {"continues": {"planIdentifier": PLAN["identifier"]}}
_DATA = f"{{{attachments.NAMESPACE}}}Base64Container"


@pytest.fixture
def planned(alvdal: House) -> House:
    """Return the municipality with a plan that the hospital may have."""
    alvdal.post("ip.plan.created", continues=None, plan=PLAN | {"consent": CONSENT})
    alvdal.send()
    return alvdal


def share(house: House, **more: Any) -> Any:
    return house.post("ip.plan-document.shared", **NAMED, **more)


def pdf(read: kith.Read) -> bytes:
    (found,) = read.root.iter(_DATA)
    return base64.b64decode(found.text or "")


def laid_out(house: House) -> Document:
    event = house.event("ip.plan-document.shared", **NAMED)
    case = house.case()
    ctx = Context(
        event=event, case=case, book=house.services.book(), party=house.services.book().by_her("5079")
    )
    return plandocument.document(ctx, case.of("CarePlan")[0], title="Individuell plan")


def test_e41_sends_the_plan_as_pdf_in_a_dialogue(planned: House):
    told = share(planned)
    assert [(m["type"], m["receiver"]["herId"]) for m in told.messages] == [("DIALOG_HELSEFAGLIG", "90998")]
    assert "plan-document" in {w["rule"] for w in told.messages[0]["why"]}
    (read,) = planned.sent()
    assert (kith.check(planned.message(told.messages[0]["id"]).body), read.faults) == ((), ())
    assert [(a.mime_type, a.description) for a in read.attachments] == [
        ("application/pdf", "Individuell plan")
    ]
    assert pdf(read).startswith(b"%PDF-")
    lines = read.body.text.split("\r\n")
    assert lines[0] == "INDIVIDUELL PLAN VEDLAGT"
    assert "Melding: Planen til bruk ved neste innleggelse." in lines
    assert "hunden" not in read.body.text


def test_the_document_is_listed_as_9602_a02_2_and_appended_to_its_message(planned: House):
    told = share(planned)
    planned.send()
    found = [r for r in planned.current() if r["resourceType"] == "DocumentReference"]
    (mine,) = [r for r in found if r["type"]["coding"][0]["code"] == "A02-2"]
    (target,) = [r["target"]["reference"] for r in mine["relatesTo"]]
    (carrying,) = [r for r in found if f"DocumentReference/{r['id']}" == target]
    assert carrying["content"][0]["attachment"]["url"] == f"/messages/{told.messages[0]['id']}/document"
    (read,) = [kith.read(planned.message(told.messages[0]["id"]).body)]
    assert mine["content"][0]["attachment"]["size"] == len(pdf(read))


def test_the_same_plan_is_the_same_pdf_byte_for_byte(planned: House):
    found = {rendering.write(laid_out(planned), "pdf") for _ in range(2)}
    assert len(found) == 1


def test_the_pdf_says_what_the_plan_says(planned: House):
    said = plain.page(laid_out(planned))
    for part in (
        "Line Danser", "13.11.1969", "Alvdal Kommune", "01.04.2026 – 31.03.2027", "01.10.2026", "Gå tur med hunden hver dag",
        "Fysioterapi to ganger i uken", "Alvdal helsesenter", "Gunn Omsorg, Alvdal kommune", "Line trener selv hver dag.",
        "Møte med arbeidsgiver ved behov.", "gjelder",
    ):  # fmt: skip
        assert part in said
    assert "13116900216" not in said
    assert "st-olavs-fmr" not in said


def test_goals_that_the_patient_does_not_want_told_are_not_in_the_pdf(planned: House):
    planned.clock.advance(minutes=5)
    planned.post(
        "ip.consent.limited", source="urn:her:5079", excluded=None, topics=["goals"], date="2026-03-04"
    )
    said = plain.page(laid_out(planned))
    assert "Gå tur med hunden hver dag" not in said
    assert "Fysioterapi to ganger i uken" in said


def test_the_pdf_can_be_read_as_text(planned: House, tmp_path: Any):
    said = flat(read_pdf(rendering.write(laid_out(planned), "pdf"), tmp_path))
    assert "Gå tur med hunden hver dag" in said


def test_the_pdf_names_the_nine_items_and_why_what_is_missing_matters(planned: House):
    said = " ".join(plain.page(laid_out(planned)).split())
    for _, nb, _ in nine.NINE.values():
        assert nb in said
    assert nine.WHY["coordinator"][0] in said
    assert nine.WHY["goals"][0] not in said


def test_consent_that_does_not_name_the_receiver_keeps_the_plan_inside_with_a_warning(planned: House):
    told = share(planned, to={"key": "storvik-nord"})
    assert told.messages == []
    assert [w["code"] for w in told.body["warnings"]] == ["IPK-E063"]
    found = [r for r in planned.current() if r["resourceType"] == "DocumentReference"]
    assert not any("A02-2" in str(r["type"]) for r in found)


def test_a_receiver_that_cannot_take_a_pdf_is_refused(planned: House):
    with pytest.raises(EventError) as caught:
        share(planned, to={"key": "gammeldal-saksbehandling"})
    assert (caught.value.code, caught.value.row.http) == ("IPK-E062", 422)
    with pytest.raises(EventError) as letter:
        share(planned, to={"key": "brevvik"})
    assert letter.value.code == "IPK-E062"


def test_without_a_phone_of_ours_no_message_says_that_the_plan_is_attached(build: Build):
    house = build(of={"home": books.ALVDAL, "rows": {"alvdal-saksbehandling": {"phone": None}}})
    house.post("ip.plan.created", continues=None, plan=PLAN | {"consent": CONSENT})
    silent = {"kind": "coordinating-unit", "name": {"family": "September", "given": "August"}}
    with pytest.raises(EventError) as caught:
        share(house, author=silent)
    assert (caught.value.code, caught.value.at) == ("IPK-E105", "$.data.author.phone")
    assert share(house, author=silent | {"phone": "+4762480000"}).messages


def test_a_receiver_the_book_does_not_know_is_refused(planned: House):
    with pytest.raises(RoutingError) as caught:
        share(planned, to={"key": "nobody"})
    assert caught.value.code == "IPK-R003"


def test_one_of_our_own_gets_a_work_item_and_no_message(planned: House):
    told = share(planned, to={"key": "alvdal-sykepleie"})
    assert told.messages == []
    (item,) = planned.items("review")
    assert item["focus"]["reference"].startswith("CarePlan/")


def test_a_closed_plan_is_not_shared(planned: House):
    planned.post("ip.plan.closed", **NAMED)
    with pytest.raises(EventError) as caught:
        share(planned)
    assert caught.value.code == "IPK-E013"
