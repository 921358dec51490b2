// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * gfp.c - printed gfp masks: the names of every kernel era, in one table. An entry says in which eras
 * the name is printed; one that changed its meaning has an entry for each.
 */
#include <buddysim/gfp.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gfp_eras.h"

#define GFP_KNOWN UINT32_C(0x7fffff)

struct gfp_name {
	const char *name;
	uint32_t mask;
	unsigned int eras;
};

/* Numbers of eras: 0 before 4.4, 1 from 4.4, 2 from 4.6, 3 from 4.8, 4 from 4.10, 5 from 4.17, 6 from
 * 5.1, 7 from 6.3, 8 from 6.8. */
#define ALL BS_GFP_ALL_ERAS
#define FROM(first) (BS_GFP_ALL_ERAS & ~((1u << (first)) - 1))
#define UPTO(last) ((1u << ((last) + 1)) - 1)
#define SPAN(first, last) (FROM(first) & UPTO(last))
/* The names of single bits got their "__" in 4.6. */
#define BARE UPTO(1)

/* Composite names, the largest first: bs_gfp_format() takes them greedily, as the kernel does. */
static const struct gfp_name composite[] = {
	{"GFP_TRANSHUGE", BS_GFP_TRANSHUGE, FROM(3)},
	{"GFP_TRANSHUGE_LIGHT", BS_GFP_TRANSHUGE_LIGHT, FROM(3)},
	{"GFP_HIGHUSER_MOVABLE", BS_GFP_HIGHUSER_MOVABLE, ALL},
	{"GFP_HIGHUSER", BS_GFP_HIGHUSER, ALL},
	{"GFP_USER", BS_GFP_USER, ALL},
	{"GFP_KERNEL_ACCOUNT", BS_GFP_KERNEL | BS_GFP_ACCOUNT, FROM(2)},
	{"GFP_KERNEL", BS_GFP_KERNEL, ALL},
	{"GFP_NOFS", BS_GFP_RECLAIM | BS_GFP_IO, ALL},
	{"GFP_ATOMIC", BS_GFP_ATOMIC, SPAN(1, 6)},
	{"GFP_NOIO", BS_GFP_RECLAIM, ALL},
};

/* Composite names that are read, and never written. */
static const struct gfp_name old_composite[] = {
	{"GFP_TRANSHUGE", BS_GFP_TRANSHUGE | BS_GFP_NORETRY, UPTO(1)},
	{"GFP_TRANSHUGE", BS_GFP_TRANSHUGE_LIGHT | BS_GFP_NORETRY, SPAN(2, 2)},
	{"GFP_ATOMIC", BS_GFP_HIGH | BS_GFP_KSWAPD_RECLAIM, UPTO(0) | FROM(7)},
	{"GFP_TEMPORARY", BS_GFP_KERNEL | BS_GFP_RECLAIMABLE, UPTO(4)},
	/* Up to 4.5 this is what no bit at all was printed as. */
	{"GFP_NOWAIT", BS_GFP_NOWAIT, UPTO(0) | SPAN(2, 7)},
	/* From 6.8 on failing is expected of it. */
	{"GFP_NOWAIT", BS_GFP_NOWAIT | BS_GFP_NOWARN, FROM(8)},
	{"GFP_NOWAIT", 0, SPAN(1, 1)},
	{"GFP_IOFS", BS_GFP_IO | BS_GFP_FS, UPTO(3)},
	/* Not what GFP_THISNODE was in the sources: the event's table had the single bit by this name. */
	{"GFP_THISNODE", BS_GFP_THISNODE, BARE},
	{"GFP_DMA", BS_GFP_DMA, ALL},
	{"GFP_DMA32", BS_GFP_DMA32, ALL},
	{"none", 0, FROM(2)},
};

/* Single bits, without "__GFP_". */
static const struct gfp_name single[] = {
	{"DMA", BS_GFP_DMA, ALL},
	{"HIGHMEM", BS_GFP_HIGHMEM, ALL},
	{"DMA32", BS_GFP_DMA32, ALL},
	{"MOVABLE", BS_GFP_MOVABLE, ALL},
	{"RECLAIMABLE", BS_GFP_RECLAIMABLE, ALL},
	{"HIGH", BS_GFP_HIGH, ALL},
	{"IO", BS_GFP_IO, ALL},
	{"FS", BS_GFP_FS, ALL},
	{"ZERO", BS_GFP_ZERO, ALL},
	{"ATOMIC", BS_GFP_ATOMIC_BIT, SPAN(1, 6)},
	{"DIRECT_RECLAIM", BS_GFP_DIRECT_RECLAIM, FROM(1)},
	{"KSWAPD_RECLAIM", BS_GFP_KSWAPD_RECLAIM, FROM(1)},
	{"WRITE", BS_GFP_WRITE, ALL},
	{"NOWARN", BS_GFP_NOWARN, ALL},
	{"RETRY_MAYFAIL", BS_GFP_RETRY_MAYFAIL, FROM(4)},
	{"NOFAIL", BS_GFP_NOFAIL, ALL},
	{"NORETRY", BS_GFP_NORETRY, ALL},
	{"MEMALLOC", BS_GFP_MEMALLOC, ALL},
	{"COMP", BS_GFP_COMP, ALL},
	{"NOMEMALLOC", BS_GFP_NOMEMALLOC, ALL},
	{"HARDWALL", BS_GFP_HARDWALL, ALL},
	{"THISNODE", BS_GFP_THISNODE, ALL},
	{"ACCOUNT", BS_GFP_ACCOUNT, FROM(1)},
};

/* Read, never written: other names of bits above, and flags that decide nothing here. */
static const struct gfp_name old_single[] = {
	{"RECLAIM", BS_GFP_RECLAIM, FROM(1)},
	{"WAIT", BS_GFP_DIRECT_RECLAIM | BS_GFP_KSWAPD_RECLAIM, UPTO(0)},
	{"REPEAT", BS_GFP_RETRY_MAYFAIL, UPTO(4)},
	{"COLD", 0, UPTO(4)},
	{"NOTRACK", 0, UPTO(4)},
	{"NOTRACK_FALSE_POSITIVE", 0, UPTO(4)},
	{"NO_KSWAPD", 0, UPTO(0)},
	{"KMEMCG", 0, UPTO(0)},
	{"NOACCOUNT", 0, UPTO(1)},
	{"OTHER_NODE", 0, UPTO(3)},
	{"NOLOCKDEP", 0, FROM(4)},
	{"ZEROTAGS", 0, FROM(6)},
	{"SKIP_ZERO", 0, FROM(6)},
	{"SKIP_KASAN", 0, FROM(6)},
	{"SKIP_KASAN_POISON", 0, FROM(6)},
	{"SKIP_KASAN_UNPOISON", 0, FROM(6)},
	{"NO_OBJ_EXT", 0, FROM(7)},
};

/* Adds what the name means in @era, or, where that era does not have it, in another one; *@eras: all
 * that do. */
static bool find(const struct gfp_name *table, size_t n, const char *name, size_t len,
		 unsigned int era, uint32_t *mask, unsigned int *eras)
{
	const struct gfp_name *best = NULL;

	*eras = 0;
	for (size_t i = 0; i < n; i++) {
		if (strlen(table[i].name) != len || memcmp(table[i].name, name, len))
			continue;
		*eras |= table[i].eras;
		if (!best || table[i].eras >> era & 1)
			best = &table[i];
	}
	*mask |= best ? best->mask : 0;
	return best;
}

#define FIND(table, name, len, era, mask, eras) \
	find(table, sizeof(table) / sizeof((table)[0]), name, len, era, mask, eras)

/* The two tables of composite names overlap: the meaning that @era has goes first. */
static bool find_composite(const char *name, size_t len, unsigned int era, uint32_t *mask,
			   unsigned int *eras)
{
	unsigned int eras_old = 0, eras_new = 0;
	uint32_t new = 0, old = 0;
	const bool is_new = FIND(composite, name, len, era, &new, &eras_new);
	const bool is_old = FIND(old_composite, name, len, era, &old, &eras_old);

	*eras = eras_new | eras_old;
	*mask |= is_new && (eras_new >> era & 1 || !(eras_old >> era & 1)) ? new : old;
	return is_new || is_old;
}

static bool find_bit(const char *name, size_t len, unsigned int era, uint32_t *mask,
		     unsigned int *eras)
{
	unsigned int spelt = FROM(2);

	if (len > 6 && !memcmp(name, "__GFP_", 6)) {
		name += 6;
		len -= 6;
	} else if (len > 4 && !memcmp(name, "GFP_", 4)) {
		spelt = BARE;
		name += 4;
		len -= 4;
	} else {
		return false;
	}
	if (!FIND(single, name, len, era, mask, eras) &&
	    !FIND(old_single, name, len, era, mask, eras))
		return false;
	*eras &= spelt;
	return true;
}

bool bs_gfp_is_number(const char *text, size_t len, uint32_t *value)
{
	char buf[24], *end;
	unsigned long long v;

	if (!len || len >= sizeof(buf) || text[0] < '0' || text[0] > '9')
		return false;
	memcpy(buf, text, len);
	buf[len] = '\0';
	/* No mask is printed in octal. */
	v = strtoull(buf, &end, buf[0] == '0' && (buf[1] | 32) == 'x' ? 16 : 10);
	*value = (uint32_t)v;
	return !*end && v <= UINT32_MAX;
}

unsigned int bs_gfp_parse_names(const char *text, size_t len, unsigned int era, uint32_t *mask,
				unsigned int *eras, const char **first, size_t *first_len)
{
	unsigned int unknown = 0, all = BS_GFP_ALL_ERAS, here;
	uint32_t number;

	*mask = 0;
	while (len) {
		const char *bar = memchr(text, '|', len);
		size_t n = bar ? (size_t)(bar - text) : len;

		/* Composite first: GFP_ATOMIC is not __GFP_ATOMIC. */
		if (find_composite(text, n, era, mask, &here) ||
		    find_bit(text, n, era, mask, &here)) {
			all &= here;
		} else if (!bs_gfp_is_number(text, n, &number) && !unknown++ && first) {
			*first = text;
			*first_len = n;
		}
		n += bar != NULL;
		text += n;
		len -= n;
	}
	if (eras)
		*eras = all;
	return unknown;
}

int bs_gfp_parse(const char *text, size_t len, uint32_t *mask)
{
	uint32_t number;

	if (!bs_gfp_is_number(text, len, &number))
		return (int)bs_gfp_parse_names(text, len, BS_GFP_OWN_ERA, mask, NULL, NULL, NULL);
	*mask = number & GFP_KNOWN;
	return 0;
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
