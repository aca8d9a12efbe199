"""One exception tree. What a code means on every wire stands in `errortable`.

AdapterError
├── EventError      IPK-E…  the event: parsing, fields, order of things
├── ConsentError    IPK-C…  consent
├── PersonalIdError IPK-P…  identifiers of people and organisations
├── RoutingError    IPK-R…  addresses and carriers
├── MessageError    IPK-M…  KITH messages and receipts
├── FhirError       IPK-F…  the FHIR API
├── SystemFault     IPK-S…  database, queue, disk, settings
└── Faults          several of the above at once

An error carries a code and a place, never a value: texts come from TABLE alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from adapter.errortable import TABLE, Row


@dataclass(frozen=True, slots=True)
class Said:
    """What a rule says of itself where it is broken, narrower than the row of its code. Words of ours alone."""

    nb: str
    en: str
    fix_nb: str
    fix_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault at one place. `path` is a JSONPath, XPath or FHIRPath; `rule` the anchor of the rule broken."""

    code: str
    path: str = "$"
    rule: str = ""
    line: int | None = None
    severity: str = "must"
    hint: str = ""
    """Safe words of our own that narrow the message (names of fields or allowed codes), never input."""
    hint_en: str = ""
    """The hint in English, where it is words of a language."""
    said: Said | None = None
    """The texts of the rule, where it has its own."""

    def message(self, lang: str = "nb") -> str:
        """Return the text of the rule, else of the code, in `nb` or `en`, with the hint."""
        row = self.said or TABLE[self.code]
        text, hint = (row.nb, self.hint) if lang == "nb" else (row.en, self.hint_en or self.hint)
        return f"{text} ({hint})" if hint else text

    def fix(self, lang: str = "nb") -> str:
        """Return how to mend it, in `nb` or `en`."""
        row = self.said or TABLE[self.code]
        return row.fix_nb if lang == "nb" else row.fix_en


class AdapterError(Exception):
    """The root. `code` is a key of TABLE, `at` a place; str() never holds a value from outside."""

    def __init__(self, code: str, *, at: str = "$", hint: str = "", allowed: tuple[str, ...] = ()) -> None:
        self.code = code
        self.at = at
        self.hint = hint
        self.allowed = allowed
        super().__init__(f"{code} at {at}")

    @property
    def row(self) -> Row:
        """The row of TABLE for this error."""
        return TABLE[self.code]

    @property
    def faults(self) -> tuple[Fault, ...]:
        """This error as faults, one unless it is a Faults."""
        return (Fault(code=self.code, path=self.at, hint=self.hint),)


class EventError(AdapterError):
    """The event cannot be taken as it is."""


class ConsentError(AdapterError):
    """Consent says no, or is not stated well enough to say yes."""


class PersonalIdError(AdapterError):
    """An identifier breaks its rules, or looks like a real person's in synthetic mode."""


class RoutingError(AdapterError):
    """Nobody to send to, or no way to send it."""


class MessageError(AdapterError):
    """A KITH message cannot be read, may not be sent, or has no such state."""


class FhirError(AdapterError):
    """A FHIR request cannot be answered as asked."""


class SystemFault(AdapterError):  # noqa: N818 (a fault of the system, not a wrong call)
    """The database, a queue, a disk or a setting is not as it must be."""


class Conflict(SystemFault):
    """Somebody else wrote first; gather again."""

    def __init__(self, code: str = "IPK-S003", *, at: str = "$") -> None:
        super().__init__(code, at=at)


@dataclass(eq=False)
class Faults(AdapterError):  # noqa: N818 (the noun of the contract)
    """Every fault at once. The first decides the HTTP status unless one of them is worse to hide."""

    items: tuple[Fault, ...]
    code: str = field(init=False)

    def __post_init__(self) -> None:
        """Take the code of the first fault as the whole's."""
        super().__init__(self.items[0].code, at=self.items[0].path)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """All of them, in the order found."""
        return self.items
