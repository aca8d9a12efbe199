"""Single values as a reader sees them: codes, dates, quantities, phones, addresses, identifiers. HISD 1165; HIS 80601."""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

from adapter import codes
from adapter.kith import time
from adapter.kith.codes import Code, read_code
from adapter.kith.rendering import labels
from adapter.kith.rendering.labels import Lang
from adapter.kith.tree import kind
from adapter.timing import OSLO

PERSONAL: Final = ("FNR", "DNR", "FHN")
"""Types of identifier that name one person."""
_BOOLS: Final = {"true": "yes", "1": "yes", "false": "no", "0": "no"}
_PHONES: Final = {
    "tel": "phone",
    "mob": "phone",
    "callto": "phone",
    "sms": "phone",
    "fax": "fax",
    "mailto": "mail",
}
_PLACE: Final = frozenset(
    {"StreetAdr", "Postbox", "PostalCode", "City", "County", "Country", "CityDistr", "Type", "TeleAddress"}
)
"""Parts of an address that have their place."""
_MONTH: Final = re.compile(r"(\d{4})-(\d\d)", re.ASCII)


def child(element: etree._Element | None, name: str) -> etree._Element | None:
    """Return the first child with a local name, whatever its namespace; None of None."""
    return next((each for each in element if kind(each) == name), None) if element is not None else None


def children(element: etree._Element, name: str) -> list[etree._Element]:
    """Return the children with a local name."""
    return [each for each in element if kind(each) == name]


def plain(element: etree._Element | None) -> str:
    """Return the text of an element without blanks around it, else its V."""
    if element is None:
        return ""
    return (element.text or "").strip() or (element.get("V") or "").strip()


def code(
    element: etree._Element | None, lang: Lang, *, number: str | None = None, with_value: bool = False
) -> str:
    """Return the text of a code: from its list, else what the sender wrote, else the value as it stands.

    Where the sender's text says something else than the list, both are shown: a receiver matches the code, a reader
    the text.
    """
    found = read_code(element)
    if element is None:
        return ""
    if found is None:
        return (element.get("DN") or element.text or "").strip()
    return text_of(found, lang, number=number or labels.number(kind(element)), with_value=with_value)


def role(element: etree._Element | None, lang: Lang) -> str:
    """Return `Rolle: Kopimottaker`, the role of a party in list 8112; empty where none is given."""
    said = code(element, lang, number="8112")
    return f"{labels.word('role', lang)}: {said}" if said else ""


def text_of(found: Code, lang: Lang, *, number: str | None = None, with_value: bool = False) -> str:
    """Return the text of a code; `number` is its list where it brings none."""
    listed = codes.display(found.list or number or "", found.v) or ""
    text = _with_theirs(listed, found.dn.strip(), lang) if listed else _unlisted(found)
    shown = f"{found.v} {text}".strip() if with_value and found.v and found.v not in text.split() else text
    return f"{shown}: {found.ot}" if found.ot and shown else shown or found.ot


def _with_theirs(listed: str, theirs: str, lang: Lang) -> str:
    if not theirs or _folded(theirs) in _folded(listed) or _folded(listed) in _folded(theirs):
        return listed
    return f"{listed} ({labels.word('theirs', lang)}: {theirs})"


def _folded(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _unlisted(found: Code) -> str:
    """Return a code that no list of ours knows, with its value and list where it brings no text."""
    dn = found.dn.strip()
    if dn and found.list in codes.NUMBERS:
        return f"{dn} ({found.v})"  # its list does not know it
    where = f" ({found.s})" if found.s and not dn else ""
    return dn or f"{found.v}{where}"


def moment(text: str) -> str:
    """Return a date as `09.03.2026`, a time with its hour; what is neither stays as it stands."""
    value = text.strip()
    whole = time.read(value)
    if whole is not None:
        return whole.astimezone(OSLO).strftime("%d.%m.%Y %H:%M")
    day = time.read_date(value)
    if day is not None:
        return day.strftime("%d.%m.%Y")
    month = _MONTH.fullmatch(value)
    return f"{month.group(2)}.{month.group(1)}" if month else value


def boolean(text: str, lang: Lang) -> str:
    """Return Ja or Nei; what is neither stays as it stands."""
    found = _BOOLS.get(text.strip())
    return labels.word(found, lang) if found else text.strip()


def quantity(element: etree._Element) -> str:
    """Return a number with its unit, a comma for the point."""
    value = (element.get("V") or element.text or "").strip().replace(".", ",")
    return " ".join(part for part in (value, (element.get("U") or "").strip()) if part)


def phone(element: etree._Element, lang: Lang) -> tuple[str, str]:
    """Return (label, value) of a TeleCom or TeleAddress: `Telefon`, `51519000 (Hovedtelefon)`."""
    address = child(element, "TeleAddress") if len(element) else element
    scheme, colon, rest = plain(address).partition(":")
    label = _PHONES.get(scheme.lower()) if colon else None
    value = rest if label else plain(address)
    use = code(child(element, "TypeTelecom"), lang)
    return labels.word(label or "phone", lang), f"{value} ({use})" if use and value else value or use


def address(element: etree._Element, lang: Lang) -> str:
    """Return an address on one line."""
    said = {kind(each): plain(each) for each in element if each.get("DN") is None}
    town = " ".join(part for part in (said.get("PostalCode"), said.get("City")) if part)
    box = said.get("Postbox", "")
    coded = [code(each, lang) for each in element if kind(each) in {"County", "Country", "CityDistr"}]
    other = [text for name, text in said.items() if name not in _PLACE]
    line = ", ".join(part for part in (said.get("StreetAdr"), box, town, *coded, *other) if part)
    use = code(child(element, "Type"), lang, number="3401")
    return f"{line} ({use})" if line and use else line


def ident(element: etree._Element, lang: Lang, *, hide: bool) -> str:
    """Return `HPR-nummer 9144900`; a number that names one person is hidden where asked."""
    type_ = child(element, "TypeId")
    found = read_code(type_)
    number = "8116" if found is not None and found.v in (*PERSONAL, "HPR") else "9051"
    name = _ident_name(found, number, lang) if found is not None else ""
    value = plain(child(element, "Id"))
    shown = (
        labels.word("hidden", lang) if hide and found is not None and found.v in PERSONAL and value else value
    )
    return f"{name} {shown}".strip()


def _ident_name(type_: Code, number: str, lang: Lang) -> str:
    return labels.ident(type_.v, lang) or codes.display(number, type_.v) or type_.dn or type_.v
