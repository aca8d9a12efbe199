"""Every builder with full and with minimal arguments; only official fictive people."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, Final

from adapter import naming
from adapter.fhir import (
    audit,
    consents,
    messages,
    needs,
    nine,
    organisations,
    parts,
    people,
    plans,
    provenance,
    teams,
)
from adapter.fhir.urls import FNR
from adapter.model import Reason

AT: Final = datetime(2026, 3, 4, 9, 15, 0, tzinfo=UTC)
LATER: Final = datetime(2026, 3, 17, 14, 10, 30, tzinfo=UTC)
DUE: Final = datetime(2026, 3, 9, 22, 59, 59, tzinfo=UTC)
DAY: Final = date(2026, 3, 4)
LAST: Final = date(2027, 3, 4)
EVENT: Final = naming.event_id(source="urn:her:90998", id_="sample")
MELDE_ID: Final = naming.melde_id(EVENT)
LINE: Final = "13116900216"


def id_(*names: str) -> str:
    """Return a stable id."""
    return naming.uid("sample", *names)


PATIENT: Final = f"Patient/{id_('patient')}"
HOSPITAL: Final = f"Organization/{id_('hospital')}"
UNIT: Final = f"Organization/{id_('unit')}"
TOWN: Final = f"Organization/{id_('town')}"
KOMAN: Final = f"PractitionerRole/{id_('koman-role')}"
ANNA: Final = f"PractitionerRole/{id_('anna-role')}"
REQUEST: Final = f"ServiceRequest/{id_('request')}"
CONSENT: Final = f"Consent/{id_('consent')}"
TEAM: Final = f"CareTeam/{id_('team')}"
PLAN: Final = f"CarePlan/{id_('plan')}"
MESSAGE: Final = id_("message")
REASON: Final = Reason(
    rule="carrier-2",
    source="HIS 80806",
    outcome="DIALOG_HELSEFAGLIG",
    text="Mottakeren tar imot den",
    rejected=("LETTER",),
)


def patients() -> list[dict[str, Any]]:
    """Return people."""
    full = people.patient(
        id_=id_("patient"),
        identifier=(FNR, LINE),
        family="Danser",
        given="Line",
        middle="Prøve",
        birth_date=date(1969, 11, 13),
        gender="female",
        municipality="0301",
        municipality_name="Oslo",
        district="030105",
        gp=f"Organization/{id_('gp')}",
        protected="strictly-confidential",
        language="nb",
        managing=HOSPITAL,
        deceased=LAST,
    )
    least = people.patient(id_=id_("p2"), identifier=(FNR, LINE), family="Danser", given="Line")
    relative = people.related_person(
        id_=id_("r"),
        patient=PATIENT,
        family="Danser",
        given="Folke",
        relationship="4",
        text="Pårørende",
        phone="+4762489000",
    )
    return [full, least, relative, people.related_person(id_=id_("r2"), patient=PATIENT)]


def personnel() -> list[dict[str, Any]]:
    """Return practitioners and their roles."""
    return [
        people.practitioner(
            id_=id_("koman"), family="Koman", given="Magnar", middle="P", hpr="9144889", profession="LE"
        ),
        people.practitioner(id_=id_("anna"), family="Plan", given="Anna"),
        people.practitioner_role(
            id_=id_("anna-role"),
            practitioner=f"Practitioner/{id_('anna')}",
            organisation=TOWN,
            role="koordinator-ip",
            start=DAY,
            end=LAST,
            phone="+4762489011",
            email="anna@example.org",
            hours="08:00-15:30",
            deputy=("August September", "+4762489012"),
        ),
        people.practitioner_role(
            id_=id_("h"), practitioner=None, organisation=TOWN, role="barnekoordinator", hours="etter avtale"
        ),
        people.practitioner_role(id_=id_("least"), practitioner=None, organisation=None),
    ]


def organisation_resources() -> list[dict[str, Any]]:
    """Return both levels, endpoints and the device."""
    return [
        organisations.organisation(
            id_=id_("hospital"),
            name="ST OLAVS HOSPITAL HF",
            orgnr="310000000",
            type_="101",
            phone="+4773598600",
            address={"line": "Prinsesse Kristinas gate 3", "postal_code": "7030", "city": "Trondheim"},
        ),
        organisations.organisation(
            id_=id_("unit"),
            name="Koordinerende enhet",
            resh="100999",
            part_of=HOSPITAL,
            endpoint="Endpoint/e1",
        ),
        organisations.organisation(id_=id_("town"), name="Alvdal kommune"),
        organisations.endpoint(
            id_="e1", name="Saksbehandling", her_id="5079", organisation=TOWN, types=("DIALOG_HELSEFAGLIG",)
        ),
        organisations.endpoint(id_="e2", name="Saksbehandling", her_id="5079"),
        organisations.device(version="1.2.3"),
        organisations.device(),
    ]


def consent_resources() -> list[dict[str, Any]]:
    """Return a consent of every status, a full one, and what is left after withdrawal."""
    full = consents.consent(
        id_=id_("consent"),
        patient=PATIENT,
        status="limited",
        scopes=("coordinator", "plan-create"),
        recipients=(
            consents.Actor(key="coordinating-unit", reference=TOWN, display="Koordinerende enhet"),
            consents.Actor(key="gp"),
        ),
        excluded=(consents.Actor(key="nav", display="NAV"),),
        given_by="relative",
        performer=f"RelatedPerson/{id_('r')}",
        method="oral",
        on=DAY,
        valid_until=LAST,
        organisation=HOSPITAL,
        obtained_by="Magnar Koman",
        subject="ip-plan",
    )
    each = [
        consents.consent(id_=id_("consent", s), patient=PATIENT, status=s, scopes=("coordinator",))
        for s in consents.STATUS
    ]
    part = consents.withdrawn(full, scopes=("coordinator",), on=LAST)
    return [
        full,
        *each,
        part,
        consents.withdrawn(full, on=LAST),
        consents.withdrawn(full, recipients=("gp",)),
    ]


def need_resources() -> list[dict[str, Any]]:
    """Return a need pair, moved and closed, and work items."""
    request = needs.service_request(
        id_=id_("request"),
        melde_id=MELDE_ID,
        kind="individual-plan",
        patient=PATIENT,
        identified=AT,
        recorded=AT,
        requester=KOMAN,
        performer=TOWN,
        wish="yes",
        priority="urgent",
        consent=CONSENT,
        reasons=({"text": "Sammensatte behov"},),
        notes=("Behov for langvarige og koordinerte tjenester.", None),
    )
    least = needs.service_request(
        id_=id_("request2"),
        melde_id=MELDE_ID,
        kind="coordinator",
        patient=PATIENT,
        identified=DAY,
        recorded=AT,
    )
    task = needs.task(
        id_=id_("task"),
        melde_id=MELDE_ID,
        need=REQUEST,
        patient=PATIENT,
        status="requested",
        state="queued",
        authored=AT,
        requester=HOSPITAL,
        owner=TOWN,
        due=DUE,
        reason={"text": "Venter"},
        notes=("Merknad",),
    )
    bare = needs.task(
        id_=id_("task2"), melde_id=MELDE_ID, need=REQUEST, patient=PATIENT, status="draft", state="consent-pending",
        authored=AT,
    )  # fmt: skip
    moved = needs.moved(
        task, modified=LATER, status="completed", state="fulfilled", reason={"text": "Ferdig"}, owner=UNIT, due=DUE,
        outputs=(TEAM, PLAN), note="Koordinator oppnevnt",
    )  # fmt: skip
    item = needs.work_item(
        id_=id_("item"),
        kind="read-answer",
        authored=AT,
        patient=PATIENT,
        focus=f"Communication/{MESSAGE}",
        based_on=(REQUEST,),
        owner=UNIT,
        requester=HOSPITAL,
        due=DUE,
        melde_id=MELDE_ID,
        description="Les svaret",
        inputs=(("evidence", MESSAGE), ("team", {"reference": TEAM})),
    )
    return [
        request, least, needs.closed(request, status="revoked"), task, bare, moved, item,
        needs.work_item(id_=id_("item2"), kind="route", authored=AT),
    ]  # fmt: skip


def message_resources() -> list[dict[str, Any]]:
    """Return a message and its document, full and least."""
    document = f"DocumentReference/{id_('document')}"
    full = messages.communication(
        id_=id_("communication"),
        msg_id=MESSAGE,
        type_="DIALOG_HELSEFAGLIG",
        status="in-progress",
        patient=PATIENT,
        based_on=(REQUEST,),
        in_response_to=f"Communication/{id_('c0')}",
        sent=AT,
        sender=HOSPITAL,
        recipients=(TOWN,),
        document=document,
    )
    return [
        full,
        messages.settled(full, status="not-done", received=LATER, reason="E21"),
        messages.communication(
            id_=id_("letter"), msg_id="A-1", type_="LETTER", status="preparation", topic=None, medium="letter"
        ),
        messages.document_reference(
            id_=id_("document"),
            msg_id=MESSAGE,
            type_="DIALOG_HELSEFAGLIG",
            url=f"/messages/{MESSAGE}/document",
            patient=PATIENT,
            date=AT,
            author=HOSPITAL,
            custodian=HOSPITAL,
        ),
        messages.document_reference(
            id_=id_("d2"), msg_id=MESSAGE, type_="LETTER", url="/messages/x/document"
        ),
    ]


def team_resources() -> list[dict[str, Any]]:
    """Return a team, grown and with an ended participation."""
    least = teams.care_team(id_=id_("team"), patient=PATIENT)
    member = teams.participant(member=ANNA, role="koordinator-ip", main=True, start=DAY)
    full = teams.care_team(id_=id_("team"), patient=PATIENT, managing=TOWN, start=DAY, participants=(member,))
    grown = teams.added(
        full,
        teams.participant(member=KOMAN, role="kontaktlege", start=DAY),
        teams.participant(member={"display": "Skole"}, text="Lærer"),
        managing=TOWN,
    )
    return [
        least,
        full,
        grown,
        teams.ended(grown, member=ANNA, end=LAST),
        teams.managed(least, managing=UNIT),
    ]


def activity_resources() -> list[dict[str, Any]]:
    """Return every kind of activity, full and least, and the evaluation."""
    known: dict[str, Any] = {
        "patient": PATIENT, "plan": PLAN, "text": "To ganger i uken", "start": DAY, "end": LAST,
        "performer": {"display": "Ergoterapeut, Alvdal kommune"}, "place": "Hjemme", "key": "a1", "authored": AT,
    }  # fmt: skip
    statuses = (("service", "active"), ("task", "in-progress"), ("appointment", "booked"))
    full = [plans.activity(kind, id_=id_(kind), title="Trening", status=s, **known) for kind, s in statuses]
    least = [
        plans.activity(kind, id_=id_(kind, "least"), title="Trening", status=s, patient=PATIENT)
        for kind, s in (("service", "draft"), ("task", "draft"), ("appointment", "proposed"))
    ]
    return [*full, *least, plans.evaluation(id_=id_("ev"), patient=PATIENT, on=LAST, plan=PLAN, authored=AT)]


def plan_resources() -> list[dict[str, Any]]:
    """Return a plan and goals."""
    return [
        plans.care_plan(
            id_=id_("plan"),
            identifier=("urn:ietf:rfc:3986", f"urn:uuid:{id_('plan')}"),
            status="active",
            patient=PATIENT,
            author=TOWN,
            created=AT,
            start=DAY,
            end=LAST,
            contributors=(ANNA,),
            team=TEAM,
            addresses=("Condition/1",),
            supporting=(CONSENT,),
            goals=(f"Goal/{id_('goal')}",),
            activities=(REQUEST, f"Task/{id_('task')}", f"Appointment/{id_('ev')}"),
            contributions="Pasienten trener selv",
            cooperation="NAV",
        ),
        plans.care_plan(
            id_=id_("plan2"),
            identifier=("urn:x", "1"),
            status="draft",
            patient=PATIENT,
            author=TOWN,
            created=AT,
        ),
        plans.goal(
            id_=id_("goal"), patient=PATIENT, text="Tilbake i arbeid", target=LAST, start=DAY, key="g1"
        ),
        plans.goal(id_=id_("goal2"), patient=PATIENT, text="Tilbake i arbeid", status="proposed"),
    ]


def trail_resources() -> list[dict[str, Any]]:
    """Return provenance and audit."""
    row = {"id": id_("audit"), "recorded": AT, "interaction": "read", "outcome": "0"}
    return [
        provenance.provenance(
            id_=id_("provenance"),
            targets=((REQUEST, 1), (TEAM, 2)),
            recorded=AT,
            occurred=AT,
            legal_basis="hpl-25-45",
            author=KOMAN,
            on_behalf_of=HOSPITAL,
            sources=((EVENT, "ip.need.identified"), (MESSAGE, "DIALOG_HELSEFAGLIG")),
            reasons=(REASON,),
        ),
        provenance.provenance(id_=id_("provenance2"), targets=((REQUEST, 1),), recorded=AT),
        audit.audit_event(row),
        audit.audit_event(
            {
                **row,
                "interaction": "search-type",
                "client": "urn:her:90998",
                "organisation": "ST OLAVS HOSPITAL HF",
                "user": KOMAN,
                "patient_id": id_("patient"),
                "entities": (PLAN,),
                "query": "CarePlan?status=active",
                "request_id": "r-1",
                "purpose": "1",
            }
        ),
    ]


def everything() -> list[dict[str, Any]]:
    """Return a resource of every builder."""
    groups = (
        patients, personnel, organisation_resources, consent_resources, need_resources, message_resources,
        team_resources, activity_resources, plan_resources, trail_resources,
    )  # fmt: skip
    return [resource for group in groups for resource in group()]


__all__ = ["everything", "nine", "parts"]
