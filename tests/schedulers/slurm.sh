#!/usr/bin/env bash
# Starts Slurm on this host as root, runs its example in arrays of several kinds, and stops it: slurm.sh EXAMPLES
# The program must be on the path as `randsplit`.
set -euo pipefail
example=$(realpath "$1/slurm.sh")
data=$(realpath "$(dirname "$0")/../../data")
# Absolute, as slurm.conf needs it; readable, as munged does.
state=$(realpath "$(mktemp -d)")
mkdir "$state/spool"
chmod 755 "$state"
daemons=()

stop() {
    code=$?
    # Jobs first, since they would outlive the daemons.
    if [ -n "$(squeue --noheader 2>/dev/null)" ]; then
        scancel --signal=KILL --full --user="$(id -un)" || true
        sleep 1
    fi
    for pid in "${daemons[@]}"; do kill "$pid" 2>/dev/null || true; done
    for pid in "${daemons[@]}"; do wait "$pid" 2>/dev/null || true; done
    # Why it failed, where it did.
    if [ "$code" != 0 ]; then tail -n 40 "$state"/*.log "$state"/*/slurm-*.out >&2 || true; fi
    rm -rf "$state"
}
trap stop EXIT
trap "exit 1" INT TERM

port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# Waits up to two minutes for a command to succeed.
until_true() {
    for _ in $(seq 600); do
        if "$@"; then return; fi
        sleep 0.2
    done
    echo "not within two minutes: $*" >&2
    squeue --all >&2 || true
    return 1
}

host=$(hostname -s)
export SLURM_CONF="$state/slurm.conf"
# No control groups and no accounting, which a container may not have. A job that was requeued starts again after cred_expire.
cat > "$SLURM_CONF" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$(port)
SlurmdPort=$(port)
SlurmUser=root
MailProg=/bin/true
AuthType=auth/munge
AuthInfo=socket=$state/munge.socket,cred_expire=5
StateSaveLocation=$state
SlurmdSpoolDir=$state/spool
SlurmctldPidFile=$state/slurmctld.pid
SlurmdPidFile=$state/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
ReturnToService=2
KillWait=2
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0
SlurmdParameters=config_overrides
NodeName=$host NodeAddr=127.0.0.1 CPUs=2
PartitionName=main Nodes=ALL Default=YES State=UP
CONF
# Versions that can ask for control groups even where nothing uses them know a word against it.
case "$(slurmd -V)" in
    *" 22."*) ;;
    *) echo "CgroupPlugin=disabled" > "$state/cgroup.conf" ;;
esac

(umask 077 && head -c 1024 /dev/urandom > "$state/munge.key")
munged --force --foreground --key-file="$state/munge.key" --socket="$state/munge.socket" --pid-file="$state/munge.pid" \
    --seed-file="$state/munge.seed" --log-file="$state/munge.log" >"$state/munged.log" 2>&1 &
daemons+=($!)
until_true test -S "$state/munge.socket"
slurmctld -D >"$state/slurmctld.log" 2>&1 &
daemons+=($!)
slurmd -D >"$state/slurmd.log" 2>&1 &
daemons+=($!)
is_idle() { [ "$(sinfo --noheader --format=%T 2>/dev/null)" = idle ]; }
until_true is_idle

# Submits the example in a folder of its own: begin NAME ARRAY.
begin() {
    mkdir "$state/$1"
    cd "$state/$1"
    ln -s "$data" data
    ARRAY=$2 bash "$example" "${question[@]}" | tee submitted
    job=$(sed -E 's/^shards in job ([0-9]+),.*/\1/' submitted)
}
is_empty() { [ -z "$(squeue --noheader)" ]; }
same() { until_true is_empty; cmp "$state/one.json" report.json; echo "ok: Slurm, $1"; }
has_lines() { [ -e "$1" ] && [ "$(wc -l < "$1")" -ge "$2" ]; }

# Sets what is asked, and has one machine answer it.
ln -s "$data" "$state/data"
ask() {
    question=(data/diabetes.csv -t target -m forest -n "$1")
    (cd "$state" && randsplit eval "${question[@]}" --output json=one.json >/dev/null)
}

ask 64
begin plain 0-15
same "an array of 16 tasks"

begin steps 1-7:2
same "an array that begins with 1, in steps of 2"

# Runs of some seconds, to be cut off.
ask 160

# What was done before a task was taken away stays in its part as it was.
begin requeued 0-1
until_true has_lines part-1.ndjson 10
scontrol requeue "${job}_1"
is_pending() { [ "$(squeue --noheader --jobs="${job}_1" --format=%T)" = PENDING ]; }
until_true is_pending
cp part-1.ndjson before
same "a task that was requeued"
scontrol show job "${job}_1" | grep "Restarts=1" >/dev/null
done_before=$(wc -l < before)
[ "$done_before" -lt "$(wc -l < part-1.ndjson)" ]
cmp <(head -n "$done_before" before) <(head -n "$done_before" part-1.ndjson)

# After a task that fails nothing is joined; its shard is sent again by hand.
begin killed 0-1
until_true has_lines part-1.ndjson 10
scancel --signal=KILL --full "${job}_1"
until_true is_empty
[ ! -e report.json ]
[ "$(wc -l < part-1.ndjson)" -lt 81 ] # a line first, and one for each of its 80 splits
again=$(sbatch --parsable --wrap "randsplit eval ${question[*]} --shard 1/2 --resume part-1.ndjson")
sbatch --dependency="afterok:$again" --wrap 'randsplit merge part-*.ndjson -o report.json'
same "a task that was killed and sent again"
