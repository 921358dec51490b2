// SPDX-License-Identifier: GPL-2.0-or-later
#include "opsfile.h"

#include <string.h>

#include "log_orders.h"
#include "mm_report.h"
#include "mm_verify.h"
#include "ops_dump.h"
#include "ops_report.h"

/* What a command works on. */
struct line {
	struct bs_ops_guest *g;
	const struct bs_ops_line *words;
	const char *where, *form;
	FILE *out;
	struct bs_error *err;
};

static uint64_t arg(const struct line *l, unsigned int i)
{
	return bs_ops_number(l->words, i);
}

static int bad(const struct line *l, const char *text)
{
	return bs_ops_malformed(l->err, l->where, l->form, text);
}

/* ---- Settings -------------------------------------------------------------------------------- */

/* More pages than any zone has: what is larger would only overflow. */
#define MANY BS_MAX_PFN

static int pages(const struct line *l)
{
	return bs_ops_pages(l->g, l->words, l->where, l->err);
}

static int zone(const struct line *l)
{
	return bs_ops_zone(l->g, l->words, l->where, l->err);
}

static int boot(const struct line *l)
{
	return bs_ops_boot(l->g, l->words, l->where, l->err);
}

/* The zone that the first word names; negative with @err. */
static int zone_of(const struct line *l)
{
	const int z = bs_ops_zone_index(l->g, arg(l, 1));

	return z < 0 ? bad(l, "no such zone") : z;
}

static int watermarks(const struct line *l)
{
	const int z = zone_of(l);

	if (z < 0)
		return z;
	if (arg(l, 2) > MANY || arg(l, 3) > MANY || arg(l, 4) > MANY)
		return bad(l, "watermark out of range");
	bs_zone_set_watermarks(l->g->m, (unsigned int)z, arg(l, 2), arg(l, 3), arg(l, 4));
	return 0;
}

static int reserve(const struct line *l)
{
	const int z = zone_of(l);

	if (z < 0)
		return z;
	if (arg(l, 2) >= BS_NR_ZONE_TYPES || arg(l, 3) > MANY)
		return bad(l, "zone class out of range");
	bs_zone_set_lowmem_reserve(l->g->m, (unsigned int)z, (unsigned int)arg(l, 2), arg(l, 3));
	return 0;
}

static int pcp(const struct line *l)
{
	const int z = zone_of(l);

	if (z < 0)
		return z;
	if (arg(l, 2) > 1u << 24 || !arg(l, 3) || arg(l, 3) > 1u << 16)
		return bad(l, "size of the per-cpu lists out of range");
	bs_zone_set_pcp(l->g->m, (unsigned int)z, (unsigned int)arg(l, 2), (unsigned int)arg(l, 3));
	return 0;
}

static int drain(const struct line *l)
{
	const int z = zone_of(l);

	if (z >= 0)
		bs_mm_drain_zone(l->g->m, (unsigned int)z);
	return z < 0 ? z : 0;
}

static uint64_t next_lcg(void *x)
{
	uint64_t *v = x;

	*v = *v * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *v;
}

static int shuffle(const struct line *l)
{
	l->g->lcg = arg(l, 2);
	bs_machine_set_random(l->g->m, next_lcg, &l->g->lcg);
	bs_machine_set_shuffle(l->g->m, arg(l, 1) != 0);
	return 0;
}

/* ---- Pages ----------------------------------------------------------------------------------- */

static int broken(const struct line *l, const char *what, bs_pfn pfn)
{
	return bs_error_set(l->err, BS_INVARIANT, 0, l->where, "report this file", "page %u %s",
			    pfn, what);
}

/* The type and the zone limit stand beside the mask, not in it. */
static int alloc(const struct line *l)
{
	struct bs_ops_guest *g = l->g;
	bs_pfn pfn;

	if (arg(l, 1) > BS_LOG_MAX_ORDER || arg(l, 2) >= BS_PCPTYPES ||
	    arg(l, 3) > BS_ZONE_MOVABLE || arg(l, 4) > UINT32_MAX)
		return bad(l, "bad alloc");
	pfn = bs_mm_alloc_two_passes(g->m, (unsigned int)arg(l, 1), (unsigned int)arg(l, 2),
				     (unsigned int)arg(l, 3), (unsigned int)arg(l, 4));
	if (pfn == BS_NO_PFN) {
		fprintf(l->out, "A -1\n");
		g->failed++;
	} else {
		fprintf(l->out, "A %u\n", pfn);
		g->allocated++;
		if (!bs_ops_own(g, pfn, (unsigned int)arg(l, 1), true))
			return broken(l, "is handed out, though it is in use", pfn);
	}
	return 0;
}

/* A file may free part of a block; what is not there at all is the file's mistake or a sign that an
 * earlier allocation went elsewhere. */
static int free_block(const struct line *l)
{
	struct bs_machine *m = l->g->m;
	const bs_pfn pfn = (bs_pfn)arg(l, 1);
	const unsigned int order = (unsigned int)arg(l, 2);

	if (arg(l, 2) > BS_LOG_MAX_ORDER || arg(l, 1) >= l->g->pages ||
	    (bs_allocated_order(m, pfn) != (int)order && bs_split_allocated(m, pfn, order)))
		return bad(l, "free of a block that is not allocated");
	bs_free_pages(m, 0, pfn, order);
	return bs_ops_own(l->g, pfn, order, false)
		       ? 0
		       : broken(l, "is freed, though nobody had it", pfn);
}

/* A page of a zone; false with @err. */
static bool page_of(const struct line *l, bs_pfn *pfn)
{
	const uint64_t p = arg(l, 1);

	*pfn = (bs_pfn)p;
	for (unsigned int i = 0; i < l->g->nr_zones; i++)
		if (p >= l->g->zones[i].start && p - l->g->zones[i].start < l->g->zones[i].spanned)
			return true;
	bad(l, "a page in no zone");
	return false;
}

/* Of a free block, as the isolation of a range does it. */
static int split(const struct line *l)
{
	const uint64_t order = arg(l, 2), offset = arg(l, 3);
	struct bs_block b;
	bs_pfn pfn;

	if (!page_of(l, &pfn))
		return -1;
	if (order > BS_LOG_MAX_ORDER || !offset || offset >= UINT64_C(1) << order)
		return bad(l, "bad split");
	if (bs_mm_free_block(l->g->m, pfn, &b) || b.order != order) {
		fputs("split -2\n", l->out);
		return 0;
	}
	bs_mm_split_free_page(l->g->m, pfn, (unsigned int)order, (bs_pfn)offset);
	fputs("split 0\n", l->out);
	return 0;
}

static int isolate(const struct line *l)
{
	bs_pfn pfn;

	if (!page_of(l, &pfn))
		return -1;
	fprintf(l->out, "iso %d\n", bs_mm_set_isolate(l->g->m, pfn));
	return 0;
}

static int unisolate(const struct line *l)
{
	bs_pfn pfn;

	if (!page_of(l, &pfn))
		return -1;
	if (arg(l, 2) >= BS_MIGRATE_ISOLATE)
		return bad(l, "type out of range");
	bs_mm_unset_isolate(l->g->m, pfn, (unsigned int)arg(l, 2));
	return 0;
}

static int lru(const struct line *l)
{
	bs_pfn pfn;

	if (!page_of(l, &pfn))
		return -1;
	bs_page_set_lru(l->g->m, pfn, 0, arg(l, 2) != 0);
	return 0;
}

/* ---- The commands ---------------------------------------------------------------------------- */

static int report(const struct line *l)
{
	return bs_ops_report(l->g, l->words, l->out, l->where, l->err);
}

static int dump(const struct line *l)
{
	return bs_ops_dump(l->g, l->out, l->where, l->err);
}

static int stat(const struct line *l)
{
	bs_ops_stat(l->g, l->out);
	return 0;
}

static const struct command {
	const char *name, *form;
	unsigned int args;
	int (*run)(const struct line *l);
	bool describes;
} commands[] = {
	{"pages", "pages N PAGEBLOCK_ORDER", 2, pages, true},
	{"zone", "zone TYPE START END", 3, zone, true},
	{"boot", "boot START END", 2, boot, false},
	{"wm", "wm TYPE MIN LOW HIGH", 4, watermarks, false},
	{"lmr", "lmr TYPE CLASS PAGES", 3, reserve, false},
	{"pcp", "pcp TYPE HIGH BATCH", 3, pcp, false},
	{"drain", "drain TYPE", 1, drain, false},
	{"shuffle", "shuffle ON SEED", 2, shuffle, false},
	{"alloc", "alloc ORDER TYPE HIGHEST_ZONE GFP", 4, alloc, false},
	{"free", "free PFN ORDER", 2, free_block, false},
	{"split", "split PFN ORDER OFFSET", 3, split, false},
	{"iso", "iso PFN", 1, isolate, false},
	{"uniso", "uniso PFN TYPE", 2, unisolate, false},
	{"lru", "lru PFN ON", 2, lru, false},
	{"report", "report CAPACITY ORDER", 2, report, false},
	{"dump", "dump", 0, dump, false},
	{"stat", "stat", 0, stat, false},
};

static const struct command *find(const char *name)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

bool bs_ops_describes(const struct bs_ops_line *words)
{
	const struct command *c = find(words->word[0]);

	return c && c->describes;
}

enum bs_ops_result bs_ops_command(struct bs_ops_guest *g, const struct bs_ops_line *words,
				  FILE *out, const char *where, struct bs_error *err)
{
	const struct command *c = find(words->word[0]);
	const struct line l = {g, words, where, c ? c->form : NULL, out, err};

	if (!c)
		return BS_OPS_UNKNOWN;
	if (words->n != c->args + 1 || !bs_ops_all_numbers(words)) {
		bad(&l, "not the numbers that this command needs");
		return BS_OPS_BAD;
	}
	if (!c->describes && bs_ops_guest_need(g, where, err))
		return BS_OPS_BAD;
	return c->run(&l) ? BS_OPS_BAD : BS_OPS_DONE;
}
