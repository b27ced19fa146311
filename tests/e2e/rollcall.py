"""`rollcall --profile aws`, as an operator runs it."""

import json
import subprocess

from deployment import STACK
from emulator import REGION


class Rollcall:
    """The operator's tool, which knows the stack by its name alone."""

    def __init__(self, binary, folder, endpoint, queue_endpoint):
        self._command = [binary, "--profile", "aws", "--stack", STACK]
        # Nothing else: the stack has to say the rest.
        self._environment = {
            "HOME": str(folder),
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ENDPOINT_URL_SQS": queue_endpoint,
        }

    def __call__(self, *arguments, code=0):
        """Runs a command that ends with this code, and returns what it printed as data."""
        return json.loads(self.run(*arguments, "--json", code=code))

    def run(self, *arguments, code=0):
        """Runs a command that ends with this code, and returns what it printed."""
        words = [str(argument) for argument in arguments]
        command = [*self._command, *words]
        ended = subprocess.run(command, env=self._environment, capture_output=True, text=True, timeout=120)
        said = f"rollcall {' '.join(words)} ended with {ended.returncode} and said:\n{ended.stdout}{ended.stderr}"
        assert ended.returncode == code, said
        return ended.stdout
