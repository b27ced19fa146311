"""The queue keeps order, keeps what failed, and waits long enough."""

from conftest import attribute_of

FOURTEEN_DAYS = 14 * 24 * 60 * 60


def test_both_queues_are_fifo_with_keys_named_by_the_sender(resources):
    for name in ("WorkQueue", "DeadLetterQueue"):
        queue = resources[name]
        assert queue["FifoQueue"] is True, name
        assert queue["QueueName"]["Fn::Sub"].endswith(".fifo"), name
        assert queue["ContentBasedDeduplication"] is False, name


def test_companies_do_not_limit_each_other(resources):
    queue = resources["WorkQueue"]
    assert queue["DeduplicationScope"] == "messageGroup"
    assert queue["FifoThroughputLimit"] == "perMessageGroupId"


def test_a_queue_is_spoken_to_over_tls_only(resources, of_type):
    policies = {policy["Queues"][0]["Ref"]: policy for policy in of_type("SQS::QueuePolicy").values()}
    assert policies.keys() == of_type("SQS::Queue").keys()
    for queue, policy in policies.items():
        (statement,) = policy["PolicyDocument"]["Statement"]
        assert statement["Effect"] == "Deny", queue
        assert statement["Principal"] == "*", queue
        assert statement["Action"] == "sqs:*", queue
        assert attribute_of(statement["Resource"]) == queue
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}, queue


def test_a_message_stays_hidden_for_six_times_the_workers_timeout(resources, functions):
    timeout = functions["contact-policy"]["Timeout"]
    assert resources["WorkQueue"]["VisibilityTimeout"] >= 6 * timeout


def test_the_fifth_failure_is_the_last_and_the_dead_letter_is_kept_as_long_as_possible(resources):
    redrive = resources["WorkQueue"]["RedrivePolicy"]
    assert redrive["maxReceiveCount"] == 5
    assert attribute_of(redrive["deadLetterTargetArn"]) == "DeadLetterQueue"
    assert resources["DeadLetterQueue"]["MessageRetentionPeriod"] == FOURTEEN_DAYS


def test_only_the_work_queue_may_leave_dead_letters(resources):
    allowed = resources["DeadLetterQueue"]["RedriveAllowPolicy"]
    work_queue = resources["WorkQueue"]["QueueName"]["Fn::Sub"]
    assert allowed["redrivePermission"] == "byQueue"
    assert [arn["Fn::Sub"].rsplit(":", 1)[1] for arn in allowed["sourceQueueArns"]] == [
        work_queue.rsplit(":", 1)[-1]
    ]


def test_a_failure_in_a_batch_holds_up_its_own_company_only(mapping):
    assert attribute_of(mapping["Queue"]) == "WorkQueue"
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_a_batch_is_as_large_as_a_fifo_queue_allows(mapping):
    assert mapping["BatchSize"] == 10
