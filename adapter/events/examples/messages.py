"""Examples of messages, addresses and documents, and of what the adapter makes itself: E59-E70, E72; E11, E16, E53-E58, E62."""

from __future__ import annotations

from typing import Final

from adapter.events.examples.parts import (
    ADAPTER,
    HOSPITAL,
    IN_MUNICIPALITY,
    MUNICIPALITY,
    NEED,
    PHYSICIAN,
    RECEIVED,
    REFUSED,
    SENT,
    TASK,
    Examples,
    receipt,
)

DATA: Final[Examples] = {
    "ip.manual-fallback.recorded": (HOSPITAL, "2026-03-09T09:00:00+01:00", {
        "author": PHYSICIAN,
        "channel": "oral",
        "messageId": SENT,
        "how": "phone",
        "reached": {"name": "Saksbehandling, Alvdal kommune", "phone": "+4762480000"},
        "at": "2026-03-09T08:50:00+01:00",
        "confirmedBy": {"family": "September", "given": "August"},
    }),
    "ip.address.changed": (HOSPITAL, "2026-03-09T09:00:00+01:00", {
        "author": PHYSICIAN,
        "herId": "5079",
        "newHerId": "5078",
        "change": "her-id",
        "from": "2026-03-09",
    }),
    "ip.message.sent": (HOSPITAL, "2026-03-04T10:20:00+01:00", {
        "msgId": SENT,
        "genDate": "2026-03-04T10:16:00+01:00",
        "type": "DIALOG_HELSEFAGLIG",
        "receiver": {"herId": "5079"},
    }),
    "ip.message.receipt": (HOSPITAL, "2026-03-04T10:40:00+01:00", {"msgId": SENT, "status": "ok", "errors": []}),
    "ip.document.filed": (HOSPITAL, "2026-03-04T10:45:00+01:00", {
        "messageId": SENT,
        "documentId": "DOK-2026-0042",
        "system": "https://epj.example/dokument",
    }),
    "ip.enquiry.answered": (MUNICIPALITY, "2026-03-05T09:30:00+01:00", IN_MUNICIPALITY | {
        "continues": {"taskId": TASK},
        "text": "Gunn Omsorg følger opp planen mens koordinatoren din har fri.",
    }),
    # ── made by the adapter ──
    "ip.need.duplicate-detected": (ADAPTER, "2026-03-05T10:15:00+01:00", NEED | {
        "needs": ["coordinator"],
        "reportedBy": SENT,
        "news": ["reason"],
    }),
    "ip.consent.expired": (ADAPTER, "2027-03-05T00:00:00+01:00", {
        "kind": "consent",
        "due": "2027-03-05T00:00:00+01:00",
        "subject": "Consent/0e5e9a3e-60a1-5a5f-9c34-2f6f3d8a9b10",
    }),
    "ip.receipt.positive": (MUNICIPALITY, "2026-03-04T10:41:00+01:00", receipt("ok")),
    "ip.receipt.negative": (MUNICIPALITY, "2026-03-04T10:41:00+01:00", receipt("rejected", REFUSED)),
    "ip.receipt.missing": (ADAPTER, "2026-03-08T10:16:00+01:00", receipt("missing")),
    "ip.receipt.late": (MUNICIPALITY, "2026-03-09T08:00:00+01:00", receipt("ok")),
    "ip.message.faulted": (MUNICIPALITY, "2026-03-05T09:00:00+01:00", RECEIVED | {"reason": "Avvik meldt av mottaker"}),
    "ip.dialogue.received": (MUNICIPALITY, "2026-03-05T09:00:00+01:00", RECEIVED | {"reason": "Ukjent tråd"}),
    "ip.deadline.breached": (ADAPTER, "2026-03-09T00:00:00+01:00", {
        "kind": "reply",
        "due": "2026-03-09T00:00:00+01:00",
        "subject": f"message/{SENT}",
    }),
}  # fmt: skip
"""Type → (source, time, data), each by number."""
