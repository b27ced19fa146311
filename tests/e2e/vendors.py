"""The vendors that contacts are mirrored to, as somebody sees them who works there."""

import json
from urllib.parse import urlencode

from people import person
from web import ask

# The type that IT Glue's contacts get who are no longer active in the PSA.
INACTIVE = "Inactive (PSA)"


class ItGlue:
    """A running IT Glue. Nothing goes through the relays, so nothing of it is counted."""

    def __init__(self, url, key):
        self.url = url
        self._key = key

    def account(self, url):
        """What the product needs to call it at this address: what belongs into its secret."""
        return {"region": url, "api_key": self._key}

    def contacts(self, company):
        """The attributes of the contacts that it has of a company of the PSA."""
        tied = {"filter[psa_id]": company, "filter[psa_integration_type]": "manage"}
        [organization] = self._get("/organizations", tied)
        found = self._get(f"/organizations/{organization['id']}/relationships/contacts", {"page[size]": 1000})
        return [contact["attributes"] for contact in found]

    def people(self, company):
        """Who is active at a company."""
        return {
            person(contact["first-name"], contact["last-name"], contact["title"], primary(contact["contact-emails"]))
            for contact in self.contacts(company)
            if contact["contact-type-name"] != INACTIVE
        }

    def _get(self, path, query):
        path = f"{path}?{urlencode(query)}"
        return json.loads(ask(self.url, "GET", path, {"x-api-key": self._key}))["data"]


class GrowCrm:
    """A running Grow CRM. Nothing goes through the relays, so nothing of it is counted."""

    def __init__(self, url, key):
        self.url = url
        self._key = key

    def account(self, url):
        """What the product needs to call it at this address: what belongs into its secret."""
        return {"base_url": url, "api_key": self._key}

    def contacts(self, company):
        """The contacts that it has of a company of the PSA."""
        [client] = [client for client in self._get("/clients") if f"cw-company-{company}" in client["tags"]]
        return self._get("/contacts", {"client_id": client["id"]})

    def people(self, company):
        """Who can log in of a company."""
        return {
            person(contact["first_name"], contact["last_name"], contact["job_position"], contact["email"])
            for contact in self.contacts(company)
        }

    def _get(self, path, query=None):
        path = f"/api{path}?{urlencode((query or {}) | {'limit': 100})}"
        answer = json.loads(ask(self.url, "GET", path, {"Authorization": f"Bearer {self._key}"}))
        assert answer["meta"]["last_page"] == 1, f"{path} has more than a page"
        return answer["data"]


def primary(emails):
    """The primary address, if there is one."""
    return next((email["value"] for email in emails if email["primary"]), None)
