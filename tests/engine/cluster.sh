# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced first of all: a cluster of Slurm, a real munged, slurmctld and two slurmd on the loopback address.
# All of it lives in a namespace of processes, into which the script starts itself anew, and which takes
# whatever is left with it.
if [ "${INSIDE:-}" != yes ]; then
	unshare --mount --pid --fork true 2>/dev/null || { echo "skipped: may not make namespaces"; exit 77; }
	INSIDE=yes exec unshare --mount --pid --fork --kill-child --mount-proc bash "$0" "$@"
fi

# Behind lib.sh. It leaves $run, a folder for sockets, which have short names.
cluster_up() {
	local tool host base
	PATH=$PATH:/usr/sbin
	for tool in munged slurmctld slurmd sbatch squeue scontrol sinfo; do
		command -v $tool >/dev/null || { echo "skipped: $tool is not there"; exit 77; }
	done
	[ "$(id -u)" -eq 0 ] || { echo "skipped: slurmd wants root"; exit 77; }
	host=$(hostname -s)
	base=$((30000 + RANDOM % 20000))
	mkdir -p state spool1 spool2 munge
	head -c 1024 /dev/urandom >munge/key
	chown -R munge:munge munge 2>/dev/null
	chmod 700 munge
	chmod 400 munge/key
	chmod 755 . ..
	run=$(mktemp -d /tmp/bsXXXX)
	trap 'rm -rf "$run"' EXIT
	chmod 755 "$run"
	chown munge "$run"
	mount --bind munge /etc/munge
	setpriv --reuid munge --regid munge --clear-groups munged --force --key-file="$PWD/munge/key" \
		--socket="$run/munge" --pid-file="$run/pid" --log-file="$run/log" --seed-file="$run/seed" ||
		{ echo "skipped: munged: $(cat "$run/log")"; exit 77; }
	cat >slurm.conf <<-END
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
		[ "$(sinfo -h -t idle -o %D 2>/dev/null)" = 2 ] && return
		sleep 0.5
	done
	echo "skipped: the nodes do not come up: $(sinfo; tail -3 slurmctld.log n1.log)"
	exit 77
}

# node_dies NODE: all that runs on it, with who started it.
node_dies() {
	local victims e p
	victims=$(cat "$run/$1.pid")
	for e in /proc/[0-9]*/environ; do
		p=${e#/proc/} p=${p%/environ}
		grep -qszx "SLURMD_NODENAME=$1" "$e" || continue
		victims+=" $p $(awk '$1 == "PPid:" { print $2 }' "/proc/$p/status" 2>/dev/null)"
	done
	for p in $victims; do
		[ "$p" -gt 1 ] && [ "$p" != $$ ] && kill -KILL "$p" 2>/dev/null
	done
	return 0
}

# wait_for FILE SECONDS: what is queued again would wait two minutes for no good reason here.
wait_for() {
	local job
	for _ in $(seq $((2 * $2))); do
		[ -s "$1" ] && return
		for job in $(squeue -h -r -t pending -o '%i %r' | awk '$2 == "BeginTime" { print $1 }'); do
			scontrol update jobid="$job" starttime=now 2>/dev/null
		done
		sleep 0.5
	done
	return 1
}
