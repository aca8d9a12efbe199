"""The entries of a Bundle that is posted, as asked: what each says beside its resource. R4 bundle.html, http.html#transaction."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from adapter.errors import Fault, Faults, FhirError
from adapter.fhir import strict
from adapter.ingest.conditions import Conditions
from adapter.web import fhir_write

_CONDITIONS: Final = ("ifMatch", "ifNoneMatch")
_WORDS: Final = (*_CONDITIONS, "ifNoneExist", "ifModifiedSince")
"""Elements of a request that are text where they are there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry as asked."""

    number: int
    method: str
    url: str = field(repr=False)
    full_url: str = ""
    resource: Any = field(default=None, repr=False)
    request: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def at(self) -> str:
        """Where it stands."""
        return f"Bundle.entry[{self.number}]"

    @property
    def conditions(self) -> Conditions:
        """What its write rests on."""
        match, none = (str(self.request[n]) if n in self.request else None for n in _CONDITIONS)
        return Conditions(match=match, none_match=none)


def read(listed: Sequence[Any], base: str) -> tuple[Entry, ...]:
    """Return the entries. Raises Faults with every one that is none."""
    found, faults = [], []
    for number, one in enumerate(listed):
        request = one.get("request") if isinstance(one, dict) else None
        if not isinstance(request, dict) or not all(
            isinstance(request.get(n), str) for n in ("method", "url")
        ):
            faults.append(Fault(code="IPK-F009", path=f"Bundle.entry[{number}].request", hint="method, url"))
            continue
        odd = [f"request.{n}" for n in _WORDS if not _is_words(request, n)]
        odd += [] if _is_words(one, "fullUrl") else ["fullUrl"]
        if odd:
            faults += [Fault(code="IPK-F045", path=f"Bundle.entry[{number}].{name}") for name in odd]
            continue
        url = request["url"].removeprefix(f"{base}/fhir/").removeprefix("/")
        found.append(
            Entry(number=number, method=request["method"], url=url, full_url=one.get("fullUrl", ""),
                  resource=one.get("resource"), request=request)
        )  # fmt: skip
    if faults:
        raise Faults(tuple(faults))
    return tuple(found)


def _is_words(holder: Mapping[str, Any], name: str) -> bool:
    """Return whether an element is absent or text: a condition that is anything else would count for nothing."""
    return name not in holder or (isinstance(holder[name], str) and bool(holder[name].strip()))


def patch(said: Any, entry: Entry) -> tuple[Any, Callable[[Any, Any], Any]]:
    """Return the patch of a Binary, and how it is applied. R4 http.html#patch (in a Bundle it is a Binary)."""
    binary = said if isinstance(said, dict) and said.get("resourceType") == "Binary" else {}
    apply = fhir_write.PATCHES.get(str(binary.get("contentType", "")).partition(";")[0].strip())
    try:
        data = base64.b64decode(str(binary.get("data", "")), validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if apply is None or not data:
        raise FhirError("IPK-F042", at=f"{entry.at}.resource", hint=", ".join(fhir_write.PATCHES))
    return strict.read_any(data), apply
