"""What runs is what the template says: the other tests prove nothing about what the emulator leaves out silently."""

import json

import pytest

from conftest import PARAMETERS
from deployment import settings_of, template, value_of


# The output with the URL of each queue.
QUEUES = {
    "WorkQueue": "WorkQueueUrl",
    "DeadLetterQueue": "DeadLetterQueueUrl",
    "ItGlueQueue": "ItGlueQueueUrl",
    "ItGlueDeadLetterQueue": "ItGlueDeadLetterQueueUrl",
    "GrowCrmQueue": "GrowCrmQueueUrl",
    "GrowCrmDeadLetterQueue": "GrowCrmDeadLetterQueueUrl",
}


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


def test_functions_have_their_limits_variables_and_roles(stack, source, value):
    functions = of_type(source, "AWS::Serverless::Function")
    assert set(functions) == {"CallbackReceiver", *stack.workers()}
    assert len(functions) == 4
    for name, wanted in functions.items():
        deployed = stack.configuration(name)
        assert deployed["Timeout"] == wanted["Timeout"], name
        assert deployed["MemorySize"] == source["Globals"]["Function"]["MemorySize"], name
        assert set(deployed["Environment"]["Variables"]) == set(wanted["Environment"]["Variables"]), name
        assert deployed["Role"].endswith(f"/{stack.names[wanted['Role']['Fn::GetAtt'][0]]}"), name
        assert stack.concurrency(name) == int(value(wanted["ReservedConcurrentExecutions"])), name
    assert len({stack.configuration(name)["Role"] for name in functions}) == len(functions)


def test_messages_reach_each_worker_in_batches_of_which_a_part_may_fail(stack, source, value):
    for worker in stack.workers():
        wanted = source["Resources"][worker]["Properties"]["Events"]["Work"]["Properties"]
        queue = stack.queue_attributes(QUEUES[wanted["Queue"]["Fn::GetAtt"][0]])
        mappings = stack.mappings(worker)
        # Each of them takes one batch at a time.
        assert len(mappings) == int(value(wanted["ScalingConfig"]["MaximumConcurrency"])), worker
        for mapping in mappings:
            assert mapping["EventSourceArn"] == queue["QueueArn"], worker
            assert mapping["BatchSize"] == wanted["BatchSize"], worker
            assert mapping["FunctionResponseTypes"] == wanted["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert len(stack.mappings()) == sum(len(stack.mappings(worker)) for worker in stack.workers())


def test_queues_have_their_settings(stack, source):
    queues = of_type(source, "AWS::SQS::Queue")
    assert set(queues) == set(QUEUES)
    for name, wanted in queues.items():
        deployed = stack.queue_attributes(QUEUES[name])
        for attribute in ("FifoQueue", "ContentBasedDeduplication", "VisibilityTimeout", "MessageRetentionPeriod"):
            if attribute in wanted:
                assert deployed[attribute] == str(wanted[attribute]).lower(), (name, attribute)
        for attribute in ("DeduplicationScope", "FifoThroughputLimit"):
            assert deployed[attribute] == wanted[attribute], (name, attribute)
        if "RedrivePolicy" in wanted:
            redrive = json.loads(deployed["RedrivePolicy"])
            dead = wanted["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
            assert redrive["deadLetterTargetArn"] == stack.queue_attributes(QUEUES[dead])["QueueArn"], name
            assert int(redrive["maxReceiveCount"]) == wanted["RedrivePolicy"]["maxReceiveCount"], name


def test_each_function_may_read_its_own_secrets_and_no_others(stack):
    psa = "ConnectWiseSecretId"
    wanted = {"CallbackReceiver": {"TenantSecretId"}, "ContactPolicy": {psa}}
    wanted |= {mirror.function: {psa, mirror.secret} for mirror in stack.mirrors.values()}
    secrets = set.union(*wanted.values())
    for function, own in wanted.items():
        read = "secretsmanager:GetSecretValue"
        assert {secret for secret in secrets if stack.may(function, read, stack.outputs[secret])} == own, function
