"""Search: every field, every prefix, and pages that neither skip nor repeat."""

from __future__ import annotations

from typing import Any

import pytest

from adapter.errors import FhirError
from adapter.fhir.query import OPEN_END, OPEN_START, Query, Term
from adapter.store import Connection, Store, cases, resources, search
from tests.store.builders import LINE, NOW, ORG, US, resource


@pytest.fixture
def filled(store: Store) -> Store:
    def work(conn: Connection) -> None:
        cases.create(conn, key="case", org=ORG, now=NOW, person=LINE)
        resources.put(
            conn,
            [
                resource("case", type_="Patient", case_key="case"),
                resource("a", subject="Patient/case", status="requested", date_start=10, date_end=20, updated=US + 3,
                         tokens=(("code", "s1", "x"), ("identifier", "", "1"))),
                resource("b", subject="Patient/case", status="completed", date_start=20, date_end=30, updated=US + 2,
                         tokens=(("code", "s2", "x"), ("code", "s1", "y"))),
                resource("c", subject="Patient/other", status="requested", date_start=10, date_end=OPEN_END,
                         updated=US + 1),
                resource("d", updated=US),
                resource("e", org="99387", subject="Patient/case", updated=US + 9),
            ],
        )  # fmt: skip

    store.write(work)
    return store


def ids(store: Store, *terms: Term, type_: str = "Task", **more: Any) -> list[str]:
    with store.read() as conn:
        return [row.id for row in search.search(conn, Query(type=type_, org=ORG, terms=terms, **more)).rows]


def dates(store: Store, op: Any, start: int, end: int) -> str:
    return "".join(ids(store, Term(field="date", op=op, values=((start, end),))))


def test_without_terms_all_of_the_type_and_owner_are_found_by_id(filled: Store):
    assert ids(filled) == ["a", "b", "c", "d"]
    with filled.read() as conn:
        page = search.search(conn, Query(type="Task", count=2, total=True))
    assert (page.total, len(page.rows)) == (5, 2)
    assert page.rows[0].updated == US + 3


def test_a_query_that_only_narrows_is_refused(filled: Store):
    with pytest.raises(FhirError, match="IPK-F004"):
        ids(filled, whole=False)


def test_values_are_alternatives_and_terms_must_all_hold(filled: Store):
    assert ids(filled, Term(field="id", values=("a", "c", "none"))) == ["a", "c"]
    assert ids(filled, Term(field="subject", values=("Patient/case",))) == ["a", "b"]
    both = (
        Term(field="subject", values=("Patient/case", "Patient/x")),
        Term(field="status", values=("requested",)),
    )
    assert ids(filled, *both) == ["a"]
    assert ids(filled, Term(field="status", values=())) == []
    assert ids(filled, Term(field="id", values=tuple(f"n{n}" for n in range(70)))) == []


def test_not_a_status_includes_those_without_one(filled: Store):
    assert ids(filled, Term(field="status", op="ne", values=("requested",))) == ["b", "d"]


@pytest.mark.parametrize(
    ("value", "found"),
    [((None, "x"), "ab"), (("s1", "x"), "a"), (("s1", None), "ab"), (("", "1"), ""), (("s3", "x"), "")],
)
def test_a_token_is_found_by_code_by_system_or_by_both(filled: Store, value: tuple[Any, Any], found: str):
    assert "".join(ids(filled, Term(field="token", param="code", values=(value,)))) == found


def test_a_token_without_system_is_found_by_the_empty_one(filled: Store):
    assert ids(filled, Term(field="token", param="identifier", values=(("", "1"),))) == ["a"]


@pytest.mark.parametrize("param", ["code", "identifier"])
def test_no_part_of_a_token_is_taken_for_another(store: Store, param: str):
    """A category stands in a column with others, an identifier in a row: both are found whole only."""
    odd = ("a\tb", "%", "_", "A", "a", "a\nb", "a\\nb", "\\", "", "'", '"', f"\n{param}", param)
    pairs = [(system, code) for system in odd for code in odd]

    def fill(conn: Connection) -> None:
        resources.put(
            conn,
            [
                resource(f"r{n:03}", tokens=((param, *pair), ("type", *pair[::-1]), (f"{param}s", "", "x")))
                for n, pair in enumerate(pairs)
            ],
        )

    store.write(fill)

    def found(system: str | None, code: str | None) -> list[tuple[str, str]]:
        term = Term(field="token", param=param, values=((system, code),))
        return [pairs[int(id_[1:])] for id_ in ids(store, term, count=500)]

    for one in odd:
        assert found(None, one) == [pair for pair in pairs if pair[1] == one]
        assert found(one, None) == [pair for pair in pairs if pair[0] == one]
    assert all(found(*pair) == [pair] for pair in pairs)
    assert len(found(None, None)) == len(pairs)


def test_pages_of_a_category_neither_skip_nor_repeat(store: Store):
    store.write(
        lambda conn: resources.put(
            conn, [resource(f"p{n:02}", tokens=(("category", "s", "ab"[n % 2]),)) for n in range(30)]
        )
    )
    term = Term(field="token", param="category", op="ne", values=(("s", "b"), (None, "c")))
    pages, after = [], None
    while True:
        with store.read() as conn:
            page = search.search(
                conn, Query(type="Task", org=ORG, terms=(term,), count=4, after=after, total=True)
            )
        pages += [row.id for row in page.rows]
        assert page.total == 15
        if (after := page.next) is None:
            break
    assert pages == [f"p{n:02}" for n in range(0, 30, 2)]


def test_not_a_token_finds_the_rest(filled: Store):
    assert ids(filled, Term(field="token", param="code", op="ne", values=(("s1", "x"),))) == ["b", "c", "d"]


def test_a_person_is_found_by_hash_as_patient_and_as_subject(filled: Store):
    line = Term(field="person", values=(LINE,))
    assert ids(filled, line, type_="Patient") == ["case"]
    assert ids(filled, line) == ["a", "b"]
    stranger = Term(field="person", values=((LINE[0], "12057900499"),))
    with filled.read() as conn:
        page = search.search(conn, Query(type="Task", org=ORG, terms=(stranger,), total=True))
    assert (page.rows, page.total, page.next) == ((), 0, None)


@pytest.mark.parametrize(
    ("op", "start", "end", "found"),
    [
        ("eq", 10, 20, "a"), ("eq", 0, 100, "ab"), ("ne", 10, 20, "bc"), ("gt", 10, 20, "bc"), ("gt", 25, 30, "c"),
        ("lt", 15, 16, "ac"), ("lt", 10, 11, ""), ("ge", 20, 30, "bc"), ("ge", 10, 20, "abc"), ("le", 10, 20, "a"),
        ("le", 20, 30, "abc"), ("sa", 10, 20, "b"), ("eb", 20, 21, "a"), ("eb", 30, 31, "ab"),
    ],
)  # fmt: skip
def test_date_prefixes_compare_intervals_as_r4_says(filled: Store, op: str, start: int, end: int, found: str):
    assert dates(filled, op, start, end) == found


def test_an_open_start_is_before_everything(filled: Store):
    past = resource("f", date_start=OPEN_START, date_end=5)
    filled.write(lambda conn: resources.put(conn, [past]))
    assert dates(filled, "lt", 1, 2) == "f"


@pytest.mark.parametrize(
    ("op", "found"),
    [
        ("eq", "b"),
        ("ne", "acd"),
        ("gt", "a"),
        ("ge", "ab"),
        ("lt", "cd"),
        ("le", "bcd"),
        ("sa", "a"),
        ("eb", "cd"),
    ],
)
def test_last_updated_prefixes_compare_an_instant(filled: Store, op: Any, found: str):
    assert "".join(ids(filled, Term(field="updated", op=op, values=((US + 2, US + 3),)))) == found


ORDERS = {
    (): "abcd",
    (("id", True),): "dcba",
    (("updated", False),): "dcba",
    (("updated", True),): "abcd",
    (("date", False),): "dacb",
    (("date", True),): "bcad",
    (("status", False), ("updated", True)): "dbac",
    (("status", True), ("updated", False)): "cabd",
}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("count", [1, 2, 3])
def test_pages_of_any_size_tell_the_same_order(filled: Store, order: Any, count: int):
    seen: list[str] = []
    after = None
    with filled.read() as conn:
        while True:
            page = search.search(conn, Query(type="Task", org=ORG, sort=order, count=count, after=after))
            seen += [row.id for row in page.rows]
            after = page.next
            if after is None:
                break
    assert "".join(seen) == ORDERS[order]


def test_a_page_is_stable_while_others_write(filled: Store):
    with filled.read() as conn:
        first = search.search(conn, Query(type="Task", org=ORG, count=2))
    filled.write(lambda conn: resources.put(conn, [resource("aa"), resource("bb"), resource("a", version=2)]))
    with filled.read() as conn:
        rest = search.search(conn, Query(type="Task", org=ORG, count=9, after=first.next))
    assert [row.id for row in first.rows + rest.rows] == ["a", "b", "bb", "c", "d"]


@pytest.mark.parametrize("cursor", ["", "!", "WzFd", "eyJhIjoxfQ", "W10"])
def test_a_cursor_of_another_search_is_refused(filled: Store, cursor: str):
    with pytest.raises(FhirError) as caught:
        ids(filled, after=cursor)
    assert caught.value.code == "IPK-F008"


def test_a_type_that_is_no_word_is_refused(filled: Store):
    with pytest.raises(FhirError):
        ids(filled, type_="Task' OR 1=1 --")


def test_a_search_by_subject_or_status_uses_its_index(embedded: Store):
    def plan(*terms: Term, **more: Any) -> str:
        query = Query(type="Task", org=ORG, terms=terms, **more)
        shape = search._shape(query, terms)
        with embedded.read() as conn:
            sql, fixed = search._paging(shape).text(conn.dialect)
            params = {**fixed, **search._params(query, terms), "limit": 11}
            return str(conn.driver.execute(f"EXPLAIN QUERY PLAN {sql}", params).fetchall())

    assert "resource_subject" in plan(Term(field="subject", values=("Patient/x",)))
    assert "resource_subject" in plan(Term(field="subject", values=("Patient/x",)), sort=(("updated", True),))
    by_status = plan(Term(field="status", values=("requested",)))
    assert "resource_task" in by_status
    assert "TEMP B-TREE" not in by_status
    recent = plan(sort=(("updated", True),))
    assert "resource_updated" in recent
    assert "TEMP B-TREE" not in recent


def test_a_resource_is_found_by_what_the_patient_of_its_case_has_or_has_not(store: Store):
    held = (("_security", "s", "V"),)

    def work(conn: Connection) -> None:
        for key in ("strict", "open"):
            cases.create(conn, key=key, org=ORG, now=NOW, person=None)
        resources.put(
            conn,
            [
                resource("strict", type_="Patient", case_key="strict", tokens=held),
                resource("open", type_="Patient", case_key="open", tokens=(("_security", "s", "R"),)),
                resource("a", case_key="strict"),
                resource("b", case_key="open"),
                resource("c"),
            ],
        )

    store.write(work)
    asked = Term(field="patient", param="_security", values=(("s", "V"),))
    without = Term(field="patient", param="_security", op="ne", values=(("s", "V"),))
    assert (ids(store, asked), ids(store, without)) == (["a"], ["b", "c"])
    assert ids(store, without, type_="Patient") == ["open"]
