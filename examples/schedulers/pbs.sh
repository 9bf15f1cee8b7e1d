#!/usr/bin/env bash
#PBS -N randsplit
#PBS -J 0-15
#PBS -r y
#PBS -l select=1:ncpus=2
# Shares out a run over an array job of PBS Pro or OpenPBS; a second job joins the parts.
#
# Usage, in a folder that all nodes see:
#   job=$(qsub pbs.sh)
#   echo 'cd "$PBS_O_WORKDIR" && randsplit merge part-*.ndjson -o report.json' | qsub -W "depend=afterok:$job"
#
# PBS does not say how many tasks there are: change -J and auto/16 together, and let -J begin with 0.
set -euo pipefail
cd "$PBS_O_WORKDIR"
exec randsplit eval data/diabetes.csv -t target -m forest -n 64 \
    --threads 2 --shard auto/16 --resume "part-$PBS_ARRAY_INDEX.ndjson"
