"""/docs, offline: every route, every event type, every error code. Made from the tables that the program itself uses."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from html import escape
from typing import Final

from adapter.errortable import TABLE
from adapter.events import schemas
from adapter.web import answers, guide, pages, view
from adapter.web.answers import Answer
from adapter.web.call import Answers, Call, Route

CSS: Final = "text/css; charset=utf-8"
_LETTERS: Final = {
    "E": "Events", "C": "Consent", "P": "Personal ids", "R": "Routing", "M": "Messages", "F": "FHIR", "S": "System",
}  # fmt: skip
_NAV: Final = " ".join(
    (
        "<nav>",
        pages.link("/docs", "Documents"),
        pages.link("/docs/guide", "FHIR guide"),
        pages.link("/docs/errors", "Errors"),
        pages.link("/schemas/events", "Event schemas"),
        pages.link("/openapi.json", "OpenAPI"),
        pages.link("/fhir/metadata", "CapabilityStatement"),
        "</nav>",
    )
)


def routes(all_routes: Callable[[], Iterable[tuple[str, Route]]]) -> tuple[Route, ...]:
    """Return the routes of the documents; `all_routes` gives (subject, route) of all there are."""

    @cache
    def page() -> str:
        return _index(all_routes())

    def docs(call: Call) -> Answer:  # noqa: ARG001 (every view takes the call)
        """Return the index."""
        return answers.html(page())

    return (
        _route("/", docs, "What there is", "text/html"),
        _route("/docs", docs, "What there is", "text/html"),
        _route("/docs/errors", errors, "Every error code", "text/html"),
        _route("/docs/style.css", style, "Style sheet of these pages", "text/css"),
        view.STYLE_ROUTE,
        *guide.ROUTES,
    )


def _route(path: str, view: Callable[..., Answer], summary: str, media: str) -> Route:
    return Route(
        method="GET", path=path, view=view, summary=summary, cached=True,
        answers=Answers(media=media, texts={200: summary}),
    )  # fmt: skip


def _index(found: Iterable[tuple[str, Route]]) -> str:
    rows = [
        (f"<code>{each.method}</code>", f"<code>{escape(each.path)}</code>", escape(each.summary))
        for _, each in found
    ]
    types = [
        (
            escape(each["number"]),
            pages.link(each["schema"], each["type"]),
            escape(each["title"]),
            escape(each["description"]),
            "yes" if each["posted"] else "no",
        )
        for each in schemas.index()
    ]
    return pages.frame(
        "ip-adapter",
        f"{_NAV}<h2>Paths</h2>{pages.table(('Method', 'Path', 'What'), rows)}"
        f"<h2>Events</h2>{pages.table(('Number', 'Type', 'Title', 'What', 'Posted'), types)}",
    )


def errors(call: Call) -> Answer:  # noqa: ARG001 (every view takes the call)
    """Return the page that `type` of a problem leads to."""
    return answers.html(_errors())


@cache
def _errors() -> str:
    parts = []
    for letter, name in _LETTERS.items():
        rows = [
            (
                f'<a id="{code}" href="#{code}"><code>{code}</code></a>',
                str(row.http),
                f'<span lang="nb">{escape(row.nb)}</span><br>{escape(row.en)}',
                f'<span lang="nb">{escape(row.fix_nb)}</span><br>{escape(row.fix_en)}',
                escape(row.issue),
                escape(row.apprec or ""),
            )
            for code, row in sorted(TABLE.items())
            if code.startswith(f"IPK-{letter}")
        ]
        heads = ("Code", "HTTP", "Meaning", "What to do", "OperationOutcome", "AppRec")
        parts.append(f"<h2>{name}</h2>{pages.table(heads, rows)}")
    return pages.frame("Errors", _NAV + "".join(parts))


def style(call: Call) -> Answer:  # noqa: ARG001 (every view takes the call)
    """Return the style sheet."""
    return answers.raw(pages.STYLE.encode(), media=CSS)
