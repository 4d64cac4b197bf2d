"""F3: web processes are ended with SIGKILL while communities file and upload and a desk passes on; nothing is half done."""

import contextlib
import os
import random
import signal
import threading
import time
from pathlib import Path

import pytest

from tests.servers import Client, serving

pytestmark = pytest.mark.race
KILLS = int(os.environ.get("PROOF_KILLS", "4"))
BOUNDARY = "a-line-that-no-file-has"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


def children(pid) -> list[int]:
    """The web processes below the one that keeps them."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def upload(client, pk, material):
    """Post one file as a browser does."""
    fields = {"csrfmiddlewaretoken": client.TOKEN, "material": material}
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    parts.append(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'.encode()
    )
    body = b"".join(parts) + PNG + f"\r\n--{BOUNDARY}--\r\n".encode()
    return client._ask(
        "POST",
        f"/applications/{pk}/attach/",
        body,
        {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"},
    )


def busy(portal, template, over):
    """Everybody works until told to stop; a broken connection is taken up anew."""

    def work(session, press):
        while not over.is_set():
            with contextlib.suppress(OSError, Exception):
                press(Client(portal, session))
            over.wait(0.02)

    jobs = [
        (session, lambda c, pk=pk: upload(c, pk, template["material"]))
        for pk, _moves, session in template["drafts"]
    ]
    jobs += [
        (session, lambda c, pk=pk, m=moves: c.post(f"/applications/{pk}/submit/", {"seen": m}))
        for pk, moves, session in template["drafts"][:6]
    ]
    jobs += [
        (template["approver"], lambda c, pk=pk, m=moves: c.post(f"/applications/{pk}/pass-on/", {"seen": m}))
        for pk, moves in template["desk"]
    ]
    jobs += [(template["approver"], lambda c: c.get("/applications/?as=xlsx"))]
    threads = [threading.Thread(target=work, args=job) for job in jobs]
    for thread in threads:
        thread.start()
    return threads


def test_killed_in_the_middle_nothing_is_half_done(databases, tmp_path, measure):
    seed = random.SystemRandom().randrange(10**6)
    rng = random.Random(seed)
    template = databases.template("proof", "drafts", PORTAL_MODE="demo")
    with serving(databases, template, tmp_path, workers=2, threads=8, PORTAL_MODE="demo") as portal:
        over, killed = threading.Event(), 0
        threads = busy(portal, template, over)
        for _ in range(KILLS):
            time.sleep(rng.uniform(0.2, 1.5))
            for pid in children(portal.process.pid)[:1]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    killed += 1
        over.set()
        for thread in threads:
            thread.join()
        time.sleep(1)
        answers = Client(portal, template["approver"]).get("/desk/").status
        found = portal.run("proof", "wholeness")
        swept = portal.run("proof", "swept")
    measure("F3", "kills", killed)
    measure("F3", "files left over, swept", swept["taken"])
    assert killed >= KILLS - 1 and answers == 200
    assert (found["half"], found["missing"], found["changed"], found["breaches"]) == ([], [], [], []), (
        seed,
        found,
    )
    assert (swept["left"], swept["lost"]) == (0, 0), seed


def test_control_two_steps_without_a_transaction_are_torn(databases, tmp_path):
    """Control: the same look sees a state without its event, as a verb without a transaction would leave it."""
    template = databases.template("proof", "drafts", PORTAL_MODE="demo")
    with serving(databases, template, tmp_path, workers=1, threads=2, PORTAL_MODE="demo") as portal:
        torn = portal.run("proof", "torn")
    assert torn["half"] != [] and torn["orphans"] == 1
