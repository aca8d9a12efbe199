"""`codes` and `settings`: what there is to choose from."""

from __future__ import annotations

from collections.abc import Mapping

import click

from adapter.cli import say


@click.command("codes")
@click.argument("name", required=False, metavar="[LIST]")
@click.argument("code", required=False, metavar="[CODE]")
@click.option("--json", "as_json", is_flag=True, help="JSON in the place of columns.")
def codes_(name: str | None, code: str | None, as_json: bool) -> int:  # noqa: FBT001 (an option)
    """Show the code lists there are, the codes of one list, or the text of one code.

    LIST is the number of a national list (9034), a local one (need-kind), or `roles`.

    \b
    Examples:
      ip-adapter codes
      ip-adapter codes 9034
      ip-adapter codes 9034 8
    """  # noqa: D301 (\b is click's mark)
    if name is None:
        return _show(_lists(), as_json=as_json)
    found = _codes(name)
    if code is None:
        return _show(found, as_json=as_json)
    if code not in found:
        raise click.BadParameter(
            f"the list has {len(found)} codes; see ip-adapter codes {name}", param_hint="CODE"
        )
    return _show({code: found[code]}, as_json=as_json)


def _show(rows: Mapping[str, str], *, as_json: bool) -> int:
    if as_json:
        say.as_json([{"code": code, "display": text} for code, text in rows.items()])
    else:
        say.table(list(rows.items()))
    return 0


def _lists() -> dict[str, str]:
    from adapter import codes  # noqa: PLC0415

    national = {number: codes.table(number).name for number in codes.NUMBERS}
    local = {name: codes.local_system(name) for name in codes.LOCAL}
    return national | {"roles": "keys of roles in events"} | local


def _codes(name: str) -> Mapping[str, str]:
    """Return code → text of one list. Raises BadParameter, which names those there are."""
    from adapter import codes  # noqa: PLC0415

    if name in codes.NUMBERS:
        return codes.table(name).codes
    if name in codes.LOCAL:
        return codes.LOCAL[name]
    if name == "roles":
        return {key: role.display for key, role in codes.ROLES.items()}
    raise click.BadParameter(f"one of {', '.join(_lists())}", param_hint="LIST")


@click.command("settings")
@click.option("--json", "as_json", is_flag=True, help="JSON in the place of columns.")
def settings_(as_json: bool) -> int:  # noqa: FBT001 (an option)
    """Show every setting: variable, value now, default, meaning. Secrets and passwords are stars.

    \b
    Examples:
      ip-adapter settings
      ADAPTER_PORT=9090 ip-adapter settings --json
    """  # noqa: D301 (\b is click's mark)
    from adapter import settings, settingsview  # noqa: PLC0415

    shown = settingsview.show(settings.load())
    if as_json:
        say.as_json(
            [
                {"variable": s.variable, "value": s.value, "default": s.default, "meaning": s.meaning}
                for s in shown
            ]
        )
        return 0
    for each in shown:
        changed = "" if each.value == each.default else f"  (default: {each.default or 'none'})"
        click.echo(f"{each.variable}={each.value}{changed}\n    {each.meaning}")
    return 0
