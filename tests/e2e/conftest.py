"""Runs the stack once for all tests: the emulator, the functions, the PSA, and the relays between them."""

import json
import os
import secrets
import signal
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from deployment import BUILT, ROOT, api_url, deploy
from emulator import ENCRYPTED, emulator
from psa import psa
from relay import Relay
from rollcall import Rollcall
from stack import Stack

TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))

# What is deployed is what `sam build` built; the operator's tool may be any build.
TOOL = TARGET / "debug" / "rollcall"

# Parameters of the template. All others have their defaults.
PARAMETERS = {
    "ConnectWiseLoginCompany": "northwindmsp",
    # One line for each request to the PSA, from which can be told when a visit began.
    "LogFilter": "info,http_client=debug",
}

# The site that people log in to, which is the template's default: callbacks name it as the place of their key.
SITE = "https://na.myconnectwise.net"

RULES = """
[modes]
merge-duplicates = "enforce"
primary-contact = "enforce"
portal-invite = "enforce"
"""

# The company that the PSA is too busy for, once, and for how many seconds.
THROTTLED = 812
RETRY_AFTER = 6

# The company that may not be read as often as a message is delivered.
UNREADABLE = 853

FAULTS = [
    {
        "method": "GET",
        "path": f"/company/companies/{THROTTLED}",
        "effect": {"kind": "too_many_requests", "retry_after": RETRY_AFTER},
    },
    {
        "method": "GET",
        "path": f"/company/companies/{UNREADABLE}",
        "times": 5,
        "effect": {
            "kind": "answer",
            "status": 403,
            "content_type": "application/json",
            "body": '{"code":"ConnectWiseApi","message":"You do not have access.","errors":null}',
        },
    },
]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """Shows what the worker complained about last with each test that fails."""
    report = yield
    stack = item.funcargs.get("stack")
    if report.failed and stack:
        # The emulator may be what failed.
        with suppress(BotoCoreError, ClientError):
            said = [line for lines in stack.invocations("ContactPolicy") for line in lines]
            complaints = [json.dumps(line) for line in said if line["level"] in ("WARN", "ERROR")]
            report.sections.append(("last complaints of the worker", "\n".join(complaints[-20:])))
    return report


@pytest.fixture(scope="session")
def stack():
    """The stack of the template, at work."""
    for built in (BUILT, TOOL):
        assert built.exists(), f"{built} is missing: `tests/run build e2e` makes it"
    # What runs here is to end however the tests end.
    signal.signal(signal.SIGTERM, lambda *_: pytest.exit("asked to stop"))
    with ExitStack() as ends:
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="rollcall-e2e-")))
        to_receiver, to_psa, to_queue = start_relay(ends), start_relay(ends), start_relay(ends, ENCRYPTED)
        aws = ends.enter_context(emulator(folder, to_queue.url))
        to_queue.target = aws.url
        outputs = deploy(aws, PARAMETERS, to_psa.url, to_receiver.url)
        to_receiver.target = api_url(aws)
        token = secrets.token_hex(24)
        the_psa = ends.enter_context(psa(TOOL, folder, SITE, outputs["CallbackUrl"] + token, FAULTS))
        to_psa.target = the_psa.url
        operate(aws, outputs, the_psa, token, to_psa.url)
        rollcall = Rollcall(TOOL, folder, aws.url, to_queue.url)
        rules = folder / "rules.toml"
        rules.write_text(RULES)
        rollcall.run("rules", "push", rules, "--yes")
        yield Stack(aws, outputs, the_psa, rollcall, to_receiver, to_queue, to_psa)


def start_relay(ends, headers=None):
    relay = Relay(headers)
    ends.callback(relay.close)
    return relay


def operate(aws, outputs, the_psa, token, psa_url):
    """Does what is left to the operator after the deployment: the secrets."""
    vault = aws.client("secretsmanager")
    vault.put_secret_value(SecretId=outputs["ConnectWiseSecretId"], SecretString=json.dumps(the_psa.credentials))
    tenant = json.loads(vault.get_secret_value(SecretId=outputs["TenantSecretId"])["SecretString"])
    # The emulator generates tokens with characters that the template excludes.
    tenant["path_token"] = token
    # Keys are on the public internet, but for this one.
    tenant["stand_in_origin"] = psa_url
    vault.put_secret_value(SecretId=outputs["TenantSecretId"], SecretString=json.dumps(tenant))
