"""One of every kind of message that our own code builds, by name: checked, compared and broken by the tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from adapter import kith
from adapter.errors import MessageError
from adapter.kith import apprec, avvik, foresporsel, helsefaglig, notat, svar, types
from adapter.kith.codes import simple
from adapter.kith.dialog import Dialogue, Question
from adapter.kith.head import Address
from tests.kith.builders import GP, HEAD, KOMAN, MUNICIPALITY, NEW_DIALOGUE, REPLY, TITLE, WHEN

QUESTION = Question(type=foresporsel.coded("9154", "99"), text="Hva nå?\r\nOg så?", contacts=(KOMAN,))
TO_GP = replace(HEAD, receiver=GP, copies=((simple("8112", "COP"), MUNICIPALITY),))


def _receipt(
    version: apprec.Version, own: Address | None = None, errors: tuple[str, ...] = ()
) -> apprec.AppRec:
    return apprec.answer(
        helsefaglig.new(TO_GP, subject=TITLE, text="x", contacts=()).head,
        version=version, id_="0d4cf6b3-8a36-4f0e-a2c1-3f2f6f9b8e55", gen_date=WHEN, own=own, errors=errors,
    )  # fmt: skip


def _of_scenarios() -> dict[str, Callable[[], object]]:
    """Return a message of a scenario for every type that we write and none of `MADE` is: a new type needs no builder."""
    wanted = {row.type for row in types.TABLE if row.written} - {
        made.head.type.v for make in MADE.values() if isinstance(made := make(), Dialogue)
    }
    found: dict[str, Callable[[], object]] = {}
    for path in sorted(Path("fixtures/scenarios").glob("*/*.xml")):
        message = _read(path)
        if message and message.head.type.v in wanted - set(found) and types.row_of_model(message).written:
            found[message.head.type.v] = partial(_read, path)
    return found


def _read(path: Path) -> types.Message | None:
    try:
        return kith.read(path.read_bytes()).message
    except MessageError:
        return None


MADE: Final[dict[str, Callable[[], object]]] = {
    "new dialogue": lambda: helsefaglig.new(
        HEAD, subject=TITLE, text="<æ> & «ø»\r\n\tå", contacts=NEW_DIALOGUE
    ),
    "reply": lambda: helsefaglig.new(REPLY, subject=f"Re: {TITLE}", text="Svar: Mottatt", contacts=(KOMAN,)),
    "to a GP, copy to the municipality": lambda: helsefaglig.new(
        TO_GP, subject=TITLE, text="x", contacts=NEW_DIALOGUE
    ),
    "question": lambda: foresporsel.new(HEAD, asked_by="9154", text="Hva nå?", contacts=(KOMAN,)),
    "answer": lambda: svar.new(REPLY, text="Dette.", question=QUESTION, contacts=(KOMAN,)),
    "note": lambda: notat.new(HEAD, subject=TITLE, text="Til orientering", contacts=(KOMAN,)),
    "deviation": lambda: avvik.new(REPLY, deviation="1", text="Feil mottaker", contacts=(KOMAN,)),
    "receipt 1.0": lambda: _receipt("1.0"),
    "receipt 1.1": lambda: _receipt("1.1", errors=("E10", "T02")),
    "receipt of a copy": lambda: _receipt("1.1", own=MUNICIPALITY),
}
BUILT: Final = {**MADE, **_of_scenarios()}
