// What R4 has no element for.

Extension: PatientWish
Id: patient-wish
Title: "What the patient wishes"
Description: "Whether the patient wishes what the need asks for. A wish is not a consent: consent is a Consent of its own."
Context: ServiceRequest
* value[x] 1..1
* value[x] only code
* valueCode from PatientWishes (required)

Extension: Explanation
Id: explanation
Title: "Why it was decided so"
Description: "One decision of the adapter: which rule decided, the law or agreement behind it, what it decided, and what fell away. It never quotes a person."
Context: Provenance
* extension contains
    rule 1..1 and
    source 0..1 and
    outcome 0..1 and
    rejected 0..*
* extension[rule] ^short = "Anchor of the rule"
* extension[rule].value[x] 1..1
* extension[rule].value[x] only string
* extension[source] ^short = "Law, regulation or agreement"
* extension[source].value[x] 1..1
* extension[source].value[x] only string
* extension[outcome] ^short = "What it decided, in Norwegian"
* extension[outcome].value[x] 1..1
* extension[outcome].value[x] only string
* extension[rejected] ^short = "An alternative that fell away, and why"
* extension[rejected].value[x] 1..1
* extension[rejected].value[x] only string

Extension: AssignmentState
Id: assignment-state
Title: "Where an offer or an assignment stands"
Description: "The state of somebody proposed for a role whom nobody has appointed yet (the role is not active meanwhile), or `replaced` of an assignment that another has taken over."
Context: PractitionerRole
* value[x] 1..1
* value[x] only code
* valueCode from AssignmentStates (required)

Extension: ExpectedEnd
Id: expected-end
Title: "Expected last day"
Description: "The day a time-limited participation is expected to end; `period.end` is the day it did end."
Context: PractitionerRole
* value[x] 1..1
* value[x] only date

Extension: DischargeReady
Id: discharge-ready
Title: "Ready for discharge since"
Description: "The instant since when a patient in hospital is ready to leave (utskrivningsklar)."
Context: Encounter
* value[x] 1..1
* value[x] only dateTime

Extension: ConsentStatement
Id: consent-statement
Title: "What was said about consent"
Description: "The statement itself, in the words of the event that told it: its own status, how and by whom it was said, and what must stay inside. R4's Consent.status is coarser."
Context: Consent
* extension contains
    status 1..1 and
    method 0..1 and
    givenBy 0..1 and
    obtainedBy 0..1 and
    guardians 0..1 and
    capacity 0..1 and
    topic 0..* and
    note 0..1
* extension[status] ^short = "Status of the statement"
* extension[status].value[x] 1..1
* extension[status].value[x] only code
* extension[status].valueCode from ConsentStatuses (required)
* extension[method] ^short = "How it was said"
* extension[method].value[x] 1..1
* extension[method].value[x] only code
* extension[method].valueCode from ConsentMethods (required)
* extension[givenBy] ^short = "Who said it"
* extension[givenBy].value[x] 1..1
* extension[givenBy].value[x] only code
* extension[givenBy].valueCode from ConsentGivers (required)
* extension[obtainedBy] ^short = "Who asked"
* extension[obtainedBy].value[x] 1..1
* extension[obtainedBy].value[x] only string
* extension[guardians] ^short = "One or both of those with parental responsibility"
* extension[guardians].value[x] 1..1
* extension[guardians].value[x] only code
* extension[guardians].valueCode from ConsentGuardians (required)
* extension[capacity] ^short = "Whether the patient can consent"
* extension[capacity].value[x] 1..1
* extension[capacity].value[x] only code
* extension[capacity].valueCode from ConsentCapacities (required)
* extension[topic] ^short = "A topic that is excepted"
* extension[topic].value[x] 1..1
* extension[topic].value[x] only code
* extension[topic].valueCode from ConsentTopics (required)
* extension[note] ^short = "Kept inside, never printed or sent"
* extension[note].value[x] 1..1
* extension[note].value[x] only string

Extension: SubscriptionSecret
Id: subscription-secret
Title: "Signing key of a subscription"
Description: "The key that notifications are signed with (Standard Webhooks, whsec_…): given by the subscriber, or shown once when the subscription is made. It is never served again."
Context: Subscription.channel
* value[x] 1..1
* value[x] only string
