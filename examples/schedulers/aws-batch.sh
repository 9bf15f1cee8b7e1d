#!/usr/bin/env bash
# Shares out a run over an array job of AWS Batch; a second job joins the parts when every task is done.
#
# Usage: set the image, the file system (with the data in it) and the flags in aws-batch.json, then
#   QUEUE=spot SHARDS=16 bash aws-batch.sh
#
# A task whose machine is taken away is tried again, and goes on where it was: the parts are on the file system.
set -euo pipefail
aws batch register-job-definition --cli-input-json "file://$(dirname "$0")/aws-batch.json" >/dev/null
submit() {
    aws batch submit-job --job-queue "${QUEUE:?names the job queue}" --job-definition randsplit "$@" --query jobId --output text
}

shards=$(submit --job-name randsplit-shards --array-properties "size=${SHARDS:-16}")
merge=$(submit --job-name randsplit-merge --depends-on "jobId=$shards" --container-overrides \
    '{"command": ["sh", "-c", "cd \"$FOLDER\" && exec randsplit merge part-*.ndjson -o report.json"]}')
echo "shards in job $shards, report.json by job $merge"
