// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * proc_showmem.c - what the kernel logs when it runs out of memory, and at SysRq m:
 * "Node 0 Normal: 1696*4kB (UME) 4035*8kB (U) ... = 101768kB" and
 * "Node 0 Normal free:101768kB boost:0kB min:... present:...kB managed:...kB ...".
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "proc_forms.h"
#include "snapshot_fill.h"

static const char advice[] = "a line of it is \"Node 0 Normal: 1696*4kB (UME) 4035*8kB ...\"";

static int blocks(struct bs_proc *p, unsigned int node, const char *name, const char *s)
{
	struct bs_snapshot *snapshot = NULL;
	struct bs_snapshot_zone *z;
	uint64_t page = 0;

	z = bs_proc_zone(p, BS_PROC_ORDERS, node, name, 0, &snapshot);
	if (!z)
		return bs_proc_memory(p);
	for (unsigned int o = 0; *s && *s != '='; o++) {
		uint64_t n, kib;

		if (!bs_proc_number(&s, &n) || n > BS_PROC_MOST || *s++ != '*' ||
		    !bs_proc_number(&s, &kib) || strncmp(s, "kB", 2))
			return bs_proc_bad(p, advice, "order %u of zone %s is no COUNT*SIZEkB", o,
					   name);
		if (!o)
			page = kib;
		if (o == BS_SNAPSHOT_ORDERS || !page || page > 1024 || kib != page << o)
			return bs_proc_bad(p, advice, "order %u of zone %s is of %llu kB", o, name,
					   (unsigned long long)kib);
		z->nr_free[o] = n;
		z->nr_orders = o + 1;
		s += 2;
		s += strspn(s, " \t");
		if (*s == '(') {
			s += strcspn(s, ")");
			s += *s == ')';
			s += strspn(s, " \t");
		}
		if (bs_proc_at_end(s))
			break;
	}
	snapshot->page_size = page << 10;
	return BS_PROC_TAKEN;
}

/* The number behind "name:", in pages. */
static uint64_t pages(const char *line, const char *name)
{
	const size_t length = strlen(name);

	for (const char *s = line; (s = strstr(s, name)); s += length) {
		const char *c = s + length;
		uint64_t kib;

		if (s > line && s[-1] == ' ' && *c++ == ':' && bs_proc_number(&c, &kib))
			return kib < BS_PROC_MOST ? kib / (BS_UNIT_SIZE >> 10) : 0;
	}
	return 0;
}

static int sizes(struct bs_proc *p, unsigned int node, const char *name, const char *line)
{
	struct bs_snapshot_zone *z = bs_proc_zone(p, BS_PROC_SIZES, node, name, 0, NULL);
	struct bs_snapshot_sizes *t = z ? bs_snapshot_sizes_made(z) : NULL;

	if (!t)
		return bs_proc_memory(p);
	t->free = pages(line, "free");
	t->boost = pages(line, "boost");
	t->min = pages(line, "min");
	t->low = pages(line, "low");
	t->high = pages(line, "high");
	t->present = pages(line, "present");
	t->managed = pages(line, "managed");
	t->lru = pages(line, "active_anon") + pages(line, "inactive_anon") +
		 pages(line, "active_file") + pages(line, "inactive_file") +
		 pages(line, "unevictable");
	t->pcp_pages = pages(line, "free_pcp");
	t->cma = pages(line, "free_cma");
	return BS_PROC_TAKEN;
}

int bs_proc_showmem(struct bs_proc *p, const char *line)
{
	unsigned int node;
	bool zone_said;
	size_t prefix;
	char name[16];
	const char *c = bs_proc_zone_words(line, &node, name, &prefix, &zone_said);

	if (!c || zone_said)
		return BS_PROC_OTHER;
	if (prefix && !p->when[0])
		bs_proc_time(line, p->when, sizeof(p->when), &p->time);
	if (*c == ':' && strstr(c, "kB"))
		return blocks(p, node, name, c + 1);
	if (!strncmp(c, " free:", 6) && strstr(c, "managed:"))
		return sizes(p, node, name, c);
	return BS_PROC_OTHER;
}
