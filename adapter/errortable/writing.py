"""Rows of IPK-F030 to F044, F080 to F083, F086: what is written over FHIR. R4 http.html; RFC 5789; RFC 6902."""

from __future__ import annotations

from typing import Final

from adapter.errortable.row import Row

# fmt: off
WRITING: Final[dict[str, Row]] = {
    "IPK-F030": Row(410, "deleted", "Ressursen er slettet", "The resource has been deleted",
        "Tidligere versjoner står i historikken", "Earlier versions stand in the history"),
    "IPK-F031": Row(400, "structure", "Innholdet er ikke gyldig JSON for FHIR", "The body is not valid JSON of FHIR",
        "Send ett JSON-objekt der hvert navn står én gang", "Send one JSON object in which each name stands once"),
    "IPK-F032": Row(412, "conflict", "Ressursen er endret siden versjonen i If-Match",
        "The resource has changed since the version of If-Match", "Les ressursen på nytt og gjør endringen der",
        "Read the resource again and change that"),
    "IPK-F033": Row(412, "multiple-matches", "Flere ressurser passer til kriteriene",
        "Several resources meet the criteria", "Bruk en identifikator som bare én har",
        "Use an identifier that only one has"),
    "IPK-F034": Row(405, "not-supported", "Ressurstypen skrives ikke slik over FHIR",
        "The resource type is not written this way over FHIR", "Se interaction i /fhir/metadata",
        "See interaction in /fhir/metadata"),
    "IPK-F035": Row(422, "not-supported", "Elementet kan ikke tas vare på, så ingenting er lagret",
        "The element cannot be kept, so nothing was stored", "Utelat elementet, eller se veilederen",
        "Leave the element out, or see the guide"),
    "IPK-F036": Row(422, "business-rule", "Endringen svarer ikke til noen hendelse som kan meldes",
        "The change is no event that can be told", "Se veilederen: hva du kan skrive",
        "See the guide: what you may write"),
    "IPK-F037": Row(400, "invalid", "Type eller id i innholdet er en annen enn i adressen",
        "Type or id of the body differs from the address", "La dem være like", "Let them be the same"),
    "IPK-F038": Row(405, "not-supported", "Ressursen finnes ikke her, og id-er gis av oss",
        "The resource does not exist here, and ids are given by us", "Opprett den med POST", "Create it by POST"),
    "IPK-F039": Row(400, "invalid", "X-Provenance er ikke gyldig", "X-Provenance is not valid",
        "Send en Provenance som JSON, med recorded og agent", "Send a Provenance as JSON, with recorded and agent"),
    "IPK-F040": Row(413, "too-costly", "Bunten har for mange innslag", "The Bundle has too many entries",
        "Del den opp", "Split it"),
    "IPK-F041": Row(422, "not-found", "Referansen fører ingen steder", "The reference leads nowhere",
        "Vis til det som finnes her, i contained eller i bunten", "Refer to what is here, contained or in the Bundle"),
    "IPK-F042": Row(415, "not-supported", "Medietypen kan ikke skrives", "The media type cannot be written",
        "Bruk application/fhir+json", "Use application/fhir+json"),
    "IPK-F043": Row(422, "processing", "Endringen kan ikke brukes på ressursen", "The patch does not apply to the resource",
        "Les ressursen på nytt", "Read the resource again"),
    "IPK-F044": Row(409, "conflict", "Ressursen er endret siden versjonen i meta.versionId",
        "The resource has changed since the version of meta.versionId", "Les ressursen på nytt og gjør endringen der",
        "Read the resource again and change that"),
    "IPK-F080": Row(422, "informational", "Planen er ikke endret: forslaget ligger hos virksomheten som har ansvaret for den",
        "The plan is unchanged: the proposal lies with the organisation that answers for it",
        "Følg oppgaven som har forslaget som focus", "Follow the Task whose focus is the proposal"),
    "IPK-F081": Row(422, "business-rule", "Planen er virksomhetens egen, eller ingen kan svare på forslaget",
        "The plan is the organisation's own, or nobody can answer the proposal", "Skriv i planen", "Write the plan"),
    "IPK-F082": Row(412, "not-found", "Ingen ressurs passer til den betingede referansen",
        "No resource meets the conditional reference", "Kontroller kriteriene, eller opprett ressursen først",
        "Check the criteria, or create the resource first"),
    "IPK-F083": Row(412, "multiple-matches", "Flere ressurser passer til den betingede referansen",
        "Several resources meet the conditional reference", "Bruk en identifikator som bare én har",
        "Use an identifier that only one has"),
    "IPK-F086": Row(412, "conflict", "Forutsetningen i If-None-Match eller If-Unmodified-Since holder ikke",
        "The condition of If-None-Match or If-Unmodified-Since does not hold", "Les ressursen på nytt og gjør endringen der",
        "Read the resource again and change that"),
}
"""What is written over FHIR."""
