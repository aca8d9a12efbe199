"""Every event type this adapter knows: number, model, whether it may be posted. design/event-data.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from adapter.events import (
    access,
    consent,
    coordinators,
    enquiries,
    handling,
    limits,
    meetings,
    members,
    messages,
    movement,
    needs,
    needs_further,
    patient_input,
    people,
    plans,
    planwork,
    proposals,
    rehabilitation,
    team,
)
from adapter.events.parts import EventData

if TYPE_CHECKING:
    from collections.abc import Mapping

Model = type[EventData]
Continuation = Literal["required", "optional", "none"]

NEED: Final = ("meldeId", "needId")
PLAN: Final = ("planId", "planIdentifier")
ASSIGNMENT: Final = ("assignmentId",)
TRANSFER: Final = (*PLAN, "taskId")
TASK: Final = ("taskId",)
ANY: Final = (*NEED, *ASSIGNMENT, *PLAN)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType:
    """One row: a type of event. `by` names the fields of `continues` it takes."""

    type: str
    number: str
    model: Model
    title_nb: str
    posted: bool = True
    continues: Continuation = "none"
    by: tuple[str, ...] = ()


_Columns = tuple[str, str, Model, str, Continuation, tuple[str, ...]]


_POSTED: Final[tuple[_Columns, ...]] = (
    ("E01", "ip.need.identified", needs.NeedIdentified, "Behov meldt", "none", ()),
    ("E02", "ip.need.forwarded", needs.NeedForwarded, "Behov videresendt", "required", NEED),
    ("E03", "ip.need.acknowledged", needs.NeedAcknowledged, "Behov mottatt", "required", NEED),
    ("E04", "ip.need.info-requested", needs.NeedInfoRequested, "Opplysninger etterspurt", "required", NEED),
    ("E05", "ip.need.info-supplied", needs_further.NeedInfoSupplied, "Opplysninger gitt", "required", NEED),
    ("E06", "ip.need.accepted", needs.NeedAccepted, "Behov godtatt", "required", NEED),
    ("E07", "ip.need.declined", needs.NeedDeclined, "Behov avslått", "required", NEED),
    ("E08", "ip.need.declined-by-patient", needs_further.NeedDeclinedByPatient, "Pasienten har takket nei", "required",
     NEED),
    ("E09", "ip.need.withdrawn", needs.NeedWithdrawn, "Melding trukket tilbake", "required", NEED),
    ("E10", "ip.need.fulfilled", needs_further.NeedFulfilled, "Behov oppfylt", "required", NEED),
    ("E12", "ip.rehabilitation-need.reported", rehabilitation.RehabilitationNeedReported,
     "Behov for (re)habilitering meldt", "none", ()),
    ("E13", "ip.consent.given", consent.ConsentGiven, "Samtykke gitt", "none", ()),
    ("E14", "ip.consent.limited", limits.ConsentLimited, "Samtykke begrenset", "none", ()),
    ("E15", "ip.consent.withdrawn", consent.ConsentWithdrawn, "Samtykke trukket", "none", ()),
    ("E17", "ip.representative.changed", people.RepresentativeChanged, "Representant endret", "none", ()),
    ("E18", "ip.identity.changed", people.IdentityChanged, "Identitet endret", "none", ()),
    ("E19", "ip.address-protection.changed", people.AddressProtectionChanged, "Adressebeskyttelse endret",
     "none", ()),
    ("E20", "ip.coordinator.offered", coordinators.CoordinatorOffered, "Koordinator tilbudt", "optional", ANY),
    ("E21", "ip.coordinator.appointed", team.CoordinatorAppointed, "Koordinator oppnevnt", "optional", ANY),
    ("E22", "ip.hospital-coordinator.appointed", team.HospitalCoordinatorAppointed,
     "Koordinator i spesialisthelsetjenesten oppnevnt", "optional", ANY),
    ("E23", "ip.child-coordinator.appointed", coordinators.ChildCoordinatorAppointed,
     "Barnekoordinator oppnevnt", "optional", ANY),
    ("E24", "ip.coordinator.replaced", team.CoordinatorReplaced, "Ny koordinator", "required", ASSIGNMENT),
    ("E25", "ip.coordinator.absent", coordinators.CoordinatorAbsent, "Koordinator er borte", "required",
     ASSIGNMENT),
    ("E25", "ip.coordinator.returned", coordinators.CoordinatorReturned, "Koordinator er tilbake", "required",
     ASSIGNMENT),
    ("E26", "ip.coordinator.ended", team.CoordinatorEnded, "Koordinator avsluttet", "required", ASSIGNMENT),
    ("E27", "ip.contact-physician.appointed", team.ContactPhysicianAppointed, "Kontaktlege oppnevnt",
     "optional", ANY),
    ("E28", "ip.contact-physician.replaced", members.ContactPhysicianReplaced, "Ny kontaktlege", "required",
     ASSIGNMENT),
    ("E29", "ip.contact-physician.ended", members.ContactPhysicianEnded, "Kontaktlege avsluttet", "required",
     ASSIGNMENT),
    ("E30", "ip.team-member.added", members.TeamMemberAdded, "Ny deltaker i teamet", "optional", ANY),
    ("E31", "ip.team-member.removed", members.TeamMemberRemoved, "Deltaker ute av teamet", "required",
     ASSIGNMENT),
    ("E32", "ip.pathway-coordinator.assigned", members.PathwayCoordinatorAssigned,
     "Forløpskoordinator oppnevnt", "optional", ANY),
    ("E33", "ip.gp.changed", members.GpChanged, "Ny fastlege", "optional", ANY),
    ("E34", "ip.plan.created", plans.PlanCreated, "Individuell plan opprettet", "optional", ANY),
    ("E35", "ip.plan.updated", plans.PlanUpdated, "Individuell plan endret", "required", PLAN),
    ("E36", "ip.goal.changed", planwork.GoalChanged, "Mål endret", "required", PLAN),
    ("E37", "ip.activity.changed", planwork.ActivityChanged, "Tiltak endret", "required", PLAN),
    ("E38", "ip.plan.evaluated", planwork.PlanEvaluated, "Individuell plan evaluert", "required", PLAN),
    ("E39", "ip.plan.transferred", planwork.PlanTransferred, "Ansvar for plan overført", "required",
     TRANSFER),
    ("E40", "ip.plan.closed", plans.PlanClosed, "Individuell plan avsluttet", "required", PLAN),
    ("E41", "ip.plan-document.shared", planwork.PlanDocumentShared, "Individuell plan sendt som dokument",
     "required", PLAN),
    ("E42", "ip.meeting.called", meetings.MeetingCalled, "Møte innkalt", "optional", ANY),
    ("E43", "ip.meeting.answered", meetings.MeetingAnswered, "Møteinnkalling besvart", "none", ()),
    ("E44", "ip.meeting.held", meetings.MeetingHeld, "Møte holdt", "none", ()),
    ("E44", "ip.meeting.cancelled", meetings.MeetingCancelled, "Møte avlyst", "none", ()),
    ("E45", "ip.patient.admitted", movement.PatientAdmitted, "Pasient innlagt", "none", ()),
    ("E46", "ip.patient.early-notice", movement.EarlyNotice, "Tidligmelding", "none", ()),
    ("E47", "ip.patient.discharge-ready", movement.DischargeReady, "Pasient utskrivningsklar", "none", ()),
    ("E47", "ip.patient.discharge-ready-cancelled", movement.DischargeReadyCancelled,
     "Pasient ikke lenger utskrivningsklar", "none", ()),
    ("E48", "ip.patient.discharged", movement.PatientDischarged, "Pasient utskrevet", "none", ()),
    ("E49", "ip.hospital-participation.ending", members.HospitalParticipationEnding,
     "Sykehusets deltakelse avsluttes", "required", ASSIGNMENT),
    ("E49", "ip.hospital-participation.ended", members.HospitalParticipationEnded,
     "Sykehusets deltakelse er avsluttet", "required", ASSIGNMENT),
    ("E50", "ip.patient.moved", movement.PatientMoved, "Pasient flyttet", "none", ()),
    ("E51", "ip.patient.deceased", movement.PatientDeceased, "Pasient død", "none", ()),
    ("E59", "ip.manual-fallback.recorded", handling.ManualFallback, "Formidlet på annen måte", "none", ()),
    ("E64", "ip.address.changed", handling.AddressChanged, "Adresse endret", "none", ()),
    ("E66", "ip.need.entered-in-error", needs_further.NeedEnteredInError, "Melding på feil pasient", "required", NEED),
    ("E67", "ip.patient-input.recorded", patient_input.PatientInputRecorded, "Innspill fra pasient eller pårørende",
     "optional", ANY),
    ("E68", "ip.platform-access.requested", access.PlatformAccessRequested, "Tilgang til planplattform ønsket",
     "optional", ANY),
    ("E68", "ip.platform-access.granted", access.PlatformAccessGranted, "Tilgang til planplattform gitt", "none", ()),
    ("E68", "ip.platform-access.ended", access.PlatformAccessEnded, "Tilgang til planplattform avsluttet", "none", ()),
    ("E69", "ip.message.sent", messages.MessageSent, "Melding sendt", "none", ()),
    ("E69", "ip.message.receipt", messages.MessageReceipt, "Kvittering mottatt", "none", ()),
    ("E70", "ip.document.filed", handling.DocumentFiled, "Dokument journalført", "none", ()),
    ("E71", "ip.plan-change.proposed", proposals.PlanChangeProposed, "Endring av plan foreslått", "required", PLAN),
    ("E71", "ip.plan-change.answered", proposals.PlanChangeAnswered, "Forslag til endring besvart", "required", TASK),
    ("E72", "ip.enquiry.answered", enquiries.EnquiryAnswered, "Spørsmål fra innbygger besvart", "required", TASK),
)  # fmt: skip
"""(number, type, model, title, continues, by) of what a sender may post."""

_INTERNAL: Final[tuple[_Columns, ...]] = (
    (
        "E11",
        "ip.need.duplicate-detected",
        needs_further.NeedDuplicateDetected,
        "Behov meldt på nytt",
        "none",
        (),
    ),
    ("E16", "ip.consent.expired", limits.ConsentExpired, "Samtykke utløpt", "none", ()),
    ("E53", "ip.receipt.positive", messages.ReceiptPositive, "Positiv kvittering", "none", ()),
    ("E54", "ip.receipt.negative", messages.ReceiptNegative, "Negativ kvittering", "none", ()),
    ("E55", "ip.receipt.missing", messages.ReceiptMissing, "Kvittering uteblitt", "none", ()),
    ("E56", "ip.receipt.late", messages.ReceiptLate, "Sen kvittering", "none", ()),
    ("E57", "ip.message.faulted", messages.MessageFaulted, "Avvik meldt", "none", ()),
    ("E58", "ip.dialogue.received", messages.DialogueReceived, "Dialogmelding mottatt", "none", ()),
    ("E62", "ip.deadline.breached", messages.DeadlineBreached, "Frist brutt", "none", ()),
)
"""The same of what the adapter makes itself."""


def _rows(columns: tuple[_Columns, ...], *, posted: bool) -> tuple[EventType, ...]:
    return tuple(
        EventType(
            type=type_, number=number, model=model, title_nb=title, continues=continues, by=by, posted=posted
        )
        for number, type_, model, title, continues, by in columns
    )


TYPES: Final[Mapping[str, EventType]] = {
    row.type: row for row in (*_rows(_POSTED, posted=True), *_rows(_INTERNAL, posted=False))
}
"""Type → its row: first what may be posted, then internal, each by number."""
POSTED: Final[tuple[str, ...]] = tuple(row.type for row in TYPES.values() if row.posted)
