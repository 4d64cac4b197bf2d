"""The templates of tools/deploy: every name between @ signs is one that the script fills in, every program called is there."""

import re

from tests.servers import ROOT

FOLDER = ROOT / "tools" / "deploy"
TEMPLATES = sorted([*FOLDER.glob("*.service"), *FOLDER.glob("*.timer"), FOLDER / "nginx.conf"])
SCRIPT = (ROOT / "tools" / "deploy.sh").read_text(encoding="utf-8")


def test_every_name_is_filled_in():
    filled = set(re.findall(r"s\|@([A-Z_]+)@\|", SCRIPT))
    named = {
        name for path in TEMPLATES for name in re.findall(r"@([A-Z_]+)@", path.read_text(encoding="utf-8"))
    }
    assert named == filled


def test_every_unit_started_has_its_template():
    [units] = re.findall(r'^units="(.+)"$', SCRIPT, re.MULTILINE)
    there = {path.name for path in TEMPLATES}
    for unit in units.split():
        assert re.sub(r"@\d", "@", unit) in there, unit
        if unit.endswith(".timer"):
            assert unit.replace(".timer", ".service") in there


def test_units_start_programs_of_the_repository():
    for path in FOLDER.glob("*.service"):
        text = path.read_text(encoding="utf-8")
        for called in re.findall(r"^ExecStart=@CODE@/(\S+)", text, re.MULTILINE):
            assert called.startswith(".venv/bin/") or (ROOT / called).exists(), f"{path.name}: {called}"
        assert "ExecStart=" in text


def test_units_call_nothing_a_minimal_debian_lacks():
    """`kill` as a program comes with procps, which a minimal Debian has not; the shell's own does."""
    for path in FOLDER.glob("*.service"):
        for called in re.findall(r"^Exec\w+=(\S+)", path.read_text(encoding="utf-8"), re.MULTILINE):
            assert called.startswith("@CODE@/") or called in ("/usr/sbin/nginx", "/bin/sh"), (
                f"{path.name}: {called}"
            )


def test_services_of_the_web_user_write_nowhere_else():
    for name in ("portal-web@.service", "portal-work.service", "portal-tick.service"):
        text = (FOLDER / name).read_text(encoding="utf-8")
        assert "User=@USER@" in text and "ProtectSystem=strict" in text and "NoNewPrivileges=yes" in text
        assert re.findall(r"^ReadWritePaths=(.+)$", text, re.MULTILINE)
