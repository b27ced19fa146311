"""One start of one function: from the process to its last answer."""

import os
import re
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from runtime_api import Failed, RuntimeApi


@dataclass
class Function:
    """What is started, and what it is asked."""

    name: str
    command: list
    folder: Path
    variables: dict
    event: Callable[[], dict]
    check: Callable[[dict], None]
    warm_events: int
    # From one event to the next, at least. Our worker keeps to five requests a second in the long run.
    pause_seconds: float = 0.0


@dataclass
class Run:
    """What one start was like. Times are in seconds; those of `steps`, which end with the
    first answer, are since the start of the process."""

    cold_start: float
    first_answer: float
    warm: list
    # What the stand-ins took of each of these.
    warm_waits: list
    peak_bytes: int
    steps: list
    # Requests to AWS and the PSA, for the first event and for one warm event.
    first_calls: list
    warm_calls: list


def start(function: Function, steps: list) -> Run:
    """Starts a function, asks it everything, and ends it. `steps` is where the stand-ins write."""
    steps.clear()
    api = RuntimeApi(steps)
    with tempfile.TemporaryFile() as output:
        begin = time.perf_counter()
        # All that this process has open is closed on exec anyway; looking for more takes time.
        process = subprocess.Popen(
            function.command,
            cwd=function.folder,
            env={**function.variables, "AWS_LAMBDA_RUNTIME_API": api.address},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            close_fds=False,
        )
        threading.Thread(target=lambda: api.ended(f"the process ended with {process.wait()}"), daemon=True).start()
        try:
            run = measure(function, api, process.pid, begin, steps)
        except Failed as failure:
            raise Failed(f"{function.name}: {failure}\n{text(output)}") from None
        finally:
            process.kill()
            process.wait()
    for step in run.steps:
        step.at -= begin
    return run


def measure(function, api, pid, begin, steps):
    asked_at = api.wait_until_asked()
    mark = len(steps)
    first = invoke(function, api)
    first_calls, first_steps = calls(steps[mark:]), list(steps)
    api.wait_until_asked()
    warm, waits = [], []
    for _ in range(function.warm_events):
        if function.pause_seconds:
            time.sleep(function.pause_seconds)
        mark = len(steps)
        warm.append(invoke(function, api).seconds)
        waits.append(in_standins(steps[mark:]))
        api.wait_until_asked()
    return Run(
        cold_start=asked_at - begin,
        first_answer=first.answered_at - begin,
        warm=warm,
        warm_waits=waits,
        peak_bytes=peak_bytes(pid),
        steps=first_steps,
        first_calls=first_calls,
        warm_calls=calls(steps[mark:]),
    )


def invoke(function, api):
    outcome = api.invoke(function.event())
    function.check(outcome.answer)
    return outcome


def calls(steps):
    """Requests without what differs from one to the next."""
    return [f"{step.server} {step.what.split('?')[0]}" for step in of_standins(steps) if step.name == "asked"]


def in_standins(steps):
    """Seconds between requests and their answers, where nothing was asked at the same time."""
    signs = {"asked": -1, "answered": 1}
    return sum(signs.get(step.name, 0) * step.at for step in of_standins(steps))


def of_standins(steps):
    return [step for step in steps if step.server != "Lambda"]


def peak_bytes(pid):
    """The most memory a process ever had. What `wait4` tells would include that of the process that started it."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024


def text(output):
    output.seek(0)
    return output.read().decode(errors="replace")


def lambda_variables(trust_bundle, region):
    """What Lambda sets, and where to find the trusted authorities, which every library looks up in another place."""
    return {
        "PATH": os.defpath,
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "HOME": "/nonexistent",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "AWS_SESSION_TOKEN": "example",
        "AWS_LAMBDA_FUNCTION_NAME": "measured",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/measured",
        "AWS_LAMBDA_LOG_STREAM_NAME": "2026/03/04/[$LATEST]0",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "SSL_CERT_FILE": str(trust_bundle),
        "AWS_CA_BUNDLE": str(trust_bundle),
        "REQUESTS_CA_BUNDLE": str(trust_bundle),
    }
