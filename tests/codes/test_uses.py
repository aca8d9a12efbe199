"""Which element uses which list: every table has a use, every coded element of the schemas has its lists or a reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from adapter import codes, kith
from adapter.codes import uses
from adapter.kith.codes import known, read_code, shown
from tests import reference

XS = "{http://www.w3.org/2001/XMLSchema}"

SCHEMAS = {
    "MsgHead 1.2": ("MsgHead-v1_2",),
    "felleskomponent1": ("felleskomponent1",),
    "Dialogmelding 1.0": ("dialogmelding",),
    "Dialogmelding 1.1": ("dialogmelding-v1.1",),
    "AppRec 1.0": ("AppRec-v1-2004-11-21",),
    "AppRec 1.1": ("AppRec-v1.1",),
    "PLO 1.5": (
        "poKomponent-v1.5", "Pasientlogistikk-v1.5", "HelseopplysningerVedSoknad-v1.5", "HelseopplysningerTilLege-v1.5",
        "Innleggelsesrapport-v1.5", "MedisinskeOpplysninger-v1.5", "OrienteringOmTjenestetilbud-v1.5",
        "TverrfagligEpikrise-v1.5",
    ),
    "PLO 1.6": (
        "poKomponent-v1.6", "Pasientlogistikk-v1.6", "Helseopplysninger-v1.6", "HelseopplysningerTilLege-v1.6",
        "Innleggelsesrapport-v1.6", "MedisinskeOpplysninger-v1.6", "OrienteringOmTjenestetilbud-v1.6",
        "TverrfagligEpikrise-v1.6",
    ),
    "EPJ-komponenter": (
        "EPJ-cave-mv", "EPJ-legemiddel-mv", "EPJ-journalnotat-mv", "EPJ-meta", "EPJTilleggsinfo", "EPJEkstrakt",
    ),
}  # fmt: skip

MESSAGES = {
    "8279": "MsgInfo/Type", "7304": "MsgInfo/Ack", "8112": "OtherReceiver/RoleReceiver",
    "8116": "Ident/TypeId", "9051": "Ident/TypeId", "9040": "Organisation/TypeOrganisation",
    "9034": "HealthcareProfessional/RoleToPatient", "9060": "HealthcareProfessional/TypeHealthcareProfessional",
    "9064": "Document/Consent", "8114": "RefDoc/MsgType", "8258": "AppRec/Status", "8221": "AppRec/Error",
    "7321": "Notat/TemaKodet", "7322": "Notat/TemaKodet", "8117": "Notat/TemaKodet", "9069": "Notat/TemaKodet",
    "9148": "Notat/TemaKodet", "7602": "Notat/TemaKodet", "7601": "Foresporsel/TypeForesp",
    "9152": "Foresporsel/TypeForesp", "9153": "Foresporsel/TypeForesp", "9154": "Foresporsel/TypeForesp",
    "9067": "Foresporsel/Hastegrad", "8324": "Foresporsel/KodetOpplysning",
    "7309": "InformasjonOmForsendelsen/Forsendelsesstatus", "9121": "TidsfestetHendelse/Hendelsekode",
    "8408": "UtskrevetTil/UtTil", "8431": "UtskrevetTil/Uttilstand", "8254": "AnsvarForRapport/TypeRelasjon",
    "8329": "SendtDokument/Opplysning", "9137": "InnholdKonsultasjon/TypeInnholdKonsultasjon",
    "9138": "TypeInnholdIMelding/TypeInnhold", "9139": "TypeInnholdIMelding/TypeInnhold",
    "9140": "TypeInnholdIMelding/TypeInnhold", "9141": "Journaltekst/Overskriftskode",
    "9142": "Journaltekst/Overskriftskode", "9145": "Journaltekst/Overskriftskode",
    "9151": "EksisterendeTjeneste/IPLOStjenestetype",
}  # fmt: skip
"""The lists the standards name for the messages of the channel, and where each stands."""

OUTSIDE = {"7110", "7170", "7180", "8223"}
"""Lists of codes in the official examples that we have left out."""


@pytest.mark.parametrize(("number", "at"), MESSAGES.items())
def test_the_lists_of_the_standards_stand_where_the_standards_put_them(number: str, at: str):
    assert number in uses.lists(at)


@pytest.mark.parametrize("number", codes.NUMBERS)
def test_every_table_has_a_use(number: str):
    in_messages = any(number in use.lists for use in uses.USES.values())
    assert in_messages != (number in uses.BESIDE)


@pytest.mark.parametrize("at", uses.USES)
def test_every_use_has_its_tables_and_its_source(at: str):
    use = uses.USES[at]
    assert use.at == at
    assert use.source.strip()
    assert set(use.standards) <= set(SCHEMAS)
    assert use.standards
    assert set(use.lists) <= set(codes.NUMBERS)
    assert len(use.lists) == len(set(use.lists)) > 0
    assert uses.lists(at) == use.lists


def test_what_is_left_out_says_why_and_is_left_out():
    assert not set(uses.EXCLUDED) & set(codes.NUMBERS)
    assert not set(uses.UNTABLED) & set(uses.USES)
    assert all(
        why.strip() for why in (*uses.EXCLUDED.values(), *uses.UNTABLED.values(), *uses.BESIDE.values())
    )
    assert set(uses.EXCLUDED) >= OUTSIDE
    assert uses.lists("Address/County") == ()


@pytest.mark.reference
def test_every_coded_element_of_the_official_schemas_has_its_lists_or_a_reason():
    found = _elements()
    assert set(found) == set(uses.USES) | set(uses.UNTABLED)
    assert {at: set(use.standards) for at, use in uses.USES.items()} == {at: found[at] for at in uses.USES}


@pytest.mark.reference
def test_every_code_of_the_official_examples_is_of_its_element_and_has_a_text():
    texts = 0
    for at, element in _examples():
        code = read_code(element)
        if code is None or code.list in OUTSIDE or code.v == "AVS":
            continue
        numbers = _lists(at)
        assert code.list is None or code.list in numbers, (at, code.list)
        assert kith.codes.UNKNOWN not in shown(code, *numbers)
        texts += known(code, *numbers) is not None
    assert texts > 200


@pytest.mark.reference
def test_a_cs_is_marked_where_the_official_schemas_have_one():
    forms: dict[str, set[str]] = defaultdict(set)
    for names in SCHEMAS.values():
        for name in names:
            root = etree.parse(reference.path("standards", "kith", "xsd", f"{name}.xsd")).getroot()
            for element in root.iter(f"{XS}element"):
                if _is_code(element) and element.get("name") and _class(element):
                    forms[f"{_class(element)}/{element.get('name')}"].add(element.get("type", "")[-2:])
    known = {at: use for at, use in uses.USES.items() if at in forms}
    assert {at for at, use in known.items() if use.cs} == {at for at in known if forms[at] == {"CS"}}
    assert len(known) > 80


@pytest.mark.parametrize(
    ("inside", "name", "found"),
    [
        ("Notat", "TemaKodet", ("Notat/TemaKodet",)),
        ("Kontaktperson", "TypeHealthcareProfessional", ("HealthcareProfessional/TypeHealthcareProfessional",)),
        ("MedisinskDiagnose", "Diagnosekode", ()),
        ("Notat", "Tull", ()),
    ],
)  # fmt: skip
def test_an_element_is_known_by_its_class_else_by_its_name(inside: str, name: str, found: tuple[str, ...]):
    assert tuple(use.at for use in uses.of(inside, name)) == found


def test_a_receipt_may_repeat_a_type_that_no_list_has():
    assert uses.USES["OriginalMsgId/MsgType"].holds("DIALOG_FOO", None)
    assert not uses.USES["MsgInfo/Type"].holds("DIALOG_FOO", None)
    assert uses.USES["Receiver/Role"].holds("AVS", None)


def _elements() -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for standard, names in SCHEMAS.items():
        for name in names:
            root = etree.parse(reference.path("standards", "kith", "xsd", f"{name}.xsd")).getroot()
            for at in _coded(root):
                found[at].add(standard)
    return found


def _coded(root: etree._Element) -> Iterator[str]:
    alone = {e.get("name") for e in root.iterchildren(f"{XS}element") if _is_code(e)}
    for element in root.iter(f"{XS}element"):
        name = element.get("name") or (element.get("ref") or "").rpartition(":")[2]
        inside = _class(element)
        if inside and (_is_code(element) or (element.get("ref") and name in alone)):
            yield f"{inside}/{name}"


def _is_code(element: etree._Element) -> bool:
    return (element.get("type") or "").rpartition(":")[2] in {"CS", "CV"}


def _class(element: etree._Element) -> str:
    around = (e.get("name") for e in element.iterancestors(f"{XS}element", f"{XS}complexType"))
    return next((name for name in around if name), "")


def _examples() -> Iterator[tuple[str, etree._Element]]:
    folder: Path = reference.path("standards", "kith", "samples")
    for part in ("apprec", "dialog-1.0", "dialog-1.1", "plo-1.5", "plo-1.6"):
        for file in sorted((folder / part).glob("*.xml")):
            for element in etree.parse(file).getroot().iter(etree.Element):
                at = f"{_name(element.getparent())}/{_name(element)}"
                if element.get("V") is not None and _lists(at):
                    yield at, element


def _name(element: etree._Element | None) -> str:
    return "" if element is None else etree.QName(element).localname


def _lists(at: str) -> tuple[str, ...]:
    """Return the lists of an element by its class, else by its own name (`Kontaktperson` is a HealthcareProfessional)."""
    ends = f"/{at.rpartition('/')[2]}"
    return uses.lists(at) or next((use.lists for key, use in uses.USES.items() if key.endswith(ends)), ())
