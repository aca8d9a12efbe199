"""/docs/guide: the implementation guide to read, offline. The bodies are package data, made by `make ig` (decision 0076)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

import orjson

from adapter import data
from adapter.errors import EventError
from adapter.web import answers, pages
from adapter.web.answers import Answer
from adapter.web.call import Answers, Call, Route

_FOLDER: Final = "guide"
_START: Final = "index.html"
_MENU: Final = (
    ("/docs", "Documents"),
    ("/docs/guide", "Start here"),
    ("/docs/guide/nine-items.html", "The nine items"),
    ("/docs/guide/minimum-plan.html", "Minimum plan"),
    ("/docs/guide/plan-over-fhir.html", "A plan over FHIR"),
    ("/docs/guide/who-may-write.html", "Who may write"),
    ("/docs/guide/keeping-up.html", "Keeping up"),
    ("/docs/guide/access.html", "Access"),
    ("/docs/guide/errors.html", "Errors"),
    ("/docs/guide/definitions.html", "Definitions"),
)
_NAV: Final = f'<nav aria-label="Guide">{" ".join(pages.link(*each) for each in _MENU)}</nav>'


@cache
def titles() -> Mapping[str, str]:
    """Return name of page → title of every page of the guide."""
    found: dict[str, str] = orjson.loads(data.read(f"{_FOLDER}/index.json"))
    return found


def start(call: Call) -> Answer:  # noqa: ARG001 (every view takes the call)
    """Return the first page."""
    return answers.html(_page(_START))


def page(call: Call, page_: str) -> Answer:  # noqa: ARG001 (every view takes the call)
    """Return a page by its name. Raises EventError IPK-E020 where there is none."""
    if page_ not in titles():
        raise EventError("IPK-E020")
    return answers.html(_page(page_))


@cache
def _page(name: str) -> str:
    body = data.read(f"{_FOLDER}/{name}").decode()
    return pages.frame(titles()[name], body, nav=_NAV)


ROUTES: Final = tuple(
    Route(
        method="GET", path=path, view=view, summary=summary, cached=True,
        answers=Answers(media="text/html", texts={200: summary, **errors}),
    )
    for path, view, summary, errors in (
        ("/docs/guide", start, "The FHIR guide", {}),
        ("/docs/guide/", start, "The FHIR guide", {}),
        ("/docs/guide/{page_}", page, "A page of the FHIR guide", {404: "No such page"}),
    )
)  # fmt: skip
