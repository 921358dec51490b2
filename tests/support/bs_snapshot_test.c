// SPDX-License-Identifier: GPL-2.0-or-later
#include "bs_snapshot_test.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/mman.h>

const char *path_of(const void *text, size_t size)
{
	static char paths[64][32];
	static unsigned int n;
	const int fd = memfd_create("text", 0);
	char *path = paths[n++ % 64];

	assert_true(fd >= 0 && write(fd, text, size) == (ssize_t)size);
	snprintf(path, sizeof(paths[0]), "/proc/self/fd/%d", fd);
	return path;
}

struct bs_snapshots *snapshots_of(const char *text)
{
	const char *path = path_of(text, strlen(text));
	struct bs_snapshots *all = NULL;
	struct bs_error err = {0};

	assert_ok(bs_snapshots_read(&path, 1, &all, &err), &err);
	return all;
}

void refused_text(const char *text, struct bs_error *err)
{
	const char *path = path_of(text, strlen(text));
	struct bs_snapshots *all = NULL;

	*err = (struct bs_error){0};
	assert_true(bs_snapshots_read(&path, 1, &all, err) < 0);
	assert_int_equal(err->status, BS_INPUT);
	assert_true(err->where[0] && err->text[0] && err->advice[0]);
}

const char *counts_of(const struct bs_snapshots *all, size_t i, unsigned int node, const char *zone)
{
	static char text[512];
	const struct bs_snapshot_zone *z;
	size_t used = 0;

	text[0] = '\0';
	assert_true(i < all->n);
	z = bs_snapshot_zone(&all->s[i], node, zone);
	if (!z)
		return "no such zone";
	for (unsigned int o = 0; o < z->nr_orders; o++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%" PRIu64,
					 o ? " " : "", z->nr_free[o]);
	return text;
}

/* ---- As a kernel shows it -------------------------------------------------------------------- */

static const char *const zones[] = {"DMA", "DMA32", "Normal", "Movable", "Device"};
static const char *const types[] = {"Unmovable", "Movable", "Reclaimable", "HighAtomic", "Isolate"};

void print_buddyinfo(const struct bs_state *s, FILE *f)
{
	for (unsigned int i = 0; i < s->nr_zones; i++) {
		fprintf(f, "Node %d, zone %8s ", 0, zones[s->zone[i].type]);
		for (unsigned int o = 0; o < 11; o++)
			fprintf(f, "%6" PRId64 " ", s->zone[i].nr_free[o]);
		fputc('\n', f);
	}
}

static void print_lists(const struct bs_state_zone *z, FILE *f)
{
	for (unsigned int t = 0; t < BS_MIGRATE_TYPES; t++) {
		fprintf(f, "Node %4d, zone %8s, type %12s ", 0, zones[z->type], types[t]);
		for (unsigned int o = 0; o < 11; o++)
			fprintf(f, "%6" PRIu32 " ", z->area[o][t].n);
		fputc('\n', f);
	}
}

void print_pagetypeinfo(const struct bs_state *s, FILE *f)
{
	fprintf(f, "Page block order: %" PRId64 "\nPages per block:  %d\n\n", s->pageblock_order,
		1 << s->pageblock_order);
	fprintf(f, "%-43s ", "Free pages count per migrate type at order");
	for (unsigned int o = 0; o < 11; o++)
		fprintf(f, "%6u ", o);
	fputc('\n', f);
	for (unsigned int i = 0; i < s->nr_zones; i++)
		print_lists(&s->zone[i], f);
	fprintf(f, "\n%-23s", "Number of blocks type ");
	for (unsigned int t = 0; t < BS_MIGRATE_TYPES; t++)
		fprintf(f, "%12s ", types[t]);
	fputc('\n', f);
	for (unsigned int i = 0; i < s->nr_zones; i++) {
		const struct bs_state_zone *z = &s->zone[i];

		fprintf(f, "Node %d, zone %8s ", 0, zones[z->type]);
		for (unsigned int t = 0; t < BS_MIGRATE_TYPES; t++) {
			unsigned int n = 0;

			for (size_t k = 0; k < z->nr_blocks; k++)
				n += z->block_type[k] == t;
			fprintf(f, "%12u ", n);
		}
		fputc('\n', f);
	}
}

void print_zoneinfo(const struct bs_state *s, FILE *f)
{
	for (unsigned int i = 0; i < s->nr_zones; i++) {
		const struct bs_state_zone *z = &s->zone[i];
		uint64_t lru = 0;

		for (size_t k = 0; k < z->nr_lru; k++)
			lru += z->lru[k].count;
		fprintf(f,
			"Node %d, zone %8s\n  per-node stats\n      nr_inactive_anon 7777\n"
			"  pages free     %" PRId64 "\n        boost    %" PRId64
			"\n        min      %" PRId64 "\n        low      %" PRId64
			"\n        high     %" PRId64 "\n        spanned  %" PRId64
			"\n        present  %" PRId64 "\n        managed  %" PRId64
			"\n        protection: (0, 1, 2)\n      nr_free_pages %" PRId64
			"\n      nr_zone_active_anon %" PRIu64 "\n  pagesets\n",
			0, zones[z->type], z->vm_free, z->boost, z->min + z->boost,
			z->low + z->boost, z->high + z->boost, z->spanned, z->present, z->managed,
			z->vm_free, lru);
		for (unsigned int c = 0; c < z->nr_pcp; c++)
			fprintf(f,
				"    cpu: %u\n              count: %" PRId64
				"\n              high:  %" PRId64 "\n              batch: %" PRId64
				"\n",
				c, z->pcp[c].count, z->pcp[c].high, z->pcp[c].batch);
		fprintf(f,
			"  vm stats threshold: 4\n  node_unreclaimable:  0\n  start_pfn:           "
			"%" PRId64 "\n",
			z->start);
	}
}
