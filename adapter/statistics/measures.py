"""The tables of statistics: id, title, what they are broken down by, what each cell is, and what it is a share of. domain § 1.8."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from adapter.rules.clocks import CLOCKS

Shape = Literal["count", "share", "times", "sum"]

COLUMNS: Final[Mapping[Shape, tuple[str, ...]]] = MappingProxyType(
    {
        "count": ("antall",),
        "share": ("antall", "andel i prosent"),
        "times": ("antall", "median", "P90"),
        "sum": ("antall", "sum"),
    }
)
"""Shape of a table → its columns; the first is what a cell rests on."""
ALL: Final = "alle"
UNKNOWN: Final = "ukjent"
REST: Final = "øvrige"
IN_TIME: Final = "i tide"
LATE: Final = "for sent"
MISSING: Final = "ikke kommet"
_JUDGED: Final = (IN_TIME, LATE, MISSING)
_NEEDS: Final = "meldte behov i perioden"
_NOW: Final = "slik det er ved uttrekket"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One table. `denominator` says what it is a share of; `known` whether anybody knows how many that is."""

    statistic: str
    title: str
    by: str
    shape: Shape = "count"
    unit: str = ""
    denominator: str = ""
    known: bool = True
    fixed: tuple[str, ...] = ()
    """Groups that are always shown, 0 where there is nothing."""
    open_labels: bool = False
    """Whether senders write the labels: small groups are told together, so that no label stands by itself."""
    municipal: bool = False
    """Whether a group is a municipality, or who receives for one."""


STEPS: Final = ("sendt", "kvittert", "første svar", "avgjort", "koordinator oppnevnt")
CONSENTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "given": "gitt",
        "limited": "gitt med begrensning",
        "refused": "avslått",
        "not-asked": "ikke spurt",
        "withdrawn": "trukket",
        "presumed": "presumert",
        "not-required": "ikke påkrevd",
    }
)
OPEN_DAYS: Final[Mapping[str, int]] = MappingProxyType(
    {kind: CLOCKS[kind].amount for kind in ("reply", "assessment", "coordinator")}
)
"""Working days after which an open need is listed, unless an agreement or the installation says otherwise. domain § 1.8, K04."""


def _measure(key: str, title: str, by: str, **more: object) -> tuple[str, Measure]:
    return key, Measure(statistic=key.partition("-")[0].upper(), title=title, by=by, **more)  # type: ignore[arg-type]


MEASURES: Final[Mapping[str, Measure]] = MappingProxyType(
    dict(
        (
            _measure("k01-month", "Meldte behov", "måned", denominator="alle som skulle vært meldt", known=False),
            _measure("k01-department", "Meldte behov", "avdeling", open_labels=True, denominator="alle som skulle vært meldt", known=False),
            _measure("k01-kind", "Meldte behov", "slag behov", denominator="alle som skulle vært meldt", known=False),
            _measure("k01-age", "Meldte behov", "barn og voksne", denominator="alle som skulle vært meldt", known=False),
            _measure("k02", "Samtykke ved melding", "svar", shape="share", denominator=_NEEDS),
            _measure("k03", "Tid fra behov", "fram til", shape="times", unit="timer", fixed=STEPS, denominator=_NEEDS),
            _measure("k04-reply", f"Uten svar etter fristen ({OPEN_DAYS['reply']} virkedager)", "mottaker", municipal=True, denominator=_NOW),
            _measure("k04-assessment", f"Under vurdering etter fristen ({OPEN_DAYS['assessment']} virkedager)", "mottaker", municipal=True, denominator=_NOW),
            _measure("k04-coordinator", f"Godtatt, uten koordinator etter fristen ({OPEN_DAYS['coordinator']} virkedager)", "mottaker", municipal=True, denominator=_NOW),
            _measure("k05-unanswered", "Meldinger uten kvittering", "mottaker", municipal=True, denominator="sendte meldinger"),
            _measure("k05-rejected", "Avviste meldinger", "mottaker", municipal=True, denominator="sendte meldinger"),
            _measure("k05-manual", "Sendt på annen måte", "mottaker", municipal=True, denominator="sendte meldinger"),
            _measure("k05-code", "Avviste meldinger", "feilkode (8221)", denominator="sendte meldinger"),
            _measure("k06", "Godtatt behov eller aktiv plan uten koordinator", "alle", shape="times", unit="dager uten", fixed=(ALL,), denominator=_NOW),
            _measure("k07", "Skifte av koordinator", "tall", shape="sum", unit="skifter, år, dager", fixed=("skifter", "pasientår med koordinator", "dager uten koordinator"), denominator="pasientår med koordinator"),
            _measure("k08", "Kontaktlege", "tall", fixed=("oppnevnt", "skiftet", "opphold meldt"), denominator="opphold som oppfyller vilkårene", known=False),
            _measure("k09", "Evaluering over tiden", "aktive planer", fixed=("over tiden", "i tide", "uten dato"), shape="share", denominator="aktive planer"),
            _measure("k10", "Sykehusets deltakelse etter forventet slutt", "alle", fixed=(ALL,), denominator=_NOW),
            _measure("k11", "Utskrevet uten svar på behovet", "utskrivninger", fixed=("uten svar", "besvart eller avsluttet"), shape="share", denominator="utskrivninger med meldt behov"),
            _measure("k14-8705", "Individuell plan (8705)", "kode", denominator=_NOW),
            _measure("k14-9188", "Koordinator (9188)", "kode", denominator=_NOW),
            _measure("k14-8307", "Behov for individuell plan (8307)", "kode", denominator=_NOW),
            _measure("k14-8473", "Sykehusets del i planen (8473)", "kode", denominator=_NOW),
            _measure("k14-9336", "Individuell plan (9336)", "kode", denominator=_NOW),
            _measure("k14-9336-coordinator", "Koordinator (9336)", "kode", denominator=_NOW),
            _measure("k15-received", "Mottatte behov", "kommune", municipal=True, denominator=_NEEDS),
            _measure("k15-answered", "Besvarte behov", "kommune", municipal=True, denominator=_NEEDS),
            _measure("k15-declined", "Avslåtte behov", "kommune", municipal=True, denominator=_NEEDS),
            _measure("k15-reason", "Avslåtte behov", "grunn", denominator="avslåtte behov"),
            _measure("c1", f"Behov sendt innen {CLOCKS['notify'].amount} virkedag", "i tide", shape="share", fixed=_JUDGED, denominator=_NEEDS),
            _measure("c6", f"Tidligmelding innen {CLOCKS['early-notice'].amount} timer", "i tide", shape="share", fixed=(IN_TIME, LATE), denominator="opphold med tidligmelding"),
            _measure("c6-hours", "Tid fra innleggelse", "fram til", shape="times", unit="timer", fixed=("tidligmelding",), denominator="opphold med tidligmelding"),
            _measure("c7", f"Innleggelsesrapport innen {CLOCKS['admission-report'].amount} timer", "i tide", shape="share", fixed=_JUDGED, denominator="meldinger om innlagt pasient"),
            _measure("c7-hours", "Tid fra melding om innlagt pasient", "fram til", shape="times", unit="timer", fixed=("innleggelsesrapport",), denominator="meldinger om innlagt pasient"),
        )
    )
)  # fmt: skip
"""Key → table, in the order told."""
