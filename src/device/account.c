// SPDX-License-Identifier: GPL-2.0-or-later
#include "account.h"

#include <sys/ioctl.h>
#include <sys/mman.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* PAGEMAP_SCAN is younger than Debian 12's headers: its ABI, after ioctl_pagemap_scan(2). */
struct scan_arg {
	uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
	uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};
struct scan_region {
	uint64_t start, end, categories;
};
#define SCAN_IOCTL _IOWR('f', 16, struct scan_arg)
#define SCAN_PRESENT (UINT64_C(1) << 3)
#define SCAN_SWAPPED (UINT64_C(1) << 4)
/* Not more: on 6.18 a longer vector with more regions leaves a stale walk_end. */
#define SCAN_REGIONS 512

#define PAGEMAP_PRESENT (UINT64_C(1) << 63)
#define PAGEMAP_SWAPPED (UINT64_C(1) << 62)

static int scan(const struct bs_account *acc, uint64_t *start, uint64_t end,
		struct scan_region *regions)
{
	struct scan_arg arg = {
		.size = sizeof(arg),
		.start = *start,
		.end = end,
		.vec = (uintptr_t)regions,
		.vec_len = SCAN_REGIONS,
		.category_anyof_mask = SCAN_PRESENT | SCAN_SWAPPED,
		.return_mask = SCAN_PRESENT | SCAN_SWAPPED,
	};
	int n = ioctl(acc->pagemap, SCAN_IOCTL, &arg);

	if (n < 0)
		return -errno;
	*start = arg.walk_end;
	return n;
}

int bs_account_open(struct bs_account *acc, struct bs_error *err)
{
	struct scan_region regions[SCAN_REGIONS];
	uint64_t start;

	*acc = (struct bs_account){.pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC)};
	acc->vec = malloc(BS_ACCOUNT_WINDOW);
	if (!acc->vec) {
		bs_account_close(acc);
		return bs_error_set(err, BS_RESOURCE, ENOMEM, "the arena", NULL,
				    "no memory for the residency check");
	}
	/* The stack is mapped for sure: a kernel that knows the call finds it. */
	start = (uintptr_t)regions & ~(BS_UNIT_SIZE - 1);
	acc->has_scan = acc->pagemap >= 0 && scan(acc, &start, start + BS_UNIT_SIZE, regions) >= 0;
	return 0;
}

void bs_account_close(struct bs_account *acc)
{
	if (acc->pagemap >= 0)
		close(acc->pagemap);
	free(acc->vec);
	*acc = (struct bs_account){.pagemap = -1};
}

static void set_bit(uint64_t *map, uint64_t i)
{
	map[i / 64] |= UINT64_C(1) << (i % 64);
}

static int read_scan(const struct bs_account *acc, const char *addr, unsigned int nr,
		     uint64_t *present)
{
	struct scan_region regions[SCAN_REGIONS];
	const uint64_t base = (uintptr_t)addr, end = base + ((uint64_t)nr << BS_UNIT_SHIFT);

	for (uint64_t at = base, from = base; at < end; from = at) {
		int n = scan(acc, &at, end, regions);

		if (n < 0)
			return n;
		if (at <= from)
			return -EIO;
		for (int i = 0; i < n; i++)
			for (uint64_t a = regions[i].start; a < regions[i].end; a += BS_UNIT_SIZE)
				set_bit(present, (a - base) >> BS_UNIT_SHIFT);
	}
	return 0;
}

int bs_account_read(const struct bs_account *acc, const char *addr, unsigned int nr, bool thp,
		    uint64_t *present)
{
	memset(present, 0, (nr + 63) / 64 * sizeof(*present));
	if (thp && acc->has_scan)
		return read_scan(acc, addr, nr, present);
	if (mincore((void *)(uintptr_t)addr, (size_t)nr << BS_UNIT_SHIFT, acc->vec))
		return -errno;
	for (unsigned int i = 0; i < nr; i++)
		if (acc->vec[i] & 1)
			set_bit(present, i);
	return 0;
}

int bs_account_read_swapped(const struct bs_account *acc, const char *addr, unsigned int nr,
			    uint64_t *present)
{
	const uint64_t first = (uintptr_t)addr >> BS_UNIT_SHIFT;
	uint64_t entries[512];

	if (acc->pagemap < 0)
		return -ENOSYS;
	memset(present, 0, (nr + 63) / 64 * sizeof(*present));
	for (unsigned int done = 0; done < nr;) {
		const size_t want = nr - done < 512 ? nr - done : 512;
		const ssize_t got = pread(acc->pagemap, entries, want * sizeof(entries[0]),
					  (off_t)((first + done) * sizeof(entries[0])));

		if (got <= 0)
			return got ? -errno : -EIO;
		for (size_t i = 0; i < (size_t)got / sizeof(entries[0]); i++)
			if (entries[i] & (PAGEMAP_PRESENT | PAGEMAP_SWAPPED))
				set_bit(present, done + i);
		done += (unsigned int)((size_t)got / sizeof(entries[0]));
	}
	return 0;
}

int bs_account_rss(const char *start, size_t bytes, struct bs_rss *out)
{
	const uint64_t from = (uintptr_t)start, to = from + bytes;
	FILE *f = fopen("/proc/self/smaps", "re");
	uint64_t lo, hi, kib;
	bool inside = false;
	char line[512];

	*out = (struct bs_rss){0};
	if (!f)
		return -errno;
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " ", &lo, &hi) == 2)
			inside = lo >= from && hi <= to;
		else if (!inside)
			continue;
		else if (sscanf(line, "Rss: %" SCNu64, &kib) == 1)
			out->rss += kib << 10;
		else if (sscanf(line, "AnonHugePages: %" SCNu64, &kib) == 1)
			out->anon_huge += kib << 10;
		else if (sscanf(line, "LazyFree: %" SCNu64, &kib) == 1)
			out->lazyfree += kib << 10;
	}
	fclose(f);
	return 0;
}

uint64_t bs_account_collapses(void)
{
	FILE *f = fopen("/proc/vmstat", "re");
	uint64_t n = 0;
	char line[256];

	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "thp_collapse_alloc %" SCNu64, &n) == 1)
			break;
	fclose(f);
	return n;
}

void bs_account_host_thp(char *buf, size_t size)
{
	FILE *f = fopen("/sys/kernel/mm/transparent_hugepage/enabled", "re");
	char line[128], word[32] = "unavailable";

	if (f) {
		const char *bracket = fgets(line, sizeof(line), f) ? strchr(line, '[') : NULL;

		if (bracket)
			sscanf(bracket, "[%31[a-z]", word);
		fclose(f);
	}
	snprintf(buf, size, "%s", word);
}
