"""The command line `ip-adapter`. contract.md, 'Command line'.

A command's module is imported when it is called, so that `--help` is there at once. A fault a user can mend is told
with code, place and cure, never with a traceback. Exit codes: 0 good, 1 a difference or a fault found, 2 wrong use.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final

import click

__all__ = ["COMMANDS", "ENDED", "group", "main"]

COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "run": ("running", "Start everything: server, worker and a simulated municipality"),
    "serve": ("running", "Start the server alone"),
    "work": ("running", "Start worker and clocks alone"),
    "simulate": ("running", "Play the other side at the exchange folders"),
    "map": ("mapping", "Show what an event becomes; nothing is stored"),
    "check": ("checking", "Tell every fault of events, FHIR JSON and KITH XML"),
    "render": ("rendering", "Show a message as its receiver sees it: page, text or PDF"),
    "replay": ("replaying", "Run scenarios and compare with their golden files"),
    "codes": ("listing", "Show code lists, roles and local codes"),
    "settings": ("listing", "Show every setting with value, default and meaning"),
    "db": ("database", "Prepare the database"),
    "deadlines": ("deadlines", "See what is late, by how much, who owns it and what to do"),
    "clock": ("clock", "Show or move the clock of a synthetic installation"),
    "outbox": ("outbox", "See what waits to be sent, and act on what cannot be"),
    "hooks": ("hooks", "See who is notified of what, and notify again after an error"),
    "purge": ("purge", "Remove files and documents whose time is over"),
    "why": ("why", "Tell why a message, a case or an event is as it is"),
    "report": ("report", "Show one page on this installation: states, clocks, what waits for a person"),
    "stats": ("stats", "Show statistics without people, small cells hidden"),
}
"""Command → (module under adapter.cli, one line of help). A new command is one row here and one function there."""

ENDED: Final = 130
"""Exit code after Ctrl-C, as shells have it."""

_EPILOG: Final = """\b
Examples:
  ip-adapter run
  ip-adapter check my-event.json
  ip-adapter replay fixtures --golden
  ip-adapter outbox list
"""


class Lazy(click.Group):
    """Commands by name; a command's module is imported when it is asked for."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what it fails with is told here, while its language is known."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:  # noqa: BLE001 (no traceback for anybody: it may quote what it choked on)
            from adapter.cli import say  # noqa: PLC0415

            return say.failed(error)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        """Return the names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 (click's signature)
        """Return the command, None for an unknown name."""
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = getattr(import_module(f"adapter.cli.{COMMANDS[cmd_name][0]}"), f"{cmd_name}_")
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 (click's signature)
        """Write the list of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


def _language(_ctx: click.Context, _option: click.Parameter, value: str | None) -> str:
    return "en" if (value or "").lower().startswith("en") else "nb"


def _version(ctx: click.Context, _option: click.Parameter, value: bool) -> None:  # noqa: FBT001 (click's signature)
    if value:
        from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415

        try:
            number = version("ip-adapter")
        except PackageNotFoundError:  # run from a checkout, never installed
            number = "(not installed)"
        click.echo(f"ip-adapter {number}")
        ctx.exit()


@click.group(cls=Lazy, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--lang", envvar="LANG", callback=_language, metavar="nb|en",
    help="Language of faults; without it LANG decides, bokmål where that says nothing.",
)  # fmt: skip
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=_version, help="Show the version."
)
@click.pass_context
def group(ctx: click.Context, lang: str) -> None:
    """Carry needs, coordinators and individual plans between hospitals and municipalities."""
    ctx.obj = lang


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with its exit code."""
    raise SystemExit(called(args))


def called(args: Sequence[str] | None = None) -> int:
    """Return the exit code of a call."""
    try:
        found: Any = group(args=args, prog_name="ip-adapter", standalone_mode=False)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        return ENDED
    except BrokenPipeError:  # the reader (head, less) has seen enough
        return 0
    return found if isinstance(found, int) else 0
