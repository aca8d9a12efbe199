"""Rows of IPK-F064 to F079: Subscriptions and their notifications. HL7 subscriptions-backport 1.1."""

from __future__ import annotations

from typing import Final

from adapter.errortable.row import Row

# fmt: off
SUBSCRIPTIONS: Final[dict[str, Row]] = {
    "IPK-F064": Row(410, "deleted", "Abonnementet er slettet", "The Subscription has been deleted", "Opprett et nytt",
        "Create a new one"),
    "IPK-F065": Row(422, "not-supported", "Det finnes ikke noe slikt emne å abonnere på",
        "There is no such topic to subscribe to", "Bruk et emne fra /fhir/metadata", "Use a topic of /fhir/metadata"),
    "IPK-F066": Row(422, "not-supported", "Kanalen støttes ikke", "The channel is not supported", "Bruk rest-hook",
        "Use rest-hook"),
    "IPK-F067": Row(422, "not-supported", "Varsler har aldri helseopplysninger, og sendes bare som JSON",
        "Notifications never carry health data, and are sent as JSON only",
        "Bruk application/fhir+json med empty eller id-only, og hent ressursen selv",
        "Use application/fhir+json with empty or id-only, and read the resource yourself"),
    "IPK-F068": Row(422, "security", "Det kan ikke varsles til denne adressen", "This address may not be notified",
        "Bruk en offentlig https-adresse, eller se ADAPTER_HOOKS_PRIVATE",
        "Use a public https address, or see ADAPTER_HOOKS_PRIVATE"),
    "IPK-F069": Row(422, "not-supported", "Emnet kan ikke filtreres slik", "The topic cannot be filtered like this",
        "Bruk søkeparametrene som er nevnt", "Use the search parameters named"),
    "IPK-F070": Row(422, "value", "Tallet er utenfor det som overholdes", "The figure is outside what is honoured",
        "Bruk en verdi i intervallet", "Use a value of the range"),
    "IPK-F071": Row(422, "value", "Headeren eller nøkkelen kan ikke brukes", "The header or key cannot be used",
        "Skriv Navn: verdi, og ingen header som avsenderen selv setter",
        "Write Name: value, and no header that is the sender's own"),
    "IPK-F072": Row(422, "business-rule", "Abonnementet kan ikke settes slik", "The Subscription cannot be set like this",
        "Bruk status requested eller off, og en slutt som ikke er passert",
        "Use status requested or off, and an end that has not passed"),
    "IPK-F073": Row(422, "too-costly", "For mange abonnementer", "Too many Subscriptions", "Slett dem som ikke brukes",
        "Delete those not in use"),
    "IPK-F074": Row(412, "conflict", "Abonnementet er endret siden", "The Subscription has changed since",
        "Les det på nytt", "Read it again"),
    "IPK-F075": Row(502, "processing", "Mottakeren tok ikke imot håndtrykket", "The receiver did not take the handshake",
        "Svar 2xx på håndtrykket, og sett status til requested igjen",
        "Answer the handshake 2xx, and set the status to requested again"),
    "IPK-F076": Row(502, "processing", "Mottakeren tok ikke imot varselet", "The receiver did not take the notification",
        "Svar 2xx, og sett status til requested igjen", "Answer 2xx, and set the status to requested again", retry=True),
    "IPK-F077": Row(502, "processing", "Mottakeren viser videre; det følges ikke", "The receiver redirects; that is not followed",
        "Sett endpoint til den endelige adressen", "Set the endpoint to the final address", retry=True),
    "IPK-F078": Row(403, "forbidden", "Abonnenten slipper ikke lenger til her", "The subscriber is no longer admitted here",
        "Se ADAPTER_CLIENTS", "See ADAPTER_CLIENTS"),
    "IPK-F079": Row(422, "not-supported", "Elementet tas ikke imot i et abonnement",
        "The element is not taken in a Subscription", "Utelat det", "Leave it out"),
}
"""Subscriptions: what is refused, and why a notification did not arrive."""
