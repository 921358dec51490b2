/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * account.h - which pages of a mapping the kernel really holds: its own account, read back.
 */
#ifndef BS_DEVICE_ACCOUNT_H
#define BS_DEVICE_ACCOUNT_H

#include <buddysim/types.h>

/* Pages looked at in one go: bounds the buffers, and a huge page never straddles two windows. */
#define BS_ACCOUNT_WINDOW 32768U

struct bs_account {
	int pagemap; /* /proc/self/pagemap, or -1 */
	bool has_scan; /* PAGEMAP_SCAN, Linux 6.7 */
	unsigned char *vec; /* mincore's answer for one window */
};

/* 0 or -ENOMEM with @err. What the kernel lacks is done without. */
int bs_account_open(struct bs_account *acc, struct bs_error *err);
void bs_account_close(struct bs_account *acc);

/* One bit per page of [addr, addr + nr pages), nr <= BS_ACCOUNT_WINDOW, into @present. The cheapest
 * exact way: PAGEMAP_SCAN for huge pages (of 1 GiB: 12 us, mincore 112), mincore for base pages
 * (232 us, PAGEMAP_SCAN 846). 0 or -errno. */
int bs_account_read(const struct bs_account *acc, const char *addr, unsigned int nr, bool thp,
		    uint64_t *present);
/* The same, slow, from pagemap's entries: it knows pages that were swapped out, which the host
 * still holds for the guest and mincore does not show. -ENOSYS without pagemap. */
int bs_account_read_swapped(const struct bs_account *acc, const char *addr, unsigned int nr,
			    uint64_t *present);

struct bs_rss {
	uint64_t rss, anon_huge, lazyfree; /* bytes */
};
/* What smaps says of the mappings inside [start, start+bytes). 0 or -errno. */
int bs_account_rss(const char *start, size_t bytes, struct bs_rss *out);
/* Huge pages the kernel's khugepaged has made since boot, on the whole machine; 0 if unknown. */
uint64_t bs_account_collapses(void);
/* The bracketed word of /sys/kernel/mm/transparent_hugepage/enabled, or "unavailable". */
void bs_account_host_thp(char *buf, size_t size);

#endif
