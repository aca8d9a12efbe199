"""Letters to the patient where the law asks for word: a need declined (E07), a contact physician (E27). pbrl §§ 2-5 a, 3-2, 7-2.

A person prints or sends them: state `manual`, as any letter. Nothing goes to the patient for what was only recorded, and
nothing to the family.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from adapter.kith import text, titles
from adapter.mappings import answers, views
from adapter.mappings.context import PATIENT, Context, Notice
from adapter.mappings.scope import scoped
from adapter.rules import anchors, routing


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What one letter says in one language. Places in braces are filled."""

    title: str
    lines: tuple[str, ...]


DECLINED: Final[Mapping[str, Words]] = {
    "nb": Words(
        title=titles.LETTER_ANSWER,
        lines=(
            "Vi har vurdert meldingen om at du kan ha behov for {kinds}.",
            "Vi har kommet til at behovet ikke blir dekket her. Begrunnelse: {grounds}.",
            (
                "Du kan klage til Statsforvalteren hvis du mener at du ikke får det du har rett til, "
                "se pasient- og brukerrettighetsloven § 7-2."
            ),
            (
                "Klagen kan være skriftlig eller muntlig, og du kan be oss om hjelp til å skrive den. "
                "Send den helst til oss først, så ser vi på saken en gang til før Statsforvalteren får den."
            ),
            "Du kan ha rett til koordinator også om du ikke ønsker eller får individuell plan.",
        ),
    ),
    "nn": Words(
        title=titles.LETTER_ANSWER,
        lines=(
            "Vi har vurdert meldinga om at du kan ha behov for {kinds}.",
            "Vi har kome til at behovet ikkje blir dekt her. Grunngiving: {grounds}.",
            (
                "Du kan klage til Statsforvaltaren dersom du meiner at du ikkje får det du har rett til, "
                "sjå pasient- og brukarrettslova § 7-2."
            ),
            (
                "Klaga kan vere skriftleg eller munnleg, og du kan be oss om hjelp til å skrive henne. "
                "Send henne helst til oss først, så ser vi på saka ein gong til før Statsforvaltaren får henne."
            ),
            "Du kan ha rett til koordinator òg om du ikkje ønskjer eller får individuell plan.",
        ),
    ),
}
PHYSICIAN: Final[Mapping[str, Words]] = {
    "nb": Words(
        title=titles.LETTER_APPOINTED,
        lines=(
            "{name} ved {unit} er din {role} fra {start}.",
            "Telefon: {phone}",
            (
                "Som {role} er {name} ditt faste kontaktpunkt for behandlingen i sykehuset, "
                "se pasient- og brukerrettighetsloven § 2-5 a."
            ),
        ),
    ),
    "nn": Words(
        title=titles.LETTER_APPOINTED,
        lines=(
            "{name} ved {unit} er din {role} frå {start}.",
            "Telefon: {phone}",
            (
                "Som {role} er {name} det faste kontaktpunktet ditt for behandlinga i sjukehuset, "
                "sjå pasient- og brukarrettslova § 2-5 a."
            ),
        ),
    ),
}
GROUNDS: Final[Mapping[str, Mapping[str, str]]] = {
    "nb": answers.DECLINED,
    "nn": {
        "not-entitled": "Vilkåra er ikkje oppfylte",
        "other-level": "Høyrer til eit anna tenestenivå",
        "moved": "Pasienten har flytta",
        "insufficient-information": "Mangelfulle opplysningar",
        "not-stated": "Ikkje oppgitt",
    },
}
ROLES: Final[Mapping[str, str]] = {role: role for role in titles.LETTER_ROLES}


def declined_notices(ctx: Context) -> tuple[Notice, ...]:
    """Return the answer to the party that reported, and the word to the patient with the right to complain. E07."""
    return (*answers.answered_notices(ctx), _declined(ctx))


def _declined(ctx: Context) -> Notice:
    lang, data = language(ctx), ctx.data
    grounds = ". ".join(
        part.rstrip(".") for part in (GROUNDS[lang][data.reason_code], data.text or "") if part
    )
    said = DECLINED[lang]
    melde_id = scoped(ctx, opened=False)[0].melde_id
    filled = [one.format(kinds=text.kinds_text(data.scope), grounds=grounds) for one in said.lines]
    return _letter(said.title, filled, lang=lang, melde_id=melde_id)


def physician_notices(ctx: Context) -> tuple[Notice, ...]:
    """Return the word to the patient: who it is, where, how to reach them. E27, pbrl § 2-5 a."""
    lang, person = language(ctx), ctx.data.person
    said = PHYSICIAN[lang]
    places = {
        "role": ROLES[ctx.data.role],
        "name": f"{person.name.given} {person.name.family}",
        "unit": person.organisation.name,
        "start": text.day(ctx.data.from_),
        "phone": person.phone,
    }
    filled = [one.format(**places) for one in said.lines]
    return (_letter(said.title.format(**places), filled, lang=lang, melde_id=None),)


def _letter(title: str, lines: list[str], *, lang: str, melde_id: str | None) -> Notice:
    return Notice(
        receiver=PATIENT,
        title=title,
        text="\r\n".join(text.collapse(one) for one in lines),
        melde_id=melde_id,
        to_patient=True,
        lang=lang,
        reasons=(anchors.fixed("letter-patient", "brev"),),
    )


def language(ctx: Context) -> str:
    """Return `nb` or `nn`: the patient's own wish, else that of the municipality's party, else bokmål."""
    told = (views.patient(ctx.case) or {}).get("communication", ())
    own = next((c["code"] for each in told for c in each.get("language", {}).get("coding", ())), None)
    if own in DECLINED:
        return str(own)
    if own is not None:
        return "nb"
    route = routing.receiver(ctx.book, municipality=views.municipality(ctx.case), on=ctx.now.date())
    return route.party.language if route.party else "nb"
