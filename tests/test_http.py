"""The HTTP client: one attempt, limits, TLS, and no word of the other server's or of the address in an error."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from adapter.errors import SystemFault
from adapter.http import Client, Limits
from adapter.settings import load

LIMITS = Limits(connect=1.0, read=0.3, max_bytes=1000)


class Other(BaseHTTPRequestHandler):
    """Another server, by path."""

    def do_GET(self) -> None:
        """Answer."""
        if self.path == "/slow":
            self.server.gate.wait(2)  # type: ignore[attr-defined]
        size = 1001 if self.path == "/large" else 1000
        self.send_response(302 if self.path == "/moved" else 200)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(size))
        self.end_headers()
        self.wfile.write(b"x" * size)

    def do_POST(self) -> None:
        """Give back what came."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def other() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Other) as server:
        server.gate = threading.Event()  # type: ignore[attr-defined]
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.gate.set()  # type: ignore[attr-defined]
        server.shutdown()
        thread.join()


@pytest.fixture
def client() -> Iterator[Client]:
    with Client(LIMITS) as client:
        yield client


def code(client: Client, url: str) -> str:
    with pytest.raises(SystemFault) as caught:
        client.send("GET", url)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert url not in str(caught.value)
    return caught.value.code


def test_a_body_goes_out_and_comes_back_whole(client: Client, other: str) -> None:
    reply = client.send(
        "POST", f"{other}/", body="blåbær".encode().ljust(20), headers={"Content-Type": "text/plain"}
    )
    assert (reply.status, reply.body) == (201, "blåbær".encode().ljust(20))
    assert reply.headers["content-length"] == "20"
    assert "bl" not in repr(reply)


def test_a_redirect_is_an_answer_and_not_followed(client: Client, other: str) -> None:
    assert client.send("GET", f"{other}/moved").status == 302


def test_an_answer_at_the_limit_is_taken_and_one_above_is_not(client: Client, other: str) -> None:
    assert len(client.send("GET", f"{other}/").body) == 1000
    assert code(client, f"{other}/large") == "IPK-S010"


def test_a_slow_server_does_not_answer(client: Client, other: str) -> None:
    assert code(client, f"{other}/slow") == "IPK-S009"


def test_nobody_there_is_no_answer(client: Client) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert code(client, f"http://127.0.0.1:{port}/13116900216") == "IPK-S009"


@pytest.mark.parametrize(
    "url", ["http://other.example/", "ftp://127.0.0.1/", "file:///etc/hosts", "/events", ""]
)
def test_only_tls_leaves_the_machine(client: Client, url: str) -> None:
    with pytest.raises(SystemFault) as caught:
        client.send("GET", url)
    assert caught.value.code == "IPK-S011"


def test_the_limits_are_the_settings() -> None:
    with Client.of(load(http_read_seconds=7.0, http_connect_seconds=2.0, http_max_bytes=5000)) as client:
        assert client._limits == Limits(connect=2.0, read=7.0, max_bytes=5000)
