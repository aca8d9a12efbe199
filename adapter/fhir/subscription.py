"""A Subscription as its subscriber asks for it, read strictly: topic, filters, channel. R4 subscription.html; HL7 subscriptions-backport 1.1.

What is not honoured is refused, with its place: a subscriber that is told nothing must know why before it waits.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal
from urllib.parse import parse_qsl, urlsplit

from adapter import idscan
from adapter.errors import Fault, Faults, FhirError
from adapter.fhir import search, urls
from adapter.fhir.topics import TOPICS, Topic, Trigger
from adapter.hosts import is_public

Content = Literal["empty", "id-only"]
Json = dict[str, Any]
Filters = Mapping[str, tuple[tuple[str, str], ...]]
"""Type → search parameters that a resource must match."""

MEDIA: Final = "application/fhir+json"
CONTENTS: Final[Mapping[str, Content]] = {"empty": "empty", "id-only": "id-only"}
"""Codes of backport-payload-content that are served: no health data in a hook."""
RANGES: Final[Mapping[str, tuple[str, int, int]]] = {
    "heartbeat-period": ("valueUnsignedInt", 60, 604_800),
    "timeout": ("valueUnsignedInt", 1, 60),
    "max-count": ("valuePositiveInt", 1, 1000),
}
"""Extension of the channel → its value, and the least and most that is honoured: seconds, seconds, events."""
MAX_COUNT: Final = 100
"""Events in a notification where the subscriber does not say."""
SECRET: Final = "whsec_"  # noqa: S105 (the mark before a secret, not one)
"""What a signing key begins with. Standard Webhooks 1.0, 'Signature scheme'."""
_SECRET_BYTES: Final = range(24, 65)
_HEADERS: Final = 20
_FILTERS: Final = 10
_LONGEST: Final = 2000
"""Characters of an endpoint, a filter or a header."""
_TLS_PORT: Final = 443
_FIRST_FREE_PORT: Final = 1024
_HEADER: Final = re.compile(
    r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?)"
)
_OURS: Final = re.compile(
    r"host|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|content-.*|webhook-.*|proxy-.*|user-agent"
)
"""Headers that are the sender's own."""
_HOST: Final = re.compile(
    r"[0-9a-f:.]*:[0-9a-f:.]*|(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.?"
)
"""An IPv6 address without zone, or a name of DNS in lower case. RFC 3986 § 3.2.2; RFC 1123 § 2.1."""
_LOCAL: Final = frozenset({"home", "internal", "lan", "local", "localdomain", "localhost", "svc"})
"""Last labels that no name on the internet has. RFC 6762, RFC 8375; ICANN, `.internal`."""
_TYPED: Final = re.compile(r"(?:([A-Za-z]+)?\?)?(.+)", re.DOTALL)
_FIRST: Final = frozenset({"requested", "active"})
"""Statuses that ask for notifications; `off` asks for none. `error` is only the server's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the installation allows. `private`: addresses that are not public; `plain`: http without TLS; `timeout`: seconds."""

    private: bool = False
    plain: bool = False
    timeout: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a subscriber asks for. `headers` and `secret` are None where they are not given; neither is ever shown."""

    topic: Topic
    filters: Filters
    endpoint: str = field(repr=False)
    content: Content
    headers: tuple[tuple[str, str], ...] | None = field(repr=False)
    secret: str | None = field(repr=False)
    off: bool
    end: datetime | None
    heartbeat: int | None
    timeout: int
    max_count: int
    shown: Json = field(repr=False)
    """The resource as it is stored and served, without id, meta and status."""


def read(resource: Mapping[str, Any], *, now: datetime, rules: Rules) -> Wanted:
    """Return what a Subscription that is sound R4 asks for. Raises Faults IPK-F065–F072, F079, IPK-P001, every one at once."""
    channel: Mapping[str, Any] = resource["channel"]
    faults = [
        *_elsewhere(resource),
        *_statuses(resource, now),
        *_channel(channel),
        *_payload(channel),
        *(
            Fault(code="IPK-F068", path=_ENDPOINT, hint=why)
            for why in endpoint(channel.get("endpoint"), rules)
        ),
        *_headers(channel),
        *_secrets(channel),
        *_numbers(channel),
    ]
    topic = TOPICS.get(resource["criteria"])
    filters: dict[str, tuple[tuple[str, str], ...]] = {}
    if topic is None:
        faults.append(Fault(code="IPK-F065", path="Subscription.criteria", hint=", ".join(TOPICS)))
    else:
        filters, more = _filters(topic, _values(resource.get("_criteria"), "filter-criteria", "valueString"))
        faults += more
    if faults or topic is None:
        raise Faults(tuple(faults))
    set_ = {name: _number(channel, name) for name in RANGES}
    return Wanted(
        topic=topic,
        filters=filters,
        endpoint=channel["endpoint"],
        content=CONTENTS[_content(channel)[0]],
        headers=tuple(map(_split, channel["header"])) if "header" in channel else None,
        secret=next(iter(_given(channel)), None),
        off=resource["status"] == "off",
        end=datetime.fromisoformat(resource["end"]) if "end" in resource else None,
        heartbeat=set_["heartbeat-period"],
        timeout=set_["timeout"] or rules.timeout,
        max_count=set_["max-count"] or MAX_COUNT,
        shown=shown(resource),
    )


def shown(resource: Mapping[str, Any]) -> Json:
    """Return a Subscription without what is secret (headers, signing key) and what is the server's (id, meta, status, error)."""
    kept = deepcopy({name: value for name, value in resource.items() if name not in _SERVERS})
    channel: Json = kept["channel"]
    channel.pop("header", None)
    channel.pop("_header", None)
    extensions = [one for one in channel.pop("extension", ()) if one.get("url") != urls.SUBSCRIPTION_SECRET]
    meta = {name: value for name, value in resource.get("meta", {}).items() if name in {"profile", "tag"}}
    found: Json = {"resourceType": "Subscription", **({"meta": meta} if meta else {}), **kept}
    found["channel"] = {**({"extension": extensions} if extensions else {}), **channel}
    return found


_SERVERS: Final = frozenset({"resourceType", "id", "meta", "status", "error", "_error", "_status"})
_ENDPOINT: Final = "Subscription.channel.endpoint"


def _elsewhere(resource: Mapping[str, Any]) -> Iterator[Fault]:
    """Refuse what a Subscription here does not hold, and a number that could be a person's: none of it is a hook's business."""
    for name in ("contained", "modifierExtension", "text"):
        if name in resource:
            yield Fault(code="IPK-F079", path=f"Subscription.{name}")
    for path, text in _texts(shown(resource), "Subscription"):
        if idscan.has_eleven_digits(text) or any(idscan.numbers(text)):
            yield Fault(code="IPK-P001", path=path)


def _texts(node: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, Mapping):
        for name, value in node.items():
            # The name of an element that R4 does not know was refused before.
            yield from _texts(value, f"{path}.{name}")
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from _texts(value, f"{path}[{number}]")
    elif isinstance(node, str):
        yield path, node


def _statuses(resource: Mapping[str, Any], now: datetime) -> Iterator[Fault]:
    if resource["status"] not in {*_FIRST, "off"}:
        yield Fault(code="IPK-F072", path="Subscription.status", hint="requested, active, off")
    end = resource.get("end")
    if end is not None and datetime.fromisoformat(end) <= now:
        yield Fault(code="IPK-F072", path="Subscription.end", hint="later than now")


def _channel(channel: Mapping[str, Any]) -> Iterator[Fault]:
    if channel.get("type") != "rest-hook" or channel.get("_type"):
        yield Fault(code="IPK-F066", path="Subscription.channel.type", hint="rest-hook")


def _payload(channel: Mapping[str, Any]) -> Iterator[Fault]:
    if channel.get("payload") != MEDIA:
        yield Fault(code="IPK-F067", path="Subscription.channel.payload", hint=MEDIA)
    contents = _content(channel)
    if len(contents) != 1 or contents[0] not in CONTENTS:
        yield Fault(
            code="IPK-F067",
            path="Subscription.channel.payload.extension('backport-payload-content')",
            hint="empty, id-only",
        )


def _content(channel: Mapping[str, Any]) -> list[Any]:
    return _values(channel.get("_payload"), "payload-content", "valueCode")


def endpoint(url: Any, rules: Rules) -> Iterator[str]:
    """Yield why an address may not be notified, in words of our own: form, scheme, port, an address that is not public.

    Where a name leads is asked when it is used (`pinned`), each time.
    """
    if (
        not isinstance(url, str)
        or not url.isascii()
        or not url.isprintable()
        or " " in url
        or len(url) > _LONGEST
    ):
        yield "an absolute https URL"
        return
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        yield "an absolute https URL"
        return
    host = parts.hostname or ""
    if not _HOST.fullmatch(host) or parts.scheme not in {"https", "http"}:
        yield "an absolute https URL"
        return
    if parts.scheme == "http" and not rules.plain:
        yield "https"
    if parts.username is not None or parts.password is not None or parts.fragment:
        yield "neither user nor fragment"
    if not rules.private:
        if not (port is None or port == _TLS_PORT or port >= _FIRST_FREE_PORT):
            yield "port 443 or 1024 and above"
        if _is_local(host):
            yield "a public address"


def _is_local(host: str) -> bool:
    """Return whether a host is an address that is not public, or a name that is this machine's own."""
    last = host.rstrip(".").rpartition(".")[2]
    if ":" in host or last.isdigit() or last.startswith("0x"):
        return not is_public(host)
    return last in _LOCAL


def _headers(channel: Mapping[str, Any]) -> Iterator[Fault]:
    given = channel.get("header", ())
    if len(given) > _HEADERS:
        yield Fault(code="IPK-F071", path="Subscription.channel.header", hint=f"{_HEADERS}")
    for number, one in enumerate(given):
        found = _HEADER.fullmatch(one)
        if found is None or len(one) > _LONGEST or _OURS.fullmatch(found[1].lower()):
            yield Fault(code="IPK-F071", path=f"Subscription.channel.header[{number}]")


def _split(header: str) -> tuple[str, str]:
    name, _, value = header.partition(":")
    return name, value.strip()


def _secrets(channel: Mapping[str, Any]) -> Iterator[Fault]:
    given = _given(channel)
    if len(given) > 1 or any(key(one) is None for one in given):
        yield Fault(
            code="IPK-F071",
            path="Subscription.channel.extension('subscription-secret')",
            hint=f"{SECRET} + base64, {_SECRET_BYTES.start}-{_SECRET_BYTES.stop - 1} bytes",
        )


def _given(channel: Mapping[str, Any]) -> list[Any]:
    extensions = channel.get("extension", ())
    return [one.get("valueString") for one in extensions if one.get("url") == urls.SUBSCRIPTION_SECRET]


def key(secret: Any) -> bytes | None:
    """Return the bytes of a signing key, None where it is none of the right length. Standard Webhooks 1.0."""
    if not isinstance(secret, str) or not secret.startswith(SECRET):
        return None
    try:
        found = b64decode(secret.removeprefix(SECRET), validate=True)
    except (binascii.Error, ValueError):
        return None
    return found if len(found) in _SECRET_BYTES else None


def _numbers(channel: Mapping[str, Any]) -> Iterator[Fault]:
    for name, (_, least, most) in RANGES.items():
        found = _all(channel, name)
        if len(found) > 1 or not all(type(one) is int and least <= one <= most for one in found):
            path = f"Subscription.channel.extension('backport-{name}')"
            yield Fault(code="IPK-F070", path=path, hint=f"{least}-{most}")


def _number(channel: Mapping[str, Any], name: str) -> int | None:
    return next(iter(_all(channel, name)), None)


def _all(channel: Mapping[str, Any], name: str) -> list[Any]:
    return _values(channel, name, RANGES[name][0])


def _values(element: Any, name: str, value: str) -> list[Any]:
    """Return the values of a backport extension of an element; None where one has another kind of value."""
    extensions = element.get("extension", ()) if isinstance(element, Mapping) else ()
    return [one.get(value) for one in extensions if one.get("url") == f"{urls.BACKPORT}/backport-{name}"]


# ── filters ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _filters(topic: Topic, given: list[Any]) -> tuple[dict[str, tuple[tuple[str, str], ...]], list[Fault]]:
    """Return the parameters by type that all filters together ask for (they must all hold), and what is wrong with them."""
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    faults = []
    for number, text in enumerate(given):
        path = f"Subscription.criteria.extension('backport-filter-criteria')[{number}]"
        triggers, params = _filter(topic, text) if number < _FILTERS else ((), ())
        if not triggers or not params:
            faults.append(Fault(code="IPK-F069", path=path, hint=_allowed(topic)))
        for trigger in triggers:
            faults += [Fault(code="IPK-F069", path=path, hint=_allowed(topic))] * (
                not _sound(trigger, params)
            )
            found[trigger.type] = (*found.get(trigger.type, ()), *params)
    return found, list(dict.fromkeys(faults))


def _filter(topic: Topic, text: Any) -> tuple[tuple[Trigger, ...], tuple[tuple[str, str], ...]]:
    """Return the triggers a filter narrows (the one it names, else all of its topic) and its parameters; neither where it is none."""
    typed = _TYPED.fullmatch(text) if isinstance(text, str) and len(text) <= _LONGEST else None
    if typed is None:
        return (), ()
    named = topic.trigger(typed[1]) if typed[1] else None
    triggers = (named,) if named is not None else () if typed[1] else topic.triggers
    return triggers, tuple(parse_qsl(typed[2], keep_blank_values=True))


def _sound(trigger: Trigger, params: tuple[tuple[str, str], ...]) -> bool:
    """Return whether a type is searched by these parameters, and by those its topic allows alone."""
    if any(
        name.partition(":")[0] not in trigger.filters or "." in name or not value for name, value in params
    ):
        return False
    try:
        search.parse(trigger.type, params, post=False, strict=True)
    except FhirError:
        return False
    return True


def _allowed(topic: Topic) -> str:
    return "; ".join(f"{each.type}: {', '.join(each.filters)}" for each in topic.triggers)
