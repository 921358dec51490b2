#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# sweep submit --engine parallel: over ssh to this machine under two names, by a throw-away sshd with a key of
# its own. The merge has the bytes of a run at home.
. "$(dirname "$0")/../cli/lib.sh"

sshd=$(command -v sshd || echo /usr/sbin/sshd)
for tool in parallel "$sshd" ssh ssh-keygen; do
	command -v "$tool" >/dev/null || { echo "skipped: $tool is not there"; exit 77; }
done
[ "$(id -u)" -eq 0 ] || { echo "skipped: sshd wants root for its sessions"; exit 77; }

export HOME=$PWD/home
mkdir -p "$HOME/.ssh" /run/sshd
chmod 700 "$HOME" "$HOME/.ssh"
ssh-keygen -q -t ed25519 -N '' -f key
ssh-keygen -q -t ed25519 -N '' -f host
cp key.pub authorized
chmod 600 authorized
port=$((20000 + $$ % 20000))
cat >sshd_config <<END
Port $port
ListenAddress 127.0.0.1
HostKey $PWD/host
AuthorizedKeysFile $PWD/authorized
PidFile $PWD/sshd.pid
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin yes
END
cat >ssh_config <<END
Host one two
	HostName 127.0.0.1
	Port $port
	IdentityFile $PWD/key
	StrictHostKeyChecking no
	UserKnownHostsFile $PWD/known
	LogLevel ERROR
END
"$sshd" -f "$PWD/sshd_config" -E "$PWD/sshd.log" || { echo "skipped: sshd: $(cat sshd.log)"; exit 77; }
trap 'kill "$(cat sshd.pid)" 2>/dev/null' EXIT
for _ in $(seq 50); do [ -s sshd.pid ] && break; sleep 0.1; done
ssh -F ssh_config one true || { echo "skipped: no way in: $(cat sshd.log)"; exit 77; }

expect 0 -- trace gen memhog --params size=8MiB,cycles=2 -o a.cborseq
expect 0 -- sweep plan a.cborseq -s 'none,rotation:order=0..8' --seed 1..5 --device model -o home
expect 0 -- sweep run home
expect 0 -- sweep merge home -o home.json
expect 0 -- sweep plan a.cborseq -s 'none,rotation:order=0..8' --seed 1..5 --device model -o away

# One host has no such program: its parts are begun again on the other one.
"$bin" sweep submit away --engine parallel --shards 4 --merge "$PWD/away.json" -- \
	--ssh "ssh -F $PWD/ssh_config" --sshlogin 1/one,1/two >out.txt 2>&1 || fail "submit: $(cat out.txt)"
cmp home.json away.json || fail "the merge of what ran away differs"
[ "$(ls away/results/*.zst | wc -l)" -ge 2 ] || fail "one process did it all"
grep -q '^1.*one\|two' away/parallel-4.log || fail "not over ssh: $(cat away/parallel-4.log)"

# Submitted again, nothing is left to do.
before=$(cat away/results/* | sha256sum)
"$bin" sweep submit away --engine parallel --shards 4 -- --ssh "ssh -F $PWD/ssh_config" --sshlogin one \
	>out.txt 2>&1 || fail "again: $(cat out.txt)"
[ "$before" = "$(cat away/results/* | sha256sum)" ] || fail "what was done was done again"

expect 2 'unknown engine' 'parallel' -- sweep submit away --engine paralel
finish
