"""What a person does next about a clock, in bokmål: by its kind, and by what it watches where that makes another step. Issue 4."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from adapter.model import Deadline, Message
from adapter.rules.carrier import LETTER

NEXT_STEP: Final[Mapping[str, str]] = MappingProxyType(
    {
        "release": "Slipp meldingen, eller meld at journalsystemet har sendt den",
        "receipt": "Ring mottakeren: er meldingen kommet fram? Send på nytt, eller registrer at den er gitt på annen måte",
        "reply": "Ring mottakeren: er meldingen lest, og hvem følger opp?",
        "reply/question": "Ring den som meldte behovet: når kommer svaret på spørsmålet?",
        "reply/Task": "Ring den som er spurt: overtar den ansvaret for planen? Ansvaret ligger hos den gamle til det er svart",
        "reply/Appointment": "Spør dem som er innkalt og ikke har svart: kommer de?",
        "assessment/Task": "Ring den nye kommunen: har den overtatt? Den gamle kommunen har ansvaret til da",
        "assessment": "Ring den som vurderer behovet: når kommer avgjørelsen?",
        "coordinator": "Ring kommunen: hvem blir koordinator, og når?",
        "fulfilment": "Ring den som har godtatt behovet: når kommer planen eller tilbudet?",
        "inform": "Skriv ut og post brevet, eller si det på annen måte, og registrer at det er gjort",
        "evaluation": "Ring den som har ansvar for planen: når evalueres den?",
        "gap": "Ring den som oppnevner: hvem blir koordinator, og når?",
        "gap/kontaktlege": "Ring den som oppnevner: hvem blir kontaktlege, og når?",
        "gap/kontaktpsykolog": "Ring den som oppnevner: hvem blir kontaktpsykolog, og når?",
        "overlap": "Pasienten har koordinator i ny kommune: avslutt den forrige koordinatoren",
        "participation": "Avklar om sykehusets deltakelse skal forlenges eller avsluttes",
        "consent": "Spør pasienten om samtykke, og registrer svaret",
    }
)
"""Kind of deadline, or kind and what it watches or which role → what a person does next, where somebody outside is waited for."""
TO_POST: Final = "Skriv ut og post brevet, og registrer at det er sendt: mottakeren har ikke fått det"
"""What a person does next where an answer to a letter is waited for, and nobody has posted it."""
TO_CALL: Final = (
    "Skriv ut og post innkallingen som ikke er sendt, og spør de andre som ikke har svart: kommer de?"
)
"""The same of a meeting, to which several are called."""
TO_TELL: Final = (
    "Avklar om og hvordan meldingen kan formidles, og registrer det: mottakeren har ikke fått den"
)
"""The same of another message that a person is to pass on."""
PAUSED: Final = "Ingenting nå: fristen hviler til spørsmålet om behovet er besvart"
"""What a person does next about a clock that rests while a question is answered."""
BY_ITSELF: Final = "Ingenting: små endringer sendes samlet ved dagens slutt"
"""What a person does next about small changes of a plan that wait."""
OWN_NEXT_STEP: Final[Mapping[str, str]] = MappingProxyType(
    {
        "reply": "Svar på behovet, eller finn hvem som skal ha det",
        "reply/question": "Svar på spørsmålet om behovet: registrer opplysningene",
        "reply/Task": "Svar på om virksomheten overtar ansvaret for planen",
        "assessment/Task": "Avklar hvem som overtar etter flyttingen, og om pasienten samtykker til at den nye kommunen får vite det",
        "assessment": "Avgjør behovet: godta, avslå, eller be om opplysninger",
        "coordinator": "Oppnevn en koordinator",
        "fulfilment": "Lag planen eller gi tilbudet, og registrer det",
        "evaluation": "Evaluer planen, eller sett en ny dato",
        "gap": "Oppnevn en koordinator",
        "gap/kontaktlege": "Oppnevn en ny kontaktlege",
        "gap/kontaktpsykolog": "Oppnevn en ny kontaktpsykolog",
    }
)
"""The same where the step is our own."""


def next_step(
    clock: Deadline, *, outside: bool, role: str | None = None, unposted: Message | None = None
) -> str:
    """Return what a person does next.

    `outside`: somebody outside is waited for; `role`: of the assignment that it watches; `unposted`: what nobody has passed on yet.
    """
    if clock.paused:
        return PAUSED
    if unposted is not None and clock.kind == "reply":
        letter = TO_CALL if clock.subject.startswith("Appointment/") else TO_POST
        return letter if unposted.type == LETTER else TO_TELL
    kinds = (f"{clock.kind}/{role}", f"{clock.kind}/{clock.subject.partition('/')[0]}", clock.kind)
    tables = (NEXT_STEP,) if outside else (OWN_NEXT_STEP, NEXT_STEP)
    return next(table[kind] for kind in kinds for table in tables if kind in table)
