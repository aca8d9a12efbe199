"""A turn for what takes long: few large documents are read at once, so that they are never in the way of small ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from adapter.errors import SystemFault
from adapter.services import Services


@contextmanager
def turn(services: Services, size: int) -> Iterator[None]:
    """Hold a turn while a document of `size` bytes is read; a small one needs none.

    Raises SystemFault IPK-S002 where too many large ones are read already: over HTTP 503 with Retry-After, in the worker
    a try again.
    """
    set_ = services.settings
    if size <= set_.xml_large_bytes:
        yield
        return
    # Whoever reads a large one does not hold up those who compute meanwhile: lxml lets them.
    services.store.lane.leave()
    if not services.large.acquire(timeout=set_.xml_large_wait_seconds):
        raise SystemFault("IPK-S002", at="document")
    try:
        yield
    finally:
        services.large.release()
