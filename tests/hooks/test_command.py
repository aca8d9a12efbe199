"""`ip-adapter hooks`: what a person sees of subscriptions, and does about one in error."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from adapter.cli import called
from adapter.services import Services
from tests.hooks.receiver import Receiver, asked, receiving, worked

SECRET = "hemmelig-i-adressen"
Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def more_settings() -> dict[str, Any]:
    return {"hooks_private": True}


@pytest.fixture
def say(services: Services, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Run a command beside the installation: exit code, standard output and error."""
    monkeypatch.setenv("ADAPTER_DATABASE_URL", services.settings.database_url)

    def run(*args: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = called(["--lang", "en", "hooks", *args])
        found = capsys.readouterr()
        return code, found.out, found.err

    return run


@pytest.fixture
def failed(client: FlaskClient, services: Services) -> str:
    """Subscribe a receiver that refuses the handshake; the id."""
    with receiving() as receiver:
        receiver.answers = [403]
        made = client.post("/fhir/Subscription", json=asked(f"{receiver.url}?key={SECRET}"))
        worked(services)
    found: str = made.get_json()["id"]
    return found


def test_where_nobody_subscribes_nothing_is_listed(say: Say):
    assert say("list") == (0, "", "nobody subscribes\n")
    assert say("list", "--json") == (0, "", "")


def test_what_is_listed_holds_neither_key_nor_address(say: Say, failed: str):
    code, text, _ = say("list")
    assert code == 0
    assert failed in text
    assert "IPK-F075" in text
    (row,) = [json.loads(line) for line in say("list", "--json")[1].splitlines()]
    assert (row["id"], row["status"], row["server"], row["told"]) == (failed, "error", "127.0.0.1", 0)
    shown = say("show", failed)
    assert shown[0] == 0
    assert json.loads(say("show", failed, "--json")[1]) == row
    for said in (text, shown[1], json.dumps(row)):
        assert SECRET not in said
        assert "whsec" not in said


def test_one_in_error_is_notified_again_and_no_other(say: Say, failed: str):
    assert say("requeue", failed) == (0, f"{failed} requested\n", "")
    for id_, code in ((failed, "IPK-F072"), ("nobody", "IPK-F001")):
        exit_, out, err = say("requeue", id_)
        assert (exit_, out) == (1, "")
        assert code in err
    assert say("show", "nobody")[0] == 1


def test_after_a_requeue_the_handshake_comes_again(say: Say, client: FlaskClient, services: Services):
    with receiving() as receiver:
        receiver.answers = [403]
        made = client.post("/fhir/Subscription", json=asked(receiver.url)).get_json()
        worked(services)
        assert say("requeue", made["id"])[0] == 0
        worked(services)
        assert _kinds(receiver) == ["handshake", "handshake"]
    assert client.get(f"/fhir/Subscription/{made['id']}").get_json()["status"] == "active"


def _kinds(receiver: Receiver) -> list[str]:
    return [each.kind for each in receiver.got]
