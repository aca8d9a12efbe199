"""A turn for what takes long: few large documents are read at once, so that they are never in the way of small ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from adapter import xmlsafe
from adapter.errors import SystemFault
from adapter.services import Services
from adapter.settings import Settings


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
    if not services.large.acquire(timeout=set_.xml_large_wait_seconds):
        raise SystemFault("IPK-S002", at="document")
    try:
        yield
    finally:
        services.large.release()


def limits(set_: Settings) -> xmlsafe.Limits:
    """Return what a document may have, as the settings say."""
    return xmlsafe.Limits(
        size=set_.max_message_bytes,
        markup=set_.xml_max_markup,
        depth=set_.xml_max_depth,
        siblings=set_.xml_max_siblings,
        attributes=set_.xml_max_attributes,
        attachment=set_.xml_max_attachment_bytes,
    )
