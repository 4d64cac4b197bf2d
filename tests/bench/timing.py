"""Medians and ratios of interleaved runs, and what a process held."""

import re
import statistics
import time
from pathlib import Path


def seconds(action) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def spread(times: list[float]) -> tuple[float, float]:
    """(median, 95th percentile)."""
    ordered = sorted(times)
    return statistics.median(ordered), ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


def beside(work, limit, rounds=5) -> tuple[float, float, float]:
    """Run work and its bare limit in turn; (median of work, median of limit, median ratio limit/work)."""
    pairs = [(seconds(work), seconds(limit)) for _ in range(rounds)]
    return (
        statistics.median(w for w, _ in pairs),
        statistics.median(x for _, x in pairs),
        statistics.median(x / w for w, x in pairs),
    )


def peak_mib() -> int:
    """The most memory this process held, MiB; getrusage would also tell that of the process that started it."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) // 1024
