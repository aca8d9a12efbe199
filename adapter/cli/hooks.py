"""`hooks`: who is notified of what, how it goes, and what a person does about a subscription in error."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import click

from adapter.cli import installation, say
from adapter.errors import FhirError
from adapter.store.subscriptions import Subscription
from adapter.store.times import instant


@click.group("hooks")
def hooks_() -> None:
    """See who is notified of what, and notify again after an error.

    \b
    Examples:
      ip-adapter hooks list
      ip-adapter hooks show 019a7c1e-5b0e-7c52-9d2a-6a8f0f3d7c10
      ip-adapter hooks requeue 019a7c1e-5b0e-7c52-9d2a-6a8f0f3d7c10
    """  # noqa: D301 (\b is click's mark)


@hooks_.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def listed(as_json: bool) -> int:  # noqa: FBT001 (an option)
    """List subscriptions: status, topic, receiver, events told and found, attempts, and why the last one failed.

    \b
    Examples:
      ip-adapter hooks list
      ip-adapter hooks list --json
    """  # noqa: D301 (\b is click's mark)
    from adapter.store import subscriptions  # noqa: PLC0415

    with installation.opened() as services, services.store.read() as conn:
        found = subscriptions.every(conn)
    if as_json:
        for row in found:
            say.as_json(shown(row), lines=True)
    elif found:
        say.table([_row(shown(row)) for row in found])
    else:
        click.echo("nobody subscribes", err=True)
    return 0


@hooks_.command("show")
@click.argument("id_", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="JSON in the place of lines.")
def show(id_: str, as_json: bool) -> int:  # noqa: FBT001 (an option)
    """Show one subscription. Neither its key nor its headers.

    \b
    Examples:
      ip-adapter hooks show 019a7c1e-5b0e-7c52-9d2a-6a8f0f3d7c10
    """  # noqa: D301 (\b is click's mark)
    from adapter.store import subscriptions  # noqa: PLC0415

    with installation.opened() as services, services.store.read() as conn:
        found = subscriptions.get(conn, id_)
    if found is None:
        raise FhirError("IPK-F001")
    what = shown(found)
    if as_json:
        say.as_json(what)
    else:
        say.table([(name, str(value)) for name, value in what.items() if value not in (None, "")])
    return 0


@hooks_.command("requeue")
@click.argument("id_", metavar="ID")
def requeue(id_: str) -> int:
    """Notify again after an error: a handshake first, then all that waits.

    \b
    Examples:
      ip-adapter hooks requeue 019a7c1e-5b0e-7c52-9d2a-6a8f0f3d7c10
    """  # noqa: D301 (\b is click's mark)
    from adapter.hooks import asking  # noqa: PLC0415

    with installation.opened() as services:
        found = asking.requeue(services, id_)
    click.echo(f"{found.id} {found.status}")
    return 0


def _row(what: dict[str, Any]) -> tuple[str, ...]:
    topic = str(what["topic"]).rpartition("/")[2]
    told = f"{what['told']}/{what['events']}"
    return (
        what["id"], what["status"], topic, what["client"], what["server"], told, str(what["attempts"]),
        what["lastError"] or "",
    )  # fmt: skip


def shown(row: Subscription) -> dict[str, Any]:
    """Return a subscription as JSON: the server it leads to, not the whole address, which may hold a secret."""
    attempt = instant(row.due) if row.attempts else None
    return {
        "id": row.id,
        "status": row.status,
        "topic": row.topic,
        "content": row.content,
        "client": row.client,
        "server": urlsplit(row.endpoint).hostname,
        "events": row.number,
        "told": row.told,
        "attempts": row.attempts,
        "nextAttempt": attempt.isoformat() if attempt else None,
        "lastError": row.last_error,
    }
