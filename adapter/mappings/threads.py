"""Whether a received message belongs to a case: the same person, and a party of the thread. message-rules.md, 'in a thread'."""

from __future__ import annotations

from adapter import ids
from adapter.kith.head import Head
from adapter.mappings import views
from adapter.model import Case, Party


def same_person(case: Case, head: Head) -> bool:
    """Return whether the message is about the person of the case: the same identifier, system and number."""
    patient = views.patient(case)
    found = head.patient.ident if head.patient else None
    if patient is None or found is None:
        return False
    value, kind = found
    # A local identifier travels without its system: what the message could carry is compared.
    known = {(ids.kith_type(i.get("system", "")), i.get("value")) for i in patient.get("identifier", ())}
    return (kind, value) in known


def party_of_thread(
    case: Case, sender: Party | None, her_id: str | None, *, melde_id: str | None, thread: str | None
) -> bool:
    """Return whether the sender is a party of the thread, or of the need, that the message names."""
    return any(
        (sender is not None and sender.key in (m.receiver_key, m.sender_key))
        or (her_id is not None and her_id in (m.receiver[1], m.sender[1]))
        for m in case.messages
        if (thread is not None and thread in (m.msg_id, m.thread))
        or (melde_id is not None and m.melde_id == melde_id)
    )
