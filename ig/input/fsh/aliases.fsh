// Systems and value sets of others, by the name they have in this guide.

Alias: $LOINC = http://loinc.org
Alias: $TaskCode = http://hl7.org/fhir/CodeSystem/task-code
Alias: $ConsentScope = http://terminology.hl7.org/CodeSystem/consentscope
Alias: $ConsentAction = http://terminology.hl7.org/CodeSystem/consentaction
Alias: $ParticipationType = http://terminology.hl7.org/CodeSystem/v3-ParticipationType
Alias: $ActReason = http://terminology.hl7.org/CodeSystem/v3-ActReason
Alias: $ProvenanceParticipant = http://terminology.hl7.org/CodeSystem/provenance-participant-type
Alias: $DataOperation = http://terminology.hl7.org/CodeSystem/v3-DataOperation
Alias: $AuditType = http://terminology.hl7.org/CodeSystem/audit-event-type
Alias: $Interaction = http://hl7.org/fhir/restful-interaction
Alias: $AuditEntityType = http://terminology.hl7.org/CodeSystem/audit-entity-type
Alias: $ObjectRole = http://terminology.hl7.org/CodeSystem/object-role
Alias: $DICOM = http://dicom.nema.org/resources/ontology/DCM
Alias: $MessageType = urn:oid:2.16.578.1.12.4.1.1.8279
Alias: $MessageTopic = urn:oid:2.16.578.1.12.4.1.1.7322
Alias: $ReceiptReason = urn:oid:2.16.578.1.12.4.1.1.8221
Alias: $LegalGround = urn:oid:2.16.578.1.12.4.1.1.9230
Alias: $DocumentType = urn:oid:2.16.578.1.12.4.1.1.9602
Alias: $Functions = urn:oid:2.16.578.1.12.4.1.1.9034
Alias: $NoBasisPractitionerRole = http://hl7.no/fhir/StructureDefinition/no-basis-PractitionerRole
