"""Our text in nynorsk, for letters: titles, labels and values, each a row. message-rules.md, 'The text'; mållova § 7.

Electronic messages keep bokmål, which every adapter reads; both are read back (`words.NYNORSK_LABELS`).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from adapter.kith import titles, words

_ALIASES: Final = frozenset({"Meldings-id", "Meldeid"})
"""Labels that a reader may meet, and that we do not write."""
LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {bokmaal: nynorsk for nynorsk, bokmaal in words.NYNORSK_LABELS.items() if nynorsk not in _ALIASES}
    | {
        words.COMPLAINT: "Klagerett",
        words.GOALS: "Mål",
        words.DISCHARGED: "Utskriven",
        words.DISCHARGED_TO: "Utskriven til",
        words.OPEN_NEEDS: "Behov som ikkje er avklara",
        words.MOVED_FROM: "Frå kommune",
        words.FORM: "Søknadsskjema",
        "Født": "Fødd",
    }
)
"""Bokmål label → nynorsk; a label without a row is the same in both."""
TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {bokmaal: nynorsk for nynorsk, bokmaal in titles.NYNORSK_TITLES.items()}
    | {
        titles.NEED_TITLE: "Melding om behov for individuell plan og/eller koordinator",
        titles.TITLES["ip.patient.moved"]: "Pasient flytta: individuell plan eller koordinator finst",
        titles.TITLES["ip.patient.discharged"]: "Pasient utskriven",
        titles.MOVES_AWAY: "Pasienten flyttar til ein annan kommune",
        titles.MOVES_BACK: "Pasienten flyttar tilbake",
    }
)
_VALUES: Final = (
    ("Ikke oppgitt", "Ikkje oppgitt"),
    ("Ikke avklart", "Ikkje avklara"),
    ("Ikke påkrevd", "Ikkje påkravd"),
    ("Ikke oppnevnt ennå", "Ikkje oppnemnd enno"),
    (", muntlig", ", munnleg"),
    (", skriftlig", ", skriftleg"),
    ("pasienten selv", "pasienten sjølv"),
    ("foresatt", "føresett"),
    ("pårørende", "pårørande"),
    ("koordinerende enhet", "koordinerande eining"),
    ("Gjelder: ", "Gjeld: "),
    ("«Svar: Mottatt»", "«Svar: Motteke»"),
    ("«Svar: Trenger opplysninger»", "«Svar: Treng opplysningar»"),
    ("«Svar: Godtatt»", "«Svar: Godteke»"),
    ("«Svar: Avslått»", "«Svar: Avslege»"),
    ("når dere har overtatt, ellers ", "når de har teke over, elles "),
    ("når dere overtar ansvaret for planen, ellers ", "når de tek over ansvaret for planen, elles "),
    (", helst innen ", ", helst innan "),
    ("virkedager", "virkedagar"),
    (" dager", " dagar"),
    ("vennligst behold ved svar", "ver venleg og behald ved svar"),
)
"""Words of ours within a value, bokmål → nynorsk."""
_OURS: Final = frozenset(
    {words.CONCERNS, words.WISH_PLAN, words.WISH_COORDINATOR, words.CONSENT, words.EXISTING, words.PREFERENCE,
     words.REPLY, words.MELDE_ID, words.NEW_COORDINATOR, words.BACKGROUND, words.RESPONSIBLE}
)  # fmt: skip
"""Labels whose values are words of ours: what people wrote stands as they wrote it."""


def title(text: str) -> str:
    """Return a title of ours in nynorsk, any other as it is."""
    return TITLES.get(text, text)


def line(text: str) -> str:
    """Return a line of a text of ours in nynorsk; free text within it stays as it was written."""
    upper = {name.upper(): new.upper() for name, new in TITLES.items()}
    if text in upper:
        return upper[text]
    label, colon, value = text.partition(": ")
    if not colon:
        return text
    if label in _OURS:
        for old, new in _VALUES:
            if value == old or (label != words.BACKGROUND and old in value):
                value = value.replace(old, new)
    return f"{LABELS.get(label, label)}: {value}"
