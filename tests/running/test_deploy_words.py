"""What tools/deploy.sh says to somebody at a new machine before it changes anything, and what it keeps of an earlier install."""

import os
import socket
import subprocess

import pytest

from tests.servers import ROOT, free_port


@pytest.fixture
def deploy(tmp_path):
    """Runs tools/deploy.sh for a folder of its own; settings by name."""

    def run(*args, kept="", **settings):
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("PORTAL_", "DEPLOY_"))}
        folder = tmp_path / "portal"
        if kept:
            (folder / "etc").mkdir(parents=True, exist_ok=True)
            (folder / "etc" / "deploy.env").write_text(kept)
        env = {**clean, "DEPLOY_DIR": str(folder), "DEPLOY_MODE": "plain", **settings}
        env = {"DEPLOY_LISTEN": f"127.0.0.1:{free_port()}"} | env
        ended = subprocess.run(
            [ROOT / "tools" / "deploy.sh", *args], cwd=tmp_path, env=env, capture_output=True, text=True
        )
        assert kept or not folder.exists(), "nothing was made"
        return ended

    return run


def refused(ended, *words):
    assert ended.returncode == 1
    for word in words:
        assert word in ended.stderr
    assert len(ended.stderr.splitlines()) == 1, ended.stderr


@pytest.mark.parametrize("command", ["start", "stop", "status", "upgrade", "backup", "nightly", "manage"])
def test_nothing_is_installed_yet(deploy, command):
    refused(deploy(command), "Nothing is installed below", "tools/deploy.sh install")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"DEPLOY_NAMES": "one.example,two.example"}, ["one.example,two.example", "separated by spaces"]),
        ({"DEPLOY_LISTEN": "https"}, ["DEPLOY_LISTEN is 'https'"]),
        ({"DEPLOY_CERTIFICATE": "/nowhere/a.pem"}, ["both or neither"]),
        (
            {"DEPLOY_CERTIFICATE": "/nowhere/a.pem", "DEPLOY_CERTIFICATE_KEY": "/nowhere/a.key"},
            ["There is no file /nowhere/a.pem"],
        ),
    ],
)
def test_settings_that_cannot_be(deploy, told, words):
    refused(deploy("install", **told), *words)


def test_a_certificate_is_looked_for_where_the_caller_stands(deploy, tmp_path):
    (tmp_path / "a.pem").write_text("")
    refused(
        deploy("install", DEPLOY_CERTIFICATE="a.pem", DEPLOY_CERTIFICATE_KEY="a.key"),
        f"There is no file {tmp_path}/a.key",
    )


def test_a_port_that_another_program_has(deploy):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        refused(
            deploy("install", DEPLOY_LISTEN=f"127.0.0.1:{port}"), f"Another program listens on port {port}"
        )


def test_a_later_install_keeps_what_it_is_not_told(deploy):
    kept = "DEPLOY_NAMES='kept,then' DEPLOY_MODE='plain'\n"
    refused(deploy("install", kept=kept), "DEPLOY_NAMES is 'kept,then'")
    refused(deploy("install", kept=kept, DEPLOY_NAMES="said,now"), "DEPLOY_NAMES is 'said,now'")


def test_a_number_that_somebody_else_has_by_now_is_not_our_supervisor(deploy, tmp_path):
    """After a container was started anew the kept process id belongs to anybody: here to this test."""
    (tmp_path / "portal" / "run").mkdir(parents=True)
    (tmp_path / "portal" / "run" / "supervisor.pid").write_text(f"{os.getpid()}\n")
    kept = "DEPLOY_MODE='plain'\n"
    assert deploy("stop", kept=kept).stdout == "It is not running.\n"
    assert deploy("status", kept=kept).stdout.startswith("not running\n")


def test_a_folder_that_is_no_backup_stops_nothing(deploy, tmp_path):
    refused(
        deploy("restore", "no", "--replace", kept="DEPLOY_MODE='plain'\n"),
        f"{tmp_path}/no is no whole backup",
    )
