"""The tools of `make check`: licences are read as expressions, and nothing stated does not fit."""

from __future__ import annotations

import pytest

from tools import licences


@pytest.mark.parametrize(
    "licence",
    [
        "MIT",
        "BSD License",
        "MPL-2.0 AND (Apache-2.0 OR MIT)",
        "GPL-3.0-only OR MIT",
        "(MIT OR GPL-2.0) AND BSD-3-Clause",
        "LGPL-3.0-only",
    ],
)
def test_a_licence_fits_when_every_part_or_one_alternative_does(licence: str) -> None:
    assert licences.compatible(licence)


@pytest.mark.parametrize(
    "licence",
    ["", "GPL-3.0-only", "AGPL-3.0 OR Proprietary", "MIT AND GPL-3.0-only", "(MIT AND GPL-2.0) OR Unknown"],
)
def test_a_licence_does_not_fit_when_a_part_does_not(licence: str) -> None:
    assert not licences.compatible(licence)


def test_every_locked_package_here_states_a_licence_that_fits() -> None:
    assert licences.main() == 0


def test_a_package_that_is_not_here_states_nothing() -> None:
    assert licences.stated("no-such-package-of-ours") is None
    assert "flask" in licences.locked()


def test_a_package_that_states_none_is_judged_by_the_licence_it_ships() -> None:
    assert licences.stated("fhirpy") == "MIT License"
