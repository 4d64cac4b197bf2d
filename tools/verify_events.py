#!/usr/bin/env python3
"""Checks an exported chain of events against the daily anchors: verify_events.py EXPORT ANCHORS [--key FILE].

EXPORT comes from `manage.py export_events`. ANCHORS is the file of daily lines, or any text in which they stand (the
letters, saved as they came). Needs nothing but Python. With the key it checks the signatures too. Prints what it found,
the first bad row by its number, and ends with 1 when anything does not hold.
"""

import argparse
import hashlib
import hmac
import json
import re
import sys

GENESIS = "0" * 64
LINE = re.compile(r"^(\d{4}-\d\d-\d\d) (\d{1,18}) ([0-9a-f]{64}) ([0-9a-f]{64})$", re.ASCII)
COLUMNS = ("action", "at", "actor", "posting", "subject")
ALL = {"seq", "body", "previous", "digest", *COLUMNS}


def digest_of(previous, seq, body):
    """SHA-256 over the previous digest, the number and the body, each on its own line."""
    return hashlib.sha256(f"{previous}\n{seq}\n{body}".encode()).hexdigest()


def bad_rows(lines, digests, previous=GENESIS, seq=0):
    """Yield (row, what does not hold); fills digests: number → digest. A piece of a chain goes on after `previous`, `seq`."""
    for row, line in enumerate(lines, seq + 1):
        try:
            event = json.loads(line)
            told = json.loads(event["body"])
            complete = set(event) == ALL and type(event["seq"]) is int
        except (ValueError, TypeError, KeyError):
            yield row, "cannot be read"
            previous, seq = None, seq + 1
            continue
        if not complete:
            yield row, "does not have the columns of an event"
            previous, seq = None, seq + 1
            continue
        if event["seq"] != seq + 1:
            yield row, f"has the number {event['seq']}, not {seq + 1}"
        if event["previous"] != previous:
            yield row, "does not follow the one before"
        if event["digest"] != digest_of(event["previous"], event["seq"], event["body"]):
            yield row, "does not come to its digest"
        for name in COLUMNS:
            if told.get(name) != event.get(name):
                yield row, f"says something else in {name} than in its body"
        previous, seq = event["digest"], seq + 1
        digests[event["seq"]] = event["digest"]


def bad_anchors(lines, digests, key=None):
    """Yield (line, what does not hold) for every daily line; others are passed over."""
    previous = GENESIS
    for row, line in enumerate(lines, 1):
        if not (found := LINE.match(line.strip())):
            continue
        day, seq, digest, signed = found.groups()
        if key is not None:
            wanted = hmac.new(key, f"{previous}\n{day} {seq} {digest}".encode(), hashlib.sha256).hexdigest()
            if not hmac.compare_digest(wanted, signed):
                yield row, f"of {day}: the signature does not hold"
        if int(seq) and digests.get(int(seq)) != digest:
            missing = int(seq) not in digests
            yield (
                row,
                f"of {day}: event {seq} {'is not there any more' if missing else 'is not the one of that day'}",
            )
        previous = signed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("export")
    parser.add_argument("anchors")
    parser.add_argument("--key", help="a file with the key of the signatures")
    asked = parser.parse_args()
    key = None
    if asked.key:
        with open(asked.key, encoding="utf-8") as file:
            key = file.read().strip().encode()
    digests = {}
    with open(asked.export, encoding="utf-8", errors="replace", newline="\n") as file:
        wrong = [f"row {row} {what}" for row, what in bad_rows(file, digests)]
    with open(asked.anchors, encoding="utf-8", errors="replace") as file:
        lines = file.read().splitlines()
    wrong += [f"anchor line {row} {what}" for row, what in bad_anchors(lines, digests, key)]
    anchors = sum(1 for line in lines if LINE.match(line.strip()))
    print("\n".join(wrong[:50]) if wrong else "whole")
    print(f"{len(digests)} events, {anchors} anchors, {len(wrong)} faults")
    if not anchors:
        print("without an anchor a cut tail or a chain written anew cannot be seen")
    return 1 if wrong or not anchors else 0


if __name__ == "__main__":
    sys.exit(main())
