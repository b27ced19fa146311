#!/usr/bin/env python3
"""Finding duplicate contacts with a known library: the same job, for comparison.

    pip install "splink>=5"
    python with_splink.py CONTACTS [OUT]

Finds the duplicates within each company with Splink, a library for probabilistic record linkage, and
its usual recipe: u by random sampling, m by expectation maximisation, nothing learnt from labels.
CONTACTS is JSON Lines in the shape of the ConnectWise API, plain or .gz; OUT gets the predictions as
JSON Lines. Prints the seconds from start to end, the peak memory and the number of predicted pairs.
"""

import time

START = time.perf_counter()

import gzip
import json
import re
import resource
import sys

import pyarrow as pa
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

THRESHOLD = 0.5
COLUMNS = {
    "unique_id": pa.int64(),
    "company_id": pa.int64(),
    "first_name": pa.string(),
    "last_name": pa.string(),
    "email": pa.string(),
    "phone": pa.string(),
    "birth_date": pa.string(),
}
EXTENSION = re.compile(r"(x|ext\.?|#)\s*\d+\s*$", re.IGNORECASE)


def email_of(values):
    """The first address in lower case, without its plus tag."""
    for value in values.get("Email", []):
        name, at, domain = value.strip().lower().rpartition("@")
        if at:
            return f"{name.split('+')[0]}@{domain}"
    return None


def phone_of(values):
    """The last ten digits of the first direct, cell or other phone number."""
    for kind in ("Direct", "Cell", "Phone"):
        for value in values.get(kind, []):
            digits = re.sub(r"\D", "", EXTENSION.sub("", value))
            if len(digits) >= 7:
                return digits[-10:]
    return None


def name_of(value):
    return (value or "").strip().lower() or None


def read(path):
    """The contacts as a table with a row each."""
    columns = {name: [] for name in COLUMNS}
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for contact in map(json.loads, filter(str.strip, lines)):
            values = {}
            for item in contact.get("communicationItems") or []:
                values.setdefault(item["type"]["name"], []).append(item.get("value") or "")
            columns["unique_id"].append(contact["id"])
            columns["company_id"].append((contact.get("company") or {}).get("id"))
            columns["first_name"].append(name_of(contact.get("firstName")))
            columns["last_name"].append(name_of(contact.get("lastName")))
            columns["email"].append(email_of(values))
            columns["phone"].append(phone_of(values))
            columns["birth_date"].append((contact.get("birthDay") or "")[:10] or None)
    return pa.table(columns, schema=pa.schema(COLUMNS.items()))


def predict(table):
    """The pairs Splink gives at least THRESHOLD, as a Splink table."""
    by_email, by_phone, by_last, by_first = (
        block_on("company_id", column) for column in ("email", "phone", "last_name", "first_name")
    )
    settings = SettingsCreator(
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=[by_email, by_phone, by_last, by_first],
        comparisons=[
            cl.JaroWinklerAtThresholds("first_name").configure(term_frequency_adjustments=True),
            cl.JaroWinklerAtThresholds("last_name").configure(term_frequency_adjustments=True),
            cl.EmailComparison("email"),
            cl.ExactMatch("phone"),
            cl.ExactMatch("birth_date"),
        ],
        retain_matching_columns=False,
    )
    linker = Linker(DuckDBAPI().register(table), settings, log_level="ERROR")
    training = linker.training
    training.estimate_probability_two_random_records_match([by_email, by_phone], recall=0.8)
    training.estimate_u_using_random_sampling(max_pairs=1e7, seed=1)
    training.estimate_parameters_using_expectation_maximisation(by_email)
    training.estimate_parameters_using_expectation_maximisation(by_last)
    return linker.inference.predict(threshold_match_probability=THRESHOLD)


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit("usage: python with_splink.py CONTACTS [OUT]")
    table = read(sys.argv[1])
    reading = time.perf_counter() - START
    pairs = predict(table).as_pyarrow_table().select(["unique_id_l", "unique_id_r", "match_weight"])
    if len(sys.argv) == 3:
        with open(sys.argv[2], "w", encoding="utf-8") as out:
            for a, b, score in zip(*(column.to_pylist() for column in pairs.columns)):
                row = {"a": a, "b": b, "score": score, "decision": "merge"}
                out.write(json.dumps(row, separators=(",", ":")) + "\n")
    # In kilobytes, except on macOS.
    unit = 2**20 if sys.platform == "darwin" else 2**10
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    seconds = time.perf_counter() - START
    print(f"{seconds:.2f} s ({reading:.2f} s of it reading), {memory:.0f} MB")
    print(f"{len(pairs)} pairs of {len(table)} contacts")


if __name__ == "__main__":
    main()
