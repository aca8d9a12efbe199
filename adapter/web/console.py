"""/console: counts by state, the queue, and where to look. No personal data. contract.md, 'Operations'."""

from __future__ import annotations

from html import escape
from typing import Final

from adapter.store import deadlines, messages
from adapter.web import answers, pages
from adapter.web.answers import Answer
from adapter.web.call import Access, Answers, Call, Route


def console(call: Call) -> Answer:
    """Return the page."""
    store = call.services.store
    with store.read() as conn:
        counts = messages.counts(conn)
        running = deadlines.running(conn, 20)
    rows = [
        (pages.link(f"/messages?state={state}", state), str(count)) for state, count in sorted(counts.items())
    ]
    clocks = [(escape(each.kind), escape(each.due.isoformat()), escape(each.subject)) for each in running]
    body = (
        f"<h2>Meldinger</h2>{pages.table(('Tilstand', 'Antall'), rows)}"
        f"<p>Venter på skriving: {store.waiting()}</p>"
        f"<h2>Neste frister</h2>{pages.table(('Frist', 'Når', 'Gjelder'), clocks)}"
        f"<h2>Se også</h2><p>{_LINKS}</p>"
    )
    return answers.html(pages.frame("ip-adapter", body, lang="nb"))


_LINKS: Final = " · ".join(
    pages.link(path, path)
    for path in ("/messages", "/events", "/feed", "/fhir/metadata", "/health/ready", "/metrics", "/docs")
)

ROUTES: Final = (
    Route(
        method="GET",
        path="/console",
        view=console,
        summary="Counts, queue and clocks",
        answers=Answers(media="text/html", texts={200: "A page"}),
        access=Access(action="read", kind="operations", interaction="read"),
    ),
)
