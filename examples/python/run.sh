#!/usr/bin/env bash
# Founds a ledger of its own, serves it on a free port and runs the example
# against it. MERESTONE names the binary (default: target/release/merestone).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
merestone=${MERESTONE:-$here/../../target/release/merestone}
work=$(mktemp -d)
server=
finish() {
    if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
    rm -rf "$work"
}
trap finish EXIT

python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$merestone" key new "$work/registrar.pem" >"$work/key"
"$merestone" init --data-dir "$work/ledger" --key "$work/registrar.pem" --charter national \
    --origin ledger.example.org/python --operator xx-registry --operator-name "Registry" --country XX \
    --member registrar >"$work/init"
"$merestone" serve --data-dir "$work/ledger" --grpc-listen "127.0.0.1:$port" 2>"$work/log" &
server=$!
for _ in $(seq 100); do
    if "$merestone" status --server "http://127.0.0.1:$port" >"$work/status" 2>&1; then break; fi
    if ! kill -0 "$server" 2>/dev/null; then cat "$work/log" >&2; exit 1; fi
    sleep 0.1
done
"$work/venv/bin/python" "$here/merestone_example.py" --server "http://127.0.0.1:$port" \
    --organisation xx-registry --admin-member registrar --admin-key "$work/registrar.pem" --grant
"$merestone" audit --server "http://127.0.0.1:$port"
