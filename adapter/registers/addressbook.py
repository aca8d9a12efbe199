"""The address book from TOML: read whole, every fault at once with its place, never a value. contract.md, 'The address book'."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from adapter import data
from adapter.errors import Fault, Faults, SystemFault
from adapter.model import AddressBook, Agreement, Party
from adapter.registers.bookmodel import AGREEMENT_CHECKS, PARTY_CHECKS, AgreementRow, PartyRow, RowCheck

SHIPPED: Final = "addressbook.toml"
FORM_LIMIT: Final = 2_000_000
"""Bytes of an application form: it goes with every need."""
_FAULT: Final = "IPK-R006"
_TABLES: Final = frozenset({"party", "agreement"})
R = TypeVar("R", bound=BaseModel)

_HINTS: Final[Mapping[str, str]] = {
    "missing": "required",
    "extra_forbidden": "unknown key",
    "literal_error": "code not in the list",
    "string_pattern_mismatch": "wrong form",
    "too_short": "empty",
    "string_too_short": "empty",
    "greater_than_equal": "out of range",
    "less_than_equal": "out of range",
}
"""pydantic's kind of fault → our words; the rest is 'wrong type or form', or the words of a check of our own."""


def load(path: Path | None = None) -> AddressBook:
    """Return the address book of a file, the synthetic one that ships when `path` is None.

    Raises SystemFault IPK-S008 for a file that cannot be read, Faults of IPK-R006 with every fault and its place
    (`$.party[3].level2.her_id`). Every row is kept, of whatever validity: `AddressBook.on` picks a day's.
    """
    return parse(_read(path), folder=path.parent if path is not None else Path())


def _read(path: Path | None) -> bytes:
    if path is None:
        return data.read(SHIPPED)
    try:
        return path.read_bytes()
    except OSError:
        raise SystemFault("IPK-S008", at="ADAPTER_ADDRESSBOOK") from None


def parse(content: bytes, *, folder: Path = Path()) -> AddressBook:
    """Return the address book in TOML bytes; `form_file` is relative to `folder`. Raises Faults as `load` does."""
    raw = _toml(content)
    unknown = tuple(_fault("$", "unknown table") for name in raw if name not in _TABLES)
    parties, party_faults = _rows(raw.get("party"), "party", PartyRow, PARTY_CHECKS)
    agreements, agreement_faults = _rows(
        raw.get("agreement", []), "agreement", AgreementRow, AGREEMENT_CHECKS
    )
    book = Rows(parties, agreements, keys=_keys(raw))
    whole = tuple(fault for check in CHECKS for fault in check(book))
    forms, form_faults = _forms(parties, folder)
    faults = unknown + party_faults + agreement_faults + whole + form_faults
    if faults:
        raise Faults(faults)
    return AddressBook(
        tuple(replace(_party(row), form=forms.get(index)) for index, row in parties),
        tuple(_agreement(row) for _, row in agreements),
    )


def _toml(content: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        # The parser's own words quote what it met.
        raise Faults((_fault("$", "not TOML in UTF-8"),)) from None


def _rows(
    raw: object, table: str, model: type[R], checks: Sequence[RowCheck]
) -> tuple[list[tuple[int, R]], tuple[Fault, ...]]:
    """Return the good rows with their index, and the faults of all."""
    if not isinstance(raw, list) or (table == "party" and not raw):
        return [], (_fault(f"$.{table}", f"at least one [[{table}]] is required"),)
    good: list[tuple[int, R]] = []
    faults: list[Fault] = []
    for index, item in enumerate(raw):
        place = f"$.{table}[{index}]"
        if not isinstance(item, dict):
            faults.append(_fault(place, "wrong type or form"))
            continue
        found = [_fault(place + where, words) for check in checks for where, words in check(item)]
        row, wrong = _row(item, place, model)
        faults += [*wrong, *found]
        if row is not None:
            good.append((index, row))
    return good, tuple(faults)


def _row(item: Mapping[str, Any], place: str, model: type[R]) -> tuple[R | None, list[Fault]]:
    try:
        return model.model_validate(item), []
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        return None, [_of_pydantic(one, place) for one in found]


def _of_pydantic(item: ErrorDetails, place: str) -> Fault:
    kind = item["type"]
    hint = kind.removeprefix("own:") if kind.startswith("own:") else _HINTS.get(kind, "wrong type or form")
    # A key that is not ours is left out of the place: it may be a value that slipped.
    loc = item["loc"][:-1] if kind == "extra_forbidden" else item["loc"]
    return _fault(place + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc), hint)


def _fault(path: str, hint: str) -> Fault:
    return Fault(code=_FAULT, path=path, rule="addressbook", hint=hint)


def _forms(
    parties: Sequence[tuple[int, PartyRow]], folder: Path
) -> tuple[dict[int, bytes], tuple[Fault, ...]]:
    """Return the application forms by the number of their row, and a fault for each that is no PDF of a fair size."""
    found: dict[int, bytes] = {}
    faults: list[Fault] = []
    for index, row in parties:
        if row.form_file is None:
            continue
        try:
            with (folder / row.form_file).open("rb") as file:
                content = file.read(FORM_LIMIT + 1)
        except (OSError, ValueError):
            content = b""
        if content.startswith(b"%PDF-") and len(content) <= FORM_LIMIT:
            found[index] = content
        else:
            faults.append(_fault(f"$.party[{index}].form_file", "no PDF of at most 2 MB can be read there"))
    return found, tuple(faults)


def _keys(raw: Mapping[str, Any]) -> frozenset[str]:
    """Return every key stated, of faulty rows too: an agreement with one of them is not at fault."""
    rows = raw.get("party")
    listed = rows if isinstance(rows, list) else []
    return frozenset(str(row["key"]) for row in listed if isinstance(row, dict) and "key" in row)


# ── what no single row can tell ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Rows:
    """The good rows of a file with their indexes, and the keys of all parties."""

    party: Sequence[tuple[int, PartyRow]]
    agreement: Sequence[tuple[int, AgreementRow]]
    keys: frozenset[str]


Check = Callable[[Rows], Iterator[Fault]]


def _once(name: str, pick: Callable[[PartyRow], tuple[str, str] | None]) -> Check:
    """Return the check that rows valid on a same day never share the value that `pick` gives with its place."""

    def check(rows: Rows) -> Iterator[Fault]:
        holders: defaultdict[str, list[tuple[int, str, PartyRow]]] = defaultdict(list)
        for index, row in rows.party:
            picked = pick(row)
            if picked:
                holders[picked[1]].append((index, picked[0], row))
        for held in holders.values():
            clashes = {later[:2] for first, later in combinations(held, 2) if _at_once(first[2], later[2])}
            yield from (
                _fault(f"$.party[{index}]{where}", f"{name} used twice") for index, where in sorted(clashes)
            )

    return check


def _at_once(one: PartyRow | AgreementRow, other: PartyRow | AgreementRow) -> bool:
    """Return whether two rows hold on a same day: a party may have one row after another."""
    return one.valid_from <= (other.valid_to or date.max) and other.valid_from <= (one.valid_to or date.max)


def _second_level(row: PartyRow) -> tuple[str, str] | None:
    if row.level2:
        return ".level2.her_id", row.level2.her_id
    return (".person.her_id", row.person.her_id) if row.person else None


def _levels(rows: Rows) -> Iterator[Fault]:
    """Yield a fault where a level-1 HER-id stands for two organisation numbers, or also on level 2."""
    first: dict[str, str] = {}
    second = {row.unit_her_id for _, row in rows.party}
    for index, row in rows.party:
        her_id = row.level1.her_id
        if her_id is None:
            continue
        if first.setdefault(her_id, row.level1.orgnr) != row.level1.orgnr:
            yield _fault(f"$.party[{index}].level1.orgnr", "differs for the same HER-id")
        if her_id in second:
            yield _fault(f"$.party[{index}].level1.her_id", "HER-id also on level 2")


def _agreements(rows: Rows) -> Iterator[Fault]:
    """Yield a fault where an agreement names nobody, one party twice, or a pair that has one at the time."""
    for index, row in rows.agreement:
        for place, key in enumerate(row.between):
            if key not in rows.keys:
                yield _fault(f"$.agreement[{index}].between[{place}]", "no party has this key")
        if len(set(row.between)) != len(row.between):
            yield _fault(f"$.agreement[{index}].between", "one party twice")
    for (_, one), (index, other) in combinations(rows.agreement, 2):
        if set(one.between) == set(other.between) and _at_once(one, other):
            yield _fault(f"$.agreement[{index}].between", "pair used twice")


def _deputies(rows: Rows) -> Iterator[Fault]:
    """Yield a fault where a unit's deputy is nobody, itself, or no party of ours."""
    home = {row.key for _, row in rows.party if row.home}
    for index, row in rows.party:
        if row.deputy is not None and (row.deputy not in home or row.deputy == row.key):
            yield _fault(f"$.party[{index}].deputy", "another home party")


CHECKS: Final[tuple[Check, ...]] = (
    _once("key", lambda row: (".key", row.key)),
    _once("HER-id", _second_level),
    _levels,
    _agreements,
    _deputies,
)
"""Every check over the whole book."""


# ── to the values of the core ────────────────────────────────────────────────────────────────────────────────────────


def _party(row: PartyRow) -> Party:
    level2, person = row.level2, row.person
    return Party(
        key=row.key,
        name=row.level1.name,
        her_id=row.level1.her_id,
        orgnr=row.level1.orgnr,
        type=row.level1.type,
        unit_her_id=row.unit_her_id,
        unit_name=level2.name if level2 else None,
        service=level2.service if level2 else None,
        unit=level2.unit if level2 else None,
        person=person.names() if person else None,
        serves=row.serves,
        takes=row.takes,
        home=row.home,
        door=row.door or "own",
        routing=row.routing or "direct_with_copy_to_ke",
        release_days=1 if row.release_days is None else row.release_days,
        answer_to=row.answer_to or "department",
        plo=row.plo or "epj",
        staffed=row.staffed is not False,
        deputy=row.deputy,
        contact_profession=row.contact_profession,
        address=row.address.model_dump(exclude_none=True) if row.address else None,
        phone=row.phone,
        leader=row.leader.model_dump(exclude_none=True) if row.leader else None,
        form_url=row.form_url,
        language=row.language or "nb",
        platform=row.platform.model_dump() if row.platform else None,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        source=row.source,
        checked=row.checked,
    )


def _agreement(row: AgreementRow) -> Agreement:
    return Agreement(
        between=frozenset(row.between),
        reply_days=row.reply_days,
        assessment_days=row.assessment_days,
        coordinator_days=row.coordinator_days,
        release_days=row.release_days,
        gap_days=row.gap_days,
        escalation_days=row.escalation_days,
        reminders=row.reminders,
        routing=row.routing,
        source=row.source,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )
