// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * proc_zoneinfo.c - /proc/zoneinfo: a zone's line with nothing behind it, then a figure per line. What
 * is not known is passed over: each kernel has figures of its own.
 */
#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "proc_forms.h"
#include "snapshot_fill.h"

static const char advice[] = "a figure of zoneinfo is a name and a number, as in \"min 14\"";

/* @own: stands behind the node's figures, which have names like it. @sum: of all that are found. */
static const struct {
	const char *name;
	size_t place;
	bool own, sum;
} figures[] = {
#define F(name, field)                                                       \
	{                                                                    \
		name, offsetof(struct bs_snapshot_sizes, field), true, false \
	}
#define SUM(name, field)                                                    \
	{                                                                   \
		name, offsetof(struct bs_snapshot_sizes, field), true, true \
	}
	F("boost", boost),
	F("min", min),
	F("low", low),
	F("high", high),
	F("spanned", spanned),
	F("present", present),
	F("managed", managed),
	F("cma", cma),
	F("start_pfn:", start),
	SUM("nr_zone_inactive_anon", lru),
	SUM("nr_zone_active_anon", lru),
	SUM("nr_zone_inactive_file", lru),
	SUM("nr_zone_active_file", lru),
	SUM("nr_zone_unevictable", lru),
	/* Before 4.8 zones had lists of their own. */
	SUM("nr_inactive_anon", lru),
	SUM("nr_active_anon", lru),
	SUM("nr_inactive_file", lru),
	SUM("nr_active_file", lru),
	SUM("nr_unevictable", lru),
#undef F
#undef SUM
};

/* Of the first CPU only: all CPUs of a node share a zone alike. */
static const struct {
	const char *name;
	size_t place;
} of_first_cpu[] = {
	{"high:", offsetof(struct bs_snapshot_sizes, pcp_high)},
	{"batch:", offsetof(struct bs_snapshot_sizes, pcp_batch)},
	{"high_min:", offsetof(struct bs_snapshot_sizes, pcp_high_min)},
	{"high_max:", offsetof(struct bs_snapshot_sizes, pcp_high_max)},
};

static uint64_t *field(struct bs_snapshot_sizes *z, size_t place)
{
	return (uint64_t *)(void *)((char *)z + place);
}

static int value(struct bs_proc *p, const char *name, const char *s, uint64_t *v)
{
	if (bs_proc_number(&s, v) && bs_proc_at_end(s))
		return BS_PROC_TAKEN;
	return bs_proc_bad(p, advice, "%s of zone %s is no number: \"%.40s\"", name, p->info.name,
			   s + strspn(s, " \t"));
}

static int protection(struct bs_proc *p, struct bs_snapshot_sizes *z, const char *s)
{
	uint64_t v;

	s += strspn(s, ": \t(");
	while (bs_proc_number(&s, &v)) {
		if (z->nr_reserve < BS_NR_ZONE_TYPES)
			z->reserve[z->nr_reserve++] = v;
		s += strspn(s, ", \t");
	}
	return *s == ')' ? BS_PROC_TAKEN
			 : bs_proc_bad(p, advice, "protection of zone %s is no list of numbers",
				       p->info.name);
}

static int figure(struct bs_proc *p, struct bs_snapshot_sizes *z, const char *name, size_t length,
		  const char *s)
{
	uint64_t v = 0;
	int ret;

#define IS(text) (length == sizeof(text) - 1 && !strncmp(name, text, length))
	if (IS("pages") && !strncmp(s + strspn(s, " \t"), "free", 4)) {
		p->info.own = true;
		return value(p, "pages free", s + strspn(s, " \t") + 4, &z->free);
	}
	if (!p->info.own)
		return BS_PROC_TAKEN;
	if (IS("cpu:")) {
		ret = value(p, "cpu", s, &v);
		p->info.cpu = z->nr_cpus++;
		return ret;
	}
	if (IS("count:")) {
		ret = value(p, "count", s, &v);
		if (ret < 0 || !z->nr_cpus || v > UINT32_MAX)
			return ret;
		z->pcp_pages += v;
		if (p->info.cpu < BS_MAX_CPUS)
			z->pcp_count[p->info.cpu] = (uint32_t)v;
		return ret;
	}
	if (IS("protection:"))
		return protection(p, z, s);
	if (IS("vm") && strstr(s, "threshold:"))
		return value(p, "stats threshold", strstr(s, "threshold:") + 10,
			     &z->stat_threshold);
#undef IS
	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
		if (strlen(figures[i].name) == length && !strncmp(figures[i].name, name, length)) {
			ret = value(p, figures[i].name, s, &v);
			*field(z, figures[i].place) =
				figures[i].sum ? *field(z, figures[i].place) + v : v;
			return ret;
		}
	for (size_t i = 0; i < sizeof(of_first_cpu) / sizeof(of_first_cpu[0]); i++)
		if (z->nr_cpus == 1 && strlen(of_first_cpu[i].name) == length &&
		    !strncmp(of_first_cpu[i].name, name, length))
			return value(p, of_first_cpu[i].name, s, field(z, of_first_cpu[i].place));
	return BS_PROC_TAKEN;
}

static int begin(struct bs_proc *p, unsigned int node, const char *name, size_t prefix)
{
	struct bs_snapshot_zone *z = bs_proc_zone(p, BS_PROC_SIZES, node, name, 0, NULL);

	if (!z || !bs_snapshot_sizes_made(z))
		return bs_proc_memory(p);
	p->info.on = true;
	p->info.own = false;
	p->info.node = node;
	p->info.prefix = prefix;
	snprintf(p->info.name, sizeof(p->info.name), "%s", name);
	return BS_PROC_TAKEN;
}

int bs_proc_zoneinfo(struct bs_proc *p, const char *line)
{
	const struct bs_snapshot_zone *z;
	unsigned int node;
	bool zone_said;
	size_t prefix, length;
	const char *c;
	char name[16];

	c = bs_proc_zone_words(line, &node, name, &prefix, &zone_said);
	if (c && zone_said) {
		p->info.on = false;
		return bs_proc_at_end(c) ? begin(p, node, name, prefix) : BS_PROC_OTHER;
	}
	if (!p->info.on)
		return BS_PROC_OTHER;
	/* What stood in front of the zone's line stands in front of its figures, too. */
	if (strlen(line) < p->info.prefix)
		return BS_PROC_OTHER;
	c = line + p->info.prefix;
	if (!isspace((unsigned char)*c)) {
		p->info.on = bs_proc_at_end(c);
		return BS_PROC_OTHER;
	}
	c += strspn(c, " \t");
	length = strcspn(c, " \t\r");
	if (!length)
		return BS_PROC_OTHER;
	z = bs_snapshot_zone(&p->out->s[p->next[BS_PROC_SIZES] - 1], p->info.node, p->info.name);
	return figure(p, z->sizes, c, length, c + length);
}
