"""Runs the stack once for all tests: the emulator, the functions, the PSA, and the relays between them."""

import json
import os
import secrets
import signal
import tempfile
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from deployment import BUILT, ROOT, api_url, deploy
from emulator import ENCRYPTED, emulator
from relay import Relay
from rollcall import Rollcall
from sandbox import sandbox
from stack import Mirror, Stack

TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))

# What is deployed is what `sam build` built; the operator's tool may be any build.
TOOL = TARGET / "debug" / "rollcall"

# Parameters of the template. All others have their defaults.
PARAMETERS = {
    "ConnectWiseLoginCompany": "northwindmsp",
    "MirrorItGlue": "on",
    "MirrorGrowCrm": "on",
    # One line for each request to the PSA, from which can be told when a visit began.
    "LogFilter": "info,http_client=debug",
}

# The mirrors, in the order in which the sandbox has them: what the names begin with that the template gives to what is
# theirs.
MIRRORS = ("ItGlue", "GrowCrm")

# The site that people log in to, which is the template's default: callbacks name it as the place of their key.
SITE = "https://na.myconnectwise.net"

RULES = """
[modes]
merge-duplicates = "enforce"
primary-contact = "enforce"
portal-invite = "enforce"
mirror-itglue = "enforce"
mirror-growcrm = "enforce"
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
    """Shows what the workers complained about last with each test that fails."""
    report = yield
    stack = next((value for value in item.funcargs.values() if isinstance(value, Stack)), None)
    if report.failed and stack:
        # The emulator may be what failed.
        with suppress(BotoCoreError, ClientError):
            for worker in stack.workers():
                said = [line for lines in stack.invocations(worker) for line in lines]
                complaints = [json.dumps(line) for line in said if line["level"] in ("WARN", "ERROR")]
                report.sections.append((f"last complaints of {worker}", "\n".join(complaints[-20:])))
    return report


@pytest.fixture(scope="session")
def stack():
    """The stack of the template with both mirrors, at work."""
    with at_work(PARAMETERS) as stack:
        yield stack


@contextmanager
def at_work(parameters):
    """A stack of the template, at work."""
    for built in (BUILT, TOOL):
        assert built.exists(), f"{built} is missing: `tests/run build e2e` makes it"
    # What runs here is to end however the tests end.
    signal.signal(signal.SIGTERM, lambda *_: pytest.exit("asked to stop"))
    with ExitStack() as ends:
        folder = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="rollcall-e2e-")))
        to_receiver, to_psa, to_queue = start_relay(ends), start_relay(ends), start_relay(ends, ENCRYPTED)
        # From the worker of each mirror to the PSA, and to the vendor.
        ways = {name: (start_relay(ends), start_relay(ends)) for name in MIRRORS}
        aws = ends.enter_context(emulator(folder, to_queue.url))
        to_queue.target = aws.url
        psa_urls = {f"{name}Mirror": way.url for name, (way, _) in ways.items()} | {"ContactPolicy": to_psa.url}
        outputs = deploy(aws, parameters, psa_urls, to_receiver.url)
        to_receiver.target = api_url(aws)
        token = secrets.token_hex(24)
        psa, *vendors = ends.enter_context(sandbox(TOOL, folder, SITE, outputs["CallbackUrl"] + token, FAULTS))
        mirrors = {}
        for (name, (mirror_to_psa, to_vendor)), vendor in zip(ways.items(), vendors, strict=True):
            mirror_to_psa.target, to_vendor.target = psa.url, vendor.url
            mirrors[name] = Mirror(name, vendor, mirror_to_psa, to_vendor)
        to_psa.target = psa.url
        operate(aws, outputs, psa, mirrors, token, to_psa.url)
        rollcall = Rollcall(TOOL, folder, aws.url, to_queue.url)
        rules = folder / "rules.toml"
        rules.write_text(RULES)
        rollcall.run("rules", "push", rules, "--yes")
        yield Stack(aws, parameters, outputs, psa, mirrors, rollcall, to_receiver, to_queue, to_psa)


def start_relay(ends, headers=None):
    relay = Relay(headers)
    ends.callback(relay.close)
    return relay


def operate(aws, outputs, psa, mirrors, token, psa_url):
    """Does what is left to the operator after the deployment: the secrets."""
    vault = aws.client("secretsmanager")
    vault.put_secret_value(SecretId=outputs["ConnectWiseSecretId"], SecretString=json.dumps(psa.credentials))
    for mirror in mirrors.values():
        # There is none of a mirror that is off.
        if mirror.secret in outputs:
            account = json.dumps(mirror.vendor.account(mirror.to_vendor.url))
            vault.put_secret_value(SecretId=outputs[mirror.secret], SecretString=account)
    tenant = json.loads(vault.get_secret_value(SecretId=outputs["TenantSecretId"])["SecretString"])
    # The emulator generates tokens with characters that the template excludes.
    tenant["path_token"] = token
    # Keys are on the public internet, but for this one.
    tenant["stand_in_origin"] = psa_url
    vault.put_secret_value(SecretId=outputs["TenantSecretId"], SecretString=json.dumps(tenant))
