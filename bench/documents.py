"""A message of care as a ward writes it, 10 KB: contacts, diagnoses, services wished for, a journal note. Nobody real."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from adapter import kith
from adapter.kith.codes import coded
from adapter.kith.head import Address, Head, Patient, Person, Unit, person_ident, unit_ident
from adapter.kith.plo import helseopplysninger, journal, logistics
from adapter.kith.plo.blocks import Connected, Diagnosis, Medical, Need, Personnel
from adapter.kith.time import When
from adapter.timing import OSLO

_HEAD: Final = Head(
    gen_date=datetime(2026, 3, 4, 10, 15, 1, tzinfo=OSLO),
    msg_id="410d63ec-1ece-53fc-abc2-7ed956d69e22",
    sender=Address(
        level1=Unit(name="ST OLAVS HOSPITAL HF", her_id="59"),
        level2=Unit(name="Fysikalsk medisin og rehabilitering", her_id="90998"),
    ),
    receiver=Address(
        level1=Unit(name="Alvdal Kommune", her_id="99387"), level2=Unit(name="Saksbehandling", her_id="5079")
    ),
    patient=Patient(
        family="Danser",
        given="Line",
        birth_date=date(1969, 11, 13),
        sex="2",
        idents=(person_ident("FNR", "13116900216"),),
    ),
)
_SAID: Final = (
    (
        "1",
        "Innlagt etter fall i hjemmet. Brudd i lårhals, operert dagen etter. Opptrening i avdelingen siden.",
    ),
    ("2", "Går korte strekninger med rullator. Trenger hjelp til dusj, påkledning av underkropp og trapp."),
    ("1", "Orientert for tid og sted. Lett nedsatt hukommelse etter narkosen, bedre hver dag."),
)


def care() -> bytes:
    """Return a HELSEOPPL_SOKNAD as our builder writes it."""
    texts = tuple(journal.Text(text=f"{said} " * 10, heading=coded("9145", v)) for v, said in _SAID)
    note = journal.note(texts, component_id="01458230-fb55-41e1-a21f-0800200c9a66")
    wards = ("Ortopedisk avdeling", "Fysikalsk medisin og rehabilitering", "Fysioterapi", "Ergoterapi")
    roles = ("19", "8", "21", "21")
    message = helseopplysninger.new(
        _HEAD,
        kind="2",
        units=tuple(
            Connected(unit=Unit(name=name, idents=(unit_ident("LAV", name[:3].upper()),)), note="Hele døgnet")
            for name in wards
        ),
        personnel=tuple(
            Personnel(person=Person(family="Koman", given="Magnar", hpr="9144889", role=coded("9034", role)))
            for role in roles
        ),
        stays=(logistics.event("3", When("2026-03-18"), estimate=True),),
        diagnoses=(
            tuple(Diagnosis(main=n == 0, description=f"Tilstand {n + 1}, i bedring") for n in range(4)),
        ),
        medical=Medical(notes=(note,)),
        needs=tuple(
            Need(name=name, description="Daglig, fra hjemkomst og til ny vurdering etter fire uker")
            for name in ("Hjemmesykepleie", "Praktisk bistand", "Rehabilitering", "Koordinator")
        ),
    )
    return kith.build(message)
