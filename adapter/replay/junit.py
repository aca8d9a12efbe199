"""A run as JUnit XML, as build servers read it (the de-facto schema of Ant's junitreport)."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from adapter.replay.outcome import Ran


def junit(ran: Sequence[Ran]) -> str:
    """Return one test case per scenario; a failure tells files and places."""
    failures = sum(bool(each.differences) for each in ran)
    seconds = sum(each.seconds for each in ran)
    cases = "".join(_case(each) for each in ran)
    head = (
        f'<testsuite name="ip-adapter replay" tests="{len(ran)}" failures="{failures}" time="{seconds:.3f}">'
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}\n{cases}</testsuite>\n'


def _case(ran: Ran) -> str:
    told = "\n".join(map(str, ran.differences))
    failed = f"<failure message={quoteattr(f'{len(ran.differences)} differences')}>{escape(told)}</failure>"
    inside = failed if ran.differences else ""
    head = f'<testcase classname="scenarios" name={quoteattr(ran.name)} time="{ran.seconds:.3f}">'
    return f"  {head}{inside}</testcase>\n"
