#!/usr/bin/env bash
#SBATCH --job-name=randsplit
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --cpus-per-task=1
# Shares out a run over a Slurm array; a second job joins the parts when every task is done.
#
# Usage, in a folder that all nodes see:
#   bash slurm.sh data/diabetes.csv -t target -m forest -n 64
#   ARRAY=1-64%8 SBATCH_PARTITION=short SBATCH_TIMELIMIT=1:00:00 bash slurm.sh DATA FLAGS...
#
# A task that is requeued goes on where it was. To send a task again by hand, name its shard, counted from 0:
#   sbatch --wrap 'randsplit eval DATA FLAGS... --shard 3/16 --resume part-3.ndjson'
set -euo pipefail

if [ -z "${SLURM_ARRAY_TASK_ID:-}" ]; then
    job=$(sbatch --parsable --array="${ARRAY:-0-15}" "$0" "$@")
    merge=$(sbatch --parsable --dependency="afterok:$job" --kill-on-invalid-dep=yes --job-name=randsplit-merge \
        --wrap 'randsplit merge part-*.ndjson -o report.json')
    echo "shards in job $job, report.json by job $merge"
    exit
fi

# What the task is to do, Slurm's variables say.
exec randsplit eval "$@" --threads "$SLURM_CPUS_PER_TASK" --shard --resume "part-$SLURM_ARRAY_TASK_ID.ndjson"
