"""A consent that runs out closes nothing that a newer one opens: what it ended by is no word of the patient. E13, E16; domain § 1.4."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import pytest

from adapter.mappings import grants
from adapter.timing import OSLO
from tests.house import GIVEN, LINE, House


def test_a_consent_that_runs_out_takes_nothing_from_the_one_that_renewed_it(hospital: House):
    scopes = ["coordinator", "plan-create", "plan-share"]
    hospital.need(consent=GIVEN | {"scopes": scopes, "validUntil": "2026-03-08"})
    hospital.send()
    hospital.clock.advance(days=2)
    hospital.post("ip.consent.given", consent=GIVEN | {"scopes": scopes, "date": "2026-03-06"})
    hospital.clock.advance(days=5)
    hospital.tick()
    newest = grants.newest_first(hospital.case())[0]
    assert (newest.status, newest.scopes) == ("given", frozenset(scopes))
    hospital.post("ip.hospital-coordinator.appointed")
    assert len(hospital.send()) == 1
    assert "consent-pending" not in {need.business for need in hospital.needs().values()}


def test_a_consent_that_runs_out_closes_what_an_older_one_said(hospital: House):
    hospital.need()
    hospital.send()
    hospital.clock.advance(days=2)
    hospital.post("ip.consent.given", consent=GIVEN | {"date": "2026-03-06", "validUntil": "2026-03-08"})
    hospital.clock.advance(days=5)
    hospital.tick()
    assert grants.newest_first(hospital.case())[0].status == "expired"
    hospital.post("ip.hospital-coordinator.appointed")
    assert hospital.send() == []


# ── the clock and the work item that ask for a new word ──

BOTH: Final = ["coordinator", "plan-create"]


def late(house: House) -> list[str]:
    """Return the clocks of consent that have passed and are still waited for."""
    return [
        d.subject.partition("/")[0]
        for d in house.case().deadlines
        if d.kind == "consent" and d.state == "breached"
    ]


def asked(house: House) -> list[str]:
    """Return what a person is asked to do about a consent."""
    return [d for t in house.items("review") if "samtykke" in (d := t.get("description", "")).lower()]


def at(house: House, day: str) -> None:
    house.clock.to(datetime.fromisoformat(f"{day}T08:00").replace(tzinfo=OSLO))
    while house.tick():
        pass


def yes(house: House, day: str, *scopes: str, **more: Any) -> None:
    house.post("ip.consent.given", consent=GIVEN | {"scopes": list(scopes), "date": day} | more)


@pytest.fixture
def ended(hospital: House) -> House:
    """Return a hospital whose patient's consent to both kinds ran out on 8 March."""
    hospital.need(consent=GIVEN | {"scopes": BOTH, "validUntil": "2026-03-08"})
    hospital.send()
    at(hospital, "2026-03-10")
    assert (late(hospital), len(asked(hospital))) == (["Consent"], 1)
    return hospital


def test_a_new_yes_ends_what_asked_for_it(ended: House):
    yes(ended, "2026-03-10", *BOTH)
    assert (late(ended), asked(ended)) == ([], [])


def test_a_no_is_an_answer_too(ended: House):
    ended.post("ip.consent.withdrawn", scopes=BOTH, recipients=None, date="2026-03-10")
    assert (late(ended), asked(ended)) == ([], [])


def test_a_word_of_one_scope_leaves_the_other_to_ask_about(ended: House):
    yes(ended, "2026-03-10", "coordinator")
    assert (late(ended), len(asked(ended))) == (["Consent"], 1)
    ended.clock.advance(hours=1)
    ended.post("ip.consent.withdrawn", scopes=["plan-create"], recipients=None, date="2026-03-10")
    assert (late(ended), asked(ended)) == ([], [])


def test_a_warning_ends_with_the_renewal_and_nothing_is_asked_at_the_end(hospital: House):
    hospital.need(consent=GIVEN | {"scopes": BOTH, "validUntil": "2026-06-30"})
    hospital.send()
    at(hospital, "2026-06-02")
    assert (late(hospital), len(asked(hospital))) == (["Consent"], 1)
    yes(hospital, "2026-06-02", *BOTH, validUntil="2026-06-30")  # lasts no longer: no renewal
    assert len(asked(hospital)) == 1
    hospital.clock.advance(hours=1)
    yes(hospital, "2026-06-02", *BOTH, validUntil="2026-12-31")
    assert (late(hospital), asked(hospital)) == ([], [])
    at(hospital, "2026-07-01")
    assert (late(hospital), asked(hospital)) == ([], [])


def test_a_warning_that_nobody_heeded_gives_way_to_the_end(hospital: House):
    hospital.need(consent=GIVEN | {"scopes": BOTH, "validUntil": "2026-06-30"})
    at(hospital, "2026-06-02")
    at(hospital, "2026-07-01")
    assert late(hospital) == ["Consent"]
    assert asked(hospital) == ["Samtykket er utløpt. Innhent nytt samtykke."]


def test_who_is_16_has_answered(hospital: House):
    child = {"patient": LINE | {"birthDate": "2010-03-10"}}
    hospital.need(**child, consent=GIVEN | {"scopes": BOTH, "givenBy": "guardian", "guardians": "both"})
    hospital.send()
    at(hospital, "2026-03-10")
    assert (late(hospital), len(asked(hospital))) == (["Patient"], 1)
    hospital.post("ip.consent.given", **child, consent=GIVEN | {"scopes": BOTH, "date": "2026-03-10"})
    assert (late(hospital), asked(hospital)) == ([], [])
