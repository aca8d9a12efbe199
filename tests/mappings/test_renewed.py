"""A consent that runs out closes nothing that a newer one opens: what it ended by is no word of the patient. E13, E16; domain § 1.4."""

from __future__ import annotations

from adapter.mappings import grants
from tests.house import GIVEN, House


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
