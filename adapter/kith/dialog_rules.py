"""Rules that several types of Dialogmelding share; each names those it obeys. HIS 80603, HIS 1152:2006."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from adapter.errors import Said
from adapter.kith.dialog import Notes
from adapter.kith.rule import CONTENT, INFO, Rule, never

if TYPE_CHECKING:
    from adapter.kith.reading import Read

DIALOGUE: Final = f"{CONTENT}/Dialogmelding"


def note(number: int) -> str:
    """Return the place of a Notat, counted from 1."""
    return f"{DIALOGUE}/Notat[{number}]"


def question(number: int) -> str:
    """Return the place of a Foresporsel, counted from 1."""
    return f"{DIALOGUE}/Foresporsel[{number}]"


def body(read: Read) -> Notes:
    """Return what a dialogue message says, nothing where its payload is another."""
    return read.body if isinstance(read.body, Notes) else Notes()


def loose(read: Read) -> Iterator[str]:
    """Yield where the thread is missing."""
    if read.head and read.head.conversation is None:
        yield f"{INFO}/ConversationRef"


def _without_notes(read: Read) -> Iterator[str]:
    if read.supported and not body(read).notes:
        yield DIALOGUE


def _without_questions(read: Read) -> Iterator[str]:
    if read.supported and not body(read).questions:
        yield DIALOGUE


def _bare_99(read: Read) -> Iterator[str]:
    for number, each in enumerate(body(read).questions, 1):
        if each.type.v == "99" and not each.text.strip():
            yield f"{question(number)}/Sporsmal"


def _no_echo(read: Read) -> Iterator[str]:
    for number, each in enumerate(body(read).notes, 1):
        if each.question is None:
            yield f"{note(number)}/Foresporsel"


IN_THREAD_SAYS: Final = Said(
    "Svaret sier ikke hvilken melding det gjelder", "The answer does not say which message it belongs to",
    "Legg til ConversationRef med MsgId for meldingen det svares på",
    "Add ConversationRef with the MsgId of the message answered",
)  # fmt: skip
IN_THREAD: Final = never("in-thread", IN_THREAD_SAYS, loose, source="HIS 1152, HIS 1151; HITS 1218")
"""An answer refers to what it answers."""
ONLY_NOTES: Final = never(
    "only-notes",
    Said("Meldingstypen skal ha Notat, og meldingen har ikke noe", "The type holds Notat, and the message has none",
         "Skriv innholdet som Notat, ikke som Foresporsel", "Write the content as Notat, not as Foresporsel"),
    _without_notes, source="HIS 80603 3.4.1",
)  # fmt: skip
ONLY_QUESTIONS: Final = never(
    "only-questions",
    Said("Meldingstypen skal ha Foresporsel, og meldingen har ingen",
         "The type holds Foresporsel, and the message has none",
         "Skriv innholdet som Foresporsel, ikke som Notat", "Write the content as Foresporsel, not as Notat"),
    _without_questions, source="HIS 1152:2006",
)  # fmt: skip
TEXT_WITH_99: Final = never(
    "text-with-99",
    Said("Henvendelsen er av typen 99, annen henvendelse, og mangler tekst",
         "The enquiry is of type 99, other, and lacks its text", "Skriv spørsmålet i Sporsmal",
         "Write the question in Sporsmal"),
    _bare_99, source="HIS 1152:2006", code="IPK-M014",
)  # fmt: skip
ECHO: Final = never(
    "echo",
    Said("Svaret gjentar ikke spørsmålet", "The answer does not echo the question",
         "Legg den opprinnelige Foresporsel inn i Notat", "Put the original Foresporsel into the Notat"),
    _no_echo, source="HIS 1152:2006",
)  # fmt: skip


def topic_of(number: str, *values: str, source: str) -> Rule:
    """Return the rule that TemaKodet is of a list, one of some values where any are named."""

    def other(read: Read) -> Iterator[str]:
        for place, each in enumerate(body(read).notes, 1):
            if each.topic.list != number or (values and each.topic.v not in values):
                yield f"{note(place)}/TemaKodet"

    meant = "/".join((number, *values))
    return never(
        "topic-of-type",
        Said(f"TemaKodet er ikke av den listen som hører til meldingstypen: {meant}",
             f"TemaKodet is not of the list that belongs to the type: {meant}",
             f"Bruk kodeverk {meant}", f"Use list {meant}"),
        other, source=source, code="IPK-M056",
    )  # fmt: skip


def enquiry_of(*numbers: str, source: str) -> Rule:
    """Return the rule that TypeForesp is of one of some lists: that of whoever asks."""

    def other(read: Read) -> Iterator[str]:
        for place, each in enumerate(body(read).questions, 1):
            if each.type.list not in numbers:
                yield f"{question(place)}/TypeForesp"

    meant = ", ".join(numbers)
    return never(
        "enquiry-of-type",
        Said(f"TypeForesp er ikke av en liste som hører til meldingstypen: {meant}",
             f"TypeForesp is not of a list that belongs to the type: {meant}",
             f"Bruk kodeverk {meant}, etter hvem som spør", f"Use list {meant}, by who asks"),
        other, source=source, code="IPK-M056",
    )  # fmt: skip
