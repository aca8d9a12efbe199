"""Attachments: told by their first bytes, never opened, and never the reason that a text is lost."""

from __future__ import annotations

import base64

import pytest
from flask.testing import FlaskClient

from adapter import kith, xmlsafe
from adapter.errors import MessageError
from adapter.kith import attachments
from adapter.kith.attachments import JPEG, PDF, PNG, Outgoing
from tests import numbers
from tests.kith.builders import WHEN, dialogue

CONTENT = {
    PDF: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj<<>>endobj",
    JPEG: b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
    PNG: b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
}
EXE = b"MZ\x90\x00\x03\x00\x00\x00"


def outgoing(
    content: bytes = CONTENT[PDF], mime: str = PDF, description: str = "Epikrise & plan"
) -> Outgoing:
    return Outgoing(mime_type=mime, description=description, created=WHEN, content=content)


def container(text: str, mime: str = PDF) -> str:
    """Return a Document as others write it, whatever it holds."""
    return (
        f'<Document><RefDoc><MsgType V="A" DN="Vedlegg"/><MimeType>{mime}</MimeType><Content><Base64Container '
        f'xmlns="{attachments.NAMESPACE}">{text}</Base64Container></Content></RefDoc></Document>'
    )


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def message(*documents: str) -> bytes:
    return dialogue().replace(b"</MsgHead>", "".join(documents).encode() + b"</MsgHead>")


@pytest.mark.parametrize("mime", CONTENT)
def test_an_attachment_we_build_stands_in_a_message_without_a_fault(mime: str):
    data = message(attachments.document(outgoing(CONTENT[mime], mime)))
    read = kith.read(data)
    assert (kith.check(data), kith.receipt_faults(read)) == ((), ())
    assert [(each.mime_type, each.description) for each in read.attachments] == [(mime, "Epikrise & plan")]
    (found,) = attachments.found(read.root)
    assert (found.says, found.kind, found.size) == (mime, mime, len(CONTENT[mime]))


@pytest.mark.parametrize(
    ("text", "mime", "code"),
    [
        (encoded(EXE), PDF, "IPK-M030"),
        (encoded(CONTENT[PNG]), PDF, "IPK-M030"),
        (encoded(CONTENT[PDF]), "text/html", "IPK-M031"),
        (encoded(EXE), "application/x-msdownload", "IPK-M031"),
        (encoded(CONTENT[PDF]), "", "IPK-M031"),
        ("", PDF, "IPK-M033"),
        ("====", PDF, "IPK-M033"),
        ("  \n ", PDF, "IPK-M033"),
    ],
)
def test_what_is_wrong_with_an_attachment_is_told_and_the_text_is_read_and_receipted(
    text: str, mime: str, code: str
):
    data = message(container(encoded(CONTENT[PDF])), container(text, mime))
    read = kith.read(data)
    told = [
        (fault.code, fault.path, fault.severity) for fault in kith.check(data) if fault.rule == "attachment"
    ]
    assert told == [(code, "/MsgHead/Document[3]/RefDoc/Content/Base64Container", "may")]
    assert read.body.text == "Tekst"
    if text.strip("=\n "):
        assert kith.receipt_faults(read) == ()


@pytest.mark.parametrize(
    "mime", ["application/pdf", " Application/PDF ", "application/pdf; name=a.pdf", "application/x-pdf"]
)
def test_a_type_is_known_however_it_is_spelt(mime: str):
    assert attachments.faults(kith.read(message(container(encoded(CONTENT[PDF]), mime))).root) == ()


@pytest.mark.parametrize("content", [b"\r\n%PDF-1.4 ...", b"\n  %PDF-1.4"])
def test_a_pdf_may_begin_with_blanks(content: bytes):
    assert attachments.faults(kith.read(message(container(encoded(content)))).root) == ()


def test_base64_in_lines_is_measured_without_its_blanks():
    content = CONTENT[PDF] + bytes(1000)
    lines = base64.encodebytes(content).decode()
    for text in (lines, lines.replace("\n", "\r\n"), f"\n\t  {lines}  \n"):
        (found,) = attachments.found(kith.read(message(container(text))).root)
        assert (found.size, found.kind) == (len(content), PDF)


def test_a_limit_is_told_by_check_and_stops_a_document_that_comes_in():
    root = kith.read(message(container(encoded(CONTENT[PDF] * 10)))).root
    size = len(CONTENT[PDF]) * 10
    assert attachments.faults(root, limit=size) == ()
    attachments.require(root, limit=size)
    assert [fault.code for fault in attachments.faults(root, limit=size - 1)] == ["IPK-M032"]
    with pytest.raises(MessageError) as caught:
        attachments.require(root, limit=size - 1)
    assert caught.value.code == "IPK-M032"


def test_the_first_document_and_xml_documents_are_no_attachments():
    xml = '<Document><RefDoc><MsgType V="XML"/><MimeType>text/xml</MimeType><Content><a xmlns="urn:a"/></Content></RefDoc></Document>'
    reference = '<Document><RefDoc><MsgType V="A"/><FileReference>http://localhost/a.pdf</FileReference></RefDoc></Document>'
    assert attachments.found(kith.read(message(xml, reference)).root) == ()
    assert attachments.found(kith.read(dialogue()).root) == ()


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (outgoing(EXE), "IPK-M030"),
        (outgoing(CONTENT[JPEG], PNG), "IPK-M030"),
        (outgoing(CONTENT[PDF], "text/plain"), "IPK-M031"),
        (outgoing(CONTENT[PDF] * 10), "IPK-M032"),
        (outgoing(b""), "IPK-M033"),
        (outgoing(description="a\x00"), "IPK-M002"),
    ],
)
def test_what_no_receiver_could_show_is_not_built(wrong: Outgoing, code: str):
    with pytest.raises(MessageError) as caught:
        attachments.document(wrong, limit=100)
    assert caught.value.code == code


def test_an_attachment_does_not_print_what_it_says():
    shown = repr(outgoing(b"%PDF-hemmelig", description="hemmelig"))
    assert "hemmelig" not in shown


def test_a_message_above_what_mail_carries_is_warned_of_and_taken():
    data = message(container(encoded(CONTENT[PDF] + bytes(8_000_000))))
    (fault,) = kith.check(data)
    assert (fault.code, fault.severity) == ("IPK-M034", "never")
    assert kith.receipt_faults(kith.read(data)) == ()
    assert attachments.oversize(b" " * attachments.MAIL_LIMIT) == ()


# ── numbers that look real: not searched for where no reader sees them ──


def test_only_what_is_recognised_is_passed_over_in_what_a_document_says():
    hidden, mixed = encoded(CONTENT[PDF]), '12<u xmlns="">34</u>56'
    root = kith.read(message(container(hidden), container("open text"), container(mixed))).root
    said = xmlsafe.said(root, without=attachments.containers(root))
    assert hidden in xmlsafe.said(root)
    assert hidden not in said
    assert [*attachments.unknown(root)] == ["open text", "123456"]


def test_a_tree_without_the_content_of_its_attachments_says_all_else():
    read = kith.read(message(container(encoded(CONTENT[PDF]))))
    held = attachments.containers(read.root)
    said = xmlsafe.said(read.root, without=held)
    attachments.empty(read.root)
    assert xmlsafe.said(read.root, without=held) == said
    assert [each.size for each in attachments.found(read.root)] == [0]


def test_a_number_that_looks_real_is_found_in_a_container_of_text(client: FlaskClient):
    data = message(container(f"{numbers.real_looking()} "))
    answer = client.post("/messages", data=data, content_type="application/xml")
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (422, "IPK-P001")


@pytest.mark.parametrize("more_settings", [{"xml_max_attachment_bytes": 1000}])
def test_the_limit_of_an_installation_is_a_setting(client: FlaskClient):
    small = message(container(encoded(CONTENT[PDF])))
    large = message(container(encoded(CONTENT[PDF] + bytes(1000))))
    assert client.post("/messages", data=small, content_type="application/xml").status_code < 300
    answer = client.post("/messages", data=large, content_type="application/xml")
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (422, "IPK-M032")


def test_an_attachment_of_the_wrong_type_is_kept_with_its_message_byte_for_byte(client: FlaskClient):
    data = message(container(encoded(EXE)))
    answer = client.post("/messages", data=data, content_type="application/xml")
    assert answer.status_code < 300
    kept = client.get(f"{answer.headers['Location']}/document")
    assert kept.data == data
