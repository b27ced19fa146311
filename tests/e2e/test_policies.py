"""A signed callback over HTTP leads to what the policies ask for: in the PSA, and in the journal."""

import json

from processes import until


def test_a_duplicate_is_merged(stack):
    survivor, duplicate, company = 83002, 83020, 830
    stack.psa.edit(duplicate, title="Site Manager")
    until(lambda: stack.psa.contact(duplicate) is None, 60, "the duplicate is gone")

    visit = stack.await_change(company)
    kept = stack.psa.contact(survivor)
    addresses = {item["value"] for item in kept["communicationItems"] if item["communicationType"] == "Email"}
    assert addresses == {"john.smith@granitepeak.example", "john.smith.site@granitepeak.example"}
    assert_journaled(stack, visit)
    assert_everything_is_done(stack)


def test_a_login_without_an_address_is_held_and_released_when_there_is_one(stack):
    contact, company = 82103, 821

    def may_log_in():
        return not stack.psa.contact(contact)["disablePortalLoginFlag"]

    stack.psa.play("03-portal-without-email")
    until(lambda: not may_log_in(), 60, "the login is held")
    held = stack.await_change(company)
    assert_journaled(stack, held)

    stack.psa.play("04-email-added")
    until(may_log_in, 60, "the login is released")
    assert_journaled(stack, stack.await_change(company, since=held))
    assert_everything_is_done(stack)


def test_somebody_succeeds_the_default_contact_who_has_left(stack):
    leaver = 86201
    company = stack.psa.contact(leaver)["company"]["id"]
    assert stack.psa.company(company)["defaultContact"]["id"] == leaver
    stack.psa.play("11-default-contact-deactivated")

    def successor():
        default = stack.psa.company(company)["defaultContact"]["id"]
        return default if default != leaver else None

    chosen = stack.psa.contact(until(successor, 60, "somebody is default contact"))
    assert not chosen["inactiveFlag"] and chosen["company"]["id"] == company
    assert_journaled(stack, stack.await_change(company))
    assert_everything_is_done(stack)


def assert_journaled(stack, visit):
    """The journal has the changes of a visit, each with its end. The partitions and places are those of
    shared/journal/src/dynamo/keys.rs."""
    run = visit["run.id"]
    changes = [place for place in stack.journal(f"run#{run}") if place.startswith("change#")]
    assert len(changes) == visit["changes"] > 0, f"of {visit['changes']} changes the journal has {changes}"
    at_company = stack.journal(f"company#{visit['company.id']}")
    of_the_run = {place: item for place, item in at_company.items() if f"#{run}#" in place}
    ends = [item["conclusion"]["S"] for place, item in of_the_run.items() if place.endswith("#whole")]
    assert [json.loads(end)["record"]["outcome"]["kind"] for end in ends] == ["done"] * len(changes)
    assert not any(place.startswith("open#") for place in of_the_run), list(of_the_run)


def assert_everything_is_done(stack):
    """Nothing is left on the queues, echoes of our own writes included."""
    until(stack.is_idle, 60, "the queue is empty")
    assert stack.dead_letters() == []
