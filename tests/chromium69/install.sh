#!/bin/sh
# Puts a Chromium 69 (the QtWebEngine of PyQt 5.12) into var/chromium69, outside the project's own environment.
# A test tool under the GPL: never a dependency of the portal. Needs Python 3.11 or older and, from Debian:
#   libgl1 libegl1 libnss3 libxcomposite1 libxcursor1 libxdamage1 libxi6 libxrandr2 libxtst6 libasound2 libdbus-1-3 libxkbcommon0 fonts-noto-cjk
set -eu
cd "$(dirname "$0")/../.."
home=var/chromium69
if [ -x "$home/bin/python" ] && "$home/bin/python" -c "import PyQt5.QtWebEngineWidgets" 2>/dev/null; then
    exit 0
fi
python3 -m venv "$home"
"$home/bin/pip" install --quiet --disable-pip-version-check PyQt5==5.12.3 PyQtWebEngine==5.12.1
if ! "$home/bin/python" -c "import PyQt5.QtWebEngineWidgets"; then
    echo "Chromium 69 is installed, but a system library is missing; install the Debian packages named in $0." >&2
    exit 1
fi
