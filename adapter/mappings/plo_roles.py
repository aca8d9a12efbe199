"""Who holds a role for a patient now, for the PLO messages that an EPJ writes itself. message-rules.md, E27; contract.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from adapter import codes
from adapter.fhir import urls
from adapter.kith import plo_roles
from adapter.kith.codes import coded, simple
from adapter.kith.dialog import Contact
from adapter.mappings import views
from adapter.model import Case, Resource

_NATIONAL: Final = codes.system("9034")
_ROLES: Final = {(role.system, role.code): role for role in codes.ROLES.values()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """An assignment that runs, and the person as KITH names one."""

    id: str
    system: str
    code: str
    contact: Contact = field(repr=False)
    organisation: str = field(repr=False)
    start: str

    @property
    def display(self) -> str:
        """The role in words."""
        role = _ROLES.get((self.system, self.code))
        return role.display if role else self.code


def references(case: Case) -> tuple[str, ...]:
    """Return the references to people and organisations that the case itself does not hold."""
    wanted = [
        part.get("reference", "")
        for each in views.assignments(case)
        for part in (each.role.get("practitioner", {}), each.role.get("organization", {}))
    ]
    return tuple(dict.fromkeys(ref for ref in wanted if ref and ref not in case.resources))


def holders(case: Case, others: Mapping[str, Resource], day: date) -> tuple[Holder, ...]:
    """Return the assignments that run on `day`, its last day included, in the order of the team."""
    there = {**others, **case.resources}
    return tuple(_holder(each, there) for each in views.assignments(case) if _runs(each, day.isoformat()))


def _runs(assignment: views.Assignment, day: str) -> bool:
    return assignment.start[:10] <= day and (assignment.end is None or day <= assignment.end[:10])


def _holder(assignment: views.Assignment, there: Mapping[str, Resource]) -> Holder:
    role = assignment.role
    organisation = role.get("organization", {})
    named = there.get(organisation.get("reference", ""), {}).get("name")
    person = there.get(role.get("practitioner", {}).get("reference", ""), {})
    return Holder(
        id=assignment.id,
        system=assignment.system,
        code=assignment.code,
        contact=_contact(assignment, person),
        organisation=named or organisation.get("display", ""),
        start=assignment.start,
    )


def _contact(assignment: views.Assignment, person: Resource) -> Contact:
    name: dict[str, Any] = next(iter(person.get("name", ())), {})
    told = _as_told(assignment, name)
    if told is not None:
        name, person = told, {}
    middle = (e["valueString"] for e in name.get("extension", ()) if e.get("url") == urls.MIDDLENAME)
    hpr = (i["value"] for i in person.get("identifier", ()) if i.get("system") == urls.HPR)
    profession = next(
        (c for q in person.get("qualification", ()) if (c := views.code_of(q["code"], codes.system("9060")))),
        None,
    )
    phone = (t["value"] for t in assignment.role.get("telecom", ()) if t.get("system") == "phone")
    return Contact(
        role=coded("9034", assignment.code) if assignment.system == _NATIONAL else None,
        profession=simple("9060", profession) if profession else None,
        family=name.get("family", ""),
        given=" ".join(name.get("given", ())),
        middle=next(middle, ""),
        hpr=next(hpr, None),
        phone=next(phone, None),
    )


def _as_told(assignment: views.Assignment, name: dict[str, Any]) -> dict[str, Any] | None:
    """Return the name by which the role was told, where its HPR number is of somebody with another family name. ADR 134."""
    said = str(assignment.role.get("practitioner", {}).get("display", ""))
    family = str(name.get("family", ""))
    if not said or not family or said.casefold().endswith(family.casefold()):
        return None
    *given, last = said.split()
    return {"family": last, "given": given}


def line(found: tuple[Holder, ...]) -> str:
    """Return the roles as one line of text: `role: name; profession; phone; organisation`, white space collapsed."""
    return ". ".join(" ".join(_said(each).split()) for each in found)


def lines(found: tuple[Holder, ...]) -> list[tuple[str, str | None]]:
    """Return a line for each: the role, and `name; profession; phone; organisation`."""
    return [(each.display, _facts(each)) for each in found]


def _said(holder: Holder) -> str:
    return f"{holder.display}: {_facts(holder)}"


def _facts(holder: Holder) -> str:
    contact = holder.contact
    facts = (contact.name, contact.profession and contact.profession.dn, contact.phone, holder.organisation)
    return "; ".join(fact for fact in facts if fact)


def told(found: tuple[Holder, ...]) -> dict[str, Any]:
    """Return the answer: fragment, text, and each role with whether it stands in the fragment."""
    return {
        "fragment": plo_roles.fragment(each.contact for each in found),
        "text": line(found),
        "roles": [_role(each) for each in found],
    }


def _role(holder: Holder) -> dict[str, Any]:
    contact = holder.contact
    return {
        "assignmentId": holder.id,
        "system": holder.system,
        "code": holder.code,
        "display": holder.display,
        "name": contact.name,
        "hpr": contact.hpr,
        "profession": contact.profession.v if contact.profession else None,
        "phone": contact.phone,
        "organisation": holder.organisation or None,
        "from": holder.start,
        "inFragment": plo_roles.fits(contact),
    }
