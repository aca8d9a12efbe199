"""The use cases: accept an event, receive a document, settle a message. Gather → map → one transaction each."""

from __future__ import annotations

from adapter.ingest.accept import Answer
from adapter.ingest.addresses import accept, remap
from adapter.ingest.device import introduce
from adapter.ingest.posting import post
from adapter.ingest.receive import receive
from adapter.ingest.results import Received
from adapter.ingest.settle import bury, handed, manual, overdue, renewed, requeue, sent, stopped, unsent

__all__ = [
    "Answer",
    "Received",
    "accept",
    "bury",
    "handed",
    "introduce",
    "manual",
    "overdue",
    "post",
    "receive",
    "remap",
    "renewed",
    "requeue",
    "sent",
    "stopped",
    "unsent",
]
