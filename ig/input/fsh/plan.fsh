// The plan: the nine items of the regulation (forskrift om individuell plan og koordinator) live here.

Invariant: ip-plan-1
Description: "An individual plan says that it is one: the local category individuell-plan."
Severity: #error
Expression: "category.coding.where(system = 'https://ip-adapter.example/fhir/CodeSystem/plan-category' and code = 'individuell-plan').exists()"

Invariant: ip-plan-2
Description: "An activity is served as a resource of its own, referred to; `detail` is taken on input and turned into one."
Severity: #warning
Expression: "activity.detail.empty()"

Profile: IpPlan
Parent: CarePlan
Id: ip-plan
Title: "Individual plan (individuell plan)"
Description: "One active individual plan per person. Its author is the organisation responsible for it and the only one that writes it; others propose."
* obeys ip-plan-1 and ip-plan-2
* identifier 1..*
* identifier.system 1..1
* identifier.value 1..1
* identifier ^short = "The plan's identifier in the writer's own system"
* status ^short = "draft | active | on-hold | revoked | completed | entered-in-error"
* intent = #plan
* category 1..1
* category ^short = "individuell-plan, and A02-2 of Volven 9602"
* category.coding 1..*
* subject only Reference(Patient)
* period 1..1
* period.start 1..1
* period ^short = "Item 7: from when to when"
* created MS
* author 1..1
* author only Reference(Organization)
* author ^short = "Responsible organisation: R4's meaning of author"
* contributor ^short = "Who wrote it"
* careTeam 0..1 MS
* careTeam only Reference(IpTeam)
* careTeam ^short = "Items 2 and 3: who takes part, and who is coordinator"
* goal only Reference(IpGoal)
* goal ^short = "Item 1: the patient's goals"
* supportingInfo ^short = "Item 8: the Consent. Item 1: resources and needs, as Observation"
* activity.detail ^short = "Taken on input only; turned into a resource of its own"
* activity.reference only Reference(IpMeasure or IpPlanTask or IpMeeting)
* activity.reference ^short = "Items 4 to 6: measures with performer, content, place; item 7: the next evaluation"
* note ^short = "Items 4 and 9: «Bidrag: …» who contributes what, «Samarbeid: …» cooperation with others"

Profile: IpGoal
Parent: Goal
Id: ip-goal
Title: "Goal (mål)"
Description: "What the patient wants to reach, in the patient's own words. Item 1."
* identifier.system 1..1
* identifier.value 1..1
* identifier ^short = "The writer's own id of the goal, unique within the plan"
* description.text 1..1
* subject only Reference(Patient)

Profile: IpMeasure
Parent: ServiceRequest
Id: ip-measure
Title: "Measure of a plan (tiltak)"
Description: "A service that the plan counts on: what, who gives it, where, when. Items 4 to 6."
* intent = #plan
* category 1..1
* category from PlanCategories (required)
* code 1..1
* code.text 1..1
* code ^short = "The measure in words"
* basedOn 0..1 MS
* basedOn only Reference(IpPlan)
* subject only Reference(Patient)
* performer ^short = "Who gives it; a name is enough for those outside the address book"
* occurrence[x] only Period
* locationCode ^short = "Where"

Profile: IpPlanTask
Parent: Task
Id: ip-plan-task
Title: "Task of a plan (oppgave i planen)"
Description: "Something somebody is to do by the plan."
* intent = #plan
* basedOn 0..1 MS
* basedOn only Reference(IpPlan)
* description 1..1
* for 1..1
* for only Reference(Patient)

Profile: IpMeeting
Parent: Appointment
Id: ip-meeting
Title: "Meeting (møte)"
Description: "A meeting of the team, an appointment of the plan, or the plan's next evaluation (proposed, with `requestedPeriod`). It holds no health detail."
* description 1..1
* created MS
* participant.actor 1..1
* supportingInformation ^short = "The plan it belongs to"
* requestedPeriod ^short = "The day of the next evaluation, item 7"
