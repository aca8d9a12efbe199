"""`outbox`: what waits to be sent, why, and what a person does about what cannot be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, get_args

import click

from adapter.cli import installation, say
from adapter.errors import MessageError
from adapter.errortable import TABLE
from adapter.model import Message, MessageState
from adapter.services import Services

OPEN: Final = ("held", "pending", "dead", "rejected", "unanswered", "manual")
"""States that somebody should know of; the others are done."""
_PAGE: Final = 500
"""Messages read at a time; all are shown."""


@click.group("outbox")
def outbox_() -> None:
    """See what waits to be sent, and act on what cannot be.

    \b
    Examples:
      ip-adapter outbox list
      ip-adapter outbox show 3e0f6c2a-93f2-5b55-9d2a-6a8f0f3d7c10
      ip-adapter outbox requeue 3e0f6c2a-93f2-5b55-9d2a-6a8f0f3d7c10
    """  # noqa: D301 (\b is click's mark)


@outbox_.command("list")
@click.option(
    "--state",
    "states",
    multiple=True,
    metavar="STATE",
    type=click.Choice(get_args(MessageState)),
    help=f"Show these in place of {', '.join(OPEN)}.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def listed(states: tuple[str, ...], as_json: bool) -> int:  # noqa: FBT001 (an option)
    """List messages that are not done: state, type, receiver, attempts, and why the last one failed.

    \b
    Examples:
      ip-adapter outbox list
      ip-adapter outbox list --state dead --json
    """  # noqa: D301 (\b is click's mark)
    with installation.opened() as services:
        found = [m for state in states or OPEN for m in _in_state(services, state)]
    if as_json:
        for message in found:
            say.as_json(shown(message), lines=True)
    elif found:
        say.table([_row(message) for message in found])
    else:
        click.echo("nothing waits", err=True)
    return 0


@outbox_.command("show")
@click.argument("message_id", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="JSON in the place of lines.")
def show(message_id: str, as_json: bool) -> int:  # noqa: FBT001 (an option)
    """Show one message: state, parties, attempts, receipt, and why it goes as it does. Not its document.

    \b
    Examples:
      ip-adapter outbox show 3e0f6c2a-93f2-5b55-9d2a-6a8f0f3d7c10
    """  # noqa: D301 (\b is click's mark)
    with installation.opened() as services:
        message = _one(services, message_id)
    what = shown(message)
    if as_json:
        say.as_json(what)
        return 0
    why = what.pop("why")
    say.table([(name, str(value)) for name, value in what.items() if value not in (None, "")])
    for reason in why:
        click.echo(f"  {reason['rule']}: {reason['text']} ({reason['source']})")
    return 0


@outbox_.command("requeue")
@click.argument("message_id", metavar="ID")
def requeue(message_id: str) -> int:
    """Send a message again: the same where it never left, else a new generation under a new MsgId.

    \b
    Examples:
      ip-adapter outbox requeue 3e0f6c2a-93f2-5b55-9d2a-6a8f0f3d7c10
    """  # noqa: D301 (\b is click's mark)
    from adapter import ingest  # noqa: PLC0415

    return _acted(ingest.requeue, message_id)


@outbox_.command("bury")
@click.argument("message_id", metavar="ID")
def bury(message_id: str) -> int:
    """Give a message up, so that later ones of its case go on.

    \b
    Examples:
      ip-adapter outbox bury 3e0f6c2a-93f2-5b55-9d2a-6a8f0f3d7c10
    """  # noqa: D301 (\b is click's mark)
    from adapter import ingest  # noqa: PLC0415

    return _acted(ingest.bury, message_id)


@outbox_.command("remap")
@click.argument("message_id", metavar="ID")
@click.argument("key", metavar="PARTY")
def remap(message_id: str, key: str) -> int:
    """Send a message to another party of the address book, under a new MsgId and in the same conversation.

    \b
    Examples:
      ip-adapter outbox remap 3e0f6c2a-93f2-5b55-9d2a-6a8f0f3d7c10 alvdal-saksbehandling
    """  # noqa: D301 (\b is click's mark)
    from adapter import ingest  # noqa: PLC0415

    return _acted(lambda services, id_: ingest.remap(services, id_, key), message_id)


def _acted(act: Callable[[Services, str], Message], message_id: str) -> int:
    with installation.opened() as services:
        message = act(services, message_id)
    click.echo(f"{message.id} {message.state}")
    return 0


def _in_state(services: Services, state: str) -> Iterator[Message]:
    """Yield every message in a state, read page by page."""
    from adapter.store import messages  # noqa: PLC0415

    wanted = messages.Filter(state=state, direction="out")
    cursor: str | None = None
    while True:
        with services.store.read() as conn:
            found, cursor = messages.page(conn, wanted, cursor=cursor, count=_PAGE)
        yield from found
        if cursor is None:
            return


def _one(services: Services, message_id: str) -> Message:
    from adapter.store import messages  # noqa: PLC0415

    with services.store.read() as conn:
        message = messages.get(conn, message_id)
    if message is None:
        raise MessageError("IPK-M010", at=message_id)
    return message


def _row(message: Message) -> tuple[str, ...]:
    why = f"{message.last_error}: {_text(message.last_error)}" if message.last_error else ""
    receiver = message.receiver_names[1] or message.receiver_names[0]
    why = message.place or why
    return (message.id, message.told, message.type, receiver, str(message.attempts), why)


def _text(code: str) -> str:
    row = TABLE.get(code)
    return "" if row is None else row.nb if say.language() == "nb" else row.en


def shown(message: Message) -> dict[str, Any]:
    """Return a message's head as JSON: ids, parties, states, codes; nothing about the patient."""
    times: Mapping[str, Any] = {
        "genDate": message.gen_date, "nextAttempt": message.next_attempt, "sentAt": message.sent_at,
    }  # fmt: skip
    return {
        "id": message.id,
        "direction": message.direction,
        "type": message.type,
        "version": message.version,
        "state": message.told,
        "place": message.place,
        "sender": message.sender[1] or message.sender_key,
        "receiver": message.receiver[1] or message.receiver_key,
        "receiverName": message.receiver_names[1] or message.receiver_names[0],
        "generation": message.generation,
        "replaces": message.replaces,
        "replacedBy": message.replaced_by,
        "attempts": message.attempts,
        **{name: value.isoformat() if value else None for name, value in times.items()},
        "lastError": message.last_error,
        "why": [
            {"rule": r.rule, "source": r.source, "outcome": r.outcome, "text": r.text} for r in message.why
        ],
    }
