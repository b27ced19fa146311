"""Alarms look at what there is, reach somebody, and say where to read on; the dashboard shows the same."""

import json
import re

import pytest
from conditions import text_of
from conftest import ROOT, attribute_of, files, without_tests

DAY = 24 * 60 * 60
NAMESPACE = "Rollcall"
# A counter in the code: `counter!("VisitsDone")`.
COUNTER = re.compile(r'counter!\("(\w+)"\)')
# A text that may be the name of one: `"CallbacksRefused"`.
NAME = re.compile(r'"([A-Z][a-z]+[A-Z]\w+)"')

# The functions, by what the template calls them.
FUNCTIONS = {
    "CallbackReceiver": "callback-receiver",
    "ContactPolicy": "contact-policy",
    "ItGlueMirror": "mirror-itglue",
    "GrowCrmMirror": "mirror-growcrm",
}
WORKERS = [folder for folder in FUNCTIONS.values() if folder != "callback-receiver"]
# The mirrors, by the code that only their workers use.
MIRRORS = {"ItGlueMirror": "itglue", "GrowCrmMirror": "growcrm"}

# What missing data means where it does not mean that all is well. Why is said beside each alarm of the worker.
ON_MISSING_DATA = {"CallbacksSilentAlarm": "breaching"} | {
    f"{mirror}{alarm}Alarm": "ignore"
    for mirror in ("", "ItGlue", "GrowCrm")
    for alarm in ("DeadLetters", "OldestMessage", "WorkNotTaken")
}


@pytest.fixture(scope="module")
def alarms(of_type):
    return of_type("CloudWatch::Alarm")


@pytest.fixture(scope="module")
def dashboard(of_type):
    """The dashboard as data; `${X}` stays as it is."""
    (dashboard,) = of_type("CloudWatch::Dashboard").values()
    return json.loads(text_of(dashboard["DashboardBody"]))


@pytest.fixture(scope="module")
def widgets(dashboard):
    """The widgets that show metrics, by title."""
    return {
        widget["properties"]["title"]: widget["properties"]
        for widget in dashboard["widgets"]
        if widget["type"] == "metric"
    }


@pytest.fixture(scope="module")
def counted():
    """What the code counts, by the function that does. What is counted in shared code every worker counts, but for the
    requests to a vendor that is not its own."""

    def names(*texts):
        return {name for text in texts for name in NAME.findall(text)}

    vendors = {
        mirror: names(without_tests((ROOT / f"shared/startup/src/{vendor}.rs").read_text()))
        for mirror, vendor in MIRRORS.items()
    }
    shared = names(*files("shared")) - set().union(*vendors.values())
    own = {logical: names(*files(f"functions/{folder}")) for logical, folder in FUNCTIONS.items()}
    return {
        logical: own[logical] | (shared if folder in WORKERS else set()) | vendors.get(logical, set())
        for logical, folder in FUNCTIONS.items()
    }


def queries(alarm):
    """Each metric of an alarm: namespace, name, dimensions, statistic and period."""
    for query in alarm.get("Metrics", []):
        if "MetricStat" in query:
            metric = query["MetricStat"]["Metric"]
            yield metric | {"Stat": query["MetricStat"]["Stat"], "Period": query["MetricStat"]["Period"]}
    if "MetricName" in alarm:
        yield {
            "Namespace": alarm["Namespace"],
            "MetricName": alarm["MetricName"],
            "Dimensions": alarm["Dimensions"],
            "Stat": alarm["Statistic"],
            "Period": alarm["Period"],
        }


def dimensions(query):
    """Dimensions by name; a reference is the logical name it leads to."""

    def plain(value):
        if isinstance(value, str):
            return value
        return value["Ref"] if "Ref" in value else attribute_of(value)

    return {dimension["Name"]: plain(dimension["Value"]) for dimension in query["Dimensions"]}


def watching(alarms, namespace, metric, **by):
    """The alarms on a metric with these dimensions."""
    return [
        name
        for name, alarm in alarms.items()
        for query in queries(alarm)
        if (query["Namespace"], query["MetricName"]) == (namespace, metric) and dimensions(query) == by
    ]


def shown(widgets):
    """Each metric on the dashboard: namespace, name, and the logical name of what it is about."""
    for widget in widgets.values():
        for namespace, name, _dimension, value, *_options in widget["metrics"]:
            yield namespace, name, re.fullmatch(r"\$\{(\w+)(\.\w+)?\}", value)[1]


def test_every_alarm_goes_to_the_topic(alarms, of_type):
    (topic,) = of_type("SNS::Topic")
    assert alarms
    for name, alarm in alarms.items():
        assert alarm["AlarmActions"] == [{"Ref": topic}], name
        assert alarm.get("ActionsEnabled", True) is True, name


def test_mail_is_sent_to_whoever_is_named_and_to_nobody_else(template, of_type):
    (topic,) = of_type("SNS::Topic")
    ((name, mail),) = of_type("SNS::Subscription").items()
    assert template["Resources"][name]["Condition"] == "HasAlarmEmail"
    assert template["Conditions"]["HasAlarmEmail"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "AlarmEmail"}, ""]}]}
    assert template["Parameters"]["AlarmEmail"]["Default"] == ""
    assert mail == {"TopicArn": {"Ref": topic}, "Protocol": "email", "Endpoint": {"Ref": "AlarmEmail"}}


def test_an_alarm_has_a_name_of_its_own_and_says_where_to_read_on(alarms):
    names = [text_of(alarm["AlarmName"]) for alarm in alarms.values()]
    assert len(names) == len(set(names))
    for name, alarm in zip(names, alarms.values()):
        stack, short = name.split("}-")
        assert stack == "${AWS::StackName"
        assert alarm["AlarmDescription"].endswith(f" What to do: docs/operations.md, Alarms, {short}.")


def test_what_missing_data_means_is_decided_for_each_alarm(alarms):
    assert ON_MISSING_DATA.keys() <= alarms.keys()
    for name, alarm in alarms.items():
        assert alarm["TreatMissingData"] == ON_MISSING_DATA.get(name, "notBreaching"), name


def test_no_alarm_looks_back_further_than_cloudwatch_does(alarms, template):
    for name, alarm in alarms.items():
        periods = alarm["EvaluationPeriods"]
        if isinstance(periods, dict):
            periods = template["Parameters"][periods["Ref"]]["MaxValue"]
        lengths = {query["Period"] for query in queries(alarm)} | {
            query["Period"] for query in alarm.get("Metrics", []) if "Period" in query
        }
        (period,) = lengths
        assert period * periods <= (7 * DAY if period >= 60 * 60 else DAY), name


def test_an_alarm_on_several_metrics_has_one_result(alarms):
    for name, alarm in alarms.items():
        assert ("Metrics" in alarm) != ("MetricName" in alarm), name
        results = [query for query in alarm.get("Metrics", []) if query.get("ReturnData", True)]
        assert len(results) == ("Metrics" in alarm), name
        for result in results:
            ids = {query["Id"] for query in alarm["Metrics"]} - {result["Id"]}
            expression = text_of(result["Expression"])
            assert "METRICS()" in expression or all(re.search(rf"\b{id}\b", expression) for id in ids), name


def test_our_metrics_are_counted_by_the_function_they_are_looked_for_at(alarms, widgets, counted):
    looked_for = [
        (query["MetricName"], dimensions(query))
        for alarm in alarms.values()
        for query in queries(alarm)
        if query["Namespace"] == NAMESPACE
    ] + [(name, {"FunctionName": about}) for namespace, name, about in shown(widgets) if namespace == NAMESPACE]
    assert looked_for
    for name, of in looked_for:
        assert of.keys() == {"FunctionName"}, name
        assert name in counted[of["FunctionName"]], name


def test_whatever_is_counted_is_on_the_dashboard(widgets):
    ours = {name for namespace, name, _about in shown(widgets) if namespace == NAMESPACE}
    assert {name for text in files("functions", "shared") for name in COUNTER.findall(text)} <= ours


def test_namespace_and_dimension_are_those_of_the_code():
    metrics = "\n".join(files("shared/startup"))
    assert f'const NAMESPACE: &str = "{NAMESPACE}";' in metrics
    assert 'const DIMENSION: &str = "FunctionName";' in metrics


@pytest.mark.parametrize("logical", FUNCTIONS)
def test_each_function_is_watched_for_errors_throttling_and_time(alarms, functions, logical):
    for metric in ("Errors", "Throttles"):
        (name,) = watching(alarms, "AWS/Lambda", metric, FunctionName=logical)
        assert alarms[name]["Threshold"] == 0, name
    (name,) = watching(alarms, "AWS/Lambda", "Duration", FunctionName=logical)
    timeout = functions[FUNCTIONS[logical]]["Timeout"]
    assert alarms[name]["Threshold"] == timeout * 1000 * 80 / 100
    assert alarms[name]["Statistic"] == "Maximum"


def test_every_function_is_watched(functions):
    assert sorted(FUNCTIONS.values()) == sorted(functions)


@pytest.mark.parametrize("folder", WORKERS)
def test_one_dead_letter_is_an_alarm(alarms, queues, folder):
    _work, dead = queues[folder]
    (name,) = watching(alarms, "AWS/SQS", "ApproximateNumberOfMessagesVisible", QueueName=dead)
    assert alarms[name]["Threshold"] == 0
    assert alarms[name]["Statistic"] == "Maximum"


@pytest.mark.parametrize("folder", WORKERS)
def test_a_message_is_too_old_when_its_workers_cannot_merely_have_died(alarms, resources, queues, folder):
    work, _dead = queues[folder]
    (name,) = watching(alarms, "AWS/SQS", "ApproximateAgeOfOldestMessage", QueueName=work)
    assert alarms[name]["Threshold"] > resources[work]["VisibilityTimeout"] * 4


@pytest.mark.parametrize("folder", [FUNCTIONS[mirror] for mirror in MIRRORS])
def test_a_vendor_that_stays_out_of_reach_is_told_before_its_messages_are_dead(alarms, resources, queues, folder):
    work, _dead = queues[folder]
    (name,) = watching(alarms, "AWS/SQS", "ApproximateAgeOfOldestMessage", QueueName=work)
    receives = resources[work]["RedrivePolicy"]["maxReceiveCount"]
    # As `backoff` of shared/reconcile/src/fate.rs has it.
    waits = sum(min(15 * 2**count, 900) for count in range(1, receives))
    assert alarms[name]["Threshold"] < waits - 3600
    assert waits > 6 * 3600


@pytest.mark.parametrize("folder", WORKERS)
def test_a_queue_is_not_called_stuck_while_a_dead_worker_holds_a_company_up(alarms, resources, queues, folder):
    work, _dead = queues[folder]
    (name,) = watching(alarms, "AWS/SQS", "NumberOfMessagesReceived", QueueName=work)
    (period,) = {query["Period"] for query in queries(alarms[name])}
    assert alarms[name]["EvaluationPeriods"] * period > resources[work]["VisibilityTimeout"]


def test_what_the_psa_does_not_send_again_is_an_alarm_at_once(alarms):
    (refused,) = watching(alarms, NAMESPACE, "CallbacksRefused", FunctionName="CallbackReceiver")
    (lost,) = watching(alarms, "AWS/ApiGateway", "5xx", ApiId="CallbackApi")
    for name in (refused, lost):
        assert (alarms[name]["Threshold"], alarms[name]["EvaluationPeriods"]) == (0, 1), name


def test_silence_is_neither_work_nor_its_absence_for_as_long_as_the_operator_says(alarms):
    (accepted,) = watching(alarms, NAMESPACE, "CallbacksAccepted", FunctionName="CallbackReceiver")
    (ignored,) = watching(alarms, NAMESPACE, "CallbacksIgnored", FunctionName="CallbackReceiver")
    assert accepted == ignored
    alarm = alarms[accepted]
    assert alarm["EvaluationPeriods"] == {"Ref": "SilenceHours"}
    assert {query["Period"] for query in queries(alarm)} == {60 * 60}
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 1)


def test_the_journal_is_watched_for_throttling_and_failures(alarms, resources):
    (index,) = resources["Journal"]["GlobalSecondaryIndexes"]
    for metric in ("ReadThrottleEvents", "WriteThrottleEvents"):
        assert watching(alarms, "AWS/DynamoDB", metric, TableName="Journal")
        assert watching(
            alarms, "AWS/DynamoDB", metric, TableName="Journal", GlobalSecondaryIndexName=index["IndexName"]
        )
    (query,) = alarms["JournalErrorsAlarm"]["Metrics"]
    assert "SUM(SystemErrors)" in text_of(query["Expression"])
    assert "TableName = '${Journal}'" in text_of(query["Expression"])


def test_every_alarm_is_on_the_dashboard(alarms, dashboard):
    (board,) = [widget["properties"] for widget in dashboard["widgets"] if widget["type"] == "alarm"]
    assert sorted(board["alarms"]) == sorted(f"${{{name}.Arn}}" for name in alarms)


def test_what_an_alarm_looks_at_is_on_the_dashboard(alarms, widgets):
    metrics = {(namespace, name) for namespace, name, _about in shown(widgets)}
    for name, alarm in alarms.items():
        for query in queries(alarm):
            if query["MetricName"] != "NumberOfMessagesReceived":
                assert (query["Namespace"], query["MetricName"]) in metrics, name


def test_the_lines_on_the_dashboard_are_the_limits(widgets, functions, template):
    def line(title):
        (annotation,) = widgets[title]["annotations"]["horizontal"]
        return annotation["value"]

    assert line("Receiver: duration, ms") == functions["callback-receiver"]["Timeout"] * 1000
    assert line("Worker: duration, ms") == functions["contact-policy"]["Timeout"] * 1000
    assert line("Functions: running at once") == template["Parameters"]["WorkerConcurrency"]["MaxValue"]
    for name, folder in [("IT Glue", "mirror-itglue"), ("Grow CRM", "mirror-growcrm")]:
        title = f"{name}: duration of the worker, ms, and failures"
        assert line(title) == functions[folder]["Timeout"] * 1000
    assert line("Requests to IT Glue in five minutes") == 3000
    assert widgets["Requests to IT Glue in five minutes"]["period"] == 300
    assert line("Requests to ConnectWise a minute") == 1000
    assert widgets["Requests to ConnectWise a minute"]["period"] == 60


def test_widgets_do_not_cover_each_other(dashboard):
    taken = set()
    for widget in dashboard["widgets"]:
        columns = range(widget["x"], widget["x"] + widget["width"])
        rows = range(widget["y"], widget["y"] + widget["height"])
        assert columns.stop <= 24, widget["properties"]["title"]
        cells = {(x, y) for x in columns for y in rows}
        assert not cells & taken, widget["properties"]["title"]
        taken |= cells
