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
from tests.kith.builders import dialogue

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
