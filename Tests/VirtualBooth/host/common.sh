# SPDX-License-Identifier: Apache-2.0
# What the host's scripts share: how they speak, where they keep things, how they become root. Sourced.

say() { echo "virtual-booth: $*"; }
fail() {
    printf 'virtual-booth: %s\n' "$@" >&2
    exit 1
}

# Downloads and images are large and the same for every clone: they are kept outside the tree.
cache="${BOOTHD_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/boothd}/virtual-booth"

# What Debian keeps from everybody but root's PATH: mke2fs.
export PATH=$PATH:/usr/sbin:/sbin

# as_root COMMAND...: the steps that need it (owners in a root file system, mounts). sudo passes no variables on.
become_root=()
if [ "$(id -u)" -ne 0 ]; then
    become_root=(sudo env BOOTHD_CACHE="${BOOTHD_CACHE:-}" BOOTHD_MIRROR="${BOOTHD_MIRROR:-}")
fi
as_root() { "${become_root[@]}" "$@"; }

# make_cache: whoever runs this owns it, also where an earlier run as root made what is above it
make_cache() {
    { mkdir -p "$cache" 2>/dev/null && [ -w "$cache" ]; } || as_root install -d -o "$(id -u)" -g "$(id -g)" "$cache"
}

# The step that runs, and its output; the caller's EXIT trap has to call stop_step.
worker="" worker_log=""

# step TITLE COMMAND...: runs a long step as root in namespaces of its own, its output in a log, and says how long it
# takes; shows the log's end if it fails
step() {
    local title=$1 began=$SECONDS
    shift
    say "$title"
    # A password is asked for here, where somebody can type it.
    as_root true
    worker_log=$(mktemp)
    # A process group of its own, so that all of it can be stopped; and without our lock, which would outlive us in it.
    set -m
    {
        [ -z "${lock:-}" ] || exec {lock}>&-
        exec "${become_root[@]}" unshare --mount --pid --fork --kill-child --mount-proc "$@"
    } >"$worker_log" 2>&1 </dev/null &
    worker=$!
    set +m
    # Not kill -0, which a user may not ask of what root runs.
    while [ -e "/proc/$worker" ]; do
        sleep 1
        if (((SECONDS - began) % 15 == 14)); then
            say "  ... $((SECONDS - began)) s: $(tail -n 1 "$worker_log" | cut -c 1-90)"
        fi
    done
    if ! wait "$worker"; then
        worker=""
        tail -n 30 "$worker_log" >&2
        fail "$title: failed after $((SECONDS - began)) s"
    fi
    worker=""
    rm -f "$worker_log"
    say "  done in $((SECONDS - began)) s"
}

# stop_step: ends the step that runs, if one does: it may take ten seconds to undo its mounts and remove its files
stop_step() {
    local tries=0
    rm -f "$worker_log"
    [ -n "$worker" ] || return 0
    as_root kill -TERM -- "-$worker" 2>/dev/null || true
    while [ -e "/proc/$worker" ] && [ $tries -lt 100 ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
    as_root kill -KILL -- "-$worker" 2>/dev/null || true
}
