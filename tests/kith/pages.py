"""What the tests of rendering do by hand: wrap a payload as a message, and read pages back."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest
from lxml import etree

from adapter.kith import rendering

HEAD_NS: Final = "http://www.kith.no/xmlstds/msghead/2006-05-24"
DIALOG: Final = "http://www.kith.no/xmlstds/dialog/2013-01-23"
PO: Final = "http://www.kith.no/xmlstds/po/poKomponent/2012-04-01"
LOGISTICS: Final = "http://www.kith.no/xmlstds/po/Pasientlogistikk/2012-04-01"
XHTML: Final = "http://www.w3.org/1999/xhtml"
OID: Final = "2.16.578.1.12.4.1.1."
NUMBER: Final = "13116900216"
PATIENT: Final = (
    "<Patient><FamilyName>Danser</FamilyName><GivenName>Line</GivenName><DateOfBirth>1969-11-13</DateOfBirth>"
    f'<Sex V="2"/><Ident><Id>{NUMBER}</Id><TypeId V="FNR" DN="F" S="{OID}8116"/></Ident>'
    '<TeleCom><TeleAddress V="tel:90000001"/></TeleCom></Patient>'
)


def message(
    payload: str, *, type_: str = "DIALOG_HELSEFAGLIG", patient: str = PATIENT, more: str = ""
) -> bytes:
    """Return a message around a payload; `more` are further Documents."""
    return (
        f'<MsgHead xmlns="{HEAD_NS}"><MsgInfo><Type V="{type_}"/><MIGversion>v1.2 2006-05-24</MIGversion>'
        f"<GenDate>2026-03-04T10:15:00</GenDate><MsgId>m-1</MsgId>{patient}</MsgInfo>"
        f'<Document><RefDoc><MsgType V="XML"/><Content>{payload}</Content></RefDoc></Document>{more}</MsgHead>'
    ).encode()


def note(inner: str, *, text: str = "") -> str:
    """Return a Dialogmelding 1.1 with one Notat."""
    return (
        f'<Dialogmelding xmlns="{DIALOG}"><Notat><TemaKodet V="6" S="{OID}7322"/>'
        f"<TekstNotatInnhold>{text}</TekstNotatInnhold>{inner}</Notat></Dialogmelding>"
    )


def text(data: bytes, *, lang: rendering.Lang = "nb", unmasked: bool = True) -> str:
    """Return a message as plain text."""
    return rendering.write(rendering.document(data, lang=lang, unmasked=unmasked), "text").decode()


def html(
    data: bytes, *, lang: rendering.Lang = "nb", unmasked: bool = True, style: str | None = "/s.css"
) -> str:
    """Return a message as a page."""
    return rendering.write(
        rendering.document(data, lang=lang, unmasked=unmasked), "html", style=style
    ).decode()


def tree(page: str) -> etree._Element:
    """Return a page as a tree, parsed strictly: these pages are well formed XML but for void elements and the doctype."""
    closed = page.replace("<!DOCTYPE html>\n", "")
    for name in ("meta", "link"):
        closed = "\n".join(
            f"{line[:-1]}/>" if line.startswith(f"<{name} ") else line for line in closed.splitlines()
        )
    return etree.fromstring(closed)


def flat(value: str) -> str:
    """Return text with every run of blanks as one."""
    return " ".join(value.split())


def read_pdf(data: bytes, folder: Path) -> str:
    """Return the text of a PDF as another program reads it; skips the test by name without that program."""
    tool = shutil.which("pdftotext")
    if tool is None:
        pytest.skip("pdftotext is not installed")
    file = folder / "message.pdf"
    file.write_bytes(data)
    told = subprocess.run([tool, str(file), "-"], capture_output=True, check=True, timeout=30)
    return told.stdout.decode()
