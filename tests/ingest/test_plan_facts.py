"""A referral that says there is a plan or a coordinator is read for that, though its type is not taken. Henvisning 2.0."""

from __future__ import annotations

import re
from typing import Any

import pytest

from adapter import kith
from adapter.kith.apprec import AppRec
from adapter.kith.plan import PlanFacts
from adapter.mappings import toread
from tests import otherside
from tests.house import ROLAND, House
from tests.ingest.test_doors import observing, sent_need
from tests.ingest.test_unknown_service import queue

_REFERRAL = (
    '<Henvisning xmlns="http://ehelse.no/xmlstds/henvisning/2017-11-30"><OpplysningerOmIndividuellPlan>'
    "{}</OpplysningerOmIndividuellPlan></Henvisning>"
)
SAID = (
    "<IndividuellPlanForeligger>true</IndividuellPlanForeligger>"
    "<KoordinatorOppnevnt>false</KoordinatorOppnevnt><Merknad>Spør datteren</Merknad>"
)


def referral(document: bytes, said: str = SAID, **more: Any) -> bytes:
    """Return a referral back to the sender of a document."""
    plain = otherside.reply(document, "Takk.", thread=False, **more).decode()
    body = re.sub(r"<Dialogmelding .*</Dialogmelding>", _REFERRAL.format(said), plain, flags=re.DOTALL)
    return re.sub(
        r'<Type V="DIALOG_HELSEFAGLIG"[^>]*>', '<Type V="HENVISNING" DN="Henvisning"/>', body
    ).encode()


def test_a_copy_of_a_referral_puts_what_it_says_of_the_plan_before_a_person(build: Any):
    house = observing(build)
    got = house.receive(referral(sent_need(house)), channel="copy")
    assert (got.outcome, house.message(got.id).state) == ("copied", "received")
    expected = (
        "Meldingen oppgir: individuell plan foreligger, koordinator er ikke oppnevnt, "
        "en merknad står i meldingen"
    )
    assert queue(house) == [expected]
    assert house.events()[-1] == "ip.dialogue.received"


def test_its_note_stands_in_no_resource_and_no_log(build: Any, caplog: pytest.LogCaptureFixture):
    house = observing(build)
    house.receive(referral(sent_need(house)), channel="copy")
    assert all("datteren" not in resource.decode() for resource in house.resources())
    assert "datteren" not in caplog.text


def test_about_somebody_else_it_is_not_put_on_this_case(build: Any):
    house = observing(build)
    house.receive(referral(sent_need(house), patient=otherside.ROLAND), channel="copy")
    assert queue(house) == []
    assert house.case(ROLAND).key is None
    assert house.events()[-1] == "ip.dialogue.received"


def test_a_referral_without_a_word_of_the_plan_is_kept_as_unmatched(build: Any):
    house = observing(build)
    data = referral(sent_need(house)).replace(b"OpplysningerOmIndividuellPlan", b"AndreOpplysninger")
    got = house.receive(data, channel="copy")
    assert house.message(got.id).state == "unmatched"
    assert queue(house) == []


def test_refused_with_t10_it_counts_as_not_received(hospital: House):
    got = hospital.receive(referral(sent_need(hospital)))
    (receipt,) = [read.body for read in hospital.sent() if isinstance(read.body, AppRec)]
    assert [e.v for e in receipt.errors] == ["T10"]
    assert hospital.message(got.id).state == "failed"
    assert queue(hospital) == []


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        (PlanFacts(plan=False), "Meldingen oppgir: individuell plan foreligger ikke"),
        (PlanFacts(coordinator=True), "Meldingen oppgir: koordinator er oppnevnt"),
        (PlanFacts(), "Meldingen oppgir: ingenting om individuell plan"),
    ],
)
def test_what_is_not_said_is_not_told(facts: PlanFacts, text: str):
    assert toread.plan_facts(facts) == text


def test_the_referral_of_these_tests_is_read_as_one(hospital: House):
    read = kith.read(referral(sent_need(hospital)))
    assert (read.supported, read.plan) == (
        False,
        PlanFacts(plan=True, coordinator=False, note="Spør datteren"),
    )
