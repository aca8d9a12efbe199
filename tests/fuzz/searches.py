"""Search strings from a grammar over the CapabilityStatement: its parameters, modifiers, prefixes, chains, and junk. R4 search.html."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final
from urllib.parse import quote, urlencode

from tests.fuzz import values
from tests.fuzz.sending import Sent

_MODIFIERS: Final = (
    ":not", ":exact", ":contains", ":missing", ":identifier", ":Patient", ":text", ":above", ":below", ":in", ":not-in",
    ":of-type", ":iterate", ":", "::", ":not:not", ":junk", ":Foo",
)  # fmt: skip
_RESULTS: Final[Mapping[str, tuple[str, ...]]] = {
    "_count": ("0", "1", "2", "1000", "-1", "1.5", "٣", "99999999999999999999"),
    "_sort": ("_id", "-_lastUpdated", "status", "-date", "date,-status", "-", ",", "nothing"),
    "_total": ("none", "estimate", "accurate", "all"),
    "_summary": ("true", "text", "data", "count", "false", "yes"),
    "_elements": ("id", "status,subject", "CarePlan.status", "nothing", "meta.versionId"),
    "_contained": ("true", "false", "both"),
    "_format": ("json", "application/fhir+json", "xml", "ttl", "html"),
    "_pretty": ("true", "false", "x"),
    "_totalMethod": ("count",),
    "_type": ("CarePlan", "CarePlan,Foo"),
    "_filter": ("status eq active",),
    "_list": ("1",),
    "_query": ("x",),
    "_text": ("plan",),
    "_content": ("plan",),
    "_since": ("2026-03-04T00:00:00Z", "yesterday"),
    "_at": ("2026",),
}
_ACCEPT: Final = (
    "application/fhir+json",
    "application/json",
    "*/*",
    "application/fhir+xml",
    "text/html",
    "x",
    "",
)
_PREFER: Final = ("", "handling=strict", "handling=lenient", "return=minimal", "handling=x; y=z")


class Grammar:
    """What a CapabilityStatement says can be asked, and what a store is known to hold."""

    def __init__(self, statement: Mapping[str, Any], known: Mapping[str, tuple[str, ...]]) -> None:
        rest = statement["rest"][0]
        self._common = [(row["name"], row["type"]) for row in rest["searchParam"]]
        self._types = {row["type"]: row for row in rest["resource"]}
        self._known = known

    def sent(self, dice: Random) -> Sent:
        """Return a search by GET or by a form."""
        type_ = (
            dice.choice(sorted(self._types))
            if dice.random() < 0.97
            else dice.choice(("Foo", "careplan", "_"))
        )
        pairs = [self._pair(dice, type_) for _ in range(dice.choice((0, 1, 1, 1, 2, 2, 3, 5)))]
        if pairs and dice.random() < 0.1:
            pairs.append(dice.choice(pairs))
        headers = {"Accept": dice.choice(_ACCEPT), "Prefer": dice.choice(_PREFER)}
        query = urlencode(pairs, safe=dice.choice(("", ":,|/$", "%")), errors="replace")
        if dice.random() < 0.3:
            form = {**headers, "Content-Type": "application/x-www-form-urlencoded"}
            return Sent(method="POST", path=f"/fhir/{type_}/_search", headers=form, body=query.encode())
        return Sent(
            method=dice.choice(("GET", "GET", "GET", "HEAD")), path=f"/fhir/{type_}?{query}", headers=headers
        )

    def _pair(self, dice: Random, type_: str) -> tuple[str, str]:
        row = self._types.get(type_, {})
        params = [(p["name"], p["type"]) for p in row.get("searchParam", ())] + self._common
        match dice.choice("ppppppphrrricj"):
            case "p":
                name, kind = dice.choice(params)
                modifier = dice.choice(_MODIFIERS) if dice.random() < 0.3 else ""
                return name + modifier, self._alternatives(dice, kind)
            case "c":
                other = dice.choice(sorted(self._types))
                first, last = (dice.choice(params)[0] for _ in range(2))
                return f"{first}:{other}.{last}", self._alternatives(dice, "token")
            case "h":
                other = dice.choice(sorted(self._types))
                first, last = (dice.choice(params)[0] for _ in range(2))
                return f"_has:{other}:{first}:{last}", self._alternatives(dice, "token")
            case "i":
                name = dice.choice(("_include", "_revinclude", "_include:iterate", "_revinclude:junk"))
                offered = [*row.get("searchInclude", ()), *row.get("searchRevInclude", ()), "*", "a:b:c", ":"]
                return name, dice.choice([*offered, values.text(dice)])
            case "r":
                name = dice.choice(sorted(_RESULTS))
                return name, values.text(dice) if dice.random() < 0.2 else dice.choice(_RESULTS[name])
            case _:
                return dice.choice(
                    ("junk", "_cursor", "_offset", "a.b", "", "ø", "_junk", "x" * 300)
                ), values.text(dice)

    def _alternatives(self, dice: Random, kind: str) -> str:
        one = _KINDS.get(kind, _string)
        return ",".join(one(dice, self._known) for _ in range(dice.choice((1, 1, 1, 2, 3))))


Known = Mapping[str, tuple[str, ...]]


def _token(dice: Random, known: Known) -> str:
    code = dice.choice((*known["token"], values.text(dice)))
    return dice.choice(("", "|", f"{values.text(dice)}|", "urn:oid:2.16.578.1.12.4.1.1.9034|")) + code


def _reference(dice: Random, known: Known) -> str:
    return dice.choice((*known["reference"], *known["id"], values.text(dice)))


def _string(dice: Random, _known: Known) -> str:
    return values.text(dice)


_KINDS: Final[Mapping[str, Callable[[Random, Known], str]]] = {
    "token": _token,
    "reference": _reference,
    "date": lambda dice, _known: values.date(dice),
}


def path(name: str) -> str:
    """Return a name as one segment of a path."""
    return quote(name, safe="", errors="replace")
