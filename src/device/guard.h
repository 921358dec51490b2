/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guard.h - the memory guard: would a real arena fit, before a page of it is touched?
 */
#ifndef BS_DEVICE_GUARD_H
#define BS_DEVICE_GUARD_H

#include <buddysim/types.h>

/* Where the kernel's account is read; tests bring their own. */
struct bs_guard_files {
	const char *meminfo, *cgroup, *mountinfo;
};

extern const struct bs_guard_files bs_guard_proc;

/* Bytes this process can still get: MemAvailable, or what its memory cgroup (v1 or v2) or one of
 * the cgroups above leaves. @limit receives the name of the file that decided. 0 or -errno. */
int bs_guard_available(const struct bs_guard_files *files, uint64_t *bytes, char *limit,
		       size_t limit_size);

/* 0, or -ENOMEM with @err if @peak_pages and their page tables would not fit. Nothing known
 * about the host's memory: nothing to refuse. */
int bs_guard_check(const struct bs_guard_files *files, uint64_t peak_pages, struct bs_error *err);

#endif
