"""Tables: counts, shares and times of what was seen; small cells hidden; CSV, JSON and text that say the same."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapter.fhir import people, teams
from adapter.model import AddressBook, Message
from adapter.statistics import compute, told
from adapter.statistics.compute import Table, hide
from adapter.statistics.measures import COLUMNS, MEASURES, REST
from adapter.statistics.observe import OBSERVERS
from adapter.statistics.values import Asked, CaseFacts, Posted
from tests import books

START = datetime(2026, 1, 1, tzinfo=UTC)
BOOK = books.book()


def asked(smallest: int = 5, book: AddressBook = BOOK) -> Asked:
    return Asked(
        start=START,
        end=START + timedelta(days=365),
        now=START + timedelta(days=200),
        book=book,
        smallest=smallest,
    )


AGREED = frozenset({"given", "limited"})


def need(
    number: int, *, status: str = "given", department: str = "Avdeling", place: str = "3428", day: int = 1
) -> CaseFacts:
    at = START + timedelta(days=day)
    data = {
        "needs": ["coordinator"], "consent": {"status": status}, "department": {"name": department},
        "patient": {"birthDate": "1980-01-01", "municipality": {"code": place}},
    }  # fmt: skip
    event = Posted(
        event_id=f"e{number}",
        type="ip.need.identified",
        received=at,
        time=at,
        melde_id=f"m{number}",
        data=data,
    )
    # What the patient agreed to has left.
    sent = Message(
        id=f"s{number}", msg_id=f"s{number}", direction="out", type="DIALOG_HELSEFAGLIG", version="1.1", state="sent",
        owner="59", sent_at=at, gen_date=at, melde_id=f"m{number}", wants_reply=True,
    )  # fmt: skip
    left = (sent,) if status in AGREED else ()
    return CaseFacts(key=f"case-{number}", events=(event,), messages=left)


def answered(facts: CaseFacts, hours: float) -> CaseFacts:
    first = facts.events[0]
    at = first.received + timedelta(hours=hours)
    event = Posted(
        event_id=f"{first.event_id}a", type="ip.need.accepted", received=at, time=at, melde_id=first.melde_id
    )
    return CaseFacts(key=facts.key, events=(first, event), messages=facts.messages)


def tables(cases: Iterable[CaseFacts], smallest: int = 5) -> dict[str, Table]:
    return {table.key: table for table in compute.compute(cases, asked(smallest))}


def test_every_statistic_asked_for_has_its_tables_and_an_observer():
    wanted = {f"K{n:02}" for n in (*range(1, 12), 14, 15)} | {"C1", "C6", "C7"}
    assert {m.statistic for m in MEASURES.values()} == wanted
    assert len(OBSERVERS) == len(wanted)
    assert set(tables([])) == set(MEASURES)


def test_a_last_day_at_the_end_of_the_calendar_puts_no_statistic_out():
    held = people.practitioner_role(
        id_="a",
        practitioner=None,
        organisation={"display": "Alvdal"},
        role="koordinator-ip",
        start=START.date(),
    )
    part = teams.participant(
        member="PractitionerRole/a", role="koordinator-ip", start=START.date(), end=date.max
    )
    team = teams.care_team(
        id_="t", patient="Patient/p", managing=None, start=START.date(), participants=(part,)
    )
    plan = {"resourceType": "CarePlan", "id": "p", "status": "active"}
    listed = {f"{r['resourceType']}/{r['id']}": r for r in (held, team, plan)}
    found = tables([CaseFacts(key="c", resources=listed)], smallest=1)
    assert {row.group for row in found["k07"].rows if row.cells[0]} == {"pasientår med koordinator"}
    later = {
        **listed,
        "CareTeam/t": {
            **team,
            "participant": [{**part, "period": {"start": "2027-01-01", "end": "9999-12-31"}}],
        },
    }
    assert tables([CaseFacts(key="c", resources=later)], smallest=1)["k06"].rows


def test_c7_takes_the_report_that_came_before_the_next_admission():
    at = datetime(2026, 3, 4, 9, tzinfo=UTC)

    def message(number: int, type_: str, hours: int) -> Message:
        out = type_ == "LOG_INNLAGT"
        when = at + timedelta(hours=hours)
        return Message(
            id=f"m{number}", msg_id=f"m{number}", direction="out" if out else "in", type=type_, version="1.6",
            state="sent" if out else "received", owner="90998", sent_at=when if out else None, gen_date=when,
        )  # fmt: skip

    sent = (
        ("LOG_INNLAGT", 0),
        ("INNLEGGELSESRAPPORT", 6),
        ("LOG_INNLAGT", 100),
        ("INNLEGGELSESRAPPORT", 130),
    )
    listed = tuple(message(number, *one) for number, one in enumerate(sent))
    found = tables([CaseFacts(key="c", messages=listed)], smallest=1)
    assert {row.group: row.cells[0] for row in found["c7"].rows} == {
        "i tide": 1,
        "for sent": 1,
        "ikke kommet": 0,
    }
    assert [row.cells[:2] for row in found["c7-hours"].rows] == [(2, 18.0)]


def test_unknown_denominators_are_printed_as_unknown():
    made = compute.compute([], asked())
    unknown = {t.key for t in made if not t.measure.known}
    assert {"k01-month", "k01-department", "k01-kind", "k01-age", "k08"} == unknown
    for table in told.as_json(made, asked())["tables"]:
        assert table["denominator"].startswith("ukjent") is (table["key"] in unknown)


def test_cells_under_the_threshold_are_hidden_and_cannot_be_worked_out():
    cases = [need(n, status="refused" if n < 3 else "given" if n < 15 else "not-asked") for n in range(25)]
    rows = {row.group: row for row in tables(cases)["k02"].rows}
    assert rows["avslått"].hidden
    # With 25 known from another table, 25 - 12 - 10 would give the 3 away.
    assert rows["ikke spurt"].hidden
    assert rows["gitt"].cells == (12, 48.0)


def test_a_cell_counts_people_and_not_what_they_were_seen_in():
    twice = [CaseFacts(key=f"c{n}", events=(*need(n).events, *need(100 + n).events)) for n in range(3)]
    (row,) = tables(twice)["k01-month"].rows
    assert row.hidden
    (row,) = tables(twice, smallest=3)["k01-month"].rows
    assert row.cells == (6,)


def test_a_label_that_somebody_wrote_never_stands_for_a_few():
    cases = [need(n, department="Stor") for n in range(9)] + [
        need(90 + n, department=f"Liten {n}") for n in range(6)
    ]
    assert [(r.group, r.cells) for r in tables(cases)["k01-department"].rows] == [
        ("Stor", (9,)),
        (REST, (6,)),
    ]
    few = [need(n, department="Stor") for n in range(9)] + [need(90, department="Ola Nordmann")]
    rows = tables(few)["k01-department"].rows
    assert all(row.hidden for row in rows)
    assert "Ola Nordmann" not in {row.group for row in rows}


def test_no_cross_tables():
    assert all(isinstance(row.group, str) for table in tables([need(1)]).values() for row in table.rows)
    assert not [m for m in MEASURES.values() if " og kommune" in m.by]


@given(
    st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.integers(0, 40), max_size=6),
    st.integers(1, 9),
)
def test_what_is_hidden_is_never_one_cell_beside_shown_ones(people: dict[str, int], smallest: int):
    gone = hide(people, smallest)
    assert gone >= {name for name, count in people.items() if 0 < count < smallest}
    shown = {name for name, count in people.items() if count and name not in gone}
    if gone and shown:
        assert len(gone) > 1
        assert sum(people[name] for name in gone) >= smallest
    assert not [name for name in gone if not people[name]]


STATUSES = st.sampled_from(("given", "refused", "not-asked", "limited"))
PLACES = st.sampled_from(("3428", "9901", "9902"))
NEEDS = st.lists(st.tuples(STATUSES, PLACES, st.integers(0, 364), st.none() | st.floats(0, 900)), max_size=40)


@settings(max_examples=60, deadline=None)
@given(NEEDS)
def test_tables_equal_a_recount(said: list[tuple[str, str, int, float | None]]):
    cases = []
    for number, (status, place, day, hours) in enumerate(said):
        one = need(number, status=status, place=place, day=day)
        cases.append(one if hours is None else answered(one, hours))
    found = tables(cases, smallest=1)
    words = {
        "given": "gitt",
        "refused": "avslått",
        "not-asked": "ikke spurt",
        "limited": "gitt med begrensning",
    }
    assert {r.group: r.cells[0] for r in found["k02"].rows} == Counter(words[s] for s, *_ in said)
    assert {r.group: r.cells[0] for r in found["k15-received"].rows} == Counter(
        p for s, p, _, h in said if s in AGREED or h is not None
    )
    assert {r.group: r.cells[0] for r in found["k15-answered"].rows} == Counter(
        p for _, p, _, h in said if h is not None
    )
    hours = [h for *_, h in said if h is not None]
    (step,) = [r for r in found["k03"].rows if r.group == "avgjort"]
    assert step.cells[0] == len(hours)
    if hours:
        assert step.cells[1] == pytest.approx(median(hours), abs=0.06)
        assert sum(1 for h in hours if h <= (step.cells[2] or 0) + 0.06) >= 0.9 * len(hours)


@settings(max_examples=40, deadline=None)
@given(NEEDS, st.randoms())
def test_the_order_of_cases_changes_nothing(said: list[tuple[str, str, int, float | None]], chance: object):
    cases = [need(n, status=s, place=p, day=d) for n, (s, p, d, _) in enumerate(said)]
    before = compute.compute(cases, asked())
    chance.shuffle(cases)  # type: ignore[attr-defined]
    assert compute.compute(cases, asked()) == before


def test_cases_are_taken_one_by_one():
    taken = []

    def stream() -> Iterable[CaseFacts]:
        for number in range(3):
            taken.append(number)
            yield need(number)

    compute.compute(stream(), asked())
    assert taken == [0, 1, 2]


# ── forms ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def read(text: str) -> list[dict[str, str]]:
    assert text.startswith(told.BOM)
    return list(csv.DictReader(io.StringIO(text.removeprefix(told.BOM)), delimiter=";"))


def test_csv_has_semicolons_comma_decimals_and_a_mark():
    made = compute.compute([answered(need(n), 10.5) for n in range(6)], asked())
    rows = read(told.as_csv(made, asked()))
    (found,) = [
        r for r in rows if r["statistikk"] == "K03" and r["gruppe"] == "avgjort" and r["mål"] == "median"
    ]
    assert (found["verdi"], found["enhet"]) == ("10,5", "timer")
    assert {r["statistikk"] for r in rows} >= {"K01", "K02", "K03", "K07", "K15"}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r+", "  ="])
def test_no_cell_of_csv_is_a_formula(start: str):
    made = compute.compute([need(n, department=f'{start}HYPERLINK("x")') for n in range(6)], asked())
    for row in read(told.as_csv(made, asked())):
        assert not [cell for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]


def test_hidden_cells_look_the_same_in_every_form():
    made = compute.compute([need(n) for n in range(3)], asked())
    assert "under 5 eller skjult" in told.as_text(made, asked())
    (row,) = [r for r in read(told.as_csv(made, asked())) if r["inndeling"] == "måned"]
    assert row["verdi"] == "under 5 eller skjult"
    (table,) = [t for t in told.as_json(made, asked())["tables"] if t["key"] == "k01-month"]
    assert table["rows"] == [{"group": "2026-01", "hidden": True, "antall": None}]


def test_hidden_cells_side_by_side_stand_apart_in_text():
    made = compute.compute([answered(need(n), 10.5) for n in range(3)], asked())
    assert "skjultunder" not in told.as_text(made, asked())


def test_a_number_has_a_decimal_comma_and_whole_ones_none():
    assert [told.number(v) for v in (3.0, 2.5, 0.25, 0.0)] == ["3", "2,5", "0,25", "0"]


def test_each_row_has_the_columns_of_its_shape():
    for table in tables([need(1)]).values():
        assert table.columns == COLUMNS[table.measure.shape]
        assert all(len(row.cells) == len(table.columns) for row in table.rows)
