#!/usr/bin/env bash
# Tries bin/start and bin/test on clean clones in empty homes, as an ordinary user and as root, and prints times.
# Run as root; makes the account "trial" and removes it. Arguments: names of steps to leave out (tests, root).
set -euo pipefail
source=$(cd "$(dirname "$0")/.." && pwd)
skip=" $* "
port=8765
base=$(mktemp -d /tmp/try.XXXXXX)
chmod 755 "$base"
useradd --create-home --home-dir "$base/home of trial" trial
trap 'interrupt; userdel trial; rm -rf "$base"' EXIT
git -C "$source" archive --prefix=app/ -o "$base/app.tar" HEAD

seconds() { printf '%s: %.1f s\n' "$1" "$(echo "$(date +%s.%N) - $2" | bc)"; }

# run COMMAND… as the account in $who with its own empty home
run() {
    if [ "$who" = root ]; then HOME=$home "$@"; else
        setpriv --reuid=trial --regid=trial --init-groups env HOME="$home" "$@"
    fi
}

# Ctrl-C for the centre of the current folder, whose lock names its process
interrupt() {
    local process
    process=$(sed -n 's/.*process //p' var/start.lock 2>/dev/null) || return 0
    kill -INT "$process" 2>/dev/null || return 0
    timeout 40 tail --pid="$process" -f /dev/null
}

start_and_stop() { # $1: what to call it
    local began
    began=$(date +%s.%N)
    PORT=$port run bin/start >"$base/$who.log" 2>&1 &
    local starter=$!
    until grep -q 'is open at' "$base/$who.log"; do
        kill -0 $starter 2>/dev/null || { cat "$base/$who.log"; exit 1; }
        sleep 0.1
    done
    seconds "$who, $1" "$began"
    curl --silent --location --output /dev/null --write-out 'answer: %{http_code}\n' "http://127.0.0.1:$port/"
    began=$(date +%s.%N)
    interrupt
    seconds "$who, stop" "$began"
    ! pgrep -f "$home" || { echo "something still runs"; exit 1; }
}

try() {
    who=$1 home=$2
    mkdir -p "$home"
    tar -C "$home" -xf "$base/app.tar"
    [ "$who" = root ] || chown -R trial: "$home"
    cd "$home/app"
    start_and_stop "first start"
    cat "$base/$who.log"
    start_and_stop "second start"
    if [[ $skip != *" tests "* ]]; then
        local began
        began=$(date +%s.%N)
        run bin/test 2>&1 | tail -n 5
        seconds "$who, bin/test" "$began"
    fi
    cd /
}

try trial "$base/home of trial"
[[ $skip == *" root "* ]] || { mkdir -m 700 "$base/home of root"; try root "$base/home of root"; }
