"""A page per definition: what a profile demands element by element, what a code means, where a parameter looks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any, Final

from adapter.fhir import definitions, urls
from adapter.fhir.definitions import Definition
from tools.guide.place import EXAMPLES

Json = Mapping[str, Any]

BASE: Final = "/docs/guide/"
_KINDS: Final[Mapping[str, str]] = {
    "profile": "Profiles",
    "extension": "Extensions",
    "CodeSystem": "Code systems",
    "ValueSet": "Value sets",
    "NamingSystem": "Identifier systems",
    "SearchParameter": "Search parameters",
    "CapabilityStatement": "Requirements",
    "ImplementationGuide": "The guide itself",
}
_CORE: Final = "http://hl7.org/fhir/StructureDefinition/"


def page(row: Definition) -> str:
    """Return the name of the page of a definition."""
    return f"{row.type}-{row.id.replace('.', '-')}.html"


def overview() -> str:
    """Return the body of the page that lists all definitions."""
    kinds = {key: [row for row in definitions.every() if _kind(row) == key] for key in _KINDS}
    return "\n".join(
        f"<h2>{title}</h2>\n" + _table(("Name", "Canonical"), (_listed(row) for row in kinds[key]))
        for key, title in _KINDS.items()
    )


def _kind(row: Definition) -> str:
    if row.type != "StructureDefinition":
        return row.type
    return "profile" if row.profile else "extension"


def _listed(row: Definition) -> tuple[str, str]:
    target = f"{BASE}{page(row)}" if row.file else "/docs/errors"
    return f'<a href="{target}">{escape(row.title)}</a>', _code(row.url)


def definition(content: Json) -> str:
    """Return the body of the page of a definition."""
    about = content.get("description", "")
    where = f"/fhir/{content['resourceType']}/{content['id']}"
    link = f'<a href="{where}"><code>{where}</code></a>'
    head = [
        f"<p>{_words(about)}</p>" if about else "",
        f"<p>Canonical: {_code(_canonical(content))}. As FHIR: {link}.</p>",
    ]
    return "\n".join(part for part in (*head, *_BODIES[content["resourceType"]](content)) if part)


def _canonical(content: Json) -> str:
    uris = (one["value"] for one in content.get("uniqueId", ()) if one["type"] == "uri")
    return str(content.get("url") or next(uris))


# ── profiles and extensions ──


def _structure(content: Json) -> Iterator[str]:
    yield f"<p>Based on {_target(content['baseDefinition'])}.</p>"
    told = {one["id"] for one in content["differential"]["element"]}
    rows = [_element(one) for one in content["snapshot"]["element"] if one["id"] in told and "." in one["id"]]
    yield "<h2>Elements</h2>"
    yield _table(("Element", "How many", "Type", "Codes or value", "What it is for"), rows)
    rules = [
        (_code(one["key"]), _words(one["human"]), _code(one["expression"]))
        for element in content["snapshot"]["element"]
        for one in element.get("constraint", ())
        if one["key"].startswith("ip-") and one.get("source", content["url"]) == content["url"]
    ]
    if rules:
        yield "<h2>Rules</h2>" + _table(("Key", "Rule", "FHIRPath"), rules)
    yield from _example(content["url"])


def _element(element: Json) -> Sequence[str]:
    name = element["id"].partition(".")[2]
    return (
        _code(name),
        _count(element),
        "<br>".join(_type(one) for one in element.get("type", ())),
        _value(element),
        _words(element.get("short", "")),
    )


def _count(element: Json) -> str:
    if element["max"] == "0":
        return "none"
    always = ", always served" if element.get("mustSupport") and not element["min"] else ""
    return f"{element['min']}..{element['max']}{always}"


def _type(one: Json) -> str:
    code = str(one["code"]).rpartition("/")[2]
    targets = [*one.get("targetProfile", ()), *one.get("profile", ())]
    listed = ", ".join(_target(url) for url in targets)
    return f"{escape(code)} ({listed})" if listed else escape(code)


def _target(url: str) -> str:
    url = url.partition("|")[0]
    row = next((row for row in definitions.every() if row.url == url), None)
    if row is not None:
        return f'<a href="{BASE}{page(row)}">{escape(row.id)}</a>'
    return escape(url.removeprefix(_CORE)) if url.startswith(_CORE) else escape(url.rpartition("/")[2])


def _value(element: Json) -> str:
    binding = element.get("binding", {})
    said = []
    if binding.get("valueSet"):
        said.append(f"{_target(binding['valueSet'])} ({escape(binding['strength'])})")
    said += [_fixed(value) for key, value in element.items() if key.startswith(("pattern", "fixed"))]
    return "<br>".join(said)


def _fixed(value: Any) -> str:
    codings = value.get("coding", ()) if isinstance(value, Mapping) else ()
    if codings:
        return "<br>".join(_code(f"{one['system']}|{one['code']}") for one in codings)
    return _code(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _example(url: str) -> Iterator[str]:
    """Yield the first example that claims a profile."""
    for path in sorted(EXAMPLES.glob("*.json")):
        text = path.read_text(encoding="utf-8")
        if url in json.loads(text).get("meta", {}).get("profile", ()):
            yield f"<h2>Example</h2>\n<pre><code>{escape(text)}</code></pre>"
            return


# ── codes ──


def _system(content: Json) -> Iterator[str]:
    rows = [
        (
            _code(one["code"]),
            f'<span lang="nb">{escape(one["display"])}</span>',
            escape(one.get("definition", "")),
        )
        for one in content["concept"]
    ]
    yield "<h2>Codes</h2>" + _table(("Code", "Shown as", "Meaning"), rows)


def _set(content: Json) -> Iterator[str]:
    rows = []
    for one in content["compose"]["include"]:
        named = [one["system"]] if "system" in one else one["valueSet"]
        codes = [f"{_code(c['code'])} {escape(c.get('display', ''))}" for c in one.get("concept", ())]
        rows.append(("<br>".join(_target_or_code(url) for url in named), "<br>".join(codes) or "all"))
    yield "<h2>Codes</h2>" + _table(("From", "Which"), rows)


def _target_or_code(url: str) -> str:
    return _target(url) if url.startswith(urls.BASE) else _code(url)


# ── the rest ──


def _parameter(content: Json) -> Iterator[str]:
    rows = [
        ("Types", ", ".join(content["base"])), ("Code", _code(content["code"])), ("Kind", content["type"]),
        ("Looks at", _code(content["expression"])),
    ]  # fmt: skip
    yield _table(("What", "Value"), rows)


def _capability(content: Json) -> Iterator[str]:
    rows = [
        (
            escape(one["type"]),
            "<br>".join(_target(url) for url in one.get("supportedProfile", ())),
            ", ".join(each["code"] for each in one["interaction"]),
            ", ".join(_code(each["name"]) for each in one.get("searchParam", ())),
        )
        for one in content["rest"][0]["resource"]
    ]
    yield _table(("Type", "Profiles", "Interactions", "Search parameters"), rows)
    yield f"<p>{_words(content['rest'][0]['documentation'])}</p>"


def _nothing(content: Json) -> Iterator[str]:  # noqa: ARG001 (one shape for all)
    return iter(())


_BODIES: Final[Mapping[str, Callable[[Json], Iterator[str]]]] = {
    "StructureDefinition": _structure,
    "CodeSystem": _system,
    "ValueSet": _set,
    "SearchParameter": _parameter,
    "CapabilityStatement": _capability,
    "NamingSystem": _nothing,
    "ImplementationGuide": _nothing,
}
"""Type → what its page tells beside description and canonical."""


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in heads)
    lines = ("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n" + "\n".join(lines) + "\n</tbody></table>"


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"


def _words(text: str) -> str:
    """Return a sentence with what stands between backticks as code."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if n % 2 else part for n, part in enumerate(parts))
