// SPDX-License-Identifier: GPL-2.0-or-later
#include "state_compact.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state_fields.h"
#include "state_scan.h"

/* ---- Life ------------------------------------------------------------------------------------ */

struct bs_state_compact *bs_state_compact_make(struct bs_state *s)
{
	if (!s->compact)
		s->compact = calloc(1, sizeof(*s->compact));
	return s->compact;
}

void bs_state_free_pages(struct bs_state_pages *l)
{
	free(l->pfn);
	free(l->with);
}

void bs_state_compact_free(struct bs_state_compact *k)
{
	if (!k)
		return;
	bs_state_free_pages(&k->skip);
	bs_state_free_pages(&k->hole);
	bs_state_free_pages(&k->compound);
	bs_state_free_pages(&k->foreign);
	bs_state_free_pages(&k->fake);
	bs_state_free_pages(&k->cache);
	free(k);
}

/* ---- Pages ----------------------------------------------------------------------------------- */

static int add_page(struct bs_state_pages *l, uint64_t pfn, uint64_t with)
{
	if (l->n == l->cap) {
		const size_t cap = l->cap * 2 + 64;
		bs_pfn *pfns = realloc(l->pfn, cap * sizeof(*pfns));
		uint32_t *withs;

		if (!pfns)
			return -ENOMEM;
		l->pfn = pfns;
		withs = realloc(l->with, cap * sizeof(*withs));
		if (!withs)
			return -ENOMEM;
		l->with = withs;
		l->cap = cap;
	}
	l->pfn[l->n] = (bs_pfn)pfn;
	l->with[l->n++] = (uint32_t)with;
	return 0;
}

/* KIND: a anonymous, f file that can migrate, n file that cannot, -; then d, u, l, m; then a number. */
static uint64_t read_kind(char **p)
{
	const bool anonymous = **p == 'a';
	uint64_t is = 0, extra = 0;

	for (; **p && **p != ' ' && (**p < '0' || **p > '9'); ++*p)
		if (**p == 'm')
			is |= BS_STATE_IS_MAPPED;
	if (anonymous && bs_scan_digits(p, &extra) && extra)
		is |= BS_STATE_IS_PINNED;
	while (**p && **p != ' ')
		++*p;
	return is;
}

int bs_state_read_pages(struct bs_scan *c, char then, bool kinds, struct bs_state_pages *l)
{
	for (char *p = c->p;;) {
		uint64_t pfn, with = 0;
		bool ok;

		while (*p == ' ')
			p++;
		if (!*p)
			return 0;
		c->p = p;
		ok = bs_scan_digits(&p, &pfn) && pfn < BS_MAX_PFN && (!then || *p++ == then);
		if (ok && kinds)
			with = read_kind(&p);
		else if (ok && then)
			bs_scan_digits(&p, &with);
		if (!ok || !bs_scan_at_end(p))
			return bs_scan_bad(c, "\"%.20s\" is no page", c->p);
		if (add_page(l, pfn, with))
			return bs_error_set(c->err, BS_RESOURCE, ENOMEM, c->path, NULL, "dump");
	}
}

/* ---- Records --------------------------------------------------------------------------------- */

static int64_t number_behind(const char *line, const char *name)
{
	const char *p = strstr(line, name);

	return p ? strtoll(p + strlen(name), NULL, 10) : 0;
}

/* zonec Z cached_migrate=A,S ... */
static int read_zonec(struct bs_scan *c, struct bs_mm_compact_zone *z)
{
	const char *second = strstr(c->p, "cached_migrate=");

	second = second ? strchr(second, ',') : NULL;
	*z = (struct bs_mm_compact_zone){
		.cached_migrate = {(uint64_t)number_behind(c->p, "cached_migrate="),
				   second ? strtoull(second + 1, NULL, 10) : 0},
		.cached_free = (uint64_t)number_behind(c->p, "cached_free="),
		.init_migrate = (uint64_t)number_behind(c->p, "init_migrate="),
		.init_free = (uint64_t)number_behind(c->p, "init_free="),
		.considered = (uint64_t)number_behind(c->p, "considered="),
		.defer_shift = (uint64_t)number_behind(c->p, "defer_shift="),
		.order_failed = (uint64_t)number_behind(c->p, "order_failed="),
		.blockskip_flush = (uint64_t)number_behind(c->p, "blockskip_flush="),
	};
	return z->defer_shift > 63 ? bs_scan_bad(c, "defer_shift above 63") : 0;
}

/* lrug max_seq= min_seq= SEQ:TYPE:ZONE=PAGES ...: file pages are type 1. */
static uint64_t file_generations(const char *line)
{
	uint64_t sum = 0;

	for (const char *p = line; p; p = strchr(p + 1, ' ')) {
		unsigned int seq, type, zone;
		unsigned long long pages;

		if (sscanf(p, " %u:%u:%u=%llu", &seq, &type, &zone, &pages) == 4 && type == 1)
			sum += pages;
	}
	return sum;
}

/* Of one zone, whose line came before. */
static int zone_record(struct bs_state *s, struct bs_state_compact *k, const char *record,
		       struct bs_scan *c)
{
	const struct {
		const char *word;
		struct bs_state_pages *list;
		char then;
		bool kinds;
	} lists[] = {
		{"skip", &k->skip, 0, false},	{"comp", &k->compound, ':', false},
		{"hole", &k->hole, '+', false}, {"lruo", &k->foreign, ':', true},
		{"lruf", &k->fake, 0, false},
	};
	char *end;
	const unsigned long number = strtoul(c->p, &end, 10);
	const struct bs_state_zone *z =
		end == c->p || number >= (unsigned long)BS_MAX_NODES * BS_NR_ZONE_TYPES
			? NULL
			: bs_state_zone_at(s, (int64_t)number);

	if (!z)
		return bs_scan_bad(c, "%s of no zone: \"%.20s\"", record, c->p);
	c->p = end;
	if (!strcmp(record, "zonec")) {
		k->has_zone[z - s->zone] = true;
		return read_zonec(c, &k->zone[z - s->zone]);
	}
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (!strcmp(lists[i].word, record))
			return bs_state_read_pages(c, lists[i].then, lists[i].kinds, lists[i].list);
	return 0;
}

/* zonex Z ... vm_free_blocks= vm_free_blocks_diff=: the line has more to say. */
static void blocks_record(struct bs_state *s, struct bs_state_compact *k, const char *line)
{
	const struct bs_state_zone *z = bs_state_zone_at(s, strtol(line, NULL, 10));

	if (!z)
		return;
	k->has_blocks[z - s->zone] = true;
	k->blocks[z - s->zone] = number_behind(line, " vm_free_blocks=") +
				 number_behind(line, " vm_free_blocks_diff=");
}

static bool is_of_a_zone(const char *record)
{
	static const char *const names[] = {"zonec", "skip", "comp", "hole", "lruo", "lruf"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i], record))
			return true;
	return false;
}

int bs_state_compact_record(struct bs_state *s, const char *record, struct bs_scan *c)
{
	const bool blocks = !strcmp(record, "zonex") && strstr(c->p, " vm_free_blocks=");
	const bool of_node = !strcmp(record, "lrun"), lrug = !strcmp(record, "lrug");
	const bool events = !strcmp(record, "vmev"), of_zone = is_of_a_zone(record);
	struct bs_state_compact *k;
	int ret = 0;

	if (!blocks && !of_node && !lrug && !events && !of_zone)
		return 0;
	k = bs_state_compact_make(s);
	if (!k)
		return bs_error_set(c->err, BS_RESOURCE, ENOMEM, c->path, NULL, "dump");
	if (of_zone)
		ret = zone_record(s, k, record, c);
	if (blocks)
		blocks_record(s, k, c->p);
	if (of_node)
		k->file_pages = (uint64_t)(number_behind(c->p, "inactive_file=") +
					   number_behind(c->p, " active_file="));
	if (lrug) {
		k->has_generations = true;
		k->generation_pages = file_generations(c->p);
	}
	if (events) {
		k->sources = (uint64_t)number_behind(c->p, "migrate_scanned=");
		k->targets = (uint64_t)number_behind(c->p, "free_scanned=");
	}
	return ret ? ret : !blocks;
}
