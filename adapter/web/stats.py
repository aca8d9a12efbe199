"""GET /stats: statistics K01–K11, K14, K15 as JSON, CSV or text. contract.md; domain § 1.8."""

from __future__ import annotations

from typing import Final

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from adapter.oversight import stats
from adapter.statistics import told
from adapter.web import answers
from adapter.web.answers import Answer
from adapter.web.call import Access, Answers, Call, Param, Route
from adapter.web.parameters import day

_OFFERED: Final = ("application/json", "text/csv", "text/plain")
_VARY: Final = ("Vary", "Accept")
_FILE: Final = ("Content-Disposition", 'attachment; filename="ip-adapter-statistikk.csv"')


def shown(call: Call) -> Answer:
    """Return the tables of a period."""
    params = call.params()
    question = stats.asked(call.services, day(params, "from"), day(params, "to"))
    tables = stats.tables(call.services, question)
    accepted = parse_accept_header(call.environ.get("HTTP_ACCEPT", ""), MIMEAccept)
    media = accepted.best_match(_OFFERED, _OFFERED[0])
    if media == "text/csv":
        body = told.as_csv(tables, question).encode()
        return answers.raw(body, media="text/csv; charset=utf-8; header=present", headers=(_VARY, _FILE))
    if media == "text/plain":
        body = told.as_text(tables, question).encode()
        return answers.raw(body, media="text/plain; charset=utf-8", headers=(_VARY,))
    return answers.json(told.as_json(tables, question), headers=(_VARY,))


_SCHEMA: Final = {"type": "string", "format": "date"}

ROUTES: Final = (
    Route(
        method="GET", path="/stats", view=shown, summary="Statistics without people, small cells hidden",
        params=(
            Param(name="from", text="First day; without it the year's first", schema=_SCHEMA),
            Param(name="to", text="Last day; without it today", schema=_SCHEMA),
        ),
        answers=Answers(media=answers.JSON, texts={200: "Tables; CSV or plain text where asked", 400: "Not a period"}),
        access=Access(action="read", kind="operations", interaction=None),
    ),
)  # fmt: skip
