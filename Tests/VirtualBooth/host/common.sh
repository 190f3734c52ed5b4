# SPDX-License-Identifier: Apache-2.0
# What the host's scripts share: how they speak, where they keep things, how they become root. Sourced.

say() { echo "virtual-booth: $*"; }
fail() {
    printf 'virtual-booth: %s\n' "$@" >&2
    exit 1
}

# Downloads and images are large and the same for every clone: they are kept outside the tree.
cache="${BOOTHD_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/boothd}/virtual-booth"

# as_root COMMAND...: the steps that need it (owners in a root file system, mounts)
as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# step TITLE COMMAND...: runs a long step, its output in a log, and says how long it takes; shows the log's end if it fails
step() {
    local title=$1 log began worker
    shift
    began=$SECONDS
    log=$(mktemp)
    say "$title"
    "$@" >"$log" 2>&1 &
    worker=$!
    while kill -0 "$worker" 2>/dev/null; do
        sleep 1
        if (((SECONDS - began) % 15 == 14)); then
            say "  ... $((SECONDS - began)) s: $(tail -n 1 "$log" | cut -c 1-90)"
        fi
    done
    if ! wait "$worker"; then
        tail -n 30 "$log" >&2
        rm -f "$log"
        fail "$title: failed after $((SECONDS - began)) s"
    fi
    rm -f "$log"
    say "  done in $((SECONDS - began)) s"
}
