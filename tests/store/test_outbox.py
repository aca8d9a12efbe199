"""The outbox: order per case and receiver, leases, retries, and workers that never take the same message."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from adapter.store import Store, messages, outbox
from tests.store.builders import NOW, claim, message, minutes, received, save, settle


def pair(**first: Any) -> tuple[Any, Any]:
    return message("m1", seq=1, **first), message("m2", seq=2)


def test_what_is_claimed_comes_with_its_bytes_and_counts_the_attempt(store: Store):
    save(store, message("m1"))
    (got,) = store.write(lambda c: outbox.claim(c, now=NOW, limit=5, lease_seconds=60, owner="w"))
    assert (got.body, got.state, got.attempts) == (b"<MsgHead/>", "leased", 1)
    with store.read() as conn:
        assert messages.get(conn, "m1") == got


def test_a_batch_holds_no_large_documents(store: Store):
    large = b"<MsgHead>" + bytes(2_000_000) + b"</MsgHead>"
    save(store, message("m1", body=large), received("r1", msg_id="x", body=large), received("r2", msg_id="y"))
    (got,) = store.write(lambda c: outbox.claim(c, now=NOW, limit=5, lease_seconds=60, owner="w"))
    assert (got.id, got.body) == ("m1", b"")
    with store.read() as conn:
        assert [(m.id, m.body) for m in outbox.unfiled(conn, limit=5)] == [("r1", b""), ("r2", b"<MsgHead/>")]
        assert messages.body(conn, "m1") == large


def test_a_later_message_of_the_case_to_the_receiver_waits_for_the_earlier(store: Store):
    save(store, *pair())
    assert claim(store) == ["m1"]
    assert claim(store) == []
    settle(store, "m1")
    assert claim(store) == ["m2"]


@pytest.mark.parametrize("state", ["dead", "rejected"])
def test_a_later_message_waits_for_a_dead_or_rejected_one_until_a_person_acts(store: Store, state: Any):
    first, second = pair(state=state)
    save(store, first, second)
    assert claim(store) == []
    with store.read() as conn:
        head = messages.heads(conn, "case")[0]
    handled = {"dead": {"state": "buried"}, "rejected": {"replaced_by": "m3"}}[state]
    save(store, message("m1", seq=1, **{"state": head.state, **handled}))
    assert claim(store) == ["m2"]


@pytest.mark.parametrize(
    "state", ["held", "sent", "delivered", "acknowledged", "unanswered", "buried", "manual"]
)
def test_a_message_that_left_or_is_not_released_holds_nobody(store: Store, state: Any):
    save(store, *pair(state=state))
    assert claim(store) == ["m2"]


def test_other_cases_and_other_receivers_never_wait(store: Store):
    first, second = pair(state="dead")
    other_case = message("c", seq=2, case_key="another")
    other_receiver = message("r", seq=2, receiver=("99387", "5078"))
    no_case = message("n", case_key=None), message("n2", case_key=None, seq=3)
    save(store, first, second, other_case, other_receiver, *no_case)
    assert sorted(claim(store)) == ["c", "n", "n2", "r"]


def test_receivers_without_her_id_are_told_apart_by_their_key(store: Store):
    nobody = (None, None)
    save(
        store,
        message("a1", seq=1, receiver=nobody, receiver_key="a", state="dead"),
        message("a2", seq=2, receiver=nobody, receiver_key="a"),
        message("b2", seq=2, receiver=nobody, receiver_key="b"),
    )
    assert claim(store) == ["b2"]


def test_a_retry_waits_until_it_is_due(store: Store):
    save(store, message("m1"))
    claim(store)
    settle(store, "m1", "pending", next_attempt=minutes(10), last_error="IPK-S005")
    assert claim(store, at=minutes(9)) == []
    assert claim(store, at=minutes(10)) == ["m1"]
    with store.read() as conn:
        head = messages.heads(conn, "case")[0]
    assert (head.attempts, head.last_error) == (2, "IPK-S005")


def test_a_lease_that_ran_out_may_be_claimed_again_and_its_owner_settles_nothing(store: Store):
    save(store, message("m1"))
    claim(store, owner="slow", lease=60)
    assert claim(store, at=minutes(0.9), owner="next") == []
    assert claim(store, at=minutes(1), owner="next") == ["m1"]
    assert settle(store, "m1", owner="slow") == frozenset()
    assert settle(store, "m1", owner="next", sent_at=NOW) == {"m1"}


def test_a_receipt_that_comes_before_the_settling_stands(store: Store):
    save(store, message("m1"))
    claim(store)
    save(store, message("m1", state="acknowledged", body=b""))
    assert settle(store, "m1") == frozenset()
    with store.read() as conn:
        got = messages.get(conn, "m1")
    assert got is not None
    assert (got.state, got.body) == ("acknowledged", b"<MsgHead/>")


def test_an_idle_worker_learns_by_reading_that_nothing_is_due(store: Store):
    save(store, message("m1", next_attempt=minutes(5)), received("r", msg_id="x"))
    with store.read() as conn:
        assert not outbox.waits(conn, now=NOW)
        assert outbox.waits(conn, now=minutes(5))


def test_received_messages_are_never_claimed(store: Store):
    save(store, received("r", msg_id="x", state="received"))
    assert claim(store) == []


def test_a_dead_receiver_does_not_starve_the_others(store: Store):
    silent = [message(f"s{n}", case_key=f"s{n}", receiver=("1", "1")) for n in range(40)]
    save(store, *silent)
    save(store, message("alive", case_key="other"), at=minutes(1))
    rounds = 0
    while "alive" not in (got := claim(store, at=minutes(1), limit=10)):
        rounds += 1
        for id_ in got:
            settle(store, id_, "pending", next_attempt=minutes(5))
        assert rounds <= 4
    assert rounds == 4


def test_workers_at_once_never_claim_the_same_message_and_keep_the_order(store: Store):
    save(
        store,
        *(message(f"{case}-{seq}", case_key=case, seq=seq) for case in "abcdefgh" for seq in range(1, 6)),
    )

    def work(owner: str) -> list[str]:
        done: list[str] = []
        for _ in range(60):
            for id_ in claim(store, limit=3, owner=owner):
                done.append(id_)
                assert settle(store, id_, owner=owner) == {id_}
        return done

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(work, "wxyz"))
    everything = [id_ for one in taken for id_ in one]
    assert len(everything) == len(set(everything)) == 40


def test_of_workers_at_once_only_one_leases_a_message(store: Store):
    for n in range(20):
        save(store, message(f"m{n}", case_key=f"case-{n}"))
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda n: claim(store, limit=20, owner=str(n)), range(8)))
    everything = [id_ for one in taken for id_ in one]
    assert sorted(everything) == sorted(f"m{n}" for n in range(20))
