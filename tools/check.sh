#!/usr/bin/env bash
# Everything that can be said without running the portal, fastest first.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"
ruff format --check --quiet .
ruff check --quiet .
lint-imports
mypy
export PORTAL_VAR
PORTAL_VAR=$(mktemp -d)
trap 'rm -rf "$PORTAL_VAR"' EXIT
python manage.py makemigrations --check --dry-run
PORTAL_MODE=production PORTAL_SQLITE_IN_PRODUCTION=true PORTAL_TRUSTED_PROXIES=1 PORTAL_ALLOWED_HOSTS=portal.example PORTAL_SECRET_KEY=$(python -c "import secrets; print(secrets.token_urlsafe(60))") \
    python manage.py check --deploy --fail-level WARNING
