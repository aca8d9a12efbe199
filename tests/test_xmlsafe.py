"""The XML parser: what it refuses, with which code, and that it never repeats the document."""

from __future__ import annotations

import pytest
from lxml import etree

from adapter import xmlsafe
from adapter.errors import MessageError

SECRET = "13116900216"
BOMB = "<!DOCTYPE a [<!ENTITY x0 'ha'>" + "".join(
    f"<!ENTITY x{n} '{f'&x{n - 1};' * 10}'>" for n in range(1, 12)
)


def code_of(data: bytes, limits: xmlsafe.Limits = xmlsafe.DEFAULT) -> str:
    with pytest.raises(MessageError) as caught:
        xmlsafe.parse(data, limits=limits)
    assert SECRET not in str(caught.value)
    assert SECRET not in repr(caught.value.__context__)
    return caught.value.code


@pytest.mark.parametrize(
    "data",
    [
        b"<!DOCTYPE a><a/>",
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b'<?xml version="1.0"?>\n<!-- first -->\n<!DOCTYPE a SYSTEM "http://localhost/a.dtd"><a/>',
        b'<?xml version="1.0"?><?pi x?> <!DOCTYPE a [<!ATTLIST a b CDATA "c">]><a/>',
        f"{BOMB}]><a>&x11;</a>".encode(),
        f"{BOMB}]><a b='&x11;'/>".encode(),
        b"\xef\xbb\xbf<!DOCTYPE a><a/>",
        "<!DOCTYPE a><a/>".encode("utf-16"),
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><a/>'.encode("utf-16-le"),
        b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a><a/>',
        b'<?xml version="1.0"' + b" " * 999 + b'encoding="UTF-7"?>+ADwAIQ-DOCTYPE a><a/>',
        "<!DOCTYPE a><a/>".encode("utf-32"),
    ],
)
def test_a_dtd_is_refused_in_whatever_dress(data: bytes):
    assert code_of(data) == "IPK-M007"


@pytest.mark.parametrize(
    "data",
    [b"", b"   ", b"\x00", b"{}", b"<a>", b"<a></b>", b"<a/><b/>", b"<a>&unknown;</a>", b"<a>\x01</a>", b"\x4c\x6f\xa7\x94",
     b"<a>" + SECRET.encode() + b"<b></a>", b'<?xml version="1.0" encoding="UTF-8"?><a>\xe6</a>'],
)  # fmt: skip
def test_what_is_not_well_formed_is_refused_with_its_line_alone(data: bytes):
    assert code_of(data) == "IPK-M001"


def test_the_line_of_the_fault_is_told():
    with pytest.raises(MessageError) as caught:
        xmlsafe.parse(b"<a>\n\n<b>\n</a>")
    assert caught.value.at == "line 4"


def test_limits_on_size_depth_and_attributes_are_kept():
    assert code_of(b"<a/>" * 10, xmlsafe.Limits(size=20)) == "IPK-M008"
    assert code_of(b"<a>" * 65 + b"</a>" * 65) == "IPK-M007"
    assert code_of(b"<a>" * 5000 + b"</a>" * 5000) == "IPK-M007"
    assert code_of(b"<a " + b" ".join(b'x%d=""' % n for n in range(33)) + b"/>") == "IPK-M007"
    assert code_of(b"<a>" + b"<b/>" * 60_000 + b"</a>") == "IPK-M007"
    assert code_of(b"<a>" + b"<b/>" * 2_001 + b"</a>") == "IPK-M007"
    attributes = b" ".join(b'x%d=""' % n for n in range(32))
    assert (
        code_of(b"<a>" + (b"<b>" + (b"<c " + attributes + b"/>") * 1_000 + b"</b>") * 2 + b"</a>")
        == "IPK-M007"
    )
    xmlsafe.parse(b"<a>" * 64 + b"</a>" * 64)
    xmlsafe.parse(b"<a " + b" ".join(b'x%d=""' % n for n in range(32)) + b"/>")


def test_an_attachment_larger_than_a_text_node_of_libxml2_is_read():
    assert len(xmlsafe.parse(b"<a>" + b"x" * 11_000_000 + b"</a>").text or "") == 11_000_000


@pytest.mark.parametrize(
    "before",
    [
        b" " * 70_000,
        b"<!--" + b" " * 70_000 + b"-->",
        b"<?x " + b"y" * 70_000 + b"?>",
        *(b" " * blanks + b"<!--x-->" * 9_000 for blanks in range(8)),
        *(b" " * blanks for blanks in range(65_536 - 8, 65_536)),
    ],
    ids=lambda before: f"{len(before)} {before[-9:].decode()}",
)
@pytest.mark.parametrize("root", [b"<!DOCTYPE a><a/>", b"<root-of-this-document/>"])
def test_a_root_element_that_comes_late_is_refused_unread(before: bytes, root: bytes):
    assert code_of(before + root) == "IPK-M007"


@pytest.mark.parametrize(
    ("limits", "data", "hint"),
    [
        (xmlsafe.Limits(depth=3), b"<a><a><a><a/></a></a></a>", "depth"),
        (xmlsafe.Limits(siblings=2), b"<a><b/><b/><b/></a>", "siblings"),
        (xmlsafe.Limits(attributes=2), b"<a x='' y='' z=''/>", "attributes"),
        (xmlsafe.Limits(markup=4), b"<a><b/><b/><b/></a>", "markup"),
        (xmlsafe.Limits(markup=3), b"<a x='' y=''><b x='' y=''/></a>", "markup"),
    ],
)
def test_each_limit_is_kept_and_named(limits: xmlsafe.Limits, data: bytes, hint: str):
    with pytest.raises(MessageError) as caught:
        xmlsafe.parse(data, limits=limits)
    assert (caught.value.code, caught.value.hint) == ("IPK-M007", hint)
    assert xmlsafe.parse(data).tag == "a"


def test_the_text_of_what_is_passed_over_is_not_said():
    root = xmlsafe.parse(b"<a x='1'>2<b y='3'>4</b></a>")
    assert xmlsafe.said(root) == "24\n1\n4\n3"
    assert xmlsafe.said(root[0], without={root[0]}) == "3"


def test_a_document_says_every_text_and_every_value():
    pretty = b"<a x='1'>\n  <b y='2'>3</b>\n  <b>  </b>\n  <b z=''>4 5</b>\n</a>"
    assert sorted(filter(None, xmlsafe.said(xmlsafe.parse(pretty)).split("\n"))) == ["1", "2", "3", "4 5"]
    mixed = b"<a>12<b/>34<c x='9'>5</c>6</a>"
    assert "123456" in xmlsafe.said(xmlsafe.parse(mixed)).split("\n")


def test_the_word_doctype_inside_text_is_only_text():
    assert xmlsafe.parse(b"<a><![CDATA[<!DOCTYPE html>]]></a>").text == "<!DOCTYPE html>"
    assert xmlsafe.parse(b"<!-- <!DOCTYPE a> --><a/>").tag == "a"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_encodings_in_use_are_read(encoding: str):
    declared = encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{declared}"?><a>blåbærsyltetøy</a>'
    assert xmlsafe.parse(text.encode(encoding)).text == "blåbærsyltetøy"


def test_comments_and_instructions_leave_the_text_whole():
    assert xmlsafe.parse(b"<a>one<!-- x --> two<?x y?> three</a>").text == "one two three"


def test_printing_keeps_the_tree():
    root = xmlsafe.parse("<a b='å'>\r\n&amp;&#13;</a>".encode())
    again = xmlsafe.parse(xmlsafe.serialise(root))
    assert etree.tostring(again) == etree.tostring(root)
    assert xmlsafe.serialise(root).startswith(b"<?xml")
