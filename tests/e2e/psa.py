"""The PSA: the sandbox as a process, and the people who work in it."""

import base64
import http.client
import json
import re
import subprocess
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from processes import fail_if_ended, running, until

ROOT = Path(__file__).resolve().parents[2]

# Somebody who works in the PSA.
PERSON = "jharper"

API = "/v4_6_release/apis/3.0"


class Psa:
    """A running PSA, to be used as a person uses it. Nothing goes through the relays, so nothing of it is counted."""

    def __init__(self, url, credentials, person):
        self.url = url
        # What the product needs to call it.
        self.credentials = credentials
        key = f"{credentials['login_company']}+{person['public_key']}:{person['private_key']}"
        self._headers = {
            "Authorization": "Basic " + base64.b64encode(key.encode()).decode(),
            "clientId": credentials["client_id"],
            "Content-Type": "application/json",
        }

    def request(self, method, path, body=None):
        """Does something; the path begins below the version of the API."""
        target = urlsplit(self.url)
        connection = http.client.HTTPConnection(target.hostname, target.port, timeout=30)
        try:
            content = None if body is None else json.dumps(body)
            connection.request(method, API + path, content, self._headers)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        assert answer.status < 300, f"{method} {path} was answered with {answer.status}: {text.decode()}"
        return json.loads(text) if text else None

    def play(self, scene):
        """Does what happens in a scene of the sample events."""
        for step in json.loads((ROOT / "events" / "scenes" / f"{scene}.json").read_text())["steps"]:
            if step["kind"] == "request":
                assert step["as"] == PERSON, step
                self.request(step["method"], step["path"], step.get("body"))

    def edit(self, contact, **fields):
        """Changes fields of a contact."""
        patch = [{"op": "replace", "path": name, "value": value} for name, value in fields.items()]
        return self.request("PATCH", f"/company/contacts/{contact}", patch)

    def contact(self, contact):
        """A contact, or nothing if it is gone."""
        found = self.contacts(f"id={contact}")
        return found[0] if found else None

    def contacts(self, conditions):
        """Contacts that fit."""
        query = urlencode({"conditions": conditions, "pageSize": 1000})
        return self.request("GET", f"/company/contacts?{query}")

    def companies(self, conditions):
        """Companies that fit. Not asked for by id: that is what faults of a company strike."""
        query = urlencode({"conditions": conditions, "pageSize": 1000})
        return self.request("GET", f"/company/companies?{query}")

    def company(self, company):
        """A company."""
        [found] = self.companies(f"id={company}")
        return found


@contextmanager
def psa(rollcall, folder, site, callback_url, faults):
    """Runs a PSA with the example tenant, which sends its callbacks to this URL."""
    tenant = example_tenant(rollcall, folder)
    [person] = [member for member in tenant["members"] if member["identifier"] == PERSON]
    (folder / "faults.json").write_text(json.dumps(faults))
    log = folder / "sandbox.log"
    command = [rollcall, "sandbox", "--listen", "127.0.0.1:0", "--site", site]
    command += ["--callback", callback_url, "--faults", folder / "faults.json"]

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
        yield Psa(re.search(r"listens on (\S+)", text)[1], credentials, person)


def example_tenant(rollcall, folder):
    """The tenant that the sandbox starts with, as the local profile keeps it."""
    profile = folder / "profile"
    # It ends with 1, because there is something to do at this company.
    planned = subprocess.run([rollcall, "--folder", profile, "plan", "--company", "830"], capture_output=True, env={})
    saved = profile / "sandbox.json"
    assert saved.exists(), f"no tenant was saved; rollcall said:\n{planned.stdout.decode()}{planned.stderr.decode()}"
    return json.loads(saved.read_text())
