"""Whether the patient has been asked anew about what a consent that ran out was of, and has answered. E13, E15, E16; domain § 1.4, ADR 168."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from adapter.fhir import consents
from adapter.mappings import grants, noes, views
from adapter.model import Case, Resource
from adapter.rules.consent import YES

_OPENS = frozenset({*YES, "not-required"})


def renewed(case: Case, over: Collection[Resource]) -> bool:
    """Return whether a later word, yes or no, speaks of every scope of these Consents: one that lasts longer, told after them."""
    if not over:
        return False
    ids = {one["id"] for one in over}
    since = max(noes.told(one) for one in over)
    until = min(_until(one, case) for one in over)
    spoken = {s for no in noes.listed(case) if no.told > since for s in no.scopes}
    found = False
    for one in views.consents(case):
        if one["id"] in ids or one["status"] != "active" or noes.told(one) <= since:
            continue
        grant = grants.standing(one, case)
        lasts = grant.valid_until is None or grant.valid_until > until
        if grant.status in _OPENS and lasts and (grant.scopes or grant.status == "not-required"):
            spoken |= grant.scopes
            found = True
    scopes = {s for one in over for s in consents.statement(one)["scopes"]}
    return scopes <= spoken if scopes else found


def _until(resource: Resource, case: Case) -> date:
    """Return the last day of what ran out: a guardian's need not say one."""
    said = consents.statement(resource)["valid_until"]
    return date.fromisoformat(said[:10]) if said else case.today
