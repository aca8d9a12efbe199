"""The twin of the directory transport without a disk: for tests, replay and dry runs. Same promises."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from adapter.idscan import mask
from adapter.retry import Failure
from adapter.transports.base import (
    BATCH,
    Channel,
    Filed,
    Incoming,
    Outgoing,
    Place,
    Polled,
    TransportError,
    clash,
    explanation,
    file_name,
    numbered,
)

UNLIMITED: Final = 2**63


@dataclass(repr=False, slots=True)
class Memory:
    """What stands in the folders, as mappings from name to content."""

    name: str = "memory"
    max_bytes: int = UNLIMITED
    batch: int = BATCH
    sent: dict[Place, dict[str, bytes]] = field(default_factory=lambda: {"out": {}, "handover": {}})
    waiting: dict[Channel, dict[str, bytes]] = field(default_factory=lambda: {"in": {}, "copy": {}})
    done: dict[str, bytes] = field(default_factory=dict)
    failed: dict[str, bytes] = field(default_factory=dict)
    errors: dict[str, Mapping[str, object]] = field(default_factory=dict)
    """Why, by the name in `failed`."""
    epj: dict[str, bytes] = field(default_factory=dict)
    about: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """What accompanies a document of `epj`, by the same name."""
    broken: Failure | None = None
    """While set, everything fails with it, as folders on a full or missing disk do."""
    _taken: set[tuple[Channel, str]] = field(default_factory=set)

    @property
    def out(self) -> dict[str, bytes]:
        """What was sent, by name."""
        return self.sent["out"]

    def put(self, name: str, data: bytes, *, channel: Channel = "in") -> None:
        """Let a document come in. Raises TransportError where other bytes wait under the name."""
        _put(self.waiting[channel], name, data, channel)

    def send(self, item: Outgoing) -> None:
        """Keep a document in `out` or `handover`. Raises TransportError."""
        self._works(item.place)
        _put(self.sent[item.place], file_name(item.id, folder=item.place), item.data, item.place)

    def file(self, item: Filed) -> None:
        """Keep a document in `epj`. Raises TransportError."""
        self._works("epj")
        name = file_name(item.id, folder="epj")
        _put(self.epj, name, item.data, "epj")
        self.about[name] = dict(item.about)

    def poll(self) -> Polled:
        """Yield a batch of what waits, in the order it came. Raises TransportError."""
        self._works("in")
        for channel, waiting in self.waiting.items():
            for name in list(itertools.islice(waiting, self.batch)):
                if name in waiting and (channel, name) not in self._taken:
                    yield from self._opened(channel, name)

    def _opened(self, channel: Channel, name: str) -> Iterator[Incoming]:
        self._taken.add((channel, name))
        try:
            data = self.waiting[channel][name]
            if len(data) > self.max_bytes:
                self._fail(channel, name, "IPK-M008", "$")
            else:
                yield Incoming(
                    name=mask(name), channel=channel, data=data,
                    done=self._settling(lambda: self._finish(channel, name)),
                    failed=lambda code, at: self._settling(lambda: self._fail(channel, name, code, at))(),
                )  # fmt: skip
        finally:
            self._taken.discard((channel, name))

    def _settling(self, work: Callable[[], None]) -> Callable[[], None]:
        def settle() -> None:
            self._works("in")
            work()

        return settle

    def _finish(self, channel: Channel, name: str) -> None:
        data = self.waiting[channel].pop(name, None)
        if data is not None:
            self.done[_free(self.done, name)] = data

    def _fail(self, channel: Channel, name: str, code: str, at: str) -> None:
        data = self.waiting[channel].pop(name, None)
        if data is not None:
            free = _free(self.failed, name)
            self.failed[free] = data
            self.errors[free] = explanation(code, at)

    def _works(self, folder: str) -> None:
        if self.broken is not None:
            raise TransportError(self.broken, at=folder)


def _put(folder: dict[str, bytes], name: str, data: bytes, where: str) -> None:
    if folder.setdefault(name, data) != data:
        raise clash(where)


def _free(used: Container[str], name: str) -> str:
    names = (numbered(name, number) for number in itertools.count(1))
    return next(each for each in names if each not in used)
