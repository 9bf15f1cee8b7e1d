#!/usr/bin/env bash
# Runs examples/schedulers: Slurm, GNU parallel and Snakemake for real, the others by their schemas and variables. Every way
# must give the report of one machine, byte by byte. Installs Debian's packages as root. Usage: run.sh target/release/randsplit
set -euo pipefail
binary=$(realpath "$1")
cd "$(dirname "$0")/../.."
examples=$PWD/examples/schedulers
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

for tool in slurmctld slurmd sbatch munged parallel sshd ssh aws; do
    command -v "$tool" >/dev/null || {
        apt-get update -qq
        apt-get install -y -qq --no-install-recommends slurmctld slurmd slurm-client munge parallel openssh-server \
            openssh-client awscli python3-venv >/dev/null
        break
    }
done
python3 -m venv "$scratch/venv"
"$scratch/venv/bin/pip" install --quiet --disable-pip-version-check -r tests/schedulers/requirements.txt

# The examples call the program as a user does.
mkdir "$scratch/bin"
ln -s "$binary" "$scratch/bin/randsplit"
export PATH="$scratch/bin:$PATH"

folder() {
    mkdir "$scratch/$1"
    ln -s "$PWD/data" "$scratch/$1/data"
}
same() { cmp "$scratch/one/report.json" "$scratch/$1/report.json" && echo "ok: $1"; }
flags=(data/diabetes.csv -t target -m forest -n 64)
folder one
(cd "$scratch/one" && randsplit eval "${flags[@]}" --output json=report.json >/dev/null)

bash tests/schedulers/slurm.sh "$examples"

folder parallel
test=$PWD/tests/schedulers/parallel.sh
(cd "$scratch/parallel" && bash "$test" "$examples/parallel.sh" "${flags[@]}" >/dev/null)
same parallel

folder snakemake
(cd "$scratch/snakemake" && XDG_CACHE_HOME="$scratch/cache" \
    "$scratch/venv/bin/snakemake" --snakefile "$examples/Snakefile" --cores 2 --quiet all >/dev/null)
same snakemake

"$scratch/venv/bin/python" tests/schedulers/simulate.py "$examples" "$scratch/one/report.json"
