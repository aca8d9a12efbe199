// Search parameters beyond base R4.

Instance: CareTeam-role
InstanceOf: SearchParameter
Usage: #definition
Title: "CareTeam by role"
Description: "Role of a participant."
* url = "https://ip-adapter.example/fhir/SearchParameter/CareTeam-role"
* name = "CareTeamRole"
* status = #active
* date = "2026-11-27"
* publisher = "ip-adapter"
* description = "Role of a participant: a code of Volven 9034, a local role, or hovedansvar. Base R4 has no such parameter."
* code = #role
* base = #CareTeam
* type = #token
* expression = "CareTeam.participant.role"
* xpathUsage = #normal
* multipleOr = true
* multipleAnd = true
