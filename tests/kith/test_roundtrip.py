"""What is built is read back as the same message: over all models, whatever the texts hold."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from adapter import kith
from adapter.kith import apprec, types
from adapter.kith.codes import coded
from adapter.kith.dialog import Note, Notes, Question
from tests.kith import official
from tests.kith.care_strategies import LOGISTICS, REPORTS
from tests.kith.strategies import DIALOGUES, RECEIPTS

MORE = {"both-levels", "code-of-list", "only-these", "contact-named"}
"""Rules that the strategies leave room to break: models hold what may be read, of no list or of no use to the type, too."""
SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example)


@given(DIALOGUES | LOGISTICS | REPORTS)
@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
def test_a_message_built_and_read_is_the_same_and_breaks_nothing(message: types.Message):
    data = kith.build(message)
    read = kith.read(data)
    assert read.message == message
    assert read.faults == ()
    assert {fault.rule for fault in kith.check(data)} <= MORE


@given(RECEIPTS)
@settings(max_examples=30, deadline=None)
def test_a_receipt_built_and_read_is_the_same(receipt: apprec.AppRec):
    assert kith.read(kith.build(receipt)).body == receipt


@pytest.mark.reference
@given(DIALOGUES | LOGISTICS | REPORTS | RECEIPTS)
@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
def test_what_is_built_is_valid_by_the_official_schema(message: types.Message | apprec.AppRec):
    assert official.valid(kith.build(message))


def test_the_parts_of_a_body_are_listed_in_order():
    note, question = (
        Note(topic=coded("7322", "6"), text="a"),
        Question(type=coded("9154", "99"), text="b", subject="s"),
    )
    body = Notes(notes=(note,), questions=(question,))
    assert (body.parts, body.text, body.subject, body.topic) == ((note, question), "a\r\nb", "s", note.topic)
    assert Notes().topic is None
