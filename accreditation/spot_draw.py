"""A spot check drawn so that anyone can repeat it. Nothing but Python's own library: this very file is handed out.

    python spot_draw.py pool.txt "PUBLIC SEED" NONCE

prints the hash of the pool, that of the nonce, and what was drawn. The pool is a text of lines with tab-separated fields:

    R  share  least  reserves  inspectors  hash   per cent of a stratum, at least so many, reserves, per title; sha256 or sm3
    T  stratum  number  place  community      a title
    D  number  place  community  reason       a title named for a risk: not drawn, looked at all the same
    X  number  reason                         a title left out, and why
    I  code  place                            an inspector and where they come from
    B  number  code                           this inspector does not look at this title (declared interest, own staff)

1. The seed is the public text, a line break and the nonce, whose hash was told with the pool. The hash is that of the first
   line: SHA-256 where it names none, or SM3 (GB/T 32905), which Python has where its OpenSSL has it.
2. Titles of a stratum stand in the order of HMAC(seed, stratum, line break, number), as hexadecimal text. The first
   are drawn: the share of the stratum rounded up, at least `least`, never more than there are; the next are reserves.
3. Drawn titles in the order of that text, then the named ones by their number, each get their inspectors: of those who neither come from the title's place
   nor are barred, the ones with the fewest titles so far, equal ones by HMAC(seed, "inspector", line break, code).
"""

import hashlib
import hmac
import json
import sys
from collections import Counter

HASHES = {"sha256": "SHA-256", "sm3": "SM3"}


def hash_of(pool: str) -> str:
    """The hash a pool names in its first line: a key of HASHES. ValueError for another."""
    name = "".join(pool.partition("\n")[0].split("\t")[5:6]) or "sha256"
    if name not in HASHES:
        raise ValueError(f"unknown hash {name}")
    return name


def pool_hash(pool: str) -> str:
    """The hash of the pool file, in hexadecimal."""
    return hashlib.new(hash_of(pool), pool.encode()).hexdigest()


def nonce_hash(nonce: str, pool: str) -> str:
    """The hash of the nonce, told before the seed is known."""
    return hashlib.new(hash_of(pool), nonce.encode()).hexdigest()


def place(seed: str, kind: str, code: str, way: str) -> str:
    """Where a thing stands in the order; way: the hash."""
    return hmac.new(seed.encode(), f"{kind}\n{code}".encode(), way).hexdigest()


def seed_of(public: str, nonce: str) -> str:
    return f"{public}\n{nonce}"


def read(pool: str) -> dict[str, list[list[str]]]:
    """The lines of a pool by their letter, each without it."""
    rows: dict[str, list[list[str]]] = {letter: [] for letter in "RTDXIB"}
    for line in pool.splitlines():
        letter, *fields = line.split("\t")
        rows[letter].append(fields)
    return rows


def sizes(rows) -> list[int]:
    """Share, least, reserves and inspectors per title, of the first line."""
    return [int(field) for field in rows["R"][0][:4]]


def size(count: int, share: int, least: int) -> int:
    """How many of a stratum are drawn; share in per cent, rounded up."""
    return min(count, max(least, -(-count * share // 100)))


def draw(pool: str, seed: str) -> dict:
    """{"drawn": [numbers], "reserves": {stratum: [numbers]}, "inspectors": {number: [codes]}}, in the order of the draw."""
    rows, way = read(pool), hash_of(pool)
    share, least, reserves, each = sizes(rows)
    strata: dict[str, list[list[str]]] = {}
    for stratum, *title in rows["T"]:
        strata.setdefault(stratum, []).append(title)
    drawn, spare = [], {}
    for stratum in sorted(strata):
        titles = sorted(strata[stratum], key=lambda title: place(seed, stratum, title[0], way))
        number = size(len(titles), share, least)
        drawn += [(place(seed, stratum, title[0], way), title) for title in titles[:number]]
        spare[stratum] = [title[0] for title in titles[number : number + reserves]]
    order = [title for _, title in sorted(drawn)]
    taken: Counter = Counter()
    given = {}
    named = sorted([number, where, name] for number, where, name, _reason in rows["D"])
    for number, where, _name in order + named:
        given[number] = [
            code for code in able(rows, seed, number, where, taken, way)[:each] if not taken.update([code])
        ]
    return {"drawn": [title[0] for title in order], "reserves": spare, "inspectors": given}


def able(rows, seed: str, number: str, where: str, taken: Counter, way: str) -> list[str]:
    """The inspectors who may look at a title, who comes first first."""
    barred = {code for title, code in rows["B"] if title == number}
    codes = [code for code, home in rows["I"] if home != where and code not in barred]
    return sorted(codes, key=lambda code: (taken[code], place(seed, "inspector", code, way)))


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8", newline="") as file:
        text = file.read()
    told = [pool_hash(text), nonce_hash(sys.argv[3], text), draw(text, seed_of(sys.argv[2], sys.argv[3]))]
    sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=1) + "\n")
