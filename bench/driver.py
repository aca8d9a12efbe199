"""The load: many kept-alive HTTP/1.1 connections from one process, each asking again as soon as it is answered.

Where the job offers a rate, requests fall due at even times instead, and go out on whichever connection is free.

Runs as `python -m bench.driver`, in a process of its own: reads a Job as JSON from standard input, writes a Load as
JSON to standard output. The same for ours and for the floor, so what it costs cancels out of the ratios.
"""

from __future__ import annotations

import selectors
import socket
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import cycle, islice
from typing import Any, Final

import orjson

from bench import needs

_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length:"
_CHUNK: Final = 262_144


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What to ask for: `paths` in turn by GET, or else distinct events from place `start` on, one fixed `body`, or `bodies`."""

    port: int
    connections: int
    seconds: float
    paths: tuple[str, ...]
    post: bool = False
    body: str | None = None
    bodies: tuple[str, ...] = ()
    """Posted once each; when all are, the load is over."""
    media: str = "application/json"
    """Of `body` and `bodies`."""
    token: str = ""
    start: int = 0
    rate: float | None = None
    """Requests offered a second. A latency counts from when its request was due: waiting for a connection is part of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What was answered. Latencies in milliseconds; `statuses` counts answers by HTTP status."""

    rate: float
    p50: float
    p99: float
    answers: int
    statuses: dict[str, int] = field(default_factory=dict)
    length: int = 0
    """Bytes of the last body."""


def requests(job: Job) -> Iterator[bytes]:
    """Yield requests without end."""
    if not job.post:
        heads = [f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{job.port}\r\n\r\n".encode() for path in job.paths]
        yield from cycle(heads)
        return
    shown = f"Authorization: Bearer {job.token}\r\n" if job.token else ""
    head = f"POST {job.paths[0]} HTTP/1.1\r\nHost: 127.0.0.1:{job.port}\r\n{shown}Content-Type: "
    if job.bodies:
        yield from [_posted(head, job.media, body.encode()) for body in job.bodies]
        return
    if job.body is not None:
        yield from cycle([_posted(head, job.media, job.body.encode())])
    for body in needs.bodies(job.start):
        yield _posted(head, needs.MEDIA, body)


def _posted(head: str, media: str, body: bytes) -> bytes:
    return f"{head}{media}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


class _Line:
    """One connection: what it waits for and since when."""

    __slots__ = ("buffer", "since", "socket", "wanted")

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.wanted = 0
        self.since = 0.0

    def ask(self, request: bytes, since: float | None = None) -> None:
        """Send a request, due `since` (now)."""
        self.buffer, self.wanted = b"", 0
        self.since = time.perf_counter() if since is None else since
        self.socket.sendall(request)

    def answered(self) -> bool:
        """Take what has come; whether the answer is whole. Raises ConnectionError when the server hung up."""
        part = self.socket.recv(_CHUNK)
        if not part:
            raise ConnectionError
        self.buffer += part
        if not self.wanted:
            end = self.buffer.find(_END)
            if end < 0:
                return False
            self.wanted = end + len(_END) + _length(self.buffer[:end])
        return len(self.buffer) >= self.wanted


def _length(head: bytes) -> int:
    lower = head.lower()
    place = lower.find(_LENGTH)
    return int(lower[place + len(_LENGTH) :].split(b"\r\n", 1)[0]) if place >= 0 else 0


def load(job: Job) -> Load:
    """Return what came of a job."""
    source = requests(job)
    if (
        job.post and job.body is None and not job.bodies
    ):  # made before the clock starts, as far as they will reach
        ready = list(islice(source, int(job.seconds * 1500)))
        source = _chained(ready, source)
    lines = [_Line(job.port) for _ in range(job.connections)]
    try:
        return _loaded(job, lines, source)
    finally:
        for line in lines:
            line.socket.close()


def _chained(ready: list[bytes], rest: Iterator[bytes]) -> Iterator[bytes]:
    yield from ready
    yield from rest


class _Run:
    """One load under way: what was counted, which lines are free, and when the next request is due."""

    def __init__(self, job: Job, source: Iterator[bytes]) -> None:
        self.times: list[float] = []
        self.statuses: Counter[str] = Counter()
        self.length = self.lost = self.waiting = 0
        self.free: list[_Line] = []
        self.source = source
        self.begun = time.perf_counter()
        self.end = self.begun + job.seconds
        self.pause = 0.0 if job.rate is None else 1 / job.rate
        self.due = self.begun

    def ask(self) -> float:
        """Send what may be sent, and return the seconds until more may be (at most one)."""
        now = time.perf_counter()
        while self.free and self.due <= now < self.end and self.due < self.end:
            request = next(self.source, None)
            if request is None:  # nothing is left to post
                self.end = now
                break
            self.free.pop().ask(request, self.due if self.pause else None)
            self.waiting += 1
            self.due += self.pause
        return max(0.0, min(self.due - now, 1.0)) if self.free and now < self.end else 1.0

    def take(self, line: _Line, selector: selectors.BaseSelector) -> None:
        """Take what came on a line."""
        try:
            whole = line.answered()
        except OSError:
            self.lost += 1
            self.waiting -= 1
            selector.unregister(line.socket)
            return
        if not whole:
            return
        self.times.append(time.perf_counter() - line.since)
        self.statuses[line.buffer[9:12].decode("ascii", "replace")] += 1
        self.length = line.wanted - line.buffer.find(_END) - len(_END)
        self.waiting -= 1
        self.free.append(line)


def _loaded(job: Job, lines: list[_Line], source: Iterator[bytes]) -> Load:
    run = _Run(job, source)
    with selectors.DefaultSelector() as selector:
        for line in lines:
            selector.register(line.socket, selectors.EVENT_READ, line)
        run.free += lines
        pause = run.ask()
        while run.waiting or time.perf_counter() < run.end:
            for key, _ in selector.select(pause):
                run.take(key.data, selector)
                if not run.pause:
                    run.ask()
            pause = run.ask()
            if time.perf_counter() > run.end + 10 or run.lost == len(lines):
                break
    seconds = time.perf_counter() - run.begun
    return _counted(run.times, run.statuses, lost=run.lost + run.waiting, seconds=seconds, length=run.length)


def _counted(times: list[float], statuses: Counter[str], *, lost: int, seconds: float, length: int) -> Load:
    ordered = sorted(times) or [0.0]
    if lost:
        statuses["lost"] = lost
    return Load(
        rate=len(times) / seconds,
        p50=ordered[len(ordered) // 2] * 1000,
        p99=ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] * 1000,
        answers=len(times),
        statuses=dict(statuses),
        length=length,
    )


def main() -> None:
    """Do the job on standard input."""
    said: dict[str, Any] = orjson.loads(sys.stdin.buffer.read())
    sys.stdout.buffer.write(orjson.dumps(asdict(load(Job(**said)))))


if __name__ == "__main__":
    main()
