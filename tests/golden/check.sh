#!/bin/sh
# Checks that the golden files are what Python and JavaScript make of
# vectors.in.json, byte for byte. Needs python3 (with venv) and node (with npm);
# everything else is installed by name into a folder that is thrown away.
# With --write the files of the Python generator replace the committed ones.
set -eu

golden=$(cd "$(dirname "$0")" && pwd)
project=$(cd "$golden/../.." && pwd)
for tool in python3 node npm; do
    command -v "$tool" >/dev/null || { echo "check.sh: $tool is not installed" >&2; exit 2; }
done

work=$(mktemp -d "${TMPDIR:-/tmp}/merestone-golden.XXXXXX")
export PYTHONDONTWRITEBYTECODE=1
trap 'rm -rf "$work"' EXIT INT TERM

python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check -r "$project/examples/python/requirements.txt"
mkdir "$work/node"
printf '{"private": true}\n' >"$work/node/package.json"
npm install --prefix "$work/node" --no-audit --no-fund --loglevel=error protobufjs@8.8.1 >/dev/null

"$work/venv/bin/python" -W ignore "$golden/generate.py" "$work/python"
NODE_PACKAGES="$work/node" node "$golden/generate.mjs" "$work/javascript"

diff -r "$work/python" "$work/javascript" || { echo "check.sh: Python and JavaScript disagree" >&2; exit 1; }
if [ "${1:-}" = --write ]; then
    cp "$work"/python/*.json "$golden/"
fi
for made in "$work"/python/*.json; do
    cmp "$made" "$golden/$(basename "$made")" || {
        echo "check.sh: $(basename "$made") is not what the generators make; see $golden/generate.py" >&2
        exit 1
    }
done
"$work/venv/bin/python" -W ignore "$project/examples/python/test_proofs.py"
echo "golden files: Python and JavaScript make the same bytes, and these are committed"
