// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * proc_buddy.c - /proc/buddyinfo: "Node 0, zone   Normal   1696   4035 ...", and what people make of
 * it: "Normal 1696 4035 ...", "DMA32: 8133 ...; Normal: ...", lines that a mailer has wrapped.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "proc_forms.h"

static const char advice[] =
	"a line of buddyinfo is \"Node 0, zone Normal\" and a number per order";

static int add(struct bs_proc *p, unsigned int node, const char *name, const uint64_t *v,
	       unsigned int n)
{
	struct bs_snapshot_zone *z = bs_proc_zone(p, BS_PROC_ORDERS, node, name, 0, NULL);

	if (!z)
		return bs_proc_memory(p);
	memcpy(z->nr_free, v, n * sizeof(*v));
	z->nr_orders = n;
	p->row.on = true;
	p->row.kind = BS_PROC_ORDERS;
	p->row.node = node;
	snprintf(p->row.name, sizeof(p->row.name), "%s", name);
	p->row.n = n;
	return BS_PROC_TAKEN;
}

/* "NAME[:] number number ...": a zone's name and nothing but numbers, as many as make sense. */
static int bare(struct bs_proc *p, const char *line)
{
	static const char *const names[] = {"DMA32",   "DMA",	  "Normal",
					    "HighMem", "Movable", "Device"};
	uint64_t v[BS_SNAPSHOT_ORDERS];
	char piece[512];
	int taken = BS_PROC_OTHER;

	for (const char *s = line; *s && taken >= 0;) {
		const size_t size = strcspn(s, ";");
		const char *c;
		int n = 0;

		snprintf(piece, sizeof(piece), "%.*s", (int)(size < 511 ? size : 511), s);
		s += size + (s[size] == ';');
		c = bs_proc_unquoted(piece);
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			const size_t length = strlen(names[i]);

			if (strncmp(c, names[i], length) || isalnum((unsigned char)c[length]))
				continue;
			c += length;
			c += *c == ':';
			n = bs_proc_numbers(c, v, BS_SNAPSHOT_ORDERS);
			if (n >= 4)
				taken = add(p, 0, names[i], v, (unsigned int)n);
			break;
		}
		if (n < 4)
			break;
	}
	return taken;
}

/* The rest of a line that was too long for somebody. */
static int go_on(struct bs_proc *p, const char *line)
{
	const char *c = bs_proc_unquoted(line);
	uint64_t v[BS_SNAPSHOT_ORDERS];
	struct bs_snapshot_zone *z;
	int n;

	if (!isdigit((unsigned char)*c) || strspn(c, "0123456789") > 8)
		return BS_PROC_OTHER;
	n = bs_proc_numbers(c, v, BS_SNAPSHOT_ORDERS - p->row.n);
	if (n < 1)
		return BS_PROC_OTHER;
	z = bs_snapshot_zone(&p->out->s[p->next[BS_PROC_ORDERS] - 1], p->row.node, p->row.name);
	memcpy(z->nr_free + z->nr_orders, v, (size_t)n * sizeof(*v));
	z->nr_orders += (unsigned int)n;
	p->row.n += (unsigned int)n;
	return BS_PROC_TAKEN;
}

int bs_proc_buddy(struct bs_proc *p, const char *line)
{
	uint64_t v[BS_SNAPSHOT_ORDERS];
	unsigned int node;
	bool zone_said;
	size_t prefix;
	const char *c;
	char name[16];
	int n;

	if (p->row.on && p->row.kind == BS_PROC_ORDERS && go_on(p, line))
		return BS_PROC_TAKEN;
	c = bs_proc_zone_words(line, &node, name, &prefix, &zone_said);
	if (!c)
		return bare(p, line);
	if (!zone_said || bs_proc_at_end(c))
		return BS_PROC_OTHER;
	n = bs_proc_numbers(c, v, BS_SNAPSHOT_ORDERS);
	if (n < 0)
		return bs_proc_bad(p, advice,
				   "behind zone %s stands something that is no number of free "
				   "blocks: \"%.60s\"",
				   name, c + strspn(c, " \t"));
	if (prefix && !p->when[0])
		bs_proc_time(line, p->when, sizeof(p->when), &p->time);
	return add(p, node, name, v, (unsigned int)n);
}
