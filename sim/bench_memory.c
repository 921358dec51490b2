// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bench_memory.c - `buddysim bench memory`: what each strategy's own state takes, as measured.
 *
 * Every strategy works in guests that differ in one thing at a time; the differences say what a
 * GiB, a zone and a CPU take, the rest is fixed. A last guest, which differs in all of them, shows
 * whether the figures say it all. Beside them stands what the series took (spec reporting.md).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "bench.h"

#define GIB (UINT64_C(1) << 30)
#define PAGES_PER_GIB (GIB / BS_PAGE_SIZE)
#define MAX_ZONES 3

/* 160 blocks of 4 MiB come and go: more than any threshold asks for, on one CPU, in one zone. Then
 * half a minute passes, in which every timer has been round. */
#define WORK "size=640MiB,order=10,fill=100ms,hold=100ms,release=1s"

struct guest {
	unsigned int gib, cpus, zones;
	unsigned int zone_gib[MAX_ZONES]; /* from DMA up; a single one is NORMAL */
};

enum { SMALL, LARGE, ZONES, CPUS, CHECK, NR_GUESTS };

static const struct guest guests[NR_GUESTS] = {
	[SMALL] = {1, 1, 1, {1}}, [LARGE] = {4, 1, 1, {4}},    [ZONES] = {4, 1, 3, {1, 1, 2}},
	[CPUS] = {4, 4, 1, {4}},  [CHECK] = {3, 2, 2, {1, 2}},
};

/* What the specification says a strategy takes: section, per page and per zone (14.2, axes 8 and 9;
 * "-": not in that table), the rest; and why ours differs. */
static const struct spec {
	const char *name, *section, *page, *zone, *memory, *note;
} specs[] = {
	{"none", "1", "0", "0", "no state", ""},
	{"hypercall", "2", "0", "0", "one static key; memory cost 0",
	 "whether it is on is known to the core, for every strategy"},
	{"percpu-array", "3.1", "-", "-",
	 "per CPU 256 PFNs and an index, 2 KiB; 256 x 16 B for each run",
	 "a PFN takes 4 bytes here, 8 in the kernel; the run's array is as long as there are "
	 "entries (128 start a run), 8 bytes each; per CPU 8 bytes count the dropped hints"},
	{"bitmap", "3.2", "1 bit / 2 MiB", "none (per type)",
	 "a record per zone type, (span >> 9) + 1 bits each; 16 (address, size) pairs",
	 "per zone: that one bit more, rounded up to a word of 64; 8 bytes a pair, not 16"},
	{"april-sketch", "4", "Offline type bit", "-",
	 "per order nr_freed, nr_bound and the value saved; ring descriptors, nothing allocated",
	 "two counters for each of 11 orders: nr_bound is not kept, the allocator knows what is "
	 "free; the descriptors are ranges of 8 bytes"},
	{"bubble", "5", "type bit + mt", "8 B x 11", "96 B of boundaries; batch of 32",
	 "counters as from v6 on (below), for two orders in place of 11"},
	{"scatterlist", "6", "flag + mt", "16 B, 2 bits",
	 "per zone 8 B of pointer more; 96 B of boundaries; 16 x 32 B",
	 "the kernel keeps the 2 bits in the zone's flags, here they take 8 bytes with padding; a "
	 "boundary is a PFN of 4 bytes, an entry of the list 8 bytes"},
	{"boundary", "7", "flag + index", "16 B, 2 bits",
	 "per zone 8 B of pointer more; 96 B of boundaries; 32 x 32 B", "as scatterlist"},
	{"list-walk", "8", "flag", "16 B, 2 bits", "as boundary, without boundaries",
	 "as scatterlist"},
	{"rotation", "9.1", "flag", "0", "device record; 32 x 32 B for each pass",
	 "an entry of the list takes 8 bytes"},
	{"hint-once", "10 (S8c)", "-", "-", "the blocks are allocated and kept by the driver",
	 "the driver threads its blocks of 4 MiB through their own descriptors, here a table "
	 "has 4 bytes for each"},
	{"balloon", "10 (S8b)", "-", "-",
	 "the pages are allocated and kept on a list; messages of 256 PFNs",
	 "the driver threads its pages through their own descriptors, here a table has 4 bytes "
	 "for each of size= / 4 KiB; 8 bytes an entry of the message"},
	{"shared-state", "10 (S8a)", "16 bits / 2 MiB", "-",
	 "an evicted bit in the allocator's own entry; the host keeps 2 bits / 2 MiB",
	 "the evicted bit alone: the rest of the entry is the allocator's, and the host's bits say "
	 "the same again"},
};

/* Of one strategy in one guest. */
struct measured {
	uint64_t global, zone, page, peak, marks, words, calls;
};

struct row {
	const char *label;
	const struct spec *spec; /* NULL: the specification does not know it */
	struct measured in[NR_GUESTS];
	double per_gib, per_zone, per_cpu, fixed;
	uint64_t temporary; /* most that a pass had beyond what it kept, in any guest */
	bool marks, words, fits;
};

static uint64_t kept(const struct measured *m)
{
	return m->global + m->zone + m->page;
}

/* ---- Measuring ------------------------------------------------------------------------------- */

static void lay_out(const struct guest *g, struct bs_zone_range *zone)
{
	const unsigned int lowest = g->zones == 1 ? BS_ZONE_NORMAL : BS_ZONE_DMA;
	bs_pfn start = 0;

	for (unsigned int i = 0; i < g->zones; i++) {
		zone[i] =
			(struct bs_zone_range){.type = (uint8_t)(lowest + i),
					       .start = start,
					       .spanned = (bs_pfn)(g->zone_gib[i] * PAGES_PER_GIB)};
		start += zone[i].spanned;
	}
}

static int read_cell(const struct bs_result *r, unsigned int cell, struct measured *m)
{
	const struct {
		const char *key;
		uint64_t *to;
	} figures[] = {
		{"meta_bytes.global", &m->global},
		{"meta_bytes.zone", &m->zone},
		{"meta_bytes.page", &m->page},
		{"meta_bytes.peak", &m->peak},
		{"marks_set", &m->marks},
		{"words_set", &m->words},
		{"calls", &m->calls},
	};

	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
		if (bs_result_metric(r, cell, figures[i].key, figures[i].to))
			return -1;
	return 0;
}

static int run_guest(const char *trace, const char *const *strategies, unsigned int nr,
		     const char *kernel, unsigned int which, struct row *rows)
{
	const struct guest *g = &guests[which];
	struct bs_zone_range zone[MAX_ZONES];
	struct bs_sim_config cfg;
	struct bs_result *r;
	struct bs_error err;
	int status = 0;

	lay_out(g, zone);
	bs_sim_defaults(&cfg);
	cfg.trace_path = trace;
	cfg.strategies = strategies;
	cfg.nr_strategies = nr;
	cfg.host.device.kind = bs_device_for(BS_DEVICE_INSTANT);
	cfg.host.device.touch = BS_TOUCH_NONE;
	cfg.guest.machine.kernel = kernel;
	cfg.guest.machine.layout = BS_LAYOUT_FLAT;
	cfg.guest.machine.memory_bytes = g->gib * GIB;
	cfg.guest.machine.nr_cpus = g->cpus;
	cfg.guest.machine.zones = zone;
	cfg.guest.machine.nr_zones = g->zones;
	if (bs_compare(&cfg, &r, &err) < 0) {
		bs_result_free(r);
		return cli_error(&err);
	}
	for (unsigned int i = 0; i < nr && !status; i++)
		status = read_cell(r, i, &rows[i].in[which]) ? BS_INVARIANT : 0;
	bs_result_free(r);
	return status;
}

/* ---- What follows from it -------------------------------------------------------------------- */

static double slope(const struct row *r, unsigned int from, unsigned int to, unsigned int steps)
{
	return ((double)kept(&r->in[to]) - (double)kept(&r->in[from])) / steps;
}

static double predict(const struct row *r, const struct guest *g)
{
	return r->fixed + r->per_gib * g->gib + r->per_zone * g->zones + r->per_cpu * g->cpus;
}

static void derive(struct row *r)
{
	const struct guest *small = &guests[SMALL], *large = &guests[LARGE];
	double off;

	r->per_gib = slope(r, SMALL, LARGE, large->gib - small->gib);
	r->per_zone = slope(r, LARGE, ZONES, guests[ZONES].zones - large->zones);
	r->per_cpu = slope(r, LARGE, CPUS, guests[CPUS].cpus - large->cpus);
	r->fixed = (double)kept(&r->in[SMALL]) - predict(r, small);
	off = predict(r, &guests[CHECK]) - (double)kept(&r->in[CHECK]);
	r->fits = off < 0.5 && off > -0.5;
	for (unsigned int i = 0; i < NR_GUESTS; i++) {
		const uint64_t more = r->in[i].peak - kept(&r->in[i]);

		r->temporary = more > r->temporary ? more : r->temporary;
		r->marks |= r->in[i].marks > 0;
		r->words |= r->in[i].words > 0;
	}
}

/* By the name in front of the parameters; a path names no strategy of the specification. */
static const struct spec *find_spec(const char *label)
{
	const size_t len = strcspn(label, ":");

	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++)
		if (strlen(specs[i].name) == len && !strncmp(specs[i].name, label, len))
			return &specs[i];
	return NULL;
}

/* ---- Printing -------------------------------------------------------------------------------- */

static const struct row *most(const struct row *rows, unsigned int nr,
			      double (*of)(const struct row *))
{
	const struct row *best = rows;

	for (unsigned int i = 1; i < nr; i++)
		if (of(&rows[i]) > of(best))
			best = &rows[i];
	return best;
}

static double gib_of(const struct row *r)
{
	return r->per_gib;
}

static double zone_of(const struct row *r)
{
	return r->per_zone;
}

static double all_of(const struct row *r)
{
	return (double)kept(&r->in[ZONES]);
}

static void answer(const struct row *rows, unsigned int nr, char *buf, size_t size)
{
	const struct row *gib = most(rows, nr, gib_of), *zone = most(rows, nr, zone_of);
	const struct row *all = most(rows, nr, all_of);
	unsigned int marks = 0, words = 0;

	for (unsigned int i = 0; i < nr; i++) {
		marks += rows[i].marks;
		words += rows[i].words;
	}
	snprintf(
		buf, size,
		"A strategy's own memory: at most %.6g bytes per GiB (%s), %.6g per zone (%s), %.6g "
		"in all for %u GiB in %u zones (%s); of %u strategies %u use the page's mark, %u its "
		"word",
		gib->per_gib, gib->label, zone->per_zone, zone->label, all_of(all),
		guests[ZONES].gib, guests[ZONES].zones, all->label, nr, marks, words);
}

static void print_text(const struct row *rows, unsigned int nr)
{
	char line[512];

	answer(rows, nr, line, sizeof(line));
	printf("%s\n\n", line);
	printf("bytes, measured%9s per page  per GiB per zone  per CPU    fixed  in pass mark word "
	       "fits requests\n",
	       "");
	for (unsigned int i = 0; i < nr; i++) {
		const struct row *r = &rows[i];

		printf("%-22.22s %10.6f %8.6g %8.6g %8.6g %8.6g %8" PRIu64 " %4s %4s %4s %8" PRIu64
		       "\n",
		       r->label, r->per_gib / (double)PAGES_PER_GIB, r->per_gib, r->per_zone,
		       r->per_cpu, r->fixed, r->temporary, r->marks ? "yes" : "-",
		       r->words ? "yes" : "-", r->fits ? "yes" : "NO", r->in[SMALL].calls);
	}
	printf("\nspec reporting.md       per page         per zone         memory\n");
	for (unsigned int i = 0; i < nr; i++) {
		const struct spec *s = rows[i].spec;

		if (!s)
			printf("%-13.13s %-9s %-16s %-16s %s\n", rows[i].label, "-", "-", "-",
			       "no series: the spec has nothing to say of it");
		else
			printf("%-13.13s %-9s %-16s %-16s %s\n", s->name, s->section, s->page,
			       s->zone, s->memory);
	}
	printf("\nwhere ours differs\n");
	for (unsigned int i = 0; i < nr; i++)
		if (rows[i].spec && rows[i].spec->note[0])
			printf("%-14s %s\n", rows[i].spec->name, rows[i].spec->note);
	printf("\nper page: of the strategy's own; mark and word lie in the page's descriptor "
	       "anyway, and are seen in use, not declared.\n"
	       "in pass: the most it held beyond that at any time. fits: the figures predict the "
	       "%u GiB guest with %u zones and %u CPUs, which they are not made from.\n",
	       guests[CHECK].gib, guests[CHECK].zones, guests[CHECK].cpus);
}

static json_t *guest_json(const struct guest *g, const struct measured *m)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "gib",
			 (json_int_t)g->gib, "zones", (json_int_t)g->zones, "cpus",
			 (json_int_t)g->cpus, "global", (json_int_t)m->global, "zone",
			 (json_int_t)m->zone, "page", (json_int_t)m->page, "peak",
			 (json_int_t)m->peak, "marks_set", (json_int_t)m->marks, "words_set",
			 (json_int_t)m->words, "calls", (json_int_t)m->calls);
}

static json_t *row_json(const struct row *r)
{
	json_t *measured = json_array(), *spec = json_null();
	const struct spec *s = r->spec;

	for (unsigned int i = 0; i < NR_GUESTS; i++)
		json_array_append_new(measured, guest_json(&guests[i], &r->in[i]));
	if (s)
		spec = json_pack("{s:s, s:s, s:s, s:s, s:s}", "section", s->section, "per_page",
				 s->page, "per_zone", s->zone, "memory", s->memory, "note",
				 s->note);
	return json_pack("{s:s, s:f, s:f, s:f, s:f, s:f, s:I, s:b, s:b, s:b, s:o, s:o}", "strategy",
			 r->label, "bytes_per_page", r->per_gib / (double)PAGES_PER_GIB,
			 "bytes_per_gib", r->per_gib, "bytes_per_zone", r->per_zone,
			 "bytes_per_cpu", r->per_cpu, "fixed_bytes", r->fixed, "temporary_bytes",
			 (json_int_t)r->temporary, "uses_mark", (int)r->marks, "uses_word",
			 (int)r->words, "fits", (int)r->fits, "measured", measured, "spec", spec);
}

static int print_json(const struct row *rows, unsigned int nr)
{
	json_t *list = json_array(), *o;
	char line[512];
	int ret;

	for (unsigned int i = 0; i < nr; i++)
		json_array_append_new(list, row_json(&rows[i]));
	answer(rows, nr, line, sizeof(line));
	o = json_pack("{s:s, s:s, s:o}", "schema", "buddysim-bench-memory-1", "answer", line,
		      "strategies", list);
	ret = json_dumpf(o, stdout, JSON_INDENT(1) | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(12));
	json_decref(o);
	putchar('\n');
	return ret ? BS_RESOURCE : 0;
}

static void print_csv(const struct row *rows, unsigned int nr)
{
	puts("strategy,bytes_per_page,bytes_per_gib,bytes_per_zone,bytes_per_cpu,fixed_bytes,"
	     "temporary_bytes,uses_mark,uses_word,fits,requests,spec_section,spec_per_page,"
	     "spec_per_zone,spec_memory,note");
	for (unsigned int i = 0; i < nr; i++) {
		static const struct spec nothing = {"", "", "", "", "", ""};
		const struct row *r = &rows[i];
		const struct spec *s = r->spec ? r->spec : &nothing;

		printf("\"%s\",%.12g,%.12g,%.12g,%.12g,%.12g,%" PRIu64 ",%d,%d,%d,%" PRIu64
		       ",\"%s\",\"%s\",\"%s\",\"%s\",\"%s\"\n",
		       r->label, r->per_gib / (double)PAGES_PER_GIB, r->per_gib, r->per_zone,
		       r->per_cpu, r->fixed, r->temporary, r->marks, r->words, r->fits,
		       r->in[SMALL].calls, s->section, s->page, s->zone, s->memory, s->note);
	}
}

int bench_memory(const char *const *strategies, unsigned int nr, const char *kernel,
		 enum bs_format format)
{
	struct row *rows = calloc(nr, sizeof(*rows));
	char trace[] = BENCH_TRACE;
	int status;

	if (!rows)
		return BS_RESOURCE;
	status = bench_trace("burst", WORK, trace);
	for (unsigned int i = 0; i < NR_GUESTS && !status; i++)
		status = run_guest(trace, strategies, nr, kernel, i, rows);
	unlink(trace);
	for (unsigned int i = 0; i < nr && !status; i++) {
		rows[i].label = strategies[i];
		rows[i].spec = find_spec(strategies[i]);
		derive(&rows[i]);
	}
	if (!status && format == BS_FORMAT_JSON)
		status = print_json(rows, nr);
	else if (!status && format == BS_FORMAT_CSV)
		print_csv(rows, nr);
	else if (!status)
		print_text(rows, nr);
	free(rows);
	return status;
}
