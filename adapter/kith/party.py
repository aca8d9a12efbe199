"""Organisations and the people who work there, as every KITH message describes them. HIS 80601:2006, felleskomponent1 1.1."""

from __future__ import annotations

from dataclasses import dataclass
from types import EllipsisType

from adapter.kith.codes import Code
from adapter.kith.reach import Ident, Postal, Telecom, besides, first_address, first_value, replaced
from adapter.kith.time import When


@dataclass(frozen=True, slots=True, init=False)
class Unit:
    """Organisation: one level of it. Its HER-id and organisation number are named, and all identifiers kept."""

    name: str
    type: Code | None
    """TypeOrganisation, list 9040."""
    idents: tuple[Ident, ...]
    postal: Postal | None
    telecoms: tuple[Telecom, ...]
    below: Unit | None
    """A part of it: in a head below level 2 only."""
    person: Person | None
    """In a head below level 2 only."""

    def __init__(  # noqa: PLR0913 (the fields of a block, all by name)
        self,
        *,
        name: str = "",
        her_id: str | EllipsisType | None = ...,
        orgnr: str | EllipsisType | None = ...,
        others: tuple[Ident, ...] = (),
        idents: tuple[Ident, ...] | None = None,
        type: Code | None = None,  # noqa: A002 (the word of the standard)
        postal: Postal | None = None,
        telecoms: tuple[Telecom, ...] = (),
        below: Unit | None = None,
        person: Person | None = None,
    ) -> None:
        if idents is None or her_id is not ... or orgnr is not ...:
            idents = replaced(idents, others, (("HER", her_id, "9051"), ("ENH", orgnr, "9051")))
        put = object.__setattr__
        put(self, "name", name)
        put(self, "type", type)
        put(self, "idents", idents)
        put(self, "postal", postal)
        put(self, "telecoms", telecoms)
        put(self, "below", below)
        put(self, "person", person)

    @property
    def her_id(self) -> str | None:
        """The first HER-id."""
        return first_value(self.idents, "HER")

    @property
    def orgnr(self) -> str | None:
        """The organisation number."""
        return first_value(self.idents, "ENH")

    @property
    def others(self) -> tuple[Ident, ...]:
        """Identifiers besides HER and ENH, and further ones of these."""
        return besides(self.idents, ("HER", "ENH"))

    @property
    def phone(self) -> str | None:
        """The first phone."""
        return first_address(self.telecoms, "tel")


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Person:
    """HealthcareProfessional, or Person: with the roles and identifiers that a message gives them."""

    family: str
    given: str
    middle: str
    profession: Code | None
    """TypeHealthcareProfessional, a CS of list 9060."""
    role: Code | None
    """RoleToPatient, list 9034."""
    birth: When | None
    gender: Code | None
    """Sex, a CS of 3101."""
    nationality: Code | None
    """A CS of 9043."""
    idents: tuple[Ident, ...]
    postal: Postal | None
    telecoms: tuple[Telecom, ...]

    def __init__(  # noqa: PLR0913 (the fields of a block, all by name)
        self,
        *,
        family: str = "",
        given: str = "",
        middle: str = "",
        her_id: str | EllipsisType | None = ...,
        hpr: str | EllipsisType | None = ...,
        others: tuple[Ident, ...] = (),
        role: Code | None = None,
        profession: Code | None = None,
        birth: When | None = None,
        gender: Code | None = None,
        nationality: Code | None = None,
        idents: tuple[Ident, ...] | None = None,
        postal: Postal | None = None,
        telecoms: tuple[Telecom, ...] = (),
    ) -> None:
        if idents is None or her_id is not ... or hpr is not ...:
            # A GP's HER-id is written with S of 9051, as the official examples do.
            idents = replaced(idents, others, (("HER", her_id, "9051"), ("HPR", hpr, "8116")))
        put = object.__setattr__
        put(self, "family", family)
        put(self, "given", given)
        put(self, "middle", middle)
        put(self, "profession", profession)
        put(self, "role", role)
        put(self, "birth", birth)
        put(self, "gender", gender)
        put(self, "nationality", nationality)
        put(self, "idents", idents)
        put(self, "postal", postal)
        put(self, "telecoms", telecoms)

    @property
    def name(self) -> str:
        """Given name first, as an AppRec writes it."""
        return " ".join(part for part in (self.given, self.middle, self.family) if part)

    @property
    def her_id(self) -> str | None:
        """The first HER-id, of list 9051 or 8116: senders differ (HIS 1153-2)."""
        return first_value(self.idents, "HER")

    @property
    def hpr(self) -> str | None:
        """The HPR number."""
        return first_value(self.idents, "HPR")

    @property
    def others(self) -> tuple[Ident, ...]:
        """Identifiers besides HER and HPR, and further ones of these."""
        return besides(self.idents, ("HER", "HPR"))

    @property
    def phone(self) -> str | None:
        """The first phone."""
        return first_address(self.telecoms, "tel")

    @property
    def email(self) -> str | None:
        """The first mail address."""
        return first_address(self.telecoms, "mailto")
