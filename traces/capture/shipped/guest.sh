# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# What the guest does: mount the load's root, record the load with capture/record.sh, hand the files out.
# `record` puts lines above these that say which load it is.
[ ! -e /sys/kernel/mm/transparent_hugepage/enabled ] || echo "$THP" >/sys/kernel/mm/transparent_hugepage/enabled
mkdir -p /root
mount -t ext4 -o noatime /dev/vdb /root || fail "mount the root"
mount -t proc proc /root/proc
mount -t sysfs sys /root/sys
mount -t devtmpfs dev /root/dev
mount -t tracefs trace /root/sys/kernel/tracing || fail "no tracefs"
# What is recorded goes to the disk, not into the guest's memory.
mount -o bind /root/out /out
cp -R /capture /root
load 8
chroot /root /bin/sh -c 'cd /tmp && PREPARE=1 sh /capture/load.sh' || fail "the load could not be prepared"
sync
sleep 2
echo "GUEST_SAVED begin $(cut -d' ' -f1 /proc/uptime) s"
# The load goes on for ever; when its time is over it is killed, and what it had comes back.
cat >/root/capture/timed.sh <<END
timeout "$SECONDS_WANTED" sh /capture/load.sh >/tmp/load.log 2>&1
[ \$? -eq 124 ] || { tail -n 3 /tmp/load.log; exit 1; }
sleep 3
END
chroot /root /bin/sh -c "export BUFFER_KB=$BUFFER_KB KPAGEFLAGS=0; cd /tmp && sh /capture/record.sh /out/$NAME sh /capture/timed.sh" \
	>/out/said 2>&1 || fail "$(tail -n 4 /out/said)"
echo "GUEST_SAVED end $(cut -d' ' -f1 /proc/uptime) s, $(grep '^recorded' /out/said)"
