"""Messages: every field comes back, bytes are never lost, nobody overwrites what he did not read."""

from __future__ import annotations

from hashlib import sha256

import pytest

from adapter.errors import Conflict, FhirError
from adapter.model import Message, Reason
from adapter.store import Store, messages
from adapter.store.message_rows import Versions
from tests.store.builders import NOW, ORG, message, minutes, received, save

FULL = Message(
    id="m1", msg_id="m1", direction="out", type="DIALOG_FORESPORSEL", version="1.0", state="rejected", owner=ORG,
    sender_key="ke", receiver_key="alvdal", sender=(ORG, "91990"), receiver=("99387", "5079"),
    sender_names=("ST OLAVS HOSPITAL HF", "Koordinerende enhet"), receiver_names=("Alvdal Kommune", "Saksbehandling"),
    case_key="case", seq=3, thread="t", parent="p", gen_date=NOW, generation=2, replaces="m0", event_id="e",
    melde_id="IPK-7Q4M-2XKD-R", wants_reply=True, subject="Tema", body=b"\xff\x00", attempts=4,
    why=(Reason(rule="carrier-2", source="here", outcome="chosen", text="Fordi", rejected=("carrier-1",)),),
    next_attempt=minutes(1), last_error="IPK-S005", sent_at=minutes(2),
    apprec={"id": "a", "status": "2", "errors": [{"code": "T02"}], "at": "2026"}, replaced_by=None,
)  # fmt: skip


def get(store: Store, id_: str = "m1") -> Message:
    with store.read() as conn:
        found = messages.get(conn, id_)
    assert found is not None
    return found


def test_every_field_comes_back(store: Store):
    save(store, FULL)
    assert get(store) == FULL


def test_the_digest_and_the_versions_it_was_made_with_are_kept(store: Store):
    versions = Versions(event_schema="1", mapping="2", code_tables="3")
    store.write(lambda conn: messages.put(conn, [FULL], now=NOW, versions=versions))
    save(store, message("m1", body=b""))
    with store.read() as conn:
        row = conn.driver.execute("SELECT sha256, event_schema, mapping, code_tables FROM message").fetchone()
    assert tuple(row) == (sha256(FULL.body).hexdigest(), "1", "2", "3")


def test_a_head_without_bytes_leaves_the_stored_ones(store: Store):
    save(store, message("m1", body=b"sent"))
    save(store, message("m1", body=b"", state="sent"))
    assert (get(store).body, get(store).state) == (b"sent", "sent")
    store.write(
        lambda c: messages.put(c, [message("m1", body=b"", state="dead")], now=NOW, was={"m1": "sent"})
    )
    assert (get(store).body, get(store).state) == (b"sent", "dead")
    store.write(
        lambda c: messages.put(c, [message("m1", body=b"new", state="dead")], now=NOW, was={"m1": "dead"})
    )
    assert get(store).body == b"new"


def test_a_message_that_moved_on_since_it_was_read_is_a_conflict(store: Store):
    save(store, message("m1", state="sent"))
    with pytest.raises(Conflict):
        store.write(
            lambda c: messages.put(c, [message("m1", state="buried")], now=NOW, was={"m1": "pending"})
        )
    with pytest.raises(Conflict):
        store.write(lambda c: messages.put(c, [message("m1")], now=NOW, was={}))
    assert get(store).state == "sent"


def test_a_received_msg_id_is_stored_once_per_sender(store: Store):
    save(store, received("r1", msg_id="x", sender="5079"), received("r2", msg_id="x", sender="5078"))
    with pytest.raises(Conflict):
        save(store, received("r3", msg_id="x", sender="5079"))
    with store.read() as conn:
        assert messages.exists_received(conn, "5079", "x", id_="none") == "r1"
        assert messages.exists_received(conn, "5079", "X", id_="r1") == "r1", "known by its id alone"
        assert messages.exists_received(conn, "5078", "x", id_="none") == "r2"
        assert messages.exists_received(conn, "5101", "x", id_="none") is None


def test_a_receipt_finds_only_what_we_sent(store: Store):
    save(store, message("m1"), received("r1", msg_id="x"))
    with store.read() as conn:
        head = messages.by_receipt(conn, ORG, "m1")
        assert head is not None
        assert head.body == b""
        assert messages.by_receipt(conn, "99387", "m1") is None
        assert messages.by_receipt(conn, ORG, "r1") is None
        assert messages.body(conn, "m1") == b"<MsgHead/>"
        assert messages.body(conn, "none") is None


def test_counts_tell_how_many_are_in_each_state(store: Store):
    save(store, message("a"), message("b"), message("c", state="dead"))
    with store.read() as conn:
        assert messages.counts(conn) == {"pending": 2, "dead": 1}


def test_pages_go_in_the_order_stored_and_filters_must_all_hold(store: Store):
    for n in range(7):
        save(store, message(f"m{n}", state="dead" if n % 2 else "sent", case_key=f"c{n}"), at=minutes(n // 2))
    save(store, received("r", msg_id="x", type="DIALOG_SVAR"), at=minutes(9))
    seen: list[str] = []
    cursor = None
    with store.read() as conn:
        while True:
            page, cursor = messages.page(conn, messages.Filter(org=ORG), cursor=cursor, count=3)
            seen += [m.id for m in page]
            if cursor is None:
                break

        def only(**filters: object) -> list[str]:
            return [m.id for m in messages.page(conn, messages.Filter(**filters))[0]]  # type: ignore[arg-type]

        assert seen == [*(f"m{n}" for n in range(7)), "r"]
        assert only(state="dead") == ["m1", "m3", "m5"]
        assert only(state="sent", since=minutes(2)) == ["m4", "m6"]
        assert only(direction="in") == only(type="DIALOG_SVAR") == ["r"]
        assert only(receiver="5079", case_key="c2") == ["m2"]
        assert only(org="99387") == []
        with pytest.raises(FhirError):
            messages.page(conn, messages.Filter(), cursor="nonsense")


BIG = b"<MsgHead>" + bytes(range(1, 256)) * 12_000 + b"</MsgHead>"
"""More than is bound to a statement of SQLite's."""


def test_a_large_document_is_stored_byte_for_byte_beside_small_ones(store: Store):
    save(store, message("m1", body=BIG), message("m2"))
    assert (get(store).body, get(store, "m2").body) == (BIG, b"<MsgHead/>")
    with store.read() as conn:
        assert messages.body(conn, "m1") == BIG


def test_a_large_document_is_kept_by_a_head_and_changed_by_other_bytes(store: Store):
    save(store, message("m1", body=BIG))
    store.write(
        lambda c: messages.put(c, [message("m1", state="dead", body=b"")], now=NOW, was={"m1": "pending"})
    )
    assert (get(store).body, get(store).state) == (BIG, "dead")
    for changed in (BIG[:-10] + b"  </MsgHead>", b"<MsgHead>less</MsgHead>"):
        store.write(lambda c: messages.put(c, [message("m1", body=changed)], now=NOW))  # noqa: B023 (written at once)
        assert get(store).body == changed


def test_a_large_document_goes_back_with_its_transaction(store: Store):
    with pytest.raises(Conflict):
        store.write(
            lambda c: messages.put(
                c, [message("m1", body=BIG), message("m2")], now=NOW, was={"m2": "pending"}
            )
        )
    with store.read() as conn:
        assert messages.get(conn, "m1") is None
