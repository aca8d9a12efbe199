// The team and the assignments.

Invariant: ip-team-1
Description: "The patient takes part in the team; the adapter sees to it."
Severity: #warning
Expression: "participant.role.coding.where(system = 'https://ip-adapter.example/fhir/CodeSystem/team-function' and code = 'pasient').exists()"

Invariant: ip-team-2
Description: "At most one current coordinator has the main responsibility (hovedansvar)."
Severity: #error
Expression: "participant.where(period.end.empty() and role.coding.where(system = 'https://ip-adapter.example/fhir/CodeSystem/team-function' and code = 'hovedansvar').exists()).count() <= 1"

Profile: IpTeam
Parent: CareTeam
Id: ip-team
Title: "Team (team rundt pasienten)"
Description: "One per patient and installation: the patient, coordinators, contact physicians and others, a participant per role held. Ended participations stay with `period.end`. Items 2, 3 and 9."
* obeys ip-team-1 and ip-team-2
* identifier MS
* status 1..1
* category 1..1
* category from TeamCategories (required)
* name MS
* subject 1..1
* subject only Reference(Patient)
* participant 1..*
* participant.role 1..1
* participant.role from TeamRoles (extensible)
* participant.role ^short = "9034 or local code, plus hovedansvar for the coordinator with the main responsibility; words where there is no code"
* participant.member 1..1
* participant.member only Reference(PractitionerRole or Patient or RelatedPerson or Organization)
* participant.member ^short = "The assignment (PractitionerRole)"
* participant.onBehalfOf 0..0
* participant.onBehalfOf ^short = "Never: the organisation stands in the PractitionerRole (R4 ctm-1)"
* participant.period ^short = "From when to when; an ended one stays"
* managingOrganization 0..1 MS
* managingOrganization ^short = "The organisation responsible for the team"

Invariant: ip-assignment-1
Description: "An assignment names the person; only an offer may come before anybody is chosen."
Severity: #error
Expression: "practitioner.exists() or extension('https://ip-adapter.example/fhir/StructureDefinition/assignment-state').where(value != 'replaced').exists()"

Profile: IpAssignment
Parent: $NoBasisPractitionerRole
Id: ip-assignment
Title: "Assignment (oppnevning)"
Description: "One person in one role for one patient: made per assignment, so that its id is the assignment's id. Phone, deputy and absence stand here."
* obeys ip-assignment-1
* extension contains
    AssignmentState named state 0..1 and
    ExpectedEnd named expectedEnd 0..1
* extension[state] ^short = "Where an offer stands (the role is not active meanwhile), or replaced of what another has taken over"
* extension[expectedEnd] ^short = "Expected last day"
* active 1..1
* practitioner ^short = "The person; one without an HPR number is a Practitioner without that identifier; an offer may come before anybody is chosen"
* organization ^short = "Where the person works"
* code 1..
* code from AssignmentRoles (extensible)
* code ^short = "The role: Volven 9034, or the local role where it has none"
* notAvailable ^short = "Away; the deputy stands in the description"
