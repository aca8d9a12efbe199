"""National codes follow from the case and are never typed. domain § 1.8 and § 2.5 (N2)."""

from __future__ import annotations

import pytest

from adapter import codes
from adapter.rules import national, states
from adapter.rules.national import Asked, Standing

NO_CODE = None


def found(standing: Standing) -> dict[tuple[str, str], str]:
    return {(c.number, c.about): c.code for c in national.codes_of(standing)}


def plan(state: str, **more: object) -> Standing:
    return Standing(level="hospital", plan_need=Asked(state=state, **more))  # type: ignore[arg-type]


def test_every_code_of_the_table_is_in_its_list():
    assert all(row.code in codes.table(row.number).codes for row in national.ROWS)
    assert {row.number for row in national.ROWS} == {n for listed in national.LISTS.values() for n in listed}


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("consent-pending", "106"),
        ("reported", NO_CODE), ("queued", NO_CODE), ("sent", NO_CODE), ("undelivered", NO_CODE), ("manual", NO_CODE),
        ("delivered", "105"), ("received", "105"), ("under-assessment", "105"), ("needs-info", "105"),
        ("accepted", "105"), ("in-progress", "105"),
        ("declined-by-patient", "103"), ("withdrawn", NO_CODE),
    ],
)  # fmt: skip
def test_8705_of_a_need_follows_its_state(state: str, code: str | None):
    assert found(plan(state)).get(("8705", "plan")) == code


def test_n2_8705_105_by_hand_needs_a_persons_word():
    assert found(plan("manual", by_hand=True))["8705", "plan"] == "105"
    assert ("8705", "plan") not in found(plan("manual"))


def test_n2_no_state_before_the_receipt_gives_105():
    for state in ("consent-pending", *states.OUT):
        assert (found(plan(state)).get(("8705", "plan")) == "105") == (state == "delivered")


@pytest.mark.parametrize(
    ("reason", "code"), [("not-entitled", "104"), ("moved", "105"), ("not-stated", "105")]
)
def test_8705_104_only_where_the_right_is_not_there(reason: str, code: str):
    assert found(plan("declined", reason=reason))["8705", "plan"] == code


@pytest.mark.parametrize("reason", ["not-entitled", "moved", "not-stated"])
def test_8473_22_stays_once_the_municipality_has_refused_what_was_reported(reason: str):
    assert found(plan("declined", reason=reason))["8473", "plan"] == "22"


@pytest.mark.parametrize("state", ["consent-pending", "declined-by-patient", "sent"])
def test_8473_21_says_who_is_to_inform_and_not_that_it_is_done(state: str):
    (code,) = (c for c in national.codes_of(plan(state)) if c.number == "8473")
    assert (code.code, "skal informere" in code.reason.text) == ("21", True)


@pytest.mark.parametrize(
    ("state", "why"), [("withdrawn", "trukket tilbake"), ("declined-by-patient", "ønsker ikke plan")]
)
def test_8473_21_says_that_the_municipality_was_told_where_it_was(state: str, why: str):
    (code,) = (c for c in national.codes_of(plan(state, told=True)) if c.number == "8473")
    assert code.code == "21"
    assert all(said in code.reason.text for said in ("ble meldt kommunen", why))


def test_a_need_fulfilled_before_anybody_was_told_has_not_been_reported():
    gone = plan("fulfilled", told=False)
    assert found(gone)["8473", "plan"] == "21"
    assert found(plan("fulfilled", told=True))["8473", "plan"] == "22"


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("state", ["withdrawn", "declined-by-patient"])
def test_nobody_is_to_inform_who_is_dead(state: str, *, told: bool):
    standing = Standing(level="hospital", plan_need=Asked(state=state, told=told), dead=True)
    assert ("8473", "plan") not in found(standing)


def test_an_active_plan_comes_before_every_need():
    for state in (*states.OPEN, *states.CLOSED):
        standing = Standing(level="hospital", plan_need=Asked(state=state), plan="active")
        assert found(standing)["8705", "plan"] == "101"
        assert found(standing)["8307", "plan"] == "2"


def test_a_plan_that_the_patient_left_is_a_plan_not_wanted():
    assert found(Standing(level="hospital", plan="revoked"))["8705", "plan"] == "103"


def test_8307_1_while_the_need_is_open():
    assert found(plan("sent"))["8307", "plan"] == "1"
    assert ("8307", "plan") not in found(plan("withdrawn"))


@pytest.mark.parametrize(
    ("standing", "code"),
    [
        (Standing(level="hospital", coordinator=True), "1"),
        (Standing(level="hospital", coordinator_need=Asked(state="delivered")), "2"),
        (Standing(level="hospital", coordinator_need=Asked(state="accepted")), "2"),
        (Standing(level="hospital", coordinator_need=Asked(state="declined-by-patient")), "3"),
        (Standing(level="hospital", coordinator_need=Asked(state="declined", reason="not-entitled")), "4"),
        (Standing(level="hospital", coordinator_need=Asked(state="sent")), NO_CODE),
    ],
)
def test_9188_of_the_coordinator(standing: Standing, code: str | None):
    assert found(standing).get(("9188", "coordinator")) == code


@pytest.mark.parametrize(
    ("standing", "code"),
    [
        (Standing(level="hospital", plan="active", plan_is_ours=True, takes_part=True), "1"),
        (Standing(level="hospital", plan="active", takes_part=True), "23"),
        (plan("delivered"), "22"),
        (plan("sent"), "21"),
        (Standing(level="hospital"), "3"),
    ],
)
def test_8473_of_the_hospitals_part(standing: Standing, code: str):
    assert found(standing)["8473", "plan"] == code


@pytest.mark.parametrize(
    ("standing", "code"),
    [
        (Standing(level="municipality", plan="active"), "1"),
        (Standing(level="municipality", plan_need=Asked(state="received")), "2"),
        (Standing(level="municipality", plan_need=Asked(state="declined-by-patient")), "3"),
        (Standing(level="municipality", plan_need=Asked(state="declined", reason="not-entitled")), "4"),
        (Standing(level="municipality"), "9"),
    ],
)
def test_9336_of_the_municipality(standing: Standing, code: str):
    assert found(standing)["9336", "plan"] == code


def test_hospitals_report_to_npr_and_municipalities_to_kpr():
    assert {c.register for c in national.codes_of(plan("delivered"))} == {"NPR"}
    assert {(c.register, c.number) for c in national.codes_of(Standing(level="municipality"))} == {
        ("KPR", "9336")
    }


def test_each_code_says_why():
    (code,) = [c for c in national.codes_of(plan("delivered")) if c.number == "8705"]
    assert (code.reason.rule, code.reason.outcome, code.reason.source) == (
        "national-code",
        "105",
        "kodeverk 8705",
    )
    assert "mottakeren har meldingen" in code.reason.text
    assert code.display == "Melding om behov for individuell plan er sendt kommunen"


def test_who_lost_a_coordinator_stands_without_one():
    gone = Standing(level="hospital", coordinator_need=Asked(state="fulfilled"))
    assert found(gone)["9188", "coordinator"] == "2"


def test_who_reported_the_need_has_reported_it_when_the_plan_is_made():
    made = Standing(level="hospital", plan_need=Asked(state="fulfilled", told=True), plan="active")
    assert (found(made)["8705", "plan"], found(made)["8473", "plan"]) == ("101", "22")
