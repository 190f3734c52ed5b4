# SPDX-License-Identifier: Apache-2.0
# What the rows say their tests with. Sourced by each of them; the first thing that fails ends the row.
set -Eeuo pipefail
trap 'echo "failed at line $LINENO: $BASH_COMMAND" >&2' ERR

here=/booth-test
certificates=/var/lib/booth-test/certificates
platform_database=/var/lib/booth-test/platform.sqlite
configuration=/etc/boothd/boothd.toml

# figure NAME VALUE: a number for the closing table
figure() { echo "# figure: $1: $2" >&3; }

# must TEXT COMMAND...: the row fails with TEXT unless COMMAND succeeds
must() {
    local text=$1
    shift
    "$@" || { echo "FAILED: $text" && return 1; }
}

# wait_for SECONDS TEXT COMMAND...: asks until COMMAND succeeds
wait_for() {
    local limit=$1 text=$2 began=$EPOCHREALTIME
    shift 2
    until "$@" >/dev/null 2>&1; do
        if ((${EPOCHREALTIME/./} - ${began/./} > limit * 1000000)); then
            echo "FAILED: not within $limit s: $text"
            return 1
        fi
        sleep 0.2
    done
    echo "after $(((${EPOCHREALTIME/./} - ${began/./}) / 1000)) ms: $text"
}

# --- chips -----------------------------------------------------------------------------------------------------------

sim=/sys/kernel/config/gpio-sim

# plug CHIP LABEL LINE-NAME...: a simulated GPIO chip; plugged in again it may have another number
plug() {
    local chip=$1 label=$2 offset=0 name
    shift 2
    mkdir -p "$sim/$chip/bank0"
    echo "$label" >"$sim/$chip/bank0/label"
    echo $# >"$sim/$chip/bank0/num_lines"
    for name in "$@"; do
        mkdir -p "$sim/$chip/bank0/line$offset"
        echo "$name" >"$sim/$chip/bank0/line$offset/name"
        offset=$((offset + 1))
    done
    echo 1 >"$sim/$chip/live"
}
unplug() { echo 0 >"$sim/$1/live"; }
plug_again() { echo 1 >"$sim/$1/live"; }

# node CHIP: gpiochipN, as long as it is plugged in
node() { cat "$sim/$1/bank0/chip_name"; }

# pull_file CHIP OFFSET: where a contact is moved
pull_file() { echo "/sys/devices/platform/$(cat "$sim/$1/dev_name")/$(node "$1")/sim_gpio$2/pull"; }

# The booth's contacts are on booth-io, wired to ground: closed is low.
declare -A contact=([help-1]=0 [help-2]=1 [help-3]=2 [door]=3 [cabinet]=4 [window]=5)
close_contact() { echo pull-down >"$(pull_file booth "${contact[$1]}")"; }
open_contact() { echo pull-up >"$(pull_file booth "${contact[$1]}")"; }

# The lamps are two more of its lines; lit is high.
declare -A lamp=([help]=6 [fault]=7)
lamp_file() { echo "/sys/devices/platform/$(cat "$sim/booth/dev_name")/$(node booth)/sim_gpio${lamp[$1]}/value"; }
is_lit() { [ "$(cat "$(lamp_file "$1")")" = 1 ]; }
is_dark() { ! is_lit "$1"; }

# seconds: for perl, which has no finer clock of its own here; hundredths since the boot
seconds='sub seconds { open my $in, "<", "/proc/uptime" or die; return (split " ", <$in>)[0] }'

# blinks LAMP: prints how often it changes within two seconds
blinks() {
    perl -e "$seconds"'my ($file) = @ARGV; my ($was, $changes) = ("", -1); my $end = seconds() + 2;
        while (seconds() < $end) {
            open my $in, "<", $file or die; my $is = <$in>; $changes++ if $is ne $was; $was = $is; select undef, undef, undef, 0.02
        }
        print "$changes\n"' "$(lamp_file "$1")"
}

# flood POINT SECONDS: opens and closes a contact as fast as it goes, leaves it closed, and prints how many edges that were
flood() {
    perl -e "$seconds"'my ($file, $seconds) = @ARGV; open my $pull, ">", $file or die; my $end = seconds() + $seconds; my $n = 0;
        while (seconds() < $end) { for (1 .. 10) { syswrite $pull, "pull-up"; syswrite $pull, "pull-down"; $n += 2 } }
        print "$n\n"' "$(pull_file booth "${contact[$1]}")" "$2"
}

# bounce POINT COUNT: opens and closes a contact every 2 ms, and leaves it closed
bounce() {
    perl -e 'my ($file, $count) = @ARGV; open my $pull, ">", $file or die;
        for (1 .. $count) { for my $to ("pull-down", "pull-up") { syswrite $pull, $to; select undef, undef, undef, 0.002 } }
        syswrite $pull, "pull-down"' "$(pull_file booth "${contact[$1]}")" "$2"
}

# press POINT: for a hurried tenth of a second
press() {
    close_contact "$1"
    sleep 0.1
    open_contact "$1"
}

# --- a board at a USB serial port --------------------------------------------------------------------------------------

board_gadget=/sys/kernel/config/usb_gadget/booth
board_port=/dev/serial/by-id/usb-Rehearsal_Board_0001-if00

# make_board: a USB device with a serial port, as this kernel itself can be one; not plugged in
make_board() {
    local module
    for module in dummy_hcd libcomposite usb_f_acm; do modprobe $module; done
    [ ! -e $board_gadget ] || return 0
    mkdir -p $board_gadget/strings/0x409 $board_gadget/configs/c.1 $board_gadget/functions/acm.0
    echo 0x1d6b >$board_gadget/idVendor
    echo 0x0104 >$board_gadget/idProduct
    echo Rehearsal >$board_gadget/strings/0x409/manufacturer
    echo Board >$board_gadget/strings/0x409/product
    echo 0001 >$board_gadget/strings/0x409/serialnumber
    ln -s $board_gadget/functions/acm.0 $board_gadget/configs/c.1
}
plug_board() {
    echo dummy_udc.0 >$board_gadget/UDC
    wait_for 20 "$board_port" test -e $board_port
}
unplug_board() { [ -z "$(cat $board_gadget/UDC)" ] || echo >$board_gadget/UDC; }

# start_board: what answers behind that port; once it is plugged in
start_board() {
    systemd-run --quiet --collect --unit=board --property=StandardInput=null \
        sh -c "stty -F /dev/ttyGS0 raw -echo; exec $here/rehearsal/booth-board --serial /dev/ttyGS0 --unit 1"
}

# --- the agent -------------------------------------------------------------------------------------------------------

incidents() { boothctl --json incidents --all; }

# count_incidents JQ-CONDITION: how many incidents there are of which it is true
count_incidents() { incidents | jq "[.incidents[] | select($1)] | length"; }
has_incidents() { [ "$(count_incidents "$2")" -eq "$1" ]; }
newest_incident() { incidents | jq -r "[.incidents[] | select($1)] | sort_by(.incident) | last | .incident // empty"; }

# of POINT [CATEGORY]: the condition for an incident of a point
of() { echo ".point == \"$1\"${2:+ and .category == \"$2\"}"; }

# press_and_arrive POINT: a press, and one more help incident of that point that the platform has accepted
press_and_arrive() {
    local before
    before=$(count_incidents "$(of "$1" help)")
    press "$1"
    wait_for 15 "one more incident of $1" has_incidents $((before + 1)) "$(of "$1" help)"
    wait_for 30 "accepted, as all of $1" has_incidents $((before + 1)) "$(of "$1" help) and .targets[0].delivery == \"accepted\""
}

state_of() { boothctl --json points | jq -r --arg id "$1" '.points[] | select(.id == $id) | .state'; }
quality_of() { boothctl --json points | jq -r --arg id "$1" '.points[] | select(.id == $id) | .quality'; }
is_state() { [ "$(state_of "$1")" = "$2" ]; }
is_quality() { [ "$(quality_of "$1")" = "$2" ]; }
in_service() { [ "$(boothctl --json status | jq -r '.in_service')" = true ]; }
# Not merely in service: nothing is wrong.
all_is_well() { [ "$(boothctl --json status | jq -r '.state')" = in-service ]; }
all_delivered() { [ "$(boothctl --json queue | jq '[.targets[].queued] | add')" -eq 0 ]; }

# A contact that chattered is a fault until it has rested for a minute.
wait_for_rest() {
    wait_for 120 "no contact chatters" has_incidents 0 '(.device // "" | startswith("chatter:")) and (.restored | not)'
}

# faults CONDITION: of the faults of devices, those
fault() { echo ".class == \"fault\" and (\"\\(.device)\" | contains(\"$1\"))"; }

# with_drop_in TEXT...: another unit for the rest of this row; each TEXT is a line under [Service]
with_drop_in() {
    mkdir -p /run/systemd/system/boothd.service.d
    printf '%s\n' '[Service]' "$@" >/run/systemd/system/boothd.service.d/row.conf
    trap without_drop_in EXIT
    systemctl daemon-reload
    restart_agent
}
without_drop_in() {
    rm -f /run/systemd/system/boothd.service.d/row.conf
    systemctl daemon-reload
    systemctl restart boothd
}
restarts() { systemctl show -P NRestarts boothd; }

main_pid() { systemctl show -P MainPID boothd; }
# cpu_ms: what boothd has used of the processor since it started
cpu_ms() { awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print int(($12 + $13) * 1000 / hz) }' "/proc/$(main_pid)/stat"; }
says() { journalctl -u boothd --no-pager -o cat --since "@${1}" | grep -q -- "$2"; }
now() { date +%s; }

restart_agent() {
    systemctl restart boothd
    wait_for 30 "in service again" in_service
}

# start_ms: how long the agent that runs took from its start until it said that it is in service
start_ms() {
    local ready began
    ready=$(systemctl show -P ActiveEnterTimestampMonotonic boothd)
    began=$(systemctl show -P ExecMainStartTimestampMonotonic boothd)
    echo $(((ready - began) / 1000))
}
storage_is() { [ "$(boothctl --json status | jq -r .storage.state)" = "$1" ]; }
is_there() { has_incidents 1 ".incident == \"$1\""; }

# --- the state directory, and the file system under it ---------------------------------------------------------------

state=/var/lib/boothd
card=/var/lib/booth-test/card.ext4

# insert_card: moves the state directory to a file system of its own, which can be spoiled; while the agent does not run
insert_card() {
    modprobe loop
    rm -f $card
    truncate -s 64M $card
    mke2fs -q -t ext4 $card
    mount -o loop,noatime $card /mnt
    rmdir /mnt/lost+found
    cp -a $state/. /mnt
    umount /mnt
    mount_card
}
mount_card() { mount -o loop,noatime $card $state; }
unmount_card() { wait_for 15 "the card is free" umount $state; }

# remove_card: the reverse; whatever state card and agent are in
remove_card() {
    systemctl stop boothd
    mountpoint -q $state || return 0
    unmount_card
    mount -o loop,noatime $card /mnt
    find $state -mindepth 1 -delete
    cp -a /mnt/. $state
    umount /mnt
    rm -f $card
}

# EXT4_IOC_SHUTDOWN without a flush of the log.
ext4_shutdown='sub shut_down { my $how = pack("L", 2); open my $in, "<", $_[0] or die "open: $!"; ioctl($in, 0x8004587D, $how) or die "ioctl: $!" }'

# break_card: the file system refuses everything from now on, and what it had not synced is gone
break_card() { perl -e "$ext4_shutdown"' shut_down($ARGV[0])' $state; }

# cut_card: in one moment the agent ends and what its file system had not synced is gone, then what memory held. The card
# is mounted again; the agent does not run. Stopped first: it sees nothing of a disk that fails.
cut_card() {
    perl -e "$ext4_shutdown"' my ($pid, $state) = @ARGV; kill "STOP", $pid; shut_down($state); kill "KILL", $pid' \
        "$(main_pid)" $state
    systemctl stop boothd
    unmount_card
    rm -rf /run/boothd
    mount_card
}

# --- the platform ----------------------------------------------------------------------------------------------------

start_platform() {
    systemd-run --quiet --collect --unit=platform "$here/rehearsal/booth-platform" --listen 127.0.0.1:8443 \
        --database "$platform_database" --certificate "$certificates/platform.pem" --key "$certificates/platform.key" \
        --client-ca "$certificates/ca.pem"
}
stop_platform() { systemctl stop platform; }
platform() { sqlite3 -readonly -cmd '.timeout 5000' "$platform_database" "$1"; }
# ticket_of INCIDENT: as the platform's own book has it
ticket_of() { platform "SELECT ticket FROM ticket WHERE incident = '$1'"; }
has_ticket() { [ -n "$(ticket_of "$1")" ]; }
losses() { platform "SELECT count(*) FROM event WHERE type = 'cn.boothd.loss.v1'"; }
has_more_losses() { [ "$(losses)" -gt "$1" ]; }
# generation: the highest one that the platform has heard of
generation() { platform "SELECT max(substr(sequence, 1, 6)) FROM event"; }

# check_books: what may be in the platform's book whatever happened to the booth
check_books() {
    local twice
    twice=$(platform "SELECT sequence, group_concat(id) FROM event WHERE sequence IS NOT NULL
        GROUP BY source, sequence HAVING count(*) > 1")
    must "no sequence was given twice: $twice" test -z "$twice"
    must "no id came with two contents" test "$(platform "SELECT count(*) FROM conflict")" -eq 0
}

# check_shown INCIDENT...: each that was shown as recorded is there, and gets its ticket
check_shown() {
    local incident
    for incident; do must "$incident is there" is_there "$incident"; done
    wait_for 60 "delivered" all_delivered
    for incident; do must "$incident has a ticket" has_ticket "$incident"; done
}

# --- at each boot ----------------------------------------------------------------------------------------------------

# start_booth: what a booth has besides the agent
start_booth() {
    modprobe irq-sim
    modprobe gpio-sim
    plug booth booth-io HELP1 HELP2 HELP3 DOOR CABINET WINDOW LAMP1 LAMP2
    plug annex booth-annex ANNEX1 ANNEX2
    local point
    for point in "${!contact[@]}"; do open_contact "$point"; done
    mkdir -p "$certificates"
    [ -e "$certificates/ca.pem" ] || "$here/make-certificates" "$certificates"
    start_platform
}
