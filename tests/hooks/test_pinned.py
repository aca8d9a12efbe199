"""What a notification may connect to: every special range refused, the name judged where it leads, no rebinding, an end to all."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any

import pytest

from adapter import pinned
from adapter.errors import FhirError, SystemFault
from adapter.hosts import is_public

PUBLIC = (
    "8.8.8.8",
    "93.184.215.14",
    "2001:4860:4860::8888",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::",
)
SPECIAL = (
    "0.0.0.1", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1", "172.31.255.255",
    "192.0.0.1", "192.0.2.1", "192.168.0.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255",
    "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::a00:1",
    "64:ff9b:1::1", "100::1", "2001:db8::1", "2002:a00:1::", "2001:0:a00:1::", "fc00::1", "fd12:3456::1", "fe80::1",
    "fe80::1%eth0", "fec0::1", "ff02::1", "localhost", "", "8.8.8.8.8", "0x08.8.8.8",
)  # fmt: skip
ANY = lambda _: True  # noqa: E731 (a judge that lets all pass)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_public(address: str):
    assert is_public(address)


@pytest.mark.parametrize("address", SPECIAL)
def test_a_special_address_is_not(address: str):
    assert not is_public(address)


def _led(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Let a name lead where `answers` say, one after another; return the names asked for."""
    asked: list[str] = []
    given = iter(answers)
    real = socket.getaddrinfo

    def look_up(host: Any, port: Any, *rest: Any, **more: Any) -> Any:
        if host != "receiver.example":
            return real(host, port, *rest, **more)
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in next(given)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


@pytest.mark.parametrize("ips", [["10.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["169.254.169.254", "8.8.8.8"]])
def test_a_name_that_leads_to_one_special_address_is_refused(monkeypatch: pytest.MonkeyPatch, ips: list[str]):
    _led(monkeypatch, ips)
    with pytest.raises(FhirError) as caught:
        pinned.addresses("https://receiver.example/", is_public)
    assert caught.value.code == "IPK-F068"


@contextmanager
def _serving(
    answer: bytes, *, drip: float = 0, tls: ssl.SSLContext | None = None
) -> Iterator[tuple[int, list[bytes]]]:
    """Yield a port that answers every connection so, byte by byte where it drips; and what came."""
    got: list[bytes] = []
    stop = threading.Event()
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        server.settimeout(0.1)

        def serve() -> None:
            while not stop.is_set():
                try:
                    conn, _ = server.accept()
                except TimeoutError:
                    continue
                conn.settimeout(1)
                with closing(conn), suppress(OSError):
                    talk(conn)

        def talk(plain: socket.socket) -> None:
            with closing(tls.wrap_socket(plain, server_side=True) if tls else plain) as conn:
                got.append(conn.recv(65_536))
                for piece in [bytes([byte]) for byte in answer] if drip else [answer]:
                    conn.sendall(piece)
                    if stop.wait(drip):
                        return

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1], got
        finally:
            stop.set()
            thread.join()


def _post(url: str, **more: Any) -> int:
    given: dict[str, Any] = {
        "headers": {},
        "seconds": 1.0,
        "judge": ANY,
        "context": ssl.create_default_context(),
    }
    return pinned.post(url, b"{}", **(given | more))


def test_the_address_that_was_judged_is_the_one_connected_to(monkeypatch: pytest.MonkeyPatch):
    with _serving(b"HTTP/1.1 204 No Content\r\n\r\n") as (port, got):
        # A second look-up would lead elsewhere; there is none.
        asked = _led(monkeypatch, ["127.0.0.1"], ["203.0.113.1"])
        assert _post(f"http://receiver.example:{port}/a?b=c") == 204
    assert asked == ["receiver.example"]
    assert got[0].startswith(b"POST /a?b=c HTTP/1.1\r\n")
    assert f"Host: receiver.example:{port}\r\n".encode() in got[0]


def test_the_next_address_is_taken_where_the_first_does_not_answer(monkeypatch: pytest.MonkeyPatch):
    with _serving(b"HTTP/1.1 200 OK\r\n\r\n") as (port, _):
        _led(monkeypatch, ["127.0.0.2", "127.0.0.1"])
        assert _post(f"http://receiver.example:{port}/", seconds=2.0) == 200


@pytest.mark.parametrize("answer", [b"", b"nothing\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"X: " + b"a" * 70_000])
def test_what_is_no_answer_is_none(answer: bytes):
    with _serving(answer) as (port, _), pytest.raises(SystemFault) as caught:
        _post(f"http://127.0.0.1:{port}/")
    assert caught.value.code == "IPK-S009"
    assert str(port) not in str(caught.value)


def test_an_answer_that_trickles_in_is_cut_in_time():
    with _serving(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 1000, drip=0.05) as (port, _):
        started = time.monotonic()
        with pytest.raises(SystemFault):
            _post(f"http://127.0.0.1:{port}/", seconds=0.5)
        assert time.monotonic() - started < 1.5


def test_a_server_whose_certificate_is_not_trusted_gets_nothing():
    with _serving(b"HTTP/1.1 200 OK\r\n\r\n") as (port, got), pytest.raises(SystemFault):
        _post(f"https://127.0.0.1:{port}/", headers={"X-Key": "secret"})
    assert not [each for each in got if b"secret" in each]


@pytest.mark.parametrize("url", ["https://nowhere.invalid/", "http://127.0.0.1:1/"])
def test_nobody_there_is_no_answer(url: str):
    with pytest.raises(SystemFault) as caught:
        _post(url)
    assert caught.value.code == "IPK-S009"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Make a certificate of receiver.example, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("tls")
    cert, key = str(folder / "cert.pem"), str(folder / "key.pem")
    asked = (
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=receiver.example"
    )
    named = ["-addext", "subjectAltName=DNS:receiver.example", "-out", cert, "-keyout", key]
    subprocess.run(["openssl", *asked.split(), *named], check=True, capture_output=True)
    return cert, key


@pytest.mark.parametrize(
    ("trusted", "host"), [(True, "receiver.example"), (True, "localhost"), (False, "receiver.example")]
)
def test_the_certificate_is_that_of_the_name_not_of_the_address(
    monkeypatch: pytest.MonkeyPatch, certificate: tuple[str, str], host: str, *, trusted: bool
):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*certificate)
    ours = ssl.create_default_context(cafile=certificate[0]) if trusted else ssl.create_default_context()
    _led(monkeypatch, ["127.0.0.1"])
    with _serving(b"HTTP/1.1 202 Accepted\r\n\r\n", tls=tls) as (port, got):
        url = f"https://{host}:{port}/hook"
        if trusted and host == "receiver.example":
            assert _post(url, context=ours, headers={"X-Key": "secret"}) == 202
            assert f"Host: receiver.example:{port}".encode() in got[0]
            return
        with pytest.raises(SystemFault):
            _post(url, context=ours, headers={"X-Key": "secret"})
    assert not [each for each in got if b"secret" in each]
