#!/usr/bin/env bash
# A jq pipeline: the five splits with the lowest R2, and how a model does on each of them.
# Usage: bash examples/worst_splits.sh   (from the top of the checkout; needs jq)
set -euo pipefail
command -v jq >/dev/null || { echo "jq is not installed: skipped"; exit 0; }

cargo run --quiet --release -- eval data/diabetes.csv --target target \
    --model ridge --model tree:max_depth=3 --splits 200 --format ndjson |
    jq -rs 'sort_by(.models.ridge.scores.r2) | .[:5][]
        | "split \(.split): ridge \(.models.ridge.scores.r2), tree \(.models.tree.scores.r2)"'
