"""The portal as a province would run it: PostgreSQL, two web processes, worker, timer and nginx, by tools/deploy.sh.

Installed once in a folder of its own; each test leaves it running, the last one stops it.
"""

import os
import shutil
import signal
import socket
import ssl
import tempfile
import time
from pathlib import Path

import pytest

from tests.running.deployed import Browser, Deployment

pytestmark = pytest.mark.race
PROCESSES = ("supervisor", "database", "web1", "web2", "work", "proxy")


@pytest.fixture(scope="module")
def deployment():
    folder = Path(tempfile.mkdtemp(prefix="portal-deploy-"))
    folder.chmod(0o755)
    deployment = Deployment(folder)
    try:
        deployment.do("install")
        deployment.do("start")
        yield deployment
    finally:
        deployment.run("stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def told(deployment):
    return deployment.build("deployed")


@pytest.fixture(scope="module")
def filer(deployment, told):
    browser = Browser(deployment)
    assert browser.sign_in(told["filer"], told["password"]).status == 302
    return browser


def wait_for(question, seconds=60):
    end = time.monotonic() + seconds
    while not (found := question()):
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.3)
    return found


@pytest.mark.parametrize(
    "path", ["/", "/notices/", "/recognised/", "/login/", "/objections/", "/api/v1/openapi.json"]
)
def test_public_pages_through_the_proxy(deployment, told, path):
    answer = Browser(deployment).get(path)
    assert answer.status == 200
    headers = answer.headers
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000; includeSubDomains")
    assert headers.get_all("X-Content-Type-Options") == ["nosniff"], "said once"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "object-src 'none'" in headers["Content-Security-Policy"]
    assert "charset=utf-8" in headers["Content-Type"].lower() or "json" in headers["Content-Type"]
    assert "/" not in headers["Server"], "no version"


@pytest.mark.parametrize("path", ["/home/", "/applications/", "/account/"])
def test_pages_behind_sign_in(deployment, filer, path):
    assert Browser(deployment).get(path).status == 302
    answer = filer.get(path)
    assert answer.status == 200 and "no-store" in answer.headers["Cache-Control"]


def test_cookies_are_of_this_host_and_of_tls(deployment, filer):
    reader = Browser(deployment)
    answer = reader.ask(
        "POST",
        "/display/",
        "care=1&lang=en&next=/notices/",
        **{"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status == 302
    for line in answer.headers.get_all("Set-Cookie"):
        assert "; Secure" in line and "; HttpOnly" in line and "Path=/" in line and "Domain" not in line, line
    assert set(reader.cookies) == {"__Host-care", "__Host-lang"}
    assert 'lang="en"' in reader.get("/notices/").text
    assert {"__Host-session", "__Host-csrf"} <= set(filer.cookies)
    assert not [name for name in filer.cookies if not name.startswith("__Host-") and name != "messages"]


def test_a_private_file_is_sent_by_the_proxy_and_only_to_whom_the_portal_says(deployment, told, filer):
    kept = deployment.folder / "files" / told["stored"]
    answer = filer.get(f"/files/{told['attachment']}/")
    assert (answer.status, answer.body) == (200, kept.read_bytes())
    assert "X-Accel-Redirect" not in answer.headers
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["ETag"], "nginx sent it, not the portal"
    part = filer.get(f"/files/{told['attachment']}/", Range="bytes=0-3")
    assert (part.status, part.body) == (206, kept.read_bytes()[:4])

    stranger = Browser(deployment)
    stranger.sign_in(told["stranger"], told["password"])
    assert stranger.get("/home/").status == 200
    assert stranger.get(f"/files/{told['attachment']}/").status == 404
    for path in (
        f"/private-files/{told['stored']}",
        f"/files/{told['stored']}",
        "/private-files/../secrets/database",
    ):
        assert filer.get(path).status == 404, path
    kept.rename(kept.with_suffix(".away"))
    assert filer.get(f"/files/{told['attachment']}/").status == 404
    kept.with_suffix(".away").rename(kept)


def test_static_files_are_kept_a_year_by_their_hash(deployment):
    page = Browser(deployment).get("/login/").text
    path = page.split('rel="stylesheet" href="')[1].split('"')[0]
    answer = Browser(deployment).get(path)
    assert answer.status == 200 and answer.headers["Content-Type"].startswith("text/css")
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for outside in (
        "/static/",
        "/static/../portal.env",
        "/static/%2e%2e/secret-key",
        "/.git/config",
        "/manage.py",
    ):
        assert Browser(deployment).get(outside).status in (400, 403, 404), outside


def test_what_is_refused_before_the_portal_sees_it(deployment):
    answer = Browser(deployment).ask("POST", "/login/", **{"Content-Length": str(201 * 1024 * 1024)})
    assert answer.status == 413 and "不能超过" in answer.text
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert Browser(deployment).ask("TRACE", "/").status == 405
    with pytest.raises(OSError):
        Browser(deployment).get("/", Host="evil.example")
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(ssl.SSLError), socket.create_connection(("127.0.0.1", deployment.port)) as plain:
        old.wrap_socket(plain)


def test_health_and_the_worker_and_the_timer(deployment):
    browser = Browser(deployment)
    assert browser.get("/healthz").body == b"ok\n"

    def nobody_is_late():
        answer = browser.get("/readyz")
        assert answer.status == 200, answer.text
        return '"late": ["backup"]' in answer.text

    wait_for(nobody_is_late)


def test_the_role_of_the_web_processes_may_not_change_what_only_grows(deployment, told):
    assert int(deployment.sql("SELECT count(*) FROM accounts_event").stdout) > 0
    for statement in (
        "UPDATE accounts_event SET subject = ''",
        "DELETE FROM subsidies_entry",
        "TRUNCATE accounts_event CASCADE",
        "ALTER TABLE accounts_event DISABLE TRIGGER ALL",
        "DROP TABLE accounts_event",
        "CREATE TABLE mine (x int)",
        "SET session_replication_role = replica",
    ):
        run = deployment.sql(statement)
        assert run.returncode and ("permission denied" in run.stderr or "must be owner" in run.stderr), (
            statement
        )


def test_secrets_are_nobody_elses(deployment):
    for path in (deployment.folder / "secrets").iterdir():
        assert path.stat().st_mode & 0o007 == 0, path.name
    told = (deployment.folder / "etc" / "portal.env").read_text()
    assert "SECRET_KEY=" not in told and "postgres://" not in told


def test_a_web_process_that_dies_comes_back_and_nobody_notices(deployment):
    before = deployment.pid("web1")
    os.kill(before, signal.SIGKILL)
    statuses = [Browser(deployment).get("/notices/").status for _ in range(10)]
    assert statuses == [200] * 10
    wait_for(lambda: deployment.pid("web1") != before)


def test_upgrade_keeps_everything_and_restore_goes_back(deployment, told):
    deployment.do("backup", deployment.folder / "backups" / "before")
    count = int(deployment.sql("SELECT count(*) FROM accounts_event").stdout)
    browser = Browser(deployment)
    browser.sign_in(told["filer"], told["password"])
    deployment.do("upgrade")
    assert int(deployment.sql("SELECT count(*) FROM accounts_event").stdout) > count
    assert browser.get("/home/").status == 200, "signed in still"
    assert len([p for p in (deployment.folder / "backups").glob("*/manifest.json")]) == 2

    refused = deployment.run("restore", deployment.folder / "backups" / "before", "--replace")
    assert refused.returncode == 1 and "Stop the portal first" in refused.stderr
    deployment.do("stop")
    out = deployment.do("restore", deployment.folder / "backups" / "before", "--replace")
    assert "，0 处不符。" in out and "恢复完成" in out
    deployment.do("start")
    assert int(deployment.sql("SELECT count(*) FROM accounts_event").stdout) == count
    assert browser.get("/home/").status == 302, "everybody signs in again"
    browser.sign_in(told["filer"], told["password"])
    assert told["community"] in browser.get(f"/applications/{told['application']}/").text


def test_the_night_makes_a_backup_and_turns_the_log_over(deployment):
    Browser(deployment).get("/recognised/")
    before = set((deployment.folder / "backups").glob("*/manifest.json"))
    out = deployment.do("nightly")
    assert "，0 处不符。" in out
    assert len(set((deployment.folder / "backups").glob("*/manifest.json")) - before) == 1
    [turned] = (deployment.folder / "log").glob("proxy-access-*.log")
    assert '"path":"/recognised/"' in turned.read_text()
    assert Browser(deployment).get("/objections/").status == 200
    wait_for(lambda: '"path":"/objections/"' in (deployment.folder / "log" / "proxy-access.log").read_text())
    assert '"late": []' in Browser(deployment).get("/readyz").text


def test_no_log_says_who_anybody_is(deployment, told, filer):
    filer.get("/notices/?q=%E5%BC%A0%E4%B8%89%E4%B8%B0")
    filer.get("/communities/?q=430102199001011234")
    time.sleep(1)
    logs = deployment.logs()
    assert '"path":"/notices/"' in logs, "the access log is written"
    for word in (
        told["community"],
        told["person"],
        told["filer"],
        told["password"],
        "张三丰",
        "%E5%BC%A0",
        "430102199001011234",
    ):
        assert word not in logs, word
    assert "Traceback" not in logs and '"level": "ERROR"' not in logs


def test_it_ends_by_process_id_and_leaves_nothing(deployment):
    pids = [deployment.pid(name) for name in PROCESSES]
    deployment.do("stop")
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert not list((deployment.folder / "run").glob("*.pid"))
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", deployment.port), timeout=2)
    assert "It is not running" in deployment.do("stop")
