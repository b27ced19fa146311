"""Processes on this machine, and waiting for what they do."""

import os
import signal
import socket
import subprocess
import time
from contextlib import contextmanager

# How often a condition is looked at.
GLANCE = 0.05


def free_port():
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(condition, seconds, what, every=GLANCE):
    """Looks at a condition until it holds, and returns what it gave; fails after so many seconds."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"after {seconds} seconds still waiting until {what}"
        time.sleep(every)
    return found


@contextmanager
def running(arguments, environment, log):
    """A process whose output goes to a file. It ends with the block, and whatever it started ends with it."""
    with open(log, "wb") as output:
        process = subprocess.Popen(
            [str(argument) for argument in arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # A group of its own, so that its children can be ended by its id.
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            pass
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()


def fail_if_ended(process, log, what):
    """Says why a process that should be running is not."""
    if process.poll() is not None:
        raise AssertionError(f"{what} ended with code {process.returncode}; it said:\n{tail(log)}")


def tail(log, characters=4000):
    """The end of a log file."""
    return log.read_text(errors="replace")[-characters:]
