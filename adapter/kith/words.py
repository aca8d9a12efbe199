"""The words of our text in bokmål, with the nynorsk a reader may meet: labels and values. message-rules.md, The text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

NOT_STATED: Final = "Ikke oppgitt"
INFORMATION: Final = "Til orientering, svar er ikke nødvendig."
COPY: Final = "Kopi til orientering, svar er ikke nødvendig."
"""What stands for the wish for a reply in a copy of a need."""
"""First line of a plain notice that has to travel as a question."""

CONCERNS: Final = "Gjelder"
WISH_PLAN: Final = "Ønsker pasienten individuell plan"
WISH_COORDINATOR: Final = "Ønsker pasienten koordinator"
CONSENT: Final = "Samtykke"
BACKGROUND: Final = "Bakgrunn"
EXISTING: Final = "Eksisterende plan/koordinator"
PREFERENCE: Final = "Pasientens ønske om koordinator"
CONTACT: Final = "Kontakt hos avsender"
REPLY: Final = "Ønsket svar"
FORWARDED_BY: Final = "Videresendt av"
FORWARDED_TO: Final = "Videresendt til"
FORWARDED_WORDS: Final = "Melding fra den som videresender"
ANSWER: Final = "Svar"
APPOINTED: Final = "Koordinator oppnevnt"
MELDE_ID: Final = "Melde-id"
HANDLED_BY: Final = "Behandles av"
ASKED: Final = "Spørsmål"
GROUNDS: Final = "Begrunnelse"
COMPLAINT: Final = "Klagerett"
REASON: Final = "Grunn"
ORIGINAL: Final = "Opprinnelig melding"
ROLE: Final = "Rolle"
UNIT: Final = "Enhet"
FROM_DATE: Final = "Fra dato"
TO_DATE: Final = "Til dato"
FORMER: Final = "Tidligere"
NEW: Final = "Ny"
COORDINATOR: Final = "Koordinator"
NEW_COORDINATOR: Final = "Ny koordinator"
DEPUTY: Final = "Stedfortreder"
CHILD_APPOINTED: Final = "Barnekoordinator oppnevnt"
TASKS: Final = "Skal samordne"
MEMBER: Final = "Deltaker"
SUMMARY: Final = "Sammendrag"
NOBODY_YET: Final = "Ikke oppnevnt ennå"
RESPONSIBLE: Final = "Ansvarlig"
PERIOD: Final = "Periode"
GOALS: Final = "Mål"
NEXT_EVALUATION: Final = "Neste evaluering"
CHANGED: Final = "Endret"
AWAITED: Final = "Venter på"
DUE: Final = "Frist"
SUPPLIED: Final = "Opplysninger"
STILL: Final = "Står fortsatt"
FULFILLED_BY: Final = "Oppfylt ved"
RECALL: Final = "Tilbakekalling"
URGENCY: Final = "Hastegrad"

WRONG_PATIENT: Final = "Meldingen gjaldt feil pasient"
RECALLED: Final = (
    "Se bort fra den opprinnelige meldingen. Den skal ikke brukes for denne pasienten, og det som er journalført etter "
    "den, skal rettes eller sperres"
)
"""The fixed words of a recall: nothing of the patient it was meant for."""
ADMITTED: Final = "Innlagt"
DEPARTMENT: Final = "Avdeling"
DISCHARGED: Final = "Utskrevet"
DISCHARGED_TO: Final = "Utskrevet til"
PLAN: Final = "Individuell plan"
OPEN_NEEDS: Final = "Behov som ikke er avklart"
MOVED_FROM: Final = "Fra kommune"
MOVED_TO: Final = "Til kommune"
MOVED_ON: Final = "Flyttedato"
DIED: Final = "Dødsdato"
KEEPS: Final = "Ansvaret ligger hos dere til den nye kommunen har overtatt"
STAYS: Final = "Ansvaret ligger hos {unit} til den nye kommunen har overtatt"
KEEPS_STILL: Final = "Ansvaret ligger fortsatt hos dere"
STAYS_STILL: Final = "Ansvaret ligger fortsatt hos {unit}"
NOT_TO_TAKE_OVER: Final = "Spørsmålet om å overta er falt bort. Dere trenger ikke svare"
ANSWER_ACCEPTED: Final = "«Svar: Godtatt» når dere har overtatt, ellers «Svar: Avslått», helst innen 14 dager"
FORM: Final = "Søknadsskjema"
LEAVES_WITH_OPEN_NEEDS: Final = (
    "Pasienten skrives ut, og meldte behov er ikke avklart: ring kommunen, og avklar hvem som følger opp"
)
FOLLOW_MOVE: Final = "Pasienten har flyttet: følg opp at den nye kommunen overtar"
NOT_DEAD: Final = (
    "Pasienten lever. Se bort fra meldingen om dødsfall, og vurder det dere avsluttet på grunn av den"
)
OTHER_DAY: Final = "Dødsdatoen er nå meldt som en annen enn før: avklar hvilken som er rett, og gi beskjed til dem som har fått den første"
"""Work item of a contradiction; the days themselves stand on the Patient and in the messages."""
LIVES: Final = "Pasienten var meldt død ved en feil: meld på nytt det som fortsatt gjelder"
POSTED: Final = "Brevet var postet før det ble stoppet: gi mottakeren beskjed om det som har skjedd siden"
REACHED: Final = "Mottakeren hadde fått meldingen på annen måte før den ble stoppet: pass på at det som har skjedd siden, er kjent der"
TWICE: Final = "Kvitteringen kom etter at mottakeren var nådd på annen måte: si fra at det er samme melding, hvis den er fulgt opp to ganger"
ACTIVITY: Final = "Tiltak"
STATUS: Final = "Status"
PERFORMER: Final = "Utføres av"
PLACE: Final = "Sted"
EVALUATED: Final = "Evaluert"
RESULT: Final = "Resultat"
TOOK_PART: Final = "Deltok"
NEW_RESPONSIBLE: Final = "Ny ansvarlig"
ATTACHED: Final = "Vedlegg"
MESSAGE: Final = "Melding"
PURPOSE: Final = "Formål"
TIME: Final = "Tid"
VIDEO: Final = "Videomøte"
CALLED: Final = "Innkalt"
SUBSTITUTE: Final = "Stedfortreder"
WHO: Final = "Hvem"
PLATFORM: Final = "Plattform"
ADDRESS: Final = "Adresse"
LOG_IN: Final = "Pålogging"

LABELS: Final = (
    CONCERNS, WISH_PLAN, WISH_COORDINATOR, CONSENT, BACKGROUND, EXISTING, PREFERENCE, CONTACT, REPLY, FORWARDED_BY,
    FORWARDED_TO, FORWARDED_WORDS, ANSWER, APPOINTED, MELDE_ID, HANDLED_BY, ASKED, GROUNDS, COMPLAINT, REASON, ORIGINAL, ROLE, UNIT, FROM_DATE,
    TO_DATE, FORMER, NEW, COORDINATOR, NEW_COORDINATOR, RESPONSIBLE, PERIOD, GOALS, NEXT_EVALUATION, CHANGED,
    AWAITED, DUE,
    SUPPLIED, STILL, FULFILLED_BY, RECALL, URGENCY,
    DEPUTY, CHILD_APPOINTED, TASKS, MEMBER, SUMMARY,
    ACTIVITY, STATUS, PERFORMER, PLACE, EVALUATED, RESULT, TOOK_PART, NEW_RESPONSIBLE, ATTACHED, MESSAGE,
    PURPOSE, TIME, VIDEO, CALLED, SUBSTITUTE, WHO, PLATFORM, ADDRESS, LOG_IN,
)  # fmt: skip
NYNORSK_LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Gjeld": CONCERNS,
        "Ønskjer pasienten individuell plan": WISH_PLAN,
        "Ønskjer pasienten koordinator": WISH_COORDINATOR,
        "Eksisterande plan/koordinator": EXISTING,
        "Pasienten sitt ønske om koordinator": PREFERENCE,
        "Kontakt hos avsendar": CONTACT,
        "Ønskt svar": REPLY,
        "Vidaresendt til": FORWARDED_TO,
        "Vidaresendt av": FORWARDED_BY,
        "Melding frå den som vidaresender": FORWARDED_WORDS,
        "Koordinator oppnemnd": APPOINTED,
        "Meldings-id": MELDE_ID,
        "Meldeid": MELDE_ID,
        "Blir behandla av": HANDLED_BY,
        "Grunngiving": GROUNDS,
        "Opphavleg melding": ORIGINAL,
        "Eining": UNIT,
        "Frå dato": FROM_DATE,
        "Tidlegare": FORMER,
        "Ansvarleg": RESPONSIBLE,
        "Neste evaluering": NEXT_EVALUATION,
        "Endra": CHANGED,
        "Ventar på": AWAITED,
        "Opplysningar": SUPPLIED,
        "Står framleis": STILL,
        "Stadfortredar": DEPUTY,
        "Barnekoordinator oppnemnd": CHILD_APPOINTED,
        "Deltakar": MEMBER,
        "Samandrag": SUMMARY,
        "Blir utført av": PERFORMER,
        "Stad": PLACE,
        "Ny ansvarleg": NEW_RESPONSIBLE,
    }
)

READ_PLAN: Final = "Planen er delt med dere. Les den her"
PLAN_STATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "draft": "utkast",
        "active": "gjelder",
        "on-hold": "satt på vent",
        "evaluated": "gjelder, er evaluert",
        "transferred": "venter på at en annen virksomhet overtar ansvaret",
        "completed": "avsluttet",
        "revoked": "avsluttet etter pasientens ønske",
    }
)
"""State of a plan (rules.planstates) → in words."""
COMES: Final = "Gi beskjed om dere kommer"
LOG_IN_ELSEWHERE: Final = "Brukernavn og passord sendes aldri i meldinger"
MEETINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "responsibility-group": "Ansvarsgruppemøte",
        "cooperation": "Samarbeidsmøte",
        "start-up": "Oppstartsmøte",
    }
)
MEETING_ANSWERS: Final[Mapping[str, str]] = MappingProxyType(
    {"accepted": "Kommer", "declined": "Kommer ikke", "tentative": "Kommer kanskje"}
)
MINUTES: Final = "Møtereferat"
MOVED: Final = "Møtet flyttes, ny innkalling kommer"
"""The one reason of a cancelled meeting that is told: any other may be about the patient."""
ACCESS_PURPOSES: Final[Mapping[str, str]] = MappingProxyType(
    {"coordinator": "Koordinator", "team-member": "Deltar i teamet", "treatment": "Behandling og oppfølging"}
)
TAKES_OVER: Final = "«Svar: Godtatt» når dere overtar ansvaret for planen, ellers «Svar: Avslått»"
ASKED_PLAN: Final = "Avsenderen spør om virksomheten overtar ansvaret for individuell plan"
ASKED_MOVED: Final = "Pasienten har flyttet hit: avsenderen spør om kommunen har overtatt"
"""What a person is to answer: work items of received questions."""
NOT_ASKED_ANY_MORE: Final = "Avsenderen har trukket tilbake spørsmålet om å overta planen"
TELL_OTHERS: Final = (
    "Virksomheten har overtatt planen: bekreft det, så får de andre som kjenner planen, vite det"
)
TELL_REPORTER: Final = (
    "Mottakeren av behovet har svart: bekreft svaret, så får den som meldte behovet, vite det"
)
PLAN_REFUSED: Final = "Virksomheten overtar ikke planen: avtal hvem som har ansvaret videre"
MOVE_REFUSED: Final = "Den nye kommunen har ikke overtatt: avtal hvem som følger opp pasienten"
TRANSFER_REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "moved": "Pasienten flytter",
        "municipality-takes-over": "Kommunen overtar ansvaret",
        "hospital-takes-over": "Sykehuset overtar ansvaret",
        "other": "Annet",
    }
)
TRANSFER_STEPS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "accepted": "Ansvaret for planen er overtatt",
        "declined": "Ansvaret for planen er ikke overtatt",
        "withdrawn": "Spørsmålet om å overta planen er trukket tilbake",
    }
)
EVALUATION_RESULTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "continued": "Planen fortsetter som den er",
        "adjusted": "Planen justeres",
        "to-be-closed": "Planen avsluttes",
    }
)
ACTIVITY_STATUS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "draft": "utkast", "active": "pågår", "on-hold": "satt på vent", "revoked": "avsluttet", "completed": "fullført",
        "entered-in-error": "feilført", "unknown": "ukjent", "requested": "forespurt", "received": "mottatt",
        "accepted": "godtatt", "rejected": "avslått", "ready": "klar", "cancelled": "avlyst", "in-progress": "pågår",
        "failed": "ikke gjennomført", "proposed": "foreslått", "pending": "venter på svar", "booked": "avtalt",
        "arrived": "møtt", "fulfilled": "gjennomført", "noshow": "ikke møtt", "checked-in": "møtt",
        "waitlist": "på venteliste", "planned": "planlagt",
    }
)  # fmt: skip
"""Status of a part of a plan (R4) → in words."""

RIGHT_TO_COMPLAIN: Final = (
    COMPLAINT,
    "Avgjørelsen kan påklages til statsforvalteren, se pasient- og brukerrettighetsloven § 7-2",
)

TICKS: Final = (
    ("Individuell plan", ("individual-plan",)),
    ("Koordinator", ("coordinator",)),
    ("Barnekoordinator", ("child-coordinator",)),
    ("Habilitering/rehabilitering", ("rehabilitation", "habilitation")),
)
"""Tick box → the kinds of need it stands for; a ticked box read back means the first of them."""

KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "individual-plan": "individuell plan",
        "coordinator": "koordinator",
        "child-coordinator": "barnekoordinator",
        "habilitation": "habilitering",
        "rehabilitation": "rehabilitering",
    }
)
WISHES: Final[Mapping[str, str]] = MappingProxyType({"yes": "Ja", "no": "Nei", "unclear": "Ikke avklart"})
METHODS: Final[Mapping[str, str]] = MappingProxyType(
    {"oral": "muntlig", "written": "skriftlig", "digital": "digitalt"}
)
GIVERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "patient": "pasienten selv",
        "guardian": "foresatt",
        "representative": "representant",
        "relative": "pårørende",
    }
)
LEGAL_BASES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "hpl-38a": "helsepersonelloven § 38 a",
        "hpl-25-45": "helsepersonelloven §§ 25 og 45",
        "consent": "samtykke",
        "discharge-regulation": "forskrift om kommunal betaling for utskrivningsklare pasienter",
        "agreement": "avtale",
    }
)
ANSWERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "received": "Mottatt",
        "needs-info": "Trenger opplysninger",
        "accepted": "Godtatt",
        "declined": "Avslått",
    }
)
LINKS: Final[Mapping[str, str]] = MappingProxyType(
    {"assignment": "koordinator er oppnevnt", "plan": "individuell plan er aktiv"}
)
"""What fulfils a need, in words."""
URGENCIES: Final[Mapping[str, str]] = MappingProxyType({"routine": "Vanlig", "urgent": "Haster"})
GUARDIANS: Final[Mapping[str, str]] = MappingProxyType(
    {"parent": "Forelder", "guardian": "Verge", "child-welfare": "Barnevernet"}
)
"""Who consents for a child. pbrl § 4-4."""
TASK_AREAS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "health": "helse",
        "kindergarten": "barnehage",
        "school": "skole",
        "nav": "NAV",
        "child-welfare": "barnevern",
        "housing": "bolig",
        "other": "annet",
    }
)
EXISTENCE: Final[Mapping[str, str]] = MappingProxyType(
    {"none": "ingen", "exists": "finnes", "unknown": "ukjent"}
)

NYNORSK_VALUES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ikkje avklart": "ikke avklart", "ikkje avklara": "ikke avklart", "ikkje oppgitt": "ikke oppgitt",
        "ikkje oppgjeve": "ikke oppgitt", "munnleg": "muntlig", "skriftleg": "skriftlig",
        "pasienten sjølv": "pasienten selv", "føresett": "foresatt", "pårørande": "pårørende",
        "helsepersonellova § 38 a": "helsepersonelloven § 38 a",
        "helsepersonellova §§ 25 og 45": "helsepersonelloven §§ 25 og 45",
        "forskrift om kommunal betaling for utskrivingsklare pasientar":
            "forskrift om kommunal betaling for utskrivningsklare pasienter",
        "motteke": "mottatt", "motteken": "mottatt", "treng opplysningar": "trenger opplysninger",
        "godteke": "godtatt", "godteken": "godtatt", "avslege": "avslått", "avslegen": "avslått", "avslegne": "avslått",
    }
)  # fmt: skip
"""Nynorsk value → the bokmål one, all lower case."""


AWAITS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "reply": "svar på meldingen",
        "assessment": "vurdering av behovet",
        "coordinator": "at koordinator oppnevnes",
        "fulfilment": "at planen eller tilbudet kommer",
    }
)
"""Kind of deadline → what a reminder asks for."""
LEVELS: Final[Mapping[str, str]] = MappingProxyType(
    {"owner": "Ansvarlig", "leader": "Leder", "coordinating-unit": "Koordinerende enhet"}
)
"""Step of an escalation → who has it."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ConsentText:
    """What the Samtykke line says: obtained (when, how, by whom, for whom), or not required (why)."""

    status: str
    """`given` and `limited` print as obtained, `not-required` with its basis; any other is not stated."""
    date: date | None = None
    method: str | None = None
    """oral · written · digital."""
    given_by: str | None = None
    """patient · guardian · representative · relative."""
    recipients_text: str = "koordinerende enhet i kommunen"
    legal_basis: str | None = None
    """hpl-38a · hpl-25-45 · consent · discharge-regulation · agreement."""
