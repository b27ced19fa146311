"""Measures our functions against Python functions that do the same, and prints tables for docs/performance.md.

    .venv/bin/python -m pip install -r tests/performance/requirements.txt
    .venv/bin/python tests/performance/functions.py

Each start is a new process against a local Runtime API, with stand-ins for AWS and the sandbox as the PSA, all over TLS
under the vendors' names. The two languages take turns, so that whatever else the machine does hits both. Nothing but
the packages is fetched, and nothing leaves the machine while it measures.
"""

import argparse
import json
import os
import sys
import tempfile
import uuid
from pathlib import Path

# Nothing is left in the working tree; the modules beside this one are imported after that.
sys.dont_write_bytecode = True

import network
import packages
import report
from network import PSA_SITE, REGION
from packages import BUILT, RELEASE, ROOT, TOOL
from run import Failed, Function, lambda_variables, start
from standins import PATH_TOKEN, Aws, Psa, Trust
from tracing import before_first_connection

CONTACT = 4711
QUEUE_URL = f"https://sqs.{REGION}.amazonaws.com/123456789012/rollcall-work.fifo"
# Two reads a visit at five requests a second, and some time to spare.
WORKER_PAUSE_SECONDS = 0.5


def main():
    arguments = parse_arguments()
    if not network.is_inside():
        if not arguments.as_built:
            packages.build_binaries()
            packages.build_python()
        network.run_inside()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        network.furnish(folder)
        measure(folder, arguments)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--starts", type=int, default=15, help="process starts of each function (default: 15)")
    parser.add_argument("--only", choices=["callback-receiver", "contact-policy"], help="one, and its counterpart")
    parser.add_argument("--as-built", action="store_true", help="build and install nothing")
    parser.add_argument("--json", type=Path, help="also write every single measurement to this file")
    return parser.parse_args()


def measure(folder, arguments):
    trust = Trust(folder, usual=BUILT / "python_receiver" / "certifi" / "cacert.pem")
    steps = []
    aws = Aws(trust, steps)
    psa = Psa(TOOL, folder, trust, steps)
    try:
        pairs = [
            pair
            for pair in (receivers(folder, trust, aws, psa), workers(folder, trust, aws, psa))
            if arguments.only in (None, pair[0].name)
        ]
        load = os.getloadavg()[0]
        runs = take_turns(pairs, arguments.starts, steps)
        ours = [ours for ours, _theirs in pairs]
        splits = {function.name: before_first_connection(function, trust.bundle, folder, steps) for function in ours}
    except Failed as failure:
        sys.exit(str(failure))
    finally:
        psa.stop()
    print(report.comparison(pairs, runs, arguments.starts, load), report.breakdown(pairs, runs, splits), sep="\n\n")
    if arguments.json:
        arguments.json.write_text(json.dumps(runs, default=vars))


def take_turns(pairs, starts, steps):
    """All runs by the function's name. The first start of each, which reads its files from disk, does not count."""
    functions = [function for pair in pairs for function in pair]
    runs = {function.name: [] for function in functions}
    for number in range(starts + 1):
        # Nobody is always the one who comes after a certain other.
        for function in functions if number % 2 else reversed(functions):
            run = start(function, steps)
            if number:
                runs[function.name].append(run)
        print(f"start {number} of {starts}", file=sys.stderr)
    return runs


def receivers(folder, trust, aws, psa):
    aws.secrets["tenant"] = json.dumps(
        {"path_token": PATH_TOKEN, "login_company": psa.credentials["login_company"], "site_host": PSA_SITE}
    )
    body, signature = psa.genuine_callback(CONTACT)
    sample = event_sample("callback-receiver", "01-all-in-order")
    path = f"/cw/{PATH_TOKEN}"
    sample["rawPath"] = sample["requestContext"]["http"]["path"] = path
    sample["pathParameters"]["token"] = PATH_TOKEN
    sample["body"] = body
    sample["headers"] |= {"content-length": str(len(body.encode())), "x-content-signature": signature}

    def event():
        sample["requestContext"]["requestId"] = str(uuid.uuid4())
        return sample

    def check(answer):
        if answer["statusCode"] != 202 or json.loads(answer["body"]) != {"status": "queued"}:
            raise Failed(f"answered {answer}")

    variables = {"ROLLCALL_QUEUE_URL": QUEUE_URL, "ROLLCALL_TENANT_SECRET_ID": "tenant"}
    return pair("callback-receiver", "python_receiver", variables, trust, folder, event, check, 100)


def workers(folder, trust, aws, psa):
    aws.secrets["connectwise"] = json.dumps(psa.credentials)
    aws.parameters["/rollcall/rules"] = "# No rules are set: the defaults hold, and every policy observes.\n"
    sample = event_sample("contact-policy", "01-ten-messages-of-one-company")
    record = sample["Records"][0]
    sample["Records"] = [record]

    def event():
        record["messageId"] = str(uuid.uuid4())
        return sample

    def check(answer):
        if answer != {"batchItemFailures": []}:
            raise Failed(f"answered {answer}")

    variables = {
        "ROLLCALL_QUEUE_URL": QUEUE_URL,
        "ROLLCALL_CONNECTWISE_SECRET_ID": "connectwise",
        "ROLLCALL_CONNECTWISE_SITE": f"https://{PSA_SITE}",
        "ROLLCALL_RULES_PARAMETER": "/rollcall/rules",
        "ROLLCALL_JOURNAL": str(folder / "journal.sqlite"),
        "ROLLCALL_JOURNAL_TABLE": "journal",
        "ROLLCALL_JOURNAL_KEEP_DAYS": "365",
    }
    return pair("contact-policy", "python_worker", variables, trust, folder, event, check, 8, WORKER_PAUSE_SECONDS)


def pair(ours, theirs, variables, trust, folder, *more):
    """Our function and the Python one, in the same environment."""
    variables = lambda_variables(trust.bundle, REGION) | variables
    interpreter = BUILT / "python_runtime" / "bin" / "python"
    return (
        Function(ours, [str(RELEASE / ours)], folder, variables, *more),
        Function(theirs, [str(interpreter), "-m", "awslambdaric", "app.handler"], BUILT / theirs, variables, *more),
    )


def event_sample(function, name):
    return json.loads((ROOT / "events" / function / f"{name}.json").read_text())


if __name__ == "__main__":
    main()
