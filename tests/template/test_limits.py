"""Times, rates and concurrency, multiplied with the numbers in the code."""

import pytest
from conftest import ROOT, constant

# The only figure ConnectWise publishes; above it a tenant "will probably be limited".
PSA_REQUESTS_PER_MINUTE = 1000
# ConnectWise hangs up on a callback after this.
PSA_PATIENCE_SECONDS = 5
# What IT Glue allows an account, and what it once allowed in a second, below which it is well to stay.
IT_GLUE_REQUESTS, IT_GLUE_SECONDS = 3000, 300
IT_GLUE_REQUESTS_PER_SECOND = 10

MIRRORS = ["mirror-itglue", "mirror-growcrm"]


@pytest.fixture(scope="module")
def workers(template):
    """How many workers of contact-policy there can be at most."""
    return template["Parameters"]["WorkerConcurrency"]["MaxValue"]


@pytest.fixture(scope="module")
def mirrors(functions):
    """How many workers of each mirror there can be, by the mirror's folder."""
    return {folder: functions[folder]["ReservedConcurrentExecutions"] for folder in MIRRORS}


@pytest.fixture(scope="module")
def alone(workers):
    """What contact-policy sends to ConnectWise without a mirror."""
    return rate("DEFAULT_REQUESTS_PER_SECOND", "DEFAULT_BURST", workers)


@pytest.fixture(scope="module")
def beside_mirrors(workers):
    """What contact-policy sends to ConnectWise while a mirror is on."""
    return rate("REQUESTS_PER_SECOND_BESIDE_MIRRORS", "DEFAULT_BURST", workers)


@pytest.fixture(scope="module")
def of_mirrors(mirrors):
    """What all mirrors together send to ConnectWise."""
    return rate("MIRROR_REQUESTS_PER_SECOND", "MIRROR_BURST", sum(mirrors.values()))


def rate(per_second, burst, processes):
    """What the code lets one process send, by the names of its constants, and how many processes there can be."""
    return {
        "per_second": constant(per_second, "shared/startup"),
        "burst": constant(burst, "shared/startup"),
        "processes": processes,
    }


def at_most(seconds, per_second, burst, processes):
    return (per_second * seconds + burst) * processes


def said(seconds, unit, **rate):
    """How a comment in the template tells it."""
    together = at_most(seconds, **rate)
    words = "({per_second} a second x {seconds} s + {burst} at once) x {processes} processes = ".format(seconds=seconds, **rate)
    return f"#   {words}{together} {unit}"


def lines():
    return [line.strip() for line in (ROOT / "template.yaml").read_text().splitlines()]


def test_all_workers_together_stay_below_what_connectwise_allows(alone, beside_mirrors, of_mirrors):
    assert at_most(60, **alone) < PSA_REQUESTS_PER_MINUTE
    assert at_most(60, **beside_mirrors) + at_most(60, **of_mirrors) < PSA_REQUESTS_PER_MINUTE


def test_all_workers_together_stay_below_what_it_glue_allows(mirrors):
    itglue = rate("ITGLUE_REQUESTS_PER_SECOND", "ITGLUE_BURST", mirrors["mirror-itglue"])
    assert at_most(IT_GLUE_SECONDS, **itglue) < IT_GLUE_REQUESTS
    assert itglue["per_second"] * itglue["processes"] < IT_GLUE_REQUESTS_PER_SECOND
    assert lines().count(said(IT_GLUE_SECONDS, "in five minutes", **itglue)) == 1


def test_grow_crm_is_asked_gently(mirrors):
    growcrm = rate("GROWCRM_REQUESTS_PER_SECOND", "GROWCRM_BURST", mirrors["mirror-growcrm"])
    assert growcrm["per_second"] * growcrm["processes"] <= 4
    assert lines().count(said(60, "a minute", **growcrm)) == 1


def test_the_comments_beside_the_concurrency_tell_the_true_numbers(alone, beside_mirrors, of_mirrors):
    for rate in (alone, beside_mirrors, of_mirrors):
        assert lines().count(said(60, "a minute", **rate)) == 1


def test_the_default_concurrency_is_within_its_own_bounds(template):
    for name in ("ReceiverConcurrency", "WorkerConcurrency"):
        parameter = template["Parameters"][name]
        assert parameter["MinValue"] <= parameter["Default"], name
        assert parameter["Default"] <= parameter.get("MaxValue", parameter["Default"]), name


def test_function_and_mapping_are_limited_by_the_same_number(functions, mappings):
    assert functions["contact-policy"]["ReservedConcurrentExecutions"] == {"Ref": "WorkerConcurrency"}
    assert mappings.keys() == {"contact-policy", *MIRRORS}
    for folder, mapping in mappings.items():
        limit = functions[folder]["ReservedConcurrentExecutions"]
        assert mapping["ScalingConfig"] == {"MaximumConcurrency": limit}, folder


def test_the_gateway_throttles_before_lambda_would(template, resources, functions):
    settings = resources["CallbackApi"]["DefaultRouteSettings"]
    assert functions["callback-receiver"]["ReservedConcurrentExecutions"] == {"Ref": "ReceiverConcurrency"}
    assert 0 < settings["ThrottlingBurstLimit"] < template["Parameters"]["ReceiverConcurrency"]["MinValue"]
    assert 0 < settings["ThrottlingRateLimit"]


def test_lambda_does_not_outlive_the_caller_and_does_not_cut_the_receivers_own_limit_short(functions):
    assert functions["callback-receiver"]["Timeout"] == PSA_PATIENCE_SECONDS
