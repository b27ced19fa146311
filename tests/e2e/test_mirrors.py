"""After a visit to the PSA both mirrors follow, each by itself."""

import json
from uuid import uuid4

import pytest

from processes import until

# A company whose people are the same in all three systems, and one that is visited beside it.
BIRCHWOOD, TIDEWATER = 870, 850

# Who works at each.
RONJA, EMPLOYEE = 87001, 85002

# A number that only IT Glue has, of somebody who is merged away at Birchwood.
ONLY_IN_ITGLUE = "2185550189"

# What a message may take that is put off once, which is half a minute.
PUT_OFF = 90


def test_a_change_in_the_psa_is_carried_to_both_mirrors(stack):
    stack.psa.edit(RONJA, lastName="Thorsen-Vik", title="Managing Partner")
    await_agreement(stack, BIRCHWOOD)
    assert has(stack.mirrors["ItGlue"], stack.psa.person(RONJA), BIRCHWOOD)
    until(stack.all_are_idle, 60, "all queues are empty")

    # She is known to both by now: one read and one write each.
    before = {name: len(mirror.to_vendor.exchanges()) for name, mirror in stack.mirrors.items()}
    stack.psa.edit(RONJA, title="Partner")
    await_agreement(stack, BIRCHWOOD)
    until(stack.all_are_idle, 60, "all queues are empty")
    for name, mirror in stack.mirrors.items():
        asked = mirror.to_vendor.exchanges()[before[name] :]
        assert [exchange.method for exchange in asked] == ["GET", "PATCH"], name
    assert_nothing_is_dead(stack)


def test_a_merge_is_folded_in_both_mirrors(stack):
    survivor, duplicate = 87002, 87020
    stack.psa.play("52-merged-in-all-three")
    until(lambda: stack.psa.contact(duplicate) is None, 60, "the duplicate is gone")
    await_agreement(stack, BIRCHWOOD)

    kept = stack.psa.person(survivor)
    contacts = stack.mirrors["ItGlue"].vendor.contacts(BIRCHWOOD)
    [record] = [contact for contact in contacts if contact["last-name"] == kept.last_name]
    assert ONLY_IN_ITGLUE in {phone["value"] for phone in record["contact-phones"]}
    until(stack.all_are_idle, 60, "all queues are empty")
    assert_nothing_is_dead(stack)


def test_a_vendor_that_is_down_delays_neither_the_psa_nor_the_other_mirror(stack):
    itglue, growcrm = stack.mirrors["ItGlue"], stack.mirrors["GrowCrm"]
    turns = [(itglue, growcrm, BIRCHWOOD, RONJA), (growcrm, itglue, TIDEWATER, EMPLOYEE)]
    # One after the other: the wait for the first goes on during the second.
    for down, up, company, contact in turns:
        visits, returned = len(stack.visits(company)), put_off(stack, down)
        with down.vendor_down():
            stack.psa.edit(contact, title=f"Without {down.name}")
            stack.await_visit(company, after=visits)
            until(lambda: has(up, stack.psa.person(contact), company), 60, f"{up.name} has the change")
            until(lambda: put_off(stack, down) > returned, 60, f"the message for {down.name} is put off")
            until(stack.is_idle, 60, "there is nothing left to do in the PSA")
        assert not has(down, stack.psa.person(contact), company)
    for down, _, company, contact in turns:
        until(lambda: has(down, stack.psa.person(contact), company), PUT_OFF, f"{down.name} has the change")
    until(stack.all_are_idle, PUT_OFF, "all queues are empty")
    assert_nothing_is_dead(stack)


@pytest.mark.parametrize("name", ["ItGlue", "GrowCrm"])
def test_what_a_mirror_cannot_work_on_ends_in_its_own_dead_letters(stack, name):
    mirror = stack.mirrors[name]
    # One that nobody can read, and one for another worker.
    bodies = {
        json.dumps({"MirrorContactsV9": {"company": BIRCHWOOD}}),
        json.dumps({"VisitCompanyV1": {"company": BIRCHWOOD, "contact": None, "cause": cause()}}),
    }
    for body in bodies:
        stack.send(f"company-{BIRCHWOOD}", body, uuid4().hex, mirror.queue)
    dead = []

    def all_dead():
        dead.extend(stack.dead_letters(mirror.dead_letter_queue))
        return len(dead) >= len(bodies)

    until(all_dead, 60, "both messages are dead")
    assert {message["Body"] for message in dead} == bodies
    assert all(int(message["Attributes"]["ApproximateReceiveCount"]) >= 5 for message in dead)
    until(stack.all_are_idle, 60, "all queues are empty")
    assert_nothing_is_dead(stack)


def test_nobody_is_shown_the_key_of_somebody_else(stack):
    stack.psa.edit(RONJA, title="Senior Partner")
    await_agreement(stack, BIRCHWOOD)
    keys = {name: mirror.vendor.account("")["api_key"] for name, mirror in stack.mirrors.items()}
    for name, mirror in stack.mirrors.items():
        assert mirror.to_psa.exchanges() and mirror.to_vendor.exchanges()
        for exchange in mirror.to_vendor.exchanges():
            shown = " ".join(exchange.headers.values())
            assert {other for other, key in keys.items() if key in shown} == {name}
            assert stack.psa.credentials["client_id"] not in shown
        for exchange in [*mirror.to_psa.exchanges(), *stack.to_psa.exchanges()]:
            shown = " ".join(exchange.headers.values())
            assert not any(key in shown for key in keys.values())


def cause():
    """Why a message was sent, as somebody says who sends one by hand."""
    return {"source": {"kind": "command", "name": "test"}, "message": None}


def has(mirror, person, company):
    """Whether a mirror has somebody at a company, exactly as the PSA does."""
    return person in mirror.vendor.people(company)


def put_off(stack, mirror):
    """How many messages of a mirror were put off so far."""
    return len(stack.lines(mirror.function, "a message comes back"))


def await_agreement(stack, company):
    """Waits until all three systems know the same people at a company."""

    def agree():
        people = stack.psa.people(company)
        return all(mirror.vendor.people(company) == people for mirror in stack.mirrors.values())

    until(agree, 60, f"all systems know the same people at company {company}")


def assert_nothing_is_dead(stack):
    """No dead-letter queue has anything."""
    for queue in ("DeadLetterQueueUrl", *(mirror.dead_letter_queue for mirror in stack.mirrors.values())):
        assert stack.dead_letters(queue) == [], queue
