"""Formats and manners under /fhir, as tables: which request gets which form. R4 http.html; RFC 9110; Fetch (CORS)."""

from __future__ import annotations

import gzip
import json
from typing import Any, Final

import pytest
from flask.testing import FlaskClient
from lxml import etree
from werkzeug.test import TestResponse, create_environ

from adapter.services import Services
from adapter.web import answers, manners, negotiation
from adapter.web.answers import Answer
from adapter.web.app import App
from adapter.web.call import Answers, Call, Route
from tests.fhir.test_xml import by_json, by_xml, said_by_xml
from tests.web.hands import LINE, need, post, search, told

JSON: Final = "application/fhir+json; charset=utf-8"
XML: Final = "application/fhir+xml; charset=utf-8"
FHIR: Final = "{http://hl7.org/fhir}"
ORIGIN: Final = "https://app.example"
TOKEN: Final = "a-token-of-this-test"


@pytest.fixture
def more_settings(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = getattr(request, "param", {})
    return found


def _need(client: FlaskClient) -> str:
    return f"/fhir/ServiceRequest/{told(client)['case']['needs'][0]['needId']}"


def _root(answer: TestResponse) -> str:
    return etree.QName(etree.fromstring(answer.data)).localname


ACCEPTED: Final = [
    (None, JSON),
    ("", JSON),
    (" , ", JSON),
    ("*/*", JSON),
    ("application/*", JSON),
    ("application/fhir+json", JSON),
    ("application/json", "application/json; charset=utf-8"),
    ("text/json", "text/json; charset=utf-8"),
    ("application/json+fhir", JSON),
    ("application/fhir+xml", XML),
    ("application/xml", "application/xml; charset=utf-8"),
    ("text/xml", "text/xml; charset=utf-8"),
    ("application/xml+fhir", XML),
    ("APPLICATION/FHIR+XML", XML),
    ("application/fhir+xml;charset=utf-8", XML),
    ("application/fhir+json, application/fhir+xml", JSON),
    ("application/fhir+xml, application/fhir+json", XML),
    ("application/fhir+json;q=0.5, application/fhir+xml;q=0.9", XML),
    ("application/fhir+json;q=0.9, application/fhir+xml;q=0.95, */*", JSON),
    ("application/fhir+xml, */*", XML),
    ("*/*, application/fhir+xml", XML),
    ("application/fhir+json, */*; q=0.1", JSON),
    ("text/html, */*", JSON),
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/xml; charset=utf-8"),
    ("application/fhir+json;q=0, */*", XML),
    ("application/fhir+json;q=0, application/fhir+xml", XML),
    ("application/fhir+json;q=nonsense", JSON),
    ("application/fhir+json;q=7", JSON),
    ("application/fhir+json; fhirVersion=4.0", "application/fhir+json; fhirVersion=4.0; charset=utf-8"),
    ('application/fhir+xml; fhirVersion="4.0.1"', "application/fhir+xml; fhirVersion=4.0; charset=utf-8"),
    ("application/fhir+json; fhirVersion=3.0, application/fhir+xml; q=0.1", XML),
    ("text/turtle, application/fhir+json;q=0.1, " + "text/plain, " * 100, JSON),
]
REFUSED: Final = [
    "text/html",
    "text/turtle",
    "image/png, text/*",
    "*/*;q=0",
    "application/fhir+json;q=0",
    "application/fhir+json;q=0.000, application/*;q=0",
    "application/fhir+json;q=0, application/fhir+xml;q=0, */*",
    "json",
    ";",
    "nonsense",
]
FORMATS: Final = [
    ("json", JSON),
    ("xml", XML),
    ("XML", XML),
    ("application/json", JSON),
    ("application/xml", XML),
    ("text/json", JSON),
    ("text/xml", XML),
    ("application/fhir%2Bxml", XML),
    ("application/fhir+xml", XML),
    ("application/fhir+json; fhirVersion=4.0", JSON),
    ("xml&_format=application/xml", XML),
    ("", JSON),
]


PATHS: Final = ("/fhir/metadata", "/fhir/Task?_count=1", "/fhir/Task/nothing", "/fhir/a/b/c/d")


@pytest.mark.parametrize("path", PATHS)
def test_accept_chooses_the_form_of_everything(client: FlaskClient, path: str):
    for accept, media in ACCEPTED:
        answer = client.get(path, headers={} if accept is None else {"Accept": accept})
        assert (accept, answer.headers["Content-Type"]) == (accept, media)
        name = _root(answer) if "xml" in media else answer.get_json(force=True)["resourceType"]
        assert name in {"CapabilityStatement", "Bundle", "OperationOutcome"}
        assert answer.status_code == (404 if name == "OperationOutcome" else 200)


FOREIGN: Final = [
    "application/fhir+json; fhirVersion=3.0",
    "application/fhir+json; fhirVersion=5.0; q=0.5",
    'application/fhir+json;fhirVersion="4.3"',
    "application/fhir+xml; fhirVersion=5.0, text/html",
    "application/fhir+json; fhirVersion=",
    "*/*; fhirVersion=5.0",
]


@pytest.mark.parametrize("path", PATHS[:3])
def test_another_version_of_fhir_is_406_and_told_which_is_served(client: FlaskClient, path: str):
    for accept in FOREIGN:
        answer = client.get(path, headers={"Accept": accept})
        assert (accept, answer.status_code, answer.headers["Content-Type"]) == (accept, 406, JSON)
        issue = answer.json["issue"][0]
        assert (issue["details"]["coding"][0]["code"], "4.0" in issue["details"]["text"]) == (
            "IPK-F084",
            True,
        )


BODIES: Final = [
    ("application/fhir+json; fhirVersion=4.0", 200),
    ("application/fhir+json; fhirVersion=4.0.1; charset=utf-8", 200),
    ('application/fhir+json;FHIRVERSION="4.0"', 200),
    ("application/fhir+json; fhirVersion=5.0", 415),
    ("application/json; fhirVersion=3.0", 415),
    ("application/fhir+json; charset=utf-8; fhirVersion=4.3", 415),
]


@pytest.mark.parametrize(("media", "status"), BODIES)
def test_a_body_of_another_version_of_fhir_is_415(client: FlaskClient, media: str, status: int):
    body = json.dumps({"resourceType": "Bundle", "type": "batch"})
    answer = client.post("/fhir", data=body, content_type=media)
    assert answer.status_code == status, answer.text
    if status == 415:
        issue = answer.json["issue"][0]
        assert (issue["details"]["coding"][0]["code"], issue["expression"]) == ("IPK-F085", ["Content-Type"])
    found = client.post(
        "/fhir/Task/_search", content_type="application/x-www-form-urlencoded; fhirVersion=5.0"
    )
    assert found.status_code == 415


@pytest.mark.parametrize(
    ("charset", "status"),
    [("utf-8", 200), ('"UTF-8"', 200), ("us-ascii", 200), ("iso-8859-1", 415), ("utf-16", 415), ("x", 415)],
)
def test_a_body_in_another_character_set_is_415(client: FlaskClient, charset: str, status: int):
    body = json.dumps({"resourceType": "Bundle", "type": "batch"})
    answer = client.post("/fhir", data=body, content_type=f"application/fhir+json; charset={charset}")
    assert answer.status_code == status, answer.text
    form = client.post(
        "/fhir/Task/_search", content_type=f"application/x-www-form-urlencoded; charset={charset}"
    )
    assert form.status_code == status
    if status == 415:
        issue = answer.json["issue"][0]
        assert (issue["details"]["coding"][0]["code"], issue["expression"]) == ("IPK-F090", ["Content-Type"])


@pytest.mark.parametrize("path", PATHS[:3])
def test_what_we_do_not_speak_is_406_in_json(client: FlaskClient, path: str):
    for accept in REFUSED:
        answer = client.get(path, headers={"Accept": accept})
        assert (accept, answer.status_code, answer.headers["Content-Type"]) == (accept, 406, JSON)
        assert answer.json["issue"][0]["details"]["coding"][0]["code"] == "IPK-F006"


def test_format_goes_before_accept(client: FlaskClient):
    for value, media in FORMATS:
        for accept in ("application/fhir+json", "text/html") if value else ("*/*",):
            answer = client.get(f"/fhir/Task?_format={value}", headers={"Accept": accept})
            assert (value, answer.status_code, answer.headers["Content-Type"]) == (value, 200, media)


NO_FORMS: Final = [
    ("_format=ttl", 406, "IPK-F006"),
    ("_format=html", 406, "IPK-F006"),
    ("_format=application/fhir+json; fhirVersion=3.0", 406, "IPK-F084"),
    ("_format=json&_format=ttl", 406, "IPK-F006"),
    ("_format=*/*", 406, "IPK-F006"),
    ("_format=json&_format=xml", 400, "IPK-F005"),
    ("_pretty=maybe", 400, "IPK-F005"),
    ("_pretty=true&_pretty=false", 400, "IPK-F005"),
]


@pytest.mark.parametrize("path", ["/fhir/Task", "/fhir/metadata", "/fhir/Task/x"])
def test_a_form_that_contradicts_itself_or_is_none_is_refused(client: FlaskClient, path: str):
    for query, status, code in NO_FORMS:
        answer = client.get(f"{path}?{query}")
        assert (query, answer.status_code, answer.headers["Content-Type"]) == (query, status, JSON)
        assert answer.json["issue"][0]["details"]["coding"][0]["code"] == code


def test_a_form_may_say_its_format_too(client: FlaskClient):
    told(client)
    assert search(client, "Task", _format="xml").headers["Content-Type"] == XML
    assert search(client, "Task", _format="ttl").status_code == 406
    # Of _pretty an address and its form are one request.
    assert client.post("/fhir/Task/_search?_pretty=true", data={"_pretty": "false"}).status_code == 400


@pytest.mark.parametrize(
    "path", ["{}", "{}/_history", "{}/_history/1", "/fhir/ServiceRequest?_include=*", "/fhir/metadata"]
)
def test_xml_says_what_json_says(client: FlaskClient, path: str):
    there = path.format(_need(client))
    whole = client.get(there)
    answer = client.get(there, headers={"Accept": "application/fhir+xml"})
    assert answer.status_code == whole.status_code == 200
    assert {name: answer.headers.get(name) for name in ("ETag", "Last-Modified")} == {
        name: whole.headers.get(name) for name in ("ETag", "Last-Modified")
    }
    plain = whole.data.replace(b"_include=*&_format=xml", b"_include=*")
    assert sorted(_said(answer.data)) == by_json(plain)
    assert by_xml(plain) == by_json(plain)


def _said(data: bytes) -> list[tuple[str, str]]:

    root = etree.fromstring(data)
    return [("/resourceType", etree.QName(root).localname), *said_by_xml(root)]


def test_a_format_asked_for_in_the_address_stays_in_the_links(client: FlaskClient):
    there = _need(client)
    for start in ("/fhir/Task?_format=xml&_count=1", f"{there}/_history?_format=xml&_count=1"):
        root = etree.fromstring(client.get(start).data)
        for link in root.findall(f"{FHIR}link"):
            url = link.find(f"{FHIR}url")
            assert url is not None
            further = client.get("/fhir" + url.get("value", "").partition("/fhir")[2])
            assert (further.status_code, further.headers["Content-Type"]) == (200, XML)


def test_links_repeat_no_more_of_a_format_than_its_name(client: FlaskClient):
    told(client)
    for value in ("application/fhir%2Bxml;a=Danser", "TEXT/XML"):
        answer = client.get(f"/fhir/Task?_count=1&_format={value}")
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, XML)
        assert "_count=1&amp;_format=xml" in answer.text
        assert "Danser" not in answer.text


def test_pretty_is_for_people_and_says_the_same(client: FlaskClient):
    there = _need(client)
    answer = client.get(f"{there}?_pretty=true")
    assert answer.text == json.dumps(client.get(there).json, indent=2, ensure_ascii=False) + "\n"
    assert b'\n  <id value="' in client.get(f"{there}?_pretty=true&_format=xml").data
    assert client.get(f"{there}?_pretty=false").data == client.get(there).data
    assert b'\n  "issue"' in client.get("/fhir/Task/x?_pretty=true").data


WELCOMES: Final = [
    (None, False),
    ("", False),
    ("identity", False),
    ("br, zstd", False),
    ("gzip", True),
    ("GZIP", True),
    ("x-gzip", True),
    ("deflate, gzip;q=0.1", True),
    ("*", True),
    ("gzip;q=0", False),
    ("gzip; q=0.0, *", False),
    ("*;q=0", False),
    ("gzip;q=oops", True),
    ("a," * 400 + "gzip", True),
]


def test_gzip_is_for_who_welcomes_it(client: FlaskClient):
    plain = client.get("/fhir/metadata")
    for welcome, zipped in WELCOMES:
        answer = client.get("/fhir/metadata", headers={} if welcome is None else {"Accept-Encoding": welcome})
        assert (welcome, answer.headers.get("Content-Encoding")) == (welcome, "gzip" if zipped else None)
        assert (gzip.decompress(answer.data) if zipped else answer.data) == plain.data
        assert answer.headers["Content-Length"] == str(len(answer.data))
        assert "Accept-Encoding" in answer.headers["Vary"]


def test_gzip_is_for_what_gets_smaller_by_a_packet_and_for_fhir(client: FlaskClient):
    welcome = {"Accept-Encoding": "gzip"}
    small, there = client.get("/fhir/Task/x", headers=welcome), _need(client)
    assert len(small.data) < manners.LEAST
    for answer in (small, client.get("/openapi.json", headers=welcome)):
        assert "Content-Encoding" not in answer.headers
    head = client.head(there, headers=welcome)
    assert head.headers["Content-Encoding"] == "gzip"
    assert head.headers["Content-Length"] == str(len(client.get(there, headers=welcome).data))
    gone = client.get(there, headers={**welcome, "If-None-Match": 'W/"1"'})
    assert (gone.status_code, gone.headers.get("Content-Encoding"), gone.data) == (304, None, b"")
    assert "Accept-Encoding" in gone.headers["Vary"]


CONDITIONS: Final = [
    ({"If-None-Match": 'W/"1"'}, 304),
    ({"If-None-Match": "1"}, 304),
    ({"If-None-Match": 'W/"8", "1"'}, 304),
    ({"If-None-Match": "*"}, 304),
    ({"If-None-Match": 'W/"11"'}, 200),
    ({"If-None-Match": ""}, 200),
    ({"If-None-Match": "\xe6"}, 200),
    ({"If-Modified-Since": "Wed, 04 Mar 2026 09:20:00 GMT"}, 304),
    ({"If-Modified-Since": "Wed, 04 Mar 2026 10:20:00 +0100"}, 304),
    ({"If-Modified-Since": "Wed, 04 Mar 2026 09:19:59 GMT"}, 200),
    ({"If-Modified-Since": "yesterday"}, 200),
    ({"If-Modified-Since": "Wed, 99 Mar 2026 99:99:99 GMT"}, 200),
    ({"If-Modified-Since": "Wed, 04 Mar 99999999999999999999 09:20:00 GMT"}, 200),
    # The tag is the better judge. RFC 9110 § 13.1.3.
    ({"If-None-Match": 'W/"7"', "If-Modified-Since": "Wed, 04 Mar 2026 09:20:00 GMT"}, 200),
    ({"Prefer": "return=nonsense, respond-async; x, handling"}, 200),
    ({"Accept-Charset": "iso-8859-1;q=1, utf-8;q=0"}, 200),
    ({"Range": "bytes=0-10"}, 200),
]


@pytest.mark.parametrize("form", ["application/fhir+json", "application/fhir+xml"])
@pytest.mark.parametrize("path", ["{}", "{}/_history/1"])
def test_conditions_of_a_read(client: FlaskClient, path: str, form: str):
    there = path.format(_need(client))
    for headers, status in CONDITIONS:
        answer = client.get(there, headers={**headers, "Accept": form})
        assert (headers, answer.status_code) == (headers, status)
        assert (answer.data == b"") is (status == 304)
        assert answer.headers["ETag"] == 'W/"1"'
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/fhir/Task/1/_history", {"GET", "HEAD", "OPTIONS"}),
        ("/fhir/Task/1/_history/1", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_options_tells_what_may_be_done(client: FlaskClient, path: str, allowed: set[str]):
    answer = client.options(path, headers={"Origin": ORIGIN, "Access-Control-Request-Method": "GET"})
    assert (answer.status_code, answer.data) == (204, b"")
    assert set(answer.headers["Allow"].split(", ")) == allowed
    # CORS is off.
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]
    assert client.options("/fhir/a/b/c/d/e").status_code == 404


@pytest.mark.parametrize("method", ["PUT", "PATCH", "TRACE", "PROPFIND", "FOO"])
@pytest.mark.parametrize("path", ["/fhir/Task/1/_history", "/fhir/Task/1/_history/1"])
def test_other_methods_are_405_with_allow(client: FlaskClient, method: str, path: str):
    answer = client.open(path, method=method, headers={"Accept": "application/fhir+xml"})
    assert (answer.status_code, _root(answer)) == (405, "OperationOutcome")
    assert {"GET", "HEAD"} <= set(answer.headers["Allow"].split(", "))


@pytest.mark.parametrize("media", sorted(negotiation.XML_TYPES))
def test_a_form_is_no_xml(client: FlaskClient, media: str):
    answer = client.post(
        "/fhir/Task/_search", data=b"<Task xmlns='http://hl7.org/fhir'/>", content_type=media
    )
    assert answer.status_code == 415
    assert answer.json["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize("media", [*sorted(negotiation.XML_TYPES), "Application/FHIR+XML; charset=utf-8"])
def test_what_is_written_is_no_xml_and_the_view_never_sees_it(client: FlaskClient, media: str):
    seen: list[str] = []

    def written(call: Call, type_: str) -> Answer:
        seen.append(type_ + call.method())
        return answers.json({"resourceType": type_}, media=answers.FHIR)

    route = Route(
        method="POST", path="/fhir/{type_}", view=written, summary="Create", any_params=True,
        answers=Answers(media=answers.FHIR, texts={}),
    )  # fmt: skip
    assert isinstance(client.application, App)

    def asked(content_type: str) -> Answer:
        environ = create_environ("/fhir/Task", method="POST", data=b"<Task/>", content_type=content_type)
        assert isinstance(client.application, App)
        return client.application.desk.serve(route, environ, {"type_": "Task"})

    refused = asked(media)
    assert (refused.status, seen) == (415, [])
    assert b'"IPK-F057"' in refused.body
    assert (asked("application/fhir+json").status, seen) == (200, ["TaskPOST"])


def test_request_ids_and_traces_come_back_from_every_answer(client: FlaskClient):
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    sent = {"X-Request-Id": "mine-1", "traceparent": trace}
    paths = [
        "/fhir/metadata",
        "/fhir/Task",
        "/fhir/Task/x",
        "/fhir/x/y/z/w",
        "/fhir/Task?_format=ttl",
        "//fhir/Task",
    ]
    for answer in [
        *(client.get(path, headers=sent) for path in paths),
        client.put("/fhir/Task/1/_history", headers=sent),
    ]:
        assert (answer.headers["X-Request-Id"], answer.headers["traceparent"]) == ("mine-1", trace)
    mine = client.get("/fhir/Task/x", headers={"X-Request-Id": LINE, "traceparent": "00-x"})
    assert LINE not in str(mine.headers)
    assert "traceparent" not in mine.headers


@pytest.mark.parametrize("more_settings", [{"public_url": "https://plan.example/ip"}], indirect=True)
def test_links_are_built_from_the_public_address_never_from_the_caller(client: FlaskClient):
    told(client)
    forged = {
        "X-Forwarded-Host": "evil.example",
        "Forwarded": "host=evil.example",
        "X-Forwarded-Proto": "ftp",
    }
    for path in ("/fhir/Task?_count=1", "/fhir/metadata"):
        answer = client.get(path, headers={"Host": "plan.example", **forged})
        assert answer.status_code == 200
        assert "https://plan.example/ip/fhir" in answer.text
        assert "evil.example" not in answer.text


CORS: Final = {"cors_origins": f"{ORIGIN}, http://localhost:3000"}


@pytest.mark.parametrize("more_settings", [CORS], indirect=True)
@pytest.mark.parametrize("origin", [ORIGIN, "http://localhost:3000"])
def test_a_page_of_a_named_site_may_ask(client: FlaskClient, origin: str):
    there = _need(client)
    sent = {"Origin": origin, "Sec-Fetch-Site": "cross-site"}
    for path in (there, "/fhir/Task", "/fhir/Task/x", "/fhir/Task?_format=ttl", "/fhir/a/b/c/d"):
        answer = client.get(path, headers=sent)
        assert answer.headers["Access-Control-Allow-Origin"] == origin
        exposed = answer.headers["Access-Control-Expose-Headers"].split(", ")
        assert {"ETag", "Location", "Last-Modified", "X-Request-Id"} <= set(exposed)
        assert answer.headers["Vary"] == "Accept, Accept-Encoding, Origin"
        assert "Access-Control-Allow-Credentials" not in answer.headers
    asked = {
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization, if-match",
    }
    first = client.options(there, headers={**sent, **asked})
    assert (first.status_code, first.headers["Access-Control-Allow-Origin"]) == (204, origin)
    assert "GET" in first.headers["Access-Control-Allow-Methods"].split(", ")
    taken = first.headers["Access-Control-Allow-Headers"].lower().split(", ")
    assert {"authorization", "content-type", "if-match", "if-none-exist", "prefer", "x-provenance"} <= set(
        taken
    )
    assert client.get("/fhir/metadata").json["rest"][0]["security"]["cors"] is True


@pytest.mark.parametrize("more_settings", [CORS], indirect=True)
@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", f"{ORIGIN}.evil.example", "http://app.example", f"{ORIGIN}:443", ""],
)
def test_a_page_of_any_other_site_may_not(client: FlaskClient, origin: str):
    for answer in (
        client.get("/fhir/Task", headers={"Origin": origin}),
        client.options("/fhir/Task", headers={"Origin": origin, "Access-Control-Request-Method": "GET"}),
        client.get("/messages", headers={"Origin": ORIGIN}),
    ):
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]


def test_where_no_site_is_named_no_page_may(client: FlaskClient):
    answer = client.get("/fhir/Task", headers={"Origin": ORIGIN})
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]
    assert client.get("/fhir/metadata").json["rest"][0]["security"]["cors"] is False


@pytest.mark.parametrize("more_settings", [{**CORS, "token": TOKEN}], indirect=True)
def test_a_named_site_asks_with_a_token_as_all_others(client: FlaskClient):
    refused = client.get("/fhir/Task", headers={"Origin": ORIGIN})
    assert refused.status_code == 401
    assert refused.headers["Access-Control-Allow-Origin"] == ORIGIN
    fine = client.get("/fhir/Task", headers={"Origin": ORIGIN, "Authorization": f"Bearer {TOKEN}"})
    assert fine.status_code == 200


@pytest.mark.parametrize("more_settings", [CORS], indirect=True)
def test_a_page_of_a_named_site_writes_nothing_outside_fhir(client: FlaskClient):
    sent = {"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site"}
    assert post(client, need(), **sent).status_code == 403


def test_what_fails_in_dressing_says_nothing_of_it(
    client: FlaskClient, services: Services, monkeypatch: pytest.MonkeyPatch
):
    there = _need(client)

    def broken(*_: object) -> bytes:
        raise ValueError(LINE)

    monkeypatch.setattr(manners, "_shaped", broken)
    answer = client.get(there, headers={"Accept": "application/fhir+xml"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (500, JSON)
    assert answer.json["issue"][0]["code"] == "exception"
    assert LINE not in answer.text
    assert services is not None


@pytest.mark.parametrize(
    "path",
    ["/fhir/.well-known/smart-configuration", "/fhir/.well-known/openid-configuration", "/.well-known/smart-configuration",
     "/.well-known/openid-configuration"],
)  # fmt: skip
def test_there_is_no_authorisation_server_to_discover(client: FlaskClient, path: str):
    answer = client.get(path, headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert answer.is_json
