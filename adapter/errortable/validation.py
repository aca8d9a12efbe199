"""Rows of IPK-F045 to F054: what is wrong with a resource, and with a call of $validate. R4 value set issue-type."""

from __future__ import annotations

from typing import Final

from adapter.errortable.row import Row

# fmt: off
VALIDATION: Final[dict[str, Row]] = {
    "IPK-F045": Row(422, "structure", "Ressursen er ikke bygget som R4", "The resource is not built as R4 says",
        "Rett stedet som er nevnt; se typens sider i R4", "Correct the place named; see the type's pages in R4"),
    "IPK-F046": Row(422, "required", "Et påkrevd element mangler", "A required element is missing",
        "Ta det med, eller en utvidelse som sier hvorfor det mangler", "Give it, or an extension that says why it is absent"),
    "IPK-F047": Row(422, "value", "Verdien har ikke typens form", "The value does not have the form of its type",
        "Se R4 datatypes", "See R4 datatypes"),
    "IPK-F048": Row(422, "value", "Referansen peker på en type som ikke er tillatt her",
        "The reference names a type that is not allowed here", "Pek på en av typene R4 tillater på stedet",
        "Refer to one of the types that R4 allows there"),
    "IPK-F049": Row(422, "invariant", "Ressursen bryter profilen", "The resource breaks its profile",
        "Se profilen i implementasjonsguiden", "See the profile in the implementation guide"),
    "IPK-F050": Row(404, "not-found", "Profilen finnes ikke her", "The profile is not known here",
        "Se supportedProfile i /fhir/metadata", "See supportedProfile in /fhir/metadata"),
    "IPK-F051": Row(400, "invalid", "Kallet til $validate er ikke riktig", "The call of $validate is not right",
        "Send ressursen, eller Parameters med resource, mode og profile",
        "Send the resource, or Parameters with resource, mode and profile"),
    "IPK-F052": Row(400, "invalid", "Ressursen har en annen type eller id enn adressen sier",
        "The resource has another type or id than the address says", "Bruk ressursens egen adresse",
        "Use the address of the resource itself"),
    "IPK-F053": Row(415, "not-supported", "Medietypen støttes ikke for en ressurs",
        "The media type is not supported for a resource", "Bruk application/fhir+json", "Use application/fhir+json"),
    "IPK-F054": Row(422, "too-costly", "Flere feil er funnet enn det som er vist", "More faults were found than are shown",
        "Rett disse først", "Correct these first"),
}
"""Validation over FHIR."""
