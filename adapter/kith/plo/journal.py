"""A general journal note (GenereltJournalnotat) of the EPJ standard, as messages of care carry text. KITH epj2, 2008-02-20.

The attributes that say what a component is carry the prefix of the meta namespace; komponentID, though demanded, none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from adapter.kith.codes import Code, code_of, write_cv
from adapter.kith.escape import element, escape
from adapter.kith.raw import Raw
from adapter.kith.tree import content

NAMESPACE: Final = "http://www.kith.no/xmlstds/epj/epj2/2008-02-20"
_PO: Final = "http://www.kith.no/xmlstds/po/poKomponent/2012-04-01"
META: Final = "http://www.kith.no/xmlstds/epj/meta/2008-02-20"
OTHER_NOTES: Final = "Andre notater"
_N: Final = f"{{{NAMESPACE}}}"
_KIND: Final = (
    ("m1:basiskomponenttype", "EPJ dokument"),
    ("m1:komponenttype", "2.16.578.1.12.4.1.6.13.11009.0"),
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Text:
    """Journaltekst: a text under a heading."""

    text: str
    heading: Code | None = None
    """Overskriftskode: a list by message and profession (9141, 9142, 9143, 9145)."""
    note: str = ""


def note(texts: Iterable[Text], *, component_id: str, category: str = OTHER_NOTES) -> Raw:
    """Return a journal note with these texts; `component_id` is a UUID."""
    stated = (*_KIND, ("m1:informasjonskategori", category), ("komponentID", component_id))
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in stated)
    return Raw(
        f'<epj2:GenereltJournalnotat xmlns:epj2="{NAMESPACE}" xmlns:m1="{META}"{attributes}>'
        f"{''.join(map(_text, texts))}</epj2:GenereltJournalnotat>"
    )


def from_nurses(texts: Iterable[Text]) -> Raw:
    """Return Sykepleierdokumentasjon with these texts, headings of list 9141. HIS 1148."""
    return Raw(
        f'<Sykepleierdokumentasjon xmlns="{_PO}" xmlns:epj2="{NAMESPACE}"><InfoFraSykepleier>'
        f"{''.join(map(_text, texts))}</InfoFraSykepleier></Sykepleierdokumentasjon>"
    )


def _text(text: Text) -> str:
    return (
        f"<epj2:Journaltekst>{write_cv('epj2:Overskriftskode', text.heading)}"
        f"<epj2:Notat>{escape(text.text)}</epj2:Notat>{element('epj2:Merknad', text.note)}</epj2:Journaltekst>"
    )


def texts(raw: Raw) -> tuple[Text, ...]:
    """Return every Journaltekst within an element, at whatever depth."""
    return tuple(
        Text(
            text=content(each.find(f"{_N}Notat")),
            heading=code_of(heading) if (heading := each.find(f"{_N}Overskriftskode")) is not None else None,
            note=content(each.find(f"{_N}Merknad")),
        )
        for each in raw.element.iter(f"{_N}Journaltekst")
    )
