#!/bin/sh
# Shows that a reply leaves only after the journal's bytes are durable: in a
# trace of the real program the fdatasync on the segment file ends after the
# pwrite64 on it and before the write of the reply with the receipt.
# Installs strace where it is missing; never passes without having looked.
set -eu
cd "$(dirname "$0")/.."
if ! command -v strace >/dev/null; then
    apt-get install -y strace >/dev/null || { echo "strace is needed: install the package strace" >&2; exit 1; }
fi
trace=$(mktemp)
trap 'rm -f "$trace"' EXIT
test=process::one_submission_over_the_network_is_answered_when_it_is_durable
binary=$(cargo test --test it --no-run --message-format=json 2>/dev/null |
    sed -n 's/.*"executable":"\([^"]*\/it-[^"]*\)".*/\1/p' | tail -n 1)
strace -f -yy -s 4096 -o "$trace" -e trace=pwrite64,fdatasync,sendto,writev,write \
    "$binary" --exact "$test" | grep -q "1 passed"
awk '
    function short(line) { return length(line) > 150 ? substr(line, 1, 110) " ... " substr(line, length(line) - 30) : line }
    # The served address is in the log of the program; before it, nothing counts.
    !port && match($0, /address\\":\\"127\.0\.0\.1:[0-9]+/) {
        port = substr($0, RSTART, RLENGTH); sub(/.*:/, "", port); next
    }
    !port { next }
    !wrote && /pwrite64\([0-9]+<[^>]*\.seg>/ { wrote = NR; print short($0) }
    wrote && !synced && /fdatasync\([0-9]+<[^>]*\.seg>/ {
        if (/unfinished/) pending = $1; else { synced = NR; print short($0); failed = !/= 0/ }
    }
    pending && !synced && $1 == pending && /fdatasync resumed/ { synced = NR; print short($0); failed = !/= 0/ }
    # The reply is what carries the checkpoint with its origin to the client.
    !replied && /(sendto|writev|write)\(/ && index($0, ":" port "->") && /ledger\.example\.org/ {
        replied = NR; print short($0)
    }
    END {
        if (!wrote || !synced || !replied) { print "the trace lacks a write, a sync or a reply" > "/dev/stderr"; exit 1 }
        if (failed || !(wrote < synced && synced < replied)) { print "the reply did not wait for the sync" > "/dev/stderr"; exit 1 }
        print "write, fdatasync, reply: in this order"
    }
' "$trace"
