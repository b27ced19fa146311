"""The deployed stack, and what can be seen of it."""

import json
from contextlib import contextmanager
from dataclasses import dataclass

from deployment import physical_names
from processes import until
from relay import Relay


@dataclass(frozen=True)
class Mirror:
    """A mirror, with a relay on each way to it and from it."""

    # What the names begin with that the template gives to what is its own.
    name: str
    # As somebody sees it who works there.
    vendor: object
    # From its worker to the PSA, from its worker to the vendor.
    to_psa: Relay
    to_vendor: Relay

    @property
    def function(self):
        """Its worker, by its name in the template."""
        return f"{self.name}Mirror"

    @property
    def queue(self):
        """The output with the URL of its queue."""
        return f"{self.name}QueueUrl"

    @property
    def dead_letter_queue(self):
        """The output with the URL of its dead-letter queue."""
        return f"{self.name}DeadLetterQueueUrl"

    @property
    def secret(self):
        """The output with the id of its secret."""
        return f"{self.name}SecretId"

    @contextmanager
    def vendor_down(self):
        """For the time of the block, nobody answers where the vendor is."""
        self.to_vendor.down = True
        try:
            yield
        finally:
            self.to_vendor.down = False


class Stack:
    """The stack on the emulator, with the PSA and the mirrors it works for and a relay on each way between them."""

    def __init__(self, emulator, parameters, outputs, psa, mirrors, rollcall, to_receiver, to_queue, to_psa):
        self.parameters = parameters
        self.outputs = outputs
        self.psa = psa
        # By their names.
        self.mirrors = mirrors
        # What the operator does: `rollcall("dlq", "list")`.
        self.rollcall = rollcall
        # From the PSA to the receiver, from the functions to the queues, from contact-policy to the PSA.
        self.to_receiver = to_receiver
        self.to_queue = to_queue
        self.to_psa = to_psa
        self.names = physical_names(emulator)
        self.client = emulator.client
        self.sqs = emulator.client("sqs")
        self._dynamodb = emulator.client("dynamodb")
        self._iam = emulator.client("iam")
        self._lambda = emulator.client("lambda")
        self._logs = emulator.client("logs")

    # The queues.

    def send(self, group, body, deduplication, queue="WorkQueueUrl"):
        """Puts a message on a queue."""
        self.sqs.send_message(
            QueueUrl=self.outputs[queue],
            MessageBody=body,
            MessageGroupId=group,
            MessageDeduplicationId=deduplication,
        )

    def waiting(self, queue="WorkQueueUrl"):
        """How many messages of a queue can be received."""
        return int(self.queue_attributes(queue)["ApproximateNumberOfMessages"])

    def is_idle(self, queue="WorkQueueUrl"):
        """Whether a queue is empty, and nothing of it is being worked on."""
        attributes = self.queue_attributes(queue)
        return attributes["ApproximateNumberOfMessages"] == attributes["ApproximateNumberOfMessagesNotVisible"] == "0"

    def all_are_idle(self):
        """Whether this is so of the queues of all workers."""
        return all(self.is_idle(queue) for queue in self.queues())

    def queues(self):
        """The outputs with the URLs of the workers' queues. What the mirrors are told comes from the first of them."""
        return ["WorkQueueUrl", *(mirror.queue for mirror in self.mirrors.values() if mirror.queue in self.outputs)]

    def sent(self, queue="WorkQueueUrl"):
        """The messages that were put on a queue through the relay: what was asked, and what was answered."""
        for exchange in self.to_queue.exchanges():
            if exchange.headers.get("x-amz-target") == "AmazonSQS.SendMessage" and exchange.status == 200:
                asked = json.loads(exchange.body)
                if asked["QueueUrl"] == self.outputs[queue]:
                    yield asked, json.loads(exchange.answer)

    def any_dead(self):
        """Whether something is on the worker's dead-letter queue."""
        return self.queue_attributes("DeadLetterQueueUrl")["ApproximateNumberOfMessages"] != "0"

    def dead_letters(self, queue="DeadLetterQueueUrl"):
        """Takes all messages off a dead-letter queue. Who does not put them back has to see to them."""
        found = []
        while received := self._receive(queue):
            found += received
            for message in received:
                self.sqs.delete_message(QueueUrl=self.outputs[queue], ReceiptHandle=message["ReceiptHandle"])
        return found

    def _receive(self, queue):
        answer = self.sqs.receive_message(
            QueueUrl=self.outputs[queue], MaxNumberOfMessages=10, AttributeNames=["All"]
        )
        return answer.get("Messages", [])

    def queue_attributes(self, queue):
        """The attributes of a queue, by the output that has its URL."""
        return self.sqs.get_queue_attributes(QueueUrl=self.outputs[queue], AttributeNames=["All"])["Attributes"]

    @contextmanager
    def nobody_at_work(self):
        """For the time of the block, messages stay on the queue."""
        self._switch_mappings(False)
        try:
            yield
        finally:
            self._switch_mappings(True)

    @contextmanager
    def queue_out_of_reach(self):
        """For the time of the block, functions find nobody where the queues are."""
        self.to_queue.down = True
        try:
            yield
        finally:
            self.to_queue.down = False

    @contextmanager
    def queue_denied(self):
        """For the time of the block, the receiver may not send."""
        role, policy = self.names["CallbackReceiverRole"], "denied"
        statement = {"Effect": "Deny", "Action": "sqs:SendMessage", "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self._iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=document)
        try:
            yield
        finally:
            self._iam.delete_role_policy(RoleName=role, PolicyName=policy)

    def _switch_mappings(self, on):
        for mapping in self.mappings():
            self._lambda.update_event_source_mapping(UUID=mapping["UUID"], Enabled=on)

    # The functions.

    def mappings(self, function=None):
        """The event source mappings of a function, or of all."""
        found = self._lambda.list_event_source_mappings()["EventSourceMappings"]
        if function is None:
            return found
        arn = self.configuration(function)["FunctionArn"]
        return [mapping for mapping in found if mapping["FunctionArn"] == arn]

    def configuration(self, function):
        """How a function is configured, by its name in the template."""
        return self._lambda.get_function_configuration(FunctionName=self.names[function])

    def concurrency(self, function):
        """How many copies of a function may run."""
        answer = self._lambda.get_function_concurrency(FunctionName=self.names[function])
        return answer.get("ReservedConcurrentExecutions")

    def invocations(self, function):
        """What a function logged: for each invocation the lines, as data. Metrics are left out."""
        group = self.configuration(function)["LoggingConfig"]["LogGroup"]
        # The emulator gives each invocation a stream of its own.
        streams = {}
        for page in self._logs.get_paginator("filter_log_events").paginate(logGroupName=group):
            for event in page["events"]:
                # The other lines are the platform's.
                line = json.loads(event["message"]) if event["message"].startswith("{") else {}
                if "timestamp" in line:
                    streams.setdefault(event["logStreamName"], []).append(line)
        return list(streams.values())

    def lines(self, function, message):
        """The lines of a function with this message, oldest first."""
        lines = [line for lines in self.invocations(function) for line in lines if line.get("message") == message]
        return sorted(lines, key=lambda line: line["timestamp"])

    def visits(self, company):
        """The lines about visits that were made to a company, oldest first."""
        return [line for line in self.lines("ContactPolicy", "visited a company") if line["company.id"] == str(company)]

    def await_visit(self, company, after=0):
        """Waits until a visit to a company is carried through that comes after so many others, and returns it."""

        def done():
            return next((visit for visit in self.visits(company)[after:] if visit["complete"]), None)

        return until(done, 60, f"company {company} is visited")

    def await_change(self, company, since=None):
        """Waits for the first visit to a company that changed something, or the first one since another."""

        def done():
            visits = self.visits(company)
            later = visits[visits.index(since) + 1 :] if since else visits
            return next((visit for visit in later if visit["changes"]), None)

        return until(done, 60, f"a visit changes something at company {company}")

    def workers(self):
        """The functions that work on queues, by their names in the template."""
        mirrors = (mirror.function for mirror in self.mirrors.values())
        return ["ContactPolicy", *(function for function in mirrors if function in self.names)]

    def may(self, function, action, resource):
        """Whether the role of a function allows it to do something with a resource."""
        answer = self._iam.simulate_principal_policy(
            PolicySourceArn=self.configuration(function)["Role"], ActionNames=[action], ResourceArns=[resource]
        )
        [result] = answer["EvaluationResults"]
        return result["EvalDecision"] == "allowed"

    # The journal.

    def journal(self, partition):
        """What lies in a partition of the journal's table, by its place."""
        table = self.outputs.get("JournalTable")
        assert table, "the stack has no journal table: its output JournalTable is missing"
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :partition",
            ExpressionAttributeValues={":partition": {"S": partition}},
        )
        return {item["sk"]["S"]: item for page in pages for item in page["Items"]}
