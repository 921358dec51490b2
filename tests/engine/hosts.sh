# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced, behind lib.sh: two hosts that are this machine, by a throw-away sshd with a key of its own on the
# loopback address. `ssh -F $PWD/ssh_config one` and `... two` get there; its process is in sshd.pid.

hosts_up() {
	local sshd tool port
	sshd=$(command -v sshd || echo /usr/sbin/sshd)
	for tool in parallel "$sshd" ssh ssh-keygen; do
		command -v "$tool" >/dev/null || { echo "skipped: $tool is not there"; exit 77; }
	done
	[ "$(id -u)" -eq 0 ] || { echo "skipped: sshd wants root for its sessions"; exit 77; }
	export HOME=$PWD/home-of-ssh
	mkdir -p "$HOME/.ssh" /run/sshd
	chmod 700 "$HOME" "$HOME/.ssh"
	ssh-keygen -q -t ed25519 -N '' -f key
	ssh-keygen -q -t ed25519 -N '' -f host
	cp key.pub authorized
	chmod 600 authorized
	port=$((20000 + RANDOM % 10000))
	cat >sshd_config <<-END
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
	cat >ssh_config <<-END
	Host one two
	HostName 127.0.0.1
	Port $port
	IdentityFile $PWD/key
	StrictHostKeyChecking no
	UserKnownHostsFile $PWD/known
	LogLevel ERROR
	END
	"$sshd" -f "$PWD/sshd_config" -E "$PWD/sshd.log" || { echo "skipped: sshd: $(cat sshd.log)"; exit 77; }
	for _ in $(seq 50); do [ -s sshd.pid ] && break; sleep 0.1; done
	ssh -F ssh_config one true || { echo "skipped: no way in: $(cat sshd.log)"; exit 77; }
}
