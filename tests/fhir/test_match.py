"""The matcher, case by case as R4 tells them: what the index cannot say alone. R4 search.html#string, #number, #date, #uri."""

from __future__ import annotations

from typing import Any

import pytest

from adapter.errors import FhirError
from adapter.fhir import criteria, match, readings
from adapter.fhir.criteria import Asked
from adapter.fhir.table import READABLE

LINE: dict[str, Any] = {
    "resourceType": "Patient", "id": "1", "birthDate": "1969-11-13", "deceasedDateTime": "2026-01-01",
    "name": [{"family": "Ødegård-Næss", "given": ["Line", "Åse"]}],
    "telecom": [{"system": "phone", "value": "+4773598600"}, {"system": "email", "value": "a@example.org"}],
    "communication": [{"language": {"coding": [{"code": "nb"}], "text": "Norsk bokmål"}}],
    "meta": {"profile": ["https://example.org/p|2.0"], "tag": [{"system": "s", "code": "t"}]},
}  # fmt: skip
PRESSURE: dict[str, Any] = {
    "resourceType": "Observation", "id": "1", "status": "final",
    "code": {"coding": [{"system": "l", "code": "85354-9"}]},
    "component": [
        {"code": {"coding": [{"system": "l", "code": "sys"}]}, "valueQuantity": {"value": 107, "unit": "mmHg"}},
        {"code": {"coding": [{"system": "l", "code": "dia"}]}, "valueQuantity": {"value": 60.50, "unit": "mmHg"}},
    ],
}  # fmt: skip


def fits(resource: dict[str, Any], name: str, text: str) -> bool:
    plain, _, modifier = name.partition(":")
    param = READABLE[resource["resourceType"]].param(plain)
    assert param is not None
    return match.matches(
        resource, criteria.read(param, Asked(name=name, modifier=modifier, text=text, now=0))
    )


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("family", "odegard", True), ("family", "ødegård", True), ("family", "NÆSS", False), ("family:contains", "næss", True),
        ("family:exact", "Ødegård-Næss", True), ("family:exact", "Odegard-Naess", False), ("given", "ase", True),
        ("name", "line", True), ("phonetic", "Lene", True), ("phonetic", "Odegaard-Nes", True), ("phonetic", "Per", False),
        ("birthdate", "1969", True), ("birthdate", "lt1970", True), ("birthdate", "sa1969-11-13", False),
        ("deceased", "true", True), ("deceased", "false", False), ("death-date", "ge2026", True),
        ("phone", "+4773598600", True), ("phone", "a@example.org", False), ("email", "a@example.org", True),
        ("telecom", "a@example.org", True), ("telecom", "phone|+4773598600", False),
        ("language:text", "norsk", True), ("language:text", "engelsk", False), ("language:not", "nb", False),
        ("language:not", "nn", True), ("gender:missing", "true", True), ("name:missing", "true", False),
        ("_profile", "https://example.org/p", True), ("_profile", "https://example.org/p|2.0", True),
        ("_profile", "https://example.org/p|1.0", False), ("_profile:below", "https://example.org", True),
        ("_profile:below", "https://example.or", False), ("_tag", "s|t", True), ("_tag:not", "s|t", False),
    ],
)  # fmt: skip
def test_a_patient_fits_as_r4_says(name: str, text: str, found: bool) -> None:  # noqa: FBT001 (a row of the table)
    assert fits(LINE, name, text) is found


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("component-value-quantity", "107", True), ("component-value-quantity", "107.0", True),
        ("component-value-quantity", "107.4", False), ("component-value-quantity", "1.1e2", True),
        ("component-value-quantity", "gt107", False), ("component-value-quantity", "ge107||mmHg", True),
        ("component-value-quantity", "107||kPa", False), ("component-value-quantity", "ap100", True),
        ("component-code-value-quantity", "l|sys$gt100", True), ("component-code-value-quantity", "l|dia$gt100", False),
        ("combo-code", "dia", True), ("combo-code", "85354-9", True), ("combo-code-value-quantity", "dia$60.5", True),
        ("code-value-quantity", "85354-9$60.5", False), ("value-quantity:missing", "true", True),
    ],
)  # fmt: skip
def test_an_observation_fits_as_r4_says(name: str, text: str, found: bool) -> None:  # noqa: FBT001 (a row of the table)
    assert fits(PRESSURE, name, text) is found


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("component-value-quantity", "many"), ("component-value-quantity", "5|x"), ("component-value-quantity", "xx5"),
        ("component-code-value-quantity", "l|sys"), ("component-code-value-quantity", "$5"), ("code:missing", "perhaps"),
        ("date", "gt2026,lt2027"), ("component-value-quantity", "1" * 40), ("has-member", "a b"),
    ],
)  # fmt: skip
def test_a_value_that_is_none_is_refused(name: str, text: str) -> None:
    with pytest.raises(FhirError) as caught:
        fits(PRESSURE, name, text)
    assert caught.value.code == "IPK-F005"
    assert text not in str(caught.value)


def test_a_timing_lasts_from_its_first_event_to_its_last() -> None:
    timing = {"event": ["2026-03-04", "2026-05-01"]}
    (span,) = readings.intervals(timing)
    assert span == (next(readings.intervals("2026-03-04"))[0], next(readings.intervals("2026-05-01"))[1])
    (bound,) = readings.intervals({"repeat": {"boundsPeriod": {"start": "2026-03-04"}}})
    assert bound[0] == span[0]


@pytest.mark.parametrize("value", ["soon", {"start": "soon"}, {"event": ["x"]}, 5, None, [], {}])
def test_what_is_no_date_has_no_interval(value: object) -> None:
    assert list(readings.intervals(value)) == []


@pytest.mark.parametrize("value", [None, 5, [], {}, {"coding": []}, {"system": "s"}])
def test_what_has_no_code_is_no_token(value: object) -> None:
    param = READABLE["Task"].param("code")
    assert param is not None
    assert list(readings.tokens(value, param)) == []


@pytest.mark.parametrize(
    ("word", "sound"),
    [("Robert", "r163"), ("Rupert", "r163"), ("Tymczak", "t522"), ("Åse", "a200"), ("", ""), ("7", "")],
)
def test_words_that_sound_alike_are_one(word: str, sound: str) -> None:
    assert readings.sound(word) == sound
