"""Every official example is read without loss: built again it is the same document. Issue 3, done-criterion 1."""

from __future__ import annotations

import pytest

from adapter import kith
from adapter.errors import MessageError
from adapter.kith.apprec import AppRec
from tests import reference
from tests.kith import official
from tests.kith.exact import canonical

pytestmark = pytest.mark.reference

FOLDERS = ("dialog-1.0", "dialog-1.1", "plo-1.5", "plo-1.6", "helsenorge", "constructed", "apprec")


def samples() -> list[str]:
    """Return the KITH examples at hand, none where the reference material is missing."""
    try:
        root = reference.path("standards", "kith", "samples")
    except pytest.skip.Exception:
        return ["missing"]
    return sorted(f"{folder}/{each.name}" for folder in FOLDERS for each in (root / folder).glob("*.xml"))


def sample(name: str) -> bytes:
    return reference.path("standards", "kith", "samples", *name.split("/")).read_bytes()


# What is not read as a message, or not built again: each with its reason.
NO_MESSAGE = {
    "helsenorge/CPA_49391409-e528-4919-b4a3-9ccdab72c8c1.xml": "an agreement of ebXML",
    "helsenorge/CPA_93252.xml": "an agreement of ebXML",
    "helsenorge/CPP_93252.xml": "a profile of ebXML",
    "helsenorge/CommunicationDetails_93252.xml": "an answer of the address register",
    "helsenorge/SoapFault.xml": "a SOAP fault",
}
NOT_SUPPORTED = {
    "helsenorge/Helsenorge_Message.xml": "DIALOG_INNBYGGER_EKONTAKT is no message of this channel"
}
INVALID = {
    "helsenorge/MetadataTestsDialogmelding11.xml": "an attribute that no schema knows on two attachments: read and "
    "answered with T02; built again it is refused, for nothing invalid leaves the adapter"
}
BUILT = [name for name in samples() if name not in {**NO_MESSAGE, **NOT_SUPPORTED, **INVALID}]


@pytest.mark.parametrize("name", BUILT)
def test_an_official_example_built_again_is_the_same_document(name: str):
    data = sample(name)
    read = kith.read(data)
    message = read.message or read.body
    assert isinstance(message, AppRec) or read.message is not None
    built = kith.build(message)
    assert canonical(built) == canonical(data)
    assert official.valid(built)
    assert kith.read(built).message == read.message


@pytest.mark.parametrize("name", NO_MESSAGE)
def test_what_is_no_message_is_refused(name: str):
    with pytest.raises(MessageError) as caught:
        kith.read(sample(name))
    assert caught.value.code == "IPK-M003"


@pytest.mark.parametrize("name", NOT_SUPPORTED)
def test_a_type_of_another_channel_is_read_as_far_as_its_head(name: str):
    read = kith.read(sample(name))
    assert (read.supported, read.message, kith.receipt_faults(read)) == (False, None, ("T10",))


@pytest.mark.parametrize("name", INVALID)
def test_an_invalid_example_is_read_and_refused(name: str):
    read = kith.read(sample(name))
    assert read.message is not None
    assert kith.receipt_faults(read) == ("T02",)
    with pytest.raises(MessageError):
        kith.build(read.message)
