// Identifier systems of this guide.

RuleSet: Naming(id)
* name = "{id}"
* status = #active
* kind = #identifier
* date = "2026-11-27"
* publisher = "ip-adapter"
* uniqueId[0].type = #uri
* uniqueId[0].value = "https://ip-adapter.example/fhir/NamingSystem/{id}"
* uniqueId[0].preferred = true

Instance: melde-id
InstanceOf: NamingSystem
Usage: #definition
Title: "Melde-id"
Description: "Identifier of a need: IPK- and nine characters in three groups, the last one a check character. It stands in the message to the municipality and in every answer, and follows the need through all systems."
* insert Naming(melde-id)
* description = "Identifier of a need: IPK- and nine characters in three groups, the last one a check character. It stands in the message to the municipality and in every answer, and follows the need through all systems."

Instance: plan-part
InstanceOf: NamingSystem
Usage: #definition
Title: "Part of a plan"
Description: "A writer's own id of a goal or an activity, unique within one plan."
* insert Naming(plan-part)
* description = "A writer's own id of a goal or an activity, unique within one plan."

Instance: meeting
InstanceOf: NamingSystem
Usage: #definition
Title: "Meeting"
Description: "A caller's own id of a meeting, and of those who are called to it."
* insert Naming(meeting)
* description = "A caller's own id of a meeting, and of those who are called to it."

Instance: recipient
InstanceOf: NamingSystem
Usage: #definition
Title: "Receiver"
Description: "Whom a consent names: a key of the address book, coordinating-unit (the municipality's koordinerende enhet) or gp (fastlege)."
* insert Naming(recipient)
* description = "Whom a consent names: a key of the address book, coordinating-unit (the municipality's koordinerende enhet) or gp (fastlege)."

Instance: message-id
InstanceOf: NamingSystem
Usage: #definition
Title: "Message id"
Description: "MsgId of senders that do not use UUIDs. All others are urn:uuid under urn:ietf:rfc:3986."
* insert Naming(message-id)
* description = "MsgId of senders that do not use UUIDs. All others are urn:uuid under urn:ietf:rfc:3986."

Instance: stay
InstanceOf: NamingSystem
Usage: #definition
Title: "Stay"
Description: "A stay in hospital, as the sender's own system knows it."
* insert Naming(stay)
* description = "A stay in hospital, as the sender's own system knows it."

Instance: filed-document
InstanceOf: NamingSystem
Usage: #definition
Title: "Filed document"
Description: "A document as the record system knows it, where it names no system of its own."
* insert Naming(filed-document)
* description = "A document as the record system knows it, where it names no system of its own."

Instance: platform-access
InstanceOf: NamingSystem
Usage: #definition
Title: "Access to a platform"
Description: "An asker's own id of an access to a plan platform."
* insert Naming(platform-access)
* description = "An asker's own id of an access to a plan platform."
