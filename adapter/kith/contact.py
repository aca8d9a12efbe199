"""The people and units that a dialogue names, with their roles. HIS 80603:2006 and HIS 80603:2017."""

from __future__ import annotations

from dataclasses import dataclass

from adapter.kith.codes import Code
from adapter.kith.party import Person, Unit
from adapter.kith.reach import Ident, Telecom, besides, first_telecom, telecom


@dataclass(frozen=True, slots=True, init=False, repr=False)
class ConnectedUnit:
    """TilknyttetEnhet/Kontaktenhet: a unit named as a contact (1.1)."""

    organisation: Unit
    note: str
    person: Person | None
    """Who is to be found there."""
    personnel: bool
    """HealthcareProfessional, False for Person."""

    def __init__(  # noqa: PLR0913 (the fields of a block, all by name)
        self,
        *,
        name: str = "",
        idents: tuple[Ident, ...] = (),
        phone: str | None = None,
        note: str = "",
        organisation: Unit | None = None,
        person: Person | None = None,
        personnel: bool = True,
    ) -> None:
        telecoms = (telecom("tel", phone),) if phone else ()
        put = object.__setattr__
        put(self, "organisation", organisation or Unit(name=name, idents=idents, telecoms=telecoms))
        put(self, "note", note)
        put(self, "person", person)
        put(self, "personnel", personnel or person is None)

    @property
    def name(self) -> str:
        """Name of the unit."""
        return self.organisation.name

    @property
    def idents(self) -> tuple[Ident, ...]:
        """At least one; the schema demands it."""
        return self.organisation.idents

    @property
    def phone(self) -> str | None:
        """The first phone."""
        return self.organisation.phone


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Contact:
    """RollerRelatertNotat: a person, or in 1.1 a unit, and the role. All may be absent in 1.1."""

    stated_role: Code | None
    """RoleToPatient of the contact itself; `role` is this, else the person's."""
    note_role: Code | None
    """RolleNotat, list 9057."""
    unit: ConnectedUnit | None
    person: Person | None
    personnel: bool
    """HealthcareProfessional, False for Person."""

    def __init__(  # noqa: PLR0913 (the fields of a block, all by name)
        self,
        *,
        role: Code | None = None,
        note_role: Code | None = None,
        profession: Code | None = None,
        family: str = "",
        given: str = "",
        middle: str = "",
        hpr: str | None = None,
        idents: tuple[Ident, ...] = (),
        phone: str | None = None,
        email: str | None = None,
        telecoms: tuple[str, ...] = (),
        unit: ConnectedUnit | None = None,
        personnel: bool = True,
        person: Person | None = None,
        stated_role: Code | None = None,
    ) -> None:
        if person is None and (
            profession or family or given or middle or hpr or idents or phone or email or telecoms
        ):
            person = Person(
                family=family, given=given, middle=middle, profession=profession, hpr=hpr, others=idents,
                telecoms=_telecoms(phone, email, telecoms),
            )  # fmt: skip
        put = object.__setattr__
        put(self, "stated_role", stated_role or role)
        put(self, "note_role", note_role)
        put(self, "unit", unit)
        put(self, "person", person)
        put(self, "personnel", personnel or person is None)

    @property
    def role(self) -> Code | None:
        """RoleToPatient, list 9034."""
        return self.stated_role or (self.person.role if self.person else None)

    @property
    def profession(self) -> Code | None:
        """TypeHealthcareProfessional, a CS of list 9060."""
        return self.person.profession if self.person else None

    @property
    def family(self) -> str:
        """Family name."""
        return self.person.family if self.person else ""

    @property
    def given(self) -> str:
        """Given name."""
        return self.person.given if self.person else ""

    @property
    def middle(self) -> str:
        """Middle name."""
        return self.person.middle if self.person else ""

    @property
    def hpr(self) -> str | None:
        """HPR number."""
        return self.person.hpr if self.person else None

    @property
    def idents(self) -> tuple[Ident, ...]:
        """Identifiers besides the HPR number."""
        return besides(self.person.idents, ("HPR",)) if self.person else ()

    @property
    def phone(self) -> str | None:
        """As written after `tel:`."""
        return self.person.phone if self.person else None

    @property
    def email(self) -> str | None:
        """As written after `mailto:`."""
        return self.person.email if self.person else None

    @property
    def telecoms(self) -> tuple[str, ...]:
        """Further TeleAddress values, as written with their scheme."""
        all_ = self.person.telecoms if self.person else ()
        first = (first_telecom(all_, "tel"), first_telecom(all_, "mailto"))
        return tuple(each.address for each in all_ if not any(each is taken for taken in first))

    @property
    def name(self) -> str:
        """Given name first."""
        return self.person.name if self.person else ""

    @property
    def found_there(self) -> Contact | None:
        """The person named inside the unit, with the roles of this contact."""
        if self.unit is None or self.unit.person is None:
            return None
        return Contact(
            person=self.unit.person, personnel=self.unit.personnel, stated_role=self.stated_role,
            note_role=self.note_role,
        )  # fmt: skip


def _telecoms(phone: str | None, email: str | None, others: tuple[str, ...]) -> tuple[Telecom, ...]:
    """Return phone, mail address and further addresses as a message has them."""
    named = (("tel", phone), ("mailto", email))
    return (
        *(telecom(scheme, value) for scheme, value in named if value),
        *(Telecom(each) for each in others),
    )


def everyone(contacts: tuple[Contact, ...]) -> tuple[Contact, ...]:
    """Return the contacts, each person named inside a unit after it."""
    return tuple(one for each in contacts for one in (each, each.found_there) if one is not None)
