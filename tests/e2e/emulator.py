"""The emulator of AWS: ministack, on a free port of this machine."""

import os
import socket
import sys
from contextlib import contextmanager
from importlib.util import find_spec

import boto3
from botocore.config import Config

from processes import fail_if_ended, free_port, running, until

REGION = "us-east-1"

# The emulator is asked over plain HTTP, and the queues take nothing but HTTPS. With this header it counts as that.
ENCRYPTED = {"X-Forwarded-Proto": "https"}

MISSING = """the emulator is not installed: `tests/run e2e` installs ministack from PyPI into .venv/e2e.
If that fails, this machine has no access to PyPI: set PIP_INDEX_URL to a mirror that has ministack, or run the other
steps of tests/run by their names."""


class Emulator:
    """A running emulator."""

    def __init__(self, url):
        self.url = url

    def client(self, service):
        """A client of a service, as the account's owner."""
        client = boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            # The emulator's own name for the owner.
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"max_attempts": 1}, read_timeout=60),
        )
        client.meta.events.register("before-send", encrypted)
        return client


def encrypted(request, **_):
    """Has a request count as encrypted, as if something before the emulator had seen to that."""
    for name, value in ENCRYPTED.items():
        request.headers[name] = value


@contextmanager
def emulator(folder, queue_url):
    """Runs the emulator, which keeps its files in the folder. Functions reach the queues at a URL of their own."""
    if find_spec("ministack") is None:
        raise AssertionError(MISSING)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    log = folder / "ministack.log"
    # Functions inherit these. There is no way from here to a real account: no other variable, and an empty home.
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "STATE_DIR": str(folder / "state"),
        "S3_DATA_DIR": str(folder / "s3"),
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        # Rights are enforced: a function can do what its role in the template allows, and nothing else.
        "AUTH": "true",
        "MINISTACK_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": url,
        "AWS_ENDPOINT_URL_SQS": queue_url,
    }

    def is_up():
        fail_if_ended(process, log, "the emulator")
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    with running([sys.executable, "-m", "ministack"], environment, log) as process:
        until(is_up, 60, "the emulator listens")
        yield Emulator(url)
