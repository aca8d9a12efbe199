"""Tables from which a block of a message is both read and written: one row per element, in the order of the schema.

W3C XML Schema, sequences of elements. A table is made once, when its module is loaded; nothing is looked up per message
but the values. Reading finds children by name wherever they stand, and leaves out what no row names; writing follows
the order of the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final

from lxml import etree

from adapter.kith.codes import Code, code_of, write_cs, write_cv
from adapter.kith.escape import escape
from adapter.kith.raw import Markup, Raw
from adapter.kith.time import When
from adapter.kith.tree import content

_KEPT: Final = 512
"""Models of one kind whose text is kept."""

Read = Callable[[Any], Any]
Write = Callable[[str, Any], str]


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of element is read (None where it says nothing) and written under a tag."""

    read: Read
    write: Write


@dataclass(frozen=True, slots=True)
class Field:
    """One row: the element as it is written (`fk1:Id`), the attribute of the model, the kind, how often."""

    tag: str
    name: str
    kind: Kind | str
    """How it is read and written, or the name of a table that says so, until it is resolved."""
    many: bool = False
    needed: bool = False
    """Whether the element is written though it is empty."""
    lead: str = ""
    """What stands before the element: a line break, in the frame of a message."""


class Block:
    """A table of fields with the model that holds their values.

    `make` takes the values by name; `take` returns them from a model in the order of the fields. `spaces` says which
    namespace a prefix of the tags stands for.
    """

    __slots__ = ("_many", "_slots", "_take", "_writers", "make")

    def __init__(
        self,
        make: Callable[..., Any],
        fields: tuple[Field, ...],
        *,
        spaces: Mapping[str, str],
        take: Callable[[Any], tuple[Any, ...]] | None = None,
    ) -> None:
        self.make = make
        self._slots: dict[Any, tuple[str, Read, bool]] = {
            clark(each.tag, spaces): (each.name, _kind(each).read, each.many) for each in fields
        }
        self._many = tuple(each.name for each in fields if each.many)
        self._writers = tuple(
            (each.tag, _kind(each).write, each.many, each.needed and not each.many, each.lead)
            for each in fields
        )
        self._take = take or _getter(tuple(each.name for each in fields))

    def parse(self, element: etree._Element) -> Any:
        """Return the model of an element. Of what may stand once the first counts; nothing is refused here."""
        found: dict[str, Any] = {}
        slots = self._slots
        for child in element:
            slot = slots.get(child.tag)
            if slot is None:
                continue
            name, read, many = slot
            value = read(child)
            if value is None:
                continue
            if many:
                found.setdefault(name, []).append(value)
            elif name not in found:
                found[name] = value
        for name in self._many:
            if name in found:
                found[name] = tuple(found[name])
        return self.make(**found)

    def content(self, model: Any) -> str:
        """Return the children of the element that stands for this model."""
        parts: list[str] = []
        for row, value in zip(self._writers, self._take(model), strict=True):
            if value:
                tag, write, many, _, lead = row
                if many:
                    parts += [lead + write(tag, each) for each in value]
                else:
                    parts.append(lead + write(tag, value))
            elif value is False or (row[3] and value is not None):  # most rows of most blocks say nothing
                parts.append(row[4] + row[1](row[0], value))
        return "".join(parts)


def _kind(row: Field) -> Kind:
    """Return the kind of a field. Raises TypeError for one that is not resolved."""
    if isinstance(row.kind, str):
        raise TypeError(row.kind)
    return row.kind


def clark(tag: str, spaces: Mapping[str, str]) -> str:
    """Return a tag as lxml names it: `{namespace}name`."""
    prefix, colon, name = tag.rpartition(":")
    return f"{{{spaces[prefix]}}}{name if colon else tag}"


def _getter(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    """Return what takes the values of these attributes from a model, always as a tuple."""
    if len(names) == 1:
        one = attrgetter(names[0])
        return lambda model: (one(model),)
    return attrgetter(*names)


def block(table: Block) -> Kind:
    """Return the kind of an element that holds a block."""
    return Kind(table.parse, lambda tag, value: f"<{tag}>{table.content(value)}</{tag}>")


def kept(table: Block) -> Kind:
    """Return the kind of an element whose model is often the very same one, such as a party of the address book.

    What was written for a model is written again for that model, which never changes; for an equal one it is made anew.
    """
    known: dict[int, tuple[Any, str]] = {}

    def write(tag: str, model: Any) -> str:
        held = known.get(id(model))
        if held is None or held[0] is not model:
            if len(known) >= _KEPT:
                known.clear()
            held = known[id(model)] = model, table.content(model)
        return f"<{tag}>{held[1]}</{tag}>"

    return Kind(table.parse, write)


def later(table: Callable[[], Block]) -> Kind:
    """Return the kind of an element that holds a block like the one it stands in. Depth is limited by xmlsafe."""
    return Kind(
        lambda element: table().parse(element), lambda tag, value: f"<{tag}>{table().content(value)}</{tag}>"
    )


def cs(number: str) -> Kind:
    """Return the kind of a code without S, its display text from list `number`."""
    return Kind(code_of, lambda tag, value: write_cs(tag, number, value))


def _text(tag: str, value: str) -> str:
    return f"<{tag}>{escape(value)}</{tag}>"


def _valued(tag: str, value: str) -> str:
    """Return an element whose one attribute V says what it says, bare where it says nothing."""
    return f'<{tag} V="{escape(value)}"/>' if value else f"<{tag}/>"


def _rich(element: etree._Element) -> str:
    """Return plain text, or the text of markup that remembers the element as it was written."""
    plain = content(element)
    return Markup.of(plain, Raw.of(element)) if len(element) or element.attrib else plain


def _write_rich(tag: str, value: str) -> str:
    return value.raw.xml if isinstance(value, Markup) else _text(tag, value)


_FLAGS: Final = {"true": True, "1": True, "false": False, "0": False}

TEXT: Final = Kind(lambda element: content(element) or None, _text)
"""Text as it stands, blanks and all."""
WORD: Final = Kind(lambda element: (element.text or "").strip() or None, _text)
"""A name or an identifier: blanks around it say nothing."""
RICH: Final = Kind(lambda element: _rich(element) or None, _write_rich)
"""anyType: text or markup (HISD 1155)."""
FLAG: Final = Kind(
    lambda element: _FLAGS.get((element.text or "").strip()),
    lambda tag, value: f"<{tag}>{'true' if value else 'false'}</{tag}>",
)
WHEN: Final = Kind(lambda element: When.of(element.text), lambda tag, value: _text(tag, value.written))
"""date, dateTime, gYear."""
TS: Final = Kind(lambda element: When.of(element.get("V")), lambda tag, value: _valued(tag, value.written))
URL: Final = Kind(
    lambda element: (element.get("V") or "").strip() or None,
    _valued,
)
CV: Final = Kind(code_of, write_cv)
RAW: Final = Kind(Raw.of, lambda _tag, value: value.xml)
"""An element that only passes through, kept as it was written."""
UNKNOWN: Final = Code("")
"""Stands where a coded element that the schema demands is missing; the schema fault is reported beside it."""
