"""Consent: what the patient has said yes to, to whom, and when. E13, E15; hpl §§ 25, 45, design/message-rules.md."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from adapter.events.fields import LIST_LIMIT, Day, Key, Label, Text
from adapter.events.parts import CaseEvent, Part

ConsentStatus = Literal["given", "limited", "refused", "not-asked", "withdrawn", "presumed", "not-required"]
Scope = Literal["coordinator", "plan-create", "plan-share", "other-sectors"]


class Consent(Part):
    """A consent as documented by the one who obtained it."""

    status: ConsentStatus = Field(description="given, limited and not-required (with a legal basis) open")
    scopes: tuple[Scope, ...] = Field((), max_length=LIST_LIMIT, description="What it covers")
    recipients: tuple[Key, ...] | None = Field(
        None,
        max_length=LIST_LIMIT,
        description="Who may get it: keys of the address book, coordinating-unit, gp; default coordinating-unit",
    )
    excluded: tuple[Key, ...] | None = Field(None, max_length=LIST_LIMIT, description="Who may not")
    given_by: Literal["patient", "guardian", "representative", "relative"] | None = Field(
        None, description="Who gave it; required where given or limited"
    )
    method: Literal["oral", "written", "digital"] | None = Field(
        None, description="How it was given; required where given or limited"
    )
    date: Day | None = Field(None, description="When; required where given, limited, refused or withdrawn")
    guardians: Literal["one", "both"] | None = Field(
        None, description="Where a guardian gave it: one with the responsibility alone, or both who share it"
    )
    capacity: Literal["full", "lacking"] | None = Field(
        None, description="Whether the patient has capacity to consent; lacking where somebody else does"
    )
    obtained_by: Label | None = Field(None, description="Who obtained it")
    valid_until: Day | None = Field(None, description="Last day it holds")
    note: Text | None = Field(None, description="Free text, never sent")


class ConsentGiven(CaseEvent):
    """E13 ip.consent.given: releases the needs it now covers. design/event-data.md."""

    consent: Consent = Field(description="The consent")


class ConsentWithdrawn(CaseEvent):
    """E15 ip.consent.withdrawn: access is closed at once, receivers get a notice. design/event-data.md."""

    scopes: tuple[Scope, ...] = Field(min_length=1, max_length=LIST_LIMIT, description="What is withdrawn")
    recipients: tuple[Key, ...] | None = Field(
        None, max_length=LIST_LIMIT, description="From whom; default everybody"
    )
    date: Day = Field(description="From which day")
