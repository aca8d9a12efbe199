"""One exception tree and one table from error to every wire.

AdapterError
├── EventError      IPK-E…  the event: parsing, fields, order of things
├── ConsentError    IPK-C…  consent
├── PersonalIdError IPK-P…  identifiers of people and organisations
├── RoutingError    IPK-R…  addresses and carriers
├── MessageError    IPK-M…  KITH messages and receipts
├── FhirError       IPK-F…  the FHIR API
├── SystemFault     IPK-S…  database, queue, disk, settings
└── Faults          several of the above at once

An error carries a code and a place, never a value: texts come from TABLE alone. Sources: RFC 9457 (problem+json),
R4 http.html#summary and value set issue-type, Volven 8221 (AppRec errors).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Row:
    """What one code means on every wire. `apprec` is None where no receipt may say it; `exit` is the command line's."""

    http: int
    issue: str
    nb: str
    en: str
    fix_nb: str = ""
    fix_en: str = ""
    apprec: str | None = None
    exit: int = 1
    retry: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault at one place. `path` is a JSONPath, XPath or FHIRPath; `rule` the anchor of the rule broken."""

    code: str
    path: str = "$"
    rule: str = ""
    line: int | None = None
    severity: str = "must"
    hint: str = ""
    """Safe words of our own that narrow the message (names of fields or allowed codes), never input."""

    def message(self, lang: str = "nb") -> str:
        """Return the text of the code in `nb` or `en`, with the hint."""
        row = TABLE[self.code]
        text = row.nb if lang == "nb" else row.en
        return f"{text} ({self.hint})" if self.hint else text

    def fix(self, lang: str = "nb") -> str:
        """Return how to mend it, in `nb` or `en`."""
        row = TABLE[self.code]
        return row.fix_nb if lang == "nb" else row.fix_en


class AdapterError(Exception):
    """The root. `code` is a key of TABLE, `at` a place; str() never holds a value from outside."""

    def __init__(self, code: str, *, at: str = "$", hint: str = "", allowed: tuple[str, ...] = ()) -> None:
        self.code = code
        self.at = at
        self.hint = hint
        self.allowed = allowed
        super().__init__(f"{code} at {at}")

    @property
    def row(self) -> Row:
        """The row of TABLE for this error."""
        return TABLE[self.code]

    @property
    def faults(self) -> tuple[Fault, ...]:
        """This error as faults, one unless it is a Faults."""
        return (Fault(code=self.code, path=self.at, hint=self.hint),)


class EventError(AdapterError):
    """The event cannot be taken as it is."""


class ConsentError(AdapterError):
    """Consent says no, or is not stated well enough to say yes."""


class PersonalIdError(AdapterError):
    """An identifier breaks its rules, or looks like a real person's in synthetic mode."""


class RoutingError(AdapterError):
    """Nobody to send to, or no way to send it."""


class MessageError(AdapterError):
    """A KITH message cannot be read, may not be sent, or has no such state."""


class FhirError(AdapterError):
    """A FHIR request cannot be answered as asked."""


class SystemFault(AdapterError):  # noqa: N818 (a fault of the system, not a wrong call)
    """The database, a queue, a disk or a setting is not as it must be."""


class Conflict(SystemFault):
    """Somebody else wrote first; gather again."""

    def __init__(self, code: str = "IPK-S003", *, at: str = "$") -> None:
        super().__init__(code, at=at)


@dataclass(eq=False)
class Faults(AdapterError):  # noqa: N818 (the noun of the contract)
    """Every fault at once. The first decides the HTTP status unless one of them is worse to hide."""

    items: tuple[Fault, ...]
    code: str = field(init=False)

    def __post_init__(self) -> None:
        """Take the code of the first fault as the whole's."""
        super().__init__(self.items[0].code, at=self.items[0].path)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """All of them, in the order found."""
        return self.items


# fmt: off
_E: Final[dict[str, Row]] = {  # the event
    "IPK-E001": Row(400, "structure", "Innholdet er ikke gyldig JSON", "The body is not valid JSON",
        "Send UTF-8 JSON", "Send UTF-8 JSON"),
    "IPK-E002": Row(415, "not-supported", "Medietypen støttes ikke", "The media type is not supported",
        "Bruk application/cloudevents+json, application/cloudevents-batch+json eller binær modus",
        "Use application/cloudevents+json, application/cloudevents-batch+json or binary mode"),
    "IPK-E003": Row(413, "too-long", "Innholdet er for stort", "The body is too large", "Del opp innholdet",
        "Split the body"),
    "IPK-E004": Row(422, "code-invalid", "Ukjent hendelsestype", "Unknown event type", "Se /schemas/events",
        "See /schemas/events"),
    "IPK-E005": Row(422, "required", "Feltet mangler", "The field is missing", "Legg til feltet", "Add the field"),
    "IPK-E006": Row(422, "structure", "Ukjent felt", "Unknown field", "Fjern feltet, eller rett navnet",
        "Remove the field, or correct its name"),
    "IPK-E007": Row(422, "value", "Verdien har feil type eller form", "The value has the wrong type or form",
        "Se skjemaet", "See the schema"),
    "IPK-E008": Row(422, "code-invalid", "Koden er ikke i listen", "The code is not in the list",
        "Bruk en av kodene i skjemaet", "Use one of the codes of the schema"),
    "IPK-E009": Row(422, "too-long", "Teksten er for lang", "The text is too long", "Kort ned teksten",
        "Shorten the text"),
    "IPK-E010": Row(422, "business-rule", "Feltene motsier hverandre", "The fields contradict each other",
        "Rett feltene som er nevnt", "Correct the fields named"),
    "IPK-E011": Row(422, "value", "Tidspunktet ligger i framtiden", "The time is in the future",
        "Bruk et tidspunkt høyst fem minutter fram, med tidssone",
        "Use a time at most five minutes ahead, with offset"),
    "IPK-E012": Row(409, "duplicate", "Samme id er brukt med annet innhold",
        "The same id was used with other content", "Bruk en ny id for en ny hendelse",
        "Use a new id for a new event"),
    "IPK-E013": Row(409, "business-rule", "Overgangen er ikke tillatt", "The transition is refused",
        "Velg en av overgangene i «allowed»", "Choose one of the transitions in 'allowed'"),
    "IPK-E014": Row(404, "not-found", "Det som fortsettes finnes ikke her", "What is continued does not exist here",
        "Kontroller id-en i data.continues", "Check the id in data.continues"),
    "IPK-E015": Row(409, "conflict", "Planen er endret siden baseVersion", "The plan has changed since baseVersion",
        "Les planen på nytt og send hele", "Read the plan again and send it whole"),
    "IPK-E016": Row(422, "value", "Ugyldig id for hendelsen", "The event's id is not valid",
        "1–64 tegn av A–Z a–z 0–9 . _ : -, uten elleve sifre på rad",
        "1-64 of A-Z a-z 0-9 . _ : -, without eleven digits in a row"),
    "IPK-E017": Row(422, "value", "Ugyldig source", "The source is not valid",
        "Bruk urn:her:<HER-id> eller urn:orgnr:<ni sifre>", "Use urn:her:<HER-id> or urn:orgnr:<nine digits>"),
    "IPK-E018": Row(422, "business-rule", "Omfanget ligger utenfor det som fortsettes",
        "The scope lies outside what is continued", "Bruk bare behov som er åpne i saken",
        "Use only needs that are open in the case"),
    "IPK-E019": Row(422, "too-costly", "For mange hendelser i én sending", "Too many events in one batch",
        "Høyst 1000", "At most 1,000"),
    "IPK-E020": Row(404, "not-found", "Finnes ikke", "Not found", "Kontroller adressen", "Check the address"),
    "IPK-E021": Row(405, "not-supported", "Metoden støttes ikke her", "The method is not supported here", "Se Allow",
        "See Allow"),
    "IPK-E022": Row(422, "structure", "Ikke tillatt i denne innpakningen", "Not allowed in this envelope",
        "Fjern attributtet", "Remove the attribute"),
    "IPK-E023": Row(409, "business-rule", "Pasienten har allerede en aktiv individuell plan",
        "The patient already has an active individual plan", "Oppdater eller overfør den som finnes",
        "Update or transfer the one there is"),
    "IPK-E024": Row(409, "business-rule", "Oppnevningen er avsluttet eller overlapper en annen",
        "The assignment has ended or overlaps another", "Erstatt den som finnes", "Replace the one there is"),
    "IPK-E025": Row(403, "forbidden", "Bare ansvarlig organisasjon kan endre planen",
        "Only the responsible organisation may change the plan", "Foreslå endringen i dialog",
        "Propose the change in a dialogue"),
    "IPK-E026": Row(400, "invalid", "Parameteren er ikke gyldig", "The parameter is not valid", "Se /openapi.json",
        "See /openapi.json"),
    "IPK-E027": Row(409, "duplicate", "Behovet er allerede meldt og åpent hos mottakeren",
        "The need is already reported and open at the receiver", "Fortsett saken som finnes",
        "Continue the case there is"),
    "IPK-E028": Row(422, "business-rule", "Ingen etterfølger: pasienten står uten koordinator",
        "No successor: the patient is without a coordinator", "Oppnevn en etterfølger", "Appoint a successor"),
    "IPK-E029": Row(422, "incomplete", "Planen mangler noe av det en individuell plan skal inneholde",
        "The plan lacks something an individual plan must hold", "Fyll ut punktet som er nevnt",
        "Fill in the item named"),
    "IPK-E030": Row(422, "structure", "Feltet står to ganger", "The field stands twice", "La det stå én gang",
        "Let it stand once"),
    "IPK-E085": Row(404, "not-found", "Ingen melding, hendelse eller sak har denne id-en",
        "No message, event or case has this id", "Se /messages, /events og caseRef", "See /messages, /events and caseRef"),
    "IPK-E086": Row(400, "invalid", "Perioden slutter før den begynner", "The period ends before it begins",
        "Sett from til en dag før to", "Let from be a day before to"),
    "IPK-E080": Row(422, "value", "Tidsrommet eller tidspunktet er ikke gyldig", "The duration or time is not valid",
        "Bruk 96h, 3d eller 30m, eller et tidspunkt med tidssone", "Use 96h, 3d or 30m, or a time with its offset"),
    "IPK-E040": Row(422, "business-rule", "Det som det vises til, oppfyller ikke behovet",
        "What is linked to does not fulfil the need", "Vis til en koordinator eller plan som gjelder nå",
        "Link to a coordinator or plan that holds now"),
    "IPK-E041": Row(422, "business-rule", "Andre sektorer kan bare melde behov med pasientens samtykke",
        "Other sectors may report a need by the patient's consent only",
        "Sett legalBasis til consent, og oppgi et samtykke som er gitt",
        "Set legalBasis to consent, and state a consent that is given"),
    "IPK-E050": Row(422, "business-rule", "Barnekoordinator gjelder barn under 18 år eller et barn som ventes",
        "A child coordinator is for a child under 18 or one that is expected",
        "Sett patient.birthDate, eller patient.expectedChild for en forelder",
        "Set patient.birthDate, or patient.expectedChild for a parent"),
    "IPK-E051": Row(422, "business-rule", "Bare kommunen oppnevner barnekoordinator",
        "Only the municipality appoints a child coordinator", "Rett data.person.organisation",
        "Correct data.person.organisation"),
    "IPK-E052": Row(409, "business-rule", "Barnekoordinator og koordinator i kommunen samtidig krever en grunn",
        "A child coordinator and the municipality's coordinator side by side need a reason",
        "Sett parallelReason, eller avslutt den andre", "Set parallelReason, or end the other"),
    "IPK-E053": Row(422, "incomplete", "Ingen kjent innleggelse eller behandlingsforløp for kontaktlegen",
        "No stay or course is known that the contact physician belongs to", "Sett correlation.encounterId",
        "Set correlation.encounterId"),
    "IPK-E054": Row(422, "business-rule", "Personen er oppgitt som inaktiv i HPR",
        "The person is said to be inactive in HPR", "Kontroller HPR-nummeret", "Check the HPR number"),
    "IPK-E055": Row(422, "informational", "Samme person har flere roller for pasienten samtidig",
        "The same person holds several roles for the patient at once", "Kontroller at det er meningen",
        "Check that it is meant"),
    "IPK-E056": Row(409, "business-rule", "Hendelsen gjelder ikke denne typen oppnevning",
        "The event is not for this kind of assignment", "Velg en av hendelsene i «allowed»",
        "Choose one of the events in 'allowed'"),
    "IPK-E057": Row(422, "business-rule", "Ingen stedfortreder: pasienten står uten koordinator i fraværet",
        "No deputy: the patient is without a coordinator meanwhile", "Oppgi en stedfortreder", "Name a deputy"),
    "IPK-E058": Row(409, "conflict", "Pasienten har allerede denne fastlegen",
        "The patient has this GP already", "Kontroller data.gp", "Check data.gp"),
    "IPK-E070": Row(409, "business-rule", "Pasienten er ikke innlagt", "The patient is not admitted",
        "Send ip.patient.admitted, eller rett encounterId", "Send ip.patient.admitted, or correct encounterId"),
    "IPK-E071": Row(409, "duplicate", "Pasienten er allerede innlagt", "The patient is admitted already",
        "Fortsett oppholdet som finnes", "Continue the stay there is"),
    "IPK-E072": Row(409, "business-rule", "Pasienten er død", "The patient is dead",
        "Er det feil: ip.patient.deceased med enteredInError", "If wrong: ip.patient.deceased with enteredInError"),
    "IPK-E073": Row(409, "conflict", "Pasienten bor etter saken et annet sted enn hendelsen sier",
        "By the case the patient lives elsewhere than the event says", "Kontroller from", "Check from"),
    "IPK-E074": Row(409, "business-rule", "Behovet er ikke avklart, og pasienten skal hjem",
        "The need is not settled, and the patient is leaving", "Ta kontakt med mottakeren", "Contact the receiver"),
    "IPK-E075": Row(409, "business-rule", "Koordinatoren i sykehuset har ingen sluttdato",
        "The hospital's coordinator has no end date", "Send ip.coordinator.ended", "Send ip.coordinator.ended"),
    "IPK-E077": Row(409, "not-supported", "Kommunen kan ikke ta imot denne pleie- og omsorgsmeldingen elektronisk",
        "The municipality cannot take this message of care electronically", "Ring eller send brev", "Phone or write"),
    "IPK-E078": Row(409, "business-rule", "Samtykke til at ny kommune får vite om plan eller koordinator mangler",
        "Consent that the new municipality is told of plan or coordinator is missing",
        "Innhent samtykke og send ip.patient.moved på nytt", "Obtain consent and send ip.patient.moved again"),
    "IPK-E079": Row(409, "business-rule", "Oppholdet er allerede i denne tilstanden", "The stay is in this state already",
        "Se Encounter", "See Encounter"),
    "IPK-E060": Row(422, "business-rule", "Planen har en annen type tiltak med samme id",
        "The plan has an activity of another kind with this id", "Bruk en ny id, eller samme type som før",
        "Use a new id, or the kind it had"),
    "IPK-E061": Row(422, "business-rule", "Virksomheten har allerede ansvaret for planen",
        "The organisation answers for the plan already", "Velg en annen virksomhet", "Choose another organisation"),
    "IPK-E062": Row(422, "not-supported", "Mottakeren kan ikke ta imot planen som vedlegg",
        "The receiver cannot take the plan as an attachment", "Skriv ut planen og gi den til mottakeren",
        "Print the plan and hand it over"),
    "IPK-E063": Row(422, "business-rule", "Ingen er varslet: samtykket dekker ikke mottakeren",
        "Nobody was told: consent does not cover the receiver", "Innhent samtykke som nevner mottakeren",
        "Obtain consent that names the receiver"),
    "IPK-E064": Row(422, "business-rule", "Møtet begynner før det innkalles", "The meeting begins before it is called",
        "Rett meeting.start", "Correct meeting.start"),
    "IPK-E065": Row(422, "not-found", "Adresseboken nevner ingen plattform for mottakeren",
        "The address book names no platform of the receiver", "Legg inn platform i adresseboken",
        "Add platform to the address book"),
}

_C: Final[dict[str, Row]] = {  # consent
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

_P: Final[dict[str, Row]] = {  # identifiers
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

_R: Final[dict[str, Row]] = {  # addresses
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

_M: Final[dict[str, Row]] = {  # messages
    "IPK-M001": Row(400, "structure", "Ikke velformet XML", "Not well-formed XML", "Kontroller dokumentet",
        "Check the document", apprec="T01"),
    "IPK-M002": Row(422, "structure", "Dokumentet følger ikke skjemaet", "The document does not validate",
        "Rett stedet som er nevnt", "Correct the place named", apprec="T02"),
    "IPK-M003": Row(422, "not-supported", "Meldingstypen eller versjonen støttes ikke",
        "The message type or version is not supported", "Bruk en type mottakeren kan ta imot",
        "Use a type that the receiver takes", apprec="T10"),
    "IPK-M004": Row(422, "value", "MsgId er ikke en UUID", "MsgId is not a UUID", "Bruk UUID", "Use a UUID",
        apprec="E10"),
    "IPK-M005": Row(422, "required", "Pasientopplysningene er utilstrekkelige",
        "The patient is not sufficiently identified", "Navn og fødselsnummer, eller navn, fødselsdato og kjønn",
        "Name and national id, or name, birth date and sex", apprec="E36"),
    "IPK-M006": Row(422, "not-found", "Mottakeren finnes ikke her", "The receiver does not exist here",
        "Kontroller HER-id", "Check the HER-id", apprec="E21"),
    "IPK-M007": Row(400, "security", "Dokumentet har DTD, entiteter eller går over en grense",
        "The document has a DTD, entities or exceeds a limit", "Send uten DOCTYPE", "Send without DOCTYPE",
        apprec="T99"),
    "IPK-M008": Row(413, "too-long", "Dokumentet er for stort", "The document is too large", "Gjør det mindre",
        "Make it smaller", apprec="T99"),
    "IPK-M009": Row(400, "structure", "Avsenderen kan ikke leses", "The sender cannot be read",
        "Kontroller MsgInfo/Sender", "Check MsgInfo/Sender"),
    "IPK-M010": Row(404, "not-found", "Meldingen finnes ikke", "The message does not exist", "Kontroller id-en",
        "Check the id"),
    "IPK-M011": Row(409, "business-rule", "Meldingen er ikke i en tilstand som tillater dette",
        "The message's state does not allow this", "Se tilstanden i /messages/{id}",
        "See the state at /messages/{id}"),
    "IPK-M012": Row(422, "business-rule", "Avvist kvittering mangler feilkode", "A rejecting receipt lacks an error",
        "Legg til Error", "Add Error"),
    "IPK-M013": Row(422, "business-rule", "Ny dialog mangler kontakt hos mottaker",
        "A new dialogue lacks the contact at the receiver", "Legg til rolle 24 med profesjon",
        "Add role 24 with profession"),
    "IPK-M014": Row(422, "required", "Teksten mangler", "The text is missing", "Legg til tekst", "Add text"),
    "IPK-M015": Row(409, "duplicate", "Kvitteringen kom etter at mottakeren er nådd på annen måte",
        "The receipt came after the receiver was reached another way",
        "Sjekk at mottakeren ikke har fått meldingen to ganger", "Check that the receiver has not got it twice"),
    "IPK-M016": Row(415, "not-supported", "Medietypen støttes ikke", "The media type is not supported",
        "Bruk application/xml", "Use application/xml"),
    "IPK-M020": Row(422, "business-rule", "Meldingen følger ikke reglene for sin type",
        "The message breaks a rule of its type", "Se regelen og stedet som er nevnt", "See the rule and place named"),
    "IPK-M030": Row(422, "value", "Vedlegget er noe annet enn MimeType sier",
        "The attachment is not what its MimeType says", "Rett MimeType, eller legg ved riktig fil",
        "Correct MimeType, or attach the right file"),
    "IPK-M031": Row(422, "not-supported", "Vedleggets type støttes ikke", "The type of the attachment is not supported",
        "Bruk PDF, JPEG eller PNG", "Use PDF, JPEG or PNG"),
    "IPK-M032": Row(422, "too-long", "Vedlegget er for stort", "The attachment is too large", "Gjør det mindre",
        "Make it smaller"),
    "IPK-M033": Row(422, "structure", "Vedlegget er tomt eller kan ikke leses",
        "The attachment is empty or cannot be read", "Legg ved filen som base64", "Attach the file as base64"),
    "IPK-M034": Row(422, "too-long", "Meldingen er større enn de 10 MB som alle mottakere tar imot",
        "The message is larger than the 10 MB that every receiver takes", "Send færre eller mindre vedlegg",
        "Send fewer or smaller attachments"),
    "IPK-M035": Row(422, "value", "Dokumentet er i en annen tegnkoding enn det oppgir",
        "The document is in another encoding than it declares", "Oppgi tegnkodingen som er brukt",
        "Declare the encoding used"),
    "IPK-M050": Row(409, "not-found", "Mottakerens adresse er endret", "The receiver's address has changed",
        "Velg ny mottaker: ip-adapter outbox remap", "Choose another receiver: ip-adapter outbox remap"),
    "IPK-M051": Row(409, "not-supported", "Den valgte mottakeren kan ikke ta imot meldingstypen",
        "The receiver chosen does not take this type of message", "Velg en annen mottaker", "Choose another receiver"),
    "IPK-M052": Row(409, "business-rule", "Den valgte mottakeren er vår egen eller den samme som før",
        "The receiver chosen is our own or the same as before", "Velg en annen mottaker", "Choose another receiver"),
    "IPK-M053": Row(409, "business-rule", "Pasienten har reservert seg mot mottakeren",
        "The patient has excluded the receiver", "Velg en annen mottaker", "Choose another receiver"),
}

_F: Final[dict[str, Row]] = {  # the FHIR API
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
    "IPK-F012": Row(413, "too-long", "Innholdet er for stort", "The body is too large", "Del opp søket",
        "Split the search"),
}

_S: Final[dict[str, Row]] = {  # the system
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

# fmt: on
TABLE: Final[dict[str, Row]] = {**_E, **_C, **_P, **_R, **_M, **_F, **_S}
"""Every code and what it means on every wire; `docs/errors.md` is made from it."""
