#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# sweep submit --engine slurm: a real munged, slurmctld and two slurmd on this machine's loopback. One node is
# killed in the middle: its part is queued again, and the merge has the bytes of a run at home.
if [ "${INSIDE:-}" != yes ]; then
	unshare --mount --pid --fork true 2>/dev/null || { echo "skipped: may not make namespaces"; exit 77; }
	# All of it lives in a namespace of processes, which takes whatever is left with it.
	INSIDE=yes exec unshare --mount --pid --fork --kill-child --mount-proc bash "$0" "$@"
fi
. "$(dirname "$0")/../cli/lib.sh"

for tool in munged slurmctld slurmd sbatch squeue scontrol sinfo; do
	command -v $tool >/dev/null || [ -x /usr/sbin/$tool ] ||
		{ echo "skipped: $tool is not there"; exit 77; }
done
[ "$(id -u)" -eq 0 ] || { echo "skipped: slurmd wants root"; exit 77; }
PATH=$PATH:/usr/sbin
host=$(hostname -s)
base=$((30000 + RANDOM % 20000))
mkdir -p state spool1 spool2 munge
head -c 1024 /dev/urandom >munge/key
chown -R munge:munge munge 2>/dev/null
chmod 700 munge
chmod 400 munge/key
chmod 755 . ..
# Sockets have short names.
run=$(mktemp -d /tmp/bsXXXX)
chmod 755 "$run"
chown munge "$run"
mount --bind munge /etc/munge
trap 'pkill slurmd; pkill slurmctld; pkill munged; umount /etc/munge; rm -rf "$run"' EXIT
setpriv --reuid munge --regid munge --clear-groups munged --force --key-file="$PWD/munge/key" --socket="$run/munge" --pid-file="$run/pid" \
	--log-file="$run/log" --seed-file="$run/seed" || { echo "skipped: munged: $(cat "$run/log")"; exit 77; }
cat >slurm.conf <<END
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$base
AuthType=auth/munge
AuthInfo=socket=$run/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$PWD/state
SlurmdSpoolDir=$PWD/spool-%n
SlurmctldPidFile=$run/ctld.pid
SlurmdPidFile=$run/%n.pid
SlurmctldLogFile=$PWD/slurmctld.log
SlurmdLogFile=$PWD/%n.log
SwitchType=switch/none
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
ReturnToService=2
SlurmdTimeout=10
SchedulerParameters=batch_sched_delay=0,sched_interval=1
MaxArraySize=4
NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((base + 1)) CPUs=1 RealMemory=500
NodeName=n2 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((base + 2)) CPUs=1 RealMemory=500
PartitionName=all Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
END
export SLURM_CONF=$PWD/slurm.conf
slurmctld -c || { echo "skipped: slurmctld: $(tail -1 slurmctld.log)"; exit 77; }
slurmd -N n1 || { echo "skipped: slurmd: $(tail -1 n1.log)"; exit 77; }
slurmd -N n2
for _ in $(seq 60); do
	[ "$(sinfo -h -t idle -o %D 2>/dev/null)" = 2 ] && break
	sleep 0.5
done
[ "$(sinfo -h -t idle -o %D)" = 2 ] ||
	{ echo "skipped: the nodes do not come up: $(sinfo; tail -3 slurmctld.log n1.log)"; exit 77; }

expect 0 -- trace gen memhog --params size=16MiB,cycles=20,order=0 -o a.cborseq
grid="a.cborseq -s none,rotation:order=0..8 --seed 1..6 --repeat 3 --device model"
expect 0 -- sweep plan $grid -o home
expect 0 -- sweep run home
expect 0 -- sweep merge home -o home.json
expect 0 -- sweep plan $grid -o away

# Six parts by three tasks, for the cluster has no larger arrays, two at a time.
"$bin" sweep submit away --engine slurm --shards 6 --merge "$PWD/away.json" >out.txt 2>&1 ||
	fail "submit: $(cat out.txt)"
grep -q '^array [0-9]*: 3 tasks, 6 parts' out.txt || fail "$(cat out.txt)"
for _ in $(seq 100); do
	[ "$("$bin" sweep status away --format json | jq .done)" -gt 10 ] && break
	sleep 0.2
done
# All that runs on the second node, with who started it.
victims=$(cat "$run/n2.pid")
for e in /proc/[0-9]*/environ; do
	p=${e#/proc/} p=${p%/environ}
	tr '\0' '\n' <"$e" 2>/dev/null | grep -qx 'SLURMD_NODENAME=n2' || continue
	victims+=" $p $(awk '$1 == "PPid:" { print $2 }' "/proc/$p/status")"
done
for p in $victims; do
	[ "$p" -gt 1 ] && [ "$p" != $$ ] && kill -KILL "$p" 2>/dev/null
done
echo "a node was killed at $("$bin" sweep status away --format json |
	jq -c '"\(.done) of \(.cells) cells, \(.torn) torn"')"
sleep 1
slurmd -N n2
for _ in $(seq 240); do
	[ -s away.json ] && break
	# What is queued again waits two minutes for no good reason here.
	for job in $(squeue -h -r -t pending -o '%i %r' | awk '$2 == "BeginTime" { print $1 }'); do
		scontrol update jobid="$job" starttime=now 2>/dev/null
	done
	sleep 0.5
done
[ -s away.json ] || fail "no merge: $(squeue; tail -5 slurmctld.log; cat away/slurm/*.log)"
cmp home.json away.json || fail "the merge of what the cluster ran differs"
echo "segments: $(ls away/results | wc -l), $(sha256sum <away.json | cut -c1-16)"
finish
