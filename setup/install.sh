#!/bin/sh
# Finds a Python that can carry Loggia, or says in one line what is missing.
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}

refuse() {
    echo "loggia: $1" >&2
    exit 1
}

# A .venv whose Python was removed or upgraded is made again with the system's.
if [ "$python" = .venv/bin/python ] && ! "$python" -c '' 2>/dev/null; then
    python=python3
fi
command -v "$python" >/dev/null 2>&1 ||
    refuse "$python was not found. Install Python 3.11 or newer, or name one: PYTHON=/path/to/python make run"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    refuse "$python is older than Python 3.11 or does not work. Name a newer one: PYTHON=python3.12 make run"
if [ "$python" != .venv/bin/python ]; then
    "$python" -c 'import venv, ensurepip' 2>/dev/null ||
        refuse "$python has no venv. Install it (Debian, Ubuntu: apt install python3-venv), or name another Python: PYTHON=python3.12 make run"
fi
exec "$python" setup/install.py "$@"
