"""Every page of the demonstration, asked for as the role that uses it, from a real server."""

import tempfile
from pathlib import Path

from tests.bench.timing import seconds, spread
from tests.servers import Client, Databases, serving

TIMES = 20


def measure():
    with tempfile.TemporaryDirectory() as folder:
        databases = Databases("sqlite", Path(folder))
        template = databases.template("demonstration", PORTAL_MODE="demo")
        with serving(
            databases, template, Path(folder) / "run", workers=1, threads=4, PORTAL_MODE="demo"
        ) as portal:
            print(f"{'page':<44}{'as':<12}{'median ms':>10}{'p95 ms':>9}{'kB':>7}")
            for role, path in template["pages"]:
                client = Client(portal, template["sessions"].get(role, ""))
                answer = client.get(path)
                median, late = spread([seconds(lambda c=client, p=path: c.get(p)) for _ in range(TIMES)])
                size = len(answer.body.encode()) / 1000
                odd = "" if answer.status == 200 else f"  status {answer.status}"
                print(f"{path:<44}{role:<12}{median * 1000:>10.1f}{late * 1000:>9.1f}{size:>7.1f}{odd}")
