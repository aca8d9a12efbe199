// Messages, and who did what and why.

Profile: IpMessage
Parent: Communication
Id: ip-message
Title: "Message (melding)"
Description: "One message sent or received, with its receipt. The text stands once, in the document that the DocumentReference leads to."
* identifier 1..1
* identifier.system 1..1
* identifier.value 1..1
* identifier ^short = "MsgId"
* status ^short = "preparation → in-progress → completed (receipt), or not-done with statusReason"
* statusReason ^short = "Why a receiver rejected it: Volven 8221"
* category 1..1
* category ^short = "Message type: Volven 8279"
* medium 1..1
* medium from ConnectionTypes (required)
* topic ^short = "Volven 7322; 6 is individual plan"
* sent ^short = "When it left"
* received ^short = "When the receipt came"
* sender ^short = "Who sent it; none where a citizen wrote by Helsenorge"
* recipient 1..*
* recipient only Reference(Organization or Patient)
* payload 1..1
* payload.content[x] only Reference(DocumentReference)
* payload.content[x] ^short = "The document; never a second copy of its text"

Invariant: ip-provenance-1
Description: "One agent is the assembler, a Device, and at most one the author."
Severity: #error
Expression: "agent.where(type.coding.where(code = 'assembler').exists()).count() = 1 and agent.where(type.coding.where(code = 'author').exists()).count() <= 1"

Profile: IpProvenance
Parent: Provenance
Id: ip-provenance
Title: "Provenance with explanation (opphav med begrunnelse)"
Description: "Per change: what changed, in which version, when, by whom, made of which event, on which legal ground, and which rules decided."
* obeys ip-provenance-1
* extension contains Explanation named explanation 0..*
* extension[explanation] ^short = "Why it was decided so: a rule each"
* target ^short = "Version-specific: Type/id/_history/version"
* occurred[x] 1..1
* occurred[x] only dateTime
* recorded 1..1
* policy ^short = "The law or agreement, as uri"
* activity 1..1
* agent.type 1..1
* agent ^short = "author: who did it, for which organisation; assembler: the adapter, a Device with a fixed id"
* entity 1..*
* entity.role = #source
* entity.what.identifier 1..1
* entity.what.identifier ^short = "The event or the MsgId"

Profile: IpAudit
Parent: AuditEvent
Id: ip-audit
Title: "Audit (logg over innsyn)"
Description: "Who read, searched or wrote what. The pattern is that of IHE Basic Audit Log Patterns (BALP): on a read the client is the destination of the data, on a query its source."
* type = $AuditType#rest
* subtype 1..1
* subtype from http://hl7.org/fhir/ValueSet/type-restful-interaction (extensible)
* subtype ^short = "read, search-type, create, …"
* action 1..1
* recorded 1..1
* outcome 1..1
* outcome ^short = "0 well, 4 refused, 8 our fault, 12 we could not"
* purposeOfEvent ^short = "Volven 9151"
* agent 2..*
* agent ^slicing.discriminator.type = #pattern
* agent ^slicing.discriminator.path = "type"
* agent ^slicing.rules = #open
* agent contains source 1..1 and destination 1..1
* agent[source].type = $DICOM#110153
* agent[source] ^short = "Where the data or the question came from"
* agent[destination].type = $DICOM#110152
* agent[destination] ^short = "Where it went"
* agent.who 1..1
* source.observer only Reference(Device)
* entity ^short = "The patient, what was read, the query without person identifiers, the request id"
