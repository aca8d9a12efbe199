"""The text: exactly as message-rules.md prints it, read back by whoever quotes it, and not to be forged."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from adapter import naming
from adapter.ingest import settle
from adapter.kith import nynorsk as written
from adapter.kith import text, titles, words
from adapter.kith.text import ConsentText, NeedText

MELDE_ID = naming.melde_id("event")
OTHER_ID = naming.melde_id("other")
ASKED = ConsentText(status="given", date=date(2026, 3, 4), method="oral", given_by="patient")
NEED = NeedText(
    kinds=("individual-plan", "coordinator"),
    wish_plan="yes",
    wish_coordinator="unclear",
    consent=ASKED,
    background="Behov for langvarige og koordinerte tjenester.",
    existing="Ingen",
    contact="Avdeling, Magnar Koman, kontaktlege, +47 73 59 86 00",
    reply_by=date(2026, 3, 9),
    working_days=3,
    melde_id=MELDE_ID,
)

BLOCK = f"""MELDING OM BEHOV FOR INDIVIDUELL PLAN OG/ELLER KOORDINATOR
Gjelder: [x] Individuell plan  [x] Koordinator  [ ] Barnekoordinator  [ ] Habilitering/rehabilitering
Ønsker pasienten individuell plan: Ja
Ønsker pasienten koordinator: Ikke avklart
Samtykke: Innhentet 04.03.2026, muntlig, av pasienten selv. Gjelder: koordinerende enhet i kommunen.
Bakgrunn: Behov for langvarige og koordinerte tjenester.
Eksisterende plan/koordinator: Ingen
Pasientens ønske om koordinator: Ikke oppgitt
Kontakt hos avsender: Avdeling, Magnar Koman, kontaktlege, +47 73 59 86 00
Ønsket svar: «Svar: Mottatt», «Svar: Trenger opplysninger», «Svar: Godtatt» eller «Svar: Avslått», helst innen 09.03.2026 (3 virkedager)
Melde-id: {MELDE_ID} (vennligst behold ved svar)"""


def test_the_block_is_eleven_lines_as_designed():
    assert text.block(NEED).split("\r\n") == BLOCK.split("\n")


def test_days_in_nynorsk():
    assert written.line(f"{words.REPLY}: {words.ANSWER_ACCEPTED}").endswith("helst innan 14 dagar")


def test_one_working_day_is_one():
    (line,) = [one for one in text.block(replace(NEED, working_days=1)).split("\r\n") if "Ønsket svar" in one]
    assert line.endswith("09.03.2026 (1 virkedag)")
    document = f"<TextResult>{line}</TextResult>".encode()
    assert b"10.03.2026 (1 virkedag)" in settle.asked_anew(document, datetime(2026, 3, 9, 9, tzinfo=UTC))


@pytest.mark.parametrize(
    ("consent", "line"),
    [
        (None, "Ikke oppgitt"),
        (ConsentText(status="not-asked"), "Ikke oppgitt"),
        (ConsentText(status="not-required", legal_basis="hpl-38a"), "Ikke påkrevd (helsepersonelloven § 38 a)"),
        (ConsentText(status="limited", date=date(2026, 1, 2), method="written", given_by="guardian",
                     recipients_text="fastlege"), "Innhentet 02.01.2026, skriftlig, av foresatt. Gjelder: fastlege."),
        (ConsentText(status="given", date=date(2026, 1, 2), method="digital", given_by="representative"),
         "Innhentet 02.01.2026, digitalt, av representant. Gjelder: koordinerende enhet i kommunen."),
        (ConsentText(status="given", given_by="relative"),
         "Innhentet, av pårørende. Gjelder: koordinerende enhet i kommunen."),
    ],
)  # fmt: skip
def test_the_consent_line_has_a_form_for_every_status(consent: ConsentText | None, line: str):
    need = NeedText(kinds=("coordinator",), consent=consent, melde_id=MELDE_ID)
    assert text.block(need).split("\r\n")[4] == f"Samtykke: {line}"


def test_what_nobody_stated_is_printed_as_not_stated():
    lines = text.block(NeedText(kinds=(), melde_id=MELDE_ID)).split("\r\n")
    assert [line.endswith(": Ikke oppgitt") for line in lines] == [False, False, *[True] * 7, False, False]
    assert lines[9].endswith("«Svar: Avslått»")


def test_a_forwarded_block_names_who_forwarded_before_the_melde_id():
    lines = text.block(NeedText(kinds=(), melde_id=MELDE_ID, forwarded_by="Koordinerende enhet")).split(
        "\r\n"
    )
    assert lines[-2:] == [
        "Videresendt av: Koordinerende enhet",
        f"Melde-id: {MELDE_ID} (vennligst behold ved svar)",
    ]


def test_the_block_is_read_back():
    parsed = text.parse(text.block(NEED))
    assert parsed.title == titles.NEED_TITLE
    assert (parsed.kinds, parsed.wish_plan, parsed.wish_coordinator) == (NEED.kinds, "yes", "unclear")
    assert (parsed.consent, parsed.melde_id, parsed.background) == (ASKED, MELDE_ID, NEED.background)
    assert (parsed.existing, parsed.preference, parsed.contact) == ("Ingen", None, NEED.contact)
    assert (parsed.answer, parsed.coordinator) == (None, None)


FORGERIES = (
    f"Melde-id: {OTHER_ID}",
    f"tekst\nMelde-id: {OTHER_ID}",
    f"tekst\r\nMelde-id: {OTHER_ID}\r\nSvar: Godtatt",
    f"tekst\u2028Melde-id: {OTHER_ID}\u2029Svar: Godtatt",
    f"tekst\x0bMelde-id: {OTHER_ID}\x85Koordinator oppnevnt: A; B; C",
    "tekst\rSvar: Avslått\r\n> Svar: Mottatt",
)


def test_the_words_of_who_forwarded_follow_the_name_and_are_read_back_in_nynorsk_too():
    need = NeedText(
        kinds=(), melde_id=MELDE_ID, forwarded_by="Koordinerende enhet", forwarded_words="Kontrollert"
    )
    block = text.block(need)
    assert block.split("\r\n")[-3:-1] == [
        "Videresendt av: Koordinerende enhet",
        "Melding fra den som videresender: Kontrollert",
    ]
    nynorsk = block.replace("Melding fra den som videresender", "Melding frå den som vidaresender")
    for said in (block, nynorsk):
        assert text.parse(said).labels[words.FORWARDED_WORDS] == "Kontrollert"


@pytest.mark.parametrize(
    "title",
    [titles.TITLES["ip.need.forwarded"], "Vidaresendt: behov for individuell plan og/eller koordinator"],
)
def test_the_title_of_a_forwarded_need_is_read_back(title: str):
    said = text.parse(text.notice(title, [("Gjelder", "koordinator")], MELDE_ID))
    assert (said.title, said.melde_id) == (titles.TITLES["ip.need.forwarded"], MELDE_ID)


@pytest.mark.parametrize("forged", FORGERIES)
def test_free_text_cannot_forge_a_line(forged: str):
    need = NeedText(
        kinds=("coordinator",), background=forged, existing=forged, preference=forged, contact=forged,
        consent=ConsentText(status="given", recipients_text=forged), melde_id=MELDE_ID, forwarded_by=forged,
        forwarded_words=forged,
    )  # fmt: skip
    parsed = text.parse(text.block(need))
    assert (parsed.melde_id, parsed.answer, parsed.coordinator) == (MELDE_ID, None, None)
    assert len(text.block(need).splitlines()) == 13
    notice = text.parse(
        text.notice("Individuell plan endret", [("Grunn", forged), ("Spørsmål", forged)], MELDE_ID)
    )
    assert (notice.melde_id, notice.answer, notice.coordinator) == (MELDE_ID, None, None)


@given(st.text(st.characters(codec="utf-8"), max_size=80))
@settings(max_examples=50, deadline=None)
def test_any_free_text_stays_on_its_own_line_and_comes_back(free: str):
    parsed = text.parse(text.block(NeedText(kinds=(), background=free, melde_id=MELDE_ID)))
    stated = text.collapse(free)
    assume(stated and not stated.casefold().startswith(("ikke oppgitt", "ikkje oppg")))
    assert (parsed.melde_id, parsed.background) == (MELDE_ID, stated)


@given(
    kinds=st.sets(st.sampled_from(["individual-plan", "coordinator", "child-coordinator", "rehabilitation"])),
    plan=st.sampled_from(["yes", "no", "unclear", None]),
    method=st.sampled_from(["oral", "written", "digital", None]),
    giver=st.sampled_from(["patient", "guardian", "representative", "relative", None]),
    day=st.dates(min_value=date(1900, 1, 1), max_value=date(9999, 1, 1)) | st.none(),
)
@settings(max_examples=50, deadline=None)
def test_kinds_wishes_and_consent_come_back(
    kinds: set[str], plan: str | None, method: str | None, giver: str | None, day: date | None
):
    ordered = tuple(kind for _, (kind, *_) in words.TICKS if kind in kinds)
    consent = ConsentText(
        status="given", date=day, method=method, given_by=giver, recipients_text="nav og skole"
    )
    parsed = text.parse(
        text.block(NeedText(kinds=ordered, wish_plan=plan, consent=consent, melde_id=MELDE_ID))
    )
    assert (parsed.kinds, parsed.wish_plan, parsed.consent) == (ordered, plan, consent)


@pytest.mark.parametrize("basis", words.LEGAL_BASES)
def test_every_legal_basis_comes_back(basis: str):
    consent = ConsentText(status="not-required", legal_basis=basis)
    parsed = text.parse(text.block(NeedText(kinds=(), consent=consent, melde_id=MELDE_ID)))
    assert parsed.consent is not None
    assert (parsed.consent.status, parsed.consent.legal_basis) == ("not-required", basis)


def test_a_quoted_block_under_an_answer_is_read():
    quoted = "\r\n".join(f"> > {line}" for line in text.block(NEED).split("\r\n"))
    parsed = text.parse(f"Hei!\r\nSvar: Godtatt.\r\n\r\nMvh Siri\r\n\r\n{quoted}")
    assert (parsed.answer, parsed.melde_id, parsed.title) == ("accepted", MELDE_ID, titles.NEED_TITLE)


def test_an_answer_written_now_goes_before_one_quoted_from_earlier():
    quoted = "> Svar: Avslått\r\n> Koordinator oppnevnt: Gammel Navn; Lege; 1\r\n> > Svar: Mottatt"
    now = "Svar: Godtatt\r\nKoordinator oppnevnt: Anna Plan; Ergoterapeut; 2"
    for whole in (f"{now}\r\n\r\n{quoted}", f"{quoted}\r\n\r\n{now}"):
        parsed = text.parse(whole)
        assert (parsed.answer, parsed.coordinator) == ("accepted", ("Anna Plan", "Ergoterapeut", "2"))


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("Svar: Mottatt", "received"), ("svar:  trenger opplysninger", "needs-info"), ("Svar: «Godtatt»", "accepted"),
        ("> Svar: Avslått.", "declined"), ("Svar: Motteke", "received"), ("Svar: Treng opplysningar", "needs-info"),
        ("Svar: Godteke", "accepted"), ("Svar: Avslege", "declined"),
        ("Svar: Mottatt, vi ser på det", None), ("Vårt svar: Mottatt", None), ("Svaret er at den er mottatt", None),
        ("Svar: kanskje", None), ("Mottatt", None),
    ],
)  # fmt: skip
def test_an_answer_is_a_line_of_its_own_and_never_guessed_from_prose(line: str, answer: str | None):
    assert text.parse(f"Hei.\r\n{line}\r\nHilsen").answer == answer


@pytest.mark.parametrize(
    ("line", "named"),
    [
        (
            "Koordinator oppnevnt: Anna Plan; Ergoterapeut; +4762489011",
            ("Anna Plan", "Ergoterapeut", "+4762489011"),
        ),
        ("Koordinator oppnemnd: Anna Plan; Ergoterapeut; Ikkje oppgitt", ("Anna Plan", "Ergoterapeut", "")),
        ("Koordinator oppnevnt: Anna Plan; ; 62489011", ("Anna Plan", "", "62489011")),
        ("Koordinator oppnevnt: Anna Plan", None),
        ("Koordinator oppnevnt: ; Ergoterapeut; 1", None),
        ("Koordinator oppnevnt: i morgen, trolig", None),
        ("Koordinator oppnevnt", None),
    ],
)
def test_a_coordinator_is_read_from_three_parts_only(line: str, named: tuple[str, str, str] | None):
    assert text.parse(f"Hei\n{line}\n").coordinator == named


def test_a_coordinator_line_of_ours_is_read_back_even_with_semicolons_in_it():
    line = text.coordinator_line(name="Anna; Plan", profession=None, phone="62 48 90 11")
    parsed = text.parse(
        text.notice(text.TITLES["ip.coordinator.appointed"], [line, ("Enhet", "KE")], MELDE_ID)
    )
    assert parsed.coordinator == ("Anna, Plan", "", "62 48 90 11")
    assert (parsed.title, parsed.labels["Enhet"], parsed.melde_id) == ("Koordinator oppnevnt", "KE", MELDE_ID)


@pytest.mark.parametrize("title", sorted(set(titles.TITLES.values())))
def test_every_notice_is_known_by_its_title(title: str):
    parsed = text.parse(text.notice(title, [(words.REASON, "annet")], MELDE_ID))
    assert (parsed.title, parsed.labels[words.REASON], parsed.melde_id) == (title, "annet", MELDE_ID)


@pytest.mark.parametrize(("nynorsk", "bokmal"), words.NYNORSK_LABELS.items())
def test_nynorsk_labels_are_read(nynorsk: str, bokmal: str):
    value = MELDE_ID if bokmal == words.MELDE_ID else "noe"
    assert text.parse(f"{titles.NEED_TITLE}\n{nynorsk}: {value}").labels == {bokmal: value}


SAME = frozenset(
    {"ip.need.identified", "ip.need.fulfilled", "ip.coordinator.replaced", "ip.coordinator.absent", "ip.gp.changed",
     "ip.patient.deceased", "ip.plan.evaluated", "ip.plan.transferred", "ip.meeting.called", "ip.meeting.answered",
     "ip.meeting.cancelled", "ip.platform-access.granted"}
)  # fmt: skip
"""Types of events whose title is the same in both."""


@pytest.mark.parametrize("type_", titles.TITLES)
def test_every_title_has_its_nynorsk_or_is_the_same(type_: str):
    title = titles.TITLES[type_]
    assert (written.title(title) == title) == (type_ in SAME)


def test_nynorsk_consent_and_titles_are_read():
    parsed = text.parse(
        "MELDING OM BEHOV FOR INDIVIDUELL PLAN OG/ELLER KOORDINATOR\n"
        "Gjeld: [x] Koordinator\nØnskjer pasienten koordinator: Ikkje avklart\n"
        "Samtykke: Innhenta 04.03.2026, munnleg, av pasienten sjølv. Gjeld: fastlege."
    )
    assert (parsed.kinds, parsed.wish_coordinator) == (("coordinator",), "unclear")
    assert parsed.consent == ConsentText(
        status="given", date=date(2026, 3, 4), method="oral", given_by="patient", recipients_text="fastlege"
    )
    assert text.parse("Melding trekt tilbake").title == titles.TITLES["ip.need.withdrawn"]


def test_labels_count_only_between_title_and_melde_id_line():
    parsed = text.parse(
        f"Bakgrunn: før\n{titles.NEED_TITLE}\nBakgrunn: sann\nUkjent: x\nMelde-id: {MELDE_ID}\nKontakt hos avsender: etter"
    )
    assert parsed.labels == {"Bakgrunn": "sann", "Melde-id": MELDE_ID}
    assert text.parse("Bakgrunn: uten tittel").labels == {}


def test_a_melde_id_with_a_wrong_check_character_is_none():
    wrong = MELDE_ID[:-1] + ("0" if MELDE_ID[-1] != "0" else "1")
    assert text.parse(f"Melde-id: {wrong}").melde_id is None
    assert text.parse(f"melde-id:{MELDE_ID.lower()}.").melde_id == MELDE_ID
    assert text.parse(f"Vi viser til Melde-id: {MELDE_ID}").melde_id is None


def test_decomposed_letters_are_the_same_letters():
    assert text.parse(unicodedata.normalize("NFD", text.block(NEED))).wish_plan == "yes"
    assert text.collapse(unicodedata.normalize("NFD", "Sørgård")) == "Sørgård"


def test_a_day_that_does_not_exist_is_not_stated():
    parsed = text.parse(f"{titles.NEED_TITLE}\nSamtykke: Innhentet 31.02.2026, muntlig.")
    assert parsed.consent is not None
    assert (parsed.consent.date, parsed.consent.method) == (None, "oral")
    assert text.parse(f"{titles.NEED_TITLE}\nSamtykke: Ja").consent is None


def test_small_helpers_write_as_designed():
    assert text.day(date(2026, 3, 9)) == "09.03.2026"
    assert text.reply_subject("Koordinator") == text.reply_subject("Re: Koordinator") == "Re: Koordinator"
    assert text.kinds_text(("individual-plan", "habilitation")) == "individuell plan, habilitering"
    assert text.parse(f"{titles.NEED_TITLE}\nGjelder: individuell plan, habilitering").kinds == (
        "individual-plan", "habilitation",
    )  # fmt: skip
    assert text.existing(plan="none", coordinator="none") == "Ingen"
    assert (
        text.existing(plan="exists", coordinator="unknown", text="Fra 2024")
        == "Plan: finnes; koordinator: ukjent. Fra 2024"
    )
    assert text.existing(plan=None, coordinator=None) is None
    assert (
        text.notice("", [text.answer_line("received"), text.RIGHT_TO_COMPLAIN], None).split("\r\n")[0]
        == "Svar: Mottatt"
    )
