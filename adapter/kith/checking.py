"""What a validator would say of a document, and what a receipt must say. HIS 80415, HIS 80601, and each profile."""

from __future__ import annotations

from dataclasses import replace

from adapter import xmlsafe
from adapter.errors import Fault, MessageError
from adapter.errortable import TABLE
from adapter.kith import attachments, reading, rules, schemas, tolerance
from adapter.kith.reading import Read
from adapter.kith.rule import located
from adapter.kith.tree import namespace


def check(data: bytes, *, limits: xmlsafe.Limits = xmlsafe.DEFAULT) -> tuple[Fault, ...]:
    """Return every fault of a document: parsing, our schema as it stands, the named rules, attachments, encoding. Empty when clean."""
    try:
        read = reading.read(data, limits=limits)
    except MessageError as error:
        return _unread(data, error, limits)
    # Judged as it stands: `read` has put right what a reader tolerates.
    strict = schemas.faults(xmlsafe.parse(data, limits=limits), _scope(read))
    told = (
        *attachments.faults(read.root, limit=limits.attachment),
        *attachments.oversize(data),
        *tolerance.faults(data),
    )
    return (*strict, *broken(read), *told)


def _scope(read: Read) -> schemas.Scope:
    """Return what is judged: the payload too where it has a schema, though its type has not."""
    payload = reading.payload_of(read.root)
    judged = payload is not None and schemas.judges(namespace(payload))
    return "whole" if judged else read.scope


def broken(read: Read) -> tuple[Fault, ...]:
    """Return the faults by the named rules, those of all messages first, then those of its type."""
    return tuple(fault for rule in rules.of(read.type) for fault in rule.faults(read))


def receipt_faults(read: Read) -> tuple[str, ...]:
    """Return the codes of 8221 with which a message is refused, none when it is taken.

    What must be refused (E10, E36) always; of what may be, the type or version not supported (T10) and, for a type
    that is, the schema (T02). Never for the values of codes or for content. Nothing for a receipt.
    """
    if read.kind == "apprec":
        return ()
    must = (rule for rule in rules.of(read.type) if rule.severity == "must")
    found = [TABLE[fault.code].apprec for rule in must for fault in rule.faults(read)]
    if not read.supported:
        found.append("T10")
    elif read.faults:
        found.append("T02")
    return tuple(dict.fromkeys(code for code in found if code))


def _unread(data: bytes, error: MessageError, limits: xmlsafe.Limits) -> tuple[Fault, ...]:
    """Return the fault that stopped the reading, after those of the schema where the document is well formed."""
    line = int(error.at[5:]) if error.at.startswith("line ") else None
    stop = Fault(
        code=error.code, path=error.at if line is None else "/", line=line, rule="readable", hint=error.hint
    )
    try:
        root = xmlsafe.parse(data, limits=limits)
    except MessageError:
        return (stop,)
    at, line = located(root, error.at) if error.at.startswith("/MsgHead/") else (stop.path, line)
    return (*schemas.faults(root), replace(stop, path=at, line=line))
