// SPDX-License-Identifier: GPL-2.0-or-later
/* proc_words.c - what the forms of /proc's text have in common. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "proc_words.h"
#include "snapshot_fill.h"

int bs_proc_bad(struct bs_proc *p, const char *advice, const char *fmt, ...)
{
	char where[320], text[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	snprintf(where, sizeof(where), "%.280s:%" PRIu64, p->path, p->number);
	return bs_error_set(p->err, BS_INPUT, 0, where, advice, "%s", text);
}

int bs_proc_memory(struct bs_proc *p)
{
	return bs_error_set(p->err, BS_RESOURCE, ENOMEM, p->path, NULL, "out of memory");
}

const char *bs_proc_unquoted(const char *line)
{
	while (*line == ' ' || *line == '\t' || *line == '>' || *line == '|' || *line == '"' ||
	       *line == '\'' || *line == '*')
		line++;
	return line;
}

static const char *blanks(const char *s)
{
	while (*s == ' ' || *s == '\t')
		s++;
	return s;
}

bool bs_proc_number(const char **s, uint64_t *v)
{
	const char *c = blanks(*s);
	uint64_t x = 0;

	if (!isdigit((unsigned char)*c))
		return false;
	for (; isdigit((unsigned char)*c); c++)
		x = x > UINT64_MAX / 16 ? UINT64_MAX / 16 : x * 10 + (uint64_t)(*c - '0');
	*s = c;
	*v = x;
	return true;
}

bool bs_proc_at_end(const char *s)
{
	while (*s && (isspace((unsigned char)*s) || strchr("\"'|,;`*", *s)))
		s++;
	return !*s;
}

int bs_proc_numbers(const char *s, uint64_t *v, unsigned int max)
{
	unsigned int n = 0;

	while (!bs_proc_at_end(s)) {
		if (n == max || !bs_proc_number(&s, &v[n]) || v[n] > BS_PROC_MOST)
			return -1;
		n++;
		if (*s && !isspace((unsigned char)*s) && !bs_proc_at_end(s))
			return -1;
	}
	return (int)n;
}

/* A zone's name: letters and digits. */
static bool zone_name(const char **s, char name[16])
{
	const char *c = blanks(*s);
	size_t n = 0;

	if (!isalpha((unsigned char)*c))
		return false;
	for (; isalnum((unsigned char)*c) && n < 15; c++)
		name[n++] = *c;
	name[n] = '\0';
	*s = c;
	return !isalnum((unsigned char)*c);
}

const char *bs_proc_zone_words(const char *line, unsigned int *node, char name[16], size_t *prefix,
			       bool *zone_said)
{
	const char *s = line;
	uint64_t v;

	for (;; s += 4) {
		const char *c;

		s = strstr(s, "Node");
		if (!s)
			return NULL;
		c = s + 4;
		if (*c != ' ' && *c != '\t')
			continue;
		*prefix = (size_t)(s - line);
		if (!bs_proc_number(&c, &v) || v >= 1024)
			continue;
		*zone_said = false;
		if (*c == ',')
			c++;
		c = blanks(c);
		if (!strncmp(c, "zone", 4) && (c[4] == ' ' || c[4] == '\t')) {
			*zone_said = true;
			c += 4;
		}
		if (!zone_name(&c, name))
			continue;
		*node = (unsigned int)v;
		return c;
	}
}

/* Has the zone what is about to be added to it? */
static bool has(const struct bs_snapshot_zone *z, enum bs_proc_kind kind, unsigned int type)
{
	switch (kind) {
	case BS_PROC_ORDERS:
		return z->nr_orders;
	case BS_PROC_LISTS:
		return z->types && z->types->listed >> type & 1;
	case BS_PROC_BLOCKS:
		return z->types && z->types->has_blocks;
	case BS_PROC_SIZES:
		return z->sizes;
	default:
		return false;
	}
}

static struct bs_snapshot *begin(struct bs_proc *p, size_t index)
{
	const bool begins = index == p->out->n;
	struct bs_snapshot *s = bs_snapshots_at(p->out, index);

	if (s && begins) {
		memcpy(s->when, p->when, sizeof(s->when));
		s->time = p->time;
		p->when[0] = '\0';
		p->time = BS_NO_TIME;
	}
	return s;
}

struct bs_snapshot_zone *bs_proc_zone(struct bs_proc *p, enum bs_proc_kind kind, unsigned int node,
				      const char *name, unsigned int type,
				      struct bs_snapshot **snapshot)
{
	const struct bs_snapshot_zone *there;
	struct bs_snapshot *s;

	if (!p->next[kind])
		p->next[kind] = 1;
	s = begin(p, p->next[kind] - 1);
	there = s ? bs_snapshot_zone(s, node, name) : NULL;
	if (there && has(there, kind, type))
		s = begin(p, p->next[kind]++);
	if (!s)
		return NULL;
	if (snapshot)
		*snapshot = s;
	return bs_snapshot_zone_made(s, node, name);
}
