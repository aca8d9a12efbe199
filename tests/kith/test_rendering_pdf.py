"""PDF for filing: the same bytes each time, every character written, pages that hold any length. ISO 32000."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from adapter.kith import rendering
from adapter.kith.rendering import pdf
from tests.kith import builders
from tests.kith.pages import flat, message, note, read_pdf

SAMI = "Áŋŋá Čáhppes-Ŧuđa"


def _pdf(data: bytes) -> bytes:
    return rendering.write(rendering.document(data, unmasked=True), "pdf")


def test_the_same_message_is_the_same_bytes_whoever_writes_at_the_same_time():
    data = builders.dialogue(text=SAMI)
    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(lambda _: _pdf(data), range(12)))
    assert len(found) == 1
    (only,) = found
    assert only.startswith(b"%PDF-")
    assert b"/Lang" in only
    assert b"CreationDate (D:20000101" in only


def test_letters_of_sami_names_are_written_and_what_the_font_lacks_by_its_number():
    pdf.fonts()
    for font in (pdf._PLAIN, pdf._BOLD):
        assert pdf._written(SAMI + "☐☒ – «»½≥→", font) == SAMI + "☐☒ – «»½≥→"
        assert pdf._written("漢\x07", font) == "[U+6F22] "


def test_a_pdf_says_what_the_page_says(tmp_path: Path):
    said = flat(read_pdf(_pdf(builders.dialogue(text=f"{SAMI} <b>&amp;")), tmp_path))
    for part in (
        "Helsefaglig dialog",
        "Line Danser",
        f"{SAMI} <b>&amp;",
        "Kontaktlege",
        builders.MSG_ID,
        "Side 1 av 1",
    ):
        assert part in said


LONG = "Et langt avsnitt uten slutt. " * 2000
ROLE = "<RollerRelatertNotat><TilknyttetEnhet><Merknad>{}</Merknad></TilknyttetEnhet></RollerRelatertNotat>"


@pytest.mark.parametrize(
    "data",
    [
        message(note("", text=LONG)),
        message(note(f"<Merknad>{LONG}</Merknad>")),
        message(note(ROLE.format(LONG) * 2)),
        message(note(f"<Tema>{'x' * 5000}</Tema>")),
        message(note(ROLE.format("y" * 3000) * 3)),
    ],
    ids=["text", "fact", "cells", "one word", "one word in cells"],
)
def test_no_text_is_too_long_for_a_page(data: bytes):
    assert _pdf(data).count(b"/Type /Page\n") >= 1
