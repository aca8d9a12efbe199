"""Rows of IPK-C, IPK-P and IPK-R: consent, identifiers, addresses. What is known of people and organisations."""

from __future__ import annotations

from typing import Final

from adapter.errortable.row import Row

# fmt: off
CONSENT: Final[dict[str, Row]] = {
    "IPK-C001": Row(422, "business-rule", "Samtykket mangler et omfang som trengs",
        "The consent lacks a scope that is needed", "Innhent samtykke og send ip.consent.given",
        "Obtain consent and send ip.consent.given"),
    "IPK-C002": Row(422, "business-rule", "Rettslig grunnlag må oppgis når samtykke ikke er påkrevd",
        "A legal basis is needed where consent is not required", "Sett legalBasis", "Set legalBasis"),
    "IPK-C003": Row(422, "business-rule", "Dato for samtykket mangler eller er i framtiden",
        "The date of the consent is missing or in the future", "Rett consent.date", "Correct consent.date"),
    "IPK-C010": Row(409, "business-rule", "Pasienten har reservert seg mot videresending",
        "The patient has reserved against forwarding", "Innhent samtykke og send ip.consent.given",
        "Obtain consent and send ip.consent.given"),
    "IPK-C020": Row(422, "business-rule", "Pasienten er under 16 år og samtykker ikke alene",
        "The patient is under 16 and does not consent alone", "Oppgi den foresatte som har samtykket",
        "Name the guardian who consented"),
    "IPK-C021": Row(422, "incomplete", "Fødselsdato mangler, så det er ikke kjent om pasienten er fylt 16 år",
        "Without a birth date nobody knows whether the patient is 16", "Oppgi patient.birthDate",
        "Set patient.birthDate"),
    "IPK-C022": Row(422, "business-rule", "Foresatte samtykker ikke for den som er fylt 16 år",
        "A guardian does not consent for who is 16 or older", "Innhent samtykke fra pasienten",
        "Ask the patient"),
    "IPK-C023": Row(422, "business-rule", "Samtykkekompetansen stemmer ikke med hvem som har samtykket",
        "The capacity stated does not fit who consented", "Rett givenBy eller capacity",
        "Correct givenBy or capacity"),
    "IPK-C024": Row(422, "required", "Begrensningen sier ikke hvem eller hva den gjelder",
        "The limit names nobody and nothing", "Sett excluded, topics eller lifted",
        "Set excluded, topics or lifted"),
    "IPK-C025": Row(422, "incomplete", "Noe utelates fra meldinger fordi pasienten ønsker det",
        "Something is left out of messages because the patient wishes it", "Mottakeren får det ikke på annen måte herfra",
        "The receiver does not get it from here in another way"),
}
"""Consent."""

IDENTIFIERS: Final[dict[str, Row]] = {
    "IPK-P001": Row(422, "forbidden", "Nummer som kan tilhøre en virkelig person er ikke tillatt her",
        "A number that may be a real person's is not allowed here",
        "Bruk syntetiske personer (tredje siffer 8, 9, 6 eller 7)",
        "Use synthetic people (third digit 8, 9, 6 or 7)"),
    "IPK-P002": Row(422, "value", "Feil kontrollsiffer", "Wrong check digit", "Kontroller nummeret",
        "Check the number"),
    "IPK-P003": Row(422, "value", "Identifikatoren passer ikke med systemet",
        "The identifier does not fit its system", "Bruk riktig system", "Use the right system"),
    "IPK-P004": Row(422, "value", "Feil lengde eller tegn i identifikatoren",
        "Wrong length or characters in the identifier", "Se formatet i skjemaet", "See the format in the schema"),
    "IPK-P005": Row(422, "required", "Fødselsdato og kjønn kreves for lokal identifikator",
        "Birth date and gender are required with a local identifier", "Legg til begge", "Add both"),
    "IPK-P010": Row(422, "value", "Tidligere og nytt nummer er det samme", "The former and the new number are the same",
        "Oppgi det tidligere nummeret i former", "Name the former number in former"),
    "IPK-P011": Row(422, "business-rule", "Begge numrene har en sak her; sakene slås ikke sammen av seg selv",
        "Both numbers have a case here; the cases are not joined by themselves",
        "Se arbeidsoppgaven og avslutt saken på det tidligere nummeret",
        "See the work item, and close the case of the former number"),
    "IPK-P012": Row(422, "business-rule", "Strengt fortrolig adresse: ingenting sendes av seg selv",
        "Strictly confidential address: nothing leaves by itself", "Se arbeidsoppgaven", "See the work item"),
}
"""Identifiers of people and organisations."""

ADDRESSES: Final[dict[str, Row]] = {
    "IPK-R001": Row(403, "forbidden", "Avsenderen er ikke i adresseboken", "The source is not in the address book",
        "Legg parten inn i adresseboken", "Add the party to the address book"),
    "IPK-R002": Row(422, "not-found", "Ingen betjener kommunen", "Nobody serves the municipality",
        "Legg inn mottaker i adresseboken", "Add a receiver to the address book"),
    "IPK-R003": Row(422, "not-found", "Parten finnes ikke i adresseboken", "The party is not in the address book",
        "Kontroller nøkkelen", "Check the key"),
    "IPK-R004": Row(422, "required", "Byen har bydeler; bydel må oppgis", "The city has districts; name the district",
        "Sett patient.municipality.district", "Set patient.municipality.district"),
    "IPK-R005": Row(403, "forbidden", "Handlingen er ikke tillatt for avsenderen",
        "The act is not allowed for the caller", "Kontroller source og tilgang", "Check the source and access"),
    "IPK-R006": Row(500, "exception", "Adresseboken har en feil", "The address book has a fault",
        "Rett stedet som er nevnt", "Correct the place named", exit=2),
    "IPK-R007": Row(421, "forbidden", "Navnet i Host er ikke denne tjenestens", "The name in Host is not this service's",
        "Bruk localhost, eller sett ADAPTER_PUBLIC_URL", "Use localhost, or set ADAPTER_PUBLIC_URL"),
    "IPK-R008": Row(422, "invalid", "Listen over klientsystemer har en feil", "The list of client systems has a fault",
        "Rett raden i filen som ADAPTER_CLIENTS peker på", "Mend the row in the file that ADAPTER_CLIENTS names"),
}
"""Addresses and carriers."""
