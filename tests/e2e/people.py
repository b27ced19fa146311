"""What all systems know of somebody, so that they can be compared."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """Somebody who is active."""

    first_name: str
    last_name: str
    title: str
    email: str


def person(first_name, last_name, title, email):
    """Somebody, of whom each system leaves out what it does not know in a way of its own."""
    return Person(first_name or "", last_name or "", title or "", (email or "").lower())
