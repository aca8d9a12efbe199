"""XML that only passes through: kept word for word, compared as canonical XML. W3C Exclusive XML Canonicalization 1.0."""

from __future__ import annotations

from typing import Final, Self

from lxml import etree

_XSI_TYPE: Final = "{http://www.w3.org/2001/XMLSchema-instance}type"


class Raw:
    """An element as it was written, its text made when somebody asks: attachments are large. Never printed."""

    __slots__ = ("_element", "_xml")

    def __init__(self, xml: str) -> None:
        self._xml: str | None = xml
        self._element: etree._Element | None = None

    @classmethod
    def of(cls, element: etree._Element) -> Self:
        """Return an element of a tree, which must not be changed any more."""
        made = cls("")
        made._xml, made._element = None, element
        return made

    @property
    def xml(self) -> str:
        """The element alone, with the namespaces it needs declared."""
        if self._xml is None:
            self._xml = _written(self._element) if self._element is not None else ""
        return self._xml

    @property
    def element(self) -> etree._Element:
        """The element, not to be changed."""
        if self._element is None:
            parser = etree.XMLParser(resolve_entities=False, no_network=True)
            self._element = etree.fromstring(self.xml, parser)
        return self._element

    def __eq__(self, other: object) -> bool:
        """Whether both say the same: prefixes and declarations that nothing uses do not count."""
        return isinstance(other, Raw) and (self.xml == other.xml or _canonical(self) == _canonical(other))

    def __hash__(self) -> int:
        return hash(etree.QName(self.element).text)

    def __repr__(self) -> str:
        return "Raw(***)"


class Markup(str):
    """The plain text of an element with markup, and the element as it was written. A string to all who read it."""

    __slots__ = ("raw",)
    raw: Raw

    @classmethod
    def of(cls, plain: str, raw: Raw) -> Self:
        """Return the text of an element."""
        made = cls(plain)
        made.raw = raw
        return made


def _written(element: etree._Element) -> str:
    """Return the element with the namespaces it uses; with all in scope where a value may be a name with prefix."""
    if any(_XSI_TYPE in each.attrib for each in element.iter(etree.Element)):
        return etree.tostring(element, encoding="unicode", with_tail=False)
    return _exclusive(element)


def _canonical(raw: Raw) -> str:
    return _exclusive(raw.element)


def _exclusive(element: etree._Element) -> str:
    return etree.tostring(element, method="c14n", exclusive=True, with_tail=False).decode("utf-8")
