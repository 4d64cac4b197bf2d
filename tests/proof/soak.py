"""Fifty people at work for ten minutes: does memory, the number of open files, the log or the WAL grow?

Shorter by PROOF_SOAK_SECONDS and PROOF_SOAK_PEOPLE.
"""

import os
import threading
import time
from collections import Counter
from http.client import HTTPException
from pathlib import Path
from statistics import median

from tests.servers import Client, race, serving

SECONDS = float(os.environ.get("PROOF_SOAK_SECONDS", "600"))
PEOPLE = int(os.environ.get("PROOF_SOAK_PEOPLE", "50"))
LOOKS = 20
# Files are counted while nobody asks: a request at work has some open (SQLite a connection each), and a connection that
# rests is hung up after two seconds.
REST = 3.0
PATHS = (
    "/desk/",
    "/applications/",
    "/lists/",
    "/progress/",
    "/notices/",
    "/recognised/",
    "/applications/?as=xlsx",
)
COUNTED = {"DJANGO_SETTINGS_MODULE": "tests.proof.counted_settings"}


def slope(points) -> float:
    """By how much the second number grows per unit of the first (least squares)."""
    n, x, y = len(points), sum(p[0] for p in points), sum(p[1] for p in points)
    above = n * sum(a * b for a, b in points) - x * y
    below = n * sum(a * a for a, _ in points) - x * x
    return above / below if below else 0.0


def more_at_the_end(counts, looks=5) -> float:
    """How far the last looks are above the first ones. (One look may fall on a moment with a request that takes long.)"""
    return median(counts[-looks:]) - median(counts[:looks])


def steady(found) -> bool:
    """Under a megabyte a minute, no more open files, a small WAL, no faults, a log without a line of ours."""
    return (
        found["memory, MB a minute"] < 1
        and found["open files, more"] <= 4
        and found["WAL, MB"] < 64
        and found["faults"] == 0
        and found["log, kB"] < 1000
    )


def _processes(pid):
    return [pid, *(int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]


def _wal(folder) -> float:
    """Megabytes of SQLite's WAL, which goes away with the last connection."""
    wal = folder / "portal.sqlite3-wal"
    return wal.stat().st_size / 1e6 if wal.exists() else 0.0


def _look(portal) -> tuple[float, int]:
    """Megabytes of all processes and their open files."""
    memory, files = 0, 0
    for pid in _processes(portal.process.pid):
        status = Path(f"/proc/{pid}/status").read_text()
        memory += int(status.split("VmRSS:")[1].split()[0]) / 1024
        files += len(list(Path(f"/proc/{pid}/fd").iterdir()))
    return memory, files


def run(databases, folder) -> dict:
    template = databases.template("street_desk")
    faults, over, open_, answers = [], threading.Event(), threading.Event(), []
    open_.set()

    def person(number):
        client, mine = Client(portal, template["session"]), number
        while not over.is_set():
            open_.wait()
            mine += 1
            try:
                if mine % 40 == 0:
                    status = client.post("/login/", {"username": f"nobody{mine}", "password": "x"}).status
                else:
                    status = client.get(PATHS[mine % len(PATHS)]).status
            except (OSError, HTTPException) as error:  # nobody answered: as bad as a 500
                status, client = repr(error), Client(portal, template["session"])
            answers.append(status)
            if not isinstance(status, int) or status >= 500:
                faults.append(status)
            over.wait(0.2)

    with serving(databases, template, folder, workers=2, threads=16, **COUNTED) as portal:
        # Every thread has its connection to the database before files are counted: all come at once.
        crowd = [Client(portal, template["session"]) for _ in range(4 * PEOPLE)]
        race(lambda c=client: c.get("/desk/") for client in crowd)
        threads = [threading.Thread(target=person, args=(number,)) for number in range(PEOPLE)]
        for thread in threads:
            thread.start()
        seen, start, most = [], time.monotonic(), 0.0
        for _ in range(LOOKS):
            time.sleep(SECONDS / LOOKS)
            most = max(most, _wal(folder))
            open_.clear()
            time.sleep(REST)
            seen.append((time.monotonic() - start, *_look(portal)))
            open_.set()
        over.set()
        for thread in threads:
            thread.join()
        log = portal.log.stat().st_size / 1000
    settled = seen[len(seen) // 3 :]  # caches are filled in the beginning
    return {
        "answers": len(answers),
        "faults": len(faults),
        "which": ", ".join(f"{number} × {fault}" for fault, number in Counter(faults).items()) or "none",
        "memory, MB a minute": round(slope([(t / 60, m) for t, m, _ in settled]), 2),
        "open files, more": more_at_the_end([files for _, _, files in settled]),
        "WAL, MB": round(most, 1),
        "log, kB": round(log, 1),
    }
