"""One county with nine tenths of the traffic, at the same total load: what do the others notice?

`compare` serves the portal, measures what it can carry, and sends half of that, once spread evenly over the counties and
once nine tenths from one, in turns. Shorter by PROOF_HOT_SECONDS (of one turn) and PROOF_HOT_ROUNDS.
"""

import os
import statistics
import threading
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tests.servers import Client, serving

SECONDS = float(os.environ.get("PROOF_HOT_SECONDS", "20"))
ROUNDS = int(os.environ.get("PROOF_HOT_ROUNDS", "5"))
CLIENTS = 16
PATHS = ("/desk/", "/applications/", "/lists/", "/progress/")


@dataclass
class County:
    """One county's approver, signed in, and an application at that desk with its number of moves."""

    name: str
    session: str
    application: int
    moves: int
    listed: bool = False

    def moved(self):
        """Onto the list or off it: each is one move."""
        self.moves, self.listed = self.moves + 1, not self.listed


def fair(ratio: float) -> bool:
    """Within a third."""
    return ratio <= 4 / 3


def ratio_of(hot: list[float], even: list[float]) -> float:
    """How much longer the others' 95th percentile is: the median of the rounds."""
    return statistics.median(h / e for h, e in zip(hot, even, strict=True))


def percentile(times, share=0.95) -> float:
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def ask(client, county, number):
    """The next question of a county's approver: a page, or every fifth time an application onto the list or off it."""
    if number % 5 == 4:
        verb, seen = "unlist" if county.listed else "shortlist", county.moves
        status = client.post(f"/applications/{county.application}/{verb}/", {"seen": seen}).status
        if status == 302:
            county.moved()
    else:
        status = client.get(PATHS[number % 5]).status
    if status not in (200, 302, 409):  # 409: two threads of one officer in each other's way
        raise RuntimeError(f"{status} for {county.name}")


def _together(work, people) -> None:
    """`work(person)` in a thread each; what went wrong in any of them is raised here."""
    with ThreadPoolExecutor(len(people)) as pool:
        list(pool.map(work, people))


def send(portal, turns, per_second, seconds) -> dict[str, list[float]]:
    """Requests at a fixed rate, each for the county its turn falls on; county → seconds of each answer (from when it was due)."""
    times, asked, lock = defaultdict(list), Counter(), threading.Lock()
    start, numbers = time.monotonic(), iter(range(10**9))

    def work(_):
        clients = {}
        while True:
            with lock:
                mine = next(numbers)
                county = turns[mine % len(turns)]
                asked[county.name] += 1
                number = asked[county.name]
            due = start + mine / per_second
            if due - start > seconds:
                return
            time.sleep(max(0.0, due - time.monotonic()))
            client = clients.setdefault(county.name, Client(portal, county.session))
            ask(client, county, number)
            with lock:
                times[county.name].append(time.monotonic() - due)

    _together(work, range(CLIENTS))
    return times


def saturation(portal, counties) -> float:
    """How many answers a second the portal gives when nobody waits."""
    seconds, done = max(2.0, SECONDS / 4), []
    until = time.monotonic() + seconds

    def work(county):
        client, mine = Client(portal, county.session), 0
        while time.monotonic() < until:
            ask(client, county, mine)
            mine += 1
        done.append(mine)

    _together(work, [counties[n % len(counties)] for n in range(CLIENTS)])
    return sum(done) / seconds


def compare(databases, folder):
    """(the median ratio, what each round said)."""
    template = databases.template("proof", "counties")
    counties = [County(*told) for told in template["counties"]]
    hot_one, others = counties[0], counties[1:]
    skewed = [hot_one] * 9 * len(others) + others  # nine tenths of the turns
    hot, plain = [], []
    with serving(databases, template, folder, workers=2, threads=8) as portal:
        rate = saturation(portal, counties) / 2
        for _ in range(ROUNDS):
            for turns, kept in ((counties, plain), (_mixed(skewed), hot)):
                times = send(portal, turns, rate, SECONDS)
                kept.append(
                    percentile(
                        [t for county, taken in times.items() if county != hot_one.name for t in taken]
                    )
                )
    moved = sum(county.moves - told[-1] for county, told in zip(counties, template["counties"], strict=True))
    if not moved:
        raise RuntimeError("nothing was ever put onto a list")
    told = f"{rate:.0f}/s; even {[round(t * 1000) for t in plain]} ms, hot {[round(t * 1000) for t in hot]} ms; {moved} moves"
    return ratio_of(hot, plain), told


def _mixed(turns):
    """The same turns with the rare ones spread among the others."""
    rare = [turn for turn in turns if turn != turns[0]]
    common = [turn for turn in turns if turn == turns[0]]
    step, mixed = len(common) // max(1, len(rare)), []
    for number, turn in enumerate(rare):
        mixed += [*common[number * step : (number + 1) * step], turn]
    return mixed + common[len(rare) * step :]
