"""Who receives, by which policy, and who stands as sender."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from adapter.model import Agreement, Routing
from adapter.rules import routing
from tests.rules.books import BOOK, DAY, book, party, without

FMR = party("st-olavs-fmr")
ALVDAL = party("alvdal-saksbehandling")


def rules(route: routing.Route) -> list[str]:
    return [r.rule for r in route.reasons]


@pytest.mark.parametrize(
    ("municipality", "district", "key", "why"),
    [
        ("3428", None, "alvdal-saksbehandling", ["receiver-municipality", "receiver-unit"]),
        ("3428", "342801", "alvdal-saksbehandling", ["receiver-municipality", "receiver-unit"]),
        ("9901", None, "gammeldal-saksbehandling", ["receiver-municipality", "receiver-service"]),
        ("9902", None, "brevvik", ["receiver-municipality", "receiver-letter"]),
        ("9903", None, "felles-ke", ["receiver-municipality", "receiver-unit", "receiver-joint"]),
        ("9904", "990401", "storvik-nord", ["receiver-district", "receiver-service"]),
        ("9904", "990402", "storvik-sor", ["receiver-district", "receiver-service"]),
    ],
)
def test_the_most_specific_that_serves_the_place_receives(
    municipality: str, district: str | None, key: str, why: list[str]
) -> None:
    route = routing.receiver(BOOK, municipality=municipality, district=district, on=DAY)
    assert route.party is not None
    assert route.party.key == key
    assert rules(route) == why
    assert route.unrouted is None


@pytest.mark.parametrize(
    ("municipality", "district", "code"),
    [
        ("9904", None, "IPK-R004"),
        ("9904", "990499", "IPK-R002"),
        ("1234", None, "IPK-R002"),
        (None, None, "IPK-R002"),
    ],
)
def test_nobody_or_no_district_is_unrouted(municipality: str | None, district: str | None, code: str) -> None:
    route = routing.receiver(BOOK, municipality=municipality, district=district, on=DAY)
    assert route.party is None
    assert route.unrouted == code
    assert not route.internal


def test_a_party_that_serves_the_whole_city_receives_where_no_district_fits() -> None:
    whole = replace(party("storvik-nord"), key="storvik", unit_her_id="5110", serves=("9904",))
    for district in (None, "990499"):
        route = routing.receiver(book(whole), municipality="9904", district=district, on=DAY)
        assert route.party == whole


def test_a_unit_comes_before_case_work_whatever_the_order_of_the_book() -> None:
    nursing_unit = party("alvdal-sykepleie", unit="Koordinerende enhet")
    case_work = party("alvdal-saksbehandling", unit=None)
    route = routing.receiver(book(case_work, nursing_unit), municipality="3428", on=DAY)
    assert route.party == nursing_unit
    assert route.reasons[1].rejected == ("alvdal-saksbehandling",)


def test_a_service_that_is_neither_unit_nor_case_work_does_not_receive_needs() -> None:
    route = routing.receiver(without("alvdal-saksbehandling"), municipality="3428", on=DAY)
    assert route.unrouted == "IPK-R002"


def test_what_fell_away_is_told() -> None:
    route = routing.receiver(BOOK, municipality="3428", on=DAY)
    assert route.reasons[1].rejected == ("alvdal-sykepleie",)


def test_validity_is_that_of_the_day_asked_for() -> None:
    old = replace(ALVDAL, valid_to=date(2026, 3, 3))
    new = replace(ALVDAL, key="alvdal-ny", unit_her_id="6079", valid_from=date(2026, 3, 4))
    changed = book(old, new)
    before = routing.receiver(changed, municipality="3428", on=date(2026, 3, 3))
    after = routing.receiver(changed, municipality="3428", on=date(2026, 3, 4))
    assert (before.party, after.party) == (old, new)


def test_a_joint_coordinating_unit_is_internal() -> None:
    route = routing.receiver(BOOK, municipality="9903", on=DAY)
    assert route.internal
    assert route.party is not None
    chosen, why = routing.policy(FMR, route.party, BOOK)
    assert chosen == "direct"
    assert [r.rule for r in why] == ["routing-internal"]


@pytest.mark.parametrize(
    ("own", "rule"),
    [
        ("direct_with_copy_to_ke", "routing-direct-with-copy"),
        ("ke_then_municipality", "routing-ke-then-municipality"),
        ("direct", "routing-direct"),
    ],
)
def test_the_policy_is_the_home_partys(own: Routing, rule: str) -> None:
    chosen, why = routing.policy(replace(FMR, routing=own), ALVDAL, BOOK)
    assert chosen == own
    assert [r.rule for r in why] == [rule]


def test_an_agreement_overrides_the_policy_and_is_named() -> None:
    pair = Agreement(
        between=frozenset({FMR.key, ALVDAL.key}), routing="ke_then_municipality", source="avtale 2026-01"
    )
    chosen, why = routing.policy(FMR, ALVDAL, book(agreements=(pair,)))
    assert chosen == "ke_then_municipality"
    assert why[0].source == "avtale: avtale 2026-01"
    assert why[0].rejected == ("direct_with_copy_to_ke",)


def test_without_a_unit_of_our_own_it_goes_straight() -> None:
    chosen, why = routing.policy(FMR, ALVDAL, without("st-olavs-ke", "felles-ke"))
    assert chosen == "direct"
    assert why[0].rule == "routing-no-own-unit"


def test_the_own_unit_needs_no_copy_of_its_own_needs() -> None:
    chosen, why = routing.policy(party("st-olavs-ke"), ALVDAL, BOOK)
    assert chosen == "direct"
    assert why[0].rule == "routing-own-unit-sends"


def test_own_unit_is_of_the_same_level_1_and_not_the_joint_one_first() -> None:
    assert routing.own_unit(BOOK, FMR) == party("st-olavs-ke")
    assert routing.own_unit(without("st-olavs-ke"), FMR) == party("felles-ke")
    assert routing.own_unit(BOOK, party("st-olavs-ke")) == party("st-olavs-ke")
    stranger = replace(FMR, key="annet", her_id="77", unit_her_id="7777")
    assert routing.own_unit(book(stranger), stranger) is None
    ended = replace(party("st-olavs-ke"), valid_to=date(2026, 1, 1))
    assert routing.own_unit(book(ended), FMR, on=DAY) == party("felles-ke")


def test_the_gp_is_found_by_her_id_alone() -> None:
    assert routing.gp(BOOK, "258521") == party("kattskinnet-lin")
    assert routing.gp(BOOK, "56704") is None
    assert routing.gp_route(BOOK, "258521").reasons[0].rule == "receiver-gp"
    assert routing.gp_route(BOOK, None).unrouted == "IPK-R003"


def test_answers_land_where_answer_to_says() -> None:
    assert routing.answer_party(BOOK, FMR) == FMR
    assert routing.answer_reason(BOOK, FMR).rule == "answer-department"
    by_unit = replace(FMR, answer_to="ke")
    assert routing.answer_party(BOOK, by_unit) == party("st-olavs-ke")
    assert routing.answer_reason(BOOK, by_unit).rule == "answer-ke"
    assert routing.answer_party(without("st-olavs-ke", "felles-ke"), by_unit) == by_unit


def test_an_event_of_a_party_that_is_not_home_leaves_nothing() -> None:
    assert routing.leaves(FMR) == (True, ())
    out, why = routing.leaves(ALVDAL)
    assert not out
    assert why[0].rule == "routing-reported"


# ── a unit that nobody staffs, agreements of organisations ──


def test_nothing_waits_for_a_unit_that_nobody_staffs() -> None:
    home = party("st-olavs-fmr", routing="ke_then_municipality")
    chosen, why = routing.policy(home, ALVDAL, book(home, party("st-olavs-ke", staffed=False)))
    assert chosen == "direct_with_copy_to_ke"
    assert [r.rule for r in why] == ["routing-ke-then-municipality", "routing-unit-unstaffed"]
    assert why[1].rejected == ("ke_then_municipality",)


def test_a_deputy_stands_in_for_it() -> None:
    home = party("st-olavs-fmr", routing="ke_then_municipality")
    deputy = party("felles-ke")
    found = book(home, deputy, party("st-olavs-ke", staffed=False, deputy="felles-ke"))
    chosen, why = routing.policy(home, ALVDAL, found)
    assert (chosen, why[-1].rule, why[-1].outcome) == ("ke_then_municipality", "routing-deputy", "felles-ke")
    assert routing.own_unit(found, home) == deputy


def test_a_deputy_that_is_not_ours_stands_in_for_nobody() -> None:
    home = party("st-olavs-fmr", routing="ke_then_municipality")
    unit = party("st-olavs-ke", staffed=False, deputy="brevvik")
    assert routing.own_unit(book(home, unit), home) == unit


def test_an_agreement_holds_for_other_services_of_the_same_two_organisations() -> None:
    made = Agreement(
        between=frozenset({"st-olavs-fmr", "alvdal-saksbehandling"}), routing="direct", source="avtale 2026"
    )
    other = replace(party("st-olavs-fmr"), key="st-olavs-kir", unit_her_id="90999")
    found = book(other, agreements=(made,))
    assert found.agreement("st-olavs-kir", "alvdal-sykepleie") == made
    assert routing.policy(other, ALVDAL, found)[0] == "direct"
    assert found.agreement("st-olavs-kir", "gammeldal-saksbehandling") is None
    assert found.agreement("alvdal-sykepleie", "alvdal-saksbehandling") is None


def test_an_own_agreement_comes_first_and_of_two_neither_speaks_for_a_third() -> None:
    one = Agreement(between=frozenset({"st-olavs-fmr", "alvdal-saksbehandling"}), reply_days=5)
    two = Agreement(between=frozenset({"st-olavs-ke", "alvdal-saksbehandling"}), reply_days=2)
    other = replace(party("st-olavs-fmr"), key="st-olavs-kir", unit_her_id="90999")
    found = book(other, agreements=(one, two))
    assert found.agreement("st-olavs-ke", "alvdal-saksbehandling") == two
    assert found.agreement("st-olavs-kir", "alvdal-saksbehandling") is None
