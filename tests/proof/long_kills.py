"""F3: web processes are ended with SIGKILL while communities file and upload, a desk passes on and takes its list, and
counties make lists public; nothing is half done."""

import contextlib
import http.client
import io
import os
import random
import re
import signal
import threading
import time
from pathlib import Path

import pytest
from PIL import Image

from tests.servers import Client, serving

pytestmark = pytest.mark.race
KILLS = int(os.environ.get("PROOF_KILLS", "4"))
BOUNDARY = "a-line-that-no-file-has"
GONE = 0  # an answer that never came
BROKEN = (OSError, http.client.HTTPException)
SEEN = re.compile(r'name="seen" value="([0-9]+:[0-9]+)"')
WORDS = {
    "number": "",
    "title": "公示",
    "basis": "依据",
    "process": "经过",
    "contact": "测试单位 0000-0000001",
    "address": "某路1号",
}


def children(pid) -> list[int]:
    """The web processes below the one that keeps them."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def picture() -> bytes:
    """A picture of 300 kB that is no other's."""
    out = io.BytesIO()
    Image.frombytes("RGB", (320, 320), os.urandom(320 * 320 * 3)).save(out, "PNG")
    return out.getvalue()


def upload(client, pk, material, content) -> int:
    """Post one file as the page's script does; the status."""
    fields = {"csrfmiddlewaretoken": client.TOKEN, "material": material}
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = 'Content-Disposition: form-data; name="files"; filename="杀.png"\r\nContent-Type: image/png'
    parts.append(f"--{BOUNDARY}\r\n{head}\r\n\r\n".encode())
    body = b"".join(parts) + content + f"\r\n--{BOUNDARY}--\r\n".encode()
    kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "X-Requested-With": "fetch"}
    return client._ask("POST", f"/applications/{pk}/attach/", body, kind).status


class Work:
    """What people do at once, with the status of every answer; GONE where the process died under it."""

    def __init__(self, portal, template):
        self.portal, self.template = portal, template
        self.answers, self.lock = [], threading.Lock()

    def press(self, what, session, action):
        try:
            status = action(Client(self.portal, session))
        except BROKEN:
            status = GONE
        with self.lock:
            self.answers.append((what, status))
        return status

    def verb(self, what, row, session):
        pk, moves = row[:2]
        address = f"/applications/{pk}/{what}/"
        return self.press(what, session, lambda client: client.post(address, {"seen": moves}).status)

    def uploads(self, over):
        """Three communities send one file after another."""

        def send(pk, session):
            content = picture()
            while not over.is_set():
                self.press(
                    "attach", session, lambda client: upload(client, pk, self.template["material"], content)
                )
                over.wait(0.02)

        return [
            threading.Thread(target=send, args=(pk, session)) for pk, _, session in self.template["uploads"]
        ]

    def publish(self, session):
        """Open a county's page before publication and press the button with what stands there; the last status."""
        address, shown = self.template["publish"], []

        def look(client):
            answer = client.get(address)
            shown.extend(SEEN.findall(answer.body))
            return answer.status

        if self.press("look", session, look) != 200 or not shown:
            return GONE
        data = [*WORDS.items(), *(("seen", pair) for pair in shown)]
        return self.press("publish", session, lambda client: client.post(address, data).status)

    def round(self, number):
        """One community files, the street's desk passes one on and takes its list as a workbook, a county publishes."""
        draft, filed, approver = (
            self.template["drafts"][number],
            self.template["desk"][number],
            self.template["approver"],
        )
        listed = "/applications/?as=xlsx"
        return [
            threading.Thread(target=self.verb, args=("submit", draft, draft[2])),
            threading.Thread(target=self.verb, args=("pass-on", filed, approver)),
            threading.Thread(target=self.press, args=("list", approver, lambda client: client.get(listed).status)),
            threading.Thread(target=self.publish, args=(self.template["publishers"][number],)),
        ]  # fmt: skip


def wait_until_back(portal):
    """The keeper has put new processes in the place of the killed."""
    for _ in range(300):
        with contextlib.suppress(*BROKEN):
            if Client(portal).get("/healthz").status == 200:
                return
        time.sleep(0.1)
    raise AssertionError(f"nobody answers any more:\n{portal.log.read_text()[-2000:]}")


def test_killed_in_the_middle_nothing_is_half_done(databases, tmp_path, measure):
    """All processes at once, up to half a second after people pressed; what was cut off is pressed again in the end."""
    seed = random.SystemRandom().randrange(10**6)
    rng = random.Random(seed)
    template = databases.template("proof", "drafts", str(KILLS), PORTAL_MODE="demo")
    with serving(databases, template, tmp_path, workers=2, threads=8, PORTAL_MODE="demo") as portal:
        work, over, killed = Work(portal, template), threading.Event(), 0
        senders = work.uploads(over)
        for thread in senders:
            thread.start()
        for number in range(KILLS):
            pressing = work.round(number)
            for thread in pressing:
                thread.start()
            time.sleep(rng.uniform(0.02, 0.5))
            for pid in children(portal.process.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    killed += 1
            for thread in pressing:
                thread.join()
            wait_until_back(portal)
        over.set()
        for thread in senders:
            thread.join()
        first = portal.run("proof", "wholeness")
        again = {work.verb("submit", row, row[2]) for row in template["drafts"]}
        again |= {work.verb("pass-on", row, template["approver"]) for row in template["desk"]}
        done = first["published"]
        # GONE: there was nothing left to publish.
        again |= {work.publish(session) for session in template["publishers"]} - {GONE}
        found = portal.run("proof", "wholeness")
        swept = portal.run("proof", "swept")
    told = [status for _, status in work.answers]
    measure("F3", "processes killed", killed)
    measure("F3", "presses cut off", told.count(GONE))
    measure("F3", "notices published before they were pressed again", f"{done} of {KILLS}")
    measure("F3", "files stored", found["uploaded"])
    measure("F3", "files left over, swept", swept["taken"])
    assert killed >= KILLS and told.count(GONE) > 0, (seed, work.answers)
    assert 500 not in told, (seed, work.answers)
    assert found["uploaded"] >= work.answers.count(("attach", 201)) > 0, (seed, work.answers)
    for look in (first, found):
        broken = (look["half"], look["missing"], look["changed"], look["breaches"])
        assert broken == ([], [], [], []), (seed, look)
    # Whatever had been done is refused as stale, the rest is done now: each once.
    assert again <= {302, 403, 409}, (seed, again)
    # A county's two pass its street too; each county has one notice of two.
    assert (found["filed"], found["passed on"]) == (4 * KILLS, [KILLS, 3 * KILLS]), (seed, found)
    assert (found["notices"], found["published"]) == ([2] * KILLS, KILLS), (seed, found)
    assert (swept["left"], swept["lost"]) == (0, 0), seed


def test_control_two_steps_without_a_transaction_are_torn(databases, tmp_path):
    """Control: the same look sees a state without its event, as a verb without a transaction would leave it."""
    template = databases.template("proof", "drafts", str(KILLS), PORTAL_MODE="demo")
    with serving(databases, template, tmp_path, workers=1, threads=2, PORTAL_MODE="demo") as portal:
        torn = portal.run("proof", "torn")
    assert torn["half"] != [] and torn["orphans"] == 1
