"""Hypothesis strategies for the messages of care that the adapter writes (PLO 1.6)."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from adapter.kith.codes import coded
from adapter.kith.plo import (
    avmelding,
    blocks,
    dod,
    helseopplysninger,
    innlagt,
    innleggelsesrapport,
    journal,
    logistics,
    medisinske,
    til_lege,
    tjenestetilbud,
    utskrevet,
    utskrivningsklar,
    utskrivningsrapport,
)
from adapter.kith.plo.message import shipment
from adapter.kith.plo.tables import PO
from adapter.kith.raw import Raw
from adapter.kith.time import When
from tests.kith.strategies import (
    FLAGS,
    FREE,
    MOMENTS,
    ON,
    PEOPLE,
    PERSONS,
    TEXT,
    UNITS,
    UUIDS,
    cs,
    cv,
    heads,
    some,
)

NOTES = st.builds(
    lambda texts, id_: journal.note(texts, component_id=id_),
    some(st.builds(journal.Text, text=FREE, heading=st.none() | cv(("9145", "1")), note=TEXT), least=1),
    UUIDS.map(lambda text: text.replace(text[0], "a", 1)),
)


def raw(name: str, inside: str = "") -> st.SearchStrategy[Any]:
    """Return at most one report that passes through."""
    return some(st.just(Raw(f'<{name} xmlns="{PO["1.6"]}">{inside}</{name}>')), 1)


PERSONNEL = st.builds(blocks.Personnel, person=PEOPLE, note=TEXT)
QUESTIONS = st.builds(
    blocks.Inquiry, type=cv(("9152", "99")), purpose=st.none() | cv(("9152", "1")), urgency=st.none() | cs("9067", "9"),
    journal_info=st.none() | cv(("9066", "1")), text=FREE, reason=TEXT, from_date=st.none() | ON, to_date=st.none() | ON,
)  # fmt: skip
HEAD = {
    "circumstances": st.none() | st.builds(
        blocks.Circumstances, civil_status=st.none() | cs("9045", "1"), lives_alone=FLAGS, language=st.none() | cs("", "NO"),
    ),
    "relatives": some(st.builds(
        blocks.Relative, person=PERSONS, kinship=st.none() | cs("9033", "AF"), care=st.none() | cs("", "1"),
        birth_year=st.none() | st.just(When("2015")), note=TEXT,
    )),
    "units": some(st.builds(blocks.Connected, unit=UNITS, note=TEXT), least=1),
    "personnel": some(PERSONNEL),
    "responsible": some(st.builds(
        blocks.Responsible, person=PEOPLE, approved=st.none() | ON, relation=st.none() | cv(("8254", "KLE")), note=TEXT,
    )),
    "sent": some(st.builds(
        blocks.Sent, what=cv(("8329", "1")), sent=st.booleans(), day=st.none() | ON,
        receiver_type=st.none() | cv(("8329", "1")), receiver=TEXT, note=TEXT,
    )),
}  # fmt: skip
INFORMED = some(some(st.builds(
    blocks.Informed, type=st.none() | cv(("9142", "IP")), description=TEXT, oral=FLAGS, to=PERSONS, day=ON, by=PEOPLE,
), least=1))  # fmt: skip


def events(*codes: str) -> st.SearchStrategy[Any]:
    """Return events of these codes, in order."""
    one = (
        st.builds(
            blocks.Event, code=st.just(logistics.event(code, When("2026")).code), description=TEXT, at=MOMENTS,
            estimate=st.booleans(), note=TEXT, place=st.none() | FREE,
        )
        for code in codes
    )  # fmt: skip
    return st.tuples(*one)


def _shipments(*statuses: str, questions: bool = True) -> st.SearchStrategy[Any]:
    return st.builds(
        blocks.Shipment, status=st.sampled_from([shipment(each).status for each in statuses]), withheld=FLAGS,
        answers=FLAGS, question=st.none() | QUESTIONS if questions else st.none(),
    )  # fmt: skip


def _step(module: Any, model: Any, step: str, *codes: str, **more: Any) -> st.SearchStrategy[Any]:
    """Return messages of one type of logistics: new without a thread, cancelled in one."""
    return st.one_of(
        *(
            st.builds(
                model, head=heads(module.TYPE, thread=thread, attached=False),
                body=st.builds(
                    logistics.Logistics, shipment=_shipments(status, questions=False), step=st.just(step),
                    events=events(*codes), **HEAD, **more,
                ),
            )
            for status, thread in (("N", False), ("C", True))
        )
    )  # fmt: skip


DISCHARGED = st.builds(
    blocks.DischargedTo, condition=st.none() | cv(("8431", "1")), place=cv(("8408", "1")), note=TEXT
)
LOGISTICS = st.one_of(
    _step(innlagt, innlagt.Innlagt, logistics.ADMITTED, "1"),
    _step(utskrivningsklar, utskrivningsklar.Utskrivningsklar, logistics.READY, "1", "3"),
    _step(avmelding, avmelding.Avmelding, logistics.NOT_READY, "1", "3", "4"),
    _step(dod, dod.Dod, logistics.DEAD, "13"),
    _step(
        utskrevet, utskrevet.Utskrevet, logistics.DISCHARGED, "2",
        discharged_to=DISCHARGED.filter(lambda to: bool(to.place.v)), informed=INFORMED.map(lambda all_: all_[:1]),
    ),
)  # fmt: skip
FUNCTIONS = raw(
    "InfoKartleggingFunksjonsniva", "<KartlagtFunksjon><Vurdering>3</Vurdering></KartlagtFunksjon>"
)
DIAGNOSES = some(some(
    st.builds(blocks.Diagnosis, main=FLAGS, code=st.none() | cv(("7110", "I50")), description=TEXT), least=1
))  # fmt: skip
CONTENT = {
    "stays": some(events("3").map(lambda all_: all_[0]), least=1),
    "application": st.none() | st.builds(blocks.Application, sent=st.booleans(), note=TEXT),
    "diagnoses": DIAGNOSES,
    "medical": st.none() | st.builds(blocks.Medical, notes=some(NOTES)),
    "services": some(st.builds(
        blocks.Service, type=st.none() | cv(("9151", "20")), name=TEXT, private=st.booleans(), delivered_by=TEXT,
        about=TEXT, amount=st.sampled_from(["", "2.5"]), unit=TEXT, start=st.none() | ON, end=st.none() | ON, note=TEXT,
    ), least=1),
    "needs": some(st.builds(
        blocks.Need, type=st.none() | cv(("9151", "20")), name=TEXT, institution=TEXT, description=TEXT,
        amount=st.sampled_from(["", "3"]), unit=TEXT,
    )),
    "assistance": some(st.builds(
        blocks.Assistance, person=st.none() | PERSONS, hearing=FLAGS, sight=FLAGS, language=st.none() | cs("", "SE"),
        interpreter=st.none() | PERSONS, ended=st.none() | MOMENTS,
    )),
    "informed": INFORMED,
    "nursing": raw("Sykepleierdokumentasjon"),
    "other_groups": raw("OpplysningerAndreFaggrupper"),
    "functions": FUNCTIONS,
    "important": raw("InfoAndreViktigeOpplysninger"),
    "iplos": raw("InfoIPLOSrelevantInformasjon"),
    "aids": raw("OpplysningerOmHjelpemidler"),
    "appointments": raw(
        "InfoKontrolltime",
        "<KontrolltimeBestill><PasientParorendeBestiller>true</PasientParorendeBestiller></KontrolltimeBestill>",
    ),
}  # fmt: skip


def _content(module: Any, model: Any, **own: Any) -> st.SearchStrategy[Any]:
    """Return messages of a type, of every status it may have; `own` stands in place of a shared strategy."""
    names = set(module.Content.__dataclass_fields__)
    held = {name: strategy for name, strategy in CONTENT.items() if name in names}
    if "kind" in names:
        held["kind"] = st.builds(blocks.Kind, code=st.just(coded(module.LIST, "1")), note=TEXT)
    held |= own
    return st.one_of(
        *(
            st.builds(
                model, head=heads(module.TYPE, thread=None if status == "N" else True),
                body=st.builds(module.Content, shipment=_shipments(status), **HEAD, **held),
            )
            for status in module.STATUSES
        )
    )  # fmt: skip


REPORTS = st.one_of(
    _content(helseopplysninger, helseopplysninger.Helseopplysninger),
    _content(innleggelsesrapport, innleggelsesrapport.Innleggelsesrapport),
    _content(utskrivningsrapport, utskrivningsrapport.Utskrivningsrapport),
    _content(tjenestetilbud, tjenestetilbud.Tjenestetilbud),
    _content(medisinske, medisinske.Medisinske, diagnoses=DIAGNOSES.map(lambda all_: all_[:1])),
    _content(til_lege, til_lege.TilLege, kind=st.builds(blocks.Kind, code=cs("9137", "2", "3"), note=TEXT)),
)
CARE = LOGISTICS | REPORTS
