// SPDX-License-Identifier: GPL-2.0-or-later
#include "opsfile.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <buddysim/report.h>

#include "mm_report.h"
#include "mm_verify.h"

/* ---- Words ----------------------------------------------------------------------------------- */

bool bs_ops_split(const char *text, struct bs_ops_line *line)
{
	char *save = NULL, *w;

	line->n = 0;
	if (*text == '#')
		return true;
	if (strlen(text) >= sizeof(line->text))
		return false;
	strcpy(line->text, text);
	for (w = strtok_r(line->text, " \t\r\n", &save); w; w = strtok_r(NULL, " \t\r\n", &save)) {
		if (line->n == BS_OPS_MAX_ARGS)
			return false;
		line->word[line->n++] = w;
	}
	return true;
}

uint64_t bs_ops_number(const struct bs_ops_line *line, unsigned int i)
{
	return i < line->n ? strtoull(line->word[i], NULL, 10) : 0;
}

static int malformed(const char *where, struct bs_error *err, const char *text)
{
	bs_error_set(err, BS_INPUT, 0, where, "the format: spec allocator.md 9.0", "%s", text);
	return BS_OPS_BAD;
}

/* ---- Building the guest ---------------------------------------------------------------------- */

/* Everything that boot would compute is said by the file: watermarks and reserves are 0 and the
 * per-cpu lists as small as they can be until a line sets them. */
static int create(struct bs_ops_guest *g, struct bs_error *err)
{
	struct bs_mem_range range = {.end = (bs_pfn)g->pages};
	struct bs_machine_config cfg = {
		.kernel = g->kernel,
		.ranges = &range,
		.nr_ranges = 1,
		.zones = g->zones,
		.nr_zones = g->nr_zones,
		.pageblock_order = g->pageblock_order,
		.no_boot = true,
	};

	int ret = bs_machine_create(&cfg, &g->m, err);

	/* The harness that made the files starts from MOVABLE pageblocks everywhere, also where a
	 * zone begins inside one. */
	for (uint64_t p = 0; !ret && p < g->pages; p += UINT64_C(1) << g->pageblock_order)
		bs_mm_set_pageblock_type(g->m, (bs_pfn)p, BS_MIGRATE_MOVABLE);
	return ret;
}

void bs_ops_guest_free(struct bs_ops_guest *g)
{
	bs_machine_destroy(g->m);
	g->m = NULL;
}

int bs_ops_zone(const struct bs_ops_guest *g, unsigned int type)
{
	for (unsigned int i = 0; i < g->nr_zones; i++)
		if (g->zones[i].type == type)
			return (int)i;
	return -1;
}

/* pages N PBO; zone TYPE START END */
static int describe(struct bs_ops_guest *g, const struct bs_ops_line *l, const char *where,
		    struct bs_error *err)
{
	if (g->m)
		return malformed(where, err, "pages and zone must come first");
	if (!strcmp(l->word[0], "pages")) {
		g->pages = bs_ops_number(l, 1);
		g->pageblock_order = (unsigned int)bs_ops_number(l, 2);
		if (!g->pages || g->pages >= BS_MAX_PFN || g->pageblock_order > BS_MAX_ORDER)
			return malformed(where, err, "pages out of range");
		return BS_OPS_DONE;
	}
	if (g->nr_zones == BS_NR_ZONE_TYPES || l->n != 4 ||
	    bs_ops_number(l, 1) >= BS_NR_ZONE_TYPES || bs_ops_number(l, 3) <= bs_ops_number(l, 2) ||
	    bs_ops_number(l, 3) > g->pages)
		return malformed(where, err, "bad zone");
	g->zones[g->nr_zones++] = (struct bs_zone_range){
		.type = (uint8_t)bs_ops_number(l, 1),
		.start = (bs_pfn)bs_ops_number(l, 2),
		.spanned = (bs_pfn)(bs_ops_number(l, 3) - bs_ops_number(l, 2)),
	};
	return BS_OPS_DONE;
}

/* ---- Settings -------------------------------------------------------------------------------- */

static uint64_t next_lcg(void *arg)
{
	uint64_t *x = arg;

	*x = *x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *x;
}

/* wm TYPE MIN LOW HIGH; lmr TYPE CLASS PAGES; pcp TYPE HIGH BATCH; drain TYPE; shuffle ON SEED */
static int set(struct bs_ops_guest *g, const struct bs_ops_line *l, const char *where,
	       struct bs_error *err)
{
	const uint64_t a = bs_ops_number(l, 2), b = bs_ops_number(l, 3);
	unsigned int zone;
	int z;

	if (!strcmp(l->word[0], "shuffle")) {
		g->lcg = a;
		bs_machine_set_random(g->m, next_lcg, &g->lcg);
		bs_machine_set_shuffle(g->m, bs_ops_number(l, 1) != 0);
		return BS_OPS_DONE;
	}
	z = bs_ops_zone(g, (unsigned int)bs_ops_number(l, 1));
	if (z < 0)
		return malformed(where, err, "no such zone");
	zone = (unsigned int)z;
	if (!strcmp(l->word[0], "wm"))
		bs_zone_set_watermarks(g->m, zone, a, b, bs_ops_number(l, 4));
	else if (!strcmp(l->word[0], "lmr") && a < BS_NR_ZONE_TYPES)
		bs_zone_set_lowmem_reserve(g->m, zone, (unsigned int)a, b);
	else if (!strcmp(l->word[0], "pcp"))
		bs_zone_set_pcp(g->m, zone, (unsigned int)a, (unsigned int)b);
	else if (!strcmp(l->word[0], "drain"))
		bs_mm_drain_zone(g->m, zone);
	else
		return malformed(where, err, "zone class out of range");
	return BS_OPS_DONE;
}

/* ---- Pages ----------------------------------------------------------------------------------- */

/* alloc ORDER MT HIGHEST_ZONE GFP: the type and the zone limit stand beside the mask, not in it. */
static int alloc(struct bs_ops_guest *g, const struct bs_ops_line *l, FILE *out, const char *where,
		 struct bs_error *err)
{
	const uint64_t order = bs_ops_number(l, 1), mt = bs_ops_number(l, 2);
	const uint64_t zone = bs_ops_number(l, 3);
	bs_pfn pfn;

	if (l->n != 5 || order > BS_MAX_ORDER || mt >= BS_PCPTYPES || zone > BS_ZONE_MOVABLE)
		return malformed(where, err, "bad alloc");
	pfn = bs_mm_alloc_two_passes(g->m, (unsigned int)order, (unsigned int)mt,
				     (unsigned int)zone, (unsigned int)bs_ops_number(l, 4));
	if (pfn == BS_NO_PFN) {
		fprintf(out, "A -1\n");
		g->failed++;
	} else {
		fprintf(out, "A %u\n", pfn);
		g->allocated++;
	}
	return BS_OPS_DONE;
}

static int free_block(struct bs_ops_guest *g, const struct bs_ops_line *l, const char *where,
		      struct bs_error *err)
{
	const bs_pfn pfn = (bs_pfn)bs_ops_number(l, 1);
	const unsigned int order = (unsigned int)bs_ops_number(l, 2);

	/* A file may free part of a block; what is not there at all is the file's mistake or a
	 * sign that an earlier allocation went elsewhere. */
	if (l->n != 3 || order > BS_MAX_ORDER || pfn >= g->pages ||
	    (bs_allocated_order(g->m, pfn) != (int)order && bs_split_allocated(g->m, pfn, order)))
		return malformed(where, err, "free of a block that is not allocated");
	bs_free_pages(g->m, 0, pfn, order);
	return BS_OPS_DONE;
}

/* split PFN ORDER OFFSET: of a free block, as range isolation does it (spec 6.2). */
static int split(struct bs_ops_guest *g, const struct bs_ops_line *l, FILE *out, const char *where,
		 struct bs_error *err)
{
	const bs_pfn pfn = (bs_pfn)bs_ops_number(l, 1);
	const uint64_t order = bs_ops_number(l, 2), offset = bs_ops_number(l, 3);
	struct bs_block b;

	if (l->n != 4 || order > BS_MAX_ORDER || !offset || offset >= UINT64_C(1) << order)
		return malformed(where, err, "bad split");
	if (bs_mm_free_block(g->m, pfn, &b) || b.order != order) {
		fputs("split -2\n", out);
		return BS_OPS_DONE;
	}
	bs_mm_split_free_page(g->m, pfn, (unsigned int)order, (bs_pfn)offset);
	fputs("split 0\n", out);
	return BS_OPS_DONE;
}

static int pages(struct bs_ops_guest *g, const struct bs_ops_line *l, FILE *out, const char *where,
		 struct bs_error *err)
{
	const bs_pfn pfn = (bs_pfn)bs_ops_number(l, 1);

	if (l->n < 2 || bs_ops_number(l, 1) >= g->pages)
		return malformed(where, err, "pfn missing or out of range");
	if (!strcmp(l->word[0], "boot"))
		return bs_machine_boot_range(g->m, pfn, (bs_pfn)bs_ops_number(l, 2), err)
			       ? BS_OPS_BAD
			       : BS_OPS_DONE;
	if (!strcmp(l->word[0], "iso"))
		fprintf(out, "iso %d\n", bs_mm_set_isolate(g->m, pfn));
	else if (!strcmp(l->word[0], "split"))
		return split(g, l, out, where, err);
	else if (!strcmp(l->word[0], "uniso"))
		bs_mm_unset_isolate(g->m, pfn, (unsigned int)bs_ops_number(l, 2));
	else if (!strcmp(l->word[0], "lru"))
		bs_page_set_lru(g->m, pfn, 0, bs_ops_number(l, 2) != 0);
	return BS_OPS_DONE;
}

/* ---- One reporting pass --------------------------------------------------------------------- */

struct report_world {
	FILE *out;
	bool pending;
};

static bs_ns report_now(void *arg)
{
	(void)arg;
	return 0;
}

static void report_wake(void *arg, bs_ns delay)
{
	(void)delay;
	((struct report_world *)arg)->pending = true;
}

static void report_cancel(void *arg)
{
	((struct report_world *)arg)->pending = false;
}

static int report_submit(void *arg, const struct bs_range *r, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		fprintf(((struct report_world *)arg)->out, "rep %u %u\n", r[i].pfn, r[i].order);
	return 0;
}

static void report_violated(void *arg, const char *law, bs_pfn pfn)
{
	fprintf(((struct report_world *)arg)->out, "law broken at pfn %u: %s\n", pfn, law);
}

/* report CAPACITY ORDER: a whole pass of the kernel's own reporter, whose marks stay. */
static int report(struct bs_ops_guest *g, const struct bs_ops_line *l, FILE *out, const char *where,
		  struct bs_error *err)
{
	struct report_world world = {.out = out};
	const struct bs_env env = {
		.arg = &world,
		.now = report_now,
		.wake = report_wake,
		.wake_cancel = report_cancel,
		.submit = report_submit,
		.capacity = 512,
		.violated = report_violated,
	};
	const struct bs_strategy *s = bs_strategy_find("rotation", err);
	struct bs_report_ctx *rc;
	char params[64];

	if (l->n != 3)
		return malformed(where, err, "bad report");
	snprintf(params, sizeof(params), "rev=6.1,capacity=%" PRIu64 ",order=%" PRIu64,
		 bs_ops_number(l, 1), bs_ops_number(l, 2));
	if (!s || bs_report_create(g->m, s, params, &env, &rc, err))
		return BS_OPS_BAD;
	if (bs_report_start(rc)) {
		bs_report_destroy(rc);
		return malformed(where, err, "the reporter does not start");
	}
	world.pending = false;
	bs_report_pass(rc, -1);
	fprintf(out, "state %d\n", world.pending);
	bs_report_destroy(rc);
	return BS_OPS_DONE;
}

/* ---- Looking --------------------------------------------------------------------------------- */

#define NR_PCP_LISTS 14

static const char mt_letters[] = "UMRHI";

/* What a model keeps beside the lists themselves. */
static void dump_pcp_figures(const struct bs_ops_guest *g, unsigned int zone, FILE *out)
{
	struct bs_mm_pcp p;

	bs_mm_pcp(g->m, zone, 0, &p);
	if (strcmp(g->kernel, "linux-6.12"))
		fprintf(out, " pcp c=%d ff=%d", p.count, p.free_factor);
	else
		fprintf(out, " pcp c=%d h=%d af=%u fc=%d pf=%u fha=%" PRId64, p.count, p.high,
			p.alloc_factor, p.free_count, p.flags, p.nr_free_highatomic);
}

static void dump_list(const struct bs_machine *m, unsigned int zone, unsigned int order,
		      unsigned int mt, FILE *out)
{
	bs_pfn p = bs_mm_list_first(m, zone, order, mt);

	if (p == BS_NO_PFN)
		return;
	fprintf(out, " %c[", mt_letters[mt]);
	for (; p != BS_NO_PFN; p = bs_mm_list_next(m, order, p))
		fprintf(out, "%u%s,", p, bs_mm_is_reported(m, p, order) ? "r" : "");
	fputc(']', out);
}

/* Lists 0..11 are 3*order + type, the two behind them hold huge pages. */
static int dump_pcp(const struct bs_ops_guest *g, unsigned int zone, FILE *out)
{
	dump_pcp_figures(g, zone, out);
	for (unsigned int i = 0; i < NR_PCP_LISTS; i++) {
		const size_t n = bs_pcp_blocks(g->m, zone, 0, i, NULL, 0);
		bs_pfn *pfn;

		if (!n)
			continue;
		pfn = calloc(n, sizeof(*pfn));
		if (!pfn)
			return -ENOMEM;
		bs_pcp_blocks(g->m, zone, 0, i, pfn, n);
		fprintf(out, " L%u[", i);
		for (size_t k = 0; k < n; k++)
			fprintf(out, "%u,", pfn[k]);
		fputc(']', out);
		free(pfn);
	}
	fputc('\n', out);
	return 0;
}

static int dump(const struct bs_ops_guest *g, FILE *out, const char *where, struct bs_error *err)
{
	for (unsigned int z = 0; z < g->nr_zones; z++) {
		struct bs_zone_info zi;

		bs_zone_info(g->m, z, &zi);
		fprintf(out,
			"Z%u free=%" PRId64 " boost=%" PRIu64 " ha=%" PRIu64 " iso=%" PRIu64
			" fl=%u ",
			zi.type, (int64_t)zi.nr_free_pages, zi.watermark_boost,
			zi.nr_reserved_highatomic, zi.nr_isolate_pageblock, zi.flags);
		for (unsigned int o = 0; o < BS_NR_ORDERS; o++) {
			fprintf(out, "|%u:%" PRIu64, o, zi.nr_free[o]);
			for (unsigned int mt = 0; mt < BS_MIGRATE_TYPES; mt++)
				dump_list(g->m, z, o, mt, out);
			if (o < BS_MAX_ORDER)
				fputc(' ', out);
		}
		if (dump_pcp(g, z, out)) {
			bs_error_set(err, BS_RESOURCE, ENOMEM, where, NULL, "dump");
			return BS_OPS_BAD;
		}
	}
	fputs("PB ", out);
	for (uint64_t p = 0; p < g->pages; p += UINT64_C(1) << g->pageblock_order)
		fputc(mt_letters[bs_pageblock_type(g->m, (bs_pfn)p)], out);
	fputc('\n', out);
	return BS_OPS_DONE;
}

static int stat(const struct bs_ops_guest *g, FILE *out)
{
	struct bs_machine_counters c;

	bs_machine_counters(g->m, &c);
	fprintf(out,
		"pgalloc %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " pgfree %" PRIu64
		" kswapd %" PRIu64 "\n",
		c.pgalloc[0], c.pgalloc[1], c.pgalloc[2], c.pgalloc[3], c.pgfree,
		bs_mm_kswapd_wakes(g->m));
	return BS_OPS_DONE;
}

static bool is_one_of(const char *word, const char *list)
{
	size_t len = strlen(word);

	for (const char *p = list; (p = strstr(p, word)) != NULL; p += len)
		if ((p == list || p[-1] == ' ') && (p[len] == ' ' || !p[len]))
			return true;
	return false;
}

enum bs_ops_result bs_ops_command(struct bs_ops_guest *g, const struct bs_ops_line *l, FILE *out,
				  const char *where, struct bs_error *err)
{
	const char *command = l->word[0];

	if (is_one_of(command, "pages zone"))
		return describe(g, l, where, err);
	if (!g->m && create(g, err))
		return BS_OPS_BAD;
	if (is_one_of(command, "wm lmr pcp drain shuffle"))
		return set(g, l, where, err);
	if (is_one_of(command, "boot iso uniso lru split"))
		return pages(g, l, out, where, err);
	if (!strcmp(command, "report"))
		return report(g, l, out, where, err);
	if (!strcmp(command, "alloc"))
		return alloc(g, l, out, where, err);
	if (!strcmp(command, "free"))
		return free_block(g, l, where, err);
	if (!strcmp(command, "dump"))
		return dump(g, out, where, err);
	if (!strcmp(command, "stat"))
		return stat(g, out);
	return BS_OPS_UNKNOWN;
}
