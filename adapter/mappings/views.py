"""The case seen as needs, assignments, team, plan and threads: reading only, of R4 resources. fhir-model.md."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from adapter import codes, naming
from adapter.fhir import messages, urls
from adapter.model import AddressBook, Case, Message, Party, Resource
from adapter.rules.authority import Part

_ROLE_KEYS: Final = {(role.system, role.code): role.key for role in codes.ROLES.values()}

FINISHED: Final = frozenset({"completed", "cancelled", "rejected", "failed", "entered-in-error"})
"""Task.status that nothing leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A pair of ServiceRequest and its latest Task: one kind at one performing party."""

    kind: str
    melde_id: str
    state: str
    """Task.businessStatus, of CodeSystem/need-state."""
    owner: str
    """Id of the Organization that owns the Task."""
    request: Resource = field(repr=False)
    task: Resource = field(repr=False)

    @property
    def id(self) -> str:
        """The needId of the answers: the ServiceRequest's id."""
        return str(self.request["id"])

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to act."""
        return self.task["status"] not in FINISHED and self.request["status"] in {"draft", "active"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A role held by a person: a CareTeam participant whose member is a PractitionerRole (its id is the assignmentId)."""

    id: str
    system: str
    code: str
    main: bool
    start: str
    end: str | None
    organisation: str
    role: Resource = field(repr=False)
    deputy: bool = False
    """Stands in while another is away."""

    @property
    def person(self) -> str:
        """Id of the Practitioner."""
        return reference_id(self.role.get("practitioner"))

    def lasts(self, day: date) -> bool:
        """Return whether it has not ended before a day: one with an end to come is held until then."""
        return self.end is None or day.isoformat() <= self.end[:10]

    def runs(self, day: date) -> bool:
        """Return whether it is held on a day."""
        return self.start[:10] <= day.isoformat() and self.lasts(day)

    @property
    def key(self) -> str:
        """The key of roles.toml, else the code."""
        return _ROLE_KEYS.get((self.system, self.code), self.code)


def code_of(concept: dict[str, Any] | None, system: str) -> str | None:
    """Return the code of `system` in a CodeableConcept."""
    for coding in concept.get("coding", ()) if concept else ():
        if coding.get("system") == system and "code" in coding:
            return str(coding["code"])
    return None


def reference_id(reference: dict[str, Any] | None) -> str:
    """Return the id behind a relative Reference, empty when there is none."""
    return str(reference.get("reference", "")).rpartition("/")[2] if reference else ""


def needs(case: Case) -> tuple[Need, ...]:
    """Return every need of the case, in order of Melde-id, kind and Task; forwarded Tasks give way to their successors."""
    return case.once(_needs)


def _needs(case: Case) -> tuple[Need, ...]:
    requests = {
        r["id"]: r for r in case.of("ServiceRequest") if code_of(_first(r, "category"), urls.NEED_CATEGORY)
    }
    if not requests:
        return ()
    latest: dict[tuple[str, str], Need] = {}
    for task in case.of("Task"):
        request = requests.get(reference_id(task.get("focus")))
        if request is None:
            continue
        need = _need(request, task)
        key = (need.id, need.owner)
        if need.state != "forwarded" or key not in latest:
            latest[key] = need
    return tuple(
        sorted(_without_forwarded(latest.values()), key=lambda n: (n.melde_id, n.kind, n.task["id"]))
    )


def _without_forwarded(listed: Collection[Need]) -> list[Need]:
    moved = {n.id for n in listed if n.state != "forwarded"}
    return [n for n in listed if n.state != "forwarded" or n.id not in moved]


def _need(request: Resource, task: Resource) -> Need:
    return Need(
        kind=code_of(request.get("code"), urls.NEED_KIND) or "",
        melde_id=request.get("requisition", {}).get("value", ""),
        state=code_of(task.get("businessStatus"), urls.NEED_STATE) or "",
        owner=reference_id(task.get("owner")),
        request=request,
        task=task,
    )


def begun_by(need: Need) -> str | None:
    """Return the id of the event that began a need, where its request names it (E12); E01 is found by its Melde-id."""
    named = (i["value"] for i in need.request.get("identifier", ()) if i.get("system") == urls.URI)
    return next((str(value).removeprefix("urn:uuid:") for value in named), None)


def _first(resource: Resource, name: str) -> dict[str, Any] | None:
    return next(iter(resource.get(name, ())), None)


def open_needs(case: Case) -> tuple[Need, ...]:
    """Return the needs on which somebody still has to act."""
    return tuple(n for n in needs(case) if n.is_open)


def team(case: Case) -> Resource | None:
    """Return the one CareTeam of the case."""
    return next(iter(case.of("CareTeam")), None)


def team_is_restricted(case: Case) -> bool:
    """Return whether the team says more than its subject's own matter: a child is expected (v3-Confidentiality R)."""
    labels = (team(case) or {}).get("meta", {}).get("security", ())
    return any(c.get("system") == urls.CONFIDENTIALITY and c.get("code") == "R" for c in labels)


def plan(case: Case, *, id_: str | None = None) -> Resource | None:
    """Return the CarePlan with this id, else the current individual plan (draft, active or on hold)."""
    plans = [p for p in case.of("CarePlan") if id_ is None or p["id"] == id_]
    return next((p for p in plans if id_ or p["status"] in {"draft", "active", "on-hold"}), None)


def assignments(case: Case) -> tuple[Assignment, ...]:
    """Return every assignment of the team with a coded role, ended ones and deputies too, in the order of the team."""
    return case.once(_assignments)


def _assignments(case: Case) -> tuple[Assignment, ...]:
    found = []
    for member in (team(case) or {}).get("participant", ()):
        role = case.get(member.get("member", {}).get("reference", ""))
        if role is None or role["resourceType"] != "PractitionerRole":
            continue
        assignment = _assignment(member, role)
        if assignment.code:
            found.append(assignment)
    return tuple(found)


def _assignment(member: dict[str, Any], role: Resource) -> Assignment:
    codings = [c for concept in member.get("role", ()) for c in concept.get("coding", ())]
    held: dict[str, Any] = next((c for c in codings if c.get("system") != urls.TEAM_FUNCTION), {})
    return Assignment(
        id=role["id"],
        system=held.get("system", ""),
        code=held.get("code", ""),
        main=any(c.get("code") == "hovedansvar" for c in codings),
        start=member.get("period", {}).get("start", ""),
        end=member.get("period", {}).get("end"),
        organisation=reference_id(role.get("organization")),
        role=role,
        deputy=any(c.get("code") == "stedfortreder" for c in codings),
    )


def stays(case: Case) -> tuple[Resource, ...]:
    """Return the stays that run, by their beginning."""
    running = (e for e in case.of("Encounter") if e["status"] == "in-progress")
    return tuple(sorted(running, key=lambda e: (e.get("period", {}).get("start", ""), e["id"])))


def transfer(case: Case) -> Resource | None:
    """Return the work item of a move that nobody has taken over yet. E50."""
    return next((t for t in case.of("Task") if is_transfer(t) and t["status"] not in FINISHED), None)


def is_transfer(task: Resource) -> bool:
    """Return whether a Task is the work item of a move, done or not."""
    return code_of(task.get("code"), urls.TASK_KIND) == "transfer"


def stands(case: Case) -> bool:
    """Return whether there is anything to hand over: a plan, a coordinator, an open need. E50."""
    running = any(a.lasts(case.today) for a in assignments(case))
    return running or plan(case) is not None or bool(open_needs(case))


def takes_over(case: Case, party: Party | None) -> bool:
    """Return whether a party serves the municipality to which the patient has moved. E50."""
    item = transfer(case)
    return item is not None and party is not None and input_of(item, "to") in party.municipalities


STEP: Final = "step"
"""Input of a work item of an answer that is to be told on: no more of what its sender wrote does it. ADR 90."""


def input_of(item: Resource, name: str) -> str | None:
    """Return what a work item says under a name."""
    found = (i.get("valueString") for i in item.get("input", ()) if i.get("type", {}).get("text") == name)
    return next(found, None)


def is_dead(case: Case) -> bool:
    """Return whether the patient is known to be dead."""
    found = patient(case) or {}
    return "deceasedDateTime" in found


def consents(case: Case) -> tuple[Resource, ...]:
    """Return the Consents of the case that may open, the latest last; what excepts is among `limits`."""
    return case.once(_consents)


def _consents(case: Case) -> tuple[Resource, ...]:
    listed = (c for c in case.of("Consent") if not _excepts(c))
    return tuple(sorted(listed, key=lambda c: (c.get("dateTime", ""), c["id"])))


def limits(case: Case) -> tuple[Resource, ...]:
    """Return the Consents of the case that except somebody or something now. E14."""
    return case.once(_limits)


def _limits(case: Case) -> tuple[Resource, ...]:
    return tuple(c for c in case.of("Consent") if _excepts(c) and c["status"] == "active")


def _excepts(consent: Resource) -> bool:
    return any(
        code_of(concept, urls.CONSENT_SUBJECT) == "ip-limit" for concept in consent.get("category", ())
    )


def parts_of(
    case: Case, party: Party, book: AddressBook, *, of: Collection[Need] | None = None
) -> frozenset[Part]:
    """Return what a party is to a case: home, performer or reporter of a need, or what else a Part says.

    Another service of the same organisation (level 1) has the same part. `of`: the needs that it must perform or have
    reported, any of them; else all of the case.
    """
    found: set[Part] = {"home"} if party.home else set()
    listed = needs(case) if of is None else of
    if any(_same_organisation(n.owner, party, book) for n in listed):
        found.add("performer")
    if any(_same_organisation(reference_id(n.task.get("requester")), party, book) for n in listed):
        found.add("reporter")
    if municipality(case) in party.municipalities:
        found.add("municipality")
    if any(_same_organisation(one, party, book) for one in _answering(case)):
        found.add("responsible")
    held = (a.organisation for a in assignments(case) if a.lasts(case.today))
    if any(_same_organisation(one, party, book) for one in held):
        found.add("team")
    return frozenset(found)


def reservations(case: Case, need: Need, book: AddressBook) -> tuple[datetime, ...]:
    """Return when messages came by which the patient lets nobody forward what the reporter of a need told.

    The reporter is an organisation (level 1), whichever of its services wrote; two that the book does not list count as one.
    """
    brought = reported_by(case, need.melde_id)
    party = book.by_key(brought.sender_key) if brought else book.by_organisation(_requester(need))
    reporter = party.level1_id if party else None
    return tuple(
        datetime.fromisoformat(said["received"])
        for said in case.of("Communication")
        if messages.is_reserved(said) and _level1(said, book) == reporter
    )


def reserved(case: Case) -> tuple[datetime, ...]:
    """Return when messages came by which the patient lets nobody forward what they said, whoever wrote them."""
    said = (c for c in case.of("Communication") if messages.is_reserved(c))
    return tuple(datetime.fromisoformat(c["received"]) for c in said)


def _level1(communication: Resource, book: AddressBook) -> str | None:
    party = book.by_organisation(reference_id(communication.get("sender")))
    return party.level1_id if party else None


def _requester(need: Need) -> str:
    return reference_id(need.task.get("requester"))


CONFIRM: Final = "confirm-transfer"
"""Task kind of a plan that waits for another organisation's yes."""


def _answering(case: Case) -> list[str]:
    """Return the ids of the Organizations that answer for a plan of the case, or are asked whether they will."""
    asked = [
        reference_id(t.get("owner"))
        for t in case.of("Task")
        if code_of(t.get("code"), urls.TASK_KIND) == CONFIRM
    ]
    return [*(reference_id(p.get("author")) for p in case.of("CarePlan")), *asked]


def _same_organisation(id_: str, party: Party, book: AddressBook) -> bool:
    other = book.by_organisation(id_)
    return other is not None and other.level1_id == party.level1_id


def municipality(case: Case) -> str | None:
    """Return the code of the patient's municipality, as the Patient states it."""
    addresses = (patient(case) or {}).get("address", ())
    codes = (
        extension.get("valueCoding", {}).get("code")
        for address in addresses
        for extension in address.get("_district", {}).get("extension", ())
    )
    return next((str(code) for code in codes if code), None)


def patient(case: Case) -> Resource | None:
    """Return the Patient of the case."""
    return case.get(f"Patient/{case.key}") if case.key else None


def dead(case: Case) -> bool:
    """Return whether the patient of the case is known to be dead."""
    said = patient(case) or {}
    return bool(said.get("deceasedBoolean") or said.get("deceasedDateTime"))


def dialogue(case: Case, party_key: str, *, melde_id: str | None = None) -> Message | None:
    """Return the latest message exchanged with a party in a dialogue thread, of one Melde-id when given."""
    talk = [
        m
        for m in case.messages
        if party_key in (m.sender_key, m.receiver_key)
        and m.type.startswith("DIALOG_")
        and m.state not in {"held", "buried", "failed", "ignored"}
        and (melde_id is None or m.melde_id == melde_id)
    ]
    return talk[-1] if talk else None


def reported_by(case: Case, melde_id: str) -> Message | None:
    """Return the received message that brought a need here (origin received), None for needs of our own."""
    first = next((m for m in case.messages if m.melde_id == melde_id), None)
    return first if first is not None and first.direction == "in" else None


def communication_of(message: Message | None) -> str | None:
    """Return the reference of a message's Communication, None for none."""
    if message is None or message.event_id is None:
        return None
    return f"Communication/{naming.resource_id(message.event_id, 'Communication', message.msg_id)}"


def items_about(case: Case, message: Message) -> tuple[Resource, ...]:
    """Return the open work items about a message."""
    about = communication_of(message)
    return tuple(
        t
        for t in case.of("Task")
        if about
        and t.get("focus", {}).get("reference") == about
        and code_of(t.get("code"), urls.TASK_KIND)
        and t["status"] not in FINISHED
    )
