"""As many people as a test wants, none of whom can exist: numbers of the Tenor series (month + 80), computed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from adapter.fhir import urls
from tests import numbers


def national() -> Iterator[str]:
    """Yield distinct national numbers of people born in January 1970 to 1999, with month + 80."""
    for year, individual in itertools.product(range(70, 100), range(300, 500)):
        try:
            yield numbers.national(f"0181{year:02d}{individual:03d}")
        except ValueError:
            continue


def patients() -> Iterator[dict[str, Any]]:
    """Yield patients of Alvdal."""
    for number in national():
        yield {
            "identifier": {"system": urls.FNR, "value": number},
            "name": {"family": "Prøve", "given": "Person"},
            "birthDate": f"19{number[4:6]}-01-01",
            "municipality": {"code": "3428"},
        }
