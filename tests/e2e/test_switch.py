"""A mirror that is off is not there, costs nothing, and is not missed."""

import json

import pytest

from conftest import PARAMETERS, at_work
from deployment import LEFT_OUT, template
from processes import until

# The mirror that is off, and the one that is on.
SWITCHES = {"ItGlue": ("ItGlue", "GrowCrm"), "GrowCrm": ("GrowCrm", "ItGlue")}

# A company that both mirrors have, and who works there.
COMPANY, CONTACT = 870, 87001


@pytest.fixture(scope="module", params=SWITCHES.values(), ids=[f"without-{off}" for off in SWITCHES])
def half(request):
    """A stack with one of the mirrors, with the names of the one that is off and of the one that is on."""
    off, on = request.param
    with at_work(PARAMETERS | {f"Mirror{off}": "off"}) as stack:
        yield stack, off, on


def test_nothing_of_it_is_deployed(half):
    stack, off, on = half
    lists = {
        "resources": stack.names,
        "outputs": stack.outputs,
        # They are not created here, so they are looked for in what is deployed.
        "alarms": [name for name, part in template(stack.parameters)["Resources"].items() if part["Type"] in LEFT_OUT],
        "functions": names(stack, "lambda", "list_functions", "Functions", "FunctionName"),
        "queues": stack.client("sqs").list_queues()["QueueUrls"],
        "secrets": names(stack, "secretsmanager", "list_secrets", "SecretList", "Name"),
        "logs": names(stack, "logs", "describe_log_groups", "logGroups", "logGroupName"),
        "roles": names(stack, "iam", "list_roles", "Roles", "RoleName"),
    }
    for what, found in lists.items():
        found = [name.lower() for name in found]
        assert any(on.lower() in name for name in found), what
        assert not any(off.lower() in name for name in found), what
    variables = stack.configuration("ContactPolicy")["Environment"]["Variables"]
    assert f"ROLLCALL_{on.upper()}_QUEUE_URL" in variables
    assert not any(off.upper() in name for name in variables)


def test_the_other_one_follows_and_nobody_asks_or_tells_the_one_that_is_off(half):
    stack, off, on = half
    before = stack.mirrors[off].vendor.people(COMPANY)
    stack.psa.edit(CONTACT, title="Managing Partner")
    until(lambda: stack.psa.person(CONTACT) in stack.mirrors[on].vendor.people(COMPANY), 60, f"{on} has the change")
    until(stack.all_are_idle, 60, "all queues are empty")

    assert stack.mirrors[off].vendor.people(COMPANY) == before
    assert stack.mirrors[off].to_vendor.exchanges() == stack.mirrors[off].to_psa.exchanges() == []
    # Nothing is sent but the visit, and what the mirror that is on has to look at.
    asked = [json.loads(exchange.body) for exchange in stack.to_queue.exchanges()]
    told = {message["QueueUrl"] for message in asked if "MessageBody" in message}
    assert told == {stack.outputs[queue] for queue in stack.queues()}
    assert len(list(stack.sent(stack.mirrors[on].queue))) == 1
    for queue in ("DeadLetterQueueUrl", stack.mirrors[on].dead_letter_queue):
        assert stack.dead_letters(queue) == []


def names(stack, service, operation, listed, name):
    """The names of what a service lists."""
    pages = stack.client(service).get_paginator(operation).paginate()
    return [item[name] for page in pages for item in page[listed]]
