"""Every official example is shown without loss in every form, and hides its patient unless asked."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from lxml import etree

from adapter import xmlsafe
from adapter.errors import MessageError
from adapter.kith import rendering
from adapter.kith.rendering import labels, values
from adapter.kith.tree import kind
from tests import reference
from tests.kith.pages import flat, html, read_pdf, text, tree

pytestmark = pytest.mark.reference

NAMES = (
    "apprec/apprec-eksempel.xml",
    "constructed/APPREC-1.1-avvist-E36.xml",
    "constructed/DIALOG_HELSEFAGLIG-ip-behov.xml",
    "dialog-1.0/Dialogmelding_avvik_v1-0.xml",
    "dialog-1.0/Dialogmelding_foresporsel_PLO_v1-0.xml",
    "dialog-1.0/Dialogmelding_svar_foresporsel_PLO_v1-0.xml",
    "dialog-1.1/Helsefaglig dialog.xml",
    "dialog-1.1/Helsefaglig dialog_angi profesjon hos mottaker.xml",
    "dialog-1.1/Status_paa_henvisning-InnkaltEtterViderehenvisning.xml",
    "helsenorge/Helsenorge_Message.xml",
    "helsenorge/MetadataTestsDialogmelding11.xml",
    "helsenorge/MetadataTests_Apprec10.xml",
    "helsenorge/MetadataTests_Apprec11.xml",
    "plo-1.5/Helseopplysninger_ved_soknad_Varsel_v1-5_Ny.xml",
    "plo-1.5/Pasientlogistikk_Innlagt_pasient_v1-5_Ny.xml",
    "plo-1.6/Helseopplysninger_Oppdaterte_opplysninger_v1-6_Endring1.xml",
    "plo-1.6/Helseopplysninger_Varsel_om_innlagt_pasient_v1-6_Ny.xml",
    "plo-1.6/Helseopplysninger_til_lege_v1-6_Ny.xml",
    "plo-1.6/Innleggelsesrapport_v1-6_Endring.xml",
    "plo-1.6/Innleggelsesrapport_v1-6_Ny.xml",
    "plo-1.6/Medisinske_opplysninger_v1-6_Ny.xml",
    "plo-1.6/Orientering_om_tjenestetilbud_v1-6_Ny.xml",
    "plo-1.6/Pasientlogistikk_Avmelding_av_utskrivningsklar_pasient_v1-6_Ny.xml",
    "plo-1.6/Pasientlogistikk_Innlagt_pasient_v1-6_Ny.xml",
    "plo-1.6/Pasientlogistikk_Melding_om_utskrevet_pasient_v1-6_Ny.xml",
    "plo-1.6/Pasientlogistikk_Orientering_om_dodsfall_v1-6_Ny.xml",
    "plo-1.6/Pasientlogistikk_Utskrivningsklar_pasient_v1-6_Ny.xml",
    "plo-1.6/Utskrivningsrapport_v1-6_Ny.xml",
)
UNSAID = {
    "MIGversion": "the same in every message of a standard",
    "Base64Container": "the content of an attachment is never shown",
    "Anslag": "told as «anslått» at its time where it is true",
    "MimeType": "told by the short name of the type",
}
"""Elements whose text does not stand in the text, and why."""
LABELS = {
    "TypeId": "named by its list, ENH as «Org.nr.»",
    "MsgType": "a Document says XML or attachment by how it is shown",
}
"""Elements whose code does not stand in the text, and why."""


@cache
def _sample(name: str) -> bytes:
    return reference.path("standards", "kith", "samples", *name.split("/")).read_bytes()


def test_all_messages_among_the_samples_are_looked_at():
    folder = reference.path("standards", "kith", "samples")
    found = set()
    for file in folder.rglob("*.xml"):
        try:
            rendering.document(file.read_bytes())
        except MessageError as error:
            assert error.code == "IPK-M003"  # noqa: PT017 (which of the samples are messages is the subject)
            continue
        found.add(str(file.relative_to(folder)))
    assert found == set(NAMES)


def _said_in(element: etree._Element) -> str:
    """Return what a reader must find of an element's text."""
    value = values.moment((element.text or "").strip())
    lines = " ".join(value.split())
    if kind(element) in {"AntallEnheter", "Pleietyngde"}:
        return lines.replace(".", ",")
    return {"true": "Ja", "false": "Nei"}.get(lines, lines)


@pytest.mark.parametrize("name", NAMES)
def test_no_text_is_lost(name: str):
    said = flat(text(_sample(name)))
    root = xmlsafe.parse(_sample(name))
    texts = [each for each in root.iter() if (each.text or "").strip() and kind(each) not in UNSAID]
    assert texts
    lost = [kind(each) for each in texts if _said_in(each) not in said]
    assert lost == []


@pytest.mark.parametrize("name", NAMES)
def test_no_code_time_quantity_or_phone_is_lost(name: str):
    said = flat(text(_sample(name))).casefold()  # a title is in capitals
    found = [each for each in xmlsafe.parse(_sample(name)).iter() if each.get("V") or each.get("DN")]
    lost = [kind(each) for each in found if kind(each) not in LABELS and not _shown(each, said)]
    assert lost == []


def _shown(element: etree._Element, said: str) -> bool:
    raw = element.get("V", "")
    shown = {values.moment(raw), re.sub(r"^(tel|mob|fax|mailto):", "", raw), values.quantity(element)}
    if element.get("DN") is not None or element.get("S") is not None:
        shown = {values.code(element, "nb"), flat(element.get("DN", ""))}
    return any(each.casefold() in said for each in shown if each)


@pytest.mark.parametrize("name", NAMES)
def test_a_masked_page_holds_neither_name_nor_number_of_the_patient(name: str):
    root = xmlsafe.parse(_sample(name))
    patient = [each for each in root.iter("{*}Patient") if kind(each) == "Patient"]
    secrets = {
        (each.text or "").strip()
        for holder in patient
        for each in holder.iter()
        if kind(each) in {"FamilyName", "GivenName", "Id", "StreetAdr"}
    }
    assert secrets or Path(name).name.startswith(("apprec", "APPREC", "MetadataTests_Apprec"))
    whole = [html(_sample(name), unmasked=False), text(_sample(name), unmasked=False)]
    for secret in secrets:
        assert not [page for page in whole if re.search(rf"(?<!\w){re.escape(secret)}(?!\w)", page)]


@pytest.mark.parametrize("lang", rendering.LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_pages_are_well_formed_and_say_what_the_text_says(name: str, lang: rendering.Lang):
    page = tree(html(_sample(name), lang=lang))
    assert page.get("lang") == lang
    levels = [int(each.tag[1]) for each in page.iter() if re.fullmatch("h[1-6]", str(each.tag))]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    words = set(flat(" ".join(str(part) for part in page.find("body").itertext())).split())  # type: ignore[union-attr]
    assert set(re.findall(r"\w{4,}", text(_sample(name), lang=lang).lower())) <= {
        part for word in words for part in re.findall(r"\w{4,}", word.lower())
    }


ROOTS = {
    "Dialogmelding", "HelseopplysningerSaksbehandling", "HelseopplysningerVedSoknad", "Henvisning", "Innleggelsesrapport",
    "Konsultasjon", "MeldingFravar", "OrienteringOmTjenestetilbud", "OverforingMedisinskeOpplysninger", "Pasientlogistikk",
    "Sammenfatning", "TverrfagligEpikrise",
}  # fmt: skip
"""Roots of payloads: what they hold is shown, they themselves by the type of the message."""
SCHEMAS = {
    "dialog": r"dialogmelding", "epj": r"EPJ-(cave|journalnotat|legemiddel)-mv", "henvisning": r"Henvisning-v2",
    "po": r"(poKomponent|Pasientlogistikk|Helseopplysninger\w*|Innleggelsesrapport|MedisinskeOpplysninger|"
    r"OrienteringOmTjenestetilbud|TverrfagligEpikrise|Sammenfatning|MeldingFravar)-v",
}  # fmt: skip
SHOWN_AS = {
    "boolean": {"bool", "estimate"}, "date": {"date"}, "dateTime": {"date"}, "TS": {"date"}, "CS": {"code", "coded"},
    "CV": {"code", "coded"}, "PQ": {"quantity"}, "anyType": {"prose"}, "string": {"text", "prose", ""}, "Person": {"person"},
    "HealthcareProfessional": {"person"}, "Organisation": {"unit"},
}  # fmt: skip
"""Type in a schema → how an element of it may be shown."""


@pytest.mark.parametrize("family", SCHEMAS)
def test_every_element_of_the_official_schemas_has_a_row_that_fits_its_type(family: str):
    folder = reference.path("standards", "kith", "xsd")
    files = [file for file in folder.glob("*.xsd") if re.match(SCHEMAS[family], file.name)]
    rows = labels._labels(family)
    found = {
        (each.get("name"), (each.get("type") or "").rpartition(":")[2])
        for file in files
        for each in etree.parse(file).iter("{http://www.w3.org/2001/XMLSchema}element")
        if each.get("name") not in {None, *ROOTS}
    }
    assert len(found) > 10
    assert sorted(name for name, _ in found if name not in rows) == []
    assert [
        name for name, type_ in found if rows[name].show not in SHOWN_AS.get(type_, {rows[name].show})
    ] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_element_of_the_samples_has_a_label_of_its_own(name: str):
    said = text(_sample(name))
    names = {kind(each) for each in xmlsafe.parse(_sample(name)).iter() if len(kind(each)) > 8}
    camel = {each for each in names if re.search(r"[a-zæøå][A-ZÆØÅ]", each)}
    assert [each for each in camel if re.search(rf"\b{each}\b", said)] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_pdf_says_what_the_text_says(name: str, tmp_path: Path):
    read = read_pdf(rendering.write(rendering.document(_sample(name), unmasked=True), "pdf"), tmp_path)
    words = set(re.findall(r"[^\W\d_]{5,}", text(_sample(name)).lower()))
    said = "".join(read.lower().split())
    assert len(words) > 10
    assert [word for word in words if word not in said] == []
