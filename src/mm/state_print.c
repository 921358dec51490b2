// SPDX-License-Identifier: GPL-2.0-or-later
/* state_print.c - writing the dump format. */
#include "state_print.h"

#include <inttypes.h>

#include "outfile.h"
#include "state_fields.h"

static void print_fields(FILE *f, const struct bs_state_field *fields, const void *base)
{
	for (size_t i = 0; fields[i].name; i++) {
		const int64_t v = *(const int64_t *)((const char *)base + fields[i].place);

		if (fields[i].read_only)
			continue;
		if (fields[i].hex)
			fprintf(f, " %s=0x%" PRIx64, fields[i].name, (uint64_t)v);
		else
			fprintf(f, " %s=%" PRId64, fields[i].name, v);
	}
}

static void print_pcp(FILE *f, const struct bs_state *s, const struct bs_state_pcp *p, int64_t z)
{
	fprintf(f, "pcp %" PRId64, z);
	print_fields(f, bs_state_pcp_fields, p);
	if (s->nr_distances)
		fprintf(f, " node=%" PRId64, p->node);
	fputc('\n', f);
	for (unsigned int i = 0; i < s->nr_pcp_lists; i++) {
		const struct bs_state_list *l = &p->list[i];

		if (!l->n)
			continue;
		fprintf(f, "pcpl %" PRId64 " %u", z, i);
		for (uint32_t k = 0; k < l->n; k++) {
			fprintf(f, " %u", l->pfn[k]);
			if (i >= 12 || l->mark[k] != i % BS_PCPTYPES)
				fprintf(f, ":%u", bs_state_number_of_type(s, l->mark[k]));
		}
		fputc('\n', f);
	}
}

static void print_lists(FILE *f, const struct bs_state *s, const struct bs_state_zone *zone,
			int64_t z)
{
	for (unsigned int o = 0; o <= bs_state_platform(s)->max_order; o++) {
		fprintf(f, "area %" PRId64 " %u nr_free=%" PRId64 "\n", z, o, zone->nr_free[o]);
		for (unsigned int mt = 0; mt < BS_MIGRATE_TYPES; mt++) {
			const struct bs_state_list *l = &zone->area[o][mt];

			if (!l->n)
				continue;
			fprintf(f, "free %" PRId64 " %u %u", z, o, bs_state_number_of_type(s, mt));
			for (uint32_t k = 0; k < l->n; k++)
				fprintf(f, " %u%s", l->pfn[k], l->mark[k] ? "r" : "");
			fputc('\n', f);
		}
	}
}

static void print_blocks(FILE *f, const struct bs_state *s, const struct bs_state_zone *zone,
			 int64_t z)
{
	for (size_t i = 0, k; i < zone->nr_blocks; i = k) {
		for (k = i; k < zone->nr_blocks && zone->block_type[k] == zone->block_type[i]; k++)
			;
		fprintf(f, "blk %" PRId64 " %u %zu %d\n", z,
			zone->first_block + ((bs_pfn)i << s->pageblock_order), k - i,
			zone->block_type[i] == BS_STATE_HOLE
				? -1
				: (int)bs_state_number_of_type(s, zone->block_type[i]));
	}
	for (size_t i = 0; zone->block_stored && i < zone->nr_blocks; i++)
		if (zone->block_type[i] == BS_MIGRATE_ISOLATE)
			fprintf(f, "blks %" PRId64 " %u %u\n", z,
				zone->first_block + ((bs_pfn)i << s->pageblock_order),
				bs_state_number_of_type(s, zone->block_stored[i]));
	fprintf(f, "lru %" PRId64, z);
	for (size_t i = 0; i < zone->nr_lru; i++)
		fprintf(f, " %u+%u", zone->lru[i].first, zone->lru[i].count);
	fputc('\n', f);
}

static void print_nodes(FILE *f, const struct bs_state *s)
{
	for (unsigned int n = 0; n < s->nr_distances; n++)
		for (unsigned int own = 0; own < 2; own++) {
			const struct bs_state_zonelist *l = &s->zonelist[n][own];

			fprintf(f, "zl %u %u", n, own);
			for (unsigned int i = 0; i < l->n; i++)
				fprintf(f, " %u", l->zone[i]);
			fputc('\n', f);
		}
	for (unsigned int n = 0; n < s->nr_distances; n++) {
		unsigned int cpus = 0;

		for (unsigned int k = 0; k < s->zone[0].nr_pcp; k++)
			cpus += s->zone[0].pcp[k].node == n;
		fprintf(f, "dist %u cpus=%u", n, cpus);
		for (unsigned int k = 0; k < s->nr_distances; k++)
			fprintf(f, " %u", s->distance[n][k]);
		fputc('\n', f);
	}
}

void bs_state_print(const struct bs_state *s, FILE *f)
{
	const struct bs_platform *on = bs_state_platform(s);
	const int64_t shift = s->nr_zone_types < 4 ? 4 - s->nr_zone_types : 0;

	fprintf(f, "pa_oracle 1 kernel=%s max_order=%u page_size=%u", s->kernel, on->max_order,
		1U << on->page_shift);
	print_fields(f, bs_state_head_fields, s);
	if (s->origin[0])
		fprintf(f, " origin=%s", s->origin);
	fputc('\n', f);
	if (s->boost_factor != 15000)
		fprintf(f, "# watermark_boost_factor=%" PRId64 "\n", s->boost_factor);
	fprintf(f, "dump %s\n", s->name);
	print_nodes(f, s);
	for (unsigned int i = 0; i < s->nr_zones; i++) {
		const struct bs_state_zone *zone = &s->zone[i];
		const int64_t z = bs_state_zone_number(s, zone);

		fprintf(f, "zone %" PRId64 " %s", z, bs_state_zone_names[zone->type]);
		print_fields(f, bs_state_zone_fields, zone);
		fprintf(f, "\nlowmem %" PRId64, z);
		for (int64_t k = 0; k < s->nr_zone_types; k++)
			fprintf(f, " %" PRId64,
				k + shift < BS_NR_ZONE_TYPES ? zone->lowmem_reserve[k + shift] : 0);
		fprintf(f, "\nzonex %" PRId64, z);
		print_fields(f, bs_state_zonex_fields, zone);
		fputc('\n', f);
		print_lists(f, s, zone, z);
		for (unsigned int k = 0; k < zone->nr_pcp; k++)
			print_pcp(f, s, &zone->pcp[k], z);
		print_blocks(f, s, zone, z);
	}
	fprintf(f, "enddump %s\n", s->name);
}

int bs_state_save(const struct bs_state *s, const char *path, struct bs_error *err)
{
	struct bs_outfile o;
	int ret = bs_outfile_open(&o, path, err);

	if (ret)
		return ret;
	bs_state_print(s, o.f);
	return bs_outfile_commit(&o, err);
}
