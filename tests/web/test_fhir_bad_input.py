"""Bad input under /fhir, as a table to extend: each row gets the OperationOutcome it deserves, and nothing it said back.

R4 http.html#Status-Codes, value set issue-type. A row that no value of a patient may leave says it as SECRET.
"""

from __future__ import annotations

import io
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import orjson
import pytest
from flask.testing import FlaskClient
from lxml import etree

from adapter import log
from adapter.errortable import TABLE
from adapter.web import manners
from tests.web.hands import told
from tests.web.serving import served

SECRET: Final = "Hemmelighetskremmer"
NUMBER: Final = "13116900216"
FORM: Final = "application/x-www-form-urlencoded"
XML: Final = "application/fhir+xml"
JSON: Final = "application/fhir+json"


@dataclass(frozen=True, kw_only=True)
class Bad:
    """One bad request: the status it gets, and our code."""

    path: str
    status: int
    code: str
    method: str = "GET"
    body: bytes = b""
    media: str = ""
    headers: dict[str, str] = field(default_factory=dict)


def post(path: str, body: str | bytes, status: int, code: str, *, media: str = FORM) -> Bad:
    given = body.encode() if isinstance(body, str) else body
    return Bad(method="POST", path=path, body=given, media=media, status=status, code=code)


def get(path: str, status: int, code: str, **headers: str) -> Bad:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return Bad(path=path, status=status, code=code, headers=given)


TABLE_OF_BAD: Final = (
    # ids and addresses
    get(f"/fhir/Task/{'a' * 65}", 404, "IPK-F001"),
    get(f"/fhir/Task/{SECRET}_x", 404, "IPK-F001"),
    get(f"/fhir/Task/{SECRET}%20{SECRET}", 404, "IPK-F001"),
    get("/fhir/Task/%c3%a6", 404, "IPK-F001"),
    get("/fhir/Task/%ff%fe", 404, "IPK-F001"),
    get(f"/fhir/Task/{NUMBER}", 404, "IPK-F001"),
    get(f"/fhir/Task/{'a' * 65}/_history", 404, "IPK-F001"),
    get(f"/fhir/Task/x/_history/{'9' * 40}", 404, "IPK-F001"),
    get("/fhir/Task/x/_history/-1", 404, "IPK-F001"),
    get("/fhir/Task/x/_history/1.0", 404, "IPK-F001"),
    get("/fhir/Task/x/_history/%00", 400, "IPK-F055"),
    get("/fhir/Task/%00", 400, "IPK-F055"),
    get(f"/fhir/Task?_id={SECRET}%00", 400, "IPK-F055"),
    get("/fhir/Task%00?_id=x", 400, "IPK-F055"),
    get(f"/fhir/Task?_id={SECRET * 1000}", 414, "IPK-F056"),
    get(f"/fhir/{SECRET * 1000}", 414, "IPK-F056"),
    get("/fhir/Task/", 404, "IPK-F001"),
    get("/fhir/Task//_history", 404, "IPK-F001"),
    get("/fhir//Task", 404, "IPK-F001"),
    get("/fhir/../fhir/Task", 404, "IPK-F001"),
    get(f"/fhir/Task/x/y/{SECRET}", 404, "IPK-F001"),
    # types
    get(f"/fhir/{SECRET}", 404, "IPK-F002"),
    get(f"/fhir/{SECRET}/1", 404, "IPK-F002"),
    get("/fhir/Medication?code=1", 404, "IPK-F002"),
    get("/fhir/task", 404, "IPK-F002"),
    get("/fhir/task/1/_history", 404, "IPK-F002"),
    get("/fhir/MedicationRequest/1/_history/1", 404, "IPK-F002"),
    post(f"/fhir/{SECRET}/_search", "_count=1", 404, "IPK-F002"),
    # forms of the answer
    get("/fhir/Task", 406, "IPK-F006", Accept=f"text/{SECRET}"),
    get("/fhir/Task", 406, "IPK-F084", Accept=f"application/fhir+json; fhirVersion={SECRET}"),
    get(f"/fhir/Task?_format={SECRET}", 406, "IPK-F006"),
    get("/fhir/Task?_format=json&_format=xml", 400, "IPK-F005"),
    get(f"/fhir/Task?_pretty={SECRET}", 400, "IPK-F005"),
    # values of parameters
    get("/fhir/Task?_lastUpdated=2026-02-30", 400, "IPK-F005"),
    get("/fhir/Task?_lastUpdated=ge2026-13-01", 400, "IPK-F005"),
    get("/fhir/Task?_lastUpdated=2026-03-04T25:00:00Z", 400, "IPK-F005"),
    get(f"/fhir/Task?_lastUpdated=gt{SECRET}", 400, "IPK-F005"),
    get("/fhir/Task?_lastUpdated=%D9%A2%D9%A0%D9%A2%D9%A6", 400, "IPK-F005"),
    get("/fhir/_history?_since=%D9%A2%D9%A0%D9%A2%D9%A6", 400, "IPK-F005"),
    get("/fhir/Task?" + "&".join(["status=draft"] * 1_000), 400, "IPK-F005"),
    get("/fhir/Task?" + "&".join(["_has:Provenance:target:agent=x"] * 101), 400, "IPK-F005"),
    post("/fhir/Task/_search", "&".join(["code=a"] * 2_000), 400, "IPK-F005"),
    get(f"/fhir/Task?_count={SECRET}", 400, "IPK-F005"),
    get("/fhir/Task?_count=-1", 400, "IPK-F005"),
    get(f"/fhir/Task?_count={'9' * 10}", 400, "IPK-F005"),
    get(f"/fhir/Task/x/_history?_count={SECRET}", 400, "IPK-F005"),
    get(f"/fhir/Task?_cursor={SECRET}", 400, "IPK-F008"),
    get(f"/fhir/Task?colour={SECRET}", 400, "IPK-F004", Prefer="handling=strict"),
    get(f"/fhir/Patient?colour={SECRET}", 400, "IPK-F004"),
    get(f"/fhir/Patient?identifier={NUMBER}", 400, "IPK-F003"),
    # methods
    Bad(method="PUT", path="/fhir/Task/1/_history/1", status=405, code="IPK-F007"),
    Bad(method="DELETE", path="/fhir/Task/1/_history/1", status=405, code="IPK-F007"),
    Bad(method=SECRET.upper(), path="/fhir/Task/1", status=405, code="IPK-F007"),
    Bad(method="TRACE", path="/fhir/Task", status=405, code="IPK-F007"),
    # bodies
    post("/fhir/Task/_search", "_count=1", 415, "IPK-F011", media=JSON),
    post("/fhir/Task/_search", f"<{SECRET}/>", 415, "IPK-F011", media=XML),
    post("/fhir/Task/_search", "_count=1", 415, "IPK-F011", media=""),
    post("/fhir/Task/_search", f"_count={SECRET}", 400, "IPK-F005"),
    post("/fhir/Task/_search", b"_id=\xff\xfe", 400, "IPK-F005"),
    post("/fhir/Task/_search", "x" * 70_000, 413, "IPK-F012"),
    post("/fhir/Task/_search", f"_format={SECRET}", 406, "IPK-F006"),
)  # fmt: skip


def _name(row: Bad) -> str:
    return f"{row.method}-{row.path[:40]}-{row.status}"


@pytest.mark.parametrize("accept", [JSON, XML])
def test_every_bad_request_gets_its_outcome_and_nothing_back(client: FlaskClient, accept: str):
    told(client)
    stream = io.BytesIO()
    log.configure(stream=stream)
    for row in TABLE_OF_BAD:
        answer = client.open(
            row.path,
            method=row.method,
            data=row.body or None,
            content_type=row.media or None,
            headers={"Accept": accept, **row.headers},
        )
        assert (_name(row), answer.status_code) == (_name(row), row.status)
        assert _told(answer.headers["Content-Type"], answer.data) == (TABLE[row.code].issue, row.code), row
        assert ("Allow" in answer.headers) is (row.status == 405), row
        said = f"{answer.text}{answer.headers}"
        assert not [word for word in (SECRET, NUMBER, "Traceback", "werkzeug", "<html") if word in said], row
    logged = stream.getvalue().decode()
    assert SECRET.lower() not in logged.lower()
    assert SECRET.lower() not in client.get("/metrics").text.lower()
    assert NUMBER not in logged


def _told(media: str, data: bytes) -> tuple[str, str]:
    """Return (issue code, our code) of the one issue of an OperationOutcome."""
    if media.startswith(XML):
        names = {"f": "http://hl7.org/fhir"}
        root = etree.fromstring(data)
        assert etree.QName(root).localname == "OperationOutcome"
        paths = ("f:issue/f:code/@value", "f:issue/f:details/f:coding/f:code/@value")
        first, second = (root.xpath(path, namespaces=names) for path in paths)
        assert isinstance(first, list)
        assert isinstance(second, list)
        return str(first[0]), str(second[0])
    assert media == f"{JSON}; charset=utf-8"
    found = orjson.loads(data)
    assert found["resourceType"] == "OperationOutcome"
    return found["issue"][0]["code"], found["issue"][0]["details"]["coding"][0]["code"]


# ── over a socket: what no client would send ──


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory, prepared_file: Path) -> Iterator[int]:
    """Serve until the module is over; the port."""
    with served(tmp_path_factory.mktemp("served"), prepared_file, threads="4") as found:
        yield found


HOST: Final = b"Host: localhost\r\n"
SEARCH: Final = b"POST /fhir/Task/_search HTTP/1.1\r\n" + HOST


def line(target: bytes, *, method: bytes = b"GET", more: bytes = b"") -> bytes:
    return method + b" " + target + b" HTTP/1.1\r\n" + HOST + more + b"\r\n"


ANSWERED: Final = [
    (line(b"/fhir/Task/%ff%fe"), 404, "IPK-F001"),
    (line(b"/fhir/Task/%zz"), 404, "IPK-F001"),
    (line(b"/fhir/Task/%"), 404, "IPK-F001"),
    (line(b"/fhir/Task%2F1"), 404, "IPK-F001"),
    (line(b"/fhir/Task/%00"), 400, "IPK-F055"),
    (line(b"/fhir/Task?_id=%zz"), 400, "IPK-F005"),
    (line(b"/fhir//Task"), 404, "IPK-F001"),
    (line(b"//fhir/Task"), 404, "IPK-F001"),
    (line(b"//evil.example/fhir/Task"), 404, "IPK-E020"),
    (line(b"/fhir/../fhir/Task"), 404, "IPK-F001"),
    (line(b"/fhir/Task?_id=" + b"a" * 20_000), 414, "IPK-F056"),
    (line(b"/fhir/Task/1", more=b"X-Long: " + b"a" * 60_000 + b"\r\n"), 404, "IPK-F001"),
    (line(b"/fhir/Task/1", more=b"Accept: \xff\xfe\r\n"), 404, "IPK-F001"),
    (line(b"/fhir/Task/1", more=b"If-None-Match: \xff\r\nPrefer: \xc3\xa6\r\nX-Request-Id: \xff\r\n"), 404, "IPK-F001"),
    (line(b"/fhir/Task/1", more=b"Authorization: Bearer \xff\xfe\r\n"), 401, "IPK-S007"),
    (b"GET /fhir/Task/ HTTP/1.1\r\nHost: <evil>\"'\r\n\r\n", 404, "IPK-F001"),
    (b"GET /fhir/Task HTTP/1.1\r\nHost: [::\r\n\r\n", 421, "IPK-R007"),
    (b"GET /fhir/Task HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421, "IPK-R007"),
    (line(b"/fhir/Task", method=b"TRACE"), 405, "IPK-F007"),
    (line(b"/fhir/Task/1", method=b"M-SEARCH"), 405, "IPK-F007"),
    (SEARCH + b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 99000000\r\n\r\n", 413, "IPK-F012"),
    (SEARCH + b"Content-Type: \xff\xfe\r\nContent-Length: 1\r\n\r\n_", 415, "IPK-F011"),
    (SEARCH + b"Content-Length: 0\r\n\r\n", 415, "IPK-F011"),
    (SEARCH + b"Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n"
     + b"11170\r\n" + b"a" * 70_000 + b"\r\n0\r\n\r\n", 413, "IPK-F012"),
]  # fmt: skip
REFUSED: Final = [
    line(b"/fhir/Task/a\x00b"),
    line(b"/fhir/Task/\xff\xfe"),
    line(b"/fhir/Task/a b"),
    line(b"/fhir/Task?_id=" + b"a" * 100_000),
    line(b"/fhir/Task", more=b"X-Long: " + b"a" * 900_000 + b"\r\n"),
    line(b"/fhir/Task", more=b"".join(b"X-%d: a\r\n" % number for number in range(300))),
    line(b"/fhir/Task", more=b"X\x00: a\r\n"),
    SEARCH + b"Content-Length: -1\r\n\r\n",
    SEARCH + b"Content-Length: abc\r\n\r\n",
    SEARCH + b"Content-Length: 99999999999999999999\r\n\r\n",
    SEARCH + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    b"\x16\x03\x01\x02\x00\r\n\r\n",
    b"GET\r\n\r\n",
]
"""What is no HTTP, or more than the server reads: it answers 4xx by itself, without a body, before there is a request."""


def _spoken(port: int, data: bytes) -> tuple[int, bytes, bytes]:
    """Return status, head and body of the answer to these bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as wire:
        wire.sendall(data)
        found = b""
        while b"\r\n\r\n" not in found and (part := wire.recv(65_536)):
            found += part
        head, _, body = found.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: *(\d+)", head.lower())
        while length and len(body) < int(length[1]) and (part := wire.recv(65_536)):
            body += part
    return int(head.split(b" ", 2)[1]), head, body


@pytest.mark.acceptance
def test_a_request_that_is_barely_one_gets_an_outcome(port: int):
    for data, status, code in ANSWERED:
        got, head, body = _spoken(port, data)
        assert (data[:80], got) == (data[:80], status)
        assert code in body.decode(), data[:80]
        if code != "IPK-E020":
            media = re.search(rb"content-type: ([^\r]+)", head)
            assert media is not None
            assert _told(media[1].decode(), body) == (TABLE[code].issue, code)
        assert b"x-request-id: " in head


@pytest.mark.acceptance
def test_what_is_no_request_is_refused_without_a_word(port: int):
    for data in REFUSED:
        status, _, body = _spoken(port, data)
        assert (data[:60], status // 100, body) == (data[:60], 4, b"")
    assert _spoken(port, line(b"/fhir/metadata"))[0] == 200


def test_the_longest_address_that_is_read_is_longer_than_http_wants():
    assert manners.LONGEST >= 8_000
