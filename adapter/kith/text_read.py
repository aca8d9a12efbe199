"""Our text read back, whoever copied, quoted or answered it. Only labels and Melde-id are trusted, never prose.

message-rules.md, 'The text' and 'What a received message becomes'.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, cast

from adapter import naming
from adapter.kith import titles, words
from adapter.kith.words import ConsentText

Answer = Literal["received", "needs-info", "accepted", "declined"]


class Coordinator(NamedTuple):
    """Who was named; profession and phone empty where not stated."""

    name: str
    profession: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ParsedText:
    """What a text says in words of ours. Without a known title only answer, coordinator and Melde-id are read."""

    title: str | None = None
    """The Tema in bokmål, as in TITLES."""
    begins: bool = False
    """Whether the title is the first that the sender wrote: not quoted, and nothing before it."""
    labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Bokmål label → value, the first of each, between title and Melde-id line."""
    melde_id: str | None = None
    answer: Answer | None = None
    coordinator: Coordinator | None = None
    kinds: tuple[str, ...] = ()
    wish_plan: str | None = None
    wish_coordinator: str | None = None
    consent: ConsentText | None = None
    background: str | None = None
    existing: str | None = None
    preference: str | None = None
    contact: str | None = None


def _folded(table: Mapping[str, str]) -> dict[str, str]:
    """Return the table keyed for comparison."""
    return {key.casefold(): value for key, value in table.items()}


def _inverse(table: Mapping[str, str]) -> dict[str, str]:
    """Return text (for comparison) → code."""
    return {text.casefold(): code for code, text in table.items()}


_KNOWN: Final = (*titles.TITLES.values(), titles.JOINT_DRAFT)
_TITLES: Final = _folded({title: title for title in _KNOWN} | dict(titles.NYNORSK_TITLES))
_LABELS: Final = _folded({label: label for label in words.LABELS} | dict(words.NYNORSK_LABELS))
_WISHES: Final = _inverse(words.WISHES)
_METHODS: Final = _inverse(words.METHODS)
_GIVERS: Final = _inverse(words.GIVERS)
_BASES: Final = _inverse(words.LEGAL_BASES)
_ANSWERS: Final = _inverse(words.ANSWERS)
_BOXES: Final = {box.casefold(): kinds[0] for box, kinds in words.TICKS}
_KINDS: Final = _inverse(words.KINDS)
_QUOTING: Final = re.compile(r"^(?:\s*>)+")
_BOX: Final = re.compile(r"\[([^\]]{0,3})\]\s*([^\[]{1,60})")
_DAY: Final = re.compile(r"\d\d\.\d\d\.\d{4}", re.ASCII)
_OBTAINED: Final = re.compile(
    r"(?:innhentet|innhenta)(?: (?P<date>\d\d\.\d\d\.\d{4}))?(?:, (?P<how>\w+))?(?:, av (?P<who>[^.]{1,40}))?\."
    r"(?: (?:gjelder|gjeld): (?P<whom>.*))?",
    re.IGNORECASE,
)
_NOT_REQUIRED: Final = re.compile(r"(?:ikke|ikkje) påkrevd ?\((?P<basis>.*)\)\.?", re.IGNORECASE)


def parse(text: str) -> ParsedText:
    """Return what a text says. Never fails: what is not ours is not there."""
    whole = unicodedata.normalize("NFC", text).splitlines()
    lines = [_plain(line) for line in whole]
    start, title = _title(lines)
    # What the sender writes now goes before what is quoted from earlier messages, wherever it stands.
    fresh_first = sorted(zip(whole, lines, strict=True), key=lambda pair: _QUOTING.match(pair[0]) is not None)
    labelled = [pair for _, line in fresh_first if (pair := _labelled(line)) is not None]
    section = _first_of_each(lines[_section(lines, start if title else None) :])
    return ParsedText(
        title=title,
        begins=title is not None and _begins(whole, start),
        labels=MappingProxyType(section),
        melde_id=_melde_id(section if words.MELDE_ID in section else dict(reversed(labelled))),
        answer=_answer(labelled),
        coordinator=_coordinator(labelled),
        kinds=_kinds(section.get(words.CONCERNS, "")),
        wish_plan=_WISHES.get(_value(section.get(words.WISH_PLAN))),
        wish_coordinator=_WISHES.get(_value(section.get(words.WISH_COORDINATOR))),
        consent=_consent(section.get(words.CONSENT)),
        background=_stated(section.get(words.BACKGROUND)),
        existing=_stated(section.get(words.EXISTING)),
        preference=_stated(section.get(words.PREFERENCE)),
        contact=_stated(section.get(words.CONTACT)),
    )


def _plain(line: str) -> str:
    """Return a line without quoting marks and with blanks folded."""
    return " ".join(_QUOTING.sub("", line).split())


def _title(lines: list[str]) -> tuple[int, str | None]:
    """Return where the first known title stands, and the title."""
    for number, line in enumerate(lines):
        title = _TITLES.get(line.rstrip(" .").casefold())
        if title is not None:
            return number, title
    return 0, None


def _begins(whole: list[str], title: int) -> bool:
    """Return whether the title stands before all else, unquoted; our own word that no answer is needed aside."""
    before = (line.strip() for line in whole[:title])
    return not _QUOTING.match(whole[title]) and all(line in {"", words.INFORMATION} for line in before)


def _section(lines: list[str], title: int | None) -> int:
    """Return where the labels of this message begin: at its title or its answer line, whichever comes first."""
    answer = next((n for n, line in enumerate(lines) if _answer([p] if (p := _labelled(line)) else [])), None)
    return min((n for n in (answer, title) if n is not None), default=len(lines))


def _labelled(line: str) -> tuple[str, str] | None:
    """Return the bokmål label and the value of a line, None where it has no label of ours."""
    head, colon, value = line.partition(":")
    label = _LABELS.get(head.strip().casefold())
    return (label, value.strip()) if colon and label else None


def _first_of_each(lines: list[str]) -> dict[str, str]:
    """Return the labels from here to the first Melde-id line, it included; the first of each counts."""
    found: dict[str, str] = {}
    for line in lines:
        pair = _labelled(line)
        if pair is not None:
            found.setdefault(*pair)
            if pair[0] == words.MELDE_ID:
                break
    return found


def _melde_id(labels: Mapping[str, str]) -> str | None:
    """Return the Melde-id if its check character is right; what follows it on the line does not count."""
    first = labels.get(words.MELDE_ID, "").split()
    return naming.read_melde_id(first[0].rstrip(".,;")) if first else None


def _answer(labelled: list[tuple[str, str]]) -> Answer | None:
    """Return the first answer line that says nothing but one of the four answers."""
    stated = (_value(value.strip("«»\"' ")) for label, value in labelled if label == words.ANSWER)
    return next((cast("Answer", _ANSWERS[value]) for value in stated if value in _ANSWERS), None)


def _coordinator(labelled: list[tuple[str, str]]) -> Coordinator | None:
    """Return the first coordinator named in three parts."""
    for label, value in labelled:
        name, *rest = (_stated(part.strip()) or "" for part in value.split(";"))
        if label == words.APPOINTED and name and len(rest) == len(Coordinator._fields) - 1:
            return Coordinator(name, *rest)
    return None


def _value(text: str | None) -> str:
    """Return a value for comparison with the bokmål tables."""
    folded = (text or "").rstrip(" .!").casefold()
    return words.NYNORSK_VALUES.get(folded, folded)


def _stated(text: str | None) -> str | None:
    """Return a value, None where it is empty or says that nobody stated it."""
    return text if text and _value(text) != words.NOT_STATED.casefold() else None


def _kinds(text: str) -> tuple[str, ...]:
    """Return the kinds ticked, or named in words with commas."""
    boxes = _BOX.findall(text)
    ticked = [_BOXES.get(name.strip().casefold()) for mark, name in boxes if mark.strip()]
    named = [] if boxes else [_KINDS.get(_value(part.strip())) for part in text.split(",")]
    return tuple(dict.fromkeys(kind for kind in (*ticked, *named) if kind))


def _consent(text: str | None) -> ConsentText | None:
    """Return the Samtykke line, None where it is not in our form."""
    if text is None:
        return None
    none_needed = _NOT_REQUIRED.fullmatch(text)
    if none_needed:
        return ConsentText(status="not-required", legal_basis=_BASES.get(_value(none_needed["basis"])))
    obtained = _OBTAINED.fullmatch(text)
    if obtained is None:
        return None
    return ConsentText(
        status="given",
        date=as_day(obtained["date"]),
        method=_METHODS.get(_value(obtained["how"])),
        given_by=_GIVERS.get(_value(obtained["who"])),
        recipients_text=(obtained["whom"] or "").rstrip("."),
    )


def as_day(text: str | None) -> date | None:
    """Return a date written `09.03.2026`, None where there is no such day."""
    if not text or not _DAY.fullmatch(text):
        return None
    try:
        return datetime.strptime(text, "%d.%m.%Y").date()  # noqa: DTZ007 (a day has no zone)
    except ValueError:
        return None
