// Made of adapter/rules/states.py and adapter/fhir/consents.py by `python -m tools.guide codes`; do not edit.

Instance: need-state-to-task-status
InstanceOf: ConceptMap
Usage: #definition
Title: "State of a need as Task.status"
Description: "State of a need as Task.status."
* url = "https://ip-adapter.example/fhir/ConceptMap/need-state-to-task-status"
* name = "NeedStateToTaskStatus"
* title = "State of a need as Task.status"
* status = #active
* date = "2026-11-27"
* publisher = "ip-adapter"
* description = "State of a need as Task.status: the target is the wider of the two."
* group.source = "https://ip-adapter.example/fhir/CodeSystem/need-state"
* group.target = "http://hl7.org/fhir/task-status"
* group.element[0].code = #consent-pending
* group.element[0].target.code = #draft
* group.element[0].target.equivalence = #wider
* group.element[1].code = #reported
* group.element[1].target.code = #requested
* group.element[1].target.equivalence = #wider
* group.element[2].code = #queued
* group.element[2].target.code = #requested
* group.element[2].target.equivalence = #wider
* group.element[3].code = #sent
* group.element[3].target.code = #requested
* group.element[3].target.equivalence = #wider
* group.element[4].code = #delivered
* group.element[4].target.code = #requested
* group.element[4].target.equivalence = #wider
* group.element[5].code = #undelivered
* group.element[5].target.code = #requested
* group.element[5].target.equivalence = #wider
* group.element[6].code = #manual
* group.element[6].target.code = #requested
* group.element[6].target.equivalence = #wider
* group.element[7].code = #received
* group.element[7].target.code = #received
* group.element[7].target.equivalence = #wider
* group.element[8].code = #under-assessment
* group.element[8].target.code = #received
* group.element[8].target.equivalence = #wider
* group.element[9].code = #needs-info
* group.element[9].target.code = #on-hold
* group.element[9].target.equivalence = #wider
* group.element[10].code = #accepted
* group.element[10].target.code = #accepted
* group.element[10].target.equivalence = #wider
* group.element[11].code = #in-progress
* group.element[11].target.code = #in-progress
* group.element[11].target.equivalence = #wider
* group.element[12].code = #fulfilled
* group.element[12].target.code = #completed
* group.element[12].target.equivalence = #wider
* group.element[13].code = #forwarded
* group.element[13].target.code = #completed
* group.element[13].target.equivalence = #wider
* group.element[14].code = #declined
* group.element[14].target.code = #rejected
* group.element[14].target.equivalence = #wider
* group.element[15].code = #withdrawn
* group.element[15].target.code = #cancelled
* group.element[15].target.equivalence = #wider
* group.element[16].code = #declined-by-patient
* group.element[16].target.code = #cancelled
* group.element[16].target.equivalence = #wider

Instance: need-state-to-request-status
InstanceOf: ConceptMap
Usage: #definition
Title: "State of a need as ServiceRequest.status"
Description: "State of a need as ServiceRequest.status."
* url = "https://ip-adapter.example/fhir/ConceptMap/need-state-to-request-status"
* name = "NeedStateToRequestStatus"
* title = "State of a need as ServiceRequest.status"
* status = #active
* date = "2026-11-27"
* publisher = "ip-adapter"
* description = "State of a need as ServiceRequest.status: the target is the wider of the two."
* group.source = "https://ip-adapter.example/fhir/CodeSystem/need-state"
* group.target = "http://hl7.org/fhir/request-status"
* group.element[0].code = #consent-pending
* group.element[0].target.code = #active
* group.element[0].target.equivalence = #wider
* group.element[1].code = #reported
* group.element[1].target.code = #active
* group.element[1].target.equivalence = #wider
* group.element[2].code = #queued
* group.element[2].target.code = #active
* group.element[2].target.equivalence = #wider
* group.element[3].code = #sent
* group.element[3].target.code = #active
* group.element[3].target.equivalence = #wider
* group.element[4].code = #delivered
* group.element[4].target.code = #active
* group.element[4].target.equivalence = #wider
* group.element[5].code = #undelivered
* group.element[5].target.code = #active
* group.element[5].target.equivalence = #wider
* group.element[6].code = #manual
* group.element[6].target.code = #active
* group.element[6].target.equivalence = #wider
* group.element[7].code = #received
* group.element[7].target.code = #active
* group.element[7].target.equivalence = #wider
* group.element[8].code = #under-assessment
* group.element[8].target.code = #active
* group.element[8].target.equivalence = #wider
* group.element[9].code = #needs-info
* group.element[9].target.code = #active
* group.element[9].target.equivalence = #wider
* group.element[10].code = #accepted
* group.element[10].target.code = #active
* group.element[10].target.equivalence = #wider
* group.element[11].code = #in-progress
* group.element[11].target.code = #active
* group.element[11].target.equivalence = #wider
* group.element[12].code = #fulfilled
* group.element[12].target.code = #completed
* group.element[12].target.equivalence = #wider
* group.element[13].code = #forwarded
* group.element[13].target.code = #active
* group.element[13].target.equivalence = #wider
* group.element[14].code = #declined
* group.element[14].target.code = #active
* group.element[14].target.equivalence = #wider
* group.element[15].code = #withdrawn
* group.element[15].target.code = #revoked
* group.element[15].target.equivalence = #wider
* group.element[16].code = #declined-by-patient
* group.element[16].target.code = #revoked
* group.element[16].target.equivalence = #wider

Instance: consent-status-to-consent-state
InstanceOf: ConceptMap
Usage: #definition
Title: "Statement about consent as Consent.status"
Description: "Statement about consent as Consent.status."
* url = "https://ip-adapter.example/fhir/ConceptMap/consent-status-to-consent-state"
* name = "ConsentStatusToConsentState"
* title = "Statement about consent as Consent.status"
* status = #active
* date = "2026-11-27"
* publisher = "ip-adapter"
* description = "Statement about consent as Consent.status: the target is the wider of the two."
* group.source = "https://ip-adapter.example/fhir/CodeSystem/consent-status"
* group.target = "http://hl7.org/fhir/consent-state-codes"
* group.element[0].code = #given
* group.element[0].target.code = #active
* group.element[0].target.equivalence = #wider
* group.element[1].code = #limited
* group.element[1].target.code = #active
* group.element[1].target.equivalence = #wider
* group.element[2].code = #not-required
* group.element[2].target.code = #active
* group.element[2].target.equivalence = #wider
* group.element[3].code = #presumed
* group.element[3].target.code = #active
* group.element[3].target.equivalence = #wider
* group.element[4].code = #refused
* group.element[4].target.code = #rejected
* group.element[4].target.equivalence = #wider
* group.element[5].code = #withdrawn
* group.element[5].target.code = #inactive
* group.element[5].target.equivalence = #wider
* group.element[6].code = #not-asked
* group.element[6].target.code = #proposed
* group.element[6].target.equivalence = #wider
* group.element[7].code = #expired
* group.element[7].target.code = #inactive
* group.element[7].target.equivalence = #wider
