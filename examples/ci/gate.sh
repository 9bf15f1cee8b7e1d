#!/usr/bin/env bash
# A CI step for any service: judge the model by the claims of randsplit.toml, keep verdicts and report.
# Usage: bash examples/ci/gate.sh [FOLDER]   (RANDSPLIT names the program where it is not on the path)
set -euo pipefail
program="${RANDSPLIT:-randsplit}"
folder="${1:-randsplit-results}"
mkdir -p "$folder"

code=0
"$program" eval --config examples/ci/randsplit.toml \
    --output "junit=$folder/verdict.xml" --output "json=$folder/run.json" --output "markdown=$folder/run.md" || code=$?
case "$code" in
    0) echo "every claim holds" ;;
    1) echo "a claim fails: see $folder/verdict.xml" ;;
    4) echo "a claim is undecided: more splits or more rows would tell" ;;
    *) echo "the run itself went wrong" ;;
esac
exit "$code"
