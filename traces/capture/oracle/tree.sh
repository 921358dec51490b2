# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# tree.sh - a kernel from a source tree, with as little in it as a guest needs (tree.config). Read by run.
#
# The tree is left as it is. It is built in a copy under the cache, of which there is one for each version: of a tree that
# differs in one file from the last one little is compiled again. What was built is kept by what is in the sources.

# What is no source: results of a build, and what belongs to somebody's work on the tree.
tree_files() {
	(cd "$1" && find . \( -name .git -o -name .tmp_versions -o -path ./include/generated -o -path ./include/config \
		-o -path './arch/*/include/generated' \) -prune -o -type f \
		! -name '*.o' ! -name '*.a' ! -name '*.ko' ! -name '*.cmd' ! -name '*.mod' ! -name '*.mod.c' ! -name '*.d' \
		! -name '.tmp*' ! -name 'vmlinux*' ! -name 'bzImage' ! -name '.config*' ! -name 'modules.*' ! -name 'Module.symvers' \
		! -name System.map ! -name '*~' ! -name '*.orig' ! -name '*.rej' ! -perm -u+x -print; \
		find scripts tools arch -type f -perm -u+x \( -name '*.sh' -o -name '*.pl' -o -name '*.py' -o -name '*.awk' \
		-o -name '*config' -o ! -name '*.*' \) -size -200k -print 2>/dev/null | sed 's,^,./,') | sort -u
}

# A program of the build is no source, though it has a name like one: what is text is.
tree_list() {
	(cd "$1" && tree_files . | tr '\n' '\0' | xargs -0 -r grep -lI '' --null | tr '\0' '\n' | sort)
}

# tree_sums DIR: a line for each source, of what is in it
tree_sums() {
	(cd "$1" && tree_list . | tr '\n' '\0' | xargs -0 sha256sum | sort)
}

# tree_copy DIR COPY SUMS: what the copy has not, and not what the tree has no more
tree_copy() {
	local f
	mkdir -p "$2"
	touch "$2/.sums"
	comm -23 "$3" "$2/.sums" | cut -c 67- | while IFS= read -r f; do
		mkdir -p "$2/$(dirname "$f")"
		cp -f "$1/$f" "$2/$f"
		touch "$2/$f"
	done
	comm -13 <(cut -c 67- "$3" | sort) <(cut -c 67- "$2/.sums" | sort) | while IFS= read -r f; do
		rm -f "$2/$f"
	done
	cp "$3" "$2/.sums"
}

tree_make() {
	local cc=gcc
	! command -v ccache >/dev/null || cc="ccache gcc"
	(cd "$1" && shift && nice -n 10 make CC="$cc" KBUILD_BUILD_TIMESTAMP=0 KBUILD_BUILD_USER=tree \
		KBUILD_BUILD_HOST=tree "$@") >>"$work/tree.log" 2>&1 || {
		tail -n 20 "$work/tree.log" >&2
		die "--tree: the kernel does not build"
	}
}

# capture_tree DIR
capture_tree() {
	local version hash copy dir
	[ -f "$1/mm/page_alloc.c" ] || die "--tree $1: no kernel's source tree"
	for tool in flex bison bc; do
		command -v $tool >/dev/null || die "--tree needs $tool: apt-get install flex bison bc libelf-dev"
	done
	tree_sums "$1" >"$work/tree.sums"
	hash=$(cat "$work/tree.sums" "$here/tree.config" | sha256sum | cut -c 1-12)
	version=$(sed -nE 's/^(VERSION|PATCHLEVEL) = //p' "$1/Makefile" | head -n 2 | paste -sd.)
	dir=$cache/tree-$hash copy=$cache/tree-build-$version
	if [ ! -f "$dir/vmlinuz" ] || [ "$(cat "$copy/.hash" 2>/dev/null)" != "$hash" ]; then
		echo "tree $1, $version, $hash: building in $copy ..."
		rm -f "$copy/.hash"
		tree_copy "$1" "$copy" "$work/tree.sums"
		if [ ! -f "$copy/.config" ] || ! cmp -s "$here/tree.config" "$copy/.tree.config"; then
			tree_make "$copy" tinyconfig
			(cd "$copy" && scripts/kconfig/merge_config.sh -m .config "$here/tree.config") >>"$work/tree.log"
			cp "$here/tree.config" "$copy/.tree.config"
		fi
		tree_make "$copy" LOCALVERSION=-tree olddefconfig
		tree_make "$copy" LOCALVERSION=-tree -j"$(nproc)" bzImage modules
		mkdir -p "$dir"
		cp "$copy/arch/x86/boot/bzImage" "$dir/vmlinuz"
		echo "$hash" >"$copy/.hash"
	fi
	echo "kernel $(image_release "$dir/vmlinuz") from $1 ($hash), seed $seed"
	capture_all "$(image_release "$dir/vmlinuz")-$hash" "$dir/vmlinuz" "$copy" "$copy"
}
