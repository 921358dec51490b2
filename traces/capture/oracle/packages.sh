# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# packages.sh: which packages a kernel is made of, and where in them its parts lie. Read by
# fetch-kernel, run and the test: nothing here asks a mirror.
#
# Debian's kernels until 6.18 are one package, linux-image-RELEASE. Later ones are split: the image
# in linux-binary-RELEASE, modules in linux-modules-RELEASE, what both share in linux-base-RELEASE,
# and linux-image-RELEASE only names the three. The image moved from /boot to the modules' folder.

# releases VERSION <names: of package names the releases that VERSION means, oldest first.
# VERSION is a series (6.18) or a whole release (6.18.15+deb13-cloud-amd64).
releases() {
	local pattern=${1//./\\.}
	case $1 in
	*-amd64) pattern=${pattern//+/\\+} ;;
	*) pattern="$pattern([.~+-][^ ]*)?-cloud-amd64" ;;
	esac
	sed -nE "s/^linux-(image|binary)-($pattern)\$/\2/p" | sort -Vu
}

# The part of a release's name that its flavours have in common: 6.18.15+deb13.
release_stem() {
	local stem=${1%-amd64}
	echo "${stem%-cloud}"
}

# image_parts RELEASE <depends: the packages the image package is split into, if it is. apt-cache
# puts into <> what it has no entry of.
image_parts() {
	local release=${1//+/\\+}
	sed -nE "s/^ *\|?(Pre)?Depends: <?(linux-(binary|modules|base)-${release//./\\.})>?\$/\2/p" | sort -u
}

# header_parts <depends: what the headers build on: their common part and the programs of the build
header_parts() {
	sed -nE 's/^ *\|?Depends: <?(linux-(headers-.*-common|kbuild-[^>]*))>?$/\1/p' | sort -u
}

# What they are called where no list has the headers any more (a mirror drops them from its lists
# before it drops the files).
header_names() {
	local stem
	stem=$(release_stem "$1")
	echo "linux-headers-$1 linux-headers-$stem-common linux-kbuild-$stem"
}

# pool_path PACKAGE VERSION: where a mirror keeps a package that is built from source "linux"
pool_path() {
	local arch=amd64
	case $1 in
	linux-headers-*-common) arch=all ;;
	esac
	echo "pool/main/l/linux/$1_${2#*:}_$arch.deb"
}

# The Debian release that a kernel was built for; its C library is what the build's programs want.
built_for() {
	case $1 in
	*deb12* | 6.1.0-*) echo bookworm ;;
	*deb13*) echo trixie ;;
	*) echo sid ;;
	esac
}

# suits RELEASE SINCE BEFORE: is the release as new as SINCE and older than BEFORE? Either may be empty.
suits() {
	local version=${1%%[+-]*}
	if [ -n "$2" ] && [ "$(printf '%s\n%s\n' "$2" "$version" | sort -V | head -n 1)" != "$2" ]; then
		return 1
	fi
	[ -z "$3" ] || [ "$(printf '%s\n%s\n' "$3" "$version" | sort -V | head -n 1)" != "$3" ]
}

# first_of PATH...: the first that exists
first_of() {
	local path
	for path; do
		if [ -e "$path" ]; then
			echo "$path"
			return 0
		fi
	done
	return 1
}

# find_image ROOT RELEASE, find_modules ROOT RELEASE: in an unpacked tree (ROOT may be empty)
find_image() {
	first_of "$1/boot/vmlinuz-$2" "$1/usr/lib/modules/$2/vmlinuz" "$1/lib/modules/$2/vmlinuz"
}

find_modules() {
	first_of "$1/usr/lib/modules/$2/kernel" "$1/lib/modules/$2/kernel"
}

# image_release FILE: the release a bzImage says it is (its boot header points at the text)
image_release() {
	local magic at
	magic=$(dd if="$1" bs=1 skip=514 count=4 2>/dev/null | tr -d '\0')
	[ "$magic" = HdrS ] || return 1
	at=$(od -An -tu2 -j 526 -N 2 "$1" | tr -d ' ')
	dd if="$1" bs=1 skip=$((at + 512)) count=128 2>/dev/null | tr '\0' '\n' | sed 's/ .*//; q'
}

# stuck_programs TREE: programs that this machine cannot start, for they were linked against a newer
# C library than it has, or against libraries it has not
stuck_programs() {
	local program
	find "$1" -type f -perm -u+x | while read -r program; do
		[ "$(head -c 4 "$program" | tr -d '\177')" = ELF ] || continue
		if ldd "$program" 2>&1 | grep -q 'not found'; then
			echo "$program"
		fi
	done
}

# wrap_programs TREE RUNTIME TREE_LATER: let RUNTIME's loader start those, with RUNTIME's libraries.
# TREE_LATER is where TREE will be moved.
wrap_programs() {
	local program loader=$2/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 lib=$2/usr/lib/x86_64-linux-gnu
	stuck_programs "$1" | while read -r program; do
		mv "$program" "$program.elf"
		printf '#!/bin/sh\nexec "%s" --library-path "%s" "%s" "$@"\n' \
			"$loader" "$lib" "$3${program#"$1"}.elf" >"$program"
		chmod +x "$program"
	done
}

# compiler_words HEADERS: what make needs to be told where the compiler of the release is not here.
# Module and kernel may be built by different releases of gcc; the alignment of functions is asked
# for by an option that old ones lack.
compiler_words() {
	local cc
	cc=$(sed -nE 's/^CC *=.*[ )](gcc-[0-9.]+)$/\1/p' "$1/.kernelvariables" 2>/dev/null)
	if [ -n "$cc" ] && ! command -v "$cc" >/dev/null; then
		echo "CC=gcc CROSS_COMPILE= CONFIG_CC_HAS_MIN_FUNCTION_ALIGNMENT="
	fi
}

# build_module SOURCE HEADERS DIR: our module, for the kernel that HEADERS are of, in DIR. A fresh folder: what
# was built for another kernel, here or there, must not be taken for this.
build_module() {
	rm -rf "$3"
	mkdir "$3"
	cp "$1"/{Makefile,*.[ch]} "$3"
	rm -f "$3"/*.mod.c
	# shellcheck disable=SC2046 # several words
	make -C "$3" KDIR="$2" $(compiler_words "$2") >"$3/make.log" 2>&1 || {
		cat "$3/make.log" >&2
		return 1
	}
}
