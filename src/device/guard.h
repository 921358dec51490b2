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

/* How many of @nr times @each bytes could be had at once, at least 1; @available and @limit as above.
 * All of them where nothing is known. */
unsigned int bs_guard_fit(const struct bs_guard_files *files, uint64_t each, unsigned int nr,
			  uint64_t *available, char *limit, size_t limit_size);
/* What @peak_pages of an arena take: with the page tables. */
uint64_t bs_guard_need(uint64_t peak_pages);

#endif
