"""What happens before the first connection, which nobody outside sees: the system calls that mark its stages."""

import re
import shutil
from dataclasses import replace
from statistics import median

from run import start

STARTS = 5
# Few, so that the process is hardly slowed down: with the filter in the kernel, only these stop it.
CALLS = "trace=execve,epoll_create1,openat,connect"


def before_first_connection(function, bundle, folder, steps):
    """Seconds by stage, or nothing where there is no strace."""
    strace = shutil.which("strace")
    if not strace:
        return None
    found = []
    for number in range(STARTS):
        output = folder / f"{function.name}.{number}.strace"
        # With -D, the process that we start and end is the function, and not strace.
        command = [strace, "-D", "-f", "--seccomp-bpf", "-ttt", "-e", CALLS, "-o", str(output), *function.command]
        start(replace(function, command=command, warm_events=0), steps)
        found.append(stages(output.read_text(), bundle.name))
    return {name: median(stages[name] for stages in found) for name in found[0]}


def stages(lines, bundle):
    loaded = moment(lines, r"epoll_create1\(")
    trusting = moment(lines, rf"openat\([^\n]*{re.escape(bundle)}")
    connecting = moment(lines, r"connect\([^\n]*AF_INET")
    return {
        "program loaded, log and async runtime set up": loaded - moment(lines, r"execve\("),
        "configuration read, clients made": trusting - loaded,
        "trusted certificates read, host name resolved": connecting - trusting,
    }


def moment(lines, call):
    return float(re.search(rf"^\d+ +([\d.]+) {call}", lines, re.MULTILINE)[1])
