// The need and where it stands.

Invariant: ip-need-1
Description: "A need that is ordered says which kind of need it is."
Severity: #error
Expression: "code.coding.where(system = 'https://ip-adapter.example/fhir/CodeSystem/need-kind').exists()"

Profile: IpNeed
Parent: ServiceRequest
Id: ip-need
Title: "Need (behov)"
Description: "A need for a coordinator, an individual plan or another coordinated service: one per kind and performing party. The Melde-id in `requisition` follows the need through every system and message."
* obeys ip-need-1
* extension contains PatientWish named patientWish 0..1
* extension[patientWish] ^short = "Whether the patient wishes it: yes, no, unclear"
* requisition MS
* requisition.system 1..1
* requisition.system = "https://ip-adapter.example/fhir/NamingSystem/melde-id"
* requisition.value 1..1
* requisition ^short = "Melde-id: the same in the message to the municipality and in its answer"
* status ^short = "active until it is fulfilled (completed) or the requester withdraws it (revoked, entered-in-error); a decline does not change it"
* intent = #order
* intent ^short = "order: an assessment is ordered"
* category 1..1
* category from NeedCategories (required)
* category ^short = "behovsmelding"
* code 1..1
* code from NeedKinds (required)
* code ^short = "Kind of need"
* subject only Reference(Patient)
* occurrence[x] 1..1
* occurrence[x] only dateTime
* occurrence[x] ^short = "When the need was identified"
* authoredOn MS
* authoredOn ^short = "When it was recorded"
* requester 1..1
* requester only Reference(PractitionerRole or Organization or Patient or RelatedPerson)
* requester ^short = "Who identified the need"
* performer 0..1 MS
* performer only Reference(Organization)
* performer ^short = "The party that is to assess it"
* supportingInfo ^short = "The Consent it rests on"

Invariant: ip-task-1
Description: "A Task that fulfils a need says which state of the need it stands in."
Severity: #error
Expression: "businessStatus.coding.where(system = 'https://ip-adapter.example/fhir/CodeSystem/need-state').exists()"

Profile: IpNeedTask
Parent: Task
Id: ip-need-task
Title: "Handling of a need (behandling av behov)"
Description: "Where a need stands with the party that received it. A receipt of the message never moves `status`; only what a person answers does. A forwarded need keeps its ServiceRequest and gets a new Task."
* obeys ip-task-1
* basedOn 1..1
* basedOn only Reference(IpNeed)
* groupIdentifier 1..1
* groupIdentifier.system 1..1
* groupIdentifier.system = "https://ip-adapter.example/fhir/NamingSystem/melde-id"
* groupIdentifier.value 1..1
* groupIdentifier ^short = "Melde-id"
* businessStatus 1..1
* businessStatus from NeedStates (required)
* businessStatus ^short = "Exactly where it stands: sent, received, under assessment, …"
* intent = #order
* code 1..1
* code = $TaskCode#fulfill
* focus 1..1
* focus only Reference(IpNeed)
* for 1..1
* for only Reference(Patient)
* for ^short = "The patient"
* authoredOn 1..1
* lastModified 1..1
* requester only Reference(Organization)
* owner 1..1
* owner only Reference(Organization)
* owner ^short = "The party that handles it"
* restriction ^short = "`period.end` is when an answer is due"
* output ^short = "What came of it: the CareTeam, the CarePlan"
* output.value[x] only Reference(IpTeam or IpPlan)

Profile: IpWorkItem
Parent: Task
Id: ip-work-item
Title: "Work item (oppgave)"
Description: "Something a person must do: read an answer, find the receiver, send by another way. It never leaves the installation."
* intent = #order
* code 1..1
* code from TaskKinds (required)
* code ^short = "What is to be done"
* authoredOn 1..1
* lastModified 1..1
* owner 1..1
* owner only Reference(Organization)
* focus ^short = "What it is about"
