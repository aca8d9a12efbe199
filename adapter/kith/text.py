"""The text a clinician reads first in every message: the block of a need, and notices. message-rules.md, The text."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from adapter.kith import titles, words
from adapter.kith.text_read import ParsedText, parse
from adapter.kith.titles import NEED_TITLES, TITLES
from adapter.kith.words import INFORMATION, NOT_STATED, RIGHT_TO_COMPLAIN, ConsentText
from adapter.timing import OSLO

__all__ = [
    "INFORMATION", "NEED_TITLES", "NOT_STATED", "RIGHT_TO_COMPLAIN", "TITLES", "ConsentText", "NeedText", "ParsedText", "answer_line",
    "block", "collapse", "coordinator_line", "day", "existing", "hours", "kinds_text", "listed", "notice", "parse", "person", "reply_subject",
]  # fmt: skip

CRLF = "\r\n"


def _alternatives(answers: Sequence[str]) -> str:
    """Return `«Svar: …», «Svar: …» eller «Svar: …»`."""
    *first, last = (f"«{words.ANSWER}: {text}»" for text in answers)
    return f"{', '.join(first)} eller {last}"


_ANSWERS: Final = _alternatives(tuple(words.ANSWERS.values()))


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class NeedText:
    """The facts of the block; None or empty where nobody stated them. Only what consent covers may stand here."""

    kinds: tuple[str, ...]
    """individual-plan · coordinator · child-coordinator · habilitation · rehabilitation."""
    wish_plan: str | None = None
    """yes · no · unclear."""
    wish_coordinator: str | None = None
    consent: ConsentText | None = None
    background: str | None = None
    existing: str | None = None
    preference: str | None = None
    contact: str | None = None
    reply_by: date | None = None
    working_days: int | None = None
    copy: bool = False
    """A copy for information: no reply is asked for."""
    melde_id: str = ""
    forwarded_by: str | None = None
    forwarded_words: str | None = None
    """What the one who forwards says; only where `forwarded_by` is."""


def block(need: NeedText) -> str:
    """Return the block: eleven lines, one or two more where the need was forwarded. Values cannot begin a line."""
    ticks = "  ".join(f"[{'x' if set(kinds) & set(need.kinds) else ' '}] {box}" for box, kinds in words.TICKS)
    lines = [
        titles.NEED_TITLE.upper(),
        f"{words.CONCERNS}: {ticks}",
        _line(words.WISH_PLAN, words.WISHES.get(need.wish_plan or "")),
        _line(words.WISH_COORDINATOR, words.WISHES.get(need.wish_coordinator or "")),
        _line(words.CONSENT, _consent(need.consent)),
        _line(words.BACKGROUND, need.background),
        _line(words.EXISTING, need.existing),
        _line(words.PREFERENCE, need.preference),
        _line(words.CONTACT, need.contact),
        _line(words.REPLY, words.COPY if need.copy else _reply(need.reply_by, need.working_days)),
        *_forwarded(need),
        _melde_id(need.melde_id),
    ]
    return CRLF.join(lines)


def _forwarded(need: NeedText) -> list[str]:
    """Return who forwarded it, and their words; nothing where nobody did."""
    if not need.forwarded_by:
        return []
    said = [_line(words.FORWARDED_WORDS, need.forwarded_words)] if need.forwarded_words else []
    return [_line(words.FORWARDED_BY, need.forwarded_by), *said]


def notice(title: str, lines: Sequence[tuple[str, str | None]], melde_id: str | None) -> str:
    """Return any other text: title line (empty for a reply), `Label: value` lines, Melde-id line where there is one."""
    heading = [collapse(title).upper()] if title else []
    last = [_melde_id(melde_id)] if melde_id else []
    return CRLF.join([*heading, *(_line(collapse(label), value) for label, value in lines), *last])


def answer_line(answer: str) -> tuple[str, str]:
    """Return the line that answers a need: received · needs-info · accepted · declined."""
    return words.ANSWER, words.ANSWERS[answer]


def coordinator_line(*, name: str, profession: str | None, phone: str | None) -> tuple[str, str]:
    """Return the line that names a coordinator so that a receiving adapter reads it."""
    return words.APPOINTED, person(name=name, profession=profession, phone=phone)


def person(*, name: str, profession: str | None, phone: str | None) -> str:
    """Return `name; profession; phone`. A semicolon in a value becomes a comma, so that there are always three."""
    parts = (collapse(part or NOT_STATED).replace(";", ",") for part in (name, profession, phone))
    return "; ".join(parts)


def facts(*said: str | None) -> str:
    """Return what is known of somebody, a semicolon between: a line that only people read leaves out what nobody stated."""
    return "; ".join(collapse(part).replace(";", ",") for part in said if part and collapse(part))


def reply_subject(subject: str) -> str:
    """Return the Tema of a reply: `Re: ` once before the question's."""
    plain = collapse(subject)
    return plain if plain.casefold().startswith("re:") else f"Re: {plain}"


def kinds_text(kinds: Sequence[str]) -> str:
    """Return kinds of need in words, with commas."""
    return ", ".join(words.KINDS[kind] for kind in kinds)


def listed(kinds: Sequence[str]) -> str:
    """Return the kinds as a sentence has them: `individuell plan, koordinator og habilitering`."""
    *rest, last = (kinds_text((kind,)) for kind in kinds)
    return f"{', '.join(rest)} og {last}" if rest else last


def existing(*, plan: str | None, coordinator: str | None, text: str | None = None) -> str | None:
    """Return what exists already: none · exists · unknown for each, and free text. None where nothing is stated."""
    if plan == "none" and coordinator == "none" and not text:
        return "Ingen"
    stated: Mapping[str, str | None] = {"Plan": plan, "koordinator": coordinator}
    facts = "; ".join(f"{label}: {words.EXISTENCE[value]}" for label, value in stated.items() if value)
    whole = ". ".join(part for part in (facts, collapse(text or "")) if part)
    return whole[:1].upper() + whole[1:] if whole else None


def day(value: date) -> str:
    """Return a date as `09.03.2026`."""
    return f"{value.day:02}.{value.month:02}.{value.year}"


def hours(start: datetime, end: datetime) -> str:
    """Return the day and the clock times of two instants, as they are in Norway."""
    first, last = (at.astimezone(OSLO) for at in (start, end))
    until = f"{last:%H.%M}" if last.date() == first.date() else f"{day(last.date())} kl. {last:%H.%M}"
    return f"{day(first.date())} kl. {first:%H.%M}–{until}"


def collapse(value: str) -> str:
    """Return a value in NFC with every run of white space, line breaks too, as one blank."""
    return " ".join(unicodedata.normalize("NFC", value).split())


def _line(label: str, value: str | None) -> str:
    """Return `Label: value`, `Ikke oppgitt` for nothing."""
    return f"{label}: {collapse(value or '') or NOT_STATED}"


def _melde_id(melde_id: str) -> str:
    """Return the last line."""
    return f"{words.MELDE_ID}: {collapse(melde_id)} (vennligst behold ved svar)"


def _reply(by: date | None, working_days: int | None) -> str:
    """Return the answers an adapter understands, and the wish for a day."""
    count = f" ({working_days} {'virkedag' if working_days == 1 else 'virkedager'})" if working_days else ""
    wish = f", helst innen {day(by)}{count}" if by else ""
    return f"{_ANSWERS}{wish}"


def _consent(consent: ConsentText | None) -> str | None:
    """Return the value of the Samtykke line."""
    if consent is None:
        return None
    if consent.status == "not-required":
        basis = words.LEGAL_BASES.get(consent.legal_basis or "", NOT_STATED.lower())
        return f"Ikke påkrevd ({basis})"
    if consent.status not in {"given", "limited"}:
        return None
    when = f" {day(consent.date)}" if consent.date else ""
    how = f", {words.METHODS[consent.method]}" if consent.method else ""
    who = f", av {words.GIVERS[consent.given_by]}" if consent.given_by else ""
    return f"Innhentet{when}{how}{who}. {words.CONCERNS}: {collapse(consent.recipients_text)}."
