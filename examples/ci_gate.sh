#!/usr/bin/env bash
# A CI step: fail the job when the worst of 200 splits drops below a floor that was set beforehand.
# Usage: bash examples/ci_gate.sh   (from the top of the checkout)
set -euo pipefail
randsplit() { cargo run --quiet --release -- "$@"; }

# Exit code 0: every split keeps R2 at 0.1 or better. The report is kept for later.
report="${TMPDIR:-/tmp}/randsplit-report.json"
randsplit eval data/diabetes.csv --target target --model ridge --splits 200 --fail-below r2=0.1 --output "$report"

# Exit code 1 is a claim that fails; 2 and 3 are mistakes, which a CI job should not take for a verdict.
code=0
randsplit eval data/diabetes.csv --target target --splits 200 --fail-below r2=0.4 --format json >"$report" || code=$?
[ "$code" = 1 ] || { echo "expected the strict gate to fail with 1, not $code"; exit 1; }
echo "The strict gate failed, as it should."
