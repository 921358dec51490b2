// SPDX-License-Identifier: GPL-2.0-or-later
/* verify_draw.c - the lists that a request looks at, in the notation of spec and tests. */
#include <inttypes.h>

#include "log_orders.h"
#include "mm_report.h"
#include "mm_verify.h"
#include "verify_draw.h"

#define MAX_BLOCKS 6

static const char mt_letters[] = "UMRHI";

static void draw_free(const struct bs_machine *m, unsigned int zone, unsigned int order,
		      unsigned int mt, FILE *f)
{
	bs_pfn p = bs_mm_list_first(m, zone, order, mt);
	size_t rest = 0;

	if (p == BS_NO_PFN)
		return;
	fprintf(f, " o%u %c:[", order, mt_letters[mt]);
	for (unsigned int i = 0; p != BS_NO_PFN; p = bs_mm_list_next(m, order, p), i++) {
		if (i < MAX_BLOCKS)
			fprintf(f, "%s%u%s", i ? "," : "", p,
				bs_mm_is_reported(m, p, order) ? "r" : "");
		else
			rest++;
	}
	if (rest)
		fprintf(f, ",..+%zu", rest);
	fputc(']', f);
}

static void draw_pcp(const struct bs_machine *m, unsigned int zone, unsigned int cpu,
		     unsigned int index, FILE *f)
{
	bs_pfn pfn[MAX_BLOCKS];
	const size_t n = bs_pcp_blocks(m, zone, cpu, index, pfn, MAX_BLOCKS);

	fprintf(f, " L%u[", index);
	for (size_t i = 0; i < n && i < MAX_BLOCKS; i++)
		fprintf(f, "%s%u", i ? "," : "", pfn[i]);
	if (n > MAX_BLOCKS)
		fprintf(f, ",..+%zu", n - MAX_BLOCKS);
	fputc(']', f);
}

void bs_verify_draw(const struct bs_machine *m, unsigned int cpu, unsigned int order,
		    unsigned int mt, FILE *f)
{
	for (unsigned int z = bs_nr_zones(m); z-- > 0;) {
		struct bs_zone_info zi;
		struct bs_mm_pcp pcp;

		bs_zone_info(m, z, &zi);
		bs_mm_pcp(m, z, cpu, &pcp);
		fprintf(f,
			"  zone %u (%s): free %" PRIu64 ", marks %" PRIu64 "/%" PRIu64 "/%" PRIu64
			" boost %" PRIu64 "; pcp c=%d h=%d b=%d",
			zi.type, zi.name, zi.nr_free_pages, zi.watermark_min, zi.watermark_low,
			zi.watermark_high, zi.watermark_boost, pcp.count, pcp.high, pcp.batch);
		if (order <= 3 || order == 9)
			draw_pcp(m, z, cpu,
				 order <= 3 ? 3 * order + mt : 12 + (mt == BS_MIGRATE_MOVABLE), f);
		fputs(";", f);
		for (unsigned int o = order; o < BS_LOG_ORDERS; o++)
			for (unsigned int t = 0; t < BS_MIGRATE_TYPES; t++)
				draw_free(m, z, o, t, f);
		fputc('\n', f);
	}
}
