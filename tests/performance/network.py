"""A network of our own, in which the vendors' names lead to stand-ins.

The functions are measured as they are deployed: they ask `sqs.….amazonaws.com` and `na.myconnectwise.net` over TLS, and
the receiver fetches keys from public addresses only. So the measuring process moves into a network namespace that
holds nothing but a loopback interface. There an address is whatever we say it is, and nothing can leave the machine.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

REGION = "eu-central-1"
AWS_ADDRESS = "127.0.0.2"
AWS_HOSTS = [f"{service}.{REGION}.amazonaws.com" for service in ("dynamodb", "secretsmanager", "sqs", "ssm")]
# Any address that counts as public.
PSA_ADDRESS = "11.0.0.1"
PSA_SITE, PSA_API = "na.myconnectwise.net", "api-na.myconnectwise.net"

INSIDE = "ROLLCALL_PERFORMANCE_INSIDE"
UNSHARE = ["unshare", "--user", "--map-root-user", "--net", "--mount"]


def is_inside():
    return INSIDE in os.environ


def run_inside():
    """Runs this very command in a namespace of its own, and ends as it ends."""
    missing = [tool for tool in ("unshare", "ip", "mount") if not shutil.which(tool)]
    if missing:
        sys.exit(f"{', '.join(missing)} not found: install util-linux and iproute2 (this needs Linux)")
    probe = subprocess.run([*UNSHARE, "true"], capture_output=True, text=True)
    if probe.returncode:
        sys.exit(f"there is no network namespace for us: run this as root, or allow user namespaces\n{probe.stderr}")
    command = [*UNSHARE, sys.executable, *sys.argv]
    sys.exit(subprocess.run(command, env={**os.environ, INSIDE: "1"}).returncode)


def furnish(folder: Path):
    """Puts up the addresses and the names, in the namespace only."""
    hosts = folder / "hosts"
    hosts.write_text(f"127.0.0.1 localhost\n{AWS_ADDRESS} {' '.join(AWS_HOSTS)}\n{PSA_ADDRESS} {PSA_SITE} {PSA_API}\n")
    for command in (
        ["ip", "link", "set", "lo", "up"],
        ["ip", "address", "add", f"{PSA_ADDRESS}/32", "dev", "lo"],
        ["mount", "--bind", str(hosts), "/etc/hosts"],
    ):
        subprocess.run(command, check=True)
