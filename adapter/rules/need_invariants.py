"""What holds of every need whatever moves it: N1-N8 of domain § 2.5, fitted to fhir-model's Task states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Invariant:
    """One of N1-N8: what must hold, and what happens to that which would break it. `code` is what its sender is told, if anything."""

    says: str
    rule: str
    effect: Literal["held", "derived", "carried on", "refused", "joined", "closed"]
    code: str = ""
    source: str
    checked: date = date(2026, 11, 27)


INVARIANTS: Final[Mapping[str, Invariant]] = MappingProxyType(
    {
        "N1": Invariant(
            says="nothing leaves about a need without a consent or a legal basis that covers kind and receiver then",
            rule="consent-not-asked", effect="held", source="domain § 2.5; hpl § 22; pbrl § 4-1",
        ),
        "N2": Invariant(
            says="8705#105 only after a positive receipt, an answer, or another way that is confirmed",
            rule="national-code", effect="derived", source="domain § 2.5; kodeverk 8705",
        ),
        "N3": Invariant(
            says="an open need has one owner, and one clock of each kind that waits for it",
            rule="clock-reply", effect="derived", source="domain § 2.5",
        ),
        "N4": Invariant(
            says="a need that is forwarded keeps when it was identified",
            rule="state-transition", effect="carried on", source="domain § 2.5; hpl § 38 a",
        ),
        "N5": Invariant(
            says="a closed need stays as it is, but for the recall of one on the wrong patient; a late receipt moves its message alone",
            rule="state-transition", effect="refused", code="IPK-E013", source="domain § 2.5",
        ),
        "N6": Invariant(
            says="of a kind there is one open need at a party: one told again joins it",
            rule="need-joined", effect="joined", source="domain § 2.5",
        ),
        "N7": Invariant(
            says="no need of somebody who is dead is open: they close in the transaction that tells of the death",
            rule="deceased-closes", effect="closed", source="domain § 2.5",
        ),
        "N8": Invariant(
            says="a move that the table does not list is refused with what is allowed; of a received message it is a work item",
            rule="state-transition", effect="refused", code="IPK-E013", source="domain § 2.5",
        ),
    }
)  # fmt: skip
"""Id of domain § 2.5 → the invariant."""
