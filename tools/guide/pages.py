"""The guide as HTML: the narrative of `ig/input/pagecontent` and a page per definition, as bodies that /docs/guide frames.

Links between pages are written as the FHIR publisher writes them (`nine-items.html`) and lead to /docs/guide here. What is
emphasised in the narrative is Norwegian, so it is marked as such.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from adapter.fhir import definitions
from tools.guide import tables
from tools.guide.place import PAGES, SOURCES, NotBuilt

CONTENT: Final = SOURCES / "input" / "pagecontent"
INDEX: Final = "index.json"
ORDER: Final = (
    "index", "nine-items", "minimum-plan", "plan-over-fhir", "who-may-write", "keeping-up", "access", "errors"
)  # fmt: skip
"""The narrative, in the order of the menu."""
BASE: Final = "/docs/guide/"
_HEADING: Final = re.compile(r"\A# (.+)\n")
_LOCAL: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]*\.html(#[a-z0-9-]+)?")


def pages() -> dict[str, str]:
    """Return name of file → text: a body per page, and the index of titles. Raises NotBuilt for a link to no page."""
    found = {f"{name}.html": narrative(CONTENT / f"{name}.md") for name in ORDER}
    found["definitions.html"] = ("Definitions", tables.overview())
    for row in definitions.every():
        if row.file:
            found[tables.page(row)] = (row.title, tables.definition(definitions.content(row)))
    for name, (_, body) in found.items():
        for target in re.findall(rf'href="{BASE}([^"#]*)', body):
            if target not in found:
                raise NotBuilt(f"{name} links to {target}, which is no page")
    titles = json.dumps({name: title for name, (title, _) in found.items()}, ensure_ascii=False, indent=1)
    return {**{name: body + "\n" for name, (_, body) in found.items()}, INDEX: titles + "\n"}


def narrative(path: Path) -> tuple[str, str]:
    """Return title and body of a page of the narrative."""
    text = path.read_text(encoding="utf-8")
    heading = _HEADING.match(text)
    if heading is None:
        raise NotBuilt(f"{path.name} begins without a heading")
    return heading[1], _markdown().render(text[heading.end() :]).strip()


def _markdown() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False}).enable("table")
    made.core.ruler.push("guide", lambda state: _marked(state.tokens))
    return made


def _marked(tokens: list[Token]) -> None:
    """Mark heads of tables, Norwegian words, and links within the guide."""
    for token in tokens:
        if token.type == "th_open":
            token.attrSet("scope", "col")
        elif token.type == "em_open":
            token.attrSet("lang", "nb")
        elif token.type == "link_open":
            target = str(token.attrGet("href"))
            token.attrSet("href", BASE + target if _LOCAL.fullmatch(target) else target)
        elif token.type == "fence":
            token.info = token.info.partition(" ")[0]
        if token.children:
            _marked(token.children)


def snippets() -> list[tuple[str, str, Mapping[str, Any]]]:
    """Return (page, type, elements) of every piece of an example that the narrative shows."""
    return [(name, said, shown) for name, said, shown in _shown() if said.isalpha()]


def requests() -> list[tuple[str, str, Any]]:
    """Return (method, path, body) of every request that the narrative shows, in order."""
    return [(*said.split(" ", 1), shown) for _, said, shown in _shown() if " " in said]


def _shown() -> Iterator[tuple[str, str, Any]]:
    """Yield (page, what stands behind the language, JSON) of the blocks that say what they are."""
    for name in ORDER:
        for token in MarkdownIt().parse((CONTENT / f"{name}.md").read_text(encoding="utf-8")):
            language, _, said = token.info.partition(" ")
            if token.type == "fence" and language == "json" and said:
                yield name, said, json.loads(token.content)


def write(folder: Path = PAGES) -> None:
    """Write the pages, and remove those that are no more."""
    found = pages()
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.html"):
        if old.name not in found:
            old.unlink()
    for name, text in found.items():
        (folder / name).write_text(text, encoding="utf-8")
