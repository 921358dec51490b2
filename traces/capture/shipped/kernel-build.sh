# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# about: parts of Linux 6.12 are built again and again: make -j2, kbuild's shells, compilers of tens of MiB, files
# memory: 1024
# cpus: 1
# kernel: 6.12
# seconds: 90
# thp: madvise
# packages: gcc make linux-headers-cloud-amd64 perl-base
# source: linux-source-6.12 linux-source-6.12.tar.xz linux-source-6.12/fs/isofs linux-source-6.12/fs/minix linux-source-6.12/fs/ext2 linux-source-6.12/lib/zstd
[ -z "${PREPARE:-}" ] || exit 0
headers=$(echo /usr/src/linux-headers-*-cloud-amd64)
build() {
	make -s -j2 -C "$headers" "M=/build/$1" "$2=m" CONFIG_DEBUG_INFO= CONFIG_DEBUG_INFO_BTF_MODULES= modules
	sleep 2
}
while :; do
	build fs/minix CONFIG_MINIX_FS
	build fs/isofs CONFIG_ISO9660_FS
	build fs/ext2 CONFIG_EXT2_FS
	find /build -name '*.o' -delete
	sleep 3
done
