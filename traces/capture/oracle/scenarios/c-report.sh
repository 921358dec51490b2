# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154
# about: what is reported to the host (free page reporting): fragmented, compacted, cache dropped, compacted again
# memory: 512
# device: virtio-balloon-pci,free-page-reporting=on
# timeout: 600
load 24
quiet live
insmod /mod/virtio_balloon.ko || fail "insmod virtio_balloon"
oracle cfill seed=$((SEED + 1)) ops=120000 t=20 c=20 u=1 burst=4 left=3000
oracle cthin seed=$((SEED + 2)) t=50 c=20 run=1
sleep 20
oracle cwatch label=report_fragmented n=0
oracle ccompact report_compact
oracle cwatch label=report_compacted ms=4000 n=10
csave c_report_compact
oracle cdrop report_drop
oracle cwatch label=report_dropped ms=10000 n=2
oracle ccompact report_again
oracle cwatch label=report_again ms=10000 n=2
csave c_report_drop
