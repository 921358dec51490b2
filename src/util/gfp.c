// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gfp.c - printed gfp masks. One table serves every kernel era: names that changed their meaning
 * differ only in bits that decide nothing here (migratetype, zones and watermark never changed).
 */
#include <buddysim/gfp.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GFP_KNOWN UINT32_C(0x7fffff)

struct gfp_name {
	const char *name;
	uint32_t mask;
};

/* Composite names, the largest first: bs_gfp_format() takes them greedily, as the kernel does. */
static const struct gfp_name composite[] = {
	{"GFP_TRANSHUGE", BS_GFP_TRANSHUGE},
	{"GFP_TRANSHUGE_LIGHT", BS_GFP_TRANSHUGE_LIGHT},
	{"GFP_HIGHUSER_MOVABLE", BS_GFP_HIGHUSER_MOVABLE},
	{"GFP_HIGHUSER", BS_GFP_HIGHUSER},
	{"GFP_USER", BS_GFP_USER},
	{"GFP_KERNEL_ACCOUNT", BS_GFP_KERNEL | BS_GFP_ACCOUNT},
	{"GFP_KERNEL", BS_GFP_KERNEL},
	{"GFP_NOFS", BS_GFP_RECLAIM | BS_GFP_IO},
	{"GFP_ATOMIC", BS_GFP_ATOMIC},
	{"GFP_NOIO", BS_GFP_RECLAIM},
};

/* Composite names of other eras: read, never written. */
static const struct gfp_name old_composite[] = {
	{"GFP_TEMPORARY", BS_GFP_KERNEL | BS_GFP_RECLAIMABLE},
	{"GFP_NOWAIT", BS_GFP_NOWAIT},
	{"GFP_IOFS", BS_GFP_IO | BS_GFP_FS},
	{"GFP_THISNODE", BS_GFP_THISNODE | BS_GFP_NOWARN | BS_GFP_NORETRY},
	{"none", 0},
};

/* Single bits, without "__GFP_"; before 4.6 they were printed with "GFP_" alone. */
static const struct gfp_name single[] = {
	{"DMA", BS_GFP_DMA},
	{"HIGHMEM", BS_GFP_HIGHMEM},
	{"DMA32", BS_GFP_DMA32},
	{"MOVABLE", BS_GFP_MOVABLE},
	{"RECLAIMABLE", BS_GFP_RECLAIMABLE},
	{"HIGH", BS_GFP_HIGH},
	{"IO", BS_GFP_IO},
	{"FS", BS_GFP_FS},
	{"ZERO", BS_GFP_ZERO},
	{"ATOMIC", BS_GFP_ATOMIC_BIT},
	{"DIRECT_RECLAIM", BS_GFP_DIRECT_RECLAIM},
	{"KSWAPD_RECLAIM", BS_GFP_KSWAPD_RECLAIM},
	{"WRITE", BS_GFP_WRITE},
	{"NOWARN", BS_GFP_NOWARN},
	{"RETRY_MAYFAIL", BS_GFP_RETRY_MAYFAIL},
	{"NOFAIL", BS_GFP_NOFAIL},
	{"NORETRY", BS_GFP_NORETRY},
	{"MEMALLOC", BS_GFP_MEMALLOC},
	{"COMP", BS_GFP_COMP},
	{"NOMEMALLOC", BS_GFP_NOMEMALLOC},
	{"HARDWALL", BS_GFP_HARDWALL},
	{"THISNODE", BS_GFP_THISNODE},
	{"ACCOUNT", BS_GFP_ACCOUNT},
};

/* Read, never written: other names of bits above, and flags that decide nothing here. */
static const struct gfp_name old_single[] = {
	{"RECLAIM", BS_GFP_RECLAIM},
	{"WAIT", BS_GFP_DIRECT_RECLAIM | BS_GFP_KSWAPD_RECLAIM},
	{"REPEAT", BS_GFP_RETRY_MAYFAIL},
	{"COLD", 0},
	{"NOTRACK", 0},
	{"NO_KSWAPD", 0},
	{"OTHER_NODE", 0},
	{"NOLOCKDEP", 0},
	{"ZEROTAGS", 0},
	{"SKIP_ZERO", 0},
	{"SKIP_KASAN", 0},
	{"SKIP_KASAN_POISON", 0},
	{"SKIP_KASAN_UNPOISON", 0},
	{"NO_OBJ_EXT", 0},
};

static bool find(const struct gfp_name *table, size_t n, const char *name, size_t len,
		 uint32_t *mask)
{
	for (size_t i = 0; i < n; i++) {
		if (strlen(table[i].name) == len && !memcmp(table[i].name, name, len)) {
			*mask |= table[i].mask;
			return true;
		}
	}
	return false;
}

#define FIND(table, name, len, mask) \
	find(table, sizeof(table) / sizeof((table)[0]), name, len, mask)

static bool find_bit(const char *name, size_t len, uint32_t *mask)
{
	if (len > 6 && !memcmp(name, "__GFP_", 6)) {
		name += 6;
		len -= 6;
	} else if (len > 4 && !memcmp(name, "GFP_", 4)) {
		name += 4;
		len -= 4;
	} else {
		return false;
	}
	return FIND(single, name, len, mask) || FIND(old_single, name, len, mask);
}

/* "0xcc0": the bit layout of 4.19 to 6.x; bits above it are of later kernels and decide nothing. */
static bool find_number(const char *name, size_t len, uint32_t *mask)
{
	char buf[24], *end;
	unsigned long long v;

	if (!len || len >= sizeof(buf) || name[0] < '0' || name[0] > '9')
		return false;
	memcpy(buf, name, len);
	buf[len] = '\0';
	v = strtoull(buf, &end, 0);
	if (*end)
		return false;
	*mask |= (uint32_t)v & GFP_KNOWN;
	return true;
}

int bs_gfp_parse(const char *text, size_t len, uint32_t *mask)
{
	int unknown = 0;

	*mask = 0;
	while (len) {
		const char *bar = memchr(text, '|', len);
		size_t n = bar ? (size_t)(bar - text) : len;

		/* Composite first: GFP_ATOMIC is not __GFP_ATOMIC. */
		if (!FIND(composite, text, n, mask) && !FIND(old_composite, text, n, mask) &&
		    !find_bit(text, n, mask) && !find_number(text, n, mask))
			unknown++;
		n += bar != NULL;
		text += n;
		len -= n;
	}
	return unknown;
}

static int append(char *buf, size_t size, int used, const char *prefix, const char *name)
{
	size_t at = (size_t)used < size ? (size_t)used : size;

	return used + snprintf(at < size ? buf + at : NULL, size - at, "%s%s%s", used ? "|" : "",
			       prefix, name);
}

int bs_gfp_format(uint32_t mask, char *buf, size_t size)
{
	uint32_t left = mask & GFP_KNOWN;
	int used = 0;

	if (!left)
		return snprintf(buf, size, "none");
	for (size_t i = 0; i < sizeof(composite) / sizeof(composite[0]); i++) {
		if ((left & composite[i].mask) == composite[i].mask) {
			used = append(buf, size, used, "", composite[i].name);
			left &= ~composite[i].mask;
		}
	}
	for (size_t i = 0; i < sizeof(single) / sizeof(single[0]); i++)
		if (left & single[i].mask)
			used = append(buf, size, used, "__GFP_", single[i].name);
	return used;
}
