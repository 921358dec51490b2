// SPDX-License-Identifier: GPL-2.0-or-later
/* proc_pagetype.c - /proc/pagetypeinfo: lists by type and order, pageblocks by type. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "proc_forms.h"
#include "snapshot_fill.h"

static const char advice[] =
	"a line of pagetypeinfo is \"Node 0, zone Normal, type Movable\" and a number per order";

/* The word at @*s as a type, or -1. */
static int type_named(const char **s)
{
	const char *c = *s + strspn(*s, " \t");
	const size_t n = strcspn(c, " \t\r\"'|,");

	*s = c + n;
	for (unsigned int t = 0; t < BS_NR_SNAPSHOT_TYPES; t++)
		if (strlen(bs_snapshot_type_name(t)) == n &&
		    !strncmp(bs_snapshot_type_name(t), c, n))
			return (int)t;
	/* Before 4.4 the blocks held back for atomic requests were called so. */
	return n == 7 && !strncmp(c, "Reserve", n) ? BS_TYPE_HIGHATOMIC : -1;
}

static void read_columns(struct bs_proc *p, const char *s)
{
	p->nr_columns = 0;
	p->row.on = false;
	while (!bs_proc_at_end(s) && p->nr_columns < 16)
		p->column[p->nr_columns++] = type_named(&s);
}

/* Numbers, of which ">100000" are more. */
static int read_lists(struct bs_proc *p, struct bs_snapshot_types *t, unsigned int type,
		      unsigned int from, const char *s)
{
	unsigned int o = from;
	uint64_t v;

	for (; !bs_proc_at_end(s); o++) {
		s += strspn(s, " \t");
		if (o == BS_SNAPSHOT_ORDERS)
			return bs_proc_bad(p, advice, "more than %d orders", BS_SNAPSHOT_ORDERS);
		if (*s == '>') {
			t->capped[type] |= 1u << o;
			s++;
		}
		if (!bs_proc_number(&s, &v) || v > BS_PROC_MOST ||
		    (*s && !isspace((unsigned char)*s) && !bs_proc_at_end(s)))
			return bs_proc_bad(p, advice,
					   "order %u is no number of free blocks: \"%.20s\"", o, s);
		t->nr_free[type][o] = v;
	}
	p->row.n = o;
	return BS_PROC_TAKEN;
}

static int lists(struct bs_proc *p, unsigned int node, const char *name, const char *s)
{
	struct bs_snapshot *snapshot = NULL;
	const int type = type_named(&s);
	struct bs_snapshot_zone *z;

	if (type < 0)
		return bs_proc_bad(p, "take the type's lines out, or tell us of it",
				   "a migratetype that no kernel is known to have");
	z = bs_proc_zone(p, BS_PROC_LISTS, node, name, (unsigned int)type, &snapshot);
	if (!z || !bs_snapshot_types_made(z))
		return bs_proc_memory(p);
	z->types->listed |= 1u << type;
	if (p->pageblock_order)
		snapshot->pageblock_order = p->pageblock_order;
	p->row.on = true;
	p->row.kind = BS_PROC_LISTS;
	p->row.node = node;
	p->row.type = (unsigned int)type;
	snprintf(p->row.name, sizeof(p->row.name), "%s", name);
	return read_lists(p, z->types, (unsigned int)type, 0, s);
}

static int blocks(struct bs_proc *p, unsigned int node, const char *name, const char *s)
{
	struct bs_snapshot_zone *z;
	uint64_t v[16];
	const int n = bs_proc_numbers(s, v, 16);

	if (n < 0 || (unsigned int)n != p->nr_columns) {
		p->nr_columns = 0;
		return BS_PROC_OTHER;
	}
	if (p->column[0] < 0)
		return BS_PROC_TAKEN;
	z = bs_proc_zone(p, BS_PROC_BLOCKS, node, name, 0, NULL);
	if (!z || !bs_snapshot_types_made(z))
		return bs_proc_memory(p);
	for (unsigned int i = 0; i < p->nr_columns; i++)
		if (p->column[i] >= 0)
			z->types->blocks[p->column[i]] += v[i];
	z->types->has_blocks = true;
	return BS_PROC_TAKEN;
}

static int go_on(struct bs_proc *p, const char *line)
{
	const char *c = bs_proc_unquoted(line);
	struct bs_snapshot_zone *z;

	/* A quote mark is no ">100000". */
	if (c > line && c[-1] == '>' && isdigit((unsigned char)*c))
		c -= strlen(c) > 6 && !strncmp(c, "100000", 6);
	if (c[strspn(c, "0123456789> \t\r")] || bs_proc_at_end(c))
		return BS_PROC_OTHER;
	z = bs_snapshot_zone(&p->out->s[p->next[BS_PROC_LISTS] - 1], p->row.node, p->row.name);
	return read_lists(p, z->types, p->row.type, p->row.n, c);
}

int bs_proc_pagetype(struct bs_proc *p, const char *line)
{
	const char *c = bs_proc_unquoted(line);
	unsigned int node, order;
	bool zone_said;
	size_t prefix;
	char name[16];

	if (p->row.on && p->row.kind == BS_PROC_LISTS && go_on(p, line) == BS_PROC_TAKEN)
		return BS_PROC_TAKEN;
	if (strstr(c, "Page block order:") &&
	    sscanf(strstr(c, "Page block order:"), "Page block order: %u", &order) == 1) {
		p->pageblock_order = order < BS_SNAPSHOT_ORDERS ? order : 0;
		p->nr_columns = 0;
		p->row.on = false;
		return BS_PROC_TAKEN;
	}
	if (strstr(c, "Number of blocks type")) {
		read_columns(p, strstr(c, "Number of blocks type") + 21);
		return BS_PROC_TAKEN;
	}
	/* What page_owner adds is of another kind, in lines of the same form. */
	if (strstr(c, "Number of mixed blocks")) {
		read_columns(p, strstr(c, "Number of mixed blocks") + 22);
		for (unsigned int i = 0; i < p->nr_columns; i++)
			p->column[i] = -1;
		return BS_PROC_TAKEN;
	}
	c = bs_proc_zone_words(line, &node, name, &prefix, &zone_said);
	if (!c || !zone_said)
		return BS_PROC_OTHER;
	if (*c == ',') {
		c += 1 + strspn(c + 1, " \t");
		return !strncmp(c, "type", 4) ? lists(p, node, name, c + 4) : BS_PROC_OTHER;
	}
	return p->nr_columns ? blocks(p, node, name, c) : BS_PROC_OTHER;
}
