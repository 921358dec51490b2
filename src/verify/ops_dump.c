// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops_dump.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "log_orders.h"
#include "mm_report.h"
#include "mm_verify.h"

#define NR_PCP_LISTS 14

static const char mt_letters[] = "UMRHI";

/* What a model keeps beside the lists themselves. */
static void dump_pcp_figures(const struct bs_ops_guest *g, unsigned int zone, FILE *out)
{
	static const char of[] = "linux-6.12";
	struct bs_mm_pcp p;

	bs_mm_pcp(g->m, zone, 0, &p);
	/* Also of one that was changed: the answers are still that kernel's. */
	if (strcspn(g->kernel, ":") != strlen(of) || strncmp(g->kernel, of, strlen(of)))
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

int bs_ops_dump(const struct bs_ops_guest *g, FILE *out, const char *where, struct bs_error *err)
{
	for (unsigned int z = 0; z < g->nr_zones; z++) {
		struct bs_zone_info zi;

		bs_zone_info(g->m, z, &zi);
		fprintf(out,
			"Z%u free=%" PRId64 " boost=%" PRIu64 " ha=%" PRIu64 " iso=%" PRIu64
			" fl=%u ",
			zi.type, (int64_t)zi.nr_free_pages, zi.watermark_boost,
			zi.nr_reserved_highatomic, zi.nr_isolate_pageblock, zi.flags);
		for (unsigned int o = 0; o < BS_LOG_ORDERS; o++) {
			fprintf(out, "|%u:%" PRIu64, o, zi.nr_free[o]);
			for (unsigned int mt = 0; mt < BS_MIGRATE_TYPES; mt++)
				dump_list(g->m, z, o, mt, out);
			if (o < BS_LOG_MAX_ORDER)
				fputc(' ', out);
		}
		if (dump_pcp(g, z, out))
			return bs_error_set(err, BS_RESOURCE, ENOMEM, where, NULL, "dump");
	}
	fputs("PB ", out);
	for (uint64_t p = 0; p < g->pages; p += UINT64_C(1) << g->pageblock_order)
		fputc(mt_letters[bs_pageblock_type(g->m, (bs_pfn)p)], out);
	fputc('\n', out);
	return 0;
}

void bs_ops_stat(const struct bs_ops_guest *g, FILE *out)
{
	struct bs_machine_counters c;

	bs_machine_counters(g->m, &c);
	fprintf(out,
		"pgalloc %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " pgfree %" PRIu64
		" kswapd %" PRIu64 "\n",
		c.pgalloc[0], c.pgalloc[1], c.pgalloc[2], c.pgalloc[3], c.pgfree,
		bs_mm_kswapd_wakes(g->m));
}
