"""What goes wrong holds up nobody else, and is not lost."""

import json
from uuid import uuid4

import pytest

from conftest import RETRY_AFTER, THROTTLED, UNREADABLE
from processes import until

# How long a message may take to use up its deliveries.
FIVE_DELIVERIES = 60


def test_a_poison_message_goes_to_the_dead_letters_and_the_rest_of_its_batch_is_done(stack):
    company, contact = 840, 84001
    poison = json.dumps({"VisitCompanyV9": {"company": 830}})
    with stack.nobody_at_work():
        stack.send("company-830", poison, uuid4().hex)
        stack.psa.edit(contact, title="Beekeeper")
        until(lambda: stack.waiting() == 2, 30, "both messages are on the queue")

    dead = until(stack.dead_letters, FIVE_DELIVERIES, "the poison message is dead")
    assert [message["Body"] for message in dead] == [poison]
    assert int(dead[0]["Attributes"]["ApproximateReceiveCount"]) >= 5
    stack.await_visit(company)
    assert len(stack.lines("ContactPolicy", "a message cannot be read")) == 5
    batches = [{line.get("message") for line in lines} for lines in stack.invocations("ContactPolicy")]
    assert any({"a message cannot be read", "visited a company"} <= messages for messages in batches)
    # What failed is reported as failed, and nothing else: the genuine message was delivered once.
    assert len(stack.visits(company)) == 1
    until(stack.is_idle, 30, "the queue is empty")


def test_what_died_is_done_after_it_was_redriven(stack):
    contact = 85301
    stack.psa.edit(contact, title="Forester")
    until(stack.any_dead, FIVE_DELIVERIES, "the message is dead")
    assert not any(visit["complete"] for visit in stack.visits(UNREADABLE))
    [letter] = stack.rollcall("dlq", "list", code=1)["letters"]
    assert letter["company"] == UNREADABLE and letter["receive_count"] >= 5

    assert [sent["was"] for sent in stack.rollcall("dlq", "redrive", letter["id"])["redriven"]] == [letter["id"]]
    stack.await_visit(UNREADABLE)
    until(stack.is_idle, 30, "the queue is empty")
    assert stack.rollcall("dlq", "list")["letters"] == []
    # The queue drops what comes with a deduplication id that it has seen of late.
    first, second = [
        asked["MessageDeduplicationId"] for asked, _ in stack.sent() if f'"company":{UNREADABLE},' in asked["MessageBody"]
    ]
    assert first != second


@pytest.mark.parametrize(("trouble", "contact"), [("out_of_reach", 86102), ("denied", 85402)])
def test_while_the_queue_takes_nothing_the_psa_is_asked_to_try_again(stack, trouble, contact):
    company = stack.psa.contact(contact)["company"]["id"]
    visits = len(stack.visits(company))

    def answers():
        """What the PSA was told about this contact, attempt by attempt."""
        return [told.status for told in stack.to_receiver.exchanges() if f"recordId={contact}" in told.query]

    with getattr(stack, f"queue_{trouble}")():
        stack.psa.edit(contact, title="Coppersmith")
        until(lambda: 429 in answers(), 15, "the PSA is told 429")
    until(lambda: answers()[-1] == 202, 30, "the PSA has tried again and was told 202")
    assert set(answers()) == {429, 202}
    stack.await_visit(company, after=visits)
    until(stack.is_idle, 30, "the queue is empty")


def test_a_busy_psa_is_left_alone_for_as_long_as_it_wants(stack):
    contact = 4711
    stack.psa.edit(contact, title="Harbor Master")
    stack.await_visit(THROTTLED)

    asked = [asked for asked in stack.to_psa.exchanges() if is_about(asked, THROTTLED)]
    statuses = [exchange.status for exchange in asked]
    assert statuses[0] == 429 and set(statuses[1:]) == {200}, statuses
    waited = asked[1].arrived - asked[0].answered
    # Not before; and by its own time, not by the queue's timeout, which is many minutes.
    assert RETRY_AFTER <= waited < RETRY_AFTER + 10
    until(stack.is_idle, 30, "the queue is empty")
    assert stack.dead_letters() == []


def is_about(exchange, company):
    """Whether the PSA was asked about a company or its contacts."""
    return exchange.path.endswith(f"/companies/{company}") or f"company%2Fid%3D{company}" in exchange.query
