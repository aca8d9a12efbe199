"""The floor for events: the bare pipeline over HTTP, one durable commit of four rows, in groups. WSGI app `app`.

One writer thread takes all events that wait and commits them together; each request is answered after its commit.
The database is named by BENCH_DATABASE.
"""

from __future__ import annotations

import itertools
import os
import sqlite3
import threading
from _thread import LockType, allocate_lock
from queue import SimpleQueue
from typing import Any, Final

from flask import Flask, Response, request

from bench import bare

GROUP: Final = 64
_TABLES: Final = (
    "CREATE TABLE event (id TEXT PRIMARY KEY, body BLOB)",
    "CREATE TABLE resource (type TEXT, id TEXT, version INTEGER, subject TEXT, body BLOB, PRIMARY KEY (type, id, version))",
    "CREATE TABLE outbox (id INTEGER PRIMARY KEY, subject TEXT, state INTEGER, body BLOB)",
    "CREATE TABLE audit (id INTEGER PRIMARY KEY, at TEXT, what TEXT)",
)
_Row = tuple[str, tuple[Any, ...]]
_queue: SimpleQueue[tuple[list[_Row], LockType]] = SimpleQueue()
_number = itertools.count()
_start = threading.Lock()
_writers: list[threading.Thread] = []


def _rows(body: bytes) -> list[_Row]:
    _, resources, message = bare.process(body)
    key = f"event-{next(_number)}"  # the same event again and again, each time as a new one
    return [
        ("INSERT INTO event VALUES (?, ?)", (key, body)),
        ("INSERT INTO resource VALUES ('CarePlan', ?, 1, 'Patient/1', ?)", (key, resources[0])),
        ("INSERT INTO outbox (subject, state, body) VALUES ('Patient/1', 0, ?)", (message,)),
        ("INSERT INTO audit (at, what) VALUES ('2026-03-04', ?)", (key,)),
    ]


def _write() -> None:
    driver = sqlite3.connect(os.environ["BENCH_DATABASE"], isolation_level=None)
    for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", *_TABLES):
        driver.execute(statement)
    while True:
        group = [_queue.get()]
        while len(group) < GROUP and not _queue.empty():
            group.append(_queue.get())
        driver.execute("BEGIN IMMEDIATE")
        for rows, _ in group:
            for statement, values in rows:
                driver.execute(statement, values)
        driver.execute("COMMIT")
        for _, done in group:
            done.release()


def _writing() -> None:
    """Start the writer, in the process that answers."""
    with _start:
        if not _writers:
            _writers.append(threading.Thread(target=_write, daemon=True))
            _writers[0].start()


def _accept() -> Response:
    if not _writers:
        _writing()
    done = allocate_lock()
    done.acquire()
    _queue.put((_rows(request.get_data()), done))
    done.acquire()
    return Response(b'{"accepted":true}', 202, mimetype="application/json")


app = Flask(__name__)
app.add_url_rule("/events", view_func=_accept, methods=["POST"])
