"""Who fulfils what. message-rules.md, 'Who fulfils'."""

from __future__ import annotations

import pytest

from adapter.events.catalogue import TYPES
from adapter.rules import fulfilment

KINDS = ("individual-plan", "coordinator", "child-coordinator", "habilitation", "rehabilitation")


@pytest.mark.parametrize("event", ["ip.coordinator.appointed", "ip.child-coordinator.appointed"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_municipal_coordinator_fulfils_the_coordinator_kinds(kind: str, event: str) -> None:
    assert (fulfilment.effect(event, kind)[0] == "fulfilled") == (
        kind in {"coordinator", "child-coordinator"}
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_hospital_coordinator_fulfils_nothing(kind: str) -> None:
    assert fulfilment.effect("ip.hospital-coordinator.appointed", kind)[0] is None


@pytest.mark.parametrize("kind", KINDS)
def test_an_active_plan_fulfils_the_plan_kind_and_a_draft_begins_it(kind: str) -> None:
    active = fulfilment.effect("ip.plan.created", kind, plan_status="active")[0]
    draft = fulfilment.effect("ip.plan.created", kind, plan_status="draft")[0]
    expected = ("fulfilled", "begun") if kind == "individual-plan" else (None, None)
    assert (active, draft) == expected


def test_a_draft_that_becomes_active_fulfils() -> None:
    assert fulfilment.effect("ip.plan.updated", "individual-plan", plan_status="active")[0] == "fulfilled"


def test_every_row_is_about_an_event_that_exists() -> None:
    assert {event for event, _, _ in fulfilment.ROWS} <= set(TYPES)
