// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bench_memory.c - `buddysim bench memory`: what each strategy's own state takes, as measured.
 *
 * Every strategy works in guests that differ in one thing at a time; the differences say what a
 * GiB, a zone and a CPU take, the rest is fixed. A last guest, which differs in all of them, shows
 * whether the figures say it all. Beside them stands what the series took.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "bench.h"

#define GIB (UINT64_C(1) << 30)
#define PAGES_PER_GIB (GIB / BS_UNIT_SIZE)
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

/* Of one strategy in one guest. */
struct measured {
	uint64_t global, zone, page, peak, marks, words, calls;
};

struct row {
	const char *label;
	const struct bs_strategy_memory *series; /* NULL: there is none that it follows */
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

static int run_guest(const char *trace, const struct bs_sim_config *of, unsigned int which,
		     struct row *rows)
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
	cfg.strategies = of->strategies;
	cfg.nr_strategies = of->nr_strategies;
	cfg.host.device.kind = bs_device_for(BS_DEVICE_INSTANT);
	cfg.host.device.touch = BS_TOUCH_NONE;
	cfg.guest.machine.kernel = of->guest.machine.kernel;
	cfg.guest.machine.machine = BS_MACHINE_FLAT;
	cfg.guest.machine.memory_bytes = g->gib * GIB;
	cfg.guest.machine.nr_cpus = g->cpus;
	cfg.guest.machine.zones = zone;
	cfg.guest.machine.nr_zones = g->zones;
	cfg.output.timeline = false;
	cfg.output.jobs = 1;
	cfg.output.stop = cli_stop();
	if (bs_compare(&cfg, &r, &err) < 0) {
		bs_result_free(r);
		return cli_error(&err);
	}
	for (unsigned int i = 0; i < of->nr_strategies && !status; i++)
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

/* To be free()d. */
static char *answer(const struct row *rows, unsigned int nr)
{
	const struct row *gib = most(rows, nr, gib_of), *zone = most(rows, nr, zone_of);
	const struct row *all = most(rows, nr, all_of);
	unsigned int marks = 0, words = 0;
	char *text;

	for (unsigned int i = 0; i < nr; i++) {
		marks += rows[i].marks;
		words += rows[i].words;
	}
	if (asprintf(
		    &text,
		    "A strategy's own memory: at most %.6g bytes per GiB (%s), %.6g per zone (%s), %.6g "
		    "in all for %u GiB in %u zones (%s); of %u strategies %u use the page's mark, %u its "
		    "word",
		    gib->per_gib, gib->label, zone->per_zone, zone->label, all_of(all),
		    guests[ZONES].gib, guests[ZONES].zones, all->label, nr, marks, words) < 0)
		text = NULL;
	return cli_memory(text);
}

static void print_text(const struct row *rows, unsigned int nr)
{
	char *line = answer(rows, nr);

	printf("%s\n\n", line);
	free(line);
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
	printf("\nwhat its series took    per page         per zone         memory\n");
	for (unsigned int i = 0; i < nr; i++) {
		const struct bs_strategy_memory *s = rows[i].series;

		if (!s)
			printf("%-23.23s %-16s %-16s %s\n", rows[i].label, "-", "-",
			       "it follows no series");
		else
			printf("%-23.23s %-16s %-16s %s\n", rows[i].label, s->page, s->zone,
			       s->rest);
	}
	printf("\nwhere ours differs\n");
	for (unsigned int i = 0; i < nr; i++)
		if (rows[i].series && rows[i].series->note)
			printf("%-14s %s\n", rows[i].label, rows[i].series->note);
	printf("\nper page: of the strategy's own; mark and word lie in the page's descriptor "
	       "anyway, and are seen in use, not declared.\n"
	       "in pass: the most it held beyond that at any time. fits: the figures predict the "
	       "%u GiB guest with %u zones and %u CPUs, which they are not made from.\n",
	       guests[CHECK].gib, guests[CHECK].zones, guests[CHECK].cpus);
}

/* A label may be any bytes. */
static json_t *text_json(const char *text)
{
	char *quoted = NULL;
	json_t *o = NULL;
	size_t size;
	FILE *f = open_memstream(&quoted, &size);

	if (f) {
		bs_text_json(f, text);
		if (!fclose(f))
			o = json_loads(quoted, JSON_DECODE_ANY, NULL);
	}
	free(quoted);
	return cli_memory(o);
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
	json_t *measured = json_array(), *series = json_null();
	const struct bs_strategy_memory *s = r->series;

	for (unsigned int i = 0; i < NR_GUESTS; i++)
		json_array_append_new(measured, guest_json(&guests[i], &r->in[i]));
	if (s)
		series = json_pack("{s:s, s:s, s:s, s:s?}", "per_page", s->page, "per_zone",
				   s->zone, "memory", s->rest, "note", s->note);
	return json_pack("{s:o, s:f, s:f, s:f, s:f, s:f, s:I, s:b, s:b, s:b, s:o, s:o}", "strategy",
			 text_json(r->label), "bytes_per_page", r->per_gib / (double)PAGES_PER_GIB,
			 "bytes_per_gib", r->per_gib, "bytes_per_zone", r->per_zone,
			 "bytes_per_cpu", r->per_cpu, "fixed_bytes", r->fixed, "temporary_bytes",
			 (json_int_t)r->temporary, "uses_mark", (int)r->marks, "uses_word",
			 (int)r->words, "fits", (int)r->fits, "measured", measured, "series",
			 series);
}

static int print_json(const struct row *rows, unsigned int nr)
{
	json_t *list = json_array(), *o;
	char *line = answer(rows, nr);
	int ret;

	for (unsigned int i = 0; i < nr; i++)
		json_array_append_new(list, row_json(&rows[i]));
	o = json_pack("{s:s, s:o, s:o}", "schema", "buddysim-bench-memory-1", "answer",
		      text_json(line), "strategies", list);
	ret = json_dumpf(o, stdout, JSON_INDENT(1) | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(12));
	json_decref(o);
	free(line);
	putchar('\n');
	return ret ? BS_RESOURCE : 0;
}

static void print_csv(const struct row *rows, unsigned int nr)
{
	puts("strategy,bytes_per_page,bytes_per_gib,bytes_per_zone,bytes_per_cpu,fixed_bytes,"
	     "temporary_bytes,uses_mark,uses_word,fits,requests,series_per_page,"
	     "series_per_zone,series_memory,note");
	for (unsigned int i = 0; i < nr; i++) {
		static const struct bs_strategy_memory nothing = {"", "", "", ""};
		const struct row *r = &rows[i];
		const struct bs_strategy_memory *s = r->series ? r->series : &nothing;

		const char *const words[] = {s->page, s->zone, s->rest, s->note};

		bs_text_csv(stdout, r->label);
		printf(",%.12g,%.12g,%.12g,%.12g,%.12g,%" PRIu64 ",%d,%d,%d,%" PRIu64,
		       r->per_gib / (double)PAGES_PER_GIB, r->per_gib, r->per_zone, r->per_cpu,
		       r->fixed, r->temporary, r->marks, r->words, r->fits, r->in[SMALL].calls);
		for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++) {
			putchar(',');
			bs_text_csv(stdout, words[k]);
		}
		putchar('\n');
	}
}

static void print(const struct row *rows, unsigned int nr, enum bs_format format, int *status)
{
	switch (format) {
	case BS_FORMAT_JSON:
		*status = print_json(rows, nr);
		return;
	case BS_FORMAT_CSV:
		print_csv(rows, nr);
		return;
	default:
		print_text(rows, nr);
	}
}

int bench_memory(const struct bs_sim_config *c, enum bs_format format, struct progress *progress)
{
	const unsigned int nr = c->nr_strategies;
	struct row *rows = calloc(nr, sizeof(*rows));
	char *trace;
	int status;

	if (!rows)
		return BS_RESOURCE;
	trace = bench_trace("burst", WORK, ".cborseq", &status);
	for (unsigned int i = 0; i < NR_GUESTS && !status; i++) {
		progress_tell(progress, "running", i, NR_GUESTS, "guests");
		status = run_guest(trace, c, i, rows);
	}
	progress_wipe(progress);
	bench_trace_remove(trace);
	for (unsigned int i = 0; i < nr && !status; i++) {
		rows[i].label = c->strategies[i];
		rows[i].series = bs_strategy_find(rows[i].label, NULL)->series;
		derive(&rows[i]);
	}
	if (!status)
		print(rows, nr, format, &status);
	free(rows);
	return status;
}
