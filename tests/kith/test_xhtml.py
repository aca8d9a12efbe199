"""Formatted text: reduced to plain text, cleaned and built by one allow-list, whatever stands in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from adapter import kith, xmlsafe
from adapter.errors import MessageError
from adapter.kith import xhtml
from adapter.kith.xhtml import Heading, Items, Paragraph, Table
from tests.kith.builders import WHEN, dialogue

BLOCKS = (
    Heading("Plan", 2),
    Paragraph("Linje 1\nLinje 2 & <3>"),
    Items(("a", "b")),
    Items(("en",), numbered=True),
    Table((("1", "2"), ("3", "4"))),
)
WRITABLE = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=30)
MARKUP = st.recursive(
    WRITABLE.map(lambda text: text.replace("&", "&amp;").replace("<", "&lt;")),
    lambda inner: st.tuples(
        st.sampled_from(
            ["p", "a", "script", "style", "b", "table", "tr", "td", "br", "iframe", "svg", "li", "x", "P"]
        ),
        st.sampled_from(
            ["", ' onclick="x()"', ' href="javascript:x"', ' style="a:b"', ' xmlns="urn:other"', ' src="x"']
        ),
        st.lists(inner, max_size=3),
    ).map(lambda made: f"<{made[0]}{made[1]}>{''.join(made[2])}</{made[0]}>"),
    max_leaves=12,
)


def div(inner: str) -> etree._Element:
    return xmlsafe.parse(f'<div xmlns="{xhtml.NAMESPACE}">{inner}</div>'.encode())


def assert_allowed(markup: str) -> None:
    root = xmlsafe.parse(markup.encode())
    for each in root.iter():
        name = etree.QName(each)
        assert name.namespace == xhtml.NAMESPACE
        assert name.localname in xhtml.SHOWN
        assert dict(each.attrib) == {}


@given(MARKUP)
def test_whatever_comes_in_only_allowed_elements_without_attributes_stay(inner: str):
    assert_allowed(xhtml.clean(div(inner)))


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ('<p onclick="x()" style="a">Hei <a href="http://b">du</a></p>', "<p>Hei du</p>"),
        ("a<script>alert(1)</script>b<style>p{}</style>c", "abc"),
        ('<iframe src="x">ramme</iframe><img src="x" onerror="y"/>', "ramme"),
        ("<object data='x'><p>tekst</p></object>", "<p>tekst</p>"),
        ("<table><tbody><tr><th>1</th><td colspan='2'>2</td></tr></tbody></table>",
         "<table><tr><th>1</th><td>2</td></tr></table>"),
        ("<BR/>x<hr>y</hr>", "<br/>x<hr/>y"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ('<p xmlns="urn:x">annet navnerom</p>', "<p>annet navnerom</p>"),
    ],
)  # fmt: skip
def test_what_is_not_allowed_gives_way_and_its_text_stays(sent: str, kept: str):
    assert xhtml.clean(div(sent)) == f'<div xmlns="{xhtml.NAMESPACE}">{kept}</div>'


def test_no_text_is_lost_but_that_of_scripts_and_styles():
    sent = div("1<p>2<x>3</x>4</p><ul>5<li>6</li></ul>7<script>8</script>9")
    cleaned = xmlsafe.parse(xhtml.clean(sent).encode())
    assert "".join(map(str, cleaned.itertext())) == "12345679"
    assert [each for each in xhtml.plain(sent) if each.isdigit()] == list("12345679")


def test_blocks_are_written_from_the_allow_list_without_th():
    made = xhtml.build(*BLOCKS)
    assert_allowed(made)
    assert {etree.QName(each).localname for each in xmlsafe.parse(made.encode()).iter()} <= xhtml.TAGS
    assert xhtml.plain(xmlsafe.parse(made.encode())) == (
        "Plan\nLinje 1\nLinje 2 & <3>\n- a\n- b\n- en\n1\t2\n3\t4"
    )


def test_what_is_written_stays_as_it_is_when_it_is_cleaned():
    made = xhtml.build(*BLOCKS)
    assert xhtml.clean(xmlsafe.parse(made.encode())) == made


@given(st.lists(WRITABLE.filter(str.strip), max_size=4))
def test_text_cannot_become_markup(parts: list[str]):
    made = xmlsafe.parse(xhtml.formatted("\r\n\r\n".join(parts)).encode())
    assert {etree.QName(each).localname for each in made.iter()} <= {"div", "p", "br"}
    assert "".join("".join(map(str, made.itertext())).split()) == "".join("".join(parts).split())


def test_paragraphs_and_line_breaks_are_kept():
    made = xhtml.formatted("En\r\nto\r\n \r\ntre\n\n\n\nfire")
    assert made == f'<div xmlns="{xhtml.NAMESPACE}"><p>En<br/>to</p><p>tre</p><p>fire</p></div>'


def test_a_control_character_is_refused_by_code():
    with pytest.raises(MessageError) as caught:
        xhtml.build(Paragraph("a\x00"))
    assert caught.value.code == "IPK-M002"


def test_a_formatted_text_stands_in_a_message_that_validates_and_is_read_as_lines():
    data = dialogue(text="STED").replace(b">STED<", f">{xhtml.build(*BLOCKS)}<".encode())
    read = kith.read(data)
    assert (read.faults, read.body.text) == ((), xhtml.plain(xmlsafe.parse(xhtml.build(*BLOCKS).encode())))


# ── what leaves ──


def holding(inner: str) -> bytes:
    """Return a message whose text is markup as somebody else wrote it."""
    return dialogue(text="STED").replace(b">STED<", f">{inner}<".encode())


def sent(inner: str) -> bytes:
    """Return the message as it would leave again, such as an echo does."""
    message = kith.read(holding(inner)).message
    assert message is not None
    return kith.issue(message)


@given(inner=MARKUP, wrapped=st.booleans())
def test_whatever_was_read_nothing_but_allowed_elements_leaves(*, inner: str, wrapped: bool):
    markup = f'<div xmlns="{xhtml.NAMESPACE}">Tekst {inner}</div>' if wrapped else f"<b>Tekst</b>{inner}"
    data = sent(markup)
    assert kith.check(data) == ()
    root = xmlsafe.parse(data)
    assert xhtml.foreign(root, allowed=xhtml.TAGS) is None
    (held,) = root.iter("{*}TekstNotatInnhold")
    assert {etree.QName(each).localname for each in held.iterdescendants()} <= xhtml.TAGS
    assert not any(each.attrib for each in held.iterdescendants())
    assert xhtml.mend(root) is False, "what is clean stays as it is"


def test_what_leaves_is_cleaned_and_what_is_read_is_not():
    markup = (
        f'<div xmlns="{xhtml.NAMESPACE}"><p onclick="x()">A<script>x()</script> <a href="javascript:x">du</a></p>'
        '<iframe src="http://x"/><table><tr><th>k</th><td>v</td></tr></table><dl><dt>t</dt><dd>d</dd></dl></div>'
    )
    kept = (
        f'<div xmlns="{xhtml.NAMESPACE}"><p>A du</p><table><tr><td>k</td><td>v</td></tr></table>'
        "<div><p>t</p><p>d</p></div></div>"
    )
    read = kith.read(holding(markup))
    assert read.message is not None
    assert kith.read(kith.build(read.message)).message == read.message
    assert b"onclick" in kith.build(read.message)
    (fault,) = kith.check(holding(markup))
    assert (fault.rule, fault.severity) == ("formatted-text", "never")
    assert fault.path == "/MsgHead/Document/RefDoc/Content/Dialogmelding/Notat/TekstNotatInnhold"
    data = sent(markup)
    assert kept.encode() in data
    again = kith.reissue(data, msg_id="00000000-0000-4000-8000-000000000001", gen_date=WHEN)
    assert kept.encode() in again


def test_what_is_allowed_leaves_byte_for_byte():
    read = kith.read(holding(xhtml.build(*BLOCKS)))
    assert read.message is not None
    assert kith.issue(read.message) == kith.build(read.message)


def test_formatted_text_where_none_belongs_is_told_of_and_left_to_be_refused():
    root = xmlsafe.parse(
        f'<MsgHead><Merknad>a<b xmlns="{xhtml.NAMESPACE}" style="x">b</b></Merknad></MsgHead>'.encode()
    )
    assert xhtml.mend(root) is False
    assert xhtml.foreign(root) == "/MsgHead/Merknad"
