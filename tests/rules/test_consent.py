"""The table 'Consent before anything leaves' of message-rules.md, row by row."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from adapter.events.catalogue import TYPES
from adapter.rules import consent
from adapter.rules.anchors import ANCHORS
from adapter.rules.consent import COORDINATING_UNIT, GP, OWN_UNIT, REPORTER, Grant
from tests.rules.books import DAY

ALL = frozenset({"coordinator", "plan-create", "plan-share", "other-sectors"})
GIVEN = Grant(status="given", scopes=ALL, recipients=frozenset({COORDINATING_UNIT}), date=DAY)
COORDINATOR_EVENTS = (
    "ip.coordinator.appointed",
    "ip.hospital-coordinator.appointed",
    "ip.child-coordinator.appointed",
    "ip.coordinator.replaced",
    "ip.coordinator.absent",
    "ip.coordinator.returned",
    "ip.coordinator.ended",
    "ip.contact-physician.appointed",
    "ip.contact-physician.replaced",
    "ip.contact-physician.ended",
)
PLAN_EVENTS = (
    "ip.plan.created",
    "ip.plan.updated",
    "ip.goal.changed",
    "ip.activity.changed",
    "ip.plan.evaluated",
    "ip.plan.transferred",
    "ip.plan.closed",
    "ip.plan-document.shared",
)
TEAM_EVENTS = (
    "ip.coordinator.offered", "ip.team-member.added", "ip.team-member.removed", "ip.gp.changed", "ip.hospital-participation.ending",
    "ip.hospital-participation.ended",
)  # fmt: skip

OPENED_BY = {
    "individual-plan": {"plan-create"},
    "coordinator": {"coordinator"},
    "child-coordinator": {"coordinator"},
    "habilitation": {"plan-create", "coordinator"},
    "rehabilitation": {"plan-create", "coordinator"},
    **{event: {"coordinator"} for event in COORDINATOR_EVENTS},
    **{f"ip.patient.{what}": {"coordinator"} for what in ("admitted", "discharged", "moved")},
    **{event: {"plan-share"} for event in PLAN_EVENTS},
    **{event: {"coordinator"} for event in TEAM_EVENTS},
    "other-sectors": {"other-sectors"},
    "ip.meeting.held": {"plan-share"},
    "ip.meeting.called": {"plan-share", "coordinator"},
    "ip.meeting.called/other-sectors": {"other-sectors"},
    "ip.platform-access.requested": {"plan-share"},
}


def gate(need: str, grant: Grant | None, recipient: Any = COORDINATING_UNIT, **more: Any) -> consent.Verdict:
    return consent.gate(
        need=need, consent=grant, recipient=recipient, **{"legal_basis": None, "on": DAY, **more}
    )


def rule(verdict: consent.Verdict) -> str:
    return verdict.reasons[0].rule


@pytest.mark.parametrize("scope", sorted(ALL))
@pytest.mark.parametrize("need", OPENED_BY)
def test_each_kind_and_event_opens_by_its_own_scopes_only(need: str, scope: str) -> None:
    verdict = gate(need, replace(GIVEN, scopes=frozenset({scope})))
    assert verdict.open == (scope in OPENED_BY[need])
    assert verdict.state == ("open" if verdict.open else "held")


@pytest.mark.parametrize("need", OPENED_BY)
def test_without_any_scope_or_consent_everything_waits(need: str) -> None:
    assert gate(need, replace(GIVEN, scopes=frozenset())).state == "held"
    assert gate(need, None).state == "held"
    assert rule(gate(need, None)) == "consent-not-asked"


@pytest.mark.parametrize(
    ("status", "state", "why"),
    [
        ("refused", "refused", "consent-refused"),
        ("not-asked", "held", "consent-not-asked"),
        ("withdrawn", "held", "consent-withdrawn"),
        ("presumed", "held", "consent-presumed"),
        ("not-required", "held", "consent-no-basis"),
    ],
)
def test_statuses_that_open_nothing_outside(status: Any, state: str, why: str) -> None:
    verdict = gate("coordinator", replace(GIVEN, status=status))
    assert (verdict.open, verdict.state, rule(verdict)) == (False, state, why)


def test_not_required_opens_with_a_legal_basis_and_without_a_scope() -> None:
    verdict = gate("individual-plan", Grant(status="not-required"), legal_basis="hpl-38a")
    assert verdict.open
    assert verdict.state == "open"
    assert rule(verdict) == "consent-not-required"
    assert "hpl-38a" in verdict.reasons[0].text


def test_no_recipients_means_the_coordinating_unit_only() -> None:
    nobody = replace(GIVEN, recipients=frozenset())
    assert gate("coordinator", nobody).open
    assert gate("coordinator", nobody, ("coordinating-unit", "alvdal-saksbehandling")).open
    assert rule(gate("coordinator", nobody, GP)) == "consent-recipient"
    assert rule(gate("coordinator", nobody, "alvdal-sykepleie")) == "consent-recipient"


@pytest.mark.parametrize("status", ["given", "limited", "not-required"])
def test_the_gp_gets_a_copy_only_when_listed(status: Any) -> None:
    grant = replace(GIVEN, status=status)
    listed = replace(grant, recipients=frozenset({COORDINATING_UNIT, GP}))
    assert not gate("coordinator", grant, GP, legal_basis="consent").open
    assert gate("coordinator", listed, GP, legal_basis="consent").open


def test_limited_opens_within_its_lists() -> None:
    limited = replace(
        GIVEN, status="limited", scopes=frozenset({"coordinator"}), recipients=frozenset({"alvdal-sykepleie"})
    )
    assert gate("coordinator", limited, "alvdal-sykepleie").open
    assert not gate("coordinator", limited, COORDINATING_UNIT).open
    assert not gate("individual-plan", limited, "alvdal-sykepleie").open


def test_excluded_wins_over_everything_that_opens() -> None:
    names = ("coordinating-unit", "alvdal-saksbehandling")
    barred = replace(GIVEN, excluded=frozenset({"alvdal-saksbehandling"}))
    assert rule(gate("coordinator", barred, names)) == "consent-excluded"
    assert not gate("ip.need.acknowledged", barred, names).open
    free = replace(barred, status="not-required")
    assert not gate("coordinator", free, names, legal_basis="hpl-38a").open
    assert not gate("coordinator", replace(GIVEN, excluded=frozenset({OWN_UNIT})), OWN_UNIT).open


def test_a_refusal_stays_a_refusal_for_an_excluded_recipient() -> None:
    grant = replace(GIVEN, status="refused", excluded=frozenset({COORDINATING_UNIT}))
    assert gate("coordinator", grant).state == "refused"


def test_valid_until_is_the_last_day_it_opens() -> None:
    grant = replace(GIVEN, valid_until=DAY)
    assert gate("coordinator", grant).open
    assert rule(gate("coordinator", grant, on=DAY + timedelta(days=1))) == "consent-expired"


def test_a_consent_of_a_later_day_does_not_open_yet() -> None:
    assert rule(gate("coordinator", replace(GIVEN, date=date(2026, 3, 5)))) == "consent-not-yet"


def test_the_party_that_reported_is_covered_but_needs_the_scope() -> None:
    reporter = (REPORTER, "st-olavs-fmr")
    verdict = gate("ip.coordinator.appointed", GIVEN, reporter)
    assert verdict.open
    assert [r.rule for r in verdict.reasons] == ["consent-coordinator", "consent-reporter"]
    assert not gate("ip.plan.created", replace(GIVEN, scopes=frozenset({"coordinator"})), reporter).open
    assert not gate(
        "ip.coordinator.appointed", replace(GIVEN, excluded=frozenset({"st-olavs-fmr"})), reporter
    ).open


def test_the_own_unit_may_know_by_presumed_consent_but_not_against_a_no() -> None:
    assert gate("coordinator", Grant(status="presumed"), OWN_UNIT).open
    assert gate("coordinator", GIVEN, OWN_UNIT).open
    assert gate("coordinator", Grant(status="refused"), OWN_UNIT).state == "refused"
    assert gate("coordinator", None, OWN_UNIT).state == "held"


@pytest.mark.parametrize(
    "event",
    ["ip.need.acknowledged", "ip.need.info-requested", "ip.need.accepted", "ip.need.declined",
     "ip.need.withdrawn", "ip.consent.withdrawn"],
)  # fmt: skip
def test_answers_and_withdrawals_need_no_new_consent(event: str) -> None:
    assert gate(event, None).open


def test_what_the_table_does_not_list_stays_inside() -> None:
    verdict = gate("ip.something.new", GIVEN)
    assert (verdict.open, verdict.state, rule(verdict)) == (False, "held", "consent-unlisted")


def test_a_received_need_stands_under_its_senders_consent() -> None:
    assert consent.received().open


def test_kinds_without_their_scope_wait_and_the_others_go() -> None:
    verdicts = consent.covered(
        ("individual-plan", "coordinator", "rehabilitation"),
        replace(GIVEN, scopes=frozenset({"coordinator"})),
        recipient=COORDINATING_UNIT,
        legal_basis="hpl-38a",
        on=DAY,
    )
    assert {kind: v.open for kind, v in verdicts.items()} == {
        "individual-plan": False,
        "coordinator": True,
        "rehabilitation": True,
    }


def test_every_row_names_a_rule_and_every_event_of_it_is_one_that_exists_or_will() -> None:
    for key, row in consent.NEEDS.items():
        assert row.rule in ANCHORS
        assert key in OPENED_BY or not row.scopes
    gated = {name for name in TYPES if name.startswith(("ip.coordinator.", "ip.plan.", "ip.contact-"))}
    assert gated <= set(consent.NEEDS)
