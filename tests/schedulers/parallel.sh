#!/usr/bin/env bash
# Runs the example of GNU parallel in this folder, on this host, on one reached by ssh and on one that does not answer:
# parallel.sh EXAMPLE DATA FLAGS...   The ssh server is started here as root; the program must be on the path as `randsplit`.
set -euo pipefail
state=$(mktemp -d)
daemon=
trap '[ -z "$daemon" ] || kill "$daemon"; rm -rf "$state"' EXIT
trap "exit 1" INT TERM

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
ssh-keygen -q -t ed25519 -N '' -f "$state/host"
ssh-keygen -q -t ed25519 -N '' -f "$state/user"
cat > "$state/sshd_config" <<CONF
ListenAddress 127.0.0.1:$port
HostKey $state/host
AuthorizedKeysFile $state/user.pub
PasswordAuthentication no
PermitRootLogin yes
StrictModes no
PidFile none
SetEnv PATH=$PATH
CONF
mkdir -p /run/sshd
/usr/sbin/sshd -D -f "$state/sshd_config" -E "$state/log" &
daemon=$!

options="-o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
export PARALLEL_SSH="ssh -p $port -i $state/user $options"
for _ in $(seq 50); do
    if $PARALLEL_SSH 127.0.0.1 true 2>/dev/null; then break; fi
    sleep 0.1
done
HOSTS=127.0.0.1,127.0.0.2,: bash "$@" || { cat "$state/log" >&2; exit 1; }
# Once to see that it is there, and once for a shard at least.
[ "$(grep -c "Accepted publickey" "$state/log")" -gt 1 ]
