"""One county with nine tenths of the traffic, at the same total load: what do the others notice?

`compare` serves the portal, measures what it can carry, and sends half of that, once spread evenly over the counties and
once nine tenths from one, in turns. Shorter by PROOF_HOT_SECONDS (of one turn) and PROOF_HOT_ROUNDS.
"""

import os
import statistics
import threading
import time

from tests.servers import Client, serving

SECONDS = float(os.environ.get("PROOF_HOT_SECONDS", "20"))
ROUNDS = int(os.environ.get("PROOF_HOT_ROUNDS", "5"))
CLIENTS = 16
PATHS = ("/desk/", "/applications/", "/lists/", "/progress/")


def fair(ratio: float) -> bool:
    """Within a third."""
    return ratio <= 4 / 3


def ratio_of(hot: list[float], even: list[float]) -> float:
    """How much longer the others' 95th percentile is: the median of the rounds."""
    return statistics.median(h / e for h, e in zip(hot, even, strict=True))


def percentile(times, share=0.95) -> float:
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def send(portal, sessions, per_second, seconds) -> dict[str, list[float]]:
    """Requests at a fixed rate, each client for the county its turn falls on; county → seconds of each answer (from when it was due)."""
    turns, times, lock = list(sessions), {}, threading.Lock()
    start, number = time.monotonic(), iter(range(10**9))

    def work():
        clients = {}
        while True:
            with lock:
                mine = next(number)
            due = start + mine / per_second
            if due - start > seconds:
                return
            time.sleep(max(0.0, due - time.monotonic()))
            county, session = turns[mine % len(turns)]
            client = clients.setdefault(county, Client(portal, session))
            status = client.get(PATHS[mine % len(PATHS)]).status
            if status >= 500:
                raise RuntimeError(f"{status} for {county}")
            with lock:
                times.setdefault(county, []).append(time.monotonic() - due)

    threads = [threading.Thread(target=work) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def saturation(portal, sessions) -> float:
    """How many answers a second the portal gives when nobody waits."""
    seconds, done = max(2.0, SECONDS / 4), []
    until = time.monotonic() + seconds

    def work(session):
        client, mine = Client(portal, session), 0
        while time.monotonic() < until:
            client.get(PATHS[mine % len(PATHS)])
            mine += 1
        done.append(mine)

    threads = [threading.Thread(target=work, args=(sessions[n % len(sessions)][1],)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / seconds


def compare(databases, folder):
    """(the median ratio, what each round said)."""
    template = databases.template("proof", "counties")
    sessions = [tuple(pair) for pair in template["sessions"]]
    hot_one, others = sessions[0], sessions[1:]
    skewed = [hot_one] * 9 * len(others) + others  # nine tenths of the turns
    even = sessions * len(others)
    hot, plain = [], []
    with serving(databases, template, folder, workers=2, threads=8) as portal:
        rate = saturation(portal, sessions) / 2
        for _ in range(ROUNDS):
            for turns, kept in ((even, plain), (_mixed(skewed), hot)):
                times = send(portal, turns, rate, SECONDS)
                kept.append(
                    percentile([t for county, taken in times.items() if county != hot_one[0] for t in taken])
                )
    told = (
        f"{rate:.0f}/s; even {[round(t * 1000) for t in plain]} ms, hot {[round(t * 1000) for t in hot]} ms"
    )
    return ratio_of(hot, plain), told


def _mixed(turns):
    """The same turns with the rare ones spread among the others."""
    rare = [turn for turn in turns if turn != turns[0]]
    common = [turn for turn in turns if turn == turns[0]]
    step, mixed = len(common) // max(1, len(rare)), []
    for number, turn in enumerate(rare):
        mixed += [*common[number * step : (number + 1) * step], turn]
    return mixed + common[len(rare) * step :]
