"""`check`: every fault of an event, of FHIR JSON and of a KITH document, told apart by what they hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import click
import orjson

from adapter import settings as setting
from adapter.cli import files, say
from adapter.errors import AdapterError, Fault
from adapter.ids import People, looks_real
from adapter.scenarios import places

_SEVERITY: Final = {"must": "must", "may": "may"}
"""Severity of a rule → as `--json` says it; what nobody may refuse for is a note."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One file, judged."""

    file: str
    kind: str
    type: str
    faults: tuple[Fault, ...]

    @property
    def valid(self) -> bool:
        """Whether nothing was found that a receiver may refuse for."""
        return all(f.severity not in _SEVERITY for f in self.faults)


@click.command("check")
@click.argument("names", nargs=-1, required=True, metavar="FILE...|-")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--now", callback=files.instant, metavar="TIME", help="Judge events as at this instant.")
def check_(names: tuple[str, ...], as_json: bool, now: datetime | None) -> int:  # noqa: FBT001 (an option)
    """Tell every fault of events, FHIR JSON and KITH XML, with its place.

    What a file is shows in what it holds. `-` is standard input. No value of a file is repeated.

    \b
    Examples:
      ip-adapter check need.json
      ip-adapter check --json out/*.xml
      curl -s http://127.0.0.1:8080/fhir/Task/1 | ip-adapter check -
    """  # noqa: D301 (\b is click's mark)
    chosen = setting.load()
    at = files.now(now)
    checked = [judge(name, files.read(name), at, chosen) for name in names]
    for one in checked:
        _tell(one, as_json=as_json)
    return 0 if all(one.valid for one in checked) else 1


def _tell(one: Checked, *, as_json: bool) -> None:
    if as_json:
        say.as_json(shown(one), lines=True)
        return
    kind = f"{one.kind} {one.type}".strip()
    click.echo(f"{one.file}: {kind}: {'ok' if one.valid else f'{len(one.faults)} faults'}")
    for fault in one.faults:
        note = "" if fault.severity == "must" else f" ({_SEVERITY.get(fault.severity, 'note')})"
        first, _, rest = say.told(fault, file=one.file).partition("\n")
        click.echo(f"{first}{note}" + (f"\n{rest}" if rest else ""))


def shown(one: Checked) -> dict[str, Any]:
    """Return a file's judgement as `--json` says it. contract.md, 'Command line'."""
    lang = say.language()
    return {
        "file": one.file,
        "kind": one.kind,
        "type": one.type,
        "valid": one.valid,
        "faults": [
            {
                "path": f.path,
                "line": f.line,
                "code": f.code,
                "rule": f.rule or f.code,
                "severity": _SEVERITY.get(f.severity, "note"),
                "message": f.message(lang),
            }
            for f in one.faults
        ],
    }


def judge(file: str, data: bytes, now: datetime, chosen: setting.Settings) -> Checked:
    """Return a file judged as what it holds."""
    people = chosen.people()
    first = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if first == b"<" or (file.endswith(".xml") and first not in {b"{", b"["}):
        return _kith(file, data, chosen)
    try:
        content = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        return Checked(file=file, kind="event", type="", faults=(Fault(code="IPK-E001", line=error.lineno),))
    if isinstance(content, dict) and "resourceType" in content:
        return _fhir(file, data, content, people)
    return _events(file, data, content, now=now, people=people)


def _real(found: bool, path: str) -> tuple[Fault, ...]:  # noqa: FBT001 (private)
    return (Fault(code="IPK-P001", path=path, rule="synthetic-only"),) if found else ()


def _twice(data: bytes, content: Any) -> tuple[Fault, ...]:
    from adapter.events import repeated  # noqa: PLC0415 (pydantic models come with it)

    return repeated.faults(data, content)


def _kith(file: str, data: bytes, chosen: setting.Settings) -> Checked:
    from adapter import kith  # noqa: PLC0415 (XML is for those who have some)

    limits = chosen.limits()
    faults = (
        *kith.check(data, limits=limits),
        *_real(looks_real(data.decode("utf-8", "replace"), chosen.people()), "/"),
    )
    try:
        type_ = kith.read(data, limits=limits).type
    except AdapterError:
        type_ = ""
    return Checked(file=file, kind="kith", type=type_, faults=faults)


def _fhir(file: str, data: bytes, content: dict[str, Any], people: People) -> Checked:
    from adapter.events import scan  # noqa: PLC0415 (pydantic models come with it)
    from adapter.fhir import r4  # noqa: PLC0415 (0.3 s, for those who have FHIR)

    type_ = content["resourceType"] if isinstance(content["resourceType"], str) else ""
    twice = (replace(f, path=(type_ or "$") + f.path[1:]) for f in _twice(data, content))
    found = (*twice, *r4.check(content), *_real(scan.holds_real(data, content, people), "$"))
    lines = places.lines(data.decode("utf-8", "replace"))
    faults = tuple(replace(f, line=places.line_of(lines, _json_path(f.path))) for f in found)
    return Checked(file=file, kind="fhir", type=type_, faults=faults)


def _json_path(path: str) -> str:
    """Return the JSONPath of a FHIRPath: `Patient.name[0]` is `$.name[0]`."""
    return "$" + path[len(path.partition(".")[0]) :]


def _events(file: str, data: bytes, content: Any, *, now: datetime, people: People) -> Checked:
    items = content if isinstance(content, list) else [content]
    roots = [f"$[{i}]" for i in range(len(items))] if isinstance(content, list) else ["$"]
    lines = places.lines(data.decode("utf-8", "replace"))
    found = [f for item, root in zip(items, roots, strict=True) for f in _event(item, root, now, people)]
    found = [*_twice(data, content), *found]
    faults = tuple(replace(f, line=places.line_of(lines, f.path)) for f in found)
    return Checked(file=file, kind="event", type=_type(items), faults=faults)


def _event(item: Any, root: str, now: datetime, people: People) -> Iterable[Fault]:
    from adapter import events  # noqa: PLC0415 (pydantic models, for those who have events)

    try:
        events.check(item, now=now, people=people)
    except AdapterError as error:
        return [replace(f, path=root + f.path[1:]) for f in error.faults]
    return ()


def _type(items: list[Any]) -> str:
    """Return the type of a single event, where it is one we know: anything else is input."""
    from adapter.events import TYPES  # noqa: PLC0415

    name = items[0].get("type") if len(items) == 1 and isinstance(items[0], dict) else None
    return name if isinstance(name, str) and name in TYPES else ""
