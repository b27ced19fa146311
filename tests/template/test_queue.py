"""The queues keep order, keep what failed, and wait long enough."""

import pytest
from conftest import attribute_of

FOURTEEN_DAYS = 14 * 24 * 60 * 60
WORKERS = ["contact-policy", "mirror-itglue", "mirror-growcrm"]

of_each_worker = pytest.mark.parametrize("folder", WORKERS)


def test_every_worker_has_two_queues_of_its_own_and_there_are_no_others(queues, of_type):
    assert sorted(queues) == sorted(WORKERS)
    assert sorted(name for pair in queues.values() for name in pair) == sorted(of_type("SQS::Queue"))


def test_all_queues_are_fifo_with_keys_named_by_the_sender(of_type):
    for name, queue in of_type("SQS::Queue").items():
        assert queue["FifoQueue"] is True, name
        assert queue["QueueName"]["Fn::Sub"].endswith(".fifo"), name
        assert queue["ContentBasedDeduplication"] is False, name


def test_companies_do_not_limit_each_other(of_type):
    for name, queue in of_type("SQS::Queue").items():
        assert queue["DeduplicationScope"] == "messageGroup", name
        assert queue["FifoThroughputLimit"] == "perMessageGroupId", name


def test_a_queue_is_spoken_to_over_tls_only(of_type):
    policies = {policy["Queues"][0]["Ref"]: policy for policy in of_type("SQS::QueuePolicy").values()}
    assert policies.keys() == of_type("SQS::Queue").keys()
    for queue, policy in policies.items():
        (statement,) = policy["PolicyDocument"]["Statement"]
        assert statement["Effect"] == "Deny", queue
        assert statement["Principal"] == "*", queue
        assert statement["Action"] == "sqs:*", queue
        assert attribute_of(statement["Resource"]) == queue
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}, queue


@of_each_worker
def test_a_message_stays_hidden_for_six_times_the_workers_timeout(resources, functions, queues, folder):
    work, _dead = queues[folder]
    assert resources[work]["VisibilityTimeout"] >= 6 * functions[folder]["Timeout"]


@of_each_worker
def test_the_last_failure_is_known_and_messages_are_kept_as_long_as_possible(resources, queues, folder):
    work, dead = queues[folder]
    last = 30 if folder.startswith("mirror-") else 5
    assert resources[work]["RedrivePolicy"]["maxReceiveCount"] == last
    for name in (work, dead):
        assert resources[name]["MessageRetentionPeriod"] == FOURTEEN_DAYS, name


@of_each_worker
def test_only_its_own_queue_may_leave_dead_letters(resources, queues, folder):
    work, dead = queues[folder]
    allowed = resources[dead]["RedriveAllowPolicy"]
    work_queue = resources[work]["QueueName"]["Fn::Sub"]
    assert allowed["redrivePermission"] == "byQueue"
    assert [arn["Fn::Sub"].rsplit(":", 1)[1] for arn in allowed["sourceQueueArns"]] == [
        work_queue.rsplit(":", 1)[-1]
    ]


@of_each_worker
def test_a_failure_in_a_batch_holds_up_its_own_company_only(mappings, folder):
    assert mappings[folder]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


@of_each_worker
def test_a_batch_is_as_large_as_a_fifo_queue_allows(mappings, folder):
    assert mappings[folder]["BatchSize"] == 10


@of_each_worker
def test_a_worker_is_told_of_the_queue_that_it_works_on(functions, queues, folder):
    assert functions[folder]["Environment"]["Variables"]["ROLLCALL_QUEUE_URL"] == {"Ref": queues[folder][0]}
