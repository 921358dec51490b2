// SPDX-License-Identifier: GPL-2.0-or-later
#include "pageflags.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* Bit numbers of the kernel's interface (its Documentation/admin-guide/mm/pagemap.rst). */
enum {
	KPF_LRU = 5,
	KPF_SLAB = 7,
	KPF_BUDDY = 10,
	KPF_COMPOUND_HEAD = 15,
	KPF_COMPOUND_TAIL = 16,
	KPF_NOPAGE = 20,
	KPF_PGTABLE = 26,
	KPF_RESERVED = 32
};
#define BIT(n) (UINT64_C(1) << (n))
/* Every bit that the interface may set; above 40 there is nothing that all kernels agree on. */
#define LARGEST_COUNT BIT(24)

#define AT_ONCE (1u << 13) /* entries */

static int open_file(const char *path, gzFile *g, struct bs_error *err)
{
	errno = 0;
	*g = gzopen(path, "rbe");
	if (!*g)
		return bs_error_set(err, errno ? BS_INPUT : BS_RESOURCE, errno, path,
				    "check the path; /proc/kpageflags is for root", "cannot open");
	gzbuffer(*g, AT_ONCE * 8);
	return 0;
}

bool bs_pageflags_is(const char *path)
{
	unsigned char head[64];
	gzFile g;
	int n;

	if (!strcmp(path, "-") || open_file(path, &g, NULL))
		return false;
	n = gzread(g, head, sizeof(head));
	gzclose(g);
	return n >= 8 && memchr(head, 0, (size_t)n) && memcmp(head, "\x28\xb5\x2f\xfd", 4);
}

/* The next entries; their number, or negative. */
static int64_t read_some(gzFile g, const char *path, uint64_t *v, struct bs_error *err)
{
	const int n = gzread(g, v, AT_ONCE * 8);

	if (n < 0)
		return bs_error_set(err, BS_INPUT, EIO, path, "copy it again, as root",
				    "cannot be read");
	if (n % 8)
		return bs_error_set(err, BS_INPUT, 0, path,
				    "copy all of /proc/kpageflags: cat /proc/kpageflags >FILE",
				    "is no multiple of 8 bytes, the size of an entry");
	return n / 8;
}

/* @lru: the head of the compound page at hand is on the LRU, and with it all of its pages. */
static uint8_t what(uint64_t v, bool *lru)
{
	uint8_t is = 0;

	if (v & BIT(KPF_NOPAGE))
		return BS_PAGE_IS_NONE;
	if (v & BIT(KPF_BUDDY))
		return BS_PAGE_IS_FREE;
	if (v & BIT(KPF_LRU) || (v & BIT(KPF_COMPOUND_TAIL) && *lru))
		is |= BS_PAGE_IS_LRU;
	if (v & BIT(KPF_SLAB))
		is |= BS_PAGE_IS_SLAB;
	if (v & (BIT(KPF_COMPOUND_HEAD) | BIT(KPF_COMPOUND_TAIL)))
		is |= BS_PAGE_IS_COMPOUND;
	/* A page table's place for the count holds something else. */
	if (v & BIT(KPF_PGTABLE))
		is |= BS_PAGE_IS_SLAB;
	if (v & BIT(KPF_RESERVED))
		is |= BS_PAGE_IS_RESERVED;
	*lru = is & BS_PAGE_IS_LRU && is & BS_PAGE_IS_COMPOUND;
	return is;
}

static int grow(struct bs_pageflags *f, uint64_t *cap, const char *path, struct bs_error *err)
{
	uint8_t *more;

	if (f->nr_pages + AT_ONCE <= *cap)
		return 0;
	if (f->nr_pages >= UINT32_MAX)
		return bs_error_set(err, BS_INPUT, 0, path, "use a machine of less than 16 TiB",
				    "more pages than can be counted");
	*cap = *cap ? *cap * 2 : 64 * AT_ONCE;
	more = realloc(f->is, *cap);
	if (!more)
		return bs_error_set(err, BS_RESOURCE, ENOMEM, path, NULL, "out of memory");
	f->is = more;
	return 0;
}

static int read_flags(struct bs_pageflags *f, const char *path, gzFile g, struct bs_error *err)
{
	uint64_t v[AT_ONCE], cap = 0, seen = 0;
	bool lru = false;
	int64_t n;

	do {
		int ret = grow(f, &cap, path, err);

		if (ret)
			return ret;
		n = read_some(g, path, v, err);
		for (int64_t i = 0; i < n; i++) {
			f->is[f->nr_pages++] = what(v[i], &lru);
			seen |= v[i];
		}
	} while (n > 0);
	if (n < 0)
		return (int)n;
	if (!(seen & BIT(KPF_BUDDY)))
		return bs_error_set(
			err, BS_INPUT, 0, path,
			"copy /proc/kpageflags as root; kpagecount goes with --kpagecount",
			"is no kpageflags: no page of it is free");
	return 0;
}

/* Mapped by somebody, and off its list for a moment: it moves as those on the list do. */
static int read_count(struct bs_pageflags *f, const char *path, gzFile g, struct bs_error *err)
{
	uint64_t v[AT_ONCE], pfn = 0;
	int64_t n;

	while ((n = read_some(g, path, v, err)) > 0)
		for (int64_t i = 0; i < n; i++, pfn++) {
			if (v[i] > LARGEST_COUNT)
				return bs_error_set(err, BS_INPUT, 0, path,
						    "copy /proc/kpagecount as root",
						    "is no kpagecount: page %" PRIu64
						    " is mapped %" PRIu64 " times",
						    pfn, v[i]);
			if (v[i] && pfn < f->nr_pages && !f->is[pfn])
				f->is[pfn] = BS_PAGE_IS_LRU;
		}
	if (n < 0)
		return (int)n;
	if (pfn != f->nr_pages)
		return bs_error_set(err, BS_INPUT, 0, path, "copy both from one machine",
				    "has %" PRIu64 " pages, kpageflags has %" PRIu64, pfn,
				    f->nr_pages);
	return 0;
}

int bs_pageflags_read(const char *path, const char *count, struct bs_pageflags *f,
		      struct bs_error *err)
{
	gzFile g;
	int ret = open_file(path, &g, err);

	*f = (struct bs_pageflags){0};
	if (ret)
		return ret;
	ret = read_flags(f, path, g, err);
	gzclose(g);
	if (!ret && count) {
		ret = open_file(count, &g, err);
		if (!ret) {
			ret = read_count(f, count, g, err);
			gzclose(g);
		}
	}
	if (ret)
		bs_pageflags_free(f);
	return ret;
}

void bs_pageflags_free(struct bs_pageflags *f)
{
	free(f->is);
	f->is = NULL;
	f->nr_pages = 0;
}

int bs_pageflags_blocks(const struct bs_pageflags *f, uint64_t start, uint64_t end,
			unsigned int max_order,
			int (*block)(void *arg, bs_pfn pfn, unsigned int order), void *arg)
{
	end = end < f->nr_pages ? end : f->nr_pages;
	for (uint64_t pfn = start, run; pfn < end; pfn = run) {
		run = pfn;
		while (run < end && f->is[run] & BS_PAGE_IS_FREE)
			run++;
		while (pfn < run) {
			unsigned int order = pfn ? (unsigned int)__builtin_ctzll(pfn) : max_order;
			int ret;

			order = order < max_order ? order : max_order;
			while (pfn + (UINT64_C(1) << order) > run)
				order--;
			ret = block(arg, (bs_pfn)pfn, order);
			if (ret)
				return ret;
			pfn += UINT64_C(1) << order;
		}
		run += run == pfn;
	}
	return 0;
}
