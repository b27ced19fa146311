"""A thousand callbacks over fifty companies: none is lost, none overtakes another, nobody is visited twice at once.

Both mirrors are on, so all workers are busy. Neither system has these companies, so the mirrors look for each, visit by
visit."""

import json
import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import pytest

from conftest import PARAMETERS, at_work
from processes import until
from psa import PERSON

COMPANIES = 50
CALLBACKS = 1000
PEOPLE = (("Adela", "Whitcombe"), ("Boris", "Langenfeld"), ("Chidi", "Ferreira"))

# So many edits of one company come one after the other, as when somebody works through a list.
IN_A_ROW = 4
EDITS = CALLBACKS // COMPANIES - 1 - len(PEOPLE)

# Requests in a minute.
PSA_LIMIT = 1000

# From the last edit to the end of the last visit.
PATIENCE = 300

# What each answer of the PSA takes longer, so that visits last long enough to get into each other's way.
LATENCY = 0.02


# What each worker logs at the end of a visit.
ENDS = {
    "ContactPolicy": "visited a company",
    "ItGlueMirror": "mirrored contacts of a company",
    "GrowCrmMirror": "mirrored contacts of a company",
}


@dataclass
class Company:
    """A company of the storm, and who works there."""

    id: int
    people: list
    edits: int = 0

    def edit(self, psa):
        """The next edit. The last one has the first of its people leave, who is the default contact by then or would
        be: it cannot be in order before it was visited after that."""
        self.edits += 1
        if self.edits < EDITS:
            psa.edit(self.people[self.edits % len(self.people)], title=f"Title {self.edits}")
        else:
            psa.edit(self.people[0], inactiveFlag=True)


@dataclass(frozen=True)
class Callback:
    """A callback that the PSA has delivered."""

    message: str
    company: int
    status: int


@dataclass(frozen=True)
class Queued:
    """A message that the receiver has queued, in the order of the queue."""

    number: int
    message: str
    cause: str
    company: int


@dataclass(frozen=True)
class Visit:
    """A visit as the worker logged it: when it first asked the PSA something, and when it was over."""

    start: datetime
    end: datetime
    company: int
    message: str


@pytest.fixture(scope="module")
def stack():
    """A stack of its own: when the PSA is in order, the mirrors have still to catch up. They ask it so slowly that this
    takes minutes, for which nobody waits."""
    with at_work(PARAMETERS) as stack:
        yield stack


@pytest.fixture(scope="module")
def companies(stack):
    """The companies, after the storm."""
    made = [make_company(stack.psa, number) for number in range(COMPANIES)]
    rows = [company for company in made for _ in range(EDITS // IN_A_ROW)]
    # The same on every run.
    random.Random(20260304).shuffle(rows)
    for relay in ways_to_psa(stack).values():
        relay.latency = LATENCY
    for company in rows:
        for _ in range(IN_A_ROW):
            company.edit(stack.psa)
    until(lambda: len(callbacks(stack, made)) >= CALLBACKS, PATIENCE, "the PSA has told everything", every=1)
    until(stack.is_idle, PATIENCE, "everything is done in the PSA", every=1)
    return made


def make_company(psa, number):
    """Makes a company and its people."""
    company = psa.request(
        "POST",
        "/company/companies",
        {"identifier": f"Gale{number}", "name": f"Gale {number}", "addressLine1": f"{number} Gale Road"},
    )
    reference = {"id": company["id"]}
    people = [{"firstName": first, "lastName": last, "company": reference} for first, last in PEOPLE]
    return Company(company["id"], [psa.request("POST", "/company/contacts", person)["id"] for person in people])


def test_no_callback_is_lost(stack, companies):
    delivered = callbacks(stack, companies)
    assert len(delivered) == len({callback.message for callback in delivered}) == CALLBACKS
    assert {callback.status for callback in delivered} == {202}
    causes = {message.cause for message in queued(stack)}
    assert all(callback.message in causes for callback in delivered)
    assert stack.dead_letters() == []
    for company in companies:
        default = stack.psa.company(company.id).get("defaultContact")
        assert default and default["id"] in company.people[1:], f"company {company.id} is not in order: {default}"


def test_the_order_of_a_companys_callbacks_is_kept(stack, companies):
    of_callback = {message.cause: message.number for message in queued(stack)}
    for company in companies:
        numbers = [of_callback[callback.message] for callback in callbacks(stack, [company])]
        assert numbers == sorted(numbers), f"company {company.id} is queued out of order"

    of_message = {message.message: message.number for message in queued(stack)}
    for company, made in visits(stack, companies).items():
        # A visit is called after the first of its messages; one that ended early is called so again.
        numbers = [of_message[visit.message] for visit in made]
        assert numbers == sorted(numbers), f"company {company} is visited out of order"


@pytest.mark.parametrize("worker", ENDS)
def test_no_company_is_visited_twice_at_once(stack, companies, worker):
    made = visits(stack, companies, worker)
    assert made
    for company, its in made.items():
        for one, next_one in pairwise(its):
            assert one.end <= next_one.start, f"company {company} is visited twice at once: {one}, {next_one}"

    # That says something only if visits got into each other's way at all.
    together = at_once([(visit.start, visit.end) for its in made.values() for visit in its])
    assert together == stack.concurrency(worker) == len(stack.mappings(worker))

    # The same as the PSA saw it.
    asked = defaultdict(list)
    for exchange in ways_to_psa(stack)[worker].exchanges():
        last = exchange.path.rsplit("/", 1)[-1]
        if "/companies/" in exchange.path and last.isdigit() and exchange.status:
            asked[int(last)].append((exchange.arrived, exchange.answered))
    assert set(asked) >= set(made)
    assert all(at_once(spans) == 1 for company, spans in asked.items() if company in made)


def test_each_mirror_is_told_of_every_company(stack, companies):
    assert set(visits(stack, companies)) == {company.id for company in companies}
    for name, mirror in stack.mirrors.items():
        told = [json.loads(asked["MessageBody"])["MirrorContactsV1"] for asked, _ in stack.sent(mirror.queue)]
        at = defaultdict(set)
        for message in told:
            at[message["company"]].update(message["contacts"])
        assert at == {company.id: set(company.people) for company in companies}, name
        assert stack.dead_letters(mirror.dead_letter_queue) == [], name


def test_the_psa_is_not_asked_more_than_it_allows(stack, companies):
    assert companies
    arrivals = [exchange.arrived for relay in ways_to_psa(stack).values() for exchange in relay.exchanges()]
    busiest = at_once([(arrival, arrival + 60) for arrival in arrivals])
    assert COMPANIES < busiest <= PSA_LIMIT


def ways_to_psa(stack):
    """The relay from each worker to the PSA."""
    return {"ContactPolicy": stack.to_psa} | {mirror.function: mirror.to_psa for mirror in stack.mirrors.values()}


def callbacks(stack, companies):
    """The callbacks about what people did at these companies, in the order of delivery. Those about our own writes are
    left out: how many there are depends on how the visits fell."""
    wanted = {company.id for company in companies}
    found = []
    for exchange in stack.to_receiver.exchanges():
        body = json.loads(exchange.body)
        entity = json.loads(body["Entity"] or "{}")
        company = body["ID"] if body["Type"] == "company" else entity.get("company", {}).get("id")
        if body["MemberId"] == PERSON and company in wanted and exchange.status:
            found.append(Callback(body["MessageId"], company, exchange.status))
    return found


def queued(stack):
    """The visits that the receiver has queued."""
    found = []
    for asked, answer in stack.sent():
        visit = json.loads(asked["MessageBody"]).get("VisitCompanyV1")
        if visit:
            number = int(answer["SequenceNumber"])
            found.append(Queued(number, answer["MessageId"], visit["cause"]["message"], visit["company"]))
    return found


def visits(stack, companies, worker="ContactPolicy"):
    """The visits of a worker to these companies, by the company and in the order of their beginning."""
    wanted = {company.id for company in companies}
    started = {}
    made = defaultdict(list)
    lines = [line for lines in stack.invocations(worker) for line in lines]
    for line in sorted(lines, key=lambda line: line["timestamp"]):
        spans = {span["name"]: span for span in line.get("spans", [])}
        if "visit" not in spans:
            continue
        at = datetime.fromisoformat(line["timestamp"].replace("Z", "+00:00"))
        run, company = spans["visit"]["run.id"], int(spans["visit"]["company.id"])
        start = started.setdefault(run, at)
        if line["message"] == ENDS[worker] and company in wanted:
            made[company].append(Visit(start, at, company, spans["message"]["queue.message.id"]))
    return {company: sorted(its, key=lambda visit: visit.start) for company, its in made.items()}


def at_once(spans):
    """The most spans of time that any moment lies in."""
    # At the same moment an end comes before a beginning.
    turns = sorted([(start, 1) for start, _ in spans] + [(end, -1) for _, end in spans])
    most = now = 0
    for _, turn in turns:
        now += turn
        most = max(most, now)
    return most
