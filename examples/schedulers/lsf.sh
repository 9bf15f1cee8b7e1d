#!/usr/bin/env bash
#BSUB -J randsplit[1-16]
#BSUB -r
#BSUB -n 2
#BSUB -R span[hosts=1]
#BSUB -o randsplit-%I.log
# Shares out a run over an array job of LSF; a second job joins the parts. A task that is requeued goes on where it was.
#
# Usage, in a folder that all hosts see:
#   bsub < lsf.sh      (prints the number of the job, such as 1234)
#   bsub -w 'numdone(1234, *)' 'randsplit merge part-*.ndjson -o report.json'
set -euo pipefail
exec randsplit eval data/diabetes.csv -t target -m forest -n 64 \
    --threads 2 --shard --resume "part-$LSB_JOBINDEX.ndjson"
