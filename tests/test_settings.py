"""Settings: safe by default, frozen, every fault at once, no value quoted."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from pydantic import ValidationError

from adapter import settings as room
from adapter.errors import Faults
from adapter.hosts import without_password
from adapter.settings import Settings, load
from adapter.settingsview import show
from tests import reference

TOKEN = "t" * 16
REAL = {"mode": "real", "database_url": "postgresql+psycopg://ip@db/ip", "token": TOKEN, "tls_in_front": True}


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"ADAPTER_{name.upper()}", raising=False)


def faults(**given: object) -> dict[str, str]:
    with pytest.raises(Faults) as caught:
        load(**given)
    assert {fault.code for fault in caught.value.faults} == {"IPK-S006"}
    return {fault.path: fault.hint for fault in caught.value.faults}


def test_defaults_are_synthetic_embedded_and_on_loopback() -> None:
    settings = load()
    assert (settings.mode, settings.host, settings.port) == ("synthetic", "127.0.0.1", 8080)
    assert settings.database_url == "sqlite:///var/adapter.db"
    assert settings.exchange == Path("var/exchange")
    assert settings.loopback
    assert not settings.postgresql
    assert settings.base_url == "http://127.0.0.1:8080"
    assert settings.people().mode == "synthetic"
    assert settings.people().series == frozenset("6789")


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADAPTER_PORT", "9090")
    monkeypatch.setenv("ADAPTER_PEOPLE_SERIES", "8, 9")
    monkeypatch.setenv("ADAPTER_FH_PREFIX", "")
    settings = load()
    assert settings.port == 9090
    assert settings.people().series == frozenset("89")
    assert settings.people().fh_prefix == ()


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError):
        load().port = 1  # type: ignore[misc]


def test_every_fault_is_told_at_once_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADAPTER_PORT", "hemmelig-port")
    monkeypatch.setenv("ADAPTER_TOKEN", "hemmelig")
    monkeypatch.setenv("ADAPTER_PEOPLE_SERIES", "1,hemmelig")
    monkeypatch.setenv("ADAPTER_DATABASE_URL", "mysql://hemmelig")
    found = faults()
    assert set(found) == {
        "ADAPTER_PORT", "ADAPTER_TOKEN", "ADAPTER_PEOPLE_SERIES", "ADAPTER_DATABASE_URL",
    }  # fmt: skip
    assert all(found.values())
    assert "hemmelig" not in str(found)


def test_an_unknown_setting_is_a_fault() -> None:
    assert faults(prot=1) == {"ADAPTER_PROT": "unknown setting"}


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "adapter.example"])  # noqa: S104 (must be refused)
def test_synthetic_mode_leaves_loopback_only_with_a_token(host: str) -> None:
    assert "loopback" in faults(host=host)["$"]
    assert load(host=host, token=TOKEN).host == host


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost"])
def test_loopback_is_known_by_its_addresses(host: str) -> None:
    assert load(host=host).loopback


@pytest.mark.parametrize(
    ("without", "word"),
    [
        ({"database_url": "sqlite:///var/x.db"}, "sqlite"),
        ({"token": None}, "no-token"),
        ({"tls_in_front": False}, "no-tls"),
    ],
)
def test_real_mode_wants_postgresql_token_and_tls_unless_waived(
    without: dict[str, object], word: str
) -> None:
    assert load(**REAL).people().mode == "real"
    assert word in faults(**{**REAL, **without})["$"]
    assert load(**{**REAL, **without}, waive=word).waive == {word}


def test_real_mode_never_goes_without_audit() -> None:
    assert "AUDIT" in faults(**REAL, audit=False)["$"]


def test_nobody_is_simulated_in_real_mode() -> None:
    assert load().manner == "structured"
    assert load(**REAL).manner == "off"


@pytest.mark.parametrize(
    "given", [{"retry_first_seconds": 9.0, "retry_max_seconds": 8.0}, {"page_size": 10, "page_limit": 9}]
)
def test_a_limit_below_its_start_is_a_fault(given: dict[str, object]) -> None:
    assert faults(**given)["$"]


def test_every_setting_has_a_meaning_and_a_default() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert not field.is_required(), name


def test_what_is_shown_hides_tokens_and_passwords() -> None:
    settings = load(
        token=TOKEN,
        database_url="postgresql+psycopg://ip:pass-word@db:5432/ip",
        public_url="https://ip.example/",
    )
    shown = {each.variable: each for each in show(settings)}
    assert len(shown) == len(Settings.model_fields)
    assert "pass-word" not in str(shown)
    assert TOKEN not in str(shown)
    assert shown["ADAPTER_DATABASE_URL"].value == "postgresql+psycopg://ip:***@db:5432/ip"
    assert shown["ADAPTER_AUDIT"].value == "true"
    assert "pass-word" not in repr(settings)
    assert settings.base_url == "https://ip.example"


@pytest.mark.parametrize("url", ["sqlite:///var/adapter.db", "postgresql://ip@db/ip", "bokmål @ ://", ""])
def test_a_text_without_password_is_shown_as_it_is(url: str) -> None:
    assert without_password(url) == url


def test_an_address_of_six_stands_in_brackets() -> None:
    assert load(host="::1").base_url == "http://[::1]:8080"


def test_rules_name_settings_that_exist() -> None:
    words = (
        " ".join(text for _, text in room._RULES)
        .replace(",", " ")
        .replace("=", " ")
        .replace(")", " ")
        .split()
    )
    named = {word.lstrip("(").removeprefix("ADAPTER_").lower() for word in words if "ADAPTER_" in word}
    assert named <= set(Settings.model_fields)


@pytest.mark.parametrize(
    "origins",
    ["*", "null", "app.example", "https://app.example/", "https://App.example", "https://a.example, *", "https://*.example",
     "ftp://a.example", "https://u:p@a.example"],
)  # fmt: skip
def test_only_whole_origins_may_ask_from_their_pages(origins: str) -> None:
    assert set(faults(cors_origins=origins)) == {"ADAPTER_CORS_ORIGINS"}


def test_origins_are_listed_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load().cors_origins == ()
    monkeypatch.setenv("ADAPTER_CORS_ORIGINS", "https://app.example, http://[::1]:3000")
    assert load().cors_origins == ("https://app.example", "http://[::1]:3000")


def test_every_setting_does_something() -> None:
    files = (reference.ROOT / "adapter").rglob("*.py")
    words = Counter(word for path in files for word in re.findall(r"\w+", path.read_text(encoding="utf-8")))
    assert {name for name in Settings.model_fields if words[name] == 1} == set()
