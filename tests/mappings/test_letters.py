"""Letters: to who has no electronic address, to the patient where the law asks for word, bokmål and nynorsk, HTML and PDF."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from adapter.kith import nynorsk, rendering, titles
from adapter.kith.rendering import letters
from tests.house import GIVEN, LINE, ROLAND, House, living_in
from tests.houses import Build

NYNORSK = LINE | {"language": "nn"}


def letter(house: House) -> str:
    """Return the one letter as written."""
    (found,) = house.messages(type="LETTER")
    assert found.state == "manual"
    return found.body.decode()


def declined(hospital: House, alvdal: House, **more: Any) -> Any:
    told = hospital.need()
    (document,) = hospital.send()
    alvdal.receive(document)
    alvdal.send()
    return alvdal.post(
        "ip.need.declined",
        **({"continues": {"meldeId": told.case["meldeId"]}, "scope": ["individual-plan"]} | more),
    )


# ── to the patient ──


def test_a_declined_need_is_told_to_the_patient_with_the_right_to_complain(hospital: House, alvdal: House):
    told = declined(hospital, alvdal)
    assert sorted(m["type"] for m in told.messages) == ["DIALOG_HELSEFAGLIG", "LETTER"]
    said = letter(alvdal)
    assert "<h1>Svar på melding om behov</h1>" in said
    assert "behov for individuell plan" in said
    assert "Vilkårene er ikke oppfylt. Pasienten har i dag bare én tjeneste." in said
    assert "klage til Statsforvalteren" in said
    assert "pasient- og brukerrettighetsloven § 7-2" in said
    assert "Line Danser" in said
    assert "Send den helst til oss først, så ser vi på saken" in said
    assert "rett til koordinator" in said


def test_who_has_moved_is_spoken_to_and_kinds_stand_as_in_a_sentence(hospital: House, alvdal: House):
    declined(hospital, alvdal, scope=["individual-plan", "coordinator"], reasonCode="moved")
    said = letter(alvdal)
    assert "behov for individuell plan og koordinator." in said
    assert "Begrunnelse: Du har flyttet" in said


def test_what_another_organisation_decided_and_we_recorded_names_it_and_the_complaint_goes_there(
    hospital: House,
):
    melde_id = hospital.need().case["meldeId"]
    hospital.send()
    hospital.post(
        "ip.need.declined", source="urn:her:90998", continues={"meldeId": melde_id}, scope=["coordinator"]
    )
    said = letter(hospital)
    assert "Alvdal Kommune har vurdert meldingen" in said
    assert "Send den helst til Alvdal Kommune først, så ser Alvdal Kommune på saken" in said
    assert "oss" not in said
    assert " vi " not in said.casefold()


@pytest.mark.parametrize(
    ("rows", "phone"),
    [
        ({}, "+4773598600"),
        ({"st-olavs-fmr": {"phone": None}}, "+4773598602"),
        ({"st-olavs-fmr": {"phone": None}, "st-olavs-ke": {"phone": None}}, "+4773598604"),
    ],
)
def test_a_letter_about_a_no_says_whom_to_ring(build: Build, rows: dict[str, Any], phone: str):
    """The phone of the unit that decided, else of the coordinating unit; the joint one last."""
    hospital = build(of={"rows": rows})
    joint = living_in("9903")
    melde_id = hospital.need(patient=joint).case["meldeId"]
    hospital.post(
        "ip.need.declined",
        patient=joint,
        source="urn:her:90998",
        continues={"meldeId": melde_id},
        scope=["coordinator"],
    )
    assert f"trenger du hjelp til å klage, kan du ringe oss på telefon {phone}." in letter(hospital)


def test_of_what_another_decided_its_phone_stands_there_and_no_line_where_none_is_known(build: Build):
    for rows, last in (
        ({}, "kan du ringe Alvdal Kommune på telefon +4762480000.</p></body>"),
        ({"alvdal-saksbehandling": {"phone": None}}, "får den.</p></body>"),
    ):
        hospital = build(of={"rows": rows})
        melde_id = hospital.need().case["meldeId"]
        hospital.send()
        hospital.post(
            "ip.need.declined", source="urn:her:90998", continues={"meldeId": melde_id}, scope=["coordinator"]
        )
        assert last in letter(hospital)


CHILD = LINE | {"birthDate": "2015-11-13"}


@pytest.mark.parametrize(
    ("language", "whom", "complain"),
    [
        (
            "nb",
            "Den eller de som har foreldreansvar for<br/>Line Danser",
            "Dere som har foreldreansvar, kan klage",
        ),
        (
            "nn",
            "Den eller dei som har foreldreansvar for<br/>Line Danser",
            "De som har foreldreansvar, kan klage",
        ),
    ],
)
def test_for_a_child_those_with_parental_responsibility_are_addressed(
    hospital: House, language: str, whom: str, complain: str
):
    given = GIVEN | {"givenBy": "guardian"}
    child = CHILD | {"language": language}
    melde_id = hospital.need(patient=child, needs=["child-coordinator"], consent=given).case["meldeId"]
    hospital.send()
    hospital.post("ip.need.declined", source="urn:her:90998", patient=child, continues={"meldeId": melde_id},
                  scope=["child-coordinator"])  # fmt: skip
    said = letter(hospital)
    assert whom in said
    assert complain in said
    assert "du kan" not in said.casefold()
    assert "rett til koordinator" not in said


def test_that_a_coordinator_is_a_right_of_its_own_is_said_where_only_the_plan_is_refused(
    hospital: House, alvdal: House
):
    declined(hospital, alvdal, scope=["individual-plan", "coordinator"])
    assert "rett til koordinator" not in letter(alvdal)


def test_the_message_row_and_the_answer_name_nobody(hospital: House, alvdal: House):
    told = declined(hospital, alvdal)
    (row,) = alvdal.messages(type="LETTER")
    assert (row.receiver_names, row.receiver_key, row.receiver) == (
        ("Pasienten", ""),
        "patient",
        (None, None),
    )
    assert "Danser" not in str(told.body)
    (communication,) = [
        r
        for r in alvdal.current()
        if r["resourceType"] == "Communication" and r["medium"][0]["coding"][0]["code"] == "letter"
    ]
    assert communication["recipient"] == [{"reference": f"Patient/{alvdal.case().key}"}]


def test_what_another_party_declined_is_for_that_party_to_tell(hospital: House):
    melde_id = hospital.need().case["meldeId"]
    hospital.send()
    told = hospital.post("ip.need.declined", continues={"meldeId": melde_id}, scope=["coordinator"])
    assert told.messages == []


@pytest.mark.parametrize(
    ("role", "display"), [("kontaktlege", "kontaktlege"), ("kontaktpsykolog", "kontaktpsykolog")]
)
def test_a_contact_physician_is_told_to_the_patient(hospital: House, role: str, display: str):
    hospital.post("ip.contact-physician.appointed", role=role)
    said = letter(hospital)
    assert f"<h1>Du har fått {display}</h1>" in said
    assert "Magnar Koman" in said
    assert "Telefon: +4773598600" in said


def test_the_patients_own_language_counts(hospital: House):
    hospital.post("ip.contact-physician.appointed", patient=NYNORSK)
    said = letter(hospital)
    assert 'lang="nn"' in said
    assert "er din kontaktlege frå 04.03.2026." in said


def test_else_that_of_the_municipality(build: Build):
    hospital = build(of={"rows": {"alvdal-saksbehandling": {"language": "nn"}}})
    hospital.post("ip.contact-physician.appointed")
    assert 'lang="nn"' in letter(hospital)


def test_a_letter_in_a_language_we_do_not_write_is_in_bokmaal(build: Build):
    hospital = build(of={"rows": {"alvdal-saksbehandling": {"language": "nn"}}})
    hospital.post("ip.contact-physician.appointed", patient=LINE | {"language": "en"})
    assert 'lang="nb"' in letter(hospital)


def test_recorded_on_paper_makes_no_letter(hospital: House):
    assert hospital.post("ip.contact-physician.appointed", channel="paper").messages == []


def test_a_letter_to_the_patient_is_not_sent_after_the_death(hospital: House):
    hospital.post("ip.contact-physician.appointed")
    hospital.post("ip.patient.deceased", diedOn="2026-03-04")
    (row,) = hospital.messages(type="LETTER")
    assert row.state == "buried"


def test_a_letter_that_was_posted_to_the_patient_has_left_whatever_comes_after(hospital: House):
    told = hospital.post("ip.contact-physician.appointed")
    hospital.post(
        "ip.manual-fallback.recorded",
        messageId=told.messages[0]["id"],
        how="letter",
        confirmedBy=None,
        at=hospital.clock.now.isoformat(),
        patient=None,
    )
    hospital.post("ip.patient.deceased", diedOn="2026-03-04")
    (row,) = hospital.messages(type="LETTER")
    assert row.state == "manual"


# ── to who has no address ──


def test_a_letter_runs_on_the_clocks_of_a_message(hospital: House):
    hospital.need(patient=living_in("9902"))
    assert "reply" in hospital.clocks()
    assert {s.business for s in hospital.needs().values()} == {"manual"}


def test_a_municipality_that_writes_nynorsk_gets_its_letter_in_nynorsk(build: Build):
    hospital = build(of={"rows": {"brevvik": {"language": "nn"}}})
    hospital.need(patient=living_in("9902"))
    said = letter(hospital)
    for line in (
        "Gjeld: [x] Individuell plan  [x] Koordinator",
        "Ønskjer pasienten individuell plan: Ja",
        "Pasienten sitt ønske om koordinator: Ikkje oppgitt",
        "av pasienten sjølv",
        "Fødd: 13.11.1969",
        "helst innan 09.03.2026 (3 virkedagar)",
        "Bakgrunn: Behov for langvarige og koordinerte tjenester fra flere enheter.",
    ):
        assert line in said, line


def test_what_people_wrote_is_never_translated():
    assert (
        nynorsk.line("Bakgrunn: pasienten selv sa: Ikke avklart")
        == "Bakgrunn: pasienten selv sa: Ikke avklart"
    )
    assert nynorsk.line("Bakgrunn: Ikke oppgitt") == "Bakgrunn: Ikkje oppgitt"


def test_every_title_of_ours_has_its_nynorsk_or_is_the_same():
    for title in titles.TITLES.values():
        assert nynorsk.title(title)
        assert nynorsk.line(title.upper()) == nynorsk.title(title).upper()


def test_a_form_that_a_municipality_demands_is_named_after_the_block(build: Build):
    url = "https://alvdal.example/skjema"
    hospital = build(of={"rows": {"alvdal-saksbehandling": {"form_url": url}}})
    hospital.need()
    (read,) = hospital.sent()
    lines = read.body.text.split("\r\n")
    assert lines[-2].startswith("Melde-id: ")
    assert lines[-1] == f"Søknadsskjema: {url}"


def test_the_form_goes_along_as_pdf_where_the_book_has_it_and_the_receiver_takes_it(
    build: Build, tmp_path: Path
):
    form = tmp_path / "skjema.pdf"
    form.write_bytes(b"%PDF-1.7 et skjema")
    row = {"form_url": "https://alvdal.example/skjema", "form_file": str(form)}
    hospital = build(of={"rows": {"alvdal-saksbehandling": row, "gammeldal-saksbehandling": row}})
    hospital.need()
    (read,) = hospital.sent()
    assert [(a.mime_type, a.description) for a in read.attachments] == [("application/pdf", "Søknadsskjema")]
    assert read.body.text.endswith("Søknadsskjema: https://alvdal.example/skjema")
    hospital.clock.advance(minutes=5)
    hospital.need(patient=living_in("9901", base=ROLAND))
    (old,) = hospital.sent()
    (row_,) = hospital.messages(type="DIALOG_FORESPORSEL")
    assert (old.attachments, b"https://alvdal.example/skjema" in row_.body) == ((), True)


def test_a_form_that_stays_behind_for_want_of_a_phone_is_warned_of(build: Build, tmp_path: Path):
    form = tmp_path / "skjema.pdf"
    form.write_bytes(b"%PDF-1.7 et skjema")
    row = {"form_url": "https://alvdal.example/skjema", "form_file": str(form)}
    rows = {"alvdal-saksbehandling": row, "gammeldal-saksbehandling": row, "st-olavs-fmr": {"phone": None}}
    hospital = build(of={"rows": rows})
    silent = {"kind": "health-personnel", "hpr": "9144889", "name": {"family": "Koman", "given": "Magnar"}}
    warned = [w["code"] for w in hospital.need(author=silent).body["warnings"]]
    assert "IPK-E105" in warned
    assert "IPK-E105" not in {w["code"] for w in hospital.need(patient=ROLAND).body["warnings"]}
    elsewhere = build(of={"rows": rows}).need(patient=living_in("9901", base=ROLAND), author=silent)
    assert "IPK-E105" not in {w["code"] for w in elsewhere.body["warnings"]}  # takes none anyway


@pytest.mark.parametrize(
    ("phone", "line"),
    [("+4773598600", "<p>Telefon: +4773598600</p><p>Dato: "), (None, "<p>Telefon: +4773598602</p>")],
)
def test_a_letter_to_an_organisation_has_the_phone_of_who_sends_it(
    build: Build, phone: str | None, line: str
):
    hospital = build(of={"rows": {"st-olavs-fmr": {"phone": phone}}})
    hospital.need(patient=living_in("9902"))
    assert line in letter(hospital)


def test_a_letter_has_no_empty_line_for_a_phone_that_nobody_knows(build: Build):
    units = ("st-olavs-fmr", "st-olavs-ke", "felles-ke")
    hospital = build(of={"rows": {key: {"phone": None} for key in units}})
    hospital.need(patient=living_in("9902"))
    assert "Telefon" not in letter(hospital)


# ── to print ──


def test_a_letter_is_laid_out_for_print_as_it_was_written(hospital: House):
    hospital.need(patient=living_in("9902"))
    (row,) = hospital.messages(type="LETTER")
    laid_out = letters.document(row.body)
    assert [s.heading for s in laid_out.sections] == ["Til", "Fra", "Brev"]
    plain = rendering.write(laid_out, "text").decode()
    for part in ("Brevvik Kommune", "9999 Brevvik", "Dato: 04.03.2026", "Pasient: Line Danser", "Melde-id: "):
        assert part in plain
    pdf = rendering.write(laid_out, "pdf")
    assert pdf.startswith(b"%PDF-")
    assert pdf == rendering.write(letters.document(row.body), "pdf")


def test_a_letter_is_filed_for_the_record(hospital: House):
    hospital.post("ip.contact-physician.appointed")
    (document,) = [r for r in hospital.current() if r["resourceType"] == "DocumentReference"]
    assert document["content"][0]["attachment"]["contentType"] == "text/html"
    assert document["subject"]["reference"].startswith("Patient/")


def test_a_letter_is_a_work_item_until_somebody_says_that_it_is_posted(hospital: House):
    told = hospital.post("ip.contact-physician.appointed")
    (letter,) = [m for m in told.messages if m["type"] == "LETTER"]
    (item,) = hospital.items("manual-fallback")
    assert item["description"].startswith("Skriv ut brevet")
    assert "groupIdentifier" not in item, "no answer about a need posts a letter to the patient"
    hospital.post("ip.manual-fallback.recorded", messageId=letter["id"], at=hospital.clock.now.isoformat())
    assert hospital.items("manual-fallback") == []


def test_a_letter_that_nobody_posts_is_late_after_a_working_day_and_no_longer_once_it_is(
    hospital: House,
):
    told = hospital.post("ip.contact-physician.appointed")
    (letter,) = [m for m in told.messages if m["type"] == "LETTER"]
    assert hospital.clocks()["inform"] == "2026-03-05T22:59:59+00:00"
    hospital.clock.advance(days=3)
    hospital.tick()
    assert "ip.deadline.breached" in hospital.events()
    hospital.post("ip.manual-fallback.recorded", messageId=letter["id"], at=hospital.clock.now.isoformat())
    assert not [d for d in hospital.case().deadlines if d.kind == "inform" and d.runs]
    assert [i for i in hospital.items("review") if i["status"] != "cancelled"] == []


def test_a_letter_that_tells_of_a_no_waits_to_be_posted_though_the_need_is_closed(
    hospital: House, alvdal: House
):
    declined(hospital, alvdal)
    alvdal.clock.advance(days=3)
    alvdal.tick()
    assert [d.state for d in alvdal.case().deadlines if d.kind == "inform"] == ["breached"]
