"""What a write rests on beside its body: If-Match, If-Unmodified-Since, If-None-Match, in that order. RFC 9110 § 13.1, § 13.2.2."""

from __future__ import annotations

from typing import Final, NamedTuple

from adapter.errors import FhirError

_ANY: Final = "*"
_SECOND: Final = 1_000_000


class Conditions(NamedTuple):
    """The conditions of one write, as they were said; None: not said."""

    match: str | None = None
    """If-Match."""
    none_match: str | None = None
    """If-None-Match."""
    unmodified_since: float | None = None
    """If-Unmodified-Since, in seconds since 1970; a date that cannot be read is none (§ 13.1.4)."""


NONE: Final = Conditions()


def rests_on(said: Conditions, *versions: int) -> bool:
    """Return whether If-Match names one of these versions, or is not said."""
    return said.match is None or _names(said.match, *versions)


def require(said: Conditions, version: int, updated: int) -> None:
    """Raise IPK-F032 or F086 where what is there in this version (microseconds of its change) is not what the write rests on."""
    if not rests_on(said, version):
        raise FhirError("IPK-F032")
    since = said.unmodified_since
    if said.match is None and since is not None and updated // _SECOND > since:
        raise FhirError("IPK-F086", at="If-Unmodified-Since")
    unmet(said, version)


def unmet(said: Conditions, version: int) -> None:
    """Raise IPK-F086 where If-None-Match names the version that is there, as `*` names any."""
    if said.none_match is not None and _names(said.none_match, version):
        raise FhirError("IPK-F086", at="If-None-Match")


def absent(said: Conditions, *versions: int) -> None:
    """Raise IPK-F032 where If-Match names something that is not there; `versions`: those that it had last."""
    if said.match is not None and not (versions and rests_on(said, *versions)):
        raise FhirError("IPK-F032")


def _names(tags: str, *versions: int) -> bool:
    named = {one.strip().removeprefix("W/").strip('"') for one in tags.split(",")}
    return bool(named & {_ANY, *map(str, versions)})
