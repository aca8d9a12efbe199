"""What senders in use get wrong: read all the same, told of, and kept as it came."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from adapter import kith, xmlsafe
from adapter.kith import apprec, text, time, tolerance
from adapter.kith.head import Conversation
from tests.kith.builders import MSG_ID, PARENT, WHEN, dialogue
from tests.kith.builders import REPLY as IN_THREAD
from tests.web.hands import told

LETTERS = "blåbær, ærfugl og Ørsta"
LATIN = 'encoding="ISO-8859-1"'


def message(**more: object) -> str:
    return dialogue(**{"text": LETTERS, **more}).decode()


def swapped(sent: str) -> str:
    return re.sub(
        r"(<RefToParent>.*</RefToParent>)(<RefToConversation>.*</RefToConversation>)", r"\2\1", sent
    )


def labelled(sent: str, encoding: str) -> str:
    return sent.replace('encoding="UTF-8"', f'encoding="{encoding}"')


def nfd(sent: str) -> str:
    return unicodedata.normalize("NFD", sent)


def edition(sent: str, stated: str) -> str:
    return re.sub("<MIGversion>.*?</MIGversion>", f"<MIGversion>{stated}</MIGversion>", sent, count=1)


TOLERATED: tuple[tuple[str, Callable[[], bytes], tuple[str, ...]], ...] = (
    ("nothing", lambda: message().encode(), ()),
    ("the thread in the other order", lambda: swapped(message(head=IN_THREAD)).encode(), ("thread-order",)),
    ("another MIGversion", lambda: edition(message(), "1.2 2006-05-24").encode(), ("edition",)),
    ("an older MIGversion", lambda: edition(message(), "v1.1 2004-11-21").encode(), ("edition",)),
    ("an empty MIGversion", lambda: edition(message(), "").encode(), ()),
    ("blanks round the MIGversion", lambda: edition(message(), "\n v1.2 2006-05-24 ").encode(), ("edition",)),
    ("blanks round a time", lambda: message().replace("2026-03-04T10:15:01<", " 2026-03-04T10:15:01\n<").encode(), ("blanks",)),
    ("blanks round a date", lambda: message().replace(">1969-11-13<", "> 1969-11-13 <").encode(), ("blanks",)),
    ("a time in UTC with fractions", lambda: message().replace("2026-03-04T10:15:01<", "2026-03-04T09:15:01.0000000Z<").encode(), ()),
    ("a time with a zone", lambda: message().replace("2026-03-04T10:15:01<", "2026-03-04T10:15:01+01:00<").encode(), ()),
    ("HER-ids under 8116", lambda: message().replace('HER-id" S="2.16.578.1.12.4.1.1.9051', 'HER-id" S="2.16.578.1.12.4.1.1.8116').encode(), ()),
    ("a mark before UTF-8", lambda: b"\xef\xbb\xbf" + message().encode(), ()),
    ("UTF-16", lambda: labelled(message(), "UTF-16").encode("utf-16"), ()),
    ("Latin-1, declared and real", lambda: labelled(message(), "ISO-8859-1").encode("iso-8859-1"), ()),
    ("Latin-9, declared and real", lambda: labelled(message(), "ISO-8859-15").encode("iso-8859-15"), ()),
    ("windows-1252, declared and real", lambda: labelled(message(), "windows-1252").encode("cp1252"), ()),
    ("UTF-8 declared as Latin-1", lambda: labelled(message(), "ISO-8859-1").encode(), ("encoding",)),
    ("UTF-8 declared as windows-1252", lambda: labelled(message(), "Windows-1252").encode(), ("encoding",)),
    ("a mark, UTF-8, declared as Latin-1", lambda: b"\xef\xbb\xbf" + labelled(message(), "ISO-8859-1").encode(), ()),
)  # fmt: skip


@pytest.mark.parametrize("row", TOLERATED, ids=lambda row: row[0])
def test_the_message_is_read_the_same_and_what_was_done_is_told(row: tuple):
    _, make, told = row
    data = make()
    read = kith.read(data)
    assert (read.tolerated, read.faults, kith.receipt_faults(read)) == (told, (), ())
    assert (read.head.msg_id, read.head.gen_date, read.body.text) == (MSG_ID, WHEN, LETTERS)
    assert read.head.sender.her_ids == ("59", "90998")
    assert read.head.conversation in (None, Conversation(PARENT, PARENT))
    assert bool(kith.check(data)) == bool(told), "a validator is told of all that is tolerated"


@pytest.mark.parametrize("row", TOLERATED, ids=lambda row: row[0])
def test_the_bytes_as_received_are_kept(row: tuple, client: FlaskClient):
    data = row[1]()
    answer = client.post("/messages", data=data, content_type="application/xml")
    assert client.get(f"{answer.headers['Location']}/document").data == data


def test_letters_that_came_apart_are_read_kept_and_matched():
    title = text.TITLES["ip.plan.created"]
    sent = dialogue(text=nfd(f"{title.upper()}\nKontakt: Ærlig Åse")).decode()
    read = kith.read(sent.encode())
    assert read.body.text == nfd(f"{title.upper()}\nKontakt: Ærlig Åse"), "kept as it came"
    assert (read.tolerated, read.faults) == ((), ())


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_our_own_text_is_found_in_either_form(form: str):
    line = text.notice(
        "",
        [
            text.answer_line("accepted"),
            text.coordinator_line(name="Åse Ærlig", profession="Sykepleier", phone="1"),
        ],
        None,
    )
    found = text.parse(unicodedata.normalize(form, line))
    assert (found.answer, found.coordinator.name) == ("accepted", "Åse Ærlig")


def test_the_name_of_an_element_that_came_apart_is_put_together():
    sent = f"<a>{LETTERS}<Formål/><x Å='1'/></a>"
    root = xmlsafe.parse(nfd(sent).encode())
    assert tolerance.put_right(nfd(sent).encode(), root) == ("letters",)
    assert [each.tag for each in root] == ["Formål", "x"]
    wide = nfd(sent).encode("utf-16")
    assert tolerance.put_right(wide, xmlsafe.parse(wide)) == ("letters",)
    assert tolerance.put_right(sent.encode(), xmlsafe.parse(sent.encode())) == ()


# ── which encoding: only where it can be told ──


@pytest.mark.parametrize(
    ("data", "actual"),
    [
        (labelled(message(), "ISO-8859-1").encode("iso-8859-1"), ""),
        (labelled(message(), "ISO-8859-1").encode("utf-8"), "utf-8"),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?><a>abc</a>', ""),
        (labelled(message(text="«sitat» – “slutt”"), "ISO-8859-1").encode("cp1252"), "windows-1252"),
        (labelled(message(text="«sitat» – “slutt”"), "windows-1252").encode("cp1252"), ""),
        (labelled(message(text="blåbær Ã¦"), "ISO-8859-1").encode("iso-8859-1"), ""),
        (message().encode(), ""),
    ],
)  # fmt: skip
def test_the_label_is_doubted_only_where_the_bytes_are_sure(data: bytes, actual: str):
    assert xmlsafe.mislabelled(data) == actual


def test_quotes_of_windows_under_a_latin_1_label_are_read_as_quotes():
    quoted = "«sitat» – “slutt”"
    read = kith.read(labelled(message(text=quoted), "ISO-8859-1").encode("cp1252"))
    assert (read.body.text, read.tolerated) == (quoted, ("encoding",))


def test_check_names_the_encoding_it_read():
    (fault,) = kith.check(labelled(message(), "ISO-8859-1").encode())
    assert (fault.code, fault.rule, fault.severity, fault.line, fault.hint) == (
        "IPK-M035", "encoding", "never", 1, "read as utf-8",
    )  # fmt: skip


def test_latin_1_under_a_utf_8_label_is_refused_not_guessed():
    assert [fault.code for fault in kith.check(message().encode("iso-8859-1"))] == ["IPK-M001"]


def test_a_piece_may_end_inside_a_letter():
    start = labelled(message(text="TEKST"), "ISO-8859-1")
    for padding in range(2):
        filled = start.replace("TEKST", "x" * padding + "å" * xmlsafe.MEBIBYTE).encode()
        assert xmlsafe.mislabelled(filled) == "utf-8"
    assert xmlsafe.mislabelled(start.replace("TEKST", "å").encode() + b"\xc3") == ""


# ── times that nobody can have meant ──


@pytest.mark.parametrize(
    "when",
    ["9999-12-31T23:59:59-14:00", "9999-06-01T00:00:00", "0001-01-01T00:00:00", "0001-01-01T00:00:00+14:00"],
)
def test_a_time_at_the_end_of_all_times_is_none(when: str):
    assert time.read(when) is None
    sent = message().replace("2026-03-04T10:15:01<", f"{when}<", 1)
    assert [fault.code for fault in kith.check(sent.encode())][-1:] == ["IPK-M002"]


# ── receipts: the version is the sender's choice ──


def receipt(version: apprec.Version) -> str:
    head = kith.read(dialogue()).head
    return kith.build(apprec.answer(head, version=version, id_=PARENT, gen_date=WHEN)).decode()


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("stated", ["1.0 2004-11-21", "v1.1 2012-02-15", "1.1", ""])
def test_a_receipt_is_read_by_its_namespace_whatever_its_migversion(version: apprec.Version, stated: str):
    read = kith.read(edition(receipt(version), stated).encode())
    assert (read.version, read.faults, read.body.status, read.body.original.msg_id) == (
        version,
        (),
        "1",
        MSG_ID,
    )


def test_a_receipt_of_1_1_in_the_namespace_of_1_0_is_read():
    newer = receipt("1.1").replace("2012-02-15", "2004-11-21", 1)
    assert "PRIM" in newer
    assert "v1.1 2012-02-15" in newer
    read = kith.read(newer.encode())
    assert (read.version, read.faults, read.body.positive) == ("1.0", (), True)


@pytest.mark.parametrize("path", ["GenDate", "IssueDate"])
@pytest.mark.parametrize("form", [" {}\n", "{}.123", "{}+01:00", "{}Z"])
def test_times_of_a_receipt_are_read_in_every_form(path: str, form: str):
    sent = re.sub(
        f"<{path}>(.*?)</{path}>", lambda m: f"<{path}>{form.format(m[1])}</{path}>", receipt("1.0")
    )
    assert kith.read(sent.encode()).faults == ()


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_a_receipt_of_either_version_settles_the_message_it_names(
    version: apprec.Version, client: FlaskClient
):
    id_ = told(client)["messages"][0]["id"]
    sent = kith.read(client.get(f"/messages/{id_}/document").data)
    data = kith.build(apprec.answer(sent.head, version=version, id_=PARENT, gen_date=WHEN))
    assert client.post("/messages", data=data, content_type="application/xml").status_code == 204
    assert client.get(f"/messages/{id_}").json["state"] == "acknowledged"
