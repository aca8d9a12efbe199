"""One page on an installation: what it holds, what is late, what waits for a person; nobody named."""

from __future__ import annotations

import orjson
import pytest

from adapter.oversight import report
from tests import otherside
from tests.house import House, living_in


def test_an_empty_installation_has_nothing_to_tell(hospital: House):
    found = report.report(hospital.services)
    assert (found.cases, found.events, dict(found.messages), found.clocks, dict(found.items), found.stuck) == (
        0, 0, {}, (), {}, (),
    )  # fmt: skip
    assert report.as_text(found).count("  ingen\n") == 4


def test_messages_clocks_and_work_items_are_counted(hospital: House):
    hospital.need()
    hospital.send()
    found = report.report(hospital.services)
    assert (found.cases, found.events, dict(found.messages)) == (1, 1, {"sent": 1})
    assert {c.kind: (c.running, c.late) for c in found.clocks} == {"receipt": (1, 0), "reply": (1, 0)}
    assert found.items == {"review": 1}
    hospital.clock.advance(days=10)
    late = report.report(hospital.services)
    assert {c.kind: c.late for c in late.clocks} == {"receipt": 1, "reply": 1}
    hospital.tick()
    ticked = report.report(hospital.services)
    assert ticked.messages == {"unanswered": 1}
    assert not [c for c in ticked.clocks if c.late]


def test_a_rejected_message_is_named_with_its_code(hospital: House):
    body = hospital.need().body
    (sent,) = hospital.send()
    hospital.receive(otherside.receipt(sent, errors=("E35",)))
    found = report.report(hospital.services)
    (one,) = found.stuck
    assert (one.id, one.state, one.receiver, one.code) == (
        body["messages"][0]["id"],
        "rejected",
        "5079",
        "E35",
    )
    assert "avvist  DIALOG_HELSEFAGLIG  5079  E35 " in report.as_text(found)


def test_a_need_nobody_receives_is_counted(hospital: House):
    hospital.need(patient=living_in("9999"))
    found = report.report(hospital.services)
    assert found.unrouted == 1
    assert "Uten mottaker: 1" in report.as_text(found)


@pytest.mark.parametrize("form", [report.as_text, lambda found: orjson.dumps(report.as_json(found)).decode()])
def test_nobody_is_named(hospital: House, form: object):
    hospital.need()
    hospital.send()
    told = form(report.report(hospital.services))  # type: ignore[operator]
    for secret in ("Danser", "13116900216", "Koman", "IPK-GS"):
        assert secret not in told
