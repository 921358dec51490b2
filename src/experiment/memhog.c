// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * memhog.c - three guests run a program that writes nearly all of their memory, one after the other, on a host that has
 * room for two and a part. Who has given nothing back makes the third one wait for swap.
 *
 * Published for it: `memhog 6G` in guests of 6 GB on a node of 15 GB took 21, 27 and 157 s without reporting, with 3.7 GB in
 * swap; 23, 26 and 21 s with an array of hints (a bitmap since), 23, 11 and 26 s with bubble. A run there took more than
 * ten times as long as here, and its swap was a disk's: what can be compared is the third run by the first, and how much
 * went to swap. What the host itself took is what makes that 3.7 GB without reporting. The second size is
 * that of a later series, 40 GB in each.
 */
#include "fleet.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

#define RUNS 3

static const bs_ns gaps[] = {0, 10 * BS_NS_PER_S, 60 * BS_NS_PER_S};
#define NR_GAPS (sizeof(gaps) / sizeof(gaps[0]))

static const struct bs_column columns[] = {
	{"strategy", "strategy", BS_COLUMN_TEXT, false, "who takes part, with its parameters"},
	{"program_bytes", "program MiB", BS_COLUMN_BYTES, false, "what the program writes"},
	{"gap_ns", "gap s", BS_COLUMN_NS, false,
	 "from one program's exit to the next guest's start"},
	{"first_ns", "first s", BS_COLUMN_NS, false, "how long the first guest's program ran"},
	{"second_ns", "second s", BS_COLUMN_NS, false, "... the second one's"},
	{"third_ns", "third s", BS_COLUMN_NS, false, "... the third one's"},
	{"third_of_first", "third by first", BS_COLUMN_MILLI, false,
	 "the third run by the first, in thousandths in the record"},
	{"published", "published", BS_COLUMN_TEXT, false,
	 "that, and the runs it is made of, as published for this strategy at 6 GB"},
	{"swapped_out_bytes", "swapped out MiB", BS_COLUMN_BYTES, false, "by the host, in all"},
	{"swapped_in_bytes", "in MiB", BS_COLUMN_BYTES, false, "and brought back"},
	{"host_peak_bytes", "host peak MiB", BS_COLUMN_BYTES, false,
	 "most that all guests held at once"},
	{NULL, NULL, BS_COLUMN_TEXT, false, NULL},
};

/* @memory: of the host, without what it takes itself */
struct size {
	uint64_t guest, program, base, memory, swap;
};

static const struct size full[] = {
	{6400 * BS_MIB, 6144 * BS_MIB, 128 * BS_MIB, (15 * 1024 - 320) * BS_MIB, 8192 * BS_MIB},
	{41 * 1024 * BS_MIB, 40 * 1024 * BS_MIB, 128 * BS_MIB, 96 * 1024 * BS_MIB,
	 64 * 1024 * BS_MIB},
};
static const struct size small[] = {
	{448 * BS_MIB, 384 * BS_MIB, 32 * BS_MIB, 960 * BS_MIB, 2048 * BS_MIB},
};

static const struct {
	const char *strategy, *text;
} published[] = {
	{"none", "7.5 (21, 27, 157 s)"},
	{"bitmap", "0.91 (23, 26, 21 s)"},
	{"bubble", "1.13 (23, 11, 26 s)"},
};

static const char *published_of(const char *spec, const struct size *s)
{
	for (size_t i = 0; s == &full[0] && i < sizeof(published) / sizeof(published[0]); i++)
		if (!strcmp(published[i].strategy, spec))
			return published[i].text;
	return "";
}

static void put_row(struct bs_experiment *x, const struct bs_fleet *f, const char *spec,
		    const struct size *s, bs_ns gap)
{
	static const char *const keys[RUNS] = {"first_ns", "second_ns", "third_ns"};
	const bs_ns first = bs_fleet_took(f, 0), third = bs_fleet_took(f, RUNS - 1);
	json_t *row = bs_experiment_row(x, spec);
	struct bs_host_figures h;

	bs_fleet_host(f, &h);
	bs_json_put_uint(row, "program_bytes", s->program);
	bs_json_put_uint(row, "gap_ns", gap);
	for (unsigned int i = 0; i < RUNS; i++)
		bs_json_put_time(row, keys[i], bs_fleet_took(f, i));
	bs_json_put_time(row, "third_of_first",
			 third == BS_NO_TIME || !first ? BS_NO_TIME : third * 1000 / first);
	bs_json_put_text(row, "published", published_of(spec, s));
	bs_json_put_uint(row, "swapped_out_bytes", h.swapped_out_bytes);
	bs_json_put_uint(row, "swapped_in_bytes", h.swapped_in_bytes);
	bs_json_put_uint(row, "host_peak_bytes", h.peak_bytes);
}

static int run_cell(struct bs_experiment *x, const char *spec, const struct size *s, bs_ns gap,
		    struct bs_error *err)
{
	char *load = bs_fleet_hog(s->program, s->base);
	struct bs_fleet *f = malloc(sizeof(*f));
	int ret;

	if (!load || !f) {
		free(load);
		free(f);
		return bs_error_set(err, BS_RESOURCE, ENOMEM, spec, NULL, "experiment");
	}
	ret = bs_fleet_begin(f, x, spec, load, s->guest, s->memory, s->swap, err);
	for (unsigned int i = 0; i < RUNS && !ret; i++) {
		ret = bs_fleet_launch(f, x, err);
		if (!ret)
			ret = bs_fleet_wait(f, gap, err);
	}
	if (!ret)
		put_row(x, f, spec, s, gap);
	bs_fleet_end(f);
	free(f);
	free(load);
	return ret;
}

/* ---- All of it ------------------------------------------------------------------------------- */

static void answer(struct bs_experiment *x)
{
	const char *slowest = "", *fastest = "";
	uint64_t most = 0, least = UINT64_MAX;
	const json_t *row;
	size_t i;

	json_array_foreach(x->rows, i, row)
	{
		const uint64_t share = bs_json_value(row, "third_of_first");

		if (bs_row_get(row, "gap_ns") != gaps[1] || !share)
			continue;
		if (share > most) {
			most = share;
			slowest = bs_row_word(row, "strategy");
		}
		if (share < least) {
			least = share;
			fastest = bs_row_word(row, "strategy");
		}
	}
	bs_experiment_answers(
		x,
		"memhog: 10 s after one another the third run takes %llu.%02llu times the first "
		"with %s, and %llu.%02llu times with %s; published for 6 GB: 7.5 without "
		"reporting, 0.9 to 1.1 with",
		(unsigned long long)most / 1000, (unsigned long long)most % 1000 / 10, slowest,
		(unsigned long long)(least == UINT64_MAX ? 0 : least) / 1000,
		(unsigned long long)(least == UINT64_MAX ? 0 : least) % 1000 / 10, fastest);
}

static int run(struct bs_experiment *x, struct bs_error *err)
{
	const struct size *sizes = x->ci ? small : full;
	const size_t nr = x->ci ? 1 : sizeof(full) / sizeof(full[0]);
	int ret = 0;

	bs_json_put_text(x->setting, "costs", BS_FLEET_COSTS);
	bs_experiment_setting(
		x,
		"three guests, a program that writes %llu MiB in each, one after the other; "
		"%llu MiB of the host for all%s",
		(unsigned long long)(sizes[0].program >> 20),
		(unsigned long long)(sizes[0].memory >> 20),
		x->ci ? "" : "; and 40 GiB in each of three on 96 GiB");
	for (size_t s = 0; s < nr && !ret; s++)
		for (unsigned int i = 0; i < x->nr_specs && !ret; i++)
			for (size_t g = 0; g < NR_GAPS && !ret; g++)
				ret = run_cell(x, x->specs[i], &sizes[s], gaps[g], err);
	if (!ret)
		answer(x);
	return ret;
}

const struct bs_experiment_kind bs_experiment_memhog = {
	.name = "memhog",
	.question =
		"how long programs run one after the other in guests that do not fit on their host "
		"together",
	.columns = columns,
	.extra = bs_fleet_strategies,
	.only_extra = true,
	.run = run,
};
