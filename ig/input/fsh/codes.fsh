// Made of adapter/codes/local.toml and ig/codes.toml by `python -m tools.guide codes`; do not edit.

CodeSystem: NeedKind
Id: need-kind
Title: "Kind of need"
Description: "ServiceRequest.code of a need: what is needed."
* ^caseSensitive = true
* ^experimental = false
* ^language = #nb
* #individual-plan "Individuell plan" "An individual plan (individuell plan)."
* #coordinator "Koordinator" "A coordinator (koordinator)."
* #child-coordinator "Barnekoordinator" "A child coordinator (barnekoordinator) for a family with a seriously ill or disabled child."
* #habilitation "Habilitering" "Habilitation services."
* #rehabilitation "Rehabilitering" "Rehabilitation services."

CodeSystem: NeedCategory
Id: need-category
Title: "Category of a need"
Description: "ServiceRequest.category: tells a need that was told to a party from other requests."
* ^caseSensitive = true
* ^experimental = false
* ^language = #nb
* #behovsmelding "Melding om behov" "A need that was told to the party that must assess it."

CodeSystem: RecordState
Id: record-state
Title: "State of a record"
Description: "Resource.meta.tag of the version by which a resource was deleted over FHIR."
* ^caseSensitive = true
* ^experimental = false
* ^language = #nb
* #deleted "Slettet" "Deleted over FHIR: entered in error. What it was stands in its history."

CodeSystem: NeedState
Id: need-state
Title: "State of a need"
Description: "Task.businessStatus: exactly where the handling of a need stands."
* ^caseSensitive = true
* ^experimental = false
* ^language = #nb
* #consent-pending "Venter på samtykke" "Waits for the patient's consent; nothing has left."
* #reported "Meldt" "Recorded, and the receiver is found."
* #queued "Klar til sending" "Its message is made and waits to be sent."
* #sent "Sendt" "Its message has left."
* #delivered "Levert" "The receiver's system has receipted the message; nobody has read it yet, as far as we know."
* #undelivered "Ikke levert" "The message was rejected or never receipted."
* #manual "Sendes på annen måte" "A person sends it in another way."
* #received "Mottatt" "A person at the receiver has confirmed it."
* #under-assessment "Under vurdering" "The receiver assesses it."
* #needs-info "Trenger opplysninger" "The receiver needs more information."
* #accepted "Godtatt" "The receiver will do it."
* #in-progress "Under arbeid" "The receiver is at work."
* #fulfilled "Oppfylt" "There is a coordinator, or a plan."
* #declined "Avslått" "The receiver has declined."
* #declined-by-patient "Pasienten ønsker det ikke" "The patient does not wish it."
* #withdrawn "Trukket tilbake" "The sender has withdrawn it."
* #forwarded "Videresendt" "The receiver has sent it on; a new Task tells of the party it went to."

CodeSystem: Role
Id: role
Title: "Role of a professional"
Description: "PractitionerRole.code and CareTeam.participant.role where Volven 9034 has no code for the role."
* ^caseSensitive = true
* ^experimental = false
* ^language = #nb
* #koordinator-kommune "Koordinator i kommunen" "A municipal coordinator for somebody who has no individual plan (hol § 7-2)."
* #barnekoordinator "Barnekoordinator" "The municipality's coordinator for a family (hol § 7-2 a)."

CodeSystem: TeamFunction
Id: team-function
Title: "Function in the team"
Description: "Stands beside the role in CareTeam.participant.role."
* ^caseSensitive = true
* ^experimental = false
* ^language = #nb
* #hovedansvar "Hovedansvarlig koordinator" "The coordinator with the main responsibility; one at a time."
* #stedfortreder "Stedfortreder" "A deputy while somebody is away."
* #pasient "Pasient" "The patient, who is part of the team."

CodeSystem: TeamCategory
Id: team-category
Title: "Category of a team"
Description: "CareTeam.category."
* ^caseSensitive = true
* ^experimental = false
* ^language = #nb
* #ip-team "Team rundt pasienten" "The team around a patient with a coordinator or an individual plan."

CodeSystem: PlanCategory
Id: plan-category
Title: "Category of a plan"
Description: "CarePlan.category and the category of a plan's measures; R4 and Norway publish no code for the individual plan."
* ^caseSensitive = true
* ^experimental = false
* ^language = #nb
* #individuell-plan "Individuell plan" "An individual plan (pbrl § 2-5)."

CodeSystem: ConsentScope
Id: consent-scope
Title: "Scope of a consent"
Description: "Consent.provision.code: what the patient says yes to."
* ^caseSensitive = true
* ^experimental = false
* ^language = #nb
* #coordinator "Koordinator" "That the receivers are told of the need for a coordinator, and who it is."
* #plan-create "Opprette individuell plan" "That an individual plan is made."
* #plan-share "Dele individuell plan" "That the plan is shared with the receivers."
* #other-sectors "Andre sektorer" "That receivers outside the health services take part: school, NAV, child welfare."

CodeSystem: ConsentSubject
Id: consent-subject
Title: "What a consent is about"
Description: "Consent.category, beside LOINC 59284-0."
* ^caseSensitive = true
* ^experimental = false
* ^language = #nb
* #ip-need "Melding om behov" "Telling of a need."
* #ip-plan "Individuell plan" "An individual plan."
* #ip-limit "Begrensning" "A limit: receivers or topics that the patient excepts. It opens nothing."

CodeSystem: TaskKind
Id: task-kind
Title: "Kind of work item"
Description: "Task.code of what a person must do in the installation."
* ^caseSensitive = true
* ^experimental = false
* ^language = #nb
* #review "Vurder meldingen" "Judge what has come."
* #read-answer "Les svaret" "Read an answer in free text."
* #confirm-coordinator "Bekreft koordinator" "Confirm who the coordinator is."
* #confirm-transfer "Svar på om virksomheten overtar planen" "Say whether the organisation takes over the plan."
* #route "Finn mottaker" "Find who is to have it."
* #manual-fallback "Send på annen måte" "Send it in another way."
* #read-input "Les innspillet" "Read what somebody has to say about the plan."
* #refer "Skriv henvisning" "Write a referral."
* #transfer "Følg opp flytting" "Follow up that the patient has moved."
* #platform-access "Tilgang til planplattform" "Give, or refuse, access to a plan platform."

CodeSystem: CareCourse
Id: care-course
Title: "Course of care"
Description: "Encounter.serviceType of a stay in hospital."
* ^caseSensitive = true
* ^experimental = false
* ^language = #nb
* #somatic "Somatisk" "Somatic care."
* #psychiatric "Psykisk helsevern" "Mental health care."

CodeSystem: ConnectionType
Id: connection-type
Title: "How a party is reached"
Description: "Endpoint.connectionType and Communication.medium."
* ^caseSensitive = true
* ^experimental = false
* ^language = #nb
* #nhn-edi "Norsk Helsenett, EDI" "By the message service of Norsk Helsenett (EDI)."
* #folder "Mappe" "By files in a folder that a message server reads."
* #letter "Brev" "By letter."

CodeSystem: PatientWishSystem
Id: patient-wish
Title: "The patient's wish"
Description: "Extension patient-wish on a need."
* ^caseSensitive = true
* ^experimental = false
* ^language = #nb
* #yes "Ja" "The patient wishes it."
* #no "Nei" "The patient does not wish it."
* #unclear "Uavklart" "The patient has not said, or not clearly."

CodeSystem: AssignmentStateSystem
Id: assignment-state
Title: "State of an assignment"
Description: "Extension assignment-state on somebody proposed for a role, or replaced in it."
* ^caseSensitive = true
* ^experimental = false
* ^language = #nb
* #proposed "Foreslått" "Named; nobody has been asked."
* #offered "Tilbudt" "The patient has been asked."
* #accepted-by-patient "Godtatt av pasienten" "The patient says yes; nobody is appointed yet."
* #active "Oppnevnt" "Holds the role."
* #absent "Borte" "Holds the role and is away."
* #replacement-pending "Skal byttes" "Somebody else is being found."
* #ended "Avsluttet" "Held the role."
* #declined-by-patient "Takket nei til av pasienten" "The patient says no."
* #replaced "Byttet" "Somebody else holds the role."

CodeSystem: ConsentStatus
Id: consent-status
Title: "Status of a statement about consent"
Description: "Extension consent-statement: what was said, finer than R4's Consent.status."
* ^caseSensitive = true
* ^experimental = false
* ^language = #nb
* #given "Gitt" "The patient says yes."
* #limited "Gitt med unntak" "The patient says yes, with exceptions."
* #refused "Nektet" "The patient says no."
* #not-asked "Ikke spurt" "Nobody has asked yet."
* #withdrawn "Trukket tilbake" "The patient has taken back a yes."
* #presumed "Antatt" "Presumed, where the law allows it."
* #not-required "Ikke nødvendig" "The law opens without consent."
* #expired "Utløpt" "A consent with an end that has passed."

CodeSystem: ConsentMethod
Id: consent-method
Title: "How consent was given"
Description: "Extension consent-statement."
* ^caseSensitive = true
* ^experimental = false
* ^language = #nb
* #oral "Muntlig" "By word of mouth."
* #written "Skriftlig" "On paper."
* #digital "Digitalt" "In a digital service."

CodeSystem: ConsentGiver
Id: consent-giver
Title: "Who gave consent"
Description: "Extension consent-statement."
* ^caseSensitive = true
* ^experimental = false
* ^language = #nb
* #patient "Pasienten" "The patient."
* #guardian "Den som har foreldreansvar" "Somebody with parental responsibility."
* #representative "Verge eller fullmektig" "A legal guardian or attorney."
* #relative "Nærmeste pårørende" "The closest relative."

CodeSystem: ConsentGuardiansSystem
Id: consent-guardians
Title: "How many hold parental responsibility"
Description: "Extension consent-statement."
* ^caseSensitive = true
* ^experimental = false
* ^language = #nb
* #one "Én" "One."
* #both "Begge" "Both."

CodeSystem: ConsentCapacity
Id: consent-capacity
Title: "Capacity to consent"
Description: "Extension consent-statement."
* ^caseSensitive = true
* ^experimental = false
* ^language = #nb
* #full "Samtykkekompetent" "The patient can consent."
* #lacking "Ikke samtykkekompetent" "The patient cannot consent in this matter."

CodeSystem: ConsentTopic
Id: consent-topic
Title: "Topic that a patient excepts"
Description: "Extension consent-statement of a limit."
* ^caseSensitive = true
* ^experimental = false
* ^language = #nb
* #background "Bakgrunn" "Why the need is there."
* #existing "Det som finnes" "Which plan, coordinator and services there are."
* #preference "Ønsker" "What the patient wishes of a coordinator."
* #goals "Mål" "The patient's goals."
* #care-messages "Pleie- og omsorgsmeldinger" "Mention in messages of nursing and care."
* #forwarding "Videresending" "Passing on of what messages of nursing and care tell: they say ForbeholdOmVideresending."
