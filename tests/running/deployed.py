"""A deployment of its own by tools/deploy.sh, in a folder and on a loopback port of its own, and a browser-like client."""

import getpass
import http.client
import json
import os
import re
import ssl
import subprocess
import sys
import urllib.parse
from pathlib import Path

from tests.servers import ROOT, free_port


class Deployment:
    """What tools/deploy.sh installs below `folder`."""

    def __init__(self, folder: Path):
        self.folder, self.port = folder, free_port()
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("PORTAL_", "DEPLOY_", "PG"))}
        self.env = {
            **clean,
            "DEPLOY_DIR": str(folder),
            "DEPLOY_NAMES": "localhost",
            "DEPLOY_LISTEN": f"127.0.0.1:{self.port}",
            "DEPLOY_MODE": "plain",
            "DEPLOY_USER": getpass.getuser(),
            "DEPLOY_LOAD": "no",
        }

    def run(self, *args) -> subprocess.CompletedProcess:
        return subprocess.run(
            ["tools/deploy.sh", *map(str, args)], cwd=ROOT, env=self.env, capture_output=True, text=True
        )

    def do(self, *args) -> str:
        run = self.run(*args)
        assert run.returncode == 0, (
            f"{args}\n{run.stdout[-2000:]}\n{run.stderr[-3000:]}\n{self.logs()[-3000:]}"
        )
        return run.stdout

    def settings(self) -> dict[str, str]:
        lines = (self.folder / "etc" / "portal.env").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines if line)

    def build(self, what: str) -> dict:
        """A builder of tests/building.py, as the owner of the tables."""
        env = {k: v for k, v in self.env.items() if not k.startswith("DEPLOY_")} | self.settings()
        env["PORTAL_DATABASE_FILE"] = str(self.folder / "secrets" / "database-owner")
        run = subprocess.run(
            [sys.executable, "-m", "tests.building", what], cwd=ROOT, env=env, capture_output=True, text=True
        )
        assert run.returncode == 0, run.stderr[-3000:]
        return json.loads(run.stdout.splitlines()[-1])

    def pid(self, name: str) -> int:
        return int((self.folder / "run" / f"{name}.pid").read_text())

    def logs(self) -> str:
        found = [p.read_text(errors="replace") for p in (self.folder / "log").glob("*.log")]
        return "\n".join(found)

    def sql(self, statement: str) -> subprocess.CompletedProcess:
        """psql as the role the web processes have."""
        address = (self.folder / "secrets" / "database").read_text()
        parts = urllib.parse.urlsplit(address)
        query = dict(urllib.parse.parse_qsl(parts.query))
        env = {**self.env, "PGPASSWORD": parts.password}
        return subprocess.run(
            ["psql", "-X", "-h", query["host"], "-U", parts.username, "-d", "portal", "-tAc", statement],
            env=env,
            capture_output=True,
            text=True,
        )


class Answer:
    def __init__(self, response):
        self.status, self.headers, self.body = response.status, response.headers, response.read()

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


class Browser:
    """One person's TLS client with cookies."""

    def __init__(self, deployment: Deployment):
        self.port = deployment.port
        self.trust = ssl.create_default_context(cafile=deployment.folder / "secrets" / "self-signed.crt")
        self.cookies: dict[str, str] = {}

    def ask(self, method, path, body=None, **headers) -> Answer:
        connection = http.client.HTTPSConnection("localhost", self.port, context=self.trust, timeout=60)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection.request(
            method, path, body, {"Cookie": cookie, "Host": f"localhost:{self.port}", **headers}
        )
        answer = Answer(connection.getresponse())
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, value = line.split(";", 1)[0].split("=", 1)
            self.cookies[name] = value
        connection.close()
        return answer

    def get(self, path, **headers) -> Answer:
        return self.ask("GET", path, **headers)

    def sign_in(self, username, password) -> Answer:
        page = self.get("/login/").text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        told = urllib.parse.urlencode(
            {"username": username, "password": password, "csrfmiddlewaretoken": token}
        )
        return self.ask(
            "POST", "/login/", told,
            **{"Content-Type": "application/x-www-form-urlencoded", "Origin": f"https://localhost:{self.port}"},
        )  # fmt: skip
