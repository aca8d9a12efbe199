"""Versions of resources: each follows the one before, none is lost."""

from __future__ import annotations

import pytest

from adapter.errors import Conflict
from adapter.fhir.query import Query, Term
from adapter.store import Store, resources, search
from adapter.store.resources import Write
from tests.store.builders import ORG, US, resource


def put(store: Store, *writes: Write) -> None:
    store.write(lambda conn: resources.put(conn, writes))


def test_bytes_come_back_as_they_were_stored(store: Store):
    put(store, resource("a", body=b'{"text":"\xc3\xa6\x00"}'))
    with store.read() as conn:
        assert resources.current(conn, "Task", "a") == (1, US, b'{"text":"\xc3\xa6\x00"}', None)
        assert resources.current(conn, "Task", "b") is None
        assert resources.current(conn, "Patient", "a") is None


def test_an_update_keeps_every_older_version(store: Store):
    put(store, resource("a", body=b"1"))
    put(store, resource("a", version=2, body=b"2", updated=US + 1))
    put(store, resource("a", version=3, body=b"3", updated=US + 2))
    with store.read() as conn:
        assert resources.current(conn, "Task", "a") == (3, US + 2, b"3", None)
        assert [row.body for row in resources.history(conn, "Task", "a", count=10)] == [b"3", b"2", b"1"]
        assert [row.version for row in resources.history(conn, "Task", "a", count=1, below=3)] == [2]
        found = [resources.vread(conn, "Task", "a", version) for version in (1, 3, 4)]
        assert [row and row.body for row in found] == [b"1", b"3", None]


@pytest.mark.parametrize("version", [1, 3, 4])
def test_a_version_that_does_not_follow_is_a_conflict_and_changes_nothing(store: Store, version: int):
    put(store, resource("a"))
    with pytest.raises(Conflict):
        put(store, resource("b"), resource("a", version=version, body=b"late"))
    with store.read() as conn:
        assert resources.current(conn, "Task", "b") is None
        assert len(resources.history(conn, "Task", "a", count=10)) == 1


def test_updating_what_is_not_there_is_a_conflict(store: Store):
    with pytest.raises(Conflict):
        put(store, resource("a", version=2))


def test_many_are_read_by_reference_in_one_go(store: Store):
    put(store, *(resource(f"t{n}") for n in range(100)), resource("p", type_="Patient"))
    refs = [*(f"Task/t{n}" for n in range(100)), "Patient/p", "Patient/t1", "Task/none", "nonsense"]
    with store.read() as conn:
        found = resources.many(conn, refs)
        assert resources.many(conn, []) == {}
    assert set(found) == {*refs[:101]}
    assert found["Patient/p"].type == "Patient"


@pytest.mark.parametrize("param", ["identifier", "code"])
def test_tokens_follow_the_current_version(store: Store, param: str):
    def found(value: str) -> list[str]:
        query = Query(
            type="Task", org=ORG, terms=(Term(field="token", param=param, values=((None, value),)),)
        )
        with store.read() as conn:
            return [row.id for row in search.search(conn, query).rows]

    put(store, resource("a", tokens=((param, "s", "old"), (param, "s\t", "kept\n"))))
    put(
        store,
        resource("a", version=2, tokens=((param, "s", "new"), (param, "s\t", "kept\n"), (param, "s", "new"))),
    )
    assert (found("old"), found("kept\n"), found("new")) == ([], ["a"], ["a"])


def test_a_version_to_be_written_never_prints_what_it_holds():
    assert repr(resource("a", subject="Patient/danser")) == "Write(Task/a, version 1)"
