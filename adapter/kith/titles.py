"""The titles of our text (Tema) in bokmål, with the nynorsk a reader may meet. message-rules.md, The text."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ip.need.identified": "Melding om behov for individuell plan og/eller koordinator",
        "ip.need.forwarded": "Videresendt: behov for individuell plan og/eller koordinator",
        "ip.need.info-supplied": "Opplysninger om behov for individuell plan og/eller koordinator",
        "ip.need.declined-by-patient": "Pasienten har takket nei",
        "ip.need.withdrawn": "Melding trukket tilbake",
        "ip.need.fulfilled": "Behov oppfylt",
        "ip.need.entered-in-error": "Melding trukket tilbake",
        "ip.consent.withdrawn": "Samtykke trukket",
        "ip.consent.limited": "Samtykke endret",
        "ip.coordinator.appointed": "Koordinator oppnevnt",
        "ip.hospital-coordinator.appointed": "Koordinator oppnevnt",
        "ip.child-coordinator.appointed": "Barnekoordinator oppnevnt",
        "ip.coordinator.replaced": "Ny koordinator",
        "ip.coordinator.absent": "Koordinator er borte",
        "ip.coordinator.returned": "Koordinator er tilbake",
        "ip.coordinator.ended": "Koordinator avsluttet",
        "ip.team-member.added": "Ny deltaker i teamet",
        "ip.team-member.removed": "Deltaker ute av teamet",
        "ip.gp.changed": "Ny fastlege: koordinator for pasienten",
        "ip.hospital-participation.ending": "Sykehusets deltakelse avsluttes",
        "ip.hospital-participation.ended": "Sykehusets deltakelse er avsluttet",
        "ip.plan.created": "Individuell plan opprettet",
        "ip.plan.updated": "Individuell plan endret",
        "ip.plan.closed": "Individuell plan avsluttet",
        "ip.deadline.breached": "Påminnelse om svar",
        "ip.patient.admitted": "Pasient innlagt",
        "ip.patient.discharged": "Pasient utskrevet",
        "ip.patient.moved": "Pasient flyttet: individuell plan eller koordinator finnes",
        "ip.patient.deceased": "Pasient død",
        "ip.activity.changed": "Tiltak i individuell plan endret",
        "ip.plan.evaluated": "Individuell plan evaluert",
        "ip.plan.transferred": "Ansvar for individuell plan",
        "ip.plan-document.shared": "Individuell plan vedlagt",
        "ip.meeting.called": "Innkalling til møte",
        "ip.meeting.answered": "Svar på innkalling til møte",
        "ip.meeting.held": "Referat fra møte vedlagt",
        "ip.meeting.cancelled": "Møte avlyst",
        "ip.platform-access.requested": "Tilgang til plattform for individuell plan ønskes",
        "ip.platform-access.granted": "Tilgang til plattform for individuell plan",
        "ip.platform-access.ended": "Tilgang til plattform for individuell plan avsluttet",
    }
)
"""Event type → Tema. Replies have the question's, with `Re: `."""

NEWS_TITLE: Final = "Nye opplysninger om meldt behov"
"""Tema of what a repeated report says anew (list 9140, 2 Oppdaterte opplysninger)."""
JOINT_DRAFT: Final = "Utkast til individuell plan"
"""Tema of the question to the municipality in whose name a hospital begins a plan. E34."""
MOVES_AWAY: Final = "Pasienten flytter til en annen kommune"
"""Tema of the word to whoever has the case that it keeps what it has. E50."""
MOVES_BACK: Final = "Pasienten flytter tilbake"
"""Tema of the same word where the patient moves back to it before another has taken over. E50."""
NOT_DEAD: Final = "Meldingen om dødsfall var feil"
"""Tema of the word to whoever was told of a death that was none. E51."""
LETTER_ANSWER: Final = "Svar på melding om behov"
LETTER_APPOINTED: Final = "Du har fått {role}"
"""Titles of letters to the patient."""
LETTER_ROLES: Final = ("kontaktlege", "kontaktpsykolog")
NEED_TITLE: Final = TITLES["ip.need.identified"]
NEED_TITLES: Final = frozenset({NEED_TITLE, TITLES["ip.need.forwarded"]})
"""Of the messages that bring a need: as reported, and as somebody passed it on."""
BRINGS_NEED: Final = NEED_TITLES | {NEWS_TITLE, TITLES["ip.deadline.breached"]}
"""Of what tells of a need to whoever is to act on it, or its copy: only while the need is open."""
OURS: Final = frozenset(
    {
        *TITLES.values(), NEWS_TITLE, JOINT_DRAFT, MOVES_AWAY, MOVES_BACK, NOT_DEAD, LETTER_ANSWER,
        *(LETTER_APPOINTED.format(role=role) for role in LETTER_ROLES),
    }
)  # fmt: skip
"""Every title that we write: none names anybody, and a reply has one of them after `Re: `."""
NYNORSK_TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Vidaresendt: behov for individuell plan og/eller koordinator": TITLES["ip.need.forwarded"],
        "Opplysningar om behov for individuell plan og/eller koordinator": TITLES["ip.need.info-supplied"],
        "Pasienten har takka nei": TITLES["ip.need.declined-by-patient"],
        "Melding trekt tilbake": TITLES["ip.need.withdrawn"],
        "Samtykke trekt": TITLES["ip.consent.withdrawn"],
        "Samtykke endra": TITLES["ip.consent.limited"],
        "Koordinator oppnemnd": TITLES["ip.coordinator.appointed"],
        "Barnekoordinator oppnemnd": TITLES["ip.child-coordinator.appointed"],
        "Koordinator er attende": TITLES["ip.coordinator.returned"],
        "Ny deltakar i teamet": TITLES["ip.team-member.added"],
        "Deltakar ute av teamet": TITLES["ip.team-member.removed"],
        "Koordinator avslutta": TITLES["ip.coordinator.ended"],
        "Individuell plan oppretta": TITLES["ip.plan.created"],
        "Individuell plan endra": TITLES["ip.plan.updated"],
        "Individuell plan avslutta": TITLES["ip.plan.closed"],
        "Påminning om svar": TITLES["ip.deadline.breached"],
        "Tiltak i individuell plan endra": TITLES["ip.activity.changed"],
        "Sjukehuset avsluttar deltakinga": TITLES["ip.hospital-participation.ending"],
        "Sjukehuset har avslutta deltakinga": TITLES["ip.hospital-participation.ended"],
        "Pasient innlagd": TITLES["ip.patient.admitted"],
        "Ønske om tilgang til plattform for individuell plan": TITLES["ip.platform-access.requested"],
        "Tilgang til plattform for individuell plan avslutta": TITLES["ip.platform-access.ended"],
        "Nye opplysningar om meldt behov": NEWS_TITLE,
        "Individuell plan lagd ved": TITLES["ip.plan-document.shared"],
        "Referat frå møte lagt ved": TITLES["ip.meeting.held"],
    }
)
