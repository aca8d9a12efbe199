"""The one table from error to every wire: a code, its status, texts and cure. A file per subject, a row per code.

Sources: RFC 9457 (problem+json), R4 http.html#summary and value set issue-type, Volven 8221 (AppRec errors).
"""

from __future__ import annotations

from typing import Final

from adapter.errortable import event, manners, messages, people, subscriptions, system, writing
from adapter.errortable.row import Row

__all__ = ["TABLE", "Row"]

TABLE: Final[dict[str, Row]] = {
    **event.EVENT,
    **people.CONSENT,
    **people.IDENTIFIERS,
    **people.ADDRESSES,
    **messages.MESSAGES,
    **system.FHIR,
    **writing.WRITING,
    **subscriptions.SUBSCRIPTIONS,
    **manners.MANNERS,
    **system.SYSTEM,
}
"""Every code and what it means on every wire; `docs/errors.md` is made from it."""
