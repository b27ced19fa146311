"""Times, rates and concurrency, multiplied with the numbers in the code."""

import pytest
from conftest import ROOT, constant

# The only figure ConnectWise publishes; above it a tenant "will probably be limited".
PSA_REQUESTS_PER_MINUTE = 1000
# ConnectWise hangs up on a callback after this.
PSA_PATIENCE_SECONDS = 5


@pytest.fixture(scope="module")
def rate(template):
    """What the code lets one process send, and how many processes there can be at most."""
    return {
        "per_second": constant("DEFAULT_REQUESTS_PER_SECOND", "shared"),
        "burst": constant("DEFAULT_BURST", "shared/startup"),
        "processes": template["Parameters"]["WorkerConcurrency"]["MaxValue"],
    }


def in_a_minute(per_second, burst, processes):
    return (per_second * 60 + burst) * processes


def test_all_workers_together_stay_below_what_connectwise_allows(rate):
    assert in_a_minute(**rate) <= PSA_REQUESTS_PER_MINUTE


def test_the_comment_beside_the_concurrency_tells_the_true_numbers(rate):
    said = "({per_second} a second x 60 s + {burst} at once) x {processes} processes = ".format(**rate)
    lines = (ROOT / "template.yaml").read_text().splitlines()
    assert sum(f"{said}{in_a_minute(**rate)} a minute" in line for line in lines) == 1


def test_the_default_concurrency_is_within_its_own_bounds(template):
    for name in ("ReceiverConcurrency", "WorkerConcurrency"):
        parameter = template["Parameters"][name]
        assert parameter["MinValue"] <= parameter["Default"], name
        assert parameter["Default"] <= parameter.get("MaxValue", parameter["Default"]), name


def test_function_and_mapping_are_limited_by_the_same_number(functions, mapping):
    limit = {"Ref": "WorkerConcurrency"}
    assert functions["contact-policy"]["ReservedConcurrentExecutions"] == limit
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": limit}


def test_the_gateway_throttles_before_lambda_would(template, resources, functions):
    settings = resources["CallbackApi"]["DefaultRouteSettings"]
    assert functions["callback-receiver"]["ReservedConcurrentExecutions"] == {"Ref": "ReceiverConcurrency"}
    assert 0 < settings["ThrottlingBurstLimit"] < template["Parameters"]["ReceiverConcurrency"]["MinValue"]
    assert 0 < settings["ThrottlingRateLimit"]


def test_lambda_does_not_outlive_the_caller_and_does_not_cut_the_receivers_own_limit_short(functions):
    assert functions["callback-receiver"]["Timeout"] == PSA_PATIENCE_SECONDS
