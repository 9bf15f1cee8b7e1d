#!/usr/bin/env bash
# Makes the pages that run.mjs checks, one of each kind of report: tests/browser/pages.sh target/release/randsplit OUT
set -euo pipefail
randsplit=$(realpath "$1")
mkdir -p "$2"
out=$(realpath "$2")
cd "$(dirname "$0")/../.."

page() {
    # A claim that fails is exit code 1, and its page is as good as any.
    "$randsplit" eval "${@:2}" --quiet --output "html=$out/$1.html" >/dev/null || [ $? -eq 1 ]
}

page regression data/diabetes.csv -t target -m ridge -m tree:max_depth=3 --splits 200 --metric r2,rmse,mae
page binary data/breast_cancer.csv -t target -m logistic -m lda --splits 100 --claim 'worst(roc_auc) >= 0.9'

# Ten classes, names that look like markup, and everything that can be asked for.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
awk -F, 'NR == 1 { print $0 ",level" } NR > 1 { print $0 "," ($NF - 25 > 0 ? int(($NF - 25) / 32.2) : 0) }' data/diabetes.csv \
    > "$scratch/ten.csv"
(cd "$scratch" && page classes ten.csv -t level --task classification --drop target -m nb -m tree:max_depth=4 --splits 60)
{
    echo '<b>a</b>,"quoted "" name","a
line",y'
    awk 'BEGIN { for (i = 0; i < 90; i++) printf "%d,%d,%d,%s\n", i % 13, (i * 7) % 11, (i * i) % 17, i % 3 ? "<i>yes</i>" : "no & no" }'
} > "$scratch/markup.csv"
(cd "$scratch" && page markup markup.csv -t y -m tree:max_depth=2 -m knn --splits 40 --probe all)
printf '[[behaviour]]\nname = "more hits, more pay"\ntest = "direction"\ncolumn = "Hits"\nprediction = "rises"\nshare = 0.9\n' \
    > "$scratch/behaviours.toml"
page everything data/hitters.csv -t Salary -m ridge -m lasso -m boost:n_estimators=20 --splits 40 --probe all \
    --metric r2,rmse --grid ridge:alpha=1,10,100 --grid tree:max_depth=2,4,min_samples_leaf=1,10 --tune knn:n_neighbors=3,9 \
    --probe cascade:Years,0..1 --probe partial-dependence --claims "$scratch/behaviours.toml" --claim 'p05(r2) >= 0.1' --claim 'mean(rmse) < 400' --null permutation:20
