"""Letters to the patient where the law asks for word: a need declined (E07), a contact physician (E27). pbrl §§ 2-5 a, 3-2, 7-2.

A person prints or sends them: state `manual`, as any letter. Nothing goes to the patient for what was only recorded, and
nothing to the family of one who is 16; for a younger one those with parental responsibility are addressed (pbrl §§ 3-4, 4-4).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from adapter.events import age
from adapter.kith import text, titles
from adapter.mappings import answers, expiring, grants, views
from adapter.mappings.context import PATIENT, Context, Notice
from adapter.mappings.scope import scoped
from adapter.rules import anchors, routing


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What one letter says in one language. Places in braces are filled."""

    title: str
    lines: tuple[str, ...]
    besides: str = ""
    """What is said where a plan was refused, and no coordinator was."""
    call: str = ""
    """What is said where the address book knows a phone of who decided."""


Whom = Literal["patient", "guardians"]
"""Whom a letter addresses: the patient, or those with parental responsibility for one who is not 16. pbrl §§ 3-4 and 4-4."""

DECLINED: Final[Mapping[tuple[str, Whom], Words]] = {
    ("nb", "patient"): Words(
        title=titles.LETTER_ANSWER,
        lines=(
            "{Who} har vurdert meldingen om at du kan ha behov for {kinds}.",
            "{Who} har kommet til at behovet ikke blir dekket {here}. Begrunnelse: {grounds}.",
            (
                "Du kan klage til Statsforvalteren hvis du mener at du ikke får det du har rett til, "
                "se pasient- og brukerrettighetsloven § 7-2."
            ),
            (
                "Klagen kan være skriftlig eller muntlig, og du kan be {them} om hjelp til å skrive den. Send den helst "
                "til {them} først, så ser {who} på saken en gang til før Statsforvalteren får den."
            ),
        ),
        besides="Du kan ha rett til koordinator også om du ikke ønsker eller får individuell plan.",
        call="Har du spørsmål, eller trenger du hjelp til å klage, kan du ringe {them} på telefon {phone}.",
    ),
    ("nb", "guardians"): Words(
        title=titles.LETTER_ANSWER,
        lines=(
            "{Who} har vurdert meldingen om at barnet kan ha behov for {kinds}.",
            "{Who} har kommet til at behovet ikke blir dekket {here}. Begrunnelse: {grounds}.",
            (
                "Dere som har foreldreansvar, kan klage til Statsforvalteren hvis dere mener at barnet eller familien "
                "ikke får det dere har rett til, se pasient- og brukerrettighetsloven § 7-2."
            ),
            (
                "Klagen kan være skriftlig eller muntlig, og dere kan be {them} om hjelp til å skrive den. Send den helst "
                "til {them} først, så ser {who} på saken en gang til før Statsforvalteren får den."
            ),
        ),
        besides="Barnet kan ha rett til koordinator også uten individuell plan.",
        call="Har dere spørsmål, eller trenger dere hjelp til å klage, kan dere ringe {them} på telefon {phone}.",
    ),
    ("nn", "patient"): Words(
        title=titles.LETTER_ANSWER,
        lines=(
            "{Who} har vurdert meldinga om at du kan ha behov for {kinds}.",
            "{Who} har kome til at behovet ikkje blir dekt {here}. Grunngiving: {grounds}.",
            (
                "Du kan klage til Statsforvaltaren dersom du meiner at du ikkje får det du har rett til, "
                "sjå pasient- og brukarrettslova § 7-2."
            ),
            (
                "Klaga kan vere skriftleg eller munnleg, og du kan be {them} om hjelp til å skrive henne. Send henne helst "
                "til {them} først, så ser {who} på saka ein gong til før Statsforvaltaren får henne."
            ),
        ),
        besides="Du kan ha rett til koordinator òg om du ikkje ønskjer eller får individuell plan.",
        call="Har du spørsmål, eller treng du hjelp til å klage, kan du ringje {them} på telefon {phone}.",
    ),
    ("nn", "guardians"): Words(
        title=titles.LETTER_ANSWER,
        lines=(
            "{Who} har vurdert meldinga om at barnet kan ha behov for {kinds}.",
            "{Who} har kome til at behovet ikkje blir dekt {here}. Grunngiving: {grounds}.",
            (
                "De som har foreldreansvar, kan klage til Statsforvaltaren dersom de meiner at barnet eller familien "
                "ikkje får det de har rett til, sjå pasient- og brukarrettslova § 7-2."
            ),
            (
                "Klaga kan vere skriftleg eller munnleg, og de kan be {them} om hjelp til å skrive henne. Send henne helst "
                "til {them} først, så ser {who} på saka ein gong til før Statsforvaltaren får henne."
            ),
        ),
        besides="Barnet kan ha rett til koordinator òg utan individuell plan.",
        call="Har de spørsmål, eller treng de hjelp til å klage, kan de ringje {them} på telefon {phone}.",
    ),
}
OURS: Final[Mapping[str, Mapping[str, str]]] = {
    "nb": {"Who": "Vi", "who": "vi", "them": "oss", "here": "her"},
    "nn": {"Who": "Vi", "who": "vi", "them": "oss", "here": "her"},
}
"""Who decided, in the words of one who did so itself; another is named."""
PHYSICIAN: Final[Mapping[tuple[str, Whom], Words]] = {
    ("nb", "patient"): Words(
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
    ("nb", "guardians"): Words(
        title=titles.LETTER_APPOINTED,
        lines=(
            "{name} ved {unit} er barnets {role} fra {start}.",
            "Telefon: {phone}",
            (
                "Som {role} er {name} det faste kontaktpunktet for barnets behandling i sykehuset, "
                "se pasient- og brukerrettighetsloven § 2-5 a."
            ),
        ),
    ),
    ("nn", "patient"): Words(
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
    ("nn", "guardians"): Words(
        title=titles.LETTER_APPOINTED,
        lines=(
            "{name} ved {unit} er {role} for barnet frå {start}.",
            "Telefon: {phone}",
            (
                "Som {role} er {name} det faste kontaktpunktet for behandlinga av barnet i sjukehuset, "
                "sjå pasient- og brukarrettslova § 2-5 a."
            ),
        ),
    ),
}
GROUNDS: Final[Mapping[str, Mapping[str, str]]] = {
    "nb": {**answers.DECLINED, "moved": "{You} har flyttet"},
    "nn": {
        "not-entitled": "Vilkåra er ikkje oppfylte",
        "other-level": "Høyrer til eit anna tenestenivå",
        "moved": "{You} har flytta",
        "insufficient-information": "Mangelfulle opplysningar",
        "not-stated": "Ikkje oppgitt",
    },
}
"""Language → reason of E07 → words to the reader, who may be the parents."""
YOU: Final[Mapping[Whom, str]] = {"patient": "Du", "guardians": "Barnet"}
ROLES: Final[Mapping[str, str]] = {role: role for role in titles.LETTER_ROLES}


def declined_notices(ctx: Context) -> tuple[Notice, ...]:
    """Return the answer to the party that reported, and the word to the patient with the right to complain. E07."""
    return (*answers.answered_notices(ctx), _declined(ctx))


def _declined(ctx: Context) -> Notice:
    lang, data = language(ctx), ctx.data
    stated = GROUNDS[lang][data.reason_code].format(You=YOU[whom(ctx)])
    grounds = ". ".join(part.rstrip(".") for part in (stated, data.text or "") if part)
    said = DECLINED[lang, whom(ctx)]
    chosen = scoped(ctx, opened=False)[0]
    places = {"kinds": text.listed(data.scope), "grounds": grounds} | _decided(ctx, chosen, lang)
    alone = "individual-plan" in data.scope and not COORDINATORS & set(data.scope)
    lines = (*said.lines, said.besides if alone else "", said.call if places["phone"] else "")
    filled = [one.format(**places) for one in lines if one]
    return _letter(ctx, said.title, filled, lang=lang, melde_id=chosen.melde_id)


COORDINATORS: Final = frozenset({"coordinator", "child-coordinator"})


def _decided(ctx: Context, need: views.Need, lang: str) -> dict[str, str]:
    """Return the words for who decided, and its phone: ourselves, or the organisation that has the need; the complaint goes there.

    pbrl § 7-2.
    """
    party = ctx.book.by_organisation(need.owner)
    if party is None or party.home or (ctx.party is not None and party.level1_id == ctx.party.level1_id):
        return dict(OURS[lang]) | {"phone": routing.phone(ctx.book, ctx.party or party, on=ctx.today)}
    phone = routing.phone(ctx.book, party, on=ctx.today)
    return {"Who": party.name, "who": party.name, "them": party.name, "here": "der", "phone": phone}


def physician_notices(ctx: Context) -> tuple[Notice, ...]:
    """Return the word to the patient: who it is, where, how to reach them. E27, pbrl § 2-5 a."""
    lang, person = language(ctx), ctx.data.person
    said = PHYSICIAN[lang, whom(ctx)]
    places = {
        "role": ROLES[ctx.data.role],
        "name": f"{person.name.given} {person.name.family}",
        "unit": person.organisation.name,
        "start": text.day(ctx.data.from_),
        "phone": person.phone,
    }
    filled = [one.format(**places) for one in said.lines]
    return (_letter(ctx, said.title.format(**places), filled, lang=lang, melde_id=None),)


def _letter(ctx: Context, title: str, lines: list[str], *, lang: str, melde_id: str | None) -> Notice:
    return Notice(
        receiver=PATIENT,
        title=title,
        text="\r\n".join(text.collapse(one) for one in lines),
        melde_id=melde_id,
        to_patient=True,
        to_guardians=whom(ctx) == "guardians",
        lang=lang,
        reasons=(anchors.fixed(RULES[whom(ctx)], "brev"),),
    )


RULES: Final[Mapping[Whom, str]] = {"patient": "letter-patient", "guardians": "letter-child"}


def whom(ctx: Context) -> Whom:
    """Return whom a letter addresses: by the birth date as the Patient states it; unknown, by who consented last."""
    born = expiring.birth_date(ctx.case)
    if born is not None:
        return "patient" if age.is_sixteen(born, ctx.today) else "guardians"
    spoken = grants.newest_first(ctx.case)[:1]
    return "guardians" if any(g.given_by == "guardian" for g in spoken) else "patient"


def language(ctx: Context) -> str:
    """Return `nb` or `nn`: the patient's own wish, else that of the municipality's party, else bokmål."""
    told = (views.patient(ctx.case) or {}).get("communication", ())
    own = next((c["code"] for each in told for c in each.get("language", {}).get("coding", ())), None)
    if own in GROUNDS:
        return str(own)
    if own is not None:
        return "nb"
    route = routing.receiver(ctx.book, municipality=views.municipality(ctx.case), on=ctx.today)
    return route.party.language if route.party else "nb"
