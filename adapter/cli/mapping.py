"""`map`: what an event becomes, by the same pure functions as in the server; nothing is stored."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click
import orjson

from adapter import settings as setting
from adapter import timing
from adapter.cli import files, say
from adapter.errors import RoutingError
from adapter.model import AddressBook, Case, Message, Outcome

_SUFFIX: Final = {"LETTER": "html"}


@click.command("map")
@click.argument("name", metavar="EVENT.json|-")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Write resources and messages there."
)
@click.option("--now", callback=files.instant, metavar="TIME", help="Map as at this instant.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object with everything.")
def map_(name: str, out: Path | None, now: datetime | None, as_json: bool) -> int:  # noqa: FBT001 (an option)
    """Show what an event becomes for a patient nobody has met: resources, messages, clocks. Nothing is stored.

    \b
    Examples:
      ip-adapter map need.json
      ip-adapter map need.json --now 2026-03-04T10:15:00+01:00 --out mapped/
      ip-adapter map need.json --json | jq '.messages[].why'
    """  # noqa: D301 (\b is click's mark)
    outcome = _outcome(files.read(name), files.now(now))
    if out is not None:
        _write(out, outcome)
    if as_json:
        say.as_json(_shown(outcome), lines=True)
    else:
        _tell(outcome, out)
    return 0


def _outcome(data: bytes, now: datetime) -> Outcome:
    """Return what one event becomes. Raises Faults and EventError as the server would."""
    from adapter import events  # noqa: PLC0415 (with mappings: for those who map)
    from adapter.events import cloudevents  # noqa: PLC0415
    from adapter.mappings.decide import decide  # noqa: PLC0415
    from adapter.registers import addressbook  # noqa: PLC0415

    settings = setting.load()
    (item,) = cloudevents.read(cloudevents.STRUCTURED, {}, data).items
    if isinstance(item, Exception):
        raise item
    event = events.check(item, now=now, people=settings.people())
    book = addressbook.load(settings.addressbook).on(timing.day(now))
    party = book.by_source(event.source)
    if party is None:
        raise RoutingError("IPK-R001", at="$.source")
    case = Case(key=None, version=0, now=now, owner=_owner(book))
    return decide(event, case, book, party=party)


def _owner(book: AddressBook) -> str:
    return next((party.her_id for party in book.parties if party.home and party.her_id), "")


def _shown(outcome: Outcome) -> dict[str, Any]:
    from adapter.fhir import parts  # noqa: PLC0415

    lang = say.language()
    return {
        "resources": list(outcome.resources),
        "messages": [_message(m) for m in outcome.messages],
        "deadlines": [{"kind": d.kind, "due": parts.instant(d.due)} for d in outcome.deadlines],
        "warnings": [
            {"code": w.code, "path": w.path, "message": w.text_nb if lang == "nb" else w.text_en}
            for w in outcome.warnings
        ],
    }


def _message(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "type": message.type,
        "receiver": {
            "herId": _address(message),
            "name": message.receiver_names[1] or message.receiver_names[0],
        },
        "state": message.state,
        "why": [
            {"rule": r.rule, "source": r.source, "outcome": r.outcome, "text": r.text} for r in message.why
        ],
        "document": message.body.decode(),
    }


def _address(message: Message) -> str | None:
    return message.receiver[1] or message.receiver[0]


def _file(message: Message) -> str:
    receiver = _address(message) or message.receiver_key
    return f"messages/{message.type}-{receiver}.{_SUFFIX.get(message.type, 'xml')}"


def _write(out: Path, outcome: Outcome) -> None:
    for resource in outcome.resources:
        path = out / "resources" / resource["resourceType"] / f"{resource['id']}.json"
        files.write(path, orjson.dumps(resource, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    for message in outcome.messages:
        files.write(out / _file(message), message.body)


def _tell(outcome: Outcome, out: Path | None) -> None:
    shown = _shown(outcome)
    click.echo(f"{outcome.status}")
    for resource in shown["resources"]:
        click.echo(f"{resource['resourceType']}/{resource['id']}")
    for message in shown["messages"]:
        click.echo(f"{message['type']} {message['id']} → {message['receiver']['name']} ({message['state']})")
        for why in message["why"]:
            click.echo(f"  {why['rule']}: {why['text']}")
        if out is None:
            click.echo(message["document"])
    for deadline in shown["deadlines"]:
        click.echo(f"{deadline['kind']} {deadline['due']}")
    for warning in shown["warnings"]:
        click.echo(f"{warning['path']}: {warning['message']} [{warning['code']}]")
