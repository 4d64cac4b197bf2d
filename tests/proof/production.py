"""The settings of a production process, read in a process of its own, for tests that want its headers and cookies."""

import json
import os
import subprocess
import sys

from tests.factories import ROOT

KEY = "k3Jq-9vXw_2LrT7bYhN5cZ8mPd1sFg4uAeRiOoQtWxVzBnMlKjHgFdSaP0"
SAFE = {
    "PORTAL_MODE": "production",
    "PORTAL_SECRET_KEY": KEY,
    "PORTAL_ALLOWED_HOSTS": "portal.example",
    "PORTAL_TRUSTED_PROXIES": "1",
    "PORTAL_DATABASE": "postgres://portal@/portal?host=/run/postgresql",
}
NAMES = (
    "SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE", "SESSION_COOKIE_AGE",
    "SESSION_COOKIE_DOMAIN", "SESSION_COOKIE_PATH", "CSRF_COOKIE_NAME", "CSRF_COOKIE_SECURE", "CSRF_COOKIE_HTTPONLY", "CSRF_COOKIE_SAMESITE",
    "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD", "SECURE_PROXY_SSL_HEADER",
    "SECURE_REDIRECT_EXEMPT", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "DEBUG", "PRODUCTION", "SESSION_IDLE_SECONDS", "X_FRAME_OPTIONS",
)  # fmt: skip
SCRIPT = f"import json; from django.conf import settings; print(json.dumps({{n: getattr(settings, n) for n in {NAMES!r}}}))"


def start(
    script="from django.conf import settings; settings.DEBUG", **environment
) -> subprocess.CompletedProcess:
    """Python with the portal's settings and this PORTAL_ environment alone; what it printed and how it ended."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    env = {**clean, "DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=env, capture_output=True, text=True)


def settings_of_production(folder) -> dict:
    """Name → value of what production says about cookies, transport and hosts."""
    told = start(SCRIPT, PORTAL_VAR=str(folder), **SAFE)
    if told.returncode:
        raise RuntimeError(told.stderr[-2000:])
    return json.loads(told.stdout)
