"""Cases: gathered whole, found by what an event continues, one version at a time."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from adapter.errors import Conflict
from adapter.model import Case, Deadline
from adapter.store import Connection, Store, cases, deadlines, messages, people, resources
from tests.store.builders import LINE, NOW, ORG, message, minutes, new_case, received, resource


def gather(store: Store, **more: object) -> Case:
    with store.read() as conn:
        return cases.gather(conn, org=ORG, now=NOW, **more)  # type: ignore[arg-type]


def fill(conn: Connection) -> None:
    resources.put(
        conn,
        [
            resource("open", case_key="case"),
            resource("done", case_key="case", open=False),
            resource("other", case_key="another"),
        ],
    )
    out = message("m2", seq=2), message("held", seq=1, state="held", body=b"waits")
    question = received("q", msg_id="their", seq=3, type="DIALOG_FORESPORSEL", body=b"asks")
    messages.put(conn, [*out, question], now=NOW)
    clock = Deadline(id="d1", kind="reply", due=minutes(5), subject="message/m2", owner=ORG, case_key="case")
    over = Deadline(
        id="d2", kind="reply", due=NOW, subject="message/m2", owner=ORG, case_key="case", state="met"
    )
    deadlines.put(conn, [clock, over])


def test_a_new_person_gives_an_empty_case(store: Store):
    assert gather(store, person=LINE) == Case(key=None, version=0, now=NOW, owner=ORG)


def test_a_case_is_gathered_by_person_and_by_key_with_what_is_open(store: Store):
    new_case(store)
    store.write(fill)
    case = gather(store, person=LINE)
    assert case == gather(store, case_key="case")
    assert (case.key, case.version) == ("case", 1)
    assert set(case.resources) == {"Task/open"}
    assert [m.id for m in case.messages] == ["held", "m2", "q"]
    assert all(m.body == b"" for m in case.messages)
    assert case.bodies == {"held": b"waits", "q": b"asks"}
    assert [d.id for d in case.deadlines] == ["d1"]
    assert case.deadlines[0].due == minutes(5)


def test_another_owner_does_not_see_the_case(store: Store):
    new_case(store)
    with store.read() as conn:
        assert cases.gather(conn, org="99387", now=NOW, person=LINE).key is None
        assert cases.gather(conn, org="99387", now=NOW, case_key="case").key is None


def test_only_the_latest_500_heads_are_gathered(store: Store):
    new_case(store)
    store.write(lambda conn: messages.put(conn, [message(f"m{n}", seq=n) for n in range(1, 511)], now=NOW))
    assert [m.seq for m in gather(store, case_key="case").messages] == list(range(11, 511))


def test_one_owner_has_one_case_per_person(store: Store):
    new_case(store)
    with pytest.raises(Conflict):
        new_case(store, key="again")
    store.write(lambda conn: cases.create(conn, key="theirs", org="99387", now=NOW, person=LINE))


def test_a_write_that_expects_an_older_version_is_a_conflict(store: Store):
    new_case(store)
    assert store.write(lambda conn: cases.advance(conn, "case", expect_version=1, take=3)) == 1
    assert store.write(lambda conn: cases.advance(conn, "case", expect_version=2, take=2)) == 4
    with pytest.raises(Conflict):
        store.write(lambda conn: cases.advance(conn, "case", expect_version=2))
    assert gather(store, case_key="case").version == 3


def test_of_many_that_expect_the_same_version_one_wins(store: Store):
    new_case(store)

    def attempt(_n: int) -> bool:
        try:
            store.write(lambda conn: cases.advance(conn, "case", expect_version=1))
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(16))) == 1


def test_the_person_is_never_in_clear_in_the_case_row(store: Store):
    new_case(store)
    with store.read() as conn:
        rows = conn.driver.execute("SELECT * FROM case_").fetchall()
    assert LINE[1] not in repr(rows)
    assert any(re.fullmatch(r"[0-9a-f]{64}", str(value)) for value in rows[0])


def test_the_same_person_has_different_hashes_in_two_installations(store: Store, embedded: Store):
    with store.read() as one, embedded.read() as other:
        mine = people.digest(one, system=LINE[0], value=LINE[1])
        assert mine == people.digest(one, system=LINE[0], value=LINE[1])
        if store.dialect == "postgresql":  # the embedded databases of this run share one template
            assert mine != people.digest(other, system=LINE[0], value=LINE[1])


def test_a_changed_number_and_an_erasure_are_one_act(store: Store):
    new_case(store)
    other = (LINE[0], "12057900499")
    store.write(lambda conn: cases.set_person(conn, "case", other))
    assert gather(store, person=LINE).key is None
    assert gather(store, person=other).key == "case"
    store.write(lambda conn: cases.set_person(conn, "case", None))
    assert gather(store, person=other).key is None


def test_what_an_event_continues_is_found_by_each_kind_of_id(store: Store):
    tokens = (("requisition", "urn:melde", "IPK-7Q4M-2XKD-R"),)
    plan = (("identifier", "urn:plan", "P-1"),)

    def work(conn: Connection) -> None:
        resources.put(
            conn,
            [
                resource("need", type_="ServiceRequest", case_key="case", tokens=tokens),
                resource("assigned", type_="PractitionerRole", case_key="case"),
                resource("plan", type_="CarePlan", case_key="case", tokens=plan),
            ],
        )

    store.write(work)
    with store.read() as conn:
        assert cases.find_continued(conn, ORG, melde_id="IPK-7Q4M-2XKD-R") == "case"
        assert cases.find_continued(conn, ORG, need_id="need") == "case"
        assert cases.find_continued(conn, ORG, assignment_id="assigned") == "case"
        assert cases.find_continued(conn, ORG, plan_id="plan") == "case"
        assert cases.find_continued(conn, ORG, plan_identifier=("urn:plan", "P-1")) == "case"
        assert cases.find_continued(conn, ORG, plan_identifier=("urn:other", "P-1")) is None
        assert cases.find_continued(conn, ORG, plan_id="need") is None
        assert cases.find_continued(conn, "99387", need_id="need") is None
        assert cases.find_continued(conn, ORG) is None


def test_a_conversation_finds_its_case_by_thread_and_by_message(store: Store):
    first = message("m1", thread="m1", seq=1)
    answer = received("r", msg_id="their", thread="their-thread", seq=2)
    store.write(lambda conn: messages.put(conn, [first, answer], now=NOW))
    with store.read() as conn:
        assert cases.by_thread(conn, ORG, "m1") == "case"
        assert cases.by_thread(conn, ORG, "their-thread") == "case"
        assert cases.by_thread(conn, ORG, "unknown") is None
        assert cases.by_thread(conn, "99387", "m1") is None
