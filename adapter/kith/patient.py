"""The patient, as MsgHead 1.2 describes one, and whether that is enough. HIS 80601:2006; HIS 80415, E36."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from types import EllipsisType
from typing import Final

from adapter.kith.codes import Code
from adapter.kith.reach import Ident, Postal, Telecom
from adapter.kith.time import When

OFFICIAL_IDS: Final = ("FNR", "DNR", "FHN")
"""Types of 8116 that identify a patient together with a name (HIS 80415, E36), best first."""


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Patient:
    """The one person the message is about."""

    family: str
    given: str
    middle: str
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
        birth_date: date | EllipsisType | None = ...,
        sex: str | EllipsisType | None = ...,
        idents: tuple[Ident, ...] = (),
        birth: When | None = None,
        gender: Code | None = None,
        nationality: Code | None = None,
        postal: Postal | None = None,
        telecoms: tuple[Telecom, ...] = (),
    ) -> None:
        put = object.__setattr__
        if not isinstance(birth_date, EllipsisType):
            birth = When.on(birth_date) if birth_date else None
        if not isinstance(sex, EllipsisType):
            gender = Code(sex) if sex else None
        put(self, "family", family)
        put(self, "given", given)
        put(self, "middle", middle)
        put(self, "birth", birth)
        put(self, "gender", gender)
        put(self, "nationality", nationality)
        put(self, "idents", idents)
        put(self, "postal", postal)
        put(self, "telecoms", telecoms)

    @property
    def birth_date(self) -> date | None:
        """The day of birth; a zone is dropped: a birth date has no hour."""
        return self.birth.day if self.birth else None

    @property
    def sex(self) -> str | None:
        """Of list 3101: 0 not known, 1 man, 2 woman, 9 not specified."""
        return (self.gender.v or None) if self.gender else None

    @property
    def ident(self) -> tuple[str, str] | None:
        """(value, type): the official identifier where there is one, else the first."""
        ranked = [i for kind in OFFICIAL_IDS for i in self.idents if i.kind == kind and i.value]
        best = next((i for i in (*ranked, *self.idents) if i.value), None)
        return (best.value, best.kind) if best else None

    @property
    def identified(self) -> bool:
        """Whether a receiver must accept the identification: a name, and an official id or birth date and sex."""
        named = bool(self.family.strip() or self.given.strip())
        official = any(i.kind in OFFICIAL_IDS and i.value.strip() for i in self.idents)
        return named and (official or (self.birth_date is not None and self.sex is not None))
