"""The vendors: the sandbox as a process."""

import json
import re
import subprocess
from contextlib import contextmanager

from processes import fail_if_ended, running, until
from psa import PERSON, Psa
from vendors import GrowCrm, ItGlue


@contextmanager
def sandbox(rollcall, folder, site, callback_url, faults):
    """Runs a PSA, an IT Glue and a Grow CRM with the example tenant. The PSA sends its callbacks to this URL."""
    tenant = example_tenant(rollcall, folder)
    [person] = [member for member in tenant["members"] if member["identifier"] == PERSON]
    (folder / "faults.json").write_text(json.dumps(faults))
    log = folder / "sandbox.log"
    command = [rollcall, "sandbox", "--site", site, "--callback", callback_url, "--faults", folder / "faults.json"]
    for vendor in ("--listen", "--listen-itglue", "--listen-growcrm"):
        command += [vendor, "127.0.0.1:0"]

    def introduction():
        fail_if_ended(process, log, "the sandbox")
        text = log.read_text()
        return text if "Stop it with" in text else None

    with running(command, {}, log) as process:
        text = until(introduction, 30, "the sandbox listens")
        credentials = {
            name: re.search(rf"^  {name.replace('_', ' ')} +(\S+)$", text, re.M)[1]
            for name in ("login_company", "public_key", "private_key", "client_id")
        }
        the_psa = Psa(re.search(r"^the sandbox listens on (\S+)", text, re.M)[1], credentials, person)
        yield the_psa, ItGlue(*mirror(text, "IT Glue")), GrowCrm(*mirror(text, "Grow CRM"))


def mirror(text, name):
    """The address and the key of a mirror, as the sandbox introduces it."""
    return re.search(rf"^{name} listens on (\S+)\n  API key +(\S+)$", text, re.M).groups()


def example_tenant(rollcall, folder):
    """The tenant that the sandbox starts with, as the local profile keeps it."""
    profile = folder / "profile"
    # It ends with 1, because there is something to do at this company.
    planned = subprocess.run([rollcall, "--folder", profile, "plan", "--company", "830"], capture_output=True, env={})
    saved = profile / "sandbox.json"
    assert saved.exists(), f"no tenant was saved; rollcall said:\n{planned.stdout.decode()}{planned.stderr.decode()}"
    return json.loads(saved.read_text())
