#!/usr/bin/env bash
# Shares out a run with GNU parallel over machines that are reached by ssh, and joins the parts here.
#
# Usage, in a folder that all of them see:
#   bash parallel.sh data/diabetes.csv -t target -m forest -n 64
#   HOSTS=node1,node2,: SHARDS=64 bash parallel.sh DATA FLAGS...      (":" is this machine)
#
# A shard whose machine goes away is given to another, which goes on where it was. So does the same command once more.
set -euo pipefail
shards=${SHARDS:-16}
printf -v run '%q ' randsplit eval "$@"

# One shard at a time on each machine, since a run uses all of its cores.
parallel --sshlogin "${HOSTS:-:}" --workdir . --jobs 1 --retries 3 \
    "$run --shard {}/$shards --resume part-{}.ndjson" ::: $(seq 0 $((shards - 1)))
randsplit merge part-*.ndjson -o report.json
