"""Who may: one pure function, and whose a write is."""

from __future__ import annotations

import pytest

from adapter.access.callers import Caller, identify, is_local, is_own, request_id, traceparent
from adapter.access.policy import Rules, decide, home, writer
from adapter.errors import RoutingError
from adapter.registers import addressbook

OPEN = Rules(mode="synthetic", token=False)
GUARDED = Rules(mode="synthetic", token=True)
REAL = Rules(mode="real", token=False)
WAIVED = Rules(mode="real", token=False, open=True)


def _caller(*, local: bool = True, trusted: bool = False, meant: bool = True) -> Caller:
    return Caller(client="x", local=local, trusted=trusted, request_id="", meant=meant)


@pytest.mark.parametrize(
    ("rules", "caller", "code"),
    [
        (OPEN, _caller(), ""),
        (OPEN, _caller(local=False), "IPK-R005"),
        (OPEN, _caller(meant=False), "IPK-R007"),
        (GUARDED, _caller(), "IPK-S007"),
        (GUARDED, _caller(trusted=True, meant=False), ""),
        (GUARDED, _caller(local=False, trusted=True), ""),
        (REAL, _caller(), "IPK-S007"),
        (WAIVED, _caller(local=False), ""),
        (WAIVED, _caller(local=False, meant=False), ""),
    ],
)
def test_loopback_in_synthetic_mode_and_the_token_everywhere_else(rules: Rules, caller: Caller, code: str):
    decision = decide(caller, rules=rules, action="read", kind="resource", org="59")
    assert (decision.allowed, decision.code) == (code == "", code)
    if code:
        assert decision.error().code == code


@pytest.mark.parametrize("rules", [OPEN, GUARDED, REAL, WAIVED])
@pytest.mark.parametrize(
    "given", ["Bearer wrong", "Bearer ", "Basic right-token", "right-token", "Bearer \udcff", "", " "]
)
def test_credentials_that_are_nobodys_are_never_taken_for_none(rules: Rules, given: str):
    token = "right-token" if rules.token else None
    caller = identify(address="127.0.0.1", authorization=given, token=token, request_id="r")
    decision = decide(caller, rules=rules, action="read", kind="resource")
    assert (decision.allowed, decision.code) == (False, "IPK-S007")


def test_who_gives_no_credentials_is_who_sits_here():
    caller = identify(address="127.0.0.1", authorization=None, token=None, request_id="r")
    assert decide(caller, rules=OPEN, action="read", kind="resource").allowed


def test_a_page_of_another_site_may_write_nothing():
    foreign = identify(address="127.0.0.1", authorization=None, token=None, request_id="r", site="cross-site")
    assert not decide(foreign, rules=OPEN, action="write", kind="message").allowed
    assert decide(foreign, rules=OPEN, action="read", kind="message").allowed


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("localhost", True), ("LocalHost:8080", True), ("localhost.:80", True), ("127.0.0.1:9", True),
        ("[::1]", True), ("[::1]:8080", True), ("plan.example:443", True), ("PLAN.example", True), (None, True),
        ("evil.example", False), ("evil.example:8080", False), ("localhost.evil.example", False), ("", False),
        ("127.0.0.1.evil.example", False), ("10.0.0.1", False), ("[::]", False), ("[::1", False),
        ("localhost@evil.example", False), ("evil.example@localhost", False), ("localhost:x", False), (".", False),
    ],
)  # fmt: skip
def test_a_name_that_is_not_this_machines_may_have_been_led_here(host: str | None, own: bool):  # noqa: FBT001 (a row of the table)
    assert is_own(host, "plan.example") is own


@pytest.mark.parametrize(
    ("given", "trusted"),
    [
        ("Bearer right-token", True),
        ("bearer  right-token ", True),
        ("Bearer wrong", False),
        ("Bearer ", False),
        ("Basic right-token", False),
        ("right-token", False),
        ("Bearer æøå\udcff", False),
        (None, False),
    ],
)
def test_a_token_is_right_only_as_a_bearer(given: str | None, trusted: bool):  # noqa: FBT001 (a row of the table)
    caller = identify(address="127.0.0.1", authorization=given, token="right-token", request_id="r")
    assert caller.trusted is trusted
    assert caller.client == ("token" if trusted else "loopback")


def test_nobody_is_trusted_where_no_token_is_set():
    assert not identify(address="", authorization="Bearer ", token=None, request_id="r").trusted


@pytest.mark.parametrize(
    ("address", "local"), [("127.0.0.1", True), ("::1", True), ("", True), ("10.0.0.1", False), ("x", False)]
)
def test_this_machine_is_known_by_its_address(address: str, local: bool):  # noqa: FBT001 (a row of the table)
    assert is_local(address) is local


def test_a_write_belongs_to_the_party_of_its_source():
    book = addressbook.load()
    assert writer(book, "urn:her:90998").home
    assert home(book) == "59"
    with pytest.raises(RoutingError) as refused:
        writer(book, "urn:her:1")
    assert (refused.value.code, refused.value.at) == ("IPK-R001", "$.source")


def test_ids_that_could_be_a_persons_number_are_not_taken():
    assert request_id("abc.DEF_1-2") == "abc.DEF_1-2"
    assert request_id("3e5e8778-b86c-4185-9d3f-831093c361a9") is not None
    assert request_id("13116900216") is None
    assert request_id("a\nb") is None
    assert traceparent("00-" + "0" * 32 + "-b7ad6b7169203331-01") is None
