// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * state_text.c - reading the dump format, line by line.
 */
#include "state_text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state_compact.h"
#include "state_fields.h"
#include "state_scan.h"
#include "textfile.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* ---- Keys and values ------------------------------------------------------------------------- */

static bool value(const char *text, bool hex, int64_t *out)
{
	char *end;
	const bool prefixed = hex && text[0] == '0' && text[1] == 'x';

	errno = 0;
	*out = strtoll(text, &end, prefixed ? 16 : 10);
	return !errno && end != text && !*end;
}

/* key=value pairs up to the line's end, into @base by @fields. Unknown keys are ignored. */
static int keys(struct bs_scan *c, const struct bs_state_field *fields, void *base)
{
	uint32_t seen = 0;
	int64_t v;
	char *w;

	while ((w = bs_scan_word(c))) {
		char *eq = strchr(w, '=');

		if (!eq)
			return bs_scan_bad(c, "\"%.40s\" is not key=value", w);
		*eq = '\0';
		for (size_t i = 0; fields[i].name; i++) {
			if (strcmp(fields[i].name, w))
				continue;
			if (!value(eq + 1, fields[i].hex,
				   (int64_t *)((char *)base + fields[i].place)))
				return bs_scan_bad(c, "%s=%.40s is not a number", w, eq + 1);
			v = *(int64_t *)((char *)base + fields[i].place);
			if (v < fields[i].min || v > fields[i].max)
				return bs_scan_bad(c,
						   "%s=%" PRId64 " is out of range: %" PRId64
						   " to %" PRId64,
						   w, v, fields[i].min, fields[i].max);
			seen |= UINT32_C(1) << i;
		}
	}
	for (size_t i = 0; fields[i].name; i++)
		if (fields[i].required && !(seen >> i & 1))
			return bs_scan_bad(c, "%s= is missing", fields[i].name);
	return 0;
}

/* ---- Records --------------------------------------------------------------------------------- */

static int read_head(struct bs_state_reader *r, struct bs_scan *c)
{
	struct bs_state *h = &r->head;
	const int64_t boost = h->boost_factor;
	const char *version = bs_scan_word(c);
	char *kernel, *origin;

	if (!version || strcmp(version, "1"))
		return bs_scan_bad(c, "format version %.20s, 1 is known",
				   version ? version : "missing");
	*h = (struct bs_state){.nr_cpus = 1, .boost_factor = boost};
	kernel = strstr(c->p, "kernel=");
	if (kernel)
		snprintf(h->kernel, sizeof(h->kernel), "%.*s", (int)strcspn(kernel + 7, " "),
			 kernel + 7);
	origin = strstr(c->p, "origin=");
	if (origin)
		snprintf(h->origin, sizeof(h->origin), "%.*s", (int)strcspn(origin + 7, " "),
			 origin + 7);
	if (keys(c, bs_state_head_fields, h))
		return -EINVAL;
	if (bs_state_machine(h) == BS_NR_MACHINES)
		return bs_scan_bad(c, "pages of %" PRId64 " bytes: no machine has such ones",
				   h->page_size);
	if (h->pageblock_order < 1 || h->pageblock_order > (int64_t)bs_state_platform(h)->max_order)
		return bs_scan_bad(c, "pageblock_order %" PRId64 " is out of range",
				   h->pageblock_order);
	if (h->nr_pcp_lists != 12 && h->nr_pcp_lists != 14)
		return bs_scan_bad(c, "%" PRId64 " per-cpu lists, 12 and 14 are known",
				   h->nr_pcp_lists);
	if (h->nr_zone_types < 2 || h->nr_zone_types > BS_NR_ZONE_TYPES || h->migratetypes < 4 ||
	    h->migratetypes > BS_MIGRATE_TYPES + 1)
		return bs_scan_bad(c, "a kernel with other zones or migratetypes");
	return 0;
}

/* The largest number that a zone can have. */
static uint64_t last_zone(const struct bs_state *s)
{
	return (uint64_t)s->nr_zone_types * BS_MAX_NODES - 1;
}

static int read_zone(struct bs_state_reader *r, struct bs_scan *c, bool more)
{
	struct bs_state *s = r->state;
	struct bs_state_zone *z;
	uint64_t index;
	char *name;

	if (bs_scan_number(c, last_zone(s), &index))
		return -EINVAL;
	z = bs_state_zone_at(s, (int64_t)index);
	if (more)
		return z ? keys(c, bs_state_zonex_fields, z)
			 : bs_scan_bad(c, "zonex before its zone");
	name = bs_scan_word(c);
	if (z || s->nr_zones == BS_MAX_ZONES)
		return bs_scan_bad(c, "zone %" PRIu64 " twice", index);
	z = &s->zone[s->nr_zones];
	z->node = (int64_t)index / s->nr_zone_types;
	for (z->type = 0; z->type < BS_NR_ZONE_TYPES; z->type++)
		if (name && !strcmp(bs_state_zone_names[z->type], name))
			break;
	s->nr_zones++;
	if (z->type == BS_NR_ZONE_TYPES || bs_state_zone_at(s, (int64_t)index) != z)
		return bs_scan_bad(c, "zone %" PRIu64 " called %.20s among %" PRId64 " zone types",
				   index, name ? name : "nothing", s->nr_zone_types);
	if (keys(c, bs_state_zone_fields, z))
		return -EINVAL;
	if (bs_state_zone_number(s, z) != (int64_t)index)
		return bs_scan_bad(c, "zone %" PRIu64 " is not one of node %" PRId64, index,
				   z->node);
	if (z->start < 0 || z->spanned <= 0 || z->start >= BS_MAX_PFN ||
	    z->spanned > BS_MAX_PFN - z->start)
		return bs_scan_bad(c, "zone outside the %u pfns there can be", BS_MAX_PFN);
	return 0;
}

static struct bs_state_zone *zone_of(struct bs_state_reader *r, struct bs_scan *c)
{
	struct bs_state_zone *z;
	uint64_t index;

	if (bs_scan_number(c, last_zone(r->state), &index))
		return NULL;
	z = bs_state_zone_at(r->state, (int64_t)index);
	if (!z)
		bs_scan_bad(c, "a record of zone %" PRIu64 " before its zone line", index);
	return z;
}

static int read_lowmem(struct bs_state_reader *r, struct bs_scan *c)
{
	struct bs_state_zone *z = zone_of(r, c);
	const int64_t shift = r->state->nr_zone_types < 4 ? 4 - r->state->nr_zone_types : 0;
	uint64_t v;

	if (!z)
		return -EINVAL;
	for (int64_t i = 0; i < r->state->nr_zone_types; i++) {
		if (bs_scan_number(c, BS_MAX_PFN, &v))
			return -EINVAL;
		if (i + shift < BS_NR_ZONE_TYPES)
			z->lowmem_reserve[i + shift] = (int64_t)v;
	}
	return 0;
}

static int read_area(struct bs_state_reader *r, struct bs_scan *c)
{
	static const struct bs_state_field f[] = {{"nr_free", 0, true, false, 0, BS_MAX_PFN, false},
						  {NULL, 0, false, false, 0, 0, false}};
	struct bs_state_zone *z = zone_of(r, c);
	uint64_t order;

	if (!z || bs_scan_number(c, bs_state_platform(r->state)->max_order, &order))
		return -EINVAL;
	return keys(c, f, &z->nr_free[order]);
}

/* A migratetype, numbered as the dump's kernel does. */
static int read_type(struct bs_state_reader *r, struct bs_scan *c, unsigned int *mt)
{
	uint64_t number_of;
	int type;

	*mt = BS_MIGRATE_TYPES;
	if (bs_scan_number(c, (uint64_t)r->state->migratetypes - 1, &number_of))
		return -EINVAL;
	type = bs_state_type_of_number(r->state, number_of);
	if (type < 0)
		return bs_scan_bad(c, "migratetype %" PRIu64 " is CMA: no model has a CMA area",
				   number_of);
	*mt = (unsigned int)type;
	return 0;
}

/* pfn[r] ... or, of a per-cpu list, pfn[:mt] ...: @mark where nothing is said. */
static int read_pfns(struct bs_state_reader *r, struct bs_scan *c, struct bs_state_list *l,
		     bool pcp, unsigned int mark)
{
	for (;;) {
		unsigned int m = mark;
		uint64_t v;

		while (*c->p == ' ')
			c->p++;
		if (!*c->p)
			return 0;
		if (!bs_scan_digits(&c->p, &v) || v >= BS_MAX_PFN)
			return bs_scan_bad(c, "\"%.20s\" is no pfn", c->p);
		if (!pcp && *c->p == 'r') {
			m = 1;
			c->p++;
		} else if (pcp && *c->p == ':') {
			c->p++;
			if (read_type(r, c, &m))
				return -EINVAL;
		}
		if (!bs_scan_at_end(c->p))
			return bs_scan_bad(c, "\"%.20s\" behind pfn %" PRIu64, c->p, v);
		if (bs_state_append(l, (bs_pfn)v, m))
			return bs_error_set(c->err, BS_RESOURCE, ENOMEM, c->path, NULL, "dump");
	}
}

static int read_free(struct bs_state_reader *r, struct bs_scan *c)
{
	struct bs_state_zone *z = zone_of(r, c);
	unsigned int mt;
	uint64_t order;

	if (!z || bs_scan_number(c, bs_state_platform(r->state)->max_order, &order) ||
	    read_type(r, c, &mt))
		return -EINVAL;
	if (z->area[order][mt].n)
		return bs_scan_bad(c, "free list of order %" PRIu64 " and type %u twice", order,
				   mt);
	return read_pfns(r, c, &z->area[order][mt], false, 0);
}

static int read_pcp(struct bs_state_reader *r, struct bs_scan *c)
{
	struct bs_state_zone *z = zone_of(r, c);
	struct bs_state_pcp *more;

	if (!z)
		return -EINVAL;
	more = z->nr_pcp < BS_MAX_CPUS ? realloc(z->pcp, (z->nr_pcp + 1) * sizeof(*more)) : NULL;
	if (!more)
		return bs_scan_bad(c, "too many per-cpu lines");
	z->pcp = more;
	z->pcp[z->nr_pcp] = (struct bs_state_pcp){0};
	return keys(c, bs_state_pcp_fields, &z->pcp[z->nr_pcp++]);
}

static int read_pcpl(struct bs_state_reader *r, struct bs_scan *c)
{
	struct bs_state_zone *z = zone_of(r, c);
	struct bs_state_pcp *pcp;
	unsigned int natural;
	uint64_t index, cpu = 0;

	if (!z || bs_scan_number(c, (uint64_t)r->state->nr_pcp_lists - 1, &index))
		return -EINVAL;
	while (*c->p == ' ')
		c->p++;
	if (*c->p == 'c') {
		c->p++;
		if (bs_scan_number(c, BS_MAX_CPUS - 1, &cpu))
			return -EINVAL;
	}
	if (!z->nr_pcp)
		return bs_scan_bad(c, "a per-cpu list before its pcp line");
	pcp = &z->pcp[z->nr_pcp - 1];
	if (cpu && pcp->cpu != (int64_t)cpu)
		return bs_scan_bad(
			c, "a per-cpu list of CPU %" PRIu64 " behind the line of CPU %" PRId64, cpu,
			pcp->cpu);
	natural = index < 12	? (unsigned int)index % BS_PCPTYPES
		  : index == 13 ? BS_MIGRATE_MOVABLE
				: BS_MIGRATE_UNMOVABLE;
	return read_pfns(r, c, &pcp->list[index], true, natural);
}

static int read_blk(struct bs_state_reader *r, struct bs_scan *c)
{
	struct bs_state_zone *z = zone_of(r, c);
	const unsigned int order = (unsigned int)r->state->pageblock_order;
	unsigned int mt = BS_STATE_HOLE;
	uint64_t first, count;
	uint8_t *more;
	bool hole;

	if (!z || bs_scan_number(c, BS_MAX_PFN, &first) ||
	    bs_scan_number(c, BS_MAX_PFN >> order, &count))
		return -EINVAL;
	while (*c->p == ' ')
		c->p++;
	hole = !strcmp(c->p, "-1");
	if (!hole && read_type(r, c, &mt))
		return -EINVAL;
	if (!z->nr_blocks)
		z->first_block = (bs_pfn)first;
	if (z->block_stored)
		return bs_scan_bad(c, "a blk line behind a blks line");
	if (first != z->first_block + ((uint64_t)z->nr_blocks << order) || !count ||
	    first + (count << order) > (uint64_t)z->start + (uint64_t)z->spanned + (1u << order))
		return bs_scan_bad(c, "pageblocks at %" PRIu64 " do not continue the ones before",
				   first);
	more = realloc(z->block_type, z->nr_blocks + count);
	if (!more)
		return bs_error_set(c->err, BS_RESOURCE, ENOMEM, c->path, NULL, "dump");
	z->block_type = more;
	memset(more + z->nr_blocks, (int)mt, count);
	z->nr_blocks += count;
	return 0;
}

/* blks Z PFN MT: the type beside ISOLATE of one pageblock, whose blk line came before. */
static int read_blks(struct bs_state_reader *r, struct bs_scan *c)
{
	struct bs_state_zone *z = zone_of(r, c);
	uint64_t pfn, i;
	unsigned int mt;

	if (!z || bs_scan_number(c, BS_MAX_PFN, &pfn) || read_type(r, c, &mt))
		return -EINVAL;
	i = (pfn - z->first_block) >> r->state->pageblock_order;
	if (pfn < z->first_block || i >= z->nr_blocks || z->block_type[i] != BS_MIGRATE_ISOLATE)
		return bs_scan_bad(c, "no isolated pageblock at %" PRIu64, pfn);
	if (!z->block_stored) {
		z->block_stored = malloc(z->nr_blocks);
		if (!z->block_stored)
			return bs_error_set(c->err, BS_RESOURCE, ENOMEM, c->path, NULL, "dump");
		memset(z->block_stored, BS_MIGRATE_MOVABLE, z->nr_blocks);
	}
	z->block_stored[i] = (uint8_t)mt;
	return 0;
}

/* PFN+COUNT ... inside [start, end), behind the @n runs that are there. */
static int read_runs(struct bs_scan *c, int64_t start, int64_t end, struct bs_state_lru **runs,
		     size_t *n)
{
	for (;;) {
		uint64_t first, count;

		while (*c->p == ' ')
			c->p++;
		if (!*c->p)
			return 0;
		if (!bs_scan_digits(&c->p, &first) || *c->p++ != '+' ||
		    !bs_scan_digits(&c->p, &count) || !bs_scan_at_end(c->p) ||
		    first < (uint64_t)start || first + count > (uint64_t)end)
			return bs_scan_bad(c, "an entry is not pfn+count inside the zone");
		/* Room for 64, then whenever a power of two is full. */
		if (!*n || (*n >= 64 && !(*n & (*n - 1)))) {
			struct bs_state_lru *more =
				realloc(*runs, (*n ? *n * 2 : 64) * sizeof(*more));

			if (!more)
				return bs_error_set(c->err, BS_RESOURCE, ENOMEM, c->path, NULL,
						    "dump");
			*runs = more;
		}
		(*runs)[(*n)++] =
			(struct bs_state_lru){.first = (bs_pfn)first, .count = (uint32_t)count};
	}
}

static int read_lru(struct bs_state_reader *r, struct bs_scan *c)
{
	struct bs_state_zone *z = zone_of(r, c);

	if (!z)
		return -EINVAL;
	return read_runs(c, z->start, z->start + z->spanned, &z->lru, &z->nr_lru);
}

/* fix Z PFN+COUNT ...: what keeps a pageblock from being isolated. Stands before the zones. */
static int read_fix(struct bs_state_reader *r, struct bs_scan *c)
{
	struct bs_state_fixed *f = &r->state->fixed;
	uint64_t zone;

	f->known = true;
	if (bs_scan_number(c, last_zone(r->state), &zone))
		return -EINVAL;
	return read_runs(c, 0, BS_MAX_PFN, &f->run, &f->n);
}

/* ---- Several nodes --------------------------------------------------------------------------- */

/* zl NODE KIND ZONE ...: 0 the zones of all nodes, 1 its own. */
static int read_zl(struct bs_state_reader *r, struct bs_scan *c)
{
	struct bs_state_zonelist *l;
	uint64_t node, kind, zone;

	if (bs_scan_number(c, BS_MAX_NODES - 1, &node) || bs_scan_number(c, 1, &kind))
		return -EINVAL;
	l = &r->state->zonelist[node][kind];
	if (l->n)
		return bs_scan_bad(c, "the zone order of node %" PRIu64 " twice", node);
	for (;;) {
		while (*c->p == ' ')
			c->p++;
		if (!*c->p)
			return 0;
		if (bs_scan_number(c, last_zone(r->state), &zone))
			return -EINVAL;
		if (l->n == BS_MAX_ZONES)
			return bs_scan_bad(c, "more zones than %d", BS_MAX_ZONES);
		l->zone[l->n++] = (uint16_t)zone;
	}
}

/* dist NODE cpus=N DISTANCE ...: from this node; which CPUs are its own the pcp lines say. */
static int read_dist(struct bs_state_reader *r, struct bs_scan *c)
{
	struct bs_state *s = r->state;
	uint64_t node, distance;
	unsigned int n = 0;
	char *cpus;

	if (bs_scan_number(c, BS_MAX_NODES - 1, &node))
		return -EINVAL;
	cpus = bs_scan_word(c);
	if (!cpus || strncmp(cpus, "cpus=", 5))
		return bs_scan_bad(c, "cpus= is missing");
	for (;; n++) {
		while (*c->p == ' ')
			c->p++;
		if (!*c->p)
			break;
		if (n == BS_MAX_NODES)
			return bs_scan_bad(c, "more nodes than %d", BS_MAX_NODES);
		if (bs_scan_number(c, UINT8_MAX, &distance))
			return -EINVAL;
		s->distance[node][n] = (uint8_t)distance;
	}
	if (s->nr_distances && s->nr_distances != n)
		return bs_scan_bad(c, "%u distances, the node before has %u", n, s->nr_distances);
	s->nr_distances = n;
	return 0;
}

/* ---- The reader ------------------------------------------------------------------------------ */

void bs_state_reader_init(struct bs_state_reader *r)
{
	*r = (struct bs_state_reader){.head.boost_factor = 15000};
}

void bs_state_reader_free(struct bs_state_reader *r)
{
	bs_state_free(r->state);
	bs_state_free_pages(&r->cache);
	r->cache = (struct bs_state_pages){0};
	r->state = NULL;
	r->open = false;
}

static int begin_dump(struct bs_state_reader *r, struct bs_scan *c)
{
	const char *name = bs_scan_word(c);

	if (!r->head.nr_zone_types)
		return bs_scan_bad(c, "a dump before the pa_oracle line");
	bs_state_free(r->state);
	r->state = bs_state_new();
	if (!r->state)
		return bs_error_set(c->err, BS_RESOURCE, ENOMEM, c->path, NULL, "dump");
	*r->state = r->head;
	snprintf(r->state->name, sizeof(r->state->name), "%s", name ? name : "");
	r->open = true;
	if (!r->cache.n)
		return BS_RECORD_PART;
	if (!bs_state_compact_make(r->state))
		return bs_error_set(c->err, BS_RESOURCE, ENOMEM, c->path, NULL, "dump");
	r->state->compact->cache = r->cache;
	r->cache = (struct bs_state_pages){0};
	return BS_RECORD_PART;
}

/* pages c PFN ...: clean page cache of the dump that comes next. */
static int read_cache(struct bs_state_reader *r, struct bs_scan *c)
{
	bs_state_free_pages(&r->cache);
	r->cache = (struct bs_state_pages){0};
	c->p += strlen("pages c");
	return bs_state_read_pages(c, 0, false, &r->cache);
}

static int end_dump(struct bs_state_reader *r, struct bs_scan *c)
{
	const char *name = bs_scan_word(c);

	if (name && strcmp(name, r->state->name))
		return bs_scan_bad(c, "dump %s ends as %.40s", r->state->name, name);
	if (!r->state->nr_zones)
		return bs_scan_bad(c, "dump %s has no zones", r->state->name);
	r->open = false;
	return BS_RECORD_COMPLETE;
}

static int read_record(struct bs_state_reader *r, struct bs_scan *c, const char *record)
{
	static const struct {
		const char *name;
		int (*read)(struct bs_state_reader *r, struct bs_scan *c);
	} records[] = {
		{"lowmem", read_lowmem}, {"area", read_area}, {"free", read_free},
		{"pcp", read_pcp},	 {"pcpl", read_pcpl}, {"blk", read_blk},
		{"blks", read_blks},	 {"lru", read_lru},   {"fix", read_fix},
		{"zl", read_zl},	 {"dist", read_dist},
	};

	int of_compaction;

	if (!strcmp(record, "enddump"))
		return end_dump(r, c);
	of_compaction = bs_state_compact_record(r->state, record, c);
	if (of_compaction)
		return of_compaction < 0 ? of_compaction : BS_RECORD_PART;
	if (!strcmp(record, "zone") || !strcmp(record, "zonex")) {
		int ret = read_zone(r, c, record[4] == 'x');

		return ret ? ret : BS_RECORD_PART;
	}
	for (size_t i = 0; i < COUNT(records); i++) {
		if (!strcmp(records[i].name, record)) {
			int ret = records[i].read(r, c);

			return ret ? ret : BS_RECORD_PART;
		}
	}
	return bs_scan_bad(c, "unknown record \"%.40s\" in dump %s", record, r->state->name);
}

int bs_state_reader_line(struct bs_state_reader *r, char *line, const char *path, uint64_t n,
			 struct bs_error *err)
{
	struct bs_scan c = {line, path, n, err};
	char *boost, *record;

	if (line[0] == '#') {
		boost = strstr(line, "watermark_boost_factor=");
		if (boost) {
			r->head.boost_factor = strtol(boost + 23, NULL, 10);
			if (r->open)
				r->state->boost_factor = r->head.boost_factor;
		}
		return BS_RECORD_PART;
	}
	if (!r->open && !strncmp(line, "pages c", 7)) {
		const int ret = read_cache(r, &c);

		return ret ? ret : BS_RECORD_NONE;
	}
	if (!r->open && strncmp(line, "pa_oracle ", 10) && strncmp(line, "dump ", 5))
		return BS_RECORD_NONE;
	record = bs_scan_word(&c);
	if (!record)
		return BS_RECORD_PART;
	if (r->open)
		return read_record(r, &c, record);
	if (!strcmp(record, "dump"))
		return begin_dump(r, &c);
	return read_head(r, &c) ? -EINVAL : BS_RECORD_PART;
}

int bs_state_load(const char *path, const char *which, struct bs_state **out, struct bs_error *err)
{
	struct bs_state_reader r;
	struct bs_textfile *t;
	char *line;
	long len = 0;
	int ret = bs_textfile_open(path, &t, err);

	if (ret)
		return ret;
	*out = NULL;
	bs_state_reader_init(&r);
	while (!*out && ret >= 0 && (len = bs_textfile_line(t, &line, err)) >= 0) {
		ret = bs_state_reader_line(&r, line, path, bs_textfile_number(t), err);
		if (ret == BS_RECORD_COMPLETE && (!which || !strcmp(which, r.state->name))) {
			*out = r.state;
			r.state = NULL;
		}
	}
	if (ret >= 0 && len < -1)
		ret = (int)len;
	else if (ret >= 0 && !*out)
		ret = bs_error_set(err, BS_INPUT, 0, path,
				   "a dump begins with `pa_oracle 1` and ends with `enddump`",
				   which ? "no whole dump called %s" : "no whole dump%s",
				   which ? which : "");
	bs_state_reader_free(&r);
	bs_textfile_close(t);
	return ret < 0 ? ret : 0;
}
