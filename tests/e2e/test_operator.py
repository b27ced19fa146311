"""What the operator does with `rollcall --profile aws`: nothing is known of the stack but its name."""

from deployment import ROOT
from processes import until

EVENTS = ROOT / "events" / "callback-receiver"


def test_the_doctor_finds_everything_in_order(stack):
    checks = stack.rollcall("doctor")
    assert {check["state"] for check in checks} == {"ok"}, checks


def test_callbacks_that_are_gone_are_missed_and_registered_again(stack):
    def are_right(code):
        found = stack.rollcall("callbacks", "check", code=code)
        return found["missing"] == [] and not any(entry["wrong"] for entry in found["entries"])

    assert are_right(code=0)
    stack.rollcall("callbacks", "remove", "--yes")
    assert not are_right(code=1)
    stack.rollcall("callbacks", "register")
    assert are_right(code=0)


def test_the_rules_in_force_are_those_that_were_pushed(stack):
    shown = stack.rollcall("rules", "show")
    assert shown["modes"] == {
        "merge-duplicates": "enforce",
        "primary-contact": "enforce",
        "portal-invite": "enforce",
        "mirror-itglue": "enforce",
        "mirror-growcrm": "enforce",
    }


def test_a_sample_event_is_replayed_through_the_deployed_receiver(stack):
    company = 812
    visits = len(stack.visits(company))
    [posted] = stack.rollcall("replay", EVENTS / "01-all-in-order.json")
    assert posted["status"] == 202, posted
    stack.await_visit(company, after=visits)
    [refused] = stack.rollcall("replay", EVENTS / "32-signature-of-another-body.json")
    assert refused["status"] == 401, refused
    until(stack.is_idle, 60, "the queue is empty")


def test_merges_are_explained_and_taken_back(stack):
    company, duplicates = 831, {83120, 83121, 83122}

    def people():
        """Who works at the company, whatever their ids."""
        return sorted((contact["firstName"], contact.get("lastName", "")) for contact in stack.psa.contacts(at_company))

    at_company = f"company/id={company}"
    before = people()
    stack.psa.edit(83120, title="Veterinary Nurse")
    visit = stack.await_change(company)
    until(stack.is_idle, 60, "the queue is empty")
    assert len(people()) == len(before) - len(duplicates)

    run = visit["run.id"]
    changes = stack.rollcall("history", "--run", run)["changes"]
    merges = [change for change in changes if change["action"]["write"] == "merge"]
    assert {change["action"]["loser"] for change in merges} == duplicates
    assert stack.rollcall("explain", merges[0]["id"])

    # Its help asks for this: nobody else writes to the company meanwhile.
    with stack.nobody_at_work():
        stack.rollcall("undo", run, "--yes")
    # The callbacks about it lead to visits, which know that these are not to be merged again.
    until(stack.is_idle, 60, "the queue is empty")
    assert people() == before
    assert stack.dead_letters() == []
