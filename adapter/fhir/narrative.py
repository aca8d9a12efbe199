"""The XHTML of a Narrative: plain formatting only, and something to read. R4 narrative.html, txt-1 and txt-2.

fhir.resources takes any text for it, scripts too.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

from adapter import xmlsafe
from adapter.errors import AdapterError

_XHTML: Final = "{http://www.w3.org/1999/xhtml}"
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_PLAIN: Final = (
    "a abbr acronym address b bdo big blockquote br caption cite code col colgroup dd dfn div dl dt em h1 h2 h3 h4 h5 h6 "
    "hr i img kbd li ol p pre q samp small span strong sub sup table tbody td tfoot th thead tr tt ul var"
)
_TAGS: Final = frozenset(_PLAIN.split())
"""HTML 4.0 chapters 7–11 (without 9.4) and 15, `a` and `img`."""
_QUIET: Final = (
    "abbr align alt axis border cellpadding cellspacing char charoff cite class colspan dir frame headers height href id "
    "lang longdesc name nowrap rowspan rules scope span src start style summary title type valign value width"
)
_ATTRIBUTES: Final = frozenset({*_QUIET.split(), _LANG})
_LINKS: Final = frozenset({"href", "src", "cite", "longdesc"})
_SAFE_LINK: Final = re.compile(
    r"\s*(#|https?:|mailto:|tel:|data:image/(?:png|jpeg|gif)[;,]|[^:]*$|[^:/?#]*[/?#])", re.IGNORECASE
)
_RUNS: Final = re.compile(r"expression\s*\(|url\s*\(|@import|behavior\s*:|-moz-binding", re.IGNORECASE)
_SHOWN: Final = frozenset({f"{_XHTML}img"})


@lru_cache(maxsize=256)
def broken(div: str) -> str:
    """Return the key of the invariant that a div breaks, empty where it breaks none."""
    try:
        root = xmlsafe.parse(div.encode())
    except (AdapterError, UnicodeEncodeError):
        return "txt-1"
    if root.tag != f"{_XHTML}div" or not all(map(_plain, root.iter())):
        return "txt-1"
    told = any(text.strip() for text in root.itertext())
    return "" if told or any(one.tag in _SHOWN for one in root.iter()) else "txt-2"


def _plain(node: Any) -> bool:
    if not isinstance(
        node.tag, str
    ):  # a comment; instructions run nothing in a div either, yet are none of HTML
        return not hasattr(node, "target")
    if not node.tag.startswith(_XHTML) or node.tag.removeprefix(_XHTML) not in _TAGS:
        return False
    return all(_harmless(str(name), str(value)) for name, value in node.attrib.items())


def _harmless(name: str, value: str) -> bool:
    if name not in _ATTRIBUTES:
        return False
    if name in _LINKS:
        return _SAFE_LINK.match(value) is not None
    return name != "style" or _RUNS.search(value) is None
