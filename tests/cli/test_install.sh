#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The installed library and program, built here as a distribution would: after a build of the program
# alone, after a whole one, and after the tree was moved; used from C and C++, by gcc and clang,
# linked both ways, found by pkg-config and by CMake.
. "$(dirname "$0")/lib.sh"
export CCACHE_BASEDIR=${CCACHE_BASEDIR:-$src} CCACHE_NOHASHDIR=${CCACHE_NOHASHDIR:-1}

must() { "$@" >log.txt 2>&1 || { fail "$*: $(tail -n 5 log.txt)"; return 1; }; }
whole() { must "$@" || finish; }

libdir=lib/$(cc -print-multiarch) # as a package has it

# ---- Built and installed ------------------------------------------------------------------------
whole cmake -S "$src" -B build -G Ninja -DCMAKE_C_FLAGS=-O0 -DCMAKE_BUILD_TYPE= -DBUILD_TESTING=OFF \
	-DCMAKE_INTERPROCEDURAL_OPTIMIZATION=ON -DCMAKE_INSTALL_LIBDIR=$libdir
whole cmake --build build --target buddysim_program
whole cmake --install build --prefix "$PWD/program"
must program/bin/buddysim --version
whole cmake --build build
whole cmake --install build --prefix "$PWD/installed"
mv installed moved
mv build build-of-moved # nothing may be fetched from there
prefix=$PWD/moved lib=$PWD/moved/$libdir
for page in man1/buddysim.1 man1/buddysim-compare.1 man1/buddysim-sweep.1 man5/buddysim-trace.5 \
	man5/buddysim-record.5 man5/buddysim-grid.5 man7/buddysim.7; do
	[ -s "$prefix/share/man/$page" ] || ! command -v scdoc >/dev/null || fail "no man page: $page"
done
for file in bash-completion/completions/buddysim zsh/site-functions/_buddysim \
	fish/vendor_completions.d/buddysim.fish; do
	[ -s "$prefix/share/$file" ] || fail "no completion: $file"
done

# ---- The program finds what was installed with it -----------------------------------------------
trace=t.cborseq
bin=$prefix/bin/buddysim
expect 0 -- trace gen memhog --params size=64MiB,cycles=1 -o $trace
expect 0 -- compare $trace -s none,rotation --device null --plots pictures
[ -s pictures/resident.svg ] || fail "the installed program draws nothing"
rm "$prefix/share/buddysim/plots/cost.gp"
expect 4 "$prefix/" -- compare $trace -s none,rotation --device null --plots others
must cc -Wall -Wextra -Werror -shared -fPIC -I"$prefix/include" -o mine.so "$src/tests/plugin/mine.c"
expect 0 -- run $trace -s ./mine.so --device null

# ---- Its headers --------------------------------------------------------------------------------
for header in "$prefix"/include/buddysim/*.h; do
	must cc -std=c99 -Wall -Wextra -pedantic -Werror -fsyntax-only -I"$prefix/include" -x c "$header"
	must c++ -std=c++11 -Wall -Wextra -Werror -fsyntax-only -I"$prefix/include" -x c++ "$header"
done

# ---- Its symbols: what the headers declare, and nothing else ------------------------------------
cat "$prefix"/include/buddysim/*.h | gcc -fpreprocessed -dD -E -P - 2>/dev/null |
	grep -oE '\bbs_[a-z0-9_]+' | sort -u >declared.txt
nm -g --defined-only "$lib/libbuddysim.a" 2>/dev/null | awk 'NF == 3 { print $3 }' | sort -u >all.txt
nm -D --defined-only "$lib/libbuddysim.so" | awk '{ print $3 }' | sort -u >exported.txt
comm -12 declared.txt all.txt >public.txt
[ "$(wc -l <public.txt)" -gt 100 ] || fail "only $(wc -l <public.txt) public symbols"
# (What a header declares is exported if it says "#pragma GCC visibility push(default)", as all do.)
diff public.txt exported.txt >log.txt || fail "public (<) and exported (>) differ: $(head log.txt)"
# ... and what the last package had: a symbol more is a line there, one less is another SONAME.
sed -n 's/^ \(bs_[a-z0-9_]*\)@Base .*/\1/p' "$src/debian/libbuddysim0.symbols" | sort -u >packaged.txt
diff packaged.txt exported.txt >log.txt ||
	fail "debian/libbuddysim0.symbols (<) and exported (>) differ: $(head log.txt)"
readelf -d "$lib/libbuddysim.so" | grep -q 'SONAME.*\[libbuddysim\.so\.[0-9]*\]' || fail "no SONAME"

# ---- A program of somebody else's ---------------------------------------------------------------
cat >user.c <<'END'
#include <buddysim/buddysim.h>
#include <stdio.h>

int main(void)
{
	const struct bs_device_config c = {.kind = bs_device_for(BS_DEVICE_TIMED), .nr_pages = 1024};
	struct bs_device *d;
	struct bs_error err;
	struct bs_fault_cost cost;

	if (bs_device_create(&c, &d, &err) || bs_device_alloc(d, 0, 9, 1, 0, &cost, &err))
		return 1;
	printf("%s, %s\n", bs_device_words(d), bs_strategy_at(0)->name);
	bs_device_destroy(d);
	return 0;
}
END
said="$("$bin" list devices | sed -n '2,$s/^\([a-z]*\) - .*no arena.*/\1/p' | head -n 1), thp"

says() { # PROGRAM
	local text
	text=$(LD_LIBRARY_PATH=$lib "$@" 2>&1) || fail "$1: $text"
	case $text in "$said"*) ;; *) fail "$1 says: $text" ;; esac
}
export PKG_CONFIG_PATH=$lib/pkgconfig
cflags=$(pkg-config --cflags buddysim) libs=$(pkg-config --libs buddysim)
static=$(pkg-config --static --libs buddysim)
static=${static/-lbuddysim/-l:libbuddysim.a}
must cc $cflags user.c -o by-pc-shared $libs && says ./by-pc-shared
must cc -fno-lto $cflags user.c -o by-pc-static $static && says ./by-pc-static
must c++ -x c++ -std=c++20 -fno-lto $cflags user.c -o by-pc-static-cc $static && says ./by-pc-static-cc
if command -v clang >/dev/null; then
	must clang $cflags user.c -o by-clang $static && says ./by-clang
fi
readelf -d by-pc-shared | grep -q 'NEEDED.*libbuddysim.so.0' || fail "by-pc-shared is not"
readelf -d by-pc-static | grep -q 'NEEDED.*libbuddysim' && fail "by-pc-static is not"

mkdir -p user && cp user.c user/
cat >user/CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.25)
project(user LANGUAGES C)
find_package(buddysim 0.1 REQUIRED)
foreach(how shared static buddysim)
	add_executable(by-cmake-${how} user.c)
	target_link_libraries(by-cmake-${how} PRIVATE buddysim::${how})
endforeach()
END
must cmake -S user -B user/build -G Ninja -DCMAKE_PREFIX_PATH="$prefix" &&
	must cmake --build user/build &&
	for how in shared static buddysim; do says user/build/by-cmake-$how; done
# ... and where the archive alone was built.
cmake -S user -B user/absent -G Ninja -DCMAKE_PREFIX_PATH="$PWD/program" >log.txt 2>&1 &&
	fail "buddysim::shared was found where it was not built"
grep -q 'buddysim::shared' log.txt || fail "find_package: $(tail -n 5 log.txt)"
sed -i 's/ shared static / static /' user/CMakeLists.txt
must cmake -S user -B user/archive -G Ninja -DCMAKE_PREFIX_PATH="$PWD/program" &&
	must cmake --build user/archive && says user/archive/by-cmake-buddysim
finish
