"""A KITH code: V, DN, S and OT, how it is written and how it is shown. kith.xsd types CS and CV; HISD 1165.

What we write has its text from the table; what was read keeps the text it came with, and is shown by the table's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from lxml import etree

from adapter import codes as tables
from adapter.kith.escape import escape

OID_PREFIX: Final = "2.16.578.1.12.4.1.1."
UNKNOWN: Final = "ukjent kode"
"""What marks a value that neither we nor the sender have a text for."""


@dataclass(frozen=True, slots=True)
class Code:
    """One coded value. Equal on V, S and OT: a receiver matches V and S; DN differs between editions of a list."""

    v: str
    dn: str = field(default="", compare=False)
    s: str | None = None
    """The whole OID of the list, None in a CS."""
    ot: str = field(default="", repr=False)
    bare: bool = field(default=False, compare=False, repr=False)
    """Whether it was read without DN: it is then written without one."""

    @property
    def list(self) -> str | None:
        """Number of the list, such as `9034`, where S is one of the national lists."""
        return self.s[len(OID_PREFIX) :] if self.s and self.s.startswith(OID_PREFIX) else None

    def among(self, number: str, *values: str) -> bool:
        """Whether this is one of the values of list `number`."""
        return self.list == number and self.v in values


@lru_cache(maxsize=4096)
def coded(number: str, v: str) -> Code:
    """Return a CV of list `number` with its display text, empty where the list does not know the value."""
    return Code(v, tables.display(number, v) or "", OID_PREFIX + number)


@lru_cache(maxsize=4096)
def simple(number: str, v: str) -> Code:
    """Return a CS (no S) whose text comes from list `number`."""
    return Code(v, tables.display(number, v) or "")


def write_cv(tag: str, code: Code | None) -> str:
    """Return `<tag V DN S OT/>`, nothing for None. DN comes from the table of S where the code brings none."""
    if code is None:
        return ""
    other = f' OT="{escape(code.ot)}"' if code.ot else ""
    text = code.dn or ("" if code.bare or not code.list else coded(code.list, code.v).dn)
    dn = f' DN="{escape(text)}"' if text else ""
    system = f' S="{escape(code.s)}"' if code.s else ""
    value = f' V="{escape(code.v)}"' if code.v else ""
    return f"<{tag}{value}{dn}{system}{other}/>"


def write_cs(tag: str, number: str, code: Code | None) -> str:
    """Return `<tag V DN/>`, nothing for None. DN comes from list `number` where the code brings none."""
    if code is None:
        return ""
    text = code.dn or ("" if code.bare else simple(number, code.v).dn)
    dn = f' DN="{escape(text)}"' if text else ""
    value = f' V="{escape(code.v)}"' if code.v else ""
    return f"<{tag}{value}{dn}/>"


def shown(code: Code | None, *numbers: str, unknown: str = UNKNOWN) -> str:
    """Return the text a reader sees: the table's by V and S, else DN, else OT, else V itself with a mark; "" for nothing.

    `numbers` are the lists of the element (`adapter.codes.uses.lists`), for a code that names none. Where they disagree
    about V, the sender's DN decides.
    """
    if code is None:
        return ""
    text = known(code, *numbers) or code.dn.strip() or code.ot.strip()
    return text or (f"{code.v} ({unknown})" if code.v else "")


def known(code: Code, *numbers: str) -> str | None:
    """Return the table's text of a code: by its own list, else by `numbers` where they agree; None where none knows it."""
    among = (code.list,) if code.s else numbers
    texts = {text for number in among if number and (text := tables.display(number, code.v))}
    return texts.pop() if len(texts) == 1 else None


def read_code(element: etree._Element | None) -> Code | None:
    """Return the code of an element, None where it is absent or names no value. Blanks around V and S do not count."""
    if element is None:
        return None
    found = code_of(element)
    return found if found is not None and (found.v or found.ot) else None


def code_of(element: etree._Element) -> Code | None:
    """Return all that a coded element says, None where it says nothing. An unknown value is kept like any other."""
    get = element.get
    v, dn = " ".join((get("V") or "").split()), get("DN") or ""
    s, ot = (get("S") or "").strip() or None, get("OT") or ""
    return Code(v, dn, s, ot, bare=not dn) if v or dn or s or ot else None
