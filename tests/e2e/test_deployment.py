"""What runs is what the template says: the other tests prove nothing about what the emulator leaves out silently."""

import json

import pytest

from conftest import PARAMETERS
from deployment import settings_of, template, value_of


@pytest.fixture(scope="module")
def source():
    return template(PARAMETERS)


@pytest.fixture(scope="module")
def value(source):
    """Gives the value behind a reference to a parameter."""
    settings = settings_of(source, PARAMETERS)
    return lambda what: value_of(what, settings)


def of_type(source, wanted):
    """The properties of the resources of a type, by their name."""
    return {
        name: resource["Properties"] for name, resource in source["Resources"].items() if resource["Type"] == wanted
    }


def test_functions_have_their_limits_and_variables(stack, source, value):
    functions = of_type(source, "AWS::Serverless::Function")
    assert len(functions) == 2
    for name, wanted in functions.items():
        deployed = stack.configuration(name)
        assert deployed["Timeout"] == wanted["Timeout"], name
        assert deployed["MemorySize"] == source["Globals"]["Function"]["MemorySize"], name
        assert set(deployed["Environment"]["Variables"]) == set(wanted["Environment"]["Variables"]), name
        assert stack.concurrency(name) == int(value(wanted["ReservedConcurrentExecutions"])), name


def test_messages_reach_the_worker_in_batches_of_which_a_part_may_fail(stack, source, value):
    wanted = source["Resources"]["ContactPolicy"]["Properties"]["Events"]["Work"]["Properties"]
    mappings = stack.mappings()
    # Each of them takes one batch at a time.
    assert len(mappings) == int(value(wanted["ScalingConfig"]["MaximumConcurrency"]))
    for mapping in mappings:
        assert mapping["BatchSize"] == wanted["BatchSize"]
        assert mapping["FunctionResponseTypes"] == wanted["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_queues_have_their_settings(stack, source):
    outputs = {"WorkQueue": "WorkQueueUrl", "DeadLetterQueue": "DeadLetterQueueUrl"}
    queues = of_type(source, "AWS::SQS::Queue")
    assert set(queues) == set(outputs)
    for name, wanted in queues.items():
        deployed = stack.queue_attributes(outputs[name])
        for attribute in ("FifoQueue", "ContentBasedDeduplication", "VisibilityTimeout", "MessageRetentionPeriod"):
            if attribute in wanted:
                assert deployed[attribute] == str(wanted[attribute]).lower(), (name, attribute)
        for attribute in ("DeduplicationScope", "FifoThroughputLimit"):
            assert deployed[attribute] == wanted[attribute], (name, attribute)
    redrive = json.loads(stack.queue_attributes("WorkQueueUrl")["RedrivePolicy"])
    assert redrive["deadLetterTargetArn"] == stack.queue_attributes("DeadLetterQueueUrl")["QueueArn"]
    assert int(redrive["maxReceiveCount"]) == queues["WorkQueue"]["RedrivePolicy"]["maxReceiveCount"]
