"""The most used pages at three sizes, on PostgreSQL: a county, a province, the country; how they grow; the stock admin."""

import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

from tests import postgres
from tests.bench.goals import judge
from tests.bench.sets import SIZES
from tests.servers import ROOT, environment


def measure():
    told = {}
    with postgres.running() as (socket, _address), tempfile.TemporaryDirectory() as var:
        for size in SIZES.values():
            postgres.create(socket, size.name)
            env = environment(Path(var) / size.name, postgres.address(socket, size.name))
            run = subprocess.run(
                [sys.executable, "-m", "tests.bench.desk_run", size.name],
                cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, check=True,
            )  # fmt: skip
            told[size.name] = json.loads(run.stdout.splitlines()[-1])
    _print(told)


def _print(told):
    for size in SIZES.values():
        made = told[size.name]
        print(
            f"\n{size.name}: {made['counts']['communities']:,} communities, {made['counts']['applications']:,} applications,"
            f" {size.titles:,} titles, built in {made['built']:.0f} s; all below one province, whose officers ask"
        )
        print(f"{'page':<34}{'median ms':>10}{'p95 ms':>9}{'queries':>9}{'kB':>7}")
        for name, page in made["pages"].items():
            odd = "" if page["status"] == 200 else f"  status {page['status']}"
            print(
                f"{name:<34}{page['median'] * 1000:>10.1f}{page['late'] * 1000:>9.1f}{page['queries']:>9}{page['kb']:>7.1f}{odd}"
            )
    small, large = told["county"], told["country"]
    rows = large["counts"]["applications"] / small["counts"]["applications"]
    print(
        f"\ngrowth of the median from county to country ({rows:,.0f} times the applications), as an exponent"
    )
    for name in small["pages"]:
        exponent = math.log(large["pages"][name]["median"] / small["pages"][name]["median"]) / math.log(rows)
        same = small["pages"][name]["queries"] == large["pages"][name]["queries"]
        print(f"{name:<34}{exponent:>10.3f}   queries {'the same' if same else 'DIFFER'}")
    grown = ("list", "list of applications"), ("deep", "the same, last page"), ("state", "the same, one state"), (
        "file", "file of an application"), ("search", "the same, two characters"), ("progress", "progress by region"), (
        "standing", "standing and coverage")  # fmt: skip
    for key, name in grown:
        judge(
            f"2-{key}",
            math.log(large["pages"][name]["median"] / small["pages"][name]["median"]) / math.log(rows),
        )
    for key, name in (
        ("list", "list of applications"),
        ("file", "file of an application"),
        ("board", "list for the notice"),
    ):
        judge(f"3-{key}", large["pages"][name]["queries"])
    found = large["in_turn"]
    print(
        f"\nlist of 100,000 applications, 95th percentile: {found['list'] * 1000:.0f} ms, Django's own change list {found['stock'] * 1000:.0f} ms"
    )
    for key in ("1", "1b-deep", "1b-search"):
        judge(key, found[key])
    for place, (ours, bare, ratio) in large["scope"].items():
        print(
            f"who may see it, counted, {place}: {ours * 100:.2f} ms, a bare range of positions {bare * 100:.2f} ms: {1 / ratio:.2f} of it"
        )
    judge("10", max(1 / ratio for *_, ratio in large["scope"].values()))
