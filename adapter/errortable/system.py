"""Rows of IPK-F and IPK-S: the FHIR API (R4 http.html#summary), and the system under it."""

from __future__ import annotations

from typing import Final

from adapter.errortable.row import Row

# fmt: off
FHIR: Final[dict[str, Row]] = {
    "IPK-F001": Row(404, "not-found", "Ressursen finnes ikke", "The resource does not exist", "Kontroller id-en",
        "Check the id"),
    "IPK-F002": Row(404, "not-supported", "Ressurstypen støttes ikke", "The resource type is not supported",
        "Se /fhir/metadata", "See /fhir/metadata"),
    "IPK-F003": Row(400, "not-supported", "Personidentifikator kan ikke stå i adressen; bruk POST _search",
        "A person's identifier may not stand in a URL; use POST _search", "Bruk POST med skjema i kroppen",
        "Use POST with a form body"),
    "IPK-F004": Row(400, "not-supported", "Søkeparameteren støttes ikke", "The search parameter is not supported",
        "Se /fhir/metadata", "See /fhir/metadata"),
    "IPK-F005": Row(400, "value", "Søkeverdien er ikke gyldig", "The search value is not valid", "Se R4 search",
        "See R4 search"),
    "IPK-F006": Row(406, "not-supported", "Formatet støttes ikke", "The format is not supported",
        "Bruk application/fhir+json", "Use application/fhir+json"),
    "IPK-F007": Row(405, "not-supported", "Metoden støttes ikke her", "The method is not supported here", "Se Allow",
        "See Allow"),
    "IPK-F008": Row(400, "invalid", "Sidelenken er ikke gyldig", "The page link is not valid", "Søk på nytt",
        "Search again"),
    "IPK-F009": Row(422, "invariant", "Ressursen bryter R4", "The resource breaks R4", "Rett stedet som er nevnt",
        "Correct the place named"),
    "IPK-F010": Row(422, "code-invalid", "Koden er utenfor et påkrevd verdisett",
        "The code is outside a required binding", "Bruk en kode i verdisettet", "Use a code of the value set"),
    "IPK-F011": Row(415, "not-supported", "Medietypen støttes ikke", "The media type is not supported",
        "Bruk application/x-www-form-urlencoded", "Use application/x-www-form-urlencoded"),
    "IPK-F012": Row(413, "too-long", "Innholdet er for stort", "The body is too large", "Del opp innholdet",
        "Split the body"),
    "IPK-F020": Row(400, "too-costly", "Søket treffer for mange ressurser på veien",
        "The search leads through too many resources", "Gjør søket smalere", "Narrow the search"),
    "IPK-F021": Row(400, "invalid", "Parameterne motsier hverandre", "The parameters contradict each other",
        "Bruk én av dem", "Use one of them"),
}
"""The FHIR API."""

SYSTEM: Final[dict[str, Row]] = {
    "IPK-S001": Row(503, "transient", "Databasen er utilgjengelig", "The database is away", "Prøv igjen", "Try again",
        retry=True),
    "IPK-S002": Row(503, "throttled", "Køen er full", "The queue is full", "Prøv igjen senere", "Try again later",
        retry=True),
    "IPK-S003": Row(503, "conflict", "Saken ble endret samtidig", "The case was changed meanwhile", "Prøv igjen",
        "Try again", retry=True),
    "IPK-S004": Row(500, "exception", "Uventet feil", "Unexpected error", "Meld fra med request-id",
        "Report it with the request id"),
    "IPK-S005": Row(500, "exception", "Utvekslingsmappen kan ikke brukes", "The exchange folder cannot be used",
        "Kontroller mappe, plass og rettigheter", "Check folder, space and rights", retry=True),
    "IPK-S006": Row(500, "exception", "Innstillingen er ikke gyldig", "The setting is not valid",
        "Se ip-adapter settings", "See ip-adapter settings", exit=2),
    "IPK-S007": Row(401, "login", "Mangler gyldig token", "A valid token is missing", "Send Authorization: Bearer",
        "Send Authorization: Bearer"),
    "IPK-S008": Row(500, "exception", "Filen kan ikke leses", "The file cannot be read", "Kontroller stien",
        "Check the path", exit=2),
    "IPK-S009": Row(503, "transient", "Den andre tjenesten svarer ikke", "The other server does not answer",
        "Prøv igjen senere", "Try again later", retry=True),
    "IPK-S010": Row(502, "too-costly", "Svaret fra den andre tjenesten er for stort",
        "The other server's answer is too large", "Se ADAPTER_HTTP_MAX_BYTES", "See ADAPTER_HTTP_MAX_BYTES"),
    "IPK-S011": Row(500, "security", "Adressen til den andre tjenesten mangler TLS",
        "The other server's address is without TLS", "Bruk https", "Use https", exit=2),
    "IPK-S012": Row(500, "conflict", "Et annet dokument står under samme navn i utvekslingsmappen",
        "Another document stands under the same name in the exchange folder", "Se etter hvem som la det der",
        "Find out who put it there"),
    "IPK-S013": Row(500, "structure", "Scenarioet er ikke riktig satt opp", "The scenario is malformed",
        "Rett filen og stedet som er nevnt", "Correct the file and place named", exit=2),
    "IPK-S014": Row(500, "exception", "Databasen er ikke klargjort for denne versjonen",
        "The database is not prepared for this version", "Kjør ip-adapter db upgrade", "Run ip-adapter db upgrade",
        exit=2),
    "IPK-S015": Row(500, "exception", "Adressen eller porten kan ikke brukes", "The address or port cannot be used",
        "Sett ADAPTER_PORT til en ledig port", "Set ADAPTER_PORT to a free port", exit=2),
    "IPK-S020": Row(403, "not-supported", "Klokken kan bare flyttes i syntetisk modus",
        "The clock can be moved in synthetic mode only", "Bruk en syntetisk installasjon",
        "Use a synthetic installation", exit=2),
}
"""Database, queue, disk, settings."""
