"""The worker: claim, send, decide, settle; poll the inbox; file for the record; tell subscribers. Architecture, 'How one event flows'.

At least once out, exactly once in. A message is settled in a transaction of its own after it left; one that left and
was not settled (a crash, a lease that ran out) leaves again under the same name with the same bytes. A document that
came in is put aside after what it became is committed; one that came twice is known by its MsgId.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, Final

import structlog

from adapter import ingest, retry
from adapter.errors import AdapterError
from adapter.fhir import parts
from adapter.hooks.notifier import Notifier
from adapter.model import Message
from adapter.retry import Failure
from adapter.services import Services
from adapter.store import messages, outbox
from adapter.transports.base import Filed, Incoming, Outgoing, Place, TransportError

log = structlog.get_logger()

LONGEST: Final = 30.0
"""Seconds of the longest pause of a loop whose steps fail."""
AWAY: Final = frozenset({"IPK-S001", "IPK-S002"})
FILING: Final = 100
"""Most documents filed at once."""
_PLACES: Final[Mapping[str, Place]] = {"own": "out", "observe": "out", "handover": "handover"}
"""Door of the sender → where its documents go."""


def run_once(services: Services, *, owner: str = "worker") -> int:
    """Send what is due, take in what has come, file what is new; how many documents. Raises AdapterError (database away)."""
    return send(services, owner=owner) + receive(services) + file(services)


class Loop(threading.Thread):
    """A step done over and over until stopped. Nothing that a step raises ends it."""

    def __init__(self, name: str, step: Callable[[], int], *, seconds: float) -> None:
        """Do `step` again at once while it did something, else after `seconds`."""
        super().__init__(name=name, daemon=True)
        self._step = step
        self._seconds = seconds
        self._stopped = False
        self._wake = threading.Event()

    def run(self) -> None:
        """Do steps until stopped; wait longer after each that failed in a row."""
        failures = 0
        while not self._stopped:
            self._wake.clear()
            try:
                done = self._step()
                failures = 0
            except Exception as error:  # a loop that dies delivers nothing
                done = 0
                failures += 1
                log.exception("loop.failed", worker=self.name, code=_code(error), count=failures)
            if not done and not self._stopped:
                self._wake.wait(backoff(self._seconds, failures))

    def wake(self) -> None:
        """Do the next step now: something was put in its way."""
        self._wake.set()

    def stop(self) -> None:
        """Let the step under way end, and do no other. `join` waits for that."""
        self._stopped = True
        self._wake.set()


def backoff(seconds: float, failures: int) -> float:
    """Return the pause after so many failures in a row: doubled each time, up to LONGEST (or the usual one, if longer)."""
    return max(seconds, min(LONGEST, seconds * 2.0 ** min(failures, 20)))


class Worker:
    """The loops of delivery side by side, so that a slow inbox holds no sending."""

    def __init__(self, services: Services) -> None:
        settings = services.settings
        owner = services.new_id()
        self.loops = (
            Loop("sender", partial(send, services, owner=owner), seconds=settings.worker_seconds),
            Loop("receiver", partial(receive, services), seconds=settings.poll_seconds),
            Loop("filer", partial(file, services), seconds=settings.poll_seconds),
            Loop("notifier", self._notify, seconds=settings.worker_seconds),
        )
        self._notifier = Notifier(services, owner=owner, done=self.loops[-1].wake)

    def _notify(self) -> int:
        return self._notifier.step()

    def start(self) -> None:
        """Start all loops."""
        for loop in self.loops:
            loop.start()

    def wake(self) -> None:
        """Send what was just accepted now, not at the next look."""
        self.loops[0].wake()

    def stop(self, *, seconds: float = 10) -> None:
        """Stop all loops and wait until the steps under way have ended, each at most `seconds`."""
        for loop in self.loops:
            loop.stop()
        for loop in self.loops:
            loop.join(seconds)
        self._notifier.close(seconds=seconds)


def _whole(services: Services, message: Message) -> Message:
    """Return a message of a batch with its bytes: a large one comes without, so that one at a time is held."""
    if message.body:
        return message
    with services.store.read() as conn:
        return replace(message, body=messages.body(conn, message.id) or b"")


def _is_away(error: Exception) -> bool:
    """Whether the database is away or busy, so that nothing else can be settled now either."""
    return isinstance(error, AdapterError) and error.code in AWAY


def _code(error: Exception) -> str:
    return error.code if isinstance(error, AdapterError) else "IPK-S004"


# ── out ──


def send(services: Services, *, owner: str) -> int:
    """Send a batch of what is due; how many were tried. `owner` is this worker's own name. Raises AdapterError."""
    settings = services.settings
    now = services.clock()
    claimed = services.store.write(
        lambda conn: outbox.claim(
            conn, now=now, limit=settings.claim_limit, lease_seconds=settings.lease_seconds, owner=owner
        )
    )
    # Half a lease: what is sent later than that might be another worker's by the time it is settled.
    safe = now + timedelta(seconds=settings.lease_seconds / 2)
    for message in claimed:
        if services.clock() > safe:
            break
        _deliver(services, message)
    return len(claimed)


def _deliver(services: Services, message: Message) -> None:
    """Send one claimed message and settle it. Raises AdapterError where the database is away: the lease runs out then."""
    try:
        if ingest.stopped(services, message):
            log.info("outbox.stopped", message_id=message.id, message_type=message.type)
            return
        message = _whole(services, message)
        if ingest.renewed(services, message):
            log.info("outbox.renewed", message_id=message.id, message_type=message.type)
        else:
            _settle(services, message, _sent(services, message))
    except (
        Exception
    ) as error:  # one message must not stop the others: its lease runs out, and it is tried again
        if _is_away(error):
            raise
        log.exception("outbox.unsettled", message_id=message.id, code=_code(error))


def _settle(services: Services, message: Message, failure: Failure | None) -> None:
    """Record how a sending went: it left or lies ready for the EPJ (None), is tried again, or is dead. Raises AdapterError."""
    now = services.clock()
    if failure is None and _place(services, message) == "handover":
        ingest.handed(services, message, now)
        log.info("outbox.handed", message_id=message.id, message_type=message.type, attempt=message.attempts)
        return
    if failure is None:
        ingest.sent(services, message, now)
        log.info("outbox.sent", message_id=message.id, message_type=message.type, attempt=message.attempts)
        return
    decision = retry.decide(
        failure, attempts=message.attempts, now=now, jitter=services.random(), policy=_policy(services)
    )
    ingest.unsent(services, message, decision, failure.code)
    log.warning("outbox.unsent", message_id=message.id, code=failure.code, attempt=message.attempts)


def _sent(services: Services, message: Message) -> Failure | None:
    """Return None when it left, else why not."""
    place = _place(services, message)
    try:
        services.transport.send(Outgoing(id=message.id, data=message.body, place=place))
    except TransportError as error:
        return error.failure
    except Exception:  # one message must not stop the others
        log.exception("transport.failed", message_id=message.id, transport=services.transport.name)
        return Failure(code="IPK-S004", retry=True, uncertain=True)
    return None


def _place(services: Services, message: Message) -> Place:
    sender = services.book().by_key(message.sender_key)
    return _PLACES[sender.door] if sender else "out"


def _policy(services: Services) -> retry.Policy:
    settings = services.settings
    return retry.Policy(
        base=timedelta(seconds=settings.retry_first_seconds),
        cap=timedelta(seconds=settings.retry_max_seconds),
        limit=settings.retry_attempts,
    )


# ── in ──


def receive(services: Services) -> int:
    """Take in a batch of what has come; how many were put aside. Raises AdapterError where the database is away.

    What could not be taken in for that reason stays claimed and is offered again.
    """
    taken = 0
    try:
        with closing(services.transport.poll()) as items:
            for item in items:
                taken += _take(services, item)
    except TransportError as error:
        log.warning("transport.away", code=error.code, folder=error.at, transport=services.transport.name)
    return taken


def _take(services: Services, item: Incoming) -> int:
    """Bring one document in and put it aside; 1, or 0 when it will come again. Raises AdapterError (database away)."""
    try:
        _put_aside(item, _fault(services, item))
    except TransportError as error:
        log.warning("transport.away", code=error.code, folder=error.at, transport=services.transport.name)
        return 0
    except AdapterError as error:
        if error.code in AWAY:
            raise
        log.warning("inbox.waits", code=error.code, kind=item.channel)  # its case is busy; others may not be
        return 0
    return 1


def _fault(services: Services, item: Incoming) -> tuple[str, str] | None:
    """Return None once a document is in the database, else the code and place that say why it cannot be."""
    try:
        got = ingest.receive(services, item.data, channel=item.channel, name=item.name)
    except AdapterError as error:
        if error.row.retry:
            raise
        log.warning("inbox.failed", code=error.code, kind=item.channel)
        return error.code, error.at
    except Exception as error:  # put aside where a person finds it, or it would come again for ever
        log.exception("inbox.failed", code=_code(error), kind=item.channel)
        return _code(error), "$"
    log.info("inbox.received", message_id=got.id, outcome=got.outcome, kind=item.channel)
    return (got.code or "IPK-S004", got.at or "$") if got.outcome == "failed" else None


def _put_aside(item: Incoming, fault: tuple[str, str] | None) -> None:
    if fault is None:
        item.done()
    else:
        item.failed(*fault)


# ── for the record ──


def file(services: Services) -> int:
    """Lay a batch of what was sent and received in `epj/`; how many are dealt with. Raises AdapterError."""
    with services.store.read() as conn:
        waiting = outbox.unfiled(conn, limit=FILING)
    dealt_with = []
    for message in waiting:
        if _wanted(services, message) and not _filed(services, message):
            break
        dealt_with.append(message.id)
    if dealt_with:
        services.store.write(lambda conn: outbox.mark_filed(conn, dealt_with))
    return len(dealt_with)


def _wanted(services: Services, message: Message) -> bool:
    """Whether the record gets it from us: what an EPJ sent or received itself is there already. message-rules, 'Doors'."""
    own = message.sender_key if message.direction == "out" else message.receiver_key
    party = services.book().by_key(own)
    door = party.door if party else "own"
    return door == "own" or (door == "observe" and message.direction == "out")


def _filed(services: Services, message: Message) -> bool:
    try:
        services.transport.file(
            Filed(id=message.id, data=_whole(services, message).body, about=about(message))
        )
    except TransportError as error:
        log.warning("transport.away", code=error.code, folder=error.at, transport=services.transport.name)
        # Other bytes under its id: waiting does not help, and the others must not wait for it.
        return not error.failure.retry
    return True


def about(message: Message) -> Mapping[str, Any]:
    """Return what accompanies a document in `epj/`: how to place it, nothing about the patient. contract.md, 'Folders'."""
    return {
        "id": message.id,
        "msgId": message.msg_id,
        "direction": message.direction,
        "type": message.type,
        "version": message.version,
        "sender": _party(message.sender, message.sender_names),
        "receiver": _party(message.receiver, message.receiver_names),
        "caseRef": message.case_key,
        "threadRef": message.thread,
        "genDate": parts.instant(message.gen_date) if message.gen_date else None,
    }


def _party(
    her_ids: tuple[str | None, str | None], names: tuple[str, str]
) -> dict[str, dict[str, str | None]]:
    levels = zip(("level1", "level2"), her_ids, names, strict=True)
    return {level: {"herId": her_id, "name": name} for level, her_id, name in levels}
