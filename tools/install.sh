#!/usr/bin/env bash
# Installs what is needed, once: install.sh runtime | test-python | test. A second call takes no time.
set -euo pipefail
cd "$(dirname "$0")/.."
what=$1

# Debian packages: for PDFs always, for tests a browser, a database server and what Chromium 69 needs.
packages="libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk"
if [ "$what" = test ]; then
    packages="$packages chromium poppler-utils postgresql nginx-light curl openssl libgl1 libegl1 libnss3 libxcomposite1 libxcursor1 libxdamage1 libxi6 libxrandr2 libxtst6 libasound2 libdbus-1-3 libxkbcommon0"
fi
missing=""
for package in $packages; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing="$missing $package"
done
if [ -n "$missing" ] && [ "$what" != test-python ]; then
    sudo=""
    [ "$(id -u)" = 0 ] || sudo="sudo -n"
    if command -v apt-get >/dev/null && $sudo true 2>/dev/null; then
        echo "Installing Debian packages:$missing"
        log=$(mktemp)
        { $sudo apt-get update -q && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=300 $missing; } >"$log" 2>&1 </dev/null || { tail -20 "$log" >&2; rm -f "$log"; echo "apt-get could not install:$missing" >&2; [ "$what" = runtime ] || exit 1; }
        rm -f "$log"
    else
        echo "Please have these Debian packages installed:$missing" >&2
        [ "$what" = runtime ] || exit 1
        echo "Going on without them: PDFs will not work until they are there." >&2
    fi
fi

# Python, from the lock file, by hash.
lock=requirements/runtime.lock
[ "$what" = runtime ] || lock=requirements/test.lock
if [ ! -x .venv/bin/python ]; then
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed." >&2; exit 1; }
    python3 -m venv .venv 2>/dev/null || { echo "Please install the package python3-venv, then run this again." >&2; rm -rf .venv; exit 1; }
fi
stamp=.venv/.installed-$(basename "$lock")
if ! cmp -s "$lock" "$stamp"; then
    # Everything of the runtime lock stands in the test lock too: do not install it over it.
    if [ "$what" = runtime ] && [ -f .venv/.installed-test.lock ] && cmp -s requirements/test.lock .venv/.installed-test.lock; then
        :
    else
        echo "Installing Python packages from $lock"
        .venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r "$lock" </dev/null 2>&1 | { grep -v "^WARNING: Location" || true; } ||
            { echo "The Python packages could not be installed; pip says above why. It asks PyPI, or what /etc/pip.conf names." >&2; exit 1; }
    fi
    cp "$lock" "$stamp"
fi
if [ "$what" = test ]; then
    tests/chromium69/install.sh </dev/null
fi
