"""The PSA, and the people who work in it."""

import base64
import json
from pathlib import Path
from urllib.parse import urlencode

from people import person
from web import ask

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
        text = ask(self.url, method, API + path, self._headers, None if body is None else json.dumps(body))
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

    def person(self, contact):
        """Who a contact is."""
        return person_of(self.contact(contact))

    def people(self, company):
        """Who is active at a company."""
        return {person_of(contact) for contact in self.contacts(f"company/id={company} and inactiveFlag=false")}

    def companies(self, conditions):
        """Companies that fit. Not asked for by id: that is what faults of a company strike."""
        query = urlencode({"conditions": conditions, "pageSize": 1000})
        return self.request("GET", f"/company/companies?{query}")

    def company(self, company):
        """A company."""
        [found] = self.companies(f"id={company}")
        return found


def person_of(contact):
    """Who a contact of the PSA is."""
    items = contact.get("communicationItems", [])
    addresses = (item["value"] for item in items if item["communicationType"] == "Email" and item["defaultFlag"])
    return person(contact["firstName"], contact.get("lastName"), contact.get("title"), next(addresses, None))
