"""Rows of IPK-F for what HTTP itself asks under /fhir: addresses, forms. R4 http.html#summary; RFC 9110 § 15.5."""

from __future__ import annotations

from typing import Final

from adapter.errortable.row import Row

# fmt: off
MANNERS: Final[dict[str, Row]] = {
    "IPK-F055": Row(400, "invalid", "Forespørselen kan ikke leses", "The request cannot be read",
        "Kontroller adresse og topplinjer", "Check address and headers"),
    "IPK-F056": Row(414, "too-long", "Adressen er for lang", "The address is too long",
        "Bruk POST [type]/_search", "Use POST [type]/_search"),
    "IPK-F058": Row(415, "not-supported", "Innholdet er komprimert, og det tas ikke imot",
        "The body is compressed, which is not taken", "Send det uten Content-Encoding", "Send it without Content-Encoding"),
    "IPK-F057": Row(415, "not-supported", "XML tas ikke imot, bare JSON; svar gis i begge",
        "XML is not taken in, only JSON; answers come in both", "Send application/fhir+json", "Send application/fhir+json"),
    "IPK-F084": Row(406, "not-supported", "FHIR-versjonen i fhirVersion støttes ikke; svar gis i R4 (4.0)",
        "The FHIR version of fhirVersion is not served; answers are R4 (4.0)", "Bruk fhirVersion=4.0", "Use fhirVersion=4.0"),
    "IPK-F085": Row(415, "not-supported", "Innholdet er i en FHIR-versjon som ikke tas imot; bare R4 (4.0)",
        "The body is of a FHIR version that is not taken; only R4 (4.0)", "Send fhirVersion=4.0", "Send fhirVersion=4.0"),
    "IPK-F090": Row(415, "not-supported", "Innholdet er i et tegnsett som ikke tas imot; bare UTF-8",
        "The body is in a character set that is not taken; only UTF-8", "Send UTF-8, med charset=utf-8 eller uten charset",
        "Send UTF-8, with charset=utf-8 or without a charset"),
}
"""How to ask."""
