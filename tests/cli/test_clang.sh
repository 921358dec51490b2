#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The library and the program by clang, its warnings as errors.
. "$(dirname "$0")/lib.sh"

command -v clang >/dev/null || { echo "skipped: clang is not installed" >&2; exit 77; }
export CCACHE_BASEDIR=${CCACHE_BASEDIR:-$src} CCACHE_NOHASHDIR=${CCACHE_NOHASHDIR:-1}
cmake -S "$src" -B build -G Ninja -DCMAKE_C_COMPILER=clang -DCMAKE_C_FLAGS=-O0 -DBS_WERROR=ON \
	-DBUILD_TESTING=OFF >log.txt 2>&1 && cmake --build build >log.txt 2>&1 ||
	{ fail "$(grep -A20 'error:' log.txt || tail -n 20 log.txt)"; finish; }
bin=$PWD/build/buddysim
expect 0 -- run "$src/traces/memhog_thp.cborseq.zst" -s rotation --device model
finish
