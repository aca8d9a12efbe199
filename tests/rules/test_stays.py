"""Which stay an event is about, and which service of a municipality gets a message of care. HIS 1144, HIS 1149."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapter import codes
from adapter.errors import EventError
from adapter.events.movement import PatientDischarged
from adapter.rules import stays
from adapter.rules.stays import Stay
from tests.rules.books import BOOK, DAY, book, party, without

MENTAL = replace(party("alvdal-sykepleie"), key="alvdal-psykisk", unit_her_id="5077", service="KP03")


@pytest.mark.parametrize(
    ("type_", "course", "key"),
    [
        ("LOG_INNLAGT", "somatic", "alvdal-sykepleie"),
        ("LOG_INNLAGT", "psychiatric", "alvdal-psykisk"),
        ("UTSKRIVNINGSRAPPORT", "psychiatric", "alvdal-psykisk"),
        ("LOG_UTSKREVET", "somatic", "alvdal-sykepleie"),
        ("HELSEOPPL_SOKNAD", "psychiatric", "alvdal-saksbehandling"),
        ("LOG_UTSKRIVNINGSKLAR", "somatic", "alvdal-saksbehandling"),
        ("LOG_AVMELDING", "somatic", "alvdal-saksbehandling"),
    ],
)
def test_each_message_of_care_has_its_service(type_: str, course: str, key: str) -> None:
    route = stays.receiver(book(MENTAL), type_=type_, course=course, municipality="3428", on=DAY)
    assert route.party is not None
    assert route.party.key == key


def test_without_a_mental_health_service_the_nurses_get_it_and_the_reason_says_so() -> None:
    route = stays.receiver(BOOK, type_="LOG_INNLAGT", course="psychiatric", municipality="3428", on=DAY)
    assert route.party is not None
    assert (route.party.key, route.reasons[0].rule) == ("alvdal-sykepleie", "receiver-care-instead")


@pytest.mark.parametrize("municipality", ["9902", "1234", None])
def test_nobody_to_take_it_is_a_warning(municipality: str | None) -> None:
    route = stays.receiver(BOOK, type_="LOG_INNLAGT", course="somatic", municipality=municipality, on=DAY)
    assert (route.party, route.unrouted) == (None, "IPK-E077")


def test_the_districts_service_comes_before_the_municipalitys() -> None:
    there = replace(party("alvdal-sykepleie"), key="nord", unit_her_id="5076", serves=("3428/342801",))
    found = book(there)
    route = stays.receiver(
        found, type_="LOG_INNLAGT", course="somatic", municipality="3428", district="342801", on=DAY
    )
    assert route.party == there


def test_a_party_without_the_service_does_not_count() -> None:
    found = without("alvdal-sykepleie")
    assert (
        stays.receiver(found, type_="LOG_INNLAGT", course="somatic", municipality="3428", on=DAY).party
        is None
    )


def test_every_destination_is_a_code_of_list_8408() -> None:
    said = PatientDischarged.model_json_schema()["properties"]["to"]["enum"]
    assert set(said) == set(stays.DISCHARGED_TO)
    assert set(stays.DISCHARGED_TO.values()) <= set(codes.table("8408").codes)


def test_a_stay_is_found_by_its_name_or_because_it_is_the_only_one() -> None:
    mine, other = Stay("a", "1", "H"), Stay("b", "1", "X")
    assert stays.running((other, mine), known_as="1", provider="H") == mine
    assert stays.running((other, mine), known_as=None, provider="H") == mine
    for known_as, provider in (("2", "H"), ("1", "Y")):
        with pytest.raises(EventError) as refused:
            stays.running((other, mine), known_as=known_as, provider=provider)
        assert refused.value.code == "IPK-E070"


def test_a_stay_without_a_name_of_its_own_is_the_one_meant() -> None:
    nameless = Stay("a", None, "H")
    assert stays.running((nameless,), known_as="1", provider="H") == nameless


def test_two_hospitals_may_have_the_same_patient() -> None:
    stays.check_new((Stay("a", "1", "X"),), provider="H")
    with pytest.raises(EventError):
        stays.check_new((Stay("a", "1", "H"),), provider="H")
