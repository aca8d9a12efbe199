"""docs/errors.md, made from the table of errors: `python -m tools.errors > docs/errors.md`. RFC 9457; contract.md."""

from __future__ import annotations

from typing import Final

from adapter.errortable import TABLE, Row

SUBJECTS: Final = {
    "E": "The event, and the API as a whole",
    "C": "Consent",
    "P": "Identifiers",
    "R": "Addresses and access",
    "M": "Messages and receipts",
    "F": "The FHIR API",
    "S": "The system",
}
"""Letter of a code → what it is about, in the order of the document."""

HEAD: Final = """\
# Errors

Every fault has a stable code, a place (`path`) and a cure; no value that was sent is ever repeated. Made from
`adapter/errortable/` by `python -m tools.errors`; a test compares the two. A running server shows the same at
`/docs/errors`.

The code stands in `errors[].code` and `type` of a problem (RFC 9457), in `issue.details` of an OperationOutcome, in
`warnings[].code` of an answer to an event, in `<name>.error.json` beside a document that could not be read, and after
each fault that `ip-adapter check` tells. *HTTP* is the status when the code comes first, *issue* the code of
OperationOutcome.issue, *receipt* the code of list 8221 that our AppRec gives, *exit* that of the command line. *Retry*
means that the same request may succeed later. A code in a warning stops nothing.
"""

COLUMNS: Final = (
    "| code | says | cure | bokmål | HTTP | issue | receipt | exit | retry |\n"
    "|---|---|---|---|---|---|---|---|---|\n"
)


def markdown() -> str:
    """Return docs/errors.md: every code and what it means on every wire."""
    return HEAD + "".join(_subject(letter, title) for letter, title in SUBJECTS.items())


def _subject(letter: str, title: str) -> str:
    rows = "".join(_row(code, row) for code, row in TABLE.items() if code[4] == letter)
    return f"\n## {title}\n\n{COLUMNS}{rows}"


def _row(code: str, row: Row) -> str:
    cells = (
        f'<a id="{code}"></a>`{code}`', row.en, row.fix_en, row.nb, row.http, row.issue, row.apprec or "",
        row.exit, "yes" if row.retry else "",
    )  # fmt: skip
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |\n"


if __name__ == "__main__":
    print(markdown(), end="")
