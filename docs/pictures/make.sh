#!/usr/bin/env bash
# Makes the pictures of README.md and docs/ from real runs. From the top folder: docs/pictures/make.sh target/release/randsplit
set -euo pipefail
randsplit=$(realpath "$1")
out=$(realpath "${2:-docs/pictures}")
cd "$(dirname "$0")/../.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

"$randsplit" eval data/diabetes.csv -t target -m ridge -m tree:max_depth=3 --splits 500 --quiet -o "json=$scratch/diabetes.json"
"$randsplit" plot "$scratch/diabetes.json" answer -o "$out/answer.svg"
"$randsplit" plot "$scratch/diabetes.json" scores -o "$out/scores.svg"
"$randsplit" plot "$scratch/diabetes.json" pairs -o "$out/pairs.svg"

"$randsplit" eval data/breast_cancer.csv -t target -m logistic --splits 200 --probe curves --quiet -o "json=$scratch/cancer.json"
"$randsplit" plot "$scratch/cancer.json" roc -o "$out/roc.svg"
"$randsplit" plot "$scratch/cancer.json" reliability -o "$out/reliability.svg"
