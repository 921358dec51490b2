// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * company.c, compare.c, progress.c: cells side by side. What is told is the same however many run at a
 * time, and what is told of a cell is the same in any company and alone, whatever the options: random
 * cells, under random values of every option of options.def that shapes a run.
 */
#include "bs_run_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <buddysim/options.h>

#include "../record/result.h"
#include "rng.h"

#define NR_EVENTS 300
#define MOST 6
#define SEC BS_NS_PER_S

static const char *const cells[] = {
	"none",
	"rotation:delay=5ms",
	"rotation:order=4,delay=20ms",
	"bitmap",
	"boundary",
	"hypercall",
	"list-walk",
	"clairvoyant",
	"percpu-array",
	"scatterlist",
	"balloon",
	"bitmap:defects=stale",
	"bubble",
	"shared-state",
	"rotation:order=5,delay=10ms,gate=1",
	"rotation:order=0,delay=1ms,depth=4,budget=0,zero_once=on",
	"balloon:size=8MiB,at=500ms",
	"hint-once:at=200ms,hold=100ms",
	"april-sketch:hwm=2,delay=1ms",
};
#define NR_CELLS (sizeof(cells) / sizeof(cells[0]))

struct known {
	const char *names[MOST];
	unsigned int nr;
};

static struct bs_run run;

/* Memory comes and goes on two CPUs. */
static void make_trace(struct bs_rng *rng)
{
	struct bs_trace_event ev[NR_EVENTS];
	uint32_t live[NR_EVENTS], number = 0;
	uint8_t order[NR_EVENTS];
	unsigned int n = 0;
	bs_ns now = 0;

	for (unsigned int i = 0; i < NR_EVENTS; i++) {
		struct bs_trace_event *e = &ev[i];

		now += bs_rng_below(rng, 20 * BS_NS_PER_MS);
		*e = (struct bs_trace_event){.time = now, .cpu = (uint8_t)bs_rng_below(rng, 2)};
		if (n && bs_rng_below(rng, 2)) {
			const unsigned int k = (unsigned int)bs_rng_below(rng, n);

			e->kind = BS_EV_FREE;
			e->arg = number - live[k];
			e->order = order[live[k]];
			live[k] = live[--n];
			continue;
		}
		e->kind = BS_EV_ALLOC;
		e->order = (uint8_t)bs_rng_below(rng, 11);
		order[number] = e->order;
		live[n++] = number++;
	}
	bs_run_setup(&run, "none", ev, NR_EVENTS);
}

/* ---- Any options ----------------------------------------------------------------------------- */

#define MOST_VALUES 10

/* What an option may be set to here, for those whose values are no words of a list, or not all of use:
 * small guests, short windows. */
static char dump[64];
static const struct {
	const char *option, *values[MOST_VALUES];
} drawn[] = {
	{"load", {"memhog:size=32MiB,cycles=2,hold=100ms,pause=200ms,base=16MiB,spread=3"}},
	{"seed", {"1", "7", "18446744073709551615"}},
	{"kernel", {"linux-5.4", "linux-6.1", "linux-6.12", "linux-6.1:boot_pos=head"}},
	{"state", {dump}},
	{"memory", {"256MiB", "1GiB"}},
	{"cpus", {"2", "5"}},
	{"wake-latency", {"0", "3ms"}},
	{"machine", {"qemu-pc", "flat"}},
	{"vmstat-busy", {"0", "20ms"}},
	{"vmstat-idle", {"0", "30ms", "3s"}},
	{"contention", {"model", "off"}},
	{"reclaim", {"model", "off"}},
	{"guest-swap", {"1MiB", "1GiB"}},
	{"policy", {"lazy", "reserve:pcp=off"}},
	{"device",
	 {"null", "model", "model:per_request=2ms", "model:error_every=3", "model:poison=after",
	  "null:partial_every=2", "model:latency=exponential,latency_mean=3ms",
	  "model:error_ppm=300000,seed=5", "model:stall_at=500ms,stall_for=1s", "madvise"}},
	{"capacity", {"1", "8", "32"}},
	{"advice", {"dontneed", "none"}},
	{"costs", {"null", "default", "vm"}},
	{"host-memory", {"32MiB", "1GiB"}},
	{"host-poll", {"10ms", "300ms"}},
	{"host-swap", {"16MiB", "1GiB"}},
	{"guests", {"1", "2"}},
	{"stagger", {"0", "20ms"}},
	{"host-policy", {"none", "proportional:tick=50ms", "psi:tick=20ms"}},
	{"host-threads", {"1", "3"}},
	{"host-event", {"100ms:pressure=80", "1s:target=4MiB"}},
	{"guest-event", {"100ms:compact", "1s:drop_caches"}},
	{"agent", {"timer:every=9s", "psi:tick=4s"}},
	{"weight", {"0", "1us", "10ms"}},
	{"tail", {"0", "1s"}},
	{"repeat", {"1", "2"}},
	{"gap", {"50ms"}},
	{"check", {"100"}},
};
#define NR_DRAWN (sizeof(drawn) / sizeof(drawn[0]))

static uint64_t tried; /* bit n: option number n was set by some trial */

static const char *const *values_of(const struct bs_option *opt, const char **words)
{
	unsigned int n = 0;

	for (size_t i = 0; i < NR_DRAWN; i++)
		if (!strcmp(drawn[i].option, opt->name))
			return drawn[i].values;
	for (; opt->word && n < MOST_VALUES - 1 && opt->word(n); n++)
		words[n] = opt->word(n);
	words[n] = NULL;
	return words;
}

/* What is compared is chosen otherwise, and a scenario stands in place of the trace. */
static bool is_drawn(const struct bs_option *opt)
{
	return strcmp(opt->name, "strategy") && strcmp(opt->name, "scenario");
}

/* A third of the options that shape a run, each with one of its values. */
static void choose_options(struct bs_rng *rng, struct bs_options *o)
{
	const char *words[MOST_VALUES];
	const struct bs_option *opt;
	struct bs_error err;

	bs_options_init(o);
	for (unsigned int i = 0; (opt = bs_option_at(i)); i++) {
		const char *const *values = values_of(opt, words);
		unsigned int n = 0;

		if (opt->group >= BS_OPTIONS_OUTPUT || !is_drawn(opt) || bs_rng_below(rng, 3))
			continue;
		/* One of them decides what the other says. */
		if (!strcmp(opt->name, "state")
			    ? bs_option_given(o, "kernel") || bs_option_given(o, "guests") ||
				      bs_option_given(o, "policy")
		    : opt->of_state ? bs_option_given(o, "state")
				    : false)
			continue;
		while (n < MOST_VALUES && values[n])
			n++;
		/* A new option has a line in the table above, unless it is a flag or a word. */
		assert_true(n || opt->kind == BS_OPTION_FLAG);
		assert_ok(bs_option_set(o, opt, n ? values[bs_rng_below(rng, n)] : NULL, &err),
			  &err);
		tried |= UINT64_C(1) << i;
	}
	/* The defaults are those of a machine with real memory, and of a minute. */
	if (!bs_option_given(o, "device"))
		assert_ok(bs_option_set(o, bs_option_find("device"), "model", &err), &err);
	if (!bs_option_given(o, "tail"))
		o->config.window.tail = SEC;
	if (!bs_device_traits(o->config.host.device.kind)->has_arena)
		return;
	/* What the host's kernel makes of huge pages is not the same twice; and it is not swapped. */
	o->config.host.device.thp = BS_THP_NEVER;
	o->config.host.swap_bytes = 0;
}

static void assert_all_tried(void)
{
	const struct bs_option *opt;

	for (unsigned int i = 0; (opt = bs_option_at(i)); i++)
		if (opt->group < BS_OPTIONS_OUTPUT && is_drawn(opt) && !(tried >> i & 1))
			fail_msg("no trial with --%s", opt->name);
}

static void choose_cells(struct bs_rng *rng, struct known *k)
{
	k->nr = 2 + (unsigned int)bs_rng_below(rng, MOST - 1);
	for (unsigned int i = 0; i < k->nr; i++)
		k->names[i] = cells[bs_rng_below(rng, NR_CELLS)];
}

static struct bs_result *compare(const char *const *names, unsigned int nr, unsigned int jobs)
{
	struct bs_result *r;
	struct bs_error err;

	run.cfg.strategies = names;
	run.cfg.nr_strategies = nr;
	run.cfg.output.jobs = jobs;
	r = NULL;
	(void)bs_compare(&run.cfg, &r, &err);
	if (!r)
		fail_msg("%s: %s; %s", err.where, err.text, err.advice);
	return r;
}

/* Rows, failures and warnings, in their order. */
static char *everything(const struct bs_result *r)
{
	char *text, *record = json_dumps(r->record, 0);
	size_t size;
	FILE *f = open_memstream(&text, &size);

	assert_non_null(f);
	fputs(record, f);
	for (unsigned int i = 0; i < r->nr_warnings; i++)
		fprintf(f, "\n%s", r->warnings[i]);
	fclose(f);
	free(record);
	return text;
}

static const json_t *of_label(const struct bs_result *r, const char *part, unsigned int nth)
{
	return json_array_get(json_object_get(r->record, part), nth);
}

/* Each cell of @r, by itself. */
static void assert_same_alone(const struct bs_result *r, const struct known *k)
{
	unsigned int rows = 0, failures = 0;

	for (unsigned int i = 0; i < k->nr; i++) {
		struct bs_result *alone = compare(&k->names[i], 1, 1);

		if (alone->nr_rows) {
			assert_string_equal(bs_result_label(r, rows), k->names[i]);
			assert_true(json_equal(of_label(alone, "cells", 0),
					       of_label(r, "cells", rows++)));
		} else {
			assert_true(json_equal(of_label(alone, "failed", 0),
					       of_label(r, "failed", failures++)));
		}
		bs_result_free(alone);
	}
	assert_int_equal(rows, r->nr_rows);
	assert_int_equal(failures, r->nr_failures);
}

static void one_trial(uint64_t seed, unsigned int *failures, unsigned int *rows)
{
	struct bs_options o;
	struct bs_result *r[2];
	struct bs_rng rng;
	char *text[2];
	struct known k;

	bs_rng_seed(&rng, seed);
	choose_options(&rng, &o);
	make_trace(&rng);
	o.config.trace_path = run.path;
	o.config.output.timeline = bs_rng_below(&rng, 2);
	run.cfg = o.config;
	choose_cells(&rng, &k);
	for (unsigned int i = 0; i < 2; i++) {
		r[i] = compare(k.names, k.nr, i ? 1 + (unsigned int)bs_rng_below(&rng, 3) : 1);
		text[i] = everything(r[i]);
	}
	*failures += r[0]->nr_failures;
	*rows += r[0]->nr_rows;
	assert_string_equal(text[0], text[1]);
	assert_same_alone(r[0], &k);
	for (unsigned int i = 0; i < 2; i++) {
		bs_result_free(r[i]);
		free(text[i]);
	}
	unlink(run.path);
	bs_options_free(&o);
}

/* A guest to start from: what one of the traces leaves behind. */
static void make_dump(void)
{
	static const char *const names[] = {"none"};
	struct bs_rng rng;

	snprintf(dump, sizeof(dump), "/tmp/bs-company-%d.txt", (int)getpid());
	bs_rng_seed(&rng, 77);
	make_trace(&rng);
	run.cfg.guest.machine.memory_bytes = UINT64_C(256) << 20;
	run.cfg.output.dump_path = dump;
	bs_result_free(compare(names, 1, 1));
	unlink(run.path);
}

#define TRIALS 160

static void test_company_changes_nothing(void **state)
{
	unsigned int failures = 0, rows = 0;

	(void)state;
	make_dump();
	for (uint64_t seed = 1; seed <= TRIALS; seed++)
		one_trial(seed, &failures, &rows);
	unlink(dump);
	assert_all_tried();
	/* Or the trials are not about cells that fail, or about nothing else. */
	assert_true(failures > 0);
	assert_true(rows > 2 * TRIALS);
}

/* ---- How far it is --------------------------------------------------------------------------- */

static struct {
	unsigned int calls, done, cells;
	uint64_t events, of_events;
} told;

static void progress(void *arg, const struct bs_progress *p)
{
	(void)arg;
	told.calls++;
	assert_true(p->done >= told.done);
	assert_true(p->events >= told.events && p->events <= p->of_events);
	told.done = p->done;
	told.cells = p->cells;
	told.events = p->events;
	told.of_events = p->of_events;
}

/* Every cell's events, those of one that knows the future twice. */
static void test_progress_adds_up(void **state)
{
	static const char *const names[] = {"none", "clairvoyant", "boundary"};
	struct bs_rng rng;

	(void)state;
	for (unsigned int jobs = 1; jobs <= 3; jobs++) {
		memset(&told, 0, sizeof(told));
		bs_rng_seed(&rng, 7);
		make_trace(&rng);
		run.cfg.output.progress = progress;
		bs_result_free(compare(names, 3, jobs));
		unlink(run.path);
		assert_true(told.calls >= 6);
		assert_int_equal(told.cells, 3);
		assert_int_equal(told.done, 3);
		assert_int_equal(told.events, 4 * NR_EVENTS);
		assert_int_equal(told.of_events, 4 * NR_EVENTS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_company_changes_nothing),
		cmocka_unit_test(test_progress_adds_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
