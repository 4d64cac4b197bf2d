"""A spot check drawn so that anyone can repeat it. Nothing but Python's own library: this very file is handed out.

    python spot_draw.py pool.txt "PUBLIC SEED" NONCE

prints the hash of the pool, that of the nonce, and what was drawn. The pool is a text of lines with tab-separated fields:

    R  share  least  reserves  inspectors     how many: per cent of a stratum, at least so many, reserves, per title
    T  stratum  number  place  community      a title
    D  number  place  community  reason       a title named for a risk: not drawn, looked at all the same
    X  number  reason                         a title left out, and why
    I  code  place                            an inspector and where they come from
    B  number  code                           this inspector does not look at this title (declared interest, own staff)

1. The seed is the public text, a line break and the nonce, whose SHA-256 was told with the pool.
2. Titles of a stratum stand in the order of HMAC-SHA256(seed, stratum, line break, number), as hexadecimal text. The first
   are drawn: the share of the stratum rounded up, at least `least`, never more than there are; the next are reserves.
3. Drawn titles in the order of that text, then the named ones by their number, each get their inspectors: of those who neither come from the title's place
   nor are barred, the ones with the fewest titles so far, equal ones by HMAC-SHA256(seed, "inspector", line break, code).
"""

import hashlib
import hmac
import json
import sys
from collections import Counter


def pool_hash(pool: str) -> str:
    """SHA-256 of the pool file, in hexadecimal."""
    return hashlib.sha256(pool.encode()).hexdigest()


def nonce_hash(nonce: str) -> str:
    """SHA-256 of the nonce, told before the seed is known."""
    return hashlib.sha256(nonce.encode()).hexdigest()


def place(seed: str, kind: str, code: str) -> str:
    """Where a thing stands in the order."""
    return hmac.new(seed.encode(), f"{kind}\n{code}".encode(), hashlib.sha256).hexdigest()


def seed_of(public: str, nonce: str) -> str:
    return f"{public}\n{nonce}"


def read(pool: str) -> dict[str, list[list[str]]]:
    """The lines of a pool by their letter, each without it."""
    rows: dict[str, list[list[str]]] = {letter: [] for letter in "RTDXIB"}
    for line in pool.splitlines():
        letter, *fields = line.split("\t")
        rows[letter].append(fields)
    return rows


def size(count: int, share: int, least: int) -> int:
    """How many of a stratum are drawn; share in per cent, rounded up."""
    return min(count, max(least, -(-count * share // 100)))


def draw(pool: str, seed: str) -> dict:
    """{"drawn": [numbers], "reserves": {stratum: [numbers]}, "inspectors": {number: [codes]}}, in the order of the draw."""
    rows = read(pool)
    share, least, reserves, each = (int(field) for field in rows["R"][0])
    strata: dict[str, list[list[str]]] = {}
    for stratum, *title in rows["T"]:
        strata.setdefault(stratum, []).append(title)
    drawn, spare = [], {}
    for stratum in sorted(strata):
        titles = sorted(strata[stratum], key=lambda title: place(seed, stratum, title[0]))
        number = size(len(titles), share, least)
        drawn += [(place(seed, stratum, title[0]), title) for title in titles[:number]]
        spare[stratum] = [title[0] for title in titles[number : number + reserves]]
    order = [title for _, title in sorted(drawn)]
    taken: Counter = Counter()
    given = {}
    named = sorted([number, where, name] for number, where, name, _reason in rows["D"])
    for number, where, _name in order + named:
        given[number] = [
            code for code in able(rows, seed, number, where, taken)[:each] if not taken.update([code])
        ]
    return {"drawn": [title[0] for title in order], "reserves": spare, "inspectors": given}


def able(rows, seed: str, number: str, where: str, taken: Counter) -> list[str]:
    """The inspectors who may look at a title, who comes first first."""
    barred = {code for title, code in rows["B"] if title == number}
    codes = [code for code, home in rows["I"] if home != where and code not in barred]
    return sorted(codes, key=lambda code: (taken[code], place(seed, "inspector", code)))


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8", newline="") as file:
        text = file.read()
    told = [pool_hash(text), nonce_hash(sys.argv[3]), draw(text, seed_of(sys.argv[2], sys.argv[3]))]
    sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
