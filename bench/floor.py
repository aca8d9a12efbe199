"""The floor for reads: Flask on the same server, the stored bytes from SQLite by key. No rules, no audit, no headers.

WSGI app `app`; the database is named by BENCH_DATABASE. What is measured against it: GET /CarePlan/{id} and
GET /CarePlan?subject=Patient/{id}&_count=10. With BENCH_AUDIT each is answered after one bare row of audit is on the disk,
and POST /CarePlan stores what it is sent, unread, with such a row: the least that a server of these duties does.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from flask import Flask, Response, request

from bench import group
from bench.plans import PER_PATIENT

FHIR: Final = "application/fhir+json"
_HEAD: Final = b'{"resourceType":"Bundle","type":"searchset","entry":['
_AUDITED: Final = "BENCH_AUDIT" in os.environ
_AUDIT: Final = "CREATE TABLE audit (id INTEGER PRIMARY KEY, at TEXT, what TEXT)"
_held = threading.local()
_writer = group.Writer([_AUDIT])


def fill(path: Path, plans: Iterable[tuple[str, str, bytes]]) -> None:
    """Make the database of (id, subject, bytes)."""
    driver = _open(str(path))
    driver.execute("CREATE TABLE plan (id TEXT PRIMARY KEY, subject TEXT NOT NULL, body BLOB NOT NULL)")
    driver.execute("CREATE INDEX plan_subject ON plan (subject, id)")
    driver.execute("BEGIN")
    driver.executemany("INSERT INTO plan VALUES (?, ?, ?)", plans)
    driver.execute("COMMIT")
    driver.close()


def _open(path: str) -> sqlite3.Connection:
    driver = sqlite3.connect(path, isolation_level=None, timeout=30)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "mmap_size=268435456"):
        driver.execute(f"PRAGMA {pragma}")
    return driver


def _driver() -> sqlite3.Connection:
    found: sqlite3.Connection | None = getattr(_held, "driver", None)
    if found is None:
        found = _held.driver = _open(os.environ["BENCH_DATABASE"])
    return found


def _read(id_: str) -> Any:
    row = _driver().execute("SELECT body FROM plan WHERE id = ?", (id_,)).fetchone()
    return Response(row[0], mimetype=FHIR) if row else Response(b"", 404)


def _search() -> Any:
    count = min(int(request.args.get("_count", PER_PATIENT)), 100)
    rows = _driver().execute(
        "SELECT body FROM plan WHERE subject = ? ORDER BY id LIMIT ?", (request.args["subject"], count)
    )
    return Response(_HEAD + b",".join(b'{"resource":' + row[0] + b"}" for row in rows) + b"]}", mimetype=FHIR)


def _create() -> Any:
    body, id_ = request.get_data(), str(uuid.uuid4())
    _writer.put([("INSERT INTO plan VALUES (?, 'Patient/1', ?)", (id_, body)), _row(id_)])
    return Response(body, 201, mimetype=FHIR)


def _row(what: str) -> group.Row:
    return "INSERT INTO audit (at, what) VALUES ('2026-03-04', ?)", (what,)


def _audited(answer: Any) -> Any:
    if request.method == "GET":
        _writer.put([_row(request.full_path)])
    return answer


app = Flask(__name__)
app.add_url_rule("/CarePlan/<id_>", view_func=_read)
app.add_url_rule("/CarePlan", view_func=_search)
if _AUDITED:
    app.add_url_rule("/CarePlan", view_func=_create, methods=["POST"])
    app.after_request(_audited)
