# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: free page reporting active (balloon): time series while it works, runs from reported states
# memory: 1024
# device: virtio-balloon-pci,free-page-reporting=on
# timeout: 600
load
insmod /mod/virtio_balloon.ko || fail "insmod virtio_balloon"
for t in 1 2 3 4 5 6 7 8; do
	sleep 1
	oracle dump boot_t$t
done
sleep 35
oracle dump idle_reported
save vii_report_progress
run 61 label=rep_mix ops=40000 orders="$MIX" kinds=2,4,1 limit=70 lo=4 phases=8
save vii_report_mix
for t in 1 2 3 4 5 6 7 8; do
	oracle dump after_t$t
	sleep 1
done
sleep 30
oracle dump after_idle
save vii_report_after
run 62 label=rep_thp ops=20000 orders=10,2,1,1,1,1,1,1,1,20,4 kinds=1,4,1 limit=90 lo=10 phases=6
save vii_report_thp
