"""A citizen asks the coordinator, who answers once, in the same thread. E72; HITS 1217:2018, 3.14."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from adapter import kith
from adapter.errors import AdapterError
from adapter.kith import innbygger
from adapter.kith.dialog import Notes
from adapter.mappings import toread
from tests import books, otherside
from tests.house import LINE, House

ASKED = Path("fixtures/scenarios/received-innbygger-koordinator/010-message.xml").read_bytes()
NUMBER = b"1b5807c7-c8fc-5ced-8254-cf45c9f5e941"


def asks(house: House, **more: str) -> str:
    """Take a citizen's question in; the id of the Task that it becomes."""
    data = ASKED.replace(NUMBER, otherside.new_id().encode())
    for old, new in more.items():
        data = data.replace(old.encode(), new.encode())
    house.receive(data)
    return str(house.items("read-answer")[-1]["id"])


def answer(house: House, task: str, **more: Any) -> Any:
    return house.post("ip.enquiry.answered", continues={"taskId": task}, **more)


def said(house: House) -> list[kith.Read]:
    return [read for read in house.sent() if read.type == innbygger.TYPE]


def refused(house: House, task: str, **more: Any) -> str:
    with pytest.raises(AdapterError) as caught:
        answer(house, task, **more)
    return caught.value.code


def test_a_question_waits_at_the_case_of_whoever_asked_with_the_event_that_answers_it(alvdal: House):
    asks(alvdal)
    (item,) = alvdal.items("read-answer", LINE)
    assert item["description"] == toread.CITIZEN
    assert [i["valueString"] for i in item["input"] if i["type"]["text"] == "event"] == [
        "ip.enquiry.answered"
    ]


def test_the_answer_is_in_the_thread_with_the_question_in_it_and_asks_for_a_receipt(alvdal: House):
    task = asks(alvdal)
    got = answer(alvdal, task, text="Gunn Omsorg følger opp.")
    (document,) = [data for data in alvdal.send() if kith.read(data).type == innbygger.TYPE]
    read = kith.read(document)
    (asked,) = [m for m in alvdal.messages(direction="in") if m.type == innbygger.TYPE]
    assert isinstance(read.body, Notes)
    (note,) = read.body.notes
    assert (note.topic.v, note.topic.list, note.text) == ("19", "7602", "Gunn Omsorg følger opp.")
    assert note.question is not None
    assert note.question.text == "Hvem følger opp planen min mens koordinator har fri?"
    assert (read.head.ack.v, read.head.receiver.her_ids) == ("J", ("99700", "99701"))
    assert (read.head.conversation.parent, read.head.conversation.conversation) == (asked.msg_id,) * 2
    assert kith.check(document) == ()
    assert [why["rule"] for why in got.messages[0]["why"]] == ["enquiry-answered", "carrier-1"]
    assert alvdal.items("read-answer") == []


def test_it_needs_no_consent_for_the_patient_reads_it(alvdal: House):
    task = asks(alvdal)
    alvdal.post("ip.consent.withdrawn", source="urn:her:5079", recipients=None, date="2026-03-04")
    answer(alvdal, task)
    assert len(said(alvdal)) == 1


def test_a_question_is_answered_once(alvdal: House):
    task = asks(alvdal)
    answer(alvdal, task)
    assert refused(alvdal, task) == "IPK-E087"
    assert len(said(alvdal)) == 1


def test_each_of_two_questions_has_an_answer_of_its_own(alvdal: House):
    tasks = [asks(alvdal), asks(alvdal)]
    waiting = {str(item["id"]) for item in alvdal.items("read-answer")}
    assert set(tasks) <= waiting
    for task in sorted(waiting):
        answer(alvdal, task)
    parents = {read.head.conversation.parent for read in said(alvdal)}
    assert len(parents) == 2


def test_a_further_question_in_the_thread_is_answered_there(alvdal: House):
    answer(alvdal, asks(alvdal))
    (first,) = said(alvdal)
    thread = first.head.conversation.conversation
    ref = f"<ConversationRef><RefToParent>{first.head.msg_id}</RefToParent><RefToConversation>{thread}</RefToConversation></ConversationRef>"
    task = asks(alvdal, **{"<Sender>": f"{ref}<Sender>"})
    answer(alvdal, task)
    (second,) = said(alvdal)
    assert second.head.conversation.conversation == thread
    assert second.head.conversation.parent != first.head.msg_id


def test_a_task_about_another_thing_is_no_question(hospital: House):
    hospital.need()
    (document,) = hospital.send()
    hospital.receive(otherside.reply(document, "Takk."))
    (item,) = hospital.items("read-answer")
    assert refused(hospital, item["id"], source="urn:her:90998") == "IPK-E014"


def test_a_portal_that_the_book_does_not_list_cannot_be_answered(build: Any):
    house = build(of={"home": books.ALVDAL, "rows": {"innbyggertjenester": {"takes": ["LETTER"]}}})
    task = asks(house)
    assert refused(house, task) == "IPK-R003"
    assert len(house.items("read-answer")) == 1


def test_told_on_paper_nothing_is_sent_and_the_question_is_done(alvdal: House):
    answer(alvdal, asks(alvdal), channel="paper")
    assert said(alvdal) == []
    assert alvdal.items("read-answer") == []


def test_somebody_who_is_not_home_answers_nothing(alvdal: House):
    task = asks(alvdal)
    assert refused(alvdal, task, source="urn:her:90998") == "IPK-R005"


def test_the_number_of_these_tests_stands_in_the_scenario():
    assert len(re.findall(NUMBER, ASKED)) == 1
