"""The messages that are broken on purpose: official examples, what we build, and specimens of every root we know."""

from __future__ import annotations

import random
from functools import cache
from typing import Final

from lxml import etree

from adapter import kith, xmlsafe
from adapter.kith import schemas, types
from adapter.kith.tree import kind
from tests import reference
from tests.kith.builders import dialogue
from tests.kith.built import BUILT
from tests.kith.specimens import Grammar

HEAD: Final = "http://www.kith.no/xmlstds/msghead/2006-05-24"
PO: Final = "http://www.kith.no/xmlstds/po/"
DIALOGUES: Final = (
    "http://www.kith.no/xmlstds/dialog/2006-10-11",
    "http://www.kith.no/xmlstds/dialog/2013-01-23",
)
RECEIPTS: Final = (
    "http://www.kith.no/xmlstds/apprec/2004-11-21",
    "http://www.kith.no/xmlstds/apprec/2012-02-15",
)
REPORTS: Final = {
    "2009-06-30": {
        "HelseopplysningerVedSoknad": "HelseopplysningerVedSoknad",
        "Innleggelsesrapport": "Innleggelsesrapport",
        "Konsultasjon": "Konsultasjon",
        "OrienteringOmTjenestetilbud": "OrienteringOmTjenestetilbud",
        "OverforingMedisinskeOpplysninger": "OverforingMedisinskeOpplysninger",
        "Pasientlogistikk": "Pasientlogistikk",
        "TverrfagligEpikrise": "TverrfagligEpikrise",
    },
    "2012-04-01": {
        "HelseopplysningerVedSoknad": "HelseopplysningerVedSoknad",
        "Innleggelsesrapport": "Innleggelsesrapport",
        "HelseopplysningerTilLege": "Konsultasjon",
        "OrienteringOmTjenestetilbud": "OrienteringOmTjenestetilbud",
        "MedisinskeOpplysninger": "OverforingMedisinskeOpplysninger",
        "Pasientlogistikk": "Pasientlogistikk",
        "TverrfagligEpikrise": "TverrfagligEpikrise",
    },
}
PAYLOADS: Final = tuple(dict.fromkeys(f"{{{row.namespace}}}{row.root}" for row in types.TABLE))
ROOTS: Final = (*PAYLOADS, *(f"{{{space}}}AppRec" for space in RECEIPTS), f"{{{HEAD}}}MsgHead")


# Declared globally by the official schemas alone: no message that we read or write holds them.
UNUSED: Final = {
    "{http://www.kith.no/xmlstds/apprec/2004-11-21}Role",
    "{http://www.kith.no/xmlstds/epj/epj2/2008-02-20}Notater",
    "{http://www.kith.no/xmlstds/epj/epj3/2008-02-20}Legemidler",
    *(
        f"{{{PO}poKomponent/{day}}}{name}"
        for day in REPORTS
        for name in (
            "Fraversassistent", "InfoKontaktepisode", "FellesinfoKontaktepisode", "TilleggsinfoKontaktepisode",
        )
    ),
}  # fmt: skip
SPACES: Final = (
    *dict.fromkeys(etree.QName(name).namespace or "" for name in ROOTS),
    *(f"{PO}poKomponent/{day}" for day in REPORTS),
    *(f"http://www.kith.no/xmlstds/epj/epj{number}/2008-02-20" for number in (1, 2, 3)),
    "http://www.kith.no/xmlstds/base64container",
    "http://www.kith.no/xmlstds",
)
SIDES: Final = ("official", "ours")


@cache
def grammar(whose: str) -> Grammar:
    """Return what a side declares."""
    if whose == "ours":
        return Grammar(schemas.folder() / "all.xsd")
    return Grammar(reference.path("standards", "kith", "xsd", "all.xsd"))


def _headed(payload: etree._Element) -> etree._Element:
    """Return a message of ours with that payload in place of its own."""
    root = xmlsafe.parse(dialogue())
    content = root.find(f".//{{{HEAD}}}Content")
    content[:] = [payload]
    return root


def part(whose: str, name: str, seed: int) -> etree._Element:
    """Return a generated element of that name; a payload that it may hold is an empty attachment."""
    made = grammar(whose).specimen(name, random.Random(f"{whose} {name} {seed}"))
    for content in made.iter(f"{{{HEAD}}}Content"):
        content[:] = [etree.Element("{http://www.kith.no/xmlstds/base64container}Base64Container")]
    return made


def specimen(whose: str, name: str, seed: int) -> etree._Element:
    """Return a whole document with a generated element of that name in it."""
    made = part(whose, name, seed)
    return _headed(made) if name in PAYLOADS else made


def _official_samples() -> list[etree._Element]:
    folder = reference.path("standards", "kith", "samples")
    trees = (xmlsafe.parse(path.read_bytes()) for path in sorted(folder.glob("*/*.xml")))
    return [each for each in trees if kind(each) in {"MsgHead", "AppRec"}]


def _as_older(sample: etree._Element) -> etree._Element:
    """Return a PLO 1.6 message said in the namespaces of 1.5."""
    text = etree.tostring(sample, encoding="unicode")
    for name, root in REPORTS["2012-04-01"].items():
        older = next(each for each, its in REPORTS["2009-06-30"].items() if its == root)
        text = text.replace(f"{PO}{name}/2012-04-01", f"{PO}{older}/2009-06-30")
    return etree.fromstring(text.replace(f"{PO}poKomponent/2012-04-01", f"{PO}poKomponent/2009-06-30"))


@cache
def specimens(*sides: str) -> tuple[etree._Element, ...]:
    """Return a few specimens of every root, by the schemas of each side."""
    return tuple(specimen(whose, name, seed) for name in ROOTS for whose in sides for seed in range(4))


@cache
def parts(*sides: str) -> tuple[etree._Element, ...]:
    """Return every element that could stand by itself, so that none is too deep in a message to be seen."""
    return tuple(
        part(whose, name, seed)
        for whose in sides
        for space in SPACES
        for name in grammar(whose).roots(space)
        if name not in UNUSED
        for seed in range(8)
    )


@cache
def bases() -> tuple[etree._Element, ...]:
    """Return all that is broken; PLO 1.6 examples are there as PLO 1.5 too, of which there are few."""
    samples = _official_samples()
    newer = [each for each in samples if b"po/poKomponent/2012-04-01" in etree.tostring(each)]
    built = [xmlsafe.parse(kith.build(make())) for make in BUILT.values()]
    return (*samples, *map(_as_older, newer), *built, *specimens(*SIDES))
