// What a server of this guide must be able to do, whoever has made it.

Alias: $Expectation = http://hl7.org/fhir/StructureDefinition/capabilitystatement-expectation

RuleSet: Served(n, type)
* rest.resource[{n}].type = #{type}
* rest.resource[{n}].interaction[0].code = #read
* rest.resource[{n}].interaction[0].extension[0].url = $Expectation
* rest.resource[{n}].interaction[0].extension[0].valueCode = #SHALL
* rest.resource[{n}].interaction[1].code = #search-type
* rest.resource[{n}].interaction[1].extension[0].url = $Expectation
* rest.resource[{n}].interaction[1].extension[0].valueCode = #SHALL

RuleSet: Sought(n, k, name, type)
* rest.resource[{n}].searchParam[{k}].name = "{name}"
* rest.resource[{n}].searchParam[{k}].type = #{type}
* rest.resource[{n}].searchParam[{k}].extension[0].url = $Expectation
* rest.resource[{n}].searchParam[{k}].extension[0].valueCode = #SHALL

Instance: ip-server
InstanceOf: CapabilityStatement
Usage: #definition
Title: "Server of needs, teams and plans"
Description: "Requirements: what a plan platform may count on."
* url = "https://ip-adapter.example/fhir/CapabilityStatement/ip-server"
* name = "IpServer"
* title = "Server of needs, teams and plans"
* description = "What a plan platform may count on at any server of this guide. What one server can do beyond it stands in its own /metadata."
* status = #active
* date = "2026-11-27"
* publisher = "ip-adapter"
* kind = #requirements
* fhirVersion = #4.0.1
* format[0] = #json
* rest.mode = #server
* rest.documentation = "A person's identifier is searched for by POST [type]/_search with a form body only: it may not stand in a URL. A server audits every read."
* insert Served(0, CarePlan)
* rest.resource[0].supportedProfile[0] = "https://ip-adapter.example/fhir/StructureDefinition/ip-plan"
* insert Sought(0, 0, patient, reference)
* insert Sought(0, 1, status, token)
* insert Sought(0, 2, category, token)
* insert Sought(0, 3, identifier, token)
* insert Sought(0, 4, date, date)
* insert Served(1, CareTeam)
* rest.resource[1].supportedProfile[0] = "https://ip-adapter.example/fhir/StructureDefinition/ip-team"
* insert Sought(1, 0, patient, reference)
* insert Sought(1, 1, status, token)
* insert Sought(1, 2, category, token)
* insert Sought(1, 3, role, token)
* rest.resource[1].searchParam[3].definition = "https://ip-adapter.example/fhir/SearchParameter/CareTeam-role"
* insert Served(2, Goal)
* rest.resource[2].supportedProfile[0] = "https://ip-adapter.example/fhir/StructureDefinition/ip-goal"
* insert Sought(2, 0, patient, reference)
* insert Sought(2, 1, lifecycle-status, token)
* insert Served(3, ServiceRequest)
* rest.resource[3].supportedProfile[0] = "https://ip-adapter.example/fhir/StructureDefinition/ip-need"
* rest.resource[3].supportedProfile[1] = "https://ip-adapter.example/fhir/StructureDefinition/ip-measure"
* insert Sought(3, 0, patient, reference)
* insert Sought(3, 1, status, token)
* insert Sought(3, 2, category, token)
* insert Sought(3, 3, code, token)
* insert Sought(3, 4, requisition, token)
* insert Sought(3, 5, authored, date)
* insert Served(4, Task)
* rest.resource[4].supportedProfile[0] = "https://ip-adapter.example/fhir/StructureDefinition/ip-need-task"
* rest.resource[4].supportedProfile[1] = "https://ip-adapter.example/fhir/StructureDefinition/ip-work-item"
* rest.resource[4].supportedProfile[2] = "https://ip-adapter.example/fhir/StructureDefinition/ip-plan-task"
* insert Sought(4, 0, patient, reference)
* insert Sought(4, 1, status, token)
* insert Sought(4, 2, owner, reference)
* insert Sought(4, 3, group-identifier, token)
* insert Served(5, Consent)
* rest.resource[5].supportedProfile[0] = "https://ip-adapter.example/fhir/StructureDefinition/ip-consent"
* insert Sought(5, 0, patient, reference)
* insert Sought(5, 1, status, token)
* insert Served(6, PractitionerRole)
* rest.resource[6].supportedProfile[0] = "https://ip-adapter.example/fhir/StructureDefinition/ip-assignment"
* insert Sought(6, 0, practitioner, reference)
* insert Sought(6, 1, organization, reference)
* insert Sought(6, 2, date, date)
* insert Served(7, Appointment)
* rest.resource[7].supportedProfile[0] = "https://ip-adapter.example/fhir/StructureDefinition/ip-meeting"
* insert Sought(7, 0, patient, reference)
* insert Sought(7, 1, status, token)
* insert Sought(7, 2, date, date)
* insert Served(8, Communication)
* rest.resource[8].supportedProfile[0] = "https://ip-adapter.example/fhir/StructureDefinition/ip-message"
* insert Sought(8, 0, patient, reference)
* insert Sought(8, 1, status, token)
* insert Sought(8, 2, sent, date)
* insert Served(9, Provenance)
* rest.resource[9].supportedProfile[0] = "https://ip-adapter.example/fhir/StructureDefinition/ip-provenance"
* insert Sought(9, 0, target, reference)
* insert Served(10, AuditEvent)
* rest.resource[10].supportedProfile[0] = "https://ip-adapter.example/fhir/StructureDefinition/ip-audit"
* insert Sought(10, 0, patient, reference)
* insert Sought(10, 1, date, date)
* insert Served(11, Patient)
* insert Sought(11, 0, identifier, token)
* rest.resource[11].searchParam[0].documentation = "By POST only."
