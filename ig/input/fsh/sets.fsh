// Value sets: what an element may hold.

ValueSet: NeedKinds
Id: need-kinds
Title: "Kinds of need"
Description: "What is needed."
* include codes from system NeedKind

ValueSet: NeedCategories
Id: need-categories
Title: "Categories of need"
Description: "What tells a need from other requests."
* include codes from system NeedCategory

ValueSet: NeedStates
Id: need-states
Title: "States of a need"
Description: "Where the handling of a need stands."
* include codes from system NeedState

ValueSet: PlanCategories
Id: plan-categories
Title: "Categories of plan"
Description: "What tells an individual plan, and its measures, from other plans."
* include codes from system PlanCategory

ValueSet: TeamCategories
Id: team-categories
Title: "Categories of team"
Description: "What tells the team around a plan or a coordinator from other teams."
* include codes from system TeamCategory

ValueSet: TaskKinds
Id: task-kinds
Title: "Kinds of work item"
Description: "What a person must do."
* include codes from system TaskKind

ValueSet: AssignmentRoles
Id: assignment-roles
Title: "Roles of an assignment"
Description: "Coordinators, contact physicians and others: Volven 9034, and local roles where it has none."
* $Functions#8 "Koordinator individuell plan"
* $Functions#18 "Koordinator"
* $Functions#19 "Kontaktlege"
* $Functions#20 "Kontaktpsykolog"
* $Functions#6 "Fastlege"
* $Functions#9 "Primærkontakt"
* $Functions#17 "Forløpskoordinator kreft"
* $Functions#24 "Kontakt hos mottaker"
* include codes from system Role

ValueSet: TeamRoles
Id: team-roles
Title: "Roles in the team"
Description: "Roles of an assignment, and functions in the team."
* include codes from valueset AssignmentRoles
* include codes from system TeamFunction

ValueSet: ConsentScopes
Id: consent-scopes
Title: "Scopes of consent"
Description: "What the patient says yes to."
* include codes from system ConsentScope

ValueSet: ConsentSubjects
Id: consent-subjects
Title: "Subjects of consent"
Description: "What a consent is about."
* include codes from system ConsentSubject

ValueSet: ConnectionTypes
Id: connection-types
Title: "Ways to reach a party"
Description: "How a message went or a party is reached."
* include codes from system ConnectionType
* http://terminology.hl7.org/CodeSystem/v3-ParticipationMode#PHONE "telephone"
* http://terminology.hl7.org/CodeSystem/v3-ParticipationMode#WRITTEN "written"
* http://terminology.hl7.org/CodeSystem/v3-ParticipationMode#FACE "face-to-face"
* http://terminology.hl7.org/CodeSystem/v3-ParticipationMode#REMOTE "remote presence"

ValueSet: CareCourses
Id: care-courses
Title: "Courses of care"
Description: "What a stay in hospital is for."
* include codes from system CareCourse

ValueSet: PatientWishes
Id: patient-wishes
Title: "Wishes of a patient"
Description: "Whether the patient wishes what a need asks for."
* include codes from system PatientWishSystem

ValueSet: AssignmentStates
Id: assignment-states
Title: "States of an assignment"
Description: "Where an offer or an assignment stands."
* include codes from system AssignmentStateSystem

ValueSet: ConsentStatuses
Id: consent-statuses
Title: "Statuses of a statement about consent"
Description: "What was said."
* include codes from system ConsentStatus

ValueSet: ConsentMethods
Id: consent-methods
Title: "Methods of consent"
Description: "How consent was given."
* include codes from system ConsentMethod

ValueSet: ConsentGivers
Id: consent-givers
Title: "Givers of consent"
Description: "Who gave consent."
* include codes from system ConsentGiver

ValueSet: ConsentGuardians
Id: consent-guardians
Title: "Holders of parental responsibility"
Description: "How many there are."
* include codes from system ConsentGuardiansSystem

ValueSet: ConsentCapacities
Id: consent-capacities
Title: "Capacities to consent"
Description: "Whether the patient can consent."
* include codes from system ConsentCapacity

ValueSet: ConsentTopics
Id: consent-topics
Title: "Topics a patient excepts"
Description: "What is not to be told."
* include codes from system ConsentTopic
