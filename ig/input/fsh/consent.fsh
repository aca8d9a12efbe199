// Who may know what.

Invariant: ip-consent-1
Description: "The category names what the consent is about: a code of consent-subject."
Severity: #error
Expression: "category.coding.where(system = 'https://ip-adapter.example/fhir/CodeSystem/consent-subject').exists()"

Profile: IpConsent
Parent: Consent
Id: ip-consent
Title: "Consent (samtykke)"
Description: "What the patient, or who consents on the patient's behalf, has said about sharing: scopes, receivers, exceptions. A nested deny is kept inside and printed nowhere. Item 8."
* obeys ip-consent-1
* extension contains ConsentStatement named statement 0..1 MS
* extension[statement] ^short = "The statement in its own words"
* scope = $ConsentScope#patient-privacy
* category 2..*
* category ^slicing.discriminator.type = #pattern
* category ^slicing.discriminator.path = "$this"
* category ^slicing.rules = #open
* category contains consentDocument 1..1
* category[consentDocument] = $LOINC#59284-0
* category ^short = "LOINC 59284-0 and what it is about"
* patient 1..1
* performer 1..*
* performer only Reference(Patient or RelatedPerson)
* performer ^short = "Who consents"
* organization 0..1 MS
* organization ^short = "Who holds the consent"
* policyRule 1..1
* policyRule ^short = "Legal ground: Volven 9230"
* provision 1..1
* provision.type 1..1
* provision.type ^short = "permit; deny for a limit that the patient has set"
* provision.actor ^short = "The receivers"
* provision.actor.role = $ParticipationType#IRCP
* provision.actor.reference only Reference(Organization)
* provision.actor.reference.identifier ^short = "Key of the address book, coordinating-unit or gp"
* provision.code from ConsentScopes (required)
* provision.code ^short = "The scopes"
