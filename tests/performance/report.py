"""The measurements as Markdown."""

import math
import os
import platform
from statistics import median

from packages import OF_THE_RUNTIME, size_of_binary, size_of_python
from run import in_standins, of_standins

MIB, MB = 2**20, 10**6
# What the receiver is to reach, as a part of what Python needs.
TARGET_READY, TARGET_PEAK = 1 / 10, 1 / 4


def comparison(pairs, runs, starts, load):
    """The functions against each other."""
    lines = [
        "| | ready, ms | first answer, ms | warm, ms | peak memory, MiB | zip, MB | unpacked, MB |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for ours, theirs in pairs:
        for function, size in ((ours, size_of_binary(ours.name)), (theirs, size_of_python(theirs.name))):
            lines.append(row(title(function.name), *cells(runs[function.name]), mb(size.zipped), mb(size.unpacked)))
        lines.append(row("ours / Python", *ratios(runs[ours.name], runs[theirs.name]), *size_ratios(ours, theirs)))
    lines += ["", *explanation(pairs, runs, starts), *verdict(pairs, runs), *warning(load)]
    return "\n".join(lines)


def cells(runs):
    pooled = warm(runs)
    return [
        f"{ms(median_of(runs, 'cold_start'))} ({ms(max_of(runs, 'cold_start'))})",
        f"{ms(median_of(runs, 'first_answer'))} ({ms(max_of(runs, 'first_answer'))})",
        f"{median(pooled) * 1000:.2f} ({percentile(pooled, 99) * 1000:.2f})",
        f"{median_of(runs, 'peak_bytes') / MIB:.1f} ({max_of(runs, 'peak_bytes') / MIB:.1f})",
    ]


def ratios(ours, theirs):
    yield ratio(median_of(ours, "cold_start"), median_of(theirs, "cold_start"))
    yield ratio(median_of(ours, "first_answer"), median_of(theirs, "first_answer"))
    yield ratio(median(warm(ours)), median(warm(theirs)))
    yield ratio(median_of(ours, "peak_bytes"), median_of(theirs, "peak_bytes"))


def size_ratios(ours, theirs):
    small, large = size_of_binary(ours.name), size_of_python(theirs.name)
    return ratio(small.zipped, large.zipped), ratio(small.unpacked, large.unpacked)


def explanation(pairs, runs, starts):
    yield (
        f"Median (maximum) of {starts} process starts each, in turns; warm: median (99th percentile). "
        f"{os.cpu_count()} cores, Python {platform.python_version()}."
    )
    for _ours, theirs in pairs:
        size = size_of_python(theirs.name, without=OF_THE_RUNTIME)
        yield (
            f"{title(theirs.name)} without what Lambda's Python runtime brings in a version of its own (boto3): "
            f"{mb(size.zipped)} MB, unpacked {mb(size.unpacked)} MB."
        )
    yield ""
    yield "| requests | at the first event | at a later one | which the stand-ins take, ms |"
    yield "| --- | --- | --- | ---: |"
    for function in (function for pair in pairs for function in pair):
        last = runs[function.name][-1]
        waits = median(wait for run in runs[function.name] for wait in run.warm_waits)
        yield row(title(function.name), counted(last.first_calls), counted(last.warm_calls), f"{waits * 1000:.2f}")


def counted(calls):
    """`2 PSA, 1 SendMessage`: AWS by operation, the PSA all together."""
    names = ["PSA" if call.startswith("PSA") else call.rpartition(".")[2] for call in calls]
    return ", ".join(f"{names.count(name)} {name}" for name in sorted(set(names), reverse=True))


def verdict(pairs, runs):
    for ours, theirs in pairs:
        if ours.name != "callback-receiver":
            continue
        ready, _first, _warm, peak = (float(text) for text in ratios(runs[ours.name], runs[theirs.name]))
        yield ""
        for what, reached, target in (("ready", ready, TARGET_READY), ("peak memory", peak, TARGET_PEAK)):
            word = "reached" if reached <= target else "MISSED"
            yield f"Target for the receiver, {what}: at most {target:.2f} of Python's, is {reached:.3f}: {word}."


def warning(load):
    if load > os.cpu_count() / 4:
        yield ""
        yield f"The machine was busy (load {load:.1f} at the start): do not publish these figures."


def breakdown(pairs, runs, splits):
    """Where the time of our starts goes."""
    lines = ["| ms | " + " | ".join(title(ours.name) for ours, _theirs in pairs) + " |"]
    lines.append("| --- |" + " ---: |" * len(pairs))
    columns = [stages(runs[ours.name], splits.get(ours.name)) for ours, _theirs in pairs]
    for name in columns[0]:
        lines.append(row(name, *(f"{column[name] * 1000:.2f}" if name in column else "" for column in columns)))
    return "\n".join(lines)


def stages(runs, split):
    """The median of each stage. Medians of parts need not add up to that of the whole."""
    found = {"**process start to ready**": median_of(runs, "cold_start")}
    parts = [dict(start_parts(run)) for run in runs]
    for name in parts[0]:
        found[name] = median(part[name] for part in parts)
        if name.startswith("until the first connection") and split:
            found.update({f"- {key} (under strace)": value for key, value in split.items()})
    found["**ready to the first answer**"] = median(run.first_answer - run.cold_start for run in runs)
    parts = [dict(event_parts(run)) for run in runs]
    found.update({name: median(part[name] for part in parts) for name in parts[0]})
    return found


def start_parts(run):
    until_ready = [step for step in run.steps if step.at <= run.cold_start]
    connected = min(at(until_ready, "connected", "AWS"))
    secured = max(at(until_ready, "secured", "AWS"))
    answered = max(at(until_ready, "answered", "AWS"))
    lambda_connected = min(at(until_ready, "connected", "Lambda"))
    yield "until the first connection", connected
    yield "TLS handshakes with Secrets Manager and SSM", secured - connected
    yield "secret and rules asked for, and answered", answered - secured
    yield "made into parts of the function", lambda_connected - answered
    yield "connected to Lambda, asked for the first event", run.cold_start - lambda_connected


def event_parts(run):
    steps = of_standins(step for step in run.steps if run.cold_start < step.at <= run.first_answer)
    handshakes = sum(at(steps, "secured")) - sum(at(steps, "connected"))
    standins = in_standins(steps)
    yield "TLS handshakes", handshakes
    yield "answers of the stand-ins", standins
    yield "all else: clients, certificates, the work itself", run.first_answer - run.cold_start - handshakes - standins


def at(steps, name, server=None):
    return [step.at for step in steps if step.name == name and server in (None, step.server)]


def title(name):
    return f"`{name}`" if "-" in name else name.replace("python_", "Python ")


def row(*texts):
    return "| " + " | ".join(texts) + " |"


def ms(seconds):
    return f"{seconds * 1000:.1f}"


def mb(count):
    return f"{count / MB:.1f}"


def ratio(ours, theirs):
    return f"{ours / theirs:.3f}"


def median_of(runs, name):
    return median(getattr(run, name) for run in runs)


def max_of(runs, name):
    return max(getattr(run, name) for run in runs)


def warm(runs):
    return [seconds for run in runs for seconds in run.warm]


def percentile(values, percent):
    """The smallest value that so many percent of all do not exceed."""
    return sorted(values)[math.ceil(len(values) * percent / 100) - 1]
