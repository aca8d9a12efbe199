"""The floor for events: the bare pipeline over HTTP, one durable commit of four rows, in groups. WSGI app `app`.

One writer thread takes all events that wait and commits them together; each request is answered after its commit.
The database is named by BENCH_DATABASE.
"""

from __future__ import annotations

import itertools
from typing import Final

from flask import Flask, Response, request

from bench import bare, group

_TABLES: Final = (
    "CREATE TABLE event (id TEXT PRIMARY KEY, body BLOB)",
    "CREATE TABLE resource (type TEXT, id TEXT, version INTEGER, subject TEXT, body BLOB, PRIMARY KEY (type, id, version))",
    "CREATE TABLE outbox (id INTEGER PRIMARY KEY, subject TEXT, state INTEGER, body BLOB)",
    "CREATE TABLE audit (id INTEGER PRIMARY KEY, at TEXT, what TEXT)",
)
_number = itertools.count()
_writer = group.Writer(_TABLES)


def _rows(body: bytes) -> list[group.Row]:
    _, resources, message = bare.process(body)
    key = f"event-{next(_number)}"  # the same event again and again, each time as a new one
    return [
        ("INSERT INTO event VALUES (?, ?)", (key, body)),
        ("INSERT INTO resource VALUES ('CarePlan', ?, 1, 'Patient/1', ?)", (key, resources[0])),
        ("INSERT INTO outbox (subject, state, body) VALUES ('Patient/1', 0, ?)", (message,)),
        ("INSERT INTO audit (at, what) VALUES ('2026-03-04', ?)", (key,)),
    ]


def _accept() -> Response:
    _writer.put(_rows(request.get_data()))
    return Response(b'{"accepted":true}', 202, mimetype="application/json")


app = Flask(__name__)
app.add_url_rule("/events", view_func=_accept, methods=["POST"])
